"""The order in which nodes are contracted: nested dissection by inertial flow.

A small set of nodes that cuts the network in two halves, a *separator*, is contracted last; each half is cut in the
same way, and so on. Ways between halves must pass their separator, so a few hundred nodes at the top of the order see
all long ways. Rivers, ridges and motorways make such separators small in any road network.

Where to cut is found by inertial flow: the nodes are lined up along a direction over the ground, the first quarter of
them taken as sources and the last as sinks of a flow with one unit a road; by max-flow-min-cut, the roads that are full
separate the two. Of four directions the best cut counts, that with the fewest nodes for the size of the smaller side.

Sources: A. Schild, C. Sommer, On balanced separators in road networks, SEA 2015 (inertial flow); A. George, Nested
dissection of a regular finite element mesh, SIAM J. Numer. Anal. 10 (1973); E. A. Dinic 1970 (blocking flows).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

Int32s = NDArray[np.int32]

END_SHARE = 0.25
"""Share of the nodes at either end of the line that are sources and sinks: no side gets smaller."""

DIRECTIONS = np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 1.0], [1.0, -1.0]])
"""East, north, and the diagonals."""

_GONE = -1
"""Part of a node that has its place in the order."""


class Streets(NamedTuple):
    """The network without directions: between two nodes one street, an arc either way.

    Attributes
    ----------
    first : (n + 1,) int32
        Arcs ``first[v]:first[v + 1]`` leave node v.
    head : (a,) int32
    twin : (a,) int32
        The arc the other way.
    """

    first: Int32s
    head: Int32s
    twin: Int32s


class _Flow(NamedTuple):
    """Work space of one maximum flow; arrays by arc or by node."""

    units: NDArray[np.int8]
    level: Int32s
    arc: Int32s
    is_sink: NDArray[np.bool_]
    queue: Int32s
    path: Int32s


def nested_dissection(node_count: int, tail: Int32s, head: Int32s, lon: ArrayLike, lat: ArrayLike) -> Int32s:
    """Order the nodes of a network for contraction.

    Parameters
    ----------
    node_count : int
        n
    tail, head : (m,) int32
        Links; their directions do not matter, loops and parallel links neither.
    lon, lat : (n,) float
        Degrees. They decide how good the order is, never whether it is one.

    Returns
    -------
    (n,) int32
        Nodes, the first to be contracted first. The same for the same network.
    """
    streets = undirected(node_count, tail, head)
    north = np.nan_to_num(np.asarray(lat, dtype=np.float64))
    east = np.nan_to_num(np.asarray(lon, dtype=np.float64))
    squeeze = np.cos(np.radians(north.mean())) if node_count else 1.0
    along = DIRECTIONS @ np.stack([east * squeeze, north])
    line = np.argsort(along, axis=1, kind="stable").astype(np.int32)
    order: Int32s = _dissect(streets, line, np.argsort(line, axis=1).astype(np.int32))
    return order


def undirected(node_count: int, tail: Int32s, head: Int32s) -> Streets:
    """Join links both ways and parallel links to one street, and leave out loops."""
    low, high = np.minimum(tail, head).astype(np.int64), np.maximum(tail, head).astype(np.int64)
    street = np.unique((low * node_count + high)[low != high])
    low, high = street // max(node_count, 1), street % max(node_count, 1)
    start, end = np.concatenate([low, high]), np.concatenate([high, low])
    by_start = np.lexsort((end, start))
    place = np.empty(len(start), dtype=np.int32)
    place[by_start] = np.arange(len(start), dtype=np.int32)
    other = np.concatenate([place[len(street) :], place[: len(street)]])
    first = np.searchsorted(start[by_start], np.arange(node_count + 1)).astype(np.int32)
    return Streets(first, end[by_start].astype(np.int32), other[by_start])


@njit(cache=True)
def _dissect(streets: Streets, line: Int32s, place: Int32s) -> Int32s:
    """Cut part after part; the part between ``start`` and ``stop`` of ``order`` fills these places.

    ``line`` holds the nodes as they stand along each direction, ``place`` where in it each node stands.
    """
    n = len(streets.first) - 1
    order = np.arange(n, dtype=np.int32)
    part = np.zeros(n, dtype=np.int32)
    flow = _Flow(
        np.zeros(len(streets.head), dtype=np.int8),
        np.empty(n, dtype=np.int32),
        np.empty(n, dtype=np.int32),
        np.zeros(n, dtype=np.bool_),
        np.empty(n, dtype=np.int32),
        np.empty(n + 1, dtype=np.int32),
    )
    side = np.zeros(n, dtype=np.bool_)
    # Parts that wait hold two nodes or more each, and no node twice.
    waiting = np.empty((n // 2 + 1, 2), dtype=np.int32)
    waits, parts = _split(streets, order, 0, n, part, 0, flow.queue, waiting, 0)
    while waits > 0:
        waits -= 1
        start, stop = waiting[waits, 0], waiting[waits, 1]
        stop = start + _separate(streets, line, place, order[start:stop], part, flow, side)
        waits, parts = _split(streets, order, start, stop, part, parts, flow.queue, waiting, waits)
    return order


@njit(cache=True)
def _split(
    streets: Streets,
    order: Int32s,
    start: int,
    stop: int,
    part: Int32s,
    parts: int,
    queue: Int32s,
    waiting: Int32s,
    waits: int,
) -> tuple[int, int]:
    """Put the nodes of each connected piece of a part side by side and let pieces of several nodes wait.

    Gives how many wait, and how many parts there have been so far.
    """
    if start == stop:
        return waits, parts
    old = part[order[start]]
    filled = 0
    for i in range(start, stop):
        if part[order[i]] != old:
            continue
        parts += 1
        begun = filled
        part[order[i]] = parts
        queue[filled] = order[i]
        filled += 1
        seen = begun
        while seen < filled:
            v = queue[seen]
            seen += 1
            for a in range(streets.first[v], streets.first[v + 1]):
                w = streets.head[a]
                if part[w] == old:
                    part[w] = parts
                    queue[filled] = w
                    filled += 1
        if filled - begun > 1:
            waiting[waits, 0], waiting[waits, 1] = start + begun, start + filled
            waits += 1
    for i in range(filled):
        order[start + i] = queue[i]
    return waits, parts


@njit(cache=True)
def _separate(
    streets: Streets,
    line: Int32s,
    place: Int32s,
    nodes: Int32s,
    part: Int32s,
    flow: _Flow,
    side: NDArray[np.bool_],
) -> int:
    """Move the best separator of a connected part to the end of ``nodes``; gives how many come before it."""
    best = 2.0
    limit = len(nodes)
    along = np.empty(len(nodes), dtype=np.int32)
    for direction in range(len(line)):
        _line_up(line[direction], place[direction], nodes, along)
        units = _max_flow(streets, along, part, flow, limit)
        if units < 0:
            continue
        quality, inside = _judge(streets, nodes, part, flow.level)
        if quality < best:
            best = quality
            limit = units + units // 4 + 1
            for v in nodes:
                side[v] = _on_border(streets, v, part, flow.level, inside)
    if best >= 1.0:
        side[nodes[-1]] = True
        for v in nodes[:-1]:
            side[v] = False
    kept = 0
    behind = len(nodes)
    for v in nodes.copy():
        if side[v]:
            behind -= 1
            nodes[behind] = v
            part[v] = _GONE
        else:
            nodes[kept] = v
            kept += 1
    return kept


@njit(cache=True)
def _line_up(line: Int32s, place: Int32s, nodes: Int32s, along: Int32s) -> None:
    """Fill ``along`` with the nodes of a part as they stand in the line of all."""
    for i in range(len(nodes)):
        along[i] = place[nodes[i]]
    along.sort()
    for i in range(len(nodes)):
        along[i] = line[along[i]]


@njit(cache=True)
def _max_flow(streets: Streets, along: Int32s, part: Int32s, flow: _Flow, limit: int) -> int:
    """Send units from the first nodes to the last; gives how many, or −1 where more than ``limit`` would pass.

    Afterwards ``flow.level`` is −1 just at the nodes that nothing more can reach.
    """
    n = len(along)
    end = max(1, int(n * END_SHARE))
    for i in range(n):
        flow.is_sink[along[i]] = i >= n - end
        for a in range(streets.first[along[i]], streets.first[along[i] + 1]):
            flow.units[a] = 0
    sent = 0
    while _levels(streets, along, end, part, flow):
        for v in along:
            flow.arc[v] = streets.first[v]
        for source in along[:end]:
            while _augment(streets, source, part, flow):
                sent += 1
                if sent > limit:
                    return -1
    return sent


@njit(cache=True)
def _levels(streets: Streets, along: Int32s, end: int, part: Int32s, flow: _Flow) -> bool:
    """Count steps from the sources over arcs that are not full; tells whether a sink is reached."""
    for v in along:
        flow.level[v] = -1
    filled = end
    for i in range(end):
        flow.queue[i] = along[i]
        flow.level[along[i]] = 0
    own = part[along[0]]
    seen = 0
    reached = False
    while seen < filled:
        v = flow.queue[seen]
        seen += 1
        if reached and flow.is_sink[v]:
            continue
        for a in range(streets.first[v], streets.first[v + 1]):
            w = streets.head[a]
            if flow.units[a] < 1 and part[w] == own and flow.level[w] < 0:
                flow.level[w] = flow.level[v] + 1
                reached = reached or flow.is_sink[w]
                flow.queue[filled] = w
                filled += 1
    return reached


@njit(cache=True)
def _augment(streets: Streets, source: int, part: Int32s, flow: _Flow) -> bool:
    """Send one unit from ``source`` to a sink, a level a step; tells whether that was possible."""
    v = source
    steps = 0
    while not flow.is_sink[v]:
        a = flow.arc[v]
        if a < streets.first[v + 1]:
            w = streets.head[a]
            if flow.units[a] < 1 and part[w] == part[v] and flow.level[w] == flow.level[v] + 1:
                flow.path[steps] = a
                steps += 1
                v = w
            else:
                flow.arc[v] += 1
        elif steps == 0:
            return False
        else:
            steps -= 1
            v = streets.head[streets.twin[flow.path[steps]]]
            flow.arc[v] += 1
    for step in range(steps):
        flow.units[flow.path[step]] += 1
        flow.units[streets.twin[flow.path[step]]] -= 1
    return True


@njit(cache=True)
def _judge(streets: Streets, nodes: Int32s, part: Int32s, level: Int32s) -> tuple[float, bool]:
    """Separator nodes for each node of the smaller side, and whether they are better taken on the reached side."""
    reached = 0
    here = 0
    there = 0
    for v in nodes:
        reached += level[v] >= 0
        here += _on_border(streets, v, part, level, True)
        there += _on_border(streets, v, part, level, False)
    inside = here < there
    smaller = min(reached - here, len(nodes) - reached) if inside else min(reached, len(nodes) - reached - there)
    return min(here, there) / max(smaller, 0.5), inside


@njit(cache=True)
def _on_border(streets: Streets, v: int, part: Int32s, level: Int32s, inside: bool) -> bool:
    """Whether a node of the reached side (or else of the other) has a street to the other side."""
    if (level[v] >= 0) != inside:
        return False
    for a in range(streets.first[v], streets.first[v + 1]):
        w = streets.head[a]
        if part[w] == part[v] and (level[w] >= 0) != inside:
            return True
    return False
