"""Heights: ridges and river valleys on rolling hills, on a square grid."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import map_coordinates, zoom
from scipy.spatial import cKDTree

from synthesis.land import OUTLINE, RIDGES, RIVERS, SEED, river_course, smooth_line, to_plane

CELL_M = 125.0
MARGIN_M = 1500.0
"""The grid reaches so far beyond the district's outline."""


@dataclass(frozen=True)
class Terrain:
    """Heights and lines of the land, on the plane.

    Attributes
    ----------
    height_m : (rows, columns) float64
        Row 0 lies at the south, cell (0, 0) at the plane's (0, 0).
    courses : dict of str to (n, 2) float64
        Rivers by name.
    crests : dict of str to (n, 2) float64
        Ridges by name.
    outline : (n, 2) float64
    """

    height_m: NDArray[np.float64]
    courses: dict[str, NDArray[np.float64]]
    crests: dict[str, NDArray[np.float64]]
    outline: NDArray[np.float64]

    def at(self, points: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n,) heights in metres at points of the plane."""
        rows_columns = points[:, ::-1].T / CELL_M
        heights: NDArray[np.float64] = map_coordinates(self.height_m, rows_columns, order=1, mode="nearest")
        return heights


def make_terrain() -> Terrain:
    """Build the land from the seed."""
    rng = np.random.default_rng(SEED)
    outline = to_plane(OUTLINE)
    columns, rows = (np.ceil((outline.max(axis=0) + MARGIN_M) / CELL_M)).astype(int)
    courses = {river.name: river_course(river, rng) for river in RIVERS}
    crests = {ridge.name: smooth_line(to_plane(ridge.line), 120.0) for ridge in RIDGES}
    grid = np.stack(np.meshgrid(np.arange(columns), np.arange(rows)), axis=-1).reshape(-1, 2) * CELL_M
    hills = _noise(rng, rows, columns)
    height = 290.0 + hills.ravel() * 75.0
    for ridge in RIDGES:
        away, nearest = cKDTree(crests[ridge.name]).query(grid)
        wave = 1.0 + 0.18 * np.sin(nearest * 120.0 / 2100.0) + 0.12 * hills.ravel()
        height += ridge.height_m * wave * np.exp(-((away / ridge.width_m) ** 2))
    for course in courses.values():
        away, _ = cKDTree(course).query(grid)
        height -= (height - 185.0) * 0.75 * np.exp(-((away / 750.0) ** 2))
    return Terrain(height.reshape(rows, columns), courses, crests, outline)


def _noise(rng: np.random.Generator, rows: int, columns: int) -> NDArray[np.float64]:
    """(rows, columns) rolling hills, about −1 to 1: waves of 5 km, 2 km and 0.8 km."""
    total = np.zeros((rows, columns))
    for length_m, share in ((5000.0, 0.55), (2000.0, 0.4), (800.0, 0.3)):
        coarse = rng.random((int(rows * CELL_M / length_m) + 4, int(columns * CELL_M / length_m) + 4)) * 2 - 1
        fine = zoom(coarse, length_m / CELL_M, order=3)
        total += fine[:rows, :columns] * share
    return total
