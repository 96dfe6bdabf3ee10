"""The hierarchy of a road network, worked out once and kept.

It hangs on which nodes the links join and on where they lie, not on times; so it is kept by a hash of these, and roads
that change in any way get a new one.
"""

from __future__ import annotations

import hashlib
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

import network.dissection
import network.hierarchy
from network.hierarchy import Hierarchy, hierarchy_of
from network.kept import code_hash, kept

if TYPE_CHECKING:
    from network.roads import RoadNetwork

WORTH_KEEPING = 5000
"""Nodes; the hierarchy of a smaller network is made sooner than a file is read."""


def hierarchy_for(roads: RoadNetwork) -> Hierarchy:
    """Load the hierarchy of ``roads``, or make it and keep it."""
    if roads.node_count < WORTH_KEEPING:
        return _make(roads)
    code = code_hash((network.dissection, network.hierarchy))
    name = f"{_fingerprint(roads)}-{code}.hierarchy.npz"
    return kept(name, lambda file: _load(file, roads), lambda: _make(roads), lambda made, file: made.save(file))


def _make(roads: RoadNetwork) -> Hierarchy:
    return hierarchy_of(roads.node_count, roads.tail, roads.head, roads.lon, roads.lat)


def _fingerprint(roads: RoadNetwork) -> str:
    """Hash of all that the hierarchy hangs on."""
    content = hashlib.sha256(str(roads.node_count).encode())
    for array in (roads.tail, roads.head, roads.lon, roads.lat):
        content.update(np.ascontiguousarray(array).tobytes())
    return content.hexdigest()


def _load(file: Path, roads: RoadNetwork) -> Hierarchy | None:
    """Read a kept hierarchy; None where it is damaged, so that no index in it leads out of an array."""
    try:
        found = Hierarchy.load(file)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return None
    return found if (found.node_count, len(found.link_arc)) == (roads.node_count, roads.link_count) else None
