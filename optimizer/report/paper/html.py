"""Write a document as one HTML file that needs nothing beside it and prints to A4."""

from __future__ import annotations

import base64
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from optimizer.report.paper.document import Document, Picture


def write_html(document: Document, path: Path) -> None:
    """Write ``document`` to an .html file; every text in it is escaped, pictures are inside."""
    environment = Environment(
        loader=PackageLoader("optimizer.report", "paper/templates"), autoescape=True, undefined=StrictUndefined
    )
    pictures = {
        block.path: base64.b64encode(block.path.read_bytes()).decode("ascii")
        for block in document.blocks
        if isinstance(block, Picture)
    }
    blocks = [(type(block).__name__, block) for block in document.blocks]
    page = environment.get_template("report.html").render(document=document, blocks=blocks, pictures=pictures)
    path.write_text(page, encoding="utf-8")
