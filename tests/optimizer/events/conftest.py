"""A district on a plain, written as a planner would, with one kind of event of every sort."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from network.roads import ROAD_CLASSES, RoadNetwork
from optimizer.region.reading import read_region
from optimizer.region.region import Region

WEST, SOUTH, STEP, SIDE = 106.50, 29.70, 0.005, 21

REGION = """\
schema_version: 1
id: plain
name: {zh: 平原区, en: Plain}
roads: roads.npz
plan_date: 2026-01-01
"""
SCENARIOS = """\
schema_version: 1
scenarios:
  - id: by_hand
    name: {zh: 手写, en: By hand}
    event: {hazard: flood}
    return_period_years: 20
    demand: [{people: residents, share: 0.1}]
"""
EVENTS = """\
schema_version: 1
slopes: {hazards: [landslide], radius_m: 600}
events:
  - id: flood
    name: {zh: 洪水, en: flood}
    hazard: flood
    basis: stated
    annual_rate: 0.5
    intensity_unit: {zh: 米, en: m}
    sizes:
      - {return_period_years: 2, intensity: 1, reach_m: 3000}
      - {return_period_years: 20, intensity: 3, reach_m: 6000}
      - {return_period_years: 100, intensity: 5, reach_m: 9000}
    seasons:
      - {name: {zh: 夏, en: summer}, share: 0.7, speed_factor: 0.8, flying: false}
      - {name: {zh: 冬, en: winter}, share: 0.3, speed_factor: 1, flying: true}
    hours: {night_from_h: 20, night_to_h: 6, night_share: 0.5, home_by_night: 1, home_by_day: 0.5}
    zones:
      - {name: {zh: 河谷, en: valley}, weight: 1, within: {bbox: [106.50, 29.70, 106.54, 29.80]}}
    places: {radius_m: 300, weight: 1}
    confined: true
    correlation_m: 1000
    scatter: 0.3
    fragility:
      bridge: {median: 2, beta: 0.5, reopening_h: 100}
      plain: {median: 6, beta: 0.5, reopening_h: 10}
    in_need: [{intensity: 0.5, share: 0.1}, {intensity: 4, share: 0.8}]
    least_in_need: 0.05
    threatened_from: 1
    days: 2
    depot_loss: [{intensity: 1, share: 0.2}, {intensity: 4, share: 0.9}]
    outside_help: [{from_intensity: 2, supplier_share: 0.5, vehicle_share: 0.6}]
    communications_partial_from: 2
    communications_down_from: 4
    grounded_from: 3
    estimated: true
    source: made up
  - id: quake
    name: {zh: 地震, en: quake}
    hazard: earthquake
    basis: stated
    annual_rate: 0.25
    intensity_unit: {zh: g, en: g}
    sizes:
      - {return_period_years: 4, intensity: 0.1, reach_m: 20000}
      - {return_period_years: 400, intensity: 0.5, reach_m: 40000}
    seasons: [{name: {zh: 全年, en: any season}, share: 1, speed_factor: 1, flying: true}]
    hours: {night_from_h: 20, night_to_h: 6, night_share: 0.5, home_by_night: 1, home_by_day: 0.5}
    zones: [{name: {zh: 全区, en: everywhere}, weight: 1, within: {bbox: [106.4, 29.6, 106.7, 29.9]}}]
    confined: false
    correlation_m: 3000
    scatter: 0.5
    fragility:
      bridge: {median: 0.4, beta: 0.6, reopening_h: 200}
      slope: {median: 0.4, beta: 0.6, reopening_h: 50}
    in_need: [{intensity: 0.05, share: 0.02}, {intensity: 0.5, share: 0.5}]
    least_in_need: 0.02
    days: 3
"""
HEADINGS = "site_id,name,kind,level,town_id,lon,lat,population,hazards,people_threatened,storage_m3,payer_id"
OTHERS = {
    "items.csv": "item_id,name,unit,volume_m3,mass_kg,price_cny\nwater,水,箱,0.02,12,30\n",
    "norms.csv": "item_id,quantity,basis,priority\nwater,0.1,person_day,1\n",
    "vehicles.csv": "site_id,vehicle_class,count,crews,payload_kg,volume_m3\nD0,light_truck,3,3,1500,8\n",
    "stock.csv": "lot_id,site_id,item_id,quantity,owner,custodian\nL1,D0,water,200,P1,区\nL2,D2,water,100,P1,区\n",
    "payers.csv": "payer_id,name,level,budget_cny\nP1,区,district,100000\n",
    "sizes.csv": "site_id,size,storage_m3,fixed_cost_cny,yearly_cost_cny\nC0,small,50,1000,100\n",
}


def plain_network() -> RoadNetwork:
    """A grid of 21 × 21 junctions 0.005° apart, joined both ways; every fifth piece eastward is a bridge."""
    lon = np.tile(WEST + STEP * np.arange(SIDE), SIDE)
    lat = np.repeat(SOUTH + STEP * np.arange(SIDE), SIDE)
    node = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    pairs = [*zip(node[:, :-1].ravel(), node[:, 1:].ravel(), strict=True)]
    eastward = len(pairs)
    pairs += [*zip(node[:-1].ravel(), node[1:].ravel(), strict=True)]
    tail = np.array([end for pair in pairs for end in pair], dtype=np.int32)
    head = np.array([end for pair in pairs for end in reversed(pair)], dtype=np.int32)
    m = len(tail)
    bridge = np.zeros(m, dtype=bool)
    for first in range(0, 2 * eastward, 10):
        bridge[first : first + 2] = True
    unknown = np.full(m, np.nan, dtype=np.float32)
    return RoadNetwork(
        node_id=np.arange(1, SIDE * SIDE + 1, dtype=np.int64),
        lon=lon,
        lat=lat,
        tail=tail,
        head=head,
        way_id=np.repeat(np.arange(100, 100 + len(pairs), dtype=np.int64), 2),
        length_m=np.full(m, 500.0),
        road_class=np.full(m, ROAD_CLASSES.index("secondary"), dtype=np.int8),
        surface=np.zeros(m, dtype=np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=unknown,
        maxheight_m=unknown,
        grade=unknown,
        bridge=bridge,
        tunnel=np.zeros(m, dtype=bool),
        name=np.zeros(m, dtype=np.int32),
        ref=np.ones(m, dtype=np.int32),
        texts=np.array(["", "S1"]),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


def sites_text() -> str:
    """36 villages on a grid, those in the west exposed to floods; three depots, a candidate, two hazard points."""
    rows = [HEADINGS, "T1,镇,town,,,106.55,29.75,9000,,,,"]
    for number in range(36):
        lon, lat = WEST + 0.02 * (number % 6), SOUTH + 0.02 * (number // 6)
        hazards = "flood" if number % 6 < 2 else ""
        rows.append(f"V{number},村{number},village,,T1,{lon:.3f},{lat:.3f},250,{hazards},,,")
    rows += [f"D{i},库{i},depot,district,T1,{WEST + 0.03 * i:.3f},29.73,,flood,,100," for i in range(3)]
    rows += ["C0,候选,candidate,town,T1,106.56,29.76,,,,,P1"]
    rows += [
        "H0,洪水点,hazard_point,,T1,106.51,29.71,,flood,40,,",
        "H1,滑坡点,hazard_point,,T1,106.59,29.79,,landslide,30,,",
    ]
    return "\n".join(rows) + "\n"


@pytest.fixture
def plain(tmp_path: Path) -> Callable[..., Region]:
    """Write the district, with ``events`` or files in the place of its own, and read it."""

    def read(events: str = EVENTS, **files: str) -> Region:
        folder = tmp_path / "plain"
        folder.mkdir(exist_ok=True)
        written = {"region.yaml": REGION, "scenarios.yaml": SCENARIOS, "events.yaml": events, "sites.csv": sites_text()}
        written |= OTHERS | {f"{name}.csv": text for name, text in files.items()}
        for name, text in written.items():
            (folder / name).write_text(text, encoding="utf-8")
        plain_network().save(folder / "roads.npz")
        return read_region(folder)

    return read


@pytest.fixture(scope="session")
def events_text() -> str:
    return EVENTS


@pytest.fixture(scope="session")
def only_kind() -> Callable[[str], str]:
    """``events.yaml`` with one of its kinds alone."""

    def only(name: str) -> str:
        head, *kinds = EVENTS.split("  - id: ")
        return head + next(f"  - id: {kind}" for kind in kinds if kind.startswith(name))

    return only


@pytest.fixture(scope="session")
def spoilt() -> Callable[..., str]:
    """Replace texts, each of which must stand in ``events.yaml``; the first place counts."""

    def spoil(*pairs: tuple[str, str], text: str = EVENTS) -> str:
        for old, new in pairs:
            assert old in text, old
            text = text.replace(old, new, 1)
        return text

    return spoil
