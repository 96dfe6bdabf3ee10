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
    row, start = _in_preorder(hierarchy, sources)
    column, end = _in_preorder(hierarchy, targets)
    place = np.searchsorted(hierarchy.preorder[end], hierarchy.preorder[start]).astype(np.int32)
    times = np.empty((metric.lanes, len(start), len(end)), dtype=np.int32)
    labels = _labels_by_walk if metric.lanes == 1 else _labels_by_site
    forward = labels(hierarchy.first, hierarchy.head, metric.up, hierarchy.parent, hierarchy.depth, start)
    backward = labels(hierarchy.first, hierarchy.head, metric.down, hierarchy.parent, hierarchy.depth, end)
    _meet(forward, backward, hierarchy.parent, hierarchy.depth, start, end, place, row, column, times)
    return times


def _in_preorder(hierarchy: Hierarchy, nodes: Int32s) -> tuple[Int32s, Int32s]:
    """Places of the nodes when they stand in preorder of the tree, and their ranks so."""
    ranks = hierarchy.rank[nodes]
    order = np.argsort(hierarchy.preorder[ranks], kind="stable").astype(np.int32)
    return order, ranks[order]


@njit(cache=True, nogil=True)
def _labels_by_site(
    first: Int32s, head: Int32s, weight: Int32s, parent: Int32s, depth: Int32s, ranks: Int32s
) -> Int32s:
    """(K, k, height) times from each of k ranks to its ancestors by depth, over ``weight`` of the upward arcs.

    Each rank climbs for itself, all lanes at once. Depths below a rank's own are left unset.
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
def _labels_by_walk(
    first: Int32s, head: Int32s, weight: Int32s, parent: Int32s, depth: Int32s, ranks: Int32s
) -> Int32s:
    """The same for one lane, (1, k, height), with the ranks in preorder.

    The tree is walked down from rank to rank, and the labels of the nodes on the way from the root are at hand: the
    label of a node is the least, over its upward arcs, of the arc's weight and the label of the arc's head. So a node
    that many ranks have above them is labelled once, and the processor takes eight depths at a time, as it takes eight
    lanes elsewhere.
    """
    height = 0
    for v in ranks:
        height = max(height, depth[v] + 1)
    labels = np.empty((1, len(ranks), height), dtype=np.int32)
    path = np.empty((height, height), dtype=np.int32)
    on_path = np.full(height, -1, dtype=np.int32)
    for i in range(len(ranks)):
        top = ranks[i]
        while top >= 0 and on_path[depth[top]] != top:
            on_path[depth[top]] = top
            top = parent[top]
        for d in range(depth[top] + 1 if top >= 0 else 0, depth[ranks[i]] + 1):
            _label(first, head, weight, depth, on_path[d], path)
        for d in range(depth[ranks[i]] + 1):
            labels[0, i, d] = path[depth[ranks[i]], d]
    return labels


@njit(cache=True, nogil=True)
def _label(first: Int32s, head: Int32s, weight: Int32s, depth: Int32s, v: int, path: Int32s) -> None:
    """Fill the row of ``path`` that is v's, from the rows of its ancestors."""
    own = path[depth[v]]
    for d in range(depth[v]):
        own[d] = UNREACHABLE
    own[depth[v]] = 0
    for arc in range(first[v], first[v + 1]):
        step = weight[arc, 0]
        above = path[depth[head[arc]]]
        for d in range(depth[head[arc]] + 1):
            own[d] = min(own[d], np.int32(step + above[d]))


@njit(cache=True, nogil=True)
def _meet(
    forward: Int32s,
    backward: Int32s,
    parent: Int32s,
    depth: Int32s,
    start: Int32s,
    end: Int32s,
    place: Int32s,
    row: Int32s,
    column: Int32s,
    times: Int32s,
) -> None:
    """Fill ``times``; ``place`` is where each source stands among the targets, ``row`` and ``column`` where both go."""
    neighbours = np.zeros(len(end), dtype=np.int32)
    for j in range(1, len(end)):
        neighbours[j] = _common(parent, depth, end[j - 1], end[j])
    common = np.empty(len(end), dtype=np.int32)
    for i in range(len(start)):
        _sweep(parent, depth, start[i], end, place[i], neighbours, common)
        for k in range(len(times)):
            _least_sums(forward[k, i], backward[k], common, column, times[k, row[i]])


@njit(cache=True, nogil=True)
def _sweep(
    parent: Int32s, depth: Int32s, source: int, end: Int32s, place: int, neighbours: Int32s, common: Int32s
) -> None:
    """Fill ``common``: how many nodes the path of ``source`` shares with that of each target."""
    if place < len(end):
        common[place] = _common(parent, depth, source, end[place])
    for j in range(place + 1, len(end)):
        common[j] = min(common[j - 1], neighbours[j])
    if place > 0:
        common[place - 1] = _common(parent, depth, source, end[place - 1])
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
