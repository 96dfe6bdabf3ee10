"""What a plan regrets: its loss in every scenario beside the least that any siting could have lost there.

With L_s(y) the loss of siting y in scenario s, and y^k the best siting of scenario k as if it were sure:

    L*_s = min_y L_s(y)                                        least loss, by the best siting of s
    R_s(y) = L_s(y) − L*_s                                     regret of y in s                          (Savage 1951)
    max_s R_s(y),  Σ_s p_s R_s(y)                              its maximum and its expectation

Where L*_s is not proven, it lies between a bound and the least loss that any plan of the table reaches; so does the
regret lie between ``regret`` and ``regret_most``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.evaluated import Solve, evaluated
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.solution import SitingSolution

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RegretTable:
    """Losses of the plan and of the best siting of each scenario, in all scenarios.

    Attributes
    ----------
    plans : tuple of str
        ``plan``, then the ids of the scenarios: the K + 1 sitings compared.
    scenario_ids : tuple of str
        K.
    opened : (K + 1, m) bool
    losses : (K + 1, K)
        Infinite where a siting leaves out of reach what must be served.
    least, least_bound : (K,)
        L* as reached, and what it can't be below.
    probability : (K,)
    unit : str
        Of losses and regrets.
    """

    plans: tuple[str, ...]
    scenario_ids: tuple[str, ...]
    opened: NDArray[np.bool_]
    losses: Floats
    least: Floats
    least_bound: Floats
    probability: Floats
    unit: str

    @property
    def regret(self) -> Floats:
        """(K + 1, K) against the least loss reached: at least so much."""
        return self.losses - self.least

    @property
    def regret_most(self) -> Floats:
        """(K + 1, K) against the bound: at most so much."""
        return self.losses - self.least_bound

    @property
    def maximum(self) -> Floats:
        """(K + 1,) greatest regret of every siting."""
        return np.asarray(self.regret.max(axis=1))

    @property
    def maximum_most(self) -> Floats:
        """(K + 1,) what it can be at most."""
        return np.asarray(self.regret_most.max(axis=1))

    @property
    def expected(self) -> Floats:
        """(K + 1,) expected regret."""
        return self.regret @ self.probability

    @property
    def expected_most(self) -> Floats:
        """(K + 1,) what it can be at most."""
        return self.regret_most @ self.probability

    @property
    def expected_loss(self) -> Floats:
        """(K + 1,)."""
        return self.losses @ self.probability


def regret_table(solution: SitingSolution, solve: Solve, *, alone: Sequence[SitingSolution] = ()) -> RegretTable:
    """Solve every scenario alone, and evaluate its best siting in all of them.

    Parameters
    ----------
    solution : SitingSolution
        The plan.
    solve : callable
    alone : sequence of SitingSolution, optional
        The best siting of each scenario, where they are known already.

    Raises
    ------
    InfeasibleSitingError, NoIncumbentError
        From ``solve``, for a scenario alone.
    """
    problem = solution.problem
    scenarios = problem.shape[0]
    alone = alone or [solve(problem.in_scenario(s)) for s in range(scenarios)]
    rows = [solution.scenario_losses, *(_losses(problem, best.opened, solve) for best in alone)]
    losses = np.array(rows, dtype=float)
    least = losses.min(axis=0)
    return RegretTable(
        plans=("plan", *problem.scenario_ids),
        scenario_ids=problem.scenario_ids,
        opened=np.array([solution.opened, *(best.opened for best in alone)]),
        losses=losses,
        least=least,
        least_bound=np.minimum([best.value if best.proven else best.bound for best in alone], least),
        probability=problem.probability,
        unit=solution.unit,
    )


def _losses(problem: SitingProblem, opened: Flags, solve: Solve) -> Floats:
    """(K,) losses of a siting; infinite in the scenarios in which it leaves something out of reach."""
    every = evaluated(replace(problem, measure=Measure()), opened, solve)
    if every is not None:
        return every.scenario_losses
    each = [evaluated(problem.in_scenario(s), opened, solve) for s in range(problem.shape[0])]
    return np.array([np.inf if one is None else one.value for one in each])
