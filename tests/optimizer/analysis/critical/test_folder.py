"""The folder of critical links, the command, and the plan that losses are judged by."""

from __future__ import annotations

import csv
import hashlib
import json
import shutil
from pathlib import Path

import geopandas
import matplotlib.image
import openpyxl
import pytest

from network.problem import ProblemsError
from network.words import LANGUAGES
from optimizer.analysis.critical import folder as critical_folder
from optimizer.analysis.critical.folder import CRITICAL_FOLDER, write_critical
from optimizer.analysis.critical.map import LINE_WIDTH, draw_critical, wrapped
from optimizer.analysis.critical.ranking import CriticalLinks, find_critical
from optimizer.analysis.critical.stock import planned_stock, present_stock
from optimizer.analysis.critical.table import CRITICAL
from optimizer.analysis.critical.told import summary_lines
from optimizer.cli import main
from optimizer.output_folder import check_out
from optimizer.plan.annual import make_plan
from optimizer.plan.folder import PlanFolder, read_plan_folder, write_plan
from optimizer.region.region import Region
from optimizer.report.workbook.sheet import display_width

FILES = {"critical.csv", "critical.gpkg", "critical.json", "critical.xlsx", "map.png", "summary.txt"}


@pytest.fixture(scope="module")
def found(valley: Region) -> CriticalLinks:
    return find_critical(present_stock(valley))


@pytest.fixture(scope="module")
def folder(found: CriticalLinks, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("out") / "critical"
    assert write_critical(found, out, "zh", 3) == ()
    return out


@pytest.fixture(scope="module")
def plan_folder(valley: Region, tmp_path_factory: pytest.TempPathFactory) -> PlanFolder:
    plan = make_plan(valley, gap=0.001, time_limit_s=20.0)
    return read_plan_folder(write_plan(plan, tmp_path_factory.mktemp("plan") / "计划", "zh"))


def test_the_folder_is_whole_and_names_its_files(folder: Path) -> None:
    assert {path.name for path in folder.iterdir()} == FILES
    assert list(folder.parent.iterdir()) == [folder]
    content = json.loads((folder / "critical.json").read_text(encoding="utf-8"))
    sums = {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.iterdir()}
    assert content["files"] == {name: sums[name] for name in FILES - {"critical.json"}}
    assert content["tried"]["bridges"] == 4
    assert [row["loss_id"] for row in content["worst"]] == ["bridge-1", "bridge-3", "road-8:1-9"]
    assert (content["plan"], content["scenario"]) == (None, None)


def test_the_table_holds_every_loss_in_the_order_of_the_contract(folder: Path) -> None:
    with (folder / "critical.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == [column.name for column in CRITICAL.columns]
    assert [row["rank"] for row in rows] == ["1", "2", "3", "4", "5", "", ""]
    assert (rows[0]["people_cut_off"], rows[0]["used"], rows[5]["used"]) == ("1300", "yes", "no")


def test_the_layer_has_a_line_for_each_and_the_map_is_a_page(folder: Path) -> None:
    layer = geopandas.read_file(folder / "critical.gpkg")
    assert len(layer) == 7
    assert layer.crs.to_epsg() == 4326
    assert set(layer.geometry.geom_type) == {"MultiLineString"}
    around = layer.set_index("loss_id").geometry["road-5:2-5"]
    assert around.bounds == pytest.approx((106.61, 29.68, 106.70, 29.70))
    assert len(around.geoms) == 3
    assert matplotlib.image.imread(folder / "map.png").shape[:2] == (1654, 2338)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_workbook_speaks_the_language(found: CriticalLinks, tmp_path: Path, language: str) -> None:
    write_critical(found, tmp_path / "out", language, 3)
    book = openpyxl.load_workbook(tmp_path / "out" / "critical.xlsx")
    assert book.sheetnames == {"zh": ["关键路段", "说明"], "en": ["critical", "notes"]}[language]
    cells = [[cell.value for cell in row] for row in book.worksheets[0].iter_rows()]
    assert cells[2][1:4] == {"zh": ["bridge-1", "桥梁", "上桥"], "en": ["bridge-1", "bridge", "上桥"]}[language]


def test_the_summary_tells_the_worst_and_what_was_tried(found: CriticalLinks) -> None:
    text = "\n".join(summary_lines(found, "zh", 3))
    assert "1. 桥梁 上桥" in text
    assert "断路 1,300 人" in text
    assert "4. " not in text
    assert "桥梁 4 座、隧道 1 座（全部），在用路段 2 条" in text
    assert "道路为合成数据" in text
    assert "people cut off: 1,300; places cut off: 2; more unmet want: 4,683" in "\n".join(
        summary_lines(found, "en", 3)
    )


def test_what_does_equal_damage_is_told_once(found: CriticalLinks) -> None:
    twice = found.table.assign(rank=[1, 1, 1, 2, 3, None, None])
    lines = summary_lines(CriticalLinks(**vars(found) | {"table": twice}), "zh", 9)
    assert "另有 2 处中断损害相同" in lines[1]
    assert lines[2].startswith("2. ")


def test_names_beside_the_map_stay_on_the_page_in_either_script() -> None:
    names = (
        "6. road 龙兴五街 (白桥社区居民委员会 to 迎龙社区居民委员会)",
        "3. 路段 CS-345 Carrer de Mossèn Cinto Verdaguer（Ordino）",
    )
    for name in names:
        lines = wrapped(name)
        assert "".join(lines) == name
        assert len(lines) == 2
        assert max(display_width(line.rstrip()) for line in lines) <= LINE_WIDTH
    assert wrapped(names[1])[0].endswith("Verdaguer")


def test_a_map_without_a_chinese_font_speaks_english(found: CriticalLinks, tmp_path: Path) -> None:
    warned = draw_critical(found, tmp_path / "map.png", "zh", 3, find_font=lambda: None)
    assert len(warned) == 1
    assert (tmp_path / "map.png").stat().st_size > 10_000


def test_a_folder_with_something_else_is_left_alone(found: CriticalLinks, folder: Path, tmp_path: Path) -> None:
    own = tmp_path / "own"
    own.mkdir()
    (own / "letter.txt").write_text("mine", encoding="utf-8")
    for taken in (own, own / "letter.txt"):
        with pytest.raises(ProblemsError):
            check_out(taken, CRITICAL_FOLDER)
    with pytest.raises(ProblemsError):
        write_critical(found, own, "zh", 3)
    assert [path.name for path in own.iterdir()] == ["letter.txt"]
    assert [path.name for path in tmp_path.iterdir()] == ["own"]


def test_an_older_one_is_replaced_and_stays_when_writing_fails(
    found: CriticalLinks, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    out = tmp_path / "out"
    write_critical(found, out, "zh", 3)
    write_critical(found, out, "zh", 2)
    assert len(json.loads((out / "critical.json").read_text(encoding="utf-8"))["worst"]) == 2

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(critical_folder, "draw_critical", full)
    with pytest.raises(ProblemsError):
        write_critical(found, out, "zh", 1)
    assert len(json.loads((out / "critical.json").read_text(encoding="utf-8"))["worst"]) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


# --- judged by a plan -------------------------------------------------------------------------------------------------


def test_with_a_plan_unmet_want_is_the_plans_own(valley: Region, plan_folder: PlanFolder) -> None:
    found = find_critical(planned_stock(valley, plan_folder))
    layers = {layer["name"]: layer["value"] for layer in plan_folder.manifest["layers"]}
    present = find_critical(present_stock(valley))
    # One depot serves all: the plan looks at every source too.
    assert found.unmet_before == pytest.approx(layers["unmet"], abs=1e-3)
    assert found.unmet_before < present.unmet_before
    # Without the bridge all want is unmet: 400 people's water at 10 and half of them a tent; 500 people's likewise.
    everything = 0.25 * (10 * 400 + 200) + 0.75 * (10 * 500 + 250)
    more = found.table.set_index("loss_id")["unmet"]["bridge-1"]
    assert found.unmet_before + more == pytest.approx(everything, abs=1e-2)


def test_the_plans_own_ways_are_in_use(valley: Region, plan_folder: PlanFolder) -> None:
    stock = planned_stock(valley, plan_folder)
    assert set(stock.legs["to_site_id"]) == {"V1", "V2"}
    assert stock.depots == {"D1"}


def test_a_plan_of_another_region_is_refused_and_one_of_older_data_noted(
    valley_folder: Path, plan_folder: PlanFolder, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for path in valley_folder.iterdir():
        (other / path.name).write_bytes(path.read_bytes())
    (other / "stock.csv").write_text(
        (other / "stock.csv").read_text(encoding="utf-8").replace("100", "90"), encoding="utf-8"
    )
    arguments = ["critical", str(other), "--plan", str(plan_folder.path), "--out", str(tmp_path / "out")]
    assert main(arguments) == 0
    assert "stock.csv" in capsys.readouterr().err
    shutil.rmtree(tmp_path / "out")
    settings = (other / "region.yaml").read_text(encoding="utf-8")
    (other / "region.yaml").write_text(settings.replace("id: valley", "id: hill"), encoding="utf-8")
    assert main([*arguments, "--lang", "en"]) == 1
    told = capsys.readouterr().err
    assert "valley" in told
    assert "hill" in told
    assert not (tmp_path / "out").exists()


# --- the command ------------------------------------------------------------------------------------------------------


def test_the_command_tells_the_worst(valley_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    out = tmp_path / "out"
    assert main(["critical", str(valley_folder), "--out", str(out), "--top", "2"]) == 0
    said = capsys.readouterr()
    assert said.out.splitlines()[1].startswith("1. 桥梁 上桥")
    assert str(out) in said.out
    assert "逐处中断道路" in said.err
    assert main(["critical", str(valley_folder), "--out", str(out), "--scenario", "slide", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["status"], told["scenario"]) == ("done", "slide")
    assert told["worst"][0]["loss_id"] == "bridge-1"


@pytest.mark.parametrize(
    ("more", "word"),
    [(["--scenario", "quake"], "flood, slide"), (["--plan", "nowhere"], "plan.json"), (["--top", "0"], "--top N")],
)
def test_wrong_input_writes_nothing(
    valley_folder: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], more: list[str], word: str
) -> None:
    assert main(["critical", str(valley_folder), "--out", str(tmp_path / "out"), "--lang", "en", *more]) in {1, 2}
    assert word in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []
