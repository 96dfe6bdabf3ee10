"""Where a loss of road lies: its road, the places at its ends, its middle and its length."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from network.roads import RoadNetwork
from optimizer.analysis.critical_losses import Loss, Losses, road_pieces
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS

PLACES = ("town", *SETTLEMENTS)


def described(region: Region, losses: Losses) -> pd.DataFrame:
    """Tell of each loss: ``loss_id``, ``kind``, ``road``, both places, ``lon``, ``lat``, ``length_m``, ``links``."""
    roads = region.roads
    piece = road_pieces(roads)
    rows = [_row(roads, piece, loss) for loss in losses.losses]
    table = pd.DataFrame(rows, columns=["loss_id", "kind", "road", "lon", "lat", "length_m", "links", "start", "end"])
    near = _nearest_places(region)
    for column, end in (("from_place", "start"), ("to_place", "end")):
        nodes = table[end].to_numpy(np.int64)
        table[column] = near(roads.lon[nodes], roads.lat[nodes])
    return table.drop(columns=["start", "end"])


def _row(roads: RoadNetwork, piece: NDArray[np.int64], loss: Loss) -> dict[str, object]:
    """Tell of one loss; its ends are those of its nodes that lie farthest apart along its links' order."""
    _, first = np.unique(piece[loss.links], return_index=True)
    once = loss.links[first]
    lon, lat = _middle(roads, once)
    start, end = _ends(roads, once)
    return {
        "loss_id": loss.id,
        "kind": loss.kind,
        "road": _road(roads, once),
        "lon": lon,
        "lat": lat,
        "length_m": round(float(roads.length_m[once].sum()), 1),
        "links": ";".join(roads.link_id[loss.links]),
        "start": start,
        "end": end,
    }


def _road(roads: RoadNetwork, links: NDArray[np.int64]) -> str:
    """Number and name of the road that most of the links belong to; empty where they bear none."""
    told = [f"{roads.texts[roads.ref[link]]} {roads.texts[roads.name[link]]}".strip() for link in links]
    length = pd.Series(roads.length_m[links], index=told).groupby(level=0).sum()
    named = length[length.index != ""]
    return str(named.idxmax()) if len(named) else ""


def _middle(roads: RoadNetwork, links: NDArray[np.int64]) -> tuple[float, float]:
    """Middle of the link that lies nearest to the middle of all."""
    lon, lat = ((at[roads.tail[links]] + at[roads.head[links]]) / 2 for at in (roads.lon, roads.lat))
    squeeze = np.cos(np.radians(lat.mean()))
    away = np.hypot((lon - np.average(lon, weights=_weight(roads, links))) * squeeze, lat - lat.mean())
    line = roads.link_lines[links[away.argmin()]]
    point = line.interpolate(0.5, normalized=True)
    return round(float(point.x), 6), round(float(point.y), 6)


def _weight(roads: RoadNetwork, links: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.maximum(roads.length_m[links], 1e-3)


def _ends(roads: RoadNetwork, links: NDArray[np.int64]) -> tuple[int, int]:
    """The two nodes that lie farthest apart, among those that one link alone touches where there are two such."""
    nodes, touched = np.unique(np.concatenate([roads.tail[links], roads.head[links]]), return_counts=True)
    outer = nodes[touched == 1] if (touched == 1).sum() > 1 else nodes
    squeeze = np.cos(np.radians(roads.lat[outer].mean()))
    at = np.column_stack([roads.lon[outer] * squeeze, roads.lat[outer]])
    start = int(np.lexsort(at.T)[0])
    end = int(np.hypot(*(at - at[start]).T).argmax())
    return int(outer[start]), int(outer[end])


class _nearest_places:
    """Names of the places nearest to points, as the crow flies."""

    def __init__(self, region: Region) -> None:
        sites = region.sites
        self._places = sites[sites["kind"].isin(PLACES)]
        self._scale = np.array([np.cos(np.radians(self._places["lat"].mean())), 1.0])
        self._tree = cKDTree(self._places[["lon", "lat"]].to_numpy() * self._scale)

    def __call__(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.object_]:
        _, place = self._tree.query(np.column_stack([lon, lat]) * self._scale)
        names: NDArray[np.object_] = self._places["name"].to_numpy(dtype=object)[place]
        return names
