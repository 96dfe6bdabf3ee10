"""Three nested levels of depots, each supplied by the one above: a successively inclusive hierarchy.

District depots also do what town depots do, and these what village depots do (Narula 1984; Şahin and Süral 2007).

Sets
    i ∈ I, j ∈ J, s ∈ S     demand points, sites, scenarios, as in `optimizer.models.siting.problem`
    ℓ ∈ {1, 2, 3}           village, town and district level

Given
    t_sij, w_si, p_s        minutes from j to i, weights, probabilities
    a¹_sjk                  minutes from k, of town level or above, to the village depot j
    a²_skl                  minutes from the district depot l to the town depot k
    λ                       what a minute of supply counts beside one of service
    T_ij, A¹, A²            standard times of service and supply
    t⁰, a⁰                  most minutes that count for demand; minutes of supply that count where nothing supplies j
    Y                       openings at whatever level
    Y_ℓ                     openings at level ℓ: number, budget, costs, fixed and forbidden are those of sites of just
                            this level; a group wants sites of this level or above

Standard times hold where they can: wherever some site that may have the level is within it, those beyond it are left
out, so that somebody within must be open; elsewhere the nearest counts, whatever it takes.             (usable_times)

Variables
    y_jℓ ∈ {0, 1}           j has just level ℓ; decided before the scenario is known
    o_j = Σ_ℓ y_jℓ          j is open
    x_sij ∈ [0, 1]          share of i served by j in s; x_si0 left to itself
    f_sjk ∈ [0, 1]          share of all weight that j has from k; k = j where j is of town level; f_sj0 from nobody
    e_skl ∈ [0, 1]          share of all weight that k has from l; l = k where k is of district level; e_sk0

Loss of scenario s, with W_s = Σ_i w_si

    L_s = Σ_i w_si (Σ_j t_sij x_sij + t⁰ x_si0)
          + λ W_s (Σ_jk a¹_sjk f_sjk + Σ_kl a²_skl e_skl + a⁰ (Σ_j f_sj0 + Σ_k e_sk0))               (_losses)

minimise the measure of L, subject to

    o ∈ Y, y_·ℓ ∈ Y_ℓ, Σ_ℓ y_jℓ = o_j ≤ 1                                                            (level_rules)
    Σ_j cost of j's level, or of closing it ≤ budget                                                 (level_rules)
    y_j1 ≤ Σ_{k usable} (y_k2 + y_k3),  y_k2 ≤ Σ_{l usable} y_l3      where any k, l is usable         (_supplied)
    Σ_{j usable} o_j ≥ 1                i with a site within T, and all i where t⁰ is not given  (_somebody_serves)
    Σ_j x_sij + x_si0 = 1,  x_sij ≤ o_j                               x_si0 = 0 if T can hold for i   (_served)
    Σ_k f_sjk + f_sj0 = Σ_i (w_si / W_s) x_sij                                                       (_supplies)
    Σ_l e_skl + e_sk0 = Σ_j f_sjk                                                                    (_supplies)
    f_sjk ≤ U_sj (y_k2 + y_k3),  Σ_j f_sjk ≤ y_k2 + y_k3              U: share of weight in reach     (_supplies)
    e_skl ≤ y_l3,  Σ_k e_skl ≤ y_l3,  f_sj0, e_sk0 only where nothing is usable                      (_supplies)

Who serves and supplies whom is decided after the scenario is known, and nobody's room is limited: so everyone is served
by the open depot whose own minutes and λ times its minutes of supply are least, which is the nearest where λ = 0 or
supply takes alike. A depot that no supply reaches, where a⁰ is not given, serves nobody.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.incumbent import incumbent
from optimizer.models.siting.level_rules import level_rules
from optimizer.models.siting.levels import NestedLevels, UsableTimes, level_faults, usable_times
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import Block, NoIncumbentError, Programme
from optimizer.models.siting.scenario_bests import scenario_bests
from optimizer.models.siting.solution import Progress, SitingSolution

Floats = NDArray[np.float64]
Numbers = NDArray[np.int64]
Places = NDArray[np.int64]
"""(4, m) places of o, y_1, y_2, y_3 in a programme."""
Priced = tuple[NDArray[np.int64], Floats]
"""Columns and what a unit of each costs."""


@dataclass(frozen=True)
class NestedSolution(SitingSolution):
    """A siting with levels.

    Attributes
    ----------
    levels : NestedLevels
    level : (m,) int
        0 where a site is not open, 1 village, 2 town, 3 district.
    supplier : (K, m) int
        Site that supplies each open site in a scenario: a district depot itself; -1 where none does.
    service_min : (K,)
        Person-minutes of the losses that are service; the rest is λ times supply.
    beyond_standard : (K, n) bool
        Demand with weight that no site allowed could serve within its standard time.
    """

    levels: NestedLevels
    level: Numbers
    supplier: Numbers
    service_min: Floats
    beyond_standard: NDArray[np.bool_]

    @property
    def cost_cny(self) -> float:
        """Of the sites open and closed, and of their levels."""
        return self.problem.openings.cost(self.opened) + sum(
            one.cost(self.level == number) for number, one in enumerate(self.levels.openings, start=1)
        )


def solve_nested_levels(
    problem: SitingProblem,
    levels: NestedLevels,
    *,
    time_limit_s: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> NestedSolution:
    """Choose which sites are open and at which level.

    Parameters
    ----------
    problem : SitingProblem
        Its openings hold for sites of whatever level; its standard times, if any, are those of service.
    levels : NestedLevels
    time_limit_s : float
    threads : int
    gap : float
        Relative gap that is good enough.
    progress : callable, optional

    Returns
    -------
    NestedSolution
        Value in weight times minutes.

    Raises
    ------
    InvalidSitingError
    InfeasibleSitingError
    NoIncumbentError
        No siting in which everybody is supplied was found in time.
    """
    started = time.monotonic()
    findings = level_faults(problem, levels)
    if findings:
        raise InvalidSitingError(findings)
    usable = usable_times(problem, levels)

    def alone(s: int, seconds: float) -> SitingSolution:
        one = problem.in_scenario(s), levels.in_scenario(s)
        return solve_nested_levels(*one, time_limit_s=seconds, threads=threads)

    bests = scenario_bests(problem.measure, problem.probability, alone, time_limit_s=time_limit_s)
    programme = Programme()
    chosen = _rules(programme, problem, levels, usable)
    losses, base = _losses(programme, chosen, problem, levels, usable)
    programme.measure(problem.measure, problem.probability, losses, base, bests.below)
    found = incumbent(
        programme,
        chosen[1:].ravel(),
        lambda bare: _rules(bare, problem, levels, usable)[1:].ravel(),
        ends=started + time_limit_s,
        threads=threads,
        gap=gap,
        progress=progress,
    )
    level = np.array([1, 2, 3]) @ found.chosen.reshape(3, -1)
    told = _told(problem, levels, usable, level)
    if not np.isfinite(told["scenario_losses"]).all():
        raise NoIncumbentError(found.bound)
    value, bound, status = bests.judged(told["scenario_losses"], found.bound, stopped=found.good_enough)
    return NestedSolution(
        model="nested-levels",
        problem=problem,
        levels=levels,
        value=value,
        bound=bound,
        unit="person-minutes",
        status=status,
        seconds=time.monotonic() - started,
        **told,
    )


def _rules(programme: Programme, problem: SitingProblem, levels: NestedLevels, usable: UsableTimes) -> Places:
    """Add o and y with all that binds them; (4, m) their places: o, y_1, y_2, y_3."""
    chosen = level_rules(programme, problem.openings, levels.openings, levels.budget)
    _supplied(programme, chosen, usable)
    _somebody_serves(programme, chosen, usable)
    return chosen


def _supplied(programme: Programme, chosen: Places, usable: UsableTimes) -> None:
    """y_j1 ≤ Σ (y_k2 + y_k3), y_k2 ≤ Σ y_l3, where any is usable; scenarios that ask the same ask once."""
    size = chosen.shape[1]
    each = sparse.csr_array(sparse.eye_array(size))
    for upper in (0, 1):
        may = np.unique(np.isfinite(usable.supply_min[:, upper]).reshape(-1, size * size), axis=0)
        for suppliers in may.reshape(-1, size, size):
            below = np.flatnonzero(suppliers.any(axis=1))
            from_above = sparse.csr_array(-suppliers[below].astype(float))
            above = [(chosen[level], from_above) for level in range(upper + 2, 4)]
            programme.rows([(chosen[upper + 1], sparse.csr_array(each[below])), *above], upper=0.0)


def _somebody_serves(programme: Programme, chosen: Places, usable: UsableTimes) -> None:
    """Σ o_j ≥ 1 over the usable sites of all that must be served."""
    able = np.unique(np.isfinite(usable.times_min[usable.must_be_served]), axis=0)
    if len(able):
        programme.rows([(chosen[0], sparse.csr_array(able.astype(float)))], lower=1.0)


def _losses(
    programme: Programme,
    chosen: Places,
    problem: SitingProblem,
    levels: NestedLevels,
    usable: UsableTimes,
) -> tuple[list[Block], Floats]:
    """Add x, f and e of every scenario; the (K, …) losses in them."""
    scenarios = problem.shape[0]
    losses: list[Block] = []
    for s in range(scenarios):
        if not (problem.weight[s] > 0).any():
            continue
        service, flow = _served(programme, chosen, problem, usable, s)
        priced = [service]
        if levels.supply_weight > 0:
            counts = levels.supply_weight * float(problem.weight[s].sum())
            priced += _supplies(programme, chosen, usable, s, flow, levels.supply_cut_off_min, counts)
        for places, minutes in priced:
            entries = (minutes, (np.full(len(places), s), np.arange(len(places))))
            losses.append((places, sparse.coo_array(entries, shape=(scenarios, len(places))).tocsr()))
    return losses, np.zeros(scenarios)


def _served(
    programme: Programme, chosen: Places, problem: SitingProblem, usable: UsableTimes, s: int
) -> tuple[Priced, Block]:
    """Add x: Σ_j x_sij + x_si0 = 1, x_sij ≤ o_j; x priced, and the share of all weight that each site serves."""
    weighted = np.flatnonzero(problem.weight[s] > 0)
    weight, times = problem.weight[s, weighted], usable.times_min[s, weighted]
    left = usable.may_be_left[s, weighted]
    most = np.where(left, np.inf if problem.cut_off_min is None else problem.cut_off_min, np.inf)
    point, site = np.nonzero(times < most[:, None])
    served = programme.columns(len(point), upper=1.0)
    alone = programme.columns(int(left.sum()), upper=1.0)
    sums = sparse.coo_array((np.ones(len(point)), (point, np.arange(len(point)))), shape=(len(weighted), len(point)))
    each = sparse.csr_array(sparse.eye_array(len(weighted)))[:, np.flatnonzero(left)]
    programme.rows([(served, sums.tocsr()), (alone, sparse.csr_array(each))], lower=1.0, upper=1.0)
    ones = sparse.csr_array(sparse.eye_array(len(point)))
    programme.rows([(served, ones), (chosen[0][site], -ones)], upper=0.0)
    minutes = np.concatenate([(weight[point] * times[point, site]), (weight * most)[left]])
    shares = (weight[point] / problem.weight[s].sum(), (site, np.arange(len(point))))
    flow = sparse.coo_array(shares, shape=(problem.shape[2], len(point))).tocsr()
    return (np.concatenate([served, alone]), minutes), (served, flow)


def _supplies(
    programme: Programme,
    chosen: Places,
    usable: UsableTimes,
    s: int,
    flow: Block,
    cut_off_min: float | None,
    counts: float,
) -> list[Priced]:
    """Add f and e, one stage upon the other, both by the same rules; what they cost, a minute counting ``counts``."""
    priced: list[Priced] = []
    for stage in (0, 1):
        supply, own = usable.supply_min[s, stage], np.flatnonzero(usable.may[stage + 1 :].any(axis=0))
        nobody = np.flatnonzero(~np.isfinite(supply).any(axis=1) & usable.may[stage])
        nobody = nobody[:0] if cut_off_min is None else nobody
        below, above = np.nonzero(np.isfinite(supply))
        to = np.concatenate([below, nobody, own])
        source = np.concatenate([above, np.full(len(nobody), -1), own])
        cost = np.concatenate([supply[below, above], np.full(len(nobody), cut_off_min or 0.0), np.zeros(len(own))])
        supplied = programme.columns(len(to), upper=1.0)
        priced.append((supplied, counts * cost))
        into, out = _incidence(to, len(supply)), _incidence(source, len(supply))
        # All that a site receives it sends on.
        programme.rows([(supplied, into), (flow[0], sparse.csr_array(-flow[1]))], lower=0.0, upper=0.0)
        most = np.minimum(flow[1].sum(axis=1), 1.0)
        foreign = _incidence(np.where(source == to, -1, to), len(supply))
        limits = sparse.csr_array(sparse.diags_array(-most))
        programme.rows([(supplied, foreign), (chosen[stage + 1], limits)], upper=0.0)
        levels_above = chosen[stage + 2 :]
        ones = sparse.csr_array(-sparse.eye_array(len(supply)))
        programme.rows([(supplied, out), *((places, ones) for places in levels_above)], upper=0.0)
        from_site = np.flatnonzero(source >= 0)
        arcs = sparse.csr_array(sparse.eye_array(len(from_site)))
        each = sparse.csr_array(sparse.diags_array(-most[to[from_site]]))
        opened = [(places[source[from_site]], each) for places in levels_above]
        programme.rows([(supplied[from_site], arcs), *opened], upper=0.0)
        flow = supplied, out
    return priced


def _incidence(site: Numbers, size: int) -> sparse.csr_array:
    """(m, r) 1 where a column belongs to a site; -1 stands for none."""
    column = np.flatnonzero(site >= 0)
    return sparse.coo_array((np.ones(len(column)), (site[column], column)), shape=(size, len(site))).tocsr()


def _told(problem: SitingProblem, levels: NestedLevels, usable: UsableTimes, level: Numbers) -> dict[str, Any]:
    """What a siting comes to, reckoned from its levels alone: everybody takes the way that counts least."""
    scenarios, demand, sites = problem.shape
    supplier = np.full((scenarios, sites), -1, dtype=np.int64)
    server = np.full((scenarios, demand), -1, dtype=np.int64)
    service, losses = np.zeros(scenarios), np.zeros(scenarios)
    for s in range(scenarios):
        supplier[s], supply = _suppliers(usable, levels.supply_cut_off_min, level, s)
        extra = levels.supply_weight * supply if levels.supply_weight > 0 else np.zeros(sites)
        counted = np.where(level > 0, usable.times_min[s] + extra, np.inf)
        nearest = counted.argmin(axis=1)
        least = counted[np.arange(demand), nearest]
        cut_off = np.inf if problem.cut_off_min is None else problem.cut_off_min
        left = usable.may_be_left[s] & (least > cut_off)
        server[s] = np.where(left | ~np.isfinite(least), -1, nearest)
        weighted = problem.weight[s] > 0
        minutes = np.where(left, cut_off, usable.times_min[s, np.arange(demand), nearest])
        service[s] = problem.weight[s, weighted] @ minutes[weighted]
        losses[s] = problem.weight[s, weighted] @ np.where(left, cut_off, least)[weighted]
    return {
        "opened": level > 0,
        "level": level,
        "supplier": supplier,
        "server": server,
        "scenario_losses": losses,
        "service_min": service,
        "beyond_standard": usable.beyond_standard,
    }


def _suppliers(usable: UsableTimes, cut_off_min: float | None, level: Numbers, s: int) -> tuple[Numbers, Floats]:
    """(m,) who supplies each open site by the way that takes least, and (m,) minutes from the district depot on."""
    supplier = np.where(level == 3, np.arange(len(level)), -1)
    minutes = np.where(level == 3, 0.0, np.inf)
    for stage in (1, 0):
        supply = usable.supply_min[s, stage]
        way = np.where(level > stage + 1, supply + minutes, np.inf)
        best = way.argmin(axis=1)
        least = way[np.arange(len(level)), best]
        if cut_off_min is not None:
            least = np.where(np.isfinite(supply).any(axis=1), least, cut_off_min)
        here = level == stage + 1
        supplier = np.where(here & np.isfinite(way.min(axis=1)), best, supplier)
        minutes = np.where(here, least, minutes)
    return supplier, minutes
