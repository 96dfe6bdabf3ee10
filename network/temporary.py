"""Temporary links: a pontoon bridge 浮桥 or an opened track 抢通便道 that does not exist until it is laid.

Each stands among the roads from the start, between the junctions of the main piece that lie nearest to its two ends, so
that the topology stays the same whatever happens. It is closed until a closure opens it (``opened: true``), and no
other closure means it than one that names its id.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from network.clip import only_links
from network.links import WGS84
from network.roads import ROAD_CLASSES, SURFACES, RoadNetwork
from network.snap import Snapping, snap
from network.texts import with_texts
from network.times import main_component


@dataclass(frozen=True)
class TemporaryLink:
    """One temporary link.

    Attributes
    ----------
    temporary_id : str
        Names it once, as in ``temporary: [T01]`` of a closure.
    name : str
    from_lon, from_lat, to_lon, to_lat : float
        Its two ends, WGS-84 degrees.
    length_m : float
        Between its ends; NaN: as far as it is straight.
    speed_kmh : float
        What a car drives on it on a dry day. Other vehicles, night and rain are slower as on any road.
    maxweight_t : float
        What it bears; NaN: whatever comes.
    one_way : bool
        Driven from its first end to its second alone.
    """

    temporary_id: str
    name: str
    from_lon: float
    from_lat: float
    to_lon: float
    to_lat: float
    length_m: float
    speed_kmh: float
    maxweight_t: float
    one_way: bool


@dataclass(frozen=True)
class TemporaryEnds:
    """Where the first and second ends of temporary links meet the roads."""

    first: Snapping
    second: Snapping


def lasting_roads(network: RoadNetwork) -> RoadNetwork:
    """Take out the temporary links."""
    lasting = network.temporary == 0
    return network if lasting.all() else only_links(network, np.flatnonzero(lasting))


def temporary_ends(network: RoadNetwork, links: Sequence[TemporaryLink], limit_m: float) -> TemporaryEnds:
    """Put both ends of each link on the nearest node of the main piece, no farther than ``limit_m``."""
    main = main_component(network)
    first = snap(network, [link.from_lon for link in links], [link.from_lat for link in links], limit_m, main=main)
    second = snap(network, [link.to_lon for link in links], [link.to_lat for link in links], limit_m, main=main)
    return TemporaryEnds(first, second)


def with_temporary_links(network: RoadNetwork, links: Sequence[TemporaryLink], ends: TemporaryEnds) -> RoadNetwork:
    """Add temporary links behind all others, forward before backward.

    Parameters
    ----------
    network : RoadNetwork
    links : sequence of TemporaryLink
    ends : TemporaryEnds
        Of ``links``: each end on a node, the two of a link on different ones.

    Returns
    -------
    RoadNetwork
        The way from the node to either end is part of a link's length. Ways' ids are less than all others.
    """
    first, second = ends.first.node, ends.second.node
    if (first < 0).any() or (second < 0).any() or (first == second).any():
        raise ValueError("a temporary link needs two nodes")
    if not links:
        return network
    which = np.repeat(np.arange(len(links)), [1 if link.one_way else 2 for link in links])
    back = np.append(False, which[1:] == which[:-1])
    texts, place = with_texts(network.texts, [text for link in links for text in (link.name, link.temporary_id)])
    lon, lat = (
        np.array([[getattr(link, f"{end}_{axis}") for end in ("from", "to")] for link in links])
        for axis in ("lon", "lat")
    )
    shape = np.where(back[:, None], [1, 0], [0, 1])
    added: dict[str, NDArray[Any]] = _figures(network, links, lon, lat, ends)
    added = {name: values[which] for name, values in added.items()}
    added |= {"name": place[0::2][which], "temporary": place[1::2][which]}
    added |= {"tail": np.where(back, second[which], first[which]), "head": np.where(back, first[which], second[which])}
    added["shape_first"] = network.shape_first[-1] + 2 * np.arange(1, len(which) + 1)
    added["shape_lon"] = np.take_along_axis(lon[which], shape, axis=1).reshape(-1)
    added["shape_lat"] = np.take_along_axis(lat[which], shape, axis=1).reshape(-1)
    joined: dict[str, Any] = {
        name: np.concatenate([old := getattr(network, name), values.astype(old.dtype)])
        for name, values in added.items()
    }
    return replace(network, texts=texts, **joined)


def _figures(
    network: RoadNetwork,
    links: Sequence[TemporaryLink],
    lon: NDArray[np.float64],
    lat: NDArray[np.float64],
    ends: TemporaryEnds,
) -> dict[str, NDArray[Any]]:
    """Per link, what is the same in both directions."""
    count = len(links)
    given = np.array([link.length_m for link in links])
    straight = np.asarray(WGS84.inv(lon[:, 0], lat[:, 0], lon[:, 1], lat[:, 1])[2])
    unknown, nothing = np.full(count, np.nan), np.zeros(count)
    return {
        "way_id": min(int(network.way_id.min()), 0) - 1 - np.arange(count),
        "length_m": np.where(np.isnan(given), straight, given) + ends.first.distance_m + ends.second.distance_m,
        "road_class": np.full(count, ROAD_CLASSES.index("road")),
        "surface": np.full(count, SURFACES.index("unknown")),
        "maxspeed_kmh": np.array([link.speed_kmh for link in links]),
        "maxweight_t": np.array([link.maxweight_t for link in links]),
        "maxheight_m": unknown,
        "grade": unknown,
        "bridge": nothing,
        "tunnel": nothing,
        "ref": nothing,
        "river": nothing,
    }
