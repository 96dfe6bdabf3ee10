"""Read a table from CSV as planners' programs write it: UTF-8, GB18030 or UTF-16; comma, tab or semicolon."""

from __future__ import annotations

import codecs
import csv
import io
from pathlib import Path

from network.problem import Problem
from network.words import Phrase
from optimizer.region.raw_table import RawTable, raw_table
from optimizer.region.schema import Table

LARGEST_CELL = 100_000
"""Characters; a longer cell comes from a quotation mark that is never closed."""


def read_csv_table(path: Path, table: Table) -> tuple[RawTable | None, list[Problem]]:
    """Read one CSV file.

    Parameters
    ----------
    path : Path
    table : Table
        What the file should hold.

    Returns
    -------
    RawTable or None
        None where the file has no rows under headings.
    list of Problem
        All that is wrong with the file and its headings.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        return None, [_problem("unreadable_file", path.name, detail=error.strerror or str(error))]
    if not content.strip(codecs.BOM_UTF8 + b"\x00 \r\n\t"):
        return None, [_problem("empty_file", path.name)]
    text = decoded(content)
    if text is None:
        return None, [_problem("unknown_encoding", path.name)]
    try:
        rows = _rows(text)
    except csv.Error as error:
        return None, [_problem("broken_csv", path.name, row=_broken_row(text), detail=str(error))]
    return raw_table(path.name, rows, table)


def decoded(content: bytes) -> str | None:
    """Decode a text file: UTF-16 by its mark, else UTF-8, else GB18030; None where it is none of them."""
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        encodings = ["utf-16"]
    else:
        encodings = ["utf-8-sig", "gb18030"]
    for encoding in encodings:
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        return None if "\x00" in text else text
    return None


def _rows(text: str) -> list[list[str]]:
    csv.field_size_limit(LARGEST_CELL)
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True))


def _delimiter(text: str) -> str:
    """Take the sign that stands most often in the first lines, the comma when in doubt."""
    top = "\n".join(text.splitlines()[:10])
    return max([",", "\t", ";"], key=top.count)


def _broken_row(text: str) -> int:
    """Give the spreadsheet row in which the reader gives up."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text), strict=True)
    row = 1
    try:
        for _ in reader:
            row += 1
    except csv.Error:
        return row
    return row


def _problem(name: str, file: str, *, row: int | None = None, **values: object) -> Problem:
    what = Phrase(f"optimizer.tables.{name}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{name}_mend", **values), file, row)
