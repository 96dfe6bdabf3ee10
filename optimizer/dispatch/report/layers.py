"""``dispatch.gpkg``: the orders as layers for QGIS, in WGS-84."""

from __future__ import annotations

from pathlib import Path

import geopandas
import numpy as np
import pandas as pd

from network.roads import ROAD_CLASSES
from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.report.clock import Clock
from optimizer.dispatch.report.ground import closed_roads, lines_between, spots, way_lines
from optimizer.report.geopackage import WGS84, at_sites, write_layer

TIMES = ("depart", "arrive", "start", "finish", "deadline", "first", "last", "from", "opens")
"""Minutes beside which the layers tell the time of the clock."""


def write_dispatch_layers(dispatch: Dispatch, path: Path) -> None:
    """Write ``places``, ``ways`` (a line a leg), ``closed_links``, ``tasks``, ``requests``, ``cut_off``, ``evacuees``.

    All are in the form of the tables of the same name, with times of the clock beside minutes.
    """
    spot = spots(dispatch).reset_index(names="site_id")
    for name in ("places", "tasks", "requests", "cut_off"):
        layer = at_sites(_timed(dispatch, dispatch.tables[name]), spot, "place_id")
        write_layer(layer, name, path)
    write_layer(_legs(dispatch), "ways", path, "LineString")
    write_layer(_closed(dispatch), "closed_links", path, "LineString")
    evacuees = _timed(dispatch, dispatch.tables["evacuees"])
    lines = lines_between(dispatch, evacuees["place_id"], evacuees["shelter_id"])
    write_layer(geopandas.GeoDataFrame(evacuees, geometry=lines, crs=WGS84), "evacuees", path, "LineString")


def _legs(dispatch: Dispatch) -> geopandas.GeoDataFrame:
    """Every leg that has a way, with its carrier and times."""
    legs = dispatch.tables["legs"]
    known = dispatch.tables["ways"][["way_id", "length_km", "by_way_of"]]
    legs = legs[legs["way_id"] != ""].merge(known, on="way_id", how="left")
    lines = way_lines(dispatch).reindex(legs["way_id"]).to_numpy(dtype=object)
    return geopandas.GeoDataFrame(_timed(dispatch, legs), geometry=lines, crs=WGS84)


def _closed(dispatch: Dispatch) -> geopandas.GeoDataFrame:
    roads, rows = dispatch.region.roads, closed_roads(dispatch)
    links = rows["link"].to_numpy(dtype=np.int64)
    columns = {
        "closure": rows["closure"].astype(str),
        "link_id": roads.link_id[links],
        "from_min": rows["from_min"].astype(float),
        "opens_min": rows["opens_min"].astype(float),
        "road_class": np.array(ROAD_CLASSES)[roads.road_class[links]],
        "name": roads.texts[roads.name[links]],
        "ref": roads.texts[roads.ref[links]],
        "bridge": roads.bridge[links],
        "tunnel": roads.tunnel[links],
    }
    return geopandas.GeoDataFrame(_timed(dispatch, pd.DataFrame(columns)), geometry=roads.link_lines[links], crs=WGS84)


def _timed(dispatch: Dispatch, rows: pd.DataFrame) -> pd.DataFrame:
    """Rows with the time of the clock, as text that sorts, beside every minute."""
    clock = Clock(dispatch.incident.form.began)
    known = [name for name in TIMES if f"{name}_min" in rows]
    return rows.assign(**{f"{name}_time": [*map(clock.full, rows[f"{name}_min"])] for name in known})
