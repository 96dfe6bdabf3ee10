"""Gather what a region consists of: a folder of YAML, CSV, layers and workbooks, or one workbook alone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from network.problem import Problem
from network.words import Phrase
from optimizer.region.csv_table import read_csv_table
from optimizer.region.events import EventFile
from optimizer.region.headings import normal_heading
from optimizer.region.overrides import OverrideFile
from optimizer.region.raw_table import RawTable, raw_table
from optimizer.region.region_tables import REGION_TABLES, SITES
from optimizer.region.registers import SKILLS
from optimizer.region.scenarios import ScenarioFile
from optimizer.region.schema import Table
from optimizer.region.settings import RegionSettings
from optimizer.region.settings_sheet import (
    EVENT_TITLES,
    OVERRIDE_TITLES,
    SCENARIO_TITLES,
    SETTINGS_TITLES,
    read_settings_sheet,
    read_text_sheet,
)
from optimizer.region.site_layer import LAYER_SUFFIXES, read_site_layer
from optimizer.region.workbook import Sheet, read_workbook
from optimizer.region.yaml_form import FormFile, read_form

PLANNED = "planned_scenarios.yaml"
"""Scenarios that take the place of the region's own; a plan made for such keeps them in its copy of the region."""

EXPLANATION_TITLES = ("explanations", "说明")
"""Sheets of the template that hold no data."""


@dataclass
class RegionFiles:
    """What was found, not yet checked against one another.

    Attributes
    ----------
    folder : Path
        Paths inside the region are relative to it.
    settings, scenarios, overrides, events : FormFile, optional
        None where the file is missing or not sound.
    raws : dict of str to list of RawTable
        Table name to the files that hold it.
    read : dict of str to Path
        Files read, by name.
    problems : list of Problem
    """

    folder: Path
    settings: FormFile[RegionSettings] | None = None
    scenarios: FormFile[ScenarioFile] | None = None
    overrides: FormFile[OverrideFile] | None = None
    events: FormFile[EventFile] | None = None
    raws: dict[str, list[RawTable]] = field(default_factory=dict)
    read: dict[str, Path] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)
    """Tables and forms that a file was found for, sound or not."""
    unread: set[str] = field(default_factory=set)
    """Tables of which some file could not be read."""


def gather(path: Path, scenarios: Path | None = None) -> RegionFiles:
    """Read the files of the region at ``path``, a folder or a workbook; ``scenarios`` take the place of its own."""
    if path.is_dir():
        files = RegionFiles(path)
        _gather_forms(files)
        for book in sorted(path.glob("*.xlsx")):
            if not book.name.startswith("~$"):  # Excel's lock file
                _gather_workbook(files, book)
        _gather_csv(files)
        _gather_layers(files)
    elif path.is_file():
        files = RegionFiles(path.parent)
        _gather_workbook(files, path)
    else:
        return RegionFiles(path.parent, problems=[_problem("no_region", str(path))], seen=_all_names())
    if scenarios is None and path.is_dir() and (path / PLANNED).is_file():
        scenarios = path / PLANNED
    if scenarios is not None:
        _take_planned(files, scenarios)
    for name in ("region", "scenarios"):
        if name not in files.seen:
            files.problems.append(_problem(f"missing_{name}", f"{name}.yaml"))
    _missing_tables(files)
    return files


def find_table(name: str) -> Table | None:
    """Find a table by its English name or Chinese title."""
    wanted = normal_heading(name)
    return next((t for t in REGION_TABLES if wanted in {normal_heading(t.name), normal_heading(t.title)}), None)


def _gather_forms(files: RegionFiles) -> None:
    for name, model in (
        ("region", RegionSettings),
        ("scenarios", ScenarioFile),
        ("overrides", OverrideFile),
        ("events", EventFile),
    ):
        path = files.folder / f"{name}.yaml"
        if path.is_file():
            files.read[path.name] = path
            _take_form(files, name, path.name, read_form(path, model))
    if (files.folder / SKILLS).is_file():  # for incidents: read with them, kept with the region
        files.read[SKILLS] = files.folder / SKILLS


def _take_form(files: RegionFiles, name: str, file: str, found: tuple[FormFile[Any] | None, list[Problem]]) -> None:
    """Keep a form under the attribute that ``name`` stands for."""
    form, problems = found
    files.problems += problems
    if name in files.seen:
        files.problems.append(_problem("form_twice", file, name=name))
        return
    files.seen.add(name)
    setattr(files, "settings" if name == "region" else name, form)


def _take_planned(files: RegionFiles, path: Path) -> None:
    """Put the scenarios in the file at ``path`` in the place of the region's own."""
    files.read[PLANNED] = path
    files.seen.add("scenarios")
    files.scenarios, problems = read_form(path, ScenarioFile)
    files.problems += problems


def _gather_workbook(files: RegionFiles, path: Path) -> None:
    sheets, problems = read_workbook(path)
    files.read[path.name] = path
    files.problems += problems
    if not sheets:
        files.seen |= _all_names()  # what the workbook should have held is not asked for once more
    for sheet in sheets:
        _take_sheet(files, sheet)


def _take_sheet(files: RegionFiles, sheet: Sheet) -> None:
    title = normal_heading(sheet.title)
    if title in SETTINGS_TITLES:
        _take_form(files, "region", sheet.file, read_settings_sheet(sheet))
    elif title in SCENARIO_TITLES:
        _take_form(files, "scenarios", sheet.file, read_text_sheet(sheet, ScenarioFile))
    elif title in OVERRIDE_TITLES:
        if _says_something(sheet):
            _take_form(files, "overrides", sheet.file, read_text_sheet(sheet, OverrideFile))
    elif title in EVENT_TITLES:
        if _says_something(sheet):
            _take_form(files, "events", sheet.file, read_text_sheet(sheet, EventFile))
    elif title not in EXPLANATION_TITLES:
        _take_table(files, sheet.title, sheet.file, lambda table: raw_table(sheet.file, sheet.rows, table))


def _says_something(sheet: Sheet) -> bool:
    """Whether a sheet of YAML holds more than blanks and the template's example, whose lines begin with #."""
    texts = (str(row[0]).strip() for row in sheet.rows if row and row[0] is not None)
    return any(text and not text.startswith("#") for text in texts)


def _gather_csv(files: RegionFiles) -> None:
    for path in sorted(path for path in files.folder.iterdir() if path.suffix.lower() == ".csv"):
        if _take_table(files, path.stem, path.name, lambda table, path=path: read_csv_table(path, table)):  # type: ignore[misc]
            files.read[path.name] = path


def _take_table(
    files: RegionFiles,
    name: str,
    file: str,
    read: Callable[[Table], tuple[RawTable | None, list[Problem]]],
) -> bool:
    """Keep a table that a file or sheet called ``name`` holds; warn where the name is no table's."""
    table = find_table(name)
    if table is None:
        files.problems.append(_unknown(name, file))
        return False
    raw, problems = read(table)
    files.problems += problems
    files.seen.add(table.name)
    if raw is None:
        files.unread.add(table.name)
    if raw and files.raws.get(table.name):
        names = f"{files.raws[table.name][0].file}, {file}"
        files.problems.append(_problem("table_twice", file, name=table.name, title=table.title, files=names))
    elif raw:
        files.raws[table.name] = [raw]
    return True


def _gather_layers(files: RegionFiles) -> None:
    """Sites may stand in a layer, beside those of the table or in its stead."""
    settings = files.settings.form if files.settings else None
    for path in (files.folder / f"{SITES.name}{suffix}" for suffix in LAYER_SUFFIXES):
        if path.is_file():
            raw, problems = read_site_layer(path, SITES, settings)
            files.problems += problems
            files.seen.add(SITES.name)
            files.unread |= {SITES.name} if raw is None else set()
            files.read |= {
                part.name: part for part in sorted(files.folder.glob(f"{SITES.name}.*")) if _part(part, path)
            }
            files.raws.setdefault(SITES.name, []).extend([raw] if raw else [])


def _part(part: Path, layer: Path) -> bool:
    """Whether a file belongs to a layer: itself, or beside a shapefile its other parts."""
    return part == layer or (layer.suffix == ".shp" and part.suffix in {".dbf", ".shx", ".prj", ".cpg"})


def _missing_tables(files: RegionFiles) -> None:
    for table in REGION_TABLES:
        named = {"name": table.name, "title": table.title}
        if table.required and table.name not in files.seen:
            files.problems.append(_problem("missing_table", f"{table.name}.csv", **named))
        raws = files.raws.get(table.name)
        if table.required and raws and not any(raw.rows for raw in raws):
            files.problems.append(_problem("no_rows", raws[0].file, **named))


def _all_names() -> set[str]:
    return {"region", "scenarios", *(table.name for table in REGION_TABLES)}


def _unknown(name: str, file: str) -> Problem:
    known = {word: table for table in REGION_TABLES for word in (table.name, table.title)}
    close = get_close_matches(name.casefold(), list(known), n=1, cutoff=0.6)
    words = "nearly_a_table" if close else "unknown_file"
    values = {"nearest": close[0] if close else "", "known": ", ".join(f"{t.name} {t.title}" for t in REGION_TABLES)}
    what = Phrase(f"optimizer.tables.{words}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{words}_mend", **values), file, severity="warning")


def _problem(words: str, file: str, **values: object) -> Problem:
    what = Phrase(f"optimizer.tables.{words}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{words}_mend", **values), file)
