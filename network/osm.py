"""Roads from an OpenStreetMap file, whatever its size.

The usable ways (:mod:`network.road_tags`) are read first, then the positions of their nodes, so that memory follows the
roads and not the buildings of an extract. Blocked nodes (``barrier=block`` and the like) and nodes
that a clipped extract lacks are left out, and the way is cut there.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

import numpy as np
import osmium
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.clip import clip
from network.crossings import with_rivers
from network.features import River, read_features, read_rivers
from network.links import Way, build_network
from network.osm_file import check_osm_file, header, objects, read_points
from network.place import download_place
from network.problem import Problem, ProblemsError
from network.road_tags import road_tags
from network.roads import RoadNetwork
from network.words import Phrase

__all__ = ["LICENCE", "SYNTHETIC", "River", "read_features", "read_osm", "read_place", "read_rivers"]

LICENCE = "© OpenStreetMap contributors, ODbL 1.0"
SYNTHETIC = "synthetic"
"""A file whose ``generator`` begins so describes roads that do not exist."""

_BLOCKS = frozenset(
    {"block", "jersey_barrier", "debris", "log", "bollard", "planter", "boulder", "fence", "wall", "ditch"}
)
_YIELDING = frozenset({"removable", "foldable", "rising", "flexible", "collapsible"})


def read_osm(path: Path, within: BaseGeometry | None = None) -> RoadNetwork:
    """Read the roads that an emergency vehicle can use.

    Parameters
    ----------
    path : Path
        ``.osm``, ``.osm.pbf``, ``.osm.gz`` or ``.osm.bz2``.
    within : shapely geometry, optional
        WGS-84. Links that touch it are kept whole, up to their next junction outside.

    Returns
    -------
    RoadNetwork
        All pieces of road, connected or not, with the named waterways that they cross.

    Raises
    ------
    ProblemsError
        The file is missing, empty, broken off or not OSM; it holds no usable road, or none within the area.
    """
    path = Path(path)
    check_osm_file(path)
    ways = _ways(path)
    node_ids = np.concatenate([np.empty(0, dtype=np.int64), *(way.nodes for way in ways)])
    points = read_points(path, np.setdiff1d(node_ids, _blocked_nodes(path)))
    said = header(path)
    synthetic = said.get("generator", "").lower().startswith(SYNTHETIC)
    network = build_network(ways, points, source=_source(path, said, synthetic), synthetic=synthetic)
    if not network.link_count:
        raise ProblemsError([_nothing(path, "no_roads")])
    clipped = network if within is None else clip(network, within)
    if not clipped.link_count:
        sides = {"west": network.lon.min(), "east": network.lon.max()}
        sides |= {"south": network.lat.min(), "north": network.lat.max()}
        raise ProblemsError([_nothing(path, "no_roads_within", **{k: f"{side:.4f}" for k, side in sides.items()})])
    return with_rivers(clipped, read_rivers(path, within))


def read_place(name: str) -> RoadNetwork:
    """Read the roads of a place by its name; needs the internet.

    :func:`network.place.download_place` keeps the file, for features and rivers beside the roads.

    Raises
    ------
    ProblemsError
        No internet, no such place, or no road in it.
    """
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "place.osm"
        area = download_place(name, path)
        return read_osm(path, area)


def _ways(path: Path) -> list[Way]:
    """Find the usable ways and the ids of their nodes."""
    ways = []
    for way in objects(path, osmium.osm.WAY, [osmium.filter.KeyFilter("highway")]):
        tags = road_tags(dict(way.tags))
        if tags is not None:
            nodes = np.fromiter((node.ref for node in way.nodes), dtype=np.int64, count=len(way.nodes))
            ways.append(Way(way.id, tags, nodes))
    return ways


def _blocked_nodes(path: Path) -> NDArray[np.int64]:
    """Find nodes where a barrier stands that no driver can open."""
    barriers = objects(path, osmium.osm.NODE, [osmium.filter.TagFilter(*(("barrier", kind) for kind in _BLOCKS))])
    return np.array([node.id for node in barriers if not _gives_way(node.tags)], dtype=np.int64)


def _gives_way(tags: osmium.osm.TagList) -> bool:
    """Tell whether a barrier can be taken out or folded down, or is meant for emergency vehicles."""
    return tags.get("bollard") in _YIELDING or tags.get("emergency") == "yes"


def _source(path: Path, said: dict[str, str], synthetic: bool) -> str:
    """Name the file and its licence."""
    if synthetic:
        return f"{said['generator']} ({path.name})"
    return f"{LICENCE} ({', '.join([path.name, *filter(None, [said.get('timestamp')])])})"


def _nothing(path: Path, entry: str, **values: object) -> Problem:
    """Report that no road is left."""
    return Problem(
        Phrase(f"network.roads.{entry}", **values), Phrase(f"network.roads.{entry}_mend", **values), file=path.name
    )
