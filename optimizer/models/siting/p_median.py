"""The p-median: the least weighted minutes from the nearest open site.

Sets, parameters and Y are those of `optimizer.models.siting.problem`; t⁰ is infinite where it is not given.

Variables
    y_j ∈ {0, 1}    j is open

min   measure over s of  L_s(y) = Σ_i w_si min( t⁰, min_{j open} t_sij )         (person-minutes)
      y ∈ Y

Hakimi (1964), ReVelle & Swain (1970). With nothing but a number of sites to keep to and the expectation for a measure,
it is proven by Lagrangian bounds and branches (`median_tree`); what stays open there after some branches, and all else,
is solved by the radius formulation (`radius`).
"""

from __future__ import annotations

import time

import numpy as np

from optimizer.models.siting.least_losses import least_losses
from optimizer.models.siting.losses import losses_of_times
from optimizer.models.siting.median_tree import compile_median
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.solution import Progress, SitingSolution, nearest_open, status_of


def solve_p_median(
    problem: SitingProblem,
    *,
    time_limit_s: float = 600.0,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> SitingSolution:
    """Find the siting with the least weighted minutes.

    Raises
    ------
    InfeasibleSitingError
        Nothing is allowed, or without ``cut_off_min`` some demand is reached by nothing that is.
    """
    compile_median()
    began = time.monotonic()
    losses = losses_of_times(problem)
    left = began + time_limit_s - time.monotonic()
    found = least_losses(losses, problem, time_limit_s=left, threads=threads, gap=gap, progress=progress)
    if not np.isfinite(found.value):
        raise InfeasibleSitingError
    return SitingSolution(
        model="p-median",
        problem=problem,
        opened=found.opened,
        value=found.value,
        bound=found.bound,
        unit="person-minutes",
        server=nearest_open(problem, found.opened),
        scenario_losses=losses.of(found.opened),
        status=status_of(found.value, found.bound, stopped=not found.stopped),
        seconds=time.monotonic() - began,
    )
