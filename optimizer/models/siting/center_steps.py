"""The least measure of longest times over scenarios, by steps.

Given
    v_s0 < v_s1 < …         values that L_s can have; v_s0 is the least that it can be in s alone (`center_bisection`)
    V_s                     some of them, the *steps* of s, and n(v) the value that follows v
    N_si(v)                 sites from which i is reached within v in s

Variables
    y_j ∈ {0, 1}            j is open
    z_sv ∈ [0, 1]           somebody is not reached within v in s, v ∈ V_s

min   measure over s of  L_s = v_s0 + Σ_{v ∈ V_s} (n(v) − n(v⁻)) z_sv       v⁻: the step before; v_s0 for the first
      z_sv + Σ_{j ∈ N_si(v)} y_j ≥ 1                                         i that counts in s             (_unreached)
      Σ_{j ∈ N_si(∞)} y_j ≥ 1                                                likewise, where t⁰ is infinite     (master)
      y ∈ Y

Whoever is not reached within v loses n(v) at least, so the programme bounds the whole from below for whatever steps.
Its y is measured as it is; a scenario that loses more than the programme says gets the step just below its loss. So
the bound rises until it meets the best y found.
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.center_bisection import Center, least_longest
from optimizer.models.siting.cover_within import least_rows
from optimizer.models.siting.longest import Longest
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError, Programme
from optimizer.models.siting.solution import PROVEN_GAP, Progress

Floats = NDArray[np.float64]

ALONE_SHARE = 0.5
"""So much of the time the scenarios alone may take."""


def least_measure(
    longest: Longest,
    problem: SitingProblem,
    *,
    ends: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> Center:
    """Find the openings with the least measure.

    Raises
    ------
    InfeasibleSitingError
    NoIncumbentError
    """
    alone = _alone(longest, problem, ends, threads)
    least = np.array([one.bound for one in alone])
    regret = problem.measure.name == "regret"
    best = np.array(problem.measure.best) if problem.measure.best is not None else least if regret else None
    # A regret held against bounds is no less than the true one, and more by what the bounds leave open at most.
    doubt = 0.0 if best is not least else max(one.value - one.bound for one in alone)
    search = _Search(longest, problem, least, best)
    for one in alone:
        search.try_siting(one.opened)
    # No longest time and no regret is below 0.
    bound = 0.0
    while True:
        try:
            bound, opened = search.master(ends - time.monotonic(), threads, bound, progress)
        except NoIncumbentError as error:
            bound = max(bound, error.bound)
            break
        learnt = search.try_siting(opened)
        near = bound >= search.value - max(gap, PROVEN_GAP) * abs(search.value)
        if near or not learnt or time.monotonic() >= ends:
            break
    bound = min(max(bound - doubt, 0.0), search.value)
    assert search.opened is not None
    return Center(search.opened, search.value, bound, search.value - bound <= gap * abs(search.value))


def _alone(longest: Longest, problem: SitingProblem, ends: float, threads: int) -> list[Center]:
    """The best siting of each scenario."""
    count, found = problem.shape[0], []
    until = time.monotonic() + ALONE_SHARE * (ends - time.monotonic())
    for s in range(count):
        share = max(until - time.monotonic(), 0.0) / (count - s)
        one = longest.alone(s)
        found.append(least_longest(one, problem.openings, ends=time.monotonic() + share, threads=threads))
    return found


class _Search:
    """The best siting so far, and the steps of each scenario."""

    def __init__(self, longest: Longest, problem: SitingProblem, least: Floats, best: Floats | None) -> None:
        self.longest, self.problem, self.least, self.best = longest, problem, least, best
        self.levels = [longest.levels(s) for s in range(len(least))]
        # Places in `levels` of the steps, and their rows.
        self.steps: list[dict[int, Flags]] = [{} for _ in least]
        self.must = [self._rows(s, levels[-1]) for s, levels in enumerate(self.levels)]
        self.opened: Flags | None = None
        self.value = np.inf

    def try_siting(self, opened: Flags) -> bool:
        """Measure a siting, and step just below what every scenario loses by it; whether there was a step to take."""
        before = sum(len(steps) for steps in self.steps)
        losses = self.longest.of(opened)
        value = self.problem.measure.of(losses, self.problem.probability, self.best)
        if value < self.value or self.opened is None:
            self.opened, self.value = opened, value
        for s, loss in enumerate(losses):
            step = int(np.searchsorted(self.levels[s], loss)) - 1
            if np.isfinite(loss) and step >= 0 and self.levels[s][step] >= self.least[s]:
                self._step(s, step)
        return sum(len(steps) for steps in self.steps) > before

    def _step(self, s: int, step: int) -> None:
        if step not in self.steps[s]:
            self.steps[s][step] = self._rows(s, self.levels[s][step])

    def _rows(self, s: int, minutes: float) -> Flags:
        """(r, m) who reaches whom within ``minutes``, of everybody who is not reached along with another."""
        rows = self.longest.covers(s, minutes) & ~self.problem.openings.forbidden
        return rows[least_rows(rows)]

    def master(self, seconds: float, threads: int, bound: float, progress: Progress | None) -> tuple[float, Flags]:
        """Solve the programme of the steps so far: what nothing can be below, and its siting."""
        programme = Programme()
        opened = programme.openings(self.problem.openings)
        for must in self.must:
            if len(must):
                programme.rows([(opened, sparse.csr_array(must.astype(float)))], lower=1.0)
        rise, beyond = [], []
        for s, steps in enumerate(self.steps):
            before = self.least[s]
            for step in sorted(steps):
                after = self.levels[s][step + 1]
                rise.append((s, after - before))
                beyond.append(self._unreached(programme, opened, steps[step]))
                before = after
        columns = np.array(beyond, dtype=np.int64)
        losses = np.zeros((len(self.steps), len(columns)))
        for place, (s, minutes) in enumerate(rise):
            losses[s, place] = minutes
        programme.measure(
            self.problem.measure,
            self.problem.probability,
            [(columns, sparse.csr_array(losses))] if len(columns) else [],
            self.least,
            self.best,
        )

        def tell(value: float, below: float) -> None:
            if progress is not None:
                progress(self.value, max(below, bound))

        found = programme.minimise(time_limit_s=seconds, threads=threads, progress=tell)
        return max(bound, found.bound), np.asarray(found.values[opened] > 0.5)

    def _unreached(self, programme: Programme, opened: NDArray[np.int64], rows: Flags) -> int:
        column = programme.columns(1, upper=1.0)
        each = sparse.csr_array(np.ones((len(rows), 1)))
        programme.rows([(column, each), (opened, sparse.csr_array(rows.astype(float)))], lower=1.0)
        return int(column[0])
