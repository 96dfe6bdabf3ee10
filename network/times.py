"""Travel times and quickest ways over the links that are open.

Times are integer milliseconds, so sums are exact. A closed link carries :data:`UNREACHABLE`; a way over it is none.
The topology of a network is worked out once (:mod:`network.hierarchy`); a closure scenario or another vehicle class is
a new set of link times on it, which costs milliseconds.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import connected_components

from network.customization import UNREACHABLE, customize
from network.labels import times_between
from network.roads import RoadNetwork
from network.unpacking import Unpacker

__all__ = ["main_component", "paths_from", "shortest_path", "travel_times_ms"]

LANES = 16
"""Scenarios customized side by side: more need more memory and are hardly faster."""


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
    source_node, target_node = _nodes(network, sources), _nodes(network, targets)
    weights = _weights(network, link_ms)
    times = np.full((weights.shape[1], len(source_node), len(target_node)), UNREACHABLE, dtype=np.int32)
    start, end = np.flatnonzero(source_node >= 0), np.flatnonzero(target_node >= 0)
    if len(start) and len(end):
        for first in range(0, weights.shape[1], LANES):
            metric = customize(network.hierarchy, weights[:, first : first + LANES])
            found = times_between(network.hierarchy, metric, source_node[start], target_node[end])
            times[first : first + LANES, start[:, None], end] = found
    return times[0] if np.ndim(link_ms) == 1 else np.moveaxis(times, 0, -1)


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
    start, ends = int(_nodes(network, [source])[0]), _nodes(network, targets)
    weights = _weights(network, link_ms)
    nothing = np.empty(0, dtype=np.int32)
    if start < 0 or not (ends >= 0).any():
        return tuple(nothing for _ in ends)
    unpacker = Unpacker(network.hierarchy, customize(network.hierarchy, weights), weights[:, 0])
    return tuple(unpacker.links(start, int(end)) if end >= 0 else nothing for end in ends)


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
    n = network.node_count
    if not n:
        return np.empty(0, dtype=np.bool_)
    open_links = slice(None) if link_ms is None else _weights(network, link_ms)[:, 0] < UNREACHABLE
    tail, head = network.tail[open_links], network.head[open_links]
    graph = csr_array((np.ones(len(tail), dtype=np.int8), (tail, head)), shape=(n, n))
    _, piece = connected_components(graph, directed=True, connection="strong")
    largest: NDArray[np.bool_] = piece == np.bincount(piece).argmax()
    return largest


def _nodes(network: RoadNetwork, nodes: ArrayLike) -> NDArray[np.int32]:
    """Node numbers as an array, checked: −1 or one of the network's."""
    numbers = np.asarray(nodes, dtype=np.int64).reshape(-1)
    wrong = (numbers < -1) | (numbers >= network.node_count)
    if wrong.any():
        raise ValueError(f"node {numbers[wrong][0]} at place {np.flatnonzero(wrong)[0]} is not in the network")
    return numbers.astype(np.int32)


def _weights(network: RoadNetwork, link_ms: NDArray[np.int32]) -> NDArray[np.int32]:
    """(m, K) link times, checked."""
    weights = np.asarray(link_ms)
    if weights.ndim not in {1, 2} or len(weights) != network.link_count:
        raise ValueError(f"link_ms has shape {weights.shape}, the network has {network.link_count} links")
    return weights if weights.ndim == 2 else weights[:, None]
