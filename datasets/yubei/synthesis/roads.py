"""The whole road network of the demo region, from the seed to ways."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthesis.expressways import add_expressways, interchange_points
from synthesis.land_graph import LandGraph, make_land_graph
from synthesis.places import Town, read_neighbours, read_towns, read_villages
from synthesis.road_growth import close_loops, draft_roads, give_access
from synthesis.road_lines import Names, RoadLines, form_roads, short_name
from synthesis.street_points import street_points
from synthesis.terrain import Terrain, make_terrain
from synthesis.village_points import place_hamlets, place_villages

HAMLETS = 260
BESIDE_EXPRESSWAY_M = 400.0


@dataclass(frozen=True)
class MadeLand:
    """Everything that the tables are laid upon.

    Attributes
    ----------
    terrain : Terrain
    land : LandGraph
    lines : RoadLines
    towns, neighbours : tuple of Town
    villages : DataFrame
        Columns of :func:`~synthesis.places.read_villages`, and short_name, point (place in the land graph), x, y.
    """

    terrain: Terrain
    land: LandGraph
    lines: RoadLines
    towns: tuple[Town, ...]
    neighbours: tuple[Town, ...]
    villages: pd.DataFrame

    @property
    def road_xy(self) -> NDArray[np.float64]:
        """(n, 2) nodes on ordinary roads, too far from expressways for anything there to be put on one."""
        plain = [way for way in self.lines.ways if _plain(way.tags)]
        fast = [way for way in self.lines.ways if way.tags["highway"].startswith("motorway")]
        xy, beside = (
            np.array([self.lines.xy[node] for node in sorted({node for way in ways for node in way.nodes})])
            for ways in (plain, fast)
        )
        return xy[cKDTree(beside).query(xy)[0] > BESIDE_EXPRESSWAY_M]


def _plain(tags: dict[str, str]) -> bool:
    return not (tags["highway"].startswith("motorway") or "bridge" in tags or "tunnel" in tags)


def make_land() -> MadeLand:
    """Make terrain, villages and roads."""
    terrain = make_terrain()
    towns, neighbours, villages = read_towns(), read_neighbours(), read_villages()
    land = make_land_graph(terrain, street_points(towns + neighbours, terrain.courses, terrain.outline))
    at = place_villages(land, towns, neighbours, villages)
    draft = draft_roads(land, {town.name: town for town in towns + neighbours})
    junctions = land.nearest(interchange_points())
    give_access(draft, junctions, "secondary")
    give_access(draft, at, "unclassified")
    close_loops(draft, at[(villages["kind"] == "village").to_numpy()])
    hamlets = place_hamlets(land, towns, neighbours, HAMLETS)
    give_access(draft, hamlets[::2], "unclassified")
    give_access(draft, hamlets[1::2], "track")
    villages = villages.assign(short_name=villages["village_name"].map(short_name), point=at)
    names = Names(towns + neighbours, villages, cKDTree(land.xy[at]))
    lines = form_roads(draft, terrain, names, np.concatenate([junctions, at]))
    add_expressways(lines, terrain, junctions)
    placed = np.array([lines.xy[point] for point in at])
    return MadeLand(terrain, land, lines, towns, neighbours, villages.assign(x=placed[:, 0], y=placed[:, 1]))
