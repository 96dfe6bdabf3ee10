"""Areas in every form a planner may give them, and what is said of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import Geod

from network.forms import problems_of
from network.problem import ProblemsError
from network.shapes import Shape, contains, geometry, parse_area

SQUARE = [[106.5, 29.6], [106.7, 29.6], [106.7, 29.8], [106.5, 29.8]]


def layer(*shapes: shapely.Geometry, crs: str | None = "EPSG:4326") -> geopandas.GeoDataFrame:
    return geopandas.GeoDataFrame({"kind": ["area"] * len(shapes)}, geometry=list(shapes), crs=crs)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The square as every kind of file, and files that are none, in ``region``; one file beside it."""
    home = tmp_path / "region"
    home.mkdir()
    square = layer(shapely.Polygon(SQUARE))
    for name in ("area.geojson", "area.shp", "area.gpkg"):
        square.to_file(home / name)
    square.to_crs("EPSG:4547").to_file(home / "projected.gpkg")
    square.to_file(tmp_path / "beside.geojson")
    layer(shapely.Point(106.6, 29.7)).to_file(home / "point.geojson")
    layer(shapely.box(500_000, 3_280_000, 510_000, 3_290_000)).to_file(home / "metres.shp")
    (home / "metres.prj").unlink()
    (home / "empty.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": []}))
    (home / "words.geojson").write_text("flooded area")
    (home / "list.json").write_text("[1, 2]")
    road = shapely.LineString([[106.5, 29.7], [106.7, 29.7]])
    for name, shape in (("淹没", shapely.Polygon(SQUARE)), ("封路", road)):
        layer(shape).to_file(home / "event.gpkg", layer=name)
    layer(road).to_file(home / "road.shp")
    (home / "area.dwg").write_bytes(b"AC1027")
    return home


@pytest.mark.parametrize(
    "given_as",
    [
        {"bbox": [106.5, 29.6, 106.7, 29.8]},
        {"polygon": SQUARE},
        {"polygon": [*SQUARE, SQUARE[0]]},
        {"file": "area.geojson"},
        {"file": "area.shp"},
        {"file": "area.gpkg"},
        {"file": "projected.gpkg"},
        {"file": "./area.geojson"},
        {"file": "area.gpkg", "layer": "area"},
        {"file": "event.gpkg", "layer": "淹没"},
        {"wkt": "POLYGON ((106.5 29.6, 106.7 29.6, 106.7 29.8, 106.5 29.8, 106.5 29.6))"},
    ],
)
def test_the_same_square_in_every_form(folder: Path, given_as: dict) -> None:
    shape = Shape(**given_as)
    difference = geometry(shape, folder).symmetric_difference(shapely.Polygon(SQUARE))
    # A side that is straight on a map projection bends by some metres in degrees.
    assert difference.area == pytest.approx(0, abs=1e-7)
    lon, lat = [106.6, 106.7, 106.71, np.nan], [29.7, 29.7, 29.7, 29.7]
    inside = contains(shape, lon, lat, folder)
    assert inside.dtype == bool
    # The second point lies on the edge, which a projected file's rounding may move.
    assert inside[[0, 2, 3]].tolist() == [True, False, False]
    if given_as.get("file") != "projected.gpkg":
        assert inside[1]


@given(
    lon=st.floats(73, 135),
    lat=st.floats(18, 53),
    radius_m=st.floats(10, 20_000),
    azimuth=st.floats(0, 360),
    share=st.one_of(st.floats(0, 0.999), st.floats(1.001, 3)),
)
def test_a_circle_is_measured_over_the_ground(
    lon: float, lat: float, radius_m: float, azimuth: float, share: float
) -> None:
    there = Geod(ellps="WGS84").fwd(lon, lat, azimuth, radius_m * share)
    shape = Shape(around={"lon": lon, "lat": lat, "radius_m": radius_m})
    assert contains(shape, there[0], there[1]) == (share < 1)


@pytest.mark.parametrize(
    "given_as",
    [
        {"file": "road.shp"},
        {"file": "event.gpkg", "layer": "封路"},
        {"wkt": "LINESTRING (106.5 29.7, 106.7 29.7)"},
    ],
)
def test_all_within_some_metres_of_a_road(folder: Path, given_as: dict) -> None:
    shape = Shape(**given_as, buffer_m=200)
    geod = Geod(ellps="WGS84")
    # A line that is straight in degrees bends on the ground, at 10 km from its middle by 2 m.
    for east, slack in ((106.6, 0.5), (106.52, 3)):
        for metres in (200 - slack, slack - 200, 200 + slack, -slack - 200):
            lon, lat, _ = geod.fwd(east, 29.7, 0, metres)
            assert contains(shape, lon, lat, folder) == (abs(metres) < 200), (east, metres)
    beyond_the_end = geod.fwd([106.5, 106.5], [29.7, 29.7], [270, 270], [199, 201])
    assert contains(shape, beyond_the_end[0], beyond_the_end[1], folder).tolist() == [True, False]


def test_an_area_may_be_widened(folder: Path) -> None:
    north = Geod(ellps="WGS84").fwd(106.6, 29.8, 0, 90)
    for given_as in ({"bbox": [106.5, 29.6, 106.7, 29.8]}, {"polygon": SQUARE}, {"file": "area.shp"}):
        assert not contains(Shape(**given_as), north[0], north[1], folder)
        assert contains(Shape(**given_as, buffer_m=100), north[0], north[1], folder)


@pytest.mark.parametrize(
    ("given_as", "words"),
    [
        ({}, "exactly one"),
        ({"bbox": [1, 1, 2, 2], "layer": "a"}, "layer goes with file only"),
        ({"wkt": "POLYGON ((1 1, 2 2))"}, "wkt is broken"),
        ({"wkt": "POLYGON EMPTY"}, "wkt is broken"),
        ({"wkt": "CIRCULARSTRING (1 1, 2 2, 3 1)"}, "wkt is broken"),
        ({"wkt": "LINESTRING (1 1, 2 2)"}, "points and lines have no area"),
        ({"wkt": "LINESTRING (29.7 106.6, 29.8 106.7)", "buffer_m": 5}, "swapped"),
        ({"wkt": "POINT (106.6 29.7)", "buffer_m": 0}, "too small"),
        ({"wkt": "POINT (1066 29.7)", "buffer_m": 5}, "out of range"),
        ({"bbox": [1, 1, 2, 2], "file": "a.geojson"}, "exactly one"),
        ({"bbox": [29.6, 106.5, 29.8, 106.7]}, "swapped"),
        ({"bbox": [106.7, 29.6, 106.5, 29.8]}, "west 106.7 must be less than east 106.5"),
        ({"bbox": [106.5, 29.8, 106.7, 29.6]}, "south 29.8 less than north 29.6"),
        ({"bbox": [106.5, 29.6, 1067, 29.8]}, "out of range"),
        ({"bbox": [106.5, 29.6, 106.7]}, "missing"),
        ({"bbox": ["west", 29.6, 106.7, 29.8]}, "number"),
        ({"polygon": SQUARE[:2]}, "three corners"),
        ({"polygon": [[106.1, 29.1], [106.2, 29.2], [106.3, 29.3]]}, "three corners"),
        ({"polygon": [[29.6, 106.5], [29.7, 106.5], [29.7, 106.6]]}, "swapped"),
        ({"around": {"lon": 29.7, "lat": 106.6, "radius_m": 10}}, "swapped"),
        ({"around": {"lon": 106.6, "lat": 29.7, "radius_m": 0}}, "too small; the limit is 0"),
        ({"around": {"lon": 106.6, "lat": 29.7}}, "missing"),
        ({"box": [1, 1, 2, 2]}, "no such field"),
    ],
)
def test_a_wrong_shape_is_told_in_words(given_as: dict, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Shape(**given_as)
    said = [problem.say("en") for problem in problems_of(caught.value, "scenarios.yaml")]
    assert any(words in line for line in said), said
    assert all(problem.say("zh") for problem in problems_of(caught.value, "scenarios.yaml"))


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("gone.geojson", "no file gone.geojson"),
        ("../beside.geojson", "outside the region's folder"),
        ("area.dwg", "kind of area.dwg"),
        ("words.geojson", "cannot be read"),
        ("list.json", "cannot be read"),
        ("empty.geojson", "holds no polygon"),
        ("point.geojson", "holds no polygon"),
        ("metres.shp", "no degrees"),
    ],
)
def test_a_wrong_file_is_told_in_words(folder: Path, file: str, words: str) -> None:
    with pytest.raises(ProblemsError, match=words) as caught:
        geometry(Shape(file=file), folder)
    assert caught.value.problems[0].say("zh")


@pytest.mark.parametrize(
    ("given_as", "words"),
    [
        ({"file": "event.gpkg"}, "holds several layers: 淹没, 封路. Name one of them by layer"),
        ({"file": "event.gpkg", "layer": "封路"}, "holds no polygon.*buffer_m"),
        ({"file": "event.gpkg", "layer": "封道"}, "no layer 封道. Its layers:"),
        ({"file": "road.shp"}, "holds no polygon.*buffer_m"),
        ({"file": "words.geojson", "layer": "a"}, "cannot be read"),
        ({"file": "empty.geojson", "buffer_m": 5}, "holds no shape"),
    ],
)
def test_a_wrong_layer_is_told_in_words(folder: Path, given_as: dict, words: str) -> None:
    with pytest.raises(ProblemsError, match=words) as caught:
        geometry(Shape(**given_as), folder)
    assert caught.value.problems[0].say("zh")


def test_an_absolute_path_or_a_link_out_of_the_folder_is_refused(folder: Path) -> None:
    with pytest.raises(ProblemsError, match="outside"):
        geometry(Shape(file=str(folder.parent / "beside.geojson")), folder)
    (folder / "link.geojson").symlink_to(folder.parent / "beside.geojson")
    with pytest.raises(ProblemsError, match="outside"):
        geometry(Shape(file="link.geojson"), folder)


def test_a_changed_file_is_read_again(folder: Path) -> None:
    shape = Shape(file="area.geojson")
    assert contains(shape, 106.6, 29.7, folder)
    layer(shapely.box(100, 20, 101, 21)).to_file(folder / "area.geojson")
    assert not contains(shape, 106.6, 29.7, folder)


def test_a_crossing_polygon_is_mended() -> None:
    bow_tie = Shape(polygon=[[0, 0], [1, 1], [1, 0], [0, 1]])
    assert contains(bow_tie, [0.1, 0.5, 0.5], [0.5, 0.9, 0.5]).tolist() == [True, False, True]


@pytest.mark.parametrize("text", ["106.5,29.6,106.7,29.8", " 106.5, 29.6, 106.7, 29.8 ", "106.5，29.6，106.7，29.8"])
def test_within_as_a_box(text: str) -> None:
    assert parse_area(text).bounds == (106.5, 29.6, 106.7, 29.8)


def test_within_as_a_file(folder: Path) -> None:
    assert parse_area(str(folder / "area.geojson")).bounds == (106.5, 29.6, 106.7, 29.8)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("106.5,29.6,106.7", "four numbers"),
        ("106.5,29.6,106.7,29.8,1", "four numbers"),
        ("106.5,29.6,106.7,north", "four numbers"),
        ("29.6,106.5,29.8,106.7", "swapped"),
        ("106.7,29.6,106.5,29.8", "turned round"),
        ("106.5,29.6,106.5,29.8", "turned round"),
        ("1065,29.6,1067,29.8", "out of range"),
        ("nan,29.6,106.7,29.8", "out of range"),
        ("nowhere.geojson", "no file nowhere.geojson"),
        ("", "no file"),
    ],
)
def test_a_wrong_within_is_told_in_words(text: str, words: str) -> None:
    with pytest.raises(ProblemsError, match=words) as caught:
        parse_area(text)
    assert caught.value.problems[0].say("zh")


@pytest.mark.parametrize("name", ["x\0.shp", "x" * 5000 + ".shp"])
def test_a_name_that_no_file_can_have_is_told_as_missing(tmp_path: Path, name: str) -> None:
    with pytest.raises(ProblemsError) as caught:
        geometry(Shape(file=name), tmp_path)
    assert caught.value.problems[0].what.key == "network.shapes.file_missing"


def test_a_layer_that_is_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "big.geojson").write_text("{}" + " " * 100, encoding="utf-8")
    monkeypatch.setattr("network.shape_files.MOST_BYTES", 50)
    with pytest.raises(ProblemsError) as caught:
        geometry(Shape(file="big.geojson"), tmp_path)
    assert caught.value.problems[0].what.key == "network.shapes.file_large"
