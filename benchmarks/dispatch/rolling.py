"""An hour later further links close: what is under way stays, the rest is decided again.

All minutes still count from the begin of the incident. Links that close are drawn from the ways that orders not yet
begun would take, so that something has to change; none lies on a way that somebody is on.

Teams
    A task is frozen where all its teams have left for it. A team that has left for another task goes there first, and a
    team that was not called is called now.
Supplies
    A trip is frozen once its loading has begun.

A change costs `CHANGE_SHARE` of the weight: of a task for each team on it that was not, of a request for what comes
from a depot that it was not promised from.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchmarks.dispatch.incident import TEAM_CLASS, Incident
from benchmarks.dispatch.orders import TeamOrders, TripOrders
from network.times import paths_from
from optimizer.models.dispatch.supplies_problem import SuppliesProblem

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
Floats = NDArray[np.float64]
Leg = tuple[int, int, int]
"""Class of road vehicles, node from, node to."""

NOW_MIN = 60.0
LATER_LINKS = 20
CHANGE_SHARE = 0.05


def later_teams(incident: Incident, orders: TeamOrders, seed: int) -> tuple[Incident, Bools]:
    """The incident with further links closed, and which rows of ``orders`` are frozen."""
    left_min, from_node = _departures(incident, orders)
    frozen = _frozen_rows(orders, left_min)
    to_node = incident.task_node[orders.task]
    legs = [(TEAM_CLASS, int(a), int(b)) for a, b in zip(from_node, to_node, strict=True)]
    under_way = left_min <= NOW_MIN
    return _close(incident, legs, under_way, seed), frozen


def _departures(incident: Incident, orders: TeamOrders) -> tuple[Floats, Ints]:
    """(K,) when a team leaves for its task, and the node that it leaves."""
    left = np.zeros(len(orders.team))
    node = incident.depot_node[incident.base[orders.team]].astype(np.int64)
    rows = np.lexsort((orders.start_min, orders.team))
    for one, two in pairwise(rows):
        if orders.team[one] == orders.team[two]:
            left[two], node[two] = orders.finish_min[one], incident.task_node[orders.task[one]]
    return left, node


def _frozen_rows(orders: TeamOrders, left_min: Floats) -> Bools:
    waits = np.unique(orders.task[left_min > NOW_MIN])
    return ~np.isin(orders.task, waits)


def teams_again(later: Incident, orders: TeamOrders, frozen: Bools, change_share: float) -> dict[str, Any]:
    """Arguments of the `TeamsProblem` of what is not frozen."""
    arguments, tasks = later.team_arguments, len(later.task_node)
    travel, first = arguments["travel_min"], arguments["first_arrival_min"] + NOW_MIN
    left_min, _ = _departures(later, orders)
    # The last that a team has begun decides where it is and when it is free.
    for row in np.argsort(orders.start_min, kind="stable"):
        team, task = orders.team[row], orders.task[row]
        if frozen[row]:
            first[team] = np.maximum(orders.finish_min[row], NOW_MIN) + travel[task]
        elif left_min[row] <= NOW_MIN:
            first[team] = np.maximum(orders.arrival_min[row], NOW_MIN) + travel[task]
    remaining = np.setdiff1d(np.arange(tasks), orders.task[frozen])
    had = np.zeros(arguments["able"].shape, dtype=bool)
    had[orders.team, orders.task] = True
    penalty = change_share * arguments["weight"] * (had.any(axis=0) & ~had)
    by_pair = {"able": arguments["able"], "first_arrival_min": first, "change_penalty": penalty}
    by_task = ("need_people", "work_min", "deadline_min", "weight")
    return {
        **arguments,
        "task_ids": tuple(arguments["task_ids"][task] for task in remaining),
        "travel_min": travel[np.ix_(remaining, remaining)],
        **{name: values[:, remaining] for name, values in by_pair.items()},
        **{name: arguments[name][remaining] for name in by_task},
    }


def changed_tasks(before: TeamOrders, frozen: Bools, after: TeamOrders, task_ids: Iterable[str]) -> tuple[int, int]:
    """Tasks manned otherwise than was ordered, and those that were ordered and not frozen."""
    number = [int(name.split()[-1]) for name in task_ids]
    had, has = _groups(before.task[~frozen], before.team[~frozen]), _groups(after.task, after.team)
    now = {number[task]: teams for task, teams in has.items()}
    return sum(now.get(task, set()) != teams for task, teams in had.items()), len(had)


def _groups(keys: Ints, values: Ints) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {}
    for key, value in zip(keys.tolist(), values.tolist(), strict=True):
        found.setdefault(key, set()).add(value)
    return found


def later_supplies(incident: Incident, orders: TripOrders, seed: int) -> tuple[Incident, Bools]:
    """The incident with further links closed, and which trips are frozen."""
    frozen = orders.begins_min <= NOW_MIN
    legs, under_way = [], []
    for trip, vehicle in enumerate(orders.vehicle):
        kind = int(incident.supplies.vehicle_class[vehicle])
        if kind >= incident.link_ms.shape[1]:
            continue
        rows = np.flatnonzero(orders.trip == trip)
        home = int(incident.depot_node[incident.supplies.vehicle_depot[vehicle]])
        stops = incident.place_node[incident.supplies.request_place[orders.request[rows]]]
        nodes = [home, *(int(node) for node in stops), home]
        legs += [(kind, a, b) for a, b in pairwise(nodes) if a != b]
        under_way += [bool(frozen[trip])] * (len(legs) - len(under_way))
    return _close(incident, legs, np.array(under_way, dtype=bool), seed), frozen


def supplies_again(
    later: Incident, orders: TripOrders, frozen: Bools, change_share: float
) -> tuple[SuppliesProblem, Ints]:
    """The problem of what is not frozen, and which requests remain."""
    old = later.supplies
    row_frozen = frozen[orders.trip]
    depot = old.vehicle_depot[orders.vehicle[orders.trip]]
    brought = np.bincount(orders.request, orders.units * row_frozen, len(old.request_ids))
    stock = old.stock.copy()
    taken = (depot[row_frozen], old.request_item[orders.request[row_frozen]])
    np.subtract.at(stock, taken, orders.units[row_frozen])
    ready = np.maximum(old.ready_min, NOW_MIN)
    np.maximum.at(ready, orders.vehicle[frozen], orders.returns_min[frozen])
    promised = np.zeros(old.change_penalty.shape, dtype=bool)
    promised[orders.request[~row_frozen], depot[~row_frozen]] = True
    left = old.quantity - brought
    share = np.divide(left, old.quantity, out=np.zeros(len(left)), where=old.quantity > 0)
    weight = old.weight * share
    penalty = change_share * weight[:, None] * (promised.any(axis=1, keepdims=True) & ~promised)
    remaining = np.flatnonzero(left > 0)
    again = replace(
        old,
        request_ids=tuple(old.request_ids[request] for request in remaining),
        stock=stock,
        ready_min=ready,
        request_place=old.request_place[remaining],
        request_item=old.request_item[remaining],
        quantity=left[remaining],
        people=(old.people * share)[remaining],
        weight=weight[remaining],
        deadline_min=old.deadline_min[remaining],
        change_penalty=penalty[remaining],
    )
    return again, remaining


def changed_requests(
    incident: Incident, before: TripOrders, frozen: Bools, after: TripOrders, remaining: Ints
) -> tuple[int, int]:
    """Requests that other depots serve than were promised, and those that were promised something not yet begun."""
    home = incident.supplies.vehicle_depot
    rows = ~frozen[before.trip]
    had = _groups(before.request[rows], home[before.vehicle[before.trip]][rows])
    has = _groups(remaining[after.request], home[after.vehicle[after.trip]])
    return sum(has.get(request, set()) != depots for request, depots in had.items()), len(had)


def _close(incident: Incident, legs: list[Leg], under_way: Bools, seed: int) -> Incident:
    """Close links of legs that nobody is on yet."""
    driven = _links(incident, {leg for leg, now in zip(legs, under_way, strict=True) if now})
    to_come = _links(incident, {leg for leg, now in zip(legs, under_way, strict=True) if not now})
    candidates = np.setdiff1d(to_come, driven)
    count = min(LATER_LINKS, len(candidates))
    return incident.closed(np.random.default_rng(seed).choice(candidates, count, replace=False))


def _links(incident: Incident, legs: set[Leg]) -> Ints:
    """Links of quickest ways."""
    ends: dict[tuple[int, int], list[int]] = {}
    for kind, start, end in sorted(legs):
        ends.setdefault((kind, start), []).append(end)
    ways = [
        way
        for (kind, start), targets in ends.items()
        for way in paths_from(incident.network, np.ascontiguousarray(incident.link_ms[:, kind]), start, targets)
    ]
    return np.unique(np.concatenate([np.empty(0, dtype=np.int32), *ways])).astype(np.int64)
