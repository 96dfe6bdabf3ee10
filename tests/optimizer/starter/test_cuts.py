"""Cut links against taking every link out, one by one; least cuts against networkx's flows."""

from __future__ import annotations

import networkx as nx
import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from network.roads import RoadNetwork
from optimizer.starter.cuts import behind_links, least_cut


def network_of(n: int, edges: list[tuple[int, int]]) -> RoadNetwork:
    """A network in which every edge is a way of its own, in both directions."""
    tail = np.array([end for pair in edges for end in pair], dtype=np.int32)
    head = np.array([end for pair in edges for end in pair[::-1]], dtype=np.int32)
    m, nan = len(tail), np.float32(np.nan)
    return RoadNetwork(
        node_id=np.arange(n, dtype=np.int64),
        lon=np.zeros(n),
        lat=np.zeros(n),
        tail=tail,
        head=head,
        way_id=np.repeat(np.arange(len(edges), dtype=np.int64), 2),
        length_m=np.ones(m),
        road_class=np.zeros(m, dtype=np.int8),
        surface=np.zeros(m, dtype=np.int8),
        maxspeed_kmh=np.full(m, nan),
        maxweight_t=np.full(m, nan),
        maxheight_m=np.full(m, nan),
        grade=np.full(m, nan),
        bridge=np.zeros(m, dtype=np.bool_),
        tunnel=np.zeros(m, dtype=np.bool_),
        name=np.zeros(m, dtype=np.int32),
        ref=np.zeros(m, dtype=np.int32),
        texts=np.array([""]),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


@st.composite
def graphs(draw: st.DrawFn) -> tuple[int, list[tuple[int, int]]]:
    """Up to nine nodes, loops and parallel edges among them."""
    n = draw(st.integers(2, 9))
    node = st.integers(0, n - 1)
    return n, draw(st.lists(st.tuples(node, node), min_size=1, max_size=14))


def joined(n: int, edges: list[tuple[int, int]]) -> set[int]:
    """Nodes that hang together with node 0."""
    graph = nx.MultiGraph(edges)
    graph.add_nodes_from(range(n))
    return nx.node_connected_component(graph, 0)


@settings(max_examples=300, deadline=None)
@given(graphs())
def test_what_hangs_behind_a_link_is_what_its_loss_cuts_off(case):
    n, edges = case
    weight = 2.0 ** np.arange(n)
    found = behind_links(network_of(n, edges), 0, weight)
    whole = joined(n, edges)
    for number in range(len(edges)):
        lost = whole - joined(n, edges[:number] + edges[number + 1 :])
        assert found[2 * number] == found[2 * number + 1] == sum(weight[node] for node in lost)


@settings(max_examples=200, deadline=None)
@given(graphs(), st.integers(1, 8))
def test_least_cut_is_as_small_as_networkx_says_and_cuts(case, node):
    n, edges = case
    node %= n
    links = least_cut(network_of(n, edges), 0, node)
    if node == 0 or node not in joined(n, edges):
        assert len(links) == 0
        return
    simple = nx.Graph()
    for one, other in edges:
        if one != other:
            known = simple[one][other]["capacity"] if simple.has_edge(one, other) else 0
            simple.add_edge(one, other, capacity=known + 1)
    pieces = set((links // 2).tolist())
    assert len(pieces) == nx.maximum_flow_value(simple, 0, node)
    left = [edge for number, edge in enumerate(edges) if number not in pieces]
    assert node not in joined(n, left)
