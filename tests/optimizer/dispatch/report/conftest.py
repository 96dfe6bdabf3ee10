"""A dispatch made by hand, whole, with nothing in it, and with names that no reader may take for code."""

import importlib.util
import sys
from pathlib import Path

import pytest

from optimizer.dispatch.dispatch import Dispatch


@pytest.fixture(scope="session")
def maker():
    """The module that makes a dispatch by hand."""
    name = "made_dispatch"
    if name not in sys.modules:
        spec = importlib.util.spec_from_file_location(name, Path(__file__).parent / "made_dispatch.py")
        sys.modules[name] = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(sys.modules[name])
    return sys.modules[name]


@pytest.fixture(scope="session")
def region(made, tmp_path_factory):
    return made.made_region(tmp_path_factory.mktemp("region"))


@pytest.fixture(scope="session")
def ordered(maker, region) -> Dispatch:
    return maker.made_dispatch(region)


@pytest.fixture(scope="session")
def nothing(maker, region) -> Dispatch:
    """No task, no request, nobody to send."""
    return maker.made_dispatch(region, {})


@pytest.fixture(scope="session")
def nasty(maker, made, region) -> Dispatch:
    """Names that begin like a formula, hold markup, and are longer than a page is wide."""
    names = {"白岩村": made.NASTY_MARKUP, "轻型货车 1": "=1+1", "区综合应急救援队": "很长的队伍名称" * 12}
    rows = dict(maker.ROWS)
    for old, new in names.items():
        rows = {name: text.replace(old, new) for name, text in rows.items()}
    return maker.made_dispatch(region, rows, name="=2+2")
