"""Who is to be served, and with what weight: villages and communities by people and hazard."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import Phrase
from optimizer.plan.demand import people_in_need, settlement_of, wanted_units
from optimizer.plan.reach import FREE
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.region import Region
from optimizer.region.scenarios import Loss, RoadState
from optimizer.region.selection import SETTLEMENTS
from optimizer.siting.stated.options import SitingOptions

BASE = "base"
"""Id of the state without an event."""


@dataclass(frozen=True)
class State:
    """A state of the district that the siting must serve in.

    Attributes
    ----------
    id : str
    name : Phrase
    probability : float
        Weight among the states; they sum to 1.
    roads : RoadState
    losses : tuple of Loss
    estimated : bool
        The event is an estimate.
    """

    id: str
    name: Phrase
    probability: float
    roads: RoadState = FREE
    losses: tuple[Loss, ...] = ()
    estimated: bool = False


def states(region: Region, options: SitingOptions) -> tuple[State, ...]:
    """Give the base state, or the chosen scenarios weighed by their yearly probability."""
    if options.over == "base":
        return (State(BASE, Phrase("optimizer.siting.base"), 1.0),)
    chosen = [s for s in region.scenarios if options.scenario_ids is None or s.id in options.scenario_ids]
    total = sum(scenario.probability for scenario in chosen)
    return tuple(
        State(
            scenario.id,
            Phrase("optimizer.siting.named", zh=scenario.name.zh, en=scenario.name.en),
            scenario.probability / total,
            scenario.roads,
            scenario.losses,
            scenario.estimated,
        )
        for scenario in chosen
    )


def demand(region: Region) -> pd.DataFrame:
    """List the villages and communities.

    Returns
    -------
    DataFrame
        ``site_id``, ``name``, ``town_id``, ``area_type``, ``people`` (residents; NaN where unknown), ``threatened``
        (people whom hazard points threaten, at most the residents where these are known), ``weight`` (people, 0 where
        unknown, and so many times more the threatened), ``estimated`` (marks of these columns).
    """
    sites = region.sites
    places = sites[sites["kind"].isin(SETTLEMENTS)].reset_index(drop=True)
    residents = places["population"].astype(float)
    points = sites[sites["kind"] == "hazard_point"]
    at, doubt = np.zeros(len(places)), np.zeros(len(places), dtype=bool)
    if len(points) and len(places):
        row = pd.Index(places["site_id"]).get_indexer(pd.Index(settlement_of(points, places)))
        np.add.at(at, row, points["people_threatened"].fillna(0).to_numpy(dtype=float))
        np.logical_or.at(doubt, row, is_estimated(points["estimated"], "people_threatened"))
    threatened = np.minimum(at, residents.fillna(np.inf).to_numpy())
    people_doubt = is_estimated(places["estimated"], "population") | residents.isna().to_numpy()
    weight = residents.fillna(0.0).to_numpy() + region.settings.siting.threatened_weight * threatened
    marks = {"people": people_doubt, "threatened": doubt, "weight": people_doubt | doubt}
    table = places[["site_id", "name", "town_id", "area_type"]]
    return table.assign(people=residents, threatened=threatened, weight=weight, estimated=join_marks(marks))


def weights(
    region: Region, options: SitingOptions, places: pd.DataFrame, chosen: tuple[State, ...]
) -> NDArray[np.float64]:
    """(K, n) weight of each place in each state.

    Depots in a scenario serve its people in need. Stations are called from everywhere, whatever has happened.
    """
    weight = np.tile(places["weight"].to_numpy(dtype=float), (len(chosen), 1))
    if options.over == "base" or options.sites == "stations":
        return weight
    by_id = {scenario.id: scenario for scenario in region.scenarios}
    for number, state in enumerate(chosen):
        weight[number] = _by_place(people_in_need(region, by_id[state.id])["people"], places)
    return weight


def volumes(
    region: Region, options: SitingOptions, places: pd.DataFrame, chosen: tuple[State, ...]
) -> NDArray[np.float64]:
    """(K, n) cubic metres of relief that each place wants in each state: people × norm × days × volume of a unit.

    In the base state those wait for relief whom hazard points threaten, for ``siting.relief_days``.
    """
    each = region.tables["items"].set_index("item_id")["volume_m3"].astype(float)
    by_id = {scenario.id: scenario for scenario in region.scenarios}
    volume = np.zeros((len(chosen), len(places)))
    for number, state in enumerate(chosen):
        if options.over == "base":
            threatened = places.loc[places["threatened"] > 0, ["site_id", "threatened"]].set_index("site_id")
            need = threatened.rename(columns={"threatened": "people"})
            need = need.assign(person_days=need["people"] * region.settings.siting.relief_days)
        else:
            need = people_in_need(region, by_id[state.id])
        wanted = wanted_units(region, need)
        wanted["m3"] = wanted["units"] * each.reindex(wanted["item_id"]).to_numpy()
        volume[number] = _by_place(wanted.groupby("site_id")["m3"].sum(), places)
    return volume


def _by_place(values: pd.Series, places: pd.DataFrame) -> NDArray[np.float64]:
    return values.reindex(places["site_id"]).fillna(0.0).to_numpy(dtype=float)
