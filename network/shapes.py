"""Areas as planners give them: one vocabulary for closures, scenario selectors and ``--within``.

All coordinates are WGS-84 degrees, longitude first. Files may carry another coordinate system, which they have to name.
"""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Self

import numpy as np
import shapely
from numpy.typing import ArrayLike, NDArray
from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError
from pyproj import CRS, Geod, Transformer
from shapely.geometry.base import BaseGeometry

from network.forms import Form, PlainText, mistake
from network.shape_files import read_shapes, shape_problem

_WGS84 = Geod(ellps="WGS84")
_CIRCLE_CORNERS = 360
_LEAST_AREA = 1e-12
"""Square degrees, about 0.01 m²: corners that close together, or in one line but for rounding."""


class Point(Form):
    """A point on the ground."""

    lon: float
    lat: float

    @model_validator(mode="after")
    def _on_earth(self) -> Self:
        _check_point(self.lon, self.lat)
        return self


class Circle(Point):
    """All within ``radius_m`` of a point, over the ground."""

    radius_m: float = Field(gt=0, le=500_000)


class Shape(Form):
    """An area, given in exactly one of five ways.

    ``bbox: [west, south, east, north]``; ``polygon: [[lon, lat], …]``; ``around: {lon, lat, radius_m}``;
    ``wkt: "POLYGON ((…))"``; ``file: area.geojson``, relative to the folder that holds the form, and of a file of
    several layers one ``layer``. With ``buffer_m`` all within so many metres of it, over the ground; so lines and
    points have an area too.
    """

    bbox: tuple[float, float, float, float] | None = None
    polygon: tuple[tuple[float, float], ...] | None = None
    around: Circle | None = None
    wkt: PlainText | None = None
    file: str | None = None
    layer: PlainText | None = None
    buffer_m: float | None = Field(default=None, gt=0, le=100_000)

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

    @field_validator("wkt")
    @classmethod
    def _drawable(cls, wkt: str | None) -> str | None:
        if wkt is None:
            return None
        try:
            drawn = shapely.from_wkt(wkt, on_invalid="ignore")
        except NotImplementedError:  # arcs
            drawn = None
        if drawn is None or drawn.is_empty:
            raise mistake("network.shapes.wkt_broken")
        corners = shapely.get_coordinates(drawn)
        if not np.isfinite(corners).all():
            raise mistake("network.shapes.wkt_broken")
        # One corner with longitude and latitude swapped tells enough.
        for corner in corners[np.abs(corners[:, 1]).argmax()], corners[np.abs(corners[:, 0]).argmax()]:
            _check_point(*corner.tolist())
        return wkt

    @model_validator(mode="after")
    def _exactly_one(self) -> Shape:
        if sum(way is not None for way in (self.bbox, self.polygon, self.around, self.wkt, self.file)) != 1:
            raise mistake("network.shapes.one")
        if self.layer is not None and self.file is None:
            raise mistake("network.shapes.layer_of_no_file")
        if self.wkt is not None and self.buffer_m is None and not shapely.from_wkt(self.wkt).area:
            raise mistake("network.shapes.no_area")
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
    drawn = _drawn(shape, folder)
    return drawn if shape.buffer_m is None else _buffered(drawn, shape.buffer_m)


def _drawn(shape: Shape, folder: Path | None) -> BaseGeometry:
    """Draw a shape without what lies around it."""
    if shape.bbox is not None:
        return shapely.box(*shape.bbox)
    if shape.polygon is not None:
        return shapely.make_valid(shapely.Polygon(shape.polygon))
    if shape.around is not None:
        return _circle(shape.around)
    if shape.wkt is not None:
        return shapely.make_valid(shapely.from_wkt(shape.wkt))
    assert shape.file is not None
    home = (folder or Path()).resolve()
    try:
        path = (home / shape.file).resolve()
    except (OSError, ValueError) as error:  # a name that no file can have
        raise shape_problem("file_missing", file=shape.file) from error
    if not path.is_relative_to(home):
        raise shape_problem("file_outside", file=shape.file)
    return read_shapes(path, shape.file, shape.layer, areas_alone=shape.buffer_m is None)


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


@lru_cache(maxsize=64)
def plane_around(lon: float, lat: float) -> Transformer:
    """Give the way to a plane, in metres, on which distances from the point are true."""
    plane = CRS.from_proj4(f"+proj=aeqd +lon_0={lon} +lat_0={lat} +ellps=WGS84 +units=m")
    return Transformer.from_crs("EPSG:4326", plane, always_xy=True)


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
        return read_shapes(Path(text), text)
    sides = [part for part in parts if part is not None]
    if len(sides) != 4 or len(parts) != 4:
        raise shape_problem("four", shown=text)
    west, south, east, north = sides
    try:
        _check_box(west, south, east, north)
    except PydanticCustomError as error:
        words, values = str(error.type).removeprefix("network.shapes."), dict(error.context or {})
        raise shape_problem(words, shown=text, **values) from error
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


def _buffered(drawn: BaseGeometry, buffer_m: float) -> BaseGeometry:
    """All within ``buffer_m`` of a shape, measured on a map whose middle is the shape's."""
    west, south, east, north = drawn.bounds
    there = plane_around((west + east) / 2, (south + north) / 2)
    wide = shapely.buffer(shapely.transform(drawn, there.transform, interleaved=False), buffer_m)
    back: BaseGeometry = shapely.transform(
        wide, lambda x, y: there.transform(x, y, direction="INVERSE"), interleaved=False
    )
    return back
