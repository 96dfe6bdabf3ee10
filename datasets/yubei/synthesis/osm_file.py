"""Write roads and rivers as OpenStreetMap data, the same bytes every time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import osmium

from synthesis.land import RIVERS, to_lonlat
from synthesis.road_lines import RoadLines, Way
from synthesis.terrain import Terrain

FIRST_NODE = 900_000_000_001
FIRST_WAY = 90_000_000_001
"""Numbers far above OpenStreetMap's own, so that nobody takes one for the other."""


def river_ways(lines: RoadLines, terrain: Terrain) -> list[Way]:
    """Rivers as ways; real names, invented courses."""
    ways = []
    for river in RIVERS:
        nodes = lines.add_nodes(terrain.courses[river.name])
        tags = {"waterway": "river", "name": river.name, "name:en": river.name_en, "synthetic": "yes"}
        ways.append(Way(tags, tuple(nodes)))
    return ways


def write_osm(path: Path, lines: RoadLines, ways: list[Way]) -> None:
    """Write ``ways`` with the nodes they use.

    Without compression: what a compressor makes differs from release to release.
    """
    used = sorted({node for way in ways for node in way.nodes})
    number = {node: FIRST_NODE + place for place, node in enumerate(used)}
    degrees = np.round(to_lonlat(np.array([lines.xy[node] for node in used])), 7)
    header = osmium.io.Header()
    header.set("generator", "make_yubei.py: synthetic roads, no survey")
    header.add_box(
        osmium.osm.Box(*np.floor(degrees.min(axis=0) * 100) / 100, *np.ceil(degrees.max(axis=0) * 100) / 100)
    )
    file = osmium.io.File(str(path), "pbf,pbf_compression=none")
    with osmium.SimpleWriter(file, header=header, overwrite=True) as writer:
        for node, (lon, lat) in zip(used, degrees.tolist(), strict=True):
            writer.add_node(osmium.osm.mutable.Node(id=number[node], location=(lon, lat), version=1))
        for place, way in enumerate(ways):
            nodes = [number[node] for node in way.nodes]
            tags = dict(sorted(way.tags.items()))
            writer.add_way(osmium.osm.mutable.Way(id=FIRST_WAY + place, nodes=nodes, tags=tags, version=1))
