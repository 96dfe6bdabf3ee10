"""The next best site to build, one after another, and what it costs that none is moved later.

With S_0 the sites that are fixed open and Z(S) the model's value where exactly S is open:

    j_k = argmin_j Z(S_{k−1} ∪ {j}),   S_k = S_{k−1} ∪ {j_k}                          greedy addition
    Z*_k = min { Z(S) : S ⊇ S_0, |S| ≤ |S_0| + k }                                    the best siting of as many

Z(S_k) − Z*_k is what building step by step costs. Greedy addition comes from Kuehn & Hamburger (1963); for covering it
keeps 1 − 1/e of what the best siting covers (Nemhauser, Wolsey & Fisher 1978). Every j is tried, so a step is the best.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.models.siting.evaluated import Solve, evaluated
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError
from optimizer.models.siting.solution import SitingSolution, Status


@dataclass(frozen=True)
class Addition:
    """One step.

    Attributes
    ----------
    site : str
        j_k.
    opened : (m,) bool
        S_k.
    value : float
        Z(S_k).
    gain : float
        Z(S_{k−1}) − Z(S_k); infinite where S_{k−1} does not serve all that must be served.
    best_opened : (m,) bool
    best_value, best_bound : float
        Z*_k as found, and what it can't be below.
    best_status : "proven", "time_limit" or "stopped"
    """

    site: str
    opened: Flags
    value: float
    gain: float
    best_opened: Flags
    best_value: float
    best_bound: float
    best_status: Status

    @property
    def cost_of_order(self) -> float:
        """Z(S_k) less the best siting found: what building step by step costs, at least."""
        return self.value - self.best_value

    @property
    def cost_of_order_most(self) -> float:
        """Z(S_k) less the bound: what building step by step costs, at most."""
        return self.value - self.best_bound


def nested_additions(problem: SitingProblem, solve: Solve, *, most: int) -> tuple[Addition, ...]:
    """Add the next best site ``most`` times, or until no candidate is left.

    Every candidate counts as one site. Budget and groups are left out on both sides, so that the steps and the best
    sitings choose from the same. There are fewer steps where ``solve`` has no more time.

    Raises
    ------
    InfeasibleSitingError
        No single addition serves all that must be served.
    NoIncumbentError
        ``solve`` had no time for what stands.
    """
    allowed = problem.openings
    opened = allowed.fixed.copy()
    before = evaluated(problem, opened, solve)
    value = np.inf if before is None else before.value
    steps: list[Addition] = []
    for _ in range(min(most, int(allowed.free.sum()))):
        try:
            site, added = _best_addition(problem, opened, solve)
        except NoIncumbentError:
            break
        better, bound, status = _best_of_number(problem, added, solve)
        steps.append(
            Addition(
                allowed.ids[site], added.opened, added.value, value - added.value, better.opened, better.value,
                min(bound, better.value), status,
            )
        )  # fmt: skip
        opened, value = added.opened, added.value
    return tuple(steps)


def _best_addition(problem: SitingProblem, opened: Flags, solve: Solve) -> tuple[int, SitingSolution]:
    """j_k, and what the sites reach with it."""
    tried: list[tuple[int, SitingSolution]] = []
    for j in np.flatnonzero(~opened & ~problem.openings.forbidden):
        more = opened.copy()
        more[j] = True
        reached = evaluated(problem, more, solve)
        if reached is not None:
            tried.append((int(j), reached))
    if not tried:
        raise InfeasibleSitingError
    return min(tried, key=lambda one: one[1].value)


def _best_of_number(
    problem: SitingProblem, added: SitingSolution, solve: Solve
) -> tuple[SitingSolution, float, Status]:
    """Z*_k with its bound: what was built step by step is a siting of as many too, should no better one be found."""
    counted = np.ones(problem.openings.size, dtype=bool)
    number = int(added.opened.sum())
    allowed = replace(problem.openings, number=number, counted=counted, budget=None, groups=())
    try:
        best = solve(problem.with_openings(allowed))
    except NoIncumbentError as error:
        return added, error.bound, "time_limit"
    return (added if added.value < best.value else best), best.bound, best.status
