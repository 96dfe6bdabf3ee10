import importlib.util
import sys
from dataclasses import replace
from pathlib import Path

import pytest


def _made_plan_module():
    name = "made_plan"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "plan" / "made_plan.py")
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def made():
    """The module that makes a small plan by hand."""
    return _made_plan_module()


@pytest.fixture(scope="session")
def plan(made, tmp_path_factory):
    """A small plan, every table filled."""
    return made.made_plan(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="session")
def conditional(plan):
    """The small plan, with every layer proven, two of them on a condition."""
    layers = {layer.name: layer for layer in plan.layers}
    late = replace(
        layers["late"], bound=layers["late"].value, gap=0.0, proven=True, status="Optimal for the stock held"
    )
    advisory = replace(late, name="advisory", status="Optimal for what is left")
    return replace(plan, layers=(layers["mandatory"], layers["unmet"], late, advisory, layers["cost"]))


@pytest.fixture(scope="session")
def nasty_plan(made, tmp_path_factory):
    """The same, with site names that a workbook or a page must not take for code."""
    names = {"V2": made.NASTY_FORMULA, "V6": made.NASTY_MARKUP, "T3": "+白岩镇/一:二?"}
    return made.made_plan(tmp_path_factory.mktemp("nasty"), names)
