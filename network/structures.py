"""What of a road network fails as one: a whole bridge, a whole tunnel, a piece of road in both its directions.

Links of one way are one bridge, and so are bridges that meet under one name and number, whichever ways they belong to.
Carriageways, ways driven in one direction alone, are so only where the one leads on into the other: at the end of a
bridge they turn back into each other, and are two. So are tunnels. Every other link is one piece together with the
opposite direction of the same way between the same nodes.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from scipy.sparse import coo_array, csr_array
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
    link_count : int
        m, of the network; links of no structure among them.
    """

    kind: NDArray[np.int8]
    links: NDArray[np.int32]
    first: NDArray[np.int64]
    middle: Metres
    plane: Plane
    link_count: int

    @property
    def count(self) -> int:
        """Number of structures, s."""
        return len(self.kind)

    @property
    def of_link(self) -> NDArray[np.int64]:
        """(m,) structure of each link; −1 for a link of none of these."""
        owner = np.full(self.link_count, -1, dtype=np.int64)
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
            link_count=self.link_count,
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
        is on a slope if one of its directions is. Temporary links are none: they do not stand yet.
    """
    bridge, tunnel = network.bridge, network.tunnel & ~network.bridge
    piece = road_pieces(network)
    for mask in (bridge, tunnel):
        piece[mask] = piece.max(initial=-1) + 1 + joined(network, mask)
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
    every = Structures(
        kind=kind[order][begins].astype(np.int8),
        links=order.astype(np.int32),
        first=np.append(begins, network.link_count).astype(np.int64),
        middle=mean,
        plane=plane,
        link_count=network.link_count,
    )
    return every.only(network.temporary[every.links[every.first[:-1]]] == 0)


def road_pieces(network: RoadNetwork) -> NDArray[np.int64]:
    """(m,) piece of road that each link runs over, numbered by first links; both directions run over the same."""
    low, high = np.minimum(network.tail, network.head), np.maximum(network.tail, network.head)
    # A way may join two junctions twice, by pieces of different length.
    keys = np.column_stack([network.way_id, low, high, np.rint(network.length_m * 100)]).astype(np.int64)
    order = np.lexsort(keys.T[::-1])
    new = np.append(True, (np.diff(keys[order], axis=0) != 0).any(axis=1))[: len(order)]
    rank = np.argsort(np.argsort(order[new]))
    number = np.empty(len(order), dtype=np.int64)
    number[order] = rank[np.cumsum(new) - 1]
    return number


def joined(network: RoadNetwork, mask: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Number of the structure that each link of ``mask`` (m,) belongs to, where all of these are of one kind."""
    links = np.flatnonzero(mask)
    road = network.name[links].astype(np.int64) * len(network.texts) + network.ref[links]
    at = np.concatenate([road * network.node_count + end[links] for end in (network.tail, network.head)])
    way = len(at) + np.unique(network.way_id[links], return_inverse=True)[1]
    shared = np.concatenate([np.unique(at, return_inverse=True)[1], way])
    member = np.tile(np.arange(len(links)), 3)
    shape = len(links), 3 * len(links)
    shares = csr_array(coo_array((np.ones(len(member), dtype=np.int64), (member, shared)), shape=shape))
    pairs = coo_array(shares @ shares.T)
    one, other = links[pairs.row], links[pairs.col]
    alone = _carriageways(network)
    whole = ~(alone[one] & alone[other]) | (network.way_id[one] == network.way_id[other])
    whole |= _leads_on(network, one, other) | _leads_on(network, other, one)
    graph = coo_array((whole[whole], (pairs.row[whole], pairs.col[whole])), shape=(len(links), len(links)))
    number: NDArray[np.int64] = connected_components(graph, directed=False)[1].astype(np.int64)
    return number


def _carriageways(network: RoadNetwork) -> NDArray[np.bool_]:
    """(m,) links whose piece of road is driven in one direction alone."""
    piece = road_pieces(network)
    alone: NDArray[np.bool_] = (np.bincount(piece) == 1)[piece]
    return alone


def _leads_on(network: RoadNetwork, one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.bool_]:
    """(p,) whether link ``one`` ends where ``other`` begins, and the way on turns by less than a right angle."""
    arriving, leaving = network.lines_of(one), network.lines_of(other)
    last = [shapely.get_coordinates(shapely.get_point(arriving, place)) for place in (-2, -1)]
    first = [shapely.get_coordinates(shapely.get_point(leaving, place)) for place in (0, 1)]
    squeeze = np.cos(np.radians(first[0][:, 1]))
    (x, y), (next_x, next_y) = (last[1] - last[0]).T, (first[1] - first[0]).T
    onward = x * next_x * squeeze**2 + y * next_y > 0
    turns: NDArray[np.bool_] = onward & (network.head[one] == network.tail[other])
    return turns


def _first_link(piece: NDArray[np.int64]) -> NDArray[np.int64]:
    """Lowest link of each piece, by its number."""
    first = np.full(piece.max(initial=-1) + 1, len(piece), dtype=np.int64)
    np.minimum.at(first, piece, np.arange(len(piece)))
    return first
