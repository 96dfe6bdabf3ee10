"""Set covering: the cheapest sites that cover everybody.

Sets and parameters are those of `optimizer.models.siting.problem`; T_ij is the standard time.

Variables
    y_j ∈ {0, 1}    j is open

min   Σ_j open_cost_j y_j + close_cost_j (1 − y_j), or Σ_j y_j where nothing costs anything
      Σ_{j: t_sij ≤ T_ij} y_j ≥ 1       i with weight in s                                            (cover)
      y ∈ Y

Toregas, Swain, ReVelle & Bergman (1971). Whoever covers the demand of few sites covers that of more as well, so only
the smallest covers are asked for (`cover_within.least_rows`).
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.cover_classes import covering_sites
from optimizer.models.siting.cover_within import least_rows
from optimizer.models.siting.faults import Finding, InvalidSitingError, unserved_faults
from optimizer.models.siting.packed_covers import packed_covers
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import Programme
from optimizer.models.siting.solution import Progress, SitingSolution, nearest_open, status_of

MOST_COMPARED = 5000
"""So many different covers are compared with one another."""


def solve_set_covering(
    problem: SitingProblem,
    *,
    time_limit_s: float = 600.0,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> SitingSolution:
    """Find the cheapest siting that covers, in every scenario, all demand with weight.

    Raises
    ------
    InvalidSitingError
        Without standard times; with the ids of the demand that no allowed site covers. Without weight it is left out.
    InfeasibleSitingError
    NoIncumbentError
    """
    began = time.monotonic()
    allowed = problem.openings
    programme = Programme()
    opened = programme.openings(allowed)
    free = not (allowed.open_cost.any() or allowed.close_cost.any())
    programme.cost_of(opened, np.ones(allowed.size) if free else allowed.open_cost - allowed.close_cost)
    programme.offset = float(allowed.close_cost.sum())
    rows = _covers(problem)
    if len(rows):
        programme.rows([(opened, sparse.csr_array(rows.astype(float)))], lower=1.0)
    found = programme.minimise(time_limit_s=time_limit_s, threads=threads, gap=gap, progress=progress)
    chosen = np.asarray(found.values[opened] > 0.5)
    value = float(chosen.sum()) if free else allowed.cost(chosen)
    return SitingSolution(
        model="set-covering",
        problem=problem,
        opened=chosen,
        value=value,
        bound=min(found.bound, value),
        unit="sites" if free else "cny",
        server=nearest_open(problem, chosen),
        scenario_losses=np.full(problem.shape[0], value),
        status=status_of(value, found.bound, stopped=found.optimal),
        seconds=time.monotonic() - began,
    )


def _covers(problem: SitingProblem) -> NDArray[np.bool_]:
    """(r, m) covers of demand with weight, none of which contains another."""
    if problem.limit_min is None:
        raise InvalidSitingError([Finding("limit_missing", {"model": "set-covering"})])
    packed = packed_covers(problem)
    rows = packed.covers(0, len(packed.bits))
    if not rows.any(axis=1).all():
        covered = np.asarray(covering_sites(problem).any(axis=2))
        raise InvalidSitingError(list(unserved_faults(problem, "uncoverable", covered)))
    return rows[least_rows(rows)] if len(rows) <= MOST_COMPARED else rows
