"""Where stakes lie on the map: distances along a road from points whose stakes are known.

The stake of a point is its distance from ``zero`` along the road (:mod:`network.road_course`), counted down on the side
that ``towards`` or ``second`` is not on, and stretched so that ``second`` gets its own stake.

How far this may be off, added up (assumptions, on the safe side)
    how far the references lie from the road; 2 % of the distance from ``zero``, or with ``second`` 1 % of that from the
    nearer reference, since a road office's lengths and the map's differ and stakes are not renewed when a road is
    shortened; half of every gap on the way; the breadth between carriageways; half a step.
Beside that whole links are closed, so that the closure reaches past both ends by what :class:`StakedStretch` tells.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from pyproj import Transformer
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from network.links import WGS84
from network.problem import Problem, ProblemsError
from network.road_course import GAP_M, STEP_M, Floats, Ints, RoadCourse, close_gaps, lay_out
from network.roads import LONGEST_LINK_M, RoadNetwork
from network.shapes import Point, plane_around
from network.stakes import Stakes, stake_text
from network.words import Phrase

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


@dataclass(frozen=True)
class StakedStretch:
    """A stretch of road between two stakes, as links.

    Attributes
    ----------
    name : str
        Of the closure.
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

    name: str
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


def inexact(
    stretch: StakedStretch, file: str | None = None, row: int | None = None, column: str | None = None
) -> Problem:
    """Warn of how exactly a stretch is placed, with the mend."""
    mend = Phrase("network.stakes.stretch_mend")
    return Problem(stretch.phrase(), mend, file, row, column, severity="warning")


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
    plane = plane_around(stakes.zero.lon, stakes.zero.lat)
    course = lay_out(network, links, plane)
    (first, second), off_m = _references(course, (stakes.zero, stakes.other), plane, words)
    course, gap_m = close_gaps(course, first)
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


def _references(
    course: RoadCourse, points: tuple[Point, Point], plane: Transformer, words: _Words
) -> tuple[tuple[int, int], float]:
    """Put both references on the road; tell how far off the farther one is."""
    there = np.column_stack(plane.transform([point.lon for point in points], [point.lat for point in points]))
    metres, nearest = (np.asarray(found) for found in cKDTree(course.at).query(there))
    for point, off in zip(points, metres.tolist(), strict=True):
        if off > OFF_ROAD_M:
            shown = f"{point.lon:.6f}, {point.lat:.6f}"
            raise words.problem("off_road", point=shown, metres=f"{off:.0f}", limit=f"{OFF_ROAD_M:.0f}")
    return (int(nearest[0]), int(nearest[1])), float(metres.max())


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
    course: RoadCourse, stake: Floats, doubt: Floats, off_m: float, stakes: Stakes, words: _Words
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
        name=words.name,
        road=stakes.road,
        links=np.sort(course.links[within[course.piece]]),
        stated_m=(lower, upper),
        closed_m=(float(low[within].min()), float(high[within].max())),
        off_road_m=off_m,
        error_m=float(doubt[[*nearest]].max()),
    )


def _refuse_branches(course: RoadCourse, stake: Floats, stated_m: tuple[float, float], words: _Words) -> None:
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
