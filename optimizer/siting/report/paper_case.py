"""What every section of the report on a siting is written from."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import pandas as pd

from network.words import Language
from optimizer.report.paper.document import Align, Table
from optimizer.report.wording import CNY_PER_WAN
from optimizer.siting.report.told import Told
from optimizer.siting.siting import Siting


class Paper:
    """A siting with its words and pictures; tables are numbered as they come.

    Attributes
    ----------
    siting : Siting
    told : Told
    map_file : Path
    curves_file : Path or None
        None where there was no frontier to draw.
    """

    def __init__(self, siting: Siting, language: Language, map_file: Path, curves_file: Path | None) -> None:
        self.siting, self.told = siting, Told(siting, language)
        self.map_file, self.curves_file = map_file, curves_file
        self._tables = 0

    def table(
        self,
        caption: str,
        columns: Sequence[tuple[str, Align, float]],
        rows: Iterable[Sequence[str]],
        **values: object,
    ) -> Table:
        """A numbered table; ``columns`` give the word of the heading, side and share of the width."""
        self._tables += 1
        headings = tuple(self.told(f"c_{name}") for name, _, _ in columns)
        aligns, widths = tuple(align for _, align, _ in columns), tuple(width for _, _, width in columns)
        text = self.told("caption", number=self._tables, text=self.told(f"t_{caption}", **values))
        return Table(text, headings, aligns, widths, tuple(tuple(row) for row in rows))

    def rows(self, name: str) -> pd.DataFrame:
        """A table of the siting."""
        return self.siting.tables[name]

    def records(self, name: str) -> list[dict[str, object]]:
        """Its rows."""
        return [{str(key): value for key, value in row.items()} for row in self.rows(name).to_dict("records")]

    def value(self, value: object) -> str:
        """A loss; empty where it is not known."""
        return _known(value, self.told.value)

    def minutes(self, value: object, digits: int = 1) -> str:
        """Minutes; empty where they are not known."""
        return _known(value, lambda number: self.told.words.number(number, digits))

    def share(self, value: object) -> str:
        """A share as a percentage; empty where it is not known."""
        return _known(value, self.told.words.percent)

    def wan(self, value: object) -> str:
        """CNY in 10 000; empty where they are not known."""
        return _known(value, lambda cny: f"{cny / CNY_PER_WAN:,.2f}")


def _known(value: object, said: Callable[[float], str]) -> str:
    """Say a number; nothing where it is none."""
    number = float("nan") if value is None else float(str(value))
    return "" if math.isnan(number) else said(number)
