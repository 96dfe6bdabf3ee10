"""All that was decided, laid out as the tables of a dispatch folder, what stays of earlier orders among it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from network.words import Language
from optimizer.dispatch.changed import changed_table
from optimizer.dispatch.clearing.clearing import ClearingPlan
from optimizer.dispatch.clearing.orders import clearing_legs, clearing_table
from optimizer.dispatch.cut_off import Left, asked, cut_off
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.layers import layers_table
from optimizer.dispatch.orders.evacuation_orders import evacuation_orders
from optimizer.dispatch.orders.legs import legs_table
from optimizer.dispatch.orders.supply_orders import in_place_loads, supply_orders
from optimizer.dispatch.orders.team_orders import team_orders
from optimizer.dispatch.orders.ways import ways_table
from optimizer.dispatch.outcomes import requests_table, tasks_table
from optimizer.dispatch.parts import Open, Parts
from optimizer.dispatch.reasons.supply_reasons import supply_reasons
from optimizer.dispatch.reasons.team_reasons import team_reasons
from optimizer.dispatch.report.clock import Clock
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.resume.resume import Underway
from optimizer.dispatch.sources import HandedOut
from optimizer.dispatch.tables import CHANGED
from optimizer.dispatch.travel import Roads
from optimizer.region.region import Region


@dataclass(frozen=True, eq=False)
class Decided:
    """What was open, and what was decided of it."""

    still: Open
    handed: Sequence[HandedOut]
    clearing: ClearingPlan | None
    roads: Roads
    found: Parts


def laid_out(
    region: Region, incident: Incident, start: Underway, decided: Decided, before: Previous | None, language: Language
) -> dict[str, pd.DataFrame]:
    """Lay out every table of :data:`~optimizer.dispatch.tables.DISPATCH_TABLES`."""
    found, roads, clock = decided.found, decided.roads, Clock(incident.form.began)
    tables = _orders(region, start, decided, before, language)
    reasons = supply_reasons(found.supply_case, found.supplies, roads, clock)
    why = team_reasons(found.team_case, found.teams, clock)
    form = incident.form
    tables |= {
        "tasks": tasks_table(region, form.tasks, tables["work"], roads.places, why, incident.skills, language),
        "requests": requests_table(region, form.requests, tables["loads"], tables["trips"], reasons, language),
        "cut_off": cut_off(region, start.form, decided.clearing.cleared_min if decided.clearing else {}),
        "layers": layers_table(found.teams, found.supplies, found.evacuation, decided.clearing),
    }
    tables["changed"] = (
        pd.DataFrame(columns=[column.name for column in CHANGED.columns])
        if before is None
        else changed_table(before.tables, tables, start.held_up, language)
    )
    tables["places"] = _named(roads, tables)
    return tables | {"asked": asked(form, incident.skills, tables, _without_shelter(found), language)}


def _orders(
    region: Region, start: Underway, decided: Decided, before: Previous | None, language: Language
) -> dict[str, pd.DataFrame]:
    """Who goes where when with what: what stays, and behind it what is new, under numbers not given before."""
    given = start.trips, start.ways
    if before is not None:
        given = before.tables["trips"], pd.concat([before.tables["ways"], start.ways])
    found, roads = decided.found, decided.roads
    team = team_orders(found.team_case, found.teams)
    trips = found.supplies.trips if found.supplies else ()
    supply = supply_orders(region, found.supply_case, trips, roads, found.free_min, _next(given[0], "trip_id", 1))
    leaving = evacuation_orders(found.evacuation_case, found.evacuation, found.rides, decided.still.vehicles, roads)
    legs = (*team.legs, *supply.legs, *leaving.legs, *clearing_legs(decided.clearing, roads))
    ways, way_ids = ways_table(legs, roads, language, _next(given[1], "way_id", 1))
    handed = in_place_loads(region, decided.handed)
    return {
        "work": _together(start.work, team.work),
        "trips": _together(start.trips, supply.trips),
        "loads": _together(start.loads, handed, supply.loads),
        "legs": _in_steps(_together(start.legs, legs_table(legs, way_ids))),
        "ways": _together(start.ways, ways),
        "evacuees": leaving.joined(start.evacuees),
        "clearing": _together(start.clearing, clearing_table(start.form, decided.clearing, start.clearing)),
    }


def _together(*parts: pd.DataFrame) -> pd.DataFrame:
    """Rows of tables of the same columns, one after another."""
    filled = [one for one in parts if len(one)]
    return pd.concat(filled, ignore_index=True)[list(parts[0].columns)] if filled else parts[0]


def _next(kept: pd.DataFrame, column: str, first: int) -> int:
    """Number of the next trip or way, behind those that stay."""
    numbers = [int(name[1:]) for name in kept[column] if name[1:].isdigit()]
    return max(numbers, default=first - 1) + 1


def _in_steps(legs: pd.DataFrame) -> pd.DataFrame:
    """Number each carrier's legs by time."""
    ordered = legs.sort_values(["carrier_id", "depart_min", "arrive_min"], kind="stable", ignore_index=True)
    return ordered.assign(step=ordered.groupby("carrier_id").cumcount() + 1)


def _without_shelter(found: Parts) -> dict[str, Left]:
    """People by place for whom no shelter was found; all, where there is none to be had."""
    leaving = found.evacuation_case.evacuations
    if found.evacuation is None:
        return {one.site: Left(one.people or 0, cut_off=False) for one in leaving}
    left, away = found.evacuation.left.tolist(), found.evacuation.cut_off.tolist()
    return {
        one.site: Left(int(people), bool(cut))
        for one, people, cut in zip(leaving, left, away, strict=True)
        if people > 0
    }


def _named(roads: Roads, tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """The places that any table names."""
    columns = ("place_id", "from_place_id", "to_place_id", "shelter_id", "landing_site_id", "depot_id")
    named = {
        str(value) for table in tables.values() for column in columns if column in table for value in table[column]
    }
    table = roads.places.table
    return table[table["place_id"].isin(named)].reset_index(drop=True)
