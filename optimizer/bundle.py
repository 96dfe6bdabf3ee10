"""A folder that installs the program on a PC without internet: wheels, the program's own files and an installer.

Which wheels: the requirements of ``pyproject.toml`` and all that they pull in, at the versions of ``constraints.txt``.
They are worked out here, not by pip, because pip reads the markers of *this* machine also when it is told to download
for another one, and so leaves out what only Windows needs.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import sysconfig
import tempfile
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from packaging.markers import default_environment
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from network.problem import Problem, ProblemsError
from network.words import Phrase, say
from optimizer.progress import Progress, silent

ROOT = Path(__file__).parents[1]
BUILD_TOOL = "setuptools"
PYTHON_VERSIONS = ("3.11", "3.12", "3.13")

_SETTINGS = "install.json"
_FOLDERS = ("network", "optimizer", "dashboards", "datasets", "docs", "notebooks")
_FILES = ("pyproject.toml", "constraints.txt", "README.md", "CONTRIBUTING.md")
_MUST_BE_THERE = ("pyproject.toml", "constraints.txt", "README.md", "network", "optimizer", "dashboards", "datasets")
_LEFT_OUT = shutil.ignore_patterns("__pycache__", "*.pyc", "*.egg-info", ".*")
_SYSTEMS = {"win": ("Windows", "win32", "nt"), "macosx": ("Darwin", "darwin", "posix")}
_LINUX = ("Linux", "linux", "posix")
_WINDOWS_START = '@echo off\r\ncd /d "%~dp0"\r\npy -{version} install.py || python install.py\r\npause\r\n'


@dataclass(frozen=True)
class Target:
    """The PC that a bundle is for.

    Attributes
    ----------
    platform : str or None
        pip's tag of the platform, such as ``win_amd64``, or several with commas between; None for this machine's.
    python_version : str
        Such as ``3.11``.
    """

    platform: str | None
    python_version: str

    @property
    def system(self) -> tuple[str, str, str]:
        """``platform.system()``, ``sys.platform`` and ``os.name`` as Python says them there."""
        if self.platform is None:
            here = default_environment()
            return here["platform_system"], here["sys_platform"], here["os_name"]
        return next((names for start, names in _SYSTEMS.items() if self.platform.startswith(start)), _LINUX)

    def markers(self) -> dict[str, str]:
        """Give the values by which the markers of requirements are judged there."""
        system, sys_platform, os_name = self.system
        there = {"platform_system": system, "sys_platform": sys_platform, "os_name": os_name}
        python = {"python_version": self.python_version, "python_full_version": f"{self.python_version}.0"}
        return {**{name: str(value) for name, value in default_environment().items()}, **there, **python}

    def pip_options(self) -> list[str]:
        """Give the options that make pip choose wheels for that PC."""
        tags = [] if self.platform is None else self.platform.split(",")
        return [*(f"--platform={tag}" for tag in tags), f"--python-version={self.python_version}"]


@dataclass(frozen=True)
class Bundle:
    """A finished bundle.

    Attributes
    ----------
    folder : Path
    wheels : tuple of str
        File names.
    platform : str
    python_version : str
    size_bytes : int
    """

    folder: Path
    wheels: tuple[str, ...]
    platform: str
    python_version: str
    size_bytes: int


def make_bundle(
    out: Path, *, platform: str | None = None, python_version: str | None = None, progress: Progress = silent
) -> Bundle:
    """Make the folder ``out``, whole or not at all. Needs the internet, or a pip that is set up to do without.

    Parameters
    ----------
    out : Path
        Absent, empty, or an earlier bundle, which is replaced.
    platform : str, optional
        As in :class:`Target`; by default this machine's.
    python_version : str, optional
        By default this Python's.
    progress : Progress, optional

    Raises
    ------
    ProblemsError
        The folder holds something else, the version is not supported, or wheels could not be had.
    """
    here = f"{sys.version_info.major}.{sys.version_info.minor}"
    target = Target(platform, here if python_version is None else python_version)
    _check(out, target)
    out.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=f".{out.name}-", dir=out.parent) as half:
        made = Path(half) / "bundle"
        progress(Phrase("optimizer.bundle.copying"), None)
        _copy_source(made / "source")
        download(made / "wheels", target, progress)
        _write_installer(made, target)
        if out.exists():
            out.replace(Path(half) / "replaced")
        made.replace(out)
    wheels = tuple(sorted(path.name for path in (out / "wheels").iterdir()))
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    return Bundle(out, wheels, platform or sysconfig.get_platform(), target.python_version, size)


def needed(requirements: Iterable[str], pins: Mapping[str, str], markers: Mapping[str, str]) -> dict[str, str]:
    """Work out all that ``requirements`` pull in on a machine described by ``markers``.

    What a package requires is read from the one installed here. One that is not installed here, because only the other
    system needs it, is taken to require nothing.

    Parameters
    ----------
    requirements : iterable of str
        As in ``pyproject.toml``.
    pins : mapping of str to str
        Version by canonical name: ``constraints.txt``.
    markers : mapping of str to str

    Returns
    -------
    dict of str to str
        Version by canonical name.
    """
    found: dict[str, str] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    waiting = [Requirement(text) for text in requirements]
    while waiting:
        requirement = waiting.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if (name, extras) in seen:
            continue
        seen.add((name, extras))
        found[name] = pins[name]
        waiting += [one for one in _required_by(name) if _holds(one, extras, markers)]
    return dict(sorted(found.items()))


def read_pins(path: Path) -> dict[str, str]:
    """Read a constraints file: version by canonical name, markers left aside."""
    lines = (line.split("#")[0].split(";")[0].strip() for line in path.read_text(encoding="utf-8").splitlines())
    pairs = (line.split("==") for line in lines if line)
    return {canonicalize_name(name): version.strip() for name, version in pairs}


def download(wheels: Path, target: Target, progress: Progress = silent) -> None:
    """Fill the folder ``wheels`` by pip with what the program needs on ``target``.

    Raises
    ------
    ProblemsError
        pip could not get them all.
    """
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    pins = read_pins(ROOT / "constraints.txt")
    wanted = needed([*project["dependencies"], BUILD_TOOL], pins, target.markers())
    options = ["--no-deps", "--only-binary=:all:", "--dest", str(wheels), *target.pip_options()]
    command = [sys.executable, "-m", "pip", "download", *options, *(f"{name}=={pins[name]}" for name in wanted)]
    wheels.mkdir(parents=True)
    said: list[str] = []
    done = 0
    with subprocess.Popen(  # noqa: S603 - our own words, no shell
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8", errors="replace"
    ) as pip:
        for line in pip.stdout or ():
            said.append(line.strip())
            done += line.startswith("Collecting ")
            progress(Phrase("optimizer.bundle.downloading", done=done, total=len(wanted)), min(1.0, done / len(wanted)))
    if pip.returncode != 0 or len(list(wheels.glob("*.whl"))) < len(wanted):
        errors = [line for line in said if line.startswith("ERROR")] or said[-1:]
        raise _refused("download_failed", detail=" ".join(errors)[:300])


def _required_by(name: str) -> list[Requirement]:
    try:
        return [Requirement(text) for text in metadata.requires(name) or ()]
    except metadata.PackageNotFoundError:
        return []


def _holds(requirement: Requirement, extras: frozenset[str], markers: Mapping[str, str]) -> bool:
    marker = requirement.marker
    return marker is None or any(marker.evaluate({**markers, "extra": extra}) for extra in ("", *extras))


def _check(out: Path, target: Target) -> None:
    """Refuse before anything is done what could not end well."""
    if not all((ROOT / name).exists() for name in _MUST_BE_THERE):
        raise _refused("not_a_checkout", file=ROOT)
    if target.python_version not in PYTHON_VERSIONS:
        raise _refused("not_a_version", value=target.python_version)
    if out.is_file() or (out.is_dir() and any(out.iterdir()) and not (out / _SETTINGS).is_file()):
        raise _refused("folder_in_use", file=out)


def _refused(entry: str, *, file: Path | None = None, value: object = None, **values: object) -> ProblemsError:
    what, mend = Phrase(f"optimizer.bundle.{entry}", **values), Phrase(f"optimizer.bundle.{entry}_mend")
    return ProblemsError([Problem(what, mend, file=None if file is None else str(file), value=value)])


def _copy_source(source: Path) -> None:
    """Copy the program's own files and its data."""
    source.mkdir(parents=True)
    for name in _FOLDERS:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, source / name, ignore=_LEFT_OUT)
    for name in _FILES:
        if (ROOT / name).is_file():
            shutil.copy2(ROOT / name, source / name)


def _write_installer(folder: Path, target: Target) -> None:
    """Write what a person starts, and reads, on the other PC: each sentence in both languages."""
    spoken = ("python", "system", "venv", "wheels", "failed", "done")
    settings = {
        "python_version": target.python_version,
        "system": target.system[0],
        "words": {name: "\n".join(_both_ways(f"installer_{name}")) for name in spoken},
    }
    (folder / _SETTINGS).write_text(json.dumps(settings, ensure_ascii=False, indent=1), encoding="utf-8")
    shutil.copy2(ROOT / "optimizer" / "installer.py", folder / "install.py")
    (folder / "install.bat").write_bytes(_WINDOWS_START.format(version=target.python_version).encode("ascii"))
    values = {"system": target.system[0], "python_version": target.python_version}
    text = "\n\n".join(say("optimizer.bundle.instructions", language, **values) for language in ("zh", "en"))
    (folder / "安装说明.txt").write_text(text, encoding="utf-8-sig", newline="\r\n")


def _both_ways(entry: str) -> list[str]:
    """Give an entry of the catalogue in both languages, its placeholders left for the installer to fill."""
    from network.words import catalogue

    return list(catalogue("optimizer", "bundle")[entry].values())
