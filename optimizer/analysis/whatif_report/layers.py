"""``whatif.gpkg``: the what-if as layers for QGIS, in WGS-84."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd
import shapely

from network.roads import ROAD_CLASSES
from optimizer.analysis.whatif import WhatIf
from optimizer.report.geopackage import WGS84, at_sites, write_layer


def write_layers(found: WhatIf, path: Path) -> None:
    """Write the layers ``sites``, ``isolated``, ``closed_links``, ``routes``, ``landing_ways`` and ``broken``."""
    sites, alone = found.region.sites, found.tables["isolated"]
    write_layer(at_sites(found.tables["sites"], sites, "site_id"), "sites", path)
    write_layer(at_sites(alone.drop(columns="landing_wkt"), sites, "site_id"), "isolated", path)
    write_layer(_links(found), "closed_links", path, "LineString")
    write_layer(_lines(found.tables["routes"], "wkt"), "routes", path, "LineString")
    ways = alone.loc[
        alone["landing_wkt"] != "", ["site_id", "landing_site_id", "landing_km", "landing_min", "landing_wkt"]
    ]
    write_layer(_lines(ways, "landing_wkt"), "landing_ways", path, "LineString")
    broken = found.tables["standards"]
    write_layer(at_sites(broken[broken["breaks"]], sites, "subject_id"), "broken", path)


def _links(found: WhatIf) -> geopandas.GeoDataFrame:
    roads = found.region.roads
    links = np.flatnonzero(found.closed | found.slowed | found.opened)
    columns = {
        "link_id": roads.link_id[links],
        "effect": np.select([found.closed[links], found.slowed[links]], ["closed", "slowed"], "opened"),
        "road_class": np.array(ROAD_CLASSES)[roads.road_class[links]],
        "name": roads.texts[roads.name[links]],
        "ref": roads.texts[roads.ref[links]],
        "length_m": roads.length_m[links],
        "bridge": roads.bridge[links],
        "tunnel": roads.tunnel[links],
    }
    return geopandas.GeoDataFrame(columns, geometry=roads.link_lines[links], crs=WGS84)


def _lines(rows: pd.DataFrame, column: str) -> geopandas.GeoDataFrame:
    """Rows as lines, which stand in ``column`` as WKT."""
    lines = shapely.from_wkt(rows[column].replace("", None).to_numpy(dtype=object))
    return geopandas.GeoDataFrame(rows.drop(columns=column), geometry=lines, crs=WGS84)
