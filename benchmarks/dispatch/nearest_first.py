"""What duty officers do by hand: who is nearest goes first.

Written for comparison, from the arrays of a problem alone; nothing of the models' search is in it. What is urgent comes
first: by priority, then by deadline.

Teams
    Whenever a team becomes free, the officer goes through the tasks that wait. A task gets the able teams that are free
    and have the shortest way to it, until its people are enough; whoever of them can be spared stays. Where all free
    able teams together are too few, it waits.
Supplies
    A request is served from the nearest depot that has some of its item and a vehicle that can still bring it, by the
    vehicle there that arrives first, with as much as it holds, until the request is met. A helicopter is called only
    where no road is open. A trip serves one request; where loads are consolidated, the vehicle fills up with what else
    is wanted at the same place, then at the nearest places, each at most `NEAR_MIN` minutes further.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from benchmarks.dispatch.orders import TeamOrders, TripOrders, orders_of
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.models.dispatch.teams_problem import TeamsProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

NEAR_MIN = 30.0
MOST_STOPS = 4
BY_AIR = "helicopter"


def nearest_teams(problem: TeamsProblem, priority: Ints) -> TeamOrders:
    """Send teams; ``priority`` (J,) has 1 for what comes first."""
    waiting = [int(j) for j in np.lexsort((problem.deadline_min, priority))]
    free = np.zeros(len(problem.team_ids))
    place = np.full(len(problem.team_ids), -1)
    rows: list[tuple[int, int, float, float, float]] = []
    now = 0.0
    while waiting:
        for task in list(waiting):
            way = np.where(place < 0, problem.first_arrival_min[:, task], problem.travel_min[:, place, task].diagonal())
            chosen = _nearest_free(problem, task, (free <= now) & (now + way <= problem.horizon_min), way)
            if not len(chosen):
                continue
            waiting.remove(task)
            start = now + float(way[chosen].max())
            finish = start + float(problem.work_min[task])
            rows += [(int(team), task, now + float(way[team]), start, finish) for team in chosen]
            free[chosen], place[chosen] = finish, task
        later = free[free > now]
        if not len(later):
            break
        now = float(later.min())
    columns = np.array(rows, dtype=float).reshape(-1, 5).T
    return TeamOrders(columns[0].astype(np.int64), columns[1].astype(np.int64), *columns[2:])


def _nearest_free(problem: TeamsProblem, task: int, is_free: Bools, way: Floats) -> Ints:
    """Free able teams, the nearest first, until they are enough; none where all are too few."""
    teams = np.flatnonzero(problem.able[:, task] & is_free)
    teams = teams[np.argsort(way[teams], kind="stable")]
    people = np.cumsum(problem.people[teams])
    need = problem.need_people[task]
    if not len(teams) or people[-1] < need:
        return teams[:0]
    chosen = [int(team) for team in teams[: int(np.searchsorted(people, need)) + 1]]
    for team in list(chosen):
        if problem.people[chosen].sum() - problem.people[team] >= need:
            chosen.remove(team)
    return np.array(chosen)


class _Officer:
    """Trips written down one by one, with what is left."""

    def __init__(self, problem: SuppliesProblem):
        self.problem = problem
        self.free = np.maximum(problem.ready_min, problem.available_min[problem.vehicle_depot]).astype(float)
        self.stock = problem.stock.astype(float).copy()
        self.wanted = problem.quantity.astype(float).copy()
        self.node = problem.request_place + len(problem.depot_ids)
        self.is_by_air = np.array([problem.class_ids[kind] == BY_AIR for kind in problem.vehicle_class])
        self.trips: list[tuple[int, float, float]] = []
        self.drops: list[tuple[int, int, int, float, float]] = []

    def vehicle_for(self, request: int) -> int:
        """The vehicle that goes, −1 where none can."""
        problem, node, item = self.problem, self.node[request], self.problem.request_item[request]
        kind, depot = problem.vehicle_class, problem.vehicle_depot
        out, back = problem.travel_min[kind, depot, node], problem.travel_min[kind, node, depot]
        has_way = np.isfinite(out) & np.isfinite(back)
        holds = (problem.payload_kg >= problem.mass_kg[item]) & (problem.payload_m3 >= problem.volume_m3[item])
        arrival = self.free + problem.loading_min[kind] + out
        can = has_way & holds & (arrival <= problem.horizon_min) & (self.stock[depot, item] >= 1)
        if (has_way & ~self.is_by_air).any():
            can &= ~self.is_by_air
        if not can.any():
            return -1
        nearest = depot[np.argmin(np.where(can, out, np.inf))]
        return int(np.argmin(np.where(can & (depot == nearest), arrival, np.inf)))

    def drop(self, request: int, vehicle: int, stop: int, arrival: float, room: Floats) -> None:
        """Write down a drop of as much as there is room for, if that is something."""
        problem, item = self.problem, self.problem.request_item[request]
        depot = problem.vehicle_depot[vehicle]
        unit = np.array([problem.mass_kg[item], problem.volume_m3[item]])
        most = np.divide(room, unit, out=np.full(2, np.inf), where=unit > 0).min()
        units = float(np.floor(min(self.wanted[request], self.stock[depot, item], most) + 1e-9))
        if units < 1:
            return
        self.wanted[request] -= units
        self.stock[depot, item] -= units
        room -= units * unit
        self.drops.append((len(self.trips), stop, request, units, arrival))

    def trip(self, vehicle: int, request: int, order: Ints, fills_up: bool) -> None:
        """Send a vehicle out for a request and, where it fills up, for what ``order`` has near it."""
        problem = self.problem
        kind, depot = problem.vehicle_class[vehicle], problem.vehicle_depot[vehicle]
        travel = problem.travel_min[kind]
        begins = float(self.free[vehicle])
        clock, at = begins + float(problem.loading_min[kind]), int(depot)
        room = np.array([problem.payload_kg[vehicle], problem.payload_m3[vehicle]])
        node, stop = int(self.node[request]), 0
        while node >= 0:
            clock, at = clock + float(travel[at, node]), node
            self.drop(request, vehicle, stop, clock, room)
            for other in order[(self.node[order] == node) & fills_up]:
                self.drop(int(other), vehicle, stop, clock, room)
            clock, stop = clock + float(problem.unloading_min[kind]), stop + 1
            request, node = (
                self.next_stop(vehicle, at, clock, order, room) if fills_up and stop < MOST_STOPS else (-1, -1)
            )
        self.free[vehicle] = clock + travel[at, depot]
        self.trips.append((vehicle, begins, float(self.free[vehicle])))

    def next_stop(self, vehicle: int, at: int, clock: float, order: Ints, room: Floats) -> tuple[int, int]:
        """The nearest other place that wants what the depot has and fits: its first request and node; −1: none."""
        problem = self.problem
        kind, depot = problem.vehicle_class[vehicle], problem.vehicle_depot[vehicle]
        travel, node, item = problem.travel_min[kind], self.node[order], problem.request_item[order]
        way = travel[at, node]
        fits = (problem.mass_kg[item] <= room[0]) & (problem.volume_m3[item] <= room[1])
        can = fits & (self.wanted[order] >= 1) & (self.stock[depot, item] >= 1) & (node != at)
        can &= (way <= NEAR_MIN) & (clock + way <= problem.horizon_min) & np.isfinite(travel[node, depot])
        if not can.any():
            return -1, -1
        nearest = int(np.argmin(np.where(can, way, np.inf)))
        return int(order[nearest]), int(node[nearest])


def nearest_supplies(problem: SuppliesProblem, priority: Ints, fills_up: bool = False) -> TripOrders:
    """Send supplies; ``priority`` (R,) has 1 for what comes first."""
    officer = _Officer(problem)
    order = np.lexsort((problem.deadline_min, priority)).astype(np.int64)
    for request in order:
        while officer.wanted[request] >= 1 and (vehicle := officer.vehicle_for(int(request))) >= 0:
            officer.trip(vehicle, int(request), order, fills_up)
    return orders_of(officer.trips, officer.drops)
