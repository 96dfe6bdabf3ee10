"""Travel times and paths against networkx, and what closing does to them."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import times
from network.customization import UNREACHABLE
from network.roads import RoadNetwork
from network.times import main_component, paths_from, shortest_path, travel_times_ms

Build = Callable[..., RoadNetwork]


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int, int]]]:
    """Up to 7 nodes and 25 links: loops, parallel links, zero times and closed links among them."""
    n = draw(st.integers(1, 7))
    node = st.integers(0, n - 1)
    time = st.one_of(st.integers(0, 5), st.just(UNREACHABLE))
    return n, draw(st.lists(st.tuples(node, node, time), max_size=25))


def built(make_network: Build, n: int, links: list[tuple[int, int, int]]) -> tuple[RoadNetwork, np.ndarray]:
    tail, head, time = (np.array([link[k] for link in links], dtype=np.int32) for k in range(3))
    return make_network(np.zeros(n), np.zeros(n), tail, head), time


def oracle(n: int, links: list[tuple[int, int, int]]) -> np.ndarray:
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(n))
    graph.add_weighted_edges_from((a, b, max(t, 1)) for a, b, t in links if t < UNREACHABLE)
    expected = np.full((n, n), UNREACHABLE)
    for source, reached in nx.all_pairs_dijkstra_path_length(graph):
        for target, time in reached.items():
            expected[source, target] = time
    return expected


@given(graph=graphs())
@settings(max_examples=150, deadline=None)
def test_times_and_paths_equal_networkx(make_network: Build, graph: tuple[int, list[tuple[int, int, int]]]) -> None:
    n, links = graph
    network, time = built(make_network, n, links)
    expected = oracle(n, links)
    assert np.array_equal(travel_times_ms(network, time, range(n), range(n)), expected)
    # One target, many sources: the search runs backwards.
    assert np.array_equal(travel_times_ms(network, time, range(n), [0]), expected[:, :1])
    for target, path in enumerate(paths_from(network, time, 0, range(n))):
        if not len(path):
            assert target == 0 or expected[0, target] == UNREACHABLE
            continue
        assert network.tail[path[0]] == 0
        assert network.head[path[-1]] == target
        assert np.array_equal(network.head[path[:-1]], network.tail[path[1:]])
        assert np.maximum(time[path], 1).sum() == expected[0, target]


@given(graph=graphs(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_closing_a_link_never_shortens_a_time(
    make_network: Build, graph: tuple[int, list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    n, links = graph
    network, time = built(make_network, n, links)
    closed = time.copy()
    if links:
        closed[data.draw(st.integers(0, len(links) - 1))] = UNREACHABLE
    before = travel_times_ms(network, time, range(n), range(n))
    assert (travel_times_ms(network, closed, range(n), range(n)) >= before).all()


def test_repeated_and_missing_sites(make_network: Build) -> None:
    network, time = built(make_network, 3, [(0, 1, 10), (1, 2, 20)])
    found = travel_times_ms(network, time, [0, -1, 0, 2], [2, 1, -1])
    assert found.dtype == np.int32
    assert found.tolist() == [
        [30, 10, UNREACHABLE],
        [UNREACHABLE, UNREACHABLE, UNREACHABLE],
        [30, 10, UNREACHABLE],
        [0, UNREACHABLE, UNREACHABLE],
    ]
    assert travel_times_ms(network, time, [], [1]).shape == (0, 1)
    assert shortest_path(network, time, -1, 2).tolist() == []


@given(graph=graphs(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_scenarios_side_by_side_are_those_one_by_one(
    make_network: Build, graph: tuple[int, list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    n, links = graph
    network, time = built(make_network, n, links)
    lanes = data.draw(st.integers(1, times.LANES + 2))
    factor = np.array(data.draw(st.lists(st.integers(1, 9), min_size=lanes, max_size=lanes)))
    many = np.minimum(time[:, None].astype(np.int64) * factor, UNREACHABLE).astype(np.int32)
    found = travel_times_ms(network, many, range(n), range(n))
    assert found.shape == (n, n, lanes)
    for lane in range(lanes):
        assert np.array_equal(found[..., lane], travel_times_ms(network, many[:, lane], range(n), range(n)))


@given(graph=graphs(), data=st.data())
@settings(max_examples=60, deadline=None)
def test_a_slowed_link_never_beats_the_free_one_and_reopening_restores(
    make_network: Build, graph: tuple[int, list[tuple[int, int, int]]], data: st.DataObject
) -> None:
    n, links = graph
    network, time = built(make_network, n, links)
    slowed = time.copy()
    if links:
        place = data.draw(st.integers(0, len(links) - 1))
        slowed[place] = min(int(time[place]) * data.draw(st.integers(1, 50)), UNREACHABLE)
    before = travel_times_ms(network, time, range(n), range(n))
    assert (travel_times_ms(network, slowed, range(n), range(n)) >= before).all()
    assert np.array_equal(travel_times_ms(network, time, range(n), range(n)), before)


@given(graph=graphs())
@settings(max_examples=60, deadline=None)
def test_a_symmetric_network_gives_symmetric_times(
    make_network: Build, graph: tuple[int, list[tuple[int, int, int]]]
) -> None:
    n, links = graph
    network, time = built(make_network, n, [*links, *((head, tail, ms) for tail, head, ms in links)])
    found = travel_times_ms(network, time, range(n), range(n))
    assert np.array_equal(found, found.T)


def test_a_sum_past_the_limit_is_unreachable_and_does_not_overflow(make_network: Build) -> None:
    network, time = built(make_network, 4, [(0, 1, UNREACHABLE - 1), (1, 2, UNREACHABLE - 1), (2, 3, UNREACHABLE - 1)])
    assert travel_times_ms(network, time, [0], [1, 3]).tolist() == [[UNREACHABLE - 1, UNREACHABLE]]


def test_the_fastest_of_parallel_links_is_on_the_path(make_network: Build) -> None:
    network, time = built(make_network, 2, [(0, 1, 9), (0, 1, 4), (0, 1, 7)])
    assert shortest_path(network, time, 0, 1).tolist() == [1]


def test_main_component_needs_a_way_there_and_back(make_network: Build) -> None:
    # 0-1-2 are a ring, 3 is entered and never left, 4-5 are an island.
    links = [(0, 1, 1), (1, 2, 1), (2, 0, 1), (2, 3, 1), (4, 5, 1), (5, 4, 1)]
    network, time = built(make_network, 6, links)
    assert main_component(network).tolist() == [True, True, True, False, False, False]
    time[2] = UNREACHABLE
    assert main_component(network, time).tolist() == [False, False, False, False, True, True]


def test_a_node_that_does_not_exist_is_refused(make_network: Build) -> None:
    network, time = built(make_network, 2, [(0, 1, 1)])
    with pytest.raises(ValueError, match="node 2 at place 1"):
        travel_times_ms(network, time, [0, 2], [1])
    with pytest.raises(ValueError, match="shape"):
        travel_times_ms(network, time[:0], [0], [1])
