"""Metres on the flat map against lengths over the ellipsoid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyproj import Geod

from network.plane import Plane

GEOD = Geod(ellps="WGS84")
OFFSET = st.floats(-0.5, 0.5)


@given(lon=st.floats(-180, 180), lat=st.floats(-75, 75), east=OFFSET, north=OFFSET, far=OFFSET)
def test_lengths_are_those_over_the_ground(lon, lat, east, north, far):
    ends = np.array([lon + east, lon + far]), np.array([lat + north, lat - far])
    points = Plane(lon, lat).metres(*ends)
    truth = GEOD.inv(ends[0][0], ends[1][0], ends[0][1], ends[1][1])[2]
    assert np.linalg.norm(points[1] - points[0]) == pytest.approx(truth, rel=1e-4, abs=1e-3)


def test_there_and_back():
    plane = Plane.around([106.4, 106.8], [29.6, 30.0])
    assert (plane.lon, plane.lat) == pytest.approx((106.6, 29.8))
    lon, lat = plane.degrees(plane.metres([106.5], [29.9]))
    assert (lon[0], lat[0]) == pytest.approx((106.5, 29.9))


def test_both_sides_of_the_date_line_lie_together():
    plane = Plane.around([179.9, -179.9], [-17.0, -17.0])
    apart = np.ptp(plane.metres([179.9, -179.9], [-17.0, -17.0])[:, 0])
    assert apart == pytest.approx(GEOD.inv(179.9, -17, -179.9, -17)[2], rel=1e-6)


def test_what_has_no_place_stays_without():
    points = Plane(0, 0).metres([np.nan, 1.0], [2.0, 1.0])
    assert np.isnan(points[0]).all()
    assert np.isfinite(points[1]).all()
