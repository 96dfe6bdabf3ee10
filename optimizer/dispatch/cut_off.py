"""Villages and communities with no road left, where help lands for them, and what is asked of the level above."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from network.words import Language
from optimizer.analysis.isolation import isolation
from optimizer.analysis.road_case import RoadCase
from optimizer.analysis.sources import sources_as_they_stand
from optimizer.dispatch.incident.form import Evacuation, IncidentForm
from optimizer.dispatch.incident.skills import Skills
from optimizer.dispatch.phases import cleared
from optimizer.dispatch.rows import rows_of
from optimizer.dispatch.tables import ASKED, CUT_OFF
from optimizer.region.region import Region

MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True)
class Left:
    """People for whom there is no shelter, and whether that is for want of a way to any."""

    people: int
    cut_off: bool


def cut_off(region: Region, incident: IncidentForm, cleared_min: Mapping[str, float]) -> pd.DataFrame:
    """Name the places that no depot of the lifeline reaches, as :data:`~optimizer.dispatch.tables.CUT_OFF`.

    What counts as reached is said in :mod:`optimizer.analysis.access`. The landing point is named whatever the weather.

    Parameters
    ----------
    cleared_min : mapping of str to float
        Minute from which closures that crews clear are open, by name.
    """
    closures = tuple(cleared(one, cleared_min.get(one.name)) for one in incident.roads.closures)
    roads = incident.roads.model_copy(update={"closures": closures})
    case = RoadCase(region, sources_as_they_stand(region), roads)
    alone = isolation(case).isolated
    table = pd.DataFrame(
        {
            "place_id": alone["site_id"],
            "place_name": alone["site_name"],
            "town_name": alone["town_name"],
            "people": alone["people"],
            "reopens_min": alone["reopens_h"].astype(float) * MINUTES_AN_HOUR,
            "landing_site_id": alone["landing_site_id"],
            "landing_name": alone["landing_name"],
            "landing_by": alone["landing_by"],
            "landing_km": alone["landing_km"],
            "landing_contact": alone["landing_contact"],
        }
    )
    return table[[column.name for column in CUT_OFF.columns]]


def asked(
    incident: IncidentForm,
    skills: Skills,
    tables: Mapping[str, pd.DataFrame],
    without_shelter: Mapping[str, Left],
    language: Language,
) -> pd.DataFrame:
    """List what the district cannot meet itself, as :data:`~optimizer.dispatch.tables.ASKED`.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        ``tasks``, ``requests``, ``evacuees``, ``cut_off`` and ``places``.
    without_shelter : mapping of str to Left
        By place.
    """
    rows = [*_teams(tables["tasks"]), *_supplies(tables["requests"])]
    rows += _shelters(incident.evacuations, without_shelter) + _buses(tables["evacuees"])
    table = pd.DataFrame(rows, columns=[column.name for column in ASKED.columns if column.name != "landing"])
    name = dict(zip(tables["places"]["place_id"], tables["places"]["place_name"], strict=True))
    away = tables["cut_off"].set_index("place_id")
    landing = (away["landing_name"] + " " + away["landing_contact"]).str.strip().to_dict()
    return table.assign(place_name=table["place_id"].map(name), landing=table["place_id"].map(landing).fillna(""))[
        [column.name for column in ASKED.columns]
    ]


def _teams(tasks: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "for_id": task.task_id,
            "asked_for": "team",
            "what": task.skill,
            "quantity": float(task.need_people),
            "unit": "",
            "place_id": task.place_id,
            "place_name": "",
            "deadline_min": task.deadline_min,
            "reason": task.reason,
        }
        for task in rows_of(tasks[tasks["status"] == "unserved"])
    ]


def _supplies(requests: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "for_id": one.request_id,
            "asked_for": "supply",
            "what": one.item_name,
            "quantity": float(one.unmet),
            "unit": one.unit,
            "place_id": one.place_id,
            "place_name": "",
            "deadline_min": one.deadline_min,
            "reason": one.reason,
        }
        for one in rows_of(requests[requests["unmet"] > 0])
    ]


def _shelters(evacuations: tuple[Evacuation, ...], without: Mapping[str, Left]) -> list[dict[str, object]]:
    return [
        {
            "for_id": one.site,
            "asked_for": "shelter",
            "what": "",
            "quantity": float(without[one.site].people),
            "unit": "",
            "place_id": one.site,
            "place_name": "",
            "deadline_min": np.nan if one.deadline_min is None else one.deadline_min,
            "reason": "no_way" if without[one.site].cut_off else "no_room",
        }
        for one in evacuations
        if one.site in without
    ]


def _buses(evacuees: pd.DataFrame) -> list[dict[str, object]]:
    return [
        {
            "for_id": f"{one.place_id}/{one.shelter_id}",
            "asked_for": "vehicle",
            "what": "",
            "quantity": float(one.people),
            "unit": "",
            "place_id": one.place_id,
            "place_name": "",
            "deadline_min": one.deadline_min,
            "reason": "no_vehicle",
        }
        for one in rows_of(evacuees[evacuees["status"] == "unserved"])
    ]
