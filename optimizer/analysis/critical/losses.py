"""What a road network can lose as one thing: a bridge, a tunnel, or a stretch of road between two junctions.

A bridge or tunnel is one structure with all its pieces, both directions; carriageways that are ways of their own and
nowhere meet on it are structures of their own. All else is cut into stretches: pieces of road in a row, between which
no other road branches off and no site lies, so that losing any of them loses the same ways. A stretch on which a bridge
or tunnel lies is listed by that alone.
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

from network.roads import RoadNetwork
from network.times import UNREACHABLE

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
    """Put marked links together that are of one way, or meet and bear the same name and number."""
    links = np.flatnonzero(marked)
    road = network.name[links].astype(np.int64) * len(network.texts) + network.ref[links]
    at_node = [road * network.node_count + ends[links] for ends in (network.tail, network.head)]
    group = _joined([network.way_id[links]], at_node)
    found = [links[group == number] for number in range(group.max(initial=-1) + 1)]
    return [Loss(f"{kind}-{network.way_id[own].min()}", kind, own) for own in found]


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


def road_pieces(network: RoadNetwork) -> NDArray[np.int64]:
    """(m,) number of the piece of road that a link runs over; both directions run over the same."""
    table = pd.DataFrame(
        {
            "way": network.way_id,
            "low": np.minimum(network.tail, network.head),
            "high": np.maximum(network.tail, network.head),
            # A way may join two junctions twice, by pieces of different length.
            "length_cm": np.rint(network.length_m * 100),
        }
    )
    return np.asarray(table.groupby(list(table.columns), sort=False).ngroup(), dtype=np.int64)


def _joined(keys: list[NDArray[np.int64]], either: list[NDArray[np.int64]]) -> NDArray[np.int64]:
    """(l,) group of each element, where elements are together that share a key, or a key at either end."""
    count = len(keys[0])
    element = np.arange(count)
    first, second = [], []
    for values, owners in [*((key, element) for key in keys), (np.concatenate(either), np.tile(element, len(either)))]:
        order = np.argsort(values, kind="stable")
        same = values[order][1:] == values[order][:-1]
        first.append(owners[order][:-1][same])
        second.append(owners[order][1:][same])
    return _components(count, np.concatenate(first), np.concatenate(second))


def _components(count: int, first: NDArray[np.int64], second: NDArray[np.int64]) -> NDArray[np.int64]:
    """(count,) number of the connected piece that each element is in, given pairs that are joined."""
    pairs = coo_array((np.ones(len(first), dtype=np.int8), (first, second)), shape=(count, count))
    _, number = connected_components(pairs, directed=False)
    return np.asarray(number, dtype=np.int64)
