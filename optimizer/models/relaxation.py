"""Linear programmes over the columns that matter: the rest is priced, and let in only when it would improve.

A model of many shipments has far more columns than a solution uses. So the LP is solved over the active ones; the duals
of its rows give every other column its reduced cost ``d = c - Aᵀy``, and those below zero become active (column
generation; Desaulniers, Desrosiers & Solomon, eds., 2005). When none is left, the optimum is that of the whole LP, and
so a bound for the model with its whole numbers.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.interruptible import run_interruptibly

PRICED_OUT = 1e-7
"""A reduced cost above minus this is no improvement: the tolerance of HiGHS's dual feasibility."""
AT_ONCE = 8000
"""Columns let in at a time."""

Floats = NDArray[np.float64]


class NoSolutionError(Exception):
    """HiGHS found no solution of a model that is feasible by construction: a defect of ours."""


@dataclass(frozen=True)
class MatrixModel:
    """A PuLP model as arrays.

    Attributes
    ----------
    names : tuple of str
    lower, upper : (n,)
    whole : (n,) bool
    matrix : (m, n) CSC
    row_lower, row_upper : (m,)
    """

    names: tuple[str, ...]
    lower: Floats
    upper: Floats
    whole: NDArray[np.bool_]
    matrix: sparse.csc_array
    row_lower: Floats
    row_upper: Floats

    @classmethod
    def of(cls, model: pulp.LpProblem) -> MatrixModel:
        """Take the arrays out of ``model``; its objective is left out."""
        variables, rows = model.variables(), model.constraints()
        column = {variable.name: place for place, variable in enumerate(variables)}
        entries = [(r, column[v.name], c) for r, row in enumerate(rows) for v, c in row.items() if c]
        row, place, value = (np.array(part) for part in zip(*entries, strict=True)) if entries else ([], [], [])
        infinity = highspy.kHighsInf
        return cls(
            names=tuple(column),
            lower=np.array([-infinity if v.lowBound is None else v.lowBound for v in variables], dtype=float),
            upper=np.array([infinity if v.upBound is None else v.upBound for v in variables], dtype=float),
            whole=np.array([v.cat == pulp.LpInteger for v in variables], dtype=bool),
            matrix=sparse.csc_array((value, (row, place)), shape=(len(rows), len(variables)), dtype=float),
            row_lower=np.array([-infinity if (low := r.getLb()) is None else low for r in rows], dtype=float),
            row_upper=np.array([infinity if (high := r.getUb()) is None else high for r in rows], dtype=float),
        )

    def dense(self, expression: pulp.LpAffineExpression) -> Floats:
        """(n,) coefficients of ``expression``."""
        column = {name: place for place, name in enumerate(self.names)}
        cost = np.zeros(len(self.names))
        for variable, coefficient in expression.items():
            cost[column[variable.name]] += coefficient
        return cost


def highs_model(model: MatrixModel, columns: NDArray[np.int64], *, whole: bool) -> highspy.HighsLp:
    """Hand ``columns`` of ``model`` to HiGHS, with whole numbers or without."""
    matrix = model.matrix[:, columns]
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(columns), model.matrix.shape[0]
    lp.col_cost_ = np.zeros(len(columns))
    lp.col_lower_, lp.col_upper_ = model.lower[columns], model.upper[columns]
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = matrix.data
    if whole and model.whole[columns].any():
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in model.whole[columns]]
    return lp


class Relaxation:
    """The LP of a model over a growing set of active columns.

    Parameters
    ----------
    model : MatrixModel
    active : (n,) bool
        Columns to begin with; a column that is not active counts as 0, which must be within its bounds.
    """

    def __init__(self, model: MatrixModel, active: NDArray[np.bool_]) -> None:
        self._model = model
        self._columns = np.flatnonzero(active)
        self._kept: list[tuple[Floats, float]] = []
        self._lower, self._upper = model.lower.copy(), model.upper.copy()
        self._row_lower, self._row_upper = model.row_lower.copy(), model.row_upper.copy()

    def fix(self, columns: NDArray[np.int64], values: Floats) -> None:
        """Hold columns at ``values`` from now on."""
        self._lower[columns] = self._upper[columns] = values

    def keep(self, cost: Floats, most: float) -> None:
        """Add a row ``cost · x ≤ most``."""
        self._kept.append((cost, most))

    def minimise(self, cost: Floats) -> tuple[float, Floats]:
        """Minimise ``cost · x`` over all columns, active or not.

        Returns
        -------
        float, (n,)
            The least value and where it is reached.

        Raises
        ------
        NoSolutionError
        """
        value, solution, _ = self._optimum(cost)
        return value, solution

    def minimise_and_settle(self, cost: Floats) -> tuple[float, Floats]:
        """Minimise, and from then on allow only what reaches that minimum.

        The optimal face of an LP is where columns of non-zero reduced cost stay at their bound and rows of non-zero dual
        stay tight. Saying so shrinks the LP for the next layer; a row ``cost · x ≤ value`` makes it degenerate.
        """
        value, solution, dual = self._optimum(cost)
        reduced = self._reduced(cost, dual)
        settled = np.abs(reduced) > PRICED_OUT
        self._lower[settled] = self._upper[settled] = solution[settled]
        tight = np.flatnonzero(np.abs(dual[: len(self._row_lower)]) > PRICED_OUT)
        activity = (self._model.matrix @ solution)[tight]
        self._row_lower[tight] = np.minimum(activity, self._row_upper[tight])
        self._row_upper[tight] = np.maximum(activity, self._row_lower[tight])
        return value, solution

    def _optimum(self, cost: Floats) -> tuple[float, Floats, Floats]:
        """Value, solution and row duals of the LP over all columns."""
        while True:
            solver = self._load(cost)
            run_interruptibly(solver)
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                # A run that ends without an answer gives none; once more by the other method.
                solver.clearSolver()
                solver.setOptionValue("solver", "ipm")
                run_interruptibly(solver)
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                raise NoSolutionError(solver.modelStatusToString(solver.getModelStatus()))
            dual = np.array(solver.getSolution().row_dual)
            better = self._better(cost, dual)
            if not len(better):
                break
            self._columns = np.union1d(self._columns, better)
        values = np.zeros(len(cost))
        values[self._columns] = solver.getSolution().col_value
        return float(solver.getInfo().objective_function_value), values, dual

    def _load(self, cost: Floats) -> highspy.Highs:
        lp = highs_model(self._model, self._columns, whole=False)
        lp.col_cost_ = cost[self._columns]
        lp.col_lower_, lp.col_upper_ = self._lower[self._columns], self._upper[self._columns]
        lp.row_lower_, lp.row_upper_ = self._row_lower, self._row_upper
        solver = highspy.Highs()
        solver.setOptionValue("output_flag", False)
        solver.passModel(lp)
        for row, most in self._kept:
            used = np.flatnonzero(row[self._columns]).astype(np.int32)
            solver.addRow(-highspy.kHighsInf, most, len(used), used, row[self._columns][used])
        return solver

    def _reduced(self, cost: Floats, dual: Floats) -> Floats:
        """(n,) reduced costs of all columns."""
        rows = self._model.matrix.shape[0]
        reduced: Floats = cost - self._model.matrix.T @ dual[:rows]
        for (row, _), price in zip(self._kept, dual[rows:], strict=True):
            reduced = reduced - price * row
        return reduced

    def _better(self, cost: Floats, dual: Floats) -> NDArray[np.int64]:
        """Inactive columns that would improve the LP, the best of them."""
        reduced = self._reduced(cost, dual)
        reduced[self._columns] = 0.0
        found = np.flatnonzero((reduced < -PRICED_OUT) & (self._upper > 0))
        return found[np.argsort(reduced[found], kind="stable")[:AT_ONCE]]
