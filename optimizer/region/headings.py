"""Find out which column a heading means: English, Chinese, an alias, both at once, cut short, or with its unit."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from optimizer.region.schema import Column, Table

SHAPEFILE_HEADING = 10
"""Bytes that a shapefile keeps of an attribute's name."""

_SAME_UNIT: tuple[tuple[str, ...], ...] = (
    ("cny", "元", "人民币元"),
    ("kg", "公斤", "千克"),
    ("m3", "立方米", "方"),
    ("m2", "平方米", "平米"),
    ("h", "小时"),
    ("min", "分钟"),
    ("月", "个月", "months"),
    ("km", "公里", "千米"),
    ("°", "度"),
)
_OTHER_UNITS = {
    "万元",
    "千元",
    "亿元",
    "t",
    "吨",
    "g",
    "克",
    "l",
    "升",
    "天",
    "年",
    "亩",
    "公顷",
    "cm3",
    "km2",
    "m",
    "米",
}
_BRACKET = re.compile(r"\(([^()]*)\)$")


@dataclass(frozen=True)
class Heading:
    """What a heading means.

    Attributes
    ----------
    column : str
        Name of the column.
    other_unit : str
        The unit that the heading states where it is not the column's, else empty.
    """

    column: str
    other_unit: str = ""


def normal_heading(text: str) -> str:
    """Give the form in which headings are compared: half width, lower case, without blanks, ``_`` and ``*``."""
    return re.sub(r"[\s_*]+", "", unicodedata.normalize("NFKC", text)).casefold()


def known_headings(table: Table) -> dict[str, str]:
    """Map every heading that a column may have, in normal form, to the column's name."""
    known: dict[str, str] = {}
    for column in table.columns:
        english, chinese = column.name, column.heading
        for text in (english, chinese, f"{english}{chinese}", f"{chinese}{english}", *column.aliases):
            known.setdefault(normal_heading(text), column.name)
    return known


def find_heading(text: str, table: Table, known: Mapping[str, str], *, cut: bool = False) -> Heading | None:
    """Find the column that ``text`` names.

    Parameters
    ----------
    text : str
        A cell of the heading row.
    table : Table
    known : mapping of str to str
        As :func:`known_headings` gives it.
    cut : bool
        Headings may be cut to :data:`SHAPEFILE_HEADING` bytes.

    Returns
    -------
    Heading or None
        None where no column, or more than one, is meant.
    """
    wanted = normal_heading(text)
    if wanted in known:
        return Heading(known[wanted])
    bracket = _BRACKET.search(wanted)
    if bracket and wanted[: bracket.start()] in known:
        name = known[wanted[: bracket.start()]]
        return Heading(name, _unlike(bracket.group(1), table.column(name)))
    if cut and wanted:
        names = {name for heading, name in known.items() if heading.startswith(wanted)}
        return Heading(names.pop()) if len(names) == 1 and _may_be_cut(text) else None
    return None


def nearest_heading(text: str, table: Table) -> str:
    """Give the column whose heading looks most like ``text``, as ``name heading``; empty where none does."""
    known = known_headings(table)
    close = get_close_matches(normal_heading(text), list(known), n=1, cutoff=0.6)
    return column_label(table.column(known[close[0]])) if close else ""


def column_label(column: Column) -> str:
    """Both headings of a column."""
    return f"{column.name} {column.heading}"


def _unlike(stated: str, column: Column) -> str:
    """Give the unit that a heading states if it is a unit and not the column's."""
    own = normal_heading(column.unit)
    alike = {own}.union(*(group for group in _SAME_UNIT if own in group))
    known = _OTHER_UNITS.union(*_SAME_UNIT)
    return stated if stated in known and stated not in alike else ""


def _may_be_cut(text: str) -> bool:
    """Whether ``text`` is as long as a shapefile allows, in one of the encodings that write Chinese."""
    lengths = {len(text), len(text.encode("utf-8")), len(text.encode("gb18030"))}
    return any(SHAPEFILE_HEADING - 2 <= length <= SHAPEFILE_HEADING for length in lengths)
