"""What each village faces and how it is reached by the rescue circles: rules over the made land.

Hazards
    flood: within 650 m of an inner river or 1 km of a great one, below 300 m. Landslide: the ground within 400 m
    falls by 7 % or more. Forest fire: above 400 m. Snow: above 600 m. Chemical: within 1.5 km of a declared park.
    A town faces what at least two of its villages and communities face.
Area type
    A community is built-up area, in a declared park industrial. A village within 4 km of a sub-district's streets is
    outskirts; of the others, those with 150 residents a km² or more within 2.5 km, or within 2 km of a town's seat,
    are populous countryside, the rest remote.
Communications
    Not assured after a disaster in remote villages and above 400 m.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthesis.land import SEED, to_plane
from synthesis.land_graph import GREAT_RIVERS
from synthesis.roads import MadeLand
from synthesis.terrain import Terrain

PARKS: dict[str, tuple[float, float]] = {
    "空港工业园": (106.6500, 29.7330),
    "龙兴工业园": (106.8000, 29.6930),
    "洛碛化工园": (106.9480, 29.7370),
}
"""Industrial parks, placed by hand; a declared assumption of the demo."""

PARK_M = 1500.0
FLOOD_M, FLOOD_GREAT_M, FLOOD_BELOW_M = 650.0, 1000.0, 300.0
LANDSLIDE_SLOPE = 0.07
FOREST_ABOVE_M, SNOW_ABOVE_M = 400.0, 600.0
OUTSKIRTS_M, SEAT_M = 4000.0, 2000.0
DENSE_PER_KM2, DENSE_WITHIN_M = 150.0, 2500.0
COMMUNITY_WEIGHT = 2.5
"""A community of a 镇 has so many times a village's residents."""


@dataclass(frozen=True)
class Settlements:
    """Villages and communities with all that the rules say of them.

    Attributes
    ----------
    table : DataFrame
        Columns of :attr:`~synthesis.roads.MadeLand.villages`, and population, hazards (``;`` joined), area_type,
        communications_assured, slope, height_m.
    town_hazards : dict of str to str
        By town code.
    """

    table: pd.DataFrame
    town_hazards: dict[str, str]


def settle(made: MadeLand) -> Settlements:
    """Apply the rules of the module's text."""
    table = made.villages.copy()
    xy = table[["x", "y"]].to_numpy()
    table["population"] = _residents(made)
    table["height_m"] = made.terrain.at(xy)
    table["slope"] = steepness(made.terrain, xy)
    faced = _faced(made.terrain, xy, table["height_m"].to_numpy(), table["slope"].to_numpy())
    table["hazards"] = [";".join(name for name in faced if faced[name][row]) for row in range(len(table))]
    table["area_type"] = _area_types(made, table)
    table["communications_assured"] = (table["area_type"] != "remote") & (table["height_m"] < FOREST_ABOVE_M)
    towns = {}
    for code, rows in table.groupby("town_code"):
        towns[str(code)] = ";".join(name for name in faced if faced[name][rows.index].sum() >= 2)
    return Settlements(table, towns)


def steepness(terrain: Terrain, xy: NDArray[np.float64], reach_m: float = 400.0) -> NDArray[np.float64]:
    """(n,) steepest fall from a point to a circle around it, rise over run."""
    turns = np.linspace(0, 2 * np.pi, 12, endpoint=False)
    around = np.stack([np.cos(turns), np.sin(turns)], axis=1) * reach_m
    heights = np.stack([terrain.at(xy + step) for step in around])
    steepest: NDArray[np.float64] = np.abs(heights - terrain.at(xy)).max(axis=0) / reach_m
    return steepest


def _residents(made: MadeLand) -> NDArray[np.int64]:
    """(v,) the town's residents split by seeded weights, to the last person."""
    rng = np.random.default_rng(SEED + 10)
    table = made.villages
    people = np.zeros(len(table), dtype=np.int64)
    for town in made.towns:
        rows = np.flatnonzero(table["town_code"] == town.code)
        rural = (table["kind"].to_numpy()[rows] == "village") | town.sub_district
        weight = np.where(rural, 1.0, COMMUNITY_WEIGHT) * (0.55 + 0.9 * rng.random(len(rows)))
        if town.sub_district:
            weight = np.where(table["kind"].to_numpy()[rows] == "village", weight * 0.35, weight)
        exact = weight / weight.sum() * town.population
        people[rows] = np.floor(exact)
        short = town.population - people[rows].sum()
        people[rows[np.argsort(np.floor(exact) - exact, kind="stable")[:short]]] += 1
    return people


def _faced(
    terrain: Terrain, xy: NDArray[np.float64], height: NDArray[np.float64], slope: NDArray[np.float64]
) -> dict[str, NDArray[np.bool_]]:
    """(v,) by hazard."""
    flood = np.zeros(len(xy), dtype=np.bool_)
    for name, course in terrain.courses.items():
        flood |= cKDTree(course).query(xy)[0] < (FLOOD_GREAT_M if name in GREAT_RIVERS else FLOOD_M)
    return {
        "flood": flood & (height < FLOOD_BELOW_M),
        "landslide": slope >= LANDSLIDE_SLOPE,
        "forest_fire": height >= FOREST_ABOVE_M,
        "snow": height >= SNOW_ABOVE_M,
        "chemical": in_park(xy),
    }


def in_park(xy: NDArray[np.float64]) -> NDArray[np.bool_]:
    """(n,) whether within reach of a declared park."""
    near: NDArray[np.bool_] = cKDTree(to_plane(list(PARKS.values()))).query(xy)[0] < PARK_M
    return near


def _area_types(made: MadeLand, table: pd.DataFrame) -> NDArray[np.object_]:
    """(v,) by the rule."""
    xy = table[["x", "y"]].to_numpy()
    everyone = made.towns + made.neighbours
    urban = np.array([town.sub_district for town in everyone])[made.land.streets.town]
    outskirts = cKDTree(made.land.streets.xy[urban]).query(xy)[0] < OUTSKIRTS_M
    seat = cKDTree(to_plane([(town.lon, town.lat) for town in everyone])).query(xy)[0] < SEAT_M
    tree, people = cKDTree(xy), table["population"].to_numpy()
    near = np.array([people[rows].sum() for rows in tree.query_ball_point(xy, DENSE_WITHIN_M)])
    dense = near / (np.pi * (DENSE_WITHIN_M / 1000) ** 2) >= DENSE_PER_KM2
    rural = np.where(outskirts, "outskirts", np.where(dense | seat, "populous_rural", "remote"))
    community = (table["kind"] == "community").to_numpy()
    areas: NDArray[np.object_] = np.where(community, np.where(in_park(xy), "industrial", "built_up"), rural)
    return areas
