"""Which links hang parts of the district on the rest: single ones, or the fewest that cut one place off.

A link is a cut link when nothing else joins its two sides. After Pritchard and Thurimella (2011), *Fast computation
of small cuts via cycle space sampling*: every link outside a spanning tree gets a random label, every tree link the
exclusive or of the labels of the links that bridge it; a tree link with label zero is bridged by none. One pass over
the links, whatever the size. The roads count as undirected here; who proposes a closure on this ground tries it with a
shortest path search afterwards.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import breadth_first_order, maximum_flow

from network.roads import RoadNetwork


def behind_links(network: RoadNetwork, root: int, weight: NDArray[np.float64], seed: int = 0) -> NDArray[np.float64]:
    """Weight that the loss of each link alone, in both directions, cuts off from ``root``.

    Parameters
    ----------
    network : RoadNetwork
    root : int
        A node.
    weight : (n,) float64
        Of the nodes: places, or residents.
    seed : int
        Of the labels.

    Returns
    -------
    (m,) float64
        0 where the link is no cut link, or where nothing lies behind it.
    """
    tail, head = _edges(network)
    n = network.node_count
    graph = csr_array((np.ones(len(tail)), (tail, head)), shape=(n, n))
    order, before = breadth_first_order(graph, root, directed=False, return_predecessors=True)
    label = _labels(n, tail, head, before, seed)
    total = weight.astype(np.float64).copy()
    # From the leaves to the root: what hangs on a node is complete before it is handed on.
    labels, totals, up = label.tolist(), total.tolist(), before.tolist()
    for node in order[:0:-1].tolist():
        labels[up[node]] ^= labels[node]
        totals[up[node]] += totals[node]
    hangs = np.zeros(n)
    hangs[order] = np.where(np.array(labels, dtype=np.uint64)[order] == 0, np.array(totals)[order], 0.0)
    hangs[root] = 0.0
    down = before[network.head] == network.tail
    upward = before[network.tail] == network.head
    behind: NDArray[np.float64] = np.where(down, hangs[network.head], np.where(upward, hangs[network.tail], 0.0))
    return behind


def _edges(network: RoadNetwork) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Undirected edges, both directions of a way once; two ways between the same nodes stay two edges."""
    low, high = np.minimum(network.tail, network.head), np.maximum(network.tail, network.head)
    apart = low != high
    edges = np.unique(np.column_stack([low, high, network.way_id])[apart], axis=0)
    return edges[:, 0], edges[:, 1]


def _labels(
    n: int, tail: NDArray[np.int64], head: NDArray[np.int64], before: NDArray[np.int32], seed: int
) -> NDArray[np.uint64]:
    """(n,) exclusive or of the random labels of the edges outside the tree at each node."""
    in_tree = (before[head] == tail) | (before[tail] == head)
    # Of parallel edges one is the tree's; edges come sorted, so the first of a run is taken for it.
    repeated = np.zeros(len(tail), dtype=np.bool_)
    repeated[1:] = (tail[1:] == tail[:-1]) & (head[1:] == head[:-1])
    outside = ~in_tree | repeated
    random = np.random.default_rng(seed).integers(1, 2**63, size=int(outside.sum()), dtype=np.uint64)
    label = np.zeros(n, dtype=np.uint64)
    np.bitwise_xor.at(label, tail[outside], random)
    np.bitwise_xor.at(label, head[outside], random)
    return label


def least_cut(network: RoadNetwork, root: int, node: int) -> NDArray[np.int64]:
    """Find the fewest pieces of road whose loss, in both directions, cuts ``node`` off from ``root``.

    Parameters
    ----------
    network : RoadNetwork
    root, node : int
        Two nodes.

    Returns
    -------
    (c,) int64
        Links, both directions of each piece; empty where the two are one node or not joined anyway.
    """
    nothing = np.empty(0, dtype=np.int64)
    if root == node:
        return nothing
    tail, head = _edges(network)
    n = network.node_count
    both = np.concatenate([tail, head]), np.concatenate([head, tail])
    graph = csr_array((np.ones(2 * len(tail), dtype=np.int32), both), shape=(n, n))
    left = csr_array(graph - csr_array(maximum_flow(graph, root, node).flow))
    left.eliminate_zeros()
    near = np.zeros(n, dtype=np.bool_)
    near[breadth_first_order(left, root, return_predecessors=False)] = True
    crossing: NDArray[np.int64] = np.flatnonzero(near[network.tail] != near[network.head])
    return crossing
