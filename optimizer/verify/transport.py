"""Shipments in each scenario: driving times, loads, stock at the sources, vehicles and their hours."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.region.scenarios import Scenario
from optimizer.region.selection import selected
from optimizer.verify.outcome import (
    MINUTES,
    WORKING_MINUTES,
    Claims,
    Outcome,
    at_most,
    equal,
    holds,
)
from optimizer.verify.roads import ScenarioRoads

ON_THE_SPOT = "none"
"""Vehicle class of a shipment that needs none."""

Roads = Mapping[tuple[str, str], ScenarioRoads]
"""Roads by scenario id and vehicle class."""

_TYPE = ["vehicle_class", "payload_kg"]
_SOURCE = ["scenario_id", "site_id", "holding_mode"]


def moving(claims: Claims) -> pd.DataFrame:
    """Shipments that take a vehicle, row numbers kept."""
    shipments = claims.tables["shipments"]
    return shipments[shipments["vehicle_class"] != ON_THE_SPOT]


def verify_driving(claims: Claims, roads: Roads) -> Outcome:
    """Every driving time is the least on the roads that are open; nothing goes where no road is left."""
    return _least_minutes(
        "shipments", moving(claims), "from_site_id", "to_site_id", "drive_min", roads
    ) + _least_minutes("fleet", claims.tables["fleet"], "home_site_id", "work_site_id", "transfer_min", roads)


def _least_minutes(name: str, rows: pd.DataFrame, start: str, end: str, column: str, roads: Roads) -> Outcome:
    outcome = Outcome()
    for (scenario, vehicle), group in rows.groupby(["scenario_id", "vehicle_class"], sort=False):
        minutes = roads[str(scenario), str(vehicle)].minutes(list(group[start]), list(group[end]))
        way = np.isfinite(minutes)
        outcome += holds(name, group, "no_way", way)
        outcome += equal(name, group[way], column, minutes[way], MINUTES)
    return outcome


def verify_loads(claims: Claims) -> Outcome:
    """Loads: the larger of mass over payload and volume over loading volume; what is held on the spot takes none."""
    shipments = claims.tables["shipments"]
    outcome = at_most("shipments", shipments, "below_zero", -shipments["quantity"], 0.0)
    spot = shipments[shipments["vehicle_class"] == ON_THE_SPOT]
    outcome += holds("shipments", spot, "spot_elsewhere", spot["from_site_id"] == spot["to_site_id"])
    outcome += equal("shipments", spot, "loads", 0.0) + equal("shipments", spot, "drive_min", 0.0)
    rows = moving(claims)
    vehicle = _vehicle_of(claims, rows)
    outcome += holds("shipments", rows, "vehicle_unknown", vehicle["volume_m3"].notna())
    items = claims.items().reindex(rows["item_id"])
    mass = items["mass_kg"].to_numpy(dtype=float) / vehicle["payload_kg"].to_numpy(dtype=float)
    volume = items["volume_m3"].to_numpy(dtype=float) / vehicle["volume_m3"].to_numpy(dtype=float)
    loads = rows["quantity"].to_numpy(dtype=float) * np.maximum(mass, volume)
    return outcome + equal("shipments", rows, "loads", loads)


def _vehicle_of(claims: Claims, rows: pd.DataFrame) -> pd.DataFrame:
    """Payload and loading volume of each row's vehicle; of types with one payload the roomier counts."""
    types = claims.region.tables["vehicles"].groupby(_TYPE)[["volume_m3"]].max().reset_index()
    return rows[_TYPE].reset_index(drop=True).merge(types, on=_TYPE, how="left")


def verify_source_stock(claims: Claims) -> Outcome:
    """No source gives more than the event leaves of what it holds after the plan, or of what was contracted."""
    shipments = claims.tables["shipments"].rename(columns={"from_site_id": "site_id"})
    given = shipments.groupby([*_SOURCE, "item_id"])["quantity"].sum().reset_index()
    stock = claims.tables["stock"].groupby(["site_id", "holding_mode", "item_id"])["quantity"].sum()
    key = pd.MultiIndex.from_frame(given[["site_id", "holding_mode", "item_id"]])
    limit = stock.reindex(key).fillna(0.0).to_numpy(dtype=float) * share_left(claims, given)
    rows = given.rename(columns={"site_id": "from_site_id"})
    return at_most("shipments", rows, "source", rows["quantity"], limit)


def share_left(claims: Claims, rows: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) share of the stock at ``site_id`` that the event leaves; of contracts, the share that suppliers can give."""
    region = claims.region
    closed = {override.site_id for override in region.overrides if override.decision == "close"}
    share = np.zeros(len(rows))
    for scenario in region.scenarios:
        left = np.ones(len(region.sites))
        for loss in scenario.losses:
            left[selected(loss.where, region.sites, region.folder)] *= 1 - loss.share
        by_site = dict(zip(region.sites["site_id"], left, strict=True))
        own = (rows["scenario_id"] == scenario.id).to_numpy()
        share[own] = rows.loc[own, "site_id"].map(by_site).fillna(0.0)
        promised = own & (rows["holding_mode"] != "physical").to_numpy()
        share[promised] *= scenario.outside_help.supplier_share
    share[rows["site_id"].isin(closed).to_numpy()] = 0.0
    return share


def verify_fleet(claims: Claims) -> Outcome:
    """No more vehicles are posted than a pool has, with crews, in the scenario."""
    rows = claims.tables["fleet"]
    pool = ["scenario_id", "home_site_id", "vehicle_class"]
    posted = rows.groupby([*pool, "payload_kg"])["vehicles"].sum().reset_index()
    vehicles = claims.region.tables["vehicles"]
    usable = vehicles.assign(most=vehicles[["count", "crews"]].min(axis=1).astype(float))
    most = usable.groupby(["site_id", *_TYPE])["most"].sum()
    key = pd.MultiIndex.from_frame(posted[["home_site_id", *_TYPE]])
    share = {scenario.id: scenario.outside_help.vehicle_share for scenario in claims.region.scenarios}
    limit = most.reindex(key).fillna(0.0).to_numpy() * posted["scenario_id"].map(share).fillna(0.0).to_numpy()
    outcome = at_most("fleet", rows, "below_zero", -rows["vehicles"], 0.0)
    return outcome + at_most("fleet", posted, "pool", posted["vehicles"], limit)


def verify_hours(claims: Claims) -> Outcome:
    """First loads arrive in time, and all loads due by a time fit into the hours of the vehicles posted until then."""
    parameters, rows = claims.region.settings.parameters, moving(claims)
    ready = np.maximum(parameters.mobilise_min, _lead_min(claims, rows))
    arrival = ready + parameters.loading_min + rows["drive_min"].to_numpy(dtype=float)
    due = _due_min(claims, rows)
    outcome = at_most("shipments", rows, "arrival", arrival, due, MINUTES)
    cycle = parameters.loading_min + parameters.unloading_min + 2 * rows["drive_min"].to_numpy(dtype=float)
    # Suppliers' offers are sources of their own: goods of one item, ready after their own lead time.
    offer = rows["item_id"].where(rows["holding_mode"] != "physical", "")
    work = rows.assign(offer=offer, minutes=cycle * rows["loads"].to_numpy(dtype=float), due=due)
    fleet = claims.tables["fleet"].assign(offer=claims.tables["fleet"]["item_id"].fillna(""))
    source = ["scenario_id", "site_id", "holding_mode", "offer", *_TYPE]
    work, fleet = work.rename(columns={"from_site_id": "site_id"}), fleet.rename(columns={"work_site_id": "site_id"})
    begins = np.maximum(
        np.maximum(parameters.mobilise_min, _lead_min(claims, fleet)),
        parameters.mobilise_min + fleet["transfer_min"].to_numpy(dtype=float),
    )
    for limit in np.unique(due):
        minutes = work[work["due"] <= limit].groupby(source)["minutes"].sum()
        hours = fleet["vehicles"].to_numpy(dtype=float) * np.maximum(limit - begins, 0.0)
        there = fleet.assign(minutes=hours).groupby(source)["minutes"].sum()
        outcome += _hours_suffice(minutes, there.reindex(minutes.index).fillna(0.0), float(limit))
    return outcome


def _hours_suffice(minutes: pd.Series, there: pd.Series, limit: float) -> Outcome:
    rows = minutes.index.to_frame(index=False).rename(columns={"site_id": "work_site_id", "offer": "item_id"})
    short = minutes.to_numpy() - there.to_numpy() > WORKING_MINUTES.slack(minutes.to_numpy(), there.to_numpy())
    needed, had = minutes.round(2).astype(str).to_numpy(), there.round(2).astype(str).to_numpy()
    return holds("fleet", rows, "hours_short", ~short, needed=needed, had=had, hours=f"{limit / 60:g}")


def _lead_min(claims: Claims, rows: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) minutes until a supplier's goods are ready; 0 at a depot and for contracts that stand without an offer."""
    key = ["site_id", "item_id", "holding_mode"]
    offers = claims.region.tables["offers"]
    lead = offers.groupby(key)["lead_time_h"].first()
    site = rows["from_site_id"] if "from_site_id" in rows else rows["site_id"]
    named = pd.MultiIndex.from_arrays([site, rows["item_id"].fillna(""), rows["holding_mode"]])
    found: NDArray[np.float64] = lead.reindex(named).fillna(0.0).to_numpy(dtype=float) * 60.0
    return found


def _due_min(claims: Claims, rows: pd.DataFrame) -> NDArray[np.float64]:
    """(n,) minutes after the event by which a shipment is due: its item's deadline, or the late horizon."""
    deadline = claims.region.tables["norms"].set_index("item_id")["deadline_h"].reindex(rows["item_id"])
    late = (rows["period"] == "late").to_numpy()
    hours = np.where(late, claims.region.settings.parameters.late_horizon_h, deadline.to_numpy(dtype=float))
    minutes: NDArray[np.float64] = hours * 60.0
    return minutes


def planned_scenarios(claims: Claims) -> tuple[Scenario, ...]:
    """Scenarios of the region that the plan was made for, in the order of its table."""
    by_id = {scenario.id: scenario for scenario in claims.region.scenarios}
    named = claims.tables["scenarios"]["scenario_id"]
    return tuple(by_id[scenario] for scenario in named if scenario in by_id)
