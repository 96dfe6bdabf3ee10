"""``dispatch.xlsx``: the headline, and a sheet for every table, with the time of the clock beside every minute."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from optimizer.dispatch.report.told import Told
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.region.schema import Column, Kind, Table
from optimizer.report.workbook.book import FONTS
from optimizer.report.workbook.declared import declared_field
from optimizer.report.workbook.sheet import Book, Cell, Field, Sheet

WIDTH = 110.0
DURATIONS = ("work_min", "drive_min", "wait_min")
"""Minutes that something takes; all the others are times."""
UNSHOWN = ("links", "wkt")
"""Columns for machines, longer than a cell may be."""
FAILED = ("late", "partly", "unserved")
NAMES = {
    "team_ids": Told.carriers,
    "depot_ids": Told.sites,
    "place_id": Told.place,
    "from_place_id": Told.place,
    "to_place_id": Told.place,
    "skill": Told.skill,
    "part": Told.part,
    "layer": Told.layer,
}
"""What the ids of a column are called by."""
BY_KIND = {"task": "team_ids", "request": "depot_ids", "place": "depot_ids"}
"""What has changed, and which column its ids are like."""


def write_dispatch_workbook(told: Told, path: Path) -> None:
    """Write the workbook; a table without rows has no sheet."""
    book = Book(str(path), FONTS[told.language], told("sheet_summary"))
    sheet = Sheet(book, told("sheet_summary"), told("page"))
    sheet.title(told.title())
    sheet.page.set_column(0, 0, WIDTH)
    for line in told.lines()[1:]:
        sheet.note(line, WIDTH)
    for table in DISPATCH_TABLES:
        if len(told.dispatch.tables[table.name]):
            _sheet(book, told, table)
    book.close()


def _sheet(book: Book, told: Told, table: Table) -> None:
    zh = told.language == "zh"
    sheet = Sheet(book, table.title if zh else table.name, told("page"))
    sheet.title(table.title if zh else table.name, table.meaning_zh if zh else table.meaning_en)
    columns = [column for column in table.columns if column.name not in UNSHOWN]
    fields = [field for column in columns for field in _fields(column, told)]
    sheet.headings(fields, stay=True)
    for row in told.dispatch.tables[table.name].to_dict("records"):
        cells = [cell for column in columns for cell in _cells(column, row, told)]
        sheet.line(fields, cells, "alarm" if row.get("status") in FAILED else "plain")
    sheet.finish()


def _is_time(column: Column) -> bool:
    return column.name.endswith("_min") and column.name not in DURATIONS


def _fields(column: Column, told: Told) -> tuple[Field, ...]:
    """The column's own heading, and one for its time of the clock."""
    own = declared_field(column, told.language)
    heading = column.heading if told.language == "zh" else column.name.removesuffix("_min")
    return (own, Field(told("clock", heading=heading))) if _is_time(column) else (own,)


def _cells(column: Column, row: Mapping[Any, Any], told: Told) -> tuple[Cell, ...]:
    """The value, codes and joined ids in words; and the time of the clock."""
    value = row[column.name]
    if _is_time(column):
        return value, told.clock.full(value)
    if column.kind is Kind.CHOICE:
        return (told.choice(column, value),)
    return (_named(column.name, row, told),)


def _named(name: str, row: Mapping[Any, Any], told: Told) -> Cell:
    """Names for the ids of a cell where the row does not give them itself."""
    meant = BY_KIND[row["kind"]] if name in ("before", "after") else name
    if meant == "place_id" and "place_name" in row:
        return row[name]
    return NAMES[meant](told, str(row[name])) if meant in NAMES else row[name]
