"""Networks to measure on: an OpenStreetMap extract or a graph of arrays, as it is, cut down, or tiled and stitched."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from network.customization import UNREACHABLE
from network.dissection import nested_dissection
from network.hierarchy import Hierarchy, build_hierarchy
from network.osm import read_osm
from network.speeds import VEHICLE_CLASSES, link_times_ms

SEAM_LINKS = 200
"""Links, each way, that join two neighbouring tiles: between the nodes that lie nearest to each other."""

SEAM_KMH = 50.0
METRES_A_DEGREE = 111_320.0
_HEAVY_FACTOR, _WEAK_SHARE = 0.75, 0.005


@dataclass(frozen=True)
class Roads:
    """A network of n nodes and m links, with car times and those of another class of vehicles.

    Attributes
    ----------
    name : str
    tail, head : (m,) int32
    car_ms, truck_ms : (m,) int32
        The truck is slower, and links are closed to it that a car may use.
    lon, lat : (n,) float64
    """

    name: str
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    car_ms: NDArray[np.int32]
    truck_ms: NDArray[np.int32]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    @property
    def node_count(self) -> int:
        """Number of nodes, n."""
        return len(self.lon)

    def hierarchy(self) -> Hierarchy:
        """Order and contract the nodes, without any cache."""
        order = nested_dissection(self.node_count, self.tail, self.head, self.lon, self.lat)
        return build_hierarchy(self.node_count, self.tail, self.head, order)

    def metres(self) -> NDArray[np.float64]:
        """(n, 2) places on a plane."""
        squeeze = np.cos(np.radians(self.lat.mean()))
        return np.column_stack([self.lon * squeeze, self.lat]) * METRES_A_DEGREE


def load(path: Path) -> Roads:
    """Read an OSM file, or an ``.npz`` with ``tail``, ``head``, ``tt`` (milliseconds), ``lon`` and ``lat``.

    Such a graph has no classes of vehicles: its truck keeps 75 % of the car's speed and is barred from one link in 200.
    """
    if path.suffix != ".npz":
        osm = read_osm(path)
        car, truck = (link_times_ms(osm, VEHICLE_CLASSES[name]) for name in ("car", "heavy_truck"))
        return Roads(path.name.split(".")[0], osm.tail, osm.head, car, truck, osm.lon, osm.lat)
    with np.load(path, allow_pickle=False) as arrays:
        car = np.maximum(arrays["tt"], 1).astype(np.int32)
        truck = np.rint(car / _HEAVY_FACTOR).astype(np.int32)
        truck[np.random.default_rng(0).random(len(car)) < _WEAK_SHARE] = UNREACHABLE
        ends = (arrays[name].astype(np.int32) for name in ("tail", "head"))
        places = (arrays[name].astype(np.float64) for name in ("lon", "lat"))
        return Roads(path.stem.removesuffix("_graph"), *ends, car, truck, *places)


def tiled(roads: Roads, side: int) -> Roads:
    """``side`` × ``side`` copies side by side, neighbours joined by :data:`SEAM_LINKS` links each way."""
    n = roads.node_count
    wide, high = (np.ptp(places) * 1.001 for places in (roads.lon, roads.lat))
    tiles = [(x, y) for x in range(side) for y in range(side)]
    lon = np.concatenate([roads.lon + x * wide for x, _ in tiles])
    lat = np.concatenate([roads.lat + y * high for _, y in tiles])
    ends = [np.concatenate([end + n * tile for tile in range(len(tiles))]) for end in (roads.tail, roads.head)]
    times = [np.tile(ms, len(tiles)) for ms in (roads.car_ms, roads.truck_ms)]
    joined = Roads(f"{roads.name} {side}x{side}", ends[0], ends[1], times[0], times[1], lon, lat)
    pairs = [(a, b) for a in range(len(tiles)) for b in (a + 1, a + side) if b < len(tiles)]
    seams = [_seam(joined.metres(), n, a, b) for a, b in pairs if sum(abs(np.subtract(tiles[a], tiles[b]))) == 1]
    if not seams:
        return joined
    low, up, ms = (np.concatenate(parts).astype(np.int32) for parts in zip(*seams, strict=True))
    return Roads(
        joined.name,
        np.concatenate([joined.tail, low, up]),
        np.concatenate([joined.head, up, low]),
        np.concatenate([joined.car_ms, ms, ms]),
        np.concatenate([joined.truck_ms, ms, ms]),
        lon,
        lat,
    )


def cut_down(roads: Roads, nodes: int) -> Roads:
    """The ``nodes`` nodes nearest to the middle, with the links between them."""
    metres = roads.metres()
    kept = np.sort(np.argsort(((metres - np.median(metres, axis=0)) ** 2).sum(axis=1), kind="stable")[:nodes])
    number = np.full(roads.node_count, -1, dtype=np.int32)
    number[kept] = np.arange(len(kept), dtype=np.int32)
    inside = (number[roads.tail] >= 0) & (number[roads.head] >= 0)
    times = roads.car_ms[inside], roads.truck_ms[inside]
    ends = number[roads.tail[inside]], number[roads.head[inside]]
    return Roads(f"{roads.name} cut to {nodes}", *ends, *times, roads.lon[kept], roads.lat[kept])


def _seam(
    metres: NDArray[np.float64], n: int, a: int, b: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Nodes of tiles a and b that are joined, and milliseconds between them."""
    distance, there = cKDTree(metres[b * n : (b + 1) * n]).query(metres[a * n : (a + 1) * n])
    nearest = np.argsort(distance, kind="stable")[:SEAM_LINKS]
    ms = np.maximum(np.rint(distance[nearest] * 3600 / SEAM_KMH), 1)
    return a * n + nearest, b * n + there[nearest], ms
