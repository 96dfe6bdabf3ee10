"""A linear programme put in other units, so that its numbers are of middling size whatever people count in.

HiGHS's tolerances are absolute: losses in millionths would all be rounding to it, and entries below 1e-9 nothing.

    R_r             what row r is multiplied by: its greatest entry in columns between two ends, which are choices or
                    shares and have no unit, comes into ``MIDDLING``
    C_c             unit of a column without two ends, such as the worst loss: x_c = C_c x'_c
    F               what the objective is multiplied by: its greatest cost comes there too

All of them are powers of two, so nothing is rounded, and 1 where the greatest number is in its range already.
"""

from __future__ import annotations

from dataclasses import dataclass

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Floats = NDArray[np.float64]

MIDDLING = 1.0, 2.0**20
"""Range of a greatest number that is left as it is."""
TYPICAL = 2.0**10
"""Where the greatest number is outside its range, it is brought near this."""


@dataclass(frozen=True)
class RoundUnits:
    """R, C and F of this module's head.

    Attributes
    ----------
    row : (r,)
    column : (c,)
    objective : float
    """

    row: Floats
    column: Floats
    objective: float

    @staticmethod
    def of(lp: highspy.HighsLp, matrix: sparse.csr_array) -> RoundUnits:
        """Choose units for a programme whose rows have the entries ``matrix`` (r, c)."""
        ends = np.isfinite(lp.col_lower_) & np.isfinite(lp.col_upper_)
        in_choices = _greatest(matrix, ends)
        row = _factors(np.where(in_choices > 0, in_choices, _greatest(matrix, np.ones_like(ends))))
        column = np.ones(len(ends))
        if not ends.all():
            by_column = sparse.csr_array(matrix[:, np.flatnonzero(~ends)].multiply(row[:, None]).T)
            column[~ends] = _factors(_greatest(by_column, np.ones(len(row), dtype=bool)))
        costs = np.array([np.abs(np.array(lp.col_cost_) * column).max(initial=0.0)])
        return RoundUnits(row, column, float(_factors(costs)[0]))

    def put(self, lp: highspy.HighsLp, matrix: sparse.csr_array) -> None:
        """Restate ``lp`` in these units."""
        lp.col_cost_ = self.objective * self.column * np.array(lp.col_cost_)
        lp.offset_ = self.objective * lp.offset_
        lp.col_lower_, lp.col_upper_ = np.array(lp.col_lower_) / self.column, np.array(lp.col_upper_) / self.column
        lp.row_lower_, lp.row_upper_ = self.row * np.array(lp.row_lower_), self.row * np.array(lp.row_upper_)
        lp.a_matrix_.value_ = matrix.data * np.repeat(self.row, np.diff(matrix.indptr)) * self.column[matrix.indices]


def _greatest(matrix: sparse.csr_array, columns: NDArray[np.bool_]) -> Floats:
    """(r,) greatest entry of every row in some of the columns; 0 where there is none."""
    sizes = np.abs(matrix.data)
    if not columns.all():
        sizes = sizes * columns[matrix.indices]
    greatest = np.zeros(matrix.shape[0])
    filled = np.flatnonzero(np.diff(matrix.indptr))
    if len(filled):
        greatest[filled] = np.maximum.reduceat(sizes, matrix.indptr[filled])
    return greatest


def _factors(greatest: Floats) -> Floats:
    """Powers of two that bring what is outside the range near `TYPICAL`."""
    least, most = MIDDLING
    outside = (greatest > 0) & ~((greatest >= least) & (greatest <= most))
    factors = np.ones(len(greatest))
    factors[outside] = 2.0 ** np.round(np.log2(TYPICAL / greatest[outside]))
    return factors
