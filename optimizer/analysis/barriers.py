"""What each closure shuts by itself, so that any set of them can be tried at once: lifted, or over by some hour."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.closed_times import apply_closures
from network.closures import Closure
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import UNREACHABLE, travel_times_ms
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
    closures : tuple of Closure
    open_ms : (m,) int32
        Milliseconds over each link with no barrier standing.
    shut : tuple of (k,) int
        Links that each closure shuts, were it the only one; none for a closure that only slows.
    """

    region: Region
    closures: tuple[Closure, ...]
    open_ms: NDArray[np.int32]
    shut: tuple[NDArray[np.int64], ...]

    def link_ms(self, standing: Collection[int]) -> NDArray[np.int32]:
        """(m,) milliseconds over each link while these closures stand."""
        times = self.open_ms.copy()
        for number in standing:
            times[self.shut[number]] = UNREACHABLE
        return times

    def reaching(self, starts: Sequence[str], ends: Sequence[str], tried: Sequence[Standing]) -> NDArray[np.bool_]:
        """(ends, tried) whether any of the starts reaches each end, for every set of standing closures."""
        node = self.nodes(starts), self.nodes(ends)
        found = np.zeros((len(ends), len(tried)), dtype=np.bool_)
        for first in range(0, len(tried), LANES):
            lanes = np.stack([self.link_ms(one) for one in tried[first : first + LANES]], axis=1)
            times = travel_times_ms(self.region.roads, lanes, *node)
            found[:, first : first + LANES] = (times < UNREACHABLE).any(axis=0)
        return found

    def nodes(self, site_ids: Sequence[str]) -> NDArray[np.int32]:
        """(k,) nodes of sites; −1 where a site is not on the roads."""
        place = pd.Index(self.region.sites["site_id"]).get_indexer(pd.Index(site_ids))
        nodes: NDArray[np.int32] = self.region.snapping.node[place]
        return nodes


def barriers(region: Region, state: RoadState, vehicle_class: str) -> Barriers:
    """Find what each closure of ``state`` shuts to ``vehicle_class``, whatever its hours."""
    vehicle = VEHICLE_CLASSES[vehicle_class]
    free = link_times_ms(region.roads, vehicle, speed_factor=state.speed_factor, night=state.night)
    # Closures that match nothing are told all at once, not one by one.
    apply_closures(state.closures, region.roads, free, vehicle, region.folder)
    shut = []
    for closure in state.closures:
        times = apply_closures([closure], region.roads, free, vehicle, region.folder)
        shut.append(np.flatnonzero((times >= UNREACHABLE) & (free < UNREACHABLE)))
    passable = [closure for closure, links in zip(state.closures, shut, strict=True) if not len(links)]
    open_ms = apply_closures(passable, region.roads, free, vehicle, region.folder)
    return Barriers(region, state.closures, open_ms, tuple(shut))


def in_force(closure: Closure, at_h: float | None) -> bool:
    """Whether a closure holds for any vehicle at the hour; without an hour, whether it ever does."""
    return any(closure.holds(vehicle, at_h) for vehicle in VEHICLE_CLASSES.values())


def state_at(state: RoadState, at_h: float | None) -> RoadState:
    """Keep only the closures that hold at the hour."""
    return state.model_copy(update={"closures": tuple(one for one in state.closures if in_force(one, at_h))})
