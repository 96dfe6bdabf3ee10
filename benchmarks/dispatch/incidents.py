"""Rows of drawn incidents: the models, their re-plans, and nearest-first, on the same problems under the same judge."""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path

import numpy as np

from benchmarks.dispatch.incident import Incident, draw
from benchmarks.dispatch.judge import SuppliesVerdict, TeamsVerdict, judge_supplies, judge_teams
from benchmarks.dispatch.nearest_first import nearest_supplies, nearest_teams
from benchmarks.dispatch.orders import TeamOrders, TripOrders
from benchmarks.dispatch.rolling import (
    CHANGE_SHARE,
    changed_requests,
    changed_tasks,
    later_supplies,
    later_teams,
    supplies_again,
    teams_again,
)
from benchmarks.dispatch.row import DispatchRow
from benchmarks.dispatch.solving import Solved, solve_apart, solved_supplies, solved_teams
from benchmarks.row import Measured, Unfinished
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.models.dispatch.teams_problem import TeamsProblem

OWN, AGAIN, AGAIN_FREELY = "model", "model, re-plan", "model, re-plan without penalty"
NEAREST, FILLING_UP = "nearest-first", "nearest-first, loads consolidated"
SAME = 1e-6
"""What a model claims and what the judge finds differ by no larger share of the total weight."""


@dataclass(frozen=True)
class Asked:
    """Which incidents to draw, and seconds by the clock for a first plan and for a re-plan."""

    roads: Path
    seeds: range
    sizes: tuple[int, ...] = (1,)
    demands: tuple[float, ...] = (1.0,)
    time_limit_s: float = 10.0
    again_time_limit_s: float = 3.0


def incident_rows(asked: Asked) -> Iterator[DispatchRow]:
    """Draw, solve, take up again, and judge; demand changes supplies alone."""
    for size, demand, seed in product(asked.sizes, asked.demands, asked.seeds):
        incident = draw(asked.roads, seed, size, demand)
        blank = DispatchRow(incident.name, "", 0.0, 0.0, seed=seed, size=size, demand=demand)
        if demand == asked.demands[0]:
            yield from _teams_rows(incident, replace(blank, part="teams"), asked)
        yield from _supplies_rows(incident, replace(blank, part="supplies"), asked)


def _teams_rows(incident: Incident, blank: DispatchRow, asked: Asked) -> Iterator[DispatchRow]:
    seed = blank.seed or 0
    began = time.process_time()
    orders = nearest_teams(incident.teams, incident.task_priority)
    by_hand = replace(blank, engine=NEAREST, seconds=time.process_time() - began)
    yield _judged_teams(by_hand, incident.teams, orders)
    run = solve_apart(solved_teams, [incident.team_arguments], asked.time_limit_s, seed)
    if isinstance(run, Unfinished):
        yield _unfinished(blank, OWN, run)
        return
    (first,) = run.answer
    yield _judged_teams(_own(blank, OWN, run, first), incident.teams, first.orders, first)
    later, frozen = later_teams(incident, first.orders, seed)
    problems = [teams_again(later, first.orders, frozen, share) for share in (CHANGE_SHARE, 0.0)]
    again = solve_apart(solved_teams, problems, asked.again_time_limit_s, seed)
    if isinstance(again, Unfinished):
        yield _unfinished(blank, AGAIN, again)
        return
    for engine, arguments, solved in zip((AGAIN, AGAIN_FREELY), problems, again.answer, strict=True):
        problem = TeamsProblem(**arguments)
        changed, changeable = changed_tasks(first.orders, frozen, solved.orders, problem.task_ids)
        row = replace(_own(blank, engine, again, solved), changed=float(changed), changeable=float(changeable))
        yield _judged_teams(row, problem, solved.orders, solved)


def _supplies_rows(incident: Incident, blank: DispatchRow, asked: Asked) -> Iterator[DispatchRow]:
    seed = blank.seed or 0
    for engine, fills_up in ((NEAREST, False), (FILLING_UP, True)):
        began = time.process_time()
        orders = nearest_supplies(incident.supplies, incident.request_priority, fills_up)
        by_hand = replace(blank, engine=engine, seconds=time.process_time() - began)
        yield _judged_supplies(by_hand, incident.supplies, orders)
    run = solve_apart(solved_supplies, [incident.supplies], asked.time_limit_s, seed)
    if isinstance(run, Unfinished):
        yield _unfinished(blank, OWN, run)
        return
    (first,) = run.answer
    yield _judged_supplies(_own(blank, OWN, run, first), incident.supplies, first.orders, first)
    later, frozen = later_supplies(incident, first.orders, seed)
    problems = [supplies_again(later, first.orders, frozen, share) for share in (CHANGE_SHARE, 0.0)]
    again = solve_apart(solved_supplies, [problem for problem, _ in problems], asked.again_time_limit_s, seed)
    if isinstance(again, Unfinished):
        yield _unfinished(blank, AGAIN, again)
        return
    for engine, (problem, remaining), solved in zip((AGAIN, AGAIN_FREELY), problems, again.answer, strict=True):
        changed, changeable = changed_requests(incident, first.orders, frozen, solved.orders, remaining)
        row = replace(_own(blank, engine, again, solved), changed=float(changed), changeable=float(changeable))
        yield _judged_supplies(row, problem, solved.orders, solved)


def _unfinished(blank: DispatchRow, engine: str, run: Unfinished) -> DispatchRow:
    return replace(blank, engine=engine, seconds=run.seconds, peak_mb=run.peak_mb, status=run.why)


def _own(
    blank: DispatchRow,
    engine: str,
    run: Measured[list[Solved[TeamOrders]]] | Measured[list[Solved[TripOrders]]],
    solved: Solved[TeamOrders] | Solved[TripOrders],
) -> DispatchRow:
    return replace(
        blank,
        engine=engine,
        seconds=solved.seconds,
        wall_seconds=solved.wall_seconds,
        peak_mb=run.peak_mb,
        bound=solved.bound,
        gap=solved.gap,
        status=solved.status,
    )


def _judged_teams(
    row: DispatchRow, problem: TeamsProblem, orders: TeamOrders, claimed: Solved[TeamOrders] | None = None
) -> DispatchRow:
    verdict = judge_teams(problem, orders)
    return replace(
        row,
        value=verdict.unserved + verdict.late + verdict.changes,
        exact=_as_claimed(verdict, claimed, problem.total_weight),
        total_weight=problem.total_weight,
        unserved_weight=verdict.unserved,
        late_weight=verdict.late,
    )


def _judged_supplies(
    row: DispatchRow, problem: SuppliesProblem, orders: TripOrders, claimed: Solved[TripOrders] | None = None
) -> DispatchRow:
    verdict = judge_supplies(problem, orders)
    total = float(problem.weight.sum())
    return replace(
        row,
        value=verdict.unmet + verdict.late + verdict.changes,
        exact=_as_claimed(verdict, claimed, total),
        total_weight=total,
        unserved_weight=verdict.unmet,
        late_weight=verdict.late,
        people=verdict.people,
        unmet_people=verdict.unmet_people,
        late_people=verdict.late_people,
        short_people=verdict.unmet_people + verdict.late_people,
        unmet_units=verdict.unmet_units,
    )


def _as_claimed(
    verdict: TeamsVerdict | SuppliesVerdict, claimed: Solved[TeamOrders] | Solved[TripOrders] | None, total: float
) -> bool | None:
    """Whether the judge finds what the model claims; nothing is claimed by hand."""
    if claimed is None:
        return None
    left_out = verdict.unserved if isinstance(verdict, TeamsVerdict) else verdict.unmet
    found = np.array([left_out, verdict.late + verdict.changes])
    return bool(np.abs(found - [claimed.unserved, claimed.late]).max() <= SAME * total)
