"""Who is in need in a scenario and what they want: demand = people × norm a person and day × days."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from optimizer.region.estimates import is_estimated
from optimizer.region.region import Region
from optimizer.region.scenarios import DemandEvent, Scenario
from optimizer.region.selection import SETTLEMENTS, selected


def people_in_need(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Count the people in need by village and community.

    Where several events of the scenario touch one place, their people add up, to the residents at most (where residents
    are known); the person-days shrink with them.

    Returns
    -------
    DataFrame
        Indexed by ``site_id``, places with anyone in need only: ``people`` (persons), ``person_days`` (persons × days),
        ``estimated_inputs`` (``table.column`` of the estimates that they rest on, joined by ``;``).
    """
    sites = region.sites
    settlements = sites[sites["kind"].isin(SETTLEMENTS)]
    parts = [_of_event(region, event, settlements) for event in scenario.demand]
    need = (
        pd.concat(parts).groupby(level=0).agg({"people": "sum", "person_days": "sum", "estimated_inputs": join_inputs})
    )
    residents = settlements.set_index("site_id")["population"].reindex(need.index).astype(float)
    share = (residents / need["people"]).clip(upper=1).fillna(1.0)
    need["people"] *= share
    need["person_days"] *= share
    if scenario.estimated:
        need["estimated_inputs"] = [join_inputs([inputs, "scenarios"]) for inputs in need["estimated_inputs"]]
    return need[need["people"] > 0].rename_axis("site_id")


def join_inputs(parts: Iterable[str]) -> str:
    """Join lists of estimated inputs, each named once."""
    return ";".join(sorted({one for part in parts for one in part.split(";")} - {""}))


def _of_event(region: Region, event: DemandEvent, settlements: pd.DataFrame) -> pd.DataFrame:
    """People, person-days and estimated inputs of one demand event, by settlement."""
    if event.people == "residents":
        chosen = settlements[selected(event.where, settlements, region.folder)]
        people = chosen["population"].fillna(0).to_numpy(dtype=float)
        places = chosen["site_id"].to_numpy()
        column = "population"
    else:
        points = region.sites[region.sites["kind"] == "hazard_point"]
        chosen = points[selected(event.where, points, region.folder)]
        people = chosen["people_threatened"].fillna(0).to_numpy(dtype=float)
        places = settlement_of(chosen, settlements)
        column = "people_threatened"
    people = people * event.share
    inputs = np.where(is_estimated(chosen["estimated"], column), f"sites.{column}", "")
    return pd.DataFrame(
        {"people": people, "person_days": people * event.days, "estimated_inputs": inputs}, index=places
    )


def settlement_of(points: pd.DataFrame, settlements: pd.DataFrame) -> NDArray[np.object_]:
    """Settlement of each hazard point: the nearest of its town, or of all where the town has none or is not named."""
    found = np.empty(len(points), dtype=object)
    town_of = points["town_id"].to_numpy()
    for town in np.unique(town_of):
        own = settlements[settlements["town_id"] == town]
        near = own if town and len(own) else settlements
        mask = town_of == town
        # Degrees of longitude shrink with latitude; within one district one factor will do.
        scale = [np.cos(np.radians(settlements["lat"].mean())), 1.0]
        tree = cKDTree(near[["lon", "lat"]].to_numpy() * scale)
        _, place = tree.query(points.loc[mask, ["lon", "lat"]].to_numpy() * scale)
        found[mask] = near["site_id"].to_numpy()[place]
    return found


def wanted_units(region: Region, need: pd.DataFrame) -> pd.DataFrame:
    """Units of each relief item that the people in need want; other items are not shipped to people.

    Returns
    -------
    DataFrame
        ``site_id``, ``item_id``, ``units`` (people or person-days × share × norm) and ``per_person`` (units that one
        person who needs the item gets); positive rows only.
    """
    items, norms = region.tables["items"], region.tables["norms"]
    norms = norms[norms["item_id"].isin(items.loc[items["use"] == "relief", "item_id"])]
    grid = need.reset_index().merge(norms[["item_id", "quantity", "basis", "share"]], how="cross")
    days = (grid["person_days"] / grid["people"]).where(grid["basis"] == "person_day", 1.0)
    grid["per_person"] = grid["quantity"] * days
    grid["units"] = grid["people"] * grid["share"] * grid["per_person"]
    return grid.loc[grid["units"] > 0, ["site_id", "item_id", "units", "per_person"]].reset_index(drop=True)
