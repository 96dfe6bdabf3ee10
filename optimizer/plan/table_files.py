"""A plan's tables as CSV files: one each, English headings, numbers exact to the last digit, text safe in Excel."""

from __future__ import annotations

import csv
import math
import re
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.region.schema import Column, Kind, Table

NUMBERS = (Kind.NUMBER, Kind.WHOLE, Kind.LONGITUDE, Kind.LATITUDE)
_ESCAPED = re.compile(r"^'*[=+\-@\t\r]")


def write_tables(tables: Mapping[str, pd.DataFrame], folder: Path, declared: Sequence[Table] = PLAN_TABLES) -> None:
    """Write each of the ``declared`` tables to ``<name>.csv``: UTF-8 with a mark that Excel knows it by.

    A text that a spreadsheet would take for a formula is written behind an apostrophe, which reading takes off.
    """
    for table in declared:
        frame = tables[table.name]
        cells = [[_cell(column, value) for value in frame[column.name]] for column in table.columns]
        with (folder / f"{table.name}.csv").open("w", encoding="utf-8-sig", newline="") as file:
            writer = csv.writer(file, lineterminator="\r\n")
            writer.writerow([column.name for column in table.columns])
            writer.writerows(zip(*cells, strict=True))


def read_plan_tables(folder: Path, declared: Sequence[Table] = PLAN_TABLES) -> dict[str, pd.DataFrame]:
    """Read back the ``declared`` tables of a folder.

    Returns
    -------
    dict of str to DataFrame
        Every declared table by name, all columns, in order: numbers float64 (NaN where empty), yes or no
        bool, all else text (``""`` where empty).

    Raises
    ------
    ProblemsError
        A table or a column is missing, or a cell is no number: all of them at once.
    """
    problems: list[Problem] = []
    tables = {table.name: _read(table, folder, problems) for table in declared}
    if problems:
        raise ProblemsError(problems)
    return tables


def _cell(column: Column, value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)) or value is pd.NaT or value is pd.NA:
        return ""
    if column.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if column.kind in NUMBERS:
        number = float(str(value))
        return str(int(number)) if number.is_integer() and abs(number) < 2**53 else repr(number)
    text = str(value)
    return f"'{text}" if _ESCAPED.match(text) else text


def _read(table: Table, folder: Path, problems: list[Problem]) -> pd.DataFrame:
    path = folder / f"{table.name}.csv"
    empty = pd.DataFrame({column.name: [] for column in table.columns})
    mend = Phrase("optimizer.plan.broken_mend")
    if not path.is_file():
        problems.append(Problem(Phrase("optimizer.plan.table_missing"), mend, file=path.name))
        return empty
    try:
        raw = pd.read_csv(path, dtype=str, keep_default_na=False, encoding="utf-8-sig")
    except (ValueError, OSError) as error:
        what = Phrase("optimizer.plan.table_broken", reason=error)
        problems.append(Problem(what, mend, file=path.name))
        return empty
    for column in table.columns:
        if column.name not in raw:
            what = Phrase("optimizer.plan.column_missing")
            problems.append(Problem(what, mend, file=path.name, column=column.name))
    known = [column for column in table.columns if column.name in raw]
    return pd.DataFrame({column.name: _typed(column, raw[column.name], path.name, problems) for column in known})


def _typed(column: Column, cells: pd.Series[str], file: str, problems: list[Problem]) -> object:
    if column.kind is Kind.YES_NO:
        return (cells == "yes").to_numpy(dtype=np.bool_)
    if column.kind not in NUMBERS:
        return pd.Series([text[1:] if text[:1] == "'" and _ESCAPED.match(text) else text for text in cells], dtype=str)
    numbers = np.full(len(cells), np.nan)
    for row, text in enumerate(cells):
        try:
            numbers[row] = float(text) if text else np.nan
        except ValueError:
            what, mend = Phrase("optimizer.plan.not_a_number"), Phrase("optimizer.plan.broken_mend")
            problems.append(Problem(what, mend, file=file, row=row + 2, column=column.name, value=text))
    return numbers
