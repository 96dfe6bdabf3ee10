"""What fails as one, on networks small enough to see, and on real ones."""

from dataclasses import replace

import numpy as np
import pytest

from network.osm import read_osm
from network.structures import BRIDGE, KINDS, PLAIN, SLOPE, TUNNEL, road_pieces, structures_of


def groups(structures):
    return [
        (KINDS[kind], structures.links[structures.first[i] : structures.first[i + 1]].tolist())
        for i, kind in enumerate(structures.kind)
    ]


@pytest.fixture
def road(make_network):
    """0 ═ 1 ═ 2 – 3 ⊐ 4 – 5: a bridge of two ways, a road, a tunnel one way, a road; all else both ways."""
    tail = [0, 1, 1, 2, 2, 3, 3, 4, 5]
    head = [1, 0, 2, 1, 3, 2, 4, 5, 4]
    way = [10, 10, 11, 11, 12, 12, 13, 14, 14]
    return make_network(
        np.arange(6) * 0.01, np.zeros(6), tail, head, way_id=way, bridge=[1, 1, 1, 1, 0, 0, 0, 0, 0],
        tunnel=[0, 0, 0, 0, 0, 0, 1, 0, 0],
    )  # fmt: skip


def test_links_of_one_bridge_and_both_directions_of_a_road_are_one(road):
    assert groups(structures_of(road)) == [
        (BRIDGE, [0, 1, 2, 3]),
        (TUNNEL, [6]),
        (PLAIN, [4, 5]),
        (PLAIN, [7, 8]),
    ]


def test_a_slope_is_told_by_one_of_its_links_and_no_bridge_is_one(road):
    told = structures_of(road, slopes=[0, 8])
    assert groups(told) == [(BRIDGE, [0, 1, 2, 3]), (TUNNEL, [6]), (SLOPE, [7, 8]), (PLAIN, [4, 5])]


def test_bridges_that_do_not_meet_and_roads_of_other_ways_are_apart(make_network):
    lon = np.arange(4) * 0.01
    network = make_network(lon, np.zeros(4), [0, 2, 0, 1], [1, 3, 1, 0], way_id=[1, 4, 2, 3], bridge=[1, 1, 0, 0])
    assert groups(structures_of(network)) == [(BRIDGE, [0]), (BRIDGE, [1]), (PLAIN, [2]), (PLAIN, [3])]


@pytest.mark.parametrize(
    ("lat", "one_way", "bridges"),
    [
        # Two carriageways 20 m apart that meet at node 1, where the road in both directions begins.
        (2e-4, True, [[0], [1]]),
        # The same two ways in a row are one bridge, in one direction or both.
        (None, True, [[0, 1]]),
        (2e-4, False, [[0, 1, 2, 3]]),
    ],
)
def test_carriageways_of_one_name_that_turn_back_into_each_other_are_two(make_network, lat, one_way, bridges):
    lon = [0.0, 0.01, 0.02 if lat is None else 0.0]
    tail, head, way = [0, 1], [1, 2], [1, 2]
    if not one_way:
        tail, head, way = [0, 1, 1, 2], [1, 0, 2, 1], [1, 1, 2, 2]
    network = make_network(lon, [0.0, 0.0, lat or 0.0], tail, head, way_id=way, bridge=[1] * len(tail))
    assert groups(structures_of(network)) == [(BRIDGE, links) for links in bridges]


def test_a_bridge_that_is_one_way_is_one_though_a_piece_of_it_is_no_road(make_network):
    network = make_network(np.arange(4) * 0.01, np.zeros(4), [0, 2], [1, 3], way_id=[1, 1], bridge=[1, 1])
    assert groups(structures_of(network)) == [(BRIDGE, [0, 1])]


def test_bridges_of_two_names_that_meet_are_two(make_network):
    lon = np.arange(3) * 0.01
    texts = np.array(["", "甲桥", "乙桥"])
    network = make_network(
        lon, np.zeros(3), [0, 1], [1, 2], way_id=[1, 2], bridge=[1, 1], name=[1, 2], texts=texts
    )  # fmt: skip
    assert groups(structures_of(network)) == [(BRIDGE, [0]), (BRIDGE, [1])]


def test_a_way_that_joins_two_junctions_twice_is_two_pieces(make_network):
    network = make_network(
        [0.0, 0.01], [0.0, 0.0], [0, 0, 1, 1], [1, 1, 0, 0], way_id=[1] * 4, length_m=[100.0, 300.0, 300.0, 100.0]
    )
    assert road_pieces(network).tolist() == [0, 1, 1, 0]


def test_links_of_some_and_only_some(road):
    every = structures_of(road)
    assert every.links_of(np.array([3, 0])).tolist() == [0, 1, 2, 3, 7, 8]
    assert every.links_of(np.array([], dtype=np.int64)).tolist() == []
    assert groups(every.only(every.kind != 0)) == groups(every)[1:]
    assert every.of_link.tolist() == [0, 0, 0, 0, 2, 2, 1, 3, 3]


def test_a_middle_is_that_of_its_links(road):
    structures = structures_of(road)
    at = structures.plane.metres([0.01, 0.035], [0.0, 0.0])
    assert structures.middle[:2] == pytest.approx(at, abs=1.0)


def test_no_roads(make_network):
    assert structures_of(make_network([], [], [], [])).count == 0


def test_every_link_of_a_real_network_stands_in_one_structure(real_extract):
    network = read_osm(real_extract)
    structures = structures_of(network)
    assert sorted(structures.links.tolist()) == list(range(network.link_count))
    kinds = np.repeat(structures.kind, np.diff(structures.first))
    assert (network.bridge[structures.links] == (kinds == KINDS.index(BRIDGE))).all()
    owner = structures.of_link
    # The two halves of a roundabout join the same junctions too, but are no directions of one piece.
    ends = zip(network.way_id, network.tail, network.head, np.rint(network.length_m * 100), strict=True)
    pairs = {key: link for link, key in enumerate(ends)}
    back = [(link, pairs[w, h, t, m]) for (w, t, h, m), link in pairs.items() if (w, h, t, m) in pairs]
    assert len(back) > 1000
    assert all(owner[one] == owner[other] for one, other in back)


def test_temporary_links_are_no_structures(make_network):
    roads = make_network([0, 0.01, 0.02], [0, 0, 0], [0, 1, 1, 2], [1, 0, 2, 1], way_id=[1, 1, 2, 2])
    network = replace(roads, temporary=np.array([0, 0, 1, 1], dtype=np.int32), texts=np.array(["", "T"]))
    found = structures_of(network, [0, 2])
    assert found.links.tolist() == [0, 1]
    assert found.of_link.tolist() == [0, 0, -1, -1]
