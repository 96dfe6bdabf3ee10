"""From ways with their nodes to a network of junctions and directed links.

A way is cut where another way meets it, where it meets itself, at its ends, and where a node is missing (a clipped
extract) or blocked. A piece longer than :data:`~network.roads.LONGEST_LINK_M` is cut again at shape points; between two
shape points it cannot be. A loop that leaves and enters the same junction is cut in its middle.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pyproj import Geod

from network.road_tags import RoadTags
from network.roads import LONGEST_LINK_M, RoadNetwork

WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, slots=True)
class Way:
    """One usable way.

    Attributes
    ----------
    way_id : int
    tags : RoadTags
    nodes : (p,) int64
        OSM node ids in order.
    """

    way_id: int
    tags: RoadTags
    nodes: NDArray[np.int64]


@dataclass(frozen=True)
class Points:
    """Where the nodes of ways lie.

    Attributes
    ----------
    node_id : (k,) int64
        Ascending.
    lon, lat : (k,) float64
        WGS-84 degrees.
    """

    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]

    def find(self, node_ids: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.bool_]]:
        """Place of each node among the points, and whether it is there at all."""
        place = np.searchsorted(self.node_id, node_ids)
        known = place < len(self.node_id)
        known[known] = self.node_id[place[known]] == node_ids[known]
        return place, known


@dataclass(frozen=True)
class _Course:
    """All ways laid end to end, missing nodes taken out.

    Attributes
    ----------
    point : (f,) int64
        Places in :class:`Points`.
    way : (f,) int64
        Places in the list of ways.
    joined : (f,) bool
        A road runs from the position before to this one.
    """

    point: NDArray[np.int64]
    way: NDArray[np.int64]
    joined: NDArray[np.bool_]


def build_network(ways: Sequence[Way], points: Points, *, source: str, synthetic: bool) -> RoadNetwork:
    """Cut ``ways`` into links and join them at their common nodes.

    Parameters
    ----------
    ways : sequence of Way
        Nodes that are not among ``points`` are left out, and the way is cut there.
    points : Points
    source, synthetic
        As in :class:`~network.roads.RoadNetwork`.

    Returns
    -------
    RoadNetwork
        Links in the order of way ids, along each way, forward before backward. Without links if no way has two nodes.
    """
    ordered = sorted(ways, key=lambda way: way.way_id)
    course = _course(ordered, points)
    metres = _step_lengths(course, points)
    first, last = _pieces(course, metres)
    return _network(ordered, points, course, metres, first, last, source, synthetic)


def _course(ways: Sequence[Way], points: Points) -> _Course:
    """Lay the ways end to end."""
    node = np.concatenate([way.nodes for way in ways]) if ways else np.empty(0, dtype=np.int64)
    way = np.repeat(np.arange(len(ways)), [len(way.nodes) for way in ways])
    place, known = points.find(node)
    joined = np.zeros(len(node), dtype=np.bool_)
    joined[1:] = (way[1:] == way[:-1]) & known[1:] & known[:-1]
    # A node said twice in a row is one node: the second is dropped.
    repeated = np.zeros(len(node), dtype=np.bool_)
    repeated[1:] = joined[1:] & (node[1:] == node[:-1])
    kept = known & ~repeated
    breaks = np.cumsum(~joined)[kept]
    still = np.zeros(len(breaks), dtype=np.bool_)
    still[1:] = breaks[1:] == breaks[:-1]
    return _Course(place[kept], way[kept], still)


def _step_lengths(course: _Course, points: Points) -> NDArray[np.float64]:
    """(f,) metres from the position before; 0 where none is joined."""
    metres = np.zeros(len(course.point))
    here = np.flatnonzero(course.joined)
    start, end = course.point[here - 1], course.point[here]
    metres[here] = WGS84.inv(points.lon[start], points.lat[start], points.lon[end], points.lat[end])[2]
    return metres


def _pieces(course: _Course, metres: NDArray[np.float64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """First and last positions of the pieces that become links."""
    joined_next = np.append(course.joined[1:], False)[: len(course.joined)]
    alone = ~course.joined & ~joined_next
    uses = np.bincount(course.point[~alone]) if len(course.point) else np.empty(0, dtype=np.int64)
    cut = ~course.joined | ~joined_next
    cut[~alone] |= uses[course.point[~alone]] > 1
    along = np.cumsum(metres)
    stops = np.flatnonzero(cut & ~alone)
    first, last = _between(stops, course.joined)
    looped = course.point[first] == course.point[last]
    too_long = along[last] - along[first] > LONGEST_LINK_M
    for start, end in zip(first[looped], last[looped], strict=True):
        cut[_middle(along, start, end)] = True
    for start, end in zip(first[too_long], last[too_long], strict=True):
        cut[_cuts_along(along, start, end)] = True
    return _between(np.flatnonzero(cut & ~alone), course.joined)


def _between(stops: NDArray[np.int64], joined: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of neighbouring stops with road between them."""
    follows = joined[stops[1:]] if len(stops) else np.empty(0, dtype=np.bool_)
    return stops[:-1][follows], stops[1:][follows]


def _middle(along: NDArray[np.float64], start: int, end: int) -> int:
    """Find the position between ``start`` and ``end`` that lies nearest to half-way."""
    inner = np.arange(start + 1, end)
    return int(inner[np.abs(along[inner] - (along[start] + along[end]) / 2).argmin()])


def _cuts_along(along: NDArray[np.float64], start: int, end: int) -> list[int]:
    """Positions that cut a piece into links of at most LONGEST_LINK_M, each as long as its shape points allow."""
    cuts = []
    while along[end] - along[start] > LONGEST_LINK_M and start + 1 < end:
        reach = int(np.searchsorted(along[: end + 1], along[start] + LONGEST_LINK_M, side="right")) - 1
        start = max(start + 1, reach)
        if start < end:
            cuts.append(start)
    return cuts


def _network(
    ways: Sequence[Way],
    points: Points,
    course: _Course,
    metres: NDArray[np.float64],
    first: NDArray[np.int64],
    last: NDArray[np.int64],
    source: str,
    synthetic: bool,
) -> RoadNetwork:
    """Turn pieces into directed links and their ends into junctions."""
    forward = np.array([way.tags.forward for way in ways], dtype=np.bool_)[course.way[first]]
    backward = np.array([way.tags.backward for way in ways], dtype=np.bool_)[course.way[first]]
    piece = np.repeat(np.arange(len(first)), 2)
    against = np.tile([False, True], len(first))
    driven = np.where(against, backward[piece], forward[piece])
    piece, against = piece[driven], against[driven]
    start, end = course.point[first[piece]], course.point[last[piece]]
    junction = np.unique(np.concatenate([start, end]))
    tail = np.searchsorted(junction, np.where(against, end, start))
    head = np.searchsorted(junction, np.where(against, start, end))
    along = np.cumsum(metres)
    shape, shape_first = _shapes(course, first[piece], last[piece], against)
    way = course.way[first[piece]]
    return RoadNetwork(
        node_id=points.node_id[junction],
        lon=points.lon[junction],
        lat=points.lat[junction],
        tail=tail.astype(np.int32),
        head=head.astype(np.int32),
        way_id=np.array([w.way_id for w in ways], dtype=np.int64)[way],
        length_m=along[last[piece]] - along[first[piece]],
        shape_first=shape_first,
        shape_lon=points.lon[shape],
        shape_lat=points.lat[shape],
        source=source,
        synthetic=synthetic,
        **_attributes(ways, way, against),
    )


def _shapes(
    course: _Course, first: NDArray[np.int64], last: NDArray[np.int64], against: NDArray[np.bool_]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Points between the ends of each link in its direction, and where each link's begin."""
    count = last - first - 1
    shape_first = np.concatenate([[0], np.cumsum(count)]).astype(np.int64)
    step = np.arange(shape_first[-1]) - np.repeat(shape_first[:-1], count)
    position = np.repeat(np.where(against, last - 1, first + 1), count) + np.where(
        np.repeat(against, count), -step, step
    )
    return course.point[position], shape_first


def _attributes(ways: Sequence[Way], way: NDArray[np.int64], against: NDArray[np.bool_]) -> dict[str, NDArray[Any]]:
    """List what the tags say of each link."""
    texts = {"": 0}
    for one in ways:
        for text in (one.tags.name, one.tags.ref):
            texts.setdefault(text, len(texts))
    tags = [one.tags for one in ways]

    def column(name: str, kind: type[np.generic]) -> NDArray[Any]:
        return np.array([getattr(one, name) for one in tags], dtype=kind)[way]

    limits = column("maxspeed_forward_kmh", np.float32), column("maxspeed_backward_kmh", np.float32)
    rise = column("grade", np.float32)
    return {
        "road_class": column("road_class", np.int8),
        "surface": column("surface", np.int8),
        "maxspeed_kmh": np.where(against, limits[1], limits[0]),
        "maxweight_t": column("maxweight_t", np.float32),
        "maxheight_m": column("maxheight_m", np.float32),
        "grade": np.where(against, -rise, rise),
        "bridge": column("bridge", np.bool_),
        "tunnel": column("tunnel", np.bool_),
        "name": np.array([texts[one.name] for one in tags], dtype=np.int32)[way],
        "ref": np.array([texts[one.ref] for one in tags], dtype=np.int32)[way],
        "texts": np.array(list(texts), dtype=np.str_),
    }
