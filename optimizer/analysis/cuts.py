"""Which closures cut a place off, and when it is reached again.

A closure *alone* cuts a place off if lifting it, all others standing, brings a way back. Where no closure does, several
cut it off together: of the ways to the place over all roads, the one that passes the fewest closed links names the
closures on it, and each that turns out not to be needed is dropped. What is left is *inclusion-minimal*: all of it must
be lifted, and nothing less of it will do. There may be other such sets.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.times import paths_from, travel_times_ms
from optimizer.analysis.barriers import Barriers, Standing, in_force, state_at
from optimizer.plan.reach import link_ms
from optimizer.region.scenarios import RoadState

_BARRIER_MS = 3_600_000
"""What a barred link costs on the search for the way with the fewest: more than any detour of an hour."""


@dataclass(frozen=True)
class Cut:
    """What cuts one place off.

    Attributes
    ----------
    kind : {"any", "all", ""}
        Lifting any one of the closures reconnects it; only lifting all does; or no closure is to blame.
    closures : tuple of int
        Places in :attr:`Barriers.closures`, ascending.
    """

    kind: Literal["any", "all", ""]
    closures: tuple[int, ...]


def cuts(barriers: Barriers, starts: Sequence[str], ends: Sequence[str], at_h: float | None = None) -> list[Cut]:
    """Tell for each of ``ends``, none of which ``starts`` reach, which closures in force keep it cut off."""
    standing = _standing(barriers, at_h)
    if not ends:
        return []
    alone = barriers.reaching(starts, ends, [frozenset(standing) - {one} for one in standing] + [frozenset()])
    found = [
        Cut("any", tuple(np.array(standing)[row[:-1]].tolist())) if row[:-1].any() else Cut("", ()) for row in alone
    ]
    joint = [place for place, row in enumerate(alone) if row[-1] and not row[:-1].any()]
    together = _together(barriers, starts, [ends[place] for place in joint], standing)
    for place, closures in zip(joint, together, strict=True):
        found[place] = Cut("all", closures)
    return found


def reopening_h(
    barriers: Barriers, starts: Sequence[str], ends: Sequence[str], at_h: float | None = None
) -> NDArray[np.float64]:
    """(ends,) hours after the event at which each is first reached again; NaN where the closures do not say.

    Closures that begin before that hour count, those without an end for ever; without ``at_h`` all have begun. A
    temporary link counts from the hour that it is opened.
    """
    state = barriers.state if at_h is not None else _begun(barriers.state)
    turns = {one.from_h if one.opened else one.to_h for one in state.closures}
    hours = sorted(hour for hour in turns if hour is not None and hour > (at_h or 0.0))
    if not hours or not ends:
        return np.full(len(ends), np.nan)
    lanes = (link_ms(barriers.region, state_at(state, hour), barriers.vehicle_class) for hour in hours)
    reached = barriers.reaching_by(starts, ends, lanes)
    return np.where(reached.any(axis=1), np.array(hours)[reached.argmax(axis=1)], np.nan)


def _begun(state: RoadState) -> RoadState:
    """Let every closure that shuts or slows have begun already."""
    closures = (one if one.opened else one.model_copy(update={"from_h": None}) for one in state.closures)
    return state.model_copy(update={"closures": tuple(closures)})


def _standing(barriers: Barriers, at_h: float | None) -> list[int]:
    """Closures that hold at the hour and shut anything."""
    pairs = zip(barriers.closures, barriers.shut, strict=True)
    return [number for number, (closure, links) in enumerate(pairs) if len(links) and in_force(closure, at_h)]


def _together(
    barriers: Barriers, starts: Sequence[str], ends: Sequence[str], standing: Sequence[int]
) -> list[tuple[int, ...]]:
    """Find for each end an inclusion-minimal set of closures whose lifting reconnects it."""
    lifted = _on_the_way(barriers, starts, ends, standing)
    turns = [sorted(one) for one in lifted]
    for turn in range(max(map(len, turns), default=0)):
        open_turns = [place for place, order in enumerate(turns) if turn < len(order)]
        trial = {place: lifted[place] - {turns[place][turn]} for place in open_turns}
        distinct = list(dict.fromkeys(trial.values()))
        reached = barriers.reaching(starts, ends, [frozenset(standing) - one for one in distinct])
        for place, fewer in trial.items():
            if reached[place, distinct.index(fewer)]:
                lifted[place] = fewer
    return [tuple(sorted(one)) for one in lifted]


def _on_the_way(
    barriers: Barriers, starts: Sequence[str], ends: Sequence[str], standing: Sequence[int]
) -> list[Standing]:
    """Closures on the way to each end that passes the fewest barred links, from whichever start that is."""
    barred = np.zeros(barriers.region.roads.link_count, dtype=np.int64)
    for number in standing:
        barred[barriers.shut[number]] += 1
    weights = np.minimum(barriers.open_ms + barred * _BARRIER_MS, UNREACHABLE - 1)
    weights = np.where(barriers.open_ms >= UNREACHABLE, UNREACHABLE, weights).astype(np.int32)
    start_node, end_node = barriers.nodes(starts), barriers.nodes(ends)
    times = travel_times_ms(barriers.region.roads, weights, start_node, end_node)
    # Beyond what the sum of barriers can hold, every closure is taken and then dropped one by one.
    found: list[Standing] = [frozenset(standing)] * len(ends)
    best = times.argmin(axis=0) if len(ends) else np.empty(0, dtype=np.int64)
    members = {number: set(barriers.shut[number].tolist()) for number in standing}
    for start in np.unique(best):
        served = np.flatnonzero((best == start) & (times.min(axis=0) < UNREACHABLE))
        paths = paths_from(barriers.region.roads, weights, int(start_node[start]), end_node[served])
        for place, path in zip(served, paths, strict=True):
            found[place] = frozenset(number for number in standing if not members[number].isdisjoint(path.tolist()))
    return found
