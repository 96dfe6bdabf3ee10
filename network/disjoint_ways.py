"""Pairs of sources that reach a place by ways without a common road.

Given
    i               a place, a node
    a, b            two different sources, nodes
    c(e)            milliseconds over link e; closed links are no links
    T_ia            milliseconds in which a must reach i
    shared_m        metres around the place within which both ways may use the same road

A *road* is a link together with the link of the same OSM way that runs back between the same junctions: to drive a road
up and to drive it down is to use the same road. The two carriageways of a divided road are two roads.

A road is *shared* where both its ends lie within ``shared_m`` of the place, in metres along open links: the street that
a village lies on is nobody's choice, and to count it would leave hardly a village with two ways. All other roads count,
those at the sources' gates included.

*Told* is a pair (a, b) for which a way A from a to i and a way B from b to i are at hand with

    no road in A and B but shared ones                                                        (disjoint)
    Σ_{e ∈ A} c(e) ≤ T_ia,  Σ_{e ∈ B} c(e) ≤ T_ib                                              (in time)

They may meet at a junction. Whether such ways exist is NP-hard to decide where each has its own limit (Itai, Perl and
Shiloach 1982). What is looked at is the pair of disjoint ways with the least *sum* of times, among ways that keep to
nodes from which i is within its longest limit. So the condition is sufficient and careful: a pair told has its two ways
to show; a pair whose two quickest disjoint ways together take more than T_ia + T_ib has none; a pair between the two,
whose sum would fit but one of whose ways is late, is *undecided* and not told.

The least sum is found for all pairs at once: a super source over a and b turns two ways from two sources to one place
into two ways between two nodes (Suurballe 1974), and those from one node to all others, here from the place backwards,
cost little more than one search (Suurballe and Tarjan 1984): with d the times to the place, T the tree of quickest ways
and c'(e) = c(e) + d(head) − d(tail) ≥ 0, nodes are settled by the least c' of a second way; a node settled falls out of
T, and a link between two of the pieces that it leaves, or out of it, may carry a second way. A pair is found when its
two ends no longer lie in one piece. Links cost at least a millisecond, so a least sum never uses a road in both
directions: exchanging the ends of the two ways at that road would be quicker.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from network.customization import UNREACHABLE, link_weights
from network.roads import RoadNetwork
from network.second_ways import second_ways

__all__ = ["DisjointPairs", "DisjointWays", "disjoint_pairs", "disjoint_ways"]

SHARED_M = 500.0
"""As far as the longest link (:data:`~network.roads.LONGEST_LINK_M`): at least the road at the place's door."""

Int32s = NDArray[np.int32]
Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]

_NONE = -1


@dataclass(frozen=True)
class DisjointWays:
    """Two sources, each with its way to the place: anyone can check that no road but shared ones is in both.

    Attributes
    ----------
    first, second : int
        Sources, by their number in the list given; ``first < second``.
    first_ms, second_ms : int
        What the ways take.
    first_links, second_links : int32 array
        Links in order of travel; empty where the source is at the place.
    """

    first: int
    second: int
    first_ms: int
    second_ms: int
    first_links: Int32s
    second_links: Int32s


@dataclass(frozen=True)
class DisjointPairs:
    """For many places, the pairs of sources told; :func:`disjoint_ways` gives the ways of one place.

    Attributes
    ----------
    place, first, second : (P,) int32
        By their numbers in the lists given; ``first < second``, ordered by place, first, second.
    first_ms, second_ms : (P,) int32
        What the ways take.
    undecided : (T,) int64
        Pairs of each place that are not told although ways that the sum of the limits allows are disjoint.
    """

    place: Int32s
    first: Int32s
    second: Int32s
    first_ms: Int32s
    second_ms: Int32s
    undecided: Int64s


@dataclass(frozen=True)
class _Found:
    """Pairs of one place with a least sum within the sum of their limits, (P,) each; links pair by pair."""

    first: Int64s
    second: Int64s
    ms: Int64s
    links: Int32s
    cuts: Int64s
    in_time: Flags


def disjoint_ways(
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    place: int,
    sources: ArrayLike,
    within_ms: ArrayLike,
    *,
    shared_m: float = SHARED_M,
) -> tuple[DisjointWays, ...]:
    """Pairs of sources that reach one place by disjoint ways in time, with the ways.

    Parameters
    ----------
    network : RoadNetwork
    link_ms : (m,) int32
        Milliseconds a link; :data:`~network.customization.UNREACHABLE` or more where it is closed.
    place : int
        A node; −1 stands for a place without a node.
    sources : (S,) int
        Nodes, or −1. Two sources at one node are two.
    within_ms : number or (S,)
        Limit of a way from each source.
    shared_m : float
        Metres around the place within which both ways may use one road.

    Returns
    -------
    tuple of DisjointWays
    """
    limits = np.broadcast_to(np.asarray(within_ms, dtype=np.int64), (1, np.size(sources)))
    found = next(_each_place(network, link_ms, [place], sources, limits, shared_m))
    return tuple(
        DisjointWays(
            int(found.first[k]),
            int(found.second[k]),
            int(found.ms[k, 0]),
            int(found.ms[k, 1]),
            found.links[found.cuts[2 * k] : found.cuts[2 * k + 1]].copy(),
            found.links[found.cuts[2 * k + 1] : found.cuts[2 * k + 2]].copy(),
        )
        for k in np.flatnonzero(found.in_time)
    )


def disjoint_pairs(
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    places: ArrayLike,
    sources: ArrayLike,
    within_ms: ArrayLike,
    *,
    shared_m: float = SHARED_M,
) -> DisjointPairs:
    """Pairs of sources that reach each of many places by disjoint ways in time.

    Parameters
    ----------
    network, link_ms, sources, shared_m
        As in :func:`disjoint_ways`.
    places : (T,) int
        Nodes, or −1.
    within_ms : number, (T, 1) or (T, S)
        Limit of a way to each place from each source.

    Returns
    -------
    DisjointPairs
    """
    ends = np.asarray(places, dtype=np.int64).reshape(-1)
    limits = np.broadcast_to(np.asarray(within_ms, dtype=np.int64), (len(ends), np.size(sources)))
    tables, undecided = [np.empty((0, 5), dtype=np.int32)], np.zeros(len(ends), dtype=np.int64)
    for number, found in enumerate(_each_place(network, link_ms, ends, sources, limits, shared_m)):
        told = np.column_stack([np.full(len(found.first), number), found.first, found.second, found.ms])
        tables.append(told[found.in_time].astype(np.int32))
        undecided[number] = (~found.in_time).sum()
    place, first, second, first_ms, second_ms = (np.ascontiguousarray(one) for one in np.concatenate(tables).T)
    return DisjointPairs(place, first, second, first_ms, second_ms, undecided)


def _each_place(
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    places: ArrayLike,
    sources: ArrayLike,
    within_ms: Int64s,
    shared_m: float,
) -> Iterator[_Found]:
    """Search from each place; (T, S) limits."""
    if np.shape(link_ms) != (network.link_count,):
        raise ValueError(f"link_ms has shape {np.shape(link_ms)}, the network has {network.link_count} links")
    ends, starts = _nodes(network, places), _nodes(network, sources)
    # Of one form each, so that each kernel is compiled once.
    tail = np.ascontiguousarray(network.tail)
    millimetres = np.rint(network.length_m * 1000).astype(np.int64)
    ms = link_weights(np.asarray(link_ms)).astype(np.int64)
    open_links = np.flatnonzero((ms < UNREACHABLE) & (tail != network.head))
    into = _by_node(network.head, open_links, network.node_count)
    # Places of the nodes of one search among all of them; each search leaves it as it found it.
    spot = np.full(network.node_count, _NONE, dtype=np.int64)
    for place, limits in zip(ends, within_ms, strict=True):
        if place < 0 or not len(starts):
            yield _nothing()
            continue
        most = int(np.clip(limits.max(), 0, UNREACHABLE - 1))
        near = _quickest(*into, tail, millimetres, spot, place, int(shared_m * 1000))[0]
        nodes, to_place, by = _quickest(*into, tail, ms, spot, place, most)
        spot[nodes] = np.arange(len(nodes))
        graph = _ball(*into, tail, ms, spot, nodes, to_place, by)
        at = np.where(starts >= 0, spot[starts], _NONE)
        close = np.zeros(len(nodes), dtype=np.bool_)
        close[spot[near][spot[near] >= 0]] = True
        spot[nodes] = _NONE
        late = (at >= 0) & (to_place[at] > limits)
        yield _Found(*_pairs(*graph, close, to_place, np.where(late, _NONE, at), limits.copy()))


def _nothing() -> _Found:
    none = np.empty(0, dtype=np.int64)
    return _Found(none, none, none.reshape(0, 2), none.astype(np.int32), np.zeros(1, dtype=np.int64), none > 0)


def _nodes(network: RoadNetwork, given: ArrayLike) -> Int64s:
    """Node numbers, checked: −1 or one of the network's."""
    numbers = np.asarray(given, dtype=np.int64).reshape(-1)
    wrong = (numbers < -1) | (numbers >= network.node_count)
    if wrong.any():
        raise ValueError(f"node {numbers[wrong][0]} at place {np.flatnonzero(wrong)[0]} is not in the network")
    return numbers


def _by_node(node: Int32s, links: Int64s, node_count: int) -> tuple[Int64s, Int64s]:
    """``links`` by the node that they have in ``node`` (m,): where each node's begin, and the links."""
    ordered = links[np.argsort(node[links], kind="stable")]
    first = np.concatenate([[0], np.cumsum(np.bincount(node[links], minlength=node_count))])
    return first.astype(np.int64), ordered


@njit(cache=True, nogil=True)
def _quickest(
    first: Int64s, into: Int64s, tail: Int32s, cost: Int64s, spot: Int64s, place: int, most: int
) -> tuple[Int64s, Int64s, Int64s]:
    """Nodes from which ``place`` costs at most ``most``, nearest first, with the cost and the link driven first."""
    nodes, to_place, by = [np.int64(place)], [np.int64(0)], [np.int64(_NONE)]
    spot[place] = 0
    heap = [(np.int64(0), np.int64(0))]
    settled = [False]
    order = [np.int64(0) for _ in range(0)]
    while heap:
        so_far, v = heappop(heap)
        if settled[v]:
            continue
        settled[v] = True
        order.append(v)
        for k in range(first[nodes[v]], first[nodes[v] + 1]):
            link = into[k]
            total = so_far + cost[link]
            if total > most:
                continue
            w = spot[tail[link]]
            if w < 0:
                w = np.int64(len(nodes))
                spot[tail[link]] = w
                nodes.append(np.int64(tail[link]))
                to_place.append(total)
                by.append(link)
                settled.append(False)
                heappush(heap, (total, w))
            elif total < to_place[w]:
                to_place[w] = total
                by[w] = link
                heappush(heap, (total, w))
    for v in nodes:
        spot[v] = _NONE
    ordered = np.array(order)
    return np.array(nodes)[ordered], np.array(to_place)[ordered], np.array(by)[ordered]


@njit(cache=True, nogil=True)
def _ball(
    first: Int64s, into: Int64s, tail: Int32s, ms: Int64s, spot: Int64s, nodes: Int64s, to_place: Int64s, by: Int64s
) -> tuple[Int64s, Int64s, Int64s, Int64s, Int64s, Int64s, Int64s]:
    """Links among ``nodes``, which are numbered by their ``spot``, and the tree of quickest ways.

    Returns
    -------
    link, upper, lower, extra : (a,) int64
        The link, its head and tail, and c'; ordered by head.
    by_head, by_tail : (k + 1,) and (k + 1 + a,) int64
        Where each node's begin; behind ``by_tail``'s own, the places in order of tails.
    up : (k,) int64
        Place of the link that leads on from a node in the tree; -1 at the place itself.
    """
    k = len(nodes)
    by_head, by_tail = np.zeros(k + 1, dtype=np.int64), np.zeros(k + 1, dtype=np.int64)
    room = 0
    for v in nodes:
        room += first[v + 1] - first[v]
    link, upper = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    lower, extra = np.empty(room, dtype=np.int64), np.empty(room, dtype=np.int64)
    up = np.full(k, _NONE, dtype=np.int64)
    a = 0
    for v in range(k):
        for place in range(first[nodes[v]], first[nodes[v] + 1]):
            w = spot[tail[into[place]]]
            if w < 0:
                continue
            link[a], upper[a], lower[a] = into[place], v, w
            extra[a] = ms[into[place]] + to_place[v] - to_place[w]
            by_tail[w + 1] += 1
            if by[w] == into[place]:
                up[w] = a
            a += 1
        by_head[v + 1] = a
    by_tail = np.concatenate((np.cumsum(by_tail), np.empty(a, dtype=np.int64)))
    filled = by_tail[:k].copy()
    for arc in range(a):
        by_tail[k + 1 + filled[lower[arc]]] = arc
        filled[lower[arc]] += 1
    return link[:a].copy(), upper[:a].copy(), lower[:a].copy(), extra[:a].copy(), by_head, by_tail, up


@njit(cache=True, nogil=True)
def _pairs(
    link: Int64s,
    upper: Int64s,
    lower: Int64s,
    extra: Int64s,
    by_head: Int64s,
    by_tail: Int64s,
    up: Int64s,
    close: Flags,
    to_place: Int64s,
    at: Int64s,
    limits: Int64s,
) -> tuple[Int64s, Int64s, Int64s, Int32s, Int64s, Flags]:
    """Pairs of sources, at the nodes ``at`` (S,), whose disjoint ways take no longer than both limits together."""
    free = close.copy()
    for v in range(1, len(up)):
        free[v] &= close[upper[up[v]]]
    spare = np.full((len(at), len(at)), _NONE, dtype=np.int64)
    for a in range(len(at)):
        for b in range(a):
            if at[a] >= 0 and at[b] >= 0:
                spare[a, b] = spare[b, a] = limits[a] + limits[b] - to_place[at[a]] - to_place[at[b]]
    parted_by, beyond, via, settled_by = second_ways(upper, lower, extra, by_head, by_tail, up, free, at, spare.max())
    which = np.argwhere((parted_by >= 0) & (beyond <= spare))
    which = which[which[:, 0] < which[:, 1]]
    ms = np.zeros((len(which), 2), dtype=np.int64)
    cuts = np.zeros(2 * len(which) + 1, dtype=np.int64)
    links = np.empty(64, dtype=np.int32)
    marked = np.zeros(len(up), dtype=np.bool_)
    for pair in range(len(which)):
        a, b = which[pair]
        v = parted_by[a, b]
        while v != 0:
            marked[v] = True
            v = settled_by[v]
        # The farther source has the second way, so it goes first; the ways are noted in the order of the pair.
        farther = 0 if to_place[at[a]] > to_place[at[b]] else 1
        one = _trace(at[which[pair, farther]], upper, up, via, marked)
        other = _trace(at[which[pair, 1 - farther]], upper, up, via, marked)
        for side in range(2):
            way = one if side == farther else other
            end = cuts[2 * pair + side]
            while end + len(way) > len(links):
                links = np.concatenate((links, np.empty_like(links)))
            for arc in way:
                # c' takes the time saved by being nearer out of c.
                ms[pair, side] += extra[arc] + to_place[lower[arc]] - to_place[upper[arc]]
                links[end] = link[arc]
                end += 1
            cuts[2 * pair + side + 1] = end
    in_time = (ms[:, 0] <= limits[which[:, 0]]) & (ms[:, 1] <= limits[which[:, 1]])
    return which[:, 0].copy(), which[:, 1].copy(), ms, links[: cuts[-1]].copy(), cuts, in_time


@njit(cache=True, nogil=True)
def _trace(v: int, upper: Int64s, up: Int64s, via: Int64s, marked: Flags) -> Int64s:
    """Places of the links from ``v`` on: the second way's at a marked node, which uses its mark, else the tree's."""
    way = np.empty(len(up), dtype=np.int64)
    count = 0
    while v != 0:
        arc = via[v] if marked[v] else up[v]
        marked[v] = False
        if count == len(way):
            way = np.concatenate((way, np.empty_like(way)))
        way[count] = arc
        count += 1
        v = upper[arc]
    return way[:count].copy()
