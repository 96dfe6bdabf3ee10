"""Where a loss of road lies: its road, the places at its ends, its middle and its length."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from network.roads import RoadNetwork
from network.structures import road_pieces
from optimizer.analysis.critical.losses import Loss, Losses
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS

PLACES = ("town", *SETTLEMENTS)


def described(region: Region, losses: Losses) -> pd.DataFrame:
    """Tell of each loss: ``loss_id``, ``kind``, ``road``, both places, ``lon``, ``lat``, ``length_m``, ``links``."""
    roads = region.roads
    piece = road_pieces(roads)
    columns = ["loss_id", "kind", "road", "lon", "lat", "length_m", "links", "start", "end"]
    table = pd.DataFrame([_row(roads, piece, loss) for loss in losses.losses], columns=columns)
    for column, end in (("from_place", "start"), ("to_place", "end")):
        table[column] = _nearest_places(region, table[end].to_numpy(np.int64))
    return table.drop(columns=["start", "end"])


def _row(roads: RoadNetwork, piece: NDArray[np.int64], loss: Loss) -> dict[str, object]:
    """Tell of one loss, with the nodes at its two ends."""
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
    metres: dict[str, float] = {}
    for link in links:
        told = f"{roads.texts[roads.ref[link]]} {roads.texts[roads.name[link]]}".strip()
        metres[told] = metres.get(told, 0.0) + float(roads.length_m[link])
    metres.pop("", None)
    return max(metres, key=lambda told: metres[told], default="")


def _middle(roads: RoadNetwork, links: NDArray[np.int64]) -> tuple[float, float]:
    """Give the middle of that link which lies nearest to the middle of all."""
    ends = _plane(roads, roads.tail[links]), _plane(roads, roads.head[links])
    middles = (ends[0] + ends[1]) / 2
    nearest = np.linalg.norm(middles - middles.mean(axis=0), axis=1).argmin()
    point = roads.link_lines[links[nearest]].interpolate(0.5, normalized=True)
    return round(float(point.x), 6), round(float(point.y), 6)


def _ends(roads: RoadNetwork, links: NDArray[np.int64]) -> tuple[int, int]:
    """Give the southernmost node where the links end (in a ring: of all) and the one farthest from it."""
    nodes, touched = np.unique(np.concatenate([roads.tail[links], roads.head[links]]), return_counts=True)
    outer = nodes[touched == 1] if (touched == 1).sum() > 1 else nodes
    at = _plane(roads, outer)
    start = at[:, 1].argmin()
    return int(outer[start]), int(outer[np.linalg.norm(at - at[start], axis=1).argmax()])


def _plane(roads: RoadNetwork, nodes: NDArray[np.integer[Any]]) -> NDArray[np.float64]:
    """(p, 2) nodes in degrees of latitude, to compare distances within one structure or stretch."""
    lat = roads.lat[nodes]
    return np.column_stack([roads.lon[nodes] * np.cos(np.radians(lat.mean())), lat])


def _nearest_places(region: Region, nodes: NDArray[np.int64]) -> NDArray[np.object_]:
    """Name the town, village or community nearest to each node, as the crow flies; empty where there is none."""
    places = region.sites[region.sites["kind"].isin(PLACES)]
    if places.empty:
        return np.full(len(nodes), "", dtype=object)
    # Degrees of longitude shrink with latitude; within one district one factor will do.
    scale = [np.cos(np.radians(places["lat"].mean())), 1.0]
    at = np.column_stack([region.roads.lon[nodes], region.roads.lat[nodes]])
    _, place = cKDTree(places[["lon", "lat"]].to_numpy() * scale).query(at * scale)
    names: NDArray[np.object_] = places["name"].to_numpy(dtype=object)[place]
    return names
