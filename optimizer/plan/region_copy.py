"""The copy of the region inside a plan folder, by which the plan can be verified elsewhere."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from network.problem import Problem, ProblemsError
from network.shapes import Shape
from network.words import Phrase
from optimizer.checksum import sha256
from optimizer.region.region import Region
from optimizer.region.registers import register_files, register_name

ROADS = "roads.npz"


def copy_region(region: Region, folder: Path) -> None:
    """Copy the files that ``region`` was read from, as they are, to ``folder``.

    Registers of the program's own go along under ``standards/``. Files that shapes and layers consist of go along too.

    Raises
    ------
    ProblemsError
        A file is gone, or is no longer what was read: every such file.
    """
    problems = []
    for name, source in _sources(region).items():
        target = folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if not source.is_file():
            problems.append(_problem("input_gone", name))
            continue
        shutil.copyfile(source, target)
        wanted = region.inputs.get(name)
        if wanted is not None and sha256(target) != wanted:
            problems.append(_problem("input_changed", name))
    if problems:
        raise ProblemsError(problems)


def write_roads(region: Region, plan_folder: Path) -> str:
    """Keep the compiled roads: where the region's own file is all of them, that is it. Gives its path in the folder."""
    if region.settings.roads.endswith(".npz") and not region.roads.temporary.any():
        return f"region/{region.settings.roads}"
    region.roads.save(plan_folder / ROADS)
    return ROADS


def _sources(region: Region) -> dict[str, Path]:
    """Every file to copy, by its name inside the copy."""
    home = region.folder.resolve()
    registers = {register_name(path, home): path for path in register_files(region.settings, home).values()}
    found: dict[str, Path] = {}
    for name in region.inputs:
        source = registers.get(name, region.elsewhere.get(name, home / name))
        found[name] = source
    for shape in _shapes((*region.scenarios, region.events)):
        if shape.file is not None:
            found.setdefault(shape.file, home / shape.file)
    for name, source in list(found.items()):
        if name.lower().endswith(".shp"):
            beside = (path for path in source.parent.glob(f"{source.stem}.*") if path.is_file())
            found |= {str(Path(name).with_name(path.name).as_posix()): path for path in beside}
    return {name: source for name, source in found.items() if _inside(name)}


def _inside(name: str) -> bool:
    """Whether a name stays inside the folder that it is relative to."""
    path = Path(name)
    return not path.is_absolute() and ".." not in path.parts


def _shapes(value: object) -> Iterator[Shape]:
    """Every shape anywhere inside forms and tuples of forms."""
    if isinstance(value, Shape):
        yield value
    elif isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _shapes(getattr(value, name))
    elif isinstance(value, tuple):
        for part in value:
            yield from _shapes(part)


def _problem(what: str, name: str) -> Problem:
    return Problem(Phrase(f"optimizer.plan.{what}"), Phrase("optimizer.plan.input_changed_mend"), file=name)
