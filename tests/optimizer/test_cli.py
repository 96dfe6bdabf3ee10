"""The command line: exit codes, both languages, results for people and machines, whatever goes wrong."""

import io
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer import cli_session
from optimizer.cli import app, main
from optimizer.cli_progress import ShownProgress
from optimizer.cli_session import Session
from optimizer.cli_usage import amount, language_of

ROOT = Path(__file__).parents[2]
COMMANDS = (
    "demo",
    "init",
    "validate",
    "plan",
    "site",
    "events",
    "whatif",
    "isolation",
    "ensemble",
    "verify",
    "critical",
    "template",
    "incident",
    "dispatch",
    "bundle",
    "app",
)
A_PROBLEM = Problem(
    Phrase("network.problem.row", row=7), Phrase("network.problem.column", column="lon"), file="sites.csv", value=1065.2
)


@pytest.fixture(autouse=True)
def no_language_set(monkeypatch):
    monkeypatch.delenv("RESERVE_LANG", raising=False)


def raised_in_session(error: BaseException, **settings: object) -> int:
    """The exit code of a command whose work raises ``error``."""
    with pytest.raises(typer.Exit) as left, Session("zh", **settings):
        raise error
    return left.value.exit_code


class TestHelp:
    @pytest.mark.parametrize(("language", "word"), [("zh", "用法"), ("en", "Usage")])
    def test_all_commands_are_listed(self, capsys, language, word):
        assert main(["--help", "--lang", language]) == 0
        said = capsys.readouterr().out
        assert word in said
        assert [name for name in COMMANDS if f"\n  {name}" not in said] == []

    @pytest.mark.parametrize("language", ["zh", "en"])
    @pytest.mark.parametrize("name", COMMANDS)
    def test_every_command_explains_itself(self, capsys, name, language):
        assert main([name, "--help", "--lang", language]) == 0
        said = capsys.readouterr().out
        assert f"reserve {name}" in said
        assert "--json" in said

    def test_nothing_asked_shows_the_commands(self, capsys):
        assert main([]) == 0
        assert "reserve" in capsys.readouterr().out

    def test_the_app_has_no_other_commands(self):
        assert set(typer.main.get_command(app).commands) == set(COMMANDS)

    def test_help_loads_none_of_the_heavy_libraries(self):
        heavy = {"numpy", "pandas", "pulp", "osmium", "streamlit", "matplotlib"}
        loaded = f"{heavy} & set(sys.modules)"
        code = f"import sys; from optimizer.cli import main; main(['--help']); sys.exit(len({loaded}))"
        done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, encoding="utf-8", cwd=ROOT)
        assert (done.returncode, done.stderr) == (0, "")


class TestWrongUsage:
    @pytest.mark.parametrize(
        ("arguments", "zh", "en"),
        [
            (["plan"], "缺少 REGION", "REGION is missing"),
            (["plan", "here"], "缺少 --out DIR", "--out DIR is missing"),
            (["plan", "here", "--out", "there", "--gap", "3"], "--gap", "--gap"),
            (["plan", "here", "--out", "there", "--budget", "-1"], "--budget CNY", "--budget CNY"),
            (["plan", "here", "--out", "there", "--risk", "none"], "expected|cvar|worst", "expected|cvar|worst"),
            (["plan", "here", "--colour"], "没有选项 --colour", "no option --colour"),
            (["plan", "here", "--out"], "缺少取值", "needs a value"),
            (["validate", "here", "there"], "there", "there"),
            (["invent"], "没有这个命令", "no such command"),
        ],
    )
    def test_it_ends_with_2_and_says_what_is_wrong(self, capsys, arguments, zh, en):
        assert main(arguments) == 2
        assert zh in capsys.readouterr().err
        assert main([*arguments, "--lang=en"] if arguments[-1] != "--out" else ["--lang=en", *arguments]) == 2
        said = capsys.readouterr()
        assert en in said.err or arguments[-1] == "--out"
        assert "Traceback" not in said.err
        assert said.out == ""

    @pytest.mark.parametrize("value", ["-1", "abc", "nan", "万", "inf"])
    def test_a_budget_that_is_none_is_shown_with_what_is_expected(self, capsys, value):
        for arguments in (["--budget", value], [f"--budget={value}"]):
            assert main(["plan", "here", "--out", "there", *arguments]) == 2
            said = capsys.readouterr().err
            assert f"“{value}”" in said
            assert "0 或正数" in said

    @pytest.mark.parametrize(
        ("text", "cny"), [("0", 0), ("500000", 5e5), ("500,000", 5e5), ("10万", 1e5), ("1.5万元", 15000), ("80元", 80)]
    )
    def test_a_budget_may_be_written_as_planners_do(self, text, cny):
        assert amount(text) == cny

    def test_a_language_that_is_none_is_refused(self, capsys, monkeypatch):
        assert main(["validate", "here", "--lang", "fr"]) == 2
        monkeypatch.setenv("RESERVE_LANG", "fr")
        assert main(["validate", "here"]) == 2
        assert "zh|en" in capsys.readouterr().err


class TestLanguage:
    def test_chinese_unless_said_otherwise(self):
        assert language_of([], {}) == "zh"
        assert language_of([], {"RESERVE_LANG": "en"}) == "en"
        assert language_of(["--lang", "zh"], {"RESERVE_LANG": "en"}) == "zh"
        assert language_of(["--lang=en"], {}) == "en"
        assert language_of(["--lang"], {}) == "zh"

    def test_the_environment_variable_holds_for_commands(self, capsys, monkeypatch, tmp_path):
        monkeypatch.setenv("RESERVE_LANG", "en")
        assert main(["validate", str(tmp_path / "nowhere")]) == 1
        assert "error(s)" in capsys.readouterr().err


class TestBadInput:
    @pytest.mark.parametrize(("language", "word"), [("zh", "处错误"), ("en", "error(s)")])
    @pytest.mark.parametrize("command", [["validate"], ["plan", "--out", "never"]])
    def test_a_region_that_is_not_there(self, capsys, monkeypatch, tmp_path, command, language, word):
        monkeypatch.chdir(tmp_path)
        assert main([*command, "nowhere", "--lang", language]) == 1
        said = capsys.readouterr()
        assert "nowhere" in said.err
        assert word in said.err
        assert "Traceback" not in said.err
        assert list(tmp_path.iterdir()) == []

    def test_roads_that_are_not_there(self, capsys, monkeypatch, tmp_path):
        monkeypatch.chdir(tmp_path)
        assert main(["init", "nowhere.osm.pbf", "--out", "region"]) == 1
        assert "nowhere.osm.pbf" in capsys.readouterr().err
        assert list(tmp_path.iterdir()) == []

    def test_an_area_that_is_none(self, capsys, tmp_path):
        assert main(["init", "roads.osm.pbf", "--out", str(tmp_path / "region"), "--within", "1,2,3"]) == 1
        assert "1,2,3" in capsys.readouterr().err

    def test_machines_get_every_problem_as_json(self, capsys, tmp_path):
        assert main(["validate", str(tmp_path / "nowhere"), "--json", "--lang", "en"]) == 1
        told = json.loads(capsys.readouterr().out)
        assert told["status"] == "problem"
        assert set(told["problems"][0]) == {"severity", "file", "row", "column", "value", "what", "mend"}


class TestSession:
    def test_each_problem_has_its_own_line(self, capsys):
        assert raised_in_session(ProblemsError([A_PROBLEM, A_PROBLEM])) == 1
        lines = capsys.readouterr().err.splitlines()
        assert lines[0] == lines[1] == "sites.csv，值 1065.2：第 7 行。“lon”列"
        assert "2 处错误、0 条提示" in lines[2]

    def test_an_interruption_ends_with_130(self, capsys):
        assert raised_in_session(KeyboardInterrupt()) == 130
        assert "已中断" in capsys.readouterr().err

    def test_an_unexpected_error_is_one_line_and_a_log(self, capsys, monkeypatch, tmp_path):
        monkeypatch.setattr(cli_session.tempfile, "tempdir", str(tmp_path))
        assert raised_in_session(ZeroDivisionError("by nothing")) == 1
        said = capsys.readouterr().err
        (log,) = tmp_path.iterdir()
        assert len(said.splitlines()) == 1
        assert str(log) in said
        assert "Traceback" not in said
        assert "ZeroDivisionError: by nothing" in log.read_text(encoding="utf-8")

    def test_a_developer_sees_it_whole(self):
        with pytest.raises(ZeroDivisionError), Session("zh", debug=True):
            raise ZeroDivisionError

    def test_a_file_that_cannot_be_written_is_named(self, capsys):
        assert raised_in_session(PermissionError(13, "Permission denied", "plan.xlsx")) == 1
        said = capsys.readouterr().err
        assert "plan.xlsx" in said
        assert "Excel" in said

    def test_too_little_memory_is_told_with_a_way_out(self, capsys):
        assert raised_in_session(MemoryError()) == 1
        assert "--within" in capsys.readouterr().err

    @pytest.mark.parametrize(("error", "status"), [(KeyboardInterrupt(), "interrupted"), (MemoryError(), "failed")])
    def test_machines_are_told_of_every_end(self, capsys, error, status):
        raised_in_session(error, as_json=True)
        assert json.loads(capsys.readouterr().out)["status"] == status

    def test_a_result_that_is_not_sound_ends_with_1(self, capsys):
        with pytest.raises(typer.Exit) as left, Session("zh") as session:
            session.tell(["one", "two"], {}, sound=False)
        assert left.value.exit_code == 1
        assert capsys.readouterr().out == "one\ntwo\n"

    def test_warnings_go_to_the_error_stream(self, capsys):
        with Session("en") as session:
            session.warn([A_PROBLEM] * 5, 2)
            session.tell(["done"], {})
        said = capsys.readouterr()
        assert said.out == "done\n"
        assert said.err.count("sites.csv") == 2
        assert "3 more notes" in said.err


class TestProgress:
    def test_a_step_is_told_once_where_nothing_can_be_drawn_over(self, capsys):
        with ShownProgress("en") as progress:
            for row in range(50):
                progress(Phrase("network.problem.row", row=row), row / 50)
            progress(Phrase("network.problem.column", column="lon"), None)
        said = capsys.readouterr()
        assert said.err.splitlines() == ["row 0", "column lon"]
        assert said.out == ""

    def test_a_terminal_gets_a_bar(self, monkeypatch):
        terminal = io.StringIO()
        terminal.isatty = lambda: True
        monkeypatch.setattr(sys, "stderr", terminal)
        with ShownProgress("zh") as progress:
            progress(Phrase("network.problem.row", row=3), 0.5)
            time.sleep(0.2)
        assert "第 3 行" in terminal.getvalue()


@pytest.mark.skipif(os.name == "nt", reason="signals are sent another way on Windows")
def test_ctrl_c_leaves_nothing_behind(tmp_path):
    """The demo, interrupted as soon as it says what it does."""
    command = [
        sys.executable,
        "-c",
        "import sys; from optimizer.cli import main; sys.exit(main())",
        "demo",
        "--out",
        "made",
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    with subprocess.Popen(
        command,
        cwd=tmp_path,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as running:
        running.stderr.readline()
        running.send_signal(signal.SIGINT)
        out, error = running.communicate(timeout=60)
    assert running.returncode == 130
    assert out == ""
    assert "已中断" in error
    assert "Traceback" not in error
    assert list(tmp_path.iterdir()) == []


def test_a_scenario_that_the_region_has_not_is_refused_before_anything_is_planned(capsys, tmp_path):
    region = ROOT / "datasets" / "yubei"
    assert main(["plan", str(region), "--out", str(tmp_path / "plan"), "--scenarios", "none-such", "--lang", "en"]) == 1
    said = capsys.readouterr().err
    assert "none-such" in said
    assert "1 error(s)" in said
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("command", [["demo"], ["plan", "no-such-region"], ["init", "no-such-file.osm"]])
@pytest.mark.parametrize("place", ["", "plan"])
def test_a_place_that_cannot_be_written_is_refused_before_anything_is_read(capsys, tmp_path, command, place):
    (tmp_path / "mine").write_text("mine", encoding="utf-8")
    assert main([*command, "--out", str(tmp_path / "mine" / place), "--lang", "en"]) == 1
    said = capsys.readouterr().err
    assert "mine" in said
    assert "no-such" not in said.splitlines()[-1]
    assert "1 error(s)" in said
    assert [path.name for path in tmp_path.iterdir()] == ["mine"]


def test_the_demo_region_is_sound(capsys):
    assert main(["validate", str(ROOT / "datasets" / "yubei"), "--json", "--lang", "en"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "done"
    assert told["counts"]["scenarios"] >= 6
    assert len(told["warnings"]) == told["counts"]["warnings"]
