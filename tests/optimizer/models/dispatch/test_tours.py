"""Tours against all that can be driven, arithmetic written out, and public instances read and costed again."""

from __future__ import annotations

import shutil
from dataclasses import replace
from itertools import permutations, product
from pathlib import Path

import numpy as np
import pytest

from benchmarks.dispatch.mdvrptw import Instance, read_instance, tour_rows, with_best_known
from optimizer.models.dispatch import tours
from optimizer.models.dispatch.tours import FEW_VISITS, find_tours
from optimizer.models.dispatch.tours_problem import Tour, ToursProblem, TourTrip

PUBLISHED = Path(__file__).parents[5] / "shared" / "data" / "benchmarks" / "mdvrptw"


def problem_of(travel: np.ndarray, depots: int, places: list[int], vehicle_depot: list[int], **changes) -> ToursProblem:
    """One class; nothing weighs, lasts or is late unless it is said."""
    visits, vehicles = len(places), len(vehicle_depot)
    fields = {
        "visit_ids": tuple(f"visit {i}" for i in range(visits)),
        "vehicle_ids": tuple(f"vehicle {v}" for v in range(vehicles)),
        "travel_min": travel if travel.ndim == 3 else travel[None],
        "loading_min": np.zeros(1),
        "service_min": np.zeros((1, travel.shape[-1] - depots)),
        "visit_place": np.array(places),
        "mass_kg": np.zeros(visits),
        "volume_m3": np.zeros(visits),
        "earliest_min": np.zeros(visits),
        "latest_min": np.full(visits, np.inf),
        "vehicle_class": np.zeros(vehicles, dtype=np.int64),
        "vehicle_depot": np.array(vehicle_depot),
        "ready_min": np.zeros(vehicles),
        "payload_kg": np.full(vehicles, 100.0),
        "payload_m3": np.full(vehicles, 100.0),
        "back_by_min": np.full(vehicles, np.inf),
        "away_min": np.full(vehicles, np.inf),
    }
    return ToursProblem(**fields | changes)


def line(*points: float) -> np.ndarray:
    """Minutes between points on a line."""
    at = np.array(points, dtype=float)
    return np.abs(at[:, None] - at[None])


def visits_of(driven: tuple[Tour, ...]) -> list[tuple[int, ...]]:
    return sorted(trip.visits for tour in driven for trip in tour.trips)


def test_a_trip_loads_drives_and_unloads() -> None:
    # Out to 20 and back: 7 to load, 10 and 10 to drive, 4 at each of the two places, 20 home.
    problem = problem_of(line(0, 10, 20), 1, [0, 1], [0], loading_min=np.array([7.0]), service_min=np.full((1, 2), 4.0))
    found = find_tours(problem, time_limit_s=0.05)
    assert found is not None
    assert found.minutes == pytest.approx(7 + 10 + 4 + 10 + 4 + 20)
    ((trip,),) = (tour.trips for tour in found.tours)
    assert trip.returns_min - trip.loading_begins_min == pytest.approx(55)


def test_a_place_is_unloaded_at_once_for_all_its_visits() -> None:
    problem = problem_of(line(0, 10), 1, [0, 0, 0], [0], service_min=np.array([[4.0]]), mass_kg=np.full(3, 30.0))
    found = find_tours(problem, time_limit_s=0.05)
    assert found is not None
    assert found.minutes == pytest.approx(10 + 4 + 10)
    assert found.tours[0].trips[0].begins_min == (10.0, 10.0, 10.0)


@pytest.mark.parametrize(("measure", "load"), [("mass_kg", 60.0), ("volume_m3", 60.0)])
def test_what_does_not_fit_takes_a_second_trip(measure: str, load: float) -> None:
    problem = problem_of(line(0, 10), 1, [0, 0], [0], **{measure: np.full(2, load)}, most_trips=2)
    found = find_tours(problem, time_limit_s=0.05)
    assert found is not None
    assert found.minutes == pytest.approx(40)
    (tour,) = found.tours
    assert [trip.loading_begins_min for trip in tour.trips] == [0.0, 20.0]
    assert find_tours(replace(problem, most_trips=1), time_limit_s=0.05) is None


def test_who_has_no_way_does_not_go() -> None:
    road, by_air = line(0, 0, 10), np.array([[0.0, 5, 25], [5, 0, 25], [25, 25, 0]])
    road[0, 2] = road[1, 2] = np.inf
    problem = problem_of(
        np.stack([road, by_air]),
        2,
        [0],
        [0, 1],
        vehicle_class=np.array([0, 1]),
        loading_min=np.zeros(2),
        service_min=np.zeros((2, 1)),
    )
    found = find_tours(problem, time_limit_s=0.05)
    assert found is not None
    assert (found.tours[0].vehicle, found.minutes) == (1, 50.0)
    assert find_tours(replace(problem, vehicle_class=np.array([0, 0])), time_limit_s=0.05) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"latest_min": np.array([9.99])},
        {"back_by_min": np.array([19.99])},
        {"away_min": np.array([19.99])},
        {"ready_min": np.array([1.0]), "latest_min": np.array([10.5])},
    ],
)
def test_a_minute_too_late_is_no_tour(changes: dict[str, np.ndarray]) -> None:
    problem = problem_of(line(0, 10), 1, [0], [0])
    assert find_tours(problem, time_limit_s=0.05) is not None
    assert find_tours(replace(problem, **changes), time_limit_s=0.05) is None


def test_a_vehicle_waits_for_a_window() -> None:
    found = find_tours(problem_of(line(0, 10), 1, [0], [0], earliest_min=np.array([30.0])), time_limit_s=0.05)
    assert found is not None
    assert (found.tours[0].trips[0].begins_min, found.minutes) == ((30.0,), 20.0)


def least(problem: ToursProblem) -> float:
    """Try all: who serves which visit, in which order, in one trip each."""
    visits, vehicles = len(problem.visit_ids), len(problem.vehicle_ids)
    best = np.inf
    for given in product(range(vehicles), repeat=visits):
        total = 0.0
        for vehicle in range(vehicles):
            mine = [i for i in range(visits) if given[i] == vehicle]
            if problem.mass_kg[mine].sum() > problem.payload_kg[vehicle]:
                total = np.inf
            total += min(length(problem, vehicle, order) for order in permutations(mine)) if mine else 0.0
        best = min(best, total)
    return best


def length(problem: ToursProblem, vehicle: int, order: tuple[int, ...]) -> float:
    legs, depot, clock, total = problem.travel_min[0], int(problem.vehicle_depot[vehicle]), 0.0, 0.0
    at = depot
    for visit in order:
        place = int(problem.visit_place[visit]) + problem.depots
        clock, total, at = max(clock + legs[at, place], problem.earliest_min[visit]), total + legs[at, place], place
        if clock > problem.latest_min[visit]:
            return np.inf
    return total + float(legs[at, depot])


@pytest.mark.parametrize("seed", range(6))
def test_small_cases_are_driven_as_shortly_as_can_be(seed: int) -> None:
    rng = np.random.default_rng(seed)
    points = rng.integers(0, 60, (7, 2))
    travel = np.abs(points[:, None] - points[None]).sum(axis=2).astype(float)
    problem = problem_of(
        travel,
        2,
        [0, 1, 2, 3, 4],
        [0, 1, 1],
        mass_kg=rng.integers(10, 50, 5).astype(float),
        latest_min=rng.integers(60, 250, 5).astype(float),
    )
    expected, found = least(problem), find_tours(problem, time_limit_s=0.2, seed=seed)
    assert (found.minutes if found else np.inf) == pytest.approx(expected)


def test_tours_to_begin_with_are_kept_where_nothing_is_better() -> None:
    problem = problem_of(line(0, 10, 20, 30), 1, [0, 1, 2], [0, 0], most_trips=2)
    start = [Tour(1, (TourTrip(0.0, 0.0, (0, 2), ()), TourTrip(0.0, 0.0, (1,), ())))]
    found = find_tours(problem, time_limit_s=0.0, start=start)
    assert found is not None
    assert (visits_of(found.tours), found.minutes) == ([(0, 2), (1,)], 60.0 + 40.0)
    better = find_tours(problem, time_limit_s=0.1, start=start)
    assert better is not None
    assert better.minutes == 60.0


def many_visits() -> ToursProblem:
    """Two depots, eight vehicles and as many visits as two processes are given."""
    rng = np.random.default_rng(5)
    points = rng.uniform(0, 60, (2 + 2 * FEW_VISITS, 2))
    travel = np.linalg.norm(points[:, None] - points[None], axis=2)
    visits = 2 * FEW_VISITS
    return problem_of(travel, 2, list(range(visits)), [0, 1] * 4, mass_kg=np.full(visits, 4.0), most_trips=2)


def test_parts_are_the_whole_again() -> None:
    problem = many_visits()
    found = find_tours(problem, time_limit_s=5.0, iterations=5)
    assert found is not None
    for seed in range(5):
        parts = tours._split(problem, found.tours, 2, np.random.default_rng(seed))
        assert sorted(np.concatenate([part.visits for part in parts])) == list(range(len(problem.visit_ids)))
        assert sorted(np.concatenate([part.vehicles for part in parts])) == list(range(8))
        assert min(len(part.visits) for part in parts) >= FEW_VISITS / 2
        whole = [tour for part in parts for tour in tours._whole(part, None)]
        assert visits_of(tuple(whole)) == visits_of(found.tours)
        assert {tour.vehicle for tour in whole} == {tour.vehicle for tour in found.tours}
        minutes = sum(tours.minutes_of(part.problem, part.tours) for part in parts)
        assert minutes == pytest.approx(found.minutes)


def test_two_processes_serve_every_visit_once() -> None:
    problem = many_visits()
    found = find_tours(problem, time_limit_s=6.0, processes=2)
    assert found is not None
    assert sorted(visit for trip in visits_of(found.tours) for visit in trip) == list(range(len(problem.visit_ids)))
    assert found.minutes == pytest.approx(tours.minutes_of(problem, found.tours))
    assert all(4.0 * len(trip) <= 100 for trip in visits_of(found.tours))


VRP = """NAME: T1
DIMENSION: 4
VEHICLES: 2
CAPACITY: 10
VEHICLES_MAX_DURATION: 30
NODE_COORD_SECTION
1 0 0
2 10 0
3 3 4
4 10 5
DEMAND_SECTION
1 0
2 0
3 6
4 7
SERVICE_TIME_SECTION
1 0
2 0
3 1
4 2
TIME_WINDOW_SECTION
1 0 100
2 0 100
3 0 50
4 8 50
VEHICLES_DEPOT_SECTION
1 1
2 2
DEPOT_SECTION
1
2
EOF
"""


@pytest.fixture
def instance(tmp_path: Path) -> Instance:
    (tmp_path / "T1.vrp").write_text(VRP)
    return read_instance(tmp_path / "T1.vrp")


def test_an_instance_is_toured_and_costed_again(instance: Instance) -> None:
    found = find_tours(instance.problem(), time_limit_s=0.1)
    assert found is not None
    # Customer 3 is 5 from depot 1, customer 4 is 5 from depot 2: there and back, in thousandths.
    assert instance.cost(found.tours) == 20_000
    assert found.minutes == pytest.approx(20 + 1 + 2)


@pytest.mark.parametrize(
    ("driven", "fault"),
    [
        ([Tour(0, (TourTrip(0, 0, (0,), ()),))], "not every customer"),
        ([Tour(0, (TourTrip(0, 0, (0, 1), ()),))], "overloaded"),
        ([Tour(0, (TourTrip(0, 0, (0,), ()),)), Tour(0, (TourTrip(0, 0, (1,), ()),))], "twice"),
        ([Tour(0, (TourTrip(46, 0, (0,), ()),)), Tour(1, (TourTrip(0, 0, (1,), ()),))], "after 50"),
        ([Tour(1, (TourTrip(0, 0, (0,), ()),)), Tour(0, (TourTrip(0, 0, (1,), ()),))], ""),
    ],
)
def test_tours_that_break_a_rule_are_refused(instance: Instance, driven: list[Tour], fault: str) -> None:
    if fault:
        with pytest.raises(ValueError, match=fault):
            instance.cost(tuple(driven))
    else:
        # √(49 + 16) and √(100 + 25), both ways, each leg rounded to a thousandth.
        assert instance.cost(tuple(driven)) == 2 * 8_062 + 2 * 11_180


@pytest.mark.skipif(not PUBLISHED.is_dir(), reason="the public instances are not beside the repository")
def test_a_published_instance_is_toured_by_the_command(tmp_path: Path) -> None:
    shutil.copy(PUBLISHED / "PR11A.vrp", tmp_path)
    rows = list(tour_rows(tmp_path, 1.0, 1))
    assert [(row.case, row.reference) for row in rows] == [("PR11A", None)]
    known = with_best_known(rows, PUBLISHED.parent / "optima.csv")
    # A second brings tours, of no more than twice the length.
    assert all(row.gap is not None and 0 <= row.gap < 1 for row in known)
