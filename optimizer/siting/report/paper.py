"""The report on a siting, as .docx and as one HTML page: what is proposed, what it does, why, and how sure that is."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from network.words import Language
from optimizer.plan.manifest import software_version
from optimizer.report.assumptions import is_synthetic, sources
from optimizer.report.paper.document import Block, Bullets, Document, Heading, Paragraph
from optimizer.report.paper.docx import write_docx
from optimizer.report.paper.html import write_html
from optimizer.siting.report.curves import draw_frontier
from optimizer.siting.report.paper_case import Paper
from optimizer.siting.report.reason_sections import reason_sections
from optimizer.siting.report.result_sections import result_sections
from optimizer.siting.siting import Siting

SOURCES = 8


def write_siting_reports(siting: Siting, folder: Path, language: Language) -> None:
    """Write ``report.docx``, ``report.html`` and ``frontier.png`` beside ``map.png``."""
    curves = folder / "frontier.png"
    drawn = draw_frontier(siting, curves, language)
    document = siting_report(Paper(siting, language, folder / "map.png", curves if drawn else None))
    write_docx(document, folder / "report.docx")
    write_html(document, folder / "report.html")


def siting_report(paper: Paper) -> Document:
    """Write the report apart from its file format."""
    told = paper.told
    title = told("report_title", region=told.region_name(), sites=told.sites_word())
    blocks = [*_opening(paper), *result_sections(paper), *reason_sections(paper), *_limits(paper)]
    made = told("made", date=datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M"), version=software_version())
    return Document(title, blocks, told.language, made)


def _opening(paper: Paper) -> Iterator[Block]:
    told = paper.told
    yield Paragraph(told("addressee"), place="margin")
    yield Paragraph(told("opening", purpose=told(f"purpose_{paper.siting.options.sites}")))
    if is_synthetic(paper.siting.region):
        yield Paragraph(told("caution_synthetic"), bold=True)
    yield Heading(told("h_opening"))
    yield Paragraph(told.asked())


def _limits(paper: Paper) -> Iterator[Block]:
    told = paper.told
    yield Heading(told("h_limits"))
    named = sources(paper.siting.region, told.language)[:SOURCES]
    yield Bullets((*told.basis(), *told.cautions(), *named))
    yield Paragraph(told("signature_office"), place="right")
    yield Paragraph(told("signature_date"), place="right")
