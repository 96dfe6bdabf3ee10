"""A folder that a command writes: whole or not at all, and never over what a planner put there.

Every such folder holds a manifest, a JSON file that tells what ran and names all the other files with their SHA-256. By
it the folder is known again, so that an older one of the same kind may be replaced.
"""

from __future__ import annotations

import json
import math
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.checksum import sha256


@dataclass(frozen=True)
class FolderKind:
    """A kind of folder.

    Attributes
    ----------
    manifest : str
        Name of its manifest, such as ``plan.json``.
    called : Phrase
        What it is called, such as "plan folder".
    """

    manifest: str
    called: Phrase


@contextmanager
def whole_folder(out: Path, kind: FolderKind) -> Iterator[Path]:
    """Give a folder to write into, which takes the place of ``out`` when all is written, and vanishes otherwise.

    An older folder of the same kind at ``out`` stays until the new one is whole, and is then replaced.

    Raises
    ------
    ProblemsError
        ``out`` holds what is not of this kind, or cannot be written or replaced; nothing has changed then.
    """
    out = _resolved(out)
    check_out(out, kind)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".writing", dir=out.parent))
    except OSError as error:
        raise _not_written(out, error) from error
    try:
        yield work
        work.chmod(0o755)
        _put_in_place(work, out, kind)
    except OSError as error:
        raise _not_written(out, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def write_manifest(content: Mapping[str, object], folder: Path, kind: FolderKind) -> None:
    """Write the manifest, last of all, with the SHA-256 of every other file of the folder under ``files``."""
    files = sorted(path for path in folder.rglob("*") if path.is_file() and path.name != kind.manifest)
    whole = dict(content) | {"files": {path.relative_to(folder).as_posix(): sha256(path) for path in files}}
    text = json.dumps(plain(whole), ensure_ascii=False, indent=1, allow_nan=False)
    (folder / kind.manifest).write_text(text + "\n", encoding="utf-8")


def plain(value: object) -> object:
    """Turn into what JSON holds; a number that is none becomes null."""
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [plain(one) for one in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, str | int | bool):
        return value
    return plain(value.item()) if hasattr(value, "item") else str(value)


def check_out(out: Path, kind: FolderKind) -> None:
    """Refuse, before the work begins, a place where no folder of this kind can be written; nothing is left there.

    Raises
    ------
    ProblemsError
        ``out`` holds anything else (what a planner put there is not to be lost), or the nearest folder above it that
        exists cannot be written.
    """
    out = _resolved(out)
    try:
        _refuse(out, kind)
        home = next((folder for folder in out.parents if folder.exists()), out)
        Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=home)).rmdir()
    except OSError as error:
        raise _not_written(out, error) from error


def _resolved(out: Path) -> Path:
    return Path(out).expanduser().resolve()


def _refuse(out: Path, kind: FolderKind) -> None:
    """Refuse a place that holds anything but a folder of this kind."""
    if not out.exists():
        return
    if not out.is_dir():
        raise _problem("is_file", "not_this_kind_mend", path=out, kind=kind.called)
    inside = sorted(path for path in out.rglob("*") if path.is_file() and not _of_the_system(path))
    if not inside:
        return
    own = _files(out, kind)
    if own is None:
        raise _problem("not_this_kind", "not_this_kind_mend", path=out, kind=kind.called)
    foreign = [name for path in inside if (name := path.relative_to(out).as_posix()) not in own]
    if foreign:
        raise _problem("foreign", "foreign_mend", path=out, kind=kind.called, names=", ".join(foreign[:5]))


def _of_the_system(path: Path) -> bool:
    """Whether no planner made a file, but Excel for one that is open, or the system's file manager."""
    return path.name.startswith("~$") or path.name in {".DS_Store", "Thumbs.db", "desktop.ini"}


def _files(out: Path, kind: FolderKind) -> set[str] | None:
    """Files that the folder at ``out`` says are its own; None where it has no manifest that says so."""
    try:
        files = json.loads((out / kind.manifest).read_text(encoding="utf-8"))["files"]
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    return {*files, kind.manifest} if isinstance(files, dict) else None


def _put_in_place(work: Path, out: Path, kind: FolderKind) -> None:
    """Give the finished folder its name; on Windows a file that Excel holds open keeps the old one from moving."""
    if not out.exists():
        work.rename(out)
        return
    old = work.with_name(work.name.replace(".writing", ".old"))
    try:
        out.rename(old)
    except OSError as error:
        reason = error.strerror or error
        raise _problem("in_use", "in_use_mend", path=out, kind=kind.called, reason=reason) from error
    try:
        work.rename(out)
    except BaseException:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _not_written(out: Path, error: OSError) -> ProblemsError:
    return _problem("not_written", "not_written_mend", path=out, reason=error.strerror or error)


def _problem(what: str, mend: str, **values: object) -> ProblemsError:
    told = Phrase(f"optimizer.output_folder.{what}", **values)
    return ProblemsError([Problem(told, Phrase(f"optimizer.output_folder.{mend}"))])
