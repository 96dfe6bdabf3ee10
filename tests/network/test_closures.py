"""Closures: which links they mean, what they do to times, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from network.closed_links import matched_links
from network.closed_times import apply_closures
from network.closures import Closure
from network.customization import UNREACHABLE
from network.forms import problems_of
from network.osm import read_osm, read_rivers
from network.problem import ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from network.shapes import Shape, geometry
from network.speeds import VEHICLE_CLASSES, link_times_ms, margin_times_ms
from network.texts import plain
from network.times import travel_times_ms

CAR, HEAVY = VEHICLE_CLASSES["car"], VEHICLE_CLASSES["heavy_truck"]


@pytest.fixture(scope="module")
def road(make_network: Callable[..., RoadNetwork]) -> RoadNetwork:
    """Nodes 1 to 5 in a row, 0.01 degrees apart; two links, there and back, between neighbours.

    1-2 渝长路 (S303), 2-3 a bridge of it (S303;G210), 3-4 a tunnel, 4-5 a residential street "Main Street".
    """
    tail, head = [0, 1, 1, 2, 2, 3, 3, 4], [1, 0, 2, 1, 3, 2, 4, 3]
    primary, street = ROAD_CLASSES.index("primary"), ROAD_CLASSES.index("residential")
    return make_network(
        [106.60, 106.61, 106.62, 106.63, 106.64],
        [29.7] * 5,
        tail,
        head,
        way_id=[10, 10, 20, 20, 30, 30, 40, 40],
        road_class=[primary] * 6 + [street] * 2,
        bridge=[False, False, True, True, False, False, False, False],
        tunnel=[False, False, False, False, True, True, False, False],
        name=[1, 1, 1, 1, 0, 0, 2, 2],
        ref=[3, 3, 4, 4, 0, 0, 0, 0],
        texts=["", "渝长路", "Main Street", "S303", "S303;G210"],
        length_m=[1000.0, 1000.0, 3000.0, 3000.0, 1000.0, 1000.0, 1000.0, 1000.0],
    )


@pytest.mark.parametrize(
    ("selectors", "links"),
    [
        ({"links": ["10:1-2"]}, [0]),
        ({"links": ["10:1-2", "40:5-4"]}, [0, 7]),
        ({"ways": [20, 30]}, [2, 3, 4, 5]),
        ({"road": "渝长路"}, [0, 1, 2, 3]),
        ({"road": "S303"}, [0, 1, 2, 3]),
        ({"road": "g210"}, [2, 3]),
        ({"road": "Ｓ３０３ "}, [0, 1, 2, 3]),
        ({"road": "main street"}, [6, 7]),
        ({"bridges": True}, [2, 3]),
        ({"tunnels": True}, [4, 5]),
        ({"bridges": True, "tunnels": True}, [2, 3, 4, 5]),
        ({"classes": ["residential", "track"]}, [6, 7]),
        ({"within": {"bbox": [106.612, 29.69, 106.618, 29.71]}}, [2, 3]),
        ({"within": {"around": {"lon": 106.62, "lat": 29.7, "radius_m": 50}}}, [2, 3, 4, 5]),
        ({"within": {"bbox": [106.605, 29.69, 106.615, 29.71]}, "bridges": True}, [2, 3]),
        ({"road": "S303", "ways": [10]}, [0, 1]),
    ],
)
def test_selectors(road: RoadNetwork, selectors: dict, links: list[int]) -> None:
    found = matched_links(Closure(name="甲", **selectors), road)
    assert found.dtype == np.int32
    assert found.tolist() == links


def test_links_are_found_by_their_ids(road: RoadNetwork, make_network: Callable[..., RoadNetwork]) -> None:
    assert [road.find_link(one) for one in road.link_id.tolist()] == list(range(8))
    for wrong in ("", "10", "10:1-9", "11:1-2", "10:1-2#2", "10:1-2#1", "x:1-2", "9" * 30 + ":1-2"):
        assert road.find_link(wrong) is None
    # Two lanes of one way between the same junctions, and a way drawn by hand.
    twins = make_network([0, 1], [0, 0], [0, 0, 1], [1, 1, 0], way_id=[7, 7, -3])
    assert twins.link_id.tolist() == ["7:1-2", "7:1-2#2", "-3:2-1"]
    assert [twins.find_link(one) for one in twins.link_id.tolist()] == [0, 1, 2]
    assert twins.links_of_way(7).tolist() == [0, 1]
    assert twins.links_of_way(8).tolist() == []


def test_the_crossings_of_a_river(road: RoadNetwork) -> None:
    river = np.zeros(8, dtype=np.int32)
    river[[2, 3, 6]] = [5, 5, 6]
    texts = [*road.texts.tolist(), "嘉陵江;后河", "Yulin He"]
    crossed = replace(road, river=river, texts=np.array(texts))
    assert matched_links(Closure(name="甲", river="嘉陵江"), crossed).tolist() == [2, 3]
    assert matched_links(Closure(name="甲", river=" 后河"), crossed).tolist() == [2, 3]
    assert matched_links(Closure(name="甲", river="yulin he"), crossed).tolist() == [6]
    area = {"bbox": [106.605, 29.69, 106.615, 29.71]}
    assert matched_links(Closure(name="甲", river="后河", within=area), crossed).tolist() == [2, 3]
    for closure, words in (
        (Closure(name="甲", river="嘉陵"), "Rivers with a like name: 嘉陵江"),
        (Closure(name="甲", river="Mississippi"), "names the river Mississippi, and no road crosses"),
        (Closure(name="甲", river="后河", tunnels=True), "matches no road"),
        # A road of this name is no river, and a river no road.
        (Closure(name="甲", river="渝长路"), "no road crosses"),
        (Closure(name="甲", road="嘉陵江"), "no road is called so"),
    ):
        with pytest.raises(ProblemsError, match=words) as caught:
            matched_links(closure, crossed)
        assert caught.value.problems[0].say("zh")
    with pytest.raises(ProblemsError, match="these roads hold no rivers"):
        matched_links(Closure(name="甲", river="嘉陵江"), road)


def test_a_saved_network_of_an_earlier_version_knows_no_rivers(road: RoadNetwork, tmp_path: Path) -> None:
    road.save(tmp_path / "roads.npz")
    with np.load(tmp_path / "roads.npz") as arrays:
        kept = {name: arrays[name] for name in arrays if name not in ("river", "temporary")}
    np.savez(tmp_path / "old.npz", **kept)
    old = RoadNetwork.load(tmp_path / "old.npz")
    assert (old.river == 0).all()
    assert (old.temporary == 0).all()
    assert matched_links(Closure(name="甲", road="S303"), old).tolist() == [0, 1, 2, 3]
    with pytest.raises(ProblemsError, match="no rivers"):
        matched_links(Closure(name="甲", river="嘉陵江"), old)
    del kept["ref"]
    np.savez(tmp_path / "broken.npz", **kept)
    with pytest.raises(KeyError):
        RoadNetwork.load(tmp_path / "broken.npz")


def test_several_lanes_of_times_at_once(road: RoadNetwork) -> None:
    lanes = margin_times_ms(road, CAR)
    closures = [
        Closure(name="a", ways=[10], slowed=2),
        Closure(name="b", ways=[10, 20], delay_min=3),
        Closure(name="c", tunnels=True),
    ]
    found = apply_closures(closures, road, lanes, CAR)
    assert found.shape == (8, 3)
    for lane in range(3):
        alone = apply_closures(closures, road, np.ascontiguousarray(lanes[:, lane]), CAR)
        assert found[:, lane].tolist() == alone.tolist()


def test_effects(road: RoadNetwork) -> None:
    free = np.full(8, 60_000, dtype=np.int32)
    free[7] = UNREACHABLE
    slow = Closure(name="积水", ways=[10], slowed=2.5)
    shut = Closure(name="断桥", bridges=True)
    # 3000 m of bridge and 1000 m of tunnel: three quarters and one quarter of 8 min.
    check = Closure(name="检查站", bridges=True, tunnels=True, delay_min=8)
    assert apply_closures([], road, free, CAR).tolist() == free.tolist()
    found = apply_closures([slow, shut], road, free, CAR)
    assert found.dtype == np.int32
    assert found.tolist() == [150_000] * 2 + [UNREACHABLE] * 2 + [60_000] * 3 + [UNREACHABLE]
    found = apply_closures([check], road, free, CAR)
    assert found[2:6].tolist() == [60_000 + 360_000] * 2 + [60_000 + 120_000] * 2
    # Slowing comes before the delay, whichever is written first: 60 s × 2 + 120 s.
    twice = Closure(name="雾", tunnels=True, slowed=2)
    assert apply_closures([check, twice], road, free, CAR)[4] == 120_000 + 120_000
    assert apply_closures([Closure(name="t", ways=[40], slowed=2)], road, free, CAR)[7] == UNREACHABLE
    assert (free[:7] == 60_000).all()


def test_a_slowed_road_is_never_as_good_as_closed(road: RoadNetwork) -> None:
    free = np.full(8, UNREACHABLE // 2, dtype=np.int32)
    assert apply_closures([Closure(name="雪", ways=[10], slowed=1000)], road, free, CAR)[0] == UNREACHABLE - 1


def test_vehicles_and_hours(road: RoadNetwork) -> None:
    free = np.full(8, 60_000, dtype=np.int32)
    closure = Closure(name="限行", bridges=True, vehicle_classes=["heavy_truck"], from_h=2, to_h=6)

    def shut(vehicle: object, at_h: float | None) -> bool:
        return bool(apply_closures([closure], road, free, vehicle, at_h=at_h)[2] == UNREACHABLE)

    assert [shut(HEAVY, hour) for hour in (None, 0, 2, 5.9, 6)] == [True, False, True, True, False]
    assert not shut(CAR, None)


def test_all_that_match_nothing_are_told_at_once(road: RoadNetwork) -> None:
    closures = [
        Closure(name="甲", road="S304"),
        Closure(name="乙", within={"bbox": [0, 0, 1, 1]}),
        Closure(name="丙", bridges=True),
        Closure(name="丁", bridges=True, tunnels=False, classes=["residential"], vehicle_classes=["bus"]),
        Closure(name="戊", links=["10:1-2", "10:1-9"], ways=[99, 20]),
    ]
    with pytest.raises(ProblemsError) as caught:
        apply_closures(closures, road, np.ones(8, dtype=np.int32), CAR)
    said = [problem.say("en") for problem in caught.value.problems]
    assert len(said) == 5
    assert said[0] == 'closure "甲" names S304, and no road is called so. Roads with a like name: S303'
    assert said[1].startswith('closure "乙" matches no road')
    assert said[2].startswith('closure "丁" matches no road')
    assert "10:1-9" in said[3]
    assert "10:1-2" not in said[3]
    assert "99" in said[4]
    assert all("封闭" in problem.say("zh") for problem in caught.value.problems)


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({}, "", "which roads"),
        ({"bridges": False}, "", "which roads"),
        ({"bridges": True, "slowed": 2, "delay_min": 1}, "", "exclude"),
        ({"bridges": True, "closed": True, "slowed": 2}, "", "exclude"),
        ({"bridges": True, "opened": True}, "", "temporary names none"),
        ({"temporary": ["T1"], "opened": True, "closed": True}, "", "exclude"),
        ({"temporary": [""]}, "temporary[1]", "must not be empty"),
        ({"road": " \u3000"}, "road", "must not be empty"),
        ({"bridges": True, "slowed": 0.5}, "slowed", "too small; the limit is 1"),
        ({"bridges": True, "from_h": 5, "to_h": 3}, "", "not after its start at 5"),
        ({"classes": ["motoway"]}, "classes", "no road class motoway"),
        ({"bridges": True, "vehicle_classes": ["tank"]}, "vehicle_classes", "no vehicle class tank"),
        ({"bridges": True, "vehicle_classes": []}, "vehicle_classes", "names no vehicle class"),
        ({"bridge": True}, "bridge", "no such field"),
        ({"ways": [2**70]}, "ways[1]", "too large"),
        ({"within": {"bbox": [2, 1, 1, 2]}}, "within.bbox", "turned round"),
    ],
)
def test_a_wrong_form_is_told_in_words(fields: dict, place: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Closure(name="甲", **fields)
    problems = problems_of(caught.value, "closures.yaml")
    found = [problem for problem in problems if words in problem.say("en")]
    assert found, [problem.say("en") for problem in problems]
    assert found[0].column == (place or None)
    assert found[0].file == "closures.yaml"
    assert found[0].say("zh") != found[0].say("en")


WAYS = st.lists(st.sampled_from([10, 20, 30, 40]), min_size=1, max_size=3, unique=True)


@given(closed=WAYS, slowed=WAYS, factor=st.floats(1, 10), delay=st.floats(0.01, 60))
@settings(max_examples=60, deadline=None)
def test_closing_never_shortens_and_slowed_never_beats_free(
    road: RoadNetwork, closed: list[int], slowed: list[int], factor: float, delay: float
) -> None:
    nodes = range(5)
    free = link_times_ms(road, HEAVY)
    shut = Closure(name="a", ways=closed)
    slow = [Closure(name="b", ways=slowed, slowed=factor), Closure(name="c", ways=slowed, delay_min=delay)]
    times = {
        "free": travel_times_ms(road, free, nodes, nodes),
        "slow": travel_times_ms(road, apply_closures(slow, road, free, HEAVY), nodes, nodes),
        "shut": travel_times_ms(road, apply_closures([shut], road, free, HEAVY), nodes, nodes),
        "both": travel_times_ms(road, apply_closures([*slow, shut], road, free, HEAVY), nodes, nodes),
    }
    assert (times["slow"] >= times["free"]).all()
    assert (times["shut"] >= times["free"]).all()
    assert (times["both"] >= np.maximum(times["slow"], times["shut"])).all()
    # A road in a row: whatever lies beyond a closed link is out of reach.
    assert (times["shut"][0, 4] == UNREACHABLE) == bool(closed)


def test_bridges_inside_a_shape_and_rivers_of_a_real_place(real_extract: Path) -> None:
    network = read_osm(real_extract)
    middle = [float(np.median(axis)) for axis in (network.lon, network.lat)]
    around = {"around": {"lon": middle[0], "lat": middle[1], "radius_m": 3000}}
    touching = set(np.flatnonzero(shapely.intersects(network.link_lines, geometry(Shape(**around)))).tolist())
    service = network.road_class == ROAD_CLASSES.index("service")
    for selector, which in (
        ({"bridges": True}, network.bridge),
        ({"classes": ["service"]}, service),
        ({"bridges": True, "tunnels": True}, network.bridge | network.tunnel),
    ):
        expected = sorted(touching & set(np.flatnonzero(which).tolist()))
        assert expected
        assert matched_links(Closure(name="甲", within=around, **selector), network).tolist() == expected
    # Every river's line against the links that are said to cross it; two names may differ in case alone.
    rivers = read_rivers(real_extract)
    for name in {plain(river.name) for river in rivers}:
        lines = [river.line for river in rivers if name in map(plain, river.name.split(";"))]
        crossing = shapely.intersects(network.link_lines, shapely.union_all(lines)) & ~network.tunnel
        if crossing.any():
            found = matched_links(Closure(name="洪水", river=name), network)
            assert found.tolist() == np.flatnonzero(crossing).tolist()


def test_closing_the_bridges_of_a_real_place_cuts_it(real_extract: Path) -> None:
    network = read_osm(real_extract)
    free = link_times_ms(network, HEAVY)
    found = apply_closures([Closure(name="地震", bridges=True, tunnels=True)], network, free, HEAVY)
    assert ((found == UNREACHABLE) == (network.bridge | network.tunnel | (free == UNREACHABLE))).all()
    sites = np.arange(0, network.node_count, 61)
    before = travel_times_ms(network, free, sites, sites)
    after = travel_times_ms(network, found, sites, sites)
    assert (after >= before).all()
    assert (after == UNREACHABLE).sum() > (before == UNREACHABLE).sum()


@pytest.mark.parametrize("carriageways", [1, 2])
def test_a_delay_is_met_once_on_the_whole_stretch_by_either_direction(
    make_network: Callable[..., RoadNetwork], carriageways: int
) -> None:
    # 0 - 1 - 2 there and, on the same nodes or on a carriageway of its own, 2 - 1 - 0 back; 1 km a link.
    if carriageways == 1:
        lon, tail, head = [0, 0.01, 0.02], [0, 1, 2, 1], [1, 2, 1, 0]
    else:
        lon, tail, head = [0, 0.01, 0.02, 0.02, 0.01, 0], [0, 1, 3, 4], [1, 2, 4, 5]
    network = make_network(lon, [0.0] * len(lon), tail, head, way_id=[1, 1, 2, 2][:4], ref=[1] * 4, texts=["", "S303"])
    car = VEHICLE_CLASSES["car"]
    free = link_times_ms(network, car)
    late = apply_closures([Closure(name="慢", road="S303", delay_min=10)], network, free, car)
    assert (late - free).tolist() == [300_000] * 4


@pytest.mark.parametrize("written", ["CG-3", "CG3", "cg 3", "ＣＧ－３"])
def test_a_number_with_or_without_its_hyphen_is_one_road(
    make_network: Callable[..., RoadNetwork], written: str
) -> None:
    texts = ["", "CG-3", "CG 3", "CG3", "CG-31"]
    network = make_network([0.0, 0.01], [0.0, 0.0], [0, 1, 0, 1], [1, 0, 1, 0], ref=[1, 2, 3, 4], texts=texts)
    assert matched_links(Closure(name="封", road=written), network).tolist() == [0, 1, 2]
