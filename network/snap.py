"""Sites put on the road network: on its main connected piece, with a word on how far and how well.

A site whose nearest road is a piece cut off from the rest (a mapping gap, a clipped extract, a gated yard) would
silently become unreachable. It is put on the main piece when that lies within the limit, and reported either way.

No village has a way onto an expressway that passes by: nodes of motorways and their ramps alone are taken only where no
other lies within the limit.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from scipy.spatial import cKDTree

from network.roads import ROAD_CLASSES, RoadNetwork
from network.times import main_component

ACCESS_KMH = 10.0
"""A vehicle over the lane or yard, bends included, that the map does not show, taken straight: assumption."""

NO_ACCESS = ("motorway", "motorway_link")
"""Roads that are entered at junctions only."""

OK, TOO_FAR, CUT_OFF_PIECE = "ok", "too_far", "cut_off_piece"

_METRES_A_MINUTE_AT_1_KMH = 1000.0 / 60.0
_TO_SPACE = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)


@dataclass(frozen=True)
class Snapping:
    """Where k sites meet the roads.

    Attributes
    ----------
    node : (k,) int32
        The nearest node of the main piece that is not on expressways alone, or the nearest of them where there is no
        other within the limit; −1 where none lies within the limit.
    distance_m : (k,) float64
        Straight distance to ``node``, or to the nearest node of the main piece where that is beyond the limit; infinite
        for a site without coordinates.
    access_min : (k,) float64
        That distance at :data:`ACCESS_KMH`.
    status : (k,) str
        ``ok``; ``too_far``: no road within the limit; ``cut_off_piece``: the nearest road is not on the main piece
        (``node`` is on the main piece all the same, or −1 where that is too far).
    nearest_node : (k,) int32
        The nearest node of any piece.
    nearest_m : (k,) float64
        Straight distance to it.
    """

    node: NDArray[np.int32]
    distance_m: NDArray[np.float64]
    access_min: NDArray[np.float64]
    status: NDArray[np.str_]
    nearest_node: NDArray[np.int32]
    nearest_m: NDArray[np.float64]


def snap(
    network: RoadNetwork, lon: ArrayLike, lat: ArrayLike, limit_m: float, *, main: NDArray[np.bool_] | None = None
) -> Snapping:
    """Put sites on the nearest node of the main piece that has access to the land beside it.

    Parameters
    ----------
    network : RoadNetwork
    lon, lat : (k,) float
        WGS-84 degrees; NaN for a site without coordinates, which is too far.
    limit_m : float
        No site is moved farther.
    main : (n,) bool, optional
        Nodes of the main piece; by default those of :func:`~network.times.main_component`.

    Returns
    -------
    Snapping
    """
    site = _in_space(np.asarray(lon, dtype=np.float64).reshape(-1), np.asarray(lat, dtype=np.float64).reshape(-1))
    road = _in_space(network.lon, network.lat)
    on_main = main_component(network) if main is None else main
    nearest_m, nearest = _nearest(road, np.arange(network.node_count), site)
    main_m, node = _nearest(road, np.flatnonzero(on_main), site)
    access_m, access = _nearest(road, np.flatnonzero(on_main & nodes_with_access(network)), site)
    within = access_m <= limit_m
    distance_m, node = np.where(within, access_m, main_m), np.where(within, access, node)
    found = nearest >= 0
    off_main = found.copy()
    off_main[found] = ~on_main[nearest[found]]
    # The main piece may have a node in the same place as the other's, or one just as near.
    off_main &= nearest_m < main_m
    status = np.where(nearest_m > limit_m, TOO_FAR, np.where(off_main, CUT_OFF_PIECE, OK))
    return Snapping(
        node=np.where(distance_m <= limit_m, node, -1).astype(np.int32),
        distance_m=distance_m,
        access_min=distance_m / (ACCESS_KMH * _METRES_A_MINUTE_AT_1_KMH),
        status=status,
        nearest_node=nearest.astype(np.int32),
        nearest_m=nearest_m,
    )


def nodes_with_access(network: RoadNetwork) -> NDArray[np.bool_]:
    """(n,) nodes where a road begins or ends that is no expressway."""
    open_road = ~np.isin(network.road_class, [ROAD_CLASSES.index(name) for name in NO_ACCESS])
    nodes = np.zeros(network.node_count, dtype=np.bool_)
    nodes[network.tail[open_road]] = nodes[network.head[open_road]] = True
    return nodes


def _in_space(lon: NDArray[np.float64], lat: NDArray[np.float64]) -> NDArray[np.float64]:
    """Earth-centred metres (k, 3): near each other, a chord is as long as the way over the ground, in any region."""
    return np.column_stack(_TO_SPACE.transform(lon, lat, np.zeros_like(lon), errcheck=False))


def _nearest(
    road: NDArray[np.float64], candidates: NDArray[np.int64], site: NDArray[np.float64]
) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Distance and number of the nearest candidate; infinite and −1 for a site without coordinates."""
    distance, node = np.full(len(site), np.inf), np.full(len(site), -1, dtype=np.int64)
    placed = np.isfinite(site).all(axis=1)
    if placed.any() and len(candidates):
        distance[placed], place = cKDTree(road[candidates]).query(site[placed])
        node[placed] = candidates[place]
    return distance, node
