"""Simulated annealing (Kirkpatrick, Gelatt & Vecchi 1983) over the days of vehicles, by the moves of `trip_moves`.

The best days are kept by (weighted unmet, weighted lateness, vehicle minutes), in that order; what is accepted on the
way there goes by one sum of the three, for a search that may never get worse in the first would stand still.
"""

from __future__ import annotations

import time

import numpy as np
from numba import njit

from optimizer.models.dispatch import day_worth
from optimizer.models.dispatch.supplies_problem import Floats, Integers
from optimizer.models.dispatch.trip_moves import (
    EFFORT_SHARE,
    UNMET_FACTOR,
    Flags,
    append_drop,
    near_requests,
    recreate,
    ruin,
)
from optimizer.models.dispatch.trips import OPENS_A_TRIP, TINY, Days, Tables, copy_day, empty_days, unmet_of

HOT, COLD = 0.1, 3e-4
"""First and last temperature, as shares of a request's mean weight."""
REHEATED, WARM = 0.03, 0.01
"""First temperatures of further rounds, and where an earlier plan is to be kept."""
CHUNK_S = 0.05
"""Time between two looks at the clock; before the first, ``FIRST`` iterations."""
FIRST = 5


class Search:
    """Days as they stand, the best so far and what the moves need.

    Parameters
    ----------
    start : Days, optional
        Where to begin; nobody drives otherwise. What is still wanted is added.
    """

    def __init__(self, tables: Tables, *, seed: int, start: Days | None = None) -> None:
        self.tables, self.rng = tables, np.random.default_rng(seed)
        self.total = float(tables.requests["weight"].sum())
        self.touched = np.zeros(len(tables.vehicles), np.bool_)
        self.days, self.kept, self.best = (empty_days(tables) for _ in range(3))
        self.near = near_requests(tables)
        if start is not None:
            _copy(start, self.days)
        recreate(tables, self.days, self.touched, self.total, self.rng)
        self.keys = _keys(tables, self.days, self.total)
        self.best_keys = self.keys.copy()
        _copy(self.days, self.kept)
        _copy(self.days, self.best)

    def run(self, *, time_limit_s: float, iterations: int, hot: float = HOT) -> bool:
        """Cool down once from the best days; whether all iterations were done.

        Parameters
        ----------
        time_limit_s : float
            Where it would cut the iterations short, fewer are planned, so that the search still cools down.
        hot : float
            First temperature, as a share of a request's mean weight.
        """
        began, done, planned, few = time.monotonic(), 0, iterations, FIRST
        if self.total == 0 or not len(self.tables.vehicles):
            return True
        _copy(self.best, self.days)
        _copy(self.best, self.kept)
        self.keys[:] = self.best_keys
        while done < planned and (passed := time.monotonic() - began) < time_limit_s:
            if done:
                planned = min(iterations, max(int(done * time_limit_s / passed), done + 1))
                few = min(max(int(done * CHUNK_S / passed), 1), planned - done)
            cooling = (COLD / hot) ** (np.arange(done, done + few) / planned)
            self._steps(self.total / len(self.tables.requests) * hot * cooling)
            done += few
        return done >= iterations

    def _steps(self, temperatures: Floats) -> None:
        _steps(
            self.tables, self.days, self.kept, self.best, self.keys, self.best_keys,
            self.near, self.touched, self.total, self.rng, temperatures,
        )  # fmt: skip


def compile_kernels(tables: Tables) -> None:
    """Have all kernels ready, so that no clock counts their compilation; they are then kept on disk."""
    one = tables._replace(
        vehicles=tables.vehicles[:1],
        requests=tables.requests[:1],
        penalty=tables.penalty[:1],
        stock=tables.stock.copy(),
    )
    day_worth.compile_kernels()
    if len(one.vehicles) and len(one.requests):
        append_drop(one, empty_days(one), 0, 0, 0.0, OPENS_A_TRIP)
        Search(one, seed=0)._steps(np.ones(1))


@njit(cache=True)
def _keys(tables: Tables, days: Days, total: float) -> Floats:
    """Energy, unmet, lateness and minutes."""
    unmet, late, spent = unmet_of(tables, days), 0.0, 0.0
    for vehicle in range(len(days.sums)):
        late += days.sums[vehicle].lost
        spent += days.sums[vehicle].spent
    energy = UNMET_FACTOR * unmet + late + EFFORT_SHARE * total * spent
    return np.array([energy, unmet, late, spent])


@njit(cache=True)
def _copy(source: Days, target: Days) -> None:
    for vehicle in range(len(source.sums)):
        copy_day(source, target, vehicle)
    target.remaining[:] = source.remaining
    target.stock[:] = source.stock


@njit(cache=True)
def _copy_touched(source: Days, target: Days, touched: Flags) -> None:
    for vehicle in range(len(touched)):
        if touched[vehicle]:
            copy_day(source, target, vehicle)
    target.remaining[:] = source.remaining
    target.stock[:] = source.stock


@njit(cache=True)
def _is_better(keys: Floats, best_keys: Floats, tolerance: float) -> bool:
    """Whether days come before the best so far."""
    for layer in range(1, 3):
        if abs(keys[layer] - best_keys[layer]) > tolerance:
            return bool(keys[layer] < best_keys[layer])
    return bool(keys[3] < best_keys[3] - TINY)


@njit(cache=True)
def _steps(
    tables: Tables,
    days: Days,
    kept: Days,
    best: Days,
    keys: Floats,
    best_keys: Floats,
    near: Integers,
    touched: Flags,
    total: float,
    rng: np.random.Generator,
    temperatures: Floats,
) -> None:
    """One iteration a temperature; ``days`` are those ``kept`` before and after each."""
    for temperature in temperatures:
        touched[:] = False
        ruin(tables, days, near, touched, rng)
        recreate(tables, days, touched, total, rng)
        tried = _keys(tables, days, total)
        if tried[0] > keys[0] - temperature * np.log(1.0 - rng.random()):
            _copy_touched(kept, days, touched)
            continue
        _copy_touched(days, kept, touched)
        keys[:] = tried
        if _is_better(keys, best_keys, TINY * total):
            best_keys[:] = keys
            _copy(days, best)
