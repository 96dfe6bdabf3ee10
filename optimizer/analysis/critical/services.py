"""Who is to reach the villages and communities, and how much worse a loss of road makes it for their residents.

A service is the nearest of some sites: of all depots (relief), of the district's, of the towns', and for each rescue
circle of the stations of its kinds. Each has a limit where a standard sets one: the circle's minutes for places of its
area types, the hours of basic relief for all.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.times import travel_times_ms
from optimizer.analysis.critical.ways import shortest_ways
from optimizer.plan.compliance.case import TOLERANCE, number_of
from optimizer.plan.compliance.response import DRIVES, turnout_min
from optimizer.plan.reach import MS_A_MINUTE, link_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.selection import SETTLEMENTS

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

RELIEF = "relief"
"""The service of the nearest depot of any level: whom none reaches, by no vehicle that carries goods, is cut off."""


@dataclass(frozen=True)
class Service:
    """A kind of help and where it starts from.

    Attributes
    ----------
    name : str
    starts : mapping of str to (n,) int64
        By vehicle class: rows of the sites table.
    limit_min : (k,) float
        Driving time within which the standard is kept at each settlement; infinite where none judges it.
    """

    name: str
    starts: Mapping[str, Ints]
    limit_min: Floats


def find_services(region: Region, depots: frozenset[str]) -> tuple[Service, ...]:
    """Give every service that has a site to start from.

    Parameters
    ----------
    region : Region
    depots : frozenset of str
        Sites that are open depots.
    """
    sites, settlements = region.sites, region.sites[region.sites["kind"].isin(SETTLEMENTS)]
    nowhere = np.full(len(settlements), np.inf)
    is_open = sites["site_id"].isin(depots).to_numpy()
    carried = _carriers(region)
    found = [Service(RELIEF, _from(carried, is_open), nowhere + _relief_limit(region))]
    found += [
        Service(level, _from(carried, is_open & (sites["level"] == level).to_numpy()), nowhere)
        for level in ("district", "town")
    ]
    for rule in region.rules:
        if rule.check != "response":
            continue
        stations = (sites["kind"] == "station").to_numpy()
        starts: dict[str, Ints] = {}
        for vehicle_class in sorted({DRIVES[kind] for kind in rule.station_kinds}):
            kinds = [kind for kind in rule.station_kinds if DRIVES[kind] == vehicle_class]
            starts |= _from([vehicle_class], stations & sites["station_kind"].isin(kinds).to_numpy())
        judged = settlements["area_type"].isin(rule.area_types).to_numpy()
        most = number_of(rule) * (1 + TOLERANCE) - turnout_min(region, rule)
        found.append(Service(rule.id, starts, np.where(judged, most, np.inf)))
    return tuple(service for service in found if service.starts)


def _from(vehicle_classes: list[str], chosen: NDArray[np.bool_]) -> dict[str, Ints]:
    rows = np.flatnonzero(chosen).astype(np.int64)
    return dict.fromkeys(vehicle_classes, rows) if len(rows) else {}


def _carriers(region: Region) -> list[str]:
    """Classes of the vehicles that carry goods; a light truck where the tables name none."""
    table = region.tables["vehicles"]
    usable = table[(table["payload_kg"] > 0) & (table["volume_m3"] > 0)]
    return sorted(usable["vehicle_class"].unique()) or ["light_truck"]


def _relief_limit(region: Region) -> float:
    """Minutes of driving that basic relief leaves, infinite where no rule speaks of it."""
    hours = [number_of(rule) for rule in region.rules if rule.check == "relief_hours"]
    if not hours:
        return np.inf
    settings = region.settings.parameters
    return min(hours) * 60 * (1 + TOLERANCE) - settings.mobilise_min - settings.loading_min


@dataclass(frozen=True)
class Ways:
    """The ways on which services reach the settlements.

    Attributes
    ----------
    service, settlement : (W,) int64
        Places among the services, and among the settlements.
    links : tuple of W int32 arrays
    """

    service: Ints
    settlement: Ints
    links: tuple[NDArray[np.int32], ...]


class Reach:
    """Times of every service to every settlement in one state of the roads, and without links of it.

    Parameters
    ----------
    region : Region
    state : RoadState
    services : tuple of Service

    Attributes
    ----------
    settlements : DataFrame
        Rows of the sites table.
    residents : (k,) float
        0 where they are not known.
    free_min : (V, k) float
        Driving time of each service to each settlement, door to door, nothing lost; infinite where there is no way.
    """

    def __init__(self, region: Region, state: RoadState, services: tuple[Service, ...]) -> None:
        self.region, self.services = region, services
        rows = np.flatnonzero(region.sites["kind"].isin(SETTLEMENTS).to_numpy())
        self.settlements = region.sites.iloc[rows].reset_index(drop=True)
        self.residents = self.settlements["population"].fillna(0).to_numpy(dtype=float)
        self._rows = rows
        classes = sorted({name for service in services for name in service.starts})
        self.link_ms = {name: link_ms(region, state, name) for name in classes}
        self.free_min, self._first = self._nearest()

    def ways(self) -> Ways:
        """Find the way of each service from the site that is there first to each settlement."""
        classes = list(self.link_ms)
        pairs = [at for at in np.ndindex(self.free_min.shape) if np.isfinite(self.free_min[at])]
        service, settlement = np.array(pairs, dtype=np.int64).reshape(-1, 2).T
        firsts = [self._first[at] for at in pairs]
        trips = pd.DataFrame(
            {
                "roads": np.array([classes.index(name) for name, _ in firsts], dtype=np.int64),
                "start": np.array([start for _, start in firsts], dtype=np.int64),
                "end": self._rows[settlement],
            }
        )
        return Ways(service, settlement, shortest_ways(self.region, list(self.link_ms.values()), trips))

    def without(self, lanes: Mapping[str, NDArray[np.int32]], chosen: Ints) -> Floats:
        """(V, c, K) driving times to the ``chosen`` settlements over K sets of link times.

        Parameters
        ----------
        lanes : mapping of str to (m, K) int32
            By vehicle class.
        chosen : (c,) int64
            Places among the settlements.
        """
        count = next(iter(lanes.values())).shape[1]
        best = np.full((len(self.services), len(chosen), count), np.inf)
        for vehicle_class, link_times in lanes.items():
            starts, minutes = self._minutes(vehicle_class, link_times, chosen)
            for place, service in enumerate(self.services):
                own = np.isin(starts, service.starts.get(vehicle_class, []))
                if own.any():
                    best[place] = np.minimum(best[place], minutes[own].min(axis=0))
        return best

    def _nearest(self) -> tuple[Floats, dict[tuple[int, ...], tuple[str, int]]]:
        """(V, k) least minutes, and of each pair the vehicle class and the start that has them."""
        best = np.full((len(self.services), len(self._rows)), np.inf)
        first: dict[tuple[int, ...], tuple[str, int]] = {}
        everywhere = np.arange(len(self._rows))
        for vehicle_class, link_times in self.link_ms.items():
            starts, minutes = self._minutes(vehicle_class, link_times[:, None], everywhere)
            for place, service in enumerate(self.services):
                own = np.flatnonzero(np.isin(starts, service.starts.get(vehicle_class, [])))
                if not len(own):
                    continue
                nearest = own[minutes[own, :, 0].argmin(axis=0)]
                soonest = minutes[nearest, everywhere, 0]
                for settlement in np.flatnonzero(soonest < best[place]):
                    first[place, int(settlement)] = vehicle_class, int(starts[nearest[settlement]])
                best[place] = np.minimum(best[place], soonest)
        return best, first

    def _minutes(self, vehicle_class: str, link_times: NDArray[np.int32], chosen: Ints) -> tuple[Ints, Floats]:
        """Starts of a class, and (n, c, K) minutes from each to the chosen settlements."""
        starts = np.unique(np.concatenate([service.starts.get(vehicle_class, []) for service in self.services]))
        starts, ends = starts.astype(np.int64), self._rows[chosen]
        node, access = self.region.snapping.node, self.region.snapping.access_min
        times = travel_times_ms(self.region.roads, link_times, node[starts], node[ends])
        driven = np.where(times == UNREACHABLE, np.inf, times / MS_A_MINUTE)
        return starts, driven + access[starts][:, None, None] + access[ends][None, :, None]
