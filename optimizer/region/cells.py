"""Turn one cell of a planner's table into a value of its column's kind, or say what is wrong with it."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from difflib import get_close_matches

from network.coordinates import parse_degrees
from network.words import Phrase
from optimizer.region.headings import find_heading, known_headings
from optimizer.region.schema import Column, Kind, Table

_GROUPED = re.compile(r"[+-]?\d{1,3}(?:[, '\u00a0]\d{3})+(?:\.\d*)?")
_PLAIN = re.compile(r"[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d{1,3})?", re.IGNORECASE)
_DATE = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*日?(?:[ t]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})")
_SEPARATORS = re.compile(r"[;,、/|\n]+")
_NOTHING = {"", "-", "--", "—", "——", "/", "n/a", "na", "null", "none"}
_YES = {"yes", "y", "true", "1", "是", "有", "√", "✓"}
_NO = {"no", "n", "false", "0", "否", "无", "×", "✗"}
_FORMULA_ERRORS = {"#REF!", "#DIV/0!", "#VALUE!", "#NAME?", "#N/A", "#NUM!", "#NULL!"}
_EXCEL_EPOCH = date(1899, 12, 30)
_SERIAL_DATES = (20_000, 80_000)
"""Day numbers that Excel gives to the years 1954 to 2119; a smaller or larger number in a date column is no date."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a cell, and the mend."""

    what: Phrase
    mend: Phrase


def read_cell(table: Table, column: Column, raw: object) -> object | Fault:
    """Read one cell.

    Parameters
    ----------
    table, column : Table, Column
    raw : object
        Text of a CSV file, or the value that a workbook or a layer holds.

    Returns
    -------
    object
        str, float, bool or date by the column's kind; None where the cell is empty; a :class:`Fault` where the value
        cannot be one of the column's. Several choices come back as codes joined by ``;``.
    """
    value = _bare(raw)
    if value is None or (isinstance(value, str) and _is_nothing(column, value)):
        return None
    if isinstance(value, str) and value in _FORMULA_ERRORS:
        return _fault("formula_error")
    return _READERS[column.kind](table, column, value)


def half_width(text: str) -> str:
    """Full-width digits, letters and signs in their usual width, blanks at the ends taken off."""
    return unicodedata.normalize("NFKC", text).replace("−", "-").strip()


def parse_number(text: str) -> float | None:
    """Read a number: plain, with thousands separators in their places, or full-width; None if it is none."""
    plain = half_width(text)
    if _GROUPED.fullmatch(plain):
        plain = re.sub(r"[, '\u00a0]", "", plain)
    if not _PLAIN.fullmatch(plain):
        return None
    number = float(plain)
    return number if math.isfinite(number) else None


def parse_date(text: str) -> date | None:
    """Read 2026-05-01, 2026/5/1, 2026.5.1, 2026年5月1日 or 20260501, with or without a time of day."""
    found = _DATE.fullmatch(half_width(text).casefold()) or _COMPACT_DATE.fullmatch(half_width(text))
    if not found:
        return None
    try:
        return date(*(int(part) for part in found.groups()[:3]))
    except ValueError:
        return None


def find_choice(column: Column, text: str) -> str | None:
    """Give the code of a choice written as code or Chinese word; None if it is none of the column's."""
    wanted = half_width(text).casefold()
    for code, word in column.choices.items():
        plain = half_width(word)
        if wanted in {code.casefold(), plain.casefold(), f"{code} {plain}".casefold()}:
            return code
    return None


def _bare(raw: object) -> object:
    """Take off what carries no meaning: numpy wrappers, NaN, blanks at the ends."""
    value = raw.item() if hasattr(raw, "item") else raw
    if isinstance(value, str):
        return value.replace("\u00a0", " ").strip()
    if isinstance(value, float) and math.isnan(value):
        return None
    return None if value is not None and value != value else value


def _is_nothing(column: Column, value: str) -> bool:
    """Whether a text stands for an empty cell; a dash may be a name, but never a number."""
    return value == "" or (column.kind not in {Kind.ID, Kind.TEXT} and half_width(value).casefold() in _NOTHING)


def _fault(name: str, **values: object) -> Fault:
    """Build a fault from the words ``name`` and ``name_mend`` of the catalogue of tables."""
    return Fault(Phrase(f"optimizer.tables.{name}", **values), Phrase(f"optimizer.tables.{name}_mend", **values))


def _text(_table: Table, _column: Column, value: object) -> object:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime):
        return value.date().isoformat()
    return str(value)


def _identity(table: Table, column: Column, value: object) -> object:
    return half_width(str(_text(table, column, value)))


def _number(_table: Table, column: Column, value: object) -> object:
    if isinstance(value, int | float) and not isinstance(value, bool):
        number: float | None = float(value) if math.isfinite(value) else None
    else:
        number = _number_in(str(value), column)
    if number is None:
        return _fault("not_a_number", unit=column.unit or "1")
    return _bounded(column, number)


def _number_in(text: str, column: Column) -> float | None:
    """Read a number; a percentage where the column is a share."""
    plain = half_width(text)
    if plain.endswith("%") and column.unit.startswith("1"):
        number = parse_number(plain[:-1])
        return None if number is None else number / 100
    return parse_number(plain)


def _bounded(column: Column, number: float) -> object:
    low, high = column.at_least, column.at_most
    if low == 0 and number < 0:
        return _fault("negative")
    if (low is not None and number < low) or (high is not None and number > high):
        return _fault(
            "out_of_bounds", low="−∞" if low is None else f"{low:g}", high="∞" if high is None else f"{high:g}"
        )
    return number


def _whole(table: Table, column: Column, value: object) -> object:
    number = _number(table, column, value)
    if isinstance(number, float) and not number.is_integer():
        return _fault("not_whole")
    return number


def _degrees(_table: Table, _column: Column, value: object) -> object:
    number = float(value) if isinstance(value, int | float) else parse_degrees(str(value))
    return _fault("not_degrees") if number is None or not math.isfinite(number) else number


def _yes_no(_table: Table, _column: Column, value: object) -> object:
    word = half_width(str(_text(_table, _column, value))).casefold()
    if word in _YES or word in _NO:
        return word in _YES
    return _fault("not_yes_no")


def _date(_table: Table, _column: Column, value: object) -> object:
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    if isinstance(value, int | float) and _SERIAL_DATES[0] <= value <= _SERIAL_DATES[1]:
        return _EXCEL_EPOCH + timedelta(days=int(value))
    return parse_date(str(_text(_table, _column, value))) or _fault("not_a_date")


def _choice(_table: Table, column: Column, value: object) -> object:
    text = str(_text(_table, column, value))
    return find_choice(column, text) or _unknown_choice(column, text)


def _choices(_table: Table, column: Column, value: object) -> object:
    codes: list[str] = []
    for part in filter(None, map(str.strip, _SEPARATORS.split(half_width(str(value))))):
        code = find_choice(column, part)
        if code is None:
            return _unknown_choice(column, part)
        codes.append(code)
    return ";".join(dict.fromkeys(codes))


def _unknown_choice(column: Column, text: str) -> Fault:
    allowed = ", ".join(f"{code} {word}" for code, word in column.choices.items())
    known = {half_width(word): code for code, word in column.choices.items()} | {code: code for code in column.choices}
    close = get_close_matches(half_width(text).casefold(), list(known), n=1, cutoff=0.6)
    if not close:
        return _fault("unknown_choice", word=text, allowed=allowed)
    code = known[close[0]]
    return _fault("nearly_a_choice", word=text, allowed=allowed, nearest=f"{code} {column.choices[code]}")


def _marks(table: Table, _column: Column, value: object) -> object:
    text = half_width(str(_text(table, _column, value)))
    if text.casefold() in _YES or value is True:
        return "yes"
    if text.casefold() in _NO or value is False:
        return ""
    known = known_headings(table)
    names: list[str] = []
    for part in filter(None, map(str.strip, _SEPARATORS.split(text))):
        heading = find_heading(part, table, known)
        if heading is None:
            return _fault("unknown_mark", word=part)
        names.append(heading.column)
    return ";".join(dict.fromkeys(names))


_READERS: dict[Kind, Callable[[Table, Column, object], object]] = {
    Kind.ID: _identity,
    Kind.TEXT: _text,
    Kind.NUMBER: _number,
    Kind.WHOLE: _whole,
    Kind.YES_NO: _yes_no,
    Kind.DATE: _date,
    Kind.CHOICE: _choice,
    Kind.CHOICES: _choices,
    Kind.LONGITUDE: _degrees,
    Kind.LATITUDE: _degrees,
    Kind.MARKS: _marks,
}
