"""Closures that crews clear: by whom, after how many hours of work, and what was forecast without."""

from __future__ import annotations

import numpy as np

from optimizer.verify.dispatch.carriers import with_purpose
from optimizer.verify.dispatch.orders import TIMES, Orders
from optimizer.verify.dispatch.roads_in_time import MINUTES_AN_HOUR
from optimizer.verify.outcome import DISPATCH, MINUTES, Outcome, equal, holds, said

CLEARING = DISPATCH + "clearing"


def verify_clearing(orders: Orders) -> Outcome:
    """Every closure that can be cleared stands in the table once; crews are there before they work, and work it out."""
    rows, form = orders.tables["clearing"], orders.form
    hours = {one.closure: one.hours for one in form.clearing.work}
    right = sorted(rows["closure"]) == sorted(hours)
    outcome = said("dispatch_clearing_differs", right=right)
    if not right:
        return outcome
    until = {one.name: one.to_h for one in form.roads.closures}
    forecast = [np.nan if until.get(str(one)) is None else until[str(one)] for one in rows["closure"]]
    outcome += equal(CLEARING, rows, "forecast_min", np.array(forecast, dtype=float) * MINUTES_AN_HOUR, MINUTES)
    done = rows[rows["crew_id"] != ""]
    crews = [one.id for one in form.clearing.crews]
    outcome += holds(CLEARING, done, "dispatch_no_crew", done["crew_id"].isin(crews), id=done["crew_id"])
    least = [hours[str(one)] * MINUTES_AN_HOUR for one in done["closure"]]
    worked = done["opens_min"] - done["start_min"] >= np.array(least) - TIMES.absolute
    outcome += holds(CLEARING, done, "dispatch_work_short", worked)
    right_order = done.groupby("crew_id")["start_min"].rank(method="first")
    outcome += equal(CLEARING, done, "order", right_order)
    came = []
    for row in done.itertuples():
        own = with_purpose(orders, str(row.closure))
        own = own[own["carrier_id"] == row.crew_id]
        came.append(float(own["arrive_min"].max()) if len(own) else np.inf)
    return outcome + holds(
        CLEARING, done, "dispatch_crew_not_there", done["start_min"] >= np.array(came) - TIMES.absolute
    )
