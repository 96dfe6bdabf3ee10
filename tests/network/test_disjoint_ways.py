"""Disjoint ways against every pair of ways tried, and against a flow."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.customization import UNREACHABLE
from network.disjoint_ways import SHARED_M, DisjointWays, disjoint_pairs, disjoint_ways
from network.osm import read_osm
from network.roads import RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.structures import road_pieces
from network.times import main_component, travel_times_ms

Build = Callable[..., RoadNetwork]
Roads = list[tuple[int, int, int, int, int]]
"""Ends, milliseconds up and down (0: one way only), metres."""


@st.composite
def places(draw: st.DrawFn) -> tuple[int, Roads, list[int], list[int], float]:
    """Up to 6 junctions, 10 roads, 4 sources with their limits, and the metres that are shared around node 0."""
    n = draw(st.integers(2, 6))
    node = st.integers(0, n - 1)
    time = st.one_of(st.integers(1, 6), st.just(UNREACHABLE))
    road = st.tuples(node, node, time, st.one_of(st.just(0), time), st.integers(1, 4))
    sources = draw(st.lists(st.integers(-1, n - 1), min_size=2, max_size=4))
    limits = draw(st.lists(st.integers(3, 25), min_size=len(sources), max_size=len(sources)))
    return n, draw(st.lists(road, min_size=3, max_size=10)), sources, limits, draw(st.sampled_from([0, 2, 5]))


def built(make_network: Build, n: int, roads: Roads) -> tuple[RoadNetwork, np.ndarray]:
    links = []
    for number, (a, b, there, back, metres) in enumerate(roads):
        links.append((a, b, there, number, metres))
        if back:
            links.append((b, a, back, number, metres))
    tail, head, time, way, metres = np.array(links, dtype=np.int32).T
    return make_network(np.zeros(n), np.zeros(n), tail, head, way_id=way, length_m=metres.astype(float)), time


def ways_within(
    network: RoadNetwork, time: np.ndarray, source: int, place: int, nodes: set[int]
) -> Iterator[list[int]]:
    """Every way from source to place that passes no node twice."""
    open_links = [a for a in range(network.link_count) if time[a] < UNREACHABLE]

    def on(v: int, way: list[int], passed: set[int]) -> Iterator[list[int]]:
        if v == place:
            yield way
            return
        for a in open_links:
            w = int(network.head[a])
            if network.tail[a] == v and w in nodes and w not in passed:
                yield from on(w, [*way, a], passed | {w})

    if source in nodes:
        yield from on(source, [], {source})


def shared_roads(network: RoadNetwork, time: np.ndarray, place: int, metres: float) -> set[int]:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(network.node_count))
    for a in range(network.link_count):
        if time[a] < UNREACHABLE:
            graph.add_edge(int(network.head[a]), int(network.tail[a]), weight=network.length_m[a])
    near = nx.single_source_dijkstra_path_length(graph, place)
    close = {v for v, far in near.items() if far <= metres}
    road = road_pieces(network)
    return {int(road[a]) for a in range(network.link_count) if {network.tail[a], network.head[a]} <= close}


def least_sums(
    network: RoadNetwork, time: np.ndarray, sources: list[int], limits: list[int], shared: set[int]
) -> dict[tuple[int, int], tuple[int, bool]]:
    """For each pair of sources that has disjoint ways, the least sum, and whether any two disjoint ways are in time."""
    to_place = travel_times_ms(network, time, range(network.node_count), [0])[:, 0]
    nodes = {v for v in range(network.node_count) if to_place[v] <= max(limits)}
    ways = [list(ways_within(network, time, v, 0, nodes)) if v >= 0 else [] for v in sources]
    found: dict[tuple[int, int], tuple[int, bool]] = {}
    road = road_pieces(network)
    for a, b in combinations(range(len(sources)), 2):
        for one in ways[a]:
            for other in ways[b]:
                if (set(road[one]) & set(road[other])) - shared:
                    continue
                times = int(time[one].sum()), int(time[other].sum())
                before = found.get((a, b), (10**9, False))
                in_time = times[0] <= limits[a] and times[1] <= limits[b]
                found[a, b] = min(before[0], sum(times)), before[1] or in_time
    return found


def assert_shown(
    network: RoadNetwork,
    time: np.ndarray,
    sources: list[int],
    limits: list[int],
    shared: set[int],
    one: DisjointWays,
    place: int = 0,
) -> None:
    """The two ways are ways, in time, and have no road in common but shared ones."""
    for number, links, ms in (
        (one.first, one.first_links, one.first_ms),
        (one.second, one.second_links, one.second_ms),
    ):
        assert ms == time[links].sum() <= limits[number]
        along = [sources[number], *network.head[links]]
        assert np.array_equal(network.tail[links], along[:-1])
        assert along[-1] == place
    road = road_pieces(network)
    assert set(road[one.first_links]) & set(road[one.second_links]) <= shared


@given(case=places())
@settings(max_examples=400, deadline=None)
def test_pairs_equal_those_of_all_ways_tried(
    make_network: Build, case: tuple[int, Roads, list[int], list[int], float]
) -> None:
    n, roads, sources, limits, metres = case
    network, time = built(make_network, n, roads)
    shared = shared_roads(network, time, 0, metres)
    least = least_sums(network, time, sources, limits, shared)
    told = disjoint_ways(network, time, 0, sources, limits, shared_m=metres)
    for one in told:
        assert_shown(network, time, sources, limits, shared, one)
        assert one.first_ms + one.second_ms == least[one.first, one.second][0]
    pairs = {(one.first, one.second) for one in told}
    direct = travel_times_ms(network, time, [max(v, 0) for v in sources], [0])[:, 0]
    late = {a for a in range(len(sources)) if direct[a] > limits[a]}
    fits = {(a, b) for (a, b), (total, _) in least.items() if total <= limits[a] + limits[b] and not {a, b} & late}
    assert {pair for pair in pairs if not least[pair][1]} == set()
    assert pairs <= fits
    # What is not told has no ways, or is counted as undecided.
    assert {pair for pair, (_, in_time) in least.items() if in_time} <= fits
    table = disjoint_pairs(network, time, [0], sources, [limits], shared_m=metres)
    assert table.undecided[0] == len(fits - pairs)
    assert list(zip(table.first, table.second, table.first_ms, table.second_ms, strict=True)) == [
        (one.first, one.second, one.first_ms, one.second_ms) for one in told
    ]


@given(case=places())
@settings(max_examples=200, deadline=None)
def test_without_limits_a_pair_is_told_where_a_flow_of_two_is(
    make_network: Build, case: tuple[int, Roads, list[int], list[int], float]
) -> None:
    n, roads, sources, _, metres = case
    network, time = built(make_network, n, roads)
    road, shared = road_pieces(network), shared_roads(network, time, 0, metres)
    told = disjoint_ways(network, time, 0, sources, UNREACHABLE - 1, shared_m=metres)
    for a, b in combinations(range(len(sources)), 2):
        graph = nx.DiGraph()
        graph.add_nodes_from([0, "from"])
        for link in np.flatnonzero(time < UNREACHABLE):
            # A node of its own keeps parallel links apart.
            room = 2 if road[link] in shared else 1
            graph.add_edge(int(network.tail[link]), ("link", link), capacity=room)
            graph.add_edge(("link", link), int(network.head[link]), capacity=room)
        for number in (a, b):
            if sources[number] >= 0:
                graph.add_edge("from", ("source", number), capacity=1)
                graph.add_edge(("source", number), sources[number], capacity=1)
        flow = nx.maximum_flow_value(graph, "from", 0)
        assert (flow == 2) == ((a, b) in {(one.first, one.second) for one in told})


def test_a_bridge_that_both_must_cross_is_no_backup_unless_it_is_at_the_door(make_network: Build) -> None:
    # 0 is the village, 1 the end of its street, 2 and 3 hold depots.
    roads = [(1, 0, 5, 5, 300), (2, 1, 7, 7, 900), (3, 1, 9, 9, 900), (3, 2, 1, 1, 900)]
    network, time = built(make_network, 4, roads)
    assert disjoint_ways(network, time, 0, [2, 3], 100, shared_m=299) == ()
    (told,) = disjoint_ways(network, time, 0, [2, 3], 100, shared_m=300)
    assert (told.first_ms, told.second_ms) == (12, 14)
    assert disjoint_ways(network, time, 0, [2, 3], 13, shared_m=300) == ()


def test_the_first_way_gives_way_to_the_second(make_network: Build) -> None:
    """The quickest way 3-2-1-0 blocks both ways of the trap; the least sum parts them, and each road is used once."""
    roads = [(3, 2, 1, 1, 9), (2, 1, 1, 1, 9), (1, 0, 1, 1, 9), (3, 1, 5, 5, 9), (2, 0, 5, 5, 9)]
    network, time = built(make_network, 4, roads)
    (told,) = disjoint_ways(network, time, 0, [3, 3], 100, shared_m=0)
    assert told.first_ms + told.second_ms == 12
    road = road_pieces(network)
    assert not set(road[told.first_links]) & set(road[told.second_links])


def test_a_source_at_the_place_needs_no_road(make_network: Build) -> None:
    network, time = built(make_network, 2, [(1, 0, 4, 4, 9)])
    (told,) = disjoint_ways(network, time, 0, [0, 1], 10, shared_m=0)
    assert (told.first_ms, told.second_ms, len(told.first_links)) == (0, 4, 0)
    alone = make_network(np.zeros(2), np.zeros(2), [], [])
    empty = np.empty(0, dtype=np.int32)
    assert len(disjoint_ways(alone, empty, 0, [0, 0], 10)) == 1
    assert disjoint_ways(alone, empty, 0, [0, 1], 10) == ()
    assert disjoint_ways(alone, empty, -1, [0, 0], 10) == ()
    assert disjoint_ways(alone, empty, 0, [], 10) == ()


def test_a_longer_limit_or_more_shared_road_takes_no_pair_away(make_network: Build) -> None:
    rng = np.random.default_rng(3)
    roads = [(*rng.integers(0, 30, 2), *rng.integers(1, 50, 2), rng.integers(1, 50)) for _ in range(60)]
    network, time = built(make_network, 30, [tuple(int(x) for x in road) for road in roads])
    sources = list(range(10, 18))

    def fits(within: int, metres: float) -> int:
        table = disjoint_pairs(network, time, range(10), sources, within, shared_m=metres)
        return len(table.place) + int(table.undecided.sum())

    counts = [fits(within, 10) for within in (30, 60, 90, 120)]
    assert counts == sorted(counts)
    assert counts[0] < counts[-1]
    assert fits(90, 0) <= fits(90, 20) <= fits(90, 60)


def test_wrong_input_is_named(make_network: Build) -> None:
    network, time = built(make_network, 2, [(1, 0, 4, 4, 9)])
    with pytest.raises(ValueError, match="node 7"):
        disjoint_ways(network, time, 7, [0, 1], 10)
    with pytest.raises(ValueError, match="node -2"):
        disjoint_ways(network, time, 0, [0, -2], 10)
    with pytest.raises(ValueError, match="2 links"):
        disjoint_ways(network, time[:1], 0, [0, 1], 10)


def test_every_pair_on_a_real_road_network_is_shown() -> None:
    network = read_osm(Path(__file__).parents[2] / "datasets" / "yubei" / "roads.osm.pbf")
    time = link_times_ms(network, VEHICLE_CLASSES["light_truck"])
    rng = np.random.default_rng(0)
    nodes = rng.choice(np.flatnonzero(main_component(network, time)), 24, replace=False)
    table = disjoint_pairs(network, time, nodes[:4], nodes[4:], 40 * 60_000)
    assert len(table.place)
    sources, limits = nodes[4:].tolist(), [40 * 60_000] * 20
    for number, place in enumerate(nodes[:4].tolist()):
        told = disjoint_ways(network, time, place, sources, limits)
        assert len(told) == (table.place == number).sum()
        shared = shared_roads(network, time, place, SHARED_M)
        for one in told:
            assert_shown(network, time, sources, limits, shared, one, place)
