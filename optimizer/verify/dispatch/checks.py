"""Verify a dispatch folder: every order replayed minute by minute from the tables, the region and the incident in it.

Replayed are all legs on the roads as they are at that minute, what every team, vehicle and craft does one thing after
the other, loads, stock lot by lot, tasks, requests, evacuees, crews, and who is cut off; worked out again are what is
asked of the level above, the layers of the goals and the arithmetic of their proofs. Times come from link times added
up and from SciPy's Dijkstra; nothing of :mod:`optimizer.models` is used.

What is not proven again: that a bound holds, the reasons why something is late or unserved, and the list of turns.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from optimizer.dispatch.incident.reading import read_incident
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.output_folder import plain
from optimizer.plan.table_files import read_plan_tables
from optimizer.verify.dispatch.asked import verify_asked
from optimizer.verify.dispatch.carriers import verify_carriers
from optimizer.verify.dispatch.changed import verify_changed
from optimizer.verify.dispatch.clearing import verify_clearing
from optimizer.verify.dispatch.crafts import verify_crafts
from optimizer.verify.dispatch.cut_off import verify_cut_off
from optimizer.verify.dispatch.evacuees import verify_evacuees
from optimizer.verify.dispatch.fleet import verify_fleet
from optimizer.verify.dispatch.goals import verify_layers
from optimizer.verify.dispatch.legs import verify_legs
from optimizer.verify.dispatch.names import verify_names, verify_tables
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.dispatch.requests import verify_requests
from optimizer.verify.dispatch.stock import verify_stock
from optimizer.verify.dispatch.tasks import verify_tasks, verify_work
from optimizer.verify.dispatch.trips import verify_loads, verify_trips
from optimizer.verify.dispatch.ways import verify_ways
from optimizer.verify.folder import alike, read_document, region_of, verify_origin
from optimizer.verify.outcome import Claims, Outcome

DISPATCH_DOCUMENT = "dispatch.json"
INCIDENT, PREVIOUS = "incident.yaml", "previous"


def read_orders(folder: Path) -> Orders:
    """Read what a dispatch folder claims.

    Raises
    ------
    ProblemsError
        It is broken, a table is missing, or its region or its incident cannot be read.
    """
    document = read_document(folder, DISPATCH_DOCUMENT)
    tables = read_plan_tables(folder, DISPATCH_TABLES)
    claims = Claims(region_of(folder, document), tables, document)
    previous = folder / PREVIOUS
    before = read_plan_tables(previous, DISPATCH_TABLES) if previous.is_dir() else None
    return Orders(claims, read_incident(folder / INCIDENT, claims.region), before)


def verify_sources(folder: Path, orders: Orders) -> Outcome:
    """Files, inputs, rules and parameters are those that the document states; so are the incident and the layers."""
    document, form = orders.claims.document, orders.form
    told = document.get("incident")
    incident = {name: told.get(name) for name in ("id", "began")} if isinstance(told, Mapping) else told
    layers = plain(orders.tables["layers"].to_dict("records"))
    return (
        verify_origin(folder, orders.claims)
        + alike("parameters", document.get("dispatch_parameters"), orders.dispatch.model_dump(mode="json"))
        + alike("incident", incident, {"id": form.id, "began": form.began.isoformat()})
        + alike("layers", document.get("layers"), layers)
    )


def whole(orders: Orders) -> dict[str, Callable[[], Outcome]]:
    """Checks without which all others would only fail row by row."""
    return {"dispatch_tables": lambda: verify_tables(orders)}


def dispatch_checks(orders: Orders) -> dict[str, Callable[[], Outcome]]:
    """Give every other check by name, in order, ready to be run."""
    checks: dict[str, Callable[[Orders], Outcome]] = {
        "dispatch_names": verify_names,
        "dispatch_ways": verify_ways,
        "dispatch_legs": verify_legs,
        "dispatch_carriers": verify_carriers,
        "dispatch_crafts": verify_crafts,
        "dispatch_fleet": verify_fleet,
        "dispatch_trips": verify_trips,
        "dispatch_loads": verify_loads,
        "dispatch_stock": verify_stock,
        "dispatch_work": verify_work,
        "dispatch_tasks": verify_tasks,
        "dispatch_requests": verify_requests,
        "dispatch_evacuees": verify_evacuees,
        "dispatch_clearing": verify_clearing,
        "dispatch_cut_off": verify_cut_off,
        "dispatch_asked": verify_asked,
        "dispatch_changed": verify_changed,
        "dispatch_layers": verify_layers,
    }
    return {name: lambda check=check: check(orders) for name, check in checks.items()}  # type: ignore[misc]
