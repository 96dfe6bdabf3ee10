"""Capacitated location with building sizes: which sites to build how large, and who is served from where.

Sets
    i ∈ I           demand points
    j ∈ J           sites
    l ∈ L           sizes of a site                                       (`optimizer.models.siting.sizes`)
    s ∈ S           scenarios

Given
    w_si            weight of i in s: what has to be served, in the unit of the capacities
    t_sij           minutes from j to i in s
    k               CNY of a minute of one unit of weight                  (``cost_per_minute``)
    Q_jl, c_jl      capacity and CNY of j in size l, c_jl = annuity fixed_jl + yearly_jl
    open_j, close_j CNY paid once where j is open, and where it is not     (`optimizer.models.siting.openings`)
    T_ij            standard time, minutes; without it any way will do     (``limit_min``)
    t⁰              minutes that unserved demand counts; without it all must be served   (``cut_off_min``)

Variables
    y_jl ∈ {0, 1}   whether j is built in size l: before it is known which scenario comes
    z_sij ≥ 0       weight of i served from j in s: afterwards; demand may be divided
    r_si ≥ 0        weight of i left unserved in s; 0 without t⁰

min the measure over s (`optimizer.models.siting.measure`) of
    L_s = Σ_jl (c_jl + annuity open_j) y_jl + Σ_j annuity close_j (1 − Σ_l y_jl) + k Σ_ij t_sij z_sij + k t⁰ Σ_i r_si
subject to
    Σ_l y_jl ≤ 1,  (Σ_l y_jl)_j ∈ Y                         j ∈ J           (sizes, openings)
    Σ_jl (fixed_jl + open_j) y_jl + Σ_j close_j (1 − Σ_l y_jl) ≤ budget     (budget: what is paid once)
    Σ_j z_sij + r_si = w_si                                 i ∈ I, s ∈ S    (demand)
    Σ_i z_sij ≤ Σ_l Q_jl y_jl                               j ∈ J, s ∈ S    (capacity)
    z_sij ≤ w_si Σ_l y_jl                                   i, j, s         (strong)
    z_sij = 0 where t_sij is infinite or above T_ij                         (standard)

The expected cost is minimised by branch and bound with Lagrangian bounds (`capacitated_tree`), every other measure by
one mixed-integer programme (`capacitated_measures`, `capacitated_programme`). In both the value is worked out anew from
the sites chosen, by the transportation problem of each scenario (`transport`).

Balinski 1965; Cornuéjols, Sridharan & Thizy 1991; Görtz & Klose 2012, INFORMS Journal on Computing 24(4).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.capacitated_measures import Chosen, choose_over_scenarios
from optimizer.models.siting.capacitated_supply import Supply, supply_of
from optimizer.models.siting.capacitated_tree import Search
from optimizer.models.siting.problem import SitingProblem, siting_problem
from optimizer.models.siting.sizes import Sizes, building_sizes
from optimizer.models.siting.solution import Progress, SitingSolution, status_of
from optimizer.models.siting.transport import DUST

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class CapacitatedSolution(SitingSolution):
    """Sites with their sizes, and who is served from where.

    ``server`` is the site that serves most of a demand point.

    Attributes
    ----------
    sizes : Sizes
    size : (m,) int
        Size built; -1 where none is.
    served : tuple of (n, m) CSR
        For every scenario, the weight of every demand point served from every site.
    unserved : (K, n)
        Weight left unserved.
    standing_cost_cny : float
        CNY that count of the sites built and closed; the rest of a scenario's loss is service.
    """

    sizes: Sizes
    size: Whole
    served: tuple[sparse.csr_array, ...]
    unserved: Floats
    standing_cost_cny: float

    @property
    def cost_cny(self) -> float:
        """Paid once for the sites built and closed: what the budget is for."""
        built = np.flatnonzero(self.opened)
        return float(self.sizes.fixed_cost[built, self.size[built]].sum()) + self.problem.openings.cost(self.opened)


def solve_capacitated(
    problem: SitingProblem,
    sizes: Sizes,
    *,
    cost_per_minute: float,
    time_limit_s: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> CapacitatedSolution:
    """Choose sites and sizes at the least measure of the cost.

    Parameters
    ----------
    cost_per_minute : float
        CNY of one minute of one unit of weight.
    threads : int
        For measures other than the expectation.
    gap : float
        Share of the value that the bound may lie below it.
    progress : callable, optional
        Told the best value and the bound.

    Raises
    ------
    InvalidSitingError
        Where the sizes do not fit the sites.
    InfeasibleSitingError
        Where nothing meets number, budget, groups and the demand.
    NoIncumbentError
        Where no siting was found in time.
    """
    _compile()
    began = time.monotonic()
    supply = supply_of(problem, sizes, cost_per_minute)
    if problem.measure.name == "expected":
        search = Search(supply, time_limit_s=time_limit_s, gap=gap, progress=progress).run()
        found = Chosen(search.chosen, search.value, search.bound, None)
    else:
        found = choose_over_scenarios(
            supply, problem.measure, time_limit_s=time_limit_s, threads=threads, gap=gap, progress=progress
        )
    within = found.value - found.bound <= gap * abs(found.value)
    return _solution(problem, sizes, supply, found, stopped=within, began=began)


@cache
def _compile() -> None:
    """Have everything compiled that a search calls, before a time limit counts."""
    problem = siting_problem([[1.0, 2.0], [2.0, 1.0]], number=1)
    supply = supply_of(problem, building_sizes([2.0, 2.0], fixed_cost=1.0), 1.0)
    Search(supply, time_limit_s=np.inf, gap=0.0, progress=None).run()


def _solution(
    problem: SitingProblem, sizes: Sizes, supply: Supply, found: Chosen, *, stopped: bool, began: float
) -> CapacitatedSolution:
    """Work out the siting from the options chosen alone."""
    scenarios, demand, sites = problem.shape
    standing = supply.standing_cost(found.options)
    losses, served, server = np.zeros(scenarios), [], np.full((scenarios, demand), -1, dtype=np.int64)
    unserved = np.zeros((scenarios, demand))
    for s in range(scenarios):
        cost, flow = supply.serve(s, found.options)
        losses[s] = standing + cost
        some, point = np.nonzero(flow)
        site = supply.site[found.options][some]
        served.append(sparse.csr_array((flow[some, point], (point, site)), shape=(demand, sites)))
        unserved[s] = np.maximum(problem.weight[s] - flow.sum(axis=0), 0.0)
        most = np.argmax(flow, axis=0) if len(flow) else np.zeros(demand, dtype=np.int64)
        reached = flow.max(axis=0, initial=0.0) > 0
        server[s, reached] = supply.site[found.options][most[reached]]
    # What flows add up to is rounded; a share of the weight this small is not unserved.
    unserved[unserved < DUST * problem.weight] = 0.0
    size = np.full(sites, -1, dtype=np.int64)
    size[supply.site[found.options]] = supply.size[found.options]
    value = problem.measure.of(losses, problem.probability, found.best)
    return CapacitatedSolution(
        model="capacitated",
        problem=problem,
        opened=supply.opened(found.options),
        value=value,
        bound=min(found.bound, value),
        unit="cny",
        server=server,
        scenario_losses=losses,
        status=status_of(value, found.bound, stopped=stopped),
        seconds=time.monotonic() - began,
        sizes=sizes,
        size=size,
        served=tuple(served),
        unserved=unserved,
        standing_cost_cny=standing,
    )
