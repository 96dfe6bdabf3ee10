"""The links of a quickest way, out of a customized hierarchy.

A walk up the elimination tree from the source and one from the target give the arcs of a quickest way; each arc is then
unpacked: it either has a link that takes just as long, or a lower triangle ``tail - v - head`` whose two arcs together
do, which are unpacked in turn. (Dibbelt, Strasser, Wagner 2016, section 7.)
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from network.customization import UNREACHABLE, Metric, link_weights
from network.hierarchy import Hierarchy, Int32s

_NONE = -1


class Unpacker:
    """Ways in one lane of a metric.

    Parameters
    ----------
    hierarchy : Hierarchy
    metric : Metric
        Customized from ``link_ms``.
    link_ms : (m,) int32
        The lane's link times.
    lane : int
    """

    def __init__(self, hierarchy: Hierarchy, metric: Metric, link_ms: NDArray[np.int32], lane: int = 0) -> None:
        self._hierarchy = hierarchy
        self._weights = link_weights(np.asarray(link_ms))
        self._up = np.ascontiguousarray(metric.up[:, lane])
        self._down = np.ascontiguousarray(metric.down[:, lane])

    def links(self, source: int, target: int) -> Int32s:
        """Links of a quickest way, in order of travel; empty from a node to itself or where there is no way."""
        h = self._hierarchy
        arcs, upward = _arcs(
            h.first, h.head, h.parent, h.depth, self._up, self._down, h.tail, h.rank[source], h.rank[target]
        )
        topology = h.first, h.head, h.tail, *h.lower_arcs, *h.links_by_arc
        links: Int32s = _unpack(*topology, h.link_up, self._weights, self._up, self._down, arcs, upward, h.height)
        return links


@njit(cache=True, nogil=True)
def _arcs(
    first: Int32s,
    head: Int32s,
    parent: Int32s,
    depth: Int32s,
    up: Int32s,
    down: Int32s,
    tail: Int32s,
    source: int,
    target: int,
) -> tuple[Int32s, NDArray[np.bool_]]:
    """Arcs of a quickest way in order of travel, and which of them are climbed."""
    forward, forward_arc = _climb(first, head, parent, depth, up, source)
    backward, backward_arc = _climb(first, head, parent, depth, down, target)
    a, b = source, target
    while a != b and a >= 0 and b >= 0:
        if a < b:
            a = parent[a]
        else:
            b = parent[b]
    top = _NONE
    best = np.int32(UNREACHABLE)
    v = a if a == b else _NONE
    while v >= 0:
        through = np.int32(forward[depth[v]] + backward[depth[v]])
        if through < best:
            best, top = through, v
        v = parent[v]
    arcs = np.empty(len(forward) + len(backward), dtype=np.int32)
    upward = np.zeros(len(arcs), dtype=np.bool_)
    count = 0
    v = top
    while v >= 0 and v != source:
        arcs[count] = forward_arc[depth[v]]
        upward[count] = True
        v = tail[arcs[count]]
        count += 1
    for i in range(count // 2):
        arcs[i], arcs[count - 1 - i] = arcs[count - 1 - i], arcs[i]
    v = top
    while v >= 0 and v != target:
        arcs[count] = backward_arc[depth[v]]
        v = tail[arcs[count]]
        count += 1
    return arcs[:count], upward[:count]


@njit(cache=True, nogil=True)
def _climb(
    first: Int32s, head: Int32s, parent: Int32s, depth: Int32s, weight: Int32s, start: int
) -> tuple[Int32s, Int32s]:
    """Times to the ancestors of ``start`` by depth, and the arc by which each is reached."""
    times = np.full(depth[start] + 1, UNREACHABLE, dtype=np.int32)
    by = np.full(depth[start] + 1, _NONE, dtype=np.int32)
    times[depth[start]] = 0
    v = start
    while v >= 0:
        for arc in range(first[v], first[v + 1]):
            there = depth[head[arc]]
            time = np.int32(times[depth[v]] + weight[arc])
            if time < times[there]:
                times[there] = time
                by[there] = arc
        v = parent[v]
    return times, by


@njit(cache=True, nogil=True)
def _unpack(
    first: Int32s,
    head: Int32s,
    tail: Int32s,
    lower_first: Int32s,
    lower: Int32s,
    links_first: Int32s,
    links: Int32s,
    link_up: NDArray[np.bool_],
    weights: Int32s,
    up: Int32s,
    down: Int32s,
    arcs: Int32s,
    upward: NDArray[np.bool_],
    height: int,
) -> Int32s:
    """Replace every arc by its links; each unpacking leads to a lower rank, so the stack grows by one a level."""
    found = np.empty(len(first), dtype=np.int32)
    count = 0
    stack = np.empty(height + 2, dtype=np.int32)
    climbs = np.empty(height + 2, dtype=np.bool_)
    for i in range(len(arcs)):
        stack[0], climbs[0] = arcs[i], upward[i]
        waiting = 1
        while waiting:
            waiting -= 1
            arc, climb = stack[waiting], climbs[waiting]
            link = _link_of(links_first, links, link_up, weights, arc, climb, up[arc] if climb else down[arc])
            if link >= 0:
                found[count] = link
                count += 1
                continue
            to_tail, to_head = _lower_triangle(first, head, tail, lower_first, lower, up, down, arc, climb)
            before, after = (to_tail, to_head) if climb else (to_head, to_tail)
            stack[waiting], climbs[waiting] = after, True
            stack[waiting + 1], climbs[waiting + 1] = before, False
            waiting += 2
    return found[:count].copy()


@njit(cache=True, nogil=True)
def _link_of(
    links_first: Int32s,
    links: Int32s,
    link_up: NDArray[np.bool_],
    weights: Int32s,
    arc: int,
    climb: bool,
    time: int,
) -> int:
    """A link over ``arc`` in the given direction that takes ``time``, or −1."""
    for i in range(links_first[arc], links_first[arc + 1]):
        if link_up[links[i]] == climb and weights[links[i]] == time:
            return int(links[i])
    return _NONE


@njit(cache=True, nogil=True)
def _lower_triangle(
    first: Int32s,
    head: Int32s,
    tail: Int32s,
    lower_first: Int32s,
    lower: Int32s,
    up: Int32s,
    down: Int32s,
    arc: int,
    climb: bool,
) -> tuple[int, int]:
    """The arcs from a lower rank to both ends of ``arc`` that together take as long."""
    for i in range(lower_first[tail[arc]], lower_first[tail[arc] + 1]):
        to_tail = lower[i]
        start, stop = first[tail[to_tail]], first[tail[to_tail] + 1]
        to_head = start + np.searchsorted(head[start:stop], head[arc])
        if to_head < stop and head[to_head] == head[arc]:
            through = down[to_tail] + up[to_head] if climb else down[to_head] + up[to_tail]
            if through == (up[arc] if climb else down[arc]):
                return to_tail, to_head
    raise ValueError("the metric was not customized on this hierarchy")
