"""``reserve site`` and ``reserve verify`` on the demo's district: folder, both languages, refusals, interruption."""

import json
import shutil
from pathlib import Path

import docx
import openpyxl
import pytest

from optimizer.cli import main
from optimizer.siting import siting as siting_module
from optimizer.siting.stated.tables import SITING_TABLES
from optimizer.verify.verify import verify

DEMO = Path(__file__).parents[3] / "datasets" / "yubei"
BRIEF = ("--study-limit", "20", "--time-limit", "30")


def site(out, *options, language="zh"):
    return main(["site", str(DEMO), "--out", str(out), *options, *BRIEF, "--lang", language])


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    out = tmp_path_factory.mktemp("siting") / "plan"
    assert site(out, "--number", "2", "--town-depots", "--number", "5", "--over", "scenarios") == 0
    return out


def test_the_folder_holds_tables_reports_map_and_manifest(folder):
    names = {path.name for path in folder.iterdir()}
    assert {f"{table.name}.csv" for table in SITING_TABLES} <= names
    assert {
        "siting.json",
        "siting.xlsx",
        "siting.gpkg",
        "report.docx",
        "report.html",
        "map.png",
        "summary.txt",
    } <= names
    manifest = json.loads((folder / "siting.json").read_text(encoding="utf-8"))
    assert manifest["result"]["status"] == "proven"
    assert manifest["result"]["bound"] == pytest.approx(manifest["result"]["value"], rel=1e-6)
    assert set(manifest["told"]) == {"zh", "en"}
    assert manifest["region"]["roads_synthetic"] is True


def test_the_folder_verifies(folder):
    done = verify(folder)
    assert [failure.say("en") for failure in done.failures] == []
    assert done.claims > 10_000


def test_people_read_names_and_the_warning_of_synthetic_roads(folder):
    summary = (folder / "summary.txt").read_text(encoding="utf-8-sig")
    assert "合成" in summary
    assert "已证明最优" in summary
    assert "CAND-" not in summary
    paper = "\n".join(one.text for one in docx.Document(str(folder / "report.docx")).paragraphs)
    assert "区财政局" in paper
    assert "合成" in paper
    book = openpyxl.load_workbook(folder / "siting.xlsx")
    assert book.sheetnames[0] == "摘要"
    assert "选址结果" in book.sheetnames


SPOILT = {
    "server": ("allocation.csv", "DEPOT-500112142", "DEPOT-D1"),
    "minutes": ("coverage.csv", "met", "short"),
    "cost": ("sites.csv", "140000", "150000"),
    "decision": ("sites.csv", "opened", "not_chosen"),
    "loss": ("scenarios.csv", "flood_20", "flood_100"),
    "step": ("additions.csv", "CAND-500112", "CAND-500113"),
}


@pytest.mark.parametrize("what", SPOILT)
def test_a_spoilt_table_does_not_verify(folder, tmp_path, what):
    name, said, instead = SPOILT[what]
    shutil.copytree(folder, tmp_path / "plan")
    table = tmp_path / "plan" / name
    text = table.read_text(encoding="utf-8-sig")
    assert said in text
    table.write_text(text.replace(said, instead, 1), encoding="utf-8-sig", newline="")
    done = verify(tmp_path / "plan")
    assert not done.passed
    assert any(check.name != "inputs" and not check.passed for check in done.checks)


@pytest.mark.parametrize(
    ("figure", "value"),
    [("value", 1.0), ("bound", 1e12), ("gap", 0.5), ("status", "time_limit"), ("cost_cny", 0), ("built", [])],
)
def test_a_spoilt_figure_does_not_verify(folder, tmp_path, figure, value):
    shutil.copytree(folder, tmp_path / "plan")
    path = tmp_path / "plan" / "siting.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["result"][figure] = value
    path.write_text(json.dumps(manifest), encoding="utf-8")
    checks = {check.name: check.passed for check in verify(tmp_path / "plan").checks}
    assert not checks["siting_result"]


def test_other_options_do_not_verify(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "plan")
    path = tmp_path / "plan" / "siting.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    manifest["options"]["number"] = 1
    path.write_text(json.dumps(manifest), encoding="utf-8")
    assert not verify(tmp_path / "plan").passed


def test_the_result_for_machines(tmp_path, capsys):
    assert site(tmp_path / "plan", "--number", "1", "--json", language="en") == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] in ("done", "proven")
    assert told["proven"] is True
    assert len(told["built"]) == 1
    assert told["bound"] <= told["value"] * (1 + 1e-9)


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ((), "--number"),
        (("--number", "99"), "13"),
        (("--number", "2", "--measure", "cvar"), "--over scenarios"),
        (("--number", "2", "--scenarios", "snow"), "--over scenarios"),
        (("--number", "2", "--over", "scenarios", "--scenarios", "nowhere"), "flood_20"),
        (("--model", "capacitated", "--sites", "stations"), "--sites depots"),
        (("--number", "1", "--town-depots"), "4"),
    ],
)
@pytest.mark.parametrize("language", ["zh", "en"])
def test_refusals_say_what_would_do_and_leave_nothing(tmp_path, capsys, options, said, language):
    assert site(tmp_path / "plan", *options, language=language) == 1
    assert said in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_plan_of_another_kind_is_not_replaced(tmp_path, capsys):
    out = tmp_path / "plan"
    out.mkdir()
    (out / "plan.json").write_text("{}", encoding="utf-8")
    assert site(out, "--number", "1") == 1
    assert (out / "plan.json").read_text(encoding="utf-8") == "{}"


def test_an_older_siting_is_replaced(folder, tmp_path):
    shutil.copytree(folder, tmp_path / "plan")
    assert site(tmp_path / "plan", "--number", "1") == 0
    manifest = json.loads((tmp_path / "plan" / "siting.json").read_text(encoding="utf-8"))
    assert manifest["options"]["number"] == 1


def test_interrupted_work_leaves_the_older_folder(folder, tmp_path, monkeypatch):
    shutil.copytree(folder, tmp_path / "plan")

    def interrupted(*_, **__):
        raise KeyboardInterrupt

    monkeypatch.setattr(siting_module, "result_tables", interrupted)
    assert site(tmp_path / "plan", "--number", "1") == 130
    manifest = json.loads((tmp_path / "plan" / "siting.json").read_text(encoding="utf-8"))
    assert manifest["options"]["number"] == 5
