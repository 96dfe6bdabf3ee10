"""Boats and helicopters: between landing points, not faster than they are, within range, and not in bad weather."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimizer.dispatch.incident.form import Craft
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.dispatch.roads_in_time import MINUTES_AN_HOUR
from optimizer.verify.outcome import DISPATCH, MINUTES, Outcome, at_most, holds

LEGS, TRIPS = DISPATCH + "legs", DISPATCH + "trips"
LANDS_AT = {"boat": "pier", "helicopter": "helipad"}
"""Kind of site between which a craft goes."""


def craft_of(orders: Orders, carrier_id: str) -> Craft | None:
    """The craft that a carrier is one of: ``H1/2`` is the second of ``H1``."""
    return next((one for one in orders.form.crafts if one.id in (carrier_id, carrier_id.rpartition("/")[0])), None)


def verify_crafts(orders: Orders) -> Outcome:
    """Every leg of a craft, and how far it goes between two stays at home."""
    legs = orders.legs
    rows = legs[legs["mode"].isin(LANDS_AT).to_numpy()]
    crafts = [craft_of(orders, str(one)) for one in rows["carrier_id"]]
    known = np.array(
        [craft is not None and craft.kind == mode for craft, mode in zip(crafts, rows["mode"], strict=True)], bool
    )
    outcome = holds(LEGS, rows, "dispatch_unknown_carrier", known, id=rows["carrier_id"])
    rows, named = rows[known], [craft for craft, right in zip(crafts, known, strict=True) if right and craft]
    lands = [
        {orders.places.kind(str(leg.from_place_id)), orders.places.kind(str(leg.to_place_id))}
        == {LANDS_AT[str(leg.mode)]}
        for leg in rows.itertuples()
    ]
    outcome += holds(LEGS, rows, "dispatch_no_landing", lands)
    rows, named = rows[lands], [craft for craft, right in zip(named, lands, strict=True) if right]
    km = np.array(
        [orders.places.straight_km(str(leg.from_place_id), str(leg.to_place_id)) for leg in rows.itertuples()]
    )
    km = km * np.where(rows["mode"] == "boat", orders.dispatch.craft_detour, 1.0)
    least = km / np.array([craft.speed_kmh for craft in named]) * MINUTES_AN_HOUR
    right = rows["drive_min"].to_numpy(dtype=float) >= least - MINUTES.absolute
    outcome += holds(LEGS, rows, "dispatch_too_fast", right, least=least.round(2))
    outcome += holds(LEGS, rows, "dispatch_grounded", [_flies(orders, leg) for leg in rows.itertuples()])
    return outcome + _verify_range(orders, rows.assign(km=km))


def _flies(orders: Orders, leg: Any) -> bool:
    """Whether no grounded window is met between departure, waiting done, and arrival."""
    arrive, drive = (float(getattr(leg, name)) for name in ("arrive_min", "drive_min"))
    windows = orders.grounded_min(str(leg.mode))
    return all(arrive <= begin + 1e-6 or arrive - drive >= end - 1e-6 for begin, end in windows)


def _verify_range(orders: Orders, rows: pd.DataFrame) -> Outcome:
    """A trip out and back is within the craft's range."""
    trips = orders.tables["trips"]
    trips = trips[trips["mode"].isin(LANDS_AT).to_numpy()]
    flown, ranges = [], []
    for trip in trips.itertuples():
        within = (rows["carrier_id"] == trip.carrier_id) & (rows["depart_min"] >= float(str(trip.depart_min)) - 0.02)
        within &= rows["arrive_min"] <= float(str(trip.return_min)) + 0.02
        craft = craft_of(orders, str(trip.carrier_id))
        flown.append(float(rows.loc[within, "km"].sum()))
        ranges.append(craft.range_km if craft else 0.0)
    return at_most(TRIPS, trips, "dispatch_flown", flown, ranges)
