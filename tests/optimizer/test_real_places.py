"""Real places from an OpenStreetMap extract to a plan that verifies, with nothing filled in by hand."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from shapely import box
from shapely.geometry.base import BaseGeometry

from network.customization import UNREACHABLE
from network.times import travel_times_ms
from network.words import LANGUAGES
from optimizer.analysis.critical.ranking import find_critical
from optimizer.analysis.critical.stock import planned_stock
from optimizer.plan.annual import make_plan
from optimizer.plan.folder import read_plan_folder, write_plan
from optimizer.plan.plan import Plan
from optimizer.plan.reach import FREE, link_ms
from optimizer.region.reading import read_region
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS
from optimizer.report.summary import headline
from optimizer.report.wording import Wording
from optimizer.starter.start import start_region
from optimizer.verify.verify import verify

REAL_ROADS = Path(__file__).parents[2] / ".." / "shared" / "data" / "roads"
DAY = date(2026, 3, 1)
TIME_LIMIT_S = 25.0
CLIP = box(1.50, 42.49, 1.56, 42.54)
"""Andorra la Vella, les Escaldes and the villages around them."""
PLACES: dict[str, tuple[str, BaseGeometry | None]] = {
    "andorra": ("andorra.osm.pbf", None),
    "legazpi": ("legazpi.osm.pbf", None),
    "andorra_la_vella": ("andorra.osm.pbf", CLIP),
}


@dataclass(frozen=True)
class Place:
    """A place with its plan, and the folder that plan was written to."""

    region: Region
    plan: Plan
    folder: Path


@pytest.fixture(scope="module", params=PLACES)
def place(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Place:
    name, within = PLACES[request.param]
    source = REAL_ROADS / name
    if not source.exists():
        pytest.skip(f"{name} is not in ../shared/data/roads")
    work = tmp_path_factory.mktemp(request.param)
    start_region(source, work / "region", within, plan_date=DAY)
    region = read_region(work / "region")
    plan = make_plan(region, time_limit_s=TIME_LIMIT_S)
    return Place(region, plan, write_plan(plan, work / "plan", "zh"))


def _bought(plan: Plan) -> pd.Series:
    return plan.tables["purchases"].groupby(["site_id", "item_id"])["quantity"].sum()


def test_a_place_has_settlements_enough(place: Place) -> None:
    assert place.region.sites["kind"].isin(["town", "village", "community"]).sum() >= 10


def test_its_plan_verifies(place: Place) -> None:
    done = verify(place.folder)
    assert [phrase.say("en") for phrase in done.failures] == []
    assert done.claims > 1000


def test_its_budget_binds(place: Place) -> None:
    budgets = place.plan.tables["budgets"]
    assert (_bought(place.plan) > 0).any()
    assert (budgets["spent_cny"] <= budgets["budget_cny"] + 0.01).all()
    assert budgets["spent_cny"].sum() >= 0.95 * budgets["budget_cny"].sum()


def test_some_want_stays_unmet_in_every_scenario(place: Place) -> None:
    scenarios = place.plan.tables["scenarios"]
    assert (scenarios["unmet"] > 0).all()
    assert (scenarios["unmet"] < scenarios["want"]).all()


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_layer_is_proven_or_its_gap_is_told(place: Place, language: str) -> None:
    words = Wording.of(place.plan, language)
    start = words("headline_proof", layers="")
    told = next(line for line in headline(place.plan, language) if line.startswith(start))
    for layer in place.plan.layers:
        assert layer.proven == (layer.gap <= 0.01)
        assert words.layer(layer) in told
        assert words.percent(layer.gap, 2).lstrip("<") in told
        assert (words.condition(layer) in told) or not layer.proven


def test_closed_roads_change_what_is_bought(place: Place) -> None:
    assert any(scenario.roads.closures for scenario in place.region.scenarios)
    free = tuple(
        scenario.model_copy(update={"roads": scenario.roads.model_copy(update={"closures": ()})})
        for scenario in place.region.scenarios
    )
    without = make_plan(replace(place.region, scenarios=free), time_limit_s=TIME_LIMIT_S)
    changed = _bought(place.plan).sub(_bought(without), fill_value=0.0).abs()
    assert (changed > 0.5).any()


def test_the_road_that_matters_most_cuts_off_those_whom_it_does(place: Place) -> None:
    stock = planned_stock(place.region, read_plan_folder(place.folder))
    found = find_critical(stock)
    assert found.unmet_before <= next(one.value for one in place.plan.layers if one.name == "unmet") + 1.0
    assert found.tried.bridges > 0
    sites, worst = place.region.sites, found.losses.losses[0]
    node = dict(zip(sites["site_id"], place.region.snapping.node, strict=True))
    depots = [node[depot] for depot in sorted(stock.depots)]
    places = sites[sites["kind"].isin(SETTLEMENTS)]
    reached = np.zeros(len(places), dtype=bool)
    for vehicle_class in place.region.tables["vehicles"]["vehicle_class"].unique():
        times = link_ms(place.region, FREE, vehicle_class)
        times[worst.links] = UNREACHABLE
        ways = travel_times_ms(place.region.roads, times, depots, [node[site] for site in places["site_id"]])
        reached |= (ways < UNREACHABLE).any(axis=0)
    cut = places[~reached]
    assert cut["population"].sum() == found.table["people_cut_off"].iloc[0] > 0
    assert (found.table["people_cut_off"] <= found.table["people_beyond"]).all()
    assert found.table["rank"].dropna().is_monotonic_increasing
