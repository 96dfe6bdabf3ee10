"""Whether whoever is under way can go on by the roads as they are now, and where it stops if it can't.

A leg that has begun is followed link by link, at the pace at which it is driven. Where a link that is still
ahead will be closed when it is reached, the carrier has stopped at the last junction that it passed, off expressways.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.snap import nodes_with_access
from network.times import main_component
from optimizer.dispatch.orders.ways import ACROSS
from optimizer.dispatch.places import POINT, Place
from optimizer.dispatch.travel import FOOT, FOOT_OPEN_TO, Roads
from optimizer.plan.reach import MS_A_MINUTE, link_ms
from optimizer.region.region import Region


@dataclass(frozen=True)
class Stopped:
    """Where a carrier has had to stop.

    Attributes
    ----------
    place : Place, optional
        None where it has not left, or must turn back to where it set out.
    links : str
        Ids of the links that it went, joined by ``;``.
    length_km : float
    """

    place: Place | None
    links: str
    length_km: float
    wkt: str


@dataclass(frozen=True, eq=False)
class Tracks:
    """Follows legs on the roads as they are now.

    Attributes
    ----------
    region : Region
    roads : Roads
    ways : mapping of str to row of WAYS
    at_min : float
    """

    region: Region
    roads: Roads
    ways: Mapping[str, Any]
    at_min: float

    def stopped(self, leg: Any) -> Stopped | None:
        """Where the carrier of a leg stops on it, from now on; None where it comes through."""
        way = self.ways.get(leg.way_id)
        if way is None or not way.links or leg.mode in ACROSS:
            return None
        network = self.region.roads
        links = np.array([network.find_link(one) for one in way.links.split(";")], dtype=np.int64)
        ends = self._passed_min(leg, links)
        ahead = ends > self.at_min
        closed = np.array([self._closed(leg.mode, link, minute) for link, minute in zip(links, ends, strict=True)])
        if not (ahead & closed).any():
            return None
        passed = int(np.flatnonzero(ahead)[0]) if leg.depart_min + leg.wait_min <= self.at_min else 0
        nodes = network.tail[links[: passed + 1]]
        turned = int(np.flatnonzero(self._junctions[nodes])[-1]) if self._junctions[nodes].any() else 0
        if turned == 0:
            return Stopped(None, "", 0.0, "")
        lon, lat = float(network.lon[nodes[turned]]), float(network.lat[nodes[turned]])
        place = Place(f"{POINT}{leg.carrier_id}@{self.at_min:g}", leg.carrier_name, lon, lat)
        gone = links[:turned]
        line = shapely.linestrings(shapely.get_coordinates(network.lines_of(gone)))
        length = float(network.length_m[gone].sum()) / 1000
        return Stopped(place, ";".join(network.link_id[gone].tolist()), length, shapely.to_wkt(line, 5))

    @cached_property
    def _junctions(self) -> NDArray[np.bool_]:
        """(n,) nodes where a vehicle can leave the way: on the main piece, not on an expressway."""
        network = self.region.roads
        return main_component(network) & nodes_with_access(network)

    def _passed_min(self, leg: Any, links: NDArray[np.int64]) -> NDArray[np.float64]:
        """(k,) minute at which each link has been driven, on from the way to the road; what is closed now was open."""
        now, free = self.roads.link_ms(leg.mode)[links, 0], self._free(leg.mode)[links]
        driven = np.cumsum(np.where(now >= UNREACHABLE, free, now)) / MS_A_MINUTE
        places = self.roads.places
        access = float(places.access_min[places.rows([leg.from_place_id])[0]])
        passed: NDArray[np.float64] = leg.depart_min + leg.wait_min + access + driven
        return passed

    def _free(self, mode: str) -> NDArray[np.int32]:
        """(m,) milliseconds over each link with nothing closed."""
        state = self.roads.phases.states[0].model_copy(update={"closures": ()})
        return link_ms(self.region, state, FOOT_OPEN_TO if mode == FOOT else mode)

    def _closed(self, mode: str, link: int, minute: float) -> bool:
        """Whether a link is closed at a minute, by the phases."""
        phase = int(np.searchsorted(self.roads.phases.opens_min, minute, side="right")) - 1
        return bool(self.roads.link_ms(mode)[link, phase] >= UNREACHABLE)


def begun(legs: pd.DataFrame, at_min: float) -> NDArray[np.bool_]:
    """(n,) legs that have set out: who waits where it is for a road to reopen has not."""
    return (legs["depart_min"] + legs["wait_min"] <= at_min).to_numpy(dtype=bool)


def cut_short(
    leg: Any, stop: Stopped, place: Place, at_min: float, way_id: str
) -> tuple[dict[str, object], dict[str, object]]:
    """Rows of ``LEGS`` and ``WAYS`` for the part of a leg that was driven until its carrier stopped."""
    driven = max(0.0, at_min - leg.depart_min - leg.wait_min)
    row = leg._asdict() | {
        "to_place_id": place.place_id,
        "arrive_min": leg.depart_min + leg.wait_min + driven,
        "drive_min": driven,
        "way_id": way_id,
        "frozen": "finished",
    }
    way: dict[str, object] = {
        "way_id": way_id,
        "mode": leg.mode,
        "from_place_id": leg.from_place_id,
        "to_place_id": place.place_id,
        "opens_min": 0.0,
        "drive_min": driven,
        "length_km": stop.length_km,
        "by_way_of": "",
        "turns": "",
        "links": stop.links,
        "wkt": stop.wkt,
    }
    return row, way


def turned_back(leg: Any, at_min: float) -> dict[str, object]:
    """Row of ``LEGS`` for one that led no farther than where it began; its minutes were lost."""
    row: dict[str, object] = leg._asdict() | {
        "to_place_id": leg.from_place_id,
        "arrive_min": at_min,
        "drive_min": 0.0,
        "wait_min": at_min - leg.depart_min,
        "way_id": "",
        "frozen": "finished",
    }
    return row
