"""The orders that are renewed, and whether they can be: of this region and incident, and from no later than now."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.incident.reading import read_incident
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.plan.table_files import read_plan_tables
from optimizer.region.region import Region

MANIFEST = "dispatch.json"
MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True, eq=False)
class Previous:
    """Orders given before.

    Attributes
    ----------
    tables : mapping of str to DataFrame
    form : IncidentForm
        As it was then.
    at_min : float
        Minute at which they were given.
    """

    tables: Mapping[str, pd.DataFrame]
    form: IncidentForm
    at_min: float


def read_previous(folder: Path, region: Region, incident: Incident, at_min: float) -> Previous:
    """Read the orders of a folder.

    Raises
    ------
    ProblemsError
        It is no dispatch folder, is of another region or incident, is from later than ``at_min``, or has work under way
        that the incident no longer names: all that is found, at once.
    """
    folder = Path(folder)
    manifest = _manifest(folder)
    problems = []
    if manifest.get("region", {}).get("id") != region.settings.id:
        found = manifest.get("region", {}).get("id", "")
        problems.append(_problem("other_region", folder, found=found, region=region.settings.id))
    if manifest.get("incident", {}).get("id") != incident.form.id:
        found = manifest.get("incident", {}).get("id", "")
        problems.append(_problem("other_incident", folder, found=found, incident=incident.form.id))
    if problems:
        raise ProblemsError(problems)
    given = float(manifest.get("options", {}).get("at_min") or 0.0)
    if at_min < given:
        raise ProblemsError([_problem("before_then", folder, given=given, at=at_min)])
    tables = read_plan_tables(folder, DISPATCH_TABLES)
    form = read_incident(folder / "incident.yaml", region).form
    return Previous(tables, form, given)


def from_now_on(form: IncidentForm, before: IncidentForm, at_min: float) -> IncidentForm:
    """Let closures that are new in the incident, and say no hour, begin now: roads driven before were open."""
    known = {one.model_dump_json() for one in before.roads.closures}
    now_h = at_min / MINUTES_AN_HOUR
    closures = tuple(
        one if one.from_h is not None or one.model_dump_json() in known else one.model_copy(update={"from_h": now_h})
        for one in form.roads.closures
    )
    return form.model_copy(update={"roads": form.roads.model_copy(update={"closures": closures})})


def _manifest(folder: Path) -> Mapping[str, Any]:
    try:
        manifest = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ProblemsError([_problem("no_orders", folder)]) from error
    if not isinstance(manifest, dict):
        raise ProblemsError([_problem("no_orders", folder)])
    return manifest


def _problem(words: str, folder: Path, **values: object) -> Problem:
    said = {"path": folder, **values}
    what = Phrase(f"optimizer.dispatch.{words}", **said)
    return Problem(what, Phrase(f"optimizer.dispatch.{words}_mend", **said), file=folder.name)
