"""The networks that benchmarks make, and that peers and engine are given the same and asked the same."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from benchmarks.peers import networkx_times, scipy_times
from benchmarks.roads import SEAM_LINKS, Roads, cut_down, load, tiled
from benchmarks.row import Row, in_process
from benchmarks.times import Case, Closures, closed_state, scenario_seconds, way_seconds
from network.customization import UNREACHABLE

SIDE = 15


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    """A grid of two-way streets with a loop and a parallel link, as arrays in a file."""
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    low = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel(), [0], [0]])
    high = np.concatenate([number[:, 1:].ravel(), number[1:].ravel(), [0], [1]])
    tail, head = np.concatenate([low, high]), np.concatenate([high, low])
    row, column = np.divmod(np.arange(SIDE * SIDE), SIDE)
    times = np.random.default_rng(0).integers(0, 60_000, len(tail))
    path = tmp_path / "grid_graph.npz"
    np.savez(path, tail=tail, head=head, tt=times, lon=6 + column / 100, lat=49.5 + row / 100)
    return path


def test_tiles_are_copies_joined_by_seams_both_ways(graph: Path) -> None:
    one, four = load(graph), tiled(load(graph), 2)
    n, m = one.node_count, len(one.tail)
    assert (one.name, four.name, four.node_count) == ("grid", "grid 2x2", 4 * n)
    for tile in range(4):
        assert np.array_equal(four.tail[tile * m : (tile + 1) * m] - tile * n, one.tail)
    seams = four.tail[4 * m :] // n, four.head[4 * m :] // n
    pairs = set(zip(*(tiles.tolist() for tiles in seams), strict=True))
    assert pairs == {(a, b) for a in range(4) for b in range(4) if bin(a ^ b).count("1") == 1}
    assert len(four.tail) - 4 * m == 2 * 4 * min(SEAM_LINKS, n)
    assert four.car_ms.min() >= 1


def test_a_network_cut_down_keeps_the_links_between_what_is_left(graph: Path) -> None:
    whole, part = load(graph), cut_down(load(graph), 60)
    assert part.node_count == 60
    assert 0 < len(part.tail) < len(whole.tail)
    assert part.tail.max() < 60
    places = {(lon, lat): node for node, (lon, lat) in enumerate(zip(whole.lon, whole.lat, strict=True))}
    old = np.array([places[lon, lat] for lon, lat in zip(part.lon, part.lat, strict=True)])
    known = set(zip(whole.tail.tolist(), whole.head.tolist(), whole.car_ms.tolist(), strict=True))
    mine = set(zip(old[part.tail].tolist(), old[part.head].tolist(), part.car_ms.tolist(), strict=True))
    assert mine <= known


def test_a_scenario_is_known_by_its_number_and_closes_a_circle(graph: Path) -> None:
    roads = load(graph)
    links, times = Closures(roads, 3)(5)
    again, _ = Closures(roads, 3)(5)
    assert np.array_equal(links, again)
    assert (times == UNREACHABLE).all()
    assert (Closures(roads, 3).closed(5)[links] == UNREACHABLE).all()
    assert not np.array_equal(links, Closures(roads, 3)(6)[0])


def test_engine_and_peers_agree_on_every_state(graph: Path) -> None:
    case = Case(graph, 2, (12, 20), 7)
    roads: Roads = case.load()
    sources, targets = case.nodes(roads.node_count)
    found = scenario_seconds(case, 3)
    closed = closed_state(roads, 7)
    assert (closed >= UNREACHABLE).any()
    for name, ms in (("free", roads.car_ms), ("closed", closed), ("truck", roads.truck_ms)):
        by_scipy = scipy_times(roads, ms, sources, targets, 12).times_ms
        assert np.array_equal(found.times[name], by_scipy)
        assert np.array_equal(networkx_times(roads, ms, sources, targets, 2).times_ms, by_scipy[:2])
    assert way_seconds(case).exact


def test_a_row_is_measured_in_a_process_of_its_own() -> None:
    measured = in_process(sum, [1, 2, 3])
    assert measured.answer == 6
    assert measured.peak_mb > 1
    assert Row("case", "engine", 1.0, measured.peak_mb).exact is None
