"""Start the dashboard in a process of its own: on this machine only, with telemetry off."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

PLAN_VARIABLE = "RESERVE_PLAN"
APP = Path(__file__).with_name("app.py")
SETTINGS: Mapping[str, str] = {
    "server.address": "localhost",
    "server.fileWatcherType": "none",
    "server.showEmailPrompt": "false",
    "browser.gatherUsageStats": "false",
    "client.toolbarMode": "minimal",
}


def command(port: int | None = None) -> list[str]:
    """The command that serves the page."""
    settings = dict(SETTINGS) | ({} if port is None else {"server.port": str(port)})
    return [
        sys.executable,
        "-m",
        "streamlit",
        "run",
        str(APP),
        *(f"--{key}={value}" for key, value in settings.items()),
    ]


def launch(plan_folder: Path | None, port: int | None = None) -> int:
    """Show ``plan_folder`` in the browser until the process is stopped; gives its exit code.

    Without a folder, or with one that holds no plan, the page says what to do.
    """
    environment = dict(os.environ)
    if plan_folder is not None:
        environment[PLAN_VARIABLE] = str(Path(plan_folder).resolve())
    with subprocess.Popen(command(port), env=environment) as process:  # noqa: S603 (our own command, no shell)
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.terminate()
            return process.wait()
