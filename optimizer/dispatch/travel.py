"""How long teams and vehicles are on their way between places, on roads that reopen phase by phase."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike, NDArray

from network.customization import UNREACHABLE
from network.times import travel_times_ms
from optimizer.dispatch.phases import RoadPhases
from optimizer.dispatch.places import Places
from optimizer.plan.reach import MS_A_MINUTE

Floats = NDArray[np.float64]
FOOT = "foot"
FOOT_OPEN_TO = "car"
"""Who walks, walks on links that are open to this class of vehicle."""


@dataclass(frozen=True, eq=False)
class PhasedTimes:
    """Minutes from S starts to T ends in K phases.

    Attributes
    ----------
    opens_min : (K,)
        Minute at which each phase begins.
    minutes : (S, T, K)
        From door to door; infinite where there is no way.
    """

    opens_min: Floats
    minutes: Floats

    def arrive_min(self, depart_min: ArrayLike) -> Floats:
        """(S, T) earliest arrival of who may depart at ``depart_min``, which broadcasts to (S, T)."""
        depart = np.asarray(depart_min, dtype=np.float64)[..., None]
        found: Floats = (np.maximum(depart, self.opens_min) + self.minutes).min(axis=2)
        return found

    @property
    def chosen(self) -> NDArray[np.int64]:
        """(S, T) the phase by whose roads each way is planned: r_k + D_k least.

        No earlier phase is ever better: max(t, r_k) + D_k ≤ t + (r_k + D_k) for every t of 0 or more.
        """
        chosen: NDArray[np.int64] = (self.opens_min + self.minutes).argmin(axis=2)
        return chosen

    @property
    def planned(self) -> tuple[Floats, Floats]:
        """(S, T) minute from which on each way is open by the chosen roads, and minutes on it; infinite: no way."""
        chosen = self.chosen
        minutes: Floats = np.take_along_axis(self.minutes, chosen[..., None], axis=2)[..., 0]
        opens: Floats = np.where(np.isfinite(minutes), self.opens_min[chosen], 0.0)
        return opens, minutes

    def phase(self, start: int, end: int, depart_min: float) -> int:
        """Phase by whose roads the arrival is earliest; the first of them."""
        return int((np.maximum(depart_min, self.opens_min) + self.minutes[start, end]).argmin())


@dataclass(frozen=True, eq=False)
class Roads:
    """Places on roads in phases; times over links are worked out once a mode.

    Attributes
    ----------
    phases : RoadPhases
    places : Places
    foot_kmh : float
    """

    phases: RoadPhases
    places: Places
    foot_kmh: float
    _links: dict[str, NDArray[np.int32]] = field(default_factory=dict)

    def link_ms(self, mode: str) -> NDArray[np.int32]:
        """(m, K) milliseconds over each link by a class of vehicle, or on foot."""
        if mode not in self._links:
            self._links[mode] = self._on_foot() if mode == FOOT else self.phases.link_ms(mode)
        return self._links[mode]

    def times(self, mode: str, starts: Sequence[str], ends: Sequence[str]) -> PhasedTimes:
        """Minutes from places to places; a place is 0 minutes from itself."""
        places = self.places
        start, end = places.rows(starts), places.rows(ends)
        times = travel_times_ms(self.phases.region.roads, self.link_ms(mode), places.node[start], places.node[end])
        driven = np.where(times >= UNREACHABLE, np.inf, times / MS_A_MINUTE)
        minutes = driven + places.access_min[start][:, None, None] + places.access_min[end][None, :, None]
        minutes[start[:, None] == end[None, :]] = 0.0
        return PhasedTimes(self.phases.opens_min, minutes)

    def _on_foot(self) -> NDArray[np.int32]:
        open_links = self.link_ms(FOOT_OPEN_TO) < UNREACHABLE
        walked = self.phases.region.roads.length_m / (self.foot_kmh / 3.6) * 1000.0
        steps = np.minimum(np.rint(walked), UNREACHABLE - 1).astype(np.int32)
        return np.where(open_links, steps[:, None], np.int32(UNREACHABLE)).astype(np.int32)
