"""Isolation: which villages and communities a state of the roads cuts off, by what, until when, and how they live on.

What counts as reached, from which depots and stations and by which vehicle, is said in
:mod:`optimizer.analysis.access`; which closures cut a place off in :mod:`optimizer.analysis.cuts`; where help can land
in :mod:`optimizer.analysis.landing`; how long stock lasts in :mod:`optimizer.analysis.endurance`. A place is *isolated*
when no depot of the lifeline reaches it though one would with every closure lifted, or when nothing at all reaches it.
A place without a road of its own (``no_road``) is listed too, and no closure is blamed for it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from optimizer.analysis.access import statuses
from optimizer.analysis.analysis_tables import ACCESS, HOLDINGS, ISOLATED, ISOLATION_TABLES
from optimizer.analysis.barriers import Barriers, barriers
from optimizer.analysis.columns import JOINT, in_form, site_columns
from optimizer.analysis.cuts import Cut, cuts, reopening_h
from optimizer.analysis.endurance import endurance, holdings, lasts_until
from optimizer.analysis.landing import landings
from optimizer.analysis.road_case import RoadCase
from optimizer.analysis.sources import Sources, sources_as_they_stand
from optimizer.region.estimates import join_marks
from optimizer.region.region import Region


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
    cuts : tuple of Cut
        What cuts each row of ``isolated`` off.
    """

    access: pd.DataFrame
    isolated: pd.DataFrame
    holdings: pd.DataFrame
    cuts: tuple[Cut, ...]


def isolation(case: RoadCase) -> Isolation:
    """Tell of every village and community how it is reached, and of those that are not, why and how they live on.

    Raises
    ------
    ProblemsError
        A closure matches nothing.
    """
    places = case.settlements
    now, all_open = (case.access(state, places) for state in (case.now, case.all_open))
    barred = barriers(case.region, case.state, case.vehicle_class, case.at_h)
    return isolation_from(case, now, all_open, barred)


def isolation_by_scenario(region: Region, sources: Sources | None = None) -> Isolation:
    """Tell the same of every scenario of the region; rows carry its id.

    Parameters
    ----------
    region : Region
    sources : Sources, optional
        By default depots and stock as they stand.
    """
    chosen = sources or sources_as_they_stand(region)
    found = {
        scenario.id: isolation(RoadCase(region, chosen, scenario.roads, flying=scenario.flying))
        for scenario in region.scenarios
    }
    rows, alone, held = (
        pd.concat([getattr(one, table.name).assign(scenario_id=key) for key, one in found.items()], ignore_index=True)
        for table in ISOLATION_TABLES
    )
    return Isolation(rows, alone, held, tuple(cut for one in found.values() for cut in one.cuts))


def isolation_from(case: RoadCase, now: pd.DataFrame, all_open: pd.DataFrame, barred: Barriers) -> Isolation:
    """Tell the same from what is known already.

    Parameters
    ----------
    case : RoadCase
    now, all_open : DataFrame
        Access of every village and community in the two states of the roads.
    barred : Barriers
        Of the case's closures to its vehicle.
    """
    rows = now.assign(status=statuses(now, all_open)).reset_index()
    rows = in_form(rows.assign(scenario_id="", **site_columns(case.region, rows["site_id"])), ACCESS)
    alone = rows.loc[rows["status"] != "reached", ["site_id", "site_name", "town_name", "people", "status"]]
    alone = alone.reset_index(drop=True)
    ids, lifeline = list(alone["site_id"]), case.sources.lifeline
    found = cuts(barred, lifeline, ids, case.at_h)
    alone["cut_kind"] = [cut.kind for cut in found]
    alone["cut_by"] = [JOINT.join(barred.closures[number].name for number in cut.closures) for cut in found]
    alone["reopens_h"] = reopening_h(barred, lifeline, ids, case.at_h)
    landed = landings(case.region, case.now, ids, case.vehicle_class, flying=case.flying)
    held = holdings(case.region, case.sources.stock, ids)
    alone = pd.concat([alone, landed], axis=1)
    alone = alone.assign(scenario_id="", **_means(case, held, alone))
    return Isolation(rows, in_form(alone, ISOLATED), _holdings_table(case.region, held, alone), tuple(found))


def _holdings_table(region: Region, held: pd.DataFrame, places: pd.DataFrame) -> pd.DataFrame:
    names = region.tables["items"][["item_id", "name", "unit"]].rename(columns={"name": "item_name"})
    rows = held.merge(names, on="item_id").merge(places[["site_id", "site_name"]], on="site_id")
    return in_form(rows.assign(scenario_id=""), HOLDINGS)


def _means(case: RoadCase, held: pd.DataFrame, rows: pd.DataFrame) -> dict[str, Any]:
    """Columns that tell how a place lives on: communications, equipment, for how long stock lasts."""
    ids = list(rows["site_id"])
    sites = case.region.sites.set_index("site_id").reindex(ids)
    ends = endurance(held).reindex(ids)
    own = held[(held["use"] != "relief") & (held["held"] > 0)]
    texts = [f"{item}={units:g}" for item, units in zip(own["item_id"], own["held"], strict=True)]
    kit = pd.Series(texts, index=own["site_id"].to_numpy(), dtype=object).groupby(level=0)
    phones = held[held["use"] == "satellite"].groupby("site_id")["held"].sum()
    wait_h = rows["reopens_h"] - (case.at_h or 0.0)
    return {
        "communications_assured": sites["communications_assured"].to_numpy(dtype=bool),
        "satellite_phones": phones.reindex(ids).fillna(0.0).to_numpy(dtype=float),
        "kit": kit.agg(JOINT.join).reindex(ids).fillna("").to_numpy(dtype=object),
        "lasts_h": ends["lasts_h"].to_numpy(dtype=float),
        "first_out": ends["first_out"].fillna("").to_numpy(dtype=object),
        "lasts": lasts_until(ends["lasts_h"], wait_h),
        "estimated": join_marks({"lasts_h": ends["estimated"].fillna(False).to_numpy(dtype=bool)}),
    }
