import importlib.util
import sys
from pathlib import Path

import pytest

from optimizer.plan.folder import read_plan_folder, write_plan
from optimizer.report.wording import Wording


def _made_plan_module():
    name = "made_plan"
    if name not in sys.modules:
        path = Path(__file__).parents[1] / "optimizer" / "plan" / "made_plan.py"
        spec = importlib.util.spec_from_file_location(name, path)
        module = importlib.util.module_from_spec(spec)
        sys.modules[name] = module
        spec.loader.exec_module(module)
    return sys.modules[name]


@pytest.fixture(scope="session")
def path(tmp_path_factory):
    """A plan folder on disk, with a site name that is markup."""
    home = tmp_path_factory.mktemp("dashboard")
    made = _made_plan_module()
    plan = made.made_plan(home / "region", {"V6": made.NASTY_MARKUP})
    return write_plan(plan, home / "plan", "zh")


@pytest.fixture(scope="session")
def folder(path):
    """The same, read."""
    return read_plan_folder(path)


@pytest.fixture(scope="session")
def words(folder):
    """The folder's names in Chinese."""
    return Wording.of_names(folder.manifest["names"], "zh")
