"""Where teams, tasks, requests and vehicles are: the region's sites, and points of the incident's own, on the roads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.snap import snap
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.region.region import Region

POINT = "point:"
"""Begins the id of a place that is no site."""


@dataclass(frozen=True, eq=False)
class Places:
    """Places and where they meet the roads.

    Attributes
    ----------
    table : DataFrame
        As :data:`~optimizer.dispatch.tables.PLACES` declares it.
    node : (k,) int32
        −1 where there is no road within the region's limit.
    access_min : (k,) float64
        Minutes between place and road.
    """

    table: pd.DataFrame
    node: NDArray[np.int32]
    access_min: NDArray[np.float64]

    def rows(self, place_ids: Iterable[str]) -> NDArray[np.int64]:
        """(n,) rows of places; every id must be one."""
        rows = pd.Index(self.table["place_id"]).get_indexer(pd.Index(list(place_ids), dtype=object))
        assert (rows >= 0).all()
        found: NDArray[np.int64] = rows.astype(np.int64)
        return found

    def with_points(self, points: Sequence[Place], region: Region) -> Places:
        """Add points that are not there yet, put on the roads as sites are."""
        known = set(self.table["place_id"])
        points = list({one.place_id: one for one in points if one.place_id not in known}.values())
        if not points:
            return self
        lon, lat = [one.lon for one in points], [one.lat for one in points]
        snapped = snap(region.roads, lon, lat, region.settings.parameters.snap_limit_m)
        rows = pd.DataFrame(
            {
                "place_id": [one.place_id for one in points],
                "place_name": [one.name for one in points],
                "site_id": "",
                "town_name": "",
                "lon": lon,
                "lat": lat,
                "contact": [one.contact for one in points],
                "phone": [one.phone for one in points],
            }
        )
        return Places(
            pd.concat([self.table, rows], ignore_index=True),
            np.concatenate([self.node, snapped.node]),
            np.concatenate([self.access_min, snapped.access_min]),
        )


@dataclass(frozen=True)
class Place:
    """A point that is no site, WGS-84."""

    place_id: str
    name: str
    lon: float
    lat: float
    contact: str = ""
    phone: str = ""


def places_of(region: Region, incident: IncidentForm) -> Places:
    """Put the sites and the incident's points together."""
    sites = region.sites
    town = sites["town_id"].map(dict(zip(sites["site_id"], sites["name"], strict=True))).fillna("")
    table = pd.DataFrame(
        {
            "place_id": sites["site_id"].astype(str),
            "place_name": sites["name"].astype(str),
            "site_id": sites["site_id"].astype(str),
            "town_name": town,
            "lon": sites["lon"].astype(float),
            "lat": sites["lat"].astype(float),
            "contact": sites["contact"].fillna("").astype(str),
            "phone": sites["phone"].fillna("").astype(str),
        }
    )
    own = Places(table.reset_index(drop=True), region.snapping.node, region.snapping.access_min)
    return own.with_points(tuple(_points(incident)), region)


def place_id(one: object) -> str:
    """Id of the place of a task or of a neighbour's team."""
    site: str | None = getattr(one, "site", None)
    return site or f"{POINT}{getattr(one, 'id')}"  # noqa: B009


def _points(incident: IncidentForm) -> Iterator[Place]:
    for task in incident.tasks:
        if task.lon is not None and task.lat is not None:
            yield Place(place_id(task), task.name or task.id, task.lon, task.lat)
    for team in incident.neighbours:
        if team.lon is not None and team.lat is not None:
            yield Place(place_id(team), team.name, team.lon, team.lat, team.contact, team.phone)
