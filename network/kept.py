"""What is dear to work out and cheap to keep: files in the user's cache folder, named by what they were made from.

A kept file is never out of date: its name holds a hash of all that goes into it, the code included. A cache that cannot
be written or read does no harm; the work is done anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
import tempfile
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TypeVar

Made = TypeVar("Made")

KEPT = 20
"""Files kept of each kind; the one that has lain longest gives way."""


def cache_folder() -> Path:
    """Give the user's cache folder as the system has it.

    Raises
    ------
    RuntimeError
        The user has no home.
    """
    if sys.platform == "win32":
        base = os.environ.get("LOCALAPPDATA", "") or str(Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = str(Path.home() / "Library" / "Caches")
    else:
        base = os.environ.get("XDG_CACHE_HOME", "") or str(Path.home() / ".cache")
    return Path(base) / "district-reserve-optimizer" / "roads"


def code_hash(modules: Iterable[ModuleType]) -> str:
    """Hash of the modules' code: what a changed module made is not taken for what it would make now."""
    code = hashlib.sha256()
    for module in modules:
        code.update(Path(str(module.__file__)).read_bytes())
    return code.hexdigest()[:16]


def kept(
    name: str,
    load: Callable[[Path], Made | None],
    make: Callable[[], Made],
    save: Callable[[Made, Path], object],
) -> Made:
    """Load what was kept under ``name``, or make it and keep it.

    Parameters
    ----------
    name : str
        File name that holds a hash of all that goes into it; files of one ending are of one kind.
    load : callable
        Gives None where the file turns out damaged.
    make : callable
    save : callable
    """
    try:
        file = cache_folder() / name
    except RuntimeError:
        return make()
    if file.is_file():
        found = load(file)
        if found is not None:
            return found
    made = make()
    _keep(file, lambda half: save(made, half))
    return made


def _keep(file: Path, save: Callable[[Path], object]) -> None:
    """Put a file into the cache, whole or not at all."""
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=file.parent) as folder:
            half = Path(folder) / file.name
            save(half)
            half.replace(file)
        kind = "".join(file.suffixes)
        by_age = sorted(file.parent.glob(f"*{kind}"), key=lambda one: one.stat().st_mtime)
        for old in [one for one in by_age if "".join(one.suffixes) == kind][:-KEPT]:
            old.unlink()
