"""A dispatch: a region and an incident in, orders for teams and vehicles out, with reasons and bounds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import version

import pandas as pd

from network.words import Language, Phrase
from optimizer.dispatch.clearing.clearing import ClearingPlan, plan_clearing
from optimizer.dispatch.clearing.let_through import LetThrough
from optimizer.dispatch.clearing.orders import clearing_legs, clearing_table
from optimizer.dispatch.clearing.work import works_of
from optimizer.dispatch.cut_off import Left, asked, cut_off
from optimizer.dispatch.fleet import standing_vehicles
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.layers import layers_table
from optimizer.dispatch.orders.evacuation_orders import evacuation_orders
from optimizer.dispatch.orders.legs import legs_table
from optimizer.dispatch.orders.supply_orders import in_place_loads, supply_orders
from optimizer.dispatch.orders.team_orders import team_orders
from optimizer.dispatch.orders.ways import ways_table
from optimizer.dispatch.outcomes import requests_table, tasks_table
from optimizer.dispatch.parts import Open, Parts, solve_parts
from optimizer.dispatch.phases import road_phases
from optimizer.dispatch.places import places_of
from optimizer.dispatch.reasons.supply_reasons import supply_reasons
from optimizer.dispatch.reasons.team_reasons import team_reasons
from optimizer.dispatch.sources import HandedOut, hand_out, relief_sources
from optimizer.dispatch.tables import CHANGED
from optimizer.dispatch.team_case import roster
from optimizer.dispatch.travel import Roads
from optimizer.progress import Progress, part, silent
from optimizer.region.region import Region


@dataclass(frozen=True)
class DispatchOptions:
    """What is asked of a dispatch.

    Attributes
    ----------
    time_limit_s : float
        For the models together; the best orders found by then come back with their bounds.
    seed : int
        Of the searches.
    """

    time_limit_s: float = 10.0
    seed: int = 0


@dataclass(frozen=True, eq=False)
class Dispatch:
    """Orders.

    Attributes
    ----------
    region : Region
    incident : Incident
    options : DispatchOptions
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.dispatch.tables.DISPATCH_TABLES`.
    solver : str
        Name and version.
    seconds : float
    """

    region: Region
    incident: Incident
    options: DispatchOptions
    tables: Mapping[str, pd.DataFrame]
    solver: str
    seconds: float


def dispatch(
    region: Region, incident: Incident, options: DispatchOptions, language: Language, *, progress: Progress = silent
) -> Dispatch:
    """Give orders for an incident.

    Parameters
    ----------
    region : Region
    incident : Incident
    options : DispatchOptions
    language : {"zh", "en"}
        Of reasons and turns in the tables.
    progress : callable, optional
    """
    began = time.monotonic()
    form = incident.form
    progress(Phrase("optimizer.dispatch.step_roads"), 0.0)
    sources = relief_sources(region, form)
    handed, requests = hand_out(form.requests, sources.in_place)
    still = Open(
        at_min=0.0,
        tasks=form.tasks,
        requests=requests,
        evacuations=form.evacuations,
        teams=roster(region, form, incident.skills),
        vehicles=standing_vehicles(region, form),
        sources=sources,
    )
    clearing, roads = _cleared(region, form, still)
    found = solve_parts(
        region, incident, still, roads,
        time_limit_s=options.time_limit_s, seed=options.seed, progress=part(progress, 0.1, 0.8),
    )  # fmt: skip
    progress(Phrase("optimizer.dispatch.step_orders"), 0.8)
    tables = _tables(region, incident, found, still, handed, clearing, roads, language)
    return Dispatch(region, incident, options, tables, f"HiGHS {version('highspy')}", time.monotonic() - began)


def _cleared(region: Region, form: IncidentForm, still: Open) -> tuple[ClearingPlan | None, Roads]:
    """Decide what is cleared, and give the roads as they then reopen."""
    places = places_of(region, form)
    foot_kmh = region.settings.dispatch.foot_kmh
    if not (form.clearing.crews and form.clearing.work):
        return None, Roads(road_phases(region, form.roads), places, foot_kmh)
    works, places = works_of(region, form, places)
    plan = plan_clearing(LetThrough(region, form, places, still), form.clearing.crews, works)
    return plan, Roads(road_phases(region, form.roads, plan.cleared_min), places, foot_kmh)


def _tables(
    region: Region, incident: Incident, found: Parts, still: Open, handed: list[HandedOut],
    clearing: ClearingPlan | None, roads: Roads, language: Language,
) -> dict[str, pd.DataFrame]:  # fmt: skip
    """Lay out all that was found."""
    form = incident.form
    team = team_orders(found.team_case, found.teams)
    supply = supply_orders(
        region, found.supply_case, found.supplies.trips if found.supplies else (), roads, found.free_min
    )
    leaving = evacuation_orders(found.evacuation_case, found.evacuation, found.rides, still.vehicles, roads)
    legs = (*team.legs, *supply.legs, *leaving.legs, *clearing_legs(clearing, roads))
    ways, way_ids = ways_table(legs, roads, language)
    loads = pd.concat([in_place_loads(region, handed), supply.loads], ignore_index=True)
    reasons = supply_reasons(found.supply_case, found.supplies, roads)
    tables = {
        "tasks": tasks_table(region, form.tasks, team.work, roads.places, team_reasons(found.team_case, found.teams),
                             incident.skills, language),
        "work": team.work,
        "requests": requests_table(region, form.requests, loads, supply.trips, reasons, language),
        "trips": supply.trips,
        "loads": loads,
        "legs": legs_table(legs, way_ids),
        "ways": ways,
        "evacuees": leaving.evacuees,
        "cut_off": cut_off(region, form),
        "clearing": clearing_table(form, clearing),
        "changed": pd.DataFrame(columns=[column.name for column in CHANGED.columns]),
        "layers": layers_table(found.teams, found.supplies, found.evacuation, clearing),
    }  # fmt: skip
    tables["places"] = _named(roads, tables)
    without = _without_shelter(found)
    return tables | {"asked": asked(form, incident.skills, tables, without, language)}


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
