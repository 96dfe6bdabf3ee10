"""The pages of the orders that go along: for every team and vehicle a timetable and its ways, a slip for each trip."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from optimizer.dispatch.report.carriers import Carrier, carriers
from optimizer.dispatch.report.order_case import OrderCase, Row
from optimizer.dispatch.report.overview_sections import Columns, signatures
from optimizer.report.paper.document import Block, Heading, Paragraph, Table

ROADS_JOINT = "、"
"""Between the main roads of a way."""
OFF_ROAD = ("boat", "helicopter", "foot")
TIMETABLE: Columns = (
    ("time", "center", 0.2),
    ("activity", "center", 0.12),
    ("place", "left", 0.26),
    ("details", "left", 0.42),
)
WAYS: Columns = (
    ("way", "left", 0.26),
    ("length", "right", 0.11),
    ("minutes", "right", 0.11),
    ("turns", "left", 0.52),
)
SLIP: Columns = (
    ("stop", "center", 0.07),
    ("receiver", "left", 0.2),
    ("arrives", "center", 0.12),
    ("item", "left", 0.19),
    ("lot", "left", 0.14),
    ("quantity", "right", 0.13),
    ("mass", "right", 0.08),
    ("volume", "right", 0.07),
)


def carrier_sections(case: OrderCase) -> Iterator[Block]:
    """A page for every carrier, and one for each of its trips."""
    for carrier in carriers(case.told.dispatch):
        yield from _carrier(case, carrier)
        for trip in case.trips_of(carrier.id):
            yield from _slip(case, carrier, trip)


def _carrier(case: OrderCase, carrier: Carrier) -> Iterator[Block]:
    told = case.told
    kind = told.code("kind", carrier.kind)
    yield Heading(told("h_carrier", kind=kind, name=carrier.name, id=carrier.id), new_page=True)
    mode = told.code("mode", carrier.mode) if carrier.mode else told("unknown")
    yield Paragraph(told("carrier", mode=mode, call=carrier.call or told("unknown")))
    done = case.done_by(carrier.id)
    yield case.table("timetable", TIMETABLE, (_line(case, row) for row in done))
    ways = [case.ways[way] for way in dict.fromkeys(row["way_id"] for row in done) if way in case.ways]
    if ways:
        yield case.table("ways", WAYS, (_way(case, way) for way in ways))


def _line(case: OrderCase, row: Row) -> tuple[str, str, str, str]:
    """When, what, where, and what else must be known."""
    told = case.told
    tell = {"loading": _loading, "moving": _moving, "unloading": _unloading}.get(row["activity"], _task)
    what = filter(None, [*tell(case, row), told.code("frozen", row["frozen"]) if row["frozen"] else ""])
    places = (told.place(row[end]) for end in ("place_id", "to_place_id") if row[end])
    time = told.clock.span(row["start_min"], row["end_min"])
    return (
        time,
        told.code("activity", row["activity"]),
        told("arrow").join(places),
        told.words.joined(what, "list_semicolon"),
    )


def _loading(case: OrderCase, row: Row) -> Iterator[str]:
    yield case.load(case.loads_of(row["trip_id"]))
    yield case.told("trip", trip=row["trip_id"])


def _moving(case: OrderCase, row: Row) -> Iterator[str]:
    """Whom it fetches, by which roads, and how long is waited for one to reopen."""
    way = case.ways.get(row["way_id"], {})
    yield case.told("evacuates", places=case.told.sites(row["for_id"])) if row["carrier_kind"] == "bus" else ""
    yield case.told("by_way_of", roads=_roads(case, way)) if way.get("by_way_of") else ""
    if row["wait_min"] > 0:
        opens = case.told.clock.at(way["opens_min"]) if way else ""
        yield case.told("waits", minutes=case.told.number(row["wait_min"]), time=opens or case.told("unknown"))


def _unloading(case: OrderCase, row: Row) -> Iterator[str]:
    yield case.load(case.loads_of(row["trip_id"], row["stop"]))
    yield _due(case, row)
    yield _call(case, row["place_id"])


def _task(case: OrderCase, row: Row) -> Iterator[str]:
    task = case.tasks.get(row["for_id"])
    yield _named(case, task) if task else row["for_id"]
    yield _due(case, row) if row["activity"] == "working" else ""
    yield _call(case, row["place_id"])


def _named(case: OrderCase, task: Row) -> str:
    people = case.told.number(task["need_people"])
    return case.told(
        "task", task=task["task_name"] or task["task_id"], skill=case.told.skill(task["skill"]), people=people
    )


def _due(case: OrderCase, row: Row) -> str:
    time = case.told.clock.at(row["deadline_min"])
    return case.told("due_late" if row["late"] else "due", time=time) if time else ""


def _call(case: OrderCase, place_id: str) -> str:
    """Whom to call at a place."""
    place = case.places.get(place_id)
    called = " ".join(filter(None, [place["contact"], place["phone"]])) if place else ""
    return case.told("call", call=called) if called else ""


def _way(case: OrderCase, way: Row) -> tuple[str, str, str, str]:
    told = case.told
    ends = told("arrow").join(told.place(way[end]) for end in ("from_place_id", "to_place_id"))
    off_road = told.code("mode", way["mode"]) if way["mode"] in OFF_ROAD else told("unnamed_roads")
    turns = way["turns"] or _roads(case, way) or off_road
    return ends, told.number(way["length_km"], 1), told.number(way["drive_min"], 1), turns


def _roads(case: OrderCase, way: Row) -> str:
    """Its main roads, in a row as the language has it."""
    return case.told.words.joined(way["by_way_of"].split(ROADS_JOINT))


def _slip(case: OrderCase, carrier: Carrier, trip: Row) -> Iterator[Block]:
    """The transfer slip of a trip: what is handed out, carried and received, with a line for each to sign."""
    told = case.told
    yield Heading(told("h_slip", trip=trip["trip_id"]), 2, new_page=True)
    yield Paragraph(told("slip_depot", depot=trip["depot_name"], incident=told.dispatch.incident.form.name))
    yield Paragraph(
        told(
            "slip_carrier",
            carrier=carrier.name,
            mode=told.code("mode", trip["mode"]),
            call=carrier.call or told("unknown"),
            loading=told.clock.full(trip["loading_min"]),
            depart=told.clock.full(trip["depart_min"]),
            back=told.clock.full(trip["return_min"]),
        )
    )
    loads = case.loads_of(trip["trip_id"])
    yield _goods(case, trip, loads)
    receivers = dict.fromkeys((row["stop"], row["place_name"]) for row in loads)
    named = (told("role_receiver", stop=told.number(stop), place=place) for stop, place in receivers)
    yield from signatures(case, told("role_approval"), told("role_handing_out"), told("role_carrier"), *named)


def _goods(case: OrderCase, trip: Row, loads: list[Row]) -> Table:
    told = case.told
    rows = [
        (
            told.number(row["stop"]),
            row["place_name"],
            told.clock.at(row["arrive_min"]),
            told.words.item(row["item_id"]),
            row["lot_id"] or told("of_supplier"),
            told("quantity", units=case.units(row["quantity"]), unit=row["unit"]),
            told.number(row["mass_kg"], 1),
            told.number(row["volume_m3"], 2),
        )
        for row in loads
    ]
    limit = told("limit", mass=told.number(trip["payload_kg"]), volume=told.number(trip["payload_m3"], 1))
    total = ("", told("total"), "", limit, "", "", told.number(trip["load_kg"], 1), told.number(trip["load_m3"], 2))
    return replace(case.table("slip", SLIP, [*rows, total]), total=True)
