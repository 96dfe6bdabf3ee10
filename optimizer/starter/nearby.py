"""How near things lie to each other, over the ground and anywhere on earth, the date line included."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pyproj import Transformer
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

_TO_SPACE = Transformer.from_crs("EPSG:4979", "EPSG:4978", always_xy=True)

Space = NDArray[np.float64]
"""(k, 3) earth-centred metres: between near points a chord is as long as the way over the ground."""


def in_space(lon: ArrayLike, lat: ArrayLike) -> Space:
    """Earth-centred metres of WGS-84 degrees."""
    east = np.asarray(lon, dtype=np.float64).reshape(-1)
    north = np.asarray(lat, dtype=np.float64).reshape(-1)
    return np.column_stack(_TO_SPACE.transform(east, north, np.zeros_like(east)))


def nearest(points: Space, others: Space) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Give for each point the nearest of ``others``.

    Returns
    -------
    distance_m : (k,) float64
        Infinite where there are no others.
    place : (k,) int64
        −1 where there are no others.
    """
    if not len(points) or not len(others):
        return np.full(len(points), np.inf), np.full(len(points), -1, dtype=np.int64)
    distance, place = cKDTree(others).query(points)
    return np.asarray(distance), np.asarray(place, dtype=np.int64)


def distances_m(points: Space, others: Space) -> NDArray[np.float64]:
    """(k, l) straight distances, metres."""
    squares = (points**2).sum(1)[:, None] + (others**2).sum(1)[None, :] - 2 * points @ others.T
    distances: NDArray[np.float64] = np.sqrt(np.maximum(squares, 0))
    return distances


def groups(points: Space, reach_m: float) -> NDArray[np.int64]:
    """Give each point the number of its group: points within reach of each other, in chains, are one group."""
    if not len(points):
        return np.empty(0, dtype=np.int64)
    pairs = cKDTree(points).query_pairs(reach_m, output_type="ndarray")
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(points), len(points)))
    _, group = connected_components(graph, directed=False)
    numbers: NDArray[np.int64] = group.astype(np.int64)
    return numbers


def along(lines: list[NDArray[np.float64]], step_m: float) -> tuple[Space, NDArray[np.int64]]:
    """Points along lines, no farther apart than ``step_m``.

    Parameters
    ----------
    lines : list of (p, 2) float64
        Lon and lat of each line's points.
    step_m : float

    Returns
    -------
    points : (k, 3) float64
    line : (k,) int64
        Which line each point lies on.
    """
    points, number = [np.empty((0, 3))], [np.empty(0, dtype=np.int64)]
    for place, line in enumerate(lines):
        bends = in_space(line[:, 0], line[:, 1])
        length = np.concatenate([[0.0], np.cumsum(np.linalg.norm(np.diff(bends, axis=0), axis=1))])
        stops = np.linspace(0, length[-1], max(2, int(np.ceil(length[-1] / step_m)) + 1))
        points.append(np.column_stack([np.interp(stops, length, bends[:, axis]) for axis in range(3)]))
        number.append(np.full(len(stops), place))
    return np.concatenate(points), np.concatenate(number)
