"""Reading OpenStreetMap files: hand-made ones with every turn of form, real extracts, and files that are none."""

from __future__ import annotations

import bz2
import gzip
import time
from pathlib import Path

import geopandas
import numpy as np
import osmium
import pytest
import requests
import shapely
from pyproj import Geod

from network import osm_file
from network.customization import UNREACHABLE
from network.features import area_m2
from network.osm import read_features, read_osm, read_place, read_rivers
from network.place import download_place, overpass_query
from network.problem import ProblemsError
from network.roads import LONGEST_LINK_M, ROAD_CLASSES, RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import main_component, travel_times_ms

STEP = 0.001  # degrees between neighbouring nodes of the hand-made files: about 97 m east, 111 m north


Nodes = dict[int, tuple[float, float]]
Ways = dict[int, tuple[list[int], str]]


def osm_xml(
    nodes: dict[int, tuple[float, float]], ways: dict[int, tuple[list[int], str]], *more: str, **head: str
) -> str:
    """An .osm text; ways are (nodes, ``key=value; …``)."""
    lines = [f'<osm version="0.6" generator="{head.get("generator", "hand")}">']
    lines += [f'<node id="{key}" version="1" lon="{lon:.7f}" lat="{lat:.7f}"/>' for key, (lon, lat) in nodes.items()]
    lines += [text for text in more if text.startswith("<node")]
    for key, (refs, tags) in ways.items():
        lines.append(f'<way id="{key}" version="1">{"".join(f"<nd ref={chr(34)}{ref}{chr(34)}/>" for ref in refs)}')
        lines += [tag_xml(tag) for tag in tags.split("; ") if tag]
        lines.append("</way>")
    return "\n".join([*lines, *(text for text in more if not text.startswith("<node")), "</osm>"])


def tag_xml(tag: str) -> str:
    key, value = tag.split("=", 1)
    return f'<tag k="{key}" v="{value}"/>'


def on_grid(*places: tuple[int, float, float]) -> Nodes:
    """Nodes (id, steps east, steps north) near Yubei."""
    return {key: (round(106.60 + STEP * east, 7), round(29.70 + STEP * north, 7)) for key, east, north in places}


def read(tmp_path: Path, text: str, **given: object) -> RoadNetwork:
    path = tmp_path / "roads.osm"
    path.write_text(text, encoding="utf-8")
    return read_osm(path, **given)


def ends(network: RoadNetwork) -> set[tuple[int, int]]:
    return set(zip(network.node_id[network.tail].tolist(), network.node_id[network.head].tolist(), strict=True))


def test_links_run_from_junction_to_junction_with_their_shape(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 1), (3, 2, 0), (4, 3, 0), (5, 2, 1))
    ways = {10: ([1, 2, 3, 4], "highway=primary; name=渝长路; ref=S303; incline=5%"), 20: ([3, 5], "highway=service")}
    network = read(tmp_path, osm_xml(nodes, ways))
    assert network.link_id.tolist() == ["10:1-3", "10:3-1", "10:3-4", "10:4-3", "20:3-5", "20:5-3"]
    assert network.line(0).tolist() == [list(nodes[1]), list(nodes[2]), list(nodes[3])]
    assert network.line(1).tolist() == [list(nodes[3]), list(nodes[2]), list(nodes[1])]
    geod = Geod(ellps="WGS84")
    length = geod.inv(*nodes[1], *nodes[2])[2] + geod.inv(*nodes[2], *nodes[3])[2]
    assert network.length_m[:2] == pytest.approx([length, length])
    assert network.grade[:2] == pytest.approx([0.05, -0.05])
    assert network.texts[network.name].tolist() == ["渝长路"] * 4 + [""] * 2
    assert network.texts[network.ref].tolist() == ["S303"] * 4 + [""] * 2
    assert [ROAD_CLASSES[c] for c in network.road_class] == ["primary"] * 4 + ["service"] * 2
    assert network.source == "© OpenStreetMap contributors, ODbL 1.0 (roads.osm)"
    assert not network.synthetic


def test_one_way_reverse_and_roundabout(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (3, 2, 0), (4, 3, 0), (5, 3, 1), (6, 4, 1))
    ways = {
        10: ([1, 2], "highway=primary; oneway=yes"),
        20: ([2, 3], "highway=primary; oneway=-1; incline=5%; maxspeed:forward=30; maxspeed:backward=50"),
        30: ([3, 4, 5, 3], "highway=primary; junction=roundabout"),
        40: ([4, 6], "highway=primary"),
    }
    network = read(tmp_path, osm_xml(nodes, ways))
    # The roundabout meets other ways at 3 and 4; from 4 by 5 it comes back to 3.
    assert network.link_id.tolist() == ["10:1-2", "20:3-2", "30:3-4", "30:4-3", "40:4-6", "40:6-4"]
    assert network.maxspeed_kmh[1] == 50
    assert network.grade[1] == pytest.approx(-0.05)


def test_a_loop_is_cut_in_its_middle(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (3, 2, 0), (4, 2, 1), (5, 1, 1))
    ways = {10: ([1, 2], "highway=residential"), 20: ([2, 3, 4, 5, 2], "highway=residential; oneway=yes")}
    network = read(tmp_path, osm_xml(nodes, ways))
    assert (network.tail != network.head).all()
    assert network.link_id.tolist() == ["10:1-2", "10:2-1", "20:2-4", "20:4-2"]


def test_a_way_there_and_back_over_the_same_node_keeps_distinct_ids(tmp_path: Path) -> None:
    network = read(tmp_path, osm_xml(on_grid((1, 0, 0), (2, 1, 0)), {10: ([1, 2, 1], "highway=residential")}))
    assert sorted(network.link_id) == ["10:1-2", "10:1-2#2", "10:2-1", "10:2-1#2"]


def test_long_links_are_cut_at_shape_points(tmp_path: Path) -> None:
    nodes = on_grid(*((k, k, 0) for k in range(1, 13)), (13, 20, 0))
    network = read(tmp_path, osm_xml(nodes, {10: ([*range(1, 14)], "highway=primary; oneway=yes")}))
    # 96.8 m a step: five steps are 484 m; nothing can cut the 774 m between the last two points.
    assert network.link_id.tolist() == ["10:1-6", "10:6-11", "10:11-12", "10:12-13"]
    assert (network.length_m[:3] <= LONGEST_LINK_M).all()
    assert network.length_m[3] == pytest.approx(774, abs=1)


def test_missing_nodes_and_barriers_cut_the_way(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (4, 3, 0), (5, 4, 0), (7, 6, 0), (8, 7, 0))
    nodes |= on_grid((19, 19, 10), (20, 20, 10), (24, 24, 10))
    barrier = [
        f'<node id="{key}" version="1" lon="{106.60 + STEP * key}" lat="29.71">{"".join(map(tag_xml, tags))}</node>'
        for key, *tags in [(21, "barrier=block"), (22, "barrier=gate"), (23, "barrier=bollard", "bollard=removable")]
    ]
    ways = {
        10: ([1, 2, 3, 4, 5, 6, 7, 7, 8], "highway=primary; oneway=yes"),
        20: ([19, 20, 21, 22, 23, 24], "highway=primary; oneway=yes"),
        30: ([98, 99], "highway=primary"),
    }
    network = read(tmp_path, osm_xml(nodes, ways, *barrier))
    # 3, 6, 98 and 99 are not in the file; 7 is said twice; 21 is blocked; a gate and a removable bollard are opened.
    assert network.link_id.tolist() == ["10:1-2", "10:4-5", "10:7-8", "20:19-20", "20:22-24"]


def test_within_keeps_crossing_links_whole(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 2, 0), (3, 4, 0), (4, 6, 0), (5, 2, 3), (6, 4, 3))
    ways = {
        10: ([1, 2, 3, 4], "highway=primary; name=甲"),
        20: ([2, 5], "highway=service"),
        30: ([3, 6], "highway=service"),
    }
    ways[40] = ([5, 6], "highway=service; name=乙")
    text = osm_xml(nodes, ways)
    # A box in the middle of link 2-3 that holds no node.
    box = shapely.box(106.6025, 29.6995, 106.6035, 29.7005)
    network = read(tmp_path, text, within=box)
    assert ends(network) == {(2, 3), (3, 2)}
    assert network.node_id.tolist() == [2, 3]
    assert network.texts[network.name].tolist() == ["甲", "甲"]
    whole = read(tmp_path, text)
    assert ends(read(tmp_path, text, within=shapely.box(106, 29, 107, 30))) == ends(whole)
    for link in range(network.link_count):
        same = whole.link_id.tolist().index(network.link_id[link])
        assert network.line(link).tolist() == whole.line(same).tolist()
    with pytest.raises(ProblemsError, match=r"holds no road; .*longitude 106\.6000 to 106\.6060") as caught:
        read(tmp_path, text, within=shapely.box(29, 106, 30, 107))
    assert "经度" in caught.value.problems[0].say("zh")


def test_a_synthetic_file_says_so(tmp_path: Path) -> None:
    text = osm_xml(on_grid((1, 0, 0), (2, 1, 0)), {10: ([1, 2], "highway=primary")}, generator="synthetic, seed 7")
    network = read(tmp_path, text)
    assert network.synthetic
    assert network.source == "synthetic, seed 7 (roads.osm)"


def test_packed_files_and_saved_networks_are_the_same(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (3, 2, 1))
    text = osm_xml(nodes, {10: ([1, 2, 3], "highway=primary; maxweight=10 t; maxheight=3.5; name=桥; bridge=yes")})
    plain = read(tmp_path, text)
    (tmp_path / "roads.osm.gz").write_bytes(gzip.compress(text.encode()))
    (tmp_path / "roads.osm.bz2").write_bytes(bz2.compress(text.encode()))
    with osmium.SimpleWriter(str(tmp_path / "roads.osm.pbf")) as writer:
        for one in osmium.FileProcessor(str(tmp_path / "roads.osm")):
            writer.add(one)
    plain.save(tmp_path / "roads.npz")
    others = [read_osm(tmp_path / f"roads.osm.{ending}") for ending in ("gz", "bz2", "pbf")]
    for other in [*others, RoadNetwork.load(tmp_path / "roads.npz")]:
        assert other.link_id.tolist() == plain.link_id.tolist()
        assert other.maxweight_t.tolist() == [10.0, 10.0]
        assert other.maxheight_m.tolist() == [3.5, 3.5]
        assert other.bridge.all()
        assert np.array_equal(other.length_m, plain.length_m)
        assert np.array_equal(other.shape_lon, plain.shape_lon)


def test_a_large_file_goes_by_way_of_the_disk(real_extract: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    in_memory = read_osm(real_extract)
    monkeypatch.setattr(osm_file, "_INDEX_IN_MEMORY_BYTES", 0)
    by_disk = read_osm(real_extract)
    assert np.array_equal(by_disk.link_id, in_memory.link_id)
    assert np.array_equal(by_disk.shape_lon, in_memory.shape_lon)


@pytest.mark.parametrize("index_in_memory_bytes", [0, 1_000_000])
def test_nodes_in_any_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, index_in_memory_bytes: int) -> None:
    monkeypatch.setattr(osm_file, "_INDEX_IN_MEMORY_BYTES", index_in_memory_bytes)
    nodes = on_grid((9, 0, 0), (3, 1, 0), (7, 2, 0), (1, 3, 0))
    network = read(tmp_path, osm_xml(nodes, {10: ([9, 3], "highway=service"), 20: ([7, 1], "highway=service")}))
    assert ends(network) == {(9, 3), (3, 9), (7, 1), (1, 7)}
    assert network.lon.tolist() == [nodes[key][0] for key in (1, 3, 7, 9)]


def test_what_was_drawn_by_hand_has_negative_ids(tmp_path: Path) -> None:
    nodes = on_grid((-1, 0, 0), (-2, 1, 0), (-3, 2, 0))
    ways = {-10: ([-1, -2, -3], "highway=track; name=便道"), -20: ([-1, -2, -3, -1], "landuse=industrial")}
    path = tmp_path / "roads.osm"
    path.write_text(osm_xml(nodes, ways), encoding="utf-8")
    assert read_osm(path).link_id.tolist() == ["-10:-3--1", "-10:-1--3"][::-1]
    assert read_features(path).osm_id.tolist() == [-20]


BAD_FILES = {
    "missing.osm.pbf": (None, "no such file"),
    "empty.osm.pbf": (b"", "empty"),
    "empty.osm": (b"", "empty"),
    "text.osm": (b"a list of depots\n", "not OpenStreetMap data"),
    "text.osm.pbf": (b"a list of depots\n", "not OpenStreetMap data"),
    "page.osm": (b"<html><body>404</body></html>", "not OpenStreetMap data"),
    "roads.shp": (b"\x00\x00\x27\x0a", "kind of file is not known"),
    "cut.osm": (b'<osm version="0.6"><node id="1" version="1" lon="106" lat="29"/><way id="2">', "breaks off"),
    "cut.osm.gz": (gzip.compress(b'<osm version="0.6">' + bytes(range(256)) * 99)[:200], "breaks off|not Open"),
    "no.osm.gz": (b'<osm version="0.6"/>', "breaks off|cannot be opened"),
    "buildings.osm": (osm_xml({}, {1: ([1, 2], "building=yes")}).encode(), "no road"),
    "nodeless.osm": (osm_xml({}, {1: ([1, 2], "highway=primary")}).encode(), "no road"),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_bad_file_is_told_in_words(tmp_path: Path, name: str) -> None:
    content, words = BAD_FILES[name]
    if content is not None:
        (tmp_path / name).write_bytes(content)
    with pytest.raises(ProblemsError, match=words) as caught:
        read_osm(tmp_path / name)
    (problem,) = caught.value.problems
    assert problem.file == name
    assert problem.say("zh") != problem.say("en")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(ProblemsError, match="no such file"):
        read_osm(tmp_path)


def test_a_truncated_extract_is_refused(real_extract: Path, tmp_path: Path) -> None:
    content = real_extract.read_bytes()
    cut = tmp_path / "cut.osm.pbf"
    for share in (0.1, 0.5, 0.99):
        cut.write_bytes(content[: int(len(content) * share)])
        with pytest.raises(ProblemsError, match="breaks off"):
            read_osm(cut)


@pytest.fixture(scope="module")
def real_network(real_extract: Path) -> RoadNetwork:
    started = time.perf_counter()
    network = read_osm(real_extract)
    print(f"{real_extract.name}: {network.link_count} links read in {time.perf_counter() - started:.1f} s")
    return network


def test_a_real_extract_is_plausible(real_network: RoadNetwork) -> None:
    assert 3_000 < real_network.node_count < 10_000
    assert 1.5 < real_network.link_count / real_network.node_count < 3
    assert 900 < real_network.length_m.sum() / 1000 < 2000
    assert main_component(real_network).mean() > 0.95
    assert (real_network.tail != real_network.head).all()
    assert len(set(real_network.link_id)) == real_network.link_count
    assert real_network.bridge.any()
    # Links are as long as their shapes, and as they are cut.
    geod = Geod(ellps="WGS84")
    for link in range(0, real_network.link_count, 997):
        assert geod.line_length(*real_network.line(link).T) == pytest.approx(real_network.length_m[link], abs=1e-3)
    assert (real_network.length_m <= LONGEST_LINK_M).mean() > 0.999


def test_lines_of_some_links_are_theirs(real_network: RoadNetwork) -> None:
    some = np.random.default_rng(5).permutation(real_network.link_count)[:300]
    for link, line in zip(some.tolist(), real_network.lines_of(some), strict=True):
        assert shapely.get_coordinates(line).tolist() == real_network.line(link).tolist()
    assert len(real_network.lines_of(some[:0])) == 0


def test_times_on_a_real_extract_are_plausible(real_network: RoadNetwork) -> None:
    main = np.flatnonzero(main_component(real_network))[::97]
    car, truck = (link_times_ms(real_network, VEHICLE_CLASSES[name]) for name in ("car", "heavy_truck"))
    by_car = travel_times_ms(real_network, car, main, main)
    assert (by_car < UNREACHABLE).all()
    assert 2 < np.median(by_car) / 60_000 < 60
    assert (travel_times_ms(real_network, truck, main, main) >= by_car).all()


def test_features_of_a_hand_made_file(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (3, 1, 1), (4, 0, 1), (5, 10, 0), (6, 12, 0), (7, 12, 2), (8, 10, 2))
    nodes |= on_grid((11, 10.5, 0.5), (12, 11.5, 0.5), (13, 11.5, 1.5), (14, 10.5, 1.5))
    village = (
        f'<node id="50" version="1" lon="106.65" lat="29.75">{tag_xml("place=village")}{tag_xml("name=石坪村")}</node>'
    )
    ways = {
        10: ([1, 2, 3, 4, 1], "amenity=school; name=石坪小学"),
        20: ([5, 6, 7], ""),
        21: ([7, 8, 5], ""),
        22: ([11, 12, 13, 14, 11], ""),
        30: ([1, 2], "man_made=pier"),
        40: ([1, 2, 3, 4, 1], "building=yes"),
        50: ([98, 99], "amenity=hospital"),
    }
    members = "".join(
        f'<member type="way" ref="{way}" role="{role}"/>' for way, role in [(20, "outer"), (21, "outer"), (22, "inner")]
    )
    park = f'<relation id="7" version="1">{members}{tag_xml("type=multipolygon")}{tag_xml("leisure=park")}</relation>'
    path = tmp_path / "features.osm"
    path.write_text(osm_xml(nodes, ways, village, park), encoding="utf-8")
    found = read_features(path)
    assert list(found.columns) == ["osm_type", "osm_id", "lon", "lat", "area_m2", "tags"]
    assert list(zip(found.osm_type, found.osm_id, strict=True)) == [
        ("node", 50),
        ("way", 10),
        ("way", 30),
        ("relation", 7),
    ]
    assert found.tags[0] == {"place": "village", "name": "石坪村"}
    assert (found.lon[1], found.lat[1]) == pytest.approx((106.6005, 29.7005))
    # One step east is 96.75 m, one north 110.86 m; the park is 2 × 2 steps less a hole of 1 × 1.
    assert found.area_m2[1] == pytest.approx(96.75 * 110.86, rel=1e-3)
    assert found.area_m2[3] == pytest.approx(3 * 96.75 * 110.86, rel=1e-3)
    assert np.isnan(found.area_m2[[0, 2]]).all()
    within = read_features(path, shapely.box(106.64, 29.74, 106.66, 29.76))
    assert within.osm_id.tolist() == [50]


def test_rivers_by_name(tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (3, 2, 0), (4, 0, 5), (5, 1, 5))
    ways = {
        10: ([1, 2], "waterway=river; name=嘉陵江"),
        11: ([2, 3], "waterway=river; name=嘉陵江"),
        20: ([4, 5], "waterway=stream; name=后河"),
        30: ([1, 4], "waterway=stream"),
    }
    path = tmp_path / "rivers.osm"
    path.write_text(osm_xml(nodes, ways), encoding="utf-8")
    rivers = read_rivers(path)
    assert [river.name for river in rivers] == ["后河", "嘉陵江"]
    assert len(rivers[1].line.geoms) == 2
    assert [river.name for river in read_rivers(path, shapely.box(106.5, 29.704, 106.7, 29.71))] == ["后河"]


def test_links_know_the_rivers_that_they_cross(tmp_path: Path) -> None:
    """Roads run east; the river runs north between steps 0 and 1, the ditch shares node 5 with its road: a ford."""
    nodes = on_grid(
        *((row * 2 + end, end, row) for row in range(4) for end in (0, 1)),
        *((20 + place, 0.5, place - 0.5) for place in range(5)),
        *((30 + place, 1, 0.5 + 2 * place) for place in (0, 1)),
    )
    ways = {
        10: ([0, 1], "highway=primary; bridge=yes"),
        11: ([2, 3], "highway=primary; tunnel=yes"),
        12: ([4, 5], "highway=track"),
        13: ([6, 7], "highway=primary; oneway=yes"),
        90: ([20, 21, 22, 23], "waterway=river; name=嘉陵江"),
        91: ([30, 5, 31], "waterway=stream; name:zh=沟"),
        92: ([23, 24], "waterway=river"),
    }
    network = read(tmp_path, osm_xml(nodes, ways))
    crossed = dict(zip(network.link_id.tolist(), network.texts[network.river].tolist(), strict=True))
    assert crossed == {
        "10:0-1": "嘉陵江",
        "10:1-0": "嘉陵江",
        "11:2-3": "",
        "11:3-2": "",
        "12:4-5": "嘉陵江;沟",
        "12:5-4": "嘉陵江;沟",
        "13:6-7": "",
    }
    clipped = read(tmp_path, osm_xml(nodes, ways), within=shapely.box(106.59, 29.6995, 106.7, 29.7005))
    assert clipped.texts[clipped.river].tolist() == ["嘉陵江", "嘉陵江"]
    clipped.save(tmp_path / "roads.npz")
    assert RoadNetwork.load(tmp_path / "roads.npz").crossing("嘉陵江").all()


def test_features_of_a_real_extract(real_extract: Path) -> None:
    found = read_features(real_extract)
    tags = [f"{key}={value}" for one in found.tags for key, value in one.items()]
    for wanted in ("place=village", "amenity=fire_station", "amenity=school", "amenity=hospital", "aeroway=helipad"):
        assert wanted in tags, wanted
    assert found.area_m2[found.osm_type == "way"].notna().mean() > 0.9
    assert read_rivers(real_extract)


def test_area_of_a_line_is_unknown() -> None:
    assert np.isnan(area_m2(shapely.LineString([(0, 0), (1, 1)])))


class Answer:
    """What a server sends back."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    def raise_for_status(self) -> None:
        pass

    def iter_content(self, size: int) -> list[bytes]:
        return [self.content[k : k + size] for k in range(0, len(self.content), size)]


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> dict[str, object]:
    """OpenStreetMap's search and data servers, made of what a test puts in."""
    said: dict[str, object] = {}

    def post(url: str, **given: object) -> Answer:
        said["query"] = given["data"]
        if isinstance(said["content"], Exception):
            raise said["content"]
        return Answer(said["content"])

    area = geopandas.GeoDataFrame(geometry=[shapely.box(106.5995, 29.6995, 106.6025, 29.7005)], crs="EPSG:4326")
    monkeypatch.setattr("osmnx.geocode_to_gdf", lambda name: area)
    monkeypatch.setattr("requests.post", post)
    return said


def test_a_place_goes_the_way_of_a_file(server: dict[str, object], tmp_path: Path) -> None:
    nodes = on_grid((1, 0, 0), (2, 1, 0), (3, 2, 0), (4, 9, 9), (5, 9, 8))
    ways = {10: ([1, 2, 3], "highway=primary"), 20: ([4, 5], "highway=primary")}
    server["content"] = osm_xml(nodes, ways).encode()
    assert ends(read_place("渝北")) == {(1, 3), (3, 1)}
    area = download_place("渝北", tmp_path / "place.osm")
    assert area.bounds == (106.5995, 29.6995, 106.6025, 29.7005)
    assert read_osm(tmp_path / "place.osm").link_count == 4
    query = server["query"]["data"]
    assert query == overpass_query(area, 180)
    assert 'way["highway"](29.699500,106.599500,29.700500,106.602500);' in query
    assert 'nwr["aeroway"~"^(helipad|heliport|aerodrome)$"]' in query


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (requests.ConnectionError(), "need the internet"),
        (requests.Timeout(), "need the internet"),
        (b"<osm version='0.6'><remark> runtime error: Query timed out </remark></osm>", "too large"),
    ],
)
def test_no_internet_is_said_and_nothing_written(
    server: dict[str, object], tmp_path: Path, content: object, words: str
) -> None:
    server["content"] = content
    with pytest.raises(ProblemsError, match=words):
        download_place("渝北", tmp_path / "place.osm")
    assert not (tmp_path / "place.osm").exists()


def test_an_unknown_place(server: dict[str, object], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def unknown(name: str) -> None:
        raise TypeError(f"Nominatim did not geocode query {name!r} to a geometry of type (Multi)Polygon.")

    monkeypatch.setattr("osmnx.geocode_to_gdf", unknown)
    with pytest.raises(ProblemsError, match="no place with an area"):
        download_place("无此地", tmp_path / "place.osm")
