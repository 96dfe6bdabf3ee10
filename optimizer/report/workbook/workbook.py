"""``plan.xlsx``: the plan as a finance officer reads it, money in 万元 wherever it is added up."""

from __future__ import annotations

from pathlib import Path

from network.words import Language
from optimizer.plan.plan import Plan
from optimizer.report.figures import Figures
from optimizer.report.wording import Wording
from optimizer.report.workbook.book import PlanBook
from optimizer.report.workbook.lists import write_lists
from optimizer.report.workbook.notes import write_notes
from optimizer.report.workbook.purchases import write_items, write_purchases
from optimizer.report.workbook.summary import write_summary
from optimizer.report.workbook.towns import write_towns


def write_workbook(plan: Plan, figures: Figures, path: Path, language: Language) -> None:
    """Write every sheet of the plan to ``path``."""
    book = PlanBook(plan, figures, Wording.of(plan, language), path)
    write_summary(book)
    write_purchases(book)
    write_items(book)
    write_lists(book)
    write_notes(book)
    write_towns(book)
    book.book.close()
