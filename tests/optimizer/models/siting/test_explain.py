from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.siting.explain import reasons
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError

from .drawn_problems import MODELS, all_values, cheapest_cover, drawn, every_siting, median, value_of


def longer_ways(problem, before, after):
    """Expected weight whose nearest open site is farther off, counted point by point."""
    scenarios, demand, _ = problem.shape
    total = 0.0
    for s in range(scenarios):
        for i in range(demand):
            was, now = (min(problem.times_min[s, i, one], default=np.inf) for one in (before, after))
            total += problem.probability[s] * problem.weight[s, i] * (now > was)
    return total


@pytest.mark.parametrize("rules", ["number", "budget", "worst of three"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(4))
def test_equals_recomputing_every_change(seed, model, rules):
    solve, losses_of = MODELS[model]
    given_rules = {
        "number": {"number": 3, "fixed": np.arange(6) == 1, "forbidden": np.arange(6) == 4},
        "budget": {"budget": 11.0},
        "worst of three": {"number": 2, "scenarios": 3, "far": 0.2, "cut_off": 50.0, "measure": Measure("worst")},
    }[rules]
    problem = drawn(seed, **given_rules)
    plan = solve(problem)
    every = all_values(problem, losses_of)
    told = reasons(plan, solve)
    assert {one.site for one in told} == {
        site for site, free in zip(problem.openings.ids, problem.openings.free, strict=True) if free
    }
    for one in told:
        j = problem.openings.ids.index(one.site)
        flipped = plan.opened ^ (np.arange(6) == j)
        assert one.chosen == plan.opened[j]
        with np.errstate(invalid="ignore"):
            alone = np.nan_to_num(value_of(problem, flipped, losses_of), nan=np.inf) - plan.value
        best = min((value for opened, value in every if opened[j] != plan.opened[j]), default=np.inf) - plan.value
        assert one.change_alone == pytest.approx(alone, abs=1e-6)
        assert one.change_best == pytest.approx(best, abs=1e-6)
        # A proof leaves a share of the value open, as rounding.
        assert one.change_best_bound == pytest.approx(best, abs=1e-5 * max(plan.value, 1.0))
        if np.isfinite(alone):
            assert one.worse_alone == pytest.approx(longer_ways(problem, plan.opened, flipped))
        if np.isfinite(best):
            assert one.best_opened[j] != plan.opened[j]
            assert one.worse_best == pytest.approx(longer_ways(problem, plan.opened, one.best_opened))
        if problem.openings.budget is None or one.chosen:
            assert one.chosen_below_cny is None


def in_some_best_siting(problem, j, cost, value_at):
    """Whether site j at a cost is in a siting that none beats, by trying all."""
    price = problem.openings.open_cost.copy()
    price[j] = cost
    priced = problem.with_openings(replace(problem.openings, open_cost=price))
    values = [(value_at(priced, one), one[j]) for one in every_siting(6) if priced.openings.allow(one)]
    least = min(value for value, _ in values)
    return any(value <= least + 1e-9 and has for value, has in values)


def check_thresholds(problem, solve, value_at):
    try:
        plan = solve(problem)
    except InfeasibleSitingError:
        return
    for one in reasons(plan, solve):
        if one.chosen:
            continue
        j = problem.openings.ids.index(one.site)
        assert one.chosen_below_proven
        if one.chosen_below_cny is None:
            assert not in_some_best_siting(problem, j, 0.0, value_at)
            continue
        below = max(one.chosen_below_cny - 0.01, 0.0)
        assert in_some_best_siting(problem, j, below, value_at)
        assert not in_some_best_siting(problem, j, one.chosen_below_cny + 0.01, value_at)


@given(st.integers(0, 10_000), st.sampled_from([None, 2]), st.sampled_from(list(MODELS)))
@settings(max_examples=25, deadline=None)
def test_a_candidate_is_chosen_up_to_its_cost_and_not_beyond_by_budget(seed, number, model):
    solve, losses_of = MODELS[model]
    closing = np.random.default_rng(seed).integers(0, 3, 6).astype(float)
    problem = drawn(seed, budget=14.0, number=number, close_cost=closing)
    check_thresholds(problem, solve, lambda problem, one: value_of(problem, one, losses_of))


@given(st.integers(0, 10_000), st.sampled_from([None, 16.0]))
@settings(max_examples=25, deadline=None)
def test_a_candidate_is_chosen_up_to_its_cost_and_not_beyond_by_money(seed, budget):
    problem = drawn(seed, budget=budget)
    covers = (problem.times_min <= problem.limit_min)[problem.weight > 0]

    def cost(problem, one):
        return problem.openings.cost(one) if (covers & one).any(axis=1).all() else np.inf

    check_thresholds(problem, cheapest_cover, cost)


def test_the_arithmetic_of_one_plan():
    problem = siting_problem(
        [[1.0, 4.0, 9.0], [9.0, 4.0, 2.0]],
        weight=[10, 20],
        site_ids=["a", "b", "c"],
        budget=6.0,
        open_cost=[3.0, 5.0, 3.0],
    )
    plan = median(problem)
    assert (plan.sites, plan.value) == (("a", "c"), 10 * 1 + 20 * 2)
    a, c, b = reasons(plan, median)
    assert (a.site, a.change_alone, a.worse_alone) == ("a", 10 * 9 + 20 * 2 - 50, 10)
    assert (a.change_best, a.best_opened.tolist()) == (10 * 4 + 20 * 4 - 50, [False, True, False])
    assert (c.site, c.change_alone) == ("c", 10 * 1 + 20 * 9 - 50)
    assert (b.site, b.change_alone, b.change_best) == ("b", 0.0, 70.0)
    # For nothing, b stands beside a and c; at the least cost above nothing it costs one of them.
    assert (b.chosen_below_cny, b.chosen_below_proven) == (0.0, True)


def test_what_time_left_open_is_told_as_such():
    problem = drawn(2, budget=12.0)
    plan = median(problem)

    def hurried(asked):
        if asked.openings.budget is not None:
            raise NoIncumbentError(3.0)
        return median(asked)

    for one in reasons(plan, hurried):
        assert one.change_best == np.inf
        assert one.change_best_bound == 3.0 - plan.value
        assert one.best_opened is None
        assert not one.chosen_below_proven
