"""Where a road could run: street corners and points of open land, joined to their neighbours.

The joints are those of a Delaunay triangulation, so no two of them cross without meeting. A joint that crosses a river
costs a bridge, one that crosses a ridge exists only near a pass.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Delaunay, cKDTree

from synthesis.land import RIDGES, RIVERS, SEED, to_plane
from synthesis.street_points import StreetPoints
from synthesis.terrain import CELL_M, Terrain

PASS_REACH_M = 450.0
BANK_M = 105.0
"""No open-land point lies nearer to a river: a bridge spans from bank to bank."""
WIDE_BANK_M = 420.0
"""The same for the two great rivers."""
GREAT_RIVERS = ("嘉陵江", "长江")
SLOPE_WEIGHT = 16.0
"""A metre of road at slope s costs 1 + so much × s."""
LONGEST_JOINT_M = 650.0


@dataclass(frozen=True)
class LandGraph:
    """Points 0..n-1, street corners first, and joints between them.

    Attributes
    ----------
    xy : (n, 2) float64
    height_m : (n,) float64
    streets : StreetPoints
    joints : (m, 2) int64
        Lower number first.
    length_m, cost_m : (m,) float64
        Cost is length weighted by slope, plus a bridge where a river is crossed; infinite where no road can run.
    river : (m,) int64
        Place in RIVERS of the river crossed, or −1.
    street : (m,) bool
        A street of a town, there from the start.
    main_street : (m,) bool
    """

    xy: NDArray[np.float64]
    height_m: NDArray[np.float64]
    streets: StreetPoints
    joints: NDArray[np.int64]
    length_m: NDArray[np.float64]
    cost_m: NDArray[np.float64]
    river: NDArray[np.int64]
    street: NDArray[np.bool_]
    main_street: NDArray[np.bool_]

    def nearest(self, points: NDArray[np.float64]) -> NDArray[np.int64]:
        """(k,) the points of the graph nearest to ``points``."""
        return cKDTree(self.xy).query(points)[1].astype(np.int64)


def make_land_graph(terrain: Terrain, streets: StreetPoints) -> LandGraph:
    """Spread points over the land and join them."""
    xy = np.vstack([streets.xy, _open_land(terrain, streets)])
    height = terrain.at(xy)
    triangles = Delaunay(xy).simplices
    pairs = np.vstack([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [0, 2]]])
    joints = np.unique(np.sort(pairs, axis=1), axis=0).astype(np.int64)
    length = np.hypot(*(xy[joints[:, 0]] - xy[joints[:, 1]]).T)
    joints, length = joints[length < LONGEST_JOINT_M], length[length < LONGEST_JOINT_M]
    lines = shapely.linestrings(xy[joints])
    river = _river_crossed(lines, terrain)
    slope = np.abs(height[joints[:, 0]] - height[joints[:, 1]]) / length
    cost = length * (1 + SLOPE_WEIGHT * slope)
    bridge = np.array([river.bridge_cost_m for river in RIVERS] + [0.0])[river]
    cost = np.where(_over_a_crest(lines, terrain), np.inf, cost + bridge)
    street = _streets(xy, joints, length, len(streets.xy)) & np.isfinite(cost) & (river < 0)
    return LandGraph(xy, height, streets, joints, length, cost, river, street, _main_streets(streets, joints, street))


def _open_land(terrain: Terrain, streets: StreetPoints) -> NDArray[np.float64]:
    """(k, 2) jittered grid points inside the outline, off the rivers and the streets."""
    rng = np.random.default_rng(SEED + 2)
    rows, columns = terrain.height_m.shape
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2) * CELL_M
    grid += (rng.random(grid.shape) * 2 - 1) * 0.36 * CELL_M
    inside = shapely.contains_xy(shapely.Polygon(terrain.outline), grid[:, 0], grid[:, 1])
    away, corner = cKDTree(streets.xy).query(grid)
    keep = inside & (away > streets.block_m[corner])
    for name, course in terrain.courses.items():
        bank = WIDE_BANK_M if name in GREAT_RIVERS else BANK_M
        keep &= cKDTree(course).query(grid)[0] > bank
    return grid[keep]


def _river_crossed(lines: NDArray[np.object_], terrain: Terrain) -> NDArray[np.int64]:
    """(m,) place in RIVERS of the river that a joint crosses, −1 for none."""
    crossed = np.full(len(lines), -1, dtype=np.int64)
    tree = shapely.STRtree(lines)
    for place, river in enumerate(RIVERS):
        crossed[tree.query(shapely.LineString(terrain.courses[river.name]), predicate="intersects")] = place
    return crossed


def _over_a_crest(lines: NDArray[np.object_], terrain: Terrain) -> NDArray[np.bool_]:
    """(m,) whether a joint crosses a ridge away from its passes."""
    over = np.zeros(len(lines), dtype=np.bool_)
    tree = shapely.STRtree(lines)
    for ridge in RIDGES:
        hit = tree.query(shapely.LineString(terrain.crests[ridge.name]), predicate="intersects")
        middle = shapely.get_coordinates(shapely.centroid(lines[hit]))
        over[hit] = cKDTree(to_plane(ridge.passes)).query(middle)[0] > PASS_REACH_M
    return over


def _streets(
    xy: NDArray[np.float64], joints: NDArray[np.int64], length: NDArray[np.float64], corners: int
) -> NDArray[np.bool_]:
    """(m,) joints between corners that no third corner is nearer to both ends of (relative neighbours)."""
    both = np.flatnonzero((joints < corners).all(axis=1))
    tree = cKDTree(xy[:corners])
    street = np.zeros(len(joints), dtype=np.bool_)
    _, near = tree.query(xy[:corners], k=9)
    for joint in both:
        a, b = joints[joint]
        third = np.setdiff1d(np.concatenate([near[a], near[b]]), [a, b])
        reach = np.maximum(np.hypot(*(xy[third] - xy[a]).T), np.hypot(*(xy[third] - xy[b]).T))
        street[joint] = length[joint] < 480.0 and not (reach < length[joint]).any()
    return street


def _main_streets(streets: StreetPoints, joints: NDArray[np.int64], street: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """(m,) every third line of a town's pattern is a main street."""
    main = np.zeros(len(joints), dtype=np.bool_)
    at = np.flatnonzero(street)
    a, b = joints[at].T
    same = streets.town[a] == streets.town[b]
    for line in (streets.row, streets.column):
        main[at] |= same & (line[a] == line[b]) & (line[a] % 3 == 0)
    return main
