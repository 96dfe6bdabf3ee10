"""Which options may be chosen together: the rows of y that stay in the Lagrangian relaxation.

    o_j = Σ_{o of j} y_o,  y ∈ {0, 1}                                             (open)
    o ∈ Y without its budget                                                      (number, group, fixed, forbidden)
    Σ_o paid_o y_o + Σ_j close_cost_j ≤ budget                                    (budget)

and, where all demand must be served, what follows from it:

    Σ_{o that reach s} Q_o y_o ≥ Σ_i w_si                                         (capacity)
    Σ_{o that reach s} y_o ≥ fewest options that hold Σ_i w_si                    (cover)
    Σ_{j that reach i in s} o_j ≥ 1                                               (reach)
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.capacitated_supply import Supply
from optimizer.models.siting.openings import MONEY, Flags
from optimizer.models.siting.round_units import RoundUnits

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

ROUNDING = 1e-9
"""Capacity may miss the demand by this share, and a row what it asks for by this share of what it adds up."""
_KINDS = highspy.HighsModelStatus


@dataclass(frozen=True)
class Corner:
    """What the master chooses at given values.

    Attributes
    ----------
    value : float
        What Σ_o v_o y_o is at least.
    chosen : (O,)
        y, whole or not.
    opened_cost, chosen_cost : (m,), (O,)
        Reduced costs.
    """

    value: float
    chosen: Floats
    opened_cost: Floats
    chosen_cost: Floats


@dataclass(frozen=True)
class Bounds:
    """(m + O,) least and most of o and y at a node of the search."""

    lower: Floats
    upper: Floats

    @property
    def decided(self) -> bool:
        """Whether nothing is left to choose."""
        return bool((self.lower == self.upper).all())

    def hold(self, column: int, value: float) -> Bounds:
        """Fix one column besides."""
        lower, upper = self.lower.copy(), self.upper.copy()
        lower[column] = upper[column] = value
        return Bounds(lower, upper)

    def without(self, corner: Corner, slack: float) -> Bounds:
        """Fix what the reduced costs show: a change that costs more than ``slack`` leads to nothing better."""
        cost = np.concatenate([corner.opened_cost, corner.chosen_cost])
        least = np.where(cost < -slack, self.upper, self.lower)
        most = np.where(cost > slack, self.lower, self.upper)
        return Bounds(least, most)

    def followed(self, site: Whole) -> Bounds | None:
        """Fix what follows from o_j = Σ y_o, with the ``site`` (O,) of every option; None where that can't be met."""
        sites = len(self.lower) - len(site)
        opened, chosen = slice(0, sites), slice(sites, None)
        lower, upper = self.lower.copy(), self.upper.copy()
        while True:
            before = lower.sum() - upper.sum()
            upper[chosen] = np.minimum(upper[chosen], upper[site])
            taken = np.bincount(site, lower[chosen], sites)
            upper[chosen] = np.where(taken[site] > 0, np.minimum(upper[chosen], lower[chosen]), upper[chosen])
            left = np.bincount(site, upper[chosen], sites)
            lower[opened] = np.maximum(lower[opened], taken)
            upper[opened] = np.minimum(upper[opened], left)
            last = (lower[site] > 0) & (left[site] == 1) & (upper[chosen] > 0)
            lower[chosen] = np.where(last, 1.0, lower[chosen])
            if (lower > upper).any() or (taken > 1).any():
                return None
            if lower.sum() - upper.sum() == before:
                return Bounds(lower, upper)


class Master:
    """The rows of this module's head over the columns o, then y, solved again and again by HiGHS."""

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._sites, options = supply.openings.size, len(supply.site)
        self.root = root_bounds(supply)
        self._rows, self._least, self._most = master_rows(supply)
        self._columns = np.arange(self._sites + options, dtype=np.int32)
        self._solver = self._new_solver()
        self._transposed = sparse.csr_array(self._rows.T)
        self._bounds = self.root
        self.usable: Flags = np.ones(options, dtype=bool)

    def _new_solver(self) -> highspy.Highs:
        lp = highspy.HighsLp()
        lp.num_row_, lp.num_col_ = self._rows.shape
        lp.col_cost_ = np.zeros(len(self._columns))
        lp.col_lower_, lp.col_upper_ = self.root.lower, self.root.upper
        lp.row_lower_, lp.row_upper_ = self._least, self._most
        lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
        lp.a_matrix_.start_ = self._rows.indptr.astype(np.int32)
        lp.a_matrix_.index_ = self._rows.indices.astype(np.int32)
        self._units = RoundUnits.of(lp, self._rows)
        self._units.put(lp, self._rows)
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.setOptionValue("threads", 1)
        solver.passModel(lp)
        return solver

    def enter(self, bounds: Bounds) -> None:
        """Go to a node of the search."""
        self._bounds = bounds
        self.usable = bounds.upper[self._sites :] > 0
        self._solver.changeColsBounds(len(self._columns), self._columns, bounds.lower, bounds.upper)

    def solve(self, value: Floats) -> Corner | None:
        """Choose at the least Σ_o v_o y_o, not in whole numbers; None where nothing may be chosen.

        The value is reckoned from HiGHS's multipliers of the rows and holds for any of them, so that its tolerances
        make no bound too high.
        """
        scale = _scale(value)
        self._solver.changeColsCost(len(value), self._columns[self._sites :], value / scale)
        self._solver.run()
        if self._solver.getModelStatus() in (_KINDS.kInfeasible, _KINDS.kUnboundedOrInfeasible):
            return None
        found, m = self._solver.getSolution(), self._sites
        y, row = np.array(found.col_value), scale * self._units.row * np.array(found.row_dual)
        row[((row > 0) & np.isinf(self._least)) | ((row < 0) & np.isinf(self._most))] = 0.0
        reduced = np.concatenate([np.zeros(m), value]) - self._transposed @ row
        ends = np.where(row > 0, self._least, self._most)[row != 0] @ row[row != 0]
        least = ends + np.where(reduced > 0, self._bounds.lower, self._bounds.upper) @ reduced
        return Corner(float(least), np.maximum(y[m:], 0.0), reduced[:m], reduced[m:])

    def whole(self, value: Floats, time_limit_s: float) -> Whole | None:
        """Choose in whole numbers at the node: the options, or None where no choice is found."""
        solver = self._new_solver()
        solver.changeColsBounds(len(self._columns), self._columns, self._bounds.lower, self._bounds.upper)
        solver.setOptionValue("time_limit", max(time_limit_s, 0.01))
        solver.changeColsCost(len(value), self._columns[self._sites :], value / _scale(value))
        kinds = np.full(len(self._columns), int(highspy.HighsVarType.kInteger), dtype=np.uint8)
        solver.changeColsIntegrality(len(self._columns), self._columns, kinds)
        solver.run()
        if solver.getInfo().primal_solution_status != int(highspy.SolutionStatus.kSolutionStatusFeasible):
            return None
        return np.flatnonzero(np.array(solver.getSolution().col_value)[self._sites :] > 0.5)

    def allows(self, chosen: Whole) -> bool:
        """Whether the rows of the root are met by the options ``chosen``."""
        columns = np.zeros(len(self._columns))
        columns[self._sites + chosen] = 1.0
        np.add.at(columns, self._supply.site[chosen], 1.0)
        if (columns < self.root.lower).any() or (columns > self.root.upper).any():
            return False
        sums = self._rows @ columns
        slack = ROUNDING * (abs(self._rows) @ columns)
        return bool((sums >= self._least - slack).all() and (sums <= self._most + slack).all())


def _scale(value: Floats) -> float:
    """What values are divided by for HiGHS, whose tolerances are absolute."""
    return float(np.abs(value).max(initial=0.0)) or 1.0


def root_bounds(supply: Supply) -> Bounds:
    """Bounds of o and y by what is fixed and forbidden."""
    fixed, allowed = supply.openings.bounds()
    options = len(supply.site)
    return Bounds(np.concatenate([fixed, np.zeros(options)]), np.concatenate([allowed, np.ones(options)]))


def master_rows(supply: Supply) -> tuple[sparse.csr_array, Floats, Floats]:
    """(r, m + O) rows of this module's head with their lower and upper ends."""
    sites, options = supply.openings.size, len(supply.site)
    of_site = sparse.csr_array((np.ones(options), (supply.site, np.arange(options))), shape=(sites, options))
    blocks = [sparse.hstack([sparse.eye_array(sites), -of_site])]
    lower, upper = [np.zeros(sites)], [np.zeros(sites)]

    def add(opened: sparse.sparray, chosen: sparse.sparray, least: Floats, most: Floats) -> None:
        blocks.append(sparse.hstack([opened, chosen]))
        lower.append(least)
        upper.append(most)

    allowed = supply.openings
    matrix, least, most = replace(allowed, budget=None).rows()
    add(matrix, sparse.csr_array((matrix.shape[0], options)), least, most)
    if allowed.budget is not None:
        left = allowed.budget - float(allowed.close_cost.sum()) + MONEY * abs(allowed.budget)
        paid = sparse.csr_array(supply.paid[None, :])
        add(sparse.csr_array((1, sites)), paid, np.array([-np.inf]), np.array([left]))
    if supply.all_served:
        add(*_capacity_rows(supply))
        opened = _reach_rows(supply)
        rows = opened.shape[0]
        add(opened, sparse.csr_array((rows, options)), np.ones(rows), np.full(rows, np.inf))
    return sparse.csr_array(sparse.vstack(blocks)), np.concatenate(lower), np.concatenate(upper)


def _capacity_rows(supply: Supply) -> tuple[sparse.csr_array, sparse.csr_array, Floats, Floats]:
    """Rows of capacity and of cover, a pair for every scenario."""
    rows, least = [], []
    last = supply.starts[1:] - 1
    has = np.diff(supply.starts) > 0
    for s, weight in enumerate(supply.weight):
        demand = float(weight.sum()) * (1 - ROUNDING)
        reaches = (np.isfinite(supply.unit[s]) & (weight > 0)).any(axis=1)
        useful = reaches[supply.site]
        held = np.where(useful, np.minimum(supply.capacity, demand), 0.0)
        rows.append(held)
        least.append(demand)
        most = np.sort(held[last[has]])[::-1]
        rows.append(useful.astype(float))
        least.append(float((np.cumsum(most) < demand).sum() + 1) if demand > 0 else 0.0)
    matrix = sparse.csr_array(np.array(rows))
    return sparse.csr_array((len(rows), supply.openings.size)), matrix, np.array(least), np.full(len(rows), np.inf)


def _reach_rows(supply: Supply) -> sparse.csr_array:
    """(r, m) sites that reach a demand point, once for all points that the same sites reach."""
    reach = np.isfinite(supply.unit).transpose(0, 2, 1)[supply.weight > 0]
    reach = np.unique(reach[~reach.all(axis=1)], axis=0)
    return sparse.csr_array(reach.astype(float))
