"""What a road network can lose as one thing: a bridge, a tunnel, or a stretch of road between two junctions.

What is one bridge or tunnel is said in :mod:`network.structures`. All else is cut into stretches: pieces of road in a
row, between which no other road branches off and no site lies, so that losing any of them loses the same ways. A
stretch on which a bridge or tunnel lies is listed by that alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import connected_components

from network.customization import UNREACHABLE
from network.roads import RoadNetwork
from network.structures import joined, road_pieces

LossKind = Literal["bridge", "tunnel", "road"]


@dataclass(frozen=True)
class Loss:
    """Links that are lost together.

    Attributes
    ----------
    id : str
        Survives a refresh of the roads: the kind with an OSM way of a structure, or with a link of a stretch.
    kind : {"bridge", "tunnel", "road"}
    links : (l,) int64
        Ascending.
    """

    id: str
    kind: LossKind
    links: NDArray[np.int64]


@dataclass(frozen=True)
class Losses:
    """All that the roads can lose, and on which links each lies.

    Attributes
    ----------
    network : RoadNetwork
    losses : tuple of Loss
    """

    network: RoadNetwork
    losses: tuple[Loss, ...]

    @cached_property
    def on_links(self) -> csr_array:
        """(m, L) 1 where a link belongs to a loss."""
        loss = np.repeat(np.arange(len(self.losses)), [len(one.links) for one in self.losses])
        links = np.concatenate([np.empty(0, dtype=np.int64), *(one.links for one in self.losses)])
        shape = (self.network.link_count, len(self.losses))
        return csr_array(coo_array((np.ones(len(loss), dtype=np.int64), (links, loss)), shape=shape))

    def crossed(self, ways: tuple[NDArray[np.int32], ...]) -> csr_array:
        """(W, L) how many links of a loss each way takes; nothing stored where none."""
        way = np.repeat(np.arange(len(ways)), [len(one) for one in ways])
        links = np.concatenate([np.empty(0, dtype=np.int32), *ways])
        table = coo_array((np.ones(len(way), dtype=np.int64), (way, links)), shape=(len(ways), self.network.link_count))
        return csr_array(csr_array(table) @ self.on_links)

    def without(self, link_ms: NDArray[np.int32], chosen: NDArray[np.int64]) -> NDArray[np.int32]:
        """(m, K) link times with each of the ``chosen`` losses, one at a time."""
        lanes = np.repeat(link_ms[:, None], len(chosen), axis=1)
        for lane, loss in enumerate(chosen):
            lanes[self.losses[loss].links, lane] = UNREACHABLE
        return lanes


def find_losses(network: RoadNetwork, site_nodes: NDArray[np.int32]) -> Losses:
    """Cut the roads into structures and stretches.

    Parameters
    ----------
    network : RoadNetwork
    site_nodes : (k,) int32
        Where sites enter the roads; −1 for none.

    Returns
    -------
    Losses
        Bridges, tunnels, stretches. No link is in two of them, but one that is both bridge and tunnel.
    """
    bridges = _structures(network, network.bridge, "bridge")
    tunnels = _structures(network, network.tunnel, "tunnel")
    return Losses(network, (*bridges, *tunnels, *_stretches(network, site_nodes)))


def _structures(network: RoadNetwork, marked: NDArray[np.bool_], kind: LossKind) -> list[Loss]:
    links, number = np.flatnonzero(marked), joined(network, marked)
    whole = [links[number == one] for one in range(number.max(initial=-1) + 1)]
    return [Loss(f"{kind}-{network.way_id[own].min()}", kind, own) for own in whole]


def _stretches(network: RoadNetwork, site_nodes: NDArray[np.int32]) -> list[Loss]:
    """Put pieces of road in a row, and leave out rows with a structure on them."""
    piece = road_pieces(network)
    ends = pd.DataFrame({"piece": np.tile(piece, 2), "node": np.concatenate([network.tail, network.head])})
    ends = ends.drop_duplicates()
    passing = np.bincount(ends["node"], minlength=network.node_count) == 2
    passing[site_nodes[site_nodes >= 0]] = False
    inner = ends[passing[ends["node"]]].sort_values("node", kind="stable")
    first, second = inner["piece"].to_numpy()[::2], inner["piece"].to_numpy()[1::2]
    count = int(piece.max(initial=-1)) + 1
    row_of_piece = _components(count, first, second)
    row = row_of_piece[piece]
    plain = ~(network.bridge | network.tunnel)
    taken = np.zeros(row.max(initial=-1) + 1, dtype=np.bool_)
    taken[row[~plain]] = True
    links = np.flatnonzero(~taken[row])
    links = links[np.argsort(row[links], kind="stable")]
    rows = np.split(links, np.flatnonzero(np.diff(row[links])) + 1) if len(links) else []
    return [Loss(f"road-{min(network.link_id[own])}", "road", np.sort(own)) for own in rows]


def _components(count: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """(count,) number of the connected piece that each element is in, given pairs that are joined."""
    pairs = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(count, count))
    _, number = connected_components(pairs, directed=False)
    return np.asarray(number, dtype=np.int64)
