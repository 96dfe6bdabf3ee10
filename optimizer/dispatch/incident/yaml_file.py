"""Read an incident from YAML; every entry of its lists is read for itself, so that one mistake hides no other."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

from pydantic import ConfigDict

from network.problem import Problem
from optimizer.dispatch.incident.draft import Draft, Entry, Part, Place, broken_entry
from optimizer.dispatch.incident.form import LISTS, IncidentForm
from optimizer.region.settings import Strict
from optimizer.region.yaml_form import FormFile, FormPath, form_of, path_text, read_form


class _AnyFields(Strict):
    """A mapping whose fields are looked at later."""

    model_config = ConfigDict(extra="allow", frozen=True)


def read_yaml(path: Path) -> tuple[Draft, list[Problem]]:
    """Read the incident file ``path``.

    Returns
    -------
    Draft
        What is sound of it.
    list of Problem
        All that is wrong with its form.
    """
    read, problems = read_form(path, _AnyFields)
    if read is None:
        return Draft(None), problems
    values: dict[str, Any] = dict(read.form.model_extra or {})
    lists: dict[str, tuple[Entry[Any], ...]] = {}
    broken: dict[str, tuple[Entry[Any], ...]] = {}
    for name, model in LISTS.items():
        way = tuple(name.split("."))
        listed = _taken(values, way)
        if not isinstance(listed, list | None):
            problems.append(read.problem(way, "form_list"))
            continue
        found = [_entry(one, model, read, (*way, number)) for number, one in enumerate(listed or [])]
        lists[name] = tuple(entry for entry, told in found if entry is not None and not told)
        broken[name] = tuple(entry for entry, told in found if entry is not None and told)
        problems += [problem for _, told in found for problem in told]
    head, told = _entry(values, IncidentForm, read, ())
    return Draft(None if told else head, lists, broken), problems + told


def _taken(values: dict[str, Any], way: tuple[str, ...]) -> object:
    """Take what stands at the end of a way out of nested mappings, which are copied where they change."""
    if way[0] not in values:
        return None
    if len(way) == 1:
        return values.pop(way[0])
    inner = values[way[0]]
    if not isinstance(inner, dict):
        return None
    values[way[0]] = inner = dict(inner)
    return _taken(inner, way[1:])


def _entry(
    values: object, model: type[Part], read: FormFile[_AnyFields], way: FormPath
) -> tuple[Entry[Part] | None, list[Problem]]:
    """Put the values that stand at ``way`` into their form; where there are problems, the entry is a broken one."""

    def place(path: FormPath) -> Place:
        return read.file, read.row_of((*way, *path)), path_text((*way, *path)) or None

    form, problems = form_of(values, model, read.file, lambda path: read.row_of((*way, *path)))
    if form is not None and not problems:
        return Entry(form.form, place), []
    faulty = {re.split(r"[.\[]", problem.column or "")[0] for problem in problems}
    told = [replace(problem, column=_column(way, problem.column)) for problem in problems]
    return broken_entry(values, model, place, faulty), told


def _column(way: FormPath, within: str | None) -> str | None:
    """Name a place within an entry from the top of the file on."""
    return ".".join(part for part in (path_text(way), within) if part) or None
