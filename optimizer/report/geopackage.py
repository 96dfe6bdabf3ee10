"""``plan.gpkg``: the plan as layers for QGIS, in WGS-84."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from network.roads import ROAD_CLASSES, SURFACES, RoadNetwork
from optimizer.plan.plan import Plan

WGS84 = "EPSG:4326"


def write_geopackage(plan: Plan, path: Path) -> None:
    """Write the layers ``sites``, ``depots``, ``routes``, ``roads``, ``unmet`` and ``standards_short``."""
    tables = plan.tables
    sites = plan.region.sites
    decisions = tables["depots"].set_index("site_id")["decision"].to_dict()
    decided = sites.assign(decision=[decisions.get(site, "") for site in sites["site_id"]])
    write_layer(at_sites(decided, sites, "site_id"), "sites", path)
    write_layer(at_sites(tables["depots"], sites, "site_id"), "depots", path)
    routes = tables["routes"].drop(columns="wkt")
    lines = shapely.from_wkt(tables["routes"]["wkt"].replace("", None).to_numpy(dtype=object))
    write_layer(geopandas.GeoDataFrame(routes, geometry=lines, crs=WGS84), "routes", path, "LineString")
    write_layer(_roads(plan.region.roads), "roads", path, "LineString")
    write_layer(at_sites(tables["unmet"], sites, "site_id"), "unmet", path)
    short = tables["standards"][tables["standards"]["outcome"] == "short"]
    write_layer(at_sites(short, sites, "subject_id"), "standards_short", path)


def link_lines(roads: RoadNetwork) -> NDArray[np.object_]:
    """(m,) a line for every directed link."""
    links = np.arange(roads.link_count)
    counts = np.diff(roads.shape_first)
    inner = np.repeat(links, counts)
    of = np.concatenate([links, inner, links])
    rank = np.concatenate([np.full(len(links), -1), np.arange(len(inner)), np.full(len(links), len(inner))])
    lon = np.concatenate([roads.lon[roads.tail], roads.shape_lon, roads.lon[roads.head]])
    lat = np.concatenate([roads.lat[roads.tail], roads.shape_lat, roads.lat[roads.head]])
    order = np.lexsort([rank, of])
    lines: NDArray[np.object_] = shapely.linestrings(np.column_stack([lon, lat])[order], indices=of[order])
    return lines


def at_sites(rows: pd.DataFrame, sites: pd.DataFrame, column: str) -> geopandas.GeoDataFrame:
    """Rows as points at the site that ``column`` names; rows that name no site are left out."""
    places = sites.set_index("site_id")[["lon", "lat"]]
    rows = rows[rows[column].isin(places.index)].reset_index(drop=True)
    at = places.loc[rows[column]]
    return geopandas.GeoDataFrame(rows, geometry=geopandas.points_from_xy(at["lon"], at["lat"]), crs=WGS84)


def _roads(roads: RoadNetwork) -> geopandas.GeoDataFrame:
    columns = {
        "link_id": roads.link_id,
        "road_class": np.array(ROAD_CLASSES)[roads.road_class],
        "surface": np.array(SURFACES)[roads.surface],
        "name": roads.texts[roads.name],
        "ref": roads.texts[roads.ref],
        "length_m": roads.length_m,
        "maxspeed_kmh": roads.maxspeed_kmh.astype(float),
        "maxweight_t": roads.maxweight_t.astype(float),
        "bridge": roads.bridge,
        "tunnel": roads.tunnel,
        "river": roads.texts[roads.river],
        "temporary": roads.texts[roads.temporary],
    }
    return geopandas.GeoDataFrame(columns, geometry=link_lines(roads), crs=WGS84)


def write_layer(layer: geopandas.GeoDataFrame, name: str, path: Path, geometry: str = "Point") -> None:
    """Write one layer of a GeoPackage; ``geometry`` is the type of all its features."""
    layer.to_file(path, layer=name, driver="GPKG", engine="pyogrio", geometry_type=geometry)
