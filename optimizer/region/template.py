"""Write the workbook that a planner fills in: one sheet a table, made from the schema, with notes and choices."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import BaseModel

from network.words import Language, say
from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.schema import SCHEMA_VERSION, Column, Kind, Table
from optimizer.region.settings import DispatchParameters, Parameters, SitingParameters

FIRST_ROW = 3
"""First row to fill in, below both heading rows."""

LAST_ROW = 2000
"""Rows that get drop-down lists and cell formats."""

LONGEST_LIST = 255
"""Characters that Excel allows in a drop-down list."""

SETTINGS = (
    "schema_version",
    "id",
    "name.zh",
    "name.en",
    "roads",
    "roads_synthetic",
    "coordinates",
    "plan_date",
    "standards.registers",
    "standards.mandatory",
    "standards.advisory",
    "standards.leave_out",
    "source",
    *(f"parameters.{name}" for name in Parameters.model_fields),
    *(f"siting.{name}" for name in SitingParameters.model_fields),
    *(f"dispatch.{name}" for name in DispatchParameters.model_fields),
)
"""Keys of the settings sheet, in its order."""

_DEFAULTS: dict[str, type[BaseModel]] = {
    "parameters": Parameters,
    "siting": SitingParameters,
    "dispatch": DispatchParameters,
}
_FILLED: dict[str, object] = {"schema_version": SCHEMA_VERSION, "coordinates": "wgs84"}
_REQUIRED = PatternFill("solid", fgColor="F8CBAD")
_OPTIONAL = PatternFill("solid", fgColor="DDEBF7")
_FORMATS = {Kind.DATE: "yyyy-mm-dd", Kind.ID: "@"}
_BOLD = Font(bold=True)


def write_template(path: Path, language: Language) -> None:
    """Write an empty workbook for a region.

    Parameters
    ----------
    path : Path
        ``.xlsx``; replaced as a whole if it exists.
    language : {"zh", "en"}
        Of notes, choices and the first heading row; the second heading row is in the other language.
    """
    book = Workbook()
    book.remove(book.worksheets[0])
    explanations(book, REGION_TABLES, _say("explanation", language), language)
    _settings(book, language)
    for name in ("scenario", "override", "event"):
        _text(book, f"sheet_{name}s", f"{name}_example", language)
    for table in REGION_TABLES:
        table_sheet(book, table, language)
    save_workbook(book, path)


def save_workbook(book: Workbook, path: Path) -> None:
    """Write a workbook whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        half = Path(folder) / path.name
        book.save(half)
        half.replace(path)


def column_note(column: Column, language: Language) -> list[str]:
    """Say in lines what a column means, its unit, its choices and whether it must be filled in."""
    lines = [_say("meaning_line", language, meaning=meaning(column, language))]
    lines.append(_say("required_line" if column.required else "optional_line", language))
    if column.unit:
        lines.append(_say("unit_line", language, unit=column.unit))
    if column.refers_to:
        table = next(table for table in REGION_TABLES if table.name == column.refers_to)
        lines.append(_say("refers_line", language, table=table.name, title=table.title))
    if column.choices:
        lines.append(_say("choices_line", language, choices=", ".join(_choices(column, language))))
    default = default_text(column, language)
    if default:
        lines.append(_say("default_line", language, default=default))
    return lines


def meaning(part: Column | Table, language: Language) -> str:
    """Meaning of a column or table."""
    return part.meaning_zh if language == "zh" else part.meaning_en


def kind_text(kind: Kind, language: Language) -> str:
    """What a cell of the kind holds, in words."""
    return _say(f"kind_{kind.value.replace(' ', '_')}", language)


def default_text(column: Column, language: Language) -> str:
    """What stands for an empty cell, empty where nothing does."""
    if isinstance(column.default, bool):
        return _say("yes" if column.default else "no", language)
    if column.default is None or column.default == "":
        return ""
    choice = str(column.default)
    return column.choices.get(choice, choice) if language == "zh" else choice


def _say(name: str, language: Language, **values: object) -> str:
    return say(f"optimizer.tables.{name}", language, **values)


def _choices(column: Column, language: Language) -> list[str]:
    return list(column.choices.values()) if language == "zh" else list(column.choices)


def explanations(book: Workbook, tables: Sequence[Table], text: str, language: Language) -> None:
    """Write a sheet on how to fill the workbook in: ``text``, then every column of every table."""
    sheet = book.create_sheet(_say("sheet_explanations", language))
    for line in text.splitlines():
        sheet.append([line])
    sheet.append([])
    names = ("table", "column", "other", "kind", "unit", "required", "choices", "meaning")
    sheet.append([_say(f"{name}_heading", language) for name in names])
    for cell in sheet[sheet.max_row]:
        cell.font = _BOLD
    for table in tables:
        for column in table.columns:
            sheet.append(_explained(table, column, language))
    for letter, width in zip("ABCDEFGH", (14, 24, 24, 14, 10, 8, 50, 60), strict=True):
        sheet.column_dimensions[letter].width = width


def _explained(table: Table, column: Column, language: Language) -> list[str]:
    own, other = _headings(column, language)
    return [
        table.title if language == "zh" else table.name,
        own,
        other,
        kind_text(column.kind, language),
        column.unit,
        _say("yes" if column.required else "no", language),
        ", ".join(_choices(column, language)),
        meaning(column, language),
    ]


def _headings(column: Column, language: Language) -> tuple[str, str]:
    return (column.heading, column.name) if language == "zh" else (column.name, column.heading)


def _settings(book: Workbook, language: Language) -> None:
    sheet = book.create_sheet(_say("sheet_region", language))
    sheet.append([_say(name, language) for name in ("key", "setting_value", "note")])
    for key in SETTINGS:
        note = _say(f"setting_{key.replace('.', '_')}", language)
        form, _, name = key.partition(".")
        if form in _DEFAULTS:
            default = _DEFAULTS[form].model_fields[name].default
            note = f"{note} ({_say('default_line', language, default=default)})"
        sheet.append([key, _FILLED.get(key), note])
    sheet.cell(SETTINGS.index("plan_date") + 2, 2).number_format = _FORMATS[Kind.DATE]
    for cell in sheet[1]:
        cell.font, cell.fill = _BOLD, _OPTIONAL
    sheet.freeze_panes = "A2"
    for letter, width in (("A", 36), ("B", 30), ("C", 70)):
        sheet.column_dimensions[letter].width = width


def _text(book: Workbook, title: str, example: str, language: Language) -> None:
    """Write a sheet of YAML with a commented example."""
    sheet = book.create_sheet(_say(title, language))
    for line in _say(example, language).splitlines():
        sheet.append([line])
    sheet.column_dimensions["A"].width = 90


def table_sheet(book: Workbook, table: Table, language: Language) -> Worksheet:
    """Write the sheet of a table: two heading rows with notes, drop-down lists and cell formats below them."""
    sheet: Worksheet = book.create_sheet(table.title if language == "zh" else table.name)
    for place, column in enumerate(table.columns, 1):
        for row, heading in enumerate(_headings(column, language), 1):
            cell = sheet.cell(row, place)
            cell.value = heading
            cell.font = _BOLD
            cell.fill = _REQUIRED if column.required else _OPTIONAL
            cell.alignment = Alignment(horizontal="center")
        first = sheet.cell(1, place)
        assert isinstance(first, Cell)
        first.comment = _comment("\n".join(column_note(column, language)))
        letter = get_column_letter(place)
        sheet.column_dimensions[letter].width = max(12, 2 * len(column.heading) + 2, len(column.name) + 2)
        _format(sheet, letter, column, language)
    sheet.freeze_panes = f"A{FIRST_ROW}"
    return sheet


def _comment(text: str) -> Comment:
    note = Comment(text, "")
    note.width, note.height = 320, 160
    return note


def _format(sheet: Worksheet, letter: str, column: Column, language: Language) -> None:
    """Give the cells to fill in their format and, where there are choices, a drop-down list."""
    if column.kind in _FORMATS:
        sheet.column_dimensions[letter].number_format = _FORMATS[column.kind]
    listed = {Kind.CHOICE: _choices(column, language), Kind.YES_NO: [_say("yes", language), _say("no", language)]}
    text = ",".join(listed.get(column.kind, []))
    if not text or len(text) > LONGEST_LIST:
        return
    choice = DataValidation(type="list", formula1=f'"{text}"', allow_blank=True, showErrorMessage=True)
    choice.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    sheet.add_data_validation(choice)
