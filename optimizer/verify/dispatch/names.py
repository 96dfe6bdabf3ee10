"""The tables are whole, and what stands beside an id is its own: names, units, coordinates."""

from __future__ import annotations

import pandas as pd

from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.region.schema import Kind
from optimizer.verify.dispatch.orders import IN_PLACE, Orders
from optimizer.verify.dispatch.places import POINT, verify_places
from optimizer.verify.outcome import DISPATCH, Outcome, equal_text, holds

_PLACES = ("place_id", "from_place_id", "to_place_id", "shelter_id")
_NAMED = (("place_id", "place_name"), ("shelter_id", "shelter_name"))


def verify_tables(orders: Orders) -> Outcome:
    """No row twice, no id that is not known, no word that is not allowed, no time that is missing."""
    places = set(orders.tables["places"]["place_id"]) | set(orders.region.sites["site_id"])
    known: dict[str, tuple[str, set[str]]] = {
        **dict.fromkeys(_PLACES, ("dispatch_unknown_place", places)),
        "depot_id": ("unknown_site", set(orders.region.sites["site_id"])),
        "landing_site_id": ("unknown_site", {*orders.region.sites["site_id"], ""}),
        "item_id": ("unknown_item", set(orders.region.tables["items"]["item_id"])),
        "task_id": ("dispatch_unknown_task", {one.id for one in orders.form.tasks}),
        "request_id": ("dispatch_unknown_request", {one.id for one in orders.form.requests}),
        "closure": ("dispatch_unknown_closure", {one.name for one in orders.form.roads.closures}),
        "trip_id": ("dispatch_unknown_trip", {*orders.tables["trips"]["trip_id"], IN_PLACE}),
    }
    outcome = Outcome()
    for table in DISPATCH_TABLES:
        rows, name = orders.tables[table.name], DISPATCH + table.name
        outcome += holds(name, rows, "duplicate_key", ~rows.duplicated(list(table.key)))
        for column, (entry, ids) in known.items():
            if column in rows:
                outcome += holds(name, rows, entry, rows[column].isin(ids), id=rows[column])
        for choice in (column for column in table.columns if column.kind is Kind.CHOICE):
            right = rows[choice.name].isin([*choice.choices, ""])
            outcome += holds(name, rows, "unknown_choice", right, word=rows[choice.name])
        for timed in _TIMED.get(table.name, ()):
            outcome += holds(name, rows, "dispatch_no_time", rows[timed].notna())
    return outcome


_TIMED = {
    "legs": ("depart_min", "arrive_min", "drive_min"),
    "trips": ("loading_min", "depart_min", "return_min"),
    "loads": ("arrive_min", "leave_min", "quantity"),
    "work": ("arrive_min", "start_min", "finish_min"),
    "ways": ("drive_min", "opens_min"),
}
"""Columns of which no cell may be empty."""


def verify_names(orders: Orders) -> Outcome:
    """Places are where they are; names and units beside ids are theirs; the incident is the one that is told of."""
    outcome = verify_places(orders.claims, _points(orders))
    place = orders.tables["places"].drop_duplicates("place_id").set_index("place_id")["place_name"]
    site = orders.region.sites.set_index("site_id")["name"]
    items = orders.region.tables["items"].set_index("item_id")
    for table in DISPATCH_TABLES[1:]:
        rows, name = orders.tables[table.name], DISPATCH + table.name
        for key, column in _NAMED:
            if key in rows and column in rows:
                found = place.reindex(rows[key]).fillna(site.reindex(rows[key])).fillna("")
                outcome += equal_text(name, rows, column, found)
        if "depot_id" in rows:
            outcome += equal_text(name, rows, "depot_name", site.reindex(rows["depot_id"]).fillna(""))
        if "item_id" in rows:
            item = items.reindex(rows["item_id"])
            word = rows["item_name"].to_numpy()
            outcome += holds(name, rows, "name_wrong", (word == item["name"]) | (word == item["name_en"]), word=word)
            outcome += equal_text(name, rows, "unit", item["unit"].fillna(""))
    return outcome


def _points(orders: Orders) -> pd.DataFrame:
    """Points of the incident by the id of their place."""
    located = [one for one in (*orders.form.tasks, *orders.form.neighbours) if one.site is None]
    rows = [(f"{POINT}{one.id}", one.lon, one.lat) for one in located]
    return pd.DataFrame(rows, columns=["place_id", "lon", "lat"]).set_index("place_id")
