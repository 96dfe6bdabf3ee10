"""Imports run down only, and in no circle."""

import ast
import graphlib
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("network", "optimizer", "dashboards")

# What every floor of optimizer may stand on.
GROUND = ("optimizer.progress", "optimizer.checksum", "optimizer.output_folder")

# Whoever writes a plan folder has its reports written too; all else of optimizer.plan stands below the reports.
PLAN_FOLDER = ("network", "optimizer.region", "optimizer.plan", "optimizer.report", *GROUND)

# A layer, as the start of its modules' names, and what it may import of the project. The first that fits holds.
LAYERS = (
    ("network", ("network",)),
    ("optimizer.models", ("optimizer.models",)),
    *((name, ("network", *GROUND)) for name in GROUND),
    ("optimizer.region", ("network", "optimizer.region", *GROUND)),
    ("optimizer.events", ("network", "optimizer.region", "optimizer.events", *GROUND)),
    ("optimizer.starter", ("network", "optimizer.region", "optimizer.starter", "optimizer.progress")),
    *((f"optimizer.plan.{writer}", PLAN_FOLDER) for writer in ("folder", "manifest")),
    ("optimizer.plan", ("network", "optimizer.models", "optimizer.region", "optimizer.plan", *GROUND)),
    ("optimizer.analysis", (*PLAN_FOLDER, "optimizer.models", "optimizer.events", "optimizer.analysis")),
    ("optimizer.report", (*PLAN_FOLDER, "optimizer.models.layer")),
    ("optimizer.siting.stated", ("network", "optimizer.region", "optimizer.plan", "optimizer.siting.stated", *GROUND)),
    ("optimizer.siting", (*PLAN_FOLDER, "optimizer.models", "optimizer.analysis.columns", "optimizer.siting")),
    ("optimizer.dispatch.tables", ("network", "optimizer.region", *GROUND)),
    ("optimizer.dispatch.incident", ("network", "optimizer.region", "optimizer.dispatch.incident", *GROUND)),
    ("optimizer.dispatch", (*PLAN_FOLDER, "optimizer.models", "optimizer.analysis", "optimizer.dispatch")),
    (
        "optimizer.verify",
        (
            "network",
            "optimizer.region",
            "optimizer.plan",
            "optimizer.siting.stated",
            "optimizer.dispatch.tables",
            "optimizer.dispatch.incident",
            "optimizer.verify",
            *GROUND,
        ),
    ),
    ("optimizer.cli", ("network", "optimizer", "dashboards.launch")),
    ("optimizer.installer", ()),
    ("optimizer", ("network", "optimizer.progress")),
    ("dashboards", ("network", "optimizer", "dashboards")),
)


def module_name(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


MODULES = {module_name(path): path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))}


def is_within(name: str, package: str) -> bool:
    return (
        name == package
        or name.startswith(f"{package}.")
        or (package == "optimizer.cli" and name.startswith("optimizer.cli"))
    )


def imported(tree: ast.AST) -> set[str]:
    """Names of project modules imported anywhere in the tree."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "imports are written in full"
            whole = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {name if name in MODULES else str(node.module) for name in whole}
    return {name for name in found if name.split(".")[0] in PACKAGES}


def at_start(tree: ast.Module) -> ast.Module:
    """Only what runs when the module is imported: no function bodies, nothing for type checkers alone."""

    class Start(ast.NodeTransformer):
        def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
            return None

        def visit_If(self, node: ast.If) -> ast.AST | None:
            return None if "TYPE_CHECKING" in ast.unparse(node.test) else self.generic_visit(node)

    return Start().visit(tree)


def test_every_package_is_looked_at():
    assert {name.split(".")[0] for name in MODULES} == set(PACKAGES)


def test_a_module_imports_only_its_own_floor_and_those_below():
    up = {module: imported_from_above(module) for module in MODULES}
    assert {module: names for module, names in up.items() if names} == {}


def imported_from_above(module: str) -> list[str]:
    allowed = next(below for layer, below in LAYERS if is_within(module, layer))
    names = imported(ast.parse(MODULES[module].read_text(encoding="utf-8")))
    return sorted(name for name in names if not any(is_within(name, package) for package in allowed))


def test_no_module_imports_itself_by_a_detour():
    trees = {name: at_start(ast.parse(path.read_text(encoding="utf-8"))) for name, path in MODULES.items()}
    graph = {name: imported(tree) - {name} for name, tree in trees.items()}
    graphlib.TopologicalSorter(graph).prepare()


def test_datasets_shadows_no_package():
    assert not (ROOT / "datasets" / "__init__.py").exists()


def test_imports_are_seen_wherever_they_stand():
    tree = ast.parse(
        "def f():\n    from network import words\n    from network.words import say\n    import dashboards.app"
    )
    assert imported(tree) == {"network.words", "dashboards.app"}
    assert imported(at_start(tree)) == set()
