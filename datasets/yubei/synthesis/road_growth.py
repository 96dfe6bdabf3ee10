"""Lay roads over the land graph: declared routes first, then access to every place, then loops.

A later road uses what is there where that is cheaper, so roads meet and merge as they do on the ground.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import Delaunay

from synthesis.land import SEED, to_plane
from synthesis.land_graph import LandGraph
from synthesis.places import Town
from synthesis.road_plan import ROUTES, Route

CLASSES = ("trunk", "primary", "secondary", "tertiary", "unclassified", "residential", "track")
NONE = len(CLASSES)
REUSE = 0.38
"""A metre on a road that is there costs so much of one on open land."""
STREET_REUSE = 0.55
LOOP_RATIO = 2.0
LOOPS_A_VILLAGE = 2
"""Two neighbouring villages get a road between them where the way round is so much longer than the straight line."""
LONGEST_LOOP_M = 5200.0
TERTIARY_VILLAGES = 4
"""A village road that so many villages depend on is a town road."""


@dataclass
class RoadDraft:
    """What is laid so far, by joint of the land graph.

    Attributes
    ----------
    land : LandGraph
        Joints as given, then the bores of tunnels.
    joints, cost_m, length_m
        As in the land graph, tunnels appended.
    grade : (m,) int64
        Place in CLASSES of the road on the joint; NONE where there is none.
    route : (m,) int64
        Place in ROUTES of the declared road that it belongs to, or −1.
    tunnel : dict of int to str
        Names of tunnels by joint.
    """

    land: LandGraph
    joints: NDArray[np.int64]
    cost_m: NDArray[np.float64]
    length_m: NDArray[np.float64]
    grade: NDArray[np.int64]
    route: NDArray[np.int64]
    tie: NDArray[np.float64]
    tunnel: dict[int, str] = field(default_factory=dict)

    def costs(self, *, reuse: bool = True) -> NDArray[np.float64]:
        """(m,) whole numbers plus a millionth or so that no two ways share, so that the cheapest is the only one."""
        share = np.ones(len(self.cost_m))
        if reuse:
            share = np.where(self.grade < NONE, REUSE, share)
            share = np.where(self.grade == CLASSES.index("residential"), STREET_REUSE, share)
        return (
            np.where(np.isfinite(self.cost_m), np.rint(np.nan_to_num(self.cost_m, posinf=0) * share * 8), np.inf)
            + self.tie
        )

    def graph(self, costs: NDArray[np.float64]) -> csr_array:
        """(n, n) both ways."""
        at = np.flatnonzero(np.isfinite(costs))
        a, b = self.joints[at].T
        n = len(self.land.xy)
        return csr_array((np.tile(costs[at], 2), (np.concatenate([a, b]), np.concatenate([b, a]))), shape=(n, n))

    def land_street(self, joint: int) -> bool:
        """Whether the joint is a street of a town's pattern."""
        return joint < len(self.land.street) and bool(self.land.street[joint])

    def street_line(self, joint: int) -> tuple[int, int, int] | None:
        """Town, axis (0 row, 1 column) and number of the street that a joint is a piece of; None elsewhere."""
        if not self.land_street(joint):
            return None
        a, b = self.joints[joint].tolist()
        streets = self.land.streets
        for axis, line in enumerate((streets.row, streets.column)):
            if streets.town[a] == streets.town[b] and line[a] == line[b]:
                return int(streets.town[a]), axis, int(line[a])
        return int(streets.town[min(a, b)]), 0, int(streets.row[min(a, b)])

    def lay(self, joints: NDArray[np.int64], highway: str, route: int = -1) -> None:
        """Put a road of class ``highway`` on ``joints``; a better one that is there stays."""
        better = CLASSES.index(highway)
        free = joints[self.grade[joints] > better]
        self.grade[free] = better
        self.route[free] = route


class JointIndex:
    """Finds the joint between two points."""

    def __init__(self, draft: RoadDraft) -> None:
        self.n = len(draft.land.xy)
        key = draft.joints[:, 0] * self.n + draft.joints[:, 1]
        self.order = np.argsort(key, kind="stable")
        self.key = key[self.order]

    def between(self, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
        """(k,) joints from points ``a`` to points ``b``."""
        key = np.minimum(a, b) * self.n + np.maximum(a, b)
        return self.order[np.searchsorted(self.key, key)]


def draft_roads(land: LandGraph, towns: dict[str, Town]) -> RoadDraft:
    """Start with the streets, then lay the declared routes in their order."""
    rng = np.random.default_rng(SEED + 3)
    bores = [(route, *tunnel) for route in ROUTES for tunnel in route.tunnels]
    ends = np.array([np.sort(land.nearest(to_plane([start, end]))) for _, _, start, end in bores])
    length = np.hypot(*(land.xy[ends[:, 0]] - land.xy[ends[:, 1]]).T)
    grade = np.where(land.street, CLASSES.index("residential"), NONE)
    grade = np.where(land.main_street, CLASSES.index("tertiary"), grade)
    count = len(land.joints) + len(bores)
    draft = RoadDraft(
        land=land,
        joints=np.vstack([land.joints, ends]),
        cost_m=np.concatenate([land.cost_m, np.full(len(bores), np.inf)]),
        length_m=np.concatenate([land.length_m, length]),
        grade=np.concatenate([grade, np.full(len(bores), NONE)]),
        route=np.full(count, -1),
        tie=rng.integers(1, 2**20, count) / 2**22,
        tunnel={len(land.joints) + place: bore[1] for place, bore in enumerate(bores)},
    )
    index = JointIndex(draft)
    for place, route in enumerate(ROUTES):
        for joint, bore in zip(sorted(draft.tunnel), bores, strict=True):
            draft.cost_m[joint] = draft.length_m[joint] * 0.5 if bore[0] is route else draft.cost_m[joint]
        draft.lay(_stops_joined(draft, index, route, towns), route.highway, place)
    return draft


def _stops_joined(draft: RoadDraft, index: JointIndex, route: Route, towns: dict[str, Town]) -> NDArray[np.int64]:
    """Joints of the cheapest way from each stop to the next."""
    lonlat = [(towns[stop].lon, towns[stop].lat) if isinstance(stop, str) else stop for stop in route.stops]
    stops = draft.land.nearest(to_plane(lonlat))
    graph = draft.graph(draft.costs())
    _, before = dijkstra(graph, indices=stops[:-1], return_predecessors=True)
    legs = [walk_back(before[leg], int(stop), index) for leg, stop in enumerate(stops[1:])]
    return np.concatenate(legs)


def walk_back(before: NDArray[np.int32], point: int, index: JointIndex) -> NDArray[np.int64]:
    """Joints from ``point`` back to the source of the search."""
    way = [point]
    while before[way[-1]] >= 0:
        way.append(int(before[way[-1]]))
    points = np.array(way, dtype=np.int64)
    return index.between(points[:-1], points[1:])


def give_access(draft: RoadDraft, points: NDArray[np.int64], highway: str) -> None:
    """Join each of ``points`` to the nearest road, all in one forest so that neighbours share their way."""
    index = JointIndex(draft)
    laid = draft.grade < NONE
    roots = np.unique(draft.joints[laid])
    costs = draft.costs(reuse=False)
    _, before, _ = dijkstra(draft.graph(costs), indices=roots, min_only=True, return_predecessors=True)
    depends: dict[int, int] = {}
    for point in points:
        for joint in walk_back(before, int(point), index):
            depends[int(joint)] = depends.get(int(joint), 0) + 1
    joints = np.array(sorted(depends), dtype=np.int64)
    busy = np.array([depends[joint] >= TERTIARY_VILLAGES for joint in joints.tolist()], dtype=np.bool_)
    draft.lay(joints[~busy], highway)
    draft.lay(joints[busy], "tertiary" if highway == "unclassified" else highway)


def close_loops(draft: RoadDraft, points: NDArray[np.int64]) -> int:
    """Join neighbouring villages whose way round is long; gives the number of loops closed."""
    xy = draft.land.xy[points]
    pairs = np.vstack([Delaunay(xy).simplices[:, pick] for pick in ([0, 1], [1, 2], [0, 2])])
    pairs = np.unique(np.sort(pairs, axis=1), axis=0)
    straight = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T)
    order = np.argsort(straight, kind="stable")
    pairs, straight = (
        pairs[order][straight[order] < LONGEST_LOOP_M],
        np.sort(straight)[np.sort(straight) < LONGEST_LOOP_M],
    )
    index, closed = JointIndex(draft), 0
    by_road = _road_lengths(draft, points)
    loops = np.zeros(len(points), dtype=np.int64)
    for (a, b), direct in zip(pairs, straight, strict=True):
        if by_road[a, b] < LOOP_RATIO * direct or max(loops[a], loops[b]) == LOOPS_A_VILLAGE:
            continue
        graph = draft.graph(draft.costs())
        cost, before = dijkstra(graph, indices=points[a], return_predecessors=True, limit=8 * 4.0 * direct)
        if not np.isfinite(cost[points[b]]):
            continue
        draft.lay(walk_back(before, int(points[b]), index), "unclassified")
        loops[[a, b]] += 1
        closed += 1
    return closed


def _road_lengths(draft: RoadDraft, points: NDArray[np.int64]) -> NDArray[np.float64]:
    """(k, k) metres by the roads laid."""
    metres = np.where(draft.grade < NONE, draft.length_m, np.inf)
    return dijkstra(draft.graph(metres), indices=points)[:, points]
