"""Simulated annealing over orders of tasks and barred pairs (Kirkpatrick, Gelatt & Vecchi 1983).

A step moves a task in the order, swaps two, or bars a team from a task that it mans (or lets it back in); `team_trial`
works out what that changes. The scalar that is cooled leans the layers on one another by `FACTORS`; the best found is
kept by the layers themselves, so that nothing unserved is ever bought with lateness.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.team_schedule import Arrays, Schedule, empty_schedule
from optimizer.models.dispatch.team_trial import Step, add_up, adopt, try_out, work_for, work_out
from optimizer.models.dispatch.teams_problem import Bools, Floats, Ints

FACTORS = np.array([4.0, 1.0, 0.02 / 1440.0])
"""Of unserved weight, lateness and arrival (weight × min) in the scalar loss."""
NEAR = 40
"""Places in the order by which a task is moved at most."""
MOST_STARTS, ENOUGH_TASKS = 8, 40
"""Few tasks are begun with several times: an unlucky start costs all, and a start costs little."""
COOLINGS = 40
"""Temperatures from the first to the last, falling by the same factor."""
WARM, COLD = 0.08, 2e-4
"""First and last temperature, as a share of the mean weight of a task."""
EQUAL = 1e-9
"""Layers that differ by less, as a share of the total weight, are equal."""


class Found(NamedTuple):
    """The best order and its schedule, their layers, steps made and whether time ran out."""

    order: Ints
    schedule: Schedule
    loss: Floats
    steps: int
    cut_short: bool


class Way(NamedTuple):
    """Where the search is, or was at its best: order, barred pairs (J, T), what they say, and its layers.

    ``rest`` (J + 1,): scalar losses of the tasks from a place of the order on.
    """

    order: Ints
    barred: Bools
    schedule: Schedule
    rest: Floats
    loss: Floats


def _way(arrays: Arrays, order: Ints) -> Way:
    """A way to begin with, yet to be worked out."""
    tasks = len(order)
    barred = np.zeros(arrays.able.shape, dtype=np.bool_)
    return Way(order.astype(np.int64), barred, empty_schedule(arrays), np.zeros(tasks + 1), np.full(3, np.inf))


@njit(cache=True)
def _is_better(loss, best, equal):  # type: ignore[no-untyped-def]
    """Whether layers are less, the first that differs deciding."""
    for layer in range(len(loss)):
        tolerance = equal * (1440.0 if layer == len(loss) - 1 else 1.0)
        if loss[layer] < best[layer] - tolerance:
            return True
        if loss[layer] > best[layer] + tolerance:
            return False
    return False


@njit(cache=True)
def _move_in_order(order, origin, target):  # type: ignore[no-untyped-def]
    """Take the task at ``origin`` out and put it in at ``target``."""
    task = order[origin]
    step = 1 if origin < target else -1
    for q in range(origin, target, step):
        order[q] = order[q + step]
    order[target] = task


@njit(cache=True)
def _pair_to_turn(random, arrays, kept, barred, task):  # type: ignore[no-untyped-def]
    """A team of which it matters whether it is barred from a task; −1 where none was drawn."""
    begin, end = arrays.able_from[task], arrays.able_from[task + 1]
    if kept.size[task] > 0 and random.random() < 0.5:
        return kept.crew[task, int(random.random() * kept.size[task])]
    for _ in range(8 if end > begin else 0):
        team = arrays.able_team[begin + int(random.random() * (end - begin))]
        if barred[task, team]:
            return team
    return -1


@njit(cache=True)
def _turn(random, arrays, way, turned):  # type: ignore[no-untyped-def]
    """Make a step at random: the step (from −1: there is none) and the team that it turned (−1: none)."""
    tasks = len(turned)
    drawn, one = random.random(), int(random.random() * tasks)
    other = min(max(one + int((random.random() * 2.0 - 1.0) * NEAR), 0), tasks - 1)
    step = Step(turned[one], turned[one], min(one, other), max(one, other))
    if drawn < 0.4 and one != other:
        _move_in_order(turned, one, other)
        return step, -1
    if drawn < 0.5 and one != other:
        turned[one], turned[other] = turned[other], turned[one]
        return Step(turned[one], turned[other], step.begin, step.end), -1
    team = _pair_to_turn(random, arrays, way.schedule, way.barred, turned[one])
    if team < 0:
        return Step(-1, -1, -1, -1), -1
    way.barred[turned[one], team] = not way.barred[turned[one], team]
    return Step(turned[one], turned[one], one, one), team


@njit(cache=True)
def _copy(way, best):  # type: ignore[no-untyped-def]
    """Keep a way's order and schedule as the best."""
    for q in range(len(way.order)):
        best.order[q] = way.order[q]
        best.schedule.size[q], best.schedule.start[q] = way.schedule.size[q], way.schedule.start[q]
        for r in range(way.schedule.size[q]):
            best.schedule.crew[q, r] = way.schedule.crew[q, r]
    for layer in range(3):
        best.loss[layer] = way.loss[layer]


@njit(cache=True)
def _begin(arrays, way, work, factors, best, equal):  # type: ignore[no-untyped-def]
    """Work a whole way out."""
    work_out(arrays, way.barred, way.order, way.schedule, work)
    add_up(way.order, way.schedule, way.rest, way.loss, factors)
    if _is_better(way.loss, best.loss, equal):
        _copy(way, best)


@njit(cache=True)
def _cool(arrays, way, turned, tried, work, factors, temperature, steps, random, best, equal):  # type: ignore[no-untyped-def]
    """Make ``steps`` steps at one temperature; the best so far is written."""
    for _ in range(steps):
        step, team = _turn(random, arrays, way, turned)
        if step.begin < 0:
            continue
        most = -temperature * np.log(1.0 - random.random())
        growth = try_out(
            arrays, way.barred, way.order, turned, step, way.schedule, tried, way.rest, most, factors, work
        )
        if growth == np.inf:
            if team >= 0:
                way.barred[step.one, team] = not way.barred[step.one, team]
            for q in range(step.begin, step.end + 1):
                turned[q] = way.order[q]
            continue
        adopt(way.order, turned, step, way.schedule, tried, work)
        add_up(way.order, way.schedule, way.rest, way.loss, factors)
        if _is_better(way.loss, best.loss, equal):
            _copy(way, best)


def search(arrays: Arrays, *, seed: int, deadline_s: float, steps: int) -> Found:
    """Look for the least loss by its layers until ``steps`` are made or the clock (monotonic, s) shows ``deadline_s``.

    The same seed and steps find the same, unless time cuts the search short.
    """
    random = np.random.default_rng(seed)
    tasks = len(arrays.need)
    firsts = [np.lexsort((-arrays.weight, arrays.deadline)), np.lexsort((arrays.deadline, -arrays.weight))]
    best, work, tried = _way(arrays, firsts[0]), work_for(arrays), empty_schedule(arrays)
    mean, equal = float(arrays.weight.mean()), EQUAL * float(arrays.weight.sum())
    starts = max(1, min(MOST_STARTS, ENOUGH_TASKS // tasks))
    made, chunk = 0, -(-steps // (starts * COOLINGS))
    for number in range(starts):
        way = _way(arrays, firsts[number] if number < len(firsts) else random.permutation(tasks))
        turned = way.order.copy()
        _begin(arrays, way, work, FACTORS, best, equal)
        for cooling in range(COOLINGS):
            if time.monotonic() > deadline_s:
                return Found(best.order, best.schedule, best.loss, made, True)
            temperature = mean * WARM * (COLD / WARM) ** (cooling / (COOLINGS - 1))
            _cool(arrays, way, turned, tried, work, FACTORS, temperature, chunk, random, best, equal)
            made += chunk
    return Found(best.order, best.schedule, best.loss, made, False)
