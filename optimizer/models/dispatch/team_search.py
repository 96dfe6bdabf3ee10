"""Simulated annealing over orders of tasks and barred pairs (Kirkpatrick, Gelatt & Vecchi 1983).

A step moves a task in the order, swaps two, or bars a team from a task that it mans (or lets it back in). What stands
before the step in the order is kept, and a schedule is given up as soon as it is too bad to be taken. The scalar that
is cooled leans the layers on one another by `FACTORS`; the best found is kept by the layers themselves, so that nothing
unserved is ever bought with lateness.
"""

from __future__ import annotations

import time
from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.team_schedule import Arrays, Schedule, decode, empty_schedule
from optimizer.models.dispatch.teams_problem import Bools, Floats, Ints

FACTORS = np.array([4.0, 1.0, 0.02 / 1440.0])
"""Of unserved weight, lateness and arrival (weight × min) in the scalar loss."""
STARTS = 2
COOLINGS = 40
"""Temperatures from the first to the last, falling by the same factor."""
WARM, COLD = 0.08, 2e-4
"""First and last temperature, as a share of the mean weight of a task."""
EQUAL = 1e-9
"""Layers that differ by less, as a share of the total weight, are equal."""


class Found(NamedTuple):
    """The best order and barred pairs, their layers, steps made and whether time ran out."""

    order: Ints
    barred: Bools
    loss: Floats
    steps: int
    cut_short: bool


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
def _pair_to_turn(random, arrays, manned, barred, task):  # type: ignore[no-untyped-def]
    """A team of which it matters whether it is barred from a task; −1 where none was drawn."""
    begin, end = arrays.able_from[task], arrays.able_from[task + 1]
    for _ in range(8 if end > begin else 0):
        team = arrays.able_team[begin + int(random.random() * (end - begin))]
        if manned[task, team] or barred[team, task]:
            return team
    return -1


@njit(cache=True)
def _keep(order, begin, tried, kept):  # type: ignore[no-untyped-def]
    """Copy a schedule from the ``begin``-th task on."""
    kept.free[begin + 1 :] = tried.free[begin + 1 :]
    kept.place[begin + 1 :] = tried.place[begin + 1 :]
    kept.spare[begin + 1 :] = tried.spare[begin + 1 :]
    kept.loss[begin + 1 :] = tried.loss[begin + 1 :]
    for q in range(begin, len(order)):
        kept.start[order[q]] = tried.start[order[q]]
        kept.manned[order[q]] = tried.manned[order[q]]


@njit(cache=True)
def _step(random, tasks):  # type: ignore[no-untyped-def]
    """Draw a step: its kind (0 move, 1 swap, 2 pair) and its two places in the order."""
    drawn = random.random()
    kind = 0 if drawn < 0.4 else (1 if drawn < 0.5 else 2)
    return kind, int(random.random() * tasks), int(random.random() * tasks)


@njit(cache=True)
def _turn(kind, order, barred, one, other, team):  # type: ignore[no-untyped-def]
    """Make a step; made once more with its places changed over, it is undone."""
    if kind == 0:
        _move_in_order(order, one, other)
    elif kind == 1:
        order[one], order[other] = order[other], order[one]
    else:
        barred[team, order[one]] = not barred[team, order[one]]


@njit(cache=True)
def _cool(  # type: ignore[no-untyped-def]
    arrays, order, barred, kept, tried, factors, temperature, steps, random, best_order, best_barred, best_loss, equal
):
    """Make ``steps`` steps at one temperature; the best so far is written."""
    tasks = len(order)
    taken = np.empty(len(arrays.people), dtype=np.int64)
    current = (factors * kept.loss[tasks]).sum()
    for _ in range(steps):
        kind, one, other = _step(random, tasks)
        team = -1
        if kind == 2:
            team = _pair_to_turn(random, arrays, kept.manned, barred, order[one])
        if (kind == 2 and team < 0) or (kind < 2 and one == other):
            continue
        begin = one if kind == 2 else min(one, other)
        most = current - temperature * np.log(1.0 - random.random())
        _turn(kind, order, barred, one, other, team)
        tried.free[begin], tried.place[begin] = kept.free[begin], kept.place[begin]
        tried.spare[begin], tried.loss[begin] = kept.spare[begin], kept.loss[begin]
        scalar = decode(arrays, order, barred, begin, tried, most, factors, taken)
        if scalar == np.inf:
            _turn(kind, order, barred, other if kind < 2 else one, one, team)
            continue
        current = scalar
        _keep(order, begin, tried, kept)
        if _is_better(kept.loss[tasks], best_loss, equal):
            best_loss[:], best_order[:], best_barred[:] = kept.loss[tasks], order, barred


def search(arrays: Arrays, *, seed: int, deadline_s: float, steps: int) -> Found:
    """Look for the least loss by its layers until ``steps`` are made or the clock (monotonic, s) shows ``deadline_s``.

    The same seed and steps find the same, unless time cuts the search short.
    """
    random = np.random.default_rng(seed)
    tasks, teams = len(arrays.need), len(arrays.people)
    taken = np.empty(teams, dtype=np.int64)
    best_order, best_barred = np.arange(tasks), np.zeros((teams, tasks), dtype=np.bool_)
    best_loss = np.full(3, np.inf)
    mean, equal = float(arrays.weight.mean()), EQUAL * float(arrays.weight.sum())
    made, chunk = 0, -(-steps // (STARTS * COOLINGS))
    firsts = (np.lexsort((arrays.deadline, -arrays.weight)), np.lexsort((-arrays.weight, arrays.deadline)))
    for number in range(STARTS):
        order, barred = firsts[number % 2].astype(np.int64), np.zeros((teams, tasks), dtype=np.bool_)
        kept, tried = empty_schedule(arrays), empty_schedule(arrays)
        decode(arrays, order, barred, 0, kept, np.inf, FACTORS, taken)
        if tuple(kept.loss[tasks]) < tuple(best_loss):
            best_loss[:], best_order[:], best_barred[:] = kept.loss[tasks], order, barred
        for cooling in range(COOLINGS):
            if time.monotonic() > deadline_s:
                return Found(best_order, best_barred, best_loss, made, True)
            temperature = mean * WARM * (COLD / WARM) ** (cooling / (COOLINGS - 1))
            _cool(
                arrays, order, barred, kept, tried, FACTORS, temperature, chunk, random,
                best_order, best_barred, best_loss, equal,
            )  # fmt: skip
            made += chunk
    return Found(best_order, best_barred, best_loss, made, False)


def schedule_of(arrays: Arrays, found: Found) -> Schedule:
    """The schedule that an order and barred pairs say."""
    schedule = empty_schedule(arrays)
    taken = np.empty(len(arrays.people), dtype=np.int64)
    decode(arrays, found.order, found.barred, 0, schedule, np.inf, FACTORS, taken)
    return schedule
