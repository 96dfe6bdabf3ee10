"""A workbook with the plan that it tells: what the writer of every sheet is given."""

from __future__ import annotations

from pathlib import Path

from network.words import Language, say
from optimizer.plan.plan import Plan
from optimizer.report.figures import Figures
from optimizer.report.wording import Wording
from optimizer.report.workbook.sheet import Book, Field, Sheet

FONTS: dict[Language, str] = {"zh": "宋体", "en": "Calibri"}


class PlanBook:
    """A workbook with the plan that it tells: what every sheet's writer is given.

    Attributes
    ----------
    plan : Plan
    figures : Figures
    words : Wording
    book : Book
    """

    def __init__(self, plan: Plan, figures: Figures, words: Wording, path: Path) -> None:
        self.plan = plan
        self.figures = figures
        self.words = words
        self.book = Book(str(path), FONTS[words.language], self.say("untitled"))

    def say(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.workbook.<name>``."""
        return say(f"optimizer.workbook.{name}", self.words.language, **values)

    def sheet(self, name: str, title: str = "", note: str = "") -> Sheet:
        """Begin a sheet named ``name`` with a title and a note."""
        sheet = Sheet(self.book, name, self.say("page"))
        region = self.plan.region.settings.name.say(self.words.language)
        sheet.title(title or self.say("title_sheet", region=region, sheet=name), note)
        return sheet

    def field(self, name: str, form: str = "text", widest: float = 34.0, **values: object) -> Field:
        """Make a column with the heading ``optimizer.workbook.h_<name>``."""
        return Field(self.say(f"h_{name}", **values), form, widest)
