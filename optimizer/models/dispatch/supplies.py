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
horizon. Trips come from ruin and recreate (`trip_search`), the bounds from a linear programme (`allocation_bound`);
"Optimal" is said only where they meet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.models.dispatch.allocation_bound import AllocationBound
from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem
from optimizer.models.dispatch.trip_search import Search, compile_kernels
from optimizer.models.dispatch.trips import Days, Rows, Tables, tables_of, unmet_of

ITERATIONS = 3_000
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
    tables = tables_of(problem)
    compile_kernels(tables)
    began = time.monotonic()
    bound = AllocationBound(problem)
    search = Search(tables, seed=seed)
    left = time_limit_s - (time.monotonic() - began)
    in_time = search.run(time_limit_s=left * (1 - BOUND_SHARE), iterations=iterations)
    ended, days = "iteration limit" if in_time else "time limit", search.best
    unmet, late, minutes = values_of(tables, days)
    bounds = bound.bounds((unmet, late), time_limit_s - (time.monotonic() - began))
    layers = tuple(
        SuppliesLayer(name, value, float(min(bounds[name], value)), unit)
        for name, value, unit in (
            ("unmet", unmet, "weight"),
            ("lateness", late, "weight"),
            ("minutes", minutes, "vehicle minutes"),
        )
    )
    total = float(problem.weight.sum())
    gap = sum(layer.value - layer.bound for layer in layers[:2]) / total if total > 0 else 0.0
    on_time, too_late = _units_by_time(problem, days)
    return SuppliesSolution(
        problem=problem,
        trips=trips_of(problem, days),
        on_time=on_time,
        late=too_late,
        unmet=np.round(days.remaining),
        layers=layers,
        gap=gap,
        status="Optimal but for minutes" if gap <= SHARE_TINY else f"Search ended by {ended}",
        seconds=time.monotonic() - began,
    )


def values_of(tables: Tables, days: Days) -> tuple[float, float, float]:
    """Unmet, lateness and minutes."""
    return float(unmet_of(tables, days)), float(days.sums["lost"].sum()), float(days.sums["spent"].sum())


def _units_by_time(problem: SuppliesProblem, days: Days) -> tuple[Floats, Floats]:
    """(R,) units on time and late."""
    driven = np.arange(days.drops.shape[1]) < days.sums["drops"][:, None]
    drops, size = days.drops[driven], len(problem.request_ids)
    in_time = drops["ahead"] >= -SHARE_TINY
    return (
        np.bincount(drops["request"], drops["units"] * in_time, size).astype(float),
        np.bincount(drops["request"], drops["units"] * ~in_time, size).astype(float),
    )


def trips_of(problem: SuppliesProblem, days: Days) -> tuple[Trip, ...]:
    """Put names to the days."""
    trips = []
    for vehicle, day in enumerate(days.sums):
        drops = days.drops[vehicle, : day["drops"]]
        for first, end in pairwise([*np.flatnonzero(drops["opens"]).tolist(), len(drops)]):
            trips.append(_trip(problem, vehicle, drops[first:end]))
    return tuple(sorted(trips, key=lambda trip: (trip.loading_begins_min, trip.vehicle)))


def _trip(problem: SuppliesProblem, vehicle: int, drops: Rows) -> Trip:
    kind, depot = int(problem.vehicle_class[vehicle]), int(problem.vehicle_depot[vehicle])
    node = problem.request_place[drops["request"]] + len(problem.depot_ids)
    departs = float(drops["arrives"][0] - problem.travel_min[kind, depot, node[0]])
    stops = _stops(problem, drops, float(problem.unloading_min[kind]))
    return Trip(
        vehicle=problem.vehicle_ids[vehicle],
        depot=problem.depot_ids[depot],
        loading_begins_min=departs - float(problem.loading_min[kind]),
        departs_min=departs,
        stops=stops,
        returns_min=stops[-1].leaves_min + float(problem.travel_min[kind, node[-1], depot]),
    )


def _stops(problem: SuppliesProblem, drops: Rows, unloading_min: float) -> tuple[Stop, ...]:
    """Drops at one place at one time are one stop's."""
    stops: dict[tuple[int, float], list[Delivery]] = {}
    for drop in drops:
        key = int(problem.request_place[drop["request"]]), float(drop["arrives"])
        stops.setdefault(key, []).append(Delivery(problem.request_ids[drop["request"]], float(drop["units"])))
    return tuple(
        Stop(problem.place_ids[place], arrives, arrives + unloading_min, tuple(dropped))
        for (place, arrives), dropped in stops.items()
    )
