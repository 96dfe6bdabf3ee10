"""Vehicles and teams of a starter region, supposed by want and by rule."""

from __future__ import annotations

import math

import pandas as pd

from network.words import say
from optimizer.region.estimates import WHOLE_ROW
from optimizer.region.starter_district import District


def vehicles(district: District) -> pd.DataFrame:
    """Trucks at the district depot and the town depots, for a share of the mean want within the deadline."""
    rules, table = district.defaults.rules.vehicles, district.defaults.vehicles
    relief = district.relief
    share = rules.fleet_share / rules.trips_in_deadline
    volume = (relief["want"] * relief["volume_m3"]).sum() * share
    mass = (relief["want"] * relief["mass_kg"]).sum() * share
    depots = district.town_depots()
    district_share = rules.district_volume_share if len(depots) else 1.0
    homes = [(district.depot_id, district_share)]
    residents = max(1, depots["residents"].sum())
    homes += [
        (town["depot_id"], (1 - district_share) * town["residents"] / residents) for town in depots.to_dict("records")
    ]
    heaviest = table["payload_kg"].max()
    rows = []
    for home, part in homes:
        for vehicle in table.drop(columns="note").to_dict("records"):
            heavy = vehicle["payload_kg"] == heaviest
            carried = rules.heavy_volume_share if heavy else 1 - rules.heavy_volume_share
            need = part * carried * max(volume / vehicle["volume_m3"], mass / vehicle["payload_kg"])
            # A small place has no heavy truck, but every depot has some truck.
            count = math.ceil(need - 0.5) if heavy else max(1, math.ceil(need))
            rows.append(vehicle | {"site_id": home, "count": count, "crews": count})
    fleet = pd.DataFrame(rows)
    return fleet[fleet["count"] > 0].assign(estimated=WHOLE_ROW).reset_index(drop=True)


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
