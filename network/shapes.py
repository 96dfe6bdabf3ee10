"""Areas as planners give them: one vocabulary for closures, scenario selectors and ``--within``.

All coordinates are WGS-84 degrees, longitude first. Files may carry another coordinate system, which they have to name.
"""

from __future__ import annotations

import math
from functools import lru_cache
from pathlib import Path

import geopandas
import numpy as np
import pyogrio.errors
import pyproj.exceptions
import shapely
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pyproj import Geod
from shapely.geometry.base import BaseGeometry

from network.forms import Form, mistake
from network.problem import Problem, ProblemsError
from network.words import Phrase

AREA_FILE_ENDINGS = (".geojson", ".json", ".shp", ".gpkg")

_WGS84 = Geod(ellps="WGS84")
_CIRCLE_CORNERS = 360
_LEAST_AREA = 1e-12
"""Square degrees, about 0.01 m²: corners that close together, or in one line but for rounding."""


class Circle(Form):
    """All within ``radius_m`` of a point, over the ground."""

    lon: float
    lat: float
    radius_m: float = Field(gt=0, le=500_000)

    @model_validator(mode="after")
    def _on_earth(self) -> Circle:
        _check_point(self.lon, self.lat)
        return self


class Shape(Form):
    """An area, given in exactly one of four ways.

    ``bbox: [west, south, east, north]``; ``polygon: [[lon, lat], …]``; ``around: {lon, lat, radius_m}``;
    ``file: area.geojson``, relative to the folder that holds the form.
    """

    bbox: tuple[float, float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    around: Circle | None = None
    file: str | None = None

    @field_validator("bbox")
    @classmethod
    def _box(cls, bbox: tuple[float, float, float, float] | None) -> tuple[float, float, float, float] | None:
        if bbox is not None:
            _check_box(*bbox)
        return bbox

    @field_validator("polygon")
    @classmethod
    def _corners(cls, polygon: tuple[tuple[float, float], ...] | None) -> tuple[tuple[float, float], ...] | None:
        for lon, lat in polygon or ():
            _check_point(lon, lat)
        if polygon is not None and (len(set(polygon)) < 3 or shapely.Polygon(polygon).convex_hull.area < _LEAST_AREA):
            raise mistake("network.shapes.corners")
        return polygon

    @model_validator(mode="after")
    def _exactly_one(self) -> Shape:
        if sum(way is not None for way in (self.bbox, self.polygon, self.around, self.file)) != 1:
            raise mistake("network.shapes.one")
        return self


def geometry(shape: Shape, folder: Path | None = None) -> BaseGeometry:
    """Draw a shape.

    Parameters
    ----------
    shape : Shape
    folder : Path, optional
        Where ``file`` is looked for, and may not leave; the current folder if not given.

    Returns
    -------
    shapely geometry
        Polygons in WGS-84 degrees.

    Raises
    ------
    ProblemsError
        The shape's file is missing, outside the folder, or holds no area.
    """
    if shape.bbox is not None:
        return shapely.box(*shape.bbox)
    if shape.polygon is not None:
        return shapely.make_valid(shapely.Polygon(shape.polygon))
    if shape.around is not None:
        return _circle(shape.around)
    assert shape.file is not None
    home = (folder or Path()).resolve()
    path = (home / shape.file).resolve()
    if not path.is_relative_to(home):
        raise _problem("file_outside", file=shape.file)
    return _read_area(path, shape.file)


def contains(shape: Shape, lon: ArrayLike, lat: ArrayLike, folder: Path | None = None) -> NDArray[np.bool_]:
    """Which points lie in a shape or on its edge.

    Parameters
    ----------
    shape : Shape
    lon, lat : (k,) float
        WGS-84 degrees; a point without coordinates (NaN) lies nowhere.
    folder : Path, optional
        As in :func:`geometry`.

    Returns
    -------
    (k,) bool
    """
    area = geometry(shape, folder)
    shapely.prepare(area)
    east, north = np.asarray(lon, dtype=np.float64), np.asarray(lat, dtype=np.float64)
    inside: NDArray[np.bool_] = np.asarray(shapely.intersects_xy(area, east, north))
    return inside


def parse_area(text: str) -> BaseGeometry:
    """Read what ``--within`` was given.

    Parameters
    ----------
    text : str
        ``west,south,east,north`` in WGS-84 degrees, or the path of a GeoJSON, shapefile or GeoPackage of polygons.

    Raises
    ------
    ProblemsError
        Told in the planner's words.
    """
    parts = [_number(part) for part in text.replace("，", ",").split(",")]
    if all(part is None for part in parts):
        return _read_area(Path(text), text)
    sides = [part for part in parts if part is not None]
    if len(sides) != 4 or len(parts) != 4:
        raise _problem("four", shown=text)
    west, south, east, north = sides
    try:
        _check_box(west, south, east, north)
    except PydanticCustomError as error:
        words, values = str(error.type).removeprefix("network.shapes."), dict(error.context or {})
        raise _problem(words, shown=text, **values) from error
    return shapely.box(west, south, east, north)


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None


def _check_point(lon: float, lat: float) -> None:
    """Refuse what is no point on Earth, and say so when the two seem swapped."""
    if abs(lat) > 90 and abs(lat) <= 180 and abs(lon) <= 90:
        raise mistake("network.shapes.swapped", lat=lat)
    if not (abs(lon) <= 180 and abs(lat) <= 90):
        raise mistake("network.shapes.range", lon=lon, lat=lat)


def _check_box(west: float, south: float, east: float, north: float) -> None:
    """Refuse a box that is off the Earth or turned round."""
    _check_point(west, south)
    _check_point(east, north)
    if not (west < east and south < north):
        raise mistake("network.shapes.order", west=west, south=south, east=east, north=north)


def _circle(circle: Circle) -> BaseGeometry:
    """Draw a circle over the ground, through so many corners that it is true to 0.004 %."""
    azimuth = np.linspace(0.0, 360.0, _CIRCLE_CORNERS, endpoint=False)
    start = np.full(_CIRCLE_CORNERS, circle.lon), np.full(_CIRCLE_CORNERS, circle.lat)
    lon, lat, _ = _WGS84.fwd(*start, azimuth, np.full(_CIRCLE_CORNERS, circle.radius_m))
    return shapely.Polygon(np.column_stack([lon, lat]))


def _read_area(path: Path, said: str) -> BaseGeometry:
    """Read the polygons of a file; ``said`` is what the planner calls it."""
    if not path.is_file():
        raise _problem("file_missing", file=said)
    if path.suffix.lower() not in AREA_FILE_ENDINGS:
        raise _problem("file_kind", file=said, endings=", ".join(AREA_FILE_ENDINGS))
    area = _polygons(path, path.stat().st_mtime_ns)
    if isinstance(area, str):
        raise _problem(area, file=said)
    return area


@lru_cache(maxsize=64)
def _polygons(path: Path, _changed_ns: int) -> BaseGeometry | str:
    """Join the polygons of a file in WGS-84, or name what is wrong with it; read again when it changed."""
    try:
        layer = geopandas.read_file(path, engine="pyogrio")
        layer = layer.to_crs("EPSG:4326") if getattr(layer, "crs", None) is not None else layer
    except (pyogrio.errors.DataSourceError, pyproj.exceptions.ProjError, OSError, ValueError):
        return "file_unreadable"
    if "geometry" not in layer:
        return "file_no_area"
    shapes = layer.geometry.dropna()
    shapes = shapes[shapes.geom_type.isin(["Polygon", "MultiPolygon", "GeometryCollection"])]
    area = shapely.union_all(shapely.make_valid(shapes.to_numpy()))
    if not area.area:
        return "file_no_area"
    west, south, east, north = area.bounds
    on_earth = math.isfinite(west) and west >= -180 and east <= 180 and south >= -90 and north <= 90
    return area if on_earth else "file_projected"


def _problem(entry: str, *, shown: object = None, **values: object) -> ProblemsError:
    what, mend = Phrase(f"network.shapes.{entry}", **values), Phrase(f"network.shapes.{entry}_mend", **values)
    return ProblemsError([Problem(what, mend, value=shown)])
