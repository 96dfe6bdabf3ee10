"""Isolation: which villages and communities a state of the roads cuts off, by what, until when, and how they live on.

What counts as reached, from which depots and stations and by which vehicle, is said in
:mod:`optimizer.analysis.access`; which closures cut a place off in :mod:`optimizer.analysis.cuts`; where help can land
in :mod:`optimizer.analysis.landing`; how long stock lasts in :mod:`optimizer.analysis.endurance`. A place is *isolated*
when no depot of the lifeline reaches it though one would with every closure lifted, or when nothing at all reaches it.
A place without a road of its own (``no_road``) is listed too, and no closure is blamed for it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from optimizer.analysis.access import SUPPLIES_DRIVE, access, statuses
from optimizer.analysis.analysis_tables import ACCESS, HOLDINGS, ISOLATED, ISOLATION_TABLES
from optimizer.analysis.barriers import Barriers, barriers, state_at
from optimizer.analysis.cuts import Cut, cuts, reopening_h
from optimizer.analysis.endurance import endurance, holdings, lasts_until
from optimizer.analysis.landing import landings
from optimizer.analysis.sources import Sources, sources_as_they_stand
from optimizer.region.estimates import join_marks
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.schema import Table
from optimizer.region.selection import SETTLEMENTS

NAME_JOINT = ";"


@dataclass(frozen=True)
class Isolation:
    """Who is isolated.

    Attributes
    ----------
    access : DataFrame
        Table ``access``: every village and community.
    isolated : DataFrame
        Table ``isolated``: those whose status is not ``reached``.
    holdings : DataFrame
        Table ``holdings``: what the isolated hold.
    """

    access: pd.DataFrame
    isolated: pd.DataFrame
    holdings: pd.DataFrame


def isolation(
    region: Region,
    state: RoadState,
    *,
    sources: Sources | None = None,
    vehicle_class: str = SUPPLIES_DRIVE,
    at_h: float | None = None,
    flying: bool = True,
) -> Isolation:
    """Tell of every village and community how it is reached, and of those that are not, why and how they live on.

    Parameters
    ----------
    region : Region
        Files that closures name are looked for in its folder.
    state : RoadState
    sources : Sources, optional
        Open depots and their stock; by default as they stand.
    vehicle_class : str
        What carries supplies.
    at_h : float, optional
        Hours after the event. Without it every closure is in force, whatever its hours.
    flying : bool
        Whether helicopters fly.

    Raises
    ------
    ProblemsError
        A closure matches nothing, or the region has no open depot.
    """
    chosen = sources or sources_as_they_stand(region)
    places = list(region.sites.loc[region.sites["kind"].isin(SETTLEMENTS), "site_id"])
    barred = barriers(region, state, vehicle_class)
    now = access(region, state_at(state, at_h), chosen, places, vehicle_class)
    all_open = access(region, state.model_copy(update={"closures": ()}), chosen, places, vehicle_class)
    table = access_table(region, now, all_open)
    alone = isolated_places(region, barred, state_at(state, at_h), chosen, table, vehicle_class, at_h, flying)
    return Isolation(table, *alone)


def isolation_by_scenario(
    region: Region, *, sources: Sources | None = None, vehicle_class: str = SUPPLIES_DRIVE
) -> Isolation:
    """Tell the same of every scenario of the region; rows carry its id."""
    chosen = sources or sources_as_they_stand(region)
    found = [
        (
            scenario.id,
            isolation(region, scenario.roads, sources=chosen, vehicle_class=vehicle_class, flying=scenario.flying),
        )
        for scenario in region.scenarios
    ]
    return Isolation(
        *(
            pd.concat([getattr(one, table.name).assign(scenario_id=key) for key, one in found], ignore_index=True)
            for table in ISOLATION_TABLES
        )
    )


def access_table(region: Region, now: pd.DataFrame, all_open: pd.DataFrame) -> pd.DataFrame:
    """Table ``access`` from the access now and with every closure lifted."""
    rows = now.assign(status=statuses(now, all_open)).reset_index()
    rows = rows.assign(scenario_id="", **site_columns(region, rows["site_id"]))
    return in_form(rows, ACCESS)


def isolated_places(
    region: Region,
    barred: Barriers,
    state: RoadState,
    sources: Sources,
    table: pd.DataFrame,
    vehicle_class: str,
    at_h: float | None,
    flying: bool,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Tables ``isolated`` and ``holdings`` of the places that ``table`` says are not reached."""
    rows = table.loc[table["status"] != "reached", ["site_id", "site_name", "town_name", "people", "status"]]
    rows = rows.reset_index(drop=True)
    ids = list(rows["site_id"])
    found = cuts(barred, sources.lifeline, ids, at_h)
    rows["cut_kind"] = [cut.kind for cut in found]
    rows["cut_by"] = [NAME_JOINT.join(_names(barred, cut)) for cut in found]
    rows["reopens_h"] = reopening_h(barred, sources.lifeline, ids, at_h)
    rows = pd.concat([rows, landings(region, state, ids, vehicle_class, flying=flying)], axis=1)
    held = holdings(region, sources.stock, ids)
    rows = rows.assign(scenario_id="", **_means(region, held, rows, at_h))
    names = region.tables["items"][["item_id", "name", "unit"]].rename(columns={"name": "item_name"})
    held = held.merge(names, on="item_id").assign(scenario_id="")
    held["site_name"] = held["site_id"].map(dict(zip(rows["site_id"], rows["site_name"], strict=True)))
    return in_form(rows, ISOLATED), in_form(held, HOLDINGS)


def _names(barred: Barriers, cut: Cut) -> list[str]:
    return [barred.closures[number].name for number in cut.closures]


def _means(region: Region, held: pd.DataFrame, rows: pd.DataFrame, at_h: float | None) -> dict[str, Any]:
    """Columns that tell how a place lives on: communications, equipment, for how long stock lasts."""
    ids = list(rows["site_id"])
    sites = region.sites.set_index("site_id").reindex(ids)
    ends = endurance(held).reindex(ids)
    own = held[(held["use"] != "relief") & (held["held"] > 0)]
    kit = own.assign(text=own["item_id"] + "=" + own["held"].map("{:g}".format)).groupby("site_id")["text"]
    phones = held[held["use"] == "satellite"].groupby("site_id")["held"].sum()
    wait_h = rows["reopens_h"] - (at_h or 0.0)
    return {
        "communications_assured": sites["communications_assured"].to_numpy(dtype=bool),
        "satellite_phones": phones.reindex(ids).fillna(0.0).to_numpy(dtype=float),
        "kit": kit.agg(NAME_JOINT.join).reindex(ids).fillna("").to_numpy(dtype=object),
        "lasts_h": ends["lasts_h"].to_numpy(dtype=float),
        "first_out": ends["first_out"].fillna("").to_numpy(dtype=object),
        "lasts": lasts_until(ends["lasts_h"], wait_h),
        "estimated": join_marks({"lasts_h": ends["estimated"].fillna(False).to_numpy(dtype=bool)}),
    }


def site_columns(region: Region, site_ids: Sequence[str] | pd.Series) -> dict[str, Any]:
    """Name, kind, name of the town and residents of sites, under the columns of the analysis tables."""
    sites = region.sites.set_index("site_id")
    rows = sites.reindex(list(site_ids))
    return {
        "site_name": rows["name"].to_numpy(),
        "kind": rows["kind"].to_numpy(),
        "town_name": rows["town_id"].map(sites["name"]).fillna("").to_numpy(),
        "people": rows["population"].to_numpy(dtype=float, na_value=np.nan),
    }


def in_form(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Columns of ``table`` in its order; times that are infinite, for want of a way, are empty."""
    return rows.reindex(columns=[column.name for column in table.columns]).replace([np.inf, -np.inf], np.nan)
