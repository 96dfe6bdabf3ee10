"""What becomes of every task and request, and why it is late or unserved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd

from network.words import Language
from optimizer.dispatch.incident.form import Request, Task
from optimizer.dispatch.incident.skills import Skills
from optimizer.dispatch.places import Places, place_id
from optimizer.dispatch.priority import priority_weight
from optimizer.dispatch.reasons.reason import Reason
from optimizer.dispatch.tables import REQUESTS, TASKS
from optimizer.models.dispatch.teams_problem import SLACK_MIN
from optimizer.region.region import Region

NOTHING = {"reason": "", "why": "", "would_serve": ""}


def tasks_table(
    region: Region, tasks: Sequence[Task], work: pd.DataFrame, places: Places, reasons: Mapping[str, Reason],
    skills: Skills, language: Language,
) -> pd.DataFrame:  # fmt: skip
    """Lay out every task as :data:`~optimizer.dispatch.tables.TASKS`.

    Parameters
    ----------
    work : DataFrame
        Of :data:`~optimizer.dispatch.tables.WORK`, begun or ordered.
    """
    name = dict(zip(places.table["place_id"], places.table["place_name"], strict=True))
    rows = []
    for task in tasks:
        own = work[work["task_id"] == task.id]
        start = float(own["start_min"].iloc[0]) if len(own) else np.nan
        status = "unserved" if own.empty else "on_time" if start <= task.deadline_min + SLACK_MIN else "late"
        rows.append(
            {
                "task_id": task.id,
                "task_name": task.name or task.id,
                "place_id": place_id(task),
                "place_name": name[place_id(task)],
                "skill": skills.skill(task.skill).name.say(language),
                "need_people": task.people,
                "priority": task.priority,
                "weight": priority_weight(region, task.priority),
                "work_min": task.work_min,
                "deadline_min": task.deadline_min,
                "team_ids": ";".join(own["team_id"]),
                "start_min": start,
                "finish_min": start + task.work_min,
                "status": status,
                **_told(status, reasons.get(task.id), language),
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in TASKS.columns])


def requests_table(
    region: Region, requests: Sequence[Request], loads: pd.DataFrame, trips: pd.DataFrame,
    reasons: Mapping[str, Reason], language: Language,
) -> pd.DataFrame:  # fmt: skip
    """Lay out every request as :data:`~optimizer.dispatch.tables.REQUESTS`.

    Parameters
    ----------
    loads, trips : DataFrame
        Of :data:`~optimizer.dispatch.tables.LOADS` and ``TRIPS``.
    """
    items = region.tables["items"].set_index("item_id")
    name = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    depot = dict(zip(trips["trip_id"], trips["depot_id"], strict=True))
    rows = []
    for request in requests:
        own = loads[loads["request_id"] == request.id]
        deadline = float(request.deadline_min or 0.0)
        in_time = own["arrive_min"] <= deadline + SLACK_MIN
        on_time, late = float(own.loc[in_time, "quantity"].sum()), float(own.loc[~in_time, "quantity"].sum())
        unmet = max(float(request.quantity) - on_time - late, 0.0)
        status = _status(on_time, late, unmet)
        item = items.loc[request.item]
        rows.append(
            {
                "request_id": request.id,
                "place_id": request.site,
                "place_name": name[request.site],
                "item_id": request.item,
                "item_name": item["name"],
                "unit": item["unit"],
                "quantity": float(request.quantity),
                "people": float(request.people or 1),
                "priority": request.priority or 1,
                "weight": (request.people or 1) * priority_weight(region, request.priority or 1),
                "deadline_min": deadline,
                "on_time": on_time,
                "late": late,
                "unmet": unmet,
                "first_min": own["arrive_min"].min() if len(own) else np.nan,
                "last_min": own["arrive_min"].max() if len(own) else np.nan,
                "depot_ids": ";".join(sorted({depot.get(one, request.site) for one in own["trip_id"]})),
                "status": status,
                **_told(status, reasons.get(request.id), language),
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in REQUESTS.columns])


def _status(on_time: float, late: float, unmet: float) -> str:
    if unmet > 0:
        return "partly" if on_time + late > 0 else "unserved"
    return "late" if late > 0 else "on_time"


def _told(status: str, why: Reason | None, language: Language) -> dict[str, str]:
    if status == "on_time" or why is None:
        return NOTHING
    return {"reason": why.code, "why": why.why.say(language), "would_serve": why.would_serve.say(language)}
