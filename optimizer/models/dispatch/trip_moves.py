"""Ruin and recreate (Schrimpf et al. 2000, Christiaens & Vanden Berghe 2020) on the days of vehicles.

Strings of drops near a request are taken out of several vehicles' days; all that is wanted then is put back, request by
request, always where a whole request would cost the least: in a trip of its own anywhere in a day, or in a trip that
has room left. Vehicles are overlooked at random now and then.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.models.dispatch.supplies_problem import Integers
from optimizer.models.dispatch.trips import (
    FOLLOWS,
    OPENS_A_TRIP,
    TINY,
    WAYS,
    Days,
    Tables,
    add_drop,
    late_share,
    lost_by_delay,
    remove_drops,
    when,
)

Flags = NDArray[np.bool_]

UNMET_FACTOR = 2.0
"""What an unmet share counts against one that is as late as can be."""
EFFORT_SHARE = 2e-7
"""Share of all weight that a vehicle minute counts."""
MOST_NEAR = 40
"""Requests that are looked at around one."""
OTHER_ITEM_MIN, DEADLINE_FACTOR = 15.0, 0.1
"""What sets requests apart besides the way between them."""
MOST_STRINGS, LONGEST_STRING = 6, 5
OVERLOOKED = 0.03
PRICES = np.array([1e-4, 3e-4, 1e-3, 3e-3])
"""Of a vehicle's minute, as shares of a request's mean weight; one is drawn for each rebuilding."""
DROP_MIN = 10.0
"""Minutes that a drop is charged for itself while rebuilding: few large drops before many small ones."""
ORDERS = 4


def near_requests(tables: Tables) -> Integers:
    """(R, K) each request, then those nearest to it."""
    wanted = tables.requests
    between = tables.travel[:, wanted["node"][:, None], wanted["node"]].min(axis=0)
    apart = np.minimum(between, between.T)
    apart = apart + OTHER_ITEM_MIN * (wanted["item"][:, None] != wanted["item"])
    deadline = np.minimum(wanted["deadline"], tables.horizon)
    apart = apart + DEADLINE_FACTOR * np.abs(deadline[:, None] - deadline)
    np.fill_diagonal(apart, -1.0)
    return np.argsort(apart, axis=1, kind="stable")[:, :MOST_NEAR].astype(np.int64)


@njit(cache=True)
def _place_of(days: Days, vehicle: int, request: int) -> int:
    """Where a day's first drop for a request stands, or -1."""
    for place in range(days.sums[vehicle].drops):
        if days.drops[vehicle, place].request == request:
            return place
    return -1


@njit(cache=True)
def _cut_strings(tables: Tables, days: Days, touched: Flags, request: int, most: int, rng: np.random.Generator) -> int:
    """Cut strings of drops with ``request`` among them out of days not yet touched; how many."""
    vehicles, cut = len(touched), 0
    offset = int(rng.integers(0, vehicles))
    for step in range(vehicles):
        vehicle = (offset + step) % vehicles
        place = -1 if touched[vehicle] else _place_of(days, vehicle, request)
        if place < 0:
            continue
        length = int(rng.integers(1, LONGEST_STRING + 1))
        first = max(0, place - int(rng.integers(0, length)))
        remove_drops(tables, days, vehicle, first, min(days.sums[vehicle].drops, first + length))
        touched[vehicle] = True
        cut += 1
        if cut == most:
            break
    return cut


@njit(cache=True)
def ruin(tables: Tables, days: Days, near: Integers, touched: Flags, rng: np.random.Generator) -> None:
    """Take strings of drops out of several days around one request; ``touched`` days are marked."""
    centre = int(rng.integers(0, len(near)))
    strings = int(rng.integers(1, MOST_STRINGS + 1))
    for step in range(near.shape[1]):
        strings -= _cut_strings(tables, days, touched, near[centre, step], strings, rng)
        if strings <= 0:
            break


@njit(cache=True)
def _units(tables: Tables, days: Days, vehicle: int, request: int, place: int, way: int, amount: float) -> float:
    """Whole units of ``amount`` for which a trip has room."""
    kg, m3 = tables.vehicles[vehicle].kg, tables.vehicles[vehicle].m3
    if way != OPENS_A_TRIP:
        beside = days.drops[vehicle, max(place - (way == FOLLOWS), 0)]
        kg, m3 = beside.kg, beside.m3
    wanted = tables.requests[request]
    if wanted.kg * amount > kg:
        amount = kg / wanted.kg
    if wanted.m3 * amount > m3:
        amount = m3 / wanted.m3
    return float(np.floor(amount + TINY))


@njit(cache=True)
def _cost(
    tables: Tables, days: Days, vehicle: int, request: int, option: int, amount: float, price: float, least: float
) -> tuple[float, float]:
    """What a whole request would cost, served this way, and units brought; infinite where it is not worth it."""
    place, way = option // WAYS, option % WAYS
    units = _units(tables, days, vehicle, request, place, way, amount)
    if units < 1:
        return np.inf, 0.0
    wanted, driver = tables.requests[request], tables.vehicles[vehicle]
    arrival, delay = when(tables, days, vehicle, wanted.node, place, way)
    if not (arrival <= tables.horizon and delay < np.inf):
        return np.inf, 0.0
    share = units / wanted.quantity
    cost = wanted.weight * late_share(arrival - wanted.deadline) + tables.penalty[request, driver.depot]
    minutes = price * ((delay + DROP_MIN) / share + driver.charge)
    most = min(least - minutes, UNMET_FACTOR * wanted.weight + TINY) - cost
    if most <= 0:
        return np.inf, 0.0
    others = lost_by_delay(tables, days, vehicle, place, delay, most * share) / share
    return (cost + minutes + others if others <= most else np.inf), units


@njit(cache=True)
def _best_option(
    tables: Tables, days: Days, vehicle: int, request: int, price: float, least: float
) -> tuple[float, float, int]:
    """The cheapest way for one vehicle to serve a request: cost, units, place and way as one number."""
    best, brings, chosen = least, 0.0, -1
    count, driver, wanted = days.sums[vehicle].drops, tables.vehicles[vehicle], tables.requests[request]
    amount = min(days.remaining[request], days.stock[driver.depot, wanted.item])
    if amount < 1 - TINY or count == days.drops.shape[1]:
        return best, brings, chosen
    if tables.travel[driver.kind, driver.depot, wanted.node] == np.inf:
        return best, brings, chosen
    for option in range(WAYS * (count + 1)):
        cost, units = _cost(tables, days, vehicle, request, option, amount, price, best)
        if cost < best:
            best, brings, chosen = cost, units, option
    return best, brings, chosen


@njit(cache=True)
def _serve(tables: Tables, days: Days, touched: Flags, request: int, price: float, rng: np.random.Generator) -> bool:
    """Add the cheapest drop for a request; whether there was any."""
    least, brings, chosen, by = np.inf, 0.0, -1, -1
    for vehicle in range(len(touched)):
        if rng.random() < OVERLOOKED:
            continue
        cost, units, option = _best_option(tables, days, vehicle, request, price, least)
        if option >= 0:
            least, brings, chosen, by = cost, units, option, vehicle
    if by < 0:
        return False
    add_drop(tables, days, by, request, brings, chosen // WAYS, chosen % WAYS)
    touched[by] = True
    return True


@njit(cache=True)
def _turns(tables: Tables, days: Days, rng: np.random.Generator) -> Integers:
    """The order in which requests are put back: heavy, soon, much or any first, with some noise."""
    size = len(tables.requests)
    kind = rng.integers(0, ORDERS)
    keys = np.empty(size)
    for request in range(size):
        noise = rng.random()
        if kind == 0:
            keys[request] = -tables.requests[request].weight * (0.5 + noise)
        elif kind == 1:
            keys[request] = tables.requests[request].deadline * (0.75 + 0.5 * noise)
        elif kind == 2:
            keys[request] = -days.remaining[request] / max(tables.requests[request].quantity, 1.0) * (0.5 + noise)
        else:
            keys[request] = noise
    return np.argsort(keys)


@njit(cache=True)
def recreate(tables: Tables, days: Days, touched: Flags, total: float, rng: np.random.Generator) -> None:
    """Serve what is wanted as long as anything can."""
    price = (PRICES[rng.integers(0, len(PRICES))] / len(tables.requests) + EFFORT_SHARE) * total
    for request in _turns(tables, days, rng):
        while days.remaining[request] > TINY:
            if not _serve(tables, days, touched, request, price, rng):
                break


@njit(cache=True)
def append_drop(tables: Tables, days: Days, vehicle: int, request: int, units: float, way: int) -> bool:
    """Put a drop at the end of a day with as many units as can be; whether there were any."""
    driver, wanted, place = tables.vehicles[vehicle], tables.requests[request], days.sums[vehicle].drops
    if place == days.drops.shape[1] or not driver.start < np.inf:
        return False
    arrival, delay = when(tables, days, vehicle, wanted.node, place, way)
    if not (arrival <= tables.horizon and delay < np.inf):
        return False
    amount = min(units, days.remaining[request], days.stock[driver.depot, wanted.item])
    amount = _units(tables, days, vehicle, request, place, way, amount)
    if amount < 1:
        return False
    add_drop(tables, days, vehicle, request, amount, place, way)
    return True
