"""The folder for a PC without internet. Only pip's downloading is stood in for; the rest is the real thing."""

import json
import platform
import re
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from network.problem import ProblemsError
from optimizer import bundle, installer
from optimizer.bundle import BUILD_TOOL, PYTHON_VERSIONS, Target, make_bundle, needed, read_pins

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
PINS = read_pins(ROOT / "constraints.txt")
# The benchmarks' peers are not installed where tests run, so that what they pull in is not known here.
PEER_PINS = read_pins(ROOT / "benchmarks" / "constraints.txt")
EXTRAS = [text for name, texts in PROJECT["optional-dependencies"].items() if name != "bench" for text in texts]
TARGETS = [Target(tag, version) for tag in (None, "win_amd64", "macosx_14_0_arm64") for version in PYTHON_VERSIONS]


class FakePip:
    """Takes pip's command and makes an empty wheel for each pin, or fails after ``most`` of them."""

    most = 10_000

    def __init__(self, command, **_):
        self.command = command
        self.stdout = []
        wheels = Path(command[command.index("--dest") + 1])
        pins = [word for word in command if "==" in word]
        for pin in pins[: self.most]:
            name, version = pin.split("==")
            (wheels / f"{name.replace('-', '_')}-{version}-py3-none-any.whl").write_bytes(b"")
            self.stdout.append(f"Collecting {pin}\n")
        self.returncode = 0 if len(pins) <= self.most else 1
        if self.returncode:
            self.stdout.append("ERROR: No matching distribution found\n")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        return None


@pytest.fixture
def fake_pip(monkeypatch):
    class Pip(FakePip):
        pass

    monkeypatch.setattr(bundle.subprocess, "Popen", Pip)
    return Pip


class TestPins:
    @pytest.mark.parametrize("target", TARGETS, ids=str)
    def test_every_dependency_of_every_system_is_pinned(self, target):
        assert len(needed([*PROJECT["dependencies"], *EXTRAS, BUILD_TOOL], PINS, target.markers())) > 60

    def test_no_pin_is_left_over(self):
        wanted = [*PROJECT["dependencies"], *EXTRAS, BUILD_TOOL]
        used = {name for target in TARGETS for name in needed(wanted, PINS, target.markers())}
        assert set(PINS) == used

    def test_the_pins_satisfy_what_the_project_asks(self):
        pins = PINS | PEER_PINS
        asked = [Requirement(text) for texts in PROJECT["optional-dependencies"].values() for text in texts]
        asked += [Requirement(text) for text in PROJECT["dependencies"]]
        wrong = [str(one) for one in asked if not one.specifier.contains(pins[canonicalize_name(one.name)])]
        assert wrong == []

    def test_only_exact_versions_and_no_address(self):
        lines = [line for line in (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines() if line[0] != "#"]
        assert [line for line in lines if not re.fullmatch(r"[a-z0-9-]+==[\w.]+( ; .+)?", line)] == []


class TestNeeded:
    def test_windows_gets_what_only_windows_needs(self):
        requirements = ["typer>=0.16"]
        assert "colorama" in needed(requirements, PINS, Target("win_amd64", "3.11").markers())
        assert "colorama" not in needed(requirements, PINS, Target("manylinux2014_x86_64", "3.11").markers())

    def test_tests_are_left_at_home(self):
        assert "pytest" not in needed(PROJECT["dependencies"], PINS, Target(None, "3.12").markers())


class TestFolder:
    def test_it_holds_all_that_the_other_pc_needs(self, fake_pip, tmp_path):
        made = make_bundle(tmp_path / "offline", platform="win_amd64", python_version="3.12")
        names = {path.name for path in made.folder.iterdir()}
        assert names == {"wheels", "source", "install.py", "install.json", "install.bat", "安装说明.txt"}
        assert len(made.wheels) == len(needed([*PROJECT["dependencies"], BUILD_TOOL], PINS, TARGETS[3].markers()))
        source = made.folder / "source"
        assert (source / "pyproject.toml").read_bytes() == (ROOT / "pyproject.toml").read_bytes()
        assert (source / "datasets" / "yubei" / "region.yaml").is_file()
        assert (source / "optimizer" / "words" / "bundle.yaml").is_file()
        assert not list(source.rglob("__pycache__"))
        assert "py -3.12 install.py" in (made.folder / "install.bat").read_text(encoding="ascii")
        assert list(tmp_path.iterdir()) == [made.folder]

    def test_what_a_person_reads_is_in_both_languages(self, fake_pip, tmp_path):
        made = make_bundle(tmp_path / "offline", platform="win_amd64", python_version="3.12")
        text = (made.folder / "安装说明.txt").read_text(encoding="utf-8-sig")
        assert "Windows；需要 Python 3.12" in text
        assert "For Windows with Python 3.12" in text
        words = json.loads((made.folder / "install.json").read_text(encoding="utf-8"))["words"]
        assert all(re.search(r"[\u4e00-\u9fff].*\n[A-Z]", text) for text in words.values())

    def test_no_file_that_it_writes_names_an_address(self, fake_pip, tmp_path):
        made = make_bundle(tmp_path / "offline")
        written = [path for path in made.folder.iterdir() if path.is_file()]
        assert len(written) == 4
        assert [path.name for path in written if "://" in path.read_text(encoding="utf-8")] == []

    def test_pip_is_told_the_other_pc(self, fake_pip, tmp_path, monkeypatch):
        commands = []
        fake_pip.__enter__ = lambda self: commands.append(self.command) or self
        make_bundle(tmp_path / "offline", platform="win_amd64", python_version="3.13")
        assert {"--platform=win_amd64", "--python-version=3.13", "--no-deps", "--only-binary=:all:"} <= set(commands[0])

    def test_an_earlier_bundle_is_replaced(self, fake_pip, tmp_path):
        out = tmp_path / "offline"
        make_bundle(out)
        (out / "wheels" / "old.whl").write_bytes(b"")
        assert "old.whl" not in make_bundle(out).wheels
        assert list(tmp_path.iterdir()) == [out]

    def test_half_a_download_leaves_nothing(self, fake_pip, tmp_path):
        fake_pip.most = 5
        with pytest.raises(ProblemsError) as refused:
            make_bundle(tmp_path / "offline")
        assert "No matching distribution" in refused.value.problems[0].say("en")
        assert list(tmp_path.iterdir()) == []

    def test_another_folder_is_never_touched(self, fake_pip, tmp_path):
        (tmp_path / "letter.txt").write_text("mine", encoding="utf-8")
        with pytest.raises(ProblemsError):
            make_bundle(tmp_path)
        assert (tmp_path / "letter.txt").read_text(encoding="utf-8") == "mine"

    def test_a_python_that_is_not_supported_is_refused(self, tmp_path):
        with pytest.raises(ProblemsError) as refused:
            make_bundle(tmp_path / "offline", python_version="3.9")
        assert refused.value.problems[0].value == "3.9"


class TestInstaller:
    def settings(self, folder, **changed):
        here = {"python_version": f"{sys.version_info.major}.{sys.version_info.minor}", "system": platform.system()}
        words = {"python": "needs {wanted}, is {found}", "system": "for {wanted}, is {found}"}
        text = json.dumps({**here, **changed, "words": words})
        (folder / "install.json").write_text(text, encoding="utf-8")

    @pytest.mark.parametrize(("name", "value"), [("python_version", "2.7"), ("system", "Plan9")])
    def test_it_refuses_a_pc_that_the_wheels_are_not_for(self, tmp_path, capsys, name, value):
        self.settings(tmp_path, **{name: value})
        assert installer.install(tmp_path) == 1
        assert value in capsys.readouterr().err
        assert not (tmp_path / ".venv").exists()

    def test_it_uses_the_standard_library_alone(self):
        text = (ROOT / "optimizer" / "installer.py").read_text(encoding="utf-8")
        imported = set(re.findall(r"^(?:from|import) (\w+)", text, re.MULTILINE))
        assert imported <= set(sys.stdlib_module_names)
