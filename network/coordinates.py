"""Coordinates as planners have them: WGS-84, CGCS2000, GCJ-02 (phone maps) and BD-09 (Baidu), decimal or in degrees.

GCJ-02 and BD-09 follow their published reverse-engineered formulas; the way back has no formula and is found by
iteration, to well below 0.1 mm. CGCS2000 differs from WGS-84 by centimetres and is taken as equal.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from typing import Literal, get_args

import numpy as np
from numpy.typing import ArrayLike, NDArray

CoordinateSystem = Literal["wgs84", "cgcs2000", "gcj02", "bd09"]
COORDINATE_SYSTEMS: tuple[CoordinateSystem, ...] = get_args(CoordinateSystem)

Floats = NDArray[np.float64]
Axes = tuple[Floats, Floats]

_SEMI_MAJOR_M = 6378245.0
_ECCENTRICITY_SQUARED = 0.00669342162296594323  # Krasovsky 1940, as the formula has it
_BAIDU_LON, _BAIDU_LAT = 0.0065, 0.006
_BAIDU_WAVE = np.pi * 3000.0 / 180.0

_CHINA = np.array(
    [
        (79.40, 42.80, 96.40, 49.30),
        (109.60, 39.30, 135.20, 54.20),
        (73.10, 29.50, 124.20, 42.90),
        (82.90, 26.70, 97.10, 29.60),
        (97.00, 20.40, 124.40, 29.60),
        (107.90, 17.80, 111.80, 20.50),
        (110.90, 3.50, 118.50, 20.50),
    ]
)
"""West, south, east, north of boxes that together cover China, with some land of its neighbours along the border.

The formula's own single box (72.004-137.8347, 0.8293-55.8271) would also move Korea, Thailand and the Philippines.
"""

_LARGEST_ERROR_DEG = 1e-12
_STEPS = 20

_FIGURE = r"(\d+(?:\.\d+)?)"
_DEGREES = re.compile(
    rf"^([+-])?\s*{_FIGURE}(?:\s*[°度]\s*|[\s:]+|-|$)"
    rf"(?:{_FIGURE}(?:\s*['′’‘分]\s*|[\s:]+|-|$)"
    rf"(?:{_FIGURE}\s*(?:\"|″|''|′′|’’|”|“|秒)?)?)?$"
)
_HEMISPHERES = {"东经": 1, "北纬": 1, "西经": -1, "南纬": -1, "E": 1, "N": 1, "W": -1, "S": -1}


def to_wgs84(lon: ArrayLike, lat: ArrayLike, system: CoordinateSystem) -> Axes:
    """Turn coordinates of ``system`` into WGS-84.

    Parameters
    ----------
    lon, lat : float arrays of one shape
        Degrees.
    system : {"wgs84", "cgcs2000", "gcj02", "bd09"}

    Returns
    -------
    lon, lat : float64 arrays
        WGS-84 degrees.
    """
    there = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if _check(system) in ("wgs84", "cgcs2000"):
        return there
    gcj02 = _undo(_gcj02_to_bd09, *there) if system == "bd09" else there
    # Whether to move is asked of the point given, so that no guess strays over an edge of the boxes.
    return _where(in_china(*gcj02), _undo(_shifted, *gcj02), gcj02)


def from_wgs84(lon: ArrayLike, lat: ArrayLike, system: CoordinateSystem) -> Axes:
    """Turn WGS-84 coordinates into those of ``system``; the inverse of :func:`to_wgs84`."""
    here = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    if _check(system) in ("wgs84", "cgcs2000"):
        return here
    gcj02 = _where(in_china(*here), _shifted(*here), here)
    return _gcj02_to_bd09(*gcj02) if system == "bd09" else gcj02


def in_china(lon: ArrayLike, lat: ArrayLike) -> NDArray[np.bool_]:
    """Where GCJ-02 differs from WGS-84: coarse boxes around China."""
    east, north = np.asarray(lon, dtype=np.float64)[..., None], np.asarray(lat, dtype=np.float64)[..., None]
    inside = (east >= _CHINA[:, 0]) & (north >= _CHINA[:, 1]) & (east <= _CHINA[:, 2]) & (north <= _CHINA[:, 3])
    return np.asarray(inside.any(axis=-1))


def parse_degrees(text: str) -> float | None:
    """Read one coordinate as people write it.

    Decimal (``106.62``, ``E106.62°``), degrees and minutes, or degrees, minutes and seconds (``106°37'12.5"E``,
    ``106°37′12.5″``, ``东经106度37分12.5秒``, ``106 37 12.5``), full-width or not.

    Returns
    -------
    float or None
        Degrees, west and south negative; None if ``text`` is no coordinate. The range is left to the caller, who knows
        whether it is a longitude.
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    plain, sign = _hemisphere(plain)
    found = _DEGREES.match(plain)
    if not found or (found[1] and sign is not None):
        return None
    figures = [figure for figure in found.groups()[1:] if figure is not None]
    if any("." in figure for figure in figures[:-1]) or any(float(figure) >= 60 for figure in figures[1:]):
        return None
    degrees = sum(float(figure) / 60.0**place for place, figure in enumerate(figures))
    return degrees * (sign if sign is not None else -1 if found[1] == "-" else 1)


def _hemisphere(text: str) -> tuple[str, int | None]:
    """Take the hemisphere off either end; its sign is None where there is none."""
    for name, sign in _HEMISPHERES.items():
        if text.upper().startswith(name):
            return text[len(name) :].lstrip(" :"), sign
        if text.upper().endswith(name):
            return text[: -len(name)].rstrip(), sign
    return text, None


def _check(system: CoordinateSystem) -> CoordinateSystem:
    """Refuse a system that is not known."""
    if system not in COORDINATE_SYSTEMS:
        raise ValueError(f"coordinate system {system!r} is none of {', '.join(COORDINATE_SYSTEMS)}")
    return system


def _undo(forward: Callable[[Floats, Floats], tuple[Floats, Floats]], lon: Floats, lat: Floats) -> Axes:
    """Find the point that ``forward`` moves to (``lon``, ``lat``), by correcting a guess until it lands there."""
    guess_lon, guess_lat = lon.copy(), lat.copy()
    for _ in range(_STEPS):
        there_lon, there_lat = forward(guess_lon, guess_lat)
        off_lon, off_lat = there_lon - lon, there_lat - lat
        guess_lon, guess_lat = guess_lon - off_lon, guess_lat - off_lat
        if not (np.abs(off_lon) + np.abs(off_lat) > _LARGEST_ERROR_DEG).any():
            break
    return guess_lon, guess_lat


def _where(condition: NDArray[np.bool_], yes: Axes, no: Axes) -> Axes:
    """Choose point by point."""
    return np.where(condition, yes[0], no[0]), np.where(condition, yes[1], no[1])


def _shifted(lon: Floats, lat: Floats) -> Axes:
    """Move WGS-84 points by GCJ-02's offset, wherever they lie."""
    x, y = lon - 105.0, lat - 35.0
    ripple = 20.0 * np.sin(6.0 * np.pi * x) + 20.0 * np.sin(2.0 * np.pi * x)
    root = np.sqrt(np.abs(x))
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root
    east = east + (ripple + 20.0 * np.sin(np.pi * x) + 40.0 * np.sin(np.pi / 3.0 * x)) * 2.0 / 3.0
    east = east + (150.0 * np.sin(np.pi / 12.0 * x) + 300.0 * np.sin(np.pi / 30.0 * x)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root
    north = north + (ripple + 20.0 * np.sin(np.pi * y) + 40.0 * np.sin(np.pi / 3.0 * y)) * 2.0 / 3.0
    north = north + (160.0 * np.sin(np.pi / 12.0 * y) + 320.0 * np.sin(np.pi / 30.0 * y)) * 2.0 / 3.0
    across = 1.0 - _ECCENTRICITY_SQUARED * np.sin(np.radians(lat)) ** 2
    metres_east = _SEMI_MAJOR_M / np.sqrt(across) * np.cos(np.radians(lat))
    metres_north = _SEMI_MAJOR_M * (1.0 - _ECCENTRICITY_SQUARED) / (across * np.sqrt(across))
    return lon + np.degrees(east / metres_east), lat + np.degrees(north / metres_north)


def _gcj02_to_bd09(lon: Floats, lat: Floats) -> Axes:
    """Add Baidu's own offset."""
    radius = np.hypot(lon, lat) + 0.00002 * np.sin(lat * _BAIDU_WAVE)
    angle = np.arctan2(lat, lon) + 0.000003 * np.cos(lon * _BAIDU_WAVE)
    return radius * np.cos(angle) + _BAIDU_LON, radius * np.sin(angle) + _BAIDU_LAT
