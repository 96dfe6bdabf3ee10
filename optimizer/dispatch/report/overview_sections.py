"""The first pages of the orders, for those in charge: what is done, what is not, what is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from optimizer.dispatch.report.ground import MINUTES_AN_HOUR, closes
from optimizer.dispatch.report.order_case import OrderCase
from optimizer.report.assumptions import is_synthetic
from optimizer.report.paper.document import Align, Block, Heading, Paragraph

Columns = tuple[tuple[str, Align, float], ...]
IN_PLACE: Columns = (("place", "left", 0.3), ("load", "left", 0.45), ("lot", "left", 0.25))


def overview_sections(case: OrderCase) -> Iterator[Block]:
    """Sections one to eight."""
    sections: dict[str, Callable[[OrderCase], Iterator[Block]]] = {
        "summary": _summary,
        "short": _short,
        "asked": _asked,
        "cut_off": _cut_off,
        "clearing": _clearing,
        "evacuation": _evacuation,
        "changed": _changed,
        "depots": _depots,
    }
    for name, section in sections.items():
        yield Heading(case.told(f"h_{name}"))
        yield from section(case)


def signatures(case: OrderCase, *roles: str) -> Iterator[Block]:
    """A line to sign on for each role."""
    for role in roles:
        yield Paragraph(case.told("signature", role=role), place="margin")


def _summary(case: OrderCase) -> Iterator[Block]:
    told = case.told
    if is_synthetic(told.dispatch.region):
        yield Paragraph(told("caution_synthetic"), bold=True)
    for line in told.headline():
        yield Paragraph(line.strip())
    yield Paragraph(told("caution_forecast"))
    yield from signatures(case, told("role_commander"))


def _short(case: OrderCase) -> Iterator[Block]:
    told = case.told
    columns: Columns = (
        ("what", "left", 0.26),
        ("priority", "center", 0.08),
        ("deadline", "center", 0.12),
        ("outcome", "center", 0.12),
        ("why", "left", 0.22),
        ("would_serve", "left", 0.2),
    )
    for name in ("tasks", "requests"):
        failed = [row for row in case.rows(name) if row["status"] != "on_time"]
        cells = [
            (
                told.matter(row),
                told.number(row["priority"]),
                told.clock.at(row["deadline_min"]),
                told.code("status", row["status"]),
                told.why(row)["reason"],
                row["would_serve"],
            )
            for row in sorted(failed, key=lambda row: float(row["priority"]))
        ]
        yield from case.listed(f"short_{name}", columns, cells)


def _asked(case: OrderCase) -> Iterator[Block]:
    told = case.told
    columns: Columns = (
        ("asked_for", "left", 0.14),
        ("item", "left", 0.2),
        ("quantity", "right", 0.14),
        ("place", "left", 0.16),
        ("deadline", "center", 0.12),
        ("why", "left", 0.14),
        ("landing", "left", 0.1),
    )
    cells = [
        (
            told.code("asked_for", row["asked_for"]),
            told.skill(row["what"]) if row["asked_for"] == "team" else row["what"],
            told("quantity", units=case.units(row["quantity"]), unit=row["unit"]).strip(),
            row["place_name"],
            told.clock.at(row["deadline_min"]),
            told.code("reason", row["reason"]),
            row["landing"],
        )
        for row in case.rows("asked")
    ]
    yield from case.listed("asked", columns, cells)
    if cells:
        yield from signatures(case, told("role_asking"), told("role_approval"))


def _cut_off(case: OrderCase) -> Iterator[Block]:
    told = case.told
    columns: Columns = (
        ("place", "left", 0.17),
        ("town", "left", 0.12),
        ("residents", "right", 0.12),
        ("reopens", "center", 0.13),
        ("landing", "left", 0.18),
        ("by", "left", 0.13),
        ("call", "left", 0.15),
    )
    cells = [
        (
            row["place_name"],
            row["town_name"],
            told.number(row["people"]),
            told.clock.at(row["reopens_min"]) or told("unknown"),
            row["landing_name"] or told("none_such"),
            told(f"by_{row['landing_by'] or 'road'}", distance=told.number(row["landing_km"], 1))
            if row["landing_site_id"]
            else "",
            row["landing_contact"],
        )
        for row in case.rows("cut_off")
    ]
    yield from case.listed("cut_off", columns, cells)


def _clearing(case: OrderCase) -> Iterator[Block]:
    """Every closure, whether it is cleared, and when the road is open again."""
    told = case.told
    columns: Columns = (
        ("closure", "left", 0.3),
        ("crew", "left", 0.22),
        ("begins", "center", 0.16),
        ("opens", "center", 0.16),
        ("forecast", "center", 0.16),
    )
    cleared = {row["closure"]: row for row in case.rows("clearing") if row["crew_id"]}
    cells = []
    for closure in told.dispatch.incident.form.roads.closures:
        name = closure.name if closes(closure) else told("not_closed", closure=closure.name)
        row = cleared.get(closure.name)
        times = [told.clock.at(row[when]) for when in ("start_min", "opens_min")] if row else ["", ""]
        forecast = told("unknown") if closure.to_h is None else told.clock.at(closure.to_h * MINUTES_AN_HOUR)
        cells.append((name, (row["crew_name"] or row["crew_id"]) if row else told("none_such"), *times, forecast))
    yield from case.listed("clearing", columns, cells)


def _evacuation(case: OrderCase) -> Iterator[Block]:
    told = case.told
    columns: Columns = (
        ("place", "left", 0.2),
        ("shelter", "left", 0.22),
        ("people", "right", 0.1),
        ("by", "center", 0.12),
        ("arrived", "center", 0.12),
        ("deadline", "center", 0.11),
        ("outcome", "center", 0.13),
    )
    cells = [
        (
            row["place_name"],
            row["shelter_name"],
            told.number(row["people"]),
            told.code("mode", row["mode"]),
            told.clock.at(row["last_min"]),
            told.clock.at(row["deadline_min"]),
            told.code("status", row["status"]),
        )
        for row in case.rows("evacuees")
    ]
    yield from case.listed("evacuation", columns, cells)


def _changed(case: OrderCase) -> Iterator[Block]:
    told = case.told
    columns: Columns = (
        ("kind", "center", 0.09),
        ("for", "left", 0.13),
        ("before", "left", 0.22),
        ("after", "left", 0.22),
        ("before_time", "center", 0.1),
        ("after_time", "center", 0.1),
        ("why", "left", 0.14),
    )
    cells = [
        (
            told.code("kind", row["kind"]),
            row["for_id"],
            *((told.carriers if row["kind"] == "task" else told.sites)(row[when]) for when in ("before", "after")),
            *(told.clock.at(row[when]) for when in ("before_min", "after_min")),
            row["why"],
        )
        for row in case.rows("changed")
    ]
    yield from case.listed("changed", columns, cells)


def _depots(case: OrderCase) -> Iterator[Block]:
    """What each depot hands out to whom and when, for whoever keeps it."""
    told = case.told
    columns: Columns = (
        ("time", "center", 0.17),
        ("trip", "left", 0.14),
        ("carrier", "left", 0.19),
        ("load", "left", 0.38),
        ("mass", "right", 0.12),
    )
    trips = sorted(case.rows("trips"), key=lambda row: (str(row["depot_id"]), float(row["loading_min"])))
    depots = dict.fromkeys(str(row["depot_id"]) for row in trips)
    if not depots:
        yield Paragraph(told("nothing"))
    for depot in depots:
        yield Heading(told.place(depot), 2)
        cells = [
            (
                told.clock.span(row["loading_min"], row["depart_min"]),
                row["trip_id"],
                told.carriers(row["carrier_id"]),
                case.load(case.loads_of(row["trip_id"])),
                told.number(row["load_kg"]),
            )
            for row in trips
            if row["depot_id"] == depot
        ]
        yield case.table("depot", columns, cells)
    handed = [row for row in case.rows("loads") if row["trip_id"] not in {trip["trip_id"] for trip in trips}]
    if handed:
        yield Heading(told("h_in_place"), 2)
        yield case.table("in_place", IN_PLACE, ((row["place_name"], case.load([row]), row["lot_id"]) for row in handed))
