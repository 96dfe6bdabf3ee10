"""Buses that take people to their shelters: which bus when, ride by ride.

List scheduling (Graham 1966): rides in the order of priority and deadline, each by the bus that brings its people there
soonest. A bus starts where it stands and goes on from the shelter where it was last.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from optimizer.dispatch.travel import PhasedTimes


@dataclass(frozen=True)
class Group:
    """People of one place who ride to one shelter."""

    place_id: str
    shelter_id: str
    people: int
    priority: int
    deadline_min: float


@dataclass(frozen=True)
class Bus:
    """A bus, and where it may leave from when."""

    bus_id: str
    place_id: str
    ready_min: float
    seats: int


@dataclass(frozen=True)
class Ride:
    """One way of a bus from where it is to a place and on to a shelter; minutes."""

    bus_id: str
    group: Group
    people: int
    from_id: str
    departs_min: float
    boards_min: float
    leaves_min: float
    arrives_min: float
    empties_min: float


def rides(
    groups: Sequence[Group], buses: Sequence[Bus], times: PhasedTimes, rows: Mapping[str, int], boarding_min: float
) -> tuple[Ride, ...]:
    """Give every group its rides, as far as buses can reach it.

    Parameters
    ----------
    groups : sequence of Group
    buses : sequence of Bus
        With one seat or more.
    times : PhasedTimes
        Between all places.
    rows : mapping of str to int
        Row and column of each place in ``times``.
    boarding_min : float
        To board, and to leave.
    """
    at = {bus.bus_id: (bus.place_id, bus.ready_min) for bus in buses}
    planned: list[Ride] = []
    for group in sorted(groups, key=lambda one: (one.priority, one.deadline_min, one.place_id, one.shelter_id)):
        left = group.people
        while left > 0:
            offers = [_ride(group, left, bus, *at[bus.bus_id], times, rows, boarding_min) for bus in buses]
            best = min(offers, key=lambda ride: (ride.arrives_min, -ride.people, ride.bus_id), default=None)
            if best is None or not np.isfinite(best.arrives_min):
                break
            planned.append(best)
            left -= best.people
            at[best.bus_id] = (group.shelter_id, best.empties_min)
    return tuple(planned)


def _ride(
    group: Group,
    left: int,
    bus: Bus,
    place_id: str,
    free_min: float,
    times: PhasedTimes,
    rows: Mapping[str, int],
    boarding_min: float,
) -> Ride:
    boards = float((np.maximum(free_min, times.opens_min) + times.minutes[rows[place_id], rows[group.place_id]]).min())
    leaves = boards + boarding_min
    way = times.minutes[rows[group.place_id], rows[group.shelter_id]]
    arrives = float((np.maximum(leaves, times.opens_min) + way).min())
    people = min(left, bus.seats)
    return Ride(bus.bus_id, group, people, place_id, free_min, boards, leaves, arrives, arrives + boarding_min)
