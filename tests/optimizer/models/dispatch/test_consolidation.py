"""Deliveries toured anew: the same goods from the same depots, in fewer minutes, none of them later than it matters."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from benchmarks.dispatch.judge import judge_supplies
from benchmarks.dispatch.orders import trip_orders
from optimizer.models.dispatch.consolidation import consolidate
from optimizer.models.dispatch.supplies import Delivery, Stop, SuppliesSolution, Trip, dispatch_supplies
from optimizer.models.dispatch.supplies_problem import SuppliesProblem

from .drawn_supplies import district


def given(solution: SuppliesSolution) -> Counter[tuple[str, str]]:
    """Units by depot and request."""
    units: Counter[tuple[str, str]] = Counter()
    for trip in solution.trips:
        for stop in trip.stops:
            for drop in stop.deliveries:
                units[trip.depot, drop.request] += drop.units
    return units


@pytest.mark.parametrize(("seed", "demand"), [(0, 1.0), (1, 4.0)])
def test_the_same_goods_come_in_fewer_minutes(seed: int, demand: float) -> None:
    problem = district(seed, demand=demand)
    solution = dispatch_supplies(problem, time_limit_s=20.0, iterations=300)
    anew = consolidate(solution, time_limit_s=30.0, iterations=40)
    before, after = (judge_supplies(problem, trip_orders(one)) for one in (solution, anew))
    assert given(anew) == given(solution)
    assert after.vehicle_min < before.vehicle_min
    assert after.late <= before.late + 1e-6
    assert after.unmet == pytest.approx(before.unmet)
    assert [layer.value for layer in anew.layers] == pytest.approx([after.unmet, after.late, after.vehicle_min])
    assert all(layer.bound <= layer.value for layer in anew.layers)
    share = anew.late / np.maximum(problem.quantity, 1)
    assert (problem.people * share).sum() == pytest.approx(after.late_people)
    assert (anew.on_time + anew.late + anew.unmet).tolist() == problem.quantity.tolist()


def two_trips() -> SuppliesSolution:
    """A truck goes to P at 10 and back, and to Q at 20 and back, though both loads fit one trip."""
    travel = np.abs(np.subtract.outer([0.0, 10, 20], [0.0, 10, 20]))
    problem = SuppliesProblem(
        depot_ids=("depot",),
        place_ids=("P", "Q"),
        item_ids=("tent",),
        class_ids=("truck",),
        vehicle_ids=("truck",),
        request_ids=("first", "second"),
        mass_kg=np.array([10.0]),
        volume_m3=np.array([0.1]),
        loading_min=np.array([6.0]),
        unloading_min=np.array([3.0]),
        travel_min=travel[None],
        vehicle_class=np.array([0]),
        vehicle_depot=np.array([0]),
        ready_min=np.array([15.0]),
        payload_kg=np.array([100.0]),
        payload_m3=np.array([2.0]),
        stock=np.array([[9.0]]),
        last_resort=np.zeros(1, dtype=bool),
        available_min=np.zeros(1),
        request_place=np.array([0, 1]),
        request_item=np.array([0, 0]),
        quantity=np.array([4.0, 5]),
        people=np.array([40.0, 50]),
        weight=np.array([40.0, 50]),
        deadline_min=np.array([60.0, 40]),
        change_penalty=np.zeros((2, 1)),
        horizon_min=1440.0,
    )
    trips = (
        Trip("truck", "depot", 15, 21, (Stop("P", 31, 34, (Delivery("first", 4),)),), 44),
        Trip("truck", "depot", 44, 50, (Stop("Q", 70, 73, (Delivery("second", 5),)),), 93),
    )
    found = dispatch_supplies(problem, time_limit_s=5.0, iterations=2)
    unmet, late, minutes = found.layers
    is_late = 50 * (0.3 + 0.7 * 30 / 720)
    layers = (replace(unmet, value=0.0), replace(late, value=is_late), replace(minutes, value=78.0))
    return replace(found, trips=trips, layers=layers)


def test_two_loads_that_fit_go_together() -> None:
    anew = consolidate(two_trips(), time_limit_s=5.0)
    # 6 to load, 10 and 10 out, 3 at each place, 20 home; at Q at 15 + 6 + 10 + 3 + 10, late by 4 and not by 30.
    (trip,) = anew.trips
    assert trip.returns_min - trip.loading_begins_min == pytest.approx(6 + 10 + 3 + 10 + 3 + 20)
    assert trip.departs_min == 21
    assert [(stop.place, stop.arrives_min, stop.leaves_min) for stop in trip.stops] == [("P", 31, 34), ("Q", 44, 47)]
    unmet, late, minutes = (layer.value for layer in anew.layers)
    assert (unmet, minutes) == (0.0, 52.0)
    assert late == pytest.approx(50 * (0.3 + 0.7 * 4 / 720))
    assert anew.late.tolist() == [0, 5]
    assert judge_supplies(anew.problem, trip_orders(anew)).late == pytest.approx(late)


def test_what_is_on_time_is_not_made_late_for_fewer_minutes() -> None:
    solution = two_trips()
    problem = solution.problem
    # P first: at P at 31, at Q at 44. Q first: at Q at 41, at P at 54. Neither keeps both deadlines.
    two = replace(
        problem,
        deadline_min=np.array([31.0, 43.9]),
        vehicle_ids=("truck", "van"),
        **{
            name: np.repeat(getattr(problem, name), 2)
            for name in ("vehicle_class", "vehicle_depot", "ready_min", "payload_kg", "payload_m3")
        },
    )
    to_p, to_q = solution.trips
    stop = Stop("Q", 41, 44, to_q.stops[0].deliveries)
    other = replace(to_q, vehicle="van", loading_begins_min=15, departs_min=21, stops=(stop,), returns_min=64)
    apart = replace(solution, problem=two, trips=(to_p, other))
    assert consolidate(apart, time_limit_s=5.0, iterations=200).trips == apart.trips
    together = replace(apart, problem=replace(two, deadline_min=np.array([31.0, 44])))
    assert len(consolidate(together, time_limit_s=5.0, iterations=200).trips) == 1
