"""Tours by PyVRP's iterated local search, in whole numbers.

Minutes, kilograms and cubic metres are taken in thousandths, rounded so that what fits there fits here. Where there is
no way, a leg takes longer than any window is open.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np

from optimizer.models.dispatch.tours_problem import Floats, Integers, Tour, ToursProblem, TourTrip

if TYPE_CHECKING:
    from pyvrp import ProblemData, Route, Solution

PARTS = 1000
"""Of a minute, a kilogram and a cubic metre."""
FOREVER_MIN = 50_000.0
"""Stands for a time that is not limited: five weeks."""
NO_WAY_MIN = 2 * FOREVER_MIN
ROUNDING = 1e-6
HISTORY_VISITS, LEAST_HISTORY, MOST_HISTORY = 60_000, 50, 300
"""Late acceptance looks back on so many rounds times visits: with PyVRP's own 300 rounds, 600 visits do not settle in a
minute, and with 100 rounds 360 visits settle too soon."""
ROUNDS_A_PENALTY = 100
"""Penalties are reconsidered so often; they begin far too high, and after PyVRP's own 500 they would stay so."""


@dataclass(frozen=True)
class FoundTours:
    """Tours that serve every visit, and rounds of the search; no tours where none keep all that is asked."""

    tours: tuple[Tour, ...] | None
    iterations: int


def search_tours(
    problem: ToursProblem,
    time_limit_s: float,
    iterations: int | None = None,
    seed: int = 0,
    start: Sequence[Tour] = (),
) -> FoundTours:
    """Search until time or iterations are over, from ``start`` where there is one."""
    from pyvrp import IteratedLocalSearchParams, PenaltyParams, SolveParams, solve
    from pyvrp.exceptions import PenaltyBoundWarning
    from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, StoppingCriterion

    kind = _kinds(problem)
    data = _data(problem, kind)
    stops: list[StoppingCriterion] = [MaxRuntime(max(time_limit_s, 0.0))]
    if iterations is not None:
        stops.append(MaxIterations(iterations))
    begin = _started(data, kind, start) if start else None
    history = int(np.clip(HISTORY_VISITS // max(len(problem.visit_ids), 1), LEAST_HISTORY, MOST_HISTORY))
    params = SolveParams(
        ils=IteratedLocalSearchParams(history_length=history),
        penalty=PenaltyParams(solutions_between_updates=ROUNDS_A_PENALTY),
    )
    with warnings.catch_warnings():
        # What it warns of, that windows are hard to keep, is told by the answer.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = solve(data, MultipleCriteria(stops), seed, collect_stats=False, params=params, initial_solution=begin)
    if not result.best.is_feasible():
        return FoundTours(None, result.num_iterations)
    members = [list(np.flatnonzero(kind == one)) for one in range(int(kind.max(initial=-1)) + 1)]
    tours = tuple(_tour(problem, route, int(members[route.vehicle_type()].pop(0))) for route in result.best.routes())
    return FoundTours(tours, result.num_iterations)


def _kinds(problem: ToursProblem) -> Integers:
    """(V,) a number for each vehicle, the same for those that are alike: fewer to choose between."""
    columns = (
        *(problem.vehicle_class, problem.vehicle_depot, problem.ready_min, problem.payload_kg),
        *(problem.payload_m3, problem.back_by_min, problem.away_min),
    )
    rows = np.stack([np.asarray(column, dtype=float) for column in columns], axis=1)
    _, kind = np.unique(rows, axis=0, return_inverse=True)
    return kind.reshape(-1).astype(np.int64)


def _parts(values: Floats) -> list[int]:
    """Thousandths, rounded up; for ever where it is without limit."""
    return [int(one) for one in np.ceil(np.minimum(values, NO_WAY_MIN) * PARTS - ROUNDING)]


def _until(values: Floats) -> list[int]:
    """Thousandths, rounded down, of minutes until which something may be done."""
    return [int(one) for one in np.floor(np.minimum(values, FOREVER_MIN) * PARTS + ROUNDING)]


def _capacity(values: Floats) -> list[int]:
    return [int(one) for one in np.floor(values * PARTS + ROUNDING)]


def _data(problem: ToursProblem, kind: Integers) -> ProblemData:
    """State the problem for PyVRP: places as locations, classes as profiles."""
    from pyvrp import Client, Depot, Location, ProblemData, VehicleType

    legs = np.ceil(np.minimum(problem.leg_min, NO_WAY_MIN) * PARTS - ROUNDING).astype(np.int64)
    visits = zip(
        (problem.visit_place + problem.depots).tolist(),
        _parts(problem.mass_kg),
        _parts(problem.volume_m3),
        _parts(problem.earliest_min),
        _until(problem.latest_min),
        strict=True,
    )
    _, first = np.unique(kind, return_index=True)
    vehicles = [
        VehicleType(
            num_available=int((kind == number).sum()),
            capacity=[weight, volume],
            start_depot=depot,
            end_depot=depot,
            tw_early=ready,
            tw_late=back,
            shift_duration=away,
            profile=profile,
            reload_depots=[depot] if problem.most_trips > 1 else [],
            max_reloads=problem.most_trips - 1,
        )
        for number, (weight, volume, depot, ready, back, away, profile) in enumerate(
            zip(
                _capacity(problem.payload_kg[first]),
                _capacity(problem.payload_m3[first]),
                problem.vehicle_depot[first].tolist(),
                _parts(problem.ready_min[first]),
                _until(problem.back_by_min[first]),
                _until(problem.away_min[first]),
                problem.vehicle_class[first].tolist(),
                strict=True,
            )
        )
    ]
    return ProblemData(
        locations=[Location(0, 0) for _ in range(legs.shape[1])],
        clients=[
            Client(place, delivery=[weight, volume], tw_early=early, tw_late=late)
            for place, weight, volume, early, late in visits
        ],
        depots=[Depot(depot) for depot in range(problem.depots)],
        vehicle_types=vehicles,
        distance_matrices=list(legs),
        duration_matrices=list(legs),
    )


def _started(data: ProblemData, kind: Integers, start: Sequence[Tour]) -> Solution:
    """Tours as PyVRP has them: a depot between two trips."""
    from pyvrp import Activity, ActivityType, Route, Solution

    routes = []
    for tour in start:
        number = int(kind[tour.vehicle])
        depot = Activity(ActivityType.DEPOT, data.vehicle_types()[number].start_depot)
        trips = [[Activity(ActivityType.CLIENT, visit) for visit in trip.visits] for trip in tour.trips]
        activities = [one for trip in trips for one in (*trip, depot)]
        routes.append(Route(data, activities[:-1], number))
    return Solution(data, routes)


def _tour(problem: ToursProblem, route: Route, vehicle: int) -> Tour:
    """Minutes from the begin that PyVRP chose, each leg as it is and not as it was rounded."""
    legs = problem.leg_min[problem.vehicle_class[vehicle]]
    depot = int(problem.vehicle_depot[vehicle])
    clock, trips = max(route.start_time() / PARTS, float(problem.ready_min[vehicle])), []
    for is_client, stops in groupby(route, key=lambda one: one.is_client()):
        if not is_client:
            continue
        visits, begins, at, loading = [stop.idx for stop in stops], [], depot, clock
        for visit in visits:
            place = int(problem.visit_place[visit]) + problem.depots
            clock, at = max(clock + float(legs[at, place]), float(problem.earliest_min[visit])), place
            begins.append(clock)
        clock += float(legs[at, depot])
        trips.append(TourTrip(loading, clock, tuple(visits), tuple(begins)))
    return Tour(vehicle, tuple(trips))
