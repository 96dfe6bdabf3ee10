"""The order, the hierarchy and what hangs on them: exact whatever the order, small where the order is good."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

import network.kept
from network import topology
from network.customization import UNREACHABLE, customize, empty_metric
from network.dissection import nested_dissection, undirected
from network.hierarchy import NO_ARC, Hierarchy, build_hierarchy, hierarchy_of
from network.labels import times_between
from network.osm import read_osm
from network.roads import RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import paths_from, travel_times_ms
from network.unpacking import Unpacker


def grid(side: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Tail, head, lon and lat of a square grid of two-way streets."""
    number = np.arange(side * side).reshape(side, side)
    low = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    high = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    row, column = np.divmod(np.arange(side * side), side)
    return np.concatenate([low, high]), np.concatenate([high, low]), column * 0.01, row * 0.01


def scipy_times(n: int, tail: np.ndarray, head: np.ndarray, ms: np.ndarray, sources: np.ndarray) -> np.ndarray:
    """Dijkstra on the fastest of parallel links; closed ones and loops left out."""
    used = np.flatnonzero((ms < UNREACHABLE) & (tail != head))
    used = used[np.lexsort((ms[used], head[used], tail[used]))]
    pair = tail[used].astype(np.int64) * n + head[used]
    used = used[np.concatenate([[True], pair[1:] != pair[:-1]])] if len(used) else used
    graph = csr_array((np.maximum(ms[used], 1).astype(float), (tail[used], head[used])), shape=(n, n))
    return np.minimum(dijkstra(graph, indices=sources), UNREACHABLE).astype(np.int64)


@st.composite
def streets(draw: st.DrawFn) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    """Up to 30 nodes and 60 links with times; loops, parallel links, closed ones and single nodes among them."""
    n = draw(st.integers(1, 30))
    node = st.integers(0, n - 1)
    time = st.one_of(st.integers(1, 50), st.just(UNREACHABLE))
    links = draw(st.lists(st.tuples(node, node, time), max_size=60))
    tail, head, ms = (np.array([link[k] for link in links], dtype=np.int32) for k in range(3))
    return n, tail, head, ms


@given(streets(), st.data())
@settings(max_examples=100, deadline=None)
def test_any_order_gives_the_same_exact_times_and_ways(
    given_streets: tuple[int, np.ndarray, np.ndarray, np.ndarray], data: st.DataObject
) -> None:
    n, tail, head, ms = given_streets
    order = data.draw(st.permutations(range(n)))
    hierarchy = build_hierarchy(n, tail, head, order)
    metric = customize(hierarchy, ms)
    nodes = np.arange(n, dtype=np.int32)
    found = times_between(hierarchy, metric, nodes, nodes)[0]
    assert np.array_equal(found, scipy_times(n, tail, head, ms, nodes))
    unpacker = Unpacker(hierarchy, metric, ms)
    for source in range(n):
        for target in range(n):
            way = unpacker.links(source, target)
            if not len(way):
                assert source == target or found[source, target] == UNREACHABLE
                continue
            assert (tail[way[0]], head[way[-1]]) == (source, target)
            assert np.array_equal(head[way[:-1]], tail[way[1:]])
            assert ms[way].sum() == found[source, target]


@given(streets(), st.lists(st.floats(-180, 180, width=32), min_size=60, max_size=60))
@settings(max_examples=60, deadline=None)
def test_the_order_holds_every_node_once_wherever_they_lie(
    given_streets: tuple[int, np.ndarray, np.ndarray, np.ndarray], places: list[float]
) -> None:
    n, tail, head, _ = given_streets
    order = nested_dissection(n, tail, head, places[:n], np.clip(places[30 : 30 + n], -90, 90))
    assert np.array_equal(np.sort(order), np.arange(n))
    assert np.array_equal(order, nested_dissection(n, tail, head, places[:n], np.clip(places[30 : 30 + n], -90, 90)))


def test_nodes_in_one_place_or_nowhere_still_get_an_order() -> None:
    tail, head, _, _ = grid(6)
    for place in (np.zeros(36), np.full(36, np.nan)):
        assert np.array_equal(np.sort(nested_dissection(36, tail, head, place, place)), np.arange(36))
    assert len(nested_dissection(0, np.array([], dtype=np.int32), np.array([], dtype=np.int32), [], [])) == 0


def test_a_grid_is_cut_by_separators_not_much_longer_than_its_sides() -> None:
    """Of an s × s grid the first cut has about s nodes, and the tree is a few s high (George 1973)."""
    side = 24
    tail, head, lon, lat = grid(side)
    hierarchy = hierarchy_of(side * side, tail, head, lon, lat)
    by_line = build_hierarchy(side * side, tail, head, np.arange(side * side))
    assert hierarchy.height <= 4 * side
    assert hierarchy.arc_count < 0.6 * by_line.arc_count
    # The last to be contracted are the first separator: without them no half is more than three quarters.
    last = np.flatnonzero(hierarchy.rank >= side * side - 2 * side)
    rest = np.setdiff1d(np.arange(side * side), last)
    kept = np.isin(tail, rest) & np.isin(head, rest)
    reached = scipy_times(side * side, tail[kept], head[kept], np.ones(kept.sum(), dtype=np.int32), rest)[:, rest]
    assert (reached < UNREACHABLE).sum(axis=1).max() <= 0.75 * side * side + 1


def test_arcs_grow_with_a_bad_order_and_nothing_is_overrun() -> None:
    """A star contracted from its centre joins all n - 1 leaves to one another: (n - 1) + (n - 1)(n - 2) / 2 arcs."""
    n = 80
    tail, head = np.zeros(n - 1, dtype=np.int32), np.arange(1, n, dtype=np.int32)
    hierarchy = build_hierarchy(n, tail, head, np.arange(n))
    assert hierarchy.arc_count == (n - 1) + (n - 1) * (n - 2) // 2
    assert build_hierarchy(n, tail, head, np.arange(n)[::-1]).arc_count == n - 1


def test_parents_arcs_and_preorder_are_those_of_the_definition() -> None:
    tail, head, lon, lat = grid(5)
    hierarchy = hierarchy_of(25, tail, head, lon, lat)
    for v in range(25):
        up = hierarchy.head[hierarchy.first[v] : hierarchy.first[v + 1]]
        assert hierarchy.parent[v] == (up[0] if len(up) else -1)
        path = {v}
        while hierarchy.parent[max(path)] >= 0:
            path.add(int(hierarchy.parent[max(path)]))
        assert set(up) <= path
        assert hierarchy.depth[v] == len(path) - 1
    # A subtree takes places in a row, its root's first.
    for v in range(25):
        below = [w for w in range(25) if v in ancestors(hierarchy, w)]
        places = np.sort(hierarchy.preorder[below])
        assert places[0] == hierarchy.preorder[v]
        assert np.array_equal(places, np.arange(places[0], places[0] + len(below)))


def ancestors(hierarchy: Hierarchy, rank: int) -> set[int]:
    found = set()
    while rank >= 0:
        found.add(rank)
        rank = int(hierarchy.parent[rank])
    return found


def test_a_lower_triangle_relaxes_the_arc_above_it() -> None:
    """With 0 contracted first, the arc 1 - 2 costs min(own 9, 1 → 0 → 2: 3 + 4) = 7, and back min(9, 5 + 2) = 7."""
    tail, head = np.array([1, 0, 2, 0, 1, 2]), np.array([0, 2, 0, 1, 2, 1])
    ms = np.array([3, 4, 5, 2, 9, 9], dtype=np.int32)
    hierarchy = build_hierarchy(3, tail, head, [0, 1, 2])
    metric = customize(hierarchy, ms)
    assert hierarchy.head.tolist() == [1, 2, 2]
    assert metric.up[:, 0].tolist() == [2, 4, 7]
    assert metric.down[:, 0].tolist() == [3, 5, 7]


def test_loops_have_no_arc_and_parallel_links_share_one() -> None:
    hierarchy = build_hierarchy(2, [0, 0, 0, 1], [0, 1, 1, 0], [0, 1])
    assert hierarchy.link_arc.tolist() == [NO_ARC, 0, 0, 0]
    assert hierarchy.link_up.tolist() == [False, True, True, False]
    assert [hierarchy.links_by_arc[1].tolist(), hierarchy.links_by_arc[0].tolist()] == [[1, 2, 3], [0, 3]]


@pytest.mark.parametrize("order", [[0, 1], [0, 0, 1], [0, 1, 3], [[0, 1, 2]]])
def test_what_is_no_order_is_refused(order: list[int]) -> None:
    with pytest.raises(ValueError, match="order"):
        build_hierarchy(3, [0], [1], order)


def test_what_does_not_fit_together_is_refused() -> None:
    with pytest.raises(ValueError, match="no node"):
        build_hierarchy(2, [0], [2], [0, 1])
    hierarchy = build_hierarchy(2, [0], [1], [0, 1])
    with pytest.raises(ValueError, match="2 links"):
        customize(hierarchy, np.array([1, 2], dtype=np.int32))
    with pytest.raises(ValueError, match="room"):
        customize(hierarchy, np.array([[1, 2]], dtype=np.int32), empty_metric(hierarchy, 3))
    with pytest.raises(ValueError, match="nodes"):
        times_between(
            hierarchy, customize(hierarchy, np.array([1], dtype=np.int32)), *[np.array([2], dtype=np.int32)] * 2
        )


def test_room_is_used_again_and_nothing_of_the_former_scenario_stays() -> None:
    tail, head, lon, lat = grid(4)
    hierarchy = hierarchy_of(16, tail, head, lon, lat)
    rng = np.random.default_rng(1)
    room = empty_metric(hierarchy, 2)
    for _ in range(3):
        ms = rng.integers(1, 99, (len(tail), 2)).astype(np.int32)
        ms[rng.random(ms.shape) < 0.2] = UNREACHABLE
        used, fresh = customize(hierarchy, ms, room), customize(hierarchy, ms)
        assert used.up is room.up
        assert np.array_equal(used.up, fresh.up)
        assert np.array_equal(used.down, fresh.down)


def test_streets_have_twins_and_no_loops() -> None:
    found = undirected(3, np.array([0, 1, 1, 2], dtype=np.int32), np.array([1, 0, 1, 1], dtype=np.int32))
    assert found.first.tolist() == [0, 1, 3, 4]
    assert found.head.tolist() == [1, 0, 2, 1]
    assert found.head[found.twin].tolist() == [0, 1, 1, 2]


@pytest.fixture
def kept_roads(
    make_network: Callable[..., RoadNetwork], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> RoadNetwork:
    monkeypatch.setattr(network.kept, "cache_folder", lambda: tmp_path)
    monkeypatch.setattr(topology, "WORTH_KEEPING", 10)
    tail, head, lon, lat = grid(6)
    return make_network(lon, lat, tail, head)


def same(one: Hierarchy, other: Hierarchy) -> bool:
    return all(np.array_equal(getattr(one, field.name), getattr(other, field.name)) for field in fields(Hierarchy))


def test_a_hierarchy_is_made_once_for_the_same_roads(
    kept_roads: RoadNetwork, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = kept_roads.hierarchy
    assert len(list(tmp_path.glob("*.hierarchy.npz"))) == 1
    monkeypatch.setattr(topology, "hierarchy_of", lambda *roads: pytest.fail("made again"))
    assert same(replace(kept_roads).hierarchy, first)


def test_changed_roads_get_a_hierarchy_of_their_own(kept_roads: RoadNetwork, tmp_path: Path) -> None:
    kept_roads.hierarchy  # noqa: B018
    changed = replace(kept_roads, tail=kept_roads.head, head=kept_roads.tail)
    changed.hierarchy  # noqa: B018
    assert len(list(tmp_path.glob("*.hierarchy.npz"))) == 2


@pytest.mark.parametrize("field", ["rank", "first", "head", "parent", "depth", "link_arc"])
def test_a_damaged_hierarchy_is_made_anew(kept_roads: RoadNetwork, tmp_path: Path, field: str) -> None:
    first = kept_roads.hierarchy
    kept = next(tmp_path.glob("*.hierarchy.npz"))
    with np.load(kept) as arrays:
        spoilt = dict(arrays)
    spoilt[field][len(spoilt[field]) // 2] += 1
    np.savez(kept, **spoilt)
    assert same(replace(kept_roads).hierarchy, first)
    replace(first, rank=first.rank[:-1]).save(kept)
    assert same(replace(kept_roads).hierarchy, first)
    kept.write_bytes(b"broken")
    assert same(replace(kept_roads).hierarchy, first)


def test_times_and_ways_on_real_roads_equal_scipys_for_every_vehicle_and_closure(real_extract: Path) -> None:
    roads = read_osm(real_extract)
    rng = np.random.default_rng(7)
    sources, targets = rng.integers(0, roads.node_count, 12), rng.integers(0, roads.node_count, 200)
    free = np.stack([link_times_ms(roads, vehicle) for vehicle in VEHICLE_CLASSES.values()], axis=1)
    cut = free.copy()
    cut[roads.bridge] = UNREACHABLE
    cut[rng.random(len(cut)) < 0.01] = UNREACHABLE
    lanes = np.concatenate([free, cut], axis=1)
    found = travel_times_ms(roads, lanes, sources, targets)
    for lane in range(lanes.shape[1]):
        expected = scipy_times(roads.node_count, roads.tail, roads.head, lanes[:, lane], sources)[:, targets]
        assert np.array_equal(found[..., lane], expected)
    for target, way in enumerate(paths_from(roads, lanes[:, 0], int(sources[0]), targets)):
        assert lanes[way, 0].sum() == found[0, target, 0] % UNREACHABLE
    assert (found[..., -1] == UNREACHABLE).any()
