"""Where stakes lie on the map: distances along a road from points whose stakes are known.

The links that bear the road's name or number are laid out as points every :data:`STEP_M`, joined along the links in
both directions. What belongs together without a link between is joined too: opposite carriageways straight across, and
pieces that a gap of at most :data:`GAP_M` parts (a roundabout or a main street that does not bear the number). The
stake of a point is its distance from ``zero`` over these, counted down on the side that ``towards`` or ``second`` is
not on, and stretched so that ``second`` gets its own stake.

How far this may be off, added up (assumptions, on the safe side)
    how far the references lie from the road; 2 % of the distance from ``zero``, or with ``second`` 1 % of that from the
    nearer reference, since a road office's lengths and the map's differ and stakes are not renewed when a road is
    shortened; half of every gap on the way; the breadth between carriageways; half a step.
Beside that whole links are closed, so that the closure reaches past both ends by what :class:`StakedStretch` tells.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.spatial import cKDTree

from network.links import WGS84
from network.problem import Problem, ProblemsError
from network.roads import LONGEST_LINK_M, RoadNetwork
from network.shapes import Point
from network.stakes import Stakes, stake_text
from network.words import Phrase

STEP_M = 20.0
GAP_M = 1000.0
TWINS_M = 80.0
"""Carriageways of one road lie no farther apart."""
OFF_ROAD_M = 300.0
"""A reference farther from the road is a mistake; coordinates of phone maps are 400 m off and more."""
LEAST_APART_M = 100.0
"""References nearer to each other tell no direction."""
BRANCHES_M = 400.0
"""Points of like stake farther apart are on different branches of the road."""

ONE_REFERENCE_SHARE, TWO_REFERENCES_SHARE = 0.02, 0.01
_SCALES = (0.8, 1.25)
_BIN_M = 100.0
_WINDING = 3.0
"""The way between two references is seldom so much longer than it is straight."""

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True)
class StakedStretch:
    """A stretch of road between two stakes, as links.

    Attributes
    ----------
    road : str
    links : (k,) int64
        Ascending.
    stated_m : (float, float)
        Stakes that were asked for, metres.
    closed_m : (float, float)
        Stakes from the first to the last end of the links.
    off_road_m : float
        How far the references lie from the road; of two, the farther.
    error_m : float
        How far the stakes may be off along the road, all told.
    """

    road: str
    links: Ints
    stated_m: tuple[float, float]
    closed_m: tuple[float, float]
    off_road_m: float
    error_m: float

    def phrase(self) -> Phrase:
        """Tell what is closed and how exactly."""
        stakes = {"from_stake": self.stated_m[0], "to_stake": self.stated_m[1]}
        stakes |= {"first": self.closed_m[0], "last": self.closed_m[1]}
        metres = {"off": f"{self.off_road_m:.0f}", "error": f"{self.error_m:.0f}"}
        shown = {name: stake_text(metre) for name, metre in stakes.items()}
        return Phrase("network.stakes.stretch", road=self.road, links=len(self.links), **shown, **metres)


@dataclass(frozen=True)
class _Course:
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


def staked_stretch(name: str, stakes: Stakes, network: RoadNetwork) -> StakedStretch:
    """Find the links of a road between two stakes.

    Parameters
    ----------
    name : str
        Of the closure, for what is said of mistakes.
    stakes : Stakes
        Of a road that ``network`` has.
    network : RoadNetwork

    Raises
    ------
    ProblemsError
        A reference is off the road, the references do not fit one another, the road does not reach so far, or it has
        two branches there.
    """
    links = np.flatnonzero(network.called(stakes.road) & (network.temporary == 0))
    near = links[_near(network, links, stakes)]
    near = near if len(near) else links
    try:
        return _located(network, near, stakes, _Words(name, stakes))
    except ProblemsError:
        if len(near) == len(links):
            raise
        # Told of the whole road, or found after all along a way that is longer than thought.
        return _located(network, links, stakes, _Words(name, stakes))


def _near(network: RoadNetwork, links: Ints, stakes: Stakes) -> NDArray[np.bool_]:
    """Links to which the way along the road may lead from ``zero``: no farther than it is straight."""
    node, other = network.tail[links], stakes.other
    lon, lat = np.append(network.lon[node], other.lon), np.append(network.lat[node], other.lat)
    straight = WGS84.inv(np.full(len(lon), stakes.zero.lon), np.full(len(lon), stakes.zero.lat), lon, lat)[2]
    along = max(abs(metres - stakes.zero.stake_m) for metres in stakes.range_m) / _SCALES[0]
    reach_m = max(along, _WINDING * straight[-1]) + GAP_M + 2 * LONGEST_LINK_M
    within: NDArray[np.bool_] = straight[:-1] <= reach_m
    return within


def _located(network: RoadNetwork, links: Ints, stakes: Stakes, words: _Words) -> StakedStretch:
    """Find the stretch among ``links``."""
    plane = _plane(stakes.zero)
    course = _course(network, links, plane)
    (first, second), off_m = _references(course, (stakes.zero, stakes.other), plane, words)
    course, gap_m = _closed_gaps(course, first)
    from_first, from_second = dijkstra(course.steps, indices=[first, second])
    apart = float(from_first[second])
    if not np.isfinite(apart):
        raise words.problem("not_joined", gap=f"{GAP_M:.0f}")
    if apart < LEAST_APART_M:
        raise words.problem("too_close", metres=f"{apart:.0f}", least=f"{LEAST_APART_M:.0f}")
    scale = _scale(stakes, apart, words)
    reached = np.isfinite(from_first)
    from_first, from_second = from_first[reached], from_second[reached]
    # Of points in a row, those on the other side of the first than the second have a negative one here.
    ahead = from_first**2 - from_second**2 + apart**2 >= 0
    stake = np.full(len(reached), np.nan)
    stake[reached] = stakes.zero.stake_m + scale * np.where(ahead, from_first, -from_first)
    doubt = np.full(len(reached), np.nan)
    doubt[reached] = _doubt(stakes, from_first, from_second, gap_m[reached]) + off_m + course.across_m + STEP_M / 2
    return _stretch(course, stake, doubt, off_m, stakes, words)


@dataclass(frozen=True)
class _Words:
    """What all that is said of one closure names."""

    name: str
    stakes: Stakes

    def problem(self, entry: str, **values: object) -> ProblemsError:
        values |= {"name": self.name, "road": self.stakes.road}
        key = f"network.stakes.{entry}"
        return ProblemsError([Problem(Phrase(key, **values), Phrase(f"{key}_mend", **values))])


def _plane(middle: Point) -> Transformer:
    """Give a plane on which distances near ``middle`` are true."""
    plane = CRS.from_proj4(f"+proj=aeqd +lon_0={middle.lon} +lat_0={middle.lat} +ellps=WGS84 +units=m")
    return Transformer.from_crs("EPSG:4326", plane, always_xy=True)


def _course(network: RoadNetwork, links: Ints, plane: Transformer) -> _Course:
    """Lay the links of a road out as points."""
    ends = np.column_stack([network.tail[links], network.head[links]]).astype(np.int64)
    key = np.column_stack([network.way_id[links], ends.min(axis=1), ends.max(axis=1), network.length_m[links]])
    _, chosen, piece, directions = np.unique(key, axis=0, return_index=True, return_inverse=True, return_counts=True)
    lines = shapely.transform(network.link_lines[links[chosen]], plane.transform, interleaved=False)
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
    return _Course(links, piece.reshape(-1), piece_of, point, at, _joined(len(at), one, other, metres), across_m)


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


def _references(
    course: _Course, points: tuple[Point, Point], plane: Transformer, words: _Words
) -> tuple[tuple[int, int], float]:
    """Put both references on the road; tell how far off the farther one is."""
    there = np.column_stack(plane.transform([point.lon for point in points], [point.lat for point in points]))
    metres, nearest = (np.asarray(found) for found in cKDTree(course.at).query(there))
    for point, off in zip(points, metres.tolist(), strict=True):
        if off > OFF_ROAD_M:
            shown = f"{point.lon:.6f}, {point.lat:.6f}"
            raise words.problem("off_road", point=shown, metres=f"{off:.0f}", limit=f"{OFF_ROAD_M:.0f}")
    return (int(nearest[0]), int(nearest[1])), float(metres.max())


def _closed_gaps(course: _Course, start: int) -> tuple[_Course, Floats]:
    """Join the pieces that gaps part from the one of ``start``, nearest first; tell the gaps on the way to each point.

    Returns
    -------
    _Course
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


def _scale(stakes: Stakes, apart: float, words: _Words) -> float:
    """Metres of stake a metre of the map; negative where stakes fall towards the second reference."""
    if stakes.second is None:
        return 1.0
    stated = stakes.second.stake_m - stakes.zero.stake_m
    scale = stated / apart
    if not _SCALES[0] <= abs(scale) <= _SCALES[1]:
        raise words.problem("scale", stated=f"{abs(stated):.0f}", measured=f"{apart:.0f}")
    return scale


def _doubt(stakes: Stakes, from_first: Floats, from_second: Floats, gap_m: Floats) -> Floats:
    """Metres by which lengths may be off, of the points that are reached."""
    if stakes.second is None:
        return ONE_REFERENCE_SHARE * from_first + gap_m / 2
    return TWO_REFERENCES_SHARE * np.minimum(from_first, from_second) + gap_m / 2


def _stretch(
    course: _Course, stake: Floats, doubt: Floats, off_m: float, stakes: Stakes, words: _Words
) -> StakedStretch:
    """Take the pieces between the stakes; either may lie a little beyond the road's ends, within the doubt."""
    lower, upper = stakes.range_m
    first, last = int(np.nanargmin(stake)), int(np.nanargmax(stake))
    begin, end = max(lower, float(stake[first])), min(upper, float(stake[last]))
    if begin > end or begin - lower > doubt[first] or upper - end > doubt[last]:
        ends = {"lower": lower, "upper": upper, "first": stake[first], "last": stake[last]}
        shown = {end: stake_text(metres) for end, metres in ends.items()}
        raise words.problem("beyond", **shown, length=f"{stake[last] - stake[first]:.0f}")
    _refuse_branches(course, stake, (lower, upper), words)
    low, high = np.full(course.piece.max() + 1, np.inf), np.full(course.piece.max() + 1, -np.inf)
    # A piece that is not reached has no stakes, and lies between none.
    np.fmin.at(low, course.piece_of, stake[course.point])
    np.fmax.at(high, course.piece_of, stake[course.point])
    within = (low < end) & (high > begin) if end > begin else (low <= end) & (high >= begin)
    if not within.any():
        raise words.problem("in_a_gap", lower=stake_text(lower), upper=stake_text(upper))
    nearest = int(np.nanargmin(np.abs(stake - begin))), int(np.nanargmin(np.abs(stake - end)))
    return StakedStretch(
        road=stakes.road,
        links=np.sort(course.links[within[course.piece]]),
        stated_m=(lower, upper),
        closed_m=(float(low[within].min()), float(high[within].max())),
        off_road_m=off_m,
        error_m=float(doubt[[*nearest]].max()),
    )


def _refuse_branches(course: _Course, stake: Floats, stated_m: tuple[float, float], words: _Words) -> None:
    """Refuse a stretch where points of like stake lie far apart."""
    with np.errstate(invalid="ignore"):
        meant = np.flatnonzero((stake >= stated_m[0]) & (stake <= stated_m[1]))
    if not len(meant):
        return
    place = np.floor(stake[meant] / _BIN_M).astype(np.int64)
    place -= place.min()
    sides = []
    for axis in (0, 1):
        least, most = np.full(place.max() + 1, np.inf), np.full(place.max() + 1, -np.inf)
        np.minimum.at(least, place, course.at[meant, axis])
        np.maximum.at(most, place, course.at[meant, axis])
        sides.append(np.where(most >= least, most - least, 0.0))
    breadth = np.hypot(*sides)
    widest = int(breadth.argmax())
    if breadth[widest] > BRANCHES_M:
        at = stake_text(float(stake[meant][place == widest][0]))
        raise words.problem("forked", stake=at, metres=f"{breadth[widest]:.0f}")
