"""Damage written out on the valley, and by brute force on roads drawn at random."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import networkx as nx
import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.closures import Closure
from network.customization import UNREACHABLE
from network.problem import ProblemsError
from optimizer.analysis.critical.losses import Losses, find_losses
from optimizer.analysis.critical.people import find_harm
from optimizer.analysis.critical.ranking import DAMAGES, find_critical
from optimizer.analysis.critical.services import Reach, find_services
from optimizer.analysis.critical.stock import present_stock
from optimizer.analysis.critical.unmet import Supply, find_unmet
from optimizer.analysis.critical.ways import shortest_ways
from optimizer.models.reserve import solve_reserve
from optimizer.plan.reach import FREE
from optimizer.plan.reserve_case import reserve_case
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS

TRUCK_KMH, ENGINE_KMH, ON_A_BRIDGE = 55 * 0.9, 55 * 0.85, 0.95
NEAR_BRIDGE, ROUND, WEST = "bridge-4", "road-5:2-5", "road-8:1-9"
RANDOM = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def table(valley: Region) -> pd.DataFrame:
    return find_critical(present_stock(valley)).table.set_index("loss_id", drop=False)


def test_losses_are_in_the_order_of_their_damage(table: pd.DataFrame) -> None:
    worst = ["bridge-1", "bridge-3", WEST, ROUND, NEAR_BRIDGE]
    assert list(table.index) == [*worst, "bridge-2", "tunnel-7"]
    assert table["rank"].tolist()[:5] == [1, 2, 3, 4, 5]


def test_the_only_way_cuts_off_all_behind_it(table: pd.DataFrame) -> None:
    assert table["people_cut_off"].tolist() == [1300, 800, 400, 0, 0, 0, 0]
    assert table["places_cut_off"].tolist() == [2, 1, 1, 0, 0, 0, 0]
    assert table.loc["bridge-1", "places"] == "桥头村、对岸村"


def test_a_way_round_keeps_relief_and_breaks_the_circle(table: pd.DataFrame) -> None:
    row = table.loc[NEAR_BRIDGE]
    engine = (1 / ON_A_BRIDGE + 30) / ENGINE_KMH * 60
    assert engine == pytest.approx(39.85, abs=0.01)
    assert (row["people_beyond"], row["people_beyond_response"], row["people_beyond_relief"]) == (500, 500, 0)
    # The near bridge is 2 km long, the way round 30 km. Depot, district depot: a truck each; the circle: an engine.
    hours = (30 - 2 / ON_A_BRIDGE) * (2 / TRUCK_KMH + 1 / ENGINE_KMH)
    assert row["person_min"] == pytest.approx(500 * 60 * hours, abs=0.1)


def test_remote_places_are_in_no_circle_but_want_relief(table: pd.DataFrame) -> None:
    row = table.loc["bridge-3"]
    assert (row["people_beyond"], row["people_beyond_response"], row["people_beyond_relief"]) == (800, 0, 800)


def test_unmet_want_is_what_the_stock_met_before(table: pd.DataFrame) -> None:
    # Flood, a quarter of all weight: 100 boxes of water at 0.3 a person weigh 10 each, 20 tents at 0.2 weigh 1 each.
    flood = 0.25 * (10 * 100 / 0.3 + 20 / 0.2)
    # Slide, where the near bridge is closed anyway: 50 boxes at 0.1 a person, and the same 20 tents.
    slide = 0.75 * (10 * 50 / 0.1 + 20 / 0.2)
    found = table["unmet"].to_dict()
    assert found["bridge-1"] == pytest.approx(flood + slide, abs=1e-3)
    assert found["bridge-3"] == pytest.approx(flood, abs=1e-3)
    assert found[ROUND] == pytest.approx(slide, abs=1e-3)
    assert found[NEAR_BRIDGE] == found[WEST] == 0
    assert table.loc[[ROUND, "bridge-3"], "unmet_scenario"].tolist() == ["slide", "flood"]


def test_what_nobody_uses_does_no_damage_and_has_no_rank(table: pd.DataFrame) -> None:
    idle = table.loc[["bridge-2", "tunnel-7"]]
    assert (idle[list(DAMAGES)] == 0).all(axis=None)
    assert idle["rank"].isna().all()
    assert not idle["used"].any()
    assert table.loc[["bridge-1", ROUND, WEST], "used"].all()


def test_rows_tell_where_they_are(table: pd.DataFrame) -> None:
    row = table.loc["bridge-3"]
    assert (row["road"], row["length_m"], row["lon"], row["lat"]) == ("独桥", 500, 106.615, 29.70)
    assert row["links"] == "3:2-3;3:3-2"
    assert {row["from_place"], row["to_place"]} == {"山谷镇", "桥头村"}
    assert table.loc[ROUND, "length_m"] == 30000


def test_before_and_what_was_tried(valley: Region) -> None:
    found = find_critical(present_stock(valley))
    # Flood lacks 20 boxes and 20 tents, slide 30 tents.
    assert found.unmet_before == pytest.approx(0.25 * (10 * 20 / 0.3 + 20 / 0.2) + 0.75 * 30 / 0.2)
    tried = found.tried
    assert (tried.bridges, tried.tunnels, tried.stretches, tried.unused_stretches) == (4, 1, 2, 0)
    assert tried.searched == 4
    # Both bridges of the way to V1 in the flood; the bridge and the way round in the slide.
    assert (tried.checked, tried.solved) == (4, 4)


def test_one_event_alone_is_judged_on_its_own_roads(valley: Region) -> None:
    found = find_critical(present_stock(valley), "slide")
    table = found.table.set_index("loss_id")
    assert table.loc[ROUND, "people_cut_off"] == 500
    assert table.loc[ROUND, "unmet"] == pytest.approx(10 * 50 / 0.1 + 20 / 0.2)
    assert (table.loc[NEAR_BRIDGE, list(DAMAGES)] == 0).all()
    assert found.scenario is not None


def test_an_unknown_event_is_refused(valley: Region) -> None:
    with pytest.raises(ProblemsError) as caught:
        find_critical(present_stock(valley), "quake")
    assert "flood, slide" in caught.value.problems[0].say("en")


def test_a_region_without_depots_and_stations_has_only_zeros(valley: Region) -> None:
    sites = valley.sites.assign(kind=valley.sites["kind"].replace({"depot": "shelter", "station": "shelter"}))
    tables = valley.tables | {"sites": sites, "stock": valley.tables["stock"].iloc[:0]}
    found = find_critical(present_stock(replace(valley, tables=tables)))
    assert (found.table[list(DAMAGES)] == 0).all(axis=None)
    assert found.tried.searched == found.tried.solved == 0


# --- by brute force ---------------------------------------------------------------------------------------------------

NODE_OF_SITE = {"T1": "A", "V1": "C", "V2": "E", "V3": "V", "D1": "A", "F1": "B"}
MOST_LOOKED_AT = 6
LETTERS = "ABCExytzpqV"


@pytest.fixture(scope="module")
def on_roads(valley: Region, make_roads: Callable, a_way: type) -> Callable[..., Region]:
    """Put the valley's sites on roads of random pieces: (from, to, metres, one way, bridge)."""

    def put(pieces: list[tuple[int, int, int, bool, bool]]) -> Region:
        ways = tuple(
            a_way(LETTERS[a] + LETTERS[b], float(metres), one_way=one_way, bridge=bridge)
            for a, b, metres, one_way, bridge in pieces
        )
        spots = {letter: (106.57 + 0.01 * place, 29.7) for place, letter in enumerate(LETTERS)}
        node = np.array([LETTERS.index(NODE_OF_SITE[site]) for site in valley.sites["site_id"]], dtype=np.int32)
        return replace(valley, roads=make_roads(ways, spots), snapping=replace(valley.snapping, node=node))

    return put


@st.composite
def random_pieces(draw: st.DrawFn, most: int = 24) -> list[tuple[int, int, int, bool, bool]]:
    node = st.integers(0, len(LETTERS) - 1)
    metres = st.integers(1, 15).map(lambda kilometres: 1000 * kilometres)
    piece = st.tuples(node, node, metres, st.booleans(), st.booleans()).filter(lambda one: one[0] != one[1])
    rest = draw(st.lists(piece, min_size=6, max_size=most))
    # The slide closes way 4: there must be one.
    return [(0, 1, 3000, False, True), (1, 2, 2000, False, False), (1, 3, 2000, False, False), *rest]


def minutes(region: Region, link_ms: np.ndarray, start: int, end: int) -> float:
    graph = nx.DiGraph()
    graph.add_nodes_from(range(region.roads.node_count))
    for a, b, ms in zip(region.roads.tail, region.roads.head, link_ms, strict=True):
        if ms < UNREACHABLE and ms < graph.get_edge_data(a, b, {"ms": UNREACHABLE})["ms"]:
            graph.add_edge(a, b, ms=int(ms))
    try:
        return nx.dijkstra_path_length(graph, start, end, weight="ms") / 60_000
    except nx.NetworkXNoPath:
        return np.inf


@RANDOM
@given(pieces=random_pieces())
def test_people_are_hit_as_if_every_loss_were_searched_by_itself(
    on_roads: Callable[..., Region], pieces: list[tuple[int, int, int, bool, bool]]
) -> None:
    region = on_roads(pieces)
    services = find_services(region, frozenset({"D1"}))
    assert [service.name for service in services] == ["relief", "district", "RESP-15"]
    reach = Reach(region, FREE, services)
    losses = find_losses(region.roads, region.snapping.node)
    for loss, harm in zip(losses.losses, find_harm(reach, losses, reach.ways()), strict=True):
        cut, late, person_min = set(), set(), 0.0
        rows = region.sites[region.sites["kind"].isin(SETTLEMENTS)]
        for place, (row, site) in enumerate(rows.iterrows()):
            end = int(region.snapping.node[row])
            for name, start, weight in (("light_truck", "A", 2), ("fire_engine", "B", 1)):
                before, after = (
                    minutes(region, times, LETTERS.index(start), end)
                    for times in (reach.link_ms[name], _lost(reach.link_ms[name], loss.links))
                )
                if np.isinf(after) and not np.isinf(before) and name == "light_truck":
                    cut.add(place)
                if name == "fire_engine" and before <= 15 < after and site["area_type"] == "outskirts":
                    late.add(place)
                person_min += weight * site["population"] * (after - before if np.isfinite(after) else 0.0)
        assert set(harm.cut_off) == set(harm.beyond_relief) == cut
        assert set(harm.beyond_response) == late
        assert harm.person_min == pytest.approx(person_min, abs=1e-6)


def _lost(link_ms: np.ndarray, links: np.ndarray) -> np.ndarray:
    times = link_ms.copy()
    times[links] = UNREACHABLE
    return times


@settings(RANDOM, max_examples=4)
@given(pieces=random_pieces(most=10))
def test_unmet_want_is_that_of_the_whole_model_on_the_roads_left(
    on_roads: Callable[..., Region], pieces: list[tuple[int, int, int, bool, bool]]
) -> None:
    region = on_roads(pieces)
    supply = Supply(present_stock(region))
    losses = find_losses(region.roads, region.snapping.node)
    legs = supply.legs()
    unmet = find_unmet(supply, losses, legs, shortest_ways(region, supply.link_times, legs))
    before = float(unmet.before @ unmet.weight)
    assert before == pytest.approx(whole_model(region), abs=1e-4)
    for loss, more in zip(losses.losses, unmet.more @ unmet.weight, strict=True):
        closed = Closure(name="lost", links=tuple(region.roads.link_id[loss.links].tolist()))
        assert before + more == pytest.approx(whole_model(region, closed), abs=1e-4)


def whole_model(region: Region, *closures: Closure) -> float:
    """Unmet want by the plan's own model without money: nothing but the present stock, on roads with more closures."""
    scenarios = tuple(
        one.model_copy(update={"roads": one.roads.model_copy(update={"closures": (*one.roads.closures, *closures)})})
        for one in region.scenarios
    )
    case = reserve_case(region, scenarios=scenarios, budget_cny=0.0)
    return next(layer.value for layer in solve_reserve(case.problem, gap=0.0).layers if layer.name == "unmet")


@RANDOM
@given(pieces=random_pieces())
def test_what_is_not_tried_does_no_damage(
    on_roads: Callable[..., Region], pieces: list[tuple[int, int, int, bool, bool]]
) -> None:
    region = on_roads(pieces)
    stock = present_stock(region)
    found = find_critical(stock)
    every = find_losses(region.roads, region.snapping.node).losses
    left = Losses(region.roads, tuple(loss for loss in every if loss.id not in set(found.table["loss_id"])))
    assert len(left.losses) == found.tried.unused_stretches
    reach = Reach(region, FREE, find_services(region, stock.depots))
    everywhere = np.arange(len(reach.settlements))
    supply = Supply(stock)
    for number in range(min(len(left.losses), MOST_LOOKED_AT)):
        lanes = {name: left.without(times, np.array([number])) for name, times in reach.link_ms.items()}
        assert np.array_equal(reach.without(lanes, everywhere)[:, :, 0], reach.free_min)
        for s, model in enumerate(supply.models):
            roads = supply.roads_without(s, left, np.array([number]))[0]
            assert model.solve(roads).unmet == pytest.approx(supply.before[s].unmet, abs=1e-6)
