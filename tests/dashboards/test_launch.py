import subprocess
import sys
from pathlib import Path

from dashboards import launch


def test_the_page_is_served_here_only_and_tells_nobody():
    words = launch.command(8600)
    assert words[:4] == [sys.executable, "-m", "streamlit", "run"]
    assert Path(words[4]).is_file()
    assert {"--server.address=localhost", "--browser.gatherUsageStats=false", "--server.port=8600"} <= set(words)


def test_without_a_port_streamlit_chooses():
    assert not [word for word in launch.command() if "server.port" in word]


def test_the_folder_goes_along_by_its_full_path(monkeypatch, tmp_path):
    seen = {}

    class Process(subprocess.Popen):
        def __init__(self, arguments, env):
            seen.update(env)
            super().__init__([sys.executable, "-c", "raise SystemExit(3)"])

    monkeypatch.setattr(launch.subprocess, "Popen", Process)
    monkeypatch.chdir(tmp_path)
    assert launch.launch(Path("plan")) == 3
    assert seen[launch.PLAN_VARIABLE] == str(tmp_path / "plan")
