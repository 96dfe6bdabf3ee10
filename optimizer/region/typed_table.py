"""A table of the schema with every column typed, and for each row the place in the file that it came from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from network.problem import Problem
from network.words import Phrase
from optimizer.region.cells import Fault, read_cell
from optimizer.region.raw_table import RawTable
from optimizer.region.schema import Column, Kind, Table

_NUMBERS = {Kind.NUMBER, Kind.WHOLE, Kind.LONGITUDE, Kind.LATITUDE}


@dataclass(frozen=True)
class TypedTable:
    """What was read of one table.

    Attributes
    ----------
    table : Table
    frame : DataFrame
        All columns of the table in its order, index 0…n−1. Texts, ids and choices are str (missing ``""``), numbers
        float64 (missing NaN), dates datetime64[s] (missing NaT), yes or no bool.
    places : tuple of (str, int)
        File and spreadsheet row of each row of the frame.
    headings : dict of (str, str) to str
        File and column name to the heading in that file.
    faulty : frozenset of (int, str)
        Row of the frame and column name of cells already reported; they stand as missing.
    """

    table: Table
    frame: pd.DataFrame
    places: tuple[tuple[str, int], ...]
    headings: dict[tuple[str, str], str]
    faulty: frozenset[tuple[int, str]]

    def problem(
        self,
        row: int,
        column: str | None,
        words: str,
        *,
        value: object = None,
        severity: Literal["error", "warning"] = "error",
        **values: object,
    ) -> Problem:
        """Report row ``row`` of the frame, in the words ``optimizer.region.<words>`` and ``…_mend``."""
        file, number = self.places[row]
        heading = self.headings.get((file, column), column) if column else None
        what, mend = Phrase(f"optimizer.region.{words}", **values), Phrase(f"optimizer.region.{words}_mend", **values)
        return Problem(what, mend, file, number, heading, value, severity)

    def sound(self, row: int, *columns: str) -> bool:
        """Whether none of these cells has been reported already."""
        return not any((row, column) in self.faulty for column in columns)


def empty_table(table: Table) -> TypedTable:
    """Give the table without rows."""
    return TypedTable(table, _frame(table, {column.name: [] for column in table.columns}), (), {}, frozenset())


def typed_table(table: Table, raws: Sequence[RawTable]) -> tuple[TypedTable, list[Problem]]:
    """Read the cells of one table, which may be spread over several files.

    Parameters
    ----------
    table : Table
    raws : sequence of RawTable
        In the order in which the rows shall stand.

    Returns
    -------
    TypedTable
    list of Problem
        Required columns and cells that are missing, cells that cannot be read; all of them.
    """
    problems = [problem for raw in raws for problem in _missing_columns(table, raw)]
    cells: dict[str, list[object]] = {column.name: [] for column in table.columns}
    places: list[tuple[str, int]] = []
    faulty: set[tuple[int, str]] = set()
    for raw in raws:
        for row, number in zip(raw.rows, raw.numbers, strict=True):
            for column in table.columns:
                value, problem = _cell(table, column, raw, row, number)
                cells[column.name].append(value)
                if problem:
                    problems.append(problem)
                if problem or (column.required and value is None):
                    faulty.add((len(places), column.name))
            places.append((raw.file, number))
    headings = {(raw.file, name): heading for raw in raws for name, heading in raw.headings.items()}
    return TypedTable(table, _frame(table, cells), tuple(places), headings, frozenset(faulty)), problems


def _cell(
    table: Table, column: Column, raw: RawTable, row: tuple[object, ...], number: int
) -> tuple[object, Problem | None]:
    """Give the value of one cell, None where it is missing or wrong, and what is wrong with it."""
    if column.name not in raw.places:
        return column.default, None
    place = raw.places[column.name]
    content = row[place] if place < len(row) else None
    value = read_cell(table, column, content)
    heading = raw.headings[column.name]
    if isinstance(value, Fault):
        return None, Problem(value.what, value.mend, raw.file, number, heading, content)
    if value is None and column.required:
        return None, _problem("missing_cell", raw.file, number, heading, column)
    return column.default if value is None else value, None


def _missing_columns(table: Table, raw: RawTable) -> Iterable[Problem]:
    for column in table.columns:
        if column.required and column.name not in raw.places:
            yield _problem("missing_column", raw.file, raw.heading_row, column.name, column)


def _problem(name: str, file: str, row: int, heading: str, column: Column) -> Problem:
    values = {"name": column.name, "heading": column.heading}
    zh_en = {"meaning": Phrase("optimizer.tables.meaning", zh=column.meaning_zh, en=column.meaning_en)}
    what = Phrase(f"optimizer.tables.{name}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{name}_mend", **values, **zh_en), file, row, heading)


def _frame(table: Table, cells: dict[str, list[object]]) -> pd.DataFrame:
    return pd.DataFrame({column.name: _series(column, cells[column.name]) for column in table.columns})


def _series(column: Column, values: list[object]) -> pd.Series:
    """Type one column as :class:`TypedTable` states."""
    if column.kind in _NUMBERS:
        return pd.Series([float("nan") if value is None else value for value in values], dtype="float64")
    if column.kind is Kind.YES_NO:
        missing = bool(column.default)
        return pd.Series([missing if value is None else value for value in values], dtype="bool")
    if column.kind is Kind.DATE:
        return pd.Series([None if value is None else str(value) for value in values], dtype="datetime64[s]")
    return pd.Series(["" if value is None else str(value) for value in values], dtype="str")
