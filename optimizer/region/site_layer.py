"""Read sites from a layer of a shapefile, GeoPackage or GeoJSON: attributes as columns, geometry as place."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import geopandas
import pandas as pd
import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from network.coordinates import from_wgs84
from network.problem import Problem
from network.words import Phrase
from optimizer.region.headings import find_heading, known_headings
from optimizer.region.raw_table import RawTable, raw_table
from optimizer.region.schema import Table
from optimizer.region.settings import RegionSettings

LAYER_SUFFIXES = (".shp", ".gpkg", ".geojson")
WGS84 = "EPSG:4326"

_NO_LAYER = (DataSourceError, DataLayerError, FieldError, GeometryError, ValueError, OSError, RuntimeError, KeyError)


def read_site_layer(path: Path, table: Table, settings: RegionSettings | None) -> tuple[RawTable | None, list[Problem]]:
    """Read the sites in one file.

    A layer states its own coordinate system; its places are handed on in the system that the region declares, as all
    other sites have it, unless the layer has columns of its own for longitude and latitude. A shape that is no point
    stands for a point inside it, and its area is the usable area where that column is empty or absent.

    Parameters
    ----------
    path : Path
    table : Table
        The sites.
    settings : RegionSettings or None
        None where they could not be read: the layer is taken as WGS-84 then.

    Returns
    -------
    RawTable or None
        Rows numbered as an attribute table shows them: the first feature is row 2.
    list of Problem
    """
    try:
        layers = pyogrio.list_layers(path)
        if len(layers) != 1:
            return None, [_problem("several_layers", path.name, layers=", ".join(map(str, layers[:, 0])))]
        layer = geopandas.read_file(path)
    except _NO_LAYER as error:
        return None, [_problem("no_layer", path.name, detail=str(error).splitlines()[0])]
    if not isinstance(layer, geopandas.GeoDataFrame) or layer.empty:
        return None, [_problem("empty_layer", path.name)]
    if layer.crs is None:
        return None, [_problem("layer_without_crs", path.name)]
    without = layer.geometry.isna() | layer.geometry.is_empty
    problems = [_problem("no_geometry", path.name, row + 2) for row in range(len(layer)) if without.iloc[row]]
    columns = _columns(layer[~without], table, cut=path.suffix == ".shp", settings=settings)
    numbers = [row + 2 for row in range(len(layer)) if not without.iloc[row]]
    raw, found = raw_table(
        path.name, [list(columns), *columns.itertuples(index=False)], table, cut=path.suffix == ".shp"
    )
    problems += [_bearable(problem) for problem in found]
    if raw is None:
        return None, problems
    return replace(raw, numbers=tuple(numbers[number - 2] for number in raw.numbers)), problems


def _bearable(problem: Problem) -> Problem:
    """Every GIS adds attributes of its own: one that looks like no column of ours is left out with a warning."""
    foreign = problem.what.key == "optimizer.tables.foreign_column"
    return replace(problem, severity="warning") if foreign else problem


def _columns(
    layer: geopandas.GeoDataFrame, table: Table, *, cut: bool, settings: RegionSettings | None
) -> pd.DataFrame:
    """Give the attributes, with what the geometry tells added."""
    known = known_headings(table)
    columns = pd.DataFrame(layer.drop(columns=layer.geometry.name)).astype(object)
    columns = columns.where(columns.notna(), None)
    meant = {}
    for name in columns.columns:
        heading = find_heading(str(name), table, known, cut=cut)
        meant[heading.column if heading else str(name)] = name
    if not {"lon", "lat"} <= set(meant):
        columns = columns.drop(columns=[meant[name] for name in ("lon", "lat") if name in meant])
        points = layer.geometry.representative_point().to_crs(WGS84)
        system = settings.coordinates if settings else "wgs84"
        columns["lon"], columns["lat"] = from_wgs84(points.x.to_numpy(), points.y.to_numpy(), system)
    areas = _areas_m2(layer)
    if (areas > 0).any():
        area = meant.setdefault("usable_area_m2", "usable_area_m2")
        stated = columns[area] if area in columns else pd.Series(None, index=columns.index, dtype=object)
        empty = stated.isna() | (stated.astype(str).str.strip() == "")
        columns[area] = stated.where(~empty | (areas == 0), areas.round(1))
    return columns


def _areas_m2(layer: geopandas.GeoDataFrame) -> pd.Series:
    """Area of each shape in m², 0 for points and lines."""
    return pd.Series(layer.to_crs(layer.estimate_utm_crs()).area, index=layer.index)


def _problem(words: str, file: str, row: int | None = None, **values: object) -> Problem:
    what = Phrase(f"optimizer.tables.{words}", **values)
    return Problem(what, Phrase(f"optimizer.tables.{words}_mend", **values), file, row)
