"""Travel times and shortest paths over the links that are open.

Times are integer milliseconds, so sums are exact. A closed link carries :data:`UNREACHABLE` and is taken out of the
graph; it is never a large number that a path might add up. SciPy's Dijkstra does the search.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components, dijkstra

from network.roads import RoadNetwork

UNREACHABLE: int = 2**30 - 1
"""Milliseconds (12.4 days) that stand for "no way": on a link, that it is closed. Twice as much still fits int32."""

_DISTANCES_AT_ONCE = 8_000_000
"""Source-node pairs held at a time: 64 MB of float64."""


@dataclass(frozen=True)
class _OpenGraph:
    """The open links, of parallel ones the fastest, ordered by tail and head.

    Attributes
    ----------
    matrix : (n, n) csr of float64
        Milliseconds.
    key : (e,) int64
        ``tail * n + head``, ascending.
    link : (e,) int32
        Which link an entry stands for.
    """

    matrix: csr_array
    key: NDArray[np.int64]
    link: NDArray[np.int32]


def travel_times_ms(
    network: RoadNetwork, link_ms: NDArray[np.int32], sources: ArrayLike, targets: ArrayLike
) -> NDArray[np.int32]:
    """Shortest times from every source to every target.

    Parameters
    ----------
    network : RoadNetwork
    link_ms : (m,) or (m, K) int32
        Milliseconds a link; :data:`UNREACHABLE` or more where it is closed. Less than 1 ms counts as 1 ms. With a
        second axis: of K scenarios, searched at once.
    sources, targets : (S,), (T,) int
        Nodes. −1 stands for a site without a node: nothing reaches it and it reaches nothing.

    Returns
    -------
    (S, T) or (S, T, K) int32
        Milliseconds; :data:`UNREACHABLE` where there is no way.
    """
    if np.ndim(link_ms) == 2:
        lanes = [travel_times_ms(network, lane, sources, targets) for lane in link_ms.T]
        return np.stack(lanes, axis=-1)
    source_node, target_node = _nodes(network, sources), _nodes(network, targets)
    times = np.full((len(source_node), len(target_node)), UNREACHABLE, dtype=np.int32)
    from_source, to_target = np.flatnonzero(source_node >= 0), np.flatnonzero(target_node >= 0)
    if not len(from_source) or not len(to_target):
        return times
    matrix = _open_graph(network, link_ms).matrix
    starts, start_of = np.unique(source_node[from_source], return_inverse=True)
    ends, end_of = np.unique(target_node[to_target], return_inverse=True)
    if len(ends) < len(starts):
        distinct = _distances(matrix.T.tocsr(), ends, starts).T
    else:
        distinct = _distances(matrix, starts, ends)
    times[np.ix_(from_source, to_target)] = distinct[np.ix_(start_of, end_of)]
    return times


def shortest_path(network: RoadNetwork, link_ms: NDArray[np.int32], source: int, target: int) -> NDArray[np.int32]:
    """Links of a shortest path, in order of travel; see :func:`paths_from`."""
    return paths_from(network, link_ms, source, [target])[0]


def paths_from(
    network: RoadNetwork, link_ms: NDArray[np.int32], source: int, targets: ArrayLike
) -> tuple[NDArray[np.int32], ...]:
    """Shortest paths from one node to many.

    Parameters
    ----------
    network : RoadNetwork
    link_ms : (m,) int32
        As in :func:`travel_times_ms`.
    source : int
    targets : (T,) int

    Returns
    -------
    tuple of T int32 arrays
        Link numbers in order of travel. Empty where the target is the source or cannot be reached:
        :func:`travel_times_ms` tells the two apart.
    """
    target_node = _nodes(network, targets)
    nothing = np.empty(0, dtype=np.int32)
    if _nodes(network, [source])[0] < 0:
        return tuple(nothing for _ in target_node)
    graph = _open_graph(network, link_ms)
    _, before = dijkstra(graph.matrix, indices=np.array([source]), return_predecessors=True)
    reached = np.flatnonzero(before[0] >= 0)
    arriving = np.full(network.node_count, -1, dtype=np.int32)
    keys = before[0, reached].astype(np.int64) * network.node_count + reached
    arriving[reached] = graph.link[np.searchsorted(graph.key, keys)]
    return tuple(_walk_back(network, arriving, int(target)) if target >= 0 else nothing for target in target_node)


def main_component(network: RoadNetwork, link_ms: NDArray[np.int32] | None = None) -> NDArray[np.bool_]:
    """Which nodes belong to the largest piece whose nodes all reach one another.

    Parameters
    ----------
    network : RoadNetwork
    link_ms : (m,) int32, optional
        Closed links are left out; without it, every link is open.

    Returns
    -------
    (n,) bool
    """
    if not network.node_count:
        return np.empty(0, dtype=np.bool_)
    times = np.ones(network.link_count, dtype=np.int32) if link_ms is None else link_ms
    _, piece = connected_components(_open_graph(network, times).matrix, directed=True, connection="strong")
    largest: NDArray[np.bool_] = piece == np.bincount(piece).argmax()
    return largest


def _nodes(network: RoadNetwork, nodes: ArrayLike) -> NDArray[np.int64]:
    """Node numbers as an array, checked: −1 or one of the network's."""
    numbers = np.asarray(nodes, dtype=np.int64).reshape(-1)
    wrong = (numbers < -1) | (numbers >= network.node_count)
    if wrong.any():
        raise ValueError(f"node {numbers[wrong][0]} at place {np.flatnonzero(wrong)[0]} is not in the network")
    return numbers


def _open_graph(network: RoadNetwork, link_ms: NDArray[np.int32]) -> _OpenGraph:
    """Leave out closed links and loops, keep the fastest of parallel links."""
    if np.shape(link_ms) != (network.link_count,):
        raise ValueError(f"link_ms has shape {np.shape(link_ms)}, the network has {network.link_count} links")
    n = network.node_count
    link = np.flatnonzero((link_ms < UNREACHABLE) & (network.tail != network.head))
    key = network.tail[link].astype(np.int64) * n + network.head[link]
    order = np.lexsort((link_ms[link], key))
    link, key = link[order], key[order]
    first = np.ones(len(key), dtype=np.bool_)
    first[1:] = key[1:] != key[:-1]
    link, key = link[first], key[first]
    # An explicit 0 would be "no link" to SciPy.
    milliseconds = np.maximum(link_ms[link], 1).astype(np.float64)
    row_start = np.searchsorted(network.tail[link], np.arange(n + 1))
    matrix = csr_array((milliseconds, network.head[link], row_start), shape=(n, n))
    return _OpenGraph(matrix, key, link.astype(np.int32))


def _distances(matrix: csr_array, starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.int32]:
    """Milliseconds (starts, ends), a batch of starts at a time so that memory stays bounded."""
    times = np.empty((len(starts), len(ends)), dtype=np.int32)
    batch = max(1, _DISTANCES_AT_ONCE // matrix.shape[0])
    for first in range(0, len(starts), batch):
        found = dijkstra(matrix, indices=starts[first : first + batch])[:, ends]
        times[first : first + batch] = np.minimum(found, UNREACHABLE)
    return times


def _walk_back(network: RoadNetwork, arriving: NDArray[np.int32], target: int) -> NDArray[np.int32]:
    """Links from the source to ``target``, given the link by which each node is entered (−1 at the source)."""
    links: list[int] = []
    node = target
    while arriving[node] >= 0:
        links.append(int(arriving[node]))
        node = int(network.tail[links[-1]])
    return np.array(links[::-1], dtype=np.int32)
