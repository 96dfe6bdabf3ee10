"""The rules of the house that a reader would otherwise have to watch for."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("network", "optimizer", "dashboards")
FOLDERS = (*PACKAGES, "datasets", "benchmarks", "notebooks", "tests", "docs", ".ci")
CODE = [path for folder in FOLDERS for path in sorted((ROOT / folder).rglob("*.py"))]
TEXTS = (
    CODE
    + [
        path
        for folder in (*FOLDERS, "")
        for ending in ("md", "toml", "txt", "yaml", "yml", "ipynb", "html", "js", "css")
        for path in sorted((ROOT / folder).rglob(f"*.{ending}") if folder else ROOT.glob(f"*.{ending}"))
    ]
    + [ROOT / ".ci" / "run"]
)

MOST_LINES = 500
MOST_LINES_OF_TESTS = 600
MOST_LINES_A_FUNCTION = 60
VAGUE_NAMES = {"utils", "util", "helpers", "helper", "core", "manager", "common", "misc"}

# Written in pieces, so that this file does not hold what it looks for.
A_MACHINES_FOLDER = re.compile(r"(?<![\w.~/>-])/(?:work|opt|root|home|Users|mnt)/\w|[A-Z]:\\\\?Users")
A_REGISTRY = re.compile(
    "|".join([r"py" + r"pi\.(org|python)", "python" + "hosted", "extra-" + "index", "--index" + "-url"])
)


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


def test_a_file_is_one_concept():
    lengths = {relative(path): len(path.read_text(encoding="utf-8").splitlines()) for path in CODE}
    assert {name: count for name, count in lengths.items() if count >= most_lines(name)} == {}
    assert [relative(path) for path in CODE if path.stem in VAGUE_NAMES] == []


def most_lines(name: str) -> int:
    return MOST_LINES_OF_TESTS if name.startswith("tests") else MOST_LINES


def test_a_function_can_be_read_at_once():
    lengths = {
        f"{relative(path)}: {node.name}": body_lines(node)
        for path in CODE
        if relative(path).startswith(PACKAGES)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
    }
    assert {name: count for name, count in lengths.items() if count >= MOST_LINES_A_FUNCTION} == {}


def body_lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of a function from its heading to its end, its docstring left out."""
    first = node.body[0]
    is_docstring = isinstance(first, ast.Expr) and isinstance(first.value, ast.Constant)
    documented = first.end_lineno - first.lineno + 1 if is_docstring else 0
    return node.end_lineno - node.lineno + 1 - documented


def test_no_file_names_a_machine_or_a_registry():
    texts = {relative(path): path.read_text(encoding="utf-8") for path in TEXTS}
    named = {name: A_MACHINES_FOLDER.findall(text) + A_REGISTRY.findall(text) for name, text in texts.items()}
    assert {name: found for name, found in named.items() if found} == {}


def test_what_is_looked_for_would_be_found():
    assert A_MACHINES_FOLDER.search("see /" + "work/main")
    assert A_REGISTRY.search("https://py" + "pi.org/simple")
