"""People who must leave: all are counted, no shelter is too full, and every ride has seats and time to board."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimizer.verify.dispatch.orders import TIMES, Orders
from optimizer.verify.dispatch.places import POINT
from optimizer.verify.dispatch.roads_in_time import FOOT
from optimizer.verify.outcome import DISPATCH, MINUTES, UNITS, Outcome, at_most, equal, equal_text, holds

EVACUEES, LEGS = DISPATCH + "evacuees", DISPATCH + "legs"


def sheltered(orders: Orders) -> pd.Series:
    """People of every place that must be left who have a shelter, by place."""
    sent = orders.tables["evacuees"].groupby("place_id")["people"].sum()
    leave = [orders.places.of_site(one.site) for one in orders.form.evacuations]
    found: pd.Series = sent.reindex(leave).fillna(0.0)
    return found


def verify_evacuees(orders: Orders) -> Outcome:
    """Nobody leaves who need not, no more than must, to shelters with room, by ways that there are."""
    rows = orders.tables["evacuees"]
    leave = {orders.places.of_site(one.site): one for one in orders.form.evacuations}
    known = rows["place_id"].isin(leave).to_numpy()
    outcome = holds(EVACUEES, rows, "dispatch_not_evacuated", known)
    rows = rows[known]
    outcome += holds(EVACUEES, rows, "dispatch_negative", rows["people"] > 0)
    must = [float(leave[one].people or 0) for one in rows["place_id"]]
    outcome += at_most(EVACUEES, rows, "dispatch_leaving", rows.groupby("place_id")["people"].transform("sum"), must)
    sites = orders.region.sites.set_index("site_id")
    shelter = [orders.places.site(str(one)) for one in rows["shelter_id"]]
    is_shelter = (sites["kind"].reindex(shelter) == "shelter").to_numpy()
    outcome += holds(EVACUEES, rows, "dispatch_no_shelter", is_shelter)
    area = sites["usable_area_m2"].reindex(shelter).fillna(0.0).to_numpy(dtype=float)
    room = np.floor(area / orders.parameters.person_m2_shelter + 1e-9)
    inside = rows.groupby("shelter_id")["people"].transform("sum")
    outcome += at_most(EVACUEES, rows, "dispatch_sheltered", inside, np.where(is_shelter, room, 0.0))
    least = np.array([_least_min(orders, row) for row in rows.itertuples()], dtype=float)
    outcome += holds(EVACUEES, rows, "dispatch_no_way", np.isfinite(least))
    driven = rows["drive_min"].to_numpy(dtype=float)
    fast = np.isfinite(least) & (driven < least - MINUTES.absolute)
    outcome += holds(EVACUEES, rows, "dispatch_too_fast", ~fast, least=least.round(2))
    deadline = np.array(
        [np.nan if leave[one].deadline_min is None else leave[one].deadline_min for one in rows["place_id"]],
        dtype=float,
    )
    outcome += equal(EVACUEES, rows, "deadline_min", deadline, MINUTES)
    last = rows["last_min"].to_numpy(dtype=float)
    status = np.where(np.isnan(last), "unserved", np.where(last > deadline + 1e-6, "late", "on_time"))
    return outcome + equal_text(EVACUEES, rows, "status", status) + _verify_rides(orders, rows)


def _least_min(orders: Orders, row: Any) -> float:
    """Least minutes from a place to a shelter, on the roads at any time."""
    start, end = (orders.places.site(str(getattr(row, name))) for name in ("place_id", "shelter_id"))
    if not start or not end:
        return float("inf")
    mode = str(row.mode)
    # Who left before orders were taken up again may have gone by what is closed now.
    roads = [orders.roads] if orders.resumed_min is None else [orders.roads, orders.roads_as_they_were]
    states = [one.during(number, mode) for one in roads for number in range(len(one.turns_min))]
    return min(float(state.minutes([start], [end])[0]) for state in states)


def _verify_rides(orders: Orders, rows: pd.DataFrame) -> Outcome:
    """Rides are those of the legs, their seats suffice, the last arrives when it is said to."""
    legs = orders.legs[(orders.legs["carrier_kind"] == "bus").to_numpy()]
    home = legs.drop_duplicates("carrier_id").set_index("carrier_id")["from_place_id"]
    pools = orders.region.tables["vehicles"].set_index(["site_id", "vehicle_class"])["payload_kg"]
    most, rides, last = [], [], []
    for row in rows.itertuples():
        own = legs[(legs["purpose"] == row.place_id) & (legs["to_place_id"] == row.shelter_id)]
        seats = [
            np.floor(
                float(pools.get((orders.places.site(str(home[str(leg.carrier_id)])), leg.mode), 0.0))
                / orders.dispatch.person_kg
            )
            for leg in own.itertuples()
        ]
        most.append(float(sum(seats)))
        rides.append(float(len(own)))
        last.append(float(own["arrive_min"].max()) if len(own) else np.nan)
    ridden = (rows["mode"] != FOOT).to_numpy() & rows["last_min"].notna().to_numpy()
    outcome = equal(EVACUEES, rows, "rides", rides, UNITS)
    outcome += at_most(EVACUEES, rows[ridden], "dispatch_riding", rows["people"][ridden], np.array(most)[ridden])
    outcome += equal(EVACUEES, rows[ridden], "last_min", np.array(last)[ridden], TIMES)
    before = legs["arrive_min"].groupby(legs["carrier_id"]).shift()
    # Where a closure has stopped a bus between places nobody boards or leaves.
    boards = ~(legs["depart_min"] - before < orders.dispatch.boarding_min - TIMES.absolute)
    boards |= legs["from_place_id"].str.startswith(POINT)
    return outcome + holds(LEGS, legs, "dispatch_boarding_short", boards)
