"""Bridges, tunnels and stretches of road that an event can close, how much they carry, and what their loss cuts off."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.roads import ROAD_CLASSES, RoadNetwork
from network.times import paths_from, travel_times_ms
from optimizer.starter.cuts import behind_links, least_cut
from optimizer.starter.nearby import Space, groups, in_space

_TWINS_M = 80.0
"""Carriageways and pieces of one structure lie so near each other."""
_SLIDE_M = 150.0
"""A slide closes a road over so far."""
_LATER_MS = 600_000
_TRIED = 12
_TRIALS = 3
_MAIN = ROAD_CLASSES.index("tertiary_link")

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Piece:
    """Links that an event closes together, both directions and both carriageways.

    Attributes
    ----------
    links : (l,) int64
    travel : float
        Residents whose supply crosses it.
    whole_ways : bool
        The links are all those of their OSM ways, as with a bridge or tunnel.
    """

    links: NDArray[np.int64]
    travel: float
    whole_ways: bool


@dataclass(frozen=True)
class Closable:
    """The roads as an event sees them.

    Attributes
    ----------
    network : RoadNetwork
    link_ms : (m,) int32
        A light truck's times on a dry day.
    depot_node : int
        Of the district's depot.
    place_node : (k,) int64
    travel : (m,) float64
        Residents whose shortest path from the district's depot or one of the larger towns uses the link.
    behind : (m,) float64
        Places that the loss of the link alone cuts off from the district's depot.
    middle : (m, 3) float64
        Middle of each link, earth-centred metres.
    open_ms : (k,) int64
        Times from the district's depot with nothing closed.
    """

    network: RoadNetwork
    link_ms: NDArray[np.int32]
    depot_node: int
    place_node: NDArray[np.int64]
    travel: NDArray[np.float64]
    behind: NDArray[np.float64]
    middle: Space
    open_ms: NDArray[np.int64]

    def arrival_ms(self, closed: NDArray[np.int64]) -> NDArray[np.int64]:
        """(k,) times from the district's depot with links closed."""
        times = self.link_ms.copy()
        times[closed] = UNREACHABLE
        return _arrival_ms(self.network, times, self.depot_node, self.place_node)

    def cut(self, closed: NDArray[np.int64]) -> Mask:
        """(k,) places that the district's depot reached and no longer reaches."""
        unreached: Mask = (self.arrival_ms(closed) >= UNREACHABLE) & (self.open_ms < UNREACHABLE)
        return unreached


def closable(
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    depot_node: int,
    places: pd.DataFrame,
    start_nodes: Sequence[int],
) -> Closable:
    """Measure the roads once for all events.

    Parameters
    ----------
    network : RoadNetwork
    link_ms : (m,) int32
    depot_node : int
    places : DataFrame
        With node and residents.
    start_nodes : sequence of int
        Besides the depot, where supply starts: the larger towns.
    """
    node = places["node"].to_numpy(dtype=np.int64)
    residents = places["residents"].to_numpy(dtype=np.float64)
    travel = np.zeros(network.link_count)
    for start in dict.fromkeys([depot_node, *start_nodes]):
        for people, path in zip(residents, paths_from(network, link_ms, start, node), strict=True):
            travel[path] += people
    here = np.bincount(node, minlength=network.node_count).astype(np.float64)
    ends = in_space(network.lon, network.lat)
    middle = (ends[network.tail] + ends[network.head]) / 2
    behind = behind_links(network, depot_node, here)
    open_ms = _arrival_ms(network, link_ms, depot_node, node)
    return Closable(network, link_ms, depot_node, node, travel, behind, middle, open_ms)


def _arrival_ms(
    network: RoadNetwork, link_ms: NDArray[np.int32], depot_node: int, place_node: NDArray[np.int64]
) -> NDArray[np.int64]:
    """(k,) times from the depot to the places."""
    times: NDArray[np.int64] = travel_times_ms(network, link_ms, [depot_node], place_node)[0].astype(np.int64)
    return times


def structures(roads: Closable, wanted: Mask) -> list[Piece]:
    """Put the links marked together to bridges or tunnels, most travelled first; what nobody needs is left out.

    Pieces that share a node, twin carriageways and tubes are one structure.
    """
    network = roads.network
    ways = np.unique(network.way_id[wanted])
    links = np.flatnonzero(np.isin(network.way_id, ways) & (network.bridge | network.tunnel))
    ends = in_space(network.lon, network.lat)
    both = np.concatenate([ends[network.tail[links]], ends[network.head[links]]])
    # Each link's two ends are joined by a point between them wherever they lie farther apart than the reach.
    number = _joined(groups(both, _TWINS_M), len(links))
    found = [Piece(links[number == one], 0.0, True) for one in np.unique(number)]
    pieces = [Piece(piece.links, float(roads.travel[piece.links].max()), True) for piece in found]
    used = [piece for piece in pieces if piece.travel > 0]
    return sorted(used, key=lambda piece: (-piece.travel, int(piece.links[0])))


def _joined(group: NDArray[np.int64], count: int) -> NDArray[np.int64]:
    """(count,) group of each link, where ``group`` gives that of its tail, then of its head."""
    tail, head = group[:count], group[count:]
    parent = list(range(int(group.max(initial=-1)) + 1))

    def top(one: int) -> int:
        while parent[one] != one:
            parent[one] = parent[parent[one]]
            one = parent[one]
        return one

    for first, second in zip(tail.tolist(), head.tolist(), strict=True):
        parent[top(second)] = top(first)
    return np.array([top(one) for one in tail.tolist()], dtype=np.int64)


def main_road_spots(roads: Closable) -> list[Piece]:
    """Give the most travelled spot of each main road, most travelled road first."""
    network = roads.network
    main = (network.road_class <= _MAIN) & ~network.bridge & ~network.tunnel & (roads.travel > 0)
    links = np.flatnonzero(main)
    called = np.where(network.ref[links] > 0, network.ref[links], -network.name[links])
    frame = pd.DataFrame({"link": links, "road": called, "travel": roads.travel[links]})
    frame = frame.sort_values(["travel", "link"], ascending=[False, True], kind="stable")
    # Roads without name or number are told apart by their way.
    frame["road"] = (
        frame["road"]
        .astype(str)
        .where(frame["road"] != 0, "w" + pd.Series(network.way_id[frame["link"]], index=frame.index).astype(str))
    )
    return [_spot(roads, int(link)) for link in frame.drop_duplicates("road")["link"]]


def cut_spots(roads: Closable, most_places: int, eligible: Mask) -> list[Piece]:
    """Give links, among those eligible, whose loss cuts off places, but no more than ``most_places``; most first.

    Of links that cut off the same places one is given: the one that carries the better road.
    """
    network = roads.network
    links = np.flatnonzero(eligible & (roads.behind > 0) & (roads.behind <= most_places) & (roads.travel > 0))
    frame = pd.DataFrame(
        {
            "link": links,
            "behind": roads.behind[links],
            "travel": roads.travel[links],
            "class": network.road_class[links],
        }
    )
    frame = frame.sort_values(
        ["behind", "class", "travel", "link"], ascending=[False, True, False, True], kind="stable"
    )
    return [_spot(roads, int(link)) for link in frame.drop_duplicates(["behind", "travel"])["link"]]


def lonely_spots(roads: Closable, most_pieces: int) -> list[Piece]:
    """Give the pieces of road that join the places farthest from the depot to the rest, fewest pieces first.

    For a network in which no single link cuts anything off.
    """
    reached = np.flatnonzero(roads.open_ms < UNREACHABLE)
    farthest = reached[np.argsort(-roads.open_ms[reached], kind="stable")][:_TRIED]
    nodes = dict.fromkeys(roads.place_node[farthest].tolist())
    cuts = [least_cut(roads.network, roads.depot_node, node) for node in nodes]
    found = [
        Piece(links, float(roads.travel[links].max()), False) for links in cuts if 0 < len(links) <= 2 * most_pieces
    ]
    return sorted(found, key=lambda piece: len(piece.links))


def _spot(roads: Closable, link: int) -> Piece:
    """Take the link, its other direction, and the other carriageway of the same road beside it."""
    network = roads.network
    same_way = network.way_id == network.way_id[link]
    turned = same_way & (network.tail == network.head[link]) & (network.head == network.tail[link])
    named = (network.ref == network.ref[link]) & (network.name == network.name[link])
    named &= (network.ref[link] > 0) | (network.name[link] > 0)
    # Only what runs beside it: the next stretch of the same carriageway shares a node with it.
    touching = np.isin(network.tail, [network.tail[link], network.head[link]])
    touching |= np.isin(network.head, [network.tail[link], network.head[link]])
    beside = named & ~touching & (np.linalg.norm(roads.middle - roads.middle[link], axis=1) <= _SLIDE_M)
    links = np.union1d([link], np.flatnonzero(turned | beside)).astype(np.int64)
    return Piece(links, float(roads.travel[link]), False)


def minor_roads(network: RoadNetwork) -> Mask:
    """(m,) links below the main roads."""
    minor: Mask = network.road_class > _MAIN
    return minor


@dataclass(frozen=True)
class Chosen:
    """Pieces that an event closes.

    Attributes
    ----------
    pieces : tuple of Piece
    cut : (k,) bool
        Places that the district's depot no longer reaches.
    delayed : (k,) bool
        Places that it reaches, but after twice the time and ten minutes more.
    """

    pieces: tuple[Piece, ...]
    cut: Mask
    delayed: Mask

    @property
    def links(self) -> NDArray[np.int64]:
        """All links closed."""
        return np.unique(np.concatenate([np.empty(0, dtype=np.int64), *(piece.links for piece in self.pieces)]))


def choose(
    roads: Closable, offered: Sequence[Sequence[Piece]], aim_places: int, most_places: int, most_pieces: int
) -> Chosen:
    """Take pieces in order as long as no more than ``most_places`` are cut off, until ``aim_places`` are.

    Parameters
    ----------
    roads : Closable
    offered : sequence of sequences of Piece
        Later lists are gone through only while nothing is cut off.
    aim_places, most_places, most_pieces : int
    """
    taken: list[Piece] = []
    cut = np.zeros(len(roads.place_node), dtype=np.bool_)
    for number, pieces in enumerate(offered):
        # Two thirds for the first list, the rest kept for those after it.
        allowed = math.ceil(most_pieces * (2 + (number + 1) / len(offered)) / 3)
        for piece in list(pieces)[: _TRIALS * most_pieces]:
            if len(taken) >= allowed or cut.sum() >= aim_places:
                break
            trial = roads.cut(np.concatenate([*(one.links for one in taken), piece.links]))
            if trial.sum() <= most_places:
                taken.append(piece)
                cut = trial
        if cut.any():
            break
    chosen = Chosen(tuple(taken), cut, cut)
    before, after = roads.open_ms, roads.arrival_ms(chosen.links)
    delayed = ~cut & (after < UNREACHABLE) & (after > 2 * before) & (after > before + _LATER_MS)
    return Chosen(tuple(taken), cut, delayed)
