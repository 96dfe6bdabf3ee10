"""From an order of tasks and barred pairs to starts: the schedule that both say.

Tasks are manned in their order. A task takes the able teams, not barred from it, that arrive first, until its people
are there; then, from the first to arrive on, it lets go whoever can be spared. It starts when the last of the rest has
arrived; all of them are free for their next task when it is finished. A team arrives first by r_tj, later from its last
task by τ_tjk. Where a team would count as a change, it stands as many minutes further back as its penalty buys of
lateness. Who is held back is never taken: `spare` counts what a group may still give.

Every schedule in which no team could be spared comes from some order (that of its starts) and some barred pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.teams_problem import SLACK_MIN, Bools, Floats, Ints, TeamsProblem

UNSERVED, LATENESS, ARRIVAL = 0, 1, 2
"""Layers of the loss, in the order of what matters: Σ w_j unserved; Σ ℓ_j + Σ c_tj; Σ w_j s_j (weight × min)."""


class Arrays(NamedTuple):
    """What the kernels read of a problem; able teams of task j are ``able_team[able_from[j]:able_from[j + 1]]``."""

    people: Ints
    able_from: Ints
    able_team: Ints
    first_arrival: Floats
    travel: Floats
    need: Ints
    work: Floats
    deadline: Floats
    weight: Floats
    horizon: float
    penalty: Floats
    penalty_minutes: Floats
    is_held: Bools
    spare: Ints
    late_at_once: float
    late_fully: float


class Schedule(NamedTuple):
    """State before the q-th task of an order (rows q), and of each task who mans it and when.

    ``free`` (J + 1, T): when a team is free (min); ``place``: the task where it is, −1 where it has not left;
    ``spare`` (J + 1, G): people a group may still give; ``loss`` (J + 1, 3): the layers so far.
    """

    free: Floats
    place: Ints
    spare: Ints
    loss: Floats
    start: Floats
    manned: Bools
    arrival: Floats


def arrays_of(problem: TeamsProblem) -> Arrays:
    """Lay a problem out for the kernels."""
    teams, tasks = problem.able.shape
    able_task, able_team = np.nonzero(problem.able.T)
    is_held = np.zeros((len(problem.held_back), teams), dtype=np.bool_)
    spare = np.zeros(len(problem.held_back), dtype=np.int64)
    for group, (members, held) in enumerate(problem.held_back):
        is_held[group, list(members)] = True
        spare[group] = problem.people[list(members)].sum() - held
    a_minute = problem.weight * max(1.0 - problem.late_at_once, 0.1) / problem.late_fully_min
    return Arrays(
        people=problem.people,
        able_from=np.searchsorted(able_task, np.arange(tasks + 1)).astype(np.int64),
        able_team=able_team.astype(np.int64),
        first_arrival=problem.first_arrival_min,
        travel=problem.travel_min,
        need=problem.need_people,
        work=problem.work_min,
        deadline=problem.deadline_min,
        weight=problem.weight,
        horizon=float(problem.horizon_min),
        penalty=problem.penalties,
        penalty_minutes=problem.penalties / a_minute,
        is_held=is_held,
        spare=spare,
        late_at_once=float(problem.late_at_once),
        late_fully=float(problem.late_fully_min),
    )


def empty_schedule(arrays: Arrays) -> Schedule:
    """All teams where they are, nothing begun."""
    tasks, teams = len(arrays.need), len(arrays.people)
    return Schedule(
        free=np.zeros((tasks + 1, teams)),
        place=np.full((tasks + 1, teams), -1, dtype=np.int64),
        spare=np.repeat(arrays.spare[None, :], tasks + 1, axis=0),
        loss=np.zeros((tasks + 1, 3)),
        start=np.full(tasks, np.inf),
        manned=np.zeros((tasks, teams), dtype=np.bool_),
        arrival=np.full((tasks, teams), np.inf),
    )


@njit(cache=True)
def lateness_of(arrays, task, start):  # type: ignore[no-untyped-def]
    """ℓ_j(s)."""
    after = start - arrays.deadline[task]
    if after <= SLACK_MIN:
        return 0.0
    share = min(1.0, after / arrays.late_fully)
    return arrays.weight[task] * (arrays.late_at_once + (1.0 - arrays.late_at_once) * share)


@njit(cache=True)
def _may_be_taken(arrays, team, place, spare):  # type: ignore[no-untyped-def]
    """Whether a team has left already, or its groups can give all its people."""
    may = True
    for group in range(len(spare)):
        if arrays.is_held[group, team] and spare[group] < arrays.people[team]:
            may = place[team] >= 0
    return may


@njit(cache=True)
def _give(arrays, team, place, spare, sign):  # type: ignore[no-untyped-def]
    """Take a team's people from what its groups may give, or put them back (sign −1)."""
    if place[team] < 0:
        for group in range(len(spare)):
            if arrays.is_held[group, team]:
                spare[group] -= sign * arrays.people[team]


@njit(cache=True)
def _arrivals(arrays, barred, task, free, place, manned, arrival):  # type: ignore[no-untyped-def]
    """Write when each able team would arrive; infinite where it is barred."""
    for q in range(arrays.able_from[task], arrays.able_from[task + 1]):
        team = arrays.able_team[q]
        manned[team] = False
        if barred[team, task]:
            arrival[team] = np.inf
        elif place[team] < 0:
            arrival[team] = arrays.first_arrival[team, task]
        else:
            arrival[team] = free[team] + arrays.travel[team, place[team], task]


@njit(cache=True)
def _next_team(arrays, task, place, spare, manned, arrival):  # type: ignore[no-untyped-def]
    """The team that arrives first of those not taken, −1 where there is none."""
    found, least = -1, np.inf
    for q in range(arrays.able_from[task], arrays.able_from[task + 1]):
        team = arrays.able_team[q]
        if manned[team] or arrival[team] > arrays.horizon:
            continue
        behind = arrival[team] + arrays.penalty_minutes[team, task]
        if behind < least and _may_be_taken(arrays, team, place, spare):
            found, least = team, behind
    return found


@njit(cache=True)
def _man(arrays, task, place, spare, manned, arrival, taken):  # type: ignore[no-untyped-def]
    """Choose who mans a task; its start, infinite where its people cannot be there in time."""
    count, people = 0, 0
    while people < arrays.need[task]:
        team = _next_team(arrays, task, place, spare, manned, arrival)
        if team < 0:
            break
        manned[team] = True
        _give(arrays, team, place, spare, 1)
        taken[count] = team
        count += 1
        people += arrays.people[team]
    enough = people >= arrays.need[task]
    start = 0.0 if enough else np.inf
    for q in range(count):
        team = taken[q]
        if not enough or people - arrays.people[team] >= arrays.need[task]:
            manned[team] = False
            _give(arrays, team, place, spare, -1)
            people -= arrays.people[team]
        else:
            start = max(start, arrival[team])
    return start


@njit(cache=True)
def decode(arrays, order, barred, begin, schedule, most, factors, taken):  # type: ignore[no-untyped-def]
    """Work out a schedule from the ``begin``-th task on, until its scalar loss passes ``most``.

    Parameters
    ----------
    order : (J,) int
    barred : (T, J) bool
    begin : int
        Rows up to here are as the order says.
    schedule : Schedule
        Written.
    most : float
        Losses only grow with each task, so whoever needs less may stop here.
    factors : (3,)
        Of the layers in the scalar loss.
    taken : (T,) int
        To work with.

    Returns
    -------
    float
        The scalar loss, or infinite where it passes ``most``.
    """
    scalar = 0.0
    for q in range(begin, len(order)):
        task = order[q]
        free, place, spare = schedule.free[q + 1], schedule.place[q + 1], schedule.spare[q + 1]
        loss, manned, arrival = schedule.loss[q + 1], schedule.manned[task], schedule.arrival[task]
        free[:], place[:], spare[:] = schedule.free[q], schedule.place[q], schedule.spare[q]
        loss[:] = schedule.loss[q]
        _arrivals(arrays, barred, task, free, place, manned, arrival)
        start = _man(arrays, task, place, spare, manned, arrival, taken)
        schedule.start[task] = start
        if start == np.inf:
            loss[UNSERVED] += arrays.weight[task]
        else:
            loss[LATENESS] += lateness_of(arrays, task, start)
            loss[ARRIVAL] += arrays.weight[task] * start
            for r in range(arrays.able_from[task], arrays.able_from[task + 1]):
                team = arrays.able_team[r]
                if manned[team]:
                    loss[LATENESS] += arrays.penalty[team, task]
                    free[team] = start + arrays.work[task]
                    place[team] = task
        scalar = factors[0] * loss[0] + factors[1] * loss[1] + factors[2] * loss[2]
        if scalar > most:
            return np.inf
    return scalar
