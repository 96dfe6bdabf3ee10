"""Put a sound draft into its final form: WGS-84, shapes drawn, and what was left out filled in from the region."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import shapely
from pydantic import BaseModel

from network.closures import Closure
from network.problem import Problem
from network.shapes import Shape, geometry
from optimizer.dispatch.incident.case import LOCATED, Case
from optimizer.dispatch.incident.check_work import threatened
from optimizer.dispatch.incident.draft import Draft, Entry
from optimizer.dispatch.incident.form import IncidentForm, Request
from optimizer.region.region import Region
from optimizer.region.region_tables import NORMS


def completed(case: Case) -> tuple[IncidentForm, list[Problem]]:
    """Give the incident as its form, and what had to be supposed."""
    lists = dict(case.draft.lists)
    problems: list[Problem] = []
    lists["roads.closures"] = tuple(_drawn(entry, case) for entry in lists.get("roads.closures", ()))
    for name in LOCATED:
        lists[name] = tuple(_in_wgs84(entry, case) for entry in lists.get(name, ()))
    lists["evacuations"] = tuple(_counted(entry, case) for entry in lists.get("evacuations", ()))
    found = [_normal(entry, case) for entry in lists.get("requests", ())]
    lists["requests"] = tuple(entry for entry, _ in found)
    problems += [problem for _, told in found for problem in told]
    return _joined(Draft(case.draft.head, lists)), problems


def relief_min(region: Region) -> float:
    """Minutes within which relief is due where no norm says: the strictest rule of relief, or the norms' default."""
    hours = [rule.at_most for rule in region.rules if rule.check == "relief_hours" and rule.at_most is not None]
    return 60 * min(hours, default=float(str(NORMS.column("deadline_h").default)))


def _joined(draft: Draft) -> IncidentForm:
    """Put the lists back into the head that they were taken from."""
    assert draft.head is not None
    form: BaseModel = draft.head.form.model_copy(update={"coordinates": "wgs84"})
    for name, entries in draft.lists.items():
        form = _with(form, name.split("."), tuple(entry.form for entry in entries))
    assert isinstance(form, IncidentForm)
    return form


def _with(form: BaseModel, way: list[str], listed: tuple[BaseModel, ...]) -> BaseModel:
    value = listed if len(way) == 1 else _with(getattr(form, way[0]), way[1:], listed)
    return form.model_copy(update={way[0]: value})


def _drawn(entry: Entry[Closure], case: Case) -> Entry[Closure]:
    """Draw a closure's shape of a file, so that the incident stands for itself wherever it is taken."""
    within = entry.form.within
    if within is None or within.file is None:
        return entry
    shape = Shape(wkt=shapely.to_wkt(geometry(within, case.folder), rounding_precision=9))
    return replace(entry, form=entry.form.model_copy(update={"within": shape}))


def _in_wgs84(entry: Entry[Any], case: Case) -> Entry[Any]:
    if entry.form.site is not None:
        return entry
    lon, lat = case.point(entry)
    return replace(entry, form=entry.form.model_copy(update={"lon": lon, "lat": lat}))


def _counted(entry: Entry[Any], case: Case) -> Entry[Any]:
    people = entry.form.people or threatened(case.site(entry.form.site))
    return replace(entry, form=entry.form.model_copy(update={"people": people}))


def _normal(entry: Entry[Request], case: Case) -> tuple[Entry[Request], list[Problem]]:
    """Fill in a request from the norm of its item and the residents of its site."""
    request, problems = entry.form, []
    norms = case.region.tables["norms"]
    norm = next(iter(norms[norms["item_id"] == request.item].to_dict("records")), None)
    deadline = relief_min(case.region) if norm is None else 60 * norm["deadline_h"]
    priority = int(norms["priority"].max() if norm is None else norm["priority"])
    people = request.people or threatened(case.site(request.site))
    if norm is None and request.priority is None:
        problems.append(entry.problem(("priority",), "no_norm", severity="warning", priority=priority))
    if people is None:
        each = 1.0 if norm is None else norm["quantity"]
        people = max(1, math.ceil(request.quantity / each))
        problems.append(entry.problem(("people",), "people_supposed", severity="warning", people=people))
    given = {"deadline_min": request.deadline_min, "priority": request.priority}
    filled = {"deadline_min": deadline, "priority": priority, "people": people}
    update = filled | {name: value for name, value in given.items() if value is not None}
    return replace(entry, form=request.model_copy(update=update)), problems
