"""Rows of a table, each with its columns as attributes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def rows_of(table: pd.DataFrame) -> Iterator[Any]:
    """Give the rows in order; the names of columns must be names in Python."""
    return iter(table.itertuples(index=False))


def rows_by(table: pd.DataFrame, key: str) -> dict[str, Any]:
    """Give the rows by the value of a column that is different in each."""
    return {str(getattr(row, key)): row for row in rows_of(table)}


def sums(table: pd.DataFrame, key: str, column: str) -> dict[str, float]:
    """Sum a column over the rows that have the same in another."""
    found: dict[str, float] = {}
    for name, value in zip(table[key], table[column], strict=True):
        found[str(name)] = found.get(str(name), 0.0) + float(value)
    return found
