"""The models at work in a process of their own: their orders, what they claim, and what it cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from benchmarks.dispatch.orders import TeamOrders, TripOrders, team_orders, trip_orders
from benchmarks.row import Measured, Unfinished, within
from optimizer.models.dispatch.supplies import dispatch_supplies
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.models.dispatch.teams import dispatch_teams
from optimizer.models.dispatch.teams_problem import TeamsProblem

Orders = TypeVar("Orders", TeamOrders, TripOrders)

SPARE_S = 300.0
"""A process is ended so long after its time limits: loading and compiling take time as well."""


@dataclass(frozen=True)
class Solved(Generic[Orders]):
    """Orders with what the model claims of them.

    Attributes
    ----------
    unserved, late, bound : float
        Weight: of what is left out, of lateness with changes, and the least that both together can be.
    gap : float
        Share of the total weight.
    seconds, wall_seconds : float
        Of the processor, and by the clock.
    """

    orders: Orders
    unserved: float
    late: float
    bound: float
    gap: float
    status: str
    seconds: float
    wall_seconds: float


def solve_apart(
    work: Callable[..., list[Solved[Orders]]], problems: Sequence[object], time_limit_s: float, seed: int
) -> Measured[list[Solved[Orders]]] | Unfinished:
    """Solve ``problems`` one after another in one process of their own."""
    return within(SPARE_S + time_limit_s * len(problems), work, problems, time_limit_s, seed)


def solved_teams(problems: Sequence[dict[str, Any]], time_limit_s: float, seed: int) -> list[Solved[TeamOrders]]:
    """Solve what the arguments of `TeamsProblem` say, after a first call for the compiler's sake."""
    first = TeamsProblem(**problems[0])
    dispatch_teams(_few_tasks(first), time_limit_s=1.0, seed=seed)
    return [_solved_teams(TeamsProblem(**arguments), time_limit_s, seed) for arguments in problems]


def solved_supplies(problems: Sequence[SuppliesProblem], time_limit_s: float, seed: int) -> list[Solved[TripOrders]]:
    """Solve, after a first call for the compiler's sake."""
    dispatch_supplies(problems[0], time_limit_s=1.0, seed=seed, iterations=10)
    return [_solved_supplies(problem, time_limit_s, seed) for problem in problems]


def _few_tasks(problem: TeamsProblem, count: int = 3) -> TeamsProblem:
    return TeamsProblem(
        team_ids=problem.team_ids,
        task_ids=problem.task_ids[:count],
        people=problem.people,
        able=problem.able[:, :count],
        first_arrival_min=problem.first_arrival_min[:, :count],
        travel_min=problem.travel_min[0, :count, :count],
        need_people=problem.need_people[:count],
        work_min=problem.work_min[:count],
        deadline_min=problem.deadline_min[:count],
        weight=problem.weight[:count],
    )


def _solved_teams(problem: TeamsProblem, time_limit_s: float, seed: int) -> Solved[TeamOrders]:
    began, clock = time.process_time(), time.perf_counter()
    found = dispatch_teams(problem, time_limit_s=time_limit_s, seed=seed)
    seconds, wall = time.process_time() - began, time.perf_counter() - clock
    bound = found.unserved_bound + found.lateness_bound
    return Solved(team_orders(found), found.unserved, found.lateness, bound, found.gap, found.status, seconds, wall)


def _solved_supplies(problem: SuppliesProblem, time_limit_s: float, seed: int) -> Solved[TripOrders]:
    began, clock = time.process_time(), time.perf_counter()
    found = dispatch_supplies(problem, time_limit_s=time_limit_s, seed=seed)
    seconds, wall = time.process_time() - began, time.perf_counter() - clock
    unmet, late = found.layers[:2]
    bound = unmet.bound + late.bound
    return Solved(trip_orders(found), unmet.value, late.value, bound, found.gap, found.status, seconds, wall)
