"""Vehicles and teams.

Published (渝北应急函〔2024〕13号): 22 town teams of 569 people altogether, a district team of 40, 15 professional
teams, 298 people of fire rescue, 10 town brigades. How they split is made: two town teams are below 15 people, four
more below 20.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from synthesis.facility_rows import FIRE_STATIONS, Rows
from synthesis.land import SEED
from synthesis.places import Town
from synthesis.reserve_rows import starter_table
from synthesis.rows import COUNT_SOURCE, MADE_SOURCE, WHOLE_ROW

TOWN_TEAM_PEOPLE = 569
SMALL_TEAMS = {"大湾镇": 14, "王家街道": 13, "古路镇": 17, "大盛镇": 18, "悦来街道": 16, "玉峰山镇": 19}
FIRE_RESCUE_PEOPLE = (58, 50, 44, 42, 36, 34, 34)
DISTRICT_TEAM_PEOPLE = 40
PROFESSIONAL = (
    ("危险化学品救援一队", "chemical", 32, "洛碛镇"), ("危险化学品救援二队", "chemical", 24, "双凤桥街道"),
    ("防汛抢险一队", "flood", 60, "统景镇"), ("防汛抢险二队", "flood", 45, "洛碛镇"),
    ("防汛抢险三队", "flood", 36, "悦来街道"), ("森林消防一队", "forest_fire", 52, "茨竹镇"),
    ("森林消防二队", "forest_fire", 40, "大盛镇"), ("森林消防三队", "forest_fire", 35, "玉峰山镇"),
    ("地质灾害救援一队", "geological", 31, "兴隆镇"), ("地质灾害救援二队", "geological", 22, "石船镇"),
    ("矿山救援队", "mine", 26, "石船镇"), ("电力抢修队", "professional", 40, "回兴街道"),
    ("通信保障队", "professional", 28, "两路街道"), ("道路抢通队", "professional", 45, "双龙湖街道"),
    ("医疗救护队", "professional", 30, "宝圣湖街道"),
)  # fmt: skip
VEHICLES = {
    "DEPOT-D1": (("light_truck", 6, 5), ("heavy_truck", 2, 2)),
    "DEPOT-D2": (("light_truck", 3, 3),),
}
SUPPLIER_VEHICLES = (("light_truck", 2, 2),)
TOWN_VEHICLES = (("light_truck", 1, 1),)


def team_rows(towns: tuple[Town, ...], sites: pd.DataFrame) -> Rows:
    """All teams at their home sites."""
    by_name = {town.name: town for town in towns}
    rows = [
        _team(f"TEAM-{town.code}", f"{town.name}综合应急救援队", "town_team", town.code, people, COUNT_SOURCE)
        for town, people in zip(towns, _town_people(towns), strict=True)
    ]
    rows.append(
        _team("TEAM-DIST", "渝北区综合应急救援队", "district_team", "TEAM-HOME", DISTRICT_TEAM_PEOPLE, COUNT_SOURCE)
    )
    rows += [
        _team(f"TEAM-FIRE-{place:02d}", f"{name.removesuffix('街道').removesuffix('镇')}消防救援站", "fire_rescue",
              f"FIRE-{place:02d}", people, COUNT_SOURCE)
        for place, (name, people) in enumerate(zip(FIRE_STATIONS, FIRE_RESCUE_PEOPLE, strict=True), 1)
    ]  # fmt: skip
    rng = np.random.default_rng(SEED + 51)
    for brigade in sites[sites["station_kind"] == "fire_brigade"].itertuples():
        rows.append(
            _team(f"TEAM-{brigade.site_id}", brigade.name, "fire_brigade", brigade.site_id, int(rng.integers(10, 17)))
        )
    rows += [
        _team(f"TEAM-PRO-{place:02d}", f"渝北区{name}", kind, by_name[town].code, people, COUNT_SOURCE)
        for place, (name, kind, people, town) in enumerate(PROFESSIONAL, 1)
    ]
    return rows


def _team(team_id: str, name: str, kind: str, site: str, people: int, source: str = MADE_SOURCE) -> dict[str, object]:
    """How many people the district's own team has is published; nothing else of a team is."""
    known = kind == "district_team"
    row: dict[str, object] = {"team_id": team_id, "name": name, "team_kind": kind, "site_id": site, "people": people}
    return row | {"source": source, "estimated": "site_id" if known else WHOLE_ROW}


def _town_people(towns: tuple[Town, ...]) -> list[int]:
    """People of the town teams, TOWN_TEAM_PEOPLE in all."""
    rng = np.random.default_rng(SEED + 50)
    people = np.array([SMALL_TEAMS.get(town.name, 0) for town in towns])
    free = np.flatnonzero(people == 0)
    people[free] = rng.integers(23, 37, len(free))
    while people.sum() != TOWN_TEAM_PEOPLE:
        change = 1 if people.sum() < TOWN_TEAM_PEOPLE else -1
        pick = free[np.argmin(people[free])] if change > 0 else free[np.argmax(people[free])]
        people[pick] += change
    return [int(number) for number in people]


def vehicle_rows(sites: pd.DataFrame) -> Rows:
    """Trucks at the district's depots, the suppliers and, one each, the towns' depots or seats."""
    classes = starter_table("vehicles").set_index("vehicle_class")
    pools = dict(VEHICLES)
    with_depot = set(sites.loc[(sites["kind"] == "depot") & (sites["level"] == "town"), "town_id"])
    for site in sites.itertuples():
        if site.kind == "supplier":
            pools[site.site_id] = SUPPLIER_VEHICLES
        elif (site.kind == "depot" and site.level == "town") or (
            site.kind == "town" and site.site_id not in with_depot
        ):
            pools[site.site_id] = TOWN_VEHICLES
    return [
        {
            "site_id": site_id,
            "vehicle_class": name,
            "count": count,
            "crews": crews,
            "payload_kg": float(classes["payload_kg"][name]),
            "volume_m3": float(classes["volume_m3"][name]),
            "cost_cny_km": float(classes["cost_cny_km"][name]),
            "source": MADE_SOURCE,
            "estimated": WHOLE_ROW,
        }
        for site_id, pool in pools.items()
        for name, count, crews in pool
    ]
