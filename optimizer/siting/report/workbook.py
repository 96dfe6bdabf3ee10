"""``siting.xlsx``: the summary and the decided sites, a sheet for every table, and what stands behind it."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from network.words import Language
from optimizer.region.schema import Column, Kind, Table
from optimizer.report.workbook.book import FONTS
from optimizer.report.workbook.declared import declared_field
from optimizer.report.workbook.sheet import Book, Sheet
from optimizer.siting.report.told import Told
from optimizer.siting.siting import Siting
from optimizer.siting.stated.tables import SITING_TABLES

WIDTH = 110.0
COLUMNS = 8
"""A sentence of the summary runs over so many columns."""
JOINED_IDS = ("open_sites", "best_sites", "instead", "added", "lost_sites", "backup_ids")
"""Columns in which ids stand joined; the workbook gives names."""
DECIDED = ("opened", "enlarged", "closed")


def write_siting_workbook(siting: Siting, path: Path, language: Language) -> None:
    """Write the workbook."""
    told = Told(siting, language)
    book = Book(str(path), FONTS[language], told("sheet_summary"))
    _summary(book, told)
    for table in SITING_TABLES:
        if len(siting.tables[table.name]):
            _sheet(book, told, table)
    notes = Sheet(book, told("sheet_notes"), told("page"))
    notes.page.set_column(0, 0, WIDTH)
    for line in [*told.cautions(), *told.basis(), siting.solver]:
        notes.note(line, WIDTH)
    book.close()


def _summary(book: Book, told: Told) -> None:
    """Write headline and the sites that something is decided of."""
    sheet = Sheet(book, told("sheet_summary"), told("page"))
    sheet.title(told.title())
    for line in [*told.headline(), *told.cautions()]:
        sheet.paragraph(line, COLUMNS, WIDTH)
    sites = told.siting.tables["sites"]
    table = next(one for one in SITING_TABLES if one.name == "sites")
    sheet.section(told("t_sites"))
    _rows(sheet, told, table, sites[sites["decision"].isin(DECIDED)])
    sheet.finish()


def _sheet(book: Book, told: Told, table: Table) -> None:
    sheet = Sheet(book, table.title if told.language == "zh" else table.name, told("page"))
    sheet.title(table.title if told.language == "zh" else table.name, told.title())
    _rows(sheet, told, table, told.siting.tables[table.name])
    sheet.finish()


def _rows(sheet: Sheet, told: Told, table: Table, rows: pd.DataFrame) -> None:
    fields = [declared_field(column, told.language) for column in table.columns]
    sheet.headings(fields, stay=True)
    shown = rows.assign(**{column.name: _cells(column, rows[column.name], told) for column in table.columns})
    sheet.lines(fields, shown[[column.name for column in table.columns]].itertuples(index=False))


def _cells(column: Column, cells: pd.Series, told: Told) -> pd.Series:
    """Codes in words, ids that stand joined as names."""
    if column.kind is Kind.YES_NO:
        return cells.astype(bool).map({True: told("yes"), False: told("no")})
    if column.kind is Kind.CHOICE and told.language == "zh":
        return cells.map(lambda code: column.choices.get(code, code))
    return cells.map(told.names) if column.name in JOINED_IDS else cells
