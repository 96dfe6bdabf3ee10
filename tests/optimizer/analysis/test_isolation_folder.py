"""``reserve isolation``: every scenario's isolated places, in a folder."""

from __future__ import annotations

import json
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from optimizer.analysis.isolation import isolation_by_scenario
from optimizer.cli import main
from optimizer.region.reading import read_region

DEMO = Path(__file__).parents[3] / "datasets" / "yubei"
FILES = ["access.csv", "holdings.csv", "isolated.csv", "isolation.json", "isolation.xlsx", "summary.txt"]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("isolation") / "out"
    assert main(["isolation", str(DEMO), "--out", str(out)]) == 0
    return out


def test_every_scenario_and_place_stands_in_the_tables(folder: Path) -> None:
    region = read_region(DEMO)
    found = isolation_by_scenario(region)
    assert sorted(path.name for path in folder.iterdir()) == FILES
    access = pd.read_csv(folder / "access.csv")
    places = region.sites["kind"].isin(["village", "community"]).sum()
    assert access.groupby("scenario_id").size().to_dict() == {one.id: places for one in region.scenarios}
    isolated = pd.read_csv(folder / "isolated.csv")
    assert len(isolated) == len(found.isolated) > 0
    assert isolated["cut_by"].notna().any()


def test_the_summary_has_a_line_a_scenario_with_the_people_of_the_table(folder: Path) -> None:
    region = read_region(DEMO)
    lines = (folder / "summary.txt").read_text(encoding="utf-8-sig").splitlines()
    isolated = pd.read_csv(folder / "isolated.csv")
    for scenario in region.scenarios:
        line = next(line for line in lines if line.startswith(scenario.name.zh))
        rows = isolated[(isolated["scenario_id"] == scenario.id) & (isolated["status"] != "no_road")]
        assert (f"{rows['people'].sum():,.0f} 人" in line) == bool(len(rows))


def test_the_workbook_and_the_manifest_speak_of_the_same(folder: Path) -> None:
    book = openpyxl.load_workbook(folder / "isolation.xlsx")
    assert book.sheetnames == ["摘要", "道路可达", "断路村社", "断路村社存量"]
    told = json.loads((folder / "isolation.json").read_text(encoding="utf-8"))
    assert set(told["files"]) == set(FILES) - {"isolation.json"}


def test_english_and_json(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["isolation", str(DEMO), "--out", str(out), "--lang", "en", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert "who is isolated" in told["headline"][0]
    assert told["isolated"]


def test_what_a_planner_put_there_is_left_alone(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    assert main(["isolation", str(DEMO), "--out", str(tmp_path)]) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
    assert str(tmp_path) in capsys.readouterr().err
