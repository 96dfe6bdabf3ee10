"""Install the program from the folder that this file stands in, without internet.

``reserve bundle`` copies this file as ``install.py`` beside ``wheels/``, ``source/`` and ``install.json``, which names
the Python version and system that the wheels are for and holds the words said here. Only the standard library is used.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import venv
from pathlib import Path
from typing import Any


def install(folder: Path) -> int:
    """Make ``.venv`` in ``folder`` and install into it; return the exit code."""
    settings: dict[str, Any] = json.loads((folder / "install.json").read_text(encoding="utf-8"))
    words: dict[str, str] = settings["words"]
    refusal = _refusal(settings)
    if refusal:
        print(refusal, file=sys.stderr)
        return 1
    print(words["venv"], flush=True)
    environment = folder / ".venv"
    venv.EnvBuilder(clear=True, with_pip=True).create(environment)
    windows = platform.system() == "Windows"
    programs = environment / ("Scripts" if windows else "bin")
    print(words["wheels"], flush=True)
    source = folder / "source"
    for wanted in (
        ["--upgrade", "setuptools"],
        ["--no-build-isolation", "-c", str(source / "constraints.txt"), "-e", str(source)],
    ):
        if _pip(programs / "python", folder / "wheels", wanted) != 0:
            print(words["failed"], file=sys.stderr)
            return 1
    print(words["done"].format(command=programs / "reserve"))
    return 0


def _refusal(settings: dict[str, Any]) -> str:
    """Say why this PC or this Python can't take the wheels; empty if it can."""
    words: dict[str, str] = settings["words"]
    found = f"{sys.version_info.major}.{sys.version_info.minor}"
    if found != settings["python_version"]:
        return words["python"].format(wanted=settings["python_version"], found=found)
    if platform.system() != settings["system"]:
        return words["system"].format(wanted=settings["system"], found=platform.system())
    return ""


def _pip(python: Path, wheels: Path, wanted: list[str]) -> int:
    """Run pip on the wheels alone, whatever this PC's own settings of pip say; return its exit code."""
    settings = {**os.environ, "PIP_CONFIG_FILE": os.devnull}
    options = ["--isolated", "--quiet", "--disable-pip-version-check", "install", "--no-index"]
    command = [str(python), "-m", "pip", *options, "--find-links", str(wheels), *wanted]
    return subprocess.run(command, env=settings, check=False).returncode  # noqa: S603 - our own words, no shell


if __name__ == "__main__":
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(encoding="utf-8", errors="replace")  # type: ignore[union-attr]
    sys.exit(install(Path(__file__).resolve().parent))
