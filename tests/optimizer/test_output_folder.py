import hashlib
import json

import pytest

from network.problem import ProblemsError
from network.words import Phrase
from optimizer import output_folder
from optimizer.output_folder import FolderKind, check_out, whole_folder, write_manifest

KIND = FolderKind("plan.json", Phrase("optimizer.plan.folder"))
OTHER = FolderKind("other.json", Phrase("optimizer.plan.folder"))


def _refusal(caught):
    return caught.value.problems[0].say("zh")


def _names(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def _write(out, kind=KIND, text="one"):
    with whole_folder(out, kind) as folder:
        (folder / "words.txt").write_text(text, "utf-8")
        write_manifest({"number": float("nan"), "pair": (1, 2.5)}, folder, kind)


def test_the_manifest_names_every_other_file_and_a_number_that_is_none_is_null(tmp_path):
    _write(tmp_path / "out")
    told = json.loads((tmp_path / "out" / "plan.json").read_text("utf-8"))
    assert told == {"number": None, "pair": [1, 2.5], "files": {"words.txt": hashlib.sha256(b"one").hexdigest()}}


def test_an_older_folder_is_replaced_and_nothing_is_left_beside_it(tmp_path):
    _write(tmp_path / "out")
    _write(tmp_path / "out", text="two")
    assert (tmp_path / "out" / "words.txt").read_bytes() == b"two"
    assert [path.name for path in tmp_path.iterdir()] == ["out"]


def test_a_folder_of_another_kind_is_not_replaced(tmp_path):
    _write(tmp_path / "out")
    before = _names(tmp_path)
    with pytest.raises(ProblemsError):
        _write(tmp_path / "out", OTHER)
    assert _names(tmp_path) == before


def test_what_stops_halfway_leaves_the_older_folder_whole(tmp_path):
    _write(tmp_path / "out")
    before = _names(tmp_path)
    with pytest.raises(TypeError):
        _write(tmp_path / "out", text=None)
    assert _names(tmp_path) == before


@pytest.mark.parametrize("manifest", ["", "[]", "{}", '{"files": 3}'])
def test_a_manifest_that_names_no_files_vouches_for_nothing(tmp_path, manifest):
    (tmp_path / "plan.json").write_text(manifest, "utf-8")
    with pytest.raises(ProblemsError) as caught:
        check_out(tmp_path, KIND)
    assert "不是计划文件夹" in _refusal(caught)


@pytest.mark.parametrize("path", ["out", "out/plan", "out/of/plans"])
def test_a_place_that_cannot_be_written_is_refused_before_the_work(tmp_path, path):
    (tmp_path / "out").write_text("mine", "utf-8")
    with pytest.raises(ProblemsError) as caught:
        check_out(tmp_path / path, KIND)
    assert _refusal(caught)
    assert _names(tmp_path) == {"out": b"mine"}


def test_a_place_for_a_folder_is_left_as_it_was(tmp_path):
    for path in ("plan", "new/plan", "."):
        check_out(tmp_path / path, KIND)
    assert list(tmp_path.iterdir()) == []


def test_a_disk_that_takes_no_writing_is_told(tmp_path, monkeypatch):
    def refuse(*args, **kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(output_folder.tempfile, "mkdtemp", refuse)
    with pytest.raises(ProblemsError) as caught:
        check_out(tmp_path / "plan", KIND)
    assert "Permission denied" in _refusal(caught)


def test_a_hidden_file_of_the_planners_is_not_lost(tmp_path):
    _write(tmp_path / "out")
    (tmp_path / "out" / ".notes").write_text("mine", "utf-8")
    with pytest.raises(ProblemsError):
        _write(tmp_path / "out", text="two")
    assert (tmp_path / "out" / ".notes").read_text("utf-8") == "mine"
    (tmp_path / "out" / ".notes").rename(tmp_path / "out" / ".DS_Store")
    _write(tmp_path / "out", text="two")
    assert (tmp_path / "out" / "words.txt").read_bytes() == b"two"
