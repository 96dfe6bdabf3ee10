"""Second ways that share no arc with the first, from one place to all nodes at once (Suurballe and Tarjan 1984).

Given a graph whose nodes have quickest ways to node 0, that make a tree T, with the times d, and for every arc from
``lower`` to ``upper`` the *extra* c' = c + d(upper) − d(lower) ≥ 0, which is 0 on the tree. The least extra of two
disjoint ways is found for all nodes by one search: nodes are *settled* in the order of that extra. A settled node
falls out of T, whose *pieces* fall apart; an arc between two of the new pieces, or into the node settled, may carry
the second way of its lower end. Two nodes have disjoint ways, one each, once they no longer lie in one piece, and the
extra of the node settled then is the least: as if a node behind both had got its second way.

A node is looked at again only when its piece has halved, so that the search costs little more than a plain one.
"""

from __future__ import annotations

from heapq import heappop, heappush

import numpy as np
from numba import njit
from numpy.typing import NDArray

Int64s = NDArray[np.int64]
Flags = NDArray[np.bool_]

NONE = -1
FAR = 2**62


@njit(cache=True, nogil=True)
def second_ways(
    upper: Int64s,
    lower: Int64s,
    extra: Int64s,
    by_head: Int64s,
    by_tail: Int64s,
    up: Int64s,
    free: Flags,
    at: Int64s,
    most: int,
) -> tuple[Int64s, Int64s, Int64s, Int64s]:
    """Settle nodes as far as a second way costs at most ``most`` more than the quickest.

    Parameters
    ----------
    upper, lower, extra : (a,) int64
        Head and tail of the arcs, and c'; ordered by head.
    by_head, by_tail : (k + 1,) and (k + 1 + a,) int64
        Where each node's arcs begin; behind ``by_tail``'s own, the arcs in order of tails.
    up : (k,) int64
        Arc that leads on from a node in the tree; −1 at the place, node 0. Nodes come after those they lead to.
    free : (k,) bool
        Whether that arc may carry both ways.
    at : (S,) int64
        Nodes of the sources, −1 where there is none.
    most : int

    Returns
    -------
    parted_by, beyond : (S, S) int64
        The node whose settling parted two sources, −1 where nothing did, and what their ways cost more than the
        quickest ways that know nothing of each other.
    via, settled_by : (k,) int64
        Arc by which a node's second way goes on, and the node whose settling allowed it.
    """
    k, tree = len(up), _tree(upper, up)
    piece, roots, held, fallen = np.zeros(k, dtype=np.int64), [np.int64(0)], _counts(k), np.empty(k, dtype=np.int64)
    second, via, settled_by = np.full(k, FAR), np.full(k, NONE), np.zeros(k, dtype=np.int64)
    parted_by, beyond = np.full((len(at), len(at)), NONE), np.zeros((len(at), len(at)), dtype=np.int64)
    stands = np.zeros(k, dtype=np.bool_)
    stands[at[at >= 0]] = True
    second[0] = 0
    heap = [(np.int64(0), np.int64(0))]
    while heap:
        so_far, v = heappop(heap)
        if so_far > most:
            break
        if piece[v] < 0:
            continue
        old, fresh = piece[v], len(roots)
        count = _fall_out(v, *tree, piece, roots, held, fallen)
        for arc in range(by_head[v], by_head[v + 1]):
            if piece[lower[arc]] >= 0 and (up[lower[arc]] != arc or free[lower[arc]]):
                _relax(lower[arc], arc, so_far + extra[arc], v, second, via, settled_by, heap)
        changed = stands[v]
        for x in fallen[:count]:
            changed |= stands[x]
            for place in range(by_head[x], by_head[x + 1] + by_tail[x + 1] - by_tail[x]):
                inward = place - by_head[x + 1]
                arc = place if inward < 0 else by_tail[k + 1 + by_tail[x] + inward]
                beyond_arc = piece[lower[arc] if inward < 0 else upper[arc]]
                if beyond_arc != piece[x] and (beyond_arc == old or beyond_arc >= fresh):
                    _relax(lower[arc], arc, so_far + extra[arc], v, second, via, settled_by, heap)
        if changed:
            _part(v, so_far, fresh, at, piece, parted_by, beyond)
    return parted_by, beyond, via, settled_by


@njit(cache=True, nogil=True)
def _relax(
    w: np.int64,
    arc: np.int64 | int,
    cost: np.int64,
    v: np.int64,
    second: Int64s,
    via: Int64s,
    settled_by: Int64s,
    heap: list[tuple[np.int64, np.int64]],
) -> None:
    """Let the second way of ``w`` go on by ``arc`` if that is quicker."""
    if cost < second[w]:
        second[w], via[w], settled_by[w] = cost, arc, v
        heappush(heap, (cost, w))


@njit(cache=True, nogil=True)
def _part(
    v: np.int64, so_far: np.int64, fresh: int, at: Int64s, piece: Int64s, parted_by: Int64s, beyond: Int64s
) -> None:
    """Note the pairs that no longer lie in one piece now that ``v`` is settled."""
    for a in range(len(at)):
        if at[a] < 0 or (at[a] != v and piece[at[a]] < fresh):
            continue
        for b in range(len(at)):
            apart = at[b] >= 0 and (at[a] == v or piece[at[b]] != piece[at[a]])
            if a != b and apart and parted_by[a, b] < 0:
                parted_by[a, b] = parted_by[b, a] = v
                beyond[a, b] = beyond[b, a] = so_far


@njit(cache=True, nogil=True)
def _tree(upper: Int64s, up: Int64s) -> tuple[Int64s, Int64s, Int64s, Int64s, Int64s]:
    """The tree of quickest ways; nodes come after their parents.

    Returns
    -------
    parent, child_first, child, position, size : (k,) int64
        A node's children are ``child[child_first[v]:child_first[v + 1]]``, its descendants and itself those at
        ``position[v]`` to ``position[v] + size[v]`` of a walk through the tree.
    """
    k = len(up)
    parent, size, child_first = np.full(k, NONE), np.ones(k, dtype=np.int64), np.zeros(k + 2, dtype=np.int64)
    for v in range(k - 1, 0, -1):
        parent[v] = upper[up[v]]
        size[parent[v]] += size[v]
        child_first[parent[v] + 2] += 1
    child_first = np.cumsum(child_first)
    child, position, free = np.empty(k, dtype=np.int64), np.zeros(k, dtype=np.int64), np.ones(k, dtype=np.int64)
    for v in range(1, k):
        child[child_first[parent[v] + 1]] = v
        child_first[parent[v] + 1] += 1
        position[v] = free[parent[v]]
        free[parent[v]] += size[v]
        free[v] = position[v] + 1
    return parent, child_first[: k + 1], child, position, size


@njit(cache=True, nogil=True)
def _fall_out(
    v: np.int64,
    parent: Int64s,
    child_first: Int64s,
    child: Int64s,
    position: Int64s,
    size: Int64s,
    piece: Int64s,
    roots: list[np.int64],
    held: Int64s,
    fallen: Int64s,
) -> int:
    """Settle ``v``: all pieces that its piece falls into get new numbers, but the largest.

    The nodes renumbered are the first of ``fallen``, as many as returned.
    """
    old = piece[v]
    root, below = roots[old], _held(held, position[v], size[v])
    piece[v] = NONE
    _hold(held, position[v], -below)
    starts, tops, sizes = [parent[v]][:0], [parent[v]][:0], [parent[v]][:0]
    if root != v:
        starts.append(parent[v])
        tops.append(root)
        sizes.append(_held(held, position[root], size[root]))
    for place in range(child_first[v], child_first[v + 1]):
        if piece[child[place]] == old:
            starts.append(child[place])
            tops.append(child[place])
            sizes.append(_held(held, position[child[place]], size[child[place]]))
    largest = 0
    for one in range(len(sizes)):
        largest = one if sizes[one] > sizes[largest] else largest
    count = 0
    for one in range(len(starts)):
        if one == largest:
            roots[old] = tops[one]
            continue
        done, number = count, len(roots)
        roots.append(tops[one])
        piece[starts[one]], fallen[count] = number, starts[one]
        count += 1
        while done < count:
            x = fallen[done]
            done += 1
            for place in range(child_first[x] - 1, child_first[x + 1]):
                near = child[place] if place >= child_first[x] else parent[x]
                if near >= 0 and piece[near] == old:
                    piece[near], fallen[count] = number, near
                    count += 1
    return count


@njit(cache=True, nogil=True)
def _counts(k: int) -> Int64s:
    """Sums over stretches of k ones (Fenwick 1994)."""
    held = np.zeros(k + 1, dtype=np.int64)
    for place in range(1, k + 1):
        held[place] = place & -place
    return held


@njit(cache=True, nogil=True)
def _hold(held: Int64s, position: int, more: int) -> None:
    """Add ``more`` at ``position``."""
    place = position + 1
    while place < len(held):
        held[place] += more
        place += place & -place


@njit(cache=True, nogil=True)
def _held(held: Int64s, position: int, size: int) -> int:
    """Sum from ``position`` on over ``size`` positions."""
    total, place = 0, position + size
    while place > 0:
        total += held[place]
        place -= place & -place
    place = position
    while place > 0:
        total -= held[place]
        place -= place & -place
    return total
