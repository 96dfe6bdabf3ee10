"""What no schedule can undercut: bounds that hold in continuous time.

Alone (`Isolated`). e_tj, the earliest that t can be at j by any sequence of tasks, and from it the earliest that j can
start if it had all teams for itself. A task that cannot start by the horizon even so is unserved in every schedule.

Lagrangian. Slot σ holds the starts in (σΔ, (σ+1)Δ] (slot 0 also 0), each understood with `SLACK_MIN` added.

    x_tjσ ∈ {0, 1}   t's path goes by j in σ            y_tjσ ∈ {0, 1}   t is of the cover of j that starts in σ
    min  Σ_j cost of (cover of j, σ) − μ U      s. t.   y_tjσ ≤ x_tjσ  (multiplier α_tjσ ≥ 0)

  paths   from σ ≥ ⌈e_tj/Δ⌉ − 1, then from (j, σ) to (k, σ') with σ' ≥ σ + ⌊θ_tjk/Δ⌋: a start after σΔ is followed by
          one after σΔ + θ_tjk, the least work and travel from j to k by any tasks. Hence a path need not go by where
          α = 0. The dearest path of a team by dynamic programming, latest slot first.
  covers  one slot and a set of able teams with e_tj in it or before and Σ n_t ≥ N_j, by a knapsack; the lateness of a
          slot is that just after its begin, or at the earliest start alone. Or unserved, at μ w_j.

U is the unserved weight allowed; with μ ≥ 0 the bound holds for all schedules with Σ w_j unserved ≤ U. With no
lateness, no penalty, μ = 1 and U = 0 the same bounds the unserved weight itself. α is sought by subgradient steps, each
direction mixed with the last (Camerini, Fratta & Maffioli 1975).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.teams_problem import SLACK_MIN, Bools, Floats, Ints, TeamsProblem, distinct_travel

SLOTS_MIN = (30.0, 20.0, 15.0, 10.0, 6.0, 5.0, 4.0, 3.0, 2.0)
"""Lengths of a slot (min): the longest that no work and travel to the next task fall short of."""
UNSERVED_PRICE = 2.0
"""μ where lateness is bounded."""
PATIENCE, SHORTER, LONGEST, SHORTEST = 25, 0.75, 0.3, 1e-4
MIXED = 0.6
"""Share of the last direction in the next."""
CHUNK = 20


@dataclass(frozen=True, eq=False)
class Isolated:
    """Each task as if it had all teams for itself.

    ``arrival`` (T, J): e_tj (min); ``start`` (J,): earliest start (min), infinite where it is past the horizon.
    """

    arrival: Floats
    start: Floats


class Slots(NamedTuple):
    """The relaxation in slots: pairs of a team (``team_from``) with the tasks that it can be at in time."""

    team_from: Ints
    pair_task: Ints
    pair_of: Ints
    first: Ints
    step: Ints
    step_of: Ints
    cost: Floats
    unserved: Floats
    change: Floats
    people: Ints
    need: Ints


def isolate(problem: TeamsProblem) -> Isolated:
    """Find e_tj by shortest paths over the tasks that t is able to do, and the earliest starts alone."""
    arrival = np.where(problem.able, problem.first_arrival_min, np.inf)
    for team in range(len(problem.team_ids)):
        opens, travel = problem.opened[team], problem.travel_min[team]
        for _ in range(len(problem.task_ids)):
            onward = np.maximum((arrival[team] + problem.work_min)[:, None], opens) + travel
            reached = np.minimum(arrival[team], np.min(onward, axis=0, initial=np.inf))
            reached[~problem.able[team]] = np.inf
            if np.array_equal(reached, arrival[team]):
                break
            arrival[team] = reached
    start = np.full(len(problem.task_ids), np.inf)
    for task in range(len(start)):
        order = np.argsort(arrival[:, task], kind="stable")
        enough = np.searchsorted(np.cumsum(problem.people[order]), problem.need_people[task])
        if enough < len(order) and arrival[order[enough], task] <= problem.horizon_min + SLACK_MIN:
            start[task] = arrival[order[enough], task]
    return Isolated(arrival, start)


def slots_of(problem: TeamsProblem, isolated: Isolated, *, only_unserved: bool) -> Slots | None:
    """Cut time into slots; None where some work and travel are too short for any."""
    can = isolated.arrival <= problem.horizon_min
    can[:, ~np.isfinite(isolated.start)] = False
    travel, _, step_of = distinct_travel(problem)
    after = problem.work_min[None, :, None] + travel
    length = next((one for one in SLOTS_MIN if one <= after.min(initial=np.inf)), None)
    if length is None:
        return None
    count = int(np.ceil(problem.horizon_min / length))
    team, task = np.nonzero(can)
    pair_of = np.full(can.shape, -1, dtype=np.int64)
    pair_of[team, task] = np.arange(len(team))
    begins = np.arange(count) * length
    cost = np.array([problem.lateness(np.maximum(begins + 2 * SLACK_MIN, one), slice(j, j + 1))
                     for j, one in enumerate(isolated.start)])  # fmt: skip
    change = np.zeros_like(problem.penalties) if only_unserved else problem.penalties
    return Slots(
        team_from=np.searchsorted(team, np.arange(len(can) + 1)).astype(np.int64),
        pair_task=task.astype(np.int64),
        pair_of=pair_of,
        first=_slot_of(isolated.arrival, length, count),
        step=np.array([np.minimum(_shortest(one) / length, count) for one in after], dtype=np.int64),
        step_of=step_of,
        cost=np.zeros_like(cost) if only_unserved else cost,
        unserved=problem.weight * (1.0 if only_unserved else UNSERVED_PRICE),
        change=change,
        people=problem.people,
        need=problem.need_people,
    )


def _shortest(after: Floats) -> Floats:
    """θ from each task to each other, by any tasks between (Floyd 1962)."""
    shortest = after.copy()
    for by in range(len(shortest)):
        np.minimum(shortest, shortest[:, by, None] + shortest[by], out=shortest)
    return shortest


def _slot_of(minutes: Floats, length: float, count: int) -> Ints:
    """The slot in which a start falls; ``count`` where it is past the last."""
    slot = np.ceil((np.minimum(minutes, (count + 1) * length) - SLACK_MIN) / length) - 1.0
    return np.clip(slot, 0, count).astype(np.int64)


@njit(cache=True)
def _fill_paths(slots, team, alpha, best, at, following, live):  # type: ignore[no-untyped-def]
    """Value of the dearest path of a team from each task, begun in each slot or later; how many are ``live``."""
    low, count, many = slots.team_from[team], alpha.shape[1], 0
    step, pair_task = slots.step[slots.step_of[team]], slots.pair_task
    for one in range(slots.team_from[team + 1] - low):
        if alpha[low + one].max() > 0.0:
            best[one, count], at[one, count], live[many] = 0.0, -1, one
            many += 1
    for slot in range(count - 1, -1, -1):
        for one in live[:many]:
            best[one, slot], at[one, slot] = best[one, slot + 1], at[one, slot + 1]
            if alpha[low + one, slot] <= 0.0:
                continue
            task, onward, after = pair_task[low + one], 0.0, -1
            for other in live[:many]:
                later = slot + step[task, pair_task[low + other]]
                if other != one and later < count and best[other, later] > onward:
                    onward, after = best[other, later], other
            following[one, slot] = after
            value = alpha[low + one, slot] + onward
            if value > best[one, slot]:
                best[one, slot], at[one, slot] = value, slot
    return many


@njit(cache=True)
def _paths(slots, alpha, gradient, best, at, following, live):  # type: ignore[no-untyped-def]
    """Minus the sum of all teams' dearest paths; they are taken off the gradient."""
    total, count = 0.0, alpha.shape[1]
    for team in range(len(slots.people)):
        many, low = _fill_paths(slots, team, alpha, best, at, following, live), slots.team_from[team]
        value, one, slot = 0.0, -1, 0
        for other in live[:many]:
            begin = slots.first[team, slots.pair_task[low + other]]
            if best[other, begin] > value:
                value, one, slot = best[other, begin], other, begin
        total -= value
        while one >= 0 and slot < count:
            slot = at[one, slot]
            if slot < 0:
                break
            gradient[low + one, slot] -= 1.0
            after = following[one, slot]
            if after >= 0:
                task, onward = slots.pair_task[low + one], slots.pair_task[low + after]
                slot += slots.step[slots.step_of[team], task, onward]
            one = after
    return total


@njit(cache=True)
def _candidates(slots, task, slot, alpha, team_at, price, free_people):  # type: ignore[no-untyped-def]
    """Teams that cost something in a cover, and (first in ``free_people``) the people to be had for nothing."""
    many = 0
    free_people[0] = 0
    for team in range(len(slots.people)):
        pair = slots.pair_of[team, task]
        if pair < 0 or slots.first[team, task] > slot:
            continue
        asked = alpha[pair, slot] + slots.change[team, task]
        if asked <= 0.0:
            free_people[0] += slots.people[team]
        else:
            team_at[many], price[many] = team, asked
            many += 1
    return many


@njit(cache=True)
def _knapsack(slots, need, many, team_at, price, table):  # type: ignore[no-untyped-def]
    """Write the least price of 0 … need people with the first 0 … many teams; that of all."""
    table[0, 0] = 0.0
    table[0, 1 : need + 1] = np.inf
    for q in range(many):
        people = slots.people[team_at[q]]
        for wanted in range(need + 1):
            with_it = table[q, max(wanted - people, 0)] + price[q]
            table[q + 1, wanted] = min(table[q, wanted], with_it) if wanted > 0 else 0.0
    return table[many, need]


@njit(cache=True)
def _take_cover(slots, task, slot, alpha, gradient, team_at, price, table, free_people):  # type: ignore[no-untyped-def]
    """Add the teams of the cheapest cover in a slot to the gradient."""
    many = _candidates(slots, task, slot, alpha, team_at, price, free_people)
    wanted = max(slots.need[task] - free_people[0], 0)
    _knapsack(slots, wanted, many, team_at, price, table)
    left = slots.need[task]
    for q in range(many - 1, -1, -1):
        if wanted > 0 and table[q + 1, wanted] < table[q, wanted]:
            gradient[slots.pair_of[team_at[q], task], slot] += 1.0
            wanted = max(wanted - slots.people[team_at[q]], 0)
            left -= slots.people[team_at[q]]
    for team in range(len(slots.people)):
        pair = slots.pair_of[team, task]
        if left <= 0 or pair < 0 or slots.first[team, task] > slot:
            continue
        if alpha[pair, slot] + slots.change[team, task] <= 0.0:
            gradient[pair, slot] += 1.0
            left -= slots.people[team]


@njit(cache=True)
def _covers(slots, alpha, gradient, is_alive, team_at, price, table, free_people):  # type: ignore[no-untyped-def]
    """Sum of the cheapest cover of each task, or of leaving it; covers are added to the gradient."""
    total = 0.0
    for task in range(len(slots.need)):
        if not is_alive[task]:
            continue
        least, chosen = slots.unserved[task], -1
        for slot in range(alpha.shape[1]):
            if slots.cost[task, slot] >= least:
                break
            many = _candidates(slots, task, slot, alpha, team_at, price, free_people)
            wanted = max(slots.need[task] - free_people[0], 0)
            value = slots.cost[task, slot] + _knapsack(slots, wanted, many, team_at, price, table)
            if value < least:
                least, chosen = value, slot
        total += least
        if chosen >= 0:
            _take_cover(slots, task, chosen, alpha, gradient, team_at, price, table, free_people)
    return total


@njit(cache=True)
def _climb(slots, is_alive, aim, steps, alpha, direction, state):  # type: ignore[no-untyped-def]
    """Make subgradient steps; ``state``: best bound, length of a step, steps without a gain, best of late."""
    tasks, count = slots.cost.shape
    teams = len(slots.people)
    best, at = np.zeros((tasks, count + 1)), np.zeros((tasks, count + 1), dtype=np.int64)
    following, live = np.zeros((tasks, count), dtype=np.int64), np.zeros(tasks, dtype=np.int64)
    team_at, price = np.zeros(teams, dtype=np.int64), np.zeros(teams)
    table = np.zeros((teams + 1, slots.need.max() + 1))
    free_people, gradient = np.zeros(1, dtype=np.int64), np.zeros_like(alpha)
    for _ in range(steps):
        gradient[:] = 0.0
        value = _covers(slots, alpha, gradient, is_alive, team_at, price, table, free_people)
        value += _paths(slots, alpha, gradient, best, at, following, live)
        state[0] = max(state[0], value)
        # Without multipliers the bound is a peak of its own: what counts is whether the climb goes on, not the record.
        if value > state[3] + 1e-4 * abs(state[3]) or state[3] == -np.inf:
            state[2], state[3] = 0.0, value
        else:
            state[2] += 1.0
        if state[2] > PATIENCE:
            state[1], state[2], state[3] = state[1] * SHORTER, 0.0, value
        direction[:] = MIXED * direction + (1.0 - MIXED) * gradient
        norm = (direction * direction).sum()
        if norm < 1e-9 or state[0] >= aim:
            state[1] = 0.0
            return
        alpha[:] = np.maximum(0.0, alpha + state[1] * max(aim - value, 1e-3 * aim) / norm * direction)


class Bound(NamedTuple):
    """What no schedule is below, and whether time ended its climb."""

    value: float
    cut_short: bool


def _raise(slots: Slots, is_alive: Bools, aim: float, enough: float, deadline_s: float) -> Bound:
    """Climb until the bound is ``enough``, the steps are too short or time is over."""
    alpha = np.zeros((len(slots.pair_task), slots.cost.shape[1]))
    direction = np.zeros_like(alpha)
    state = np.array([-np.inf, LONGEST, 0.0, -np.inf])
    while state[1] > SHORTEST and state[0] < enough:
        if state[0] > -np.inf and time.monotonic() > deadline_s:
            return Bound(float(state[0]), True)
        _climb(slots, is_alive, aim, CHUNK, alpha, direction, state)
    return Bound(float(state[0]), False)


def compile_bounds(problem: TeamsProblem) -> None:
    """Have numba compile what the bounds need, or load what it compiled before."""
    isolated = isolate(problem)
    slots = slots_of(problem, isolated, only_unserved=False)
    if slots is not None:
        _raise(slots, np.isfinite(isolated.start), 1.0, np.inf, 0.0)


def bound_unserved(
    problem: TeamsProblem, isolated: Isolated, unserved: float, *, enough: float, deadline_s: float
) -> Bound:
    """Weight that every schedule leaves unserved at least, given one that leaves ``unserved``.

    ``enough`` is a bound that need not be passed; ``deadline_s`` a time of the monotonic clock (s).
    """
    is_alive = np.isfinite(isolated.start)
    lost = float(problem.weight[~is_alive].sum())
    slots = slots_of(problem, isolated, only_unserved=True) if unserved > enough and lost < enough else None
    if slots is None or not is_alive.any():
        return Bound(lost, False)
    raised, cut_short = _raise(slots, is_alive, unserved - lost, enough - lost, deadline_s)
    return Bound(min(max(lost, lost + raised), unserved), cut_short)


def bound_lateness(
    problem: TeamsProblem, isolated: Isolated, unserved: float, lateness: float, *, enough: float, deadline_s: float
) -> Bound:
    """Σ ℓ_j + Σ c_tj at least, for all schedules that leave at most ``unserved``; ``lateness`` is what one has."""
    is_alive = np.isfinite(isolated.start)
    allowed = max(unserved - float(problem.weight[~is_alive].sum()), 0.0)
    alone = 0.0
    if allowed < problem.weight.min(initial=np.inf):
        alone = float(problem.lateness(isolated.start[is_alive], np.flatnonzero(is_alive)).sum())
        allowed = 0.0
    slots = slots_of(problem, isolated, only_unserved=False) if alone < enough else None
    if slots is None or not is_alive.any():
        return Bound(min(alone, lateness), False)
    given_away = UNSERVED_PRICE * allowed
    raised, cut_short = _raise(slots, is_alive, lateness + given_away, enough + given_away, deadline_s)
    return Bound(min(max(alone, raised - given_away, 0.0), lateness), cut_short)


def bound_arrival(problem: TeamsProblem, isolated: Isolated, unserved: float) -> float:
    """Σ w_j s_j at least (weight × min), for all schedules that leave at most ``unserved``: each task alone."""
    is_alive = np.isfinite(isolated.start)
    spared = max(unserved - float(problem.weight[~is_alive].sum()), 0.0)
    starts = isolated.start[is_alive]
    total = float((problem.weight[is_alive] * starts).sum())
    return max(total - spared * float(starts.max(initial=0.0)), 0.0)
