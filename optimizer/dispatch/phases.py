"""The roads as they reopen, phase by phase.

Whatever hinders is in force from minute 0 until it is forecast to end, whether it has begun or not: nobody is sent over
a road that is about to close. What opens (a pontoon, a track) counts from its hour on, and only where it stays. So
roads only get better from one phase to the next, and whoever may depart at t arrives at

    min over phases k of  max(t, r_k) + D_k

with r_k the minute at which phase k begins and D_k the drive by its roads: to wait where one is for the road to reopen,
or to go by those that are open. It is no later than by any way that starts on earlier roads and ends on later ones
save those that wait on the road itself. Ways between tasks and between stops are planned by the phase with the least
r_k + D_k (:attr:`optimizer.dispatch.travel.PhasedTimes.chosen`), and bounds hold for ways so planned.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.closures import Closure
from optimizer.plan.reach import link_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState

MOST_PHASES = 8
"""With more hours than so many, what reopens in between counts from the next one kept."""
MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True, eq=False)
class RoadPhases:
    """States of the roads, each no worse than the one before.

    Attributes
    ----------
    region : Region
    opens_min : (K,) float64
        Minute at which each begins, ascending, the first 0.
    states : tuple of RoadState
        Closures without hours.
    """

    region: Region
    opens_min: NDArray[np.float64]
    states: tuple[RoadState, ...]

    def link_ms(self, vehicle_class: str) -> NDArray[np.int32]:
        """(m, K) milliseconds over each link in each phase."""
        return np.stack([link_ms(self.region, state, vehicle_class) for state in self.states], axis=1)


def road_phases(region: Region, roads: RoadState, cleared_min: Mapping[str, float] | None = None) -> RoadPhases:
    """Find the phases of the roads.

    Parameters
    ----------
    roads : RoadState
        With closures and their hours.
    cleared_min : mapping of str to float, optional
        Minute at which a crew reopens the closures of a name.
    """
    closures = [cleared(one, (cleared_min or {}).get(one.name)) for one in roads.closures]
    turns = {0.0} | {turn for one in closures if (turn := _turn(one)) is not None}
    opens = _few(np.array(sorted(turns)))
    states = tuple(
        roads.model_copy(update={"closures": tuple(_lasting(one) for one in closures if _stands(one, minute))})
        for minute in opens
    )
    return RoadPhases(region, opens, states)


def hinders(closure: Closure) -> bool:
    """Whether it makes roads worse."""
    return not closure.opened


def cleared(closure: Closure, cleared_min: float | None) -> Closure:
    """End a closure when a crew has cleared it, if that is sooner than forecast."""
    if cleared_min is None or not hinders(closure):
        return closure
    cleared_h = cleared_min / MINUTES_AN_HOUR
    return closure.model_copy(update={"to_h": cleared_h if closure.to_h is None else min(cleared_h, closure.to_h)})


def _turn(closure: Closure) -> float | None:
    """Minute at which a closure makes the roads better."""
    hour = closure.to_h if hinders(closure) else closure.from_h if closure.to_h is None else None
    return None if hour is None else hour * MINUTES_AN_HOUR


def _stands(closure: Closure, minute: float) -> bool:
    turn = _turn(closure)
    if hinders(closure):
        return turn is None or turn > minute
    return closure.to_h is None and (turn or 0.0) <= minute


def _lasting(closure: Closure) -> Closure:
    return closure.model_copy(update={"from_h": None, "to_h": None})


def _few(turns: NDArray[np.float64]) -> NDArray[np.float64]:
    """Keep the first and the last turn, and others evenly among them."""
    if len(turns) <= MOST_PHASES:
        return turns
    kept: NDArray[np.float64] = turns[np.unique(np.rint(np.linspace(0, len(turns) - 1, MOST_PHASES)).astype(int))]
    return kept
