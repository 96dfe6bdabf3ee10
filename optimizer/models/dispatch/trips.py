"""The days of vehicles: which drops each makes in which trips, when, and what that is worth.

A day is a row of drops in order; a drop that ``opens`` begins a trip. The vehicle loads for all drops of a trip at its
depot, unloads once at each place, and returns. It waits for nothing but a road to reopen, so that a day is told by its
drops alone. Goods are whole units and count as delivered when the vehicle arrives.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem

LATE_AT_ONCE = 0.3
"""Share of a request's weight lost as soon as its deadline has passed."""
LATE_FULLY_MIN = 720.0
"""Minutes after the deadline at which all of the weight is lost."""
LAST_RESORT_MIN = 120.0
"""Vehicle minutes that a whole request from a supplier stands for: a tie-break only."""
LEAST_DROPS = 64
"""Room for drops in a day; more where vehicles are few."""
DROPS_A_REQUEST = 4
TINY = 1e-6

OPENS_A_TRIP, FOLLOWS, LEADS = 0, 1, 2
"""Ways to put a drop before another: a trip of its own, at the end of the trip before, at the head of the other's."""
WAYS = 3

Rows = Any
"""Structured arrays: kernels pass few of them fast."""
VEHICLE = np.dtype(
    [(name, np.int64) for name in ("kind", "depot")]
    + [(name, np.float64) for name in ("start", "loading", "unloading", "kg", "m3", "charge")]
)
"""``charge``: vehicle minutes that a whole request is charged."""
REQUEST = np.dtype(
    [(name, np.int64) for name in ("node", "item")]
    + [(name, np.float64) for name in ("quantity", "deadline", "weight", "kg", "m3")]
)
"""``kg`` and ``m3`` of a unit."""
DROP = np.dtype(
    [("request", np.int64), ("opens", np.bool_)]
    + [(name, np.float64) for name in ("units", "arrives", "ahead", "worth", "kg", "m3")]
)
"""``ahead``: minutes before the deadline; ``worth``: weight of what is dropped; ``kg`` and ``m3`` the trip has left."""
DAY = np.dtype([("drops", np.int64)] + [(name, np.float64) for name in ("back", "lost", "spent")])
"""How many drops, minute of the last return, weighted lateness, minutes on trips with what suppliers are charged."""


class Tables(NamedTuple):
    """A problem as the kernels read it."""

    travel: Floats
    opens: Floats
    vehicles: Rows
    requests: Rows
    stock: Floats
    penalty: Floats
    horizon: float


class Days(NamedTuple):
    """All vehicles' days, (V, N) drops and (V,) sums, and what they leave: (R,) units wanted and (D, M) in stock."""

    drops: Rows
    sums: Rows
    remaining: Floats
    stock: Floats


def tables_of(problem: SuppliesProblem) -> Tables:
    """Arrays for the kernels."""
    kind, depot, item = problem.vehicle_class, problem.vehicle_depot, problem.request_item
    return Tables(
        travel=np.ascontiguousarray(problem.travel_min, dtype=float),
        opens=np.ascontiguousarray(problem.opened, dtype=float),
        vehicles=_rows(
            VEHICLE,
            kind=kind,
            depot=depot,
            start=problem.start_min,
            loading=problem.loading_min[kind],
            unloading=problem.unloading_min[kind],
            kg=problem.payload_kg,
            m3=problem.payload_m3,
            charge=LAST_RESORT_MIN * problem.last_resort[depot],
        ),
        requests=_rows(
            REQUEST,
            node=problem.request_place + len(problem.depot_ids),
            item=item,
            quantity=problem.quantity,
            deadline=problem.deadline_min,
            weight=problem.weight,
            kg=problem.mass_kg[item],
            m3=problem.volume_m3[item],
        ),
        stock=np.ascontiguousarray(problem.stock, dtype=float),
        penalty=np.ascontiguousarray(problem.change_penalty, dtype=float),
        horizon=float(problem.horizon_min),
    )


def _rows(of: np.dtype[Any], /, **columns: Any) -> Rows:
    rows = np.zeros(len(next(iter(columns.values()))), of)
    for name, column in columns.items():
        rows[name] = column
    return rows


def empty_days(tables: Tables) -> Days:
    """Nobody drives."""
    vehicles = len(tables.vehicles)
    most = max(LEAST_DROPS, DROPS_A_REQUEST * len(tables.requests) // max(vehicles, 1))
    return Days(
        drops=np.zeros((vehicles, most), DROP),
        sums=_rows(DAY, back=tables.vehicles["start"]),
        remaining=tables.requests["quantity"].copy(),
        stock=tables.stock.copy(),
    )


@njit(cache=True)
def late_share(late_min: float) -> float:
    """Share of the weight lost by what arrives so many minutes after its deadline."""
    if late_min <= TINY:
        return 0.0
    return LATE_AT_ONCE + (1 - LATE_AT_ONCE) * min(1.0, late_min / LATE_FULLY_MIN)


@njit(cache=True)
def unmet_of(tables: Tables, days: Days) -> float:
    """Weighted unmet share."""
    unmet = 0.0
    for request in range(len(tables.requests)):
        if days.remaining[request] > TINY:
            wanted = tables.requests[request]
            unmet += wanted.weight * days.remaining[request] / wanted.quantity
    return unmet


@njit(cache=True)
def _room_left(tables: Tables, days: Days, vehicle: int) -> None:
    """Note at each drop what room its trip leaves: forth to sum up, back to spread."""
    count = days.sums[vehicle].drops
    kg, m3 = 0.0, 0.0
    for place in range(count):
        drop = days.drops[vehicle, place]
        if drop.opens:
            kg, m3 = tables.vehicles[vehicle].kg, tables.vehicles[vehicle].m3
        wanted = tables.requests[drop.request]
        kg, m3 = kg - drop.units * wanted.kg, m3 - drop.units * wanted.m3
        drop.kg, drop.m3 = max(kg, 0.0), max(m3, 0.0)
    for place in range(count - 2, -1, -1):
        following = days.drops[vehicle, place + 1]
        if not following.opens:
            days.drops[vehicle, place].kg = following.kg
            days.drops[vehicle, place].m3 = following.m3


@njit(cache=True)
def time_day(tables: Tables, days: Days, vehicle: int) -> None:
    """Drive a vehicle's day."""
    driver, travel, opens, day = tables.vehicles[vehicle], tables.travel, tables.opens, days.sums[vehicle]
    kind, depot = driver.kind, driver.depot
    now, node, lost, spent, begins = driver.start, depot, 0.0, 0.0, driver.start
    for place in range(day.drops):
        drop = days.drops[vehicle, place]
        wanted = tables.requests[drop.request]
        if drop.opens:
            if place:
                now = max(now + driver.unloading, opens[kind, node, depot]) + travel[kind, node, depot]
                spent += now - begins
            begins = max(now, opens[kind, depot, wanted.node] - driver.loading)
            now = begins + driver.loading + travel[kind, depot, wanted.node]
        elif wanted.node != node:
            now = max(now + driver.unloading, opens[kind, node, wanted.node]) + travel[kind, node, wanted.node]
        node = wanted.node
        share = drop.units / wanted.quantity
        drop.arrives, drop.ahead, drop.worth = now, wanted.deadline - now, share * wanted.weight
        lost += drop.worth * late_share(-drop.ahead) + share * tables.penalty[drop.request, depot]
        spent += share * driver.charge
    if day.drops:
        now = max(now + driver.unloading, opens[kind, node, depot]) + travel[kind, node, depot]
        spent += now - begins
    day.back, day.lost, day.spent = now, lost, spent
    _room_left(tables, days, vehicle)


@njit(cache=True)
def when(tables: Tables, days: Days, vehicle: int, there: int, place: int, way: int) -> tuple[float, float]:
    """Arrival at ``there`` of a drop put before the one at ``place``, and by how much that delays what follows.

    Where roads reopen the arrival may be said too late, and the delay too long: what waits is delayed by less.
    Infinite where this way is none or says the same as another.
    """
    driver, count = tables.vehicles[vehicle], days.sums[vehicle].drops
    travel, opens, kind, depot, unloading = tables.travel, tables.opens, driver.kind, driver.depot, driver.unloading
    begins_trip = place == count or days.drops[vehicle, place].opens
    following = depot if place == count else tables.requests[days.drops[vehicle, place].request].node
    if way == FOLLOWS:
        if place == 0:
            return np.inf, np.inf
        before = tables.requests[days.drops[vehicle, place - 1].request].node
        arrived = days.drops[vehicle, place - 1].arrives
        if before == there:
            return arrived, 0.0
        onward = depot if begins_trip else following
        arrival = max(arrived + unloading, opens[kind, before, there]) + travel[kind, before, there]
        return arrival, arrival - arrived + travel[kind, there, onward] - travel[kind, before, onward]
    if not begins_trip or (way == LEADS and (place == count or following == there)):
        return np.inf, np.inf
    begins = days.sums[vehicle].back
    if place < count:
        begins = days.drops[vehicle, place].arrives - travel[kind, depot, following] - driver.loading
    arrival = max(begins + driver.loading, opens[kind, depot, there]) + travel[kind, depot, there]
    if way == OPENS_A_TRIP:
        return arrival, arrival - begins + unloading + travel[kind, there, depot]
    return arrival, arrival - begins - driver.loading + unloading + travel[kind, there, following] - travel[
        kind, depot, following
    ]


@njit(cache=True)
def lost_by_delay(tables: Tables, days: Days, vehicle: int, place: int, delay: float, most: float) -> float:
    """Weighted lateness more for what is dropped from ``place`` on.

    Infinite where that is after the horizon, unfinished once it is above ``most``.
    """
    count = days.sums[vehicle].drops
    if place == count or delay == 0:
        return 0.0
    if days.drops[vehicle, count - 1].arrives + delay > tables.horizon:
        return np.inf
    more = 0.0
    for later in range(place, count):
        drop = days.drops[vehicle, later]
        if drop.ahead < delay or drop.ahead < 0:
            more += drop.worth * (late_share(delay - drop.ahead) - late_share(-drop.ahead))
        if more > most and delay > 0:
            break
    return more


@njit(cache=True)
def add_drop(tables: Tables, days: Days, vehicle: int, request: int, units: float, place: int, way: int) -> None:
    """Put a drop before the one at ``place``."""
    for later in range(days.sums[vehicle].drops, place, -1):
        days.drops[vehicle, later] = days.drops[vehicle, later - 1]
    days.sums[vehicle].drops += 1
    drop = days.drops[vehicle, place]
    drop.request, drop.units, drop.opens = request, units, way != FOLLOWS
    if way == LEADS:
        days.drops[vehicle, place + 1].opens = False
    days.remaining[request] -= units
    days.stock[tables.vehicles[vehicle].depot, tables.requests[request].item] -= units
    time_day(tables, days, vehicle)


@njit(cache=True)
def remove_drops(tables: Tables, days: Days, vehicle: int, first: int, end: int) -> None:
    """Take the drops from ``first`` until before ``end`` out of a day."""
    count, opens = days.sums[vehicle].drops, False
    for place in range(first, end):
        drop = days.drops[vehicle, place]
        days.remaining[drop.request] += drop.units
        days.stock[tables.vehicles[vehicle].depot, tables.requests[drop.request].item] += drop.units
        opens |= drop.opens
    if end < count and opens:
        days.drops[vehicle, end].opens = True
    for place in range(end, count):
        days.drops[vehicle, place - (end - first)] = days.drops[vehicle, place]
    days.sums[vehicle].drops = count - (end - first)
    time_day(tables, days, vehicle)


@njit(cache=True)
def copy_day(source: Days, target: Days, vehicle: int) -> None:
    """Copy one vehicle's day; what remains and the stock are left as they are."""
    target.sums[vehicle] = source.sums[vehicle]
    for place in range(source.sums[vehicle].drops):
        target.drops[vehicle, place] = source.drops[vehicle, place]
