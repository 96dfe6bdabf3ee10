"""Where an event has its centre: in an area, near one of the sites that list its hazard, or near a past one."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.plane import Metres, Plane
from network.words import Language
from optimizer.region.settings import Name


@dataclass(frozen=True)
class Centre:
    """A point, metres (2,), with what it is called."""

    at: NDArray[np.float64]
    place: str


@dataclass(frozen=True)
class Area:
    """A zone, every point of it as likely as the other.

    Attributes
    ----------
    name : Name
    corners : (t, 3, 2) float64
        Triangles that fill it.
    up_to : (t,) float64
        Their areas, summed up and divided by the whole.
    """

    name: Name
    corners: NDArray[np.float64]
    up_to: NDArray[np.float64]

    @classmethod
    def of(cls, name: Name, shape: BaseGeometry, plane: Plane) -> Area:
        """Cut ``shape``, in WGS-84 degrees, into triangles on ``plane``."""
        flat = shapely.transform(shape, lambda points: plane.metres(points[:, 0], points[:, 1]))
        triangles = shapely.get_parts(shapely.constrained_delaunay_triangles(shapely.make_valid(flat)))
        corners = shapely.get_coordinates(triangles).reshape(-1, 4, 2)[:, :3]
        area = np.cumsum(shapely.area(triangles))
        return cls(name, corners, area / area[-1])

    def draw(self, rng: np.random.Generator, language: Language) -> Centre:
        """Draw a triangle by its area, then a point in it."""
        a, b, c = self.corners[np.searchsorted(self.up_to, rng.random(), side="right")]
        along, across = rng.random(2)
        if along + across > 1:
            along, across = 1 - along, 1 - across
        return Centre(a + along * (b - a) + across * (c - a), self.name.say(language))


@dataclass(frozen=True)
class Around:
    """Within ``radius_m`` of one of k named points, each as likely as the other."""

    points: Metres
    names: tuple[str, ...]
    radius_m: float

    def draw(self, rng: np.random.Generator, language: Language) -> Centre:
        """Draw a point, then one within the circle around it."""
        chosen = int(rng.integers(len(self.points)))
        away, turn = self.radius_m * np.sqrt(rng.random()), 2 * np.pi * rng.random()
        return Centre(self.points[chosen] + away * np.array([np.cos(turn), np.sin(turn)]), self.names[chosen])
