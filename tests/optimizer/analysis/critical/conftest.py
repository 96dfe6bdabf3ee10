"""A valley drawn by hand: who is reached over which bridge is told by looking at it.

::

      V3 ─ q ─ p ─ A ═ B ══bridge══ C (V1)
                   │   ║
                   │   ╚══bridge══ E (V2)      B ─ x ─ y ─ E is the way round
                   │
                   └── t ──tunnel── z          nobody lives there

A holds the depot and the fire station. A to B are two carriageways, each a bridge of its own.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from network.roads import ROAD_CLASSES, RoadNetwork
from optimizer.region.reading import read_region
from optimizer.region.region import Region

NODES = {
    "A": (106.60, 29.70),
    "B": (106.61, 29.70),
    "C": (106.62, 29.70),
    "E": (106.61, 29.68),
    "x": (106.70, 29.70),
    "y": (106.70, 29.68),
    "t": (106.60, 29.69),
    "z": (106.60, 29.68),
    "p": (106.59, 29.70),
    "q": (106.58, 29.70),
    "V": (106.57, 29.70),
}


@dataclass(frozen=True)
class Way:
    """A way between nodes, each piece so many metres long."""

    nodes: str
    metres: float
    bridge: bool = False
    tunnel: bool = False
    one_way: bool = False
    name: str = ""


VALLEY = (
    Way("AB", 1000, bridge=True, one_way=True, name="上桥"),
    Way("BA", 1000, bridge=True, one_way=True, name="下桥"),
    Way("BC", 500, bridge=True, name="独桥"),
    Way("BE", 2000, bridge=True, name="近桥"),
    Way("BxyE", 10000, name="环山路"),
    Way("At", 800),
    Way("tz", 700, tunnel=True),
    Way("ApqV", 900, name="S303"),
)

FILES = {
    "region.yaml": """\
schema_version: 1
id: valley
name: {zh: 山谷, en: Valley}
roads: roads.npz
coordinates: wgs84
plan_date: 2026-01-01
standards:
  registers: [national]
  adopt: {wuxing: [RESP-15]}
parameters: {snap_limit_m: 300}
""",
    "scenarios.yaml": """\
schema_version: 1
scenarios:
  - id: flood
    name: {zh: 洪水, en: Flood}
    event: {hazard: flood}
    annual_probability: 0.1
    demand:
      - {people: residents, where: {sites: [V1]}, share: 0.5, days: 3}
  - id: slide
    name: {zh: 滑坡, en: Slide}
    event: {hazard: landslide}
    annual_probability: 0.3
    roads:
      closures:
        - {name: near, ways: [4]}
    demand:
      - {people: residents, where: {sites: [V2]}, share: 1, days: 1}
""",
    "sites.csv": """\
site_id,name,kind,level,station_kind,town_id,lon,lat,population,area_type,hazards,storage_m3
T1,山谷镇,town,,,,106.60,29.70,1700,built_up,flood,
V1,桥头村,village,,,T1,106.62,29.70,800,remote,flood,
V2,对岸村,village,,,T1,106.61,29.68,500,outskirts,,
V3,西村,village,,,T1,106.57,29.70,400,outskirts,,
D1,区库,depot,district,,T1,106.60,29.70,,,,100
F1,消防站,station,,fire_rescue,T1,106.60,29.70,,,,
""",
    "items.csv": """\
item_id,gb_code,name,unit,pack_size,volume_m3,mass_kg,price_cny,shelf_life_months,use
water,1010101,饮用水,箱,1,0.02,12,30,12,relief
tent,1020101,帐篷,顶,1,0.2,40,1500,,relief
""",
    "stock.csv": """\
lot_id,site_id,item_id,quantity,unit,expiry,owner,custodian,holding_mode
L1,D1,water,100,箱,2027-12-31,P1,区应急局,physical
L2,D1,tent,20,顶,,P1,区应急局,physical
""",
    "norms.csv": """\
item_id,quantity,basis,share,priority,deadline_h,source
water,0.1,person_day,1,1,10,估算
tent,0.2,person,0.5,2,12,估算
""",
    "vehicles.csv": """\
site_id,vehicle_class,count,crews,payload_kg,volume_m3,cost_cny_km
D1,light_truck,3,3,1500,8,2.5
""",
    "teams.csv": "team_id,name,team_kind,site_id,people\n",
    "payers.csv": "payer_id,name,level,town_id,budget_cny\nP1,区应急管理局,district,,50000\n",
    "offers.csv": "site_id,item_id,holding_mode,max_quantity,yearly_fee_cny,lead_time_h,payer_id\n",
    "sizes.csv": "site_id,size,storage_m3,fixed_cost_cny,yearly_cost_cny\n",
}


def network_of(ways: tuple[Way, ...], nodes: dict[str, tuple[float, float]]) -> RoadNetwork:
    """Secondary roads along ``ways``, numbered from 1."""
    number = {node: place for place, node in enumerate(nodes)}
    pieces = [(way, w, a, b) for w, way in enumerate(ways, 1) for a, b in zip(way.nodes, way.nodes[1:], strict=False)]
    links = [(*piece, False) for piece in pieces] + [(*piece, True) for piece in pieces if not piece[0].one_way]
    texts = sorted({""} | {way.name for way in ways})
    m = len(links)
    unknown = np.full(m, np.nan, dtype=np.float32)
    return RoadNetwork(
        node_id=np.arange(1, len(nodes) + 1, dtype=np.int64),
        lon=np.array([lon for lon, _ in nodes.values()]),
        lat=np.array([lat for _, lat in nodes.values()]),
        tail=np.array([number[b if back else a] for _, _, a, b, back in links], dtype=np.int32),
        head=np.array([number[a if back else b] for _, _, a, b, back in links], dtype=np.int32),
        way_id=np.array([w for _, w, *_ in links], dtype=np.int64),
        length_m=np.array([way.metres for way, *_ in links], dtype=float),
        road_class=np.full(m, ROAD_CLASSES.index("secondary"), dtype=np.int8),
        surface=np.ones(m, dtype=np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=unknown,
        maxheight_m=unknown,
        grade=unknown,
        bridge=np.array([way.bridge for way, *_ in links], dtype=bool),
        tunnel=np.array([way.tunnel for way, *_ in links], dtype=bool),
        name=np.array([texts.index(way.name) for way, *_ in links], dtype=np.int32),
        ref=np.zeros(m, dtype=np.int32),
        texts=np.array(texts),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


@pytest.fixture(scope="session")
def make_roads() -> Callable[..., RoadNetwork]:
    """Make roads of ways and nodes."""
    return network_of


@pytest.fixture(scope="session")
def a_way() -> type[Way]:
    return Way


@pytest.fixture(scope="session")
def valley_roads() -> RoadNetwork:
    return network_of(VALLEY, NODES)


@pytest.fixture(scope="session")
def valley_folder(tmp_path_factory: pytest.TempPathFactory, valley_roads: RoadNetwork) -> Path:
    folder = tmp_path_factory.mktemp("critical") / "valley"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    valley_roads.save(folder / "roads.npz")
    return folder


@pytest.fixture(scope="session")
def valley(valley_folder: Path) -> Region:
    return read_region(valley_folder)
