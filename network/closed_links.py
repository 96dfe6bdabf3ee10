"""Which links a closure means."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from network.chainage import StakedStretch, staked_stretch
from network.closures import Closure
from network.problem import Problem, ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from network.shapes import geometry
from network.texts import parts, plain
from network.words import Phrase

_SHOWN = 5


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
        It matches nothing, or names what the roads lack: links, ways, a river, temporary links, stakes.
    """
    unknown = _unknown(closure, network)
    if unknown:
        raise ProblemsError(unknown)
    mask = _named(closure, network)
    if closure.bridges or closure.tunnels:
        mask &= (network.bridge & closure.bridges) | (network.tunnel & closure.tunnels)
    if closure.classes:
        mask &= np.isin(network.road_class, [ROAD_CLASSES.index(name) for name in closure.classes])
    if closure.stakes is not None:
        mask &= _marked(staked_stretch(closure.name, closure.stakes, network).links, network)
    if closure.within is not None:
        mask &= _marked(network.links_touching(geometry(closure.within, folder)), network)
    if not mask.any():
        raise ProblemsError([_problem("nothing_matches", name=closure.name)])
    return np.flatnonzero(mask).astype(np.int32)


def staked_stretches(closures: Iterable[Closure], network: RoadNetwork) -> tuple[StakedStretch, ...]:
    """Tell where closures by stakes lie and how exactly; a planner is to be told.

    Raises
    ------
    ProblemsError
        As :func:`matched_links`.
    """
    staked = ((closure.name, closure.stakes) for closure in closures)
    return tuple(staked_stretch(name, stakes, network) for name, stakes in staked if stakes is not None)


def _named(closure: Closure, network: RoadNetwork) -> NDArray[np.bool_]:
    """(m,) links that fit all that a closure names; temporary ones only where it names these."""
    mask = np.zeros(network.link_count, dtype=np.bool_) if closure.temporary else network.temporary == 0
    for temporary in closure.temporary:
        mask |= network.temporary_links(temporary)
    if closure.links:
        mask &= _marked([network.find_link(link) for link in closure.links], network)
    if closure.ways:
        mask &= _marked(np.concatenate([network.links_of_way(way) for way in closure.ways]), network)
    if closure.road is not None:
        mask &= network.called(closure.road)
    if closure.river is not None:
        mask &= network.crossing(closure.river)
    return mask


def _marked(links: object, network: RoadNetwork) -> NDArray[np.bool_]:
    mask = np.zeros(network.link_count, dtype=np.bool_)
    mask[np.asarray(links, dtype=np.int64)] = True
    return mask


def _unknown(closure: Closure, network: RoadNetwork) -> list[Problem]:
    """Report what the roads lack of that which a closure names: no part of it must be lost in silence."""
    links = [link for link in closure.links if network.find_link(link) is None]
    ways = [way for way in closure.ways if not len(network.links_of_way(way))]
    problems = [_lacking("unknown_links", closure, links)] if links else []
    problems += [_lacking("unknown_ways", closure, ways)] if ways else []
    if closure.temporary:
        temporary = [one for one in closure.temporary if not network.temporary_links(one).any()]
        known = sorted(set(network.texts[np.unique(network.temporary)].tolist()) - {""})
        listed = ", ".join(known[:_SHOWN]) or "-"
        problems += [_lacking("unknown_temporary", closure, temporary, known=listed)] if temporary else []
    for road in filter(None, [closure.road, closure.stakes.road if closure.stakes else None]):
        if not network.called(road).any():
            problems.append(_unknown_road(closure, road, network))
    if closure.river is not None and not network.crossing(closure.river).any():
        problems.append(_unknown_river(closure, closure.river, network))
    return problems


def _lacking(entry: str, closure: Closure, lacking: list[str] | list[int], **values: object) -> Problem:
    shown = ", ".join(map(str, lacking[:_SHOWN])) + (f" … ({len(lacking)})" if len(lacking) > _SHOWN else "")
    return _problem(entry, name=closure.name, unknown=shown, **values)


def _unknown_road(closure: Closure, road: str, network: RoadNetwork) -> Problem:
    """Say that no road is called so, and offer those with a like name."""
    close = _like(road, network, np.concatenate([network.name, network.ref]))
    if close:
        return _problem("nearly_named", name=closure.name, road=road, close=", ".join(close))
    return _problem("unknown_road", name=closure.name, road=road)


def _unknown_river(closure: Closure, river: str, network: RoadNetwork) -> Problem:
    """Say that no road crosses a river of this name, and offer those with a like one."""
    if not network.river.any():
        return _problem("no_rivers", name=closure.name, river=river)
    close = _like(river, network, network.river)
    if close:
        return _problem("nearly_a_river", name=closure.name, river=river, close=", ".join(close))
    return _problem("unknown_river", name=closure.name, river=river)


def _like(wanted: str, network: RoadNetwork, used: NDArray[np.int32]) -> list[str]:
    """Names like ``wanted`` among the texts that are ``used``, as they are written there."""
    known = {plain(part): part.strip() for text in network.texts[np.unique(used)].tolist() for part in parts(text)}
    return [known[name] for name in get_close_matches(plain(wanted), known, n=_SHOWN)]


def _problem(entry: str, **values: object) -> Problem:
    key = f"network.closures.{entry}"
    return Problem(Phrase(key, **values), Phrase(f"{key}_mend", **values))
