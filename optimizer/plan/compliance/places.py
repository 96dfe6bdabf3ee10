"""Checks of what a place offers: a depot in every town exposed to several hazards, shelter area a resident."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.plan.compliance.case import Case, Measured, estimated_sites, number_of
from optimizer.region.estimates import is_estimated
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS
from optimizer.region.standards import Rule

DEPOT_LEVELS = ("town", "district")
"""Levels of depots that count as a town's own."""

_NOT_OPEN = ("closed", "not_chosen")


def check_town_depot(case: Case, rule: Rule) -> Measured:
    """Every town with several hazards has an open depot of town or district level; the cheapest candidate mends."""
    towns = case.sites("town")
    hazards = towns["hazards"].map(lambda joined: len(set(joined.split(";")) - {""}))
    towns = towns[hazards >= case.region.settings.parameters.multi_hazard_count].reset_index(drop=True)
    sites = case.region.sites
    standing = sites[(sites["kind"] == "depot") & sites["level"].isin(DEPOT_LEVELS)]
    open_now = case.depots.loc[~case.depots["decision"].isin(_NOT_OPEN), "site_id"]
    after = sites[sites["site_id"].isin(open_now) & sites["level"].isin(DEPOT_LEVELS)]
    mends = [cheapest_depot(case.region, town) for town in towns["site_id"]]
    doubt = estimated_sites(case.region, towns["site_id"], "hazards")
    return Measured(
        subjects=case.subjects(towns),
        required=1.0,
        reached=_count_by_town(after, towns),
        before=_count_by_town(standing, towns),
        unit=case.word("unit_depots"),
        mend=np.array([mend for mend, _, _ in mends], dtype=object),
        mend_quantity=1.0,
        mend_cost_cny=np.array([cost for _, cost, _ in mends], dtype=float),
        estimated={"required": doubt, "mend_cost_cny": np.array([guess for *_, guess in mends], dtype=bool)},
    )


def cheapest_depot(region: Region, town_id: str) -> tuple[str, float, bool]:
    """Mend, its cost this year (building and running) and whether that is an estimate, for a town without a depot."""
    sites, sizes = region.sites, region.tables["sizes"]
    candidates = sites[(sites["kind"] == "candidate") & (sites["town_id"] == town_id)]
    candidates = candidates[candidates["level"].isin(DEPOT_LEVELS)]
    offered = sizes[sizes["site_id"].isin(candidates["site_id"])]
    if offered.empty:
        return "propose_site", np.nan, False
    cost = offered["fixed_cost_cny"] + offered["yearly_cost_cny"]
    row = int(cost.to_numpy().argmin())
    doubt = is_estimated(offered["estimated"], "fixed_cost_cny", "yearly_cost_cny")
    site_id, size = offered["site_id"].iloc[row], offered["size"].iloc[row]
    return f"open_candidate:{site_id};{size}", float(cost.min()), bool(doubt[row])


def check_shelter_area(case: Case, rule: Rule) -> Measured:
    """Usable shelter area over residents is above the number: the district decides, towns are told beside it."""
    region, towns = case.region, case.sites("town")
    residents, residents_doubt = residents_by_town(region)
    area, area_doubt = _area_by_town(region)
    order = ["*", *towns["site_id"]]
    people = residents.reindex(order).fillna(0.0).to_numpy(dtype=float)
    square_metres = area.reindex(order).fillna(0.0).to_numpy(dtype=float)
    with np.errstate(divide="ignore", invalid="ignore"):
        each = np.where(people > 0, square_metres / people, np.nan)
    lacking = np.floor(np.maximum(number_of(rule) * people - square_metres, 0)) + 1
    doubt = (residents_doubt.reindex(order) | area_doubt.reindex(order)).fillna(False).to_numpy(dtype=bool)
    return Measured(
        subjects=pd.concat([case.district(), case.subjects(towns)], ignore_index=True),
        required=number_of(rule),
        reached=each,
        before=each,
        unit=case.word("unit_m2_a_resident"),
        above=True,
        applies=(np.arange(len(order)) == 0) & (people > 0),
        mend="more_shelter",
        mend_quantity=lacking,
        mend_cost_cny=lacking * region.settings.parameters.shelter_cost_cny_m2,
        estimated={"reached": doubt, "before": doubt},
    )


def residents_by_town(region: Region) -> tuple[pd.Series, pd.Series]:
    """Residents of each town, and of the whole district under ``*``; with whether they rest on an estimate.

    A town's own figure counts its villages and communities in: the larger of it and their sum is taken, so that
    neither a village nor a town without a figure is left out. Places outside every town are added to the district.
    """
    sites = region.sites.assign(people=region.sites["population"].fillna(0).astype(float))
    sites = sites.assign(doubt=is_estimated(sites["estimated"], "population") & (sites["people"] > 0))
    towns = sites[sites["kind"] == "town"].set_index("site_id")
    places = sites[sites["kind"].isin(SETTLEMENTS)]
    of_places = places.groupby("town_id")["people"].sum().reindex(towns.index).fillna(0.0)
    places_doubt = places.groupby("town_id")["doubt"].any().reindex(towns.index, fill_value=False).astype(bool)
    by_places = of_places > towns["people"]
    residents = of_places.where(by_places, towns["people"])
    doubt = places_doubt.where(by_places, towns["doubt"].astype(bool))
    outside = places[~places["town_id"].isin(towns.index)]
    residents["*"] = float(residents.sum() + outside["people"].sum())
    doubt["*"] = bool(doubt.any() or outside["doubt"].any())
    return residents, doubt


def _area_by_town(region: Region) -> tuple[pd.Series, pd.Series]:
    """Usable m² of shelters of each town, and of the district under ``*``; with whether they rest on an estimate."""
    sites = region.sites[region.sites["kind"] == "shelter"]
    sites = sites.assign(doubt=is_estimated(sites["estimated"], "usable_area_m2"))
    by_town = sites.groupby("town_id")
    area, doubt = by_town["usable_area_m2"].sum().astype(float), by_town["doubt"].any().astype(bool)
    area["*"] = float(sites["usable_area_m2"].sum())
    doubt["*"] = bool(sites["doubt"].any())
    return area, doubt


def _count_by_town(depots: pd.DataFrame, towns: pd.DataFrame) -> NDArray[np.float64]:
    counts = depots["town_id"].value_counts().reindex(towns["site_id"]).fillna(0)
    return np.asarray(counts, dtype=np.float64)
