"""Coordinate systems against published points, round trips, and the many ways to write degrees."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from network.coordinates import from_wgs84, in_china, parse_degrees, to_wgs84

GEOD = Geod(ellps="WGS84")

# lat, lon in WGS-84 and in GCJ-02: the test points of github.com/googollee/eviltransform.
PUBLISHED = [
    ((31.1774276, 121.5272106), (31.17530398364597, 121.531541859215)),
    ((22.543847, 113.912316), (22.540796131694766, 113.9171764808363)),
    ((39.911954, 116.377817), (39.91334545536069, 116.38404722455657)),
]


@pytest.mark.parametrize(("wgs84", "gcj02"), PUBLISHED)
def test_gcj02_equals_the_published_points(wgs84: tuple[float, float], gcj02: tuple[float, float]) -> None:
    lon, lat = from_wgs84(wgs84[1], wgs84[0], "gcj02")
    assert (float(lat), float(lon)) == pytest.approx(gcj02, abs=1e-9)
    lon, lat = to_wgs84(gcj02[1], gcj02[0], "gcj02")
    assert (float(lat), float(lon)) == pytest.approx(wgs84, abs=1e-9)


def test_offset_in_chongqing() -> None:
    lon, lat = (axis.ravel() for axis in np.meshgrid(np.linspace(105.3, 110.2, 80), np.linspace(28.2, 32.2, 80)))
    gcj02 = GEOD.inv(lon, lat, *from_wgs84(lon, lat, "gcj02"))[2]
    assert gcj02.min() > 400
    assert gcj02.max() < 610
    bd09 = GEOD.inv(lon, lat, *from_wgs84(lon, lat, "bd09"))[2]
    assert 800 < np.median(bd09) < 1400


@pytest.mark.parametrize("system", ["wgs84", "cgcs2000", "gcj02", "bd09"])
@given(
    lon=st.lists(st.floats(74.0, 134.5), min_size=1, max_size=20),
    lat=st.lists(st.floats(20.5, 53.0), min_size=1, max_size=20),
)
def test_round_trip_is_within_a_tenth_of_a_millimetre(system: str, lon: list[float], lat: list[float]) -> None:
    k = min(len(lon), len(lat))
    points = np.array(lon[:k]), np.array(lat[:k])
    back = to_wgs84(*from_wgs84(*points, system), system)
    # At the edge of the boxes around China a point may move across it and has no way back; foreign land lies there.
    inside = in_china(*points) == in_china(*from_wgs84(*points, "gcj02"))
    metres = GEOD.inv(*points, *back)[2]
    assert (metres[inside] < 1e-4).all()


def test_the_same_point_in_four_systems() -> None:
    assert from_wgs84(106.63, 29.72, "cgcs2000") == (106.63, 29.72)
    gcj02 = from_wgs84(106.63, 29.72, "gcj02")
    bd09 = from_wgs84(106.63, 29.72, "bd09")
    # Baidu's offset is about 0.0065 degrees east and 0.006 north of GCJ-02.
    assert bd09[0] - gcj02[0] == pytest.approx(0.0065, abs=0.001)
    assert bd09[1] - gcj02[1] == pytest.approx(0.006, abs=0.001)
    with pytest.raises(ValueError, match="gcj2"):
        to_wgs84(106.63, 29.72, "gcj2")


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [("Andorra", 1.52, 42.51), ("Legazpi", 123.74, 13.14), ("Seoul", 126.98, 37.57), ("Da Nang", 108.2, 16.05)],
)
def test_abroad_gcj02_is_wgs84(place: str, lon: float, lat: float) -> None:
    assert from_wgs84(lon, lat, "gcj02") == (lon, lat), place
    assert to_wgs84(lon, lat, "gcj02") == (lon, lat), place


@pytest.mark.parametrize(
    ("place", "lon", "lat"),
    [
        ("喀什", 75.99, 39.47),
        ("阿勒泰", 88.14, 47.85),
        ("漠河", 122.54, 52.97),
        ("黑河", 127.53, 50.24),
        ("抚远", 134.31, 48.36),
        ("三亚", 109.51, 18.25),
        ("三沙", 112.34, 16.83),
        ("墨脱", 95.33, 29.33),
        ("普兰", 81.18, 30.29),
        ("亚东", 88.91, 27.48),
        ("勐腊", 101.56, 21.46),
        ("东兴", 107.97, 21.55),
        ("珲春", 130.37, 42.86),
        ("额济纳", 101.07, 41.95),
        ("丹东", 124.35, 40.0),
        ("舟山嵊泗", 122.45, 30.73),
        ("霍尔果斯", 80.42, 44.21),
        ("渝北", 106.63, 29.72),
    ],
)
def test_all_corners_of_china_are_in_it(place: str, lon: float, lat: float) -> None:
    assert in_china(lon, lat), place


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("106.62", 106.62),
        (" -3.5 ", -3.5),
        ("+3.5", 3.5),
        ("106.62°", 106.62),
        ("106.62°E", 106.62),
        ("E106.62", 106.62),
        ("71.06W", -71.06),
        ("106°37'12.5\"E", 106 + 37 / 60 + 12.5 / 3600),
        ("106°37′12.5″", 106 + 37 / 60 + 12.5 / 3600),
        ("106°37’12.5”", 106 + 37 / 60 + 12.5 / 3600),
        ("106°37''", None),
        ("东经106度37分12.5秒", 106 + 37 / 60 + 12.5 / 3600),
        ("南纬3度30分", -3.5),
        ("北纬29°43′", 29 + 43 / 60),
        ("106 37 12.5", 106 + 37 / 60 + 12.5 / 3600),
        ("106:37:12.5", 106 + 37 / 60 + 12.5 / 3600),
        ("106-37-12.5", 106 + 37 / 60 + 12.5 / 3600),
        ("１０６°３７′１２．５″", 106 + 37 / 60 + 12.5 / 3600),
        ("１０６．６２", 106.62),
        ("106°37.2'", 106 + 37.2 / 60),
        ("-0°30'", -0.5),
        ("29°43′12″N", 29.72),
        ("1065.2", 1065.2),
        ("", None),
        ("渝北", None),
        ("106.62,29.72", None),
        ("106°60'", None),
        ("106°37'61\"", None),
        ("106.5°37'", None),
        ("-106.6W", None),
        ("nan", None),
        ("1e3", None),
    ],
)
def test_degrees_as_people_write_them(text: str, degrees: float | None) -> None:
    found = parse_degrees(text)
    assert found is None if degrees is None else found == pytest.approx(degrees, abs=1e-12)


@given(
    degrees=st.integers(0, 179), minutes=st.integers(0, 59), seconds=st.integers(0, 5999), sign=st.sampled_from([1, -1])
)
def test_any_degrees_minutes_seconds(degrees: int, minutes: int, seconds: int, sign: int) -> None:
    text = f"{degrees}°{minutes:02}′{seconds / 100:.2f}″{'E' if sign > 0 else 'W'}"
    assert parse_degrees(text) == pytest.approx(sign * (degrees + minutes / 60 + seconds / 360000), abs=1e-9)
