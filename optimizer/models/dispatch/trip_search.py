"""Simulated annealing over orders of calls (Kirkpatrick, Gelatt & Vecchi 1983); `trips` makes schedules of them.

The best schedule is kept by (weighted unmet, weighted lateness, vehicle minutes), in that order; what is accepted on
the way there goes by one sum of the three, for a search that may never get worse in the first would stand still.
"""

from __future__ import annotations

import time

import numpy as np
from numba import njit

from optimizer.models.dispatch.trips import (
    CALLS,
    EFFORT,
    LATENESS,
    TINY,
    Plan,
    Records,
    State,
    Tables,
    decode,
    records_of,
    state_of,
)

UNMET_FACTOR = 2.0
"""What an unmet share counts against one that is as late as can be."""
EFFORT_SHARE = 2e-7
"""Share of all weight that a vehicle minute counts."""
HOT, COLD = 0.3, 6e-4
"""First and last temperature, as shares of a request's mean weight."""
MOST_FURTHER = 3
PATIENCE_MIN = np.array([0.0, 30.0, 90.0, 200.0])
PORTIONS = np.array([1.0, 1.0, 0.5, 0.25])
CHUNK = 500
"""Iterations between two looks at the clock."""
MOVE_ORDER, MOVE_PATIENCE, MOVE_FURTHER, MOVE_PREFERRED = 0.6, 0.7, 0.82, 0.94
"""Shares of the kinds of moves, summed up; the rest changes the portion."""


def first_plans(tables: Tables) -> list[Plan]:
    """Two plans to begin with: by weight a unit of time left, and by deadline."""
    requests = len(tables.quantity)
    size = CALLS * requests
    # All calls of a request stand together: to begin with it is met before the next.
    urgent = np.lexsort((tables.deadline, -tables.weight)).astype(np.int64)
    soon = np.lexsort((-tables.weight, tables.deadline)).astype(np.int64)
    return [
        Plan(
            (order[:, None] + requests * np.arange(CALLS)).ravel().astype(np.int64),
            np.full(size, 90.0),
            np.full(size, further, np.int64),
            np.full(size, -1, np.int64),
            np.ones(size),
        )
        for order, further in ((urgent, 0), (soon, 2))
    ]


def search_trips(tables: Tables, *, time_limit_s: float, iterations: int, seed: int) -> tuple[Plan, str]:
    """Search from each first plan; the best plan and why the search ended.

    Parameters
    ----------
    time_limit_s : float
        Where it would cut the iterations short, fewer are planned, so that the search still cools down.
    iterations : int
        Of all starts together.
    """
    plans, rng = first_plans(tables), np.random.default_rng(seed)
    began = time.monotonic()
    best, best_key, ended = plans[0], (np.inf, np.inf, np.inf), "iteration limit"
    for place, plan in enumerate(plans):
        until = began + time_limit_s * (place + 1) / len(plans)
        found, key, in_time = _anneal(tables, plan, rng, until, max(1, iterations // len(plans)))
        if _before(key, best_key, _tolerance(tables)):
            best, best_key = found, key
        if not in_time:
            ended = "time limit"
    return best, ended


def _tolerance(tables: Tables) -> float:
    return TINY * max(float(tables.weight.sum()), TINY)


def _anneal(
    tables: Tables, plan: Plan, rng: np.random.Generator, until: float, iterations: int
) -> tuple[Plan, tuple[float, float, float], bool]:
    """Anneal from one plan: the best plan, its key, and whether all iterations were done."""
    state, records = state_of(tables), records_of(0, 0)
    best = Plan(
        plan.order.copy(), plan.patience.copy(), plan.further.copy(), plan.preferred.copy(), plan.portion.copy()
    )
    unmet = decode(tables, state, plan, records, np.inf)
    spent, late = float(state.totals[EFFORT]), float(state.totals[LATENESS])
    keys = np.array([_energy(tables, unmet, late, spent), unmet, late, spent])
    mean = float(tables.weight.mean()) if len(tables.weight) else 0.0
    done, planned, began = 0, iterations, time.monotonic()
    while done < planned and len(tables.weight) and mean > 0:
        left = until - time.monotonic()
        if left <= 0:
            break
        if done:
            rate = done / (time.monotonic() - began)
            planned = min(iterations, done + int(left * rate))
        few = min(CHUNK if done else 50, planned - done)
        temperatures = mean * HOT * (COLD / HOT) ** (np.arange(done, done + few) / planned)
        _steps(tables, state, records, plan, best, keys, rng, temperatures)
        done += few
    return best, (float(keys[1]), float(keys[2]), float(keys[3])), done >= iterations or mean == 0


def _before(key: tuple[float, float, float], other: tuple[float, float, float], tolerance: float) -> bool:
    """Whether ``key`` comes first."""
    if abs(key[0] - other[0]) > tolerance:
        return key[0] < other[0]
    if abs(key[1] - other[1]) > tolerance:
        return key[1] < other[1]
    return key[2] < other[2]


@njit(cache=True)
def _energy(tables: Tables, unmet: float, late: float, spent: float) -> float:
    return float(UNMET_FACTOR * unmet + late + EFFORT_SHARE * tables.weight.sum() * spent)


@njit(cache=True)
def _shift(order: np.ndarray, start: int, end: int) -> None:
    """Take the request at ``start`` to ``end``."""
    moved = order[start]
    step = 1 if end > start else -1
    for place in range(start, end, step):
        order[place] = order[place + step]
    order[end] = moved


@njit(cache=True)
def _change(tables: Tables, plan: Plan, rng: np.random.Generator) -> tuple[int, int, float]:
    """Change the plan a little; the kind of change, where, and what undoes it."""
    size = len(plan.order)
    kind, place = rng.random(), int(rng.integers(0, size))
    if kind < MOVE_ORDER:
        end = int(rng.integers(0, size))
        _shift(plan.order, place, end)
        return 0, place, float(end)
    if kind < MOVE_PATIENCE:
        was = float(plan.patience[place])
        plan.patience[place] = PATIENCE_MIN[rng.integers(0, len(PATIENCE_MIN))]
        return 1, place, was
    if kind < MOVE_FURTHER:
        before = float(plan.further[place])
        plan.further[place] = rng.integers(0, MOST_FURTHER + 1)
        return 2, place, before
    if kind < MOVE_PREFERRED:
        liked = float(plan.preferred[place])
        plan.preferred[place] = rng.integers(-1, len(tables.start))
        return 3, place, liked
    much = float(plan.portion[place])
    plan.portion[place] = PORTIONS[rng.integers(0, len(PORTIONS))]
    return 4, place, much


@njit(cache=True)
def _undo(plan: Plan, kind: int, place: int, was: float) -> None:
    if kind == 0:
        _shift(plan.order, int(was), place)
    elif kind == 1:
        plan.patience[place] = was
    elif kind == 2:
        plan.further[place] = int(was)
    elif kind == 3:
        plan.preferred[place] = int(was)
    else:
        plan.portion[place] = was


@njit(cache=True)
def _better(tables: Tables, keys: np.ndarray, unmet: float, late: float, spent: float) -> bool:
    """Whether the best so far comes after this."""
    tolerance = TINY * tables.weight.sum()
    if abs(unmet - keys[1]) > tolerance:
        return bool(unmet < keys[1])
    if abs(late - keys[2]) > tolerance:
        return bool(late < keys[2])
    return bool(spent < keys[3] - TINY)


@njit(cache=True)
def _steps(
    tables: Tables,
    state: State,
    records: Records,
    plan: Plan,
    best: Plan,
    keys: np.ndarray,
    rng: np.random.Generator,
    temperatures: np.ndarray,
) -> None:
    """One iteration a temperature; ``plan``, ``best`` and ``keys`` are changed in place."""
    for temperature in temperatures:
        kind, place, was = _change(tables, plan, rng)
        ceiling = keys[0] - temperature * np.log(1.0 - rng.random())
        unmet = decode(tables, state, plan, records, ceiling)
        late, spent = state.totals[LATENESS], state.totals[EFFORT]
        energy = _energy(tables, unmet, late, spent)
        if energy > ceiling:
            _undo(plan, kind, place, was)
            continue
        keys[0] = energy
        if _better(tables, keys, unmet, late, spent):
            keys[1], keys[2], keys[3] = unmet, late, spent
            best.order[:] = plan.order
            best.patience[:] = plan.patience
            best.further[:] = plan.further
            best.preferred[:] = plan.preferred
            best.portion[:] = plan.portion
