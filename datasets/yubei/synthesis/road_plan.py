"""The main roads as declared: expressways, national, provincial and county roads, tunnels and old bridges.

Numbers such as G65 and S303 are of the kind found in such a district; the lines are invented and carry
``synthetic=yes``. Village roads and streets are not declared here: they grow in :mod:`synthesis.road_growth`.
"""

from __future__ import annotations

from dataclasses import dataclass

from synthesis.land import Line


@dataclass(frozen=True)
class Expressway:
    """A dual carriageway on a line of its own.

    Attributes
    ----------
    ref, name : str
    line : Line
        Control points.
    interchanges : tuple of (str, (lon, lat))
        Where ramps lead to the other roads.
    tunnels : tuple of (str, (lon, lat), (lon, lat))
        The stretch between the points nearest to the two given.
    """

    ref: str
    name: str
    line: Line
    interchanges: tuple[tuple[str, tuple[float, float]], ...]
    tunnels: tuple[tuple[str, tuple[float, float], tuple[float, float]], ...]


@dataclass(frozen=True)
class Route:
    """A declared road: it runs through its stops by the cheapest way over the land.

    Attributes
    ----------
    ref, name, highway : str
        ``highway`` is OSM's class.
    stops : tuple
        Names of towns, or lon, lat points.
    tunnels : tuple of (str, (lon, lat), (lon, lat))
        Straight bores that only this road may use when it is laid.
    """

    ref: str
    name: str
    highway: str
    stops: tuple[str | tuple[float, float], ...]
    tunnels: tuple[tuple[str, tuple[float, float], tuple[float, float]], ...] = ()


# fmt: off
EXPRESSWAYS: tuple[Expressway, ...] = (
    Expressway("G65", "渝邻高速", (
        (106.585, 29.612), (106.600, 29.645), (106.634, 29.672), (106.652, 29.705), (106.662, 29.750),
        (106.680, 29.795), (106.708, 29.835), (106.722, 29.870), (106.740, 29.915), (106.757, 29.955),
        (106.775, 29.990),
        (106.808, 30.020), (106.838, 30.048), (106.858, 30.062)),
        (("人和互通", (106.588, 29.619)), ("空港互通", (106.650, 29.700)),
         ("木耳互通", (106.676, 29.787)), ("古路互通", (106.714, 29.845)),
         ("兴隆互通", (106.733, 29.897)), ("茨竹互通", (106.757, 29.955)), ("大湾互通", (106.816, 30.027))),
        (("铜锣山北隧道", (106.770, 29.980), (106.798, 30.012)),)),
    Expressway("G5001", "绕城高速", (
        (106.545, 29.764), (106.580, 29.760), (106.620, 29.764), (106.662, 29.766), (106.700, 29.752),
        (106.735, 29.738), (106.775, 29.728), (106.800, 29.705), (106.806, 29.675), (106.812, 29.645)),
        (("悦来互通", (106.572, 29.760)), ("空港北互通", (106.632, 29.765)), ("王家互通", (106.697, 29.754)),
         ("龙兴互通", (106.797, 29.711))),
        (("玉峰山隧道", (106.743, 29.736), (106.774, 29.728)),)),
    Expressway("G50", "渝宜高速", (
        (106.634, 29.672), (106.675, 29.684), (106.715, 29.694), (106.755, 29.704), (106.787, 29.722),
        (106.818, 29.746), (106.855, 29.757), (106.890, 29.759), (106.925, 29.754), (106.966, 29.762)),
        (("玉峰山互通", (106.708, 29.692)), ("石船互通", (106.816, 29.744)), ("洛碛互通", (106.932, 29.755))),
        (("铜锣山隧道", (106.742, 29.700), (106.770, 29.712)), ("明月山隧道", (106.872, 29.759), (106.905, 29.758)))),
)

ROUTES: tuple[Route, ...] = (
    Route("G210", "国道210线", "trunk", (
        (106.546, 29.594), "人和街道", "翠云街道", "双龙湖街道", "木耳镇", "兴隆镇", "茨竹镇", (106.787, 30.020),
        "大湾镇", (106.846, 30.066))),
    Route("G319", "国道319线", "trunk", (
        "翠云街道", "回兴街道", "玉峰山镇", (106.744, 29.712), (106.771, 29.716), "龙兴镇", "石船镇", (106.868, 29.775),
        (106.895, 29.780), "洛碛镇", (106.975, 29.754)),
        (("石壁隧道", (106.744, 29.712), (106.771, 29.716)),)),
    Route("S303", "省道303线", "primary", (
        "悦来街道", "双龙湖街道", "王家街道", "古路镇", (106.772, 29.846), (106.796, 29.850), "统景镇", "大盛镇",
        (106.938, 29.930)),
        (("中坪隧道", (106.772, 29.846), (106.796, 29.850)),)),
    Route("S102", "省道102线", "primary", ("龙兴镇", "石船镇", "统景镇", "大湾镇")),
    Route("S204", "省道204线", "primary", (
        "龙兴镇", (106.842, 29.660), (106.884, 29.664), "洛碛镇", (106.955, 29.775))),
    Route("S513", "省道513线", "secondary", ("木耳镇", "古路镇", "兴隆镇", "茨竹镇")),
    Route("X210", "县道210线", "secondary", ("回兴街道", "双凤桥街道", "王家街道", "玉峰山镇")),
    Route("X214", "县道214线", "tertiary", (
        "玉峰山镇", (106.744, 29.688), (106.748, 29.674), (106.757, 29.676), (106.768, 29.680), "龙兴镇")),
    Route("X225", "县道225线", "secondary", ("石船镇", (106.872, 29.800), "大盛镇")),
    Route("X231", "县道231线", "secondary", ("兴隆镇", (106.790, 29.890), (106.822, 29.905), "大盛镇")),
    Route("X238", "县道238线", "tertiary", ("洛碛镇", (106.919, 29.829), "大盛镇")),
    Route("X242", "县道242线", "tertiary", ("古路镇", (106.767, 29.772), "石船镇")),
    Route("X247", "县道247线", "tertiary", ("兴隆镇", (106.622, 29.868), "木耳镇")),
    Route("X251", "县道251线", "tertiary", ("茨竹镇", (106.668, 29.960), (106.650, 29.940))),
    Route("X256", "县道256线", "tertiary", ("大湾镇", (106.868, 30.015), (106.882, 29.975), "大盛镇")),
    Route("", "龙山大道", "secondary", ("龙溪街道", "龙山街道", "龙塔街道", "人和街道", "大竹林街道")),
    Route("", "金渝大道", "secondary", ("大竹林街道", "礼嘉街道", "鸳鸯街道", "翠云街道", "宝圣湖街道", "两路街道")),
    Route("", "悦港大道", "secondary", ("礼嘉街道", "悦来街道", "仙桃街道", "双龙湖街道", "双凤桥街道", "两路街道")),
    Route("", "仙宝大道", "secondary", ("仙桃街道", "宝圣湖街道", "回兴街道")),
)
# fmt: on

OLD_BRIDGE_T = (10.0, 15.0, 20.0)
"""Weight limits drawn for old bridges of county and village roads."""
