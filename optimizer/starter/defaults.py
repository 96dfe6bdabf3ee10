"""Planning defaults by which a starter region is estimated, read from ``datasets/starter``."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pandas as pd
import yaml

from optimizer.region.settings import Strict

FOLDER = Path(__file__).parents[2] / "datasets" / "starter"


class SettlementRules(Strict):
    """How places become towns and villages."""

    most_settlements: int
    most_towns: int
    settlements_a_town: int
    same_place_m: float
    least_centre_share: float


class AreaRules(Strict):
    """How the area type of a place is estimated."""

    outskirts_m: float
    dense_people: int
    near_town_min: float
    remote_min: float


class HazardRules(Strict):
    """How the hazards of a place are estimated."""

    river_length_m: float
    river_m: float
    stream_m: float
    tunnel_m: float
    detour_factor: float
    detour_least_m: float
    forest_m: float
    volcano_m: float
    snow_latitude: float
    snow_elevation_m: float
    typhoon_latitude: tuple[float, float]
    typhoon_coast_m: float


class PeopleRules(Strict):
    """How many wardens, officers and team members there are."""

    residents_a_warden: int
    most_wardens: int
    residents_an_officer: int
    least_residents_officer: int
    district_team: int
    flood_team: int
    town_team: int
    station_crew: int


class SiteRules(Strict):
    """How many sites of a kind are taken, and where depots are supposed."""

    most_shelters: int
    least_shelter_m2: float
    district_shelters: int
    most_stations: int
    most_landing_points: int
    most_piers: int
    most_water_points: int
    most_suppliers: int
    most_warehouses: int
    town_depot_every: int
    town_hall_m: float


class StockRules(Strict):
    """How large the opening stock is, and the storage for it."""

    opening_share: float
    town_share: float
    expiring_share: float
    kit_every: int
    district_storage_factor: float
    least_storage_m3: float
    town_storage_m3: float


class BudgetRules(Strict):
    """Which share of what would be wanted the payers have."""

    district_share: float
    town_share: float


class VehicleRules(Strict):
    """How much the fleet can carry."""

    trips_in_deadline: float
    fleet_share: float
    most_trucks: float
    district_volume_share: float


class ScenarioRules(Strict):
    """How hard the scenarios hit."""

    river_bridge_m: float
    water_place_m: float
    aim_cut_share: float
    most_cut_share: float
    most_closed_ways: int
    flood_share: float
    landslide_share: float
    earthquake_share: float
    weather_share: float
    background_share: float
    days: float
    earthquake_link_share: float
    earthquake_loss: float
    earthquake_supplier_share: float
    earthquake_vehicle_share: float
    volcano_share: float
    weather_speed: float
    rain_speed: float
    return_years: dict[str, float]


class Rules(Strict):
    """The content of ``rules.yaml``; each figure is explained there."""

    settlements: SettlementRules
    areas: AreaRules
    hazards: HazardRules
    people: PeopleRules
    sites: SiteRules
    stock: StockRules
    budgets: BudgetRules
    vehicles: VehicleRules
    scenarios: ScenarioRules


@dataclass(frozen=True)
class Defaults:
    """Rules and tables of planning defaults.

    Attributes
    ----------
    rules : Rules
    places : DataFrame
        place (OSM), role (town, community, village), population.
    shelters : DataFrame
        key, value (OSM), usable_share, area_m2 where the file gives none.
    sizes : DataFrame
        role (candidate, depot), size, storage_m3, fixed_cost_cny, yearly_cost_cny.
    vehicles : DataFrame
        vehicle_class, payload_kg, volume_m3, cost_cny_km.
    offers : DataFrame
        item_id, holding_mode, fee_share (of the price, a year), share_of_demand, lead_time_h.
    items, norms : DataFrame
        As in :mod:`optimizer.region.region_tables`.
    """

    rules: Rules
    places: pd.DataFrame
    shelters: pd.DataFrame
    sizes: pd.DataFrame
    vehicles: pd.DataFrame
    offers: pd.DataFrame
    items: pd.DataFrame
    norms: pd.DataFrame


@cache
def read_defaults(folder: Path = FOLDER) -> Defaults:
    """Read the planning defaults of ``folder``."""
    rules = Rules.model_validate(yaml.safe_load((folder / "rules.yaml").read_text(encoding="utf-8")))
    names = ("places", "shelters", "sizes", "vehicles", "offers")
    tables = {name: pd.read_csv(folder / f"{name}.csv") for name in names}
    texts = {"gb_code": str}
    written = {name: pd.read_csv(folder / f"{name}.csv", dtype=texts) for name in ("items", "norms")}
    for frame in written.values():
        for column in frame.columns.intersection(["hazards", "source", "estimated"]):
            frame[column] = frame[column].fillna("")
    return Defaults(rules=rules, **tables, **written)
