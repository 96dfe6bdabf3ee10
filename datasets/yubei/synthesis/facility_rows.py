"""Rows of the sites table for everything that serves the settlements.

Counts that the district has published (渝北应急函〔2024〕13号) are kept: 173 grassroots posts, 10 town fire brigades,
6 + 62 shelters, 11 landing points, 33 fire water points. All names and positions are made. The number of hazard points
is not published; 51, that of the neighbouring Jiangbei District's geological ones, stands as an order of magnitude.

The shelters' area is 1.46 m² a resident, just under the 1.5 m² asked for, so that the rule is a question and its mend
has a price.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthesis.exposure import Settlements, steepness
from synthesis.land import SEED, to_plane
from synthesis.land_graph import GREAT_RIVERS
from synthesis.places import Town
from synthesis.roads import MadeLand
from synthesis.rows import COUNT_SOURCE, MADE_SOURCE, WHOLE_ROW, degrees

DISTRICT_SHELTERS, TOWN_SHELTERS = 6, 62
SHELTER_M2 = 1.46
"""Usable area a resident, the average over the district."""
DISTRICT_SHELTER_SHARE = 0.3
BRIGADES_NOT_IN = ("古路镇",)
FIRE_STATIONS = ("双凤桥街道", "回兴街道", "龙山街道", "仙桃街道", "悦来街道", "王家街道", "龙兴镇")
DISTRICT_TEAM_TOWN = "宝圣湖街道"
WATER_POINTS_RURAL, WATER_POINTS_URBAN = 2, 1
PIERS = (("洛碛码头", "洛碛镇", "长江"), ("太洪岗码头", "龙兴镇", "御临河"), ("统景码头", "统景镇", "御临河"),
         ("悦来码头", "悦来街道", "嘉陵江"))  # fmt: skip
SUPPLIERS = (("商贸超市配送中心", "龙溪街道"), ("空港物流园", "木耳镇"), ("医药配送中心", "两路街道"),
             ("应急装备生产厂", "龙兴镇"), ("农产品批发市场", "回兴街道"))  # fmt: skip
LANDSLIDE_POINTS, FLOOD_POINTS = 43, 8

Rows = list[dict[str, object]]


class Spots:
    """Picks points on ordinary roads near a place, none twice."""

    def __init__(self, made: MadeLand, seed: int) -> None:
        self.made = made
        self.roads = made.road_xy
        self.tree = cKDTree(self.roads)
        self.rng = np.random.default_rng(seed)
        self.taken: set[int] = set()

    def near(self, town: Town, reach_m: float) -> dict[str, float]:
        """A road node within ``reach_m`` of the town's seat."""
        return self.around(to_plane([(town.lon, town.lat)])[0], reach_m)

    def around(self, point: NDArray[np.float64], reach_m: float) -> dict[str, float]:
        """A road node within ``reach_m`` of ``point``, or the nearest free one."""
        choices = sorted(set(self.tree.query_ball_point(point, reach_m)) - self.taken)
        if not choices:
            _, near = self.tree.query(point, k=len(self.taken) + 1)
            choices = [int(node) for node in np.atleast_1d(near) if int(node) not in self.taken][:1]
        node = int(choices[int(self.rng.integers(len(choices)))])
        self.taken.add(node)
        return degrees(*self.roads[node])


def _made(site_id: str, name: str, kind: str, town: Town, where: dict[str, float], **more: object) -> dict[str, object]:
    row: dict[str, object] = {"site_id": site_id, "name": name, "kind": kind, "town_id": town.code, **where, **more}
    return row | {"source": row.get("source", MADE_SOURCE), "estimated": WHOLE_ROW}


def station_rows(made: MadeLand, settlements: Settlements) -> Rows:
    """One post a village, town brigades, fire rescue stations, the district's team."""
    spots = Spots(made, SEED + 20)
    towns = {town.name: town for town in made.towns}
    by_code = {town.code: town for town in made.towns}
    villages = settlements.table[settlements.table["kind"] == "village"]
    rows = [
        _made(f"POST-{village.village_code}", f"{village.short_name}应急救援站", "station", by_code[village.town_code],
              degrees(village.x, village.y), station_kind="rescue_post", level="village", source=COUNT_SOURCE)
        for village in villages.itertuples()
    ]  # fmt: skip
    rural = [town for town in made.towns if not town.sub_district and town.name not in BRIGADES_NOT_IN]
    rows += [
        _made(f"BRIG-{town.code}", f"{town.name}专职消防队", "station", town, spots.near(town, 700),
              station_kind="fire_brigade", level="town", source=COUNT_SOURCE)
        for town in rural
    ]  # fmt: skip
    rows += [
        _made(f"FIRE-{place:02d}", f"{name.removesuffix('街道').removesuffix('镇')}消防救援站", "station", towns[name],
              spots.near(towns[name], 900), station_kind="fire_rescue", level="district")
        for place, name in enumerate(FIRE_STATIONS, 1)
    ]  # fmt: skip
    team = towns[DISTRICT_TEAM_TOWN]
    return [
        *rows,
        _made("TEAM-HOME", "渝北区综合应急救援队驻地", "station", team, spots.near(team, 900),
              station_kind="district_team", level="district"),
    ]  # fmt: skip


def shelter_rows(made: MadeLand) -> Rows:
    """District and town shelters; town ones by residents, at least two a town."""
    spots = Spots(made, SEED + 21)
    people = np.array([town.population for town in made.towns], dtype=float)
    counts = np.full(len(people), 2)
    while counts.sum() < TOWN_SHELTERS:
        counts[np.argmax(people / counts)] += 1
    total = SHELTER_M2 * people.sum()
    large = np.argsort(-people, kind="stable")[:DISTRICT_SHELTERS]
    weight = 0.8 + 0.4 * spots.rng.random(DISTRICT_SHELTERS)
    district = _round_to(weight / weight.sum() * total * DISTRICT_SHELTER_SHARE, 100)
    rows = [
        _made(f"SHEL-D{place + 1}", f"区级应急避难场所（{made.towns[town].name}）", "shelter", made.towns[town],
              spots.near(made.towns[town], 1500), level="district", usable_area_m2=district[place], source=COUNT_SOURCE)
        for place, town in enumerate(large)
    ]  # fmt: skip
    owners = np.repeat(np.arange(len(people)), counts)
    weight = (people / counts)[owners] * (0.6 + 0.8 * spots.rng.random(TOWN_SHELTERS))
    areas = _round_to(weight / weight.sum() * total * (1 - DISTRICT_SHELTER_SHARE), 10)
    number = np.concatenate([np.arange(1, count + 1) for count in counts])
    for place, owner in enumerate(owners):
        town = made.towns[owner]
        rows.append(
            _made(f"SHEL-{town.code}-{number[place]}", f"{town.name}第{number[place]}应急避难场所", "shelter", town,
                  spots.near(town, 1600), level="town", usable_area_m2=areas[place], source=COUNT_SOURCE)
        )  # fmt: skip
    return rows


def access_rows(made: MadeLand) -> Rows:
    """Landing points in the 11 towns of the country, fire water points, piers, suppliers."""
    spots = Spots(made, SEED + 22)
    towns = {town.name: town for town in made.towns}
    country = [town for town in made.towns if not town.sub_district]
    rows = [
        _made(
            f"HELI-{place:02d}", f"{town.name}直升机起降点", "helipad", town, spots.near(town, 900), source=COUNT_SOURCE
        )
        for place, town in enumerate(country, 1)
    ]
    water = [
        town for town in made.towns for _ in range(WATER_POINTS_URBAN if town.sub_district else WATER_POINTS_RURAL)
    ]
    rows += [
        _made(f"WATER-{place:02d}", f"{town.name}消防取水点{place}", "water_point", town, spots.near(town, 3000),
              source=COUNT_SOURCE)
        for place, town in enumerate(water, 1)
    ]  # fmt: skip
    for place, (name, town_name, river) in enumerate(PIERS, 1):
        town = towns[town_name]
        course = made.terrain.courses[river]
        bank = course[int(np.argmin(np.hypot(*(course - to_plane([(town.lon, town.lat)])[0]).T)))]
        rows.append(_made(f"PIER-{place}", name, "pier", town, spots.around(bank, 600)))
    rows += [
        _made(f"SUPP-{place}", name, "supplier", towns[town], spots.near(towns[town], 1200))
        for place, (name, town) in enumerate(SUPPLIERS, 1)
    ]
    return rows


def hazard_point_rows(made: MadeLand, settlements: Settlements) -> Rows:
    """Slopes and low banks above or beside villages, with the people they threaten."""
    rng = np.random.default_rng(SEED + 23)
    by_code = {town.code: town for town in made.towns}
    table = settlements.table
    away = np.min([cKDTree(course).query(table[["x", "y"]].to_numpy())[0]
                   for name, course in made.terrain.courses.items() if name not in GREAT_RIVERS], axis=0)  # fmt: skip
    rural = (table["kind"] == "village").to_numpy()
    steep = table.index[rural][np.argsort(-table["slope"].to_numpy()[rural], kind="stable")[:LANDSLIDE_POINTS]]
    low = table.index[rural][np.argsort(away[rural], kind="stable")[:FLOOD_POINTS]]
    rows = []
    for hazard, word, chosen in (("landslide", "地质灾害隐患点", steep), ("flood", "山洪灾害隐患点", low)):
        for village in table.loc[np.sort(chosen)].itertuples():
            people = min(int(30 + rng.gamma(1.6, 70)), int(village.population * 0.6))
            where = _spot(made, np.array([village.x, village.y]), rng, hazard)
            rows.append(
                _made(f"HAZ-{len(rows) + 1:02d}", f"{village.short_name}{word}", "hazard_point",
                      by_code[village.town_code], where, hazards=hazard, people_threatened=people)
            )  # fmt: skip
    return rows


def _spot(made: MadeLand, village: NDArray[np.float64], rng: np.random.Generator, hazard: str) -> dict[str, float]:
    """Steepest of a few points around the village, or for a flood the lowest."""
    tried = village + (rng.random((24, 2)) * 2 - 1) * 420
    worth = steepness(made.terrain, tried, 150.0) if hazard == "landslide" else -made.terrain.at(tried)
    return degrees(*tried[int(np.argmax(worth))])


def _round_to(values: NDArray[np.float64], step: int) -> list[float]:
    return [float(value) for value in np.round(values / step) * step]
