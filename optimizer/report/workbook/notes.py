"""The sheet of notes: warnings, what the region says of itself, assumptions, solver, sources and licences."""

from __future__ import annotations

from optimizer.report.assumptions import assumptions, sources
from optimizer.report.summary import warnings
from optimizer.report.workbook.book import PlanBook

WIDTH = 110.0


def write_notes(book: PlanBook) -> None:
    """Write the notes, each on its own line."""
    region, language = book.plan.region, book.words.language
    sheet = book.sheet(book.say("sheet_notes"))
    sheet.page.set_column(0, 0, WIDTH)
    blocks = {
        "notes_warnings": warnings(book.plan, book.figures, book.words),
        "notes_region": [note.say(language) for note in region.settings.notes],
        "notes_assumptions": assumptions(region, language),
        "notes_solver": [book.plan.solver],
        "notes_sources": sources(region, language),
    }
    for name, lines in blocks.items():
        if lines:
            sheet.section(book.say(name))
        for line in lines:
            sheet.note(line, WIDTH)
    sheet.finish()
