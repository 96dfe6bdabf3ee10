"""Isolation on the district of ``conftest.py``, and against every subset of closures on random roads."""

from __future__ import annotations

from dataclasses import replace
from itertools import chain, combinations

import networkx as nx
import numpy as np
import pytest

from network.closures import Closure
from network.problem import ProblemsError
from optimizer.analysis.access import statuses
from optimizer.analysis.barriers import barriers
from optimizer.analysis.cuts import cuts, reopening_h
from optimizer.analysis.isolation import isolation, isolation_by_scenario
from optimizer.analysis.road_case import RoadCase
from optimizer.analysis.sources import sources_as_they_stand
from optimizer.region.scenarios import RoadState, Scenario

TRUCK_MIN_A_KM = 60 / (25 * 0.9)
ENGINE_MIN_A_KM = 60 / (25 * 0.85)
A_DAY = Closure(name="四号路", ways=(4,), to_h=24)
TWO_DAYS = Closure(name="七号路", ways=(7,), to_h=48)


def _case(region, *closures, **options):
    return RoadCase(region, sources_as_they_stand(region), RoadState(closures=closures), **options)


def _rows(table):
    return table.set_index("site_id")


def test_everything_open_is_reached_but_the_place_without_a_road(region):
    found = isolation(_case(region))
    assert _rows(found.access)["status"].to_dict() == dict.fromkeys(("V2", "V3", "V4", "V6"), "reached") | {
        "V9": "no_road"
    }
    assert list(found.isolated["site_id"]) == ["V9"]
    assert _rows(found.isolated).loc["V9", ["cut_kind", "cut_by"]].tolist() == ["", ""]


def test_times_are_of_the_nearest_source_of_each_group(region):
    v6 = _rows(isolation(_case(region)).access).loc["V6"]
    # 0-1-2-3-4-6 is 5 km, from the town's depot at 4 it is 1 km; a fire engine comes from 0.
    assert v6["district_depot_min"] == pytest.approx(5 * TRUCK_MIN_A_KM, abs=1e-3)
    assert (v6["district_depot_id"], v6["town_depot_id"], v6["station_id"]) == ("D0", "D4", "S0")
    assert v6["town_depot_min"] == pytest.approx(TRUCK_MIN_A_KM, abs=1e-3)
    assert v6["station_min"] == pytest.approx(5 * ENGINE_MIN_A_KM, abs=1e-3)
    assert np.isnan(v6["own_depot_min"]), "it belongs to no town"


def test_closures_in_a_row_must_all_be_lifted(region):
    found = _rows(isolation(_case(region, A_DAY, TWO_DAYS)).isolated)
    assert found.loc["V4", ["status", "cut_kind", "cut_by", "reopens_h"]].tolist() == [
        "local_only",
        "any",
        "四号路",
        24,
    ]
    assert found.loc["V6", ["status", "cut_kind", "cut_by", "reopens_h"]].tolist() == [
        "cut_off", "all", "四号路;七号路", 48,
    ]  # fmt: skip
    assert set(found.index) == {"V4", "V6", "V9"}


def test_of_closures_side_by_side_any_one_will_do(region):
    found = _rows(
        isolation(_case(region, Closure(name="三号路", ways=(3,)), Closure(name="五号路", ways=(5,)))).isolated
    )
    assert found.loc["V3", ["cut_kind", "cut_by"]].tolist() == ["any", "三号路;五号路"]
    assert np.isnan(found.loc["V3", "reopens_h"]), "no closure says until when it holds"


def test_one_of_two_ways_closed_isolates_nobody(region):
    assert list(isolation(_case(region, Closure(name="三号路", ways=(3,)))).isolated["site_id"]) == ["V9"]


def test_the_hour_decides_what_holds(region):
    later = Closure(name="一号路", ways=(1,), from_h=30, to_h=60)
    assert set(isolation(_case(region, A_DAY, later, at_h=12)).isolated["site_id"]) == {"V4", "V6", "V9"}
    assert set(isolation(_case(region, A_DAY, later, at_h=26)).isolated["site_id"]) == {"V9"}
    # Way 4 opens at 24, before way 1 closes at 30.
    assert _rows(isolation(_case(region, A_DAY, later, at_h=12)).isolated).loc["V4", "reopens_h"] == 24
    overlapping = later.model_copy(update={"from_h": 20})
    assert _rows(isolation(_case(region, A_DAY, overlapping, at_h=12)).isolated).loc["V4", "reopens_h"] == 60


def test_a_closure_for_heavy_trucks_cuts_only_them(region):
    weak = Closure(name="危桥", ways=(4,), vehicle_classes=("heavy_truck",))
    assert list(isolation(_case(region, weak)).isolated["site_id"]) == ["V9"]
    assert set(isolation(_case(region, weak, vehicle_class="heavy_truck")).isolated["site_id"]) == {"V4", "V6", "V9"}


def test_slow_roads_cut_nobody_off(region):
    assert list(isolation(_case(region, Closure(name="限速", ways=(1,), slowed=50))).isolated["site_id"]) == ["V9"]


def test_help_lands_inside_the_island_and_comes_on_by_road(region):
    found = _rows(isolation(_case(region, A_DAY)).isolated)
    # The helipad at 6 is 1 km by way 7 from 4.
    v4 = found.loc["V4"]
    assert v4[["landing_site_id", "landing_name", "landing_by", "landing_contact"]].tolist() == [
        "P6", "坪上起降点", "road", "张三 123",
    ]  # fmt: skip
    assert v4["landing_km"] == pytest.approx(1.0)
    assert v4["landing_min"] == pytest.approx(TRUCK_MIN_A_KM, abs=1e-3)
    assert v4["landing_wkt"] == "LINESTRING (106.05000 29.00000, 106.04000 29.00000)"


def test_without_a_road_help_comes_on_foot_straight(region):
    found = _rows(isolation(_case(region, A_DAY, TWO_DAYS)).isolated).loc["V4"]
    assert found["landing_by"] == "foot"
    # A hundredth of a degree of longitude at 29° N is 111.32 km × cos 29° / 100 = 0.9736 km, due east.
    assert found["landing_km"] == pytest.approx(0.974, abs=0.002)
    assert found["landing_bearing"] == pytest.approx(90, abs=0.1)
    assert np.isnan(found["landing_min"])
    assert found["landing_wkt"] == ""


def test_when_nothing_flies_a_helipad_is_no_landing_point(region):
    found = _rows(isolation(_case(region, A_DAY, flying=False)).isolated).loc["V4"]
    assert (found["landing_by"], found["landing_site_id"]) == ("", "")


def test_stock_lasts_by_the_norms(region):
    found = isolation(_case(region, A_DAY, TWO_DAYS))
    held = found.holdings.set_index(["site_id", "item_id"])
    # 60 people × 5 bottles = 300 a day: 600 last 48 h; 60 meals a day: 90 last 36 h; 30 quilts are needed, 15 held.
    assert held.loc[("V6", "water"), ["held", "need", "covered", "lasts_h"]].tolist() == [600, 300, 2, 48]
    assert held.loc[("V6", "food"), "lasts_h"] == 36
    assert held.loc[("V6", "quilt"), "covered"] == 0.5
    assert np.isnan(held.loc[("V6", "quilt"), "lasts_h"])
    v6 = _rows(found.isolated).loc["V6"]
    assert v6[["lasts_h", "first_out", "lasts", "kit"]].tolist() == [36, "food", "no", "generator=2"]
    assert (bool(v6["communications_assured"]), v6["satellite_phones"]) == (False, 0)


def test_what_nobody_holds_lasts_no_hour_and_what_expires_or_lies_with_an_agent_is_not_there(region):
    found = isolation(_case(region, A_DAY))
    held = found.holdings.set_index(["site_id", "item_id"])
    # 40 people × 5 bottles = 200 a day against 100 in hand: 12 h. The food expires within the year.
    assert held.loc[("V4", "water"), "lasts_h"] == 12
    assert held.loc[("V4", "food"), ["held", "lasts_h"]].tolist() == [0, 0]
    assert _rows(found.isolated).loc["V4", ["lasts_h", "first_out", "lasts"]].tolist() == [0, "food", "no"]


def test_where_nobody_holds_anything_there_is_no_kit(region):
    bare = replace(region, tables=region.tables | {"stock": region.tables["stock"].iloc[:0]})
    found = _rows(isolation(_case(bare, A_DAY)).isolated)
    assert found.loc["V6", ["kit", "lasts_h", "first_out"]].tolist() == ["", 0, "water;food"]


def test_it_lasts_where_the_road_opens_sooner_and_cannot_be_told_where_nobody_says_when(region):
    def lasts(**hours):
        closed = (Closure(name="四号路", ways=(4,), **hours), Closure(name="七号路", ways=(7,), **hours))
        return _rows(isolation(_case(region, *closed)).isolated).loc["V6", "lasts"]

    assert (lasts(to_h=36), lasts(to_h=37), lasts()) == ("yes", "no", "unknown")


def test_unknown_residents_leave_the_hours_unknown(region):
    sites = region.sites.assign(population=np.nan)
    nobody = replace(region, tables=region.tables | {"sites": sites})
    found = _rows(isolation(_case(nobody, A_DAY, TWO_DAYS)).isolated)
    assert np.isnan(found.loc["V6", "lasts_h"])
    assert found.loc["V6", "lasts"] == "unknown"
    assert found.loc["V4", "lasts"] == "no", "of food there is none, however many people there are"


def test_a_scenario_has_its_own_rows_and_weather(region):
    scenario = Scenario.model_validate(
        {
            "id": "slide",
            "name": {"zh": "滑坡", "en": "Slide"},
            "event": {"hazard": "landslide"},
            "annual_probability": 0.1,
            "roads": {"closures": [A_DAY.model_dump(exclude_none=True)]},
            "demand": [{"people": "residents"} | {"share": 1}],
            "flying": False,
        }
    )
    found = isolation_by_scenario(replace(region, scenarios=(scenario,)))
    assert set(found.access["scenario_id"]) == {"slide"}
    assert set(found.isolated["site_id"]) == {"V4", "V6", "V9"}
    assert set(found.isolated["landing_by"]) == {""}
    assert len(found.cuts) == len(found.isolated)


def test_without_a_district_depot_any_depot_is_the_lifeline(region):
    sites = region.sites.assign(level=region.sites["level"].replace("district", "town"))
    towns = replace(region, tables=region.tables | {"sites": sites})
    # The town's depot at 4 still reaches 4 and 6.
    found = _rows(isolation(_case(towns, A_DAY)).access)
    assert found["status"].to_dict() == dict.fromkeys(("V2", "V3", "V4", "V6"), "reached") | {"V9": "no_road"}


def test_a_region_without_depots_is_refused_by_name(without_depots):
    with pytest.raises(ProblemsError) as caught:
        sources_as_they_stand(without_depots)
    assert "储备库" in caught.value.problems[0].say("zh")


def test_a_closure_that_matches_nothing_is_named(region):
    with pytest.raises(ProblemsError) as caught:
        isolation(_case(region, Closure(name="无此路", road="G999")))
    assert "无此路" in caught.value.problems[0].say("zh")


def test_a_pontoon_reconnects_from_the_hour_it_is_laid_and_is_no_way_before(with_pontoon):
    shut = Closure(name="四号路", ways=(4,), to_h=90)
    laid = Closure(name="架设浮桥", temporary=("T1",), opened=True, from_h=20)
    assert _rows(isolation(_case(with_pontoon, shut)).isolated).loc["V4", "reopens_h"] == 90
    before = _rows(isolation(_case(with_pontoon, shut, laid, at_h=5)).isolated)
    assert before.loc["V4", ["cut_kind", "cut_by", "reopens_h"]].tolist() == ["any", "四号路", 20]
    assert "V4" not in set(isolation(_case(with_pontoon, shut, laid, at_h=25)).isolated["site_id"])


@pytest.mark.parametrize("seed", range(12))
def test_cuts_are_those_that_trying_every_subset_finds(drawn, tmp_path, seed):
    """Networkx says for every subset of closures whether lifting it reconnects a place."""
    random = np.random.default_rng(seed)
    n = 7
    tree = {node: (int(random.integers(node)), node) for node in range(1, n)}
    pairs = {10 + k: tuple(sorted(random.choice(n, 2, replace=False).tolist())) for k in range(4)}
    ways = tree | pairs
    region = drawn(ways, n, tmp_path)
    shut = [tuple(random.choice(list(ways), int(random.integers(1, 4)), replace=False).tolist()) for _ in range(5)]
    closures = tuple(Closure(name=f"c{k}", ways=one) for k, one in enumerate(shut))
    sources = sources_as_they_stand(region)

    def reached(lifted):
        closed = set(chain.from_iterable(one for k, one in enumerate(shut) if k not in lifted))
        graph = nx.Graph([ends for way, ends in ways.items() if way not in closed])
        graph.add_nodes_from(range(n))
        return {f"V{node}" for node in nx.node_connected_component(graph, 0) if node}

    subsets = [set(one) for size in range(len(shut) + 1) for one in combinations(range(len(shut)), size)]
    alone = sorted({f"V{node}" for node in range(1, n)} - reached(set()))
    found = cuts(barriers(region, RoadState(closures=closures), "light_truck"), sources.lifeline, alone)
    for place, cut in zip(alone, found, strict=True):
        singles = {k for k in range(len(shut)) if place in reached({k})}
        if singles:
            assert (cut.kind, set(cut.closures)) == ("any", singles)
            continue
        minimal = [
            one for one in subsets if place in reached(one) and not any(place in reached(one - {k}) for k in one)
        ]
        assert cut.kind == "all"
        assert set(cut.closures) in minimal
    case = RoadCase(region, sources, RoadState(closures=closures))
    now, free = (case.access(state, case.settlements) for state in (case.now, case.all_open))
    assert set(now.index[statuses(now, free) == "cut_off"]) == set(alone)


@pytest.mark.parametrize("seed", range(6))
def test_reopening_is_the_first_end_of_a_closure_that_reconnects(drawn, tmp_path, seed):
    random = np.random.default_rng(seed)
    n = 6
    ways = {node: (int(random.integers(node)), node) for node in range(1, n)}
    region = drawn(ways, n, tmp_path)
    ends = {way: float(random.choice([6, 12, 18])) for way in ways if random.random() < 0.7}
    closures = tuple(Closure(name=f"c{way}", ways=(way,), to_h=end) for way, end in ends.items())
    if not closures:
        pytest.skip("nothing is closed")
    barred = barriers(region, RoadState(closures=closures), "light_truck")
    for node in range(1, n):
        path, at = [], node
        while at:
            path.append(at)
            at = ways[at][0]
        wait = max((ends[way] for way in path if way in ends), default=0)
        if wait:
            assert reopening_h(barred, ["D0"], [f"V{node}"])[0] == wait
