"""Maximal covering: the least weight that no open site reaches within its standard time.

Sets, parameters and Y are those of `optimizer.models.siting.problem`; T_ij is the standard time.

min   measure over s of  Σ_i w_si [ no open j with t_sij ≤ T_ij ]          (people)
      y ∈ Y

Church & ReVelle (1974). Demand with the same cover is merged.
"""

from __future__ import annotations

import time

from optimizer.models.siting.faults import Finding, InvalidSitingError
from optimizer.models.siting.least_losses import least_losses
from optimizer.models.siting.losses import losses_of_cover
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.solution import Progress, SitingSolution, nearest_open, status_of


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
    began = time.monotonic()
    losses = losses_of_cover(problem, problem.times_min <= problem.limit_min)
    found = least_losses(losses, problem, time_limit_s=time_limit_s, threads=threads, gap=gap, progress=progress)
    return SitingSolution(
        model="maximal-covering",
        problem=problem,
        opened=found.opened,
        value=found.value,
        bound=found.bound,
        unit="people",
        server=nearest_open(problem, found.opened),
        scenario_losses=losses.of(found.opened),
        status=status_of(found.value, found.bound),
        seconds=time.monotonic() - began,
    )
