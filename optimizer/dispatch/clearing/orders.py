"""The clearing laid out: the way of every crew, and when each closure opens."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from optimizer.dispatch.clearing.clearing import ClearingPlan
from optimizer.dispatch.clearing.work import DRIVES
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.orders.legs import Carrier, Leg, leg
from optimizer.dispatch.tables import CLEARING
from optimizer.dispatch.travel import Roads


def clearing_table(form: IncidentForm, plan: ClearingPlan | None, kept: pd.DataFrame) -> pd.DataFrame:
    """Lay out every closure that can be cleared as :data:`~optimizer.dispatch.tables.CLEARING`.

    Parameters
    ----------
    kept : DataFrame
        Rows that stay of earlier orders, of other closures.
    """
    steps = {one.work.closure: one for one in plan.steps} if plan else {}
    opens = plan.cleared_min if plan else {}
    order = {str(crew): len(rows) for crew, rows in kept.groupby("crew_id")}
    rows = []
    for work in sorted(form.clearing.work, key=lambda one: opens.get(one.closure, np.inf)):
        step = steps.get(work.closure)
        if step is not None:
            order[step.crew.id] = order.get(step.crew.id, 0) + 1
        rows.append(
            {
                "closure": work.closure,
                "crew_id": step.crew.id if step else "",
                "crew_name": (step.crew.name or step.crew.id) if step else "",
                "order": order[step.crew.id] if step else np.nan,
                "start_min": step.starts_min if step else np.nan,
                "opens_min": step.opens_min if step else np.nan,
                "forecast_min": _forecast(form, work.closure),
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in CLEARING.columns])


def clearing_legs(plan: ClearingPlan | None, roads: Roads) -> Iterator[Leg]:
    """Ways of the crews, by the roads as they are then."""
    for step in plan.steps if plan else ():
        carrier = Carrier(step.crew.id, step.crew.name or step.crew.id, "crew", DRIVES)
        if step.from_id != step.work.place_id:
            ends = (step.from_id, step.work.place_id)
            times = roads.times(DRIVES, [ends[0]], [ends[1]])
            yield leg(carrier, ends, times, (0, 0), step.leaves_min, step.work.closure)


def _forecast(form: IncidentForm, name: str) -> float:
    """Minute at which the last closure of a name is forecast to end; NaN where one has no forecast."""
    hours = [one.to_h for one in form.roads.closures if one.name == name]
    return np.nan if None in hours or not hours else max(hour for hour in hours if hour is not None) * 60.0
