"""Trips of vehicles and craft: what they carry fits, takes its time to load and unload, and gets to its stops."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.verify.dispatch.carriers import arrivals
from optimizer.verify.dispatch.crafts import LANDS_AT, craft_of
from optimizer.verify.dispatch.orders import IN_PLACE, TIMES, Orders
from optimizer.verify.outcome import DISPATCH, Outcome, at_most, equal, equal_text, holds

FEEDER = "light_truck"
"""Brings goods to boats and helicopters."""
TRIPS, LOADS = DISPATCH + "trips", DISPATCH + "loads"


def verify_trips(orders: Orders) -> Outcome:
    """Every trip carries what its loads say, no more than its vehicle can, and comes back."""
    rows, loads = orders.tables["trips"], orders.tables["loads"]
    outcome = Outcome()
    for total, each, most in (("load_kg", "mass_kg", "payload_kg"), ("load_m3", "volume_m3", "payload_m3")):
        carried = loads.groupby("trip_id")[each].sum().reindex(rows["trip_id"]).fillna(0.0)
        outcome += equal(TRIPS, rows, total, carried)
        # A vehicle is fullest when it leaves the depot: what it carries, it has loaded there.
        outcome += at_most(TRIPS, rows, f"dispatch_{total}", carried, rows[most])
    outcome += holds(TRIPS, rows, "dispatch_payload", _has_payload(orders, rows))
    takes = _loading_min(orders, rows)
    outcome += holds(TRIPS, rows, "dispatch_loading_short", _apart(rows["loading_min"], rows["depart_min"], takes))
    last = loads.groupby("trip_id")["leave_min"].max().reindex(rows["trip_id"]).to_numpy(dtype=float)
    returns = rows["return_min"].to_numpy(dtype=float)
    outcome += holds(TRIPS, rows, "dispatch_back_too_soon", ~(returns < last - TIMES.absolute))
    # A closure may end a trip where it stopped it, or at its last stop.
    stopped = (rows["frozen"] != "").to_numpy() & ((returns == orders.resumed_min) | (returns == last))
    back = [_back(orders, trip) for trip in rows[~stopped].itertuples()]
    return outcome + equal(TRIPS, rows[~stopped], "return_min", back, TIMES)


def verify_loads(orders: Orders) -> Outcome:
    """Every load weighs what its units weigh, goes to its request's place, and is there when its vehicle is."""
    rows, trips = orders.tables["loads"], orders.tables["trips"].drop_duplicates("trip_id").set_index("trip_id")
    known = rows["trip_id"].isin([*trips.index, IN_PLACE])
    outcome = holds(LOADS, rows, "dispatch_unknown_trip", known, id=rows["trip_id"])
    items = orders.claims.items().reindex(rows["item_id"])
    for column in ("mass_kg", "volume_m3"):
        outcome += equal(LOADS, rows, column, rows["quantity"].to_numpy() * items[column].to_numpy(dtype=float))
    outcome += holds(LOADS, rows, "dispatch_negative", rows["quantity"] > 0)
    asked = {one.id: (orders.places.of_site(one.site), one.item) for one in orders.form.requests}
    wanted = [asked.get(str(one), ("", "")) for one in rows["request_id"]]
    outcome += equal_text(LOADS, rows, "place_id", [place for place, _ in wanted])
    outcome += equal_text(LOADS, rows, "item_id", [item for _, item in wanted])
    return outcome + _verify_stops(orders, rows[rows["trip_id"].isin(trips.index)], trips)


def _verify_stops(orders: Orders, rows: pd.DataFrame, trips: pd.DataFrame) -> Outcome:
    """Unloading takes its time, a vehicle is there when its load is, and stops follow on each other."""
    mode = trips["mode"].reindex(rows["trip_id"]).to_numpy(dtype=object)
    craft = orders.dispatch.craft_unloading_min
    takes = np.where(np.isin(mode, list(LANDS_AT)), craft, orders.parameters.unloading_min)
    outcome = holds(LOADS, rows, "dispatch_unloading_short", _apart(rows["arrive_min"], rows["leave_min"], takes))
    carrier = trips["carrier_id"].reindex(rows["trip_id"])
    came = [
        arrivals(orders, str(who), str(row.place_id), float(str(row.arrive_min)))
        for who, row in zip(carrier, rows.itertuples(), strict=True)
    ]
    outcome += equal(LOADS, rows, "arrive_min", came, TIMES)
    return outcome + holds(LOADS, rows, "dispatch_stop_order", _in_order(rows))


def _apart(begin: pd.Series, end: pd.Series, least: NDArray[np.float64]) -> NDArray[np.bool_]:
    apart: NDArray[np.bool_] = end.to_numpy(dtype=float) - begin.to_numpy(dtype=float) >= least - TIMES.absolute
    return apart


def _loading_min(orders: Orders, rows: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) minutes that loading takes; before a craft is loaded, its goods come from the depot by road."""
    takes = []
    for trip in rows.itertuples():
        craft = craft_of(orders, str(trip.carrier_id))
        by_road = _brought_min(orders, str(trip.depot_id), craft.site) if craft else 0.0
        takes.append(orders.dispatch.craft_loading_min + by_road if craft else orders.parameters.loading_min)
    return np.array(takes, dtype=float)


def _brought_min(orders: Orders, depot: str, base: str) -> float:
    """Least minutes by road from a depot to where a craft stands, at any time."""
    states = [orders.roads.during(number, FEEDER) for number in range(len(orders.roads.turns_min))]
    return min(float(state.minutes([depot], [base])[0]) for state in states)


def _has_payload(orders: Orders, rows: pd.DataFrame) -> list[bool]:
    """Whether there is such a vehicle or craft at all, of this payload and volume."""
    pools = orders.region.tables["vehicles"]
    known = set(zip(pools["vehicle_class"], pools["payload_kg"], pools["volume_m3"], strict=True))
    right = []
    for trip in rows.itertuples():
        craft = craft_of(orders, str(trip.carrier_id))
        own = {(craft.kind, craft.payload_kg, craft.volume_m3)} if craft else known
        right.append((trip.mode, trip.payload_kg, trip.payload_m3) in own)
    return right


def _back(orders: Orders, trip: Any) -> float:
    """When a carrier's legs bring it back to where it loads."""
    craft = craft_of(orders, str(trip.carrier_id))
    home = orders.places.of_site(craft.site if craft else str(trip.depot_id))
    return arrivals(orders, str(trip.carrier_id), home, float(trip.return_min))


def _in_order(rows: pd.DataFrame) -> NDArray[np.bool_]:
    """Whether each stop comes after the one before, and what is unloaded at one stop is so at one time and place."""
    right = np.ones(len(rows), dtype=np.bool_)
    place = {index: number for number, index in enumerate(rows.index)}
    for _, trip in rows.groupby("trip_id", sort=False):
        stops = trip.sort_values("stop", kind="stable")
        for before, after in zip(stops.index[:-1], stops.index[1:], strict=True):
            one, two = stops.loc[before], stops.loc[after]
            if one["stop"] == two["stop"]:
                good = all(one[name] == two[name] for name in ("place_id", "arrive_min", "leave_min"))
            else:
                good = one["leave_min"] <= two["arrive_min"] + TIMES.absolute
            right[place[after]] &= good
    return right
