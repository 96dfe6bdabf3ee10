"""``plan.xlsx``: the plan as a finance officer reads it, money in 万元 wherever it is added up."""

from __future__ import annotations

from pathlib import Path

from network.words import Language
from optimizer.plan.figures import Figures
from optimizer.plan.plan import Plan
from optimizer.plan.wording import Wording
from optimizer.plan.workbook_book import PlanBook
from optimizer.plan.workbook_lists import write_lists
from optimizer.plan.workbook_notes import write_notes
from optimizer.plan.workbook_purchases import write_items, write_purchases
from optimizer.plan.workbook_summary import write_summary
from optimizer.plan.workbook_towns import write_towns


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
