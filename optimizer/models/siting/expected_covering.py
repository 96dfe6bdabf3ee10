"""Expected coverage when several calls come at once (MEXCLP, Daskin 1983), and coverage that counts by levels.

Sets
    j ∈ J               sites
    c ∈ C               classes of demand covered by the same sites, over all scenarios
    N_c ⊆ J             sites that cover c
    k = 1 … k_c         the first, second … unit that covers c

Given
    W_sc                weight of c in scenario s
    q_s                 share of the time that a unit is busy in scenario s, 0 ≤ q_s < 1
    g_sk                share of the weight that the k-th unit adds; (1 − q_s) q_s^(k−1): it is wanted when the k − 1
                        before it are busy, and free itself. Or levels given: falling, of sum at most 1
    U_j                 most units at j
    fleet               most units in all
    Y, p_s, measure     as in `optimizer.models.siting.problem`

Variables
    y_j ∈ {0, 1}        j is open
    u_j ∈ {0 … U_j}     units at j; y_j itself where U = 1 and no fleet is given
    h_ck ∈ [0, 1]       at least k units cover c

Loss of scenario s: weight that is expected to be served by nobody in time

    L_s = Σ_c W_sc (1 − Σ_k g_sk h_ck)                                                              (_losses)

minimise the measure of L over y ∈ Y, subject to

    y_j ≤ u_j ≤ U_j y_j                         j ∈ J                                               (_units)
    Σ_j u_j ≤ fleet                                                                                 (_units)
    Σ_k h_ck ≤ Σ_{j ∈ N_c} u_j                  c ∈ C                                               (_counted)

As g falls with k, the first h are filled first, so h need not be whole. Units are busy independently of one another and
all equally, as Daskin supposes; where that is far from true, q is to be estimated for the busiest hour. Units cost
nothing of their own: the budget is that of the sites.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from optimizer.models.siting.cover_classes import class_weights, covering_sites, demand_classes, nearest_covering
from optimizer.models.siting.faults import Finding, InvalidSitingError
from optimizer.models.siting.incumbent import incumbent
from optimizer.models.siting.openings import Openings
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import Block, Columns, Programme
from optimizer.models.siting.scenario_bests import scenario_bests
from optimizer.models.siting.solution import Progress, SitingSolution

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

ROUNDING = 1e-9
"""Levels may sum to so much more than 1, or rise by so much."""
ALL = 1.0 - 1e-15
"""Shares that add up to 1 but for rounding leave nobody waiting."""


@dataclass(frozen=True)
class ExpectedSolution(SitingSolution):
    """A siting with its units.

    Attributes
    ----------
    units : (m,) int
        0 where a site is not open.
    covering_units : (K, n) int
        Units that cover a demand point in a scenario.
    """

    units: Numbers
    covering_units: Numbers


@dataclass(frozen=True)
class _Units:
    """N, g, U and fleet of this module's head; ``added`` (K, k) is g, 0 beyond the levels given."""

    covers: Flags
    added: Floats
    most: Numbers
    fleet: int | None

    @property
    def one_each(self) -> bool:
        """Whether an open site has one unit, and nothing else limits them."""
        return self.fleet is None and bool((self.most == 1).all())

    def in_scenario(self, s: int) -> _Units:
        """The same of one scenario alone."""
        return _Units(self.covers[s : s + 1], self.added[s : s + 1], self.most, self.fleet)


def solve_expected_covering(
    problem: SitingProblem,
    *,
    busy: ArrayLike | None = None,
    levels: Sequence[float] | None = None,
    units: ArrayLike = 1,
    fleet: int | None = None,
    time_limit_s: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> ExpectedSolution:
    """Choose sites, and units at them, so that as little weight as possible is expected to wait.

    Parameters
    ----------
    problem : SitingProblem
        With standard times.
    busy : number or (K,)
        q; either this or ``levels``.
    levels : (k,)
        What the first, second … unit that covers a demand point adds, as shares of its weight.
    units : int or (m,)
        U, at least 1.
    fleet : int, optional
    time_limit_s : float
    threads : int
    gap : float
        Relative gap that is good enough.
    progress : callable, optional

    Returns
    -------
    ExpectedSolution
        Value in units of weight.

    Raises
    ------
    InvalidSitingError
    InfeasibleSitingError
    """
    given = _given(problem, busy, levels, units, fleet)
    return _solve(problem, given, time_limit_s, threads, gap, progress)


def _solve(
    problem: SitingProblem,
    given: _Units,
    time_limit_s: float,
    threads: int,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> ExpectedSolution:
    started = time.monotonic()

    def alone(s: int, seconds: float) -> SitingSolution:
        return _solve(problem.in_scenario(s), given.in_scenario(s), seconds, threads)

    bests = scenario_bests(problem.measure, problem.probability, alone, time_limit_s=time_limit_s)
    programme = Programme()
    units = _units(programme, problem.openings, given)
    losses, base = _losses(programme, units, problem, given)
    programme.measure(problem.measure, problem.probability, losses, base, bests.below)
    found = incumbent(
        programme,
        units,
        lambda bare: _units(bare, problem.openings, given),
        ends=started + time_limit_s,
        threads=threads,
        gap=gap,
        progress=progress,
    )
    told = _told(problem, given, found.chosen)
    value, bound, status = bests.judged(told["scenario_losses"], found.bound, stopped=found.good_enough)
    return ExpectedSolution(
        model="expected-covering",
        problem=problem,
        value=value,
        bound=bound,
        unit="people",
        status=status,
        seconds=time.monotonic() - started,
        **told,
    )


def _given(
    problem: SitingProblem,
    busy: ArrayLike | None,
    levels: Sequence[float] | None,
    units: ArrayLike,
    fleet: int | None,
) -> _Units:
    """Check what was given and bring it into shape."""
    scenarios, _, sites = problem.shape
    findings = [] if problem.limit_min is not None else [Finding("limit_missing", {})]
    most = np.asarray(units)
    if most.shape not in ((), (sites,)):
        findings.append(Finding("wrong_shape", {"of": "units", "shape": most.shape, "wanted": (sites,)}))
    elif not (np.issubdtype(most.dtype, np.integer) and (most >= 1).all()):
        findings.append(Finding("units_not_positive", {"units": most.tolist()}))
    if fleet is not None and fleet < 0:
        findings.append(Finding("negative_fleet", {"fleet": fleet}))
    if (busy is None) == (levels is None):
        findings.append(Finding("busy_or_levels", {}))
    elif busy is not None:
        findings += _busy_faults(np.asarray(busy, dtype=float), scenarios)
    elif levels is not None:
        findings += _level_faults(np.asarray(levels, dtype=float))
    if findings:
        raise InvalidSitingError(findings)
    most = np.broadcast_to(most, (sites,)).astype(np.int64)
    covers = covering_sites(problem)
    count = _most_units(problem, covers, most, fleet)
    if levels is not None:
        added = np.zeros((scenarios, count))
        added[:, : len(levels)] = np.asarray(levels, dtype=float)[:count]
    else:
        q = np.broadcast_to(np.asarray(busy, dtype=float), (scenarios,))[:, None]
        added = (1.0 - q) * q ** np.arange(count)
    return _Units(covers, added, most, fleet)


def _busy_faults(busy: Floats, scenarios: int) -> list[Finding]:
    if busy.shape not in ((), (scenarios,)):
        return [Finding("wrong_shape", {"of": "busy", "shape": busy.shape, "wanted": (scenarios,)})]
    if not ((busy >= 0) & (busy < 1)).all():
        return [Finding("busy_outside", {"busy": busy.tolist()})]
    return []


def _level_faults(levels: Floats) -> list[Finding]:
    if levels.ndim != 1 or not levels.size:
        return [Finding("wrong_shape", {"of": "levels", "shape": levels.shape, "wanted": ("levels",)})]
    if not (levels >= 0).all() or levels.sum() > 1 + ROUNDING:
        return [Finding("levels_outside", {"levels": levels.tolist()})]
    if (np.diff(levels) > ROUNDING).any():
        return [Finding("levels_rise", {"levels": levels.tolist()})]
    return []


def _most_units(problem: SitingProblem, covers: Flags, most: Numbers, fleet: int | None) -> int:
    """Most units that can cover any demand point."""
    count = int((covers @ most).max(initial=0))
    allowed = problem.openings
    if allowed.number is not None and allowed.counted.all():
        count = min(count, int(np.sort(most)[::-1][: allowed.number].sum()))
    return count if fleet is None else min(count, fleet)


def _units(programme: Programme, allowed: Openings, given: _Units) -> Columns:
    """Add y ∈ Y and u: y_j ≤ u_j ≤ U_j y_j, Σ u_j ≤ fleet; the places of u."""
    opened = programme.openings(allowed)
    if given.one_each:
        return opened
    units = programme.columns(allowed.size, upper=given.most, whole=True)
    each = sparse.csr_array(sparse.eye_array(allowed.size))
    programme.rows([(units, each), (opened, -each)], lower=0.0)
    programme.rows(
        [(units, each), (opened, sparse.csr_array(sparse.diags_array(-given.most.astype(float))))], upper=0.0
    )
    if given.fleet is not None:
        programme.rows([(units, sparse.csr_array(np.ones((1, allowed.size))))], upper=float(given.fleet))
    return units


def _losses(programme: Programme, units: Columns, problem: SitingProblem, given: _Units) -> tuple[list[Block], Floats]:
    """Add h; the (K, …) losses in it: all the weight, less what the units add."""
    reach = given.covers.reshape(-1, problem.shape[2])
    number, example = demand_classes(np.packbits(one).tobytes() for one in reach)
    weights = class_weights(problem.weight, number, len(example))
    covers = reach[example]
    useful = int((given.added > 0).any(axis=0).sum())
    count = np.minimum(covers @ given.most, useful)
    level = np.concatenate([np.arange(one) for one in count]).astype(np.int64)
    of_class = np.repeat(np.arange(len(example)), count)
    reached = programme.columns(len(level), upper=1.0)
    _counted(programme, units, reached, of_class, covers)
    shares = weights[:, of_class].multiply(given.added[:, level])
    return [(reached, sparse.csr_array(-shares))], problem.weight.sum(axis=1)


def _counted(programme: Programme, units: Columns, reached: Columns, of_class: Numbers, covers: Flags) -> None:
    """Σ_k h_ck ≤ Σ_{j ∈ N_c} u_j."""
    entries = (np.ones(len(of_class)), (of_class, np.arange(len(of_class))))
    levels = sparse.coo_array(entries, shape=(len(covers), len(of_class)))
    programme.rows([(reached, levels.tocsr()), (units, sparse.csr_array(-covers.astype(float)))], upper=0.0)


def _told(problem: SitingProblem, given: _Units, units: Numbers) -> dict[str, Any]:
    """What a siting comes to, reckoned from its units alone."""
    covering = given.covers @ units
    served = np.concatenate([np.zeros((problem.shape[0], 1)), np.cumsum(given.added, axis=1)], axis=1)
    share = np.take_along_axis(served, np.minimum(covering, given.added.shape[1]), axis=1)
    opened = units > 0
    return {
        "opened": opened,
        "server": nearest_covering(problem, given.covers, opened),
        "scenario_losses": (problem.weight * np.where(share < ALL, 1.0 - share, 0.0)).sum(axis=1),
        "units": units,
        "covering_units": covering,
    }
