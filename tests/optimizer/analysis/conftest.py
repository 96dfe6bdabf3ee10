"""A district made by hand, small enough to follow every road with a finger.

::

    0 ──1── 1 ──2── 2 ──3── 3 ──4── 4 ──7── 6        numbers on the lines: ways, open both ways, each 1 km
            └───5── 5 ──6───┘                        long, but for way 6: 1.2 km

At 0 the district's depot and the fire station, at 4 a town's depot, at 6 a helipad.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.roads import ROAD_CLASSES, RoadNetwork
from network.snap import Snapping
from network.temporary import TemporaryLink, temporary_ends, with_temporary_links
from optimizer.region.region import Region
from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.schema import Kind
from optimizer.region.settings import Name, RegionSettings
from optimizer.region.standards import Rule

WAYS = {1: (0, 1), 2: (1, 2), 3: (2, 3), 4: (3, 4), 5: (1, 5), 6: (5, 3), 7: (4, 6)}
PLACES = {0: (0, 0), 1: (1, 0), 2: (2, 1), 3: (3, 0), 4: (4, 0), 5: (2, -1), 6: (5, 0)}
"""Nodes in hundredths of a degree from 106° E, 29° N."""
SITES: list[dict[str, Any]] = [
    {"site_id": "T", "name": "东镇", "kind": "town", "population": 900},
    {"site_id": "D0", "name": "区库", "kind": "depot", "level": "district", "town_id": "T"},
    {"site_id": "D4", "name": "镇库", "kind": "depot", "level": "town", "town_id": "T"},
    {"site_id": "S0", "name": "消防站", "kind": "station", "station_kind": "fire_rescue", "town_id": "T"},
    {"site_id": "V2", "name": "二村", "kind": "village", "town_id": "T", "population": 200, "area_type": "outskirts"},
    {"site_id": "V3", "name": "三村", "kind": "village", "town_id": "T", "population": 300, "area_type": "outskirts"},
    {"site_id": "V4", "name": "四村", "kind": "village", "town_id": "T", "population": 40, "area_type": "outskirts"},
    {"site_id": "V6", "name": "六村", "kind": "community", "population": 60, "communications_assured": False},
    {"site_id": "V9", "name": "九村", "kind": "village", "population": 9},
    {"site_id": "P6", "name": "坪上起降点", "kind": "helipad", "contact": "张三", "phone": "123"},
]
NODES = {"T": 0, "D0": 0, "D4": 4, "S0": 0, "V2": 2, "V3": 3, "V4": 4, "V6": 6, "V9": -1, "P6": 6}
ITEMS: list[dict[str, Any]] = [
    {"item_id": "water", "name": "饮用水", "name_en": "Water", "unit": "瓶", "use": "relief"},
    {"item_id": "food", "name": "食品", "name_en": "Food", "unit": "份", "use": "relief"},
    {"item_id": "quilt", "name": "棉被", "name_en": "Quilt", "unit": "床", "use": "relief"},
    {"item_id": "generator", "name": "发电机", "unit": "台", "use": "village_kit"},
    {"item_id": "phone", "name": "卫星电话", "unit": "部", "use": "satellite"},
]
NORMS: list[dict[str, Any]] = [
    {"item_id": "water", "quantity": 5, "basis": "person_day", "priority": 1},
    {"item_id": "food", "quantity": 1, "basis": "person_day", "priority": 1},
    {"item_id": "quilt", "quantity": 1, "basis": "person", "share": 0.5, "priority": 2},
]
STOCK: list[dict[str, Any]] = [
    {"lot_id": "1", "site_id": "D0", "item_id": "water", "quantity": 1000},
    {"lot_id": "2", "site_id": "V6", "item_id": "water", "quantity": 600},
    {"lot_id": "3", "site_id": "V6", "item_id": "food", "quantity": 90},
    {"lot_id": "4", "site_id": "V6", "item_id": "quilt", "quantity": 15},
    {"lot_id": "5", "site_id": "V6", "item_id": "generator", "quantity": 2},
    {"lot_id": "6", "site_id": "V4", "item_id": "water", "quantity": 100},
    {"lot_id": "7", "site_id": "V4", "item_id": "water", "quantity": 100, "holding_mode": "agency"},
    {"lot_id": "8", "site_id": "V4", "item_id": "food", "quantity": 50, "expiry": "2026-02-01"},
]


def table(name: str, rows: Sequence[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a region table, cells that are not given as their column's default has them."""
    declared = next(one for one in REGION_TABLES if one.name == name)
    columns = {}
    for column in declared.columns:
        numeric = column.kind in (Kind.NUMBER, Kind.WHOLE, Kind.LONGITUDE, Kind.LATITUDE)
        blank = column.default if column.default is not None else np.nan if numeric else ""
        cells = [row.get(column.name, blank) for row in rows]
        columns[column.name] = pd.Series(cells, dtype=float if numeric else object)
    return pd.DataFrame(columns)


def roads_of(ways: dict[int, tuple[int, int]], places: dict[int, tuple[float, float]]) -> RoadNetwork:
    """Roads of 1 km, but for way 6, open both ways; the nodes are numbered as in ``places``."""
    pairs = list(ways.values())
    tail, head = (np.array(ends, np.int32) for ends in zip(*pairs, *((b, a) for a, b in pairs), strict=True))
    m, unknown = len(tail), np.full(len(tail), np.nan, np.float32)
    return RoadNetwork(
        node_id=np.arange(len(places), dtype=np.int64),
        lon=np.array([106 + places[node][0] / 100 for node in range(len(places))]),
        lat=np.array([29 + places[node][1] / 100 for node in range(len(places))]),
        tail=tail,
        head=head,
        way_id=np.array([*ways, *ways], np.int64),
        length_m=np.where(np.isin([*ways, *ways], 6), 1200.0, 1000.0),
        road_class=np.full(m, ROAD_CLASSES.index("residential"), np.int8),
        surface=np.zeros(m, np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=unknown,
        maxheight_m=unknown,
        grade=unknown,
        bridge=np.zeros(m, np.bool_),
        tunnel=np.zeros(m, np.bool_),
        name=np.zeros(m, np.int32),
        ref=np.array([list(ways).index(way) + 1 for way in [*ways, *ways]], np.int32),
        texts=np.array(["", *(f"X{way}" for way in ways)]),
        shape_first=np.zeros(m + 1, np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


def region_of(roads: RoadNetwork, sites: Sequence[dict[str, Any]], nodes: dict[str, int], folder: Path) -> Region:
    """A region whose sites lie at their nodes."""
    node = np.array([nodes[site["site_id"]] for site in sites], np.int32)
    on_roads = [
        {"lon": float(roads.lon[n]), "lat": float(roads.lat[n])} if n >= 0 else {"lon": 106.3, "lat": 29.3}
        for n in node
    ]
    tables = {one.name: table(one.name, []) for one in REGION_TABLES}
    tables |= {"items": table("items", ITEMS), "norms": table("norms", NORMS), "stock": table("stock", STOCK)}
    tables["sites"] = table("sites", [site | place for site, place in zip(sites, on_roads, strict=True)])
    zero = np.zeros(len(node))
    circle = {"jurisdiction": "", "document": "", "clause": "", "standing": "adopted"}
    return Region(
        settings=RegionSettings(
            schema_version=1,
            id="made",
            name=Name(zh="示例区", en="Sample"),
            roads="roads.npz",
            plan_date=date(2026, 1, 1),
        ),
        tables=tables,
        scenarios=(),
        rules=(
            Rule(
                id="RESP-15",
                check="response",
                text=Name(zh="十五分钟救援圈", en="Fifteen-minute circle"),
                at_most=15,
                unit="min",
                area_types=("outskirts",),
                station_kinds=("fire_rescue",),
                **circle,
            ),
            Rule(
                id="RELIEF-10H",
                check="relief_hours",
                text=Name(zh="十小时救助", en="Relief in ten hours"),
                at_most=10,
                unit="h",
                **circle,
            ),
        ),
        overrides=(),
        roads=roads,
        snapping=Snapping(node, zero, zero, np.full(len(node), "ok"), node, zero),
        folder=folder,
        inputs={"sites.csv": "0" * 64},
        warnings=(),
    )


@pytest.fixture(scope="session")
def region(tmp_path_factory: pytest.TempPathFactory) -> Region:
    return region_of(roads_of(WAYS, PLACES), SITES, NODES, tmp_path_factory.mktemp("made"))


@pytest.fixture(scope="session")
def drawn() -> Callable[..., Region]:
    """Make a region of other roads with a depot at node 0 and villages at other nodes."""

    def make(ways: dict[int, tuple[int, int]], node_count: int, folder: Path) -> Region:
        sites = [SITES[1]] + [
            {"site_id": f"V{node}", "name": f"V{node}", "kind": "village", "population": 1}
            for node in range(1, node_count)
        ]
        nodes = {"D0": 0} | {f"V{node}": node for node in range(1, node_count)}
        return region_of(roads_of(ways, {node: (node, node % 3) for node in range(node_count)}), sites, nodes, folder)

    return make


@pytest.fixture(scope="session")
def without_depots(region: Region) -> Region:
    sites = region.sites[region.sites["kind"] != "depot"].reset_index(drop=True)
    kept = (region.sites["kind"] != "depot").to_numpy()
    snapping = replace(
        region.snapping,
        **{
            name: getattr(region.snapping, name)[kept]
            for name in ("node", "distance_m", "access_min", "status", "nearest_node", "nearest_m")
        },
    )
    return replace(region, tables=region.tables | {"sites": sites}, snapping=snapping)


@pytest.fixture(scope="session")
def with_pontoon(region: Region) -> Region:
    """The district with a pontoon bridge, T1, that may be laid beside way 4."""
    pontoon = TemporaryLink(
        temporary_id="T1", name="浮桥", from_lon=106.03, from_lat=29.0, to_lon=106.04, to_lat=29.0,
        length_m=500.0, speed_kmh=10.0, maxweight_t=10.0, one_way=False,
    )  # fmt: skip
    ends = temporary_ends(region.roads, [pontoon], 100.0)
    return replace(region, roads=with_temporary_links(region.roads, [pontoon], ends))
