"""Where villages and communities lie: over their town's land, apart from one another, on gentle ground.

A town's land is what lies nearer to it than to any other town (a Voronoi cell, with the neighbours outside the 22
counted in). Nothing of this is a survey: every position is marked as estimated.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthesis.land import SEED, to_plane
from synthesis.land_graph import LandGraph
from synthesis.places import Town

STEEP = 0.10
CHOICES = 40
"""Points tried for each village; the one farthest from those placed, weighed by slope, is taken."""


def place_villages(
    land: LandGraph, towns: tuple[Town, ...], neighbours: tuple[Town, ...], villages: pd.DataFrame
) -> NDArray[np.int64]:
    """(v,) point of the land graph for each row of ``villages``."""
    rng = np.random.default_rng(SEED + 4)
    everyone = towns + neighbours
    centres = to_plane([(town.lon, town.lat) for town in everyone])
    away, owner = cKDTree(centres).query(land.xy)
    slope = _slope(land)
    corners = np.arange(len(land.xy)) < len(land.streets.xy)
    places = {town.code: place for place, town in enumerate(towns)}
    at = np.full(len(villages), -1, dtype=np.int64)
    for code, rows in villages.groupby("town_code", sort=True):
        town = places[str(code)]
        mine = owner == town
        for kind, where in (("community", mine & corners), ("village", mine & ~corners & (slope < STEEP * 2.2))):
            wanted = rows.index[rows["kind"] == kind].to_numpy()
            taken = at[rows.index[at[rows.index] >= 0]]
            at[wanted] = _spread(rng, land, np.flatnonzero(where), len(wanted), slope, away, taken)
    return at


def place_hamlets(
    land: LandGraph, towns: tuple[Town, ...], neighbours: tuple[Town, ...], count: int
) -> NDArray[np.int64]:
    """(count,) points of open land in the 22 towns that tracks lead to: hamlets, no sites of the plan."""
    rng = np.random.default_rng(SEED + 5)
    rural = np.array([not town.sub_district for town in towns] + [False] * len(neighbours))
    _, owner = cKDTree(to_plane([(town.lon, town.lat) for town in towns + neighbours])).query(land.xy)
    allowed = np.flatnonzero(
        rural[owner] & (np.arange(len(land.xy)) >= len(land.streets.xy)) & (_slope(land) < 2 * STEEP)
    )
    return np.sort(rng.choice(allowed, size=count, replace=False))


def _spread(
    rng: np.random.Generator,
    land: LandGraph,
    allowed: NDArray[np.int64],
    count: int,
    slope: NDArray[np.float64],
    away: NDArray[np.float64],
    taken: NDArray[np.int64],
) -> NDArray[np.int64]:
    """Pick ``count`` points one by one, each the best of a few random ones."""
    chosen = list(taken)
    for _ in range(count):
        tried = rng.choice(allowed, size=min(CHOICES, len(allowed)), replace=False)
        tried = np.setdiff1d(tried, chosen)
        if not len(tried):
            tried = np.setdiff1d(allowed, chosen)
        worth = 1.0 / (1.0 + slope[tried] / STEEP) / (1.0 + away[tried] / 9000.0)
        if chosen:
            worth = worth * cKDTree(land.xy[chosen]).query(land.xy[tried])[0]
        chosen.append(int(tried[np.argmax(worth)]))
    return np.array(chosen[len(taken) :], dtype=np.int64)


def _slope(land: LandGraph) -> NDArray[np.float64]:
    """(n,) steepest joint at each point, rise over run."""
    slope = np.zeros(len(land.xy))
    steep = np.abs(land.height_m[land.joints[:, 0]] - land.height_m[land.joints[:, 1]]) / land.length_m
    for end in (0, 1):
        np.maximum.at(slope, land.joints[:, end], steep)
    return slope
