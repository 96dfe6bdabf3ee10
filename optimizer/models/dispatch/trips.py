"""From an order of calls to the trips of vehicles, in time and within stock and capacity.

Each request calls twice: at its first turn it gets one trip, at its last it gets trips until it is met or nothing can
bring more, so that others may come between. The vehicle with the best score loads for the call, drops what it can (or
a ``portion`` of what is wanted), and goes on to further places while its load has room. A score is the arrival, in
minutes, less what a full load is worth (``patience``), more for being late, for the way back, for depots other than the
preferred vehicle's, and for a supplier. Goods are whole units and count as delivered when the vehicle arrives.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.supplies_problem import Floats, Integers, SuppliesProblem

LATE_AT_ONCE = 0.3
"""Share of a request's weight lost as soon as its deadline has passed."""
LATE_FULLY_MIN = 720.0
"""Minutes after the deadline at which all of the weight is lost."""
LAST_RESORT_MIN = 120.0
"""Vehicle minutes that a whole request from a supplier stands for: a tie-break only."""
OTHER_VEHICLE_MIN, OTHER_DEPOT_MIN = 60.0, 200.0
"""Added for vehicles other than the preferred one, at its depot and elsewhere."""
CALLS = 2
"""Of each request: call ``c`` is by request ``c % R``."""
LATE_SCORE, LATE_FACTOR, RETURN_FACTOR = 60.0, 2.0, 0.3
FURTHER_MINUTES = 120.0
"""The longest detour to a further place."""
LITTLE_ROOM = 0.05
"""A vehicle with less than this share of room left goes home."""
LATE_VALUE = 0.3
"""What a further place is worth if it is reached too late."""
TINY = 1e-6

LATENESS, EFFORT, TRIPS, DELIVERIES = 0, 1, 2, 3
"""Places in ``State.totals``."""


class Tables(NamedTuple):
    """A problem as the kernels read it; ``unit`` and ``room`` hold kg and m³."""

    travel: Floats
    loading: Floats
    unloading: Floats
    vehicle_class: Integers
    vehicle_depot: Integers
    start: Floats
    room: Floats
    unit: Floats
    stock: Floats
    node: Integers
    item: Integers
    quantity: Floats
    deadline: Floats
    weight: Floats
    penalty: Floats
    last_resort: Floats
    horizon: float
    first_at_node: Integers
    at_node: Integers


class Plan(NamedTuple):
    """What the search decides: (``CALLS`` R,) each, the order over calls and the rest by call."""

    order: Integers
    patience: Floats
    further: Integers
    preferred: Integers
    portion: Floats


class State(NamedTuple):
    """What is left while trips are made."""

    remaining: Floats
    stock: Floats
    free: Floats
    room: Floats
    turns: Integers
    totals: Floats


class Records(NamedTuple):
    """Rows of trips (vehicle, loading begins, departs, returns) and deliveries (trip, request, units, arrives, leaves).

    Rows beyond the length are counted but not kept.
    """

    trips: Floats
    deliveries: Floats


def tables_of(problem: SuppliesProblem) -> Tables:
    """Arrays for the kernels."""
    depots = len(problem.depot_ids)
    node = problem.request_place.astype(np.int64) + depots
    at_node = np.lexsort((-problem.weight, node)).astype(np.int64)
    nodes = np.arange(problem.travel_min.shape[1] + 1)
    return Tables(
        travel=np.ascontiguousarray(problem.travel_min, dtype=float),
        loading=problem.loading_min.astype(float),
        unloading=problem.unloading_min.astype(float),
        vehicle_class=problem.vehicle_class.astype(np.int64),
        vehicle_depot=problem.vehicle_depot.astype(np.int64),
        start=problem.start_min.astype(float),
        room=np.stack([problem.payload_kg, problem.payload_m3], axis=1).astype(float),
        unit=np.stack([problem.mass_kg, problem.volume_m3], axis=1).astype(float),
        stock=np.ascontiguousarray(problem.stock, dtype=float),
        node=node,
        item=problem.request_item.astype(np.int64),
        quantity=problem.quantity.astype(float),
        deadline=problem.deadline_min.astype(float),
        weight=problem.weight.astype(float),
        penalty=np.ascontiguousarray(problem.change_penalty, dtype=float),
        last_resort=problem.last_resort.astype(float),
        horizon=float(problem.horizon_min),
        first_at_node=np.searchsorted(node[at_node], nodes).astype(np.int64),
        at_node=at_node,
    )


def state_of(tables: Tables) -> State:
    """Room for one decoding, to be used again."""
    turns = np.zeros(len(tables.quantity), np.int64)
    return State(tables.quantity.copy(), tables.stock.copy(), tables.start.copy(), np.zeros(2), turns, np.zeros(4))


def records_of(trips: int, deliveries: int) -> Records:
    """Room for so many rows."""
    return Records(np.zeros((trips, 4)), np.zeros((deliveries, 5)))


@njit(cache=True)
def late_share(late_min: float) -> float:
    """Share of the weight lost by what arrives so many minutes after its deadline."""
    if late_min <= TINY:
        return 0.0
    return LATE_AT_ONCE + (1 - LATE_AT_ONCE) * min(1.0, late_min / LATE_FULLY_MIN)


@njit(cache=True)
def _units(tables: Tables, state: State, request: int, depot: int, room: Floats) -> float:
    """Whole units of a request that fit into ``room``."""
    item = tables.item[request]
    amount = min(state.remaining[request], state.stock[depot, item])
    for measure in range(2):
        if tables.unit[item, measure] > 0:
            amount = min(amount, room[measure] / tables.unit[item, measure])
    return float(np.floor(amount + TINY))


@njit(cache=True)
def _best_vehicle(tables: Tables, state: State, request: int, patience: float, preferred: int) -> int:
    """The vehicle with the least score, or -1."""
    best, least = -1, np.inf
    node, item, deadline = tables.node[request], tables.item[request], tables.deadline[request]
    for vehicle in range(len(tables.vehicle_class)):
        kind, depot = tables.vehicle_class[vehicle], tables.vehicle_depot[vehicle]
        if state.stock[depot, item] < 1 - TINY:
            continue
        back = tables.travel[kind, node, depot]
        arrival = state.free[vehicle] + tables.loading[kind] + tables.travel[kind, depot, node]
        if not (arrival <= tables.horizon and back < np.inf):
            continue
        score = arrival + RETURN_FACTOR * back - patience
        if score >= least:
            continue
        units = _units(tables, state, request, depot, tables.room[vehicle])
        if units < 1:
            continue
        score += patience * (1 - units / state.remaining[request])
        score += LAST_RESORT_MIN * tables.last_resort[depot]
        if tables.weight[request] > 0:
            score += LATE_FULLY_MIN * tables.penalty[request, depot] / tables.weight[request]
        if arrival > deadline:
            score += LATE_SCORE + LATE_FACTOR * (arrival - deadline)
        if preferred >= 0 and preferred != vehicle:
            score += OTHER_VEHICLE_MIN if tables.vehicle_depot[preferred] == depot else OTHER_DEPOT_MIN
        if score < least:
            best, least = vehicle, score
    return best


@njit(cache=True)
def _drop(
    tables: Tables, state: State, records: Records, vehicle: int, request: int, arrival: float, portion: float
) -> None:
    """Give a request what the vehicle holds room for, up to a portion of what it wants."""
    kind, depot = tables.vehicle_class[vehicle], tables.vehicle_depot[vehicle]
    most = np.ceil(portion * state.remaining[request] - TINY)
    units = min(_units(tables, state, request, depot, state.room), most)
    if units < 1:
        return
    item = tables.item[request]
    state.remaining[request] -= units
    state.stock[depot, item] -= units
    state.room[0] = max(0.0, state.room[0] - units * tables.unit[item, 0])
    state.room[1] = max(0.0, state.room[1] - units * tables.unit[item, 1])
    share = units / tables.quantity[request]
    lost = tables.weight[request] * late_share(arrival - tables.deadline[request]) + tables.penalty[request, depot]
    state.totals[LATENESS] += share * lost
    state.totals[EFFORT] += share * LAST_RESORT_MIN * tables.last_resort[depot]
    row = int(state.totals[DELIVERIES])
    if row < len(records.deliveries):
        records.deliveries[row, 0] = state.totals[TRIPS]
        records.deliveries[row, 1] = request
        records.deliveries[row, 2] = units
        records.deliveries[row, 3] = arrival
        records.deliveries[row, 4] = arrival + tables.unloading[kind]
    state.totals[DELIVERIES] += 1


@njit(cache=True)
def _stop(
    tables: Tables, state: State, records: Records, vehicle: int, request: int, arrival: float, portion: float
) -> None:
    """Serve ``request`` and then whatever else waits at its place."""
    _drop(tables, state, records, vehicle, request, arrival, portion)
    node = tables.node[request]
    for place in range(tables.first_at_node[node], tables.first_at_node[node + 1]):
        other = tables.at_node[place]
        if other != request and state.remaining[other] > TINY:
            _drop(tables, state, records, vehicle, other, arrival, 1.0)


@njit(cache=True)
def _has_room(tables: Tables, state: State, vehicle: int) -> bool:
    room, left = tables.room[vehicle], state.room
    return bool(left[0] > LITTLE_ROOM * room[0] and left[1] > LITTLE_ROOM * room[1])


@njit(cache=True)
def _next_request(tables: Tables, state: State, vehicle: int, node: int, leaves: float) -> int:
    """The request at another place with the least detour for what it gains, or -1."""
    kind, depot = tables.vehicle_class[vehicle], tables.vehicle_depot[vehicle]
    travel = tables.travel[kind]
    best, least = -1, np.inf
    for request in range(len(tables.node)):
        other = tables.node[request]
        if other == node or state.remaining[request] < TINY:
            continue
        arrival = leaves + travel[node, other]
        if not (arrival <= tables.horizon and travel[other, depot] < np.inf):
            continue
        detour = travel[node, other] + travel[other, depot] - travel[node, depot] + tables.unloading[kind]
        if detour > FURTHER_MINUTES:
            continue
        units = _units(tables, state, request, depot, state.room)
        if units < 1:
            continue
        value = tables.weight[request] * units / tables.quantity[request]
        if arrival > tables.deadline[request]:
            value *= LATE_VALUE
        score = detour / (value + TINY)
        if score < least:
            best, least = request, score
    return best


@njit(cache=True)
def _trip(
    tables: Tables, state: State, records: Records, vehicle: int, request: int, further: int, portion: float
) -> None:
    """Send ``vehicle`` out for ``request`` and up to ``further`` more places, and home."""
    kind, depot = tables.vehicle_class[vehicle], tables.vehicle_depot[vehicle]
    begins = state.free[vehicle]
    state.room[:] = tables.room[vehicle]
    leaves, node = begins + tables.loading[kind], depot
    for stops in range(further + 1):
        arrival = leaves + tables.travel[kind, node, tables.node[request]]
        node = tables.node[request]
        _stop(tables, state, records, vehicle, request, arrival, portion if stops == 0 else 1.0)
        leaves = arrival + tables.unloading[kind]
        if stops == further or not _has_room(tables, state, vehicle):
            break
        request = _next_request(tables, state, vehicle, node, leaves)
        if request < 0:
            break
    back = leaves + tables.travel[kind, node, depot]
    row = int(state.totals[TRIPS])
    if row < len(records.trips):
        records.trips[row, 0] = vehicle
        records.trips[row, 1] = begins
        records.trips[row, 2] = begins + tables.loading[kind]
        records.trips[row, 3] = back
    state.totals[TRIPS] += 1
    state.totals[EFFORT] += back - begins
    state.free[vehicle] = back


@njit(cache=True)
def decode(tables: Tables, state: State, plan: Plan, records: Records, ceiling: float) -> float:
    """Make the trips of ``plan``; ``state`` holds what is left, late and spent.

    Returns
    -------
    float
        Weighted unmet share; unfinished once the lateness is above ``ceiling``.
    """
    state.remaining[:] = tables.quantity
    state.stock[:] = tables.stock
    state.free[:] = tables.start
    state.totals[:] = 0.0
    state.turns[:] = 0
    for call in plan.order:
        request = call % len(tables.quantity)
        state.turns[request] += 1
        while state.remaining[request] > TINY:
            vehicle = _best_vehicle(tables, state, request, plan.patience[call], plan.preferred[call])
            if vehicle < 0:
                break
            _trip(tables, state, records, vehicle, request, plan.further[call], plan.portion[call])
            if state.turns[request] < CALLS:
                break
        if state.totals[LATENESS] > ceiling:
            break
    unmet = 0.0
    for request in range(len(tables.quantity)):
        if tables.quantity[request] > 0:
            unmet += tables.weight[request] * state.remaining[request] / tables.quantity[request]
    return unmet
