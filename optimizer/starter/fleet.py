"""Vehicles and teams of a starter region, supposed by want and by rule."""

from __future__ import annotations

import numpy as np
import pandas as pd

from network.words import say
from optimizer.region.estimates import WHOLE_ROW
from optimizer.starter.district import District


def vehicles(district: District) -> pd.DataFrame:
    """Trucks of one class at the district depot and the town depots, for a share of the mean want within the deadline.

    The class is the lightest of which not too many are needed, else the heaviest.
    """
    rules = district.defaults.rules.vehicles
    relief = district.relief
    share = rules.fleet_share / rules.trips_in_deadline
    volume = (relief["want"] * relief["volume_m3"]).sum() * share
    mass = (relief["want"] * relief["mass_kg"]).sum() * share
    table = district.defaults.vehicles.sort_values("payload_kg").drop(columns="note")
    needed = np.maximum(volume / table["volume_m3"].to_numpy(), mass / table["payload_kg"].to_numpy())
    enough = needed <= rules.most_trucks
    chosen = int(enough.argmax()) if enough.any() else len(table) - 1
    depots = district.town_depots()
    at_district = rules.district_volume_share if len(depots) else 1.0
    of_town = (1 - at_district) * depots["residents"] / max(1, depots["residents"].sum())
    homes = pd.DataFrame({"site_id": [district.depot_id, *depots["depot_id"]], "share": [at_district, *of_town]})
    # However small the place, every depot has a truck.
    count = np.maximum(1, np.ceil(homes["share"] * needed[chosen])).astype(int)
    fleet = homes[["site_id"]].assign(count=count, crews=count, estimated=WHOLE_ROW)
    return fleet.merge(table.iloc[[chosen]], how="cross")


def teams(district: District, stations: pd.DataFrame) -> pd.DataFrame:
    """Small teams: the district's, a flood team, one a town, the crews of the fire stations."""
    rules, language = district.defaults.rules.people, district.language
    rows: list[tuple[object, ...]] = [
        (f"{kind}-1", say(f"optimizer.starter.{entry}", language), kind, district.depot_id, people)
        for kind, entry, people in (
            ("district_team", "district_team", rules.district_team),
            ("flood", "flood_team", rules.flood_team),
        )
    ]
    for town in district.towns.to_dict("records"):
        name = say("optimizer.starter.town_team", language, town=town["name"])
        rows.append((f"TT-{town['site_id']}", name, "town_team", town["site_id"], rules.town_team))
    for station in stations[stations["station_kind"] == "fire_rescue"].to_dict("records"):
        team_id = f"FR-{station['site_id']}"
        rows.append((team_id, station["name"], "fire_rescue", station["site_id"], rules.station_crew))
    return pd.DataFrame(rows, columns=["team_id", "name", "team_kind", "site_id", "people"]).assign(estimated=WHOLE_ROW)
