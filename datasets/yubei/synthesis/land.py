"""The lie of the land in broad strokes: district outline, rivers, ridges and passes.

Real names; courses drawn by hand from general knowledge of the district's geography, so no line here is a survey. All
points are lon, lat in WGS-84 degrees; the rest of the script works in metres on a local plane.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.interpolate import CubicSpline

SEED = 500112
"""Of every random draw; the district's administrative code."""

ORIGIN_LON, ORIGIN_LAT = 106.45, 29.57
METRES_A_DEGREE = 111_195.0
METRES_A_DEGREE_LON = METRES_A_DEGREE * float(np.cos(np.radians(29.85)))

Line = tuple[tuple[float, float], ...]


@dataclass(frozen=True)
class River:
    """A river with what it takes to cross it.

    Attributes
    ----------
    name, name_en : str
    line : Line
        Control points, downstream.
    meander_m : float
        How far it swings off the control line.
    bridge_cost_m : float
        A bridge is worth a detour of so many metres; infinite where only declared bridges cross.
    """

    name: str
    name_en: str
    line: Line
    meander_m: float
    bridge_cost_m: float


@dataclass(frozen=True)
class Ridge:
    """A ridge with its crest height above the valleys and the passes over it.

    Attributes
    ----------
    name : str
    line : Line
        The crest, south to north.
    height_m, width_m : float
        Crest above the valleys and half width of the flank.
    passes : Line
        Only near these points does a road cross the crest in the open.
    """

    name: str
    line: Line
    height_m: float
    width_m: float
    passes: Line


# fmt: off
OUTLINE: Line = (
    (106.487, 29.594), (106.462, 29.612), (106.452, 29.632), (106.474, 29.655), (106.482, 29.684), (106.505, 29.697),
    (106.530, 29.715), (106.540, 29.740), (106.532, 29.764), (106.555, 29.785), (106.583, 29.815), (106.607, 29.850),
    (106.626, 29.890), (106.645, 29.930), (106.668, 29.975), (106.690, 30.018), (106.716, 30.054), (106.750, 30.072),
    (106.790, 30.080), (106.840, 30.074), (106.872, 30.056), (106.884, 30.020), (106.896, 29.975), (106.930, 29.945),
    (106.956, 29.900), (106.950, 29.855), (106.936, 29.815), (106.955, 29.785), (106.992, 29.757), (106.966, 29.728),
    (106.946, 29.706), (106.920, 29.682), (106.888, 29.652), (106.852, 29.632), (106.812, 29.640), (106.775, 29.655),
    (106.735, 29.672), (106.700, 29.674), (106.664, 29.662), (106.632, 29.652), (106.600, 29.620),
    (106.572, 29.593), (106.530, 29.585),
)
"""District outline as drawn here, about 1 550 km²; the real district has some 1 450 and is more indented."""

RIVERS: tuple[River, ...] = (
    River("嘉陵江", "Jialing River", (
        (106.478, 29.815), (106.500, 29.790), (106.522, 29.765), (106.532, 29.740), (106.521, 29.715),
        (106.495, 29.701), (106.473, 29.685), (106.466, 29.660), (106.446, 29.640), (106.444, 29.615),
        (106.465, 29.598), (106.495, 29.585), (106.535, 29.577)), 150, float("inf")),
    River("长江", "Yangtze River", (
        (106.690, 29.600), (106.740, 29.622), (106.790, 29.612), (106.845, 29.620), (106.890, 29.645),
        (106.922, 29.676), (106.950, 29.703), (106.972, 29.728), (107.000, 29.750)), 200, float("inf")),
    River("御临河", "Yulin River", (
        (106.905, 30.085), (106.880, 30.040), (106.874, 29.990), (106.853, 29.945), (106.868, 29.905),
        (106.853, 29.872), (106.840, 29.842), (106.858, 29.812), (106.842, 29.782), (106.853, 29.748),
        (106.834, 29.722), (106.845, 29.690), (106.862, 29.660), (106.868, 29.635)), 420, 6000),
    River("温塘河", "Wentang River", (
        (106.800, 30.010), (106.812, 29.975), (106.822, 29.945), (106.814, 29.912), (106.832, 29.885),
        (106.851, 29.868)), 260, 2400),
    River("后河", "Hou River", (
        (106.752, 30.045), (106.735, 30.010), (106.725, 29.975), (106.716, 29.935), (106.692, 29.900),
        (106.680, 29.868), (106.655, 29.835), (106.630, 29.810), (106.598, 29.790), (106.562, 29.772),
        (106.524, 29.762)), 320, 2200),
    River("朝阳河", "Chaoyang River", (
        (106.728, 29.832), (106.716, 29.802), (106.708, 29.775), (106.714, 29.742), (106.731, 29.716),
        (106.728, 29.690), (106.741, 29.662), (106.752, 29.625)), 260, 1800),
)

RIDGES: tuple[Ridge, ...] = (
    Ridge("华蓥山余脉", (
        (106.577, 29.803), (106.610, 29.845), (106.635, 29.890), (106.655, 29.935), (106.680, 29.985),
        (106.708, 30.035), (106.735, 30.085)), 500, 1700, ((106.622, 29.868), (106.668, 29.960))),
    Ridge("铜锣山", (
        (106.760, 29.645), (106.756, 29.690), (106.760, 29.735), (106.770, 29.785), (106.783, 29.840),
        (106.790, 29.900), (106.783, 29.950), (106.784, 29.995), (106.793, 30.040), (106.806, 30.090)),
        360, 1350, ((106.757, 29.676), (106.767, 29.772), (106.790, 29.890), (106.786, 30.022))),
    Ridge("明月山", (
        (106.868, 29.672), (106.876, 29.710), (106.885, 29.752), (106.906, 29.805), (106.932, 29.852),
        (106.944, 29.900), (106.936, 29.950)), 470, 1450, ((106.895, 29.780), (106.919, 29.829))),
)
# fmt: on


def to_plane(lonlat: ArrayLike) -> NDArray[np.float64]:
    """(n, 2) metres east and north of the origin."""
    points = np.asarray(lonlat, dtype=np.float64).reshape(-1, 2)
    scale = [METRES_A_DEGREE_LON, METRES_A_DEGREE]
    return (points - [ORIGIN_LON, ORIGIN_LAT]) * scale


def to_lonlat(plane: ArrayLike) -> NDArray[np.float64]:
    """(n, 2) lon, lat in degrees."""
    points = np.asarray(plane, dtype=np.float64).reshape(-1, 2)
    return points / [METRES_A_DEGREE_LON, METRES_A_DEGREE] + [ORIGIN_LON, ORIGIN_LAT]


def smooth_line(points: NDArray[np.float64], step_m: float) -> NDArray[np.float64]:
    """(m, 2) metres: a curve through ``points``, a point about every ``step_m``."""
    chord = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(points, axis=0).T))])
    curve = CubicSpline(chord, points)
    dense = curve(np.linspace(0, chord[-1], int(chord[-1] / 10) + 2))
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(dense, axis=0).T))])
    at = np.linspace(0, along[-1], max(2, round(along[-1] / step_m) + 1))
    return np.column_stack([np.interp(at, along, dense[:, axis]) for axis in (0, 1)])


def river_course(river: River, rng: np.random.Generator) -> NDArray[np.float64]:
    """(m, 2) metres: the river with its meanders, a point about every 120 m."""
    line = smooth_line(to_plane(river.line), 120.0)
    tangent = np.gradient(line, axis=0)
    normal = np.column_stack([-tangent[:, 1], tangent[:, 0]]) / np.hypot(*tangent.T)[:, None]
    at = np.arange(len(line)) * 120.0
    swing = sum(
        np.sin(2 * np.pi * at / length + rng.random() * 2 * np.pi) * share
        for length, share in ((2600.0, 0.6), (1500.0, 0.3), (900.0, 0.15))
    )
    ends = np.minimum(1.0, np.minimum(at, at[::-1]) / 800.0)
    return line + normal * (swing * ends * river.meander_m)[:, None]
