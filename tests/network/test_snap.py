"""Sites on roads: within the limit, too far, and beside a piece that is cut off."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from pyproj import Geod

from network.roads import ROAD_CLASSES, RoadNetwork
from network.snap import ACCESS_KMH, snap


@pytest.fixture(scope="module")
def two_pieces(make_network: Callable[..., RoadNetwork]) -> RoadNetwork:
    """Nodes 0-1-2 in a row 0.01 degrees apart, joined both ways; 3-4 an island 0.002 degrees north of node 1."""
    lon, lat = [106.60, 106.61, 106.62, 106.61, 106.612], [29.700, 29.700, 29.700, 29.702, 29.702]
    return make_network(lon, lat, [0, 1, 1, 2, 3, 4], [1, 0, 2, 1, 4, 3])


def test_status_node_and_distance(two_pieces: RoadNetwork) -> None:
    # On node 0; 0.0005 degrees south of node 2; far away; beside the island; without coordinates.
    lon, lat = [106.60, 106.62, 107.5, 106.61, np.nan], [29.700, 29.6995, 29.7, 29.7021, 29.7]
    snapping = snap(two_pieces, lon, lat, limit_m=500.0)
    assert snapping.status.tolist() == ["ok", "ok", "too_far", "cut_off_piece", "too_far"]
    assert snapping.node.tolist() == [0, 2, -1, 1, -1]
    assert snapping.nearest_node.tolist() == [0, 2, 2, 3, -1]
    geod = Geod(ellps="WGS84")
    south = geod.inv(106.62, 29.6995, 106.62, 29.7)[2]
    assert snapping.distance_m[:2] == pytest.approx([0.0, south], abs=1e-3)
    assert snapping.distance_m[3] == pytest.approx(geod.inv(106.61, 29.7021, 106.61, 29.7)[2], abs=1e-3)
    assert snapping.nearest_m[3] == pytest.approx(geod.inv(106.61, 29.7021, 106.61, 29.702)[2], abs=1e-3)
    assert np.isinf(snapping.distance_m[4])
    # About 55 m at 10 km/h: 55 / (10 000 / 60) = 0.33 min.
    assert snapping.access_min[1] == pytest.approx(south / (ACCESS_KMH * 1000 / 60))
    assert snapping.access_min[1] == pytest.approx(0.333, abs=0.01)


def test_beside_an_island_with_the_main_piece_out_of_reach(two_pieces: RoadNetwork) -> None:
    snapping = snap(two_pieces, [106.61], [29.7021], limit_m=100.0)
    assert snapping.status.tolist() == ["cut_off_piece"]
    assert snapping.node.tolist() == [-1]


def test_the_main_piece_may_be_given(two_pieces: RoadNetwork) -> None:
    island = np.array([False, False, False, True, True])
    snapping = snap(two_pieces, [106.61], [29.7021], limit_m=100.0, main=island)
    assert (snapping.status.tolist(), snapping.node.tolist()) == (["ok"], [3])


def test_no_sites_and_no_roads(two_pieces: RoadNetwork, make_network: Callable[..., RoadNetwork]) -> None:
    assert snap(two_pieces, [], [], limit_m=100.0).node.shape == (0,)
    nowhere = snap(make_network([], [], [], []), [106.6], [29.7], limit_m=100.0)
    assert (nowhere.status.tolist(), nowhere.node.tolist()) == (["too_far"], [-1])


def test_no_way_onto_an_expressway_beside_a_village(make_network: Callable[..., RoadNetwork]) -> None:
    # An expressway 0-1-2; at its end 2 a ramp down to the road 3-4. The village lies beside node 1.
    ends = [(0, 1), (1, 2), (2, 3), (3, 4)]
    kinds = ["motorway", "motorway", "motorway_link", "tertiary"]
    tail, head = [a for a, _ in ends] + [b for _, b in ends], [b for _, b in ends] + [a for a, _ in ends]
    road_class = [ROAD_CLASSES.index(kind) for kind in kinds * 2]
    lon, lat = [106.60, 106.61, 106.62, 106.62, 106.61], [29.700, 29.700, 29.700, 29.702, 29.703]
    network = make_network(lon, lat, tail, head, road_class=road_class)
    # 111 m north of node 1, thus some 222 m south of node 4; then beside node 0, with the next road some 960 m away.
    snapping = snap(network, [106.61, 106.60], [29.701, 29.700], limit_m=500.0)
    assert snapping.node.tolist() == [4, 0]
    assert snapping.nearest_node.tolist() == [1, 0]
    assert snapping.status.tolist() == ["ok", "ok"]
    assert snapping.distance_m == pytest.approx([222.0, 0.0], abs=1.0)
    # The foot of a ramp is on a road that takes everyone.
    assert snap(network, [106.62], [29.7019], limit_m=500.0).node.tolist() == [3]
    # Where the limit leaves nothing else, the expressway will do.
    assert snap(network, [106.61], [29.701], limit_m=150.0).node.tolist() == [1]
