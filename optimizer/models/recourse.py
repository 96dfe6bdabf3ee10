"""The second stage seen from the first: what a first stage costs in each scenario, with the slope of that cost.

A model whose columns fall into a first stage x and one block a scenario has, for fixed x, one small LP a scenario:
``Q(x) = min q·y,  l - T x ≤ W y ≤ u - T x,  0 ≤ y ≤ U``. Its row duals π give a line under Q. By weak duality, with
``d = q - Wᵀπ``, whatever π is,

    Q(x) ≥ π⁺·(l - T x) - π⁻·(u - T x) - d⁻·U

so the line is valid even where HiGHS's duals are off by its tolerances. Each LP stays in HiGHS; only its right-hand
side changes from one x to the next, so that the last basis is nearly right.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.matrix import Floats, MatrixModel, NoSolutionError, highs_model

THREADS = 2


@dataclass(frozen=True)
class Cut:
    """A line under one scenario's cost: ``θ ≥ constant + slope · x`` over the first-stage columns."""

    block: int
    constant: float
    slope: Floats


@dataclass(frozen=True)
class Outcome:
    """What one first stage costs in one scenario.

    Attributes
    ----------
    cost : float
    columns : (k,) int64
        Columns of the block.
    values : (k,) float64
    cut : Cut
    """

    cost: float
    columns: NDArray[np.int64]
    values: Floats
    cut: Cut


class _Block:
    """One scenario's LP, kept in HiGHS."""

    def __init__(self, model: MatrixModel, number: int, block: NDArray[np.int64], cost: Floats) -> None:
        self.number = number
        self.columns = np.flatnonzero(block == number).astype(np.int64)
        rows = np.unique(model.matrix[:, self.columns].indices).astype(np.int64)
        first = np.flatnonzero(block < 0).astype(np.int64)
        self.technology = sparse.csr_array(model.part(rows, first).matrix)
        own = model.part(rows, self.columns)
        self.row_lower, self.row_upper = own.row_lower, own.row_upper
        self.recourse, self.upper, self.cost = own.matrix, own.upper, cost[self.columns]
        lp = highs_model(own, whole=False)
        lp.col_cost_ = cost[self.columns]
        # The rows imply the bounds; without them HiGHS is half as fast again.
        lp.col_upper_ = np.full(len(self.columns), highspy.kHighsInf)
        self.solver = highspy.Highs()
        self.solver.setOptionValue("output_flag", False)
        self.solver.setOptionValue("threads", 1)
        self.solver.passModel(lp)

    def outcome(self, x: Floats) -> Outcome:
        """Solve for the first stage ``x``."""
        taken = self.technology @ x
        rows = np.arange(len(self.row_lower), dtype=np.int32)
        bounds = self.row_lower - taken, self.row_upper - taken
        self.solver.changeRowsBounds(len(rows), rows, *bounds)  # type: ignore[attr-defined]
        self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            # A run that ends without an answer gives no bound; once more from scratch.
            self.solver.clearSolver()
            self.solver.run()
        if self.solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            raise NoSolutionError(self.solver.modelStatusToString(self.solver.getModelStatus()))
        solution = self.solver.getSolution()
        cost = float(self.solver.getInfo().objective_function_value)
        return Outcome(cost, self.columns, np.array(solution.col_value), self._cut(np.array(solution.row_dual)))

    def _cut(self, dual: Floats) -> Cut:
        """Make a line out of row duals, valid by construction: those of the wrong sign count as 0."""
        dual = np.where(np.isfinite(self.row_lower), dual, np.minimum(dual, 0.0))
        dual = np.where(np.isfinite(self.row_upper), dual, np.maximum(dual, 0.0))
        reduced = self.cost - self.recourse.T @ dual
        side = np.where(dual > 0, self.row_lower, np.where(dual < 0, self.row_upper, 0.0))
        constant = float(dual @ side) + float(np.minimum(reduced, 0.0) @ self.upper)
        return Cut(self.number, constant, -(self.technology.T @ dual))


class SecondStage:
    """All scenarios' LPs.

    Parameters
    ----------
    model : MatrixModel
    block : (n,) int64
        Scenario of each column; -1 for the first stage.
    cost : (n,) float64
        Of the columns of the blocks; probabilities included.

    Attributes
    ----------
    size : int
        Number of scenarios; one without columns costs nothing.

    Raises
    ------
    ValueError
        A column of a block has no upper bound, or can be negative.

    Notes
    -----
    The upper bounds must follow from the rows and the cost: they serve the lines, and the LPs do without them.
    """

    def __init__(self, model: MatrixModel, block: NDArray[np.int64], cost: Floats) -> None:
        inside = block >= 0
        if not (np.isfinite(model.upper[inside]).all() and (model.lower[inside] == 0).all()):
            raise ValueError("columns of the second stage lie between 0 and a finite bound")
        self.size = int(block.max(initial=-1)) + 1
        used = np.unique(block[block >= 0])
        self._blocks = [_Block(model, int(number), block, cost) for number in used]

    def outcomes(self, x: Floats) -> tuple[Outcome, ...]:
        """Solve every scenario for the first stage ``x``."""
        with ThreadPoolExecutor(THREADS) as pool:
            return tuple(pool.map(lambda block: block.outcome(x), self._blocks))
