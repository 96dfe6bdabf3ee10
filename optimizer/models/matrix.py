"""A PuLP model as arrays, and how HiGHS gets them."""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]
Rows = list[tuple[Floats, float]]
"""Rows ``cost · x ≤ most``."""


class NoSolutionError(Exception):
    """HiGHS found no solution of a model that has one by construction: a defect of ours."""


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
        table = np.array(entries, dtype=float).reshape(-1, 3)
        places = table[:, 0].astype(np.int64), table[:, 1].astype(np.int64)
        infinity = highspy.kHighsInf
        return cls(
            names=tuple(column),
            lower=np.array([-infinity if v.lowBound is None else v.lowBound for v in variables], dtype=float),
            upper=np.array([infinity if v.upBound is None else v.upBound for v in variables], dtype=float),
            whole=np.array([v.cat == pulp.LpInteger for v in variables], dtype=bool),
            matrix=sparse.csc_array((table[:, 2], places), shape=(len(rows), len(variables))),
            row_lower=np.array([-infinity if (low := r.getLb()) is None else low for r in rows], dtype=float),
            row_upper=np.array([infinity if (high := r.getUb()) is None else high for r in rows], dtype=float),
        )

    def part(self, rows: NDArray[np.int64], columns: NDArray[np.int64]) -> MatrixModel:
        """Take the given rows and columns only."""
        return MatrixModel(
            names=tuple(self.names[place] for place in columns),
            lower=self.lower[columns],
            upper=self.upper[columns],
            whole=self.whole[columns],
            matrix=sparse.csc_array(sparse.csr_array(self.matrix)[rows][:, columns]),
            row_lower=self.row_lower[rows],
            row_upper=self.row_upper[rows],
        )

    def dense(self, expression: pulp.LpAffineExpression) -> Floats:
        """(n,) coefficients of ``expression``."""
        column = {name: place for place, name in enumerate(self.names)}
        cost = np.zeros(len(self.names))
        for variable, coefficient in expression.items():
            cost[column[variable.name]] += coefficient
        return cost


def highs_model(model: MatrixModel, *, whole: bool) -> highspy.HighsLp:
    """Hand ``model`` to HiGHS, with whole numbers or without."""
    lp = highspy.HighsLp()
    lp.num_row_, lp.num_col_ = model.matrix.shape
    lp.col_cost_ = np.zeros(lp.num_col_)
    lp.col_lower_, lp.col_upper_ = model.lower, model.upper
    lp.row_lower_, lp.row_upper_ = model.row_lower, model.row_upper
    lp.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    lp.a_matrix_.start_ = model.matrix.indptr.astype(np.int32)
    lp.a_matrix_.index_ = model.matrix.indices.astype(np.int32)
    lp.a_matrix_.value_ = model.matrix.data
    if whole and model.whole.any():
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if one else kinds.kContinuous for one in model.whole]
    return lp


def add_rows(solver: highspy.Highs, rows: Rows) -> None:
    """Add ``rows`` to a model that HiGHS holds."""
    for row, most in rows:
        used = np.flatnonzero(row).astype(np.int32)
        solver.addRow(-highspy.kHighsInf, most, len(used), used, row[used])
