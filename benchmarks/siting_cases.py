"""Which instances each siting model is run on: those found in a folder, by their names, and made-up ones."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.instances import Instance, is_cut_short, made_up, mended, read_cap, read_pmed, read_san_jose

MODELS = ("p-median", "p-center", "capacitated", "maximal-covering", "set-covering")

CAPACITIES = {
    "capa": (8000, 10000, 12000, 14000),
    "capb": (5000, 6000, 7000, 8000),
    "capc": (5000, 5750, 6500, 7250),
}
"""Beasley (1988): the capacities that the files leave open."""

MENDED = "_mended"
"""Ends the name of a case whose file has demands that were cut short, and that is solved with the whole ones."""

SAN_JOSE = {800.0: (3, 5), 200.0: (20, 40), 150.0: (30, 60)}
"""Service distances in the files' unit, with numbers: 800 is the literature's, the others leave room for many sites."""

MADE_UP_SITES, MADE_UP_DEMAND = (100, 1000), 100_000
MADE_UP_RADII, MADE_UP_NUMBERS = (4.0, 5.5, 6.25), (5, 10, 15)

SHARE = 4
"""In set covering on pmed, the standard is this part of the longest distance, rounded down."""


@dataclass(frozen=True)
class Case:
    """A model on an instance, read in whichever process works on it.

    Attributes
    ----------
    model, name : str
    path : Path, optional
        Without it the instance is made up.
    number, radius, capacity : optional
        What the file does not say.
    size : (int, int)
        Sites and demand points of a made-up one.
    seed : int
    mend : bool
        Put whole demands for those cut short.
    """

    model: str
    name: str
    path: Path | None = None
    number: int | None = None
    radius: float | None = None
    capacity: float | None = None
    size: tuple[int, int] = (0, 0)
    seed: int = 1
    mend: bool = False

    @property
    def label(self) -> str:
        """Model and name."""
        return f"{self.model} {self.name}"

    def read(self) -> Instance:
        """Read the instance, or make it up."""
        if self.path is None:
            distances, weight = made_up(*self.size, self.seed)
            return Instance(self.model, distances, weight, self.number, self.radius)
        if self.model == "capacitated":
            found = read_cap(self.path, self.capacity)
            found = mended(found) if self.mend else found
            # A customer's cost is of all that it wants: what a unit of it costs times its weight is the same.
            times = found.cost / found.demand[:, None]
            return Instance(self.model, times, found.demand, capacity=found.capacity, fixed_cost=found.fixed_cost)
        if self.radius is not None:
            distances, weight = read_san_jose(self.path)
            return Instance(self.model, distances, weight, self.number, self.radius)
        distances, number = read_pmed(self.path)
        if self.model == "set-covering":
            return Instance(self.model, distances, np.ones(len(distances)), radius=float(distances.max() // SHARE))
        return Instance(self.model, distances, np.ones(len(distances)), number)


def cases(folder: Path, models: Iterable[str], only: Iterable[str] = (), seed: int = 1) -> list[Case]:
    """Cases of ``models`` on what lies in ``folder`` and below it; ``only`` has their names, or how these begin."""
    every = [case for model in models for case in _CASES[model](_files(folder), seed)]
    wanted = tuple(only)
    return [case for case in every if not wanted or f"{case.name}_".startswith(tuple(f"{one}_" for one in wanted))]


def _files(folder: Path) -> list[Path]:
    """Files of instances, by name and number."""
    if not folder.is_dir():
        raise NotADirectoryError(folder)
    return sorted(
        (path for path in folder.rglob("*") if path.suffix in ("", ".txt") and path.is_file()),
        key=lambda path: [int(part) if part.isdigit() else part for part in re.split(r"(\d+)", path.stem)],
    )


def _named(files: list[Path], pattern: str) -> list[Path]:
    return [path for path in files if re.fullmatch(pattern, path.stem)]


def _pmed(model: str, ending: str, files: list[Path]) -> Iterator[Case]:
    for path in _named(files, r"pmed\d+"):
        yield Case(model, path.stem + ending, path)


def _capacitated(files: list[Path], seed: int) -> Iterator[Case]:
    """Without a capacity beside it, a file's own holds; one with demands cut short is solved as it is and mended."""
    for path in _named(files, r"cap(\d+|[a-z](_\d+)?)"):
        stem, _, said = path.stem.partition("_")
        for capacity in (int(said),) if said else CAPACITIES.get(stem, (None,)):
            yield Case("capacitated", stem if capacity is None else f"{stem}_{capacity}", path, capacity=capacity)
        if re.fullmatch(r"cap\d+", stem) and is_cut_short(read_cap(path)):
            yield Case("capacitated", stem + MENDED, path, mend=True)


def _maximal_covering(files: list[Path], seed: int) -> Iterator[Case]:
    for path in _named(files, r"SJC\d+"):
        for radius, numbers in SAN_JOSE.items():
            for number in numbers:
                yield Case("maximal-covering", f"{path.stem}_r{radius:g}_p{number}", path, number, radius)
    for sites, radius, number in product(MADE_UP_SITES, MADE_UP_RADII, MADE_UP_NUMBERS):
        name = f"uniform_{sites}x{MADE_UP_DEMAND}_r{radius:g}_p{number}_seed{seed}"
        yield Case("maximal-covering", name, None, number, radius, size=(sites, MADE_UP_DEMAND), seed=seed)


def _set_covering(files: list[Path], seed: int) -> Iterator[Case]:
    for path in _named(files, r"SJC\d+"):
        for radius in SAN_JOSE:
            yield Case("set-covering", f"{path.stem}_r{radius:g}", path, radius=radius)
    yield from _pmed("set-covering", "_quarter", files)


_CASES = {
    "p-median": lambda files, seed: _pmed("p-median", "", files),
    "p-center": lambda files, seed: _pmed("p-center", "", files),
    "capacitated": _capacitated,
    "maximal-covering": _maximal_covering,
    "set-covering": _set_covering,
}
