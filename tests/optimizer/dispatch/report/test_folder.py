"""The folder: whole or not at all, known again, and readable by what stands in it alone."""

import json
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from network.problem import ProblemsError
from network.words import LANGUAGES
from optimizer.checksum import sha256
from optimizer.dispatch import folder as writer
from optimizer.dispatch.figures import figures
from optimizer.dispatch.folder import write_dispatch
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.plan.table_files import read_plan_tables

FILES = {
    "dispatch.gpkg", "dispatch.json", "dispatch.xlsx", "gantt.png", "incident.yaml", "map.png", "orders.docx",
    "orders.html", "summary.txt",
}  # fmt: skip


@pytest.fixture(scope="module")
def folder(ordered, tmp_path_factory):
    out = tmp_path_factory.mktemp("out") / "dispatch"
    told = []
    assert write_dispatch(ordered, out, "zh", progress=lambda phrase, share: told.append(phrase.say("zh"))) == ()
    assert len(told) == 9
    return out


def test_the_folder_holds_all_and_its_manifest_names_it(folder):
    there = {path.name for path in folder.iterdir() if path.is_file()}
    assert there == FILES | {f"{table.name}.csv" for table in DISPATCH_TABLES}
    manifest = json.loads((folder / "dispatch.json").read_text("utf-8"))
    for name, digest in manifest["files"].items():
        assert sha256(folder / name) == digest
    assert {*manifest["files"]} >= there - {"dispatch.json"}


def test_the_manifest_tells_what_ran_and_what_was_found(folder, ordered):
    manifest = json.loads((folder / "dispatch.json").read_text("utf-8"))
    assert manifest["kind"] == "dispatch"
    assert manifest["inputs"] == ordered.region.inputs
    assert manifest["incident"] == {
        "id": "slide", "name": "白岩滑坡", "began": "2026-07-12T22:30:00", "inputs": {"slide.yaml": "0" * 64},
    }  # fmt: skip
    assert manifest["headline"] == figures(ordered)
    assert manifest["options"]["seed"] == 0
    assert [layer["layer"] for layer in manifest["layers"]][:2] == ["unserved", "lateness"]
    assert set(manifest["told"]) == set(LANGUAGES)


def test_tables_read_back_as_they_were(folder, ordered):
    read = read_plan_tables(folder, DISPATCH_TABLES)
    for table in DISPATCH_TABLES:
        pd.testing.assert_frame_equal(read[table.name], ordered.tables[table.name], check_dtype=False)


def test_the_summary_opens_in_any_editor(folder):
    text = (folder / "summary.txt").read_bytes()
    assert text.startswith(b"\xef\xbb\xbf")
    assert "救援任务 3 项" in text.decode("utf-8-sig")


def test_the_map_shows_outcomes_and_ways(folder):
    picture = np.round(imread(folder / "map.png")[:, : int(0.75 * 2338), :3] * 255)  # without the legend
    for colour in ((0xD5, 0x5E, 0x00), (0xE6, 0x9F, 0x00), (0x00, 0x9E, 0x73), (0x56, 0xB4, 0xE9)):
        assert (picture == colour).all(axis=2).any(), colour


def test_a_failure_leaves_the_older_folder(ordered, nothing, monkeypatch, tmp_path):
    out = tmp_path / "dispatch"
    for name in ("draw_dispatch", "draw_gantt", "write_orders", "write_dispatch_layers"):
        monkeypatch.setattr(writer, name, lambda *_: ())
    write_dispatch(replace(nothing, previous=ordered.tables), out, "en")
    before = (out / "dispatch.json").read_bytes()
    pd.testing.assert_frame_equal(
        read_plan_tables(out / "previous", DISPATCH_TABLES)["legs"], ordered.tables["legs"], check_dtype=False
    )

    def fail(*_):
        raise RuntimeError

    monkeypatch.setattr(writer, "write_dispatch_layers", fail)
    with pytest.raises(RuntimeError):
        write_dispatch(ordered, out, "zh")
    assert (out / "dispatch.json").read_bytes() == before
    assert [path.name for path in tmp_path.iterdir()] == ["dispatch"]


def test_what_a_planner_put_there_is_not_lost(ordered, tmp_path):
    (tmp_path / "notes.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(ProblemsError, match=r"dispatch folder|调度命令文件夹"):
        write_dispatch(ordered, tmp_path, "zh")
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]
