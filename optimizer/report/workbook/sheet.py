"""One sheet of a workbook: title, headings that stay in sight, rows, totals, and how it prints."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from xlsxwriter import Workbook
from xlsxwriter.utility import xl_col_to_name

Cell = object
LONGEST_NAME = 31
FORBIDDEN = re.compile(r"[\[\]:*?/\\\x00-\x1f]")
FORMULA_START = ("=", "+", "-", "@", "\t", "\r")
NUMBER_FORMATS = {
    "text": "@",
    "whole": "#,##0",
    "number": "#,##0.0#",
    "money": "#,##0.00",
    "wan": "#,##0.00",
    "wan_fine": "#,##0.0000",
    "percent": "0.0%",
    "probability": "0.0000",
}
STYLES: dict[str, dict[str, Any]] = {
    "title": {"bold": True, "font_size": 16},
    "note": {"font_color": "#555555"},
    "section": {"bold": True, "font_size": 13},
    "heading": {"bold": True, "bg_color": "#1F4E79", "font_color": "#FFFFFF", "border": 1, "align": "center"},
    "group": {"bold": True, "bg_color": "#DDEBF7", "border": 1},
    "plain": {"border": 1},
    "alarm": {"border": 1, "bg_color": "#FCE4D6"},
    "subtotal": {"bold": True, "border": 1, "bg_color": "#F2F2F2"},
    "total": {"bold": True, "border": 1, "bg_color": "#FFF2CC"},
    "link": {"font_color": "#0563C1", "underline": 1, "border": 1},
}
WRAPPED = ("heading", "plain", "alarm", "link", "note")


@dataclass(frozen=True)
class Field:
    """A column of a sheet: heading, form of its cells (a key of ``NUMBER_FORMATS``), widest width in signs."""

    heading: str
    form: str = "text"
    widest: float = 34.0


@dataclass(frozen=True)
class Formula:
    """A formula and the value that it has, so that readers which do not compute still show the number."""

    text: str
    value: float


class Book:
    """An .xlsx file being written, with its formats and the names its sheets have taken."""

    def __init__(self, path: str, font: str, untitled: str) -> None:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self.file = Workbook(path, options)
        self.font = font
        self.untitled = untitled
        self._taken: set[str] = set()
        self._formats: dict[tuple[str, str, bool], Any] = {}

    def sheet_name(self, wanted: str) -> str:
        """Make a name that Excel takes: 31 signs, none forbidden, none twice; remembered as taken."""
        base = FORBIDDEN.sub(" ", wanted).strip().strip("'").strip() or self.untitled
        name, count = _cut(base, LONGEST_NAME), 1
        while name.casefold() in self._taken or name.casefold() == "history":
            count += 1
            end = f" ({count})"
            name = _cut(base, LONGEST_NAME - len(end)) + end
        self._taken.add(name.casefold())
        return name

    def format(self, style: str, form: str = "text", *, quoted: bool = False) -> Any:
        """Give the cell format of a style and a form of number."""
        key = (style, form, quoted)
        if key not in self._formats:
            options = {"font_name": self.font, "font_size": 10.5, "valign": "vcenter"} | STYLES[style]
            wraps: dict[str, Any] = {"text_wrap": True} if style in WRAPPED else {}
            wraps |= {"indent": 1} if style in ("plain", "alarm") and form == "text" else {}
            options |= {"num_format": NUMBER_FORMATS[form], "quote_prefix": quoted} | wraps
            self._formats[key] = self.file.add_format(options)
        return self._formats[key]

    def close(self) -> None:
        """Write the file."""
        self.file.close()


class Sheet:
    """A sheet being written from the top down."""

    def __init__(self, book: Book, name: str, page_words: str) -> None:
        self.book = book
        self.name = book.sheet_name(name)
        self.page = book.file.add_worksheet(self.name)
        self.row = 0
        self._widths: dict[int, float] = {}
        self.page.set_landscape()
        self.page.set_paper(9)
        self.page.fit_to_pages(1, 0)
        self.page.set_margins(0.5, 0.5, 0.6, 0.7)
        self.page.set_footer(f"&C{page_words}")

    def title(self, text: str, note: str = "") -> None:
        """Write the title, and under it a note where there is one."""
        self.page.write_string(self.row, 0, text, self.book.format("title"))
        self.page.set_row(self.row, 26)
        self.row += 1
        if note:
            self.page.write_string(self.row, 0, note, self.book.file.add_format({"font_color": "#555555"}))
            self.row += 1

    def section(self, text: str) -> None:
        """Write the title of a block, after an empty row."""
        self.row += 1
        self.page.write_string(self.row, 0, text, self.book.format("section"))
        self.row += 1

    def paragraph(self, text: str, columns: int, width: float) -> None:
        """Write a wrapped text over the first ``columns`` columns, ``width`` signs wide in all."""
        style = self.book.file.add_format(
            {"text_wrap": True, "valign": "top", "font_name": self.book.font, "font_size": 10.5}
        )
        self.page.merge_range(self.row, 0, self.row, columns - 1, "", style)
        self.page.write_string(self.row, 0, text, style)
        lines = sum(math.ceil(max(display_width(line), 1) / width) for line in text.split("\n"))
        self.page.set_row(self.row, 16.5 * lines)
        self.row += 1

    def note(self, text: str, width: float) -> None:
        """Write a wrapped text into the first column, ``width`` signs wide."""
        form = {"text_wrap": True, "valign": "top", "font_name": self.book.font, "font_size": 10.5}
        self.page.write_string(self.row, 0, text, self.book.file.add_format(form))
        self.page.set_row(self.row, 16.5 * math.ceil(max(display_width(text), 1) / width))
        self.row += 1

    def headings(self, fields: Sequence[Field], *, stay: bool = False) -> None:
        """Write a row of headings; with ``stay`` they stay in sight and repeat on every printed page."""
        for column, field in enumerate(fields):
            parts = [part for part in re.split(r"(?=[（(])", field.heading) if part]
            self.page.write_string(self.row, column, "\n".join(parts), self.book.format("heading"))
            self._widen(column, max(max(map(display_width, parts)) + 2, 6), max(field.widest, 6))
        self.page.set_row(self.row, 33)
        self.row += 1
        if stay:
            self.page.freeze_panes(self.row, 0)
            self.page.repeat_rows(self.row - 1)

    def line(self, fields: Sequence[Field], cells: Sequence[Cell], style: str = "plain") -> int:
        """Write a row and give its number, counted from 1 as Excel does."""
        lines = 1
        for column, (field, cell) in enumerate(zip(fields, cells, strict=True)):
            self._write(column, field, cell, style)
            shown = display_width(_shown(field, cell))
            self._widen(column, shown + 2, field.widest)
            lines = max(lines, math.ceil(shown / max(field.widest - 3, 1)))
        self.page.set_row(self.row, max(18, 15.5 * lines))
        self.row += 1
        return self.row

    def lines(self, fields: Sequence[Field], rows: Iterable[Sequence[Cell]]) -> None:
        """Write rows of one style."""
        for cells in rows:
            self.line(fields, cells)

    def link(self, column: int, sheet: str, text: str) -> None:
        """Write, in the present row, a link to the top of another sheet."""
        quoted = sheet.replace("'", "''")
        self.page.write_url(self.row, column, f"internal:'{quoted}'!A1", self.book.format("link"), text)

    def finish(self) -> None:
        """Set the column widths."""
        for column, width in self._widths.items():
            self.page.set_column(column, column, width)

    def _widen(self, column: int, wanted: float, widest: float) -> None:
        self._widths[column] = max(self._widths.get(column, 0.0), min(wanted, widest))

    def _write(self, column: int, field: Field, cell: Cell, style: str) -> None:
        form = field.form
        if isinstance(cell, Formula):
            self.page.write_formula(self.row, column, cell.text, self.book.format(style, form), cell.value)
        elif isinstance(cell, int | float) and math.isfinite(cell):
            form = "whole" if form in ("number", "text") and float(cell).is_integer() else form
            form = "number" if form == "text" else form
            self.page.write_number(self.row, column, cell, self.book.format(style, form))
        elif cell is None or isinstance(cell, int | float) or cell == "":
            self.page.write_blank(self.row, column, None, self.book.format(style, "text"))
        else:
            text = str(cell)
            quoted = text.startswith(FORMULA_START)
            self.page.write_string(self.row, column, text, self.book.format(style, "text", quoted=quoted))


@lru_cache(maxsize=65536)
def display_width(text: str) -> int:
    """Columns that a text takes: two for a Chinese sign, one for a Latin one."""
    return sum(2 if unicodedata.east_asian_width(sign) in "WF" else 1 for sign in text)


def reference(row: int, column: int) -> str:
    """Name a cell as Excel does: row counted from 1, column from 0."""
    return f"{xl_col_to_name(column)}{row}"


def _cut(text: str, longest: int) -> str:
    """Cut to ``longest`` signs as Excel counts them (UTF-16), never through the middle of one."""
    while len(text.encode("utf-16-le")) // 2 > longest:
        text = text[:-1]
    return text.rstrip().rstrip("'")


def _shown(field: Field, cell: Cell) -> str:
    value = cell.value if isinstance(cell, Formula) else cell
    if isinstance(value, int | float):
        return f"{value:,.4f}" if field.form == "wan_fine" else f"{value:,.2f}"
    return "" if value is None else str(value)
