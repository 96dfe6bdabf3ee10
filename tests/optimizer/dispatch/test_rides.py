"""Rides of buses, in cases with the minutes written out and in drawn ones."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.dispatch.rides import Bus, Group, rides
from optimizer.dispatch.travel import PhasedTimes

INF = np.inf


def _times(minutes, opens=(0.0,)):
    table = np.asarray(minutes, dtype=float)
    return PhasedTimes(np.asarray(opens, dtype=float), table[..., None] if table.ndim == 2 else table)


def test_one_bus_comes_back_for_those_who_are_left():
    # Places: 0 depot, 1 village, 2 shelter. 10 minutes to the village, 20 on to the shelter and 20 back.
    times = _times([[0, 10, 30], [10, 0, 20], [30, 20, 0]])
    group = Group("V", "S", 50, 1, INF)
    found = rides([group], [Bus("B", "D", 5.0, 30)], times, {"D": 0, "V": 1, "S": 2}, 4.0)
    # At V at 15, leaves at 19, at S at 39, empty at 43; back at V at 63, leaves at 67, at S at 87.
    assert [(one.people, one.boards_min, one.leaves_min, one.arrives_min) for one in found] == [
        (30, 15.0, 19.0, 39.0),
        (20, 63.0, 67.0, 87.0),
    ]


def test_the_first_priority_rides_first_and_those_without_a_way_are_left():
    times = _times([[0, 10, 10, 10], [10, 0, 5, 5], [INF, INF, 0, INF], [10, 5, 5, 0]])
    rows = {"D": 0, "V": 1, "W": 2, "S": 3}
    found = rides(
        [Group("V", "S", 5, 2, INF), Group("W", "S", 5, 1, INF), Group("V", "S", 5, 1, 60.0)],
        [Bus("B", "D", 0.0, 9)], times, rows, 0.0,
    )  # fmt: skip
    assert [(one.group.place_id, one.group.priority) for one in found] == [("V", 1), ("V", 2)]


@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_no_bus_is_in_two_places_and_nobody_rides_twice(data):
    places = data.draw(st.integers(2, 4))
    minutes = np.array(
        data.draw(st.lists(st.floats(1, 60), min_size=places * places, max_size=places * places))
    ).reshape(places, places)
    np.fill_diagonal(minutes, 0.0)
    rows = {f"P{n}": n for n in range(places)}
    groups = [
        Group(f"P{data.draw(st.integers(0, places - 1))}", f"P{data.draw(st.integers(0, places - 1))}",
              data.draw(st.integers(1, 40)), data.draw(st.integers(1, 3)), 100.0)
        for _ in range(data.draw(st.integers(1, 4)))
    ]  # fmt: skip
    buses = [Bus(f"B{n}", "P0", float(n), data.draw(st.integers(1, 20))) for n in range(data.draw(st.integers(1, 3)))]
    found = rides(groups, buses, _times(minutes), rows, 3.0)
    assert sum(one.people for one in found) == sum(group.people for group in groups)
    for bus in buses:
        at, free = bus.place_id, bus.ready_min
        for one in (ride for ride in found if ride.bus_id == bus.bus_id):
            assert (one.from_id, one.departs_min) == (at, free)
            assert one.people <= bus.seats
            assert one.boards_min == free + minutes[rows[at], rows[one.group.place_id]]
            assert one.arrives_min == one.leaves_min + minutes[rows[one.group.place_id], rows[one.group.shelter_id]]
            at, free = one.group.shelter_id, one.empties_min
