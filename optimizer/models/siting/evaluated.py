"""What a model says of sitings that are asked of it: the best one allowed, or one as it stands."""

from __future__ import annotations

from collections.abc import Callable

from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.solution import SitingSolution

Solve = Callable[[SitingProblem], SitingSolution]
"""A model with all but its problem settled, such as ``partial(solve_p_median, time_limit_s=60.0)``."""


def best_or_none(problem: SitingProblem, solve: Solve) -> SitingSolution | None:
    """Solve; None where no siting is feasible, or where what is held open or closed leaves demand out of reach.

    Raises
    ------
    NoIncumbentError
        The time was over before it was known.
    """
    try:
        return solve(problem)
    except (InfeasibleSitingError, InvalidSitingError):
        return None


def evaluated(problem: SitingProblem, opened: Flags, solve: Solve) -> SitingSolution | None:
    """What the sites ``opened`` (m,) reach by themselves, whatever Y says of them; None where that is not enough."""
    return best_or_none(problem.with_openings(problem.openings.exactly(opened)), solve)
