"""The first stage with lines under the cost of the second: the master problem of the L-shaped method."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray

from optimizer.models.interruptible import run_interruptibly
from optimizer.models.matrix import Floats, MatrixModel, NoSolutionError, Rows, highs_model
from optimizer.models.recourse import Cut

TINY = 1e-6
ROUNDING_S = 3.0
ROUNDING_GAP = 1e-3


@dataclass(frozen=True)
class Branched:
    """A solution of the master problem.

    Attributes
    ----------
    x : (n,) float64
        Its fine-grained numbers are not rounded yet: here cuts are due.
    value : float
        What the master takes it to cost.
    bound : float
    status : str
        HiGHS's word.
    """

    x: Floats
    value: float
    bound: float
    status: str


class Master:
    """First-stage columns x, one cost θ ≥ 0 a scenario, the first stage's own rows, and cuts.

    Whole numbers without an upper bound are fine-grained (packs of goods): they are relaxed in the search, which keeps
    its bound valid, and rounded in its solutions.

    Parameters
    ----------
    first : MatrixModel
        First-stage columns and the rows that speak of them alone.
    scenarios : int
    """

    def __init__(self, first: MatrixModel, scenarios: int) -> None:
        self.first, self.scenarios = first, scenarios
        self.fine = first.whole & ~np.isfinite(first.upper)
        self.coarse = first.whole & ~self.fine
        self.cuts: list[Cut] = []

    def add(self, cuts: Sequence[Cut]) -> None:
        """Take cuts in."""
        self.cuts += cuts

    def relaxed(self, cost: Floats, theta: float, rows: Rows) -> highspy.Highs:
        """Hand the LP with the cuts so far to HiGHS; ``theta`` is the cost of each θ."""
        return self._load(cost, theta, rows)

    def grow(self, solver: highspy.Highs, cuts: Sequence[Cut]) -> None:
        """Add cuts to an LP that HiGHS holds, and keep them."""
        self.add(cuts)
        for cut in cuts:
            self._add_cut(solver, cut)

    def branch(
        self, cost: Floats, theta: float, rows: Rows, start: Floats | None, gap: float, seconds: float
    ) -> Branched:
        """Minimise with whole numbers.

        Raises
        ------
        NoSolutionError
        """
        solver = self._load(cost, theta, rows, whole=self.coarse)
        for option, value in (("mip_rel_gap", gap), ("mip_abs_gap", 1e-9), ("time_limit", max(seconds, 0.5))):
            solver.setOptionValue(option, value)
        if start is not None:
            under = np.zeros(self.scenarios)
            for cut in self.cuts:
                under[cut.block] = max(under[cut.block], cut.constant + float(cut.slope @ start))
            given = highspy.HighsSolution()
            given.col_value = [*start.tolist(), *under.tolist()]
            solver.setSolution(given)
        x, bound, status = self._run(solver)
        return Branched(x, float(solver.getInfo().objective_function_value), bound, status)

    def holding(self, lower: Floats, upper: Floats) -> Master:
        """Make the same problem with other bounds on x, and no scenarios."""
        held = Master(replace(self.first, lower=lower, upper=upper), 0)
        held.fine, held.coarse = self.fine, self.first.whole
        return held

    def search_fine_numbers_too(self) -> None:
        """Relax nothing any more: rounding is what keeps the gap open."""
        self.coarse = self.first.whole

    def _run(self, solver: highspy.Highs) -> tuple[Floats, float, str]:
        run_interruptibly(solver)
        status, info = solver.modelStatusToString(solver.getModelStatus()), solver.getInfo()
        if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
            raise NoSolutionError(status)
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        is_mip = len(solver.getLp().integrality_) > 0
        bound = info.mip_dual_bound if is_mip else (info.objective_function_value if optimal else -np.inf)
        return np.array(solver.getSolution().col_value)[: len(self.first.names)], float(bound), status

    def rounded(self, cost: Floats, theta: float, rows: Rows, x: Floats) -> Floats:
        """Set the coarse numbers exactly, round the fine ones, and the rest to match.

        All up, all to the nearest or all down, whichever is best; where the rows allow none of these, each up or down
        as they do; where they allow that neither, all down and the scenarios' cost as it comes.
        """
        nearest, down, up = np.round(x), np.floor(x + TINY), np.ceil(x - TINY)
        found = []
        for rounded in (up, nearest, down):
            values = np.where(self.fine, rounded, nearest)
            found += self._tried(self._load(cost, theta, rows, between=(values, values)))
        if not found:
            low, high = np.where(self.fine, down, nearest), np.where(self.fine, up, nearest)
            found = self._tried(self._load(cost, theta, rows, whole=self.fine, between=(low, high)))
        if not found:
            low = np.where(self.fine, down, nearest)
            own = [(row, most) for row, most in rows if len(row) == len(cost)]
            found = self._tried(self._load(cost, theta, own, between=(low, low)))
        if not found:
            raise NoSolutionError("no rounding keeps the rows")
        best = min(found, key=lambda pair: pair[1])[0]
        return np.where(self.first.whole, np.round(best), best)

    def _tried(self, solver: highspy.Highs) -> list[tuple[Floats, float]]:
        """Solution and value, if there is one soon."""
        solver.setOptionValue("time_limit", ROUNDING_S)
        solver.setOptionValue("mip_rel_gap", ROUNDING_GAP)
        try:
            x, _, _ = self._run(solver)
        except NoSolutionError:
            return []
        return [(x, float(solver.getInfo().objective_function_value))]

    def _load(
        self,
        cost: Floats,
        theta: float,
        rows: Rows,
        *,
        whole: NDArray[np.bool_] | None = None,
        between: tuple[Floats, Floats] | None = None,
    ) -> highspy.Highs:
        """Hand the problem to HiGHS: ``whole`` are the columns searched, ``between`` bounds of all whole numbers."""
        none = np.zeros(len(cost), dtype=bool)
        lp = highs_model(replace(self.first, whole=none if whole is None else whole), whole=True)
        lp.col_cost_ = cost
        if between is not None:
            lp.col_lower_ = np.where(self.first.whole, between[0], self.first.lower)
            lp.col_upper_ = np.where(self.first.whole, between[1], self.first.upper)
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.passModel(lp)
        nothing: NDArray[np.int32] = np.empty(0, dtype=np.int32)
        for _ in range(self.scenarios):
            solver.addCol(theta, 0.0, highspy.kHighsInf, 0, nothing, np.empty(0))
        for cut in self.cuts:
            self._add_cut(solver, cut)
        for row, most in rows:  # over x, or over x and all θ where the coefficients are that many
            used = np.flatnonzero(row).astype(np.int32)
            solver.addRow(-highspy.kHighsInf, most, len(used), used, row[used])
        return solver

    def _add_cut(self, solver: highspy.Highs, cut: Cut) -> None:
        used = np.flatnonzero(np.abs(cut.slope) > 1e-12)
        columns = np.append(used, len(self.first.names) + cut.block).astype(np.int32)
        solver.addRow(cut.constant, highspy.kHighsInf, len(columns), columns, np.append(-cut.slope[used], 1.0))
