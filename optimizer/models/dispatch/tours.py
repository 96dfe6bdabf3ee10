"""Tours of vehicles over given travel times: who goes where in which order, by PyVRP's iterated local search.

Sets
    v ∈ V    vehicles, each of a class and a home depot      i ∈ N    visits, each at a place

Parameters (arrays of `ToursProblem`)
    τ_cab    travel_min       from place a to place b with class c (min; infinite: no way)
    λ_c      loading_min      at the depot, before each trip
    σ_ca     service_min      of a stop at place a, however many visits it serves
    q_i      mass_kg, volume_m3
    e_i l_i  earliest_min, latest_min: the stop begins between them
    Q_v      payload_kg, payload_m3
    r_v R_v  ready_min, back_by_min; ``away_min`` from the first loading to the last return at most

min   Σ of legs: λ (leaving a depot) + τ + σ (leaving a place)                         ``minutes``

  each visit is served once; a trip begins and ends at the vehicle's depot and carries no more than Q_v; a vehicle makes
  up to ``most_trips``; windows, ready, back and away times are kept.

Stock knows no limit here and nothing is bounded from below: what comes from which depot is decided elsewhere
(`supplies`), and tours make little of much driving. PyVRP counts in whole numbers: minutes, kilograms and cubic metres
are taken in thousandths, rounded so that what fits there fits here. Where there is no way, a leg takes longer than any
window is open. Wouda, Lan & Kool (2024), PyVRP: a high-performance VRP solver package; INFORMS J. Computing 36(4).
"""

from __future__ import annotations

import time
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from pyvrp import ProblemData, Route, Solution

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

PARTS = 1000
"""Of a minute, a kilogram and a cubic metre."""
FOREVER_MIN = 50_000.0
"""Stands for a time that is not limited: five weeks."""
NO_WAY_MIN = 2 * FOREVER_MIN
ROUNDING = 1e-6


@dataclass(frozen=True, eq=False)
class ToursProblem:
    """Visits, vehicles and the minutes between places: D depots first, then P places.

    Attributes
    ----------
    visit_ids, vehicle_ids : tuple of str
    travel_min : (C, D + P, D + P)
        Infinite where this class has no way.
    loading_min : (C,)
    service_min : (C, P)
    visit_place : (N,) int
        Of 0 … P - 1.
    mass_kg, volume_m3, earliest_min, latest_min : (N,)
        ``latest_min`` may be infinite.
    vehicle_class, vehicle_depot : (V,) int
    ready_min, payload_kg, payload_m3, back_by_min, away_min : (V,)
        The last two may be infinite.
    most_trips : int
        Of one vehicle.
    """

    visit_ids: tuple[str, ...]
    vehicle_ids: tuple[str, ...]
    travel_min: Floats
    loading_min: Floats
    service_min: Floats
    visit_place: Integers
    mass_kg: Floats
    volume_m3: Floats
    earliest_min: Floats
    latest_min: Floats
    vehicle_class: Integers
    vehicle_depot: Integers
    ready_min: Floats
    payload_kg: Floats
    payload_m3: Floats
    back_by_min: Floats
    away_min: Floats
    most_trips: int = 1

    @property
    def depots(self) -> int:
        """Number of depots, D."""
        return int(self.travel_min.shape[1] - self.service_min.shape[1])

    @cached_property
    def leg_min(self) -> Floats:
        """(C, D + P, D + P) minutes from the begin at one place to that at another: loading or service, and travel."""
        loading = np.repeat(self.loading_min[:, None], self.depots, axis=1)
        legs = self.travel_min + np.concatenate([loading, self.service_min], axis=1)[:, :, None]
        legs[:, np.arange(legs.shape[1]), np.arange(legs.shape[1])] = 0.0
        return np.asarray(legs)


@dataclass(frozen=True)
class TourTrip:
    """Minutes at which loading begins and the vehicle is back; visits in order, each with the minute it begins."""

    loading_begins_min: float
    returns_min: float
    visits: tuple[int, ...]
    begins_min: tuple[float, ...]


@dataclass(frozen=True)
class Tour:
    """A vehicle's trips, one after another."""

    vehicle: int
    trips: tuple[TourTrip, ...]


@dataclass(frozen=True)
class ToursSolution:
    """Tours that serve every visit; ``minutes`` is their objective, without any bound."""

    tours: tuple[Tour, ...]
    minutes: float
    iterations: int
    seconds: float


def find_tours(
    problem: ToursProblem,
    *,
    time_limit_s: float,
    iterations: int | None = None,
    seed: int = 0,
    start: Sequence[Tour] = (),
) -> ToursSolution | None:
    """Search until time or iterations are over.

    Parameters
    ----------
    iterations : int, optional
        The same seed finds the same where these end the search.
    start : sequence of Tour
        To begin with; only vehicles and visits are read of it.

    Returns
    -------
    ToursSolution or None
        None where no tours were found that keep all that is asked.
    """
    from pyvrp import solve
    from pyvrp.exceptions import PenaltyBoundWarning
    from pyvrp.stop import MaxIterations, MaxRuntime, MultipleCriteria, StoppingCriterion

    began = time.monotonic()
    kind = _kinds(problem)
    data = _data(problem, kind)
    stops: list[StoppingCriterion] = [MaxRuntime(time_limit_s)]
    if iterations is not None:
        stops.append(MaxIterations(iterations))
    begin = _started(data, kind, start) if start else None
    with warnings.catch_warnings():
        # What it warns of, that windows are hard to keep, is told by the answer.
        warnings.simplefilter("ignore", PenaltyBoundWarning)
        result = solve(data, MultipleCriteria(stops), seed=seed, collect_stats=False, initial_solution=begin)
    if not result.best.is_feasible():
        return None
    members = [list(np.flatnonzero(kind == one)) for one in range(int(kind.max(initial=-1)) + 1)]
    tours = tuple(_tour(problem, route, int(members[route.vehicle_type()].pop(0))) for route in result.best.routes())
    minutes = sum(_minutes(problem, tour) for tour in tours)
    return ToursSolution(tours, minutes, result.num_iterations, time.monotonic() - began)


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


def _minutes(problem: ToursProblem, tour: Tour) -> float:
    """Minutes of a tour's legs, waiting left out."""
    legs = problem.leg_min[problem.vehicle_class[tour.vehicle]]
    depot = int(problem.vehicle_depot[tour.vehicle])
    total = 0.0
    for trip in tour.trips:
        nodes = [depot, *(int(problem.visit_place[visit]) + problem.depots for visit in trip.visits), depot]
        total += float(legs[nodes[:-1], nodes[1:]].sum())
    return total
