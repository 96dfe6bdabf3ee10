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
    """Every leg of a craft, and how far it goes on a trip."""
    legs = orders.legs
    rows = legs[legs["mode"].isin(LANDS_AT).to_numpy()]
    crafts = [craft_of(orders, str(one)) for one in rows["carrier_id"]]
    known = [craft is not None and craft.kind == mode for craft, mode in zip(crafts, rows["mode"], strict=True)]
    outcome = holds(LEGS, rows, "dispatch_unknown_carrier", np.array(known, dtype=bool), id=rows["carrier_id"])
    outcome += holds(
        LEGS, rows, "dispatch_no_landing", np.array([_lands(orders, leg) for leg in rows.itertuples()], bool)
    )
    if outcome.failures:
        return outcome
    km = np.array([_across_km(orders, leg) for leg in rows.itertuples()], dtype=float)
    least = km / np.array([craft.speed_kmh for craft in crafts if craft], dtype=float) * MINUTES_AN_HOUR
    right = rows["drive_min"].to_numpy(dtype=float) >= least - MINUTES.absolute
    outcome += holds(LEGS, rows, "dispatch_too_fast", right, least=least.round(2))
    flies = np.array([_flies(orders, leg) for leg in rows.itertuples()], dtype=bool)
    outcome += holds(LEGS, rows, "dispatch_grounded", flies)
    return outcome + _verify_range(orders, rows.assign(km=km))


def _lands(orders: Orders, leg: Any) -> bool:
    kinds = {orders.places.kind(str(leg.from_place_id)), orders.places.kind(str(leg.to_place_id))}
    return kinds == {LANDS_AT[str(leg.mode)]}


def _across_km(orders: Orders, leg: Any) -> float:
    """Kilometres through the air, or over the water."""
    detour = orders.dispatch.craft_detour if leg.mode == "boat" else 1.0
    return orders.places.straight_km(str(leg.from_place_id), str(leg.to_place_id)) * detour


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
