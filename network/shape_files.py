"""Layers of shapes as map programs write them: GeoJSON, shapefile, GeoPackage."""

from __future__ import annotations

import math
from difflib import get_close_matches
from functools import lru_cache
from pathlib import Path

import geopandas
import pyogrio
import pyogrio.errors
import pyproj.exceptions
import shapely
from shapely.geometry.base import BaseGeometry

from network.problem import Problem, ProblemsError
from network.words import Phrase

MOST_BYTES = 500_000_000
"""A larger layer is to be cut down first."""

SHAPE_FILE_ENDINGS = (".geojson", ".json", ".shp", ".gpkg")

_AREAS = ("Polygon", "MultiPolygon", "GeometryCollection")


def read_shapes(path: Path, said: str, layer: str | None = None, *, areas_alone: bool = True) -> BaseGeometry:
    """Join the shapes of one layer.

    Parameters
    ----------
    path : Path
    said : str
        What the planner calls it.
    layer : str, optional
        Which one; needed where there are several.
    areas_alone : bool
        Polygons only; else lines and points too.

    Returns
    -------
    shapely geometry
        WGS-84 degrees.

    Raises
    ------
    ProblemsError
        The file is missing, damaged or of another kind, has no such layer, or no such shapes.
    """
    try:
        missing = not path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        missing = True
    if missing:
        raise shape_problem("file_missing", file=said)
    if path.stat().st_size > MOST_BYTES:
        raise shape_problem("file_large", file=said, most=MOST_BYTES // 1_000_000)
    if path.suffix.lower() not in SHAPE_FILE_ENDINGS:
        raise shape_problem("file_kind", file=said, endings=", ".join(SHAPE_FILE_ENDINGS))
    changed = path.stat().st_mtime_ns
    names = _layers(path, changed)
    if layer is not None and names and layer not in names:
        close = get_close_matches(layer, names, n=3) or list(names)
        raise shape_problem("no_layer", file=said, layer=layer, layers=", ".join(close))
    if layer is None and len(names) > 1:
        raise shape_problem("several_layers", file=said, layers=", ".join(names))
    drawn = _drawn(path, layer, areas_alone, changed)
    if isinstance(drawn, str):
        raise shape_problem(drawn, file=said)
    return drawn


def shape_problem(entry: str, *, shown: object = None, **values: object) -> ProblemsError:
    """Tell one problem of a shape in the words of its catalogue."""
    what, mend = Phrase(f"network.shapes.{entry}", **values), Phrase(f"network.shapes.{entry}_mend", **values)
    return ProblemsError([Problem(what, mend, value=shown)])


@lru_cache(maxsize=64)
def _layers(path: Path, _changed_ns: int) -> tuple[str, ...]:
    """Names of the layers of a file; none where it cannot be read."""
    try:
        return tuple(str(name) for name, _ in pyogrio.list_layers(path))
    except (pyogrio.errors.DataSourceError, OSError, ValueError):
        return ()


@lru_cache(maxsize=64)
def _drawn(path: Path, layer: str | None, areas_alone: bool, _changed_ns: int) -> BaseGeometry | str:
    """Join the shapes of a layer in WGS-84, or name what is wrong with it; read again when it changed."""
    try:
        read = geopandas.read_file(path, engine="pyogrio", layer=layer)
        read = read.to_crs("EPSG:4326") if getattr(read, "crs", None) is not None else read
    except (pyogrio.errors.DataSourceError, pyproj.exceptions.ProjError, OSError, ValueError):
        return "file_unreadable"
    lacking = "file_no_area" if areas_alone else "file_no_shape"
    if "geometry" not in read:
        return lacking
    shapes = read.geometry.dropna()
    shapes = shapes[shapes.geom_type.isin(_AREAS)] if areas_alone else shapes
    drawn = shapely.union_all(shapely.make_valid(shapes.to_numpy()))
    if drawn.is_empty or (areas_alone and not drawn.area):
        return lacking
    west, south, east, north = drawn.bounds
    on_earth = math.isfinite(west) and west >= -180 and east <= 180 and south >= -90 and north <= 90
    return drawn if on_earth else "file_projected"
