"""The catalogues: both languages say the same, every key that code names exists, and none is left over."""

import ast
import re
import string
from pathlib import Path

import pytest
import yaml

from network.words import LANGUAGES

ROOT = Path(__file__).parents[1]
PACKAGES = ("network", "optimizer", "dashboards")
CATALOGUES = {
    f"{package}.{path.stem}": yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    for package in PACKAGES
    for path in sorted((ROOT / package / "words").glob("*.yaml"))
}
ENTRIES = {f"{catalogue}.{name}": words for catalogue, entries in CATALOGUES.items() for name, words in entries.items()}
TREES = {
    path: ast.parse(path.read_text(encoding="utf-8"))
    for package in PACKAGES
    for path in sorted((ROOT / package).rglob("*.py"))
}
SCHEMAS = ("schema.py", "region_tables.py", "plan_tables.py", "analysis_tables.py", "table.py", "tables.py")
"""Where tables and columns are declared, each with its heading and meaning in both languages: catalogues in Python."""

SAME_THING = {"title": "name", "heading": "name", "table": "name", "kind": "code", "use": "code", "zh": "en"}
"""A table, column or kind is called by its heading in Chinese and by its code in English."""

A_SENTENCE = re.compile(r"[\u4e00-\u9fff].*[，。；：！？]")
A_KEY = re.compile(r"(network|optimizer|dashboards)\.[a-z_]+\.\w*[^\W_]")


def placeholders(text: str) -> set[str]:
    return {name.split(".")[0].split("[")[0] for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def constants(tree: ast.AST) -> set[str]:
    """Every text in the code that is not part of an f-string."""
    parts = {id(value) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for value in node.values}
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in parts)
    return {node.value for node in nodes if isinstance(node.value, str)}


def patterns(tree: ast.AST) -> set[str]:
    """Every f-string as a pattern, its values standing for any name. One without words of its own tells nothing."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.JoinedStr):
            parts = [str(one.value) if isinstance(one, ast.Constant) else None for one in node.values]
            if any(part and part.strip("_.") for part in parts):
                found.add("".join(r"\w*" if part is None else re.escape(part) for part in parts))
    return found | {re.escape(text) + r"\w+" for text in constants(tree) if re.fullmatch(r"[\w.]+\.\w+_", text)}


CONSTANTS = set().union(*(constants(tree) for tree in TREES.values()))
PATTERNS = re.compile("|".join(sorted(set().union(*(patterns(tree) for tree in TREES.values())))))


def test_there_are_words():
    assert len(ENTRIES) > 100


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_entries_say_the_same_in_both_languages(catalogue):
    entries = CATALOGUES[catalogue]
    assert [name for name, words in entries.items() if set(words) != set(LANGUAGES)] == []
    texts = {name: list(words.values()) for name, words in entries.items()}
    assert [
        name for name, said in texts.items() if not all(isinstance(text, str) and text.strip() for text in said)
    ] == []
    assert [name for name, said in texts.items() if things(said[0]) != things(said[1])] == []


def things(text: str) -> set[str]:
    """What an entry speaks of: its placeholders, whichever way a language calls them."""
    return {SAME_THING.get(name, name).removesuffix("_cny") for name in placeholders(text)}


def test_a_key_named_in_code_stands_in_its_catalogue():
    keys = {text for text in CONSTANTS if A_KEY.fullmatch(text) and text.rsplit(".", 1)[0] in CATALOGUES}
    assert sorted(keys - set(ENTRIES)) == []


def test_whoever_names_a_key_gives_all_its_values():
    needed = {key: set().union(*(placeholders(text) for text in words.values())) for key, words in ENTRIES.items()}
    lacking = {
        f"{path.relative_to(ROOT)}: {key}": sorted(needed[key] - given)
        for path, tree in TREES.items()
        for key, given in given_values(tree)
        if needed[key] - given
    }
    assert lacking == {}


def given_values(tree: ast.AST) -> list[tuple[str, set[str]]]:
    """The key and the names of the values of each call that gives them all in plain sight."""
    calls = []
    for node in ast.walk(tree):
        if (
            not isinstance(node, ast.Call)
            or not isinstance(node.func, ast.Name)
            or node.func.id not in {"say", "Phrase"}
        ):
            continue
        key = node.args[0].value if node.args and isinstance(node.args[0], ast.Constant) else None
        names = {keyword.arg for keyword in node.keywords}
        if key in ENTRIES and None not in names:
            calls.append((key, names))
    return calls


def looked_up_whole(tree: ast.AST) -> set[str]:
    """Catalogues that code goes through by ``catalogue(package, name)``."""
    calls = (node for node in ast.walk(tree) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name))
    return {
        ".".join(arg.value for arg in node.args if isinstance(arg, ast.Constant))
        for node in calls
        if node.func.id == "catalogue"
    }


WHOLE = set().union(*(looked_up_whole(tree) for tree in TREES.values()))


@pytest.mark.parametrize("catalogue", CATALOGUES)
def test_an_entry_is_used_somewhere(catalogue):
    unused = [
        name
        for name in CATALOGUES[catalogue]
        if not {name, f"{catalogue}.{name}"} & CONSTANTS
        and not PATTERNS.fullmatch(name)
        and not PATTERNS.fullmatch(f"{catalogue}.{name}")
    ]
    assert unused == [] or catalogue in WHOLE


def test_no_chinese_sentence_stands_in_code():
    """Words for planners live in catalogues; a lone name, such as a sheet's or a file's, may stand in code."""
    sentences = {
        str(path.relative_to(ROOT)): [text for text in spoken(tree) if A_SENTENCE.search(text)]
        for path, tree in TREES.items()
        if path.name not in SCHEMAS
    }
    assert {name: texts for name, texts in sentences.items() if texts} == {}


def spoken(tree: ast.AST) -> list[str]:
    """Every text of the code that is no docstring."""
    docs = {
        id(node.body[0].value)
        for node in ast.walk(tree)
        if isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef))
        and node.body
        and isinstance(node.body[0], ast.Expr)
    }
    loose = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    nodes = (node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in docs | loose)
    return [node.value for node in nodes if isinstance(node.value, str)]
