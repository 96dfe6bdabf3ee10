"""Estimate marks: which cells of a table are estimates, and how a mark travels to what is worked out from them.

The column ``estimated`` of a row is empty where everything is known, ``yes`` where the whole row is an estimate, and
otherwise names the row's estimated columns, joined by ``;``.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

WHOLE_ROW = "yes"
"""The mark of a row that is an estimate throughout."""


def is_estimated(marks: pd.Series, *columns: str) -> NDArray[np.bool_]:
    """Tell for each row whether one of ``columns`` is an estimate.

    Parameters
    ----------
    marks : (n,) Series of str
        The column ``estimated``; a missing mark counts as empty.
    *columns : str
        Names of columns of the same table; with none given, any mark counts.

    Returns
    -------
    (n,) bool
    """
    # A table repeats few distinct marks over many rows.
    codes, distinct = pd.factorize(marks.fillna("").astype(str))
    estimated = np.array([_names_one(mark, columns) for mark in distinct], dtype=np.bool_)
    found: NDArray[np.bool_] = estimated[codes]
    return found


def join_marks(flags: Mapping[str, NDArray[np.bool_]]) -> NDArray[np.object_]:
    """Write the marks of new rows.

    Parameters
    ----------
    flags : mapping of str to (n,) bool
        For each column of the new rows, where it rests on an estimate.

    Returns
    -------
    (n,) object
        Names of the flagged columns joined by ``;`` in the mapping's order, empty where none is.
    """
    if not flags:
        return np.empty(0, dtype=np.object_)
    names = list(flags)
    marks = np.empty(len(flags[names[0]]), dtype=np.object_)
    marks[:] = [
        ";".join(name for name, flagged in zip(names, row, strict=True) if flagged)
        for row in zip(*flags.values(), strict=True)
    ]
    return marks


def _names_one(mark: str, columns: tuple[str, ...]) -> bool:
    """Whether ``mark`` speaks of one of ``columns``."""
    named = {part.strip() for part in mark.split(";")} - {""}
    if not columns:
        return bool(named)
    return WHOLE_ROW in named or not named.isdisjoint(columns)
