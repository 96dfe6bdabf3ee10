"""The road network: junctions and the directed links between them, as arrays.

A link is a piece of one OSM way between two junctions, in one direction. Its id, ``way:from-to`` in OSM numbers,
survives a refresh of the roads. Links longer than :data:`LONGEST_LINK_M` are split at a shape point, so that a site is
never far from a node.
"""

from __future__ import annotations

import re
from dataclasses import MISSING, dataclass, field, fields
from functools import cached_property
from pathlib import Path

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.hierarchy import Hierarchy
from network.texts import TextIndex
from network.topology import hierarchy_for

ROAD_CLASSES: tuple[str, ...] = (
    "motorway",
    "motorway_link",
    "trunk",
    "trunk_link",
    "primary",
    "primary_link",
    "secondary",
    "secondary_link",
    "tertiary",
    "tertiary_link",
    "unclassified",
    "residential",
    "living_street",
    "road",
    "service",
    "track",
)
"""Values of OSM's ``highway`` that an emergency vehicle can use, best first."""

SURFACES: tuple[str, ...] = ("unknown", "paved", "gravel", "earth")
"""OSM's many values of ``surface`` in four groups."""

LONGEST_LINK_M = 500.0


_LINK_ID = re.compile(r"(-?\d{1,18}):(-?\d{1,18})-(-?\d{1,18})(?:#([2-9]|[1-9]\d{1,8}))?")


def _none() -> NDArray[np.int32]:
    return np.empty(0, dtype=np.int32)


@dataclass(frozen=True)
class RoadNetwork:
    """Junctions ``0..n-1`` and directed links ``0..m-1``.

    Attributes
    ----------
    node_id : (n,) int64
        OSM node ids.
    lon, lat : (n,) float64
        WGS-84 degrees.
    tail, head : (m,) int32
        The nodes that a link leaves and enters.
    way_id : (m,) int64
        OSM way ids.
    length_m : (m,) float64
    road_class, surface : (m,) int8
        Places in :data:`ROAD_CLASSES` and :data:`SURFACES`.
    maxspeed_kmh, maxweight_t, maxheight_m : (m,) float32
        As tagged; NaN where OSM says nothing. The ``maxspeed_kmh`` of a temporary link is driven, not a limit.
    grade : (m,) float32
        Rise over run in the link's direction; NaN where unknown.
    bridge, tunnel : (m,) bool
    name, ref : (m,) int32
        Places in ``texts``; 0 is the empty text.
    texts : (k,) str
    shape_first : (m + 1,) int64
        Link ``a`` runs from its tail by the points ``shape_first[a]:shape_first[a + 1]`` of ``shape_lon`` and
        ``shape_lat`` to its head.
    shape_lon, shape_lat : (…,) float64
    source : str
        Where the roads come from, with its licence.
    synthetic : bool
        Made by a script; no such roads exist.
    river : (m,) int32
        Places in ``texts``: the named waterways that the link crosses in the open, joined by ``;``. Left out: no
        waterway is known.
    temporary : (m,) int32
        Places in ``texts``: the id of the temporary link (:mod:`network.temporary`) that it is; 0 for a lasting road.
        Left out: all are lasting.
    """

    node_id: NDArray[np.int64]
    lon: NDArray[np.float64]
    lat: NDArray[np.float64]
    tail: NDArray[np.int32]
    head: NDArray[np.int32]
    way_id: NDArray[np.int64]
    length_m: NDArray[np.float64]
    road_class: NDArray[np.int8]
    surface: NDArray[np.int8]
    maxspeed_kmh: NDArray[np.float32]
    maxweight_t: NDArray[np.float32]
    maxheight_m: NDArray[np.float32]
    grade: NDArray[np.float32]
    bridge: NDArray[np.bool_]
    tunnel: NDArray[np.bool_]
    name: NDArray[np.int32]
    ref: NDArray[np.int32]
    texts: NDArray[np.str_]
    shape_first: NDArray[np.int64]
    shape_lon: NDArray[np.float64]
    shape_lat: NDArray[np.float64]
    source: str
    synthetic: bool
    river: NDArray[np.int32] = field(default_factory=_none)
    temporary: NDArray[np.int32] = field(default_factory=_none)

    def __post_init__(self) -> None:
        """Write out for each link what was left out."""
        for name in ("river", "temporary"):
            if not len(getattr(self, name)):
                object.__setattr__(self, name, np.zeros(self.link_count, dtype=np.int32))

    @property
    def node_count(self) -> int:
        """Number of junctions, n."""
        return len(self.node_id)

    @property
    def link_count(self) -> int:
        """Number of directed links, m."""
        return len(self.tail)

    @cached_property
    def hierarchy(self) -> Hierarchy:
        """What travel times are worked out on; made once and kept in the user's cache."""
        return hierarchy_for(self)

    @cached_property
    def link_id(self) -> NDArray[np.str_]:
        """(m,) ids ``way:from-to`` in OSM numbers; a second link of the same three numbers ends in ``#2``."""
        plain = [
            f"{way}:{start}-{end}"
            for way, start, end in zip(self.way_id, self.node_id[self.tail], self.node_id[self.head], strict=True)
        ]
        seen: dict[str, int] = {}
        ids = []
        for link in plain:
            seen[link] = seen.get(link, 0) + 1
            ids.append(link if seen[link] == 1 else f"{link}#{seen[link]}")
        return np.array(ids, dtype=np.str_)

    @cached_property
    def text_index(self) -> TextIndex:
        """Where a road's or river's name stands in ``texts``."""
        return TextIndex.of(self.texts)

    def called(self, road: str) -> NDArray[np.bool_]:
        """(m,) links that bear the name ``road``, or have it among their numbers."""
        named, numbered = self.text_index.places(road), self.text_index.places_with(road)
        return self._among(self.name, named) | self._among(self.ref, numbered)

    def crossing(self, river: str) -> NDArray[np.bool_]:
        """(m,) links that cross the waterway ``river``."""
        return self._among(self.river, self.text_index.places_with(river))

    def temporary_links(self, temporary_id: str) -> NDArray[np.bool_]:
        """(m,) links that are the temporary link of this id."""
        return self._among(self.temporary, self.text_index.places(temporary_id))

    def _among(self, column: NDArray[np.int32], places: NDArray[np.int32]) -> NDArray[np.bool_]:
        meant = np.zeros(len(self.texts), dtype=np.bool_)
        meant[places] = True
        found: NDArray[np.bool_] = meant[column]
        return found

    @cached_property
    def links_by_way(self) -> NDArray[np.int64]:
        """(m,) links in the order of their ways' ids, each way's in their own order."""
        return np.argsort(self.way_id, kind="stable")

    def links_of_way(self, way_id: int) -> NDArray[np.int64]:
        """Links of an OSM way, ascending; none where there is no such way."""
        ordered = self._ordered_ways
        first, last = np.searchsorted(ordered, way_id, side="left"), np.searchsorted(ordered, way_id, side="right")
        return self.links_by_way[first:last]

    @cached_property
    def _ordered_ways(self) -> NDArray[np.int64]:
        return self.way_id[self.links_by_way]

    def find_link(self, link_id: str) -> int | None:
        """Find the link that :attr:`link_id` calls so, without writing all ids out; None if there is none."""
        found = _LINK_ID.fullmatch(link_id)
        if not found:
            return None
        way, start, end, twin = (int(part or 1) for part in found.groups())
        links = self.links_of_way(way)
        links = links[(self.node_id[self.tail[links]] == start) & (self.node_id[self.head[links]] == end)]
        return int(links[twin - 1]) if twin <= len(links) else None

    @cached_property
    def link_lines(self) -> NDArray[np.object_]:
        """(m,) shapely lines of the links, both ends included."""
        return self.lines_of(np.arange(self.link_count))

    def lines_of(self, links: NDArray[np.int64]) -> NDArray[np.object_]:
        """(k,) shapely lines of ``links``, both ends included."""
        count = np.diff(self.shape_first)[links] + 2
        first = np.concatenate([[0], np.cumsum(count)])
        points = np.empty((int(first[-1]), 2))
        inner = np.ones(len(points), dtype=np.bool_)
        inner[first[:-1]] = inner[first[1:] - 1] = False
        tail, head = self.tail[links], self.head[links]
        points[first[:-1]] = np.column_stack([self.lon[tail], self.lat[tail]])
        points[first[1:] - 1] = np.column_stack([self.lon[head], self.lat[head]])
        # The shape points of one link are neighbours, as its points here are, after its tail.
        shape = (np.arange(len(points)) + np.repeat(self.shape_first[links] - first[:-1] - 1, count))[inner]
        points[inner] = np.column_stack([self.shape_lon[shape], self.shape_lat[shape]])
        lines: NDArray[np.object_] = shapely.linestrings(points, indices=np.repeat(np.arange(len(links)), count))
        return lines

    @cached_property
    def link_tree(self) -> shapely.STRtree:
        """Search tree over :attr:`link_lines`."""
        return shapely.STRtree(self.link_lines)

    def links_touching(self, area: BaseGeometry) -> NDArray[np.int64]:
        """Links that touch ``area`` (WGS-84), ascending."""
        return np.sort(self.link_tree.query(area, predicate="intersects"))

    def line(self, link: int) -> NDArray[np.float64]:
        """(p, 2) lon and lat of the points of ``link``, both ends included."""
        inner = slice(self.shape_first[link], self.shape_first[link + 1])
        ends = self.tail[link], self.head[link]
        lon = np.concatenate([self.lon[[ends[0]]], self.shape_lon[inner], self.lon[[ends[1]]]])
        lat = np.concatenate([self.lat[[ends[0]]], self.shape_lat[inner], self.lat[[ends[1]]]])
        return np.column_stack([lon, lat])

    def save(self, path: Path) -> None:
        """Write the network to a compressed ``.npz`` that holds plain arrays only."""
        arrays = {one.name: np.asarray(getattr(self, one.name)) for one in fields(self)}
        np.savez_compressed(path, allow_pickle=False, **arrays)

    @classmethod
    def load(cls, path: Path) -> RoadNetwork:
        """Read what :meth:`save` wrote; nothing in the file is run."""
        with np.load(path, allow_pickle=False) as arrays:
            # Roads kept by an earlier version know less, but not less than is needed.
            needed = [one.name for one in fields(cls) if one.name in arrays or one.default_factory is MISSING]
            values = {name: arrays[name] for name in needed}
        return cls(**values | {"source": str(values["source"]), "synthetic": bool(values["synthetic"])})
