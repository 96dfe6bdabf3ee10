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
horizon. Trips come from ruin and recreate (`trip_search`), the bounds from a linear programme (`allocation_bound`) and,
where that leaves a gap, from whole days of vehicles (`day_bound`); "Optimal" is said only where they meet.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from optimizer.models.dispatch.allocation_bound import LOST, AllocationBound
from optimizer.models.dispatch.day_bound import bound_lost_weight
from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem
from optimizer.models.dispatch.trip_moves import append_drop
from optimizer.models.dispatch.trip_search import HOT, REHEATED, WARM, Search, compile_kernels
from optimizer.models.dispatch.trips import FOLLOWS, OPENS_A_TRIP, Days, Rows, Tables, empty_days, tables_of, unmet_of

ITERATIONS_A_REQUEST, ROUNDS = 50, 4
"""Of the first round of the search; each further one is twice as long."""
GOOD_GAP = 0.005
FIRST_SHARE, DAYS_SHARE = 0.45, 0.75
"""Shares of the time for the first round, and until the end of the bound from days."""
LEAST_S = 1.0
"""That the linear programme is given even when the time is over."""
UNITS = {"unmet": "weight", "lateness": "weight", "minutes": "vehicle minutes"}
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
        By how much of the weight of all requests the best schedule loses less, unmet and late together, at most.
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
    problem: SuppliesProblem,
    *,
    time_limit_s: float = 10.0,
    seed: int = 0,
    iterations: int | None = None,
    gap: float = GOOD_GAP,
    planned: tuple[Trip, ...] = (),
) -> SuppliesSolution:
    """Find trips and bound what any could reach.

    Parameters
    ----------
    time_limit_s : float
        After it the best schedule is returned; the same seed gives the same schedule where it does not bind.
    iterations : int, optional
        Of the first round of the search; by the number of requests if left out. Later ones are longer.
    gap : float
        Share of the weight of all requests at which a further round is not worth its time.
    planned : tuple of Trip
        Where the search begins, as far as still possible: an earlier order's trips that have not begun.
    """
    tables = tables_of(problem)
    compile_kernels(tables)
    began = time.monotonic()
    ends = began + time_limit_s
    judge, search = Judge(problem), Search(tables, seed=seed, start=days_of(problem, tables, planned))
    length, share, hot = iterations or ITERATIONS_A_REQUEST * len(problem.request_ids), FIRST_SHARE, HOT
    for _ in range(ROUNDS):
        left = ends - time.monotonic() - judge.seconds
        in_time = search.run(time_limit_s=left * share, iterations=length, hot=WARM if planned else hot)
        layers, off = judge.judge(search, gap, ends, began + DAYS_SHARE * time_limit_s)
        if off <= gap or ends - time.monotonic() <= 2 * judge.seconds:
            break
        length, share, hot = 2 * length, 1.0, REHEATED
    days = search.best
    on_time, too_late = _units_by_time(problem, days)
    ended = "gap reached" if off <= gap else "iteration limit" if in_time else "time limit"
    return SuppliesSolution(
        problem=problem,
        trips=trips_of(problem, days),
        on_time=on_time,
        late=too_late,
        unmet=np.round(days.remaining),
        layers=layers,
        gap=off,
        status="Optimal but for minutes" if off <= SHARE_TINY else f"Search ended by {ended}",
        seconds=time.monotonic() - began,
    )


class Judge:
    """Bounds of a problem; those that took long are kept for the next schedule.

    Attributes
    ----------
    seconds : float
        That a judgement by the linear programme takes.
    """

    def __init__(self, problem: SuppliesProblem) -> None:
        self.problem, self.allocation = problem, AllocationBound(problem)
        self.total = float(problem.weight.sum())
        self.seconds, self.least_lost = 0.0, -1.0

    def judge(
        self, search: Search, gap: float, ends_s: float, days_until_s: float
    ) -> tuple[tuple[SuppliesLayer, ...], float]:
        """Layers with bounds, and the gap; the bound from days is asked for once, if the gap is above ``gap``."""
        values, began = values_of(search.tables, search.best), time.monotonic()
        unmet, late, _ = values
        bounds = self.allocation.bounds((unmet, late), max(ends_s - began, LEAST_S))
        self.seconds = time.monotonic() - began
        first = self.least_lost < 0
        self.least_lost = max(self.least_lost, bounds[LOST])
        if first and unmet + late - max(self.least_lost, bounds["unmet"] + bounds["lateness"]) > gap * self.total:
            of_days = bound_lost_weight(self.problem, search.best, enough=unmet + late, deadline_s=days_until_s)
            self.least_lost = max(self.least_lost, of_days)
        bounds["lateness"] = max(bounds["lateness"], self.least_lost - unmet)
        layers = tuple(
            SuppliesLayer(name, value, float(min(bounds[name], value)), unit)
            for (name, unit), value in zip(UNITS.items(), values, strict=True)
        )
        least = max(self.least_lost, layers[0].bound + layers[1].bound)
        return layers, max(unmet + late - least, 0.0) / self.total if self.total > 0 else 0.0


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


def days_of(problem: SuppliesProblem, tables: Tables, trips: tuple[Trip, ...]) -> Days:
    """Drive trips as far as vehicles, stock and time allow; what is unknown by now is passed over."""
    days = empty_days(tables)
    vehicles = {name: place for place, name in enumerate(problem.vehicle_ids)}
    requests = {name: place for place, name in enumerate(problem.request_ids)}
    for trip in sorted(trips, key=lambda trip: trip.loading_begins_min):
        way = OPENS_A_TRIP
        for drop in (drop for stop in trip.stops for drop in stop.deliveries):
            known = trip.vehicle in vehicles and drop.request in requests
            if known and append_drop(tables, days, vehicles[trip.vehicle], requests[drop.request], drop.units, way):
                way = FOLLOWS
    return days


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
        returns_min=max(stops[-1].leaves_min, float(problem.opened[kind, node[-1], depot]))
        + float(problem.travel_min[kind, node[-1], depot]),
    )


def _stops(problem: SuppliesProblem, drops: Rows, unloading_min: float) -> tuple[Stop, ...]:
    """Drops at one place at one time are one stop's."""
    stops: dict[tuple[int, float], dict[str, float]] = {}
    for drop in drops:
        dropped = stops.setdefault((int(problem.request_place[drop["request"]]), float(drop["arrives"])), {})
        request = problem.request_ids[drop["request"]]
        dropped[request] = dropped.get(request, 0.0) + float(drop["units"])
    return tuple(
        Stop(
            problem.place_ids[place], arrives, arrives + unloading_min, tuple(Delivery(*one) for one in dropped.items())
        )
        for (place, arrives), dropped in stops.items()
    )
