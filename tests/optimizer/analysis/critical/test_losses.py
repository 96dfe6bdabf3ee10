"""What is lost together: structures whole, stretches between junctions, nothing twice and nothing forgotten."""

from __future__ import annotations

from collections.abc import Callable

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network.roads import RoadNetwork
from optimizer.analysis.critical.losses import find_losses

NOWHERE = np.array([-1], dtype=np.int32)


def ends(roads: RoadNetwork, links: np.ndarray, names: str) -> set[str]:
    return {names[roads.tail[link]] + names[roads.head[link]] for link in links}


def told(roads: RoadNetwork, names: str, sites: str = "") -> dict[str, list[set[str]]]:
    """Losses by kind, each as the set of its links, written tail and head."""
    nodes = np.array([names.index(site) for site in sites], dtype=np.int32)
    found: dict[str, list[set[str]]] = {"bridge": [], "tunnel": [], "road": []}
    for loss in find_losses(roads, nodes).losses:
        found[loss.kind].append(ends(roads, loss.links, names))
    return found


def on_a_line(names: str) -> dict[str, tuple[float, float]]:
    return {name: (106.6 + 0.01 * place, 29.7) for place, name in enumerate(names)}


def test_the_valley_falls_into_its_structures_and_stretches(valley_roads: RoadNetwork) -> None:
    found = told(valley_roads, "ABCExytzpqV", "ACEV")
    assert found["bridge"] == [{"AB"}, {"BA"}, {"BC", "CB"}, {"BE", "EB"}]
    assert found["tunnel"] == [{"tz", "zt"}]
    # The way round is one stretch of three pieces, the road west one of three; the road to the tunnel is its approach.
    assert found["road"] == [
        {"Bx", "xB", "xy", "yx", "yE", "Ey"},
        {"Ap", "pA", "pq", "qp", "qV", "Vq"},
    ]


def test_pieces_of_one_bridge_are_one_whatever_branches_off(make_roads: Callable, a_way: type) -> None:
    ways = (a_way("abc", 100, bridge=True), a_way("cd", 100, bridge=True), a_way("be", 100))
    assert told(make_roads(ways, on_a_line("abcde")), "abcde")["bridge"] == [{"ab", "ba", "bc", "cb", "cd", "dc"}]


def test_bridges_of_other_names_that_meet_are_two(make_roads: Callable, a_way: type) -> None:
    ways = (a_way("ab", 100, bridge=True, name="甲桥"), a_way("bc", 100, bridge=True, name="乙桥"))
    assert told(make_roads(ways, on_a_line("abc")), "abc")["bridge"] == [{"ab", "ba"}, {"bc", "cb"}]


def test_a_bridge_that_is_a_tunnel_too_is_told_as_both(make_roads: Callable, a_way: type) -> None:
    found = told(make_roads((a_way("ab", 100, bridge=True, tunnel=True),), on_a_line("ab")), "ab")
    assert found == {"bridge": [{"ab", "ba"}], "tunnel": [{"ab", "ba"}], "road": []}


def test_a_site_and_a_branch_end_a_stretch(make_roads: Callable, a_way: type) -> None:
    roads = make_roads((a_way("abcde", 100), a_way("df", 100)), on_a_line("abcdef"))
    assert told(roads, "abcdef")["road"] == [
        {"ab", "ba", "bc", "cb", "cd", "dc"},
        {"de", "ed"},
        {"df", "fd"},
    ]
    assert told(roads, "abcdef", "b")["road"][:2] == [{"ab", "ba"}, {"bc", "cb", "cd", "dc"}]


def test_two_ways_between_the_same_junctions_are_two_stretches(make_roads: Callable, a_way: type) -> None:
    roads = make_roads((a_way("ab", 100), a_way("ab", 300), a_way("bc", 100)), on_a_line("abc"))
    assert len(told(roads, "abc", "ac")["road"]) == 3


def test_ids_name_each_loss_once_and_survive_other_roads(make_roads: Callable, a_way: type) -> None:
    roads = make_roads((a_way("ab", 100, bridge=True), a_way("bc", 100)), on_a_line("abc"))
    assert [loss.id for loss in find_losses(roads, NOWHERE[:0]).losses] == ["bridge-1"]
    longer = make_roads((a_way("ab", 100, bridge=True), a_way("bc", 100), a_way("bd", 100)), on_a_line("abcd"))
    assert [loss.id for loss in find_losses(longer, NOWHERE).losses] == ["bridge-1", "road-2:2-3", "road-3:2-4"]


@st.composite
def random_roads(draw: st.DrawFn) -> tuple[list[tuple[int, int, bool, int]], list[int]]:
    """Pieces (from, to, one way, kind: 0 road, 1 bridge) among few nodes, and the nodes of sites."""
    count = draw(st.integers(4, 9))
    node = st.integers(0, count - 1)
    piece = st.tuples(node, node, st.booleans(), st.sampled_from([0, 0, 0, 1])).filter(lambda one: one[0] != one[1])
    return draw(st.lists(piece, min_size=count, max_size=2 * count)), draw(st.lists(node, min_size=2, max_size=4))


@settings(max_examples=150, deadline=None)
@given(drawn=random_roads())
def test_losing_any_piece_of_a_stretch_is_losing_it_all(
    make_roads: Callable, a_way: type, drawn: tuple[list[tuple[int, int, bool, int]], list[int]]
) -> None:
    pieces, sites = drawn
    names = "abcdefghi"
    ways = tuple(
        a_way(names[a] + names[b], 100.0 + 7 * number, bridge=kind == 1, one_way=one_way)
        for number, (a, b, one_way, kind) in enumerate(pieces)
    )
    roads = make_roads(ways, on_a_line(names))
    losses = find_losses(roads, np.array(sites, dtype=np.int32)).losses
    for loss in losses:
        whole = metres(roads, sites, loss.links)
        for piece in np.unique(roads.way_id[loss.links]) if loss.kind == "road" else []:
            assert metres(roads, sites, loss.links[roads.way_id[loss.links] == piece]) == whole
    every = np.concatenate([loss.links for loss in losses])
    assert len(np.unique(every)) == len(every)
    assert np.isin(np.flatnonzero(roads.bridge), every).all()


def metres(roads: RoadNetwork, sites: list[int], lost: np.ndarray) -> dict[tuple[int, int], float]:
    """Shortest lengths between sites without the lost links, by networkx."""
    graph = nx.MultiDiGraph()
    graph.add_nodes_from(range(roads.node_count))
    for link in np.setdiff1d(np.arange(roads.link_count), lost):
        graph.add_edge(int(roads.tail[link]), int(roads.head[link]), weight=float(roads.length_m[link]))
    return {
        (start, end): length
        for start in set(sites)
        for end, length in nx.single_source_dijkstra_path_length(graph, start).items()
        if end in sites
    }


def test_crossing_counts_the_links_of_a_loss_on_a_way(valley_roads: RoadNetwork) -> None:
    losses = find_losses(valley_roads, NOWHERE)
    west = next(loss for loss in losses.losses if "S303" in valley_roads.texts[valley_roads.name[loss.links]])
    crossed = losses.crossed((west.links[:2].astype(np.int32), np.empty(0, dtype=np.int32)))
    assert crossed.toarray()[0, losses.losses.index(west)] == 2
    assert crossed.sum() == 2
    with pytest.raises(IndexError):
        losses.without(np.ones(valley_roads.link_count, dtype=np.int32), np.array([len(losses.losses)]))
