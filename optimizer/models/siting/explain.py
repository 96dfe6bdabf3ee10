"""Why these sites: what every chosen one is for, and what would have to change for another to be chosen.

With S the open sites of the plan, Z(S) the model's value where exactly S is open, V = Z(S), and Y the openings allowed:

    chosen j       change_alone = Z(S ∖ {j}) − V                       it closes, and nothing else changes
                   change_best  = min { Z(y) : y ∈ Y, y_j = 0 } − V    it closes, and the rest is chosen anew
    candidate j    change_alone = Z(S ∪ {j}) − V                       it opens besides, whatever number and budget say
                   change_best  = min { Z(y) : y ∈ Y, y_j = 1 } − V    it opens within number and budget: a swap

A chosen j is one that Y does not hold open, a candidate one that Y does not forbid. A change of 0 says that there is
another siting as good; infinite, that there is none without j, or with it, that is feasible.

The cost at which a candidate would be chosen is the greatest opening cost at which some siting that has it is as good
as the plan:

    c_j = max { c ≥ 0 : min { Z(y) : y ∈ Y, y_j = 1, open_cost_j = c } ≤ V }                         (_Threshold)

The plan does not have j, so c does not change it; where it is proven best, j is in some best siting exactly up to c_j.
At c, with y the best siting that has j and C(y) what its other sites cost, y remains as good while c ≤ budget − C(y),
and while Z(y) ≤ V where Z counts money and so rises with c. So every cost tried that is low enough gives a greater one
that still is, and the first one beyond it that is not is the proof. A few costs in between are tried before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.evaluated import Solve, best_or_none, evaluated
from optimizer.models.siting.openings import MONEY, Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.models.siting.solution import PROVEN_GAP, SitingSolution

Floats = NDArray[np.float64]

BEYOND = 4 * MONEY
"""A budget may be passed by `MONEY` of itself: a cost is beyond another by this share."""
BETWEEN = 4
"""So many costs are tried by halving, before only the next greater one is."""


@dataclass(frozen=True)
class SiteReason:
    """What a site is for, or would be.

    Attributes
    ----------
    site : str
    chosen : bool
    change_alone, change_best : float
        As this module's head says, in ``unit``: positive is worse than the plan.
    change_best_bound : float
        What ``change_best`` can't be below; infinite only where it is proven that no such siting is feasible.
    worse_alone, worse_best : float
        Expected weight of demand with a longer way to what serves it than in the plan; all of it where there is no
        such siting.
    best_opened : (m,) bool, optional
        The siting of ``change_best``; None where none is feasible, or none was found in time.
    chosen_below_cny : float, optional
        c_j of a candidate; None where costs play no part, and where it would not be chosen for nothing.
    chosen_below_proven : bool
        Whether it is chosen at no greater cost; for None, that it would not be chosen for nothing.
    unit : str
    """

    site: str
    chosen: bool
    change_alone: float
    change_best: float
    change_best_bound: float
    worse_alone: float
    worse_best: float
    best_opened: Flags | None
    chosen_below_cny: float | None
    chosen_below_proven: bool
    unit: str


def reasons(
    solution: SitingSolution,
    solve: Solve,
    *,
    sites: Sequence[str] | None = None,
    cost_counts: bool | None = None,
) -> tuple[SiteReason, ...]:
    """Tell of every site that is neither held open nor forbidden; the chosen ones first.

    A chosen site takes one solution, a candidate one and, where costs play a part, some more.

    Parameters
    ----------
    solution : SitingSolution
        The plan.
    solve : callable
    sites : sequence of str, optional
        Only these.
    cost_counts : bool, optional
        Whether the model's value contains the opening costs; without it, whether its unit is ``cny``.
    """
    counts = solution.unit == "cny" if cost_counts is None else cost_counts
    ids = solution.problem.openings.ids
    wanted = [j for j in np.flatnonzero(solution.problem.openings.free).tolist() if sites is None or ids[j] in sites]
    order = sorted(wanted, key=lambda j: not solution.opened[j])
    return tuple(_reason(solution, solve, j, counts) for j in order)


def _reason(solution: SitingSolution, solve: Solve, site: int, cost_counts: bool) -> SiteReason:
    problem, chosen = solution.problem, bool(solution.opened[site])
    flip = np.arange(problem.openings.size) == site
    alone = evaluated(problem, solution.opened ^ flip, solve)
    best, bound = _best_flipped(problem, flip, chosen, solve)
    below, proven = None, False
    if not chosen and (problem.openings.budget is not None or cost_counts):
        below, proven = _Threshold(solution, solve, site, cost_counts).find(best, bound)
    return SiteReason(
        site=problem.openings.ids[site],
        chosen=chosen,
        change_alone=np.inf if alone is None else alone.value - solution.value,
        change_best=np.inf if best is None else best.value - solution.value,
        change_best_bound=bound - solution.value,
        worse_alone=_served_worse(solution, alone),
        worse_best=_served_worse(solution, best),
        best_opened=None if best is None else best.opened,
        chosen_below_cny=below,
        chosen_below_proven=proven,
        unit=solution.unit,
    )


def _best_flipped(
    problem: SitingProblem, flip: Flags, chosen: bool, solve: Solve
) -> tuple[SitingSolution | None, float]:
    """The best siting without a chosen site, or with a candidate, and what none can be below."""
    held = problem.openings.holding(closed=flip) if chosen else problem.openings.holding(opened=flip)
    try:
        best = best_or_none(problem.with_openings(held), solve)
    except NoIncumbentError as error:
        return None, error.bound
    return best, np.inf if best is None else best.bound


def _served_worse(before: SitingSolution, after: SitingSolution | None) -> float:
    """Expected weight with a longer way than ``before``."""
    weight = before.problem.weight
    if after is not None:
        weight = weight * (after.times_min > before.times_min)
    return float(before.problem.probability @ weight.sum(axis=1))


class _Threshold:
    """The search for c_j between ``low``, at which some siting with j is as good, and ``high``, at which none is."""

    def __init__(self, solution: SitingSolution, solve: Solve, site: int, cost_counts: bool) -> None:
        self.problem, self.solve, self.site, self.cost_counts = solution.problem, solve, site, cost_counts
        self.value = solution.value
        self.enough = solution.value + PROVEN_GAP * abs(solution.value)
        self.low: float | None = None
        self.high = np.inf

    def find(self, best: SitingSolution | None, bound: float) -> tuple[float | None, bool]:
        """c_j and whether it is proven, from the best siting with j at its own cost and the bound of that."""
        own_cost = float(self.problem.openings.open_cost[self.site])
        self._see(own_cost, best, bound)
        if self.low is None and self.high > 0:
            self._try(0.0)
        for _ in range(BETWEEN):
            if self.low is not None and self._beyond(self.low) < self.high < np.inf:
                self._try((self.low + self.high) / 2)
        while self.low is not None and self._beyond(self.low) < self.high and self._try(self._beyond(self.low)):
            pass
        return self.low, self.high <= (0.0 if self.low is None else self._beyond(self.low))

    def _try(self, cost: float) -> bool:
        """Solve with j open at ``cost``; whether anything was learnt of c_j."""
        before = self.low, self.high
        try:
            best = self._best_at(cost)
            self._see(cost, best, np.inf if best is None else best.bound)
        except NoIncumbentError as error:
            self._see(cost, None, error.bound)
        return (self.low, self.high) != before

    def _see(self, cost: float, best: SitingSolution | None, bound: float) -> None:
        """Raise ``low`` or lower ``high`` by the best siting with j at ``cost``."""
        if best is not None and best.value <= self.enough:
            self.low = max(cost, self._lasts_until(best, cost), self.low or 0.0)
        elif bound > self.enough:
            self.high = min(self.high, cost)

    def _best_at(self, cost: float) -> SitingSolution | None:
        """The best siting that has the site where opening it costs ``cost``."""
        allowed = self.problem.openings
        price = allowed.open_cost.copy()
        price[self.site] = cost
        held = replace(allowed, open_cost=price).holding(opened=np.arange(allowed.size) == self.site)
        return best_or_none(self.problem.with_openings(held), self.solve)

    def _lasts_until(self, best: SitingSolution, cost: float) -> float:
        """The greatest cost at which a siting found at ``cost`` is still allowed and as good as the plan."""
        allowed = self.problem.openings
        others = allowed.cost(best.opened) - float(allowed.open_cost[self.site])
        affordable = np.inf if allowed.budget is None else allowed.budget - others
        worth = cost + self.value - best.value if self.cost_counts else np.inf
        return min(affordable, worth)

    def _beyond(self, cost: float) -> float:
        """The next cost that is surely greater than ``cost``, whatever rounding budget and value allow."""
        budget = self.problem.openings.budget or 0.0
        value = abs(self.value) if self.cost_counts else 0.0
        return cost + BEYOND * max(cost, budget, value)
