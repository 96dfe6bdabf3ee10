"""A customizable contraction hierarchy: what can be worked out of a network before any travel time is known.

The idea
    Contract the nodes in a given order: take a node out, and join all its remaining neighbours to one another by
    *shortcuts*, so that every way through it stays a way. Whatever the times are, a quickest way then exists that first
    climbs, arc by arc, to nodes contracted later, and then descends. Which arcs that takes depends on the order and on
    who is joined to whom, not on times: closing or slowing a road only changes weights (:mod:`network.customization`),
    never this structure.
Elimination tree
    The *parent* of a node is the first of its upward neighbours to be contracted. All nodes that can be climbed to from
    a node lie on the path from it to the root; so the times from a site to all of them are one short array, indexed by
    depth (:mod:`network.labels`).
Where it comes from
    J. Dibbelt, B. Strasser, D. Wagner, Customizable contraction hierarchies, ACM J. Experimental Algorithmics 21
    (2016). The order is that of :mod:`network.dissection`. Building the upward arcs is the symbolic part of a sparse
    Cholesky factorisation (A. George, J. Liu 1981): upward neighbours of a node = its own later neighbours and those
    handed up by its children in the tree.

Nodes are called by *rank* here, their place in the order; arc ``a`` belongs to the lower of its ends and leads up to
``head[a]``. Each arc stands for both directions.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from network.dissection import nested_dissection

Int32s = NDArray[np.int32]

NO_ARC = -1
"""Arc of a link from a node to itself, which no quickest way uses."""


@dataclass(frozen=True)
class Hierarchy:
    """Topology of a network of n nodes and m links: a upward arcs. Frozen, safe to share between threads.

    Attributes
    ----------
    rank : (n,) int32
        Place of each node in the order of contraction.
    first : (n + 1,) int32
        Arcs ``first[v]:first[v + 1]`` lead up from rank v.
    head : (a,) int32
        Upper ends, ascending for each v.
    parent : (n,) int32
        Of each rank in the elimination tree; −1 at a root.
    depth : (n,) int32
        Steps from the root, which has 0.
    link_arc : (m,) int32
        The arc over which each link runs; :data:`NO_ARC` for a loop.
    link_up : (m,) bool
        Whether the link leads up.
    """

    rank: Int32s
    first: Int32s
    head: Int32s
    parent: Int32s
    depth: Int32s
    link_arc: Int32s
    link_up: NDArray[np.bool_]

    @property
    def node_count(self) -> int:
        """Number of nodes, n."""
        return len(self.rank)

    @property
    def arc_count(self) -> int:
        """Number of upward arcs, a."""
        return len(self.head)

    @property
    def height(self) -> int:
        """Most nodes on a path to the root: the length of a label."""
        return int(self.depth.max(initial=-1)) + 1

    @cached_property
    def preorder(self) -> Int32s:
        """(n,) place of each rank when the tree is walked from the root, parents first, subtrees whole."""
        places: Int32s = _preorder(self.parent)
        return places

    @cached_property
    def links_by_arc(self) -> tuple[Int32s, Int32s]:
        """(a + 1,) where each arc's links begin in the second, (≤ m,) links ordered by arc; loops left out."""
        order = np.argsort(self.link_arc, kind="stable").astype(np.int32)
        order = order[self.link_arc[order] != NO_ARC]
        first = np.searchsorted(self.link_arc[order], np.arange(self.arc_count + 1)).astype(np.int32)
        return first, order

    @cached_property
    def lower_arcs(self) -> tuple[Int32s, Int32s]:
        """(n + 1,) where the arcs that lead up to each rank begin in the second, (a,) arcs ordered by their heads."""
        arcs = np.argsort(self.head, kind="stable").astype(np.int32)
        return np.searchsorted(self.head[arcs], np.arange(self.node_count + 1)).astype(np.int32), arcs

    @cached_property
    def upper_arcs(self) -> Int32s:
        """(t,) the arc between x and y of every lower triangle v - x - y, in the order of v, x and y."""
        arcs: Int32s = _upper_arcs(self.first, self.head)
        return arcs

    @cached_property
    def tail(self) -> Int32s:
        """(a,) lower ends."""
        return np.repeat(np.arange(self.node_count, dtype=np.int32), np.diff(self.first))

    def save(self, path: Path) -> None:
        """Write the hierarchy to an ``.npz`` that holds plain arrays only, with their SHA-256."""
        arrays = {field.name: getattr(self, field.name) for field in fields(self)}
        np.savez(path, allow_pickle=False, digest=np.array(_digest(arrays)), **arrays)

    @classmethod
    def load(cls, path: Path) -> Hierarchy:
        """Read what :meth:`save` wrote; nothing in the file is run.

        Raises
        ------
        ValueError
            The arrays are not those that were written: an index in them might lead out of another.
        """
        with np.load(path, allow_pickle=False) as kept:
            arrays = {field.name: kept[field.name] for field in fields(cls)}
            if str(kept["digest"]) != _digest(arrays):
                raise ValueError(f"{path.name} is damaged")
        return cls(**arrays)


def _digest(arrays: Mapping[str, NDArray[np.generic]]) -> str:
    """SHA-256 of arrays with their names, types and shapes."""
    content = hashlib.sha256()
    for name, array in arrays.items():
        content.update(f"{name} {array.dtype} {array.shape}".encode())
        content.update(np.ascontiguousarray(array).tobytes())
    return content.hexdigest()


def build_hierarchy(node_count: int, tail: ArrayLike, head: ArrayLike, order: ArrayLike) -> Hierarchy:
    """Contract the nodes in ``order``.

    Parameters
    ----------
    node_count : int
        n
    tail, head : (m,) int
        Nodes that each link leaves and enters.
    order : (n,) int
        Every node once, the first to be contracted first. A bad order costs memory and time, never a wrong answer.

    Raises
    ------
    ValueError
        ``order`` does not hold every node once, or a link ends at no node.
    """
    first_to_last = np.asarray(order, dtype=np.int64)
    ends = np.stack([np.asarray(tail, dtype=np.int64), np.asarray(head, dtype=np.int64)])
    if first_to_last.shape != (node_count,) or not np.array_equal(np.sort(first_to_last), np.arange(node_count)):
        raise ValueError(f"the order does not hold each of {node_count} nodes once")
    if ends.size and not 0 <= ends.min() <= ends.max() < node_count:
        raise ValueError("a link ends at no node")
    rank = np.empty(node_count, dtype=np.int32)
    rank[first_to_last] = np.arange(node_count, dtype=np.int32)
    low, high = np.sort(rank[ends], axis=0)
    link_up = rank[ends[0]] < rank[ends[1]]
    street = np.unique((low.astype(np.int64) * node_count + high)[low != high])
    own_first = np.searchsorted(street // max(node_count, 1), np.arange(node_count + 1)).astype(np.int32)
    first, heads, parent = _contract(own_first, (street % max(node_count, 1)).astype(np.int32))
    depth = _depths(parent)
    link_arc = _find_arcs(first, heads, low, high)
    return Hierarchy(rank, first, heads, parent, depth, link_arc, link_up)


def hierarchy_of(node_count: int, tail: ArrayLike, head: ArrayLike, lon: ArrayLike, lat: ArrayLike) -> Hierarchy:
    """Order the nodes by nested dissection and contract them; see :func:`build_hierarchy`."""
    tails, heads = np.asarray(tail, dtype=np.int32), np.asarray(head, dtype=np.int32)
    return build_hierarchy(node_count, tails, heads, nested_dissection(node_count, tails, heads, lon, lat))


@njit(cache=True)
def _contract(own_first: Int32s, own_head: Int32s) -> tuple[Int32s, Int32s, Int32s]:
    """Upward arcs and parents from the streets, each listed at its lower end."""
    n = len(own_first) - 1
    first = np.zeros(n + 1, dtype=np.int32)
    head = np.empty(2 * len(own_head) + n, dtype=np.int32)
    parent = np.full(n, -1, dtype=np.int32)
    child = np.full(n, -1, dtype=np.int32)
    sibling = np.full(n, -1, dtype=np.int32)
    seen_at = np.full(n, -1, dtype=np.int32)
    filled = 0
    for v in range(n):
        seen_at[v] = v
        most = filled + own_first[v + 1] - own_first[v]
        c = child[v]
        while c >= 0:
            most += first[c + 1] - first[c]
            c = sibling[c]
        if most > len(head):
            head = np.concatenate((head[:filled], np.empty(max(most, 2 * len(head)) - filled, dtype=np.int32)))
        begun = filled
        filled = _take(own_head, own_first[v], own_first[v + 1], v, seen_at, head, filled)
        c = child[v]
        while c >= 0:
            filled = _take(head, first[c], first[c + 1], v, seen_at, head, filled)
            c = sibling[c]
        head[begun:filled].sort()
        first[v + 1] = filled
        if filled > begun:
            up = head[begun]
            parent[v] = up
            sibling[v] = child[up]
            child[up] = v
    return first, head[:filled].copy(), parent


@njit(cache=True)
def _take(heads: Int32s, start: int, stop: int, v: int, seen_at: Int32s, into: Int32s, filled: int) -> int:
    """Add to v's arcs those of ``heads`` that it does not have yet; ``into`` is long enough."""
    for i in range(start, stop):
        x = heads[i]
        if seen_at[x] != v:
            seen_at[x] = v
            into[filled] = x
            filled += 1
    return filled


@njit(cache=True)
def _depths(parent: Int32s) -> Int32s:
    """Steps from the root; a parent's rank is higher than its child's."""
    depth = np.zeros(len(parent), dtype=np.int32)
    for v in range(len(parent) - 1, -1, -1):
        if parent[v] >= 0:
            depth[v] = depth[parent[v]] + 1
    return depth


@njit(cache=True)
def _preorder(parent: Int32s) -> Int32s:
    """Place of each node in a walk from the root: a subtree of s nodes takes s places in a row."""
    n = len(parent)
    size = np.ones(n, dtype=np.int32)
    for v in range(n):
        if parent[v] >= 0:
            size[parent[v]] += size[v]
    place = np.zeros(n, dtype=np.int32)
    free = np.zeros(n, dtype=np.int32)
    roots = 0
    for v in range(n - 1, -1, -1):
        if parent[v] < 0:
            place[v] = roots
            roots += size[v]
        else:
            place[v] = free[parent[v]]
            free[parent[v]] += size[v]
        free[v] = place[v] + 1
    return place


@njit(cache=True)
def _find_arcs(first: Int32s, head: Int32s, low: Int32s, high: Int32s) -> Int32s:
    """The arc between each pair of ranks; NO_ARC where they are the same."""
    arc = np.full(len(low), NO_ARC, dtype=np.int32)
    for i in range(len(low)):
        if low[i] != high[i]:
            start, stop = first[low[i]], first[low[i] + 1]
            arc[i] = start + np.searchsorted(head[start:stop], high[i])
    return arc


@njit(cache=True)
def _upper_arcs(first: Int32s, head: Int32s) -> Int32s:
    """The third arc of every lower triangle.

    The arcs from v lead to x < y; y is one of x's upper neighbours, because v's are handed up to its parent and so on.
    Heads ascend, so one pointer runs along x's arcs while y runs along v's.
    """
    triangles = 0
    for v in range(len(first) - 1):
        triangles += (first[v + 1] - first[v]) * (first[v + 1] - first[v] - 1) // 2
    found = np.empty(triangles, dtype=np.int32)
    triangle = 0
    for v in range(len(first) - 1):
        for to_x in range(first[v], first[v + 1]):
            arc = first[head[to_x]]
            for to_y in range(to_x + 1, first[v + 1]):
                while head[arc] < head[to_y]:
                    arc += 1
                found[triangle] = arc
                triangle += 1
    return found
