"""Files of closures: YAML, or GeoJSON whose shapes come from a map.

A GeoJSON feature is one closure: its properties are the closure's fields, and its geometry, if it has one, is where: a
polygon as it is, a point with ``radius_m``, a line with ``buffer_m``. What a map program writes for an empty cell is
left out, several values in one cell are parted by ``;``, and its own ``fid`` is passed over.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import shapely
import yaml
from pydantic import ValidationError, field_validator

from network.closures import Closure
from network.forms import Form, mistake, problems_of
from network.problem import Problem, ProblemsError
from network.words import Phrase

YAML_ENDINGS = (".yaml", ".yml")
GEOJSON_ENDINGS = (".geojson", ".json")

MOST_BYTES = {**dict.fromkeys(YAML_ENDINGS, 2 * 2**20), **dict.fromkeys(GEOJSON_ENDINGS, 32 * 2**20)}
"""No planner's list is longer; a larger file is another one, and would hold the program up for minutes."""

_LISTS = ("links", "ways", "classes", "temporary", "vehicle_classes")
_DEGREES = ("CRS84", "4326", "4490", "4979")
"""Coordinate systems in degrees, as far as closures go all equal to WGS-84."""


class ClosureFile(Form):
    """The content of a ``--closures`` file."""

    schema_version: int = 1
    closures: tuple[Closure, ...]

    @field_validator("closures")
    @classmethod
    def _some(cls, closures: tuple[Closure, ...]) -> tuple[Closure, ...]:
        # A least length would be reported too where there are closures, all of them wrong.
        if not closures:
            raise mistake("network.closures.none")
        return closures


def read_closures(path: Path) -> tuple[Closure, ...]:
    """Read a YAML file ``closures: [...]``, or a GeoJSON FeatureCollection.

    Raises
    ------
    ProblemsError
        Every mistake in the file, with its place; the file is missing, too large, or of another kind.
    """
    path = Path(path)
    text = _text(path)
    if path.suffix.lower() in GEOJSON_ENDINGS:
        return _from_geojson(text, path.name)
    try:
        return ClosureFile.model_validate(yaml.safe_load(text)).closures
    except ValidationError as error:
        raise ProblemsError(problems_of(error, path.name)) from error
    # A date that does not exist and a number without end are no YAML errors, but plain ones.
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        mark = getattr(error, "problem_mark", None)
        detail = getattr(error, "problem", None) or type(error).__name__
        row = mark.line + 1 if mark else None
        raise _problem("network.forms.yaml_broken", path.name, row=row, detail=detail) from error


def _text(path: Path) -> str:
    """Read a file of a known kind and bearable size."""
    try:
        size = path.stat().st_size if path.is_file() else None
        if size is None:
            raise _problem("network.forms.file_missing", path.name)
        most = MOST_BYTES.get(path.suffix.lower())
        if most is None:
            raise _problem("network.closures.file_kind", path.name, endings=", ".join(MOST_BYTES))
        if size > most:
            raise _problem("network.closures.file_large", path.name, size=_megabytes(size), most=_megabytes(most))
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise _problem("network.forms.file_encoding", path.name) from error
    except OSError as error:
        raise _problem("network.closures.file_unreadable", path.name, detail=error.strerror) from error


def _megabytes(size: int) -> str:
    return f"{size / 2**20:.1f}"


def _from_geojson(text: str, file: str) -> tuple[Closure, ...]:
    """Read each feature as a closure; tell the problems of all at once."""
    try:
        content = json.loads(text)
    except (ValueError, RecursionError) as error:
        row, detail = getattr(error, "lineno", None), getattr(error, "msg", type(error).__name__)
        raise _problem("network.closures.json_broken", file, row=row, detail=detail) from error
    features = content.get("features") if isinstance(content, dict) else None
    if not isinstance(features, list) or content.get("type") != "FeatureCollection":
        raise _problem("network.closures.no_collection", file)
    if not features:
        raise _problem("network.closures.none", file, column="features")
    if not _in_degrees(content.get("crs")):
        raise _problem("network.closures.projected", file, column="crs")
    closures: list[Closure] = []
    problems: list[Problem] = []
    for number, feature in enumerate(features, start=1):
        place = f"features[{number}]"
        try:
            closures.append(Closure.model_validate(_fields(feature)))
        except ValidationError as error:
            problems += _within_feature(problems_of(error, file), f"{place}.properties")
        except _FeatureError as error:
            problems += _problem(error.key, file, column=f"{place}.geometry").problems
    if problems:
        raise ProblemsError(problems)
    return tuple(closures)


class _FeatureError(Exception):
    """What is wrong with a feature's geometry, as a key of the catalogue."""

    def __init__(self, key: str) -> None:
        self.key = key


def _in_degrees(crs: object) -> bool:
    """Whether the coordinates are degrees; GeoJSON's are, unless an older file says otherwise."""
    return crs is None or any(f":{name}'" in str(crs).replace('"', "'") for name in _DEGREES)


def _within_feature(problems: list[Problem], place: str) -> Iterator[Problem]:
    for problem in problems:
        yield replace(problem, column=f"{place}.{problem.column}" if problem.column else place)


def _fields(feature: object) -> dict[str, Any]:
    """Give a feature's properties and geometry as the fields of a closure."""
    if not isinstance(feature, Mapping) or not isinstance(feature.get("properties"), Mapping):
        raise _FeatureError("network.closures.no_properties")
    given = {key: value for key, value in feature["properties"].items() if value not in (None, "") and key != "fid"}
    for name in _LISTS:
        if isinstance(given.get(name), str):
            given[name] = [part.strip() for part in given[name].replace("；", ";").split(";") if part.strip()]
    if feature.get("geometry") is None:
        return given
    if "within" in given:
        raise _FeatureError("network.closures.two_places")
    radius, buffer = given.pop("radius_m", None), given.pop("buffer_m", None)
    return given | {"within": _shape(feature["geometry"], radius, buffer)}


def _shape(written: object, radius: object, buffer: object) -> dict[str, Any]:
    """Give a geometry as the fields of a shape."""
    try:
        drawn = shapely.from_geojson(json.dumps(written))
    except (shapely.GEOSException, ValueError, TypeError) as error:
        raise _FeatureError("network.closures.geometry_broken") from error
    if drawn is None or drawn.is_empty:
        raise _FeatureError("network.closures.geometry_broken")
    if radius is not None and drawn.geom_type == "Point":
        return {"around": {"lon": drawn.x, "lat": drawn.y, "radius_m": radius}, "buffer_m": buffer}
    if radius is not None:
        raise _FeatureError("network.closures.radius_misplaced")
    return {"wkt": shapely.to_wkt(drawn, rounding_precision=9), "buffer_m": buffer}


def _problem(
    key: str, file: str, *, row: int | None = None, column: str | None = None, **values: object
) -> ProblemsError:
    what, mend = Phrase(key, **values), Phrase(f"{key}_mend", **values)
    return ProblemsError([Problem(what, mend, file=file, row=row, column=column)])
