import hashlib
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from network.problem import ProblemsError
from optimizer.plan import folder as plan_folder
from optimizer.plan.folder import read_plan_folder, write_plan
from optimizer.plan.plan_tables import PLAN_TABLES

FILES = {"plan.json", "plan.xlsx", "plan.gpkg", "report.docx", "report.html", "map.png", "summary.txt"}


@pytest.fixture(scope="module")
def written(plan, tmp_path_factory):
    return write_plan(plan, tmp_path_factory.mktemp("plans") / "plan", "zh")


@pytest.fixture
def quick(monkeypatch):
    """Leave out the slow writers, where only the folder's coming and going is looked at."""
    for name in ("write_workbook", "write_reports", "write_geopackage"):
        monkeypatch.setattr(plan_folder, name, lambda *args: None)
    monkeypatch.setattr(plan_folder, "draw_map", lambda *args: ())


def _refusal(caught):
    return caught.value.problems[0].say("zh")


def _names(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_the_folder_holds_every_file(written):
    names = {path.name for path in written.iterdir() if path.is_file()}
    assert names == FILES | {f"{table.name}.csv" for table in PLAN_TABLES}


def test_nothing_is_left_beside_it(written):
    assert [path.name for path in written.parent.iterdir()] == ["plan"]


def test_plan_json_tells_what_ran(plan, written):
    told = json.loads((written / "plan.json").read_text("utf-8"))
    assert told["region"]["name"] == {"zh": "示例区", "en": "Sample District"}
    assert told["region"]["roads_synthetic"] is True
    assert told["inputs"] == plan.region.inputs
    assert [layer["gap"] for layer in told["layers"]] == [0.0, 0.0008, 0.033, 0.0059]
    assert told["proven"] is False
    assert told["headline"]["spent_cny"] == pytest.approx(315_073.2)
    assert {rule["id"]: rule["standing"] for rule in told["rules"]}["SHELTER-M2"] == "binding"
    assert told["estimates"]["sites"] == {"rows": 22, "estimated": 5}
    assert told["parameters"]["loading_min"] == plan.region.settings.parameters.loading_min


def test_plan_json_has_the_sha_of_every_other_file(written):
    told = json.loads((written / "plan.json").read_text("utf-8"))["files"]
    found = {name: hashlib.sha256(raw).hexdigest() for name, raw in _names(written).items() if name != "plan.json"}
    assert told == found


def test_the_region_goes_along_byte_by_byte(plan, written):
    for name, digest in plan.region.inputs.items():
        assert hashlib.sha256((written / "region" / name).read_bytes()).hexdigest() == digest


def test_the_folder_reads_back(plan, written):
    back = read_plan_folder(written)
    assert back.manifest["solver"] == "HiGHS 1.11.0"
    assert len(back.tables["purchases"]) == 7
    np.testing.assert_array_equal(back.roads().lon, plan.region.roads.lon)


def test_roads_that_are_no_npz_are_compiled_beside_the_region(plan, tmp_path, quick):
    osm = plan.region.folder / "roads.osm"
    osm.write_text("<osm/>", "utf-8")
    settings = plan.region.settings.model_copy(update={"roads": "roads.osm"})
    inputs = plan.region.inputs | {"roads.osm": hashlib.sha256(osm.read_bytes()).hexdigest()}
    try:
        changed = replace(plan, region=replace(plan.region, settings=settings, inputs=inputs))
        folder = write_plan(changed, tmp_path / "plan", "zh")
    finally:
        osm.unlink()
    assert (folder / "region" / "roads.osm").is_file()
    assert read_plan_folder(folder).roads().link_count == plan.region.roads.link_count


def test_an_older_plan_is_replaced(plan, tmp_path, quick):
    out = write_plan(plan, tmp_path / "plan", "zh")
    first = (out / "summary.txt").read_bytes()
    write_plan(plan, out, "en")
    assert (out / "summary.txt").read_bytes() != first
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_an_empty_folder_is_filled(plan, tmp_path, quick):
    (tmp_path / "plan").mkdir()
    assert (write_plan(plan, tmp_path / "plan", "zh") / "plan.json").is_file()


@pytest.mark.parametrize("name", ["notes.txt", "plan.json"])
def test_a_folder_that_is_no_plan_is_refused(plan, tmp_path, name):
    out = tmp_path / "mine"
    out.mkdir()
    (out / name).write_text("{}", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        write_plan(plan, out, "zh")
    assert "不是计划文件夹" in _refusal(caught)
    assert _names(tmp_path) == {f"mine/{name}": b"{}"}


def test_a_file_is_refused(plan, tmp_path):
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        write_plan(plan, tmp_path / "out", "zh")
    assert "是一个文件" in _refusal(caught)


def test_a_planners_own_file_in_an_older_plan_is_not_lost(plan, tmp_path, quick):
    out = write_plan(plan, tmp_path / "plan", "zh")
    (out / "批注.docx").write_text("mine", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        write_plan(plan, out, "zh")
    assert "批注.docx" in _refusal(caught)
    assert (out / "批注.docx").read_text("utf-8") == "mine"


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device")])
def test_what_stops_halfway_leaves_the_older_plan_whole(plan, tmp_path, quick, monkeypatch, error):
    out = write_plan(plan, tmp_path / "plan", "zh")
    before = _names(out)

    def stop(*args):
        raise error

    monkeypatch.setattr(plan_folder, "summary_text", stop)
    with pytest.raises(KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else ProblemsError):
        write_plan(plan, out, "zh")
    assert _names(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_a_file_that_excel_holds_open_is_told_and_nothing_changes(plan, tmp_path, quick, monkeypatch):
    out = write_plan(plan, tmp_path / "plan", "zh")
    before = _names(out)
    rename = Path.rename

    def held(self, target):
        if self == out:
            raise PermissionError(13, "used by another process")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", held)
    with pytest.raises(ProblemsError) as caught:
        write_plan(plan, out, "zh")
    assert "Excel" in _refusal(caught)
    assert _names(out) == before
    assert [path.name for path in tmp_path.iterdir()] == ["plan"]


def test_an_input_changed_since_it_was_read_is_told(made, tmp_path, quick):
    plan = made.made_plan(tmp_path / "region")
    (tmp_path / "region" / "sites.csv").write_text("other", "utf-8")
    (tmp_path / "region" / "items.csv").unlink()
    with pytest.raises(ProblemsError) as caught:
        write_plan(plan, tmp_path / "plan", "zh")
    assert {problem.file for problem in caught.value.problems} == {"sites.csv", "items.csv"}
    assert not (tmp_path / "plan").exists()


def test_shapes_that_scenarios_name_go_along(plan, tmp_path, quick):
    area = plan.region.folder / "areas" / "洪水.shp"
    area.parent.mkdir(exist_ok=True)
    for ending in (".shp", ".dbf", ".shx"):
        area.with_suffix(ending).write_bytes(ending.encode())
    flood = plan.region.scenarios[0].model_dump()
    flood["demand"][0]["where"]["within"] = {"file": "areas/洪水.shp"}
    scenario = type(plan.region.scenarios[0]).model_validate(flood)
    changed = replace(plan, region=replace(plan.region, scenarios=(scenario, plan.region.scenarios[1])))
    folder = write_plan(changed, tmp_path / "plan", "zh")
    assert {path.name for path in (folder / "region" / "areas").iterdir()} == {"洪水.shp", "洪水.dbf", "洪水.shx"}


def test_progress_tells_each_step_before_it_is_done(plan, tmp_path, quick):
    told = []
    write_plan(plan, tmp_path / "plan", "zh", progress=lambda phrase, share: told.append((phrase.say("zh"), share)))
    assert told[0] == ("写入数据表", 0.0)
    assert [share for _, share in told] == sorted(share for _, share in told)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "没有 plan.json"),
        ("{", "无法读取"),
        ("[]", "无法读取"),
        ('{"schema_version": 1, "region": {}}', "inputs, headline, names, told, files"),
        ('{"schema_version": 99}', "格式版本为 99"),
    ],
)
def test_a_folder_that_cannot_be_read_says_why(tmp_path, content, words):
    if content is not None:
        (tmp_path / "plan.json").write_text(content, "utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_plan_folder(tmp_path)
    assert words in _refusal(caught)
