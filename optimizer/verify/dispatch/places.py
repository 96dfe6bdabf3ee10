"""The places of the orders: the region's sites, and points of the incident, put on the roads again."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from pyproj import Geod

from network.snap import snap
from optimizer.region.region import Region
from optimizer.verify.outcome import DISPATCH, Claims, Outcome, Tolerance, equal, equal_text, holds

PLACES = DISPATCH + "places"
DEGREES = Tolerance(1e-6, 0.0)
_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True)
class Places:
    """Where places meet the roads.

    Attributes
    ----------
    table : DataFrame
        By ``place_id``: ``site_id`` and ``kind`` (empty for a point), ``lon``, ``lat``, ``node`` (−1 off the roads),
        ``access_min``.
    """

    table: pd.DataFrame

    @classmethod
    def of(cls, claims: Claims) -> Places:
        """Put the sites where the region has them, and points where the table has them."""
        rows, region = claims.tables["places"].set_index("place_id"), claims.region
        site = _sites(region).reindex(rows["site_id"])
        points = snap(region.roads, rows["lon"], rows["lat"], region.settings.parameters.snap_limit_m)
        own = (rows["site_id"] != "").to_numpy()
        table = pd.DataFrame(
            {
                "site_id": rows["site_id"],
                "kind": site["kind"].fillna("").to_numpy(),
                "lon": rows["lon"],
                "lat": rows["lat"],
                "node": np.where(own, site["node"].fillna(-1), points.node).astype(np.int64),
                "access_min": np.where(own, site["access_min"], points.access_min),
            },
            index=rows.index,
        )
        return cls(table[~table.index.duplicated()])

    def __contains__(self, place_id: str) -> bool:
        """Whether the orders name the place."""
        return place_id in self.table.index

    def node(self, place_id: str) -> int:
        """The node where a place meets the roads; −1 off the roads."""
        return int(self.table.at[place_id, "node"])

    def access_min(self, place_id: str) -> float:
        """Minutes between a place and the roads."""
        return float(self.table.at[place_id, "access_min"])

    def kind(self, place_id: str) -> str:
        """Kind of the site; empty for a point."""
        return str(self.table.at[place_id, "kind"]) if place_id in self else ""

    def site(self, place_id: str) -> str:
        """Its site; empty for a point."""
        return str(self.table.at[place_id, "site_id"]) if place_id in self else ""

    def of_site(self, site_id: str) -> str:
        """The place that a site is; the site's own id where the orders name none."""
        found = self.table.index[(self.table["site_id"] == site_id).to_numpy()]
        return str(found[0]) if len(found) else site_id

    def straight_km(self, start: str, end: str) -> float:
        """Kilometres over the ground as the crow flies."""
        ends = self.table.loc[[start, end], ["lon", "lat"]].to_numpy(dtype=float)
        return float(_WGS84.inv(*ends[0], *ends[1])[2]) / 1000.0


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
