"""The made incidents fit the regions that they are made for, fresh starter regions of real roads among them."""

import datetime
import re
from pathlib import Path

import pytest

from optimizer.cli import main
from optimizer.dispatch.incident.reading import read_incident
from optimizer.dispatch.incident.yaml_file import read_yaml
from optimizer.region.reading import read_region
from optimizer.starter.start import start_region

ROOT = Path(__file__).parents[4]
ROADS = ROOT.parent / "shared" / "data" / "roads"
MADE = Path(__file__).parents[1] / "incidents"


def test_the_demos(region):
    incident = read_incident(MADE / "yubei.yaml", region)
    assert (len(incident.form.tasks), len(incident.form.requests)) == (20, 40)
    assert incident.warnings == ()


def test_that_of_a_fresh_starter_region(tmp_path):
    file = ROADS / "legazpi.osm.pbf"
    if not file.is_file():
        pytest.skip("the roads are not beside the repository")
    start_region(str(file), tmp_path / "region", plan_date=datetime.date(2026, 11, 25))
    incident = read_incident(MADE / "legazpi.yaml", read_region(tmp_path / "region"))
    assert (len(incident.form.tasks), len(incident.form.requests)) == (8, 15)
    assert incident.warnings == ()


@pytest.mark.parametrize("name", ["andorra", "legazpi", "yubei"])
def test_they_are_of_the_right_form_and_say_that_they_are_made_up(name):
    draft, problems = read_yaml(MADE / f"{name}.yaml")
    assert problems == []
    assert re.search("made up|虚构", draft.head.form.source)
    assert any(entry.form.to_h for entry in draft.lists["roads.closures"])
    assert draft.lists["crafts"]
    assert draft.lists["clearing.work"]


@pytest.mark.parametrize("ending", [".xlsx", ".yaml"])
def test_the_command_writes_one_to_fill_in(tmp_path, capsys, ending):
    path = tmp_path / f"incident{ending}"
    assert main(["incident", str(ROOT / "datasets" / "yubei"), "--out", str(path), "--lang", "en"]) == 0
    assert path.name in capsys.readouterr().out
    assert path.is_file()


def test_the_command_refuses_another_kind_of_file(tmp_path, capsys):
    path = tmp_path / "incident.docx"
    assert main(["incident", str(ROOT / "datasets" / "yubei"), "--out", str(path)]) == 1
    assert ".xlsx" in capsys.readouterr().err
    assert not path.exists()
