"""What each closure shuts by itself, so that any set of them can be tried at once: lifted, or over by some hour."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.closures import Closure
from network.customization import UNREACHABLE
from network.speeds import VEHICLE_CLASSES
from network.times import travel_times_ms
from optimizer.plan.reach import link_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState

LANES = 16
"""Sets of closures tried in one search: what the engine is fastest at."""

Standing = frozenset[int]
"""Closures that stand, as places in :attr:`Barriers.closures`."""


@dataclass(frozen=True)
class Barriers:
    """Closures as barriers to one class of vehicle.

    Attributes
    ----------
    region : Region
        Its folder holds the files that closures name.
    state : RoadState
        With closures of every hour.
    vehicle_class : str
    open_ms : (m,) int32
        Milliseconds over each link with no barrier standing, nothing slowed, temporary links as they are opened.
    shut : tuple of (k,) int
        Links that each closure shuts by itself; none for a closure that slows or opens.
    """

    region: Region
    state: RoadState
    vehicle_class: str
    open_ms: NDArray[np.int32]
    shut: tuple[NDArray[np.int64], ...]

    @property
    def closures(self) -> tuple[Closure, ...]:
        """The closures, in the order of ``shut``."""
        return self.state.closures

    def link_ms(self, standing: Collection[int]) -> NDArray[np.int32]:
        """(m,) milliseconds over each link while these closures stand."""
        times = self.open_ms.copy()
        for number in standing:
            times[self.shut[number]] = UNREACHABLE
        return times

    def reaching(self, starts: Sequence[str], ends: Sequence[str], tried: Sequence[Standing]) -> NDArray[np.bool_]:
        """(ends, tried) whether any of the starts reaches each end, for every set of standing closures."""
        return self.reaching_by(starts, ends, map(self.link_ms, tried))

    def reaching_by(
        self, starts: Sequence[str], ends: Sequence[str], link_ms: Iterable[NDArray[np.int32]]
    ) -> NDArray[np.bool_]:
        """(ends, K) whether any of the starts reaches each end, for K times over the links."""
        node = self.nodes(starts), self.nodes(ends)
        found, left = [np.zeros((len(ends), 0), dtype=np.bool_)], iter(link_ms)
        while lanes := list(islice(left, LANES)):
            times = travel_times_ms(self.region.roads, np.stack(lanes, axis=1), *node)
            found.append(np.any(times < UNREACHABLE, axis=0))
        return np.concatenate(found, axis=1)

    def nodes(self, site_ids: Sequence[str]) -> NDArray[np.int32]:
        """(k,) nodes of sites; −1 where a site is not on the roads."""
        place = pd.Index(self.region.sites["site_id"]).get_indexer(pd.Index(site_ids))
        nodes: NDArray[np.int32] = self.region.snapping.node[place]
        return nodes


def barriers(region: Region, state: RoadState, vehicle_class: str, at_h: float | None = None) -> Barriers:
    """Find what each closure shuts to ``vehicle_class``, whatever its hours; temporary links are as opened at the hour.

    Raises
    ------
    ProblemsError
        Closures that match nothing, all at once.
    """
    link_ms(region, state, vehicle_class)
    opened = tuple(closure for closure in state_at(state, at_h).closures if closure.opened)

    def times(*closures: Closure) -> NDArray[np.int32]:
        return link_ms(region, state.model_copy(update={"closures": closures}), vehicle_class)

    free = times(*opened)
    shut = [np.flatnonzero((times(*opened, one) >= UNREACHABLE) & (free < UNREACHABLE)) for one in state.closures]
    return Barriers(region, state, vehicle_class, free, tuple(shut))


def in_force(closure: Closure, at_h: float | None) -> bool:
    """Whether a closure holds for any vehicle at the hour; without an hour, whether it ever does."""
    return any(closure.holds(vehicle, at_h) for vehicle in VEHICLE_CLASSES.values())


def state_at(state: RoadState, at_h: float | None) -> RoadState:
    """Keep only the closures that hold at the hour, without their hours."""
    kept = (one.model_copy(update={"from_h": None, "to_h": None}) for one in state.closures if in_force(one, at_h))
    return state.model_copy(update={"closures": tuple(kept)})
