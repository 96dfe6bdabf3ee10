"""The p-center: the least longest time from the nearest open site (Hakimi 1964; Minieka 1970).

Sets, parameters and Y are those of `optimizer.models.siting.problem`; t⁰ is infinite where it is not given. A weight
only says who counts: all demand with any weight counts alike.

Variables
    y_j ∈ {0, 1}    j is open

min   measure over s of  L_s(y) = max_{i: w_si > 0} min( t⁰, min_{j open} t_sij )                    (minutes)
      y ∈ Y

Whether L_s(y) ≤ v for some y ∈ Y is a question of covering (`cover_within`). The least v is one of the times, so
bisection finds it (`center_bisection`); the worst case over scenarios is that of all their demand together. Any other
measure is bounded and improved step by step (`center_steps`).
"""

from __future__ import annotations

import time

from optimizer.models.siting.center_bisection import Center, least_longest
from optimizer.models.siting.center_steps import least_measure
from optimizer.models.siting.longest import longest_of
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.solution import Progress, SitingSolution, nearest_open, status_of


def solve_p_center(
    problem: SitingProblem,
    *,
    time_limit_s: float = 600.0,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> SitingSolution:
    """Find the siting with the least longest time.

    Raises
    ------
    InfeasibleSitingError
    NoIncumbentError
        The time was over before any siting was found.
    """
    began = time.monotonic()
    ends = began + time_limit_s
    longest, measure = longest_of(problem), problem.measure.name
    found: Center
    if measure == "worst" or (problem.shape[0] == 1 and measure != "regret"):
        found = least_longest(
            longest.together(), problem.openings, ends=ends, threads=threads, gap=gap, progress=progress
        )
    else:
        found = least_measure(longest, problem, ends=ends, threads=threads, gap=gap, progress=progress)
    return SitingSolution(
        model="p-center",
        problem=problem,
        opened=found.opened,
        value=found.value,
        bound=found.bound,
        unit="minutes",
        server=nearest_open(problem, found.opened),
        scenario_losses=longest.of(found.opened),
        status=status_of(found.value, found.bound, stopped=found.good_enough),
        seconds=time.monotonic() - began,
    )
