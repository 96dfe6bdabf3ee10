"""Write what a duty officer fills in when something has happened: a workbook, or a YAML file with an example of all."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from network.problem import Problem, ProblemsError
from network.words import Language, Phrase, say
from optimizer.dispatch.incident.references import known_things
from optimizer.dispatch.incident.sheet import EXAMPLE, LOOKUP_TITLES
from optimizer.dispatch.incident.skills import Skills, read_skills
from optimizer.dispatch.incident.tables import INCIDENT_TABLES
from optimizer.region.region import Region
from optimizer.region.schema import Column, Kind, Table
from optimizer.region.template import FIRST_ROW, LAST_ROW, explanations, save_workbook, table_sheet
from optimizer.region.writing import write_text

LOOKUPS = {"sites": "site", "items": "item", "teams": "team"}
"""Tables of the region whose rows are chosen from, and what they are called among the known things."""

_GREY = Font(italic=True, color="808080")


def write_incident_template(path: Path, region: Region, language: Language) -> None:
    """Write an empty incident of a region, with headings, meanings, choices and an example.

    Parameters
    ----------
    path : Path
        ``.xlsx`` or ``.yaml``; replaced as a whole if it exists.
    region : Region
    language : {"zh", "en"}

    Raises
    ------
    ProblemsError
        The file is to be of another kind.
    """
    if path.suffix.lower() in (".yaml", ".yml"):
        write_text(path, example_yaml(region, language))
    elif path.suffix.lower() == ".xlsx":
        _write_workbook(path, region, language)
    else:
        what = Phrase("optimizer.incident.file_kind")
        mend = Phrase("optimizer.incident.file_kind_mend", endings=".yaml, .xlsx")
        raise ProblemsError([Problem(what, mend, path.name)])


def example_yaml(region: Region, language: Language) -> str:
    """Give an incident file that can be read as it is, all that may be added standing in remarks."""
    values = _example_values(region, read_skills(region), language)
    return say("optimizer.incident.example", language, **values)


def _example_values(region: Region, skills: Skills, language: Language) -> dict[str, Any]:
    """Give the names of the region that the examples take."""
    sites, items = region.sites, region.tables["items"]
    places = sites[sites["kind"].isin(["village", "community"])]
    site = (places if len(places) else sites).iloc[0]
    relief = items[items["use"] == "relief"]
    skill = skills.register.skills[0]
    return {
        "date": date.today().isoformat(),
        "site": site["site_id"],
        "item": (relief if len(relief) else items)["item_id"].iloc[0],
        "skill": skill.id,
        "skill_name": skill.name.say(language),
    }


def _write_workbook(path: Path, region: Region, language: Language) -> None:
    book = Workbook()
    book.remove(book.worksheets[0])
    skills = read_skills(region)
    tables = tuple(_with_skills(table, skills) for table in INCIDENT_TABLES)
    explanations(book, tables, say("optimizer.incident.explanation", language), language)
    ends = _lookup_ends(region, skills)
    example = _examples(_example_values(region, skills, language))
    for table in tables:
        sheet = table_sheet(book, table, language)
        for place, column in enumerate(table.columns, 1):
            _look_up(sheet, get_column_letter(place), column, ends, language)
        _example_row(sheet, table, example.get(table.name, {}))
    _lookups(book, region, skills, language)
    save_workbook(book, path)


def _with_skills(table: Table, skills: Skills) -> Table:
    """Let a table's skill be chosen from those that the region knows."""
    choices = {skill.id: skill.name.zh for skill in skills.register.skills}
    columns = (
        replace(column, kind=Kind.CHOICE, choices=choices) if column.name == "skill" else column
        for column in table.columns
    )
    return replace(table, columns=tuple(columns))


def _labels(region: Region, skills: Skills) -> dict[str, list[str]]:
    """What can be chosen of each table, as ``id name``."""
    known = known_things(region, skills)
    return {table: [known[thing].label(one) for one in known[thing].names] for table, thing in LOOKUPS.items()}


def _lookup_ends(region: Region, skills: Skills) -> dict[str, str]:
    """Give the range of cells, as a formula, that holds what can be chosen of each table."""
    counted = enumerate(_labels(region, skills).items(), 1)
    return {
        table: f"${get_column_letter(place)}$2:${get_column_letter(place)}${len(listed) + 1}"
        for place, (table, listed) in counted
        if listed
    }


def _lookups(book: Workbook, region: Region, skills: Skills, language: Language) -> None:
    sheet = book.create_sheet(_lookup_title(language))
    for place, (table, listed) in enumerate(_labels(region, skills).items(), 1):
        for row, text in enumerate([say(f"optimizer.incident.thing_{LOOKUPS[table]}", language), *listed], 1):
            cell = sheet.cell(row, place)
            cell.value = text
            cell.data_type = "s"  # a name that begins with = is a name
        sheet.column_dimensions[get_column_letter(place)].width = 40
    sheet.freeze_panes = "A2"


def _lookup_title(language: Language) -> str:
    return LOOKUP_TITLES[language == "zh"]


def _look_up(sheet: Worksheet, letter: str, column: Column, ends: dict[str, str], language: Language) -> None:
    """Offer the region's names in a column that refers to them; others, such as bare names, may be typed."""
    if column.refers_to not in ends:
        return
    listed = f"='{_lookup_title(language)}'!{ends[column.refers_to]}"
    choice = DataValidation(type="list", formula1=listed, allow_blank=True, showErrorMessage=False)
    choice.add(f"{letter}{FIRST_ROW}:{letter}{LAST_ROW}")
    sheet.add_data_validation(choice)


def _example_row(sheet: Worksheet, table: Table, values: dict[str, Any]) -> None:
    """Write the example, whose first cell begins with the mark of a row that is passed over."""
    for place, column in enumerate(table.columns, 1):
        if column.name in values:
            cell = sheet.cell(FIRST_ROW, place)
            cell.value = f"{EXAMPLE} {values[column.name]}" if place == 1 else values[column.name]
            cell.font = _GREY


def _examples(named: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Give an example row of the sheets that every incident fills in."""
    return {
        "incident": {"id": "2026-001", "name": "", "began_date": named["date"], "began_time": "14:30"},
        "closures": {"name": "S303", "road": "S303", "to_h": 12},
        "tasks": {
            "id": "T1",
            "site": named["site"],
            "skill": named["skill"],
            "people": 10,
            "work_min": 90,
            "deadline_min": 120,
            "priority": 1,
        },
        "requests": {"id": "R1", "site": named["site"], "item": named["item"], "quantity": 100},
        "evacuations": {"site": named["site"], "people": 80, "deadline_min": 180, "priority": 1},
    }
