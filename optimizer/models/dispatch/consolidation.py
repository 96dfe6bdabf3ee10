"""Fixed deliveries driven in fewer minutes: what a depot gives to whom stays, who drives it and in what order is new.

The tours of a depot (`tours`) are taken where they need fewer vehicle minutes and lose no weight to lateness: what was
on time stays so, and what was late comes no later. Stock is left as it is, for it is the same goods that leave the
depot; so is what no vehicle brings.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.models.dispatch.supplies import Delivery, Stop, SuppliesSolution, Trip
from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem
from optimizer.models.dispatch.tours import find_tours
from optimizer.models.dispatch.tours_problem import Tour, ToursProblem, TourTrip
from optimizer.models.dispatch.trips import late_share

Indices = NDArray[np.intp]

ITERATIONS = 2000
"""Of the tours of one depot."""
ROUNDED_MIN = 0.05
"""What is late may come so much later in the search, which rounds the minutes of every leg up."""
EQUAL = 1e-9
"""Share of the total weight up to which lateness is the same; minutes are the same up to as many."""


@dataclass(frozen=True)
class _Drop:
    """A delivery as it is driven now."""

    request: int
    units: float
    arrives_min: float


def consolidate(
    solution: SuppliesSolution, *, time_limit_s: float, seed: int = 0, iterations: int = ITERATIONS
) -> SuppliesSolution:
    """Tour the deliveries of every depot anew.

    Parameters
    ----------
    time_limit_s : float
        Shared out among depots by their deliveries; the same seed finds the same where it does not bind.

    Returns
    -------
    SuppliesSolution
        With as few vehicle minutes or fewer, and everything else as good or better; what was proven holds.
    """
    began = time.monotonic()
    problem = solution.problem
    deliveries = sum(len(stop.deliveries) for trip in solution.trips for stop in trip.stops)
    trips: list[Trip] = []
    for number, depot in enumerate(problem.depot_ids):
        mine = [trip for trip in solution.trips if trip.depot == depot]
        share = sum(len(stop.deliveries) for trip in mine for stop in trip.stops) / max(deliveries, 1)
        if len(mine) > 1:
            mine = _toured(problem, number, mine, time_limit_s * share, seed, iterations)
        trips += mine
    trips.sort(key=lambda trip: (trip.loading_begins_min, trip.vehicle))
    return _told(solution, trips, seconds=solution.seconds + time.monotonic() - began)


def _toured(
    problem: SuppliesProblem, depot: int, trips: list[Trip], time_limit_s: float, seed: int, iterations: int
) -> list[Trip]:
    """Trips of a depot, or those given where none are better."""
    request_number = {name: number for number, name in enumerate(problem.request_ids)}
    drops: list[_Drop] = []
    tours: dict[str, list[TourTrip]] = {}
    for trip in trips:
        first = len(drops)
        drops += [
            _Drop(request_number[drop.request], drop.units, stop.arrives_min)
            for stop in trip.stops
            for drop in stop.deliveries
        ]
        tours.setdefault(trip.vehicle, []).append(TourTrip(0.0, 0.0, tuple(range(first, len(drops))), ()))
    vehicles = np.flatnonzero((problem.vehicle_depot == depot) & np.isfinite(problem.start_min))
    place = {problem.vehicle_ids[vehicle]: number for number, vehicle in enumerate(vehicles)}
    start = [Tour(place[vehicle], tuple(driven)) for vehicle, driven in tours.items()]
    stated = _tours_problem(problem, depot, vehicles, drops, 1 + max(len(driven) for driven in tours.values()))
    found = find_tours(stated, time_limit_s=time_limit_s, iterations=iterations, seed=seed, start=start)
    if found is None:
        return trips
    anew = [_trip(problem, int(vehicles[tour.vehicle]), one, drops) for tour in found.tours for one in tour.trips]
    no_later = _lateness(problem, anew) <= _lateness(problem, trips) + EQUAL * float(problem.weight.sum())
    return anew if no_later and _minutes(anew) < _minutes(trips) - EQUAL else trips


def _tours_problem(
    problem: SuppliesProblem, depot: int, vehicles: Indices, drops: list[_Drop], most_trips: int
) -> ToursProblem:
    """A visit for each delivery; the depot is the only one."""
    depots = len(problem.depot_ids)
    nodes = np.concatenate([[depot], np.arange(depots, problem.travel_min.shape[1])])
    request = np.array([drop.request for drop in drops])
    units, arrives = np.array([drop.units for drop in drops]), np.array([drop.arrives_min for drop in drops])
    item, deadline = problem.request_item[request], problem.deadline_min[request]
    latest = np.where(arrives <= deadline + EQUAL, deadline, arrives + ROUNDED_MIN)
    mine = vehicles.astype(np.int64)
    return ToursProblem(
        visit_ids=tuple(f"{problem.request_ids[one]} {number}" for number, one in enumerate(request)),
        vehicle_ids=tuple(problem.vehicle_ids[vehicle] for vehicle in mine),
        travel_min=problem.travel_min[:, nodes[:, None], nodes],
        loading_min=problem.loading_min,
        service_min=np.repeat(problem.unloading_min[:, None], len(problem.place_ids), axis=1),
        visit_place=problem.request_place[request],
        mass_kg=units * problem.mass_kg[item],
        volume_m3=units * problem.volume_m3[item],
        earliest_min=np.zeros(len(drops)),
        latest_min=np.minimum(latest, problem.horizon_min),
        vehicle_class=problem.vehicle_class[mine],
        vehicle_depot=np.zeros(len(mine), dtype=np.int64),
        ready_min=problem.start_min[mine],
        payload_kg=problem.payload_kg[mine],
        payload_m3=problem.payload_m3[mine],
        back_by_min=np.full(len(mine), np.inf),
        away_min=np.full(len(mine), np.inf),
        most_trips=most_trips,
    )


def _trip(problem: SuppliesProblem, vehicle: int, driven: TourTrip, drops: list[_Drop]) -> Trip:
    """Put names to a trip; deliveries at one place are one stop, those to one request one delivery."""
    kind = int(problem.vehicle_class[vehicle])
    stops: dict[tuple[int, float], dict[int, float]] = {}
    for visit, arrives in zip(driven.visits, driven.begins_min, strict=True):
        request = drops[visit].request
        dropped = stops.setdefault((int(problem.request_place[request]), arrives), {})
        dropped[request] = dropped.get(request, 0.0) + drops[visit].units
    return Trip(
        vehicle=problem.vehicle_ids[vehicle],
        depot=problem.depot_ids[int(problem.vehicle_depot[vehicle])],
        loading_begins_min=driven.loading_begins_min,
        departs_min=driven.loading_begins_min + float(problem.loading_min[kind]),
        stops=tuple(
            Stop(
                problem.place_ids[place],
                arrives,
                arrives + float(problem.unloading_min[kind]),
                tuple(Delivery(problem.request_ids[request], units) for request, units in dropped.items()),
            )
            for (place, arrives), dropped in stops.items()
        ),
        returns_min=driven.returns_min,
    )


def _minutes(trips: list[Trip]) -> float:
    return sum(trip.returns_min - trip.loading_begins_min for trip in trips)


def _rows(problem: SuppliesProblem, trips: list[Trip]) -> Floats:
    """(K, 3) request, units and minutes after the deadline of every delivery."""
    number = {name: one for one, name in enumerate(problem.request_ids)}
    rows = [
        (number[drop.request], drop.units, stop.arrives_min - problem.deadline_min[number[drop.request]])
        for trip in trips
        for stop in trip.stops
        for drop in stop.deliveries
    ]
    return np.array(rows, dtype=float).reshape(-1, 3)


def _lateness(problem: SuppliesProblem, trips: list[Trip]) -> float:
    """Weight lost to lateness."""
    rows = _rows(problem, trips)
    request = rows[:, 0].astype(int)
    share = np.array([late_share(after) for after in rows[:, 2]])
    return float((problem.weight[request] * rows[:, 1] / problem.quantity[request] * share).sum())


def _told(solution: SuppliesSolution, trips: list[Trip], seconds: float) -> SuppliesSolution:
    """Layers and units as the new trips have them; the same depots serve, so that no change and no supplier is new."""
    problem, before = solution.problem, list(solution.trips)
    unmet, late, minutes = solution.layers
    gained = _lateness(problem, before) - _lateness(problem, trips)
    late = replace(late, value=max(late.value - gained, late.bound))
    spared = _minutes(before) - _minutes(trips)
    minutes = replace(minutes, value=minutes.value - spared, bound=min(minutes.bound, minutes.value - spared))
    rows = _rows(problem, trips)
    request, size = rows[:, 0].astype(int), len(problem.request_ids)
    in_time = rows[:, 2] <= EQUAL
    total = float(problem.weight.sum())
    return replace(
        solution,
        trips=tuple(trips),
        layers=(unmet, late, minutes),
        gap=(unmet.value - unmet.bound + late.value - late.bound) / total if total > 0 else 0.0,
        on_time=np.bincount(request, rows[:, 1] * in_time, size).astype(float),
        late=np.bincount(request, rows[:, 1] * ~in_time, size).astype(float),
        seconds=seconds,
    )
