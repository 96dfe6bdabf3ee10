"""A document apart from its file format: headings, paragraphs, lists, tables and pictures in a row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Align = Literal["left", "right", "center"]


@dataclass(frozen=True)
class Heading:
    """A heading of level 1 or 2; with ``new_page`` it begins a page."""

    text: str
    level: int = 1
    new_page: bool = False


@dataclass(frozen=True)
class Paragraph:
    """A paragraph; ``place`` says whether it is indented text, an addressee at the margin or a signature."""

    text: str
    bold: bool = False
    place: Literal["body", "margin", "right"] = "body"


@dataclass(frozen=True)
class Bullets:
    """A list of short texts."""

    items: tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """A table whose headings repeat on every page.

    Attributes
    ----------
    caption : str
    headings : tuple of str
    aligns : tuple of {"left", "right", "center"}
        One a column.
    widths : tuple of float
        Shares of the page's width, one a column.
    rows : tuple of tuple of str
    total : bool
        The last row is a sum.
    """

    caption: str
    headings: tuple[str, ...]
    aligns: tuple[Align, ...]
    widths: tuple[float, ...]
    rows: tuple[tuple[str, ...], ...]
    total: bool = False


@dataclass(frozen=True)
class Picture:
    """A picture over the width of the page."""

    path: Path
    caption: str


Block = Heading | Paragraph | Bullets | Table | Picture


@dataclass(frozen=True)
class Document:
    """A title and what follows it."""

    title: str
    blocks: Sequence[Block]
    language: Literal["zh", "en"]
    footer: str
