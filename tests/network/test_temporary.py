"""Temporary links: where they join the roads, how long they take, and that nothing but a closure opens them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from math import nan

import numpy as np
import pytest

from network.closed_links import matched_links
from network.closed_times import apply_closures
from network.closures import Closure
from network.customization import UNREACHABLE
from network.links import WGS84
from network.problem import ProblemsError
from network.roads import ROAD_CLASSES, RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.temporary import TemporaryLink, lasting_roads, temporary_ends, with_temporary_links
from network.times import travel_times_ms

CAR, LIGHT, HEAVY = (VEHICLE_CLASSES[name] for name in ("car", "light_truck", "heavy_truck"))
PONTOON = TemporaryLink("T01", "舟桥", 106.6005, 29.7005, 106.6005, 29.7095, 1200.0, 12.0, 10.0, one_way=False)
TRACK = TemporaryLink("T02", "便道", 106.6205, 29.7, 106.62, 29.7095, nan, 6.0, nan, one_way=True)


@pytest.fixture(scope="module")
def banks(make_network: Callable[..., RoadNetwork]) -> RoadNetwork:
    """Nodes 0-1-2 on the south bank, 3-4-5 on the north, 0.01 degrees apart; one bridge 2-5, of 1 km like all links."""
    pairs = [(0, 1), (1, 2), (3, 4), (4, 5), (2, 5)]
    pairs = [pair for a, b in pairs for pair in ((a, b), (b, a))]
    tail, head = zip(*pairs, strict=True)
    lon, lat = [106.60, 106.61, 106.62] * 2, [29.70] * 3 + [29.71] * 3
    primary = ROAD_CLASSES.index("primary")
    bridge = [False] * 8 + [True] * 2
    return make_network(lon, lat, tail, head, road_class=[primary] * 10, bridge=bridge)


def laid(network: RoadNetwork, *links: TemporaryLink) -> RoadNetwork:
    return with_temporary_links(network, links, temporary_ends(network, links, 2000))


def metres(*points: float) -> float:
    return float(WGS84.inv(*points)[2])


def test_they_join_the_nearest_junctions_behind_all_other_links(banks: RoadNetwork) -> None:
    network = laid(banks, PONTOON, TRACK)
    assert network.link_count == 13
    assert network.tail[10:].tolist() == [0, 3, 2]
    assert network.head[10:].tolist() == [3, 0, 5]
    assert network.texts[network.temporary].tolist() == [""] * 10 + ["T01", "T01", "T02"]
    assert network.texts[network.name[10:]].tolist() == ["舟桥", "舟桥", "便道"]
    assert network.line(10).tolist() == [[106.60, 29.70], [106.6005, 29.7005], [106.6005, 29.7095], [106.60, 29.71]]
    assert network.line(11).tolist() == network.line(10)[::-1].tolist()
    to_ends = metres(106.60, 29.70, 106.6005, 29.7005) + metres(106.60, 29.71, 106.6005, 29.7095)
    assert network.length_m[10:12] == pytest.approx([1200 + to_ends] * 2, abs=0.01)
    straight = metres(106.6205, 29.7, 106.62, 29.7095)
    to_ends = metres(106.62, 29.70, 106.6205, 29.7) + metres(106.62, 29.71, 106.62, 29.7095)
    assert network.length_m[12] == pytest.approx(straight + to_ends, abs=0.01)
    assert len(set(network.link_id.tolist())) == 13
    assert network.find_link(str(network.link_id[11])) == 11
    back = lasting_roads(network)
    assert back.link_id.tolist() == banks.link_id.tolist()
    assert lasting_roads(banks) is banks
    assert with_temporary_links(banks, [], temporary_ends(banks, [], 2000)) is banks


def test_a_saved_network_keeps_them(banks: RoadNetwork, tmp_path) -> None:
    laid(banks, PONTOON).save(tmp_path / "roads.npz")
    network = RoadNetwork.load(tmp_path / "roads.npz")
    assert np.flatnonzero(network.temporary_links("t01")).tolist() == [10, 11]


def test_their_speed_is_their_own_and_their_weight_limit_holds(banks: RoadNetwork) -> None:
    network = replace(laid(banks, PONTOON), length_m=np.full(12, 1200.0))
    # 1.2 km at 12 km/h: 6 min; a light truck at 0.9 of it; by night 0.85, in rain 0.9 of that.
    assert link_times_ms(network, CAR)[10:].tolist() == [360_000] * 2
    assert link_times_ms(network, LIGHT)[10:].tolist() == [400_000] * 2
    assert link_times_ms(network, CAR, night=True, rain="rain")[10] == round(360_000 / 0.85 / 0.9)
    # 25 t on a pontoon that bears 10 t.
    assert link_times_ms(network, HEAVY)[10:].tolist() == [UNREACHABLE] * 2
    assert (link_times_ms(network, HEAVY)[:10] < UNREACHABLE).all()


def test_closed_until_opened(banks: RoadNetwork) -> None:
    network = laid(banks, PONTOON)
    free = link_times_ms(network, LIGHT)
    bridge = Closure(name="断桥", bridges=True)
    opened = Closure(name="架桥", temporary=["T01"], opened=True)

    def crossing(*closures: Closure, vehicle=LIGHT, at_h: float | None = None) -> bool:
        times = apply_closures(closures, network, link_times_ms(network, vehicle), vehicle, at_h=at_h)
        return bool(travel_times_ms(network, times, [0], [3])[0, 0] < UNREACHABLE)

    assert (apply_closures([], network, free, LIGHT)[10:] == UNREACHABLE).all()
    assert (apply_closures([opened], network, free, LIGHT) == free).all()
    assert not crossing(bridge)
    assert crossing(bridge, opened)
    assert not crossing(bridge, opened, vehicle=HEAVY)
    later = opened.model_copy(update={"from_h": 6.0})
    assert [crossing(bridge, later, at_h=hour) for hour in (0, 5.9, 6, 100)] == [False, False, True, True]
    # Without an hour the worst is taken: the bridge is out and the pontoon not yet there.
    assert not crossing(bridge, later)
    cars = opened.model_copy(update={"vehicle_classes": ("car",)})
    assert (crossing(bridge, cars), crossing(bridge, cars, vehicle=CAR)) == (False, True)
    away = Closure(name="冲走", temporary=["T01"], from_h=10)
    assert [crossing(bridge, opened, away, at_h=hour) for hour in (9, 10)] == [True, False]
    slow = apply_closures([opened, Closure(name="限速", temporary=["t01"], slowed=2)], network, free, LIGHT)
    assert slow[10] == 2 * free[10]


def test_no_other_closure_means_them(banks: RoadNetwork) -> None:
    network = laid(banks, PONTOON)
    whole = Closure(name="全部", within={"bbox": [106, 29, 107, 30]})
    assert matched_links(whole, network).tolist() == list(range(10))
    assert matched_links(Closure(name="桥", temporary=["T01"]), network).tolist() == [10, 11]
    with pytest.raises(ProblemsError, match="matches no road"):
        matched_links(Closure(name="名", road="舟桥"), network)


def test_an_unknown_one_is_named(banks: RoadNetwork) -> None:
    opened = Closure(name="架桥", temporary=["T01", "T09"], opened=True)
    with pytest.raises(ProblemsError, match=r"names temporary links that the region lacks: T09.*it has: T01"):
        matched_links(opened, laid(banks, PONTOON))
    with pytest.raises(ProblemsError, match=r"T01, T09.*it has: -"):
        matched_links(opened, banks)


def test_two_different_nodes_are_needed(banks: RoadNetwork) -> None:
    short = replace(PONTOON, to_lat=29.701)
    far = replace(PONTOON, to_lat=29.9)
    for link in (short, far):
        with pytest.raises(ValueError, match="two nodes"):
            laid(banks, link)
