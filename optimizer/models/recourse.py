"""The second stage seen from the first: what a first stage costs in each scenario, with the slope of that cost.

A model whose columns fall into a first stage x and one block a scenario has, for fixed x, one small LP a scenario:
``Q(x) = min q·y,  l - T x ≤ W y ≤ u - T x``. Its row duals π give a line under Q that touches it at x,
``Q(x') ≥ Q(x) - π·T (x' - x)``. Each LP stays in HiGHS; only its right-hand side changes from one x to the next, so
that the last basis is nearly right.
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
        lp = highs_model(own, whole=False)
        lp.col_cost_ = cost[self.columns]
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
        slope = -(self.technology.T @ np.array(solution.row_dual))
        cut = Cut(self.number, cost - float(slope @ x), slope)
        return Outcome(cost, self.columns, np.array(solution.col_value), cut)


class SecondStage:
    """All scenarios' LPs.

    Parameters
    ----------
    model : MatrixModel
    block : (n,) int64
        Scenario of each column; -1 for the first stage.
    cost : (n,) float64
        Of the columns of the blocks; probabilities included.
    """

    def __init__(self, model: MatrixModel, block: NDArray[np.int64], cost: Floats) -> None:
        self._blocks = [_Block(model, number, block, cost) for number in range(int(block.max(initial=-1)) + 1)]

    @property
    def size(self) -> int:
        """Number of scenarios."""
        return len(self._blocks)

    def outcomes(self, x: Floats) -> tuple[Outcome, ...]:
        """Solve every scenario for the first stage ``x``."""
        with ThreadPoolExecutor(THREADS) as pool:
            return tuple(pool.map(lambda block: block.outcome(x), self._blocks))
