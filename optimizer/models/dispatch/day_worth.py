"""What a vehicle's day is worth at most at given prices: a dynamic programme over minutes, looser than any real day.

A trip is known by the farthest of its places only: it lasts at least as long as the round trip there by shortest ways,
and one more unloading where it has several places; it may carry anything wanted no farther away, as much as fits, each
arriving as early as on the direct way. What fits is the least of three knapsacks: kg, m³, and the mean of both. Minutes
are cut off, which is to the good of the vehicle too.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.allocation_bound import Group, reaches_of
from optimizer.models.dispatch.supplies_problem import Floats, Integers, SuppliesProblem
from optimizer.models.dispatch.trips import TINY, late_share

MIXTURES = np.array([1.0, 0.0, 0.5])
"""Share of kg in the knapsacks' measures; the rest is m³."""


class Fleet(NamedTuple):
    """Vehicles that are alike and what they can serve: (K,) requests, nearest first.

    Attributes
    ----------
    requests : (K,) int
    lead, round_trip : (K,)
        Minutes from the beginning of loading to the arrival, and to the return.
    most : (K,)
        Share that one trip brings at most.
    load : (3, K)
        Of the whole request, as shares of the vehicle's room, by `MIXTURES`.
    begin, end : (K,) int
        Where the requests of the same place begin and end.
    """

    requests: Integers
    lead: Floats
    round_trip: Floats
    most: Floats
    load: Floats
    begin: Integers
    end: Integers
    start: float
    unloading: float


class Prices(NamedTuple):
    """What bringing is worth: (R,) profit of a whole request on time, weight by which lateness counts, deadlines."""

    profit: Floats
    loss: Floats
    deadline: Floats


class Programme(NamedTuple):
    """(T,) worth of a day from a minute on, and the trip that it begins with.

    ``leader`` is the first request of the farthest place or -1, ``mixture`` the knapsack, ``places`` whether several.
    """

    worth: Floats
    leader: Integers
    mixture: Integers
    several: Integers


def fleets_of(problem: SuppliesProblem) -> list[tuple[Fleet, Group]]:
    """Vehicles of one class, depot, payload and start."""
    alike: dict[tuple[Any, ...], list[int]] = {}
    for v in np.flatnonzero(np.isfinite(problem.start_min)).tolist():
        key = (
            int(problem.vehicle_class[v]), int(problem.vehicle_depot[v]), float(problem.payload_kg[v]),
            float(problem.payload_m3[v]), float(problem.start_min[v]),
        )  # fmt: skip
        alike.setdefault(key, []).append(v)
    groups = [Group(key[0], key[1], tuple(members)) for key, members in sorted(alike.items())]
    return [
        (_fleet(problem, group, reach.round_trip_min, reach.earliest_min), group)
        for group, reach in zip(groups, reaches_of(problem, groups), strict=True)
    ]


def _fleet(problem: SuppliesProblem, group: Group, round_trip: Floats, earliest: Floats) -> Fleet:
    first = group.vehicles[0]
    able = np.flatnonzero(np.isfinite(earliest) & (problem.quantity > 0))
    requests = able[np.lexsort((problem.request_place[able], round_trip[able]))]
    place, quantity = problem.request_place[requests], problem.quantity[requests]
    units = np.minimum(quantity, problem.stock[group.depot, problem.request_item[requests]])
    shares = []
    for measure, payload in ((problem.mass_kg, problem.payload_kg), (problem.volume_m3, problem.payload_m3)):
        each = measure[problem.request_item[requests]] / max(float(payload[first]), TINY)
        units = np.minimum(units, np.floor(1 / np.maximum(each, TINY * TINY) + TINY))
        shares.append(each * quantity)
    change = np.flatnonzero(np.diff(place)) + 1
    begin, end = np.append(0, change), np.append(change, len(requests))
    return Fleet(
        requests=requests.astype(np.int64),
        lead=earliest[requests] - problem.start_min[first],
        round_trip=round_trip[requests],
        most=units / quantity,
        load=np.array([mixture * shares[0] + (1 - mixture) * shares[1] for mixture in MIXTURES]),
        begin=np.repeat(begin, end - begin).astype(np.int64),
        end=np.repeat(end, end - begin).astype(np.int64),
        start=float(problem.start_min[first]),
        unloading=float(problem.unloading_min[group.kind]),
    )


@njit(cache=True)
def _fill(order: Integers, worth: Floats, most: Floats, load: Floats, begin: int, end: int, shares: Floats) -> float:
    """Fill a vehicle with requests ``begin`` to ``end``, best first: the worth; ``shares`` are set, if given."""
    room, total = 1.0, 0.0
    for request in order:
        if request < begin or request >= end:
            continue
        if worth[request] <= 0 or room <= TINY * TINY:
            break
        share = most[request]
        if load[request] * share > room:
            share = room / load[request]
        room -= load[request] * share
        total += worth[request] * share
        if len(shares):
            shares[request] = share
    return total


@njit(cache=True)
def _sort(order: Integers, worth: Floats, load: Floats) -> None:
    """By worth for load; nearly sorted from the minute before."""
    for place in range(1, len(order)):
        moved = order[place]
        rate = worth[moved] / (load[moved] + TINY)
        hole = place
        while hole > 0 and worth[order[hole - 1]] / (load[order[hole - 1]] + TINY) < rate:
            order[hole] = order[hole - 1]
            hole -= 1
        order[hole] = moved


@njit(cache=True)
def _worth_at(minute: float, fleet: Fleet, prices: Prices, horizon: float, worth: Floats) -> None:
    """(K,) worth of whole requests if loading begins at ``minute``."""
    for place in range(len(fleet.requests)):
        request, arrival = fleet.requests[place], minute + fleet.lead[place]
        late = late_share(arrival - prices.deadline[request])
        worth[place] = prices.profit[request] - prices.loss[request] * late if arrival <= horizon + TINY else 0.0


def empty_programme(horizon_min: float) -> Programme:
    """Room for the minutes until the horizon and the one after it."""
    minutes = int(horizon_min) + 2
    whole = np.zeros((3, minutes), np.int64)
    return Programme(np.zeros(minutes), whole[0], whole[1], whole[2])


@njit(cache=True)
def best_trips(fleet: Fleet, prices: Prices, horizon: float, programme: Programme) -> float:
    """Worth of the best day; the programme is filled, last minute first."""
    size, last = len(fleet.requests), len(programme.worth) - 1
    worth, none = np.zeros(size), np.zeros(0)
    orders = np.empty((len(fleet.load), size), np.int64)
    for mixture in range(len(orders)):
        orders[mixture] = np.arange(size)
    programme.worth[last] = 0.0
    for minute in range(last - 1, int(fleet.start) - 1, -1):
        programme.worth[minute], programme.leader[minute] = programme.worth[minute + 1], -1
        _worth_at(float(minute), fleet, prices, horizon, worth)
        for mixture in range(len(orders)):
            _sort(orders[mixture], worth, fleet.load[mixture])
        leader, most = 0, np.zeros(2)
        while leader < size:
            # No trip is worth more than its best request's worth for its load; kg and m³ are the first mixtures.
            for place in range(leader, fleet.end[leader]):
                most[0] = max(most[0], worth[place] / (fleet.load[0, place] + TINY))
                most[1] = max(most[1], worth[place] / (fleet.load[1, place] + TINY))
            back = min(last, minute + int(fleet.round_trip[leader]))
            if min(most[0], most[1]) * (1 + size * TINY) + programme.worth[back] > programme.worth[minute]:
                _try_leader(fleet, programme, minute, leader, worth, orders, none)
            leader = fleet.end[leader]
    return float(programme.worth[int(fleet.start)])


@njit(cache=True)
def _try_leader(
    fleet: Fleet, programme: Programme, minute: int, leader: int, worth: Floats, orders: Integers, none: Floats
) -> None:
    """Note a trip of this farthest place, alone or not, if it is better."""
    last, begin, end = len(programme.worth) - 1, fleet.begin[leader], fleet.end[leader]
    for several in range(1 if begin == 0 else 2):
        back = min(last, minute + int(fleet.round_trip[leader] + several * fleet.unloading))
        least, by = np.inf, 0
        if not several and end == begin + 1:
            least = worth[leader] * fleet.most[leader]
        for mixture in range(len(orders) if least == np.inf else 0):
            first = 0 if several else begin
            total = _fill(orders[mixture], worth, fleet.most, fleet.load[mixture], first, end, none)
            if total < least:
                least, by = total, mixture
        if least + programme.worth[back] > programme.worth[minute]:
            programme.worth[minute] = least + programme.worth[back]
            programme.leader[minute], programme.mixture[minute], programme.several[minute] = leader, by, several


@njit(cache=True)
def day_of(fleet: Fleet, prices: Prices, horizon: float, programme: Programme) -> tuple[Floats, float]:
    """(R,) shares that the best day brings, and the weighted lateness of it, ``loss`` being the weight."""
    brought, lost = np.zeros(len(prices.profit)), 0.0
    worth, shares = np.zeros(len(fleet.requests)), np.zeros(len(fleet.requests))
    minute, last = int(fleet.start), len(programme.worth) - 1
    while minute < last:
        leader, mixture, several = programme.leader[minute], programme.mixture[minute], programme.several[minute]
        if leader < 0:
            minute += 1
            continue
        _worth_at(float(minute), fleet, prices, horizon, worth)
        order = np.argsort(-worth / (fleet.load[mixture] + TINY))
        shares[:] = 0.0
        begin = 0 if several else fleet.begin[leader]
        _fill(order, worth, fleet.most, fleet.load[mixture], begin, fleet.end[leader], shares)
        for place in range(len(shares)):
            request = fleet.requests[place]
            brought[request] += shares[place]
            late = minute + fleet.lead[place] - prices.deadline[request]
            lost += shares[place] * late_share(late) * prices.loss[request]
        minute += int(fleet.round_trip[leader] + several * fleet.unloading)
    return brought, lost


def compile_kernels() -> None:
    """Have all kernels ready, so that no clock counts their compilation; they are then kept on disk."""
    none, nothing = np.zeros(0, np.int64), np.zeros(0)
    fleet = Fleet(none, nothing, nothing, nothing, np.zeros((len(MIXTURES), 0)), none, none, 0.0, 0.0)
    prices, programme = Prices(nothing, nothing, nothing), empty_programme(1.0)
    best_trips(fleet, prices, 1.0, programme)
    day_of(fleet, prices, 1.0, programme)
