"""Villages and communities that the closures cut off: all of them, no others, and where help lands for them.

A place is cut off when no depot of the lifeline has a way to it while all closures stand: depots of the district or
above, or any where there are none. When it is reached again is as forecast, without crews.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.region.selection import SETTLEMENTS
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.dispatch.places import WGS84
from optimizer.verify.dispatch.roads_in_time import RoadsInTime
from optimizer.verify.outcome import DISPATCH, MINUTES, Outcome, Tolerance, equal, equal_text, holds, none_missing
from optimizer.verify.roads import ScenarioRoads

CUT_OFF = DISPATCH + "cut_off"
SUPPLIES_DRIVE = "light_truck"
ABOVE, TOWN = ("district", "municipal", "central"), "town"
LANDING = ("helipad", "pier")
"""Points are named whatever the weather: it may clear."""
_LENGTHS_KM = Tolerance(0.01, 1e-6)


def verify_cut_off(orders: Orders) -> Outcome:
    """Nobody who is cut off is left out, nobody else is named; when their roads reopen; where help lands."""
    rows, sites = orders.tables["cut_off"], orders.region.sites.set_index("site_id")
    roads = RoadsInTime(orders.region, orders.form.roads, {})
    places = list(sites.index[sites["kind"].isin(SETTLEMENTS)])
    reached = _reached(orders, roads, places)
    alone = [place for place, one in zip(places, reached[:, 0], strict=True) if not one]
    outcome = none_missing(CUT_OFF, ["place_id"], rows, pd.DataFrame({"place_id": alone}))
    named = rows["place_id"].isin(alone).to_numpy()
    outcome += holds(CUT_OFF, rows, "dispatch_not_cut_off", named)
    rows = rows[named]
    outcome += equal_text(CUT_OFF, rows, "place_name", sites["name"].reindex(rows["place_id"]))
    outcome += equal(CUT_OFF, rows, "people", sites["population"].reindex(rows["place_id"]).to_numpy(dtype=float))
    again = reached[[places.index(str(one)) for one in rows["place_id"]]]
    reopens = np.where(again.any(axis=1), roads.turns_min[again.argmax(axis=1)], np.nan)
    outcome += equal(CUT_OFF, rows, "reopens_min", reopens, MINUTES)
    return outcome + _verify_landing(orders, roads.during(0, SUPPLIES_DRIVE), rows)


def _reached(orders: Orders, roads: RoadsInTime, places: list[str]) -> np.ndarray:
    """(places, turns) whether the lifeline reaches each place."""
    depots = orders.region.sites[(orders.region.sites["kind"] == "depot").to_numpy()]
    above = depots["level"].isin(ABOVE)
    chosen = list(depots.loc[above if above.any() else depots["level"] == TOWN, "site_id"])
    states = range(len(roads.turns_min))
    return np.stack([roads.during(number, SUPPLIES_DRIVE).reached(chosen, places) for number in states], axis=1)


def _verify_landing(orders: Orders, roads: ScenarioRoads, rows: pd.DataFrame) -> Outcome:
    """Help lands at the point that is soonest by the roads left, else at the nearest as the crow flies."""
    sites = orders.region.sites.set_index("site_id")
    points = list(sites.index[sites["kind"].isin(LANDING)])
    if not points or rows.empty:
        return holds(CUT_OFF, rows, "dispatch_landing", (rows["landing_site_id"] == "").to_numpy())
    ends = list(rows["place_id"])
    minutes = np.stack([roads.minutes([point] * len(ends), ends) for point in points], axis=1)
    straight = _straight_km(sites.loc[ends], sites.loc[points])
    at = np.array([points.index(str(one)) if one in points else -1 for one in rows["landing_site_id"]])
    row, by_road = np.arange(len(rows)), np.isfinite(minutes).any(axis=1)
    nearest = np.where(by_road, minutes[row, at] <= minutes.min(axis=1) + MINUTES.absolute,
                       straight[row, at] <= straight.min(axis=1) + 1e-6)  # fmt: skip
    outcome = holds(CUT_OFF, rows, "dispatch_landing", (at >= 0) & nearest)
    outcome += equal_text(CUT_OFF, rows, "landing_by", np.where(by_road, "road", "foot"))
    km = straight[row, at]
    for number in np.flatnonzero(np.isfinite(minutes[row, at]) & (at >= 0)):
        least, most = (one / 1000 for one in roads.length_range_m(points[at[number]], ends[number]))
        km[number] = float(np.clip(rows["landing_km"].iloc[number], least, most))
    return outcome + equal(CUT_OFF, rows[at >= 0], "landing_km", km[at >= 0], _LENGTHS_KM)


def _straight_km(places: pd.DataFrame, points: pd.DataFrame) -> np.ndarray:
    """(places, points) kilometres as the crow flies."""
    size = len(places), len(points)
    one = [np.broadcast_to(places[name].to_numpy(dtype=float)[:, None], size).ravel() for name in ("lon", "lat")]
    two = [np.broadcast_to(points[name].to_numpy(dtype=float)[None, :], size).ravel() for name in ("lon", "lat")]
    return np.asarray(WGS84.inv(one[0], one[1], two[0], two[1])[2]).reshape(size) / 1000.0
