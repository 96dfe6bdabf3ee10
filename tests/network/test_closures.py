"""Closures: which links they mean, what they do to times, and what is said of wrong ones."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from network.closed_links import matched_links
from network.closed_times import apply_closures
from network.closure_files import read_closures
from network.closures import Closure
from network.forms import problems_of
from network.osm import read_osm
from network.problem import ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import UNREACHABLE, travel_times_ms

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
        ({"bridges": True, "slowed": 0.5}, "slowed", "too small; the limit is 1"),
        ({"bridges": True, "from_h": 5, "to_h": 3}, "", "not after its start at 5"),
        ({"classes": ["motoway"]}, "classes", "no road class motoway"),
        ({"bridges": True, "vehicle_classes": ["tank"]}, "vehicle_classes", "no vehicle class tank"),
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


def test_a_file_of_closures(tmp_path: Path, road: RoadNetwork) -> None:
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
    assert matched_links(bridge, road).tolist() == [2, 3]
    assert (flood.slowed, flood.to_h) == (3.0, 12.0)
    assert matched_links(flood, road).tolist() == [0, 1]


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
    ],
)
def test_a_wrong_file_of_closures(tmp_path: Path, content: bytes | None, words: str) -> None:
    path = tmp_path / "closures.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ProblemsError, match=words) as caught:
        read_closures(path)
    assert all(problem.file == "closures.yaml" and problem.say("zh") for problem in caught.value.problems)


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
