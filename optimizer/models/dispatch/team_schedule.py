"""From an order of tasks and barred pairs to starts: the schedule that both say.

Tasks are manned in their order. A task takes the able teams, not barred from it, that arrive first, until its people
are there; then, from the first to arrive on, it lets go whoever can be spared. It starts when the last of the rest has
arrived; all of them are free for their next task when it is finished. A team arrives first by r_tj, later from its last
task by τ_tjk. Where a team would count as a change, it stands as many minutes further back as its penalty buys of
lateness; where it must be asked for, as many as that buys of arrival. Who is held back is never taken: `spare` counts
what a group may still give.

Every schedule in which no team could be spared comes from some order (that of its starts) and some barred pairs.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.teams_problem import SLACK_MIN, Bools, Floats, Ints, TeamsProblem, distinct_travel

UNSERVED, LATENESS, ARRIVAL = 0, 1, 2
"""Layers of the loss, what matters most first: Σ w_j unserved; Σ ℓ_j + Σ c_tj; Σ w_j s_j + Σ f_t (weight × min)."""


class Arrays(NamedTuple):
    """What the kernels read of a problem, the task that is manned first, so that they go along rows.

    The able teams of j are ``able_team[able_from[j]:able_from[j + 1]]``; ``travel`` (K, J to, J from), of which
    ``travel_of`` is a team's.
    """

    people: Ints
    able: Bools
    able_from: Ints
    able_team: Ints
    first_arrival: Floats
    travel: Floats
    opens: Floats
    travel_of: Ints
    need: Ints
    work: Floats
    deadline: Floats
    weight: Floats
    horizon: float
    penalty: Floats
    penalty_minutes: Floats
    asking: Floats
    is_held: Bools
    spare: Ints
    late_at_once: float
    late_fully: float


class Schedule(NamedTuple):
    """Of each task who mans it, when, and what that loses.

    ``crew`` (J, T): the first ``size[j]`` of row j are its teams; ``start`` (J,): minutes, infinite where unserved;
    ``last`` (J,): no team that would stand further back (min) is looked at; ``lost`` (J, 3): its layers.
    """

    crew: Ints
    size: Ints
    start: Floats
    last: Floats
    lost: Floats


class State(NamedTuple):
    """Between two tasks of an order: when a team is free (min), the task where it is (−1: not left), `spare`."""

    free: Floats
    place: Ints
    spare: Ints


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
    travel, opens, travel_of = distinct_travel(problem)
    return Arrays(
        people=problem.people,
        able=np.ascontiguousarray(problem.able.T),
        able_from=np.searchsorted(able_task, np.arange(tasks + 1)).astype(np.int64),
        able_team=able_team.astype(np.int64),
        first_arrival=np.ascontiguousarray(problem.first_arrival_min.T),
        travel=travel.transpose(0, 2, 1).copy(),
        opens=opens.transpose(0, 2, 1).copy(),
        travel_of=travel_of,
        need=problem.need_people,
        work=problem.work_min,
        deadline=problem.deadline_min,
        weight=problem.weight,
        horizon=float(problem.horizon_min),
        penalty=np.ascontiguousarray(problem.penalties.T),
        penalty_minutes=np.ascontiguousarray((problem.penalties / a_minute).T),
        asking=problem.asking,
        is_held=is_held,
        spare=spare,
        late_at_once=float(problem.late_at_once),
        late_fully=float(problem.late_fully_min),
    )


def empty_schedule(arrays: Arrays) -> Schedule:
    """Nothing manned."""
    tasks, teams = arrays.able.shape
    return Schedule(
        crew=np.zeros((tasks, teams), dtype=np.int64),
        size=np.zeros(tasks, dtype=np.int64),
        start=np.full(tasks, np.inf),
        last=np.full(tasks, np.inf),
        lost=np.zeros((tasks, 3)),
    )


def first_state(arrays: Arrays) -> State:
    """All teams where they are."""
    teams = len(arrays.people)
    return State(np.zeros(teams), np.full(teams, -1, dtype=np.int64), arrays.spare.copy())


@njit(inline="always")
def lateness_of(arrays, task, start):  # type: ignore[no-untyped-def]
    """ℓ_j(s)."""
    after = start - arrays.deadline[task]
    if after <= SLACK_MIN:
        return 0.0
    share = min(1.0, after / arrays.late_fully)
    return arrays.weight[task] * (arrays.late_at_once + (1.0 - arrays.late_at_once) * share)


@njit(inline="always")
def arrival_of(arrays, task, team, state):  # type: ignore[no-untyped-def]
    """When a team is at a task at the earliest (min)."""
    if state.place[team] < 0:
        return arrays.first_arrival[task, team]
    way = arrays.travel_of[team]
    leaves = max(state.free[team], arrays.opens[way, task, state.place[team]])
    return leaves + arrays.travel[way, task, state.place[team]]


@njit(cache=True)
def stand(arrays, barred, task, state, teams, begin, end, behind):  # type: ignore[no-untyped-def]
    """Write how far back ``teams[begin:end]`` stand for a task (min): arrival, and what penalty and asking buy.

    Infinite where a team cannot, may not or comes after the horizon. All arrays are unpacked before the loop: numba
    counts references to what is unpacked within, which takes ten times as long.
    """
    able, may_not, first, penalty = arrays.able[task], barred[task], arrays.first_arrival[task], arrays.penalty_minutes
    travel, opens, travel_of, asking = arrays.travel, arrays.opens, arrays.travel_of, arrays.asking
    free, place, horizon, weight = state.free, state.place, arrays.horizon, arrays.weight[task]
    for q in range(begin, end):
        team = teams[q]
        at, asked = place[team], 0.0
        if at < 0:
            arrival, asked = first[team], asking[team] / weight
        else:
            way = travel_of[team]
            arrival = max(free[team], opens[way, task, at]) + travel[way, task, at]
        may = able[team] and not may_not[team] and arrival <= horizon
        behind[team] = arrival + asked + penalty[task, team] if may else np.inf


@njit(inline="always")
def _may_be_taken(arrays, team, state):  # type: ignore[no-untyped-def]
    """Whether a team has left already, or its groups can give all its people."""
    may = True
    for group in range(len(state.spare)):
        if arrays.is_held[group, team] and state.spare[group] < arrays.people[team]:
            may = state.place[team] >= 0
    return may


@njit(inline="always")
def _give(arrays, team, state, sign):  # type: ignore[no-untyped-def]
    """Take a team's people from what its groups may give, or put them back (sign −1)."""
    if state.place[team] < 0:
        for group in range(len(state.spare)):
            if arrays.is_held[group, team]:
                state.spare[group] -= sign * arrays.people[team]


@njit(inline="always")
def _next_team(arrays, task, state, behind):  # type: ignore[no-untyped-def]
    """The team that stands first of those not taken, −1 where there is none."""
    found, least, able_team, is_held = -1, np.inf, arrays.able_team, len(state.spare) > 0
    for q in range(arrays.able_from[task], arrays.able_from[task + 1]):
        team = able_team[q]
        if behind[team] < least and not (is_held and not _may_be_taken(arrays, team, state)):
            found, least = team, behind[team]
    return found


@njit(cache=True)
def _gather(arrays, task, state, crew, behind):  # type: ignore[no-untyped-def]
    """Take teams until the people are there; how many teams and people, and how far back the last stands."""
    count, people, last = 0, 0, 0.0
    while people < arrays.need[task]:
        team = _next_team(arrays, task, state, behind)
        if team < 0:
            return count, people, np.inf
        last = behind[team]
        behind[team] = np.inf
        _give(arrays, team, state, 1)
        crew[count] = team
        count += 1
        people += arrays.people[team]
    return count, people, last


@njit(cache=True)
def man(arrays, barred, task, state, schedule, behind):  # type: ignore[no-untyped-def]
    """Choose who mans a task that is next in a state, and write its crew, start and losses.

    ``behind`` (T,) is to work with.
    """
    stand(arrays, barred, task, state, arrays.able_team, arrays.able_from[task], arrays.able_from[task + 1], behind)
    crew, lost, begins, changes, asked = schedule.crew[task], schedule.lost[task], 0.0, 0.0, 0.0
    count, people, schedule.last[task] = _gather(arrays, task, state, crew, behind)
    enough, size = people >= arrays.need[task], 0
    for q in range(count):
        team = crew[q]
        _give(arrays, team, state, -1)
        if not enough or people - arrays.people[team] >= arrays.need[task]:
            people -= arrays.people[team]
        else:
            begins = max(begins, arrival_of(arrays, task, team, state))
            changes += arrays.penalty[task, team]
            asked += arrays.asking[team] if state.place[team] < 0 else 0.0
            crew[size] = team
            size += 1
    schedule.size[task] = size
    schedule.start[task] = begins if enough else np.inf
    lost[UNSERVED] = 0.0 if enough else arrays.weight[task]
    lost[LATENESS] = lateness_of(arrays, task, begins) + changes if enough else 0.0
    lost[ARRIVAL] = arrays.weight[task] * begins + asked if enough else 0.0


@njit(inline="always")
def advance(arrays, schedule, task, state):  # type: ignore[no-untyped-def]
    """Send the crew of a task there: the state after it."""
    crew, free, place = schedule.crew, state.free, state.place
    until, is_held = schedule.start[task] + arrays.work[task], len(state.spare) > 0
    for q in range(schedule.size[task]):
        team = crew[task, q]
        if is_held:
            _give(arrays, team, state, 1)
        free[team] = until
        place[team] = task


def arrivals(arrays: Arrays, order: Ints, schedule: Schedule) -> Floats:
    """(J, T) when a crew's teams arrive (min); NaN where a team is not sent."""
    state = first_state(arrays)
    at = np.full(arrays.able.shape, np.nan)
    for task in order:
        for team in schedule.crew[task, : schedule.size[task]]:
            at[task, team] = arrival_of(arrays, task, team, state)
        advance(arrays, schedule, task, state)
    return at
