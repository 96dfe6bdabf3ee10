"""Where help can land for a place that no road leads to, and how it comes on from there.

The landing point or pier that is nearest over the roads left open, so one inside the place's island; where there is
none, the nearest as the crow flies, on foot.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Geod

from optimizer.plan.reach import drive_min, link_ms
from optimizer.plan.routes import with_paths
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState

BY_AIR, BY_WATER = ("helipad",), ("pier",)
_WGS84 = Geod(ellps="WGS84")


def landings(
    region: Region, state: RoadState, site_ids: Sequence[str], vehicle_class: str, *, flying: bool = True
) -> pd.DataFrame:
    """Find where help lands for each site.

    Parameters
    ----------
    region : Region
    state : RoadState
    site_ids : sequence of str
    vehicle_class : str
        What carries supplies on from the landing point.
    flying : bool
        Without, helicopters stay on the ground and only piers count.

    Returns
    -------
    DataFrame
        In the order of ``site_ids``: ``landing_site_id``, ``landing_name``, ``landing_by`` (``road``, ``foot``, or
        empty where the region has no landing point), ``landing_km``, ``landing_min`` (by road, from the landing point
        to the site), ``landing_bearing`` (degrees from north, from the site to the landing point), ``landing_contact``,
        ``landing_wkt``.
    """
    sites = region.sites.set_index("site_id", drop=False)
    points = sites[sites["kind"].isin((*BY_AIR, *BY_WATER) if flying else BY_WATER)]
    places = sites.loc[list(site_ids)]
    if points.empty or places.empty:
        return _nowhere(len(places))
    away_m, bearing = _straight(places, points)
    minutes = drive_min(region, state, vehicle_class, list(points["site_id"]), list(site_ids)).to_numpy().T
    by_road = np.isfinite(minutes).any(axis=1)
    chosen = np.where(by_road, minutes.argmin(axis=1), away_m.argmin(axis=1))
    row = np.arange(len(places))
    point = points.iloc[chosen]
    found = pd.DataFrame(
        {
            "landing_site_id": point["site_id"].to_numpy(),
            "landing_name": point["name"].to_numpy(),
            "landing_by": np.where(by_road, "road", "foot"),
            "landing_km": away_m[row, chosen] / 1000,
            "landing_min": np.where(by_road, minutes[row, chosen], np.nan),
            "landing_bearing": bearing[row, chosen],
            "landing_contact": _contacts(point),
            "landing_wkt": "",
        }
    )
    return _on_roads(region, link_ms(region, state, vehicle_class), list(site_ids), found)


def _on_roads(region: Region, weights: NDArray[np.int32], site_ids: list[str], found: pd.DataFrame) -> pd.DataFrame:
    """Put length and line of the road in, where there is one."""
    by_road = found["landing_by"] == "road"
    legs = pd.DataFrame({"from_site_id": found["landing_site_id"], "to_site_id": site_ids})[by_road]
    ways = with_paths(region, weights, legs)
    found.loc[ways.index, "landing_km"] = ways["length_km"]
    found.loc[ways.index, "landing_wkt"] = ways["wkt"]
    return found


def _straight(places: pd.DataFrame, points: pd.DataFrame) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Metres and bearing (degrees from north, 0 to 360) from each place to each point, over the ground."""
    size = (len(places), len(points))
    ends = tuple(
        np.broadcast_to(values, size).ravel()
        for values in (
            places["lon"].to_numpy(float)[:, None],
            places["lat"].to_numpy(float)[:, None],
            points["lon"].to_numpy(float)[None, :],
            points["lat"].to_numpy(float)[None, :],
        )
    )
    bearing, _, metres = _WGS84.inv(ends[0], ends[1], ends[2], ends[3])
    return np.asarray(metres).reshape(size), np.asarray(bearing).reshape(size) % 360


def _contacts(points: pd.DataFrame) -> list[str]:
    """Contact and telephone in one text."""
    pairs = zip(points["contact"].fillna("").astype(str), points["phone"].fillna("").astype(str), strict=True)
    return [" ".join(part for part in pair if part) for pair in pairs]


def _nowhere(count: int) -> pd.DataFrame:
    texts = dict.fromkeys(("landing_site_id", "landing_name", "landing_by", "landing_contact", "landing_wkt"), "")
    numbers = dict.fromkeys(("landing_km", "landing_min", "landing_bearing"), np.nan)
    return pd.DataFrame({**texts, **numbers}, index=range(count))
