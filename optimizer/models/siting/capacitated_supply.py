"""What capacitated location chooses from and what serving costs, as arrays for the methods that solve it.

Sets
    o ∈ O           options: a site j(o) built in a size; those of a site stand together, smallest capacity first
    i ∈ I, s ∈ S    demand points and scenarios

Given
    c_o             CNY that count where o is chosen, beyond what counts where j(o) is closed
    base            CNY that count where all sites are closed
    Q_o             capacity
    paid_o          CNY paid once for o, beyond what is paid where j(o) is closed: the budget is for them
    u_sji           CNY of a unit of weight of i served from j in s, probability not counted; infinite where it can't
    w_si            weight
    u⁰              CNY of a unit of weight left unserved; infinite where all must be served
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.faults import Finding, InvalidSitingError, unserved_faults
from optimizer.models.siting.openings import Flags, Openings
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.sizes import Sizes
from optimizer.models.siting.transport import transport

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]


@dataclass(frozen=True)
class Supply:
    """Options and costs of this module's head.

    Attributes
    ----------
    site, size : (O,) int
    cost, paid, capacity : (O,)
    base : float
    unit : (K, m, n)
    weight : (K, n)
    unserved : float
    probability : (K,)
    openings : Openings
    """

    site: Whole
    size: Whole
    cost: Floats
    paid: Floats
    capacity: Floats
    base: float
    unit: Floats
    weight: Floats
    unserved: float
    probability: Floats
    openings: Openings

    @property
    def all_served(self) -> bool:
        """Whether nothing may be left unserved."""
        return bool(np.isinf(self.unserved))

    @property
    def starts(self) -> Whole:
        """(m + 1,) where the options of every site begin."""
        return np.searchsorted(self.site, np.arange(self.openings.size + 1)).astype(np.int64)

    @property
    def largest(self) -> Whole:
        """The largest option of every site that has one."""
        starts = self.starts
        return starts[1:][np.diff(starts) > 0] - 1

    @property
    def most_cost(self) -> float:
        """CNY that no siting passes: every site at its dearest, every demand point served by the dearest way."""
        dearest = np.max(self.unit, axis=1, where=np.isfinite(self.unit), initial=0.0)
        dearest = np.maximum(dearest, 0.0 if self.all_served else self.unserved)
        service = float(self.probability @ (self.weight * dearest).sum(axis=1))
        return (abs(self.base) + float(np.abs(self.cost).sum()) + service) * (1 + 1e-6) or 1.0

    def opened(self, chosen: Whole) -> Flags:
        """(m,) sites of the options ``chosen``."""
        flags = np.zeros(self.openings.size, dtype=bool)
        flags[self.site[chosen]] = True
        return flags

    def standing_cost(self, chosen: Whole) -> float:
        """CNY of the options ``chosen`` and of the sites closed."""
        return self.base + float(self.cost[chosen].sum())

    def serve(self, s: int, chosen: Whole) -> tuple[float, Floats]:
        """Serve s from the options ``chosen`` at least cost: CNY, infinite where it can't be, and (k, n) weights."""
        sites = self.site[chosen]
        unit, capacity = self.unit[s, sites], self.capacity[chosen]
        if not self.all_served:
            # What is unserved is served by one more site, at its penalty.
            unit = np.vstack([unit, np.full(unit.shape[1], self.unserved)])
            capacity = np.append(capacity, self.weight[s].sum())
        cost, flow = transport(np.ascontiguousarray(unit), self.weight[s], capacity)
        return float(cost), flow[: len(chosen)]

    def service_costs(self, chosen: Whole) -> Floats:
        """(K,) CNY of serving every scenario from the options ``chosen``."""
        return np.array([self.serve(s, chosen)[0] for s in range(len(self.weight))])


def supply_of(problem: SitingProblem, sizes: Sizes, cost_per_minute: float) -> Supply:
    """Put the arrays together.

    Raises
    ------
    InvalidSitingError
        Where sizes and sites do not match or a minute costs nothing that can be counted; where demand that must be
        served has no site within its standard time that can be built in any size.
    """
    allowed = problem.openings
    findings = []
    if sizes.capacity.shape[0] != allowed.size:
        findings.append(Finding("wrong_shape", {"of": "sizes", "shape": sizes.capacity.shape, "wanted": allowed.size}))
    if not (np.isfinite(cost_per_minute) and cost_per_minute >= 0):
        findings.append(Finding("minute_cost_not_positive", {"cny": cost_per_minute}))
    if not findings:
        bare = allowed.fixed & ~sizes.available.any(axis=1)
        if bare.any():
            named = "; ".join(allowed.ids[j] for j in np.flatnonzero(bare))
            findings.append(Finding("fixed_without_size", {"where": named}))
    if findings:
        raise InvalidSitingError(findings)
    site, size = np.nonzero(sizes.available & ~allowed.forbidden[:, None])
    order = np.lexsort((sizes.capacity[site, size], site))
    site, size = site[order], size[order]
    once = allowed.open_cost - allowed.close_cost
    unit = _unit_costs(problem, cost_per_minute)
    if problem.cut_off_min is None:
        served = np.asarray(np.isfinite(unit[:, np.unique(site)]).any(axis=1))
        findings.extend(unserved_faults(problem, "unserved_by_any_size", served))
    if findings:
        raise InvalidSitingError(findings)
    return Supply(
        site,
        size,
        sizes.cost[site, size] + sizes.annuity * once[site],
        sizes.fixed_cost[site, size] + once[site],
        sizes.capacity[site, size],
        sizes.annuity * float(allowed.close_cost.sum()),
        unit,
        problem.weight,
        np.inf if problem.cut_off_min is None else problem.cut_off_min * cost_per_minute,
        problem.probability,
        allowed,
    )


def _unit_costs(problem: SitingProblem, cost_per_minute: float) -> Floats:
    """(K, m, n) CNY of a unit of weight; infinite beyond the standard time and where unserved counts less."""
    usable = np.isfinite(problem.times_min)
    if problem.limit_min is not None:
        usable = usable & (problem.times_min <= problem.limit_min)
    if problem.cut_off_min is not None:
        usable = usable & (problem.times_min <= problem.cut_off_min)
    times = np.where(usable, problem.times_min, 0.0)
    unit = np.where(usable, times.astype(float) * cost_per_minute, np.inf)
    return np.ascontiguousarray(unit.transpose(0, 2, 1))
