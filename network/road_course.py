"""A road laid out as points, so that ways along it can be measured from any of them.

Links are points every :data:`STEP_M`, joined along the links in both directions. What belongs together without a link
between is joined too: opposite carriageways straight across, and pieces that a gap of at most :data:`GAP_M` parts (a
roundabout or a main street that does not bear the road's number).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components
from scipy.spatial import cKDTree

from network.roads import RoadNetwork

STEP_M = 20.0
GAP_M = 1000.0
TWINS_M = 80.0
"""Carriageways of one road lie no farther apart."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class RoadCourse:
    """A road as p points on a plane.

    Attributes
    ----------
    links : (l,) int64
        All links of the road.
    piece : (l,) int64
        Which piece each runs over; two directions are one piece.
    piece_of, point : (q,) int64
        Pieces with the points on them in a row, both ends included.
    at : (p, 2) float64
        Metres on the plane.
    steps : (p, p) csr of float64
        Metres between neighbours.
    across_m : float
        Usual breadth between opposite carriageways; 0 where there are none.
    """

    links: Ints
    piece: Ints
    piece_of: Ints
    point: Ints
    at: Floats
    steps: csr_array
    across_m: float


def lay_out(network: RoadNetwork, links: Ints, plane: Transformer) -> RoadCourse:
    """Lay the links of a road out as points every :data:`STEP_M` on a plane."""
    ends = np.column_stack([network.tail[links], network.head[links]]).astype(np.int64)
    key = np.column_stack([network.way_id[links], ends.min(axis=1), ends.max(axis=1), network.length_m[links]])
    _, chosen, piece, directions = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
    lines = shapely.transform(network.lines_of(links[chosen]), plane.transform, interleaved=False)
    length = network.length_m[links[chosen]]
    steps = np.maximum(np.ceil(length / STEP_M), 2).astype(np.int64)
    nodes, node = np.unique(ends[chosen], return_inverse=True)
    node = node.reshape(-1, 2)
    # Points of a piece in a row: its tail, its inner points, its head.
    piece_of = np.repeat(np.arange(len(chosen)), steps + 1)
    start = np.concatenate([[0], np.cumsum(steps + 1)])
    rank = np.arange(start[-1]) - np.repeat(start[:-1], steps + 1)
    inner = (rank > 0) & (rank < steps[piece_of])
    point = np.empty(start[-1], dtype=np.int64)
    point[inner] = len(nodes) + np.arange(inner.sum())
    point[start[:-1]], point[start[1:] - 1] = node[:, 0], node[:, 1]
    share = rank / steps[piece_of]
    at = np.empty((len(nodes) + int(inner.sum()), 2))
    at[point] = shapely.get_coordinates(shapely.line_interpolate_point(lines[piece_of], share, normalized=True))
    single = np.zeros(len(at), dtype=np.bool_)
    single[point[inner]] = (directions == 1)[piece_of[inner]]
    heading = np.zeros_like(at)
    heading[point[inner]] = (at[point[1:]] - at[point[:-1]])[np.flatnonzero(inner)]
    along = np.flatnonzero(piece_of[1:] == piece_of[:-1])
    across = _across(at, heading, single)
    one = np.concatenate([point[along], across[:, 0]])
    other = np.concatenate([point[along + 1], across[:, 1]])
    breadth = np.linalg.norm(at[across[:, 0]] - at[across[:, 1]], axis=1)
    metres = np.concatenate([(length / steps)[piece_of[along]], breadth])
    across_m = _usual_breadth(across, breadth)
    return RoadCourse(links, piece.reshape(-1), piece_of, point, at, _joined(len(at), one, other, metres), across_m)


def _joined(count: int, one: Ints, other: Ints, metres: Floats) -> csr_array:
    """Steps both ways; of several between the same points the shortest."""
    low, high = np.minimum(one, other), np.maximum(one, other)
    order = np.lexsort([metres, high, low])
    low, high, metres = low[order], high[order], np.maximum(metres[order], 1e-6)
    kept = np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1])) & (low != high)
    low, high, metres = low[kept], high[kept], metres[kept]
    both = np.concatenate([metres, metres]), (np.concatenate([low, high]), np.concatenate([high, low]))
    return csr_array(coo_array(both, shape=(count, count)))


def _across(at: Floats, heading: Floats, single: NDArray[np.bool_]) -> Ints:
    """(t, 2) pairs of points on carriageways that run against each other, no farther apart than :data:`TWINS_M`."""
    alone = np.flatnonzero(single)
    if not len(alone):
        return np.empty((0, 2), dtype=np.int64)
    pairs = alone[cKDTree(at[alone]).query_pairs(TWINS_M, output_type="ndarray")]
    one, other = heading[pairs[:, 0]], heading[pairs[:, 1]]
    against = (one * other).sum(axis=1) < -0.5 * np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1)
    chosen: Ints = pairs[against]
    return chosen


def _usual_breadth(across: Ints, breadth: Floats) -> float:
    """Median over the points that have others across of the distance to the nearest of them."""
    if not len(across):
        return 0.0
    order = np.lexsort([breadth, across[:, 0]])
    point, breadth = across[order, 0], breadth[order]
    return float(np.median(breadth[np.append(True, point[1:] != point[:-1])]))


def close_gaps(course: RoadCourse, start: int) -> tuple[RoadCourse, Floats]:
    """Join the pieces that gaps part from the one of ``start``, nearest first; tell the gaps on the way to each point.

    Returns
    -------
    RoadCourse
    (p,) float64
        Metres of gaps between a point and ``start``; infinite where the road does not reach.
    """
    _, part = connected_components(course.steps, directed=False)
    gap_m = np.where(part == part[start], 0.0, np.inf)
    nearest_m, nearest = np.full(len(part), np.inf), np.full(len(part), -1)
    joints: list[tuple[int, int, float]] = []
    newest = part[start]
    while not np.isfinite(gap_m).all():
        outside = np.flatnonzero(np.isinf(gap_m))
        inside = np.flatnonzero(part == newest)
        found = cKDTree(course.at[inside]).query(course.at[outside], distance_upper_bound=GAP_M)
        metres, place = np.asarray(found[0]), np.asarray(found[1])
        nearer = metres < nearest_m[outside]
        nearest_m[outside[nearer]], nearest[outside[nearer]] = metres[nearer], inside[place[nearer]]
        best = int(outside[nearest_m[outside].argmin()])
        if not np.isfinite(nearest_m[best]):
            break
        joints.append((best, int(nearest[best]), float(nearest_m[best])))
        newest = part[best]
        gap_m[part == newest] = gap_m[nearest[best]] + nearest_m[best]
    if not joints:
        return course, gap_m
    known = coo_array(course.steps)
    one, other, metres = (np.array(column) for column in zip(*joints, strict=True))
    steps = _joined(
        len(part),
        np.concatenate([known.row, one]),
        np.concatenate([known.col, other]),
        np.concatenate([known.data, metres]),
    )
    return replace(course, steps=steps), gap_m
