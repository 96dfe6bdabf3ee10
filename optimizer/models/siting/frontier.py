"""What more sites or more money buy: the exact nondominated points of loss against cost or number.

With Z(y) the model's value and C(y) what is spent, CNY or counted sites, a point is nondominated if no siting has a
smaller Z without a greater C, or a smaller C without a greater Z. Each one is found by the ε-constraint method (Haimes,
Lasdon & Wismer 1971), lexicographically so that no weakly dominated one comes out (Mavrotas 2009):

    Z_ε = min { Z(y) : y ∈ Y, C(y) ≤ ε }                                              (_least_loss)
    C_ε = min { C(y) : y ∈ Y, Z(y) ≤ Z_ε }                                            (_cheapest)

and there is none with C_ε < C(y) ≤ ε; the next ε lies just below C_ε.

C_ε takes no second model: the budget falls until Z rises. Every siting found with the same Z is cheaper than the one
before, and the first with a greater Z proves the last one cheapest, and is the next point.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.evaluated import Solve, best_or_none, evaluated
from optimizer.models.siting.nested_additions import Addition, nested_additions
from optimizer.models.siting.openings import MONEY, Flags, Openings
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError, Programme
from optimizer.models.siting.solution import PROVEN_GAP, SitingSolution, Status

__all__ = ["Addition", "FrontierPoint", "frontier", "nested_additions"]

Floats = NDArray[np.float64]
Against = Literal["cost", "number"]

APART = 4 * MONEY
"""Costs that differ by less than this share are one: a budget may be passed by `MONEY` of itself."""
TIME_LIMIT_S = 60.0
"""To find the least that can be spent at all, which takes no time."""


@dataclass(frozen=True)
class FrontierPoint:
    """A siting that none beats in both loss and spending.

    Attributes
    ----------
    opened : (m,) bool
    number : int
        Counted sites that are open.
    cost_cny : float
    value, bound : float
        Loss, and what none that spends no more can be below.
    status : "proven", "time_limit" or "stopped"
        Proven: no loss is smaller for this spending, and no spending smaller for this loss.
    scenario_losses : (K,)
    sampled : bool
        Other nondominated points may lie between this one and the next that spends less, for not all were asked for or
        some could not be settled in time.
    """

    opened: Flags
    number: int
    cost_cny: float
    value: float
    bound: float
    status: Status
    scenario_losses: Floats
    sampled: bool = False


def frontier(
    problem: SitingProblem,
    solve: Solve,
    *,
    against: Against = "cost",
    points: int | None = None,
) -> tuple[FrontierPoint, ...]:
    """Nondominated points of loss against spending, from the most spent to the least.

    Parameters
    ----------
    problem : SitingProblem
        Its number, budget and groups are kept: the frontier lies within them.
    solve : callable
    against : "cost" or "number"
    points : int, optional
        At most so many, spread evenly over what can be spent; each is exact all the same. All of them without it.

    Raises
    ------
    InfeasibleSitingError
        No siting is feasible.
    """
    return _Search(problem, solve, _Spending(problem.openings, against)).run(points)


@dataclass(frozen=True)
class _Spending:
    """C(y): CNY, or counted sites."""

    allowed: Openings
    against: Against

    def of(self, opened: Flags) -> float:
        """What is spent where ``opened`` (m,) are open."""
        if self.against == "cost":
            return self.allowed.cost(opened)
        return float((opened & self.allowed.counted).sum())

    def by_site(self) -> Floats:
        """(m,) what opening a site adds."""
        if self.against == "cost":
            return self.allowed.open_cost - self.allowed.close_cost
        return self.allowed.counted.astype(float)

    def within(self, most: float) -> Openings:
        """Openings that spend at most ``most`` besides."""
        given = self.allowed.budget if self.against == "cost" else self.allowed.number
        least = most if given is None else min(most, given)
        if self.against == "cost":
            return replace(self.allowed, budget=least)
        return replace(self.allowed, number=int(np.floor(least)))

    def below(self, spent: float) -> float:
        """The most that is less than ``spent``."""
        if self.against == "number":
            return float(np.ceil(spent) - 1.0)
        # Nothing costs less than nothing, by whatever rounding.
        return spent - (APART * abs(spent) or 1.0 + float(np.abs(self.by_site()).max()))


class _Search:
    """Points found so far, and the ranges (low, high] of spending that no solution has looked into."""

    def __init__(self, problem: SitingProblem, solve: Solve, spending: _Spending) -> None:
        self.problem, self.solve, self.spending = problem, solve, spending
        self.found: dict[float, FrontierPoint] = {}
        self.ranges: list[tuple[float, float]] = []
        self.unsettled: list[float] = []
        self.solved: dict[float, SitingSolution | None] = {}

    def run(self, points: int | None) -> tuple[FrontierPoint, ...]:
        """Look where it was asked, then into the widest range left, until all or enough points are found."""
        top = self._point(np.inf)
        if top is None:
            raise InfeasibleSitingError
        most, least = self.spending.of(top.opened), self._least_spent()
        self.found[most] = top
        self._leave(self.spending.below(least), self.spending.below(most))
        for wanted in np.linspace(most, least, points or 1)[1:]:
            self._look(float(wanted))
        while self.ranges and (points is None or len(self.found) < points):
            self._look(max(self.ranges, key=lambda one: one[1] - one[0])[1])
        return self._told()

    def _look(self, most: float) -> None:
        """Find the point within ``most``, where its range has not been looked into."""
        inside = [one for one in self.ranges if one[0] < most <= one[1]]
        if not inside:
            return
        low, high = inside[0]
        self.ranges.remove(inside[0])
        self._leave(most, high)
        try:
            point = self._point(most)
        except NoIncumbentError:
            self.unsettled.append(most)
            return
        if point is None:
            self.ranges = [one for one in self.ranges if one[0] >= most]
            return
        spent = self.spending.of(point.opened)
        if spent > low:
            self.found[spent] = point
            self._leave(low, self.spending.below(spent))

    def _leave(self, low: float, high: float) -> None:
        """Note a range that is still to be looked into, if anything can lie in it."""
        if high > low:
            self.ranges.append((low, high))

    def _point(self, most: float) -> FrontierPoint | None:
        """The least loss within ``most``, and the least spending with that loss; None where nothing is feasible."""
        best = self._least_loss(most)
        if best is None:
            return None
        cheapest, settled = self._cheapest(best)
        counted = self.problem.openings.counted
        return FrontierPoint(
            cheapest.opened,
            int((cheapest.opened & counted).sum()),
            self.problem.openings.cost(cheapest.opened),
            cheapest.value,
            min(best.bound, cheapest.value),
            best.status if settled or not best.proven else "time_limit",
            cheapest.scenario_losses,
        )

    def _least_loss(self, most: float) -> SitingSolution | None:
        """Z_ε."""
        if most not in self.solved:
            allowed = self.spending.within(most) if np.isfinite(most) else self.problem.openings
            self.solved[most] = best_or_none(self.problem.with_openings(allowed), self.solve)
        return self.solved[most]

    def _cheapest(self, best: SitingSolution) -> tuple[SitingSolution, bool]:
        """C_ε by spending less until the loss rises, and whether it is proven."""
        equal = best.value + PROVEN_GAP * abs(best.value)
        cheapest = self._without_idle(best, equal)
        while True:
            try:
                lower = self._least_loss(self.spending.below(self.spending.of(cheapest.opened)))
            except NoIncumbentError as error:
                return cheapest, error.bound > equal
            if lower is None or lower.value > equal:
                return cheapest, lower is None or lower.bound > equal
            cheapest = self._without_idle(lower, equal)

    def _without_idle(self, best: SitingSolution, equal: float) -> SitingSolution:
        """Close what serves nobody, if that changes nothing: it saves a solution for every such site."""
        serving = np.zeros(self.problem.openings.size, dtype=bool)
        serving[best.server[best.server >= 0]] = True
        idle = best.opened & ~serving & ~self.problem.openings.fixed & (self.spending.by_site() > 0)
        left = best.opened & ~idle
        if not idle.any() or not self.problem.openings.allow(left):
            return best
        without = evaluated(self.problem, left, self.solve)
        return best if without is None or without.value > equal else without

    def _least_spent(self) -> float:
        """Least spending of any openings allowed, whether or not they serve anybody."""
        programme = Programme()
        opened = programme.openings(self.problem.openings)
        programme.cost_of(opened, self.spending.by_site())
        chosen = programme.minimise(time_limit_s=TIME_LIMIT_S).values[opened] > 0.5
        return self.spending.of(np.asarray(chosen))

    def _told(self) -> tuple[FrontierPoint, ...]:
        """Points from the most spent to the least; what time let through that is dominated is left out."""
        told: list[FrontierPoint] = []
        least, above = np.inf, self.unsettled + [high for _, high in self.ranges]
        spent_below = -np.inf
        for spent in sorted(self.found):
            point = self.found[spent]
            if point.value < least:
                least = point.value
                told.append(replace(point, sampled=any(spent_below < one < spent for one in above)))
                spent_below = spent
        return tuple(reversed(told))
