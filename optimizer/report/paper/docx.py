"""Write a document as .docx in the layout of an official paper (after GB/T 9704): A4, its fonts, page numbers."""

from __future__ import annotations

import re
from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any, cast

import docx
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Emu, Mm, Pt

from network.words import say
from optimizer.report.paper.document import Bullets, Document, Heading, Paragraph, Picture, Table

TITLE, BODY, HEADING, SUBHEADING = "方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"
LATIN = "Times New Roman"
FALLBACKS = {TITLE: "宋体", BODY: "仿宋", HEADING: "SimHei", SUBHEADING: "楷体"}
PAGE_MM = (210, 297)
MARGINS_MM = {"top": 37, "bottom": 35, "left": 28, "right": 26}
TEXT_MM = PAGE_MM[0] - MARGINS_MM["left"] - MARGINS_MM["right"]
HIGHEST_PICTURE_MM = 200
"""A picture and its caption stay on one page."""
ALIGNS = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
}
_NOT_IN_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


class DocxWriter:
    """A .docx being written from the top down.

    Attributes
    ----------
    size : float
        Points of the body: 16 (三号) in Chinese, 11 in English.
    """

    def __init__(self, document: Document) -> None:
        self.document = document
        self.zh = document.language == "zh"
        self.size = 16.0 if self.zh else 11.0
        self.file = docx.Document()
        _page(self.file)
        _name_fallbacks(self.file)
        properties = self.file.core_properties
        properties.title, properties.author, properties.comments = document.title, "", ""

    def run(self, paragraph: Any, text: str, font: str, size: float, *, bold: bool = False) -> None:
        """Add text in a Chinese font, with Times for Latin signs."""
        run = paragraph.add_run(_NOT_IN_XML.sub("", text))
        run.font.name = LATIN
        run.font.size = Pt(size)
        run.font.bold = bold
        run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)

    def paragraph(self, *, indent: bool = True, spacing: float | None = None) -> Any:
        """Begin a paragraph, indented by two signs."""
        paragraph = self.file.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before = form.space_after = Pt(0)
        form.line_spacing_rule = WD_LINE_SPACING.EXACTLY if self.zh else WD_LINE_SPACING.SINGLE
        if self.zh:
            form.line_spacing = Pt(28 if spacing is None else spacing)
        else:
            form.space_after = Pt(5)
        if indent and self.zh:
            form.first_line_indent = Pt(2 * self.size)
        return paragraph

    def title(self) -> None:
        """Write the title: 二号, in the middle."""
        paragraph = self.paragraph(indent=False, spacing=36)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.space_after = Pt(self.size)
        self.run(paragraph, self.document.title, TITLE, 22 if self.zh else 18, bold=not self.zh)

    def heading(self, block: Heading) -> None:
        """Write a heading that stays with what follows."""
        paragraph = self.paragraph()
        paragraph.paragraph_format.keep_with_next = True
        paragraph.paragraph_format.page_break_before = block.new_page
        paragraph.paragraph_format.space_before = Pt(0 if self.zh else 8)
        font = HEADING if block.level == 1 else SUBHEADING
        self.run(paragraph, block.text, font, self.size + (0 if self.zh else 2), bold=not self.zh)

    def text(self, block: Paragraph) -> None:
        """Write a paragraph."""
        paragraph = self.paragraph(indent=block.place == "body")
        if block.place == "right":
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            paragraph.paragraph_format.right_indent = Pt(2 * self.size)
        self.run(paragraph, block.text, BODY, self.size, bold=block.bold)

    def bullets(self, block: Bullets) -> None:
        """Write a list, each text with its number."""
        for number, text in enumerate(block.items, 1):
            self.run(self.paragraph(), f"{number}. {text}", BODY, self.size)

    def picture(self, block: Picture) -> None:
        """Write a picture over the width of the text, or as high as a page allows, and its caption."""
        paragraph = self.file.add_paragraph()
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = True
        shape = paragraph.add_run().add_picture(str(block.path), width=Mm(TEXT_MM))
        shrunk = min(1.0, Mm(HIGHEST_PICTURE_MM) / shape.height)
        shape.width, shape.height = (Emu(int(side * shrunk)) for side in (shape.width, shape.height))
        self._caption(block.caption)

    def table(self, block: Table) -> None:
        """Write a table; its headings repeat on every page and no row is parted."""
        self._caption(block.caption, keep=True)
        grid = self.file.add_table(rows=0, cols=len(block.headings))
        grid.style = "Table Grid"
        grid.alignment = WD_TABLE_ALIGNMENT.CENTER
        grid.autofit = False
        widths = [Mm(TEXT_MM * share / sum(block.widths)) for share in block.widths]
        for column, width in zip(grid.columns, widths, strict=True):
            column.width = width
        last = len(block.rows) - block.total
        self._rows(grid, (block.headings,), ("center",) * len(block.headings), widths, heading=True)
        self._rows(grid, block.rows[:last], block.aligns, widths)
        self._rows(grid, block.rows[last:], block.aligns, widths, bold=True)
        self.paragraph(spacing=14)

    def page_numbers(self) -> None:
        """Write the page's number into the foot of every page."""
        paragraph = self.file.sections[0].footer.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        before, after = say("optimizer.report.page", self.document.language, number="\0").split("\0")
        size = 14.0 if self.zh else 9.0
        self.run(paragraph, before, "宋体", size)
        for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
            run = paragraph.add_run()
            run.font.size, run.font.name = Pt(size), LATIN
            part = OxmlElement("w:fldChar" if kind else "w:instrText")
            if kind:
                part.set(qn("w:fldCharType"), kind)
            part.text = text
            run._element.append(part)
        self.run(paragraph, after, "宋体", size)

    def _caption(self, text: str, *, keep: bool = False) -> None:
        paragraph = self.paragraph(indent=False, spacing=22)
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        paragraph.paragraph_format.keep_with_next = keep
        self.run(paragraph, text, HEADING, 12 if self.zh else 10, bold=not self.zh)

    def _rows(
        self,
        grid: Any,
        rows: Sequence[tuple[str, ...]],
        aligns: tuple[str, ...],
        widths: list[Any],
        *,
        bold: bool = False,
        heading: bool = False,
    ) -> None:
        """Write rows of one look: the first is laid out, all others are copies of it, which is many times as fast."""
        if not rows:
            return
        first = self._blank_row(grid, aligns, widths, bold=bold, heading=heading)
        copies = [deepcopy(first) for _ in rows[1:]]
        for row, cells in zip((first, *copies), rows, strict=True):
            for run, text in zip(row.iter(qn("w:r")), cells, strict=True):
                run.text = _NOT_IN_XML.sub("", text)
        for row in copies:
            grid._tbl.append(row)

    def _blank_row(self, grid: Any, aligns: tuple[str, ...], widths: list[Any], *, bold: bool, heading: bool) -> Any:
        row = grid.add_row()
        properties = row._tr.get_or_add_trPr()
        for name in ("w:cantSplit", *(("w:tblHeader",) if heading else ())):
            mark = OxmlElement(name)
            mark.set(qn("w:val"), "true")
            properties.append(mark)
        for cell, align, width in zip(row.cells, aligns, widths, strict=True):
            cell.width = width
            cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
            paragraph = cell.paragraphs[0]
            paragraph.alignment = ALIGNS[align]
            paragraph.paragraph_format.space_after = Pt(0)
            self.run(paragraph, "", HEADING if heading else "宋体", 10.5 if self.zh else 8.5, bold=bold)
        return row._tr


def write_docx(document: Document, path: Path) -> None:
    """Write ``document`` to a .docx."""
    writer = DocxWriter(document)
    writer.title()
    for block in document.blocks:
        match block:
            case Heading():
                writer.heading(block)
            case Paragraph():
                writer.text(block)
            case Bullets():
                writer.bullets(block)
            case Table():
                writer.table(block)
            case Picture():
                writer.picture(block)
    writer.page_numbers()
    writer.file.save(str(path))


def _page(file: Any) -> None:
    section = file.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.bottom_margin = Mm(MARGINS_MM["top"]), Mm(MARGINS_MM["bottom"])
    section.left_margin, section.right_margin = Mm(MARGINS_MM["left"]), Mm(MARGINS_MM["right"])
    section.footer_distance = Mm(25)


def _name_fallbacks(file: Any) -> None:
    """Say in the font table what stands in for an official font that a machine lacks."""
    parts = file.part.package.iter_parts()
    table = next((part for part in parts if str(part.partname) == "/word/fontTable.xml"), None)
    if table is None:
        return
    fonts = "".join(
        f'<w:font w:name="{name}"><w:altName w:val="{other}"/><w:charset w:val="86"/><w:family w:val="auto"/></w:font>'
        for name, other in FALLBACKS.items()
    )
    blob = cast("bytes", table.blob).replace(b"</w:fonts>", fonts.encode() + b"</w:fonts>")
    table._blob = blob
