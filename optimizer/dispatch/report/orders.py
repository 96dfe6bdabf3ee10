"""``orders.docx`` and ``orders.html``: the orders as they are signed, handed out and taken along."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from optimizer.dispatch.report.carrier_sections import carrier_sections
from optimizer.dispatch.report.order_case import OrderCase
from optimizer.dispatch.report.overview_sections import overview_sections
from optimizer.dispatch.report.told import Told
from optimizer.plan.manifest import software_version
from optimizer.report.paper.document import Document, Heading, Picture
from optimizer.report.paper.docx import write_docx
from optimizer.report.paper.html import write_html


def write_orders(told: Told, folder: Path) -> None:
    """Write both beside ``map.png`` and ``gantt.png``, which stand in them."""
    document = orders(told, folder)
    write_docx(document, folder / "orders.docx")
    write_html(document, folder / "orders.html")


def orders(told: Told, folder: Path) -> Document:
    """Write the orders apart from their file format."""
    case = OrderCase(told)
    pictures = [Picture(folder / f"{name}.png", told(f"caption_{name}")) for name in ("map", "gantt")]
    overview = [*overview_sections(case), Heading(told("h_pictures"), new_page=True), *pictures]
    made = told("made", date=datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M"), version=software_version())
    return Document(told.title(), [*overview, *carrier_sections(case)], told.language, made)
