"""Supplies taken up again: what has begun stays, what was promised changes for a reason only."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.dispatch import day_worth, trip_moves, trip_search
from optimizer.models.dispatch.supplies import dispatch_supplies
from optimizer.models.dispatch.supplies_problem import InvalidSuppliesError
from optimizer.models.dispatch.supplies_resumed import begun, changed_depots, resumed
from optimizer.models.dispatch.trips import late_share, tables_of

from .drawn_supplies import assert_holds, district, one_of_each, tiny


def sent(problem, **options):
    """One short round of the search."""
    return dispatch_supplies(problem, time_limit_s=20, **({"iterations": 150, "gap": 1.0} | options))


def test_what_has_begun_is_taken_off():
    problem = one_of_each()
    trips = sent(problem).trips
    # The truck loads at 10 and, home again after 30 + 40 + 20 + 50 minutes, at 150; each time 2 of the 4 tents.
    assert [trip.loading_begins_min for trip in trips] == [10, 150]
    assert begun(trips, 10) == ()
    left = resumed(problem, trips, at_min=100, change_share=0.25)
    assert (left.quantity.tolist(), left.weight.tolist(), left.people.tolist()) == ([2], [4], [5])
    assert left.stock.tolist() == [[2, 0], [0, 0]]
    assert left.start_min.tolist() == [150]
    assert left.change_penalty.tolist() == [[0, 1]]  # 0.25 x 4 if it came from west
    assert [trip.loading_begins_min for trip in sent(left).trips] == [150]


def test_a_vehicle_away_from_home_goes_home_first():
    away = one_of_each(vehicle_node=np.array([2]))
    assert away.start_min.tolist() == [10 + 50]
    assert sent(away).trips[0].stops[0].arrives_min == 10 + 50 + 30 + 40
    lost = one_of_each(vehicle_node=np.array([3]))
    assert sent(lost).trips == ()
    with pytest.raises(InvalidSuppliesError, match=r"vehicle_node\[0\]: 5 is not one of 0 to 4"):
        one_of_each(vehicle_node=np.array([5]))


def test_what_is_no_more_is_passed_over():
    trips = sent(one_of_each()).trips
    other = one_of_each(vehicle_ids=("another",), request_ids=("new",), depot_ids=("north", "south"))
    left = resumed(other, trips, at_min=100)
    assert (left.quantity.tolist(), left.stock.tolist(), left.start_min.tolist()) == ([4], [[4, 0], [0, 0]], [100])
    assert [drop.request for trip in sent(left, planned=trips).trips for stop in trip.stops for drop in stop.deliveries]


@settings(max_examples=6, deadline=None)
@given(seed=st.integers(0, 10_000), at_min=st.floats(0, 500))
def test_begun_and_new_trips_hold_together(seed, at_min):
    problem = district(seed, depots=4, places=8, requests=14, demand=2.0)
    before = sent(problem).trips
    after = sent(resumed(problem, before, at_min=at_min), planned=before).trips
    assert all(trip.loading_begins_min >= at_min for trip in after)
    assert_holds(problem, (*begun(before, at_min), *after))


def test_the_planned_trips_are_where_the_search_begins():
    problem = tiny(3, requests=5, vehicles=3, stock=np.full((2, 2), 9.0))
    best = sent(problem, iterations=1500)
    again = sent(problem, iterations=1, planned=best.trips, seed=9)
    value = [sum(layer.value for layer in found.layers[:2]) for found in (best, again)]
    assert value[1] <= value[0] + 1e-6


def test_the_kernels_compiled_beforehand_are_those_that_run():
    problem = district(1, depots=4, places=8, requests=14, demand=4.0)
    trip_search.compile_kernels(tables_of(problem))
    found = sent(problem, gap=0.0, iterations=20)
    sent(resumed(problem, found.trips, at_min=60, change_share=0.1), planned=found.trips)
    kernels = (trip_search._steps, trip_moves.append_drop, trip_moves.recreate, day_worth.best_trips, day_worth.day_of)
    assert {kernel.py_func.__name__: len(kernel.signatures) for kernel in kernels} == {
        kernel.py_func.__name__: 1 for kernel in kernels
    }


def lost(problem, found) -> float:
    """Weight unmet or late, changes left out."""
    late = sum(
        drop.units / problem.quantity[r] * problem.weight[r] * late_share(stop.arrives_min - problem.deadline_min[r])
        for trip in found.trips
        for stop in trip.stops
        for drop in stop.deliveries
        for r in [problem.request_ids.index(drop.request)]
    )
    return found.layers[0].value + late


def test_with_a_penalty_fewer_requests_change_their_depot_at_little_cost():
    changes, costs = np.zeros(2), np.zeros(2)
    for seed in range(2):
        problem = district(seed, demand=1.0)
        new = np.arange(60) % 5 == 4
        before = sent(replace(problem, quantity=np.where(new, 0, problem.quantity)), iterations=600).trips
        for way, share in enumerate((0.0, 0.1)):
            left = resumed(problem, before, at_min=120, change_share=share)
            found = sent(left, iterations=600, planned=before)
            changes[way] += len(changed_depots(before, found.trips, 120))
            costs[way] += lost(left, found) / problem.weight.sum() / 2
    assert changes[1] <= 0.5 * changes[0]
    assert costs[1] <= costs[0] + 0.005
