"""``whatif.xlsx``: the summary, and one sheet a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from network.words import Language, say
from optimizer.analysis.analysis_tables import WHATIF_TABLES
from optimizer.analysis.whatif import WhatIf
from optimizer.analysis.whatif_report.summary import title, told_lines
from optimizer.analysis.whatif_report.wording import WhatIfWords
from optimizer.region.schema import Column, Kind, Table
from optimizer.report.workbook.book import FONTS
from optimizer.report.workbook.declared import declared_field
from optimizer.report.workbook.sheet import Book, Cell, Sheet

WIDTH = 110.0
_LINES = ("wkt", "landing_wkt")
"""Columns that a map shows and a sheet does not."""
_WORDS = {
    "kind": "site_kind",
    **{f"{name}_{when}": name for name in ("status", "outcome") for when in ("before", "after")},
}
"""Columns whose codes have their words under another name."""


def write_workbook(found: WhatIf, path: Path, language: Language) -> None:
    """Write the summary and every table that has rows."""
    words = WhatIfWords.of(found, language)
    write_book(path, words, title(found, language), told_lines(found, language), WHATIF_TABLES, found.tables)


def write_book(
    path: Path,
    words: WhatIfWords,
    heading: str,
    lines: Sequence[str],
    tables: Sequence[Table],
    rows: Mapping[str, pd.DataFrame],
) -> None:
    """Write a workbook of a heading with lines, and a sheet for each of ``tables`` that has rows."""
    language = words.language
    page = say("optimizer.workbook.page", language)
    book = Book(str(path), FONTS[language], say("optimizer.workbook.untitled", language))
    sheet = Sheet(book, words("sheet_summary"), page)
    sheet.title(heading)
    sheet.page.set_column(0, 0, WIDTH)
    for line in lines:
        sheet.note(line, WIDTH)
    for table in tables:
        if len(rows[table.name]):
            name = table.title if language == "zh" else table.name
            _table(Sheet(book, name, page), table, rows[table.name], words)
    book.close()


def _table(sheet: Sheet, table: Table, rows: pd.DataFrame, words: WhatIfWords) -> None:
    sheet.title(table.meaning_zh if words.language == "zh" else table.meaning_en)
    columns = [column for column in table.columns if column.name not in _LINES]
    fields = [declared_field(column, words.language) for column in columns]
    sheet.headings(fields, stay=True)
    cells = [[_cell(column, value, words) for value in rows[column.name]] for column in columns]
    sheet.lines(fields, zip(*cells, strict=True))
    sheet.finish()


def _cell(column: Column, value: Any, words: WhatIfWords) -> Cell:
    if column.kind is Kind.YES_NO:
        return words("yes" if value else "no")
    if column.kind is Kind.CHOICE and value in column.choices:
        return (
            column.choices[value]
            if words.language == "zh"
            else words.choice(_WORDS.get(column.name, column.name), str(value))
        )
    if value is None or value is pd.NA:
        return None
    return str(value) if isinstance(value, str) else float(value)
