"""The folder of a starter region, written whole or not at all."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from network.problem import Problem, ProblemsError
from network.words import Phrase

_NOT_IN_ID = re.compile(r"[^A-Za-z0-9_-]+")
_LONGEST_ID = 60


def region_id(name: str) -> str:
    """Turn a file's or place's name into the id of a region."""
    return _NOT_IN_ID.sub("-", name).strip("-")[:_LONGEST_ID] or "region"


def check_out(folder: Path, *, overwrite: bool) -> None:
    """Refuse a folder that holds something or cannot be written, before the work begins.

    Raises
    ------
    ProblemsError
    """
    folder = Path(folder).resolve()
    try:
        _refuse(folder, overwrite=overwrite)
        home = next((above for above in folder.parents if above.exists()), folder)
        Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=home)).rmdir()
    except OSError as error:
        raise _unwritable(folder, error) from error


def _refuse(folder: Path, *, overwrite: bool) -> None:
    if folder.exists() and not folder.is_dir():
        raise ProblemsError([_problem("out_is_file", "out_unwritable_mend", folder=folder)])
    if folder.is_dir() and any(folder.iterdir()) and not overwrite:
        raise ProblemsError([_problem("out_not_empty", "out_not_empty_mend", folder=folder)])


@contextmanager
def whole_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write into that takes the place of ``folder`` when all is written, and vanishes otherwise.

    Raises
    ------
    ProblemsError
        The folder cannot be written.
    """
    folder = Path(folder).resolve()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(prefix=f".{folder.name}.", dir=folder.parent))
    except OSError as error:
        raise _unwritable(folder, error) from error
    try:
        written = half / folder.name
        written.mkdir()
        yield written
        if folder.exists():
            folder.replace(half / "replaced")
        written.replace(folder)
    except OSError as error:
        raise _unwritable(folder, error) from error
    finally:
        shutil.rmtree(half, ignore_errors=True)


def _unwritable(folder: Path, error: OSError) -> ProblemsError:
    return ProblemsError([_problem("out_unwritable", "out_unwritable_mend", folder=folder, detail=error.strerror)])


def _problem(what: str, mend: str, **values: object) -> Problem:
    return Problem(Phrase(f"optimizer.starter.{what}", **values), Phrase(f"optimizer.starter.{mend}"))
