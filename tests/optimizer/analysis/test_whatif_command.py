"""``reserve whatif`` from files to a folder: the demo, real places, wrong input."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from network.closed_links import staked_stretches
from network.closure_files import read_closures
from network.closures import Closure
from optimizer.analysis.whatif import baseline, what_if
from optimizer.analysis.whatif_report.figures import figures_of
from optimizer.cli import main
from optimizer.plan.folder import write_plan
from optimizer.plan.manifest import NEEDED
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.plan.table_files import write_tables
from optimizer.region.reading import read_region
from optimizer.starter.start import start_region

ROOT = Path(__file__).parents[3]
DEMO = ROOT / "datasets" / "yubei"
REAL_ROADS = ROOT / ".." / "shared" / "data" / "roads"
THREE_ROADS = """closures:
  - {name: 省道303线, road: S303, to_h: 36}
  - {name: 县道225线, road: X225}
  - {name: 县道238线, road: X238}
"""
A_SECOND = 1.0
"""What an interactive what-if may take on the demo, on a machine that does other work too: five times that."""


@pytest.fixture
def closures(tmp_path):
    path = tmp_path / "中断.yaml"
    path.write_text(THREE_ROADS, "utf-8")
    return path


@pytest.fixture(scope="module")
def demo():
    return read_region(DEMO)


@pytest.fixture(scope="module", params=["andorra", "legazpi"])
def real(request, tmp_path_factory):
    source = REAL_ROADS / f"{request.param}.osm.pbf"
    if not source.exists():
        pytest.skip(f"{source.name} is not in ../shared/data/roads")
    folder = tmp_path_factory.mktemp(request.param) / "region"
    start_region(source, folder, plan_date=date(2026, 3, 1))
    return read_region(folder)


@pytest.mark.parametrize("language", ["中文", "English"])
def test_the_closures_of_the_readme_are_sound(tmp_path, language):
    section = (ROOT / "README.md").read_text("utf-8").split(f"\n## {language}\n")[1].split("\n## ")[0]
    example = next(block for block in section.split("```yaml\n") if block.startswith("closures:"))
    (tmp_path / "closures.yaml").write_text(example.split("```")[0], "utf-8")
    assert read_closures(tmp_path / "closures.yaml")[0].to_h == 36


@pytest.mark.parametrize(("language", "word"), [("zh", "断路："), ("en", "Cut off:")])
def test_the_demo_is_told_in_both_languages(capsys, tmp_path, closures, language, word):
    out = tmp_path / "推演"
    assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", str(out), "--lang", language]) == 0
    assert word in capsys.readouterr().out
    assert word in (out / "summary.txt").read_text("utf-8-sig")
    assert [path.name for path in tmp_path.iterdir() if path.is_dir()] == ["推演"]


def test_stakes_are_told_with_their_error_wherever_a_reader_looks(capsys, tmp_path, closures, demo):
    roads = demo.roads
    link = int(np.flatnonzero(roads.called("S303"))[0])
    ends = [f"{{lon: {roads.lon[node]}, lat: {roads.lat[node]}}}" for node in (roads.tail[link], roads.head[link])]
    stakes = f"{{road: S303, from: K0+000, to: K0+100, zero: {ends[0]}, towards: {ends[1]}}}"
    closures.write_text(f"closures:\n  - {{name: 塌方, stakes: {stakes}}}\n", "utf-8")
    (stretch,) = staked_stretches(read_closures(closures), roads)
    out = tmp_path / "out"
    assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", str(out)]) == 0
    said = capsys.readouterr()
    assert f"提示：中断.yaml：{stretch.phrase().say('zh')}" in said.err
    assert f"桩号（塌方）：{stretch.phrase().say('zh')}" in (out / "summary.txt").read_text("utf-8-sig")
    (told,) = json.loads((out / "whatif.json").read_text("utf-8"))["stakes"]
    assert (told["closure"], told["road"], told["links"]) == ("塌方", "S303", len(stretch.links))
    # Half a step of 20 m, and 2 % of what lies between the zero and the farther stake, at the least.
    assert told["error_m"] == pytest.approx(stretch.error_m)
    assert told["error_m"] >= 10 + 0.02 * (100 - 20)
    assert told["told"]["en"] == stretch.phrase().say("en")


def test_machines_get_json(capsys, tmp_path, closures):
    out = tmp_path / "out"
    options = ["--at", "40", "--vehicle", "heavy_truck", "--night", "--rain", "rain", "--speed", "0.8", "--json"]
    assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", str(out), *options]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "done"
    assert told["figures"]["cut_off"] > 0
    wanted = {"plan": False, "at_h": 40.0, "vehicle_class": "heavy_truck", "night": True, "rain": "rain"}
    wanted["speed_factor"] = 0.8
    assert json.loads((out / "whatif.json").read_text("utf-8"))["options"] == wanted


def test_an_older_what_if_is_replaced_and_other_folders_are_not(capsys, tmp_path, closures):
    out, mine = tmp_path / "out", tmp_path / "mine"
    mine.mkdir()
    (mine / "notes.txt").write_text("mine", "utf-8")
    for _ in range(2):
        assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", str(out)]) == 0
    assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", str(mine)]) == 1
    assert "不是情景推演文件夹" in capsys.readouterr().err
    assert [path.name for path in mine.iterdir()] == ["notes.txt"]


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("closures:\n  - {name: 无此路, road: S999999}\n", "无此路"),
        ("closures: []\n", "中断.yaml"),
        ("closures: [\n", "中断.yaml"),
        ("closures:\n  - {name: 甲, road: S303, colour: red}\n", "colour"),
    ],
)
def test_a_wrong_closure_file_is_named_and_nothing_written(capsys, tmp_path, closures, text, word):
    closures.write_text(text, "utf-8")
    assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", str(tmp_path / "out")]) == 1
    said = capsys.readouterr()
    assert word in said.err
    assert "Traceback" not in said.err
    assert [path.name for path in tmp_path.iterdir()] == ["中断.yaml"]


def test_a_missing_closure_file_is_named(capsys, tmp_path):
    assert main(["whatif", str(DEMO), "--closures", str(tmp_path / "无.yaml"), "--out", str(tmp_path / "out")]) == 1
    assert "无.yaml" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "options", [["--vehicle", "boat"], ["--at", "-1"], ["--speed", "0"], ["--speed", "fast"]], ids=" ".join
)
def test_wrong_options_are_wrong_usage(capsys, closures, options):
    assert main(["whatif", str(DEMO), "--closures", str(closures), "--out", "there", *options]) == 2
    assert options[0] in capsys.readouterr().err


def test_a_plan_of_another_region_is_refused_by_name(capsys, tmp_path, closures, plan):
    other = write_plan(plan, tmp_path / "plan", "zh")
    arguments = ["whatif", str(DEMO), "--closures", str(closures), "--out", str(tmp_path / "out"), "--plan", str(other)]
    assert main(arguments) == 1
    said = capsys.readouterr().err
    assert plan.region.settings.id in said
    assert "yubei" in said
    assert not (tmp_path / "out").exists()


def test_a_folder_that_is_no_plan_is_refused(capsys, tmp_path, closures):
    arguments = [
        "whatif",
        str(DEMO),
        "--closures",
        str(closures),
        "--out",
        str(tmp_path / "out"),
        "--plan",
        str(tmp_path),
    ]
    assert main(arguments) == 1
    assert "plan.json" in capsys.readouterr().err


@pytest.fixture
def demo_plan(demo, tmp_path):
    """The demo's depots as they stand, and one shipment, in the form of a plan folder."""
    tables = {table.name: pd.DataFrame(columns=[column.name for column in table.columns]) for table in PLAN_TABLES}
    depots = demo.sites.loc[demo.sites["kind"] == "depot", "site_id"].reset_index(drop=True)
    sent = ("flood_20", "DEPOT-D2", "500112133205", "water", "light_truck", 1.0)
    columns = ("scenario_id", "from_site_id", "to_site_id", "item_id", "vehicle_class", "loads")
    tables["depots"] = pd.DataFrame({"site_id": depots, "decision": "existing"}).reindex(
        columns=tables["depots"].columns
    )
    tables["shipments"] = pd.DataFrame([dict(zip(columns, sent, strict=True))]).reindex(
        columns=tables["shipments"].columns
    )
    folder = tmp_path / "计划"
    folder.mkdir()
    write_tables(tables, folder)
    told = {key: {} for key in NEEDED} | {"schema_version": 1, "region": {"id": "yubei"}, "inputs": demo.inputs}
    (folder / "plan.json").write_text(json.dumps(told), "utf-8")
    return folder


def test_a_plan_of_the_region_counts_and_its_lost_shipments_are_told(capsys, tmp_path, closures, demo_plan):
    out = tmp_path / "out"
    arguments = ["whatif", str(DEMO), "--closures", str(closures), "--out", str(out), "--plan", str(demo_plan)]
    assert main(arguments) == 0
    said = capsys.readouterr()
    assert "1 条线路失去道路" in said.out
    assert "已有改动" not in said.err
    told = json.loads((out / "whatif.json").read_text("utf-8"))
    assert told["options"]["plan"] is True
    assert set(told["inputs"]) > {"plan/plan.json", "closures/中断.yaml", "sites.csv"}


def test_a_plan_of_an_older_state_of_the_region_is_told(capsys, tmp_path, closures, demo_plan):
    told = json.loads((demo_plan / "plan.json").read_text("utf-8"))
    told["inputs"]["sites.csv"] = "0" * 64
    (demo_plan / "plan.json").write_text(json.dumps(told), "utf-8")
    out = tmp_path / "out"
    arguments = ["whatif", str(DEMO), "--closures", str(closures), "--out", str(out), "--plan", str(demo_plan)]
    assert main(arguments) == 0
    assert "已有改动：sites.csv" in capsys.readouterr().err


def test_an_interactive_what_if_on_the_demo_is_quick(demo):
    before = baseline(demo)
    closed = [closure for scenario in demo.scenarios for closure in scenario.roads.closures][:10]
    assert min(what_if(demo, closed, before=before).seconds for _ in range(3)) < 5 * A_SECOND


def test_what_the_demos_scenarios_cut_off_depends_on_their_closures(demo):
    before = baseline(demo)
    for scenario in demo.scenarios:
        found = what_if(demo, scenario.roads.closures, before=before)
        figures = figures_of(found)
        assert figures.isolated > 0
        assert set(found.tables["isolated"]["cut_kind"]) <= {"any", "all"}
        assert figures.isolated_before == figures.no_road == 0


def test_andorras_valley_road_cuts_off_the_villages_behind_it(real):
    if real.settings.id != "andorra":
        pytest.skip("the valley is in Andorra")
    found = what_if(real, [Closure(name="CG-3", road="CG-3", to_h=12)])
    isolated = found.tables["isolated"].set_index("site_name")
    for name in ("el Serrat", "Llorts", "Arans", "Erts", "Arinsal"):
        assert isolated.loc[name, ["cut_kind", "cut_by", "reopens_h"]].tolist() == ["any", "CG-3", 12]
    assert "Canillo" not in isolated.index, "it lies in the other valley"


def test_closing_every_bridge_of_a_real_place_never_shortens_a_way(real):
    found = what_if(real, [Closure(name="bridges", bridges=True)])
    for group in ("district_depot", "town_depot", "station"):
        assert (found.tables["sites"][f"{group}_change_min"].dropna() >= 0).all()
    assert figures_of(found).isolated > 0
    standards = found.tables["standards"]
    assert not ((standards["outcome_before"] == "short") & (standards["outcome_after"] == "met")).any()
