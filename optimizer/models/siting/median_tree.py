"""The median with a number of sites, proven by branch and bound on Lagrangian bounds.

    min Σ_r c_r(y),  c_r(y) = min( u_r, min_{j open} c_rj ),  over y ∈ Y with a number, fixed and forbidden sites alone

Good sitings come from interchange, begun from what the bound's multipliers choose; each better one lets more sites be
settled, so that most matrices shrink to a few dozen sites before the first branch. Branches are on the site chosen most
nearly half of the time, the lowest bound first.
"""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.interchange import Rows, greedy, interchange, total_loss, two_best
from optimizer.models.siting.lagrangian import CLOSED, FREE, OPEN, raise_bound, settle
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.solution import Progress

Floats = NDArray[np.float64]

ROOT_STEPS, NODE_STEPS = 2000, 80
RANDOM_STARTS = 3
NONE = 1e-9
"""A gap of this share is rounding."""
FEWER = 0.8
"""The root is solved again where not more than this share of the sites is left."""
SMALL = 200_000
"""Interchange is tried at every branch of matrices below this size."""
WHOLE = 1e-6
"""Totals of whole numbers are told apart by 1 but for this."""


@dataclass(frozen=True)
class Served:
    """Who can serve each of R rows, at less than leaving it unserved costs.

    Attributes
    ----------
    first : (R + 1,) int
    site, cost : (E,)
        Row r can be served by ``site[first[r]:first[r + 1]]``, at their costs, which rise.
    """

    first: NDArray[np.int64]
    site: NDArray[np.int32]
    cost: Floats

    @staticmethod
    def together(parts: Sequence[Served]) -> Served:
        """Rows of several parts, one after another."""
        counts = np.concatenate([np.zeros(1, dtype=np.int64), *(np.diff(part.first) for part in parts)])
        site, cost = (np.concatenate([getattr(part, name) for part in parts]) for name in ("site", "cost"))
        return Served(np.cumsum(counts), site, cost)

    def rows(self, unserved: Floats) -> Rows:
        """What the compiled steps take: first, site, cost, and ``unserved`` (R,)."""
        return self.first, self.site, self.cost, unserved

    def by(self, columns: NDArray[np.int64], sites: int) -> Served:
        """Keep of m sites the given ones, and number them anew."""
        number = np.full(sites, -1, dtype=np.int32)
        number[columns] = np.arange(len(columns))
        site = number[self.site]
        kept = site >= 0
        first = np.concatenate([[0], np.cumsum(kept)])[self.first]
        return Served(first, site[kept], self.cost[kept])


@dataclass(frozen=True)
class Median:
    """A median problem.

    Attributes
    ----------
    served : Served
    unserved : (R,)
        Cost of a row that nothing serves.
    fixed, forbidden : (m,) bool
    number : int
        Most sites open, the fixed ones among them.
    """

    served: Served
    unserved: Floats
    fixed: Flags
    forbidden: Flags
    number: int


@dataclass(frozen=True)
class Proven:
    """The best siting (m,), its total, and a bound.

    ``stopped`` where time or branches were over; a better siting then opens none but ``possible`` (m,) sites.
    """

    opened: Flags
    value: float
    bound: float
    stopped: bool
    possible: Flags


@dataclass
class _Node:
    bound: float
    status: NDArray[np.int64]
    multiplier: Floats
    split: int


def solve_median(
    median: Median, *, branches: int, time_limit_s: float, gap: float = 0.0, progress: Progress | None = None
) -> Proven:
    """Find the least total and prove it, or stop after so many branches, at the time limit or at a relative ``gap``."""
    return _Tree(median, time.monotonic() + time_limit_s, gap, progress).run(branches)


@cache
def compile_median() -> None:
    """Have everything compiled that `solve_median` calls, before a time limit counts."""
    served = Served(np.array([0, 2, 4]), np.array([0, 1, 1, 0], dtype=np.int32), np.array([1.0, 2.5, 1.0, 2.5]))
    nothing = np.zeros(2, dtype=bool)
    solve_median(Median(served, np.array([4.0, 4.0]), nothing, nothing, 1), branches=1, time_limit_s=np.inf)
    total_loss(*served.rows(np.array([4.0, 4.0])), ~nothing)


class _Tree:
    """One search over the sites that are not settled yet."""

    def __init__(self, median: Median, deadline: float, gap: float, progress: Progress | None) -> None:
        self.all, self.deadline, self.gap, self.progress = median, deadline, gap, progress
        unserved = median.unserved[np.isfinite(median.unserved)]
        self.whole = gap == 0 and _are_whole(median.served.cost) and _are_whole(unserved)
        self._take(np.flatnonzero(~median.forbidden))
        self.best, self.value = self.fixed.copy(), np.inf

    def _take(self, columns: NDArray[np.int64]) -> None:
        """Keep the given sites only; all others are closed for good."""
        self.columns, self.fixed = columns, self.all.fixed[columns]
        served = self.all.served
        if len(columns) < len(self.all.fixed):
            served = served.by(columns, len(self.all.fixed))
        self.rows = served.rows(self.all.unserved)

    @property
    def aim(self) -> float:
        """A bound from here on means that nothing better is left."""
        if not np.isfinite(self.value):
            return np.inf
        return self.value - max(1.0 - WHOLE if self.whole else 0.0, max(self.gap, NONE) * abs(self.value))

    def _over(self) -> bool:
        return time.monotonic() > self.deadline

    def run(self, branches: int) -> Proven:
        """Search until every branch is settled."""
        self._starts()
        root = self._root()
        done, stopped = 0, self._over()
        numbers = itertools.count()
        waiting = [] if root is None else [(root.bound, next(numbers), root)]
        while waiting and waiting[0][0] < self.aim and not stopped:
            node = heapq.heappop(waiting)[2]
            if self.progress is not None:
                self.progress(self.value, node.bound)
            for state in (OPEN, CLOSED):
                child = self._child(node, state)
                if child is not None:
                    heapq.heappush(waiting, (child.bound, next(numbers), child))
            done += 1
            stopped = done >= branches or self._over()
        stopped = stopped and bool(waiting) and waiting[0][0] < self.aim
        settled = self.value if self.whole and self.aim > self.value - 1.0 else self.aim
        bound = max(min(waiting[0][0], settled) if waiting else settled, min(self._least(), self.value))
        opened, possible = np.zeros((2, len(self.all.fixed)), dtype=bool)
        opened[self.columns], possible[self.columns] = self.best, True
        return Proven(opened, self.value, bound, stopped, possible)

    def _least(self) -> float:
        """What the total can't be below: every row served by the site that serves it at least cost."""
        return total_loss(*self.all.served.rows(self.all.unserved), ~self.all.forbidden)

    def _improve(self, opened: Flags) -> bool:
        """Interchange from ``opened``; whether it becomes the best so far."""
        opened = opened.copy()
        value = interchange(self.rows, opened, ~self.fixed, self.deadline)
        better = value < self.value
        if better:
            self.value, self.best = value, opened
        return better

    def _starts(self) -> None:
        """Begin with what greed gives, and with a few sitings at random."""
        left = self.all.number - int(self.fixed.sum())
        opened = self.fixed.copy()
        greedy(self.rows, opened, ~self.fixed, left, self.deadline)
        self._improve(opened)
        draw = np.random.default_rng(0)
        free = np.flatnonzero(~self.fixed)
        for _ in range(RANDOM_STARTS):
            if self._over():
                return
            opened = self.fixed.copy()
            opened[draw.permutation(free)[:left]] = True
            self._improve(opened)

    def _first_multipliers(self) -> Floats:
        """(R,) halfway between the best and the second best of the open sites."""
        count = len(self.all.unserved)
        best, second, site = np.empty(count), np.empty(count), np.empty(count, dtype=np.int64)
        two_best(*self.rows, self.best, best, site, second)
        return np.asarray((best + np.where(np.isfinite(second), second, best)) / 2)

    def _root(self) -> _Node | None:
        """Raise the bound, better the siting and drop sites as long as that goes on."""
        status = np.where(self.fixed, OPEN, FREE).astype(np.int64)
        multiplier = self._first_multipliers()
        while True:
            node, chosen = self._bounded(status, multiplier, ROOT_STEPS)
            if node is None:
                return None
            better = self._improve(chosen)
            kept = (node.status != CLOSED) | self.best
            if self._over() or (not better and kept.mean() > FEWER):
                return node
            status, multiplier = node.status[kept], node.multiplier
            self.best = self.best[kept]
            self._take(self.columns[kept])

    def _child(self, node: _Node, state: int) -> _Node | None:
        """Settle the site that the node splits on; None where nothing better is left."""
        status = node.status.copy()
        status[node.split] = state
        child, chosen = self._bounded(status, node.multiplier, NODE_STEPS)
        if child is not None and len(self.rows[1]) < SMALL:
            self._improve(chosen)
        return child

    def _bounded(self, status: NDArray[np.int64], multiplier: Floats, steps: int) -> tuple[_Node | None, Flags]:
        """Raise the bound of a branch and settle what it settles; None where nothing better is left in it."""
        status = status.copy()
        raised = raise_bound(
            self.rows, status, number=self.all.number, aim=self.aim, steps=steps, multiplier=multiplier,
            deadline=self.deadline,
        )  # fmt: skip
        chosen = raised.chosen
        if raised.bound >= self.aim:
            return None, chosen
        settle(raised.bound, self.aim, raised.reduced, chosen, status)
        free = status == FREE
        if not free.any() or (status == OPEN).sum() >= self.all.number:
            self._improve_exactly(status == OPEN)
            return None, chosen
        split = int(np.argmin(np.where(free, np.abs(raised.often - 0.5), np.inf)))
        return _Node(raised.bound, status, raised.multiplier, split), chosen

    def _improve_exactly(self, opened: Flags) -> None:
        """Take a branch's only siting where it is better."""
        value = total_loss(*self.rows, opened)
        if value < self.value:
            self.value, self.best = value, opened.copy()


def _are_whole(values: Floats) -> bool:
    """Whether every total of ``values`` is a whole number; nearly whole ones may add up to anything."""
    return bool((values == np.round(values)).all())
