"""Replays orders against the arrays of a problem, and says what they reach.

It shares no arithmetic with the models: every minute, load and stock is worked out again from the problem's arrays. An
order that breaks a rule or claims what does not come true makes all of it worthless: `BrokenOrdersError` names each.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from benchmarks.dispatch.orders import TeamOrders, TripOrders
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.models.dispatch.teams_problem import TeamsProblem

Floats = NDArray[np.float64]

SLACK = 1e-6
"""Minutes, kilograms and cubic metres that sums may be wrong by."""
LATE_AT_ONCE, LATE_FULLY_MIN = 0.3, 720.0
"""Of a request: share of its weight that is lost just after the deadline, and minutes until all of it is."""


class BrokenOrdersError(ValueError):
    """Orders that break a rule, all of it named."""

    def __init__(self, faults: list[str]):
        self.faults = tuple(faults)
        super().__init__("\n".join(faults))


@dataclass(frozen=True)
class TeamsVerdict:
    """What team orders reach.

    Attributes
    ----------
    unserved, late : float
        Weight.
    changes : float
        Weight of the change penalties.
    late_tasks, unserved_tasks : int
    """

    unserved: float
    late: float
    changes: float
    late_tasks: int
    unserved_tasks: int


@dataclass(frozen=True)
class SuppliesVerdict:
    """What trip orders reach.

    Attributes
    ----------
    unmet, late, changes : float
        Weight.
    people, unmet_people, late_people : float
        In need; never reached; reached after the deadline.
    unmet_units : float
        Units of all items together.
    vehicle_min : float
        From loading to return.
    """

    unmet: float
    late: float
    changes: float
    people: float
    unmet_people: float
    late_people: float
    unmet_units: float
    vehicle_min: float


def judge_teams(problem: TeamsProblem, orders: TeamOrders) -> TeamsVerdict:
    """Replay team by team, then task by task.

    Raises
    ------
    BrokenOrdersError
    """
    faults = _strange("team", orders.team, len(problem.team_ids)) + _strange("task", orders.task, len(problem.task_ids))
    if not faults:
        faults = [fault for team in np.unique(orders.team) for fault in _team_faults(problem, orders, int(team))]
        faults += [fault for task in np.unique(orders.task) for fault in _task_faults(problem, orders, int(task))]
        faults += _held_back_faults(problem, orders)
    if faults:
        raise BrokenOrdersError(faults)
    start = np.full(len(problem.task_ids), np.nan)
    start[orders.task] = orders.start_min
    served = ~np.isnan(start)
    after = np.where(served, start - problem.deadline_min, 0.0)
    share = _late_share(after, problem.late_at_once, problem.late_fully_min)
    return TeamsVerdict(
        unserved=float(problem.weight[~served].sum()),
        late=float((problem.weight * share).sum()),
        changes=float(problem.penalties[orders.team, orders.task].sum()),
        late_tasks=int((after > SLACK).sum()),
        unserved_tasks=int((~served).sum()),
    )


def _late_share(after_min: Floats, at_once: float, fully_min: float) -> Floats:
    share = at_once + (1.0 - at_once) * np.minimum(1.0, after_min / fully_min)
    return np.where(after_min > SLACK, share, 0.0)


def _strange(name: str, numbers: NDArray[np.int64], count: int) -> list[str]:
    return [f"there is no {name} {one}" for one in numbers if not 0 <= one < count]


def _team_faults(problem: TeamsProblem, orders: TeamOrders, team: int) -> Iterator[str]:
    """Skill, and whether the team can be there when it is said to be, one task after another."""
    rows = np.flatnonzero(orders.team == team)
    rows = rows[np.argsort(orders.start_min[rows], kind="stable")]
    name = problem.team_ids[team]
    free, place = 0.0, -1
    for row in rows:
        task = int(orders.task[row])
        label = f"{name} on {problem.task_ids[task]}"
        if not problem.able[team, task]:
            yield f"{label}: it lacks the skill"
        way = problem.first_arrival_min[team, task] if place < 0 else problem.travel_min[team, place, task]
        if not np.isfinite(way):
            yield f"{label}: there is no way"
        elif orders.arrival_min[row] < free + way - SLACK:
            yield f"{label}: claims to be there at {orders.arrival_min[row]:.2f}, can be at {free + way:.2f}"
        free, place = float(orders.start_min[row] + problem.work_min[task]), task


def _task_faults(problem: TeamsProblem, orders: TeamOrders, task: int) -> Iterator[str]:
    """People, one start for all, the horizon, and the finish."""
    rows = np.flatnonzero(orders.task == task)
    name, starts = problem.task_ids[task], orders.start_min[rows]
    if len(np.unique(orders.team[rows])) < len(rows):
        yield f"{name}: a team is sent twice"
    people = int(problem.people[np.unique(orders.team[rows])].sum())
    if people < problem.need_people[task]:
        yield f"{name}: {people} people of {problem.need_people[task]}"
    if np.ptp(starts) > SLACK:
        yield f"{name}: begins at {starts.min():.2f} and at {starts.max():.2f}"
    latest = orders.arrival_min[rows].max()
    if starts.min() < latest - SLACK:
        yield f"{name}: begins at {starts.min():.2f}, the last arrive at {latest:.2f}"
    if starts.max() > problem.horizon_min + SLACK:
        yield f"{name}: begins at {starts.max():.2f}, after the horizon"
    if np.abs(orders.finish_min[rows] - starts - problem.work_min[task]).max() > SLACK:
        yield f"{name}: {problem.work_min[task]:.2f} minutes of work do not lie between its begin and its end"


def _held_back_faults(problem: TeamsProblem, orders: TeamOrders) -> list[str]:
    used = np.zeros(len(problem.team_ids), dtype=bool)
    used[orders.team] = True
    left = [int(problem.people[[t for t in members if not used[t]]].sum()) for members, _ in problem.held_back]
    return [
        f"group {number}: {people} people stay, {held} are held back"
        for number, (people, (_, held)) in enumerate(zip(left, problem.held_back, strict=True))
        if people < held
    ]


def judge_supplies(problem: SuppliesProblem, orders: TripOrders) -> SuppliesVerdict:
    """Replay trip by trip, then vehicle by vehicle, then depot by depot.

    Raises
    ------
    BrokenOrdersError
    """
    faults = _strange("vehicle", orders.vehicle, len(problem.vehicle_ids))
    faults += _strange("request", orders.request, len(problem.request_ids))
    faults += _strange("trip", orders.trip, len(orders.vehicle))
    if not faults:
        faults = [fault for trip in range(len(orders.vehicle)) for fault in _trip_faults(problem, orders, trip)]
        faults += _vehicle_faults(problem, orders) + _amount_faults(problem, orders)
    if faults:
        raise BrokenOrdersError(faults)
    quantity = np.maximum(problem.quantity, SLACK)
    after = orders.arrival_min - problem.deadline_min[orders.request]
    share = orders.units / quantity[orders.request]
    depot = problem.vehicle_depot[orders.vehicle[orders.trip]]
    met = _by_request(problem, orders, share)
    unmet = np.where(problem.quantity > 0, 1.0 - np.minimum(met, 1.0), 0.0)
    late = _by_request(problem, orders, share * (after > SLACK))
    lost = _by_request(problem, orders, share * _late_share(after, LATE_AT_ONCE, LATE_FULLY_MIN))
    return SuppliesVerdict(
        unmet=float((problem.weight * unmet).sum()),
        late=float((problem.weight * lost).sum()),
        changes=float((share * problem.change_penalty[orders.request, depot]).sum()),
        people=float(problem.people.sum()),
        unmet_people=float((problem.people * unmet).sum()),
        late_people=float((problem.people * late).sum()),
        unmet_units=float((problem.quantity * unmet).sum()),
        vehicle_min=float((orders.returns_min - orders.begins_min).sum()),
    )


def _by_request(problem: SuppliesProblem, orders: TripOrders, values: Floats) -> Floats:
    return np.bincount(orders.request, values, len(problem.request_ids)).astype(float)


def _trip_faults(problem: SuppliesProblem, orders: TripOrders, trip: int) -> Iterator[str]:
    """Ways, minutes of arrival and return, stops, mass and volume."""
    vehicle = int(orders.vehicle[trip])
    kind, depot = int(problem.vehicle_class[vehicle]), int(problem.vehicle_depot[vehicle])
    rows = np.flatnonzero(orders.trip == trip)
    label = f"trip {trip} of {problem.vehicle_ids[vehicle]}"
    if not len(rows):
        yield f"{label}: brings nothing"
        return
    places = len(problem.depot_ids) + problem.request_place[orders.request[rows]]
    clock, at = float(orders.begins_min[trip] + problem.loading_min[kind]), depot
    for stop in _in_order(orders.stop[rows]):
        here = rows[orders.stop[rows] == stop]
        node = int(places[orders.stop[rows] == stop][0])
        if (places[orders.stop[rows] == stop] != node).any():
            yield f"{label}: one stop at two places"
        if not np.isfinite(problem.travel_min[kind, at, node]):
            yield f"{label}: there is no way to {problem.place_ids[node - len(problem.depot_ids)]}"
            return
        clock, at = float(clock + problem.travel_min[kind, at, node]), node
        if np.abs(orders.arrival_min[here] - clock).max() > SLACK:
            yield f"{label}: claims to arrive at {orders.arrival_min[here][0]:.2f}, arrives at {clock:.2f}"
        if clock > problem.horizon_min + SLACK:
            yield f"{label}: arrives after the horizon"
        clock += float(problem.unloading_min[kind])
    back = clock + problem.travel_min[kind, at, depot]
    if not abs(back - orders.returns_min[trip]) <= SLACK:
        yield f"{label}: claims to be back at {orders.returns_min[trip]:.2f}, is at {back:.2f}"
    item = problem.request_item[orders.request[rows]]
    for unit, most, name in (
        (problem.mass_kg, problem.payload_kg[vehicle], "kg"),
        (problem.volume_m3, problem.payload_m3[vehicle], "m³"),
    ):
        load = float((unit[item] * orders.units[rows]).sum())
        if load > most + SLACK:
            yield f"{label}: carries {load:.2f} {name} of {most:.2f}"


def _in_order(stops: NDArray[np.int64]) -> list[int]:
    """Stops in the order of their rows; one that is come back to is told twice."""
    return [int(stop) for place, stop in enumerate(stops) if not place or stops[place - 1] != stop]


def _vehicle_faults(problem: SuppliesProblem, orders: TripOrders) -> list[str]:
    """One trip after another, none before vehicle and depot are ready."""
    faults = []
    for vehicle in np.unique(orders.vehicle):
        trips = np.flatnonzero(orders.vehicle == vehicle)
        trips = trips[np.argsort(orders.begins_min[trips], kind="stable")]
        depot = problem.vehicle_depot[vehicle]
        ready = max(problem.ready_min[vehicle], problem.available_min[depot])
        name = problem.vehicle_ids[vehicle]
        if orders.begins_min[trips[0]] < ready - SLACK:
            faults.append(f"{name}: loads at {orders.begins_min[trips[0]]:.2f}, may from {ready:.2f}")
        faults += [
            f"{name}: loads at {orders.begins_min[two]:.2f}, is back at {orders.returns_min[one]:.2f}"
            for one, two in pairwise(trips)
            if orders.begins_min[two] < orders.returns_min[one] - SLACK
        ]
    return faults


def _amount_faults(problem: SuppliesProblem, orders: TripOrders) -> list[str]:
    """Whole units, no more than is wanted, no more than is in stock."""
    faults = [
        f"{problem.request_ids[request]}: {units} units are dropped"
        for request, units in zip(orders.request, orders.units, strict=True)
        if units < 1.0 - SLACK or abs(units - round(units)) > SLACK
    ]
    brought = _by_request(problem, orders, orders.units)
    faults += [
        f"{problem.request_ids[r]}: gets {brought[r]:g} of the {problem.quantity[r]:g} that it wants"
        for r in np.flatnonzero(brought > problem.quantity + SLACK)
    ]
    taken = np.zeros(problem.stock.shape)
    depot = problem.vehicle_depot[orders.vehicle[orders.trip]]
    np.add.at(taken, (depot, problem.request_item[orders.request]), orders.units)
    faults += [
        f"{problem.depot_ids[d]}: gives {taken[d, m]:g} of {problem.stock[d, m]:g} {problem.item_ids[m]}"
        for d, m in np.argwhere(taken > problem.stock + SLACK)
    ]
    return faults
