"""The named waterways of a file, as a starter region asks for them: how near, how long, which bridge crosses which."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from network.features import River
from optimizer.starter.nearby import Space, along, nearest

STEP_M = 20.0
"""Waterways are held as points so far apart."""


@dataclass(frozen=True)
class Waters:
    """Named waterways.

    Attributes
    ----------
    names : tuple of str
        One a waterway.
    length_m : (w,) float64
    points : (k, 3) float64
        Points along them, earth-centred metres.
    water : (k,) int64
        Which waterway each point lies on.
    """

    names: tuple[str, ...]
    length_m: NDArray[np.float64]
    points: Space
    water: NDArray[np.int64]

    @classmethod
    def of(cls, rivers: Sequence[River]) -> Waters:
        """Hold ``rivers`` as points."""
        lines, owner = [], []
        for place, river in enumerate(rivers):
            for part in shapely.get_parts(river.line):
                lines.append(shapely.get_coordinates(part))
                owner.append(place)
        points, line = along(lines, STEP_M)
        water = np.asarray(owner, dtype=np.int64)[line] if owner else line
        length = np.zeros(len(rivers))
        step = np.linalg.norm(np.diff(points, axis=0), axis=1)
        same = line[1:] == line[:-1]
        np.add.at(length, water[1:][same], step[same])
        return cls(tuple(river.name for river in rivers), length, points, water)

    def distance_m(self, at: Space, which: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(k,) metres from each point to the nearest of the waterways marked in ``which``; infinite without one."""
        distance, _ = nearest(at, self.points[which[self.water]])
        return distance

    def nearest(self, at: Space) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
        """Metres from each point to the nearest waterway, and which; infinite and −1 without any."""
        distance, place = nearest(at, self.points)
        return distance, self.water[place] if len(self.water) else place
