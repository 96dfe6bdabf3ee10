"""What every section of the report is written from."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from network.words import Language, say
from optimizer.plan.plan import Plan
from optimizer.report.figures import Figures
from optimizer.report.paper.document import Align, Paragraph, Table
from optimizer.report.wording import CNY_PER_WAN, Wording


class ReportCase:
    """What every section of the report is written from.

    Attributes
    ----------
    plan : Plan
    figures : Figures
    words : Wording
    map_file : Path
        The picture that goes in.
    """

    def __init__(self, plan: Plan, figures: Figures, language: Language, map_file: Path) -> None:
        self.plan = plan
        self.figures = figures
        self.words = Wording.of(plan, language)
        self.map_file = map_file
        self._tables = 0

    def say(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.report.<name>``."""
        return say(f"optimizer.report.{name}", self.words.language, **values)

    def text(self, name: str, /, **values: object) -> Paragraph:
        """A paragraph of the words of ``optimizer.report.<name>``."""
        return Paragraph(self.say(name, **values))

    def heading(self, name: str) -> str:
        """A heading that the workbook has too."""
        return say(f"optimizer.workbook.h_{name}", self.words.language)

    def short_heading(self, name: str) -> str:
        """The same without its unit, for a table whose caption says it."""
        return self.heading(name).partition("（")[0].partition(" (")[0]

    def words_of_total(self) -> str:
        """What stands before a sum."""
        return say("optimizer.workbook.total", self.words.language)

    def table(
        self,
        caption: str,
        columns: Iterable[tuple[str, Align, float]],
        rows: Iterable[Iterable[str]],
        *,
        total: bool = False,
    ) -> Table:
        """A numbered table; ``columns`` give heading, side and share of the width."""
        self._tables += 1
        headings, aligns, widths = zip(*columns, strict=True)
        cells = tuple(tuple(row) for row in rows)
        return Table(self.say(f"caption_{caption}", number=self._tables), headings, aligns, widths, cells, total=total)

    def wan(self, cny: float) -> str:
        """An amount in 万元 with two decimals, for a column that says so."""
        return f"{cny / CNY_PER_WAN:,.2f}"
