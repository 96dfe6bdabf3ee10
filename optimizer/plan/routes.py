"""The roads that a plan's shipments take: for each place and scenario the way of its largest supply."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from network.roads import RoadNetwork
from network.times import paths_from
from optimizer.plan.reach import link_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import Scenario

SIMPLIFIED_DEGREES = 0.0002
"""Lines are drawn to within about 20 m; length and time are of the full line."""
MAIN_ROADS = 4


def routes(region: Region, scenarios: tuple[Scenario, ...], shipments: pd.DataFrame) -> pd.DataFrame:
    """Find the route by which each place gets most of its supply in each scenario."""
    moving = shipments[(shipments["vehicle_class"] != "none") & (shipments["from_site_id"] != shipments["to_site_id"])]
    key = ["scenario_id", "to_site_id", "from_site_id", "vehicle_class"]
    legs = moving.groupby(key, as_index=False).agg(loads=("loads", "sum"), drive_min=("drive_min", "first"))
    largest = legs.sort_values("loads", ascending=False, kind="stable").drop_duplicates(["scenario_id", "to_site_id"])
    state = {scenario.id: scenario.roads for scenario in scenarios}
    parts = [
        with_paths(region, link_ms(region, state[str(scenario)], str(vehicle)), group)
        for (scenario, vehicle), group in largest.sort_values(key).groupby(["scenario_id", "vehicle_class"])
    ]
    columns = [
        "scenario_id",
        "from_site_id",
        "to_site_id",
        "vehicle_class",
        "drive_min",
        "length_km",
        "by_way_of",
        "wkt",
    ]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def with_paths(region: Region, weights: NDArray[np.int32], legs: pd.DataFrame) -> pd.DataFrame:
    """Add the way of each leg.

    Parameters
    ----------
    region : Region
    weights : (m,) int32
        Milliseconds over each link.
    legs : DataFrame
        ``from_site_id``, ``to_site_id`` and whatever else.

    Returns
    -------
    DataFrame
        The legs, by their start, with ``length_km``, ``by_way_of``, ``wkt`` and ``links`` (link numbers in order).
    """
    node = dict(zip(region.sites["site_id"], region.snapping.node, strict=True))
    found = []
    for start, group in legs.groupby("from_site_id"):
        ends = [node[end] for end in group["to_site_id"]]
        paths = paths_from(region.roads, weights, int(node[start]), ends)
        found.append(
            group.assign(
                length_km=[float(region.roads.length_m[path].sum()) / 1000 for path in paths],
                by_way_of=[main_roads(region.roads, path) for path in paths],
                wkt=[_wkt(region.roads, path) for path in paths],
                links=pd.Series(list(paths), index=group.index, dtype=object),
            )
        )
    return pd.concat(found) if found else legs.assign(length_km=[], by_way_of=[], wkt=[], links=[])


def main_roads(roads: RoadNetwork, path: NDArray[np.int32]) -> str:
    """Name the roads on which most of the way is, in the order of travel."""
    numbered = roads.texts[roads.ref[path]] != ""
    text, first, of = np.unique(
        np.where(numbered, roads.ref[path], roads.name[path]), return_index=True, return_inverse=True
    )
    length = np.where(roads.texts[text] == "", 0.0, np.bincount(of, roads.length_m[path], len(text)))
    longest = np.lexsort((first, -length))[:MAIN_ROADS]
    chosen = longest[length[longest] > 0]
    return "、".join(roads.texts[text[chosen[np.argsort(first[chosen])]]].tolist())


def _wkt(roads: RoadNetwork, path: NDArray[np.int32]) -> str:
    if not len(path):
        return "LINESTRING EMPTY"
    points = shapely.get_coordinates(roads.link_lines[path])
    line = shapely.simplify(shapely.linestrings(points), SIMPLIFIED_DEGREES)
    coordinates = ", ".join(f"{lon:.5f} {lat:.5f}" for lon, lat in shapely.get_coordinates(line).tolist())
    return f"LINESTRING ({coordinates})"
