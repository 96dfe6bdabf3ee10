"""Times between many places, from labels over the elimination tree.

The *label* of a place holds the time to (or from) each node on its path to the root, by depth, over upward arcs alone.
A quickest way climbs to a node that lies on both places' paths and descends from there, so

    time(s, t) = min over depths d of their common path:  forward(s)[d] + backward(t)[d]

How much of two paths is common is the depth of the lowest common ancestor. With the targets in preorder of the tree,
the ancestor that s shares with a target farther along the row lies no deeper than those that neighbours on the way
share, so that one sweep to either side gives all of them.

After J. Dibbelt, B. Strasser, D. Wagner (2016), section 6 (elimination-tree queries), with the labels kept as in
hub labelling (I. Abraham et al., SEA 2011).
"""

from __future__ import annotations

import numpy as np
from numba import njit

from network.customization import UNREACHABLE, Metric
from network.hierarchy import Hierarchy, Int32s


def times_between(hierarchy: Hierarchy, metric: Metric, sources: Int32s, targets: Int32s) -> Int32s:
    """Quickest times from every source to every target in each lane.

    Parameters
    ----------
    hierarchy : Hierarchy
    metric : Metric
        With K lanes.
    sources, targets : (S,), (T,) int32
        Nodes of the network.

    Returns
    -------
    (K, S, T) int32
        Milliseconds; :data:`~network.customization.UNREACHABLE` where there is no way.

    Raises
    ------
    ValueError
        A node that the network does not have.
    """
    for nodes in (sources, targets):
        if len(nodes) and not 0 <= nodes.min() <= nodes.max() < hierarchy.node_count:
            raise ValueError(f"nodes lie between 0 and {hierarchy.node_count - 1}")
    start, end = hierarchy.rank[sources], hierarchy.rank[targets]
    column = np.argsort(hierarchy.preorder[end], kind="stable").astype(np.int32)
    row = end[column]
    place = np.searchsorted(hierarchy.preorder[row], hierarchy.preorder[start]).astype(np.int32)
    times = np.empty((metric.lanes, len(start), len(end)), dtype=np.int32)
    forward = _labels(hierarchy.first, hierarchy.head, metric.up, hierarchy.parent, hierarchy.depth, start)
    backward = _labels(hierarchy.first, hierarchy.head, metric.down, hierarchy.parent, hierarchy.depth, row)
    _meet(forward, backward, hierarchy.parent, hierarchy.depth, start, row, place, column, times)
    return times


@njit(cache=True, nogil=True)
def _labels(first: Int32s, head: Int32s, weight: Int32s, parent: Int32s, depth: Int32s, ranks: Int32s) -> Int32s:
    """(K, k, height) times from each of k ranks to its ancestors by depth, over ``weight`` of the upward arcs.

    Depths below a rank's own are left unset.
    """
    lanes = weight.shape[1]
    height = 0
    for v in ranks:
        height = max(height, depth[v] + 1)
    labels = np.empty((lanes, len(ranks), height), dtype=np.int32)
    label = np.empty((height, lanes), dtype=np.int32)
    for i in range(len(ranks)):
        v = ranks[i]
        length = depth[v] + 1
        for d in range(length):
            for k in range(lanes):
                label[d, k] = UNREACHABLE
        label[length - 1] = 0
        while v >= 0:
            here = label[depth[v]]
            for arc in range(first[v], first[v + 1]):
                there = label[depth[head[arc]]]
                for k in range(lanes):
                    there[k] = min(there[k], np.int32(here[k] + weight[arc, k]))
            v = parent[v]
        for k in range(lanes):
            for d in range(length):
                labels[k, i, d] = label[d, k]
    return labels


@njit(cache=True, nogil=True)
def _meet(
    forward: Int32s,
    backward: Int32s,
    parent: Int32s,
    depth: Int32s,
    start: Int32s,
    row: Int32s,
    place: Int32s,
    column: Int32s,
    times: Int32s,
) -> None:
    """Fill ``times``; ``row`` holds the targets in preorder, ``place`` where each source stands among them."""
    neighbours = np.zeros(len(row), dtype=np.int32)
    for j in range(1, len(row)):
        neighbours[j] = _common(parent, depth, row[j - 1], row[j])
    common = np.empty(len(row), dtype=np.int32)
    for i in range(len(start)):
        _sweep(parent, depth, start[i], row, place[i], neighbours, common)
        for k in range(len(times)):
            _least_sums(forward[k, i], backward[k], common, column, times[k, i])


@njit(cache=True, nogil=True)
def _sweep(
    parent: Int32s, depth: Int32s, source: int, row: Int32s, place: int, neighbours: Int32s, common: Int32s
) -> None:
    """Fill ``common``: how many nodes the path of ``source`` shares with that of each target."""
    if place < len(row):
        common[place] = _common(parent, depth, source, row[place])
    for j in range(place + 1, len(row)):
        common[j] = min(common[j - 1], neighbours[j])
    if place > 0:
        common[place - 1] = _common(parent, depth, source, row[place - 1])
    for j in range(place - 2, -1, -1):
        common[j] = min(common[j + 1], neighbours[j + 1])


@njit(cache=True, nogil=True)
def _common(parent: Int32s, depth: Int32s, a: int, b: int) -> int:
    """How many nodes the paths of two ranks to the root share; 0 in different trees. The lower rank climbs."""
    while a != b:
        if a < b:
            a = parent[a]
        else:
            b = parent[b]
        if a < 0 or b < 0:
            return 0
    return int(depth[a]) + 1


@njit(cache=True, nogil=True)
def _least_sums(forward: Int32s, backward: Int32s, common: Int32s, column: Int32s, times: Int32s) -> None:
    """Least sum over the common depths for every target; int32 throughout, so that eight are added at a time."""
    for j in range(len(common)):
        there = backward[j]
        best = np.int32(UNREACHABLE)
        for d in range(common[j]):
            best = min(best, np.int32(forward[d] + there[d]))
        times[column[j]] = best
