"""Load a region's roads: compiled ones as they are, OpenStreetMap files compiled once and kept in the user's cache."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path

import numpy as np

import network.crossings
import network.features
import network.links
import network.osm
import network.osm_file
import network.road_tags
import network.roads
import network.texts
from network.kept import code_hash, kept
from network.osm import SYNTHETIC, read_osm
from network.problem import Problem, ProblemsError
from network.roads import RoadNetwork
from network.words import Phrase
from optimizer.checksum import sha256

_COMPILERS = (
    network.osm,
    network.osm_file,
    network.links,
    network.road_tags,
    network.roads,
    network.features,
    network.crossings,
    network.texts,
)
"""What a compiled network depends on besides its file."""

_UNREADABLE = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, MemoryError)


def load_roads(path: Path, *, synthetic: bool = False) -> RoadNetwork:
    """Load the roads in ``path``.

    Parameters
    ----------
    path : Path
        ``.npz`` of :meth:`~network.roads.RoadNetwork.save`, or anything that :func:`~network.osm.read_osm` reads. What
        was compiled is kept by the file's SHA-256; without a cache it is compiled every time.
    synthetic : bool
        The region declares that no such roads exist.

    Raises
    ------
    ProblemsError
        The file is missing, damaged, or no road file.
    """
    if not path.is_file():
        raise ProblemsError([_problem("roads_missing", path.name, path=str(path))])
    roads = _compiled(path) if path.suffix == ".npz" else _from_osm(path)
    return _made_up(roads, path) if synthetic else roads


def _made_up(roads: RoadNetwork, path: Path) -> RoadNetwork:
    """Give the roads as what they are declared to be: nobody who maps real ones is to be named as their source."""
    source = roads.source if roads.synthetic else f"{SYNTHETIC} ({path.name})"
    return replace(roads, synthetic=True, source=source)


def _compiled(path: Path) -> RoadNetwork:
    try:
        roads = RoadNetwork.load(path)
    except _UNREADABLE as error:
        raise ProblemsError([_problem("roads_damaged", path.name, detail=type(error).__name__)]) from error
    if not _sound(roads):
        raise ProblemsError([_problem("roads_damaged", path.name, detail="RoadNetwork")])
    return roads


def _sound(roads: RoadNetwork) -> bool:
    """Whether the arrays fit together, so that no later index runs out of them."""
    n, m = roads.node_count, roads.link_count
    of_nodes = (roads.node_id, roads.lon, roads.lat)
    of_links = (roads.head, roads.way_id, roads.length_m, roads.road_class, roads.surface)
    told = (roads.maxspeed_kmh, roads.maxweight_t, roads.maxheight_m, roads.grade, roads.bridge, roads.tunnel)
    named = (roads.name, roads.ref, roads.river, roads.temporary)
    shaped = [array.shape == (n,) for array in of_nodes]
    shaped += [array.shape == (m,) for arrays in (of_links, told, named) for array in arrays]
    if not all(shaped) or n == 0 or m == 0:
        return False
    if roads.shape_first.shape != (m + 1,) or roads.shape_lon.shape != roads.shape_lat.shape:
        return False
    ends = np.concatenate([roads.tail, roads.head])
    texts = np.concatenate(named)
    steps = np.diff(roads.shape_first)
    return bool(
        ends.min() >= 0
        and ends.max() < n
        and texts.min() >= 0
        and texts.max() < len(roads.texts)
        and roads.shape_first[0] == 0
        and steps.min() >= 0
        and roads.shape_first[-1] == len(roads.shape_lon)
    )


def _from_osm(path: Path) -> RoadNetwork:
    """Load what was compiled from this very file by this very code, or compile it and keep it."""
    code = code_hash(_COMPILERS)
    name = f"{sha256(path)}-{code}.npz"
    return kept(name, _compiled_or_none, lambda: read_osm(path), RoadNetwork.save)


def _compiled_or_none(path: Path) -> RoadNetwork | None:
    try:
        return _compiled(path)
    except ProblemsError:
        return None


def _problem(words: str, file: str, **values: object) -> Problem:
    what = Phrase(f"optimizer.region.{words}", **values)
    return Problem(what, Phrase(f"optimizer.region.{words}_mend", **values), file)
