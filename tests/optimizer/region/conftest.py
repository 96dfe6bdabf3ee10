"""A good tiny district, as a planner would write it; tests spoil it in one place at a time."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from network.problem import Problem, ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from optimizer.region.reading import read_region
from optimizer.region.region import Region

WEST, SOUTH, STEP = 106.60, 29.70, 0.01

FILES = {
    "region.yaml": """\
schema_version: 1
id: tiny
name: {zh: 小区, en: Tiny}
roads: roads.npz
coordinates: wgs84
plan_date: 2026-01-01
standards:
  registers: [chongqing]
  adopt: {wuxing: [KIT-5X]}
  leave_out: [SHELTER-M2]
""",
    "scenarios.yaml": """\
schema_version: 1
scenarios:
  - id: flood
    name: {zh: 洪水, en: Flood}
    event: {hazard: flood}
    annual_probability: 0.1
    roads:
      closures:
        - {name: bridge, bridges: true}
    demand:
      - {people: residents, where: {hazards: [flood]}, share: 0.5, days: 3}
      - {people: threatened, share: 1}
    losses:
      - {where: {sites: [D1]}, share: 0.2}
""",
    "sites.csv": """\
site_id,name,kind,level,station_kind,town_id,lon,lat,population,area_type,hazards,people_threatened,usable_area_m2,storage_m3,payer_id
T1,东镇,town,,,,106.60,29.70,3000,built_up,flood;landslide,,,,
V1,上村,village,,,T1,106.61,29.70,800,remote,flood,,,,
V2,下村,village,,,T1,106.61,29.71,500,remote,,,,,
D1,区库,depot,district,,T1,106.60,29.71,,,,,,100,
C1,候选,candidate,town,,T1,106.62,29.70,,,,,,,P1
F1,消防站,station,,fire_rescue,T1,106.60,29.72,,,,,,,
S1,学校,shelter,town,,T1,106.61,29.72,,,,,2000,,
H1,滑坡,hazard_point,,,T1,106.62,29.71,,,landslide,40,,,
M1,超市,supplier,,,,106.62,29.72,,,,,,,
""",
    "sizes.csv": """\
site_id,size,storage_m3,fixed_cost_cny,yearly_cost_cny
C1,small,50,100000,5000
""",
    "items.csv": """\
item_id,gb_code,name,unit,pack_size,volume_m3,mass_kg,price_cny,shelf_life_months,use
water,1010101,饮用水,箱,1,0.02,12,30,12,relief
tent,1020101,帐篷,顶,1,0.2,40,1500,,relief
pump,2010101,排水泵,台,1,0.1,30,4000,,village_kit
""",
    "stock.csv": """\
lot_id,site_id,item_id,quantity,unit,expiry,owner,custodian,holding_mode
L1,D1,water,100,箱,2026-12-31,P1,区应急局,physical
L2,D1,tent,20,顶,,P1,区应急局,physical
""",
    "norms.csv": """\
item_id,quantity,basis,share,priority,deadline_h,source
water,0.1,person_day,1,1,10,估算
tent,0.2,person,0.5,2,12,估算
""",
    "vehicles.csv": """\
site_id,vehicle_class,count,crews,payload_kg,volume_m3,cost_cny_km
D1,light_truck,3,2,1500,8,2.5
""",
    "teams.csv": """\
team_id,name,team_kind,site_id,people
G1,东镇队,town_team,T1,22
""",
    "payers.csv": """\
payer_id,name,level,town_id,budget_cny
P1,区应急管理局,district,,500000
P2,东镇政府,town,T1,50000
""",
    "offers.csv": """\
site_id,item_id,holding_mode,max_quantity,yearly_fee_cny,lead_time_h,payer_id
M1,water,commercial,200,1.5,2,P1
""",
    "temporary_links.csv": """\
temporary_id,name,from_lon,from_lat,to_lon,to_lat,length_m,speed_kmh,maxweight_t,one_way
T01,舟桥,106.611,29.701,106.619,29.709,1200,10,20,no
""",
    "past_events.csv": """\
event_id,date,hazard,place,lon,lat,intensity,hour
E1,1998-07-05,flood,上滩,106.61,29.70,2.5,3
""",
}


def grid_network() -> RoadNetwork:
    """Nine junctions, 0.01° apart, joined both ways; one bridge; and two junctions far off, cut off from them."""
    lon = [WEST + STEP * (i % 3) for i in range(9)] + [WEST + 5 * STEP, WEST + 6 * STEP]
    lat = [SOUTH + STEP * (i // 3) for i in range(9)] + [SOUTH, SOUTH]
    pairs = [(i, i + 1) for i in range(9) if i % 3 < 2] + [(i, i + 3) for i in range(6)] + [(9, 10)]
    tail = np.array([end for pair in pairs for end in pair], dtype=np.int32)
    head = np.array([end for pair in pairs for end in reversed(pair)], dtype=np.int32)
    m = len(tail)
    bridge = np.zeros(m, dtype=bool)
    bridge[:2] = True
    unknown = np.full(m, np.nan, dtype=np.float32)
    return RoadNetwork(
        node_id=np.arange(1, 12, dtype=np.int64),
        lon=np.array(lon),
        lat=np.array(lat),
        tail=tail,
        head=head,
        way_id=np.repeat(np.arange(100, 100 + len(pairs), dtype=np.int64), 2),
        length_m=np.full(m, 1000.0),
        road_class=np.full(m, ROAD_CLASSES.index("secondary"), dtype=np.int8),
        surface=np.zeros(m, dtype=np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=unknown,
        maxheight_m=unknown,
        grade=unknown,
        bridge=bridge,
        tunnel=np.zeros(m, dtype=bool),
        name=np.zeros(m, dtype=np.int32),
        ref=np.zeros(m, dtype=np.int32),
        texts=np.array([""]),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


@dataclass(frozen=True)
class District:
    """The tiny district in a folder."""

    folder: Path

    def edit(self, file: str, old: str, new: str) -> District:
        """Replace ``old``, which must stand in ``file`` once."""
        path = self.folder / file
        text = path.read_text(encoding="utf-8")
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {file}"
        path.write_text(text.replace(old, new), encoding="utf-8")
        return self

    def write(self, file: str, text: str) -> District:
        (self.folder / file).write_text(text, encoding="utf-8")
        return self

    def remove(self, file: str) -> District:
        (self.folder / file).unlink()
        return self

    def read(self) -> Region:
        return read_region(self.folder)

    def problems(self) -> list[Problem]:
        """What the reader refuses it for; each told in both languages."""
        with pytest.raises(ProblemsError) as caught:
            read_region(self.folder)
        return all_told(caught.value.problems)

    def warnings(self) -> list[Problem]:
        return all_told(self.read().warnings)


def all_told(problems: tuple[Problem, ...]) -> list[Problem]:
    """Make sure that every problem has words in both languages, with all its values filled in."""
    for problem in problems:
        for language in ("zh", "en"):
            for phrase in (problem.what, problem.mend):
                text = phrase.say(language)
                assert text.strip()
                # A brace may be the planner's own, quoted; a name in braces is a placeholder of ours.
                assert not re.search(r"\{[a-z_]+[:}]", text)
            assert problem.say(language)
    return list(problems)


@pytest.fixture
def district(tmp_path: Path) -> District:
    made = District(tmp_path / "tiny")
    made.folder.mkdir()
    for name, text in FILES.items():
        made.write(name, text)
    grid_network().save(made.folder / "roads.npz")
    return made


@pytest.fixture(scope="session")
def where() -> Callable[[Problem], tuple[object, ...]]:
    """Place of a problem: file, row, column."""
    return lambda problem: (problem.file, problem.row, problem.column)


@pytest.fixture(scope="session")
def told() -> Callable[..., list[Problem]]:
    return all_told


@pytest.fixture(scope="session")
def files() -> dict[str, str]:
    return FILES
