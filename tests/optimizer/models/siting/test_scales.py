"""The unit in which people, minutes or money are counted changes no siting, no status and no gap."""

from dataclasses import replace

import numpy as np
import pytest

from optimizer.models.siting.alternatives import alternatives
from optimizer.models.siting.clash import clashes
from optimizer.models.siting.explain import reasons
from optimizer.models.siting.frontier import frontier
from optimizer.models.siting.levels import NestedLevels
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import openings
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.site import MODELS, site
from optimizer.models.siting.sizes import building_sizes

SCALES = (1e-9, 1e9)
DEMAND, SITES, SCENARIOS = 10, 6, 2
IDS = [str(j) for j in range(SITES)]


def asked(model, scenarios=1, *, people=1.0, minutes=1.0, money=1.0):
    """What `site` takes, counted in other units; no two sitings are equally good."""
    draw = np.random.default_rng(5)
    times = draw.uniform(1, 30, (scenarios, DEMAND, SITES)) * minutes
    cost = draw.uniform(2, 9, SITES) * money
    given = {
        "times_min": times,
        "weight": draw.uniform(1, 90, (scenarios, DEMAND)) * people,
        "limit_min": 16.0 * minutes,
    }
    if model == "set-covering":
        return given | {"open_cost": cost}
    if model == "capacitated":
        each = given["weight"].max(axis=0).sum() / 3
        sizes = building_sizes(each * np.array([[0.6, 1.5]] * SITES), fixed_cost=cost[:, None] * [8.0, 13.0])
        # A minute of a person costs as much as before, counted in the new units.
        return given | {"limit_min": None, "sizes": sizes, "cost_per_minute": 0.05 * money / people / minutes}
    if model == "nested-levels":
        supply = draw.uniform(5, 40, (2, SITES, SITES)) * minutes
        priced = [openings(IDS, open_cost=cost * share) for share in (1.0, 1.5, 2.0)]
        return given | {"levels": NestedLevels(tuple(priced), supply, 0.3, budget=28.0 * money), "number": 4}
    own = {
        "backup-covering": {"pairs": np.triu(draw.random((DEMAND, SITES, SITES)) < 0.3, 1)},
        "expected-covering": {"busy": 0.3},
        "maximal-covering": {"limit_min": 6.0 * minutes},
    }
    return given | {"budget": 16.0 * money, "open_cost": cost} | own.get(model, {})


def solved(model, scenarios=1, measure=None, **units):
    return site(model=model, measure=measure, time_limit_s=20, **asked(model, scenarios, **units))


UNIT_OF_VALUE = {
    "p-median": ("people", "minutes"),
    "p-center": ("minutes",),
    "maximal-covering": ("people",),
    "set-covering": ("money",),
    "capacitated": ("money",),
    "backup-covering": ("people",),
    "expected-covering": ("people",),
    "nested-levels": ("people", "minutes"),
}


def assert_the_same(found, again, factor):
    assert again.sites == found.sites
    assert again.status == found.status == "proven"
    assert again.value == pytest.approx(factor * found.value, rel=1e-9)
    assert again.bound <= again.value
    assert again.gap <= 1e-6


@pytest.mark.parametrize("unit", ["people", "minutes", "money"])
@pytest.mark.parametrize("model", MODELS)
def test_units_change_nothing(model, unit):
    found = solved(model)
    assert 0 < found.opened.sum() < SITES
    for scale in SCALES:
        factor = scale if unit in UNIT_OF_VALUE[model] else 1.0
        assert_the_same(found, solved(model, **{unit: scale}), factor)


@pytest.mark.parametrize(
    "measure", [Measure("worst"), Measure("regret"), Measure("cvar", 0.5)], ids=lambda one: one.name
)
@pytest.mark.parametrize("model", [model for model in MODELS if model != "set-covering"])
def test_units_change_nothing_over_scenarios(model, measure):
    found = solved(model, SCENARIOS, measure)
    for scale in (1e-9, 1e6):
        units = dict.fromkeys(("people", "minutes", "money"), scale)
        factor = scale ** len(UNIT_OF_VALUE[model])
        assert_the_same(found, solved(model, SCENARIOS, measure, **units), factor)


@pytest.mark.parametrize("model", ["p-median", "p-center", "maximal-covering", "expected-covering", "backup-covering"])
@pytest.mark.parametrize("measure", [Measure(), Measure("regret"), Measure("cvar", 0.5)], ids=lambda one: one.name)
def test_nothing_lost_is_proven_to_be_nothing(model, measure):
    # Every place has a site next to it, and all may be open.
    given = asked(model, SCENARIOS)
    given["times_min"][:, np.arange(DEMAND), np.arange(DEMAND) % SITES] = 0.0
    given |= {"budget": None, "number": SITES, "measure": measure}
    given |= (
        {"pairs": np.ones((DEMAND, SITES, SITES), dtype=bool) & ~np.eye(SITES, dtype=bool)} if "pairs" in given else {}
    )
    given |= {"busy": None, "levels": [0.7, 0.2, 0.1], "units": 3} if model == "expected-covering" else {}
    found = site(model=model, time_limit_s=20, **given)
    assert (found.value, found.bound, found.gap, found.status) == (0.0, 0.0, 0.0, "proven")


def priced(scale):
    """A median within a budget, in money of another unit, with a site next to each of two places."""
    draw = np.random.default_rng(11)
    return siting_problem(
        draw.uniform(1, 30, (8, 5)), weight=draw.uniform(1, 9, 8), cut_off_min=60.0, budget=12.0 * scale,
        open_cost=draw.uniform(2, 9, 5) * scale,
    )  # fmt: skip


@pytest.mark.parametrize("scale", [1e-9, 1e9])
def test_what_is_told_of_a_siting_is_the_same_in_other_money(scale):
    problem, other = priced(1.0), priced(scale)
    points, same = frontier(problem, solve_p_median), frontier(other, solve_p_median)
    assert [(one.opened.tolist(), one.status) for one in same] == [(one.opened.tolist(), one.status) for one in points]
    assert len(points) > 2
    found, again = solve_p_median(problem), solve_p_median(other)
    told, retold = reasons(found, solve_p_median), reasons(again, solve_p_median)
    assert [one.chosen_below_cny is None for one in retold] == [one.chosen_below_cny is None for one in told]
    cny = [scale * (one.chosen_below_cny or 0.0) for one in told]
    assert [one.chosen_below_cny or 0.0 for one in retold] == pytest.approx(cny, rel=1e-4)
    assert [one.chosen_below_proven for one in retold] == [one.chosen_below_proven for one in told]


@pytest.mark.parametrize("scale", SCALES)
def test_alternatives_are_the_same_in_other_units_of_weight(scale):
    problem = priced(1.0)
    other = replace(problem, weight=scale * problem.weight)
    near = [alternatives(solve_p_median(one), solve_p_median, within=0.3, count=9) for one in (problem, other)]
    assert [one.sites for one in near[1].sitings] == [one.sites for one in near[0].sitings]
    assert near[0].complete
    assert near[1].complete
    assert near[0].sitings


@pytest.mark.parametrize("scale", SCALES)
def test_clashes_are_the_same_in_other_units(scale):
    def told(people, money):
        problem = replace(priced(money), cut_off_min=None)
        problem = replace(problem, weight=people * problem.weight, limit_min=np.full((8, 5), 22.0))
        problem = problem.with_openings(replace(problem.openings, budget=6.0 * money))
        capacity = people * np.full(5, 11.0)
        return clashes(problem, True, capacity=capacity, size_cost=money * np.full(5, 1.5))

    found = told(1.0, 1.0)
    assert [one.kind for one in found] == ["budget", "demand", "capacity"]
    for people, money in ((scale, 1.0), (1.0, scale)):
        again = told(people, money)
        assert [(one.kind, one.ids, one.alone, one.proven) for one in again] == [
            (one.kind, one.ids, one.alone, one.proven) for one in found
        ]
        units = {"cny": money, "people": people}
        for one, other in zip(found, again, strict=True):
            assert other.needed == pytest.approx(units.get(one.unit, 1.0) * one.needed, rel=1e-6)
