"""Files of closures, YAML and GeoJSON, and what is said of wrong ones."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import shapely
from pyproj import Geod

from network import closure_files
from network.closure_files import read_closures
from network.closures import Closure
from network.problem import ProblemsError
from network.shapes import Shape, geometry

SQUARE = [[106.5, 29.6], [106.7, 29.6], [106.7, 29.8], [106.5, 29.8], [106.5, 29.6]]


def test_a_file_of_closures(tmp_path: Path) -> None:
    path = tmp_path / "closures.yaml"
    path.write_text(
        """
closures:
  - name: 嘉陵江大桥垮塌
    road: S303
    bridges: true
  - {name: 内涝, within: {around: {lon: 106.6, lat: 29.7, radius_m: 20}}, slowed: 3, from_h: 0, to_h: 12}
""",
        encoding="utf-8",
    )
    bridge, flood = read_closures(path)
    assert (bridge.road, bridge.bridges) == ("S303", True)
    assert (flood.slowed, flood.to_h) == (3.0, 12.0)
    assert flood.within == Shape(around={"lon": 106.6, "lat": 29.7, "radius_m": 20})


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "no such file"),
        (b"", "belong here"),
        (b"closures: []", "lists no closure"),
        (b"closures: [{name: a}]", "^closures.yaml, column closures.1.: it does not say which roads it closes[^\\n]*$"),
        (b"closures:\n  - {name: a\n  - b", "row 3.*valid YAML"),
        ("closures: [{name: 甲}]".encode("gb18030"), "UTF-8"),
        (b"closures: [{name: a, bridges: true}]\nscenario: 1", "column scenario.*no such field"),
        (b"closures: [{name: a, bridges: true}, {name: 5, bridges: maybe}]", r"closures\[2\].name.*text belongs here"),
        (b"closures: [{name: a, bridges: true}, {name: b, bridges: maybe}]", r"closures\[2\].bridges.*value maybe"),
        (b"!!python/object/apply:os.system [ls]", "valid YAML"),
        (b"closures: [{name: 2026-13-45}]", "valid YAML"),
        (b"closures: [{name: a, slowed: " + b"9" * 5000 + b"}]", "valid YAML"),
    ],
)
def test_a_wrong_file_of_closures(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "closures.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProblemsError, match=words) as caught:
        read_closures(path)
    assert all(problem.file == "closures.yaml" and problem.say("zh") for problem in caught.value.problems)


def collection(*features: object, **more: Any) -> dict[str, Any]:
    return {"type": "FeatureCollection", "features": list(features)} | more


def feature(kind: str | None, coordinates: Any = None, **properties: Any) -> dict[str, Any]:
    drawn = None if kind is None else {"type": kind, "coordinates": coordinates}
    return {"type": "Feature", "geometry": drawn, "properties": properties}


def write(tmp_path: Path, content: object, name: str = "closures.geojson") -> Path:
    path = tmp_path / name
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    return path


def test_features_are_closures(tmp_path: Path) -> None:
    hole = [[106.55, 29.65], [106.56, 29.65], [106.56, 29.66], [106.55, 29.65]]
    path = write(
        tmp_path,
        collection(
            feature("Polygon", [SQUARE, hole], name="淹没", bridges=True, slowed=None, fid=3),
            feature("Point", [106.6, 29.7], name="爆炸", radius_m=500, vehicle_classes="bus; heavy_truck"),
            feature("LineString", [[106.6, 29.7], [106.61, 29.7]], name="滑坡", buffer_m=50, from_h=2),
            feature("MultiPoint", [[106.6, 29.7], [106.7, 29.7]], name="落石", buffer_m=20, delay_min=5),
            feature(None, name="断桥", road="S303", bridges=True),
            crs={"type": "name", "properties": {"name": "urn:ogc:def:crs:OGC:1.3:CRS84"}},
        ),
    )
    flood, blast, slide, rocks, bridge = read_closures(path)
    assert all(isinstance(one, Closure) for one in (flood, blast, slide, rocks, bridge))
    assert (flood.name, flood.bridges, flood.slowed) == ("淹没", True, None)
    assert geometry(flood.within).equals(shapely.Polygon(SQUARE, [hole]))
    assert blast.within == Shape(around={"lon": 106.6, "lat": 29.7, "radius_m": 500})
    assert blast.vehicle_classes == ("bus", "heavy_truck")
    assert slide.from_h == 2
    there = Geod(ellps="WGS84").fwd([106.605, 106.605], [29.7, 29.7], [0, 0], [49.5, 50.5])
    assert shapely.intersects_xy(geometry(slide.within), there[0], there[1]).tolist() == [True, False]
    assert len(shapely.get_parts(geometry(rocks.within))) == 2
    assert (bridge.road, bridge.within) == ("S303", None)


def test_a_closure_from_a_map_is_written_as_one_from_yaml(tmp_path: Path) -> None:
    path = write(tmp_path, collection(feature("LineString", [[106.6, 29.7], [106.61, 29.7]], name="滑坡", buffer_m=50)))
    (slide,) = read_closures(path)
    assert Closure.model_validate(slide.model_dump(mode="json", exclude_defaults=True)) == slide


IN_FIRST = "features[1].properties"


@pytest.mark.parametrize(
    ("content", "place", "words"),
    [
        ("{", None, "no valid JSON"),
        ("9" * 5000, None, "no valid JSON"),
        ("[" * 100_000, None, "no valid JSON"),
        ("[1]", None, "no GeoJSON FeatureCollection"),
        (feature("Point", [1, 2], name="a"), None, "no GeoJSON FeatureCollection"),
        (collection(), "features", "lists no closure"),
        (collection(feature("Point", [1, 2], name="a", radius_m=5), crs="EPSG:3857"), "crs", "not degrees in WGS-84"),
        (collection(5), "features[1].geometry", "feature with properties"),
        (collection(feature("Point", [1, 2], radius_m=5)), f"{IN_FIRST}.name", "missing"),
        (collection(feature("Point", [1, 2], name="a")), f"{IN_FIRST}.within", "points and lines have no area"),
        (collection(feature("Polygon", [SQUARE], name="a", radius_m=5)), "features[1].geometry", "for a single point"),
        (collection(feature("Polygon", [], name="a")), "features[1].geometry", "empty or broken"),
        (collection(feature("Polygon", "x", name="a")), "features[1].geometry", "empty or broken"),
        (collection(feature("Point", [29.7, 106.6], name="a", buffer_m=5)), f"{IN_FIRST}.within.wkt", "swapped"),
        (collection(feature("Point", [1, 2], name="a", radius_m=-5)), f"{IN_FIRST}.within.around.radius_m", "small"),
        (collection(feature("Polygon", [SQUARE], name="a", slow=5)), f"{IN_FIRST}.slow", "no such field"),
        (collection(feature("Polygon", [SQUARE], name="a", within={})), "features[1].geometry", "and within"),
        (collection(feature(None, name="a")), IN_FIRST, "which roads it closes"),
    ],
)
def test_a_wrong_collection_is_told_in_words(tmp_path: Path, content: object, place: str | None, words: str) -> None:
    with pytest.raises(ProblemsError, match=words) as caught:
        read_closures(write(tmp_path, content))
    assert [(problem.file, problem.column) for problem in caught.value.problems] == [("closures.geojson", place)]
    assert caught.value.problems[0].say("zh")


def test_all_wrong_features_are_told_at_once(tmp_path: Path) -> None:
    wrong = collection(
        feature("Polygon", [SQUARE], name="a", slow=5),
        feature("Polygon", [SQUARE], name="b"),
        feature("Point", [1, 2], name="c"),
    )
    with pytest.raises(ProblemsError) as caught:
        read_closures(write(tmp_path, wrong))
    assert [problem.column for problem in caught.value.problems] == [
        f"{IN_FIRST}.slow",
        "features[3].properties.within",
    ]


def test_other_kinds_and_large_files_are_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ProblemsError, match=r"kind of closures file is not known.*\.yaml, \.yml, \.geojson, \.json"):
        read_closures(write(tmp_path, "closures", "closures.xlsx"))
    with pytest.raises(ProblemsError, match="no such file"):
        read_closures(tmp_path)
    large = write(tmp_path, "#" + "x" * closure_files.MOST_BYTES[".yaml"], "closures.yaml")
    monkeypatch.setattr(Path, "read_text", lambda *_, **__: pytest.fail("the file was read"))
    with pytest.raises(ProblemsError, match=r"too large \(2\.0 MB\); the limit is 2\.0 MB"):
        read_closures(large)
