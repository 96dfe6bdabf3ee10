"""Every leg driven again, link by link, on the roads as they are at that minute."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd

from optimizer.verify.dispatch.orders import TIMES, Orders
from optimizer.verify.dispatch.roads_in_time import MINUTES_AN_HOUR, ROAD_MODES
from optimizer.verify.outcome import DISPATCH, MINUTES, Outcome, equal, equal_text, holds, number

LEGS = DISPATCH + "legs"


def verify_legs(orders: Orders) -> Outcome:
    """Departure, driving and waiting add up to arrival; driving is that of the way; nobody drives a closed link."""
    rows = orders.legs
    sums = rows["depart_min"] + rows["drive_min"] + rows["wait_min"].fillna(0.0)
    outcome = equal(LEGS, rows, "arrive_min", sums, TIMES)
    outcome += holds(LEGS, rows, "dispatch_negative", (rows[["depart_min", "drive_min"]] >= 0).all(axis=1))
    outcome += holds(LEGS, rows, "dispatch_negative", ~(rows["wait_min"] < -TIMES.absolute))
    stays = (rows["way_id"] == "").to_numpy()
    still = ((rows["from_place_id"] == rows["to_place_id"]) & (rows["drive_min"] <= TIMES.absolute)).to_numpy()
    outcome += holds(LEGS, rows, "dispatch_no_way_named", ~stays | still)
    return outcome + _verify_on_ways(orders, rows[~stays])


def _verify_on_ways(orders: Orders, rows: pd.DataFrame) -> Outcome:
    ways = orders.tables["ways"].drop_duplicates("way_id").set_index("way_id")
    known = rows["way_id"].isin(ways.index).to_numpy()
    outcome = holds(LEGS, rows, "dispatch_way_unknown", known, id=rows["way_id"])
    rows = rows[known]
    way = ways.loc[rows["way_id"]]
    for column in ("mode", "from_place_id", "to_place_id"):
        outcome += equal_text(LEGS, rows, column, way[column])
    outcome += equal(LEGS, rows, "drive_min", way["drive_min"].to_numpy(dtype=float), MINUTES)
    by_road = rows["mode"].isin(ROAD_MODES).to_numpy()
    return outcome + _verify_ridden(orders, rows[by_road]) + _verify_walked(orders, rows)


def _verify_ridden(orders: Orders, rows: pd.DataFrame) -> Outcome:
    """Who waits where it is, or before each closed link, is there when the leg says, and no sooner."""
    soonest = np.array([_soonest(orders, leg) for leg in rows.itertuples()], dtype=float)
    late = soonest - rows["arrive_min"].to_numpy(dtype=float)
    right = late <= TIMES.absolute
    words = [number(round(one, 2)) if np.isfinite(one) else "—" for one in soonest]
    return holds(LEGS, rows, "dispatch_closed_on_the_way", right, value=np.array(words, dtype=object))


def _soonest(orders: Orders, leg: Any) -> float:
    """Minute at which one arrives who waits on the road, or who waits before setting out, whichever is sooner."""
    links = orders.way_links.get(str(leg.way_id))
    start, end = str(leg.from_place_id), str(leg.to_place_id)
    mode, depart = str(leg.mode), float(leg.depart_min)
    if links is None or start not in orders.places or end not in orders.places:
        return float("inf")
    wait = float(np.nan_to_num(float(leg.wait_min)))
    access, onward = orders.places[start].access_min, orders.places[end].access_min
    if not len(links) and mode == "foot":
        return depart + wait
    roads = orders.roads_as_they_were if leg.frozen else orders.roads
    return min(roads.ride(mode, links, begin + access) for begin in (depart, depart + wait)) + onward


def _verify_walked(orders: Orders, rows: pd.DataFrame) -> Outcome:
    """Nobody walks faster than the region says, as the crow flies."""
    walked = rows[(rows["mode"] == "foot").to_numpy()]
    known = [
        a in orders.places and b in orders.places
        for a, b in zip(walked["from_place_id"], walked["to_place_id"], strict=True)
    ]
    walked = walked[np.array(known, dtype=bool)]
    straight = [
        orders.places.straight_km(str(a), str(b))
        for a, b in zip(walked["from_place_id"], walked["to_place_id"], strict=True)
    ]
    least = np.array(straight) / orders.dispatch.foot_kmh * MINUTES_AN_HOUR
    right = walked["drive_min"].to_numpy(dtype=float) >= least * 0.99 - MINUTES.absolute
    return holds(LEGS, walked, "dispatch_too_fast", right, least=least.round(2))
