"""The roads of an incident minute by minute, searched and driven on graphs built here.

Orders are given on roads as they are foreseen: what hinders counts from minute 0, begun or not, until it is forecast to
end or a crew has cleared it, since nobody is to be sent over a road that is about to close; what opens counts from its
hour, and only where it stays open. What was under way before orders were taken up again is followed on the roads as
they were: each closure from its own hour on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from network.closures import Closure
from network.customization import UNREACHABLE
from network.speeds import VEHICLE_CLASSES, link_times_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.verify.roads import ScenarioRoads

FOOT = "foot"
ROAD_MODES = (*VEHICLE_CLASSES, FOOT)
"""What goes along links."""
MS_A_MINUTE = 60_000
MINUTES_AN_HOUR = 60.0
_WALKED_BY = "car"
"""Who walks, walks where a car could drive."""
_EPSILON_MIN = 1e-6
"""Sums of minutes are rounded."""


@dataclass(frozen=True)
class RoadsInTime:
    """Roads from the begin of the incident on.

    Attributes
    ----------
    region : Region
    state : RoadState
        Closures with their hours.
    cleared_min : mapping of str to float
        Minute at which a crew reopens the closures of a name.
    foreseen : bool
        Whether what is to come counts already.
    """

    region: Region
    state: RoadState
    cleared_min: Mapping[str, float]
    foreseen: bool = True
    _made: dict[tuple[int, str], ScenarioRoads] = field(default_factory=dict)

    @cached_property
    def closures(self) -> tuple[Closure, ...]:
        """The closures as they end."""
        return tuple(self._ending(one) for one in self.state.closures)

    @cached_property
    def turns_min(self) -> NDArray[np.float64]:
        """(k,) minutes at which the roads change, the first 0."""
        return np.array(self._turns_h) * MINUTES_AN_HOUR

    @cached_property
    def _turns_h(self) -> list[float]:
        turns = (turn for one in self.closures for turn in (one.from_h, one.to_h))
        return sorted({0.0, *(turn for turn in turns if turn is not None)})

    def number(self, minute: float) -> int:
        """Which of the states between two turns holds at a minute."""
        return max(int(np.searchsorted(self.turns_min, minute + _EPSILON_MIN, side="right")) - 1, 0)

    def during(self, number: int, mode: str) -> ScenarioRoads:
        """The roads from turn ``number`` to the next, for a class of vehicle or on foot."""
        if (number, mode) not in self._made:
            self._made[number, mode] = self._walked(number) if mode == FOOT else self._driven(number, mode)
        return self._made[number, mode]

    def at(self, minute: float, mode: str) -> ScenarioRoads:
        """The roads at a minute."""
        return self.during(self.number(minute), mode)

    def free_ms(self, mode: str) -> NDArray[np.int32]:
        """(m,) milliseconds with no closure: what is shut then is too low or too weak for the vehicle."""
        state, vehicle = self.state, VEHICLE_CLASSES[_WALKED_BY if mode == FOOT else mode]
        return link_times_ms(
            self.region.roads, vehicle, speed_factor=state.speed_factor, night=state.night, rain=state.rain
        )

    def ride(self, mode: str, links: NDArray[np.int64], depart_min: float) -> float:
        """Minute at which who sets out is at the end of ``links``: before each that is closed it waits until it opens.

        Infinite where one stays closed.
        """
        minute = depart_min
        for link in links.tolist():
            number = self.number(minute)
            while self.during(number, mode).link_ms[link] >= UNREACHABLE:
                number += 1
                if number == len(self.turns_min):
                    return float("inf")
                minute = max(minute, float(self.turns_min[number]))
            minute += float(self.during(number, mode).link_ms[link]) / MS_A_MINUTE
        return minute

    def _ending(self, closure: Closure) -> Closure:
        cleared = self.cleared_min.get(closure.name)
        until = closure.to_h
        if cleared is not None and not closure.opened:
            until = min(cleared / MINUTES_AN_HOUR, until or float("inf"))
        begins = None if self.foreseen and not closure.opened else closure.from_h
        return closure.model_copy(update={"from_h": begins, "to_h": until})

    def _standing(self, number: int) -> tuple[Closure, ...]:
        hour = self._turns_h[number]
        kept = (one for one in self.closures if (one.from_h or 0.0) <= hour and (one.to_h is None or hour < one.to_h))
        if self.foreseen:
            kept = (one for one in kept if not (one.opened and one.to_h))
        return tuple(one.model_copy(update={"from_h": None, "to_h": None}) for one in kept)

    def _driven(self, number: int, mode: str) -> ScenarioRoads:
        state = self.state.model_copy(update={"closures": self._standing(number)})
        return ScenarioRoads.of(self.region, state, mode)

    def _walked(self, number: int) -> ScenarioRoads:
        pace = self.region.settings.dispatch.foot_kmh / 3.6
        walked = np.minimum(np.rint(self.region.roads.length_m / pace * 1000.0), UNREACHABLE - 1)
        shut = self.during(number, _WALKED_BY).closed
        return ScenarioRoads(self.region, np.where(shut, UNREACHABLE, walked).astype(np.int64))
