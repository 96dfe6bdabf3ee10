"""What a step of the search changes, worked out where it changes something.

A step puts one or two tasks elsewhere in the order, or turns a barred pair of one. Two states go through the tasks side
by side, without and with the step. Another task is worked out again only where it may come out otherwise: where a team
that is elsewhere or free at another time in the two (*moved*) stands, in either, before the last whom the task looked
at, or where a group may give other people. As soon as nothing differs any more, the rest stays as it is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit

from optimizer.models.dispatch.team_schedule import Arrays, State, advance, first_state, man, stand
from optimizer.models.dispatch.teams_problem import Bools, Floats, Ints


class Work(NamedTuple):
    """What a trial works with: states with and without the step, moved teams, and the tasks worked out again."""

    state: State
    before: State
    behind: Floats
    moved: Ints
    is_moved: Bools
    redone: Ints
    counts: Ints


class Step(NamedTuple):
    """The tasks (one twice, or two) whose place or barred pair a step alters, and the first and last place of them."""

    one: int
    other: int
    begin: int
    end: int


MOVED, REDONE = 0, 1
"""Places in ``counts``: of the moved teams, and of the tasks worked out again."""


def work_for(arrays: Arrays) -> Work:
    """Room for the trials of a problem."""
    tasks, teams = arrays.able.shape
    return Work(
        state=first_state(arrays),
        before=first_state(arrays),
        behind=np.zeros(teams),
        moved=np.zeros(teams, dtype=np.int64),
        is_moved=np.zeros(teams, dtype=np.bool_),
        redone=np.zeros(tasks, dtype=np.int64),
        counts=np.zeros(2, dtype=np.int64),
    )


@njit(inline="always")
def scalar_of(lost, factors):  # type: ignore[no-untyped-def]
    """The layers of a task leaned on one another."""
    return factors[0] * lost[0] + factors[1] * lost[1] + factors[2] * lost[2]


@njit(cache=True)
def _begin(arrays, order, kept, begin, work):  # type: ignore[no-untyped-def]
    """Set both states to what is before the ``begin``-th task."""
    free, place, is_moved = work.state.free, work.state.place, work.is_moved
    crew, size, start, minutes = kept.crew, kept.size, kept.start, arrays.work
    for team in range(len(free)):
        free[team], place[team], is_moved[team] = 0.0, -1, False
    for q in range(begin):
        task = order[q]
        for r in range(size[task]):
            free[crew[task, r]], place[crew[task, r]] = start[task] + minutes[task], task
    for team in range(len(free)):
        work.before.free[team], work.before.place[team] = free[team], place[team]
    for group in range(len(arrays.spare)):
        work.state.spare[group] = arrays.spare[group]
        for team in range(len(free)):
            if arrays.is_held[group, team] and place[team] >= 0:
                work.state.spare[group] -= arrays.people[team]
        work.before.spare[group] = work.state.spare[group]
    work.counts[MOVED], work.counts[REDONE] = 0, 0


@njit(inline="always")
def _look_at(work, crew, size):  # type: ignore[no-untyped-def]
    """Put teams among the moved where their states differ."""
    free, place, is_moved, moved, many = (
        work.state.free,
        work.state.place,
        work.is_moved,
        work.moved,
        work.counts[MOVED],
    )
    free_before, place_before, many = work.before.free, work.before.place, work.counts[MOVED]
    for q in range(size):
        team = crew[q]
        if not is_moved[team] and (place[team] != place_before[team] or free[team] != free_before[team]):
            is_moved[team] = True
            moved[many] = team
            many += 1
    work.counts[MOVED] = many


@njit(inline="always")
def _look_again(work):  # type: ignore[no-untyped-def]
    """Take out of the moved whoever is where it was before the step."""
    is_moved, moved, many = work.is_moved, work.moved, work.counts[MOVED]
    for q in range(many):
        is_moved[moved[q]] = False
    work.counts[MOVED] = 0
    _look_at(work, moved, many)


@njit(inline="always")
def _gives_other_people(work):  # type: ignore[no-untyped-def]
    """Whether a group may give other people than before."""
    others = 0
    for group in range(len(work.state.spare)):
        others += work.state.spare[group] != work.before.spare[group]
    return others > 0


@njit(cache=True)
def _is_touched(arrays, barred, task, kept, work):  # type: ignore[no-untyped-def]
    """Whether a task may come out otherwise than before."""
    moved, many, behind, last = work.moved, work.counts[MOVED], work.behind, kept.last[task]
    for state in (work.state, work.before):
        stand(arrays, barred, task, state, moved, 0, many, behind)
        for q in range(many):
            if behind[moved[q]] < np.inf and behind[moved[q]] <= last:
                return True
    return _gives_other_people(work)


@njit(cache=True)
def _follow(arrays, task, kept, work):  # type: ignore[no-untyped-def]
    """Do a task in both states as it was done."""
    advance(arrays, kept, task, work.before)
    advance(arrays, kept, task, work.state)


@njit(cache=True)
def _pass(arrays, task, kept, factors, work):  # type: ignore[no-untyped-def]
    """Do a task in the state without the step, as it was done; its scalar loss."""
    advance(arrays, kept, task, work.before)
    _look_at(work, kept.crew[task], kept.size[task])
    return scalar_of(kept.lost[task], factors)


@njit(cache=True)
def _redo(arrays, barred, task, tried, factors, work):  # type: ignore[no-untyped-def]
    """Work a task out again in the state with the step; its scalar loss."""
    man(arrays, barred, task, work.state, tried, work.behind)
    advance(arrays, tried, task, work.state)
    work.redone[work.counts[REDONE]] = task
    work.counts[REDONE] += 1
    _look_at(work, tried.crew[task], tried.size[task])
    return scalar_of(tried.lost[task], factors)


@njit(cache=True)
def try_out(arrays, barred, order, turned, step, kept, tried, rest, most, factors, work):  # type: ignore[no-untyped-def]
    """Work out what a step changes.

    Parameters
    ----------
    barred : (J, T) bool
        With the step.
    order, turned : (J,) int
        Orders before and with the step.
    step : Step
    kept, tried : Schedule
        Before the step, and written: the tasks ``work.redone[: work.counts[REDONE]]`` only.
    rest : (J + 1,)
        Scalar losses of the tasks from a place of ``order`` on.
    most : float
        Growth of the scalar loss beyond which nobody wants to know.
    factors : (3,)
        Of the layers in the scalar loss.

    Returns
    -------
    float
        Growth of the scalar loss, infinite where it passes ``most``.
    """
    _begin(arrays, order, kept, step.begin, work)
    growth, q, r = 0.0, step.begin, step.begin
    while q < len(order) or r < len(order):
        if q < len(order) and (order[q] == step.one or order[q] == step.other):
            growth -= _pass(arrays, order[q], kept, factors, work)
            q += 1
        elif turned[r] == step.one or turned[r] == step.other:
            growth += _redo(arrays, barred, turned[r], tried, factors, work)
            r += 1
        elif _is_touched(arrays, barred, order[q], kept, work):
            growth += _redo(arrays, barred, order[q], tried, factors, work)
            growth -= _pass(arrays, order[q], kept, factors, work)
            q, r = q + 1, r + 1
        else:
            _follow(arrays, order[q], kept, work)
            q, r = q + 1, r + 1
            continue
        _look_again(work)
        is_over = q > step.end and r > step.end and work.counts[MOVED] == 0 and not _gives_other_people(work)
        if is_over or growth - rest[q] > most:
            break
    return growth if growth <= most else np.inf


@njit(cache=True)
def work_out(arrays, barred, order, kept, work):  # type: ignore[no-untyped-def]
    """Work all tasks out."""
    _begin(arrays, order, kept, 0, work)
    for task in order:
        man(arrays, barred, task, work.state, kept, work.behind)
        advance(arrays, kept, task, work.state)


@njit(cache=True)
def add_up(order, kept, rest, loss, factors):  # type: ignore[no-untyped-def]
    """Write the layers of all tasks, and the scalar losses from each place on."""
    loss[0], loss[1], loss[2], rest[len(order)] = 0.0, 0.0, 0.0, 0.0
    for q in range(len(order) - 1, -1, -1):
        for layer in range(3):
            loss[layer] += kept.lost[order[q], layer]
        rest[q] = rest[q + 1] + scalar_of(kept.lost[order[q]], factors)


@njit(cache=True)
def adopt(order, turned, step, kept, tried, work):  # type: ignore[no-untyped-def]
    """Make what was tried what is kept."""
    for q in range(work.counts[REDONE]):
        task = work.redone[q]
        kept.size[task], kept.start[task], kept.last[task] = tried.size[task], tried.start[task], tried.last[task]
        for r in range(tried.size[task]):
            kept.crew[task, r] = tried.crew[task, r]
        for layer in range(3):
            kept.lost[task, layer] = tried.lost[task, layer]
    for q in range(step.begin, step.end + 1):
        order[q] = turned[q]
