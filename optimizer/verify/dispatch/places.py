"""The places of the orders: the region's sites, and points of the incident, put on the roads again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import pandas as pd
from pyproj import Geod

from network.snap import snap
from optimizer.region.region import Region
from optimizer.verify.outcome import DISPATCH, Claims, Outcome, Tolerance, equal, equal_text, holds

PLACES = DISPATCH + "places"
DEGREES = Tolerance(1e-6, 0.0)
POINT = "point:"
"""Begins the id of a place that is no site."""
WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Place:
    """A place of the orders.

    Attributes
    ----------
    site, kind : str
        Empty for a point of the incident.
    lon, lat : float
    node : int
        Where it meets the roads; −1 off the roads.
    access_min : float
        Minutes between it and the roads.
    """

    site: str
    kind: str
    lon: float
    lat: float
    node: int
    access_min: float


@dataclass(frozen=True)
class Places:
    """The places by id: sites are where the region has them, points where the table has them."""

    by_id: Mapping[str, Place]

    @classmethod
    def of(cls, claims: Claims) -> Places:
        """Put the places on the roads."""
        rows, region = claims.tables["places"], claims.region
        snapped = snap(region.roads, rows["lon"], rows["lat"], region.settings.parameters.snap_limit_m)
        sites = {str(row.site_id): row for row in _sites(region).reset_index().itertuples()}
        found = {}
        for number, row in enumerate(rows.itertuples()):
            lon, lat = float(str(row.lon)), float(str(row.lat))
            own = sites.get(str(row.site_id))
            node = (snapped.node[number], snapped.access_min[number]) if own is None else (own.node, own.access_min)
            kind = "" if own is None else str(own.kind)
            found[str(row.place_id)] = Place(str(row.site_id), kind, lon, lat, int(str(node[0])), float(str(node[1])))
        return cls(found)

    def __contains__(self, place_id: str) -> bool:
        """Whether the orders name the place."""
        return place_id in self.by_id

    def __getitem__(self, place_id: str) -> Place:
        """The place of an id."""
        return self.by_id[place_id]

    def kind(self, place_id: str) -> str:
        """Kind of the site; empty for a point."""
        return self.by_id[place_id].kind if place_id in self else ""

    def site(self, place_id: str) -> str:
        """Its site; empty for a point."""
        return self.by_id[place_id].site if place_id in self else ""

    @cached_property
    def _by_site(self) -> Mapping[str, str]:
        return {place.site: one for one, place in self.by_id.items() if place.site}

    def of_site(self, site_id: str) -> str:
        """The place that a site is; the site's own id where the orders name none."""
        return self._by_site.get(site_id, site_id)

    def straight_km(self, start: str, end: str) -> float:
        """Kilometres over the ground as the crow flies."""
        one, two = self.by_id[start], self.by_id[end]
        return float(WGS84.inv(one.lon, one.lat, two.lon, two.lat)[2]) / 1000.0


def _sites(region: Region) -> pd.DataFrame:
    sites = region.sites.assign(node=region.snapping.node, access_min=region.snapping.access_min)
    return sites.set_index("site_id")


def verify_places(claims: Claims, points: pd.DataFrame) -> Outcome:
    """Sites are where the region has them, under its names; ``points`` of the incident where that has them."""
    rows = claims.tables["places"]
    own = rows[rows["site_id"] != ""]
    site = _sites(claims.region).reindex(own["site_id"])
    town = claims.region.sites.set_index("site_id")["name"].reindex(site["town_id"].fillna("")).fillna("")
    outcome = holds(PLACES, own, "unknown_site", site["name"].notna().to_numpy(), id=own["site_id"])
    outcome += equal_text(PLACES, own, "place_name", site["name"].fillna(""))
    own_town = (site["kind"] == "town").to_numpy()
    outcome += equal_text(PLACES, own[~own_town], "town_name", town[~own_town])
    for column in ("lon", "lat"):
        outcome += equal(PLACES, own, column, site[column].to_numpy(dtype=float), DEGREES)
    stated = rows[rows["place_id"].isin(points.index) & (rows["site_id"] == "")]
    for column in ("lon", "lat"):
        outcome += equal(PLACES, stated, column, points[column].reindex(stated["place_id"]).to_numpy(float), DEGREES)
    return outcome
