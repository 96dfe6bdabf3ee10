"""Orders as the judge replays them: rows of numbers, whoever gave them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.models.dispatch.supplies import SuppliesSolution
from optimizer.models.dispatch.teams import TeamsSolution

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class TeamOrders:
    """A row for each team on each task: K rows.

    Attributes
    ----------
    team, task : (K,) int
    arrival_min, start_min, finish_min : (K,)
        As claimed; a task has one start and one finish.
    """

    team: Ints
    task: Ints
    arrival_min: Floats
    start_min: Floats
    finish_min: Floats


@dataclass(frozen=True)
class TripOrders:
    """N trips, and a row for each drop: K rows, those of a trip in the order of its stops.

    Attributes
    ----------
    vehicle : (N,) int
    begins_min, returns_min : (N,)
        When loading begins, and when the vehicle is back, as claimed.
    trip, stop, request : (K,) int
        Drops at one stop of a trip bear the same number.
    units : (K,)
    arrival_min : (K,)
        As claimed.
    """

    vehicle: Ints
    begins_min: Floats
    returns_min: Floats
    trip: Ints
    stop: Ints
    request: Ints
    units: Floats
    arrival_min: Floats


def team_orders(solution: TeamsSolution) -> TeamOrders:
    """Orders of the model's solution."""
    team, task = np.nonzero(solution.manned)
    return TeamOrders(
        team, task, solution.arrival_min[team, task], solution.task_start_min[task], solution.task_finish_min[task]
    )


def trip_orders(solution: SuppliesSolution) -> TripOrders:
    """Orders of the model's solution, its names turned into numbers."""
    vehicles = {name: v for v, name in enumerate(solution.problem.vehicle_ids)}
    requests = {name: r for r, name in enumerate(solution.problem.request_ids)}
    drops = [
        (number, place, requests[drop.request], drop.units, stop.arrives_min)
        for number, trip in enumerate(solution.trips)
        for place, stop in enumerate(trip.stops)
        for drop in stop.deliveries
    ]
    ends = [(vehicles[trip.vehicle], trip.loading_begins_min, trip.returns_min) for trip in solution.trips]
    return orders_of(ends, drops)


def orders_of(trips: list[tuple[int, float, float]], drops: list[tuple[int, int, int, float, float]]) -> TripOrders:
    """Columns from rows: trips (vehicle, begins, returns) and drops (trip, stop, request, units, arrival)."""
    ends = np.array(trips, dtype=float).reshape(-1, 3)
    rows = np.array(drops, dtype=float).reshape(-1, 5)
    whole = rows[:, :3].astype(np.int64)
    return TripOrders(ends[:, 0].astype(np.int64), ends[:, 1], ends[:, 2], *whole.T, rows[:, 3], rows[:, 4])
