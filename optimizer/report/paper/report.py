"""The report: a request (请示) to the finance bureau in Chinese, a memo in English; as .docx and as one HTML page."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from network.words import Language
from optimizer.plan.manifest import software_version
from optimizer.plan.plan import Plan
from optimizer.report.assumptions import is_synthetic
from optimizer.report.figures import Figures
from optimizer.report.paper.case import ReportCase
from optimizer.report.paper.document import Block, Document, Paragraph
from optimizer.report.paper.docx import write_docx
from optimizer.report.paper.html import write_html
from optimizer.report.paper.plan_sections import plan_sections
from optimizer.report.paper.proof_sections import proof_sections
from optimizer.report.plan_year import plan_year


def write_reports(plan: Plan, figures: Figures, folder: Path, language: Language) -> None:
    """Write ``report.docx`` and ``report.html`` beside ``map.png``."""
    document = report(plan, figures, language, folder / "map.png")
    write_docx(document, folder / "report.docx")
    write_html(document, folder / "report.html")


def report(plan: Plan, figures: Figures, language: Language, map_file: Path) -> Document:
    """Write the report apart from its file format."""
    case = ReportCase(plan, figures, language, map_file)
    settings = plan.region.settings
    title = case.say("title", region=settings.name.say(language), year=plan_year(settings.plan_date))
    blocks = [*_opening(case), *plan_sections(case), *proof_sections(case), *_closing(case)]
    made = case.say("made", date=datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M"), version=software_version())
    return Document(title, blocks, language, made)


def _opening(case: ReportCase) -> Iterator[Block]:
    yield Paragraph(case.say("addressee"), place="margin")
    yield case.text("opening", year=plan_year(case.plan.region.settings.plan_date))
    if is_synthetic(case.plan.region):
        yield Paragraph(case.say("synthetic"), bold=True)


def _closing(case: ReportCase) -> Iterator[Block]:
    yield case.text("closing")
    names = ("workbook", "map", "data")
    attached = [f"{number}. {case.say(f'attachment_{name}')}" for number, name in enumerate(names, 1)]
    yield Paragraph(case.say("attachments") + case.words.joined(attached, "list_semicolon"))
    yield Paragraph(case.say("signature_office"), place="right")
    yield Paragraph(case.say("signature_date"), place="right")
    yield case.text("contact")
