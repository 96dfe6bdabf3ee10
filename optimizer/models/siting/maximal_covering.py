"""Maximal covering: the least weight that no open site reaches within its standard time.

Sets, parameters and Y are those of `optimizer.models.siting.problem`; T_ij is the standard time. Demand that the same
sites cover, in whatever scenario, is one row r of weight W_r (`packed_covers`), N_r the sites that cover it.

Variables
    y_j ∈ {0, 1}    j is open
    z_r ∈ [0, 1]    nobody covers r

min   measure over s of  Σ_r W_sr z_r                                                                  (people)
      z_r + Σ_{j ∈ N_r} y_j ≥ 1         r
      y ∈ Y

Church & ReVelle (1974). With nothing but a number of sites to keep to and the expectation for a measure it is a median
whose rows cost nothing where they are covered: Lagrangian bounds (`median_tree`) settle most sites, and what is left is
solved as it stands above. All else is solved by `least_losses`.
"""

from __future__ import annotations

import time

import numpy as np
from scipy import sparse

from optimizer.models.siting.faults import Finding, InvalidSitingError
from optimizer.models.siting.least_losses import least_losses, median_of_rows
from optimizer.models.siting.median_tree import Proven, compile_median, solve_median
from optimizer.models.siting.packed_covers import PackedCovers, packed_covers
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError, Programme
from optimizer.models.siting.radius import Sited
from optimizer.models.siting.solution import Progress, SitingSolution, nearest_open, status_of

MOST_DENSE = 20_000_000
"""Rows times sites up to which a programme takes over from the first bound; beyond it branches go on."""
ENDLESS = 10**9


def solve_maximal_covering(
    problem: SitingProblem,
    *,
    time_limit_s: float = 600.0,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> SitingSolution:
    """Find the siting that leaves the least weight uncovered.

    Raises
    ------
    InvalidSitingError
        Without standard times.
    InfeasibleSitingError
    """
    if problem.limit_min is None:
        raise InvalidSitingError([Finding("limit_missing", {"model": "maximal-covering"})])
    compile_median()
    began = time.monotonic()
    covers = packed_covers(problem)
    if problem.openings.counts_alone and problem.measure.name == "expected":
        found = _by_median(covers, problem, began + time_limit_s, threads, gap, progress)
    else:
        left = began + time_limit_s - time.monotonic()
        found = least_losses(covers.losses(), problem, time_limit_s=left, threads=threads, gap=gap, progress=progress)
    return SitingSolution(
        model="maximal-covering",
        problem=problem,
        opened=found.opened,
        value=found.value,
        bound=found.bound,
        unit="people",
        server=nearest_open(problem, found.opened),
        scenario_losses=covers.uncovered(found.opened),
        status=status_of(found.value, found.bound, stopped=not found.stopped),
        seconds=time.monotonic() - began,
    )


def _by_median(
    covers: PackedCovers, problem: SitingProblem, ends: float, threads: int, gap: float, progress: Progress | None
) -> Sited:
    """Settle what Lagrangian bounds settle, and choose among the rest."""
    expected = np.asarray(problem.probability @ covers.weight)
    median = median_of_rows(covers.served(), expected, problem.openings)
    dense = len(covers.bits) * covers.sites <= MOST_DENSE
    proven = solve_median(
        median,
        branches=1 if dense else ENDLESS,
        time_limit_s=ends - time.monotonic(),
        gap=gap,
        progress=progress,
    )
    if proven.stopped and dense and time.monotonic() < ends:
        return _by_programme(covers, problem, proven, ends, threads, gap, progress)
    return Sited(proven.opened, proven.value, proven.bound, stopped=proven.stopped)


def _by_programme(
    covers: PackedCovers,
    problem: SitingProblem,
    proven: Proven,
    ends: float,
    threads: int,
    gap: float,
    progress: Progress | None,
) -> Sited:
    """Choose among the sites that are not settled, beginning with the best siting so far."""
    columns = np.flatnonzero(proven.possible)
    left = covers.of(columns)
    rows = left.covers(0, len(left.bits))
    programme = Programme()
    opened = programme.openings(problem.openings.holding(closed=~proven.possible))
    expected = np.asarray(problem.probability @ left.weight)
    missed = programme.columns(len(rows), cost=expected, upper=1.0)
    each = sparse.csr_array(sparse.eye_array(len(rows)))
    programme.rows([(missed, each), (opened[columns], sparse.csr_array(rows.astype(float)))], lower=1.0)
    start = dict(zip(opened.tolist(), proven.opened.astype(float).tolist(), strict=True))
    try:
        found = programme.minimise(
            time_limit_s=ends - time.monotonic(),
            threads=threads,
            gap=gap,
            start=start,
            progress=progress,
            presolve=False,
        )
    except NoIncumbentError as error:
        return Sited(proven.opened, proven.value, max(error.bound, proven.bound), stopped=True)
    chosen = np.asarray(found.values[opened] > 0.5)
    value = float(expected @ ~rows[:, chosen[columns]].any(axis=1))
    if value > proven.value:
        chosen, value = proven.opened, proven.value
    return Sited(chosen, value, min(max(found.bound, proven.bound), value), not found.optimal)
