"""What of a road network fails as one: a whole bridge, a whole tunnel, a piece of road in both its directions.

Links of bridges that meet at a node are one bridge, whichever ways and directions they belong to; two carriageways that
do not meet are two. So are tunnels. Every other link is one piece together with the opposite direction of the same way
between the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from network.plane import Metres, Plane
from network.roads import RoadNetwork

BRIDGE, TUNNEL, SLOPE, PLAIN = "bridge", "tunnel", "slope", "plain"
KINDS: tuple[str, ...] = (BRIDGE, TUNNEL, SLOPE, PLAIN)
"""Slope: a piece of road where slides come down; the roads do not know where that is, so it is told."""


@dataclass(frozen=True)
class Structures:
    """The s structures of m links.

    Attributes
    ----------
    kind : (s,) int8
        Places in :data:`KINDS`.
    links : (m,) int32
        Link numbers, structure after structure, ascending in each.
    first : (s + 1,) int64
        Structure ``i`` has the links ``links[first[i]:first[i + 1]]``.
    middle : (s, 2) float64
        Metres on ``plane``: the mean of its links' middles.
    plane : Plane
    """

    kind: NDArray[np.int8]
    links: NDArray[np.int32]
    first: NDArray[np.int64]
    middle: Metres
    plane: Plane

    @property
    def count(self) -> int:
        """Number of structures, s."""
        return len(self.kind)

    @property
    def of_link(self) -> NDArray[np.int64]:
        """(m,) structure of each link; −1 for a link of none of these."""
        owner = np.full(self.links.max(initial=-1) + 1, -1, dtype=np.int64)
        owner[self.links] = np.repeat(np.arange(self.count), np.diff(self.first))
        return owner

    def links_of(self, structures: NDArray[np.int64]) -> NDArray[np.int32]:
        """Links of some structures, ascending."""
        count = np.diff(self.first)[structures]
        begin = self.first[structures]
        place = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
        return np.sort(self.links[place])

    def only(self, wanted: NDArray[np.bool_]) -> Structures:
        """Leave out all structures but those wanted (s,)."""
        chosen = np.flatnonzero(wanted)
        count = np.diff(self.first)
        return Structures(
            kind=self.kind[chosen],
            links=self.links[np.repeat(wanted, count)],
            first=np.concatenate([[0], np.cumsum(count[chosen])]),
            middle=self.middle[chosen],
            plane=self.plane,
        )


def structures_of(network: RoadNetwork, slopes: ArrayLike = ()) -> Structures:
    """Find the structures of a network.

    Parameters
    ----------
    network : RoadNetwork
    slopes : (l,) int
        Links on slopes; bridges and tunnels among them stay what they are.

    Returns
    -------
    Structures
        Bridges, tunnels, then pieces of road on slopes and plain ones, each in the order of their first links. A piece
        is on a slope if one of its directions is.
    """
    low, high = np.minimum(network.tail, network.head), np.maximum(network.tail, network.head)
    bridge, tunnel = network.bridge, network.tunnel & ~network.bridge
    piece = _numbered(np.lexsort((high, low, network.way_id)), network.way_id, low, high)
    for mask in (bridge, tunnel):
        piece[mask] = piece.max(initial=-1) + 1 + _joined(network, mask)
    slope = np.zeros(network.link_count, dtype=np.bool_)
    slope[np.asarray(slopes, dtype=np.int64)] = True
    on_slope = np.bincount(piece, weights=slope) > 0
    kind = np.where(bridge, 0, np.where(tunnel, 1, np.where(on_slope[piece], 2, 3)))
    order = np.lexsort((np.arange(network.link_count), _first_link(piece)[piece], kind))
    begins = np.flatnonzero(np.diff(piece[order], prepend=-1))
    plane = Plane.around(network.lon, network.lat)
    ends = plane.metres(network.lon, network.lat)
    middle = (ends[network.tail] + ends[network.head])[order] / 2
    count = np.diff(np.append(begins, network.link_count))
    mean = np.add.reduceat(middle, begins, axis=0) / count[:, None] if len(begins) else np.empty((0, 2))
    return Structures(
        kind=kind[order][begins].astype(np.int8),
        links=order.astype(np.int32),
        first=np.append(begins, network.link_count).astype(np.int64),
        middle=mean,
        plane=plane,
    )


def _numbered(order: NDArray[np.int64], *keys: NDArray[np.int64] | NDArray[np.int32]) -> NDArray[np.int64]:
    """Number the groups of links that are equal in all ``keys``; ``order`` sorts by them."""
    new = np.zeros(len(order), dtype=np.bool_)
    for key in keys:
        new[1:] |= np.diff(key[order]) != 0
    number = np.empty(len(order), dtype=np.int64)
    number[order] = np.cumsum(new)
    return number


def _joined(network: RoadNetwork, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of the connected piece that each link of ``mask`` belongs to."""
    tail, head = network.tail[mask], network.head[mask]
    n = network.node_count
    graph = coo_array((np.ones(len(tail), dtype=np.int64), (tail, head)), shape=(n, n))
    number: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)[tail]
    return number


def _first_link(piece: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lowest link of each piece, by its number."""
    first = np.full(piece.max(initial=-1) + 1, len(piece), dtype=np.int64)
    np.minimum.at(first, piece, np.arange(len(piece)))
    return first
