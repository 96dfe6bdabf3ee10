"""Requests: what the loads bring on time, late and not at all."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.verify.dispatch.orders import IN_PLACE, Orders, split
from optimizer.verify.outcome import DISPATCH, MINUTES, SHARES, UNITS, Outcome, equal, equal_text, holds, said

REQUESTS = DISPATCH + "requests"
_IN_TIME_MIN = 1e-6


def verify_requests(orders: Orders) -> Outcome:
    """Every request stands in the table as the incident has it, and as the loads leave it."""
    rows, asked = orders.tables["requests"], {one.id: one for one in orders.form.requests}
    right = sorted(rows["request_id"]) == sorted(asked)
    outcome = said("dispatch_requests_differ", right=right)
    if not right:
        return outcome
    requests = [asked[str(one)] for one in rows["request_id"]]
    outcome += equal_text(REQUESTS, rows, "place_id", [orders.places.of_site(one.site) for one in requests])
    outcome += equal_text(REQUESTS, rows, "item_id", [one.item for one in requests])
    ratio = orders.dispatch.priority_ratio
    weight = [(one.people or 1) * ratio ** (1 - (one.priority or 1)) for one in requests]
    for column, found, tolerance in (
        ("quantity", [one.quantity for one in requests], UNITS),
        ("people", [one.people or 1 for one in requests], UNITS),
        ("priority", [one.priority or 1 for one in requests], UNITS),
        ("weight", weight, SHARES),
        ("deadline_min", [one.deadline_min for one in requests], MINUTES),
    ):
        outcome += equal(REQUESTS, rows, column, np.array(found, dtype=float), tolerance)
    brought = delivered(orders).reindex(rows["request_id"])
    for column in ("on_time", "late"):
        outcome += equal(REQUESTS, rows, column, brought[column].fillna(0.0))
    for column in ("first_min", "last_min"):
        outcome += equal(REQUESTS, rows, column, brought[column].to_numpy(dtype=float), MINUTES)
    came = (brought["on_time"] + brought["late"]).fillna(0.0).to_numpy(dtype=float)
    unmet = rows["quantity"].to_numpy(dtype=float) - came
    outcome += holds(REQUESTS, rows, "dispatch_too_much", unmet >= -UNITS.absolute)
    outcome += equal(REQUESTS, rows, "unmet", np.maximum(unmet, 0.0))
    outcome += equal_text(REQUESTS, rows, "status", _status(brought, came, unmet))
    depots_of = [one if isinstance(one, set) else set() for one in brought["depots"]]
    same = [set(split(row.depot_ids)) == depots for row, depots in zip(rows.itertuples(), depots_of, strict=True)]
    outcome += holds(REQUESTS, rows, "dispatch_depots_differ", same)
    reasoned = (rows["reason"] != "") | (rows["status"] == "on_time")
    return outcome + holds(REQUESTS, rows, "dispatch_no_reason", reasoned)


def delivered(orders: Orders) -> pd.DataFrame:
    """By ``request_id``: units ``on_time`` and ``late``, ``first_min``, ``last_min``, and the set of ``depots``."""
    loads = orders.tables["loads"]
    trips = orders.tables["trips"].drop_duplicates("trip_id").set_index("trip_id")
    deadline = {one.id: float(one.deadline_min or 0.0) for one in orders.form.requests}
    due = loads["request_id"].map(deadline).to_numpy(dtype=float)
    in_time = loads["arrive_min"].to_numpy(dtype=float) <= due + _IN_TIME_MIN
    depot = trips["depot_id"].reindex(loads["trip_id"]).fillna("").to_numpy(dtype=object)
    depot = np.where(loads["trip_id"] == IN_PLACE, loads["place_id"], depot)
    each = loads.assign(
        on_time=loads["quantity"].where(in_time, 0.0), too_late=loads["quantity"].where(~in_time, 0.0), depot=depot
    ).groupby("request_id")
    return pd.DataFrame(
        {
            "on_time": each["on_time"].sum(),
            "late": each["too_late"].sum(),
            "first_min": each["arrive_min"].min(),
            "last_min": each["arrive_min"].max(),
            "depots": each["depot"].agg(set),
        }
    )


def _status(brought: pd.DataFrame, came: np.ndarray, unmet: np.ndarray) -> np.ndarray:
    late = brought["late"].fillna(0.0).to_numpy(dtype=float) > UNITS.absolute
    partly = np.where(came > UNITS.absolute, "partly", "unserved")
    return np.where(unmet > UNITS.absolute, partly, np.where(late, "late", "on_time"))
