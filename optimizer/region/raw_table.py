"""A table as a file holds it, before its cells are read: headings found, rows numbered as the spreadsheet does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from network.problem import Problem
from network.words import Phrase
from optimizer.region.headings import Heading, column_label, find_heading, known_headings, nearest_heading
from optimizer.region.schema import Table

HEADING_ROWS = 10
"""Rows at the top of a sheet among which the headings are looked for: ledgers carry titles and notes above them."""


@dataclass(frozen=True)
class RawTable:
    """Cells under their columns.

    Attributes
    ----------
    file : str
        File, and sheet or layer, as problems name it.
    heading_row : int
        1-based.
    headings : dict of str to str
        Column name to the heading in the file.
    places : dict of str to int
        Column name to its place in a row.
    rows : tuple of tuple of object
        Below the headings; rows without any content left out.
    numbers : tuple of int
        Spreadsheet row of each, the first row of the sheet being 1.
    """

    file: str
    heading_row: int
    headings: dict[str, str]
    places: dict[str, int]
    rows: tuple[tuple[object, ...], ...]
    numbers: tuple[int, ...]


def raw_table(
    file: str, sheet: Sequence[Sequence[object]], table: Table, *, cut: bool = False
) -> tuple[RawTable | None, list[Problem]]:
    """Find the headings in a sheet and the rows below them.

    The heading row is the one among the first :data:`HEADING_ROWS` that names most columns. The row below it belongs
    to the headings when most of what it says are headings: the other language, or the second line of merged headings.

    Parameters
    ----------
    file : str
    sheet : sequence of rows
        From the first row of the file on; rows may differ in length.
    table : Table
    cut : bool
        Headings may be cut short, as a shapefile does.

    Returns
    -------
    RawTable or None
        None where the sheet has no headings.
    list of Problem
        No headings, unknown and doubled columns, a unit other than the column's, cells beyond the headings.
    """
    known = known_headings(table)
    found = [[_find(cell, table, known, cut=cut) for cell in row] for row in sheet[: HEADING_ROWS + 1]]
    counts = [len({heading.column for heading in row if heading}) for row in found[:HEADING_ROWS]]
    if not counts or max(counts) == 0:
        return None, [_no_headings(file, sheet, table)]
    top = counts.index(max(counts))
    lines = [top, top + 1] if _mostly_headings(sheet, found, top + 1) else [top]
    headings, problems = _columns(file, sheet, found, lines, table)
    first = lines[-1] + 1
    filled = [(i + 1, tuple(row)) for i, row in enumerate(sheet[first:], first) if any(map(_filled, row))]
    problems += _beyond(file, filled, width=max(len(sheet[i]) for i in lines))
    raw = RawTable(
        file,
        lines[0] + 1,
        {name: text for name, (_, text) in headings.items()},
        {name: place for name, (place, _) in headings.items()},
        tuple(row for _, row in filled),
        tuple(number for number, _ in filled),
    )
    return raw, problems


def _find(cell: object, table: Table, known: dict[str, str], *, cut: bool) -> Heading | None:
    return find_heading(cell, table, known, cut=cut) if isinstance(cell, str) else None


def _filled(cell: object) -> bool:
    return cell is not None and cell == cell and str(cell).strip() != ""


def _mostly_headings(sheet: Sequence[Sequence[object]], found: list[list[Heading | None]], row: int) -> bool:
    """Whether most cells of the row are headings; a column that is not ours may have its caption among them."""
    if row >= len(found):
        return False
    said = [heading for cell, heading in zip(sheet[row], found[row], strict=True) if _filled(cell)]
    return 2 * sum(heading is not None for heading in said) > len(said)


def _columns(
    file: str,
    sheet: Sequence[Sequence[object]],
    found: list[list[Heading | None]],
    lines: list[int],
    table: Table,
) -> tuple[dict[str, tuple[int, str]], list[Problem]]:
    """Give place and heading of each column, with the problems of the heading rows."""
    columns: dict[str, tuple[int, str]] = {}
    problems: list[Problem] = []
    for place in range(max(len(sheet[i]) for i in lines)):
        cells = [
            (sheet[i][place], found[i][place], i + 1)
            for i in lines
            if place < len(sheet[i]) and _filled(sheet[i][place])
        ]
        if not cells:
            continue
        text, heading, row = next((cell for cell in cells if cell[1]), cells[0])
        if heading is None:
            problems.append(_unknown_column(file, row, str(text), table))
            continue
        if heading.column in columns:
            problems.append(_problem("doubled_column", file, row, str(text), other=columns[heading.column][1]))
            continue
        if heading.other_unit:
            unit = table.column(heading.column).unit
            problems.append(_problem("heading_unit", file, row, str(text), stated=heading.other_unit, unit=unit))
        columns[heading.column] = (place, str(text).strip())
    return columns, problems


def _unknown_column(file: str, row: int, text: str, table: Table) -> Problem:
    nearest = nearest_heading(text, table)
    if nearest:
        return _problem("unknown_column", file, row, text, nearest=nearest)
    return _problem("foreign_column", file, row, text, known=", ".join(map(column_label, table.columns)))


def _no_headings(file: str, sheet: Sequence[Sequence[object]], table: Table) -> Problem:
    known = ", ".join(column_label(column) for column in table.columns if column.required)
    empty = not any(_filled(cell) for row in sheet for cell in row)
    return _problem("empty_table" if empty else "no_headings", file, 1, None, known=known)


def _beyond(file: str, rows: list[tuple[int, tuple[object, ...]]], *, width: int) -> list[Problem]:
    """Cells to the right of the last heading: most often a comma in a text that is not quoted."""
    return [
        _problem("too_many_cells", file, number, None, value=next(filter(_filled, row[width:])), width=width)
        for number, row in rows
        if any(map(_filled, row[width:]))
    ]


def _problem(name: str, file: str, row: int, column: str | None, *, value: object = None, **values: object) -> Problem:
    """Build a problem from the words ``name`` and ``name_mend``."""
    what = Phrase(f"optimizer.tables.{name}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{name}_mend", **values), file, row, column, value)
