"""Why a task is late or unserved: asked in this order, the first that holds is told.

no_skill    the people with the skill, all together, are too few
no_way      so are those of them who have a way there within the horizon
held_back   so are those who have a way and are not kept for a next event
too_far     enough of them, sent there at once, still come after the deadline
all_busy    they could have come in time, had they not been sent elsewhere
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.dispatch.reasons.reason import Reason, reason
from optimizer.dispatch.report.clock import Clock
from optimizer.dispatch.team_case import TeamCase
from optimizer.models.dispatch.teams import TeamsSolution
from optimizer.models.dispatch.teams_problem import TeamsProblem

SHOWN = 5


def team_reasons(case: TeamCase, solution: TeamsSolution | None, clock: Clock) -> dict[str, Reason]:
    """Reasons by task, of those that are late or unserved."""
    if case.problem is None or solution is None:
        return {task.id: reason("no_skill", skill=task.skill, have=0, need=task.people) for task in case.tasks}
    problem, start = case.problem, solution.task_start_min
    missed = np.isnan(start) | (problem.lateness(np.nan_to_num(start)) > 0)
    return {
        problem.task_ids[task]: _reason(case, problem, solution, int(task), clock) for task in np.flatnonzero(missed)
    }


def _reason(case: TeamCase, problem: TeamsProblem, solution: TeamsSolution, task: int, clock: Clock) -> Reason:
    need, skill = int(problem.need_people[task]), case.tasks[task].skill
    able = problem.able[:, task]
    have = int(problem.people[able].sum())
    if have < need:
        return reason("no_skill", skill=skill, have=have, need=need)
    arrival = problem.first_arrival_min[:, task]
    reach = able & (arrival <= problem.horizon_min)
    have = int(problem.people[reach].sum())
    if have < need:
        return reason("no_way", skill=skill, have=have, need=need)
    free = have - _kept_back(problem, reach)
    if free < need:
        return reason("held_back", skill=skill, have=free, need=need)
    soonest = np.fmin(_soonest(arrival[reach], problem.people[reach], need), solution.task_start_min[task])
    if soonest > problem.deadline_min[task]:
        return reason("too_far", soonest=clock.at(soonest), deadline=clock.at(float(problem.deadline_min[task])))
    busy = reach & solution.manned.any(axis=1) & ~solution.manned[:, task]
    names = case.roster["team_name"].to_numpy()[busy].tolist()
    listed = "、".join(names[:SHOWN]) + ("…" if len(names) > SHOWN else "")
    until = clock.at(float(problem.deadline_min[task]))
    return reason("all_busy", skill=skill, need=need, names=listed, deadline=until)


def _kept_back(problem: TeamsProblem, reach: NDArray[np.bool_]) -> int:
    """People among those who reach a task that at least one group must keep, the group that keeps most."""
    kept = 0
    for members, held in problem.held_back:
        inside = np.zeros(len(reach), dtype=np.bool_)
        inside[list(members)] = True
        elsewhere = int(problem.people[inside & ~reach].sum())
        kept = max(kept, held - elsewhere)
    return kept


def _soonest(arrival: NDArray[np.float64], people: NDArray[np.int64], need: int) -> float:
    """Minute at which enough people are there if all set out at once."""
    order = np.argsort(arrival, kind="stable")
    return float(arrival[order][np.searchsorted(np.cumsum(people[order]), need)])
