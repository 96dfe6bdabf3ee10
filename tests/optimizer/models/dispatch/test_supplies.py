"""Trips of supplies: schedules that hold, bounds that hold, and how near the two come."""

import itertools
import math
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.dispatch.allocation_bound import AllocationBound, AllocationModel
from optimizer.models.dispatch.day_bound import CLOSE, bound_lost_weight
from optimizer.models.dispatch.supplies import dispatch_supplies, trips_of, values_of
from optimizer.models.dispatch.supplies_problem import InvalidSuppliesError, SuppliesProblem
from optimizer.models.dispatch.trip_search import Search
from optimizer.models.dispatch.trips import empty_days, late_share, tables_of

from .drawn_supplies import assert_holds, district, one_of_each, tiny

LOOSE = 1e-5


def bounds_of(problem: SuppliesProblem, kept: tuple[float, float]) -> dict[str, float]:
    return AllocationBound(problem).bounds(kept, 10.0)


def of_days(problem: SuppliesProblem, seconds: float = 60.0) -> float:
    nobody = empty_days(tables_of(problem))
    return bound_lost_weight(problem, nobody, enough=np.inf, deadline_s=time.monotonic() + seconds)


class AllSchedules:
    """Every trip of every vehicle, one vehicle after the other: exact, slow and written apart from the model."""

    def __init__(self, problem: SuppliesProblem) -> None:
        self.problem = problem
        self.best = (math.inf, math.inf)
        self.seen: dict[tuple, float] = {}
        self.go(0, float(problem.start_min[0]), tuple(problem.quantity), problem.stock, 0.0)

    def loads(self, vehicle, need, stock):
        """Every load that fits and is there."""
        problem, depot = self.problem, self.problem.vehicle_depot[vehicle]
        for load in itertools.product(*(range(int(n) + 1) for n in need)):
            of_item = np.bincount(problem.request_item, load, minlength=2)
            mass, volume = of_item @ problem.mass_kg, of_item @ problem.volume_m3
            room = mass <= problem.payload_kg[vehicle] + 1e-9 and volume <= problem.payload_m3[vehicle] + 1e-9
            if any(load) and room and (of_item <= stock[depot]).all():
                yield load, of_item

    def drive(self, vehicle, free, load, stops):
        """Minute of return and what is lost, or nothing if a stop is after the horizon."""
        problem = self.problem
        kind, depot = problem.vehicle_class[vehicle], problem.vehicle_depot[vehicle]
        now, node, lost = free + problem.loading_min[kind], depot, 0.0
        for place in stops:
            now += problem.travel_min[kind, node, place + 2]
            node = place + 2
            if now > problem.horizon_min:
                return None
            for r in np.flatnonzero((problem.request_place == place) & (np.array(load) > 0)):
                share = load[r] / problem.quantity[r]
                lost += problem.weight[r] * share * late_share(now - problem.deadline_min[r])
            now += problem.unloading_min[kind]
        return now + problem.travel_min[kind, node, depot], lost

    def go(self, vehicle, free, need, stock, late):
        problem = self.problem
        unmet = float((problem.weight * np.array(need) / problem.quantity).sum())
        self.best = min(self.best, (round(unmet, 9), late))
        key = (vehicle, free, need, stock.tobytes())
        if vehicle == len(problem.vehicle_ids) or self.seen.get(key, math.inf) <= late + 1e-12:
            return
        self.seen[key] = late
        if vehicle + 1 < len(problem.vehicle_ids):
            self.go(vehicle + 1, float(problem.start_min[vehicle + 1]), need, stock, late)
        for load, of_item in self.loads(vehicle, need, stock):
            left = stock.copy()
            left[problem.vehicle_depot[vehicle]] -= of_item
            rest = tuple(n - units for n, units in zip(need, load, strict=True))
            places = sorted({int(problem.request_place[r]) for r, units in enumerate(load) if units})
            for stops in itertools.permutations(places):
                driven = self.drive(vehicle, free, load, stops)
                if driven:
                    self.go(vehicle, driven[0], rest, left, late + driven[1])


def test_against_all_schedules():
    short_of_best = 0
    for seed in range(25):
        problem = tiny(seed)
        unmet, late = AllSchedules(problem).best
        found = dispatch_supplies(problem, time_limit_s=5, seed=1, iterations=300)
        reached = found.layers[0].value, found.layers[1].value
        assert reached[0] >= unmet - LOOSE
        assert reached[0] > unmet + LOOSE or reached[1] >= late - LOOSE
        bounds = bounds_of(problem, (unmet, late))
        assert bounds["unmet"] <= unmet + LOOSE
        assert bounds["lateness"] <= late + LOOSE
        assert max(bounds["lost"], of_days(problem)) <= unmet + late + LOOSE
        assert (found.layers[0].bound, found.layers[1].bound) <= (unmet + LOOSE, late + LOOSE)
        assert reached[0] + reached[1] - found.gap * problem.weight.sum() <= unmet + late + LOOSE
        short_of_best += reached[0] > unmet + LOOSE or reached[1] > late + LOOSE
    assert short_of_best <= 1


def test_days_bound_more_than_minutes_where_trips_do_not_fit_together():
    # Until minute 150 the truck makes one round trip of 140 minutes, 2 of the 4 tents; by its minutes, and the way back
    # that may end later, it would make 1.5. The second trip arrives at 220, 70 minutes late.
    problem = one_of_each(deadline_min=np.array([150.0]))
    lost = 0.5 * 8 * (0.3 + 0.7 * 70 / 720)
    assert of_days(problem) == pytest.approx(lost)
    assert bounds_of(problem, (0.0, 10.0))["lost"] == pytest.approx((1 - 210 / 280) * 8 * 0.3)


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000), demand=st.sampled_from([1.0, 4.0]))
def test_no_schedule_loses_less_than_bounded(seed, demand):
    problem = district(seed, depots=4, places=8, requests=14, demand=demand)
    search = Search(tables_of(problem), seed=seed)
    search.run(time_limit_s=60, iterations=200)
    unmet, late, _ = values_of(search.tables, search.best)
    assert max(of_days(problem, 0.4), bounds_of(problem, (unmet, late))["lost"]) <= unmet + late + LOOSE


def lateness_of(problem: SuppliesProblem, trips) -> float:
    """Weighted lateness, added up from the trips' words."""
    late = 0.0
    for trip in trips:
        depot = problem.depot_ids.index(trip.depot)
        for stop in trip.stops:
            for drop in stop.deliveries:
                r = problem.request_ids.index(drop.request)
                lost = problem.weight[r] * late_share(stop.arrives_min - problem.deadline_min[r])
                late += drop.units / problem.quantity[r] * (lost + problem.change_penalty[r, depot])
    return late


@settings(max_examples=40, deadline=None)
@given(seed=st.integers(0, 10_000), demand=st.sampled_from([0.5, 1.0, 4.0]), steps=st.integers(1, 30))
def test_wherever_the_search_stands_the_schedule_holds(seed, demand, steps):
    problem = district(seed, depots=4, places=8, requests=14, demand=demand)
    search = Search(tables_of(problem), seed=seed)
    search.run(time_limit_s=60, iterations=steps)
    for days in (search.days, search.best):
        trips, (unmet, late, minutes) = trips_of(problem, days), values_of(search.tables, days)
        brought = np.array(list(assert_holds(problem, trips).values()))
        assert unmet == pytest.approx((problem.weight * (1 - brought / problem.quantity)).sum())
        assert late == pytest.approx(lateness_of(problem, trips))
        assert minutes == pytest.approx(sum(trip.returns_min - trip.loading_begins_min for trip in trips))


@settings(max_examples=15, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_more_stock_or_another_vehicle_never_raises_the_bound(seed):
    problem = tiny(seed, requests=5)
    before = bounds_of(problem, (1e3, 1e3))["unmet"]
    more_stock = replace(problem, stock=problem.stock + np.array([[1.0, 0], [0, 2]]))
    twice = {
        name: np.append(getattr(problem, name), getattr(problem, name)[-1])
        for name in ("vehicle_class", "vehicle_depot", "ready_min", "payload_kg", "payload_m3")
    }
    more_vehicles = replace(problem, vehicle_ids=(*problem.vehicle_ids, "one more"), **twice)
    assert bounds_of(more_stock, (1e3, 1e3))["unmet"] <= before + LOOSE
    assert bounds_of(more_vehicles, (1e3, 1e3))["unmet"] <= before + LOOSE


def relabelled(problem: SuppliesProblem, rng: np.random.Generator) -> SuppliesProblem:
    """The same with depots, places, vehicles and requests in another order."""
    depots, places, vehicles, requests = (
        rng.permutation(len(ids))
        for ids in (problem.depot_ids, problem.place_ids, problem.vehicle_ids, problem.request_ids)
    )
    nodes = np.concatenate([depots, len(depots) + places])
    by_vehicle = ("ready_min", "payload_kg", "payload_m3", "vehicle_class")
    by_request = ("request_item", "quantity", "people", "weight", "deadline_min")
    return replace(
        problem,
        travel_min=problem.travel_min[:, nodes][:, :, nodes],
        stock=problem.stock[depots],
        vehicle_depot=np.argsort(depots)[problem.vehicle_depot[vehicles]],
        request_place=np.argsort(places)[problem.request_place[requests]],
        change_penalty=problem.change_penalty[requests][:, depots],
        **{name: getattr(problem, name)[vehicles] for name in by_vehicle},
        **{name: getattr(problem, name)[requests] for name in by_request},
    )


@settings(max_examples=10, deadline=None)
@given(seed=st.integers(0, 10_000))
def test_relabelling_changes_nothing_that_is_proven(seed):
    problem = tiny(seed, requests=5, vehicles=3)
    other = relabelled(problem, np.random.default_rng(seed))
    assert bounds_of(other, (1e3, 1e3)) == pytest.approx(bounds_of(problem, (1e3, 1e3)), abs=LOOSE)
    assert of_days(other) == pytest.approx(of_days(problem), abs=2 * CLOSE * problem.weight.sum())


@pytest.mark.parametrize("order", ["C", "F"])
def test_bounds_go_by_shortest_ways_however_the_matrix_lies(order):
    travel = one_of_each().travel_min
    travel[0, 0, 3], travel[0, 3, 2] = 10, 5  # 15 minutes by way of another place instead of 40
    problem = one_of_each(travel_min=np.asarray(travel, order=order))
    assert AllocationModel(problem).reaches[0].earliest_min[0] == pytest.approx(10 + 30 + 15)


def test_coefficients_of_the_programme():
    model = AllocationModel(one_of_each()).model
    stated = {row.name: row for row in model.constraints()}
    served = {v.name: c for v, c in stated["served_0"].items()}
    assert served == {"on_time_0_0_0": 1, "late_0_0_0": 1, "unmet_0": 1}
    assert {v.name: c for v, c in stated["stock_0_0"].items()} == {"on_time_0_0_0": 4, "late_0_0_0": 4}
    round_trip = 30 + 40 + 20 + 50  # loading, there, unloading, back
    loads = 4 * 25 / 50  # tents x kg / payload
    fleet = stated["fleet_0_0_0_kg"]
    assert {v.name: c for v, c in fleet.items()} == {"on_time_0_0_0": pytest.approx(loads * round_trip)}
    assert fleet.getUb() == pytest.approx(100 - 10 + 20 + 50)  # deadline - ready + unloading + back
    at_end = stated["fleet_0_0_1_m3"]
    wanted = 4 * 0.1 / 0.6 * round_trip  # tents x m3 / room x round trip
    assert dict.fromkeys(("on_time_0_0_0", "late_0_0_0"), pytest.approx(wanted)) == {
        v.name: c for v, c in at_end.items()
    }
    assert at_end.getUb() == pytest.approx(400 - 10 + 20 + 50)


def test_deadlines_and_lateness():
    found = dispatch_supplies(one_of_each(), time_limit_s=3, iterations=300)
    # 2 tents a trip: the first arrives at 10 + 30 + 40 = 80, the second 140 minutes later, 120 after the deadline.
    assert [trip.stops[0].arrives_min for trip in found.trips] == [80, 220]
    assert (found.on_time.tolist(), found.late.tolist(), found.unmet.tolist()) == ([2], [2], [0])
    assert found.layers[1].value == pytest.approx(0.5 * 8 * (0.3 + 0.7 * 120 / 720))
    assert found.layers[2].value == pytest.approx(2 * 140)


def test_a_place_without_a_way_stays_unmet():
    found = dispatch_supplies(one_of_each(request_place=np.array([1])), time_limit_s=3, iterations=300)
    assert found.trips == ()
    assert found.unmet.tolist() == [4]
    assert found.layers[0].bound == pytest.approx(8)
    assert found.gap == 0


def test_a_supplier_serves_only_where_others_do_not_suffice():
    near = np.full((2, 5, 5), 40.0)
    changes = {
        "travel_min": near,
        "vehicle_ids": ("v0", "v1"),
        "vehicle_class": np.zeros(2, dtype=int),
        "vehicle_depot": np.array([0, 1]),
        "ready_min": np.array([10.0, 0]),
        "payload_kg": np.full(2, 100.0),
        "payload_m3": np.full(2, 2.0),
        "last_resort": np.array([False, True]),
    }
    enough = one_of_each(**changes, stock=np.array([[4.0, 0], [4, 0]]))
    assert {trip.depot for trip in dispatch_supplies(enough, time_limit_s=3, iterations=300).trips} == {"east"}
    short = one_of_each(
        **changes, stock=np.array([[1.0, 0], [4, 0]]), available_min=np.array([0.0, 90]), deadline_min=np.array([300.0])
    )
    found = dispatch_supplies(short, time_limit_s=3, iterations=300)
    assert found.unmet.tolist() == [0]
    assert [trip.loading_begins_min for trip in found.trips if trip.depot == "west"] == [90]


def test_what_was_promised_is_changed_only_for_a_reason():
    problem = tiny(3, stock=np.full((2, 2), 9.0), vehicle_depot=np.array([0, 1]), deadline_min=np.full(3, 380.0))
    for depot in range(2):
        penalty = np.zeros((3, 2))
        penalty[:, 1 - depot] = 1.0
        found = dispatch_supplies(replace(problem, change_penalty=penalty), time_limit_s=3, iterations=1500)
        other = dispatch_supplies(problem, time_limit_s=3, iterations=1500)
        assert found.layers[0].value <= other.layers[0].value + LOOSE
        assert found.layers[1].bound <= found.layers[1].value


def test_all_that_is_wrong_is_named_at_once():
    problem = tiny()
    with pytest.raises(InvalidSuppliesError) as caught:
        replace(
            problem,
            quantity=np.array([1.5, -2, 1]),
            ready_min=np.array([np.nan, 0]),
            request_place=np.array([0, 3, -1]),
            stock=np.zeros((3, 2)),
            place_ids=("a", "a", "c"),
            horizon_min=-1.0,
        )
    told = "\n".join(caught.value.faults)
    for part in (
        "quantity[0]: 1.5",
        "quantity[1]: -2",
        "ready_min[0]: nan",
        "request_place[1]: 3",
        "request_place[2]: -1",
        "stock: its shape is (3, 2)",
        "place_ids: 'a'",
        "horizon_min: -1.0",
    ):
        assert part in told


def test_the_time_limit_returns_trips_with_a_bound():
    problem = district(1, demand=4.0)
    found = dispatch_supplies(problem, time_limit_s=3.0, iterations=10_000_000)
    assert found.seconds < 4.5
    assert "time limit" in found.status
    assert 0 <= found.layers[0].bound <= found.layers[0].value
    assert found.gap < 0.12
    assert_holds(problem, found.trips)


def test_the_same_seed_gives_the_same_trips():
    problem = district(2, depots=4, places=8, requests=14)
    first, second = (dispatch_supplies(problem, time_limit_s=20, seed=5, iterations=300, gap=1.0) for _ in range(2))
    assert first.trips == second.trips
