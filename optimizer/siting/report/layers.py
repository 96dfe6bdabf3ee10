"""``siting.gpkg``: the siting as layers for QGIS, in WGS-84."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import shapely

from optimizer.report.geopackage import WGS84, at_sites, write_layer
from optimizer.siting.siting import Siting


def write_siting_layers(siting: Siting, path: Path) -> None:
    """Write the layers ``sites``, ``places`` and ``served``, a line from each place to who serves it."""
    sites, tables = siting.region.sites, siting.tables
    write_layer(at_sites(tables["sites"], sites, "site_id"), "sites", path)
    write_layer(at_sites(tables["coverage"], sites, "site_id"), "places", path)
    served = tables["allocation"][tables["allocation"]["server_id"] != ""].reset_index(drop=True)
    spot = sites.set_index("site_id")[["lon", "lat"]]
    ends = np.stack([spot.loc[served[column]].to_numpy(dtype=float) for column in ("server_id", "site_id")], axis=1)
    lines = geopandas.GeoDataFrame(served, geometry=shapely.linestrings(ends), crs=WGS84)
    write_layer(lines, "served", path, "LineString")
