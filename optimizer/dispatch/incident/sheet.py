"""Read an incident from a workbook: each row becomes an entry of the form, told by sheet, row and column."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from network.problem import Problem
from network.words import Phrase
from optimizer.dispatch.incident.draft import Draft, Entry, Part, Place, broken_entry
from optimizer.dispatch.incident.form import LISTS, IncidentForm
from optimizer.dispatch.incident.tables import INCIDENT, INCIDENT_TABLES, LOST
from optimizer.region.files import EXPLANATION_TITLES
from optimizer.region.headings import normal_heading
from optimizer.region.raw_table import raw_table
from optimizer.region.schema import SCHEMA_VERSION, Column, Kind
from optimizer.region.typed_table import TypedTable, typed_table
from optimizer.region.workbook import Sheet, read_workbook
from optimizer.region.yaml_form import FormPath, form_of

LOOKUP_TITLES = ("lists", "名录")
"""Sheets with the names to choose from."""

EXAMPLE = "#"
"""A row whose first filled cell begins so is an example or a remark, and is passed over."""

_PARTED = {"ways", "links", "temporary", "vehicle_classes", "team_kinds", "teams", "towns", "skills"}
"""Columns with several values in a cell."""

_HOLD = {
    **dict.fromkeys(("hazard", "place", "size"), "event"),
    **dict.fromkeys(("rain", "night", "speed_factor"), "roads"),
}
"""Columns of the incident's sheet that belong to a form within the form."""

_SHOWN_AT = {
    "began": "began_time",
    "within": "radius_m",
    "stakes": "from_stake",
    "closed": "effect",
    "opened": "effect",
}
"""Columns at which problems of fields that no column is named after are shown."""

Values = dict[str, Any]


def read_book(path: Path) -> tuple[Draft, list[Problem]]:
    """Read the incident workbook ``path``.

    Returns
    -------
    Draft
        What is sound of it.
    list of Problem
        All that is wrong with its form.
    """
    sheets, problems = read_workbook(path)
    rows: list[_Row] = []
    for sheet in sheets:
        found, told = _rows(sheet)
        rows += found
        problems += told
    lists: dict[str, list[Entry[Any]]] = {name: [] for name in LISTS}
    broken: dict[str, list[Entry[Any]]] = {name: [] for name in LISTS}
    heads = [row for row in rows if row.typed.table is INCIDENT]
    teams = [row for row in rows if row.is_lost_team]
    for row in rows:
        if row in heads or row in teams:
            continue
        name, values = row.listed()
        entry, told, sound = _entry(values, LISTS[name], row, row.place)
        (lists if sound else broken)[name] += [entry] if entry else []
        problems += told
    if sheets and len(heads) != 1:
        problems.append(_one_incident(path, heads))
    head, told = _head(heads[0], teams) if heads else (None, [])
    return Draft(head, _frozen(lists), _frozen(broken)), problems + told


def _frozen(lists: dict[str, list[Entry[Any]]]) -> dict[str, tuple[Entry[Any], ...]]:
    return {name: tuple(entries) for name, entries in lists.items()}


@dataclass(frozen=True, eq=False)
class _Row:
    """A row of a sheet.

    Attributes
    ----------
    typed : TypedTable
    number : int
        Place in its frame.
    """

    typed: TypedTable
    number: int

    def values(self) -> Values:
        """Filled cells by column; a cell of several values as a list."""
        found: Values = {}
        for column in self.typed.table.columns:
            value = self.typed.frame[column.name].iloc[self.number]
            if not _missing(column, value):
                found[column.name] = _plain(column, value)
        return found

    @property
    def is_lost_team(self) -> bool:
        """Whether it says that a team is lost, and nothing else."""
        return self.typed.table is LOST and set(self.values()) == {"team"}

    def listed(self) -> tuple[str, Values]:
        """Give the list that it belongs to and the fields of the entry."""
        values = self.values()
        build = _BUILD.get(self.typed.table.name)
        return build(values) if build else (self.typed.table.name, values)

    def place(self, path: FormPath) -> Place:
        """Sheet, row and heading of a field."""
        file, row = self.typed.places[self.number]
        return file, row, self.heading(self.column(str(path[0]))) if path else None

    def column(self, path: str) -> str:
        """Name the column that a path within the entry's form stands in; empty where it is the row as a whole."""
        parts = path.replace("[", ".").split(".")
        names = {column.name for column in self.typed.table.columns}
        return next((part for part in parts if part in names), _SHOWN_AT.get(parts[0], parts[0]))

    def heading(self, column: str) -> str:
        """Heading that a column has in the file."""
        return self.typed.headings.get((self.typed.places[self.number][0], column), column)


def _rows(sheet: Sheet) -> tuple[list[_Row], list[Problem]]:
    """Read the rows of one sheet; lists to choose from and explanations hold none."""
    title = normal_heading(sheet.title)
    if title in {normal_heading(one) for one in (*LOOKUP_TITLES, *EXPLANATION_TITLES)}:
        return [], []
    named = {normal_heading(name): one for one in INCIDENT_TABLES for name in (one.name, one.title)}
    table = named.get(title)
    if table is None:
        known = ", ".join(f"{one.name} {one.title}" for one in INCIDENT_TABLES)
        what, mend = (
            Phrase("optimizer.incident.unknown_sheet"),
            Phrase("optimizer.incident.unknown_sheet_mend", known=known),
        )
        return [], [Problem(what, mend, sheet.file, severity="warning")]
    cells = [() if _is_example(row) else row for row in sheet.rows]
    raw, problems = raw_table(sheet.file, cells, table)
    if raw is None:
        return [], problems
    typed, found = typed_table(table, [raw])
    return [_Row(typed, number) for number in range(len(typed.frame))], problems + found


def _is_example(row: tuple[object, ...]) -> bool:
    first = next((cell for cell in row if cell is not None and str(cell).strip()), "")
    return str(first).strip().startswith(EXAMPLE)


def _missing(column: Column, value: object) -> bool:
    if column.kind is Kind.YES_NO:
        return not value
    return value == "" or value != value


def _plain(column: Column, value: Any) -> object:
    """Give a cell as the value of a form."""
    if column.name in _PARTED:
        return [part.strip() for part in str(value).replace("；", ";").split(";") if part.strip()]
    if column.kind is Kind.DATE:
        return value.date().isoformat()
    if column.kind is Kind.YES_NO:
        return True
    if isinstance(value, float):
        return int(value) if math.isfinite(value) and value.is_integer() else float(value)
    return value


def _entry(
    values: object, model: type[Part], row: _Row, place: Callable[[FormPath], Place]
) -> tuple[Entry[Part] | None, list[Problem], bool]:
    """Put the values of a row into their form, and say whether it is sound.

    Cells that have been reported are not told of once more.
    """
    file = row.place(())[0]
    form, problems = form_of(values, model, file, lambda path: place(path)[1])
    faulty = {name for at, name in row.typed.faulty if at == row.number}
    columns = [row.column(problem.column or "") for problem in problems]
    told = [
        replace(problem, column=row.heading(column) or None)
        for problem, column in zip(problems, columns, strict=True)
        if column not in faulty
    ]
    if form is not None and not problems:
        return Entry(form.form, place, frozenset(faulty)), told, True
    return broken_entry(values, model, place, faulty.union(columns)), told, False


def _head(row: _Row, teams: list[_Row]) -> tuple[Entry[IncidentForm] | None, list[Problem]]:
    """Read the incident itself, with the teams lost."""
    values = row.values()
    head: Values = {"schema_version": SCHEMA_VERSION, "event": {}, "roads": {}}
    for name in ("began_date", "began_time"):
        head["began"] = f"{head.get('began', '')} {values.pop(name, '')}".strip()
    for name, value in values.items():
        within = _HOLD.get(name)
        (head[within] if within else head)[name] = value
    head["lost"] = {"teams": [team.values()["team"] for team in teams]}

    def place(path: FormPath) -> Place:
        if path[:2] == ("lost", "teams") and len(path) > 2:
            return teams[int(path[2])].place(("team",))
        return row.place(path[1:] if path and path[0] in _HOLD.values() else path)

    entry, told, sound = _entry(head, IncidentForm, row, place)
    return (entry if sound else None), told


def _closure(values: Values) -> tuple[str, Values]:
    """Put a row's stakes, circle and effect into the fields of a closure."""
    flat = {name: value for name, value in values.items() if name not in _OF_CLOSURES}
    given = {name: values[name] for name in _OF_CLOSURES if name in values}
    if "from_stake" in given or "to_stake" in given:
        zero = _with_prefix(given, "zero_")
        stakes = {"road": flat.pop("road", None), "from": given.get("from_stake"), "to": given.get("to_stake")}
        flat["stakes"] = _filled({**stakes, "zero": zero, "towards": _with_prefix(given, "towards_")})
    circle = _filled({**_with_prefix(given, "around_"), "radius_m": given.get("radius_m")})
    if circle:
        flat["within"] = {"around": circle}
    if "effect" in given:
        flat[given["effect"]] = True
    return "roads.closures", flat


_OF_CLOSURES = (
    "from_stake", "to_stake", "zero_lon", "zero_lat", "zero_stake", "towards_lon", "towards_lat", "around_lon",
    "around_lat", "radius_m", "effect",
)  # fmt: skip


def _with_prefix(values: Values, prefix: str) -> Values:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _filled(values: Values) -> Values:
    return {name: value for name, value in values.items() if value not in (None, {})}


def _weather(values: Values) -> tuple[str, Values]:
    rest = {name: value for name, value in values.items() if name != "kind"}
    return str(values.get("kind", "no_flying")), rest


def _lost(values: Values) -> tuple[str, Values]:
    return ("lost.vehicles" if {"vehicle_class", "count"} & values.keys() else "lost.depots"), values


_BUILD: Mapping[str, Callable[[Values], tuple[str, Values]]] = {
    "closures": _closure,
    "weather": _weather,
    "lost": _lost,
    "crews": lambda values: ("clearing.crews", values),
    "clearing": lambda values: ("clearing.work", values),
}
"""How a row becomes an entry, where it is more than its cells."""


def _one_incident(path: Path, heads: list[_Row]) -> Problem:
    """Tell that the incident itself is missing, or stands there more than once."""
    words = "two_incidents" if heads else "no_incident"
    what = Phrase(f"optimizer.incident.{words}", title=INCIDENT.title, table=INCIDENT.name)
    mend = Phrase(f"optimizer.incident.{words}_mend", title=INCIDENT.title, table=INCIDENT.name)
    file, row = heads[1].place(())[:2] if heads else (path.name, None)
    return Problem(what, mend, file, row)
