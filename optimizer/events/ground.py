"""What an event can strike: the structures of the roads, the places where people live, depots and hazard points."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from network.plane import Metres, Plane
from network.roads import RoadNetwork
from network.shapes import geometry
from network.structures import Structures, structures_of
from optimizer.region.events import Slopes
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS

DEPOTS = ("depot", "candidate")
_STRUCK = (*SETTLEMENTS, *DEPOTS, "hazard_point")


@dataclass(frozen=True)
class Ground:
    """Structures and sites on one plane.

    Attributes
    ----------
    structures : Structures
    link_name : (m,) str
        Number and name of the road; empty where it has neither.
    link_id : (m,) str
    sites : DataFrame
        Settlements, depots and candidates, hazard points that have coordinates; columns of the sites table.
    site_at : (k, 2) float64
        Metres on the structures' plane.
    """

    structures: Structures
    link_name: NDArray[np.str_]
    link_id: NDArray[np.str_]
    sites: pd.DataFrame
    site_at: Metres

    @classmethod
    def of(cls, region: Region, slopes: Slopes) -> Ground:
        """Lay out the ground of ``region``."""
        roads = region.roads
        placed = region.sites[["lon", "lat"]].notna().all(axis=1)
        sites = region.sites[region.sites["kind"].isin(_STRUCK) & placed]
        plane = Plane.around(roads.lon, roads.lat)
        at = plane.metres(sites["lon"], sites["lat"])
        areas = [geometry(shape, region.folder) for shape in slopes.within]
        steep = links_near(roads, plane, at[lists(sites, slopes.hazards)], slopes.radius_m)
        for area in areas:
            steep[roads.links_touching(area)] = True
        return cls(
            structures=structures_of(roads, np.flatnonzero(steep)),
            link_name=_road_names(roads),
            link_id=roads.link_id,
            sites=sites.reset_index(drop=True),
            site_at=at,
        )


def lists(sites: pd.DataFrame, hazards: tuple[str, ...]) -> NDArray[np.bool_]:
    """(k,) sites that list one of ``hazards``."""
    return np.array([not set(hazards).isdisjoint(own.split(";")) for own in sites["hazards"]], dtype=np.bool_)


def links_near(roads: RoadNetwork, plane: Plane, points: Metres, radius_m: float) -> NDArray[np.bool_]:
    """(m,) links that come within ``radius_m`` of a point, taken as straight from end to end."""
    near = np.zeros(roads.link_count, dtype=np.bool_)
    ends = plane.metres(roads.lon, roads.lat)
    lines = shapely.linestrings(np.stack([ends[roads.tail], ends[roads.head]], axis=1))
    near[shapely.STRtree(shapely.points(points)).query(lines, predicate="dwithin", distance=radius_m)[0]] = True
    return near


def inside(area: BaseGeometry, sites: pd.DataFrame) -> NDArray[np.bool_]:
    """(k,) sites in an area of WGS-84 degrees or on its edge."""
    shapely.prepare(area)
    within: NDArray[np.bool_] = shapely.intersects_xy(area, sites["lon"], sites["lat"])
    return within


def _road_names(roads: RoadNetwork) -> NDArray[np.str_]:
    """(m,) number and name of each link's road, once for every pair of them."""
    pair, of_link = np.unique(np.stack([roads.ref, roads.name]), axis=1, return_inverse=True)
    named = [" ".join(text for text in roads.texts[both].tolist() if text) for both in pair.T]
    return np.array(named, dtype=np.str_)[of_link.reshape(-1)]
