"""Other sitings that are nearly as good: within a stated share of the plan's value, and of different sites.

With S⁰ the plan, V its value, and d the number of sites that must be others:

    S^k = argmin { Z(y) : y ∈ Y,  Σ_{j ∈ S^l, j not fixed} y_j ≤ |S^l, not fixed| − d,  l < k }            (_apart)

as long as Z(S^k) ≤ V + within |V|. Each one lacks at least d sites of every siting before it; a plan with one more site
open besides is no alternative. Such cuts go back to Balas & Jeroslow (1972) and serve to generate alternatives in the
sense of Brill (1979).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from optimizer.models.siting.evaluated import Solve, best_or_none
from optimizer.models.siting.openings import Flags, Group
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.models.siting.solution import PROVEN_GAP, SitingSolution


@dataclass(frozen=True)
class Alternatives:
    """Sitings within a gap of the plan, best first.

    Attributes
    ----------
    sitings : tuple of SitingSolution
        Without the plan itself. The bound of each is what no siting that is apart from all before it can be below.
    within : float
        Share of the plan's value.
    apart : int
        d.
    complete : bool
        Whether it is proven that no other siting is within the gap and apart from the plan and all of these.
    """

    sitings: tuple[SitingSolution, ...]
    within: float
    apart: int
    complete: bool


def alternatives(solution: SitingSolution, solve: Solve, *, within: float, count: int, apart: int = 1) -> Alternatives:
    """Find at most ``count`` sitings within the gap.

    Parameters
    ----------
    solution : SitingSolution
        The plan.
    solve : callable
        The model that made it; it must keep to the groups of its openings.
    within : float
        Share of the plan's value; 0.05 is 5 %.
    count : int
    apart : int
        So many sites of every siting before must not be open.

    Raises
    ------
    ValueError
        ``apart`` is less than 1, for the plan itself would come back.
    """
    if apart < 1:
        raise ValueError(f"alternatives must be apart by at least 1 site, not {apart}")
    most = solution.value + within * abs(solution.value)
    most += PROVEN_GAP * abs(most)
    found: list[SitingSolution] = []
    while True:
        before = [solution.opened, *(one.opened for one in found)]
        try:
            following = best_or_none(_apart(solution.problem, before, apart), solve)
        except NoIncumbentError as error:
            return Alternatives(tuple(found), within, apart, error.bound > most)
        if following is None or following.value > most:
            complete = following is None or following.bound > most
            return Alternatives(tuple(found), within, apart, complete)
        if len(found) == count:
            return Alternatives(tuple(found), within, apart, complete=False)
        found.append(replace(following, problem=solution.problem))


def _apart(problem: SitingProblem, before: list[Flags], apart: int) -> SitingProblem:
    """The problem with a cut for every siting before."""
    allowed = problem.openings
    cuts = [
        Group(f"apart from {k}", opened & ~allowed.fixed, 0, int((opened & ~allowed.fixed).sum()) - apart)
        for k, opened in enumerate(before)
    ]
    return problem.with_openings(replace(allowed, groups=(*allowed.groups, *cuts)))
