"""The README's commands are there, complete, and name what exists."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from optimizer.cli import app

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DOCUMENTS = [ROOT / "README.md", ROOT / "CONTRIBUTING.md"]


def command(name: str) -> str:
    found = re.search(rf"^<!-- command: {name} -->\n```\n(.+)\n```$", README, re.MULTILINE)
    assert found, f"README.md holds no command {name}"
    return found[1]


@pytest.mark.parametrize("name", ["demo", "demo-windows", "test", "test-windows"])
def test_each_command_makes_its_environment_and_installs_pinned_versions(name):
    steps = command(name).split(" && ")
    assert len(steps) == 3
    assert steps[0].endswith("-m venv .venv")
    assert "pip install -c constraints.txt -e" in steps[1]
    assert "\\" in steps[1] if "windows" in name else "\\" not in steps[1]


@pytest.mark.parametrize("system", ["", "-windows"])
def test_one_command_ends_in_the_demo_and_one_in_the_tests(system):
    assert command(f"demo{system}").endswith("reserve demo")
    assert "pytest" in command(f"test{system}")
    assert '".[test]"' in command(f"test{system}")


def test_they_stand_first_and_need_neither_make_nor_bash():
    opening = README[: README.index("## 中文")]
    assert opening.count("```\n") == 8
    assert not re.search(r"\b(make|bash|sh|source)\b", opening)


def test_the_commands_of_the_tour_exist():
    known = set(typer.main.get_command(app).commands)
    blocks = "\n".join(re.findall(r"```\n(.*?)```", README, re.DOTALL))
    named = set(re.findall(r"(?:^|[/\\ ])reserve ([a-z]+)", blocks, re.MULTILINE))
    assert named
    assert named <= known


def test_the_extras_and_versions_are_those_of_the_project():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert set(re.findall(r'-e "\.\[(\w+)\]"', README)) <= set(project["optional-dependencies"])
    assert project["requires-python"] == ">=3.11,<3.14"
    assert "3.11–3.13" in README


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_links_lead_somewhere(document):
    text = document.read_text(encoding="utf-8")
    targets = [target for target in re.findall(r"\]\(([^)#]+)\)", text) if "://" not in target]
    assert [target for target in targets if not (ROOT / target).exists()] == []


def test_credit_is_given_for_the_roads():
    assert "ODbL" in README
    assert "OpenStreetMap contributors" in README
