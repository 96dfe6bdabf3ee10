"""Stake numbers: how they are written, where they lie on made and real roads, and what is said of wrong ones."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from pyproj import Geod
from scipy.sparse import coo_array
from scipy.sparse.csgraph import dijkstra

from network.chainage import StakedStretch, staked_stretch
from network.closed_links import matched_links, staked_stretches
from network.closures import Closure
from network.forms import problems_of
from network.osm import read_osm
from network.problem import ProblemsError
from network.roads import LONGEST_LINK_M, RoadNetwork
from network.stakes import Stakes, parse_stake, stake_text
from network.words import LANGUAGES

Build = Callable[..., RoadNetwork]
GEOD = Geod(ellps="WGS84")
WEST, LAT = 106.6, 29.7
DEMO_ROADS = Path(__file__).parents[2] / "datasets" / "yubei" / "roads.osm.pbf"


@pytest.mark.parametrize(
    ("text", "metres"),
    [
        ("K12+300", 12_300),
        ("k12+300", 12_300),
        ("12+300", 12_300),
        ("K12", 12_000),
        ("12", 12_000),
        ("K12.3", 12_300),
        ("K12+030.5", 12_030.5),
        ("Ｋ１２＋３００", 12_300),
        ("桩号 K12 + 300", 12_300),
        ("K2300+5", 2_300_005),
        ("K0+000", 0),
    ],
)
def test_stakes_as_planners_write_them(text: str, metres: float) -> None:
    assert parse_stake(text) == pytest.approx(metres)


@pytest.mark.parametrize(
    "text", ["", "K", "K12+", "K12+3000", "12km", "S303", "K-1+200", "K12+300+1", "12.3+400", "一"]
)
def test_what_is_no_stake(text: str) -> None:
    assert parse_stake(text) is None


@given(st.integers(0, 3_000_000))
def test_a_stake_written_is_read_back(metres: int) -> None:
    assert parse_stake(stake_text(metres)) == metres


def test_before_the_zero() -> None:
    assert stake_text(-50.2) == "K-0+050"
    assert stake_text(-0.2) == "K0+000"


def east(metres: float, north: float = 0.0) -> dict[str, float]:
    """A point so many metres east of the roads' west end, and north of them."""
    lon, lat, _ = GEOD.fwd(WEST, LAT, 90, metres)
    lon, lat, _ = GEOD.fwd(lon, lat, 0, north)
    return {"lon": float(lon), "lat": float(lat)}


def road_of(
    make_network: Build, at: dict[int, dict[str, float]], pairs: list[tuple[int, int]], **given: Any
) -> RoadNetwork:
    """Straight links of S303 between points; a pair (a, b) is driven from a to b alone."""
    place = {node: row for row, node in enumerate(at)}
    lon, lat = [point["lon"] for point in at.values()], [point["lat"] for point in at.values()]
    tail, head = [place[a] for a, _ in pairs], [place[b] for _, b in pairs]
    length = GEOD.inv(*(np.array(axis)[ends] for ends in (tail, head) for axis in (lon, lat)))[2]
    given.setdefault("ref", np.ones(len(pairs), dtype=np.int32))
    given.setdefault("texts", ["", "S303"])
    way = [min(pair) * 100 + max(pair) for pair in pairs]
    return make_network(lon, lat, tail, head, node_id=list(at), way_id=way, length_m=length, **given)


def both(*pairs: tuple[int, int]) -> list[tuple[int, int]]:
    return [pair for a, b in pairs for pair in ((a, b), (b, a))]


@pytest.fixture(scope="module")
def straight(make_network: Build) -> RoadNetwork:
    """Nodes 0 to 20, 400 m apart on a line to the east, two-way: link 2i runs from i to i + 1, link 2i + 1 back."""
    return road_of(make_network, {i: east(400 * i) for i in range(21)}, both(*((i, i + 1) for i in range(20))))


def stretch(network: RoadNetwork, lower: object, upper: object, **given: Any) -> StakedStretch:
    given = {"road": "S303", "zero": east(0), "from": lower, "to": upper} | given
    if "second" not in given:
        given.setdefault("towards", east(8000))
    return staked_stretch("甲", Stakes(**given), network)


def test_a_stretch_closes_whole_links(straight: RoadNetwork) -> None:
    # K1+000 lies on the link from node 2 (800 m) to node 3 (1200 m), K2+100 on that from 5 (2000 m) to 6 (2400 m).
    found = stretch(straight, "K1+000", "K2+100")
    assert found.links.tolist() == [4, 5, 6, 7, 8, 9, 10, 11]
    assert found.closed_m == pytest.approx((800, 2400), abs=0.5)
    assert found.stated_m == (1000, 2100)
    # 0 m off the road, 2 % of 2100 m, half a step of 20 m.
    assert found.error_m == pytest.approx(0 + 42 + 10, abs=0.5)
    assert found.off_road_m == pytest.approx(0, abs=0.01)
    assert stretch(straight, "K2+100", "K1+000").links.tolist() == found.links.tolist()


def test_a_stretch_that_ends_at_a_junction_stops_there(straight: RoadNetwork) -> None:
    # 0.1 m within the links, since lengths are measured on an ellipsoid.
    assert stretch(straight, "K0+800.1", "K1+199.9").links.tolist() == [4, 5]


def test_a_single_stake_is_its_link(straight: RoadNetwork) -> None:
    assert stretch(straight, "K1+000", "K1").links.tolist() == [4, 5]


def test_the_direction_tells_the_side(straight: RoadNetwork) -> None:
    middle = {"zero": east(4000) | {"stake": "K10+000"}}
    # Rising to the east: K11 lies at 5000 m; rising to the west: at 3000 m.
    assert stretch(straight, "K10+900", "K11+100", **middle).closed_m == pytest.approx((10_800, 11_200), abs=0.5)
    assert stretch(straight, "K10+900", "K11+100", **middle).links.tolist() == [24, 25]
    assert stretch(straight, "K10+900", "K11+100", **middle, towards=east(0)).links.tolist() == [14, 15]
    # And before the reference, on the other side of it.
    assert stretch(straight, "K8+900", "K9+100", **middle).links.tolist() == [14, 15]


def test_a_second_reference_gives_direction_and_scale(straight: RoadNetwork) -> None:
    # The road office counts 8.8 km where the map has 8 km: K4+400 lies at 4000 m, K4+840 at 4400 m.
    second = {"second": east(8000) | {"stake": "K8+800"}}
    found = stretch(straight, "K4+410", "K4+830", **second)
    assert found.links.tolist() == [20, 21]
    # 1 % of the way to the nearer reference: 4410 / 1.1 = 4009 m from the zero, 3609 m from the second at K4+830.
    assert found.error_m == pytest.approx(0.01 * 3991 + 10, abs=0.5)
    # Falling to the east.
    down = stretch(straight, "K1+010", "K1+390", zero=east(0) | {"stake": "K9"}, second=east(8000) | {"stake": "K1"})
    assert down.links.tolist() == [38, 39]


def test_a_reference_beside_the_road_adds_to_the_error(straight: RoadNetwork) -> None:
    off = stretch(straight, "K1+000", "K2+100", zero=east(0, 150))
    assert off.off_road_m == pytest.approx(150, abs=1)
    assert off.error_m == pytest.approx(150 + 42 + 10, abs=1)


def test_what_is_told_of_a_stretch(straight: RoadNetwork) -> None:
    closure = Closure(name="塌方", stakes=forms(straight, "K1+000", "K2+100"))
    (told,) = staked_stretches([closure, Closure(name="桥", road="S303")], straight)
    assert told.name == "塌方"
    said = {language: told.phrase().say(language) for language in LANGUAGES}
    assert said["en"].startswith("S303 K1+000 to K2+100: whole links are closed, from K0+800 to K2+400, 8 in all;")
    assert "±52 m" in said["en"]
    assert "K0+800 至 K2+400" in said["zh"]
    assert matched_links(closure, straight).tolist() == told.links.tolist()
    bridges = Closure(name="塌方", stakes=closure.stakes, within={"around": east(1000) | {"radius_m": 100}})
    assert matched_links(bridges, straight).tolist() == [4, 5]


def forms(_network: RoadNetwork, lower: str, upper: str) -> dict[str, Any]:
    return {"road": "S303", "from": lower, "to": upper, "zero": east(0), "towards": east(8000)}


def test_opposite_carriageways_close_together(make_network: Build) -> None:
    """Two carriageways 30 m apart, joined at neither end; their nodes lie nowhere beside each other."""
    at = {i: east(400 * i) for i in range(11)} | {100 + i: east(150 + 400 * i, 30) for i in range(10)}
    pairs = [(i, i + 1) for i in range(10)] + [(100 + i + 1, 100 + i) for i in range(9)]
    network = road_of(make_network, at, pairs)
    found = stretch(network, "K1+450", "K1+500", towards=east(4000))
    # 1200-1600 m of the one; of the other 1350-1750 m and, its stakes being up to 30 m too high, no more than that.
    assert found.links.tolist() == [3, 13]
    # 2 % of 1500 m, half a step, and the breadth.
    assert found.error_m == pytest.approx(30 + 10 + 30, abs=3)


def test_a_serpentine_is_not_cut_short(make_network: Build) -> None:
    """Two legs 40 m apart that meet at the far end, driven both ways: 2 km up, 2 km back."""
    at = {i: east(400 * i) for i in range(6)} | {10 - i: east(400 * i, 40) for i in range(5, -1, -1)}
    order = [0, 1, 2, 3, 4, 5, *(10 - i for i in range(4, -1, -1))]
    at[5] = east(2000, 20)
    pairs = both(*itertools.pairwise(order))
    network = road_of(make_network, at, pairs)
    found = stretch(network, "K3+010", "K3+100", towards=east(1600))
    # 1000 m back from the bend: east 1000 m on the upper leg, between nodes 7 (1200 m) and 8 (800 m).
    assert {tuple(sorted(pairs[link])) for link in found.links} == {(7, 8)}


def test_a_gap_is_crossed_and_doubted(make_network: Build) -> None:
    """From 4000 to 4400 m the road bears another number."""
    at = {i: east(400 * i) for i in range(21)}
    pairs = both(*((i, i + 1) for i in range(20)))
    ref = np.ones(len(pairs), dtype=np.int32)
    ref[20:22] = 2
    network = road_of(make_network, at, pairs, ref=ref, texts=["", "S303;G210", "G210"])
    found = stretch(network, "K5+000", "K5+100")
    assert found.links.tolist() == [24, 25]
    assert found.error_m == pytest.approx(0.02 * 5100 + 400 / 2 + 10, abs=3)
    with pytest.raises(ProblemsError, match=re.escape("between K4+100 and K4+300 no link bears S303")):
        stretch(network, "K4+100", "K4+300")


def test_a_gap_too_wide_is_refused(make_network: Build) -> None:
    network = road_of(make_network, {i: east(1500 * i) for i in range(6)}, both((0, 1), (2, 3), (3, 4), (4, 5)))
    with pytest.raises(ProblemsError, match="do not join"):
        stretch(network, "K0+100", "K0+200", towards=east(7500))
    assert stretch(network, "K0+100", "K0+200", towards=east(1500)).links.tolist() == [0, 1]


def test_branches_are_refused_where_they_part(make_network: Build) -> None:
    """At 1200 m a branch of the same number leaves to the north."""
    at = {i: east(400 * i) for i in range(11)} | {20 + i: east(1200, 400 * i) for i in range(1, 5)}
    pairs = both(*((i, i + 1) for i in range(10)), (3, 21), *((20 + i, 21 + i) for i in range(1, 4)))
    network = road_of(make_network, at, pairs)
    assert stretch(network, "K0+410", "K0+790", towards=east(4000)).links.tolist() == [2, 3]
    with pytest.raises(ProblemsError, match="two branches"):
        stretch(network, "K2+010", "K2+390", towards=east(4000))


@pytest.mark.parametrize(
    ("lower", "upper", "given", "words"),
    [
        ("K7+900", "K9", {}, "K7+900 to K9+000 is not on S303, which by these references runs from K0+000 to K8+000"),
        ("K20", "K21", {}, "is not on S303"),
        ("K1", "K2", {"zero": east(0, 500)}, "lies 500 m from S303, more than 300 m"),
        ("K1", "K2", {"zero": east(40_000)}, "m from S303, more than 300 m"),
        ("K1", "K2", {"towards": east(50)}, "too near"),
        ("K1", "K2", {"second": east(8000) | {"stake": "K4"}}, "4000 m apart by their stakes and 8000 m along S303"),
    ],
)  # fmt: skip
def test_what_does_not_fit_is_told(straight: RoadNetwork, lower: str, upper: str, given: dict, words: str) -> None:
    with pytest.raises(ProblemsError, match=re.escape(words)) as caught:
        stretch(straight, lower, upper, **given)
    assert "甲" in caught.value.problems[0].say("zh")


def test_a_little_beyond_the_end_is_within_the_doubt(straight: RoadNetwork) -> None:
    # 2 % of 8000 m and 10 m: an end at K8+100 may be the road's own at K8+000.
    assert stretch(straight, "K7+700", "K8+100").links.tolist() == [38, 39]


@pytest.mark.parametrize(
    ("fields", "place", "words"),
    [
        ({"towards": None}, "stakes", "exactly one of towards"),
        ({"second": east(9) | {"stake": "K1"}}, "stakes", "exactly one of towards"),
        ({"from": "K12+3000"}, "stakes.from", "K12+3000 is no stake number"),
        ({"to": None}, "stakes.to", "a text belongs here"),
        ({"towards": None, "second": east(9)}, "stakes", "both reference points have the stake K0"),
        ({"zero": {"lon": 29.7, "lat": 106.6}}, "stakes.zero", "swapped"),
        ({"zero": east(0) | {"stake": "zero"}}, "stakes.zero.stake", "zero is no stake number"),
        ({"road": " "}, "stakes.road", "must not be empty"),
    ],
)
def test_a_wrong_form_is_told_in_words(straight: RoadNetwork, fields: dict, place: str, words: str) -> None:
    with pytest.raises(ValidationError) as caught:
        Closure(name="甲", stakes=forms(straight, "K1", "K2") | fields)
    problems = problems_of(caught.value, "closures.yaml")
    assert [problem.column for problem in problems] == [place]
    assert words in problems[0].say("en")
    assert problems[0].say("zh")


def test_a_bare_number_is_kilometres_and_an_unknown_road_is_offered_others(straight: RoadNetwork) -> None:
    assert stretch(straight, 1.05, 1).links.tolist() == stretch(straight, "K1", "K1+050").links.tolist()
    with pytest.raises(ProblemsError, match="Roads with a like name: S303"):
        matched_links(Closure(name="甲", stakes=forms(straight, "K1", "K2") | {"road": "S30"}), straight)


def test_stakes_are_written_as_they_are_read(straight: RoadNetwork) -> None:
    closure = Closure(name="甲", stakes=forms(straight, "K1", "K2"))
    written = closure.model_dump(mode="json", exclude_defaults=True)
    assert (written["stakes"]["from"], written["stakes"]["to"]) == ("K1", "K2")
    assert Closure.model_validate(written) == closure


@given(lower=st.integers(0, 8000), upper=st.integers(0, 8000))
@settings(max_examples=60, deadline=None)
def test_a_wider_stretch_closes_no_less(straight: RoadNetwork, lower: int, upper: int) -> None:
    found = stretch(straight, stake_text(lower), stake_text(upper))
    low, high = sorted((lower, upper))
    closed = {link // 2 for link in found.links.tolist()}
    assert found.links.tolist() == [link for i in sorted(closed) for link in (2 * i, 2 * i + 1)]
    # Every link that the stretch reaches into by more than the rounding of lengths, and none that it does not touch.
    surely = {i for i in range(20) if 400 * i < high - 1 and 400 * (i + 1) > low + 1}
    at_most = {i for i in range(20) if 400 * i <= high + 1 and 400 * (i + 1) >= low - 1}
    assert (surely if high > low + 2 else set()) <= closed <= at_most


def check_along(network: RoadNetwork, road: str) -> StakedStretch:
    """Against Dijkstra over the links alone, on the longest way along a two-way road that no gap parts."""
    links = np.flatnonzero(network.called(road))
    steps = coo_array(
        (network.length_m[links], (network.tail[links], network.head[links])), shape=(network.node_count,) * 2
    ).tocsr()
    from_any = dijkstra(steps, indices=network.tail[links[0]])
    start = int(np.where(np.isfinite(from_any), from_any, -1).argmax())
    along = dijkstra(steps, indices=start)
    end = int(np.where(np.isfinite(along), along, -1).argmax())
    length = float(along[end])
    point = [{"lon": float(network.lon[node]), "lat": float(network.lat[node])} for node in (start, end)]
    lower, upper = 0.4 * length, 0.5 * length
    stakes = {"road": road, "from": stake_text(lower), "to": stake_text(upper), "zero": point[0], "towards": point[1]}
    found = staked_stretch("甲", Stakes(**stakes), network)
    ends = np.column_stack([along[network.tail[links]], along[network.head[links]]])
    first, last = ends.min(axis=1), ends.max(axis=1)
    meant = links[(first < upper - 2) & (last > lower + 2)]
    assert set(meant) <= set(found.links.tolist())
    assert set(found.links.tolist()) <= set(links[(first < upper + 2) & (last > lower - 2)])
    assert found.closed_m[0] <= lower + 2
    assert found.closed_m[1] >= upper - 2
    assert found.error_m == pytest.approx(0.02 * upper + 10, rel=0.05)
    return found


def test_a_real_road_is_measured_along_its_links(real_extract: Path) -> None:
    check_along(read_osm(real_extract), "CS-260" if real_extract.name.startswith("andorra") else "644")


def test_roads_of_the_demo() -> None:
    network = read_osm(DEMO_ROADS)
    for road in ("G210", "S102", "X214"):
        check_along(network, road)
    # An expressway of two carriageways: both are closed, over about the same length.
    links = np.flatnonzero(network.called("G65"))
    ends = links[network.lat[network.tail[links]].argmin()], links[network.lat[network.tail[links]].argmax()]
    south, north = (
        {"lon": float(network.lon[node]), "lat": float(network.lat[node])} for node in network.tail[[*ends]]
    )
    stakes = {"road": "G65", "from": "K12+300", "to": "K14+100", "zero": south, "towards": north}
    found = staked_stretch("甲", Stakes(**stakes), network)
    northward = network.lat[network.head[found.links]] > network.lat[network.tail[found.links]]
    lengths = [network.length_m[found.links][way].sum() for way in (northward, ~northward)]
    for length in lengths:
        assert 1800 - 2 * found.error_m < length < 1800 + 2 * LONGEST_LINK_M + 2 * found.error_m
