"""Supplies to requests: which vehicle takes what from which depot to whom, in which trip, and how good that can be.

Sets and parameters are those of `optimizer.models.dispatch.supplies_problem`. A schedule is a list of trips: a vehicle
loads at its home depot, stops at places, unloads at each, and returns. Of request r the share x_rk arrives at minute
t_k from depot d_k; the share u_r never.

min   lexicographically
      1. unmet      Σ_r w_r u_r
      2. lateness   Σ_rk w_r late(t_k - d_r) x_rk + Σ_rk p_rd x_rk                 (p: change penalty)
      3. minutes    Σ of trips: return - begin of loading; + 120 for a whole request brought by a supplier

      late(a) = 0 for a ≤ 0, else 0.3 + 0.7 min(1, a / 720)

s.t.  u_r + Σ_k x_rk = 1;  t_k ≤ horizon;  whole units
      what leaves a depot ≤ its stock;  kg and m³ of a trip ≤ the vehicle's;  a vehicle makes one trip after another
      loading begins no earlier than vehicle and depot are ready

A supplier serves only where that lowers unmet or lateness, or spares more minutes than it is charged. Goods count from
the vehicle's arrival. Times are taken as known, as is the stock; a vehicle is not re-based and may return after the
horizon. Trips come from annealing (`trip_search`), the bounds from a linear programme (`allocation_bound`); "Optimal"
is said only where they meet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from optimizer.models.dispatch.allocation_bound import AllocationBound
from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem
from optimizer.models.dispatch.trip_search import search_trips
from optimizer.models.dispatch.trips import (
    DELIVERIES,
    EFFORT,
    LATENESS,
    TRIPS,
    Plan,
    Records,
    decode,
    records_of,
    state_of,
    tables_of,
)

ITERATIONS = 30_000
BOUND_SHARE = 0.4
"""Share of the time kept for the bound; what stating it takes is not known before."""
SHARE_TINY = 1e-6


@dataclass(frozen=True)
class Delivery:
    """Units of one request dropped at a stop."""

    request: str
    units: float


@dataclass(frozen=True)
class Stop:
    """A place on a trip, minutes of arrival and leaving, and what is dropped."""

    place: str
    arrives_min: float
    leaves_min: float
    deliveries: tuple[Delivery, ...]


@dataclass(frozen=True)
class Trip:
    """A vehicle's way from its depot and back, minutes."""

    vehicle: str
    depot: str
    loading_begins_min: float
    departs_min: float
    stops: tuple[Stop, ...]
    returns_min: float


@dataclass(frozen=True)
class SuppliesLayer:
    """A layer's value, and what no schedule can be below that reaches the layers above as this one does."""

    name: str
    value: float
    bound: float
    unit: str


@dataclass(frozen=True)
class SuppliesSolution:
    """A schedule and how well it is proven.

    Attributes
    ----------
    problem : SuppliesProblem
    trips : tuple of Trip
        By the minute at which loading begins.
    on_time, late, unmet : (R,)
        Units, in the order of ``problem.request_ids``.
    layers : tuple of SuppliesLayer
        Unmet, lateness, minutes.
    gap : float
        Unmet and lateness above their bounds, as a share of the weight of all requests.
    status : str
    seconds : float
    """

    problem: SuppliesProblem
    trips: tuple[Trip, ...]
    on_time: Floats
    late: Floats
    unmet: Floats
    layers: tuple[SuppliesLayer, ...]
    gap: float
    status: str
    seconds: float


def dispatch_supplies(
    problem: SuppliesProblem, *, time_limit_s: float = 10.0, seed: int = 0, iterations: int = ITERATIONS
) -> SuppliesSolution:
    """Find trips and bound what any could reach.

    Parameters
    ----------
    time_limit_s : float
        After it the best schedule is returned; the same seed gives the same schedule where it does not bind.
    """
    began = time.monotonic()
    tables = tables_of(problem)
    bound = AllocationBound(problem)
    left = time_limit_s - (time.monotonic() - began)
    plan, ended = search_trips(
        tables, time_limit_s=max(left * (1 - BOUND_SHARE), 0.0), iterations=iterations, seed=seed
    )
    state = state_of(tables)
    unmet = decode(tables, state, plan, records_of(0, 0), np.inf)
    records = records_of(int(state.totals[TRIPS]), int(state.totals[DELIVERIES]))
    decode(tables, state, plan, records, np.inf)
    late, minutes = float(state.totals[LATENESS]), float(state.totals[EFFORT])
    bounds = bound.bounds((unmet, late), time_limit_s - (time.monotonic() - began))
    layers = tuple(
        SuppliesLayer(name, float(value), float(min(bounds[name], value)), unit)
        for name, value, unit in (
            ("unmet", unmet, "weight"),
            ("lateness", late, "weight"),
            ("minutes", minutes, "vehicle minutes"),
        )
    )
    total = float(problem.weight.sum())
    gap = sum(layer.value - layer.bound for layer in layers[:2]) / total if total > 0 else 0.0
    on_time, too_late = _units_by_time(problem, records)
    return SuppliesSolution(
        problem=problem,
        trips=_trips(problem, records),
        on_time=on_time,
        late=too_late,
        unmet=np.round(state.remaining),
        layers=layers,
        gap=gap,
        status="Optimal but for minutes" if gap <= SHARE_TINY else f"Search ended by {ended}",
        seconds=time.monotonic() - began,
    )


def schedule_of(problem: SuppliesProblem, plan: Plan) -> tuple[tuple[Trip, ...], tuple[float, float, float]]:
    """Decode a plan: its trips, and its unmet, lateness and minutes."""
    tables = tables_of(problem)
    state = state_of(tables)
    decode(tables, state, plan, records_of(0, 0), np.inf)
    records = records_of(int(state.totals[TRIPS]), int(state.totals[DELIVERIES]))
    unmet = decode(tables, state, plan, records, np.inf)
    return _trips(problem, records), (float(unmet), float(state.totals[LATENESS]), float(state.totals[EFFORT]))


def _units_by_time(problem: SuppliesProblem, records: Records) -> tuple[Floats, Floats]:
    """(R,) units on time and late."""
    request = records.deliveries[:, 1].astype(int)
    units = records.deliveries[:, 2]
    in_time = records.deliveries[:, 3] <= problem.deadline_min[request] + SHARE_TINY
    size = len(problem.request_ids)
    return (
        np.bincount(request, units * in_time, size).astype(float),
        np.bincount(request, units * ~in_time, size).astype(float),
    )


def _trips(problem: SuppliesProblem, records: Records) -> tuple[Trip, ...]:
    """Put names to the rows."""
    of_trip: dict[int, list[int]] = {}
    for row, trip in enumerate(records.deliveries[:, 0].astype(int).tolist()):
        of_trip.setdefault(trip, []).append(row)
    trips = []
    for row, (vehicle, begins, departs, returns) in enumerate(records.trips.tolist()):
        name = problem.vehicle_ids[int(vehicle)]
        depot = problem.depot_ids[int(problem.vehicle_depot[int(vehicle)])]
        trips.append(Trip(name, depot, begins, departs, _stops(problem, records, of_trip[row]), returns))
    return tuple(sorted(trips, key=lambda trip: (trip.loading_begins_min, trip.vehicle)))


def _stops(problem: SuppliesProblem, records: Records, rows: list[int]) -> tuple[Stop, ...]:
    stops: dict[tuple[float, int, float], list[Delivery]] = {}
    for _, request, units, arrives, leaves in records.deliveries[rows].tolist():
        place = int(problem.request_place[int(request)])
        key = arrives, place, leaves
        stops.setdefault(key, []).append(Delivery(problem.request_ids[int(request)], units))
    return tuple(
        Stop(problem.place_ids[place], arrives, leaves, tuple(drops))
        for (arrives, place, leaves), drops in stops.items()
    )
