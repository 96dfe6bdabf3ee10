"""Open an .xlsx workbook and give its sheets as rows of values; refuse what is no workbook or would flood memory."""

from __future__ import annotations

import warnings
import zipfile
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from xml.etree.ElementTree import ParseError

import openpyxl
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from network.problem import Problem
from network.words import Phrase

LARGEST_UNZIPPED = 500_000_000
"""Bytes that all parts of a workbook may take unzipped."""

LARGEST_RATIO = 500
"""Unzipped over zipped; a sheet of equal cells reaches about 100."""

LARGEST_SHEET = 200_000
"""Rows of one sheet."""

_NO_WORKBOOK = (
    InvalidFileException,
    zipfile.BadZipFile,
    KeyError,
    ValueError,
    TypeError,
    AttributeError,
    IndexError,
    EOFError,
    OSError,
    ParseError,
    NotImplementedError,
)
"""What openpyxl raises on a file that is damaged or another kind of zip file."""


@dataclass(frozen=True)
class Sheet:
    """One sheet.

    Attributes
    ----------
    title : str
    file : str
        ``workbook/sheet``, as problems name it.
    rows : tuple of tuple of object
        From the first row on; a formula gives its stored result.
    """

    title: str
    file: str
    rows: tuple[tuple[object, ...], ...]


def read_workbook(path: Path) -> tuple[tuple[Sheet, ...], list[Problem]]:
    """Read all visible and hidden sheets of a workbook.

    Returns
    -------
    tuple of Sheet
        In the workbook's order; charts left out.
    list of Problem
        The file is no workbook or too large, a sheet is too long, a formula has no stored result.
    """
    refused = _refused(path)
    if refused:
        return (), [refused]
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # openpyxl warns of extensions such as drop-down lists that it drops
            values, cut = _values(path)
            problems = [_problem("sheet_too_long", f"{path.name}/{title}", most=LARGEST_SHEET) for title in cut]
            problems += _formulas_without_result(path, values)
    except _NO_WORKBOOK as error:
        return (), [_problem("no_workbook", path.name, detail=type(error).__name__)]
    return tuple(Sheet(title, f"{path.name}/{title}", rows) for title, rows in values.items()), problems


def _refused(path: Path) -> Problem | None:
    """What can be told from the zip directory alone."""
    try:
        size = path.stat().st_size
        if size == 0:
            return _problem("empty_workbook", path.name)
        with zipfile.ZipFile(path) as parts:
            unzipped = sum(part.file_size for part in parts.infolist())
    except zipfile.BadZipFile:
        return _problem("no_workbook", path.name, detail="zip")
    except OSError as error:
        return _problem("unreadable_file", path.name, detail=error.strerror or str(error))
    if unzipped > LARGEST_UNZIPPED or unzipped > LARGEST_RATIO * size:
        return _problem("workbook_too_large", path.name, megabytes=f"{unzipped / 1e6:.0f}")
    return None


def _values(path: Path) -> tuple[dict[str, tuple[tuple[object, ...], ...]], list[str]]:
    """Give the rows by sheet, and the sheets that were cut off."""
    values: dict[str, tuple[tuple[object, ...], ...]] = {}
    cut: list[str] = []
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=True)) as book:
        for sheet in book.worksheets:
            sheet.reset_dimensions()  # what a program states of a sheet's size is often wrong
            rows: list[tuple[object, ...]] = []
            for row in sheet.iter_rows(values_only=True):
                rows.append(row)
                if len(rows) > LARGEST_SHEET:
                    cut.append(sheet.title)
                    break
            while rows and all(cell is None for cell in rows[-1]):
                rows.pop()
            values[sheet.title] = tuple(rows)
    return values, cut


def _formulas_without_result(path: Path, values: dict[str, tuple[tuple[object, ...], ...]]) -> Iterator[Problem]:
    """Find formulas that no program has calculated: they would read as empty cells."""
    with closing(openpyxl.load_workbook(path, read_only=True, data_only=False)) as book:
        for sheet in book.worksheets:
            sheet.reset_dimensions()
            rows = values[sheet.title]
            for number, row in enumerate(sheet.iter_rows(max_row=len(rows) or 1), 1):
                for place, cell in enumerate(row):
                    if cell.data_type == "f" and number <= len(rows) and rows[number - 1][place] is None:
                        column = get_column_letter(place + 1)
                        yield _problem("no_cached_value", f"{path.name}/{sheet.title}", number, column)


def _problem(words: str, file: str, row: int | None = None, column: str | None = None, **values: object) -> Problem:
    what = Phrase(f"optimizer.tables.{words}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{words}_mend", **values), file, row, column)
