"""Roads closed, slowed or delayed: one form for scenarios and for ``--closures`` files.

Which roads
    ``links`` (ids ``way:from-to``, in that direction only), ``ways`` (OSM numbers), ``road`` (a name, or one of a
    road's numbers such as S303, whole and in any case), ``within`` (a shape that the link touches), ``bridges``,
    ``tunnels`` (both together: either), ``classes``. Given together, all must hold; but for ``links``, both directions
    are meant.
What happens
    Nothing said or ``closed: true``: closed. ``slowed: 2``: the time over each link twice as long. ``delay_min: 10``:
    so much longer over the whole stretch, spread over its links by their length, so that half of it costs half the
    delay.
When and for whom
    ``from_h``, ``to_h``: hours after the event. ``vehicle_classes``: for these alone.

A river is no selector, since a road network holds no rivers: give a shape along it in ``within``, with
``bridges: true``.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence
from difflib import get_close_matches
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import Field, ValidationError, field_validator, model_validator

from network.forms import Form, mistake, problems_of
from network.problem import Problem, ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from network.shapes import Shape, geometry
from network.speeds import VEHICLE_CLASSES, VehicleClass
from network.times import UNREACHABLE
from network.words import Phrase

MS_A_MINUTE = 60_000

WayId = Annotated[int, Field(ge=-(2**62), le=2**62)]
_SHOWN = 5


class Closure(Form):
    """One closure; see the module's text for what its fields mean."""

    name: str = Field(min_length=1)
    links: tuple[str, ...] = ()
    ways: tuple[WayId, ...] = ()
    road: str | None = Field(default=None, min_length=1)
    within: Shape | None = None
    bridges: bool = False
    tunnels: bool = False
    classes: tuple[str, ...] = ()
    closed: Literal[True] | None = None
    slowed: float | None = Field(default=None, ge=1, le=1000)
    delay_min: float | None = Field(default=None, gt=0, le=10_000)
    from_h: float | None = Field(default=None, ge=0)
    to_h: float | None = Field(default=None, gt=0)
    vehicle_classes: tuple[str, ...] | None = None

    @field_validator("classes")
    @classmethod
    def _known_classes(cls, classes: tuple[str, ...]) -> tuple[str, ...]:
        for unknown in set(classes) - set(ROAD_CLASSES):
            raise mistake("network.closures.unknown_class", unknown=unknown, known=", ".join(ROAD_CLASSES))
        return classes

    @field_validator("vehicle_classes")
    @classmethod
    def _known_vehicles(cls, classes: tuple[str, ...] | None) -> tuple[str, ...] | None:
        for unknown in set(classes or ()) - set(VEHICLE_CLASSES):
            raise mistake("network.closures.unknown_vehicle", unknown=unknown, known=", ".join(VEHICLE_CLASSES))
        return classes

    @model_validator(mode="after")
    def _makes_sense(self) -> Closure:
        selectors = (self.links, self.ways, self.road, self.within, self.bridges, self.tunnels, self.classes)
        if not any(selectors):
            raise mistake("network.closures.no_selector")
        if sum(effect is not None for effect in (self.closed, self.slowed, self.delay_min)) > 1:
            raise mistake("network.closures.effects")
        if self.to_h is not None and self.to_h <= (self.from_h or 0):
            raise mistake("network.closures.hours", from_h=self.from_h or 0, to_h=self.to_h)
        return self

    def holds(self, vehicle_class: VehicleClass, at_h: float | None) -> bool:
        """Whether it holds for a vehicle ``at_h`` hours after the event; without an hour, it holds if it ever does."""
        if self.vehicle_classes is not None and vehicle_class.name not in self.vehicle_classes:
            return False
        begun = at_h is None or self.from_h is None or self.from_h <= at_h
        return begun and (at_h is None or self.to_h is None or at_h < self.to_h)


class ClosureFile(Form):
    """The content of a ``--closures`` file."""

    schema_version: int = 1
    closures: tuple[Closure, ...]

    @field_validator("closures")
    @classmethod
    def _some(cls, closures: tuple[Closure, ...]) -> tuple[Closure, ...]:
        # A least length would be reported too where there are closures, all of them wrong.
        if not closures:
            raise mistake("network.closures.none")
        return closures


def read_closures(path: Path) -> tuple[Closure, ...]:
    """Read a YAML file ``closures: [...]``.

    Raises
    ------
    ProblemsError
        Every mistake in the file, with its place.
    """
    path = Path(path)
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8-sig"))
        return ClosureFile.model_validate(content).closures
    except (FileNotFoundError, IsADirectoryError) as error:
        raise ProblemsError([_problem("network.forms.file_missing", file=path.name)]) from error
    except UnicodeDecodeError as error:
        raise ProblemsError([_problem("network.forms.file_encoding", file=path.name)]) from error
    except (yaml.YAMLError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or type(error).__name__
        broken = _problem(
            "network.forms.yaml_broken", file=path.name, row=mark.line + 1 if mark else None, detail=detail
        )
        raise ProblemsError([broken]) from error
    except ValidationError as error:
        raise ProblemsError(problems_of(error, path.name)) from error


def matched_links(closure: Closure, network: RoadNetwork, folder: Path | None = None) -> NDArray[np.int32]:
    """Find the links that a closure means.

    Parameters
    ----------
    closure : Closure
    network : RoadNetwork
    folder : Path, optional
        Where a shape's file is looked for.

    Returns
    -------
    (k,) int32
        Link numbers, ascending, one or more.

    Raises
    ------
    ProblemsError
        It matches nothing, or names links or ways that the roads lack.
    """
    unknown = _unknown_ids(closure, network)
    if unknown:
        raise ProblemsError(unknown)
    mask = np.ones(network.link_count, dtype=np.bool_)
    if closure.links:
        mask &= np.isin(network.link_id, closure.links)
    if closure.ways:
        mask &= np.isin(network.way_id, closure.ways)
    if closure.road is not None:
        mask &= _called(closure.road, network)
    if closure.bridges or closure.tunnels:
        mask &= (network.bridge & closure.bridges) | (network.tunnel & closure.tunnels)
    if closure.classes:
        mask &= np.isin(network.road_class, [ROAD_CLASSES.index(name) for name in closure.classes])
    if closure.within is not None:
        touching = np.zeros_like(mask)
        touching[network.links_touching(geometry(closure.within, folder))] = True
        mask &= touching
    if not mask.any():
        raise ProblemsError([_no_match(closure, network)])
    return np.flatnonzero(mask).astype(np.int32)


def apply_closures(
    closures: Sequence[Closure],
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    vehicle_class: VehicleClass,
    folder: Path | None = None,
    at_h: float | None = None,
) -> NDArray[np.int32]:
    """Link times with closures in force.

    Parameters
    ----------
    closures : sequence of Closure
        Where several meet on a link, closing outweighs all, and slowing comes before delays.
    network : RoadNetwork
    link_ms : (m,) int32
        Free times of ``vehicle_class``.
    vehicle_class : VehicleClass
    folder : Path, optional
        Where shapes' files are looked for.
    at_h : float, optional
        Hours after the event. Without it every closure is in force, whatever its hours.

    Returns
    -------
    (m,) int32
        A new array; ``UNREACHABLE`` where closed.

    Raises
    ------
    ProblemsError
        All closures that match nothing, those not in force among them, at once.
    """
    matches = _all_matched(closures, network, folder)
    time = link_ms.astype(np.float64)
    shut = link_ms >= UNREACHABLE
    in_force = [pair for pair in zip(closures, matches, strict=True) if pair[0].holds(vehicle_class, at_h)]
    for closure, links in in_force:
        if closure.slowed is not None:
            time[links] *= closure.slowed
        elif closure.delay_min is None:
            shut[links] = True
    for closure, links in in_force:
        if closure.delay_min is not None:
            time[links] += closure.delay_min * MS_A_MINUTE * _share_of_stretch(network, links)
    result = np.minimum(np.rint(time), UNREACHABLE - 1).astype(np.int32)
    result[shut] = UNREACHABLE
    return result


def _all_matched(closures: Iterable[Closure], network: RoadNetwork, folder: Path | None) -> list[NDArray[np.int32]]:
    """Match all closures; tell the problems of all at once."""
    matches: list[NDArray[np.int32]] = []
    problems: list[Problem] = []
    for closure in closures:
        try:
            matches.append(matched_links(closure, network, folder))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return matches


def _share_of_stretch(network: RoadNetwork, links: NDArray[np.int32]) -> NDArray[np.float64]:
    """(k,) share of the stretch that each link is, the two directions of a piece counted once."""
    low = np.minimum(network.tail[links], network.head[links])
    high = np.maximum(network.tail[links], network.head[links])
    piece = np.column_stack([network.way_id[links], low, high])
    _, first = np.unique(piece, axis=0, return_index=True)
    length = np.maximum(network.length_m[links], 1e-9)
    share: NDArray[np.float64] = length / length[first].sum()
    return share


def _called(road: str, network: RoadNetwork) -> NDArray[np.bool_]:
    """(m,) whether a link bears the name, or the number among its numbers."""
    wanted = _plain(road)
    named = np.array([_plain(text) == wanted for text in network.texts.tolist()])
    numbered = np.array([wanted in map(_plain, text.split(";")) for text in network.texts.tolist()])
    mask: NDArray[np.bool_] = named[network.name] | numbered[network.ref]
    return mask


def _plain(text: str) -> str:
    """Take away what does not tell names apart: case, width, outer blanks."""
    return unicodedata.normalize("NFKC", text).strip().casefold()


def _unknown_ids(closure: Closure, network: RoadNetwork) -> list[Problem]:
    """Report links and ways that the roads lack: a part of a closure must not be lost in silence."""
    problems: list[Problem] = []
    if closure.links:
        lacking = np.setdiff1d(np.array(closure.links), network.link_id).tolist()
        problems += [_lacking("unknown_links", closure, lacking)] if lacking else []
    if closure.ways:
        lacking = np.setdiff1d(np.array(closure.ways, dtype=np.int64), network.way_id).tolist()
        problems += [_lacking("unknown_ways", closure, lacking)] if lacking else []
    return problems


def _lacking(entry: str, closure: Closure, lacking: list[object]) -> Problem:
    shown = ", ".join(map(str, lacking[:_SHOWN])) + (f" … ({len(lacking)})" if len(lacking) > _SHOWN else "")
    return _problem(f"network.closures.{entry}", name=closure.name, unknown=shown)


def _no_match(closure: Closure, network: RoadNetwork) -> Problem:
    """Say that nothing matches; where it is the road's name, offer those like it."""
    if closure.road is not None and not _called(closure.road, network).any():
        known = {_plain(part): part.strip() for text in network.texts.tolist() for part in text.split(";") if part}
        close = get_close_matches(_plain(closure.road), known, n=_SHOWN)
        if close:
            offered = ", ".join(known[name] for name in close)
            return _problem("network.closures.nearly_named", name=closure.name, road=closure.road, close=offered)
    return _problem("network.closures.nothing_matches", name=closure.name)


def _problem(key: str, *, file: str | None = None, row: int | None = None, **values: object) -> Problem:
    return Problem(Phrase(key, **values), Phrase(f"{key}_mend", **values), file=file, row=row)
