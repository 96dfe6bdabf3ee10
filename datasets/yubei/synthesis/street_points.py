"""Points of the street patterns in towns: jittered blocks, each town turned its own way."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthesis.land import SEED, to_plane
from synthesis.places import Town

JITTER = 0.14
"""Of the block's side, to either side."""


@dataclass(frozen=True)
class StreetPoints:
    """Street corners on the plane.

    Attributes
    ----------
    xy : (n, 2) float64
    town : (n,) int
        Place in the list of towns given.
    row, column : (n,) int
        Place in the town's pattern: lines of the same number are one street.
    block_m : (n,) float64
    """

    xy: NDArray[np.float64]
    town: NDArray[np.int64]
    row: NDArray[np.int64]
    column: NDArray[np.int64]
    block_m: NDArray[np.float64]


def _extent(town: Town) -> tuple[float, float]:
    """Radius of the streets and side of a block, metres."""
    if town.sub_district and town.communities >= 10:
        return 2700.0, 300.0
    if town.sub_district:
        return 2000.0, 340.0
    return 330.0 + 75.0 * min(town.communities, 10), 165.0 + 10.0 * min(town.communities, 10)


def street_points(
    towns: tuple[Town, ...], courses: dict[str, NDArray[np.float64]], outline: NDArray[np.float64]
) -> StreetPoints:
    """Lay a pattern over every town inside the outline; where two meet, a corner belongs to the nearer town."""
    rng = np.random.default_rng(SEED + 1)
    centres = to_plane([(town.lon, town.lat) for town in towns])
    nearest_town, rivers = cKDTree(centres), cKDTree(np.vstack(list(courses.values())))
    parts: list[NDArray[np.float64]] = []
    for place, town in enumerate(towns):
        radius, block = _extent(town)
        angle = rng.random() * np.pi / 2
        lines = np.arange(-int(radius / block), int(radius / block) + 1)
        row, column = (index.ravel() for index in np.meshgrid(lines, lines))
        bent = np.column_stack(
            [column + 0.25 * np.sin(row / 2.3 + place), row + 0.25 * np.sin(column / 2.7 + 2 * place)]
        )
        bent += (rng.random(bent.shape) * 2 - 1) * JITTER
        turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
        squeeze = np.array([1.0, 0.62 + 0.35 * rng.random()])
        xy = (bent * block * squeeze) @ turn + centres[place]
        edge = radius * (0.8 + 0.2 * np.sin(3 * np.arctan2(*(xy - centres[place]).T) + place))
        away = np.hypot(*(xy - centres[place]).T)
        _, mine = nearest_town.query(xy)
        inside = shapely.contains_xy(shapely.Polygon(outline), xy[:, 0], xy[:, 1])
        keep = inside & (away < edge) & (mine == place) & (rivers.query(xy)[0] > 230.0)
        parts.append(
            np.column_stack([xy, np.full(len(xy), place), row, column, np.full(len(xy), block)])[keep],
        )
    table = np.vstack(parts)
    whole = table[:, 2:5].astype(np.int64)
    return StreetPoints(table[:, :2], whole[:, 0], whole[:, 1], whole[:, 2], table[:, 5])
