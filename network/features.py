"""Places, stations, shelters, rivers and the like from an OpenStreetMap file: what a starter region is made of.

Only the features and the nodes of their outlines are held. A point is taken as it is; an outline (a closed way, or a
multipolygon relation) is given by its centre and its area.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import osmium
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from shapely.geometry.polygon import orient

from network.links import WGS84, Points
from network.osm_file import check_osm_file, objects, read_points

FEATURES: Mapping[str, tuple[str, ...]] = {
    "place": ("city", "town", "village", "hamlet", "suburb", "quarter", "neighbourhood", "isolated_dwelling"),
    "amenity": (
        "fire_station",
        "hospital",
        "clinic",
        "police",
        "school",
        "college",
        "university",
        "townhall",
        "community_centre",
        "ferry_terminal",
    ),
    "leisure": ("sports_centre", "sports_hall", "stadium", "pitch", "park"),
    "aeroway": ("helipad", "heliport", "aerodrome"),
    "man_made": ("pier",),
    "waterway": ("dam",),
    "emergency": (
        "fire_hydrant",
        "water_tank",
        "fire_water_pond",
        "suction_point",
        "landing_site",
        "assembly_point",
    ),
    "building": ("warehouse",),
    "landuse": ("industrial", "residential", "forest"),
    "natural": ("wood", "volcano", "coastline"),
    "shop": ("supermarket", "wholesale", "mall", "department_store"),
}
"""Tags, any of which makes an object a feature."""

WATERWAYS = ("river", "canal", "stream")

COLUMNS = ("osm_type", "osm_id", "lon", "lat", "area_m2", "tags")


@dataclass(frozen=True)
class River:
    """A named river, canal or stream.

    Attributes
    ----------
    name : str
    line : shapely MultiLineString
        WGS-84; all its ways.
    """

    name: str
    line: shapely.MultiLineString


@dataclass(frozen=True, slots=True)
class _Outline:
    """A way or relation with the ways that draw it."""

    osm_type: str
    osm_id: int
    tags: dict[str, str]
    ways: tuple[int, ...]


def read_features(path: Path, within: BaseGeometry | None = None) -> pd.DataFrame:
    """Find what carries one of the tags in :data:`FEATURES`.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.pbf``, ``.osm.gz`` or ``.osm.bz2``.
    within : shapely geometry, optional
        WGS-84. A feature counts where its centre lies within.

    Returns
    -------
    DataFrame
        ``osm_type`` (node, way, relation), ``osm_id``, ``lon``, ``lat`` (WGS-84; of an outline a point within it),
        ``area_m2`` (NaN for a point or an open line), ``tags`` (dict). Nodes, then ways, then relations, by id. An
        outline of which a clipped extract holds no node is left out.

    Raises
    ------
    ProblemsError
        As :func:`network.osm.read_osm` does for the file.
    """
    path = Path(path)
    check_osm_file(path)
    wanted = osmium.filter.TagFilter(*((key, value) for key, values in FEATURES.items() for value in values))
    rows: list[tuple[object, ...]] = [
        ("node", node.id, node.location.lon, node.location.lat, np.nan, dict(node.tags))
        for node in objects(path, osmium.osm.NODE, [wanted])
        if node.location.valid()
    ]
    ways, nodes_of = _tagged_ways(path, wanted)
    relations = _tagged_relations(path, wanted)
    nodes_of |= _way_nodes(path, {way for relation in relations for way in relation.ways} - nodes_of.keys())
    points = read_points(path, _all(nodes_of))
    for outline in [*ways, *relations]:
        shape = _shape([_line(nodes_of[way], points) for way in outline.ways if way in nodes_of])
        if shape is not None:
            centre = shapely.point_on_surface(shape)
            rows.append((outline.osm_type, outline.osm_id, centre.x, centre.y, area_m2(shape), outline.tags))
    features = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"osm_id": "int64"})
    order = features["osm_type"].map({"node": 0, "way": 1, "relation": 2})
    features = features.assign(order=order).sort_values(["order", "osm_id"], ignore_index=True).drop(columns="order")
    if within is None:
        return features
    shapely.prepare(within)
    inside = shapely.contains_xy(within, features["lon"].to_numpy(), features["lat"].to_numpy())
    kept: pd.DataFrame = features.loc[inside].reset_index(drop=True)
    return kept


def read_rivers(path: Path, within: BaseGeometry | None = None) -> list[River]:
    """Find the named waterways, so that the bridges over one can be told.

    Parameters
    ----------
    path : Path
    within : shapely geometry, optional
        Ways that touch it are kept whole.

    Returns
    -------
    list of River
        One a name, by name.
    """
    path = Path(path)
    check_osm_file(path)
    wanted = osmium.filter.TagFilter(*(("waterway", value) for value in WATERWAYS))
    ways, nodes_of = _tagged_ways(path, wanted, osmium.filter.KeyFilter("name", "name:zh"))
    points = read_points(path, _all(nodes_of))
    lines: dict[str, list[BaseGeometry]] = {}
    for way in ways:
        name = way.tags.get("name") or way.tags.get("name:zh")
        line = _line(nodes_of[way.osm_id], points)
        if name and line is not None and (within is None or line.intersects(within)):
            lines.setdefault(name, []).append(line)
    return [River(name, shapely.MultiLineString(lines[name])) for name in sorted(lines)]


def area_m2(shape: BaseGeometry) -> float:
    """Area on the ellipsoid; NaN for what has none."""
    polygons = [orient(part) for part in shapely.get_parts(shape) if part.geom_type == "Polygon"]
    return sum(WGS84.geometry_area_perimeter(part)[0] for part in polygons) if polygons else float("nan")


def _tagged_ways(path: Path, *wanted: object) -> tuple[list[_Outline], dict[int, NDArray[np.int64]]]:
    """Collect ways that all of ``wanted`` let pass, and their nodes."""
    ways, nodes_of = [], {}
    for way in objects(path, osmium.osm.WAY, wanted):
        ways.append(_Outline("way", way.id, dict(way.tags), (way.id,)))
        nodes_of[way.id] = np.array([node.ref for node in way.nodes], dtype=np.int64)
    return ways, nodes_of


def _tagged_relations(path: Path, wanted: object) -> list[_Outline]:
    """Collect multipolygons that ``wanted`` lets pass."""
    multipolygon = osmium.filter.TagFilter(("type", "multipolygon"))
    return [
        _Outline("relation", one.id, dict(one.tags), tuple(part.ref for part in one.members if part.type == "w"))
        for one in objects(path, osmium.osm.RELATION, [wanted, multipolygon])
    ]


def _way_nodes(path: Path, way_ids: set[int]) -> dict[int, NDArray[np.int64]]:
    """Collect the nodes of given ways."""
    uploaded = [way for way in way_ids if way > 0]
    # A filter without ids would let all pass.
    found = objects(path, osmium.osm.WAY, [osmium.filter.IdFilter(uploaded)]) if uploaded else ()
    return {way.id: np.array([node.ref for node in way.nodes], dtype=np.int64) for way in found}


def _all(nodes_of: dict[int, NDArray[np.int64]]) -> NDArray[np.int64]:
    """Join the nodes of all ways."""
    return np.concatenate([np.empty(0, dtype=np.int64), *nodes_of.values()])


def _line(node_ids: NDArray[np.int64], points: Points) -> shapely.LineString | None:
    """Draw a way through those of its nodes that the file holds; None if fewer than two."""
    place, known = points.find(node_ids)
    place = place[known]
    if len(place) < 2:
        return None
    return shapely.LineString(np.column_stack([points.lon[place], points.lat[place]]))


def _shape(lines: list[shapely.LineString | None]) -> BaseGeometry | None:
    """Fill the rings that ``lines`` draw; where they draw none, give the lines."""
    known = shapely.MultiLineString([line for line in lines if line is not None])
    if known.is_empty:
        return None
    filled = shapely.build_area(known)
    return known if filled.is_empty else filled
