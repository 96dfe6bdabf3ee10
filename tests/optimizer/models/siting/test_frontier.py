from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from optimizer.models.siting.frontier import frontier
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.nested_additions import nested_additions
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError

from .drawn_problems import MODELS, all_values, drawn, losses_of_limits, median, value_of


def nondominated(pairs):
    """(spent, value) that no other pair beats, from the most spent."""
    kept, least = [], np.inf
    for spent, value in sorted(set(pairs)):
        if value < least - 1e-9:
            kept.append((spent, value))
            least = value
    return kept[::-1]


def spent_by(problem, against):
    counted = problem.openings.counted
    return problem.openings.cost if against == "cost" else lambda opened: float((opened & counted).sum())


def pairs_of(problem, against, losses_of):
    spent = spent_by(problem, against)
    return nondominated([(spent(one), round(value, 6)) for one, value in all_values(problem, losses_of)])


def told(points, against):
    return [(point.cost_cny if against == "cost" else point.number, round(point.value, 6)) for point in points]


@pytest.mark.parametrize("against", ["cost", "number"])
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(3))
def test_equals_all_nondominated_points(seed, model, against):
    solve, losses_of = MODELS[model]
    problem = drawn(seed, number=4, counted=np.arange(6) != 1)
    points = frontier(problem, solve, against=against)
    assert told(points, against) == pairs_of(problem, against, losses_of)
    for point in points:
        assert point.value == pytest.approx(value_of(problem, point.opened, losses_of))
        assert point.bound == pytest.approx(point.value)
        assert (point.status, point.sampled) == ("proven", False)
        assert problem.openings.allow(point.opened)


@pytest.mark.parametrize("measure", [Measure("worst"), Measure("cvar", 0.6)], ids=lambda one: one.name)
@pytest.mark.parametrize("seed", range(4))
def test_equals_all_nondominated_points_over_scenarios(seed, measure):
    solve, losses_of = MODELS["median"]
    town = np.arange(6) < 2
    problem = drawn(seed, scenarios=3, far=0.2, cut_off=40.0, measure=measure, fixed=town, budget=20.0)
    points = frontier(problem, solve)
    assert told(points, "cost") == pairs_of(problem, "cost", losses_of)


@given(st.integers(0, 10_000), st.integers(1, 9))
@settings(max_examples=12, deadline=None)
def test_a_sample_lies_on_the_frontier_and_says_what_it_is(seed, count):
    solve, losses_of = MODELS["covering"]
    problem = drawn(seed)
    points = frontier(problem, solve, points=count)
    every = pairs_of(problem, "cost", losses_of)
    pairs = told(points, "cost")
    assert len(pairs) == min(count, len(every))
    assert pairs[0] == every[0]
    assert set(pairs) <= set(every)
    # With exactly as many points as were asked for, nothing may have looked whether there are more.
    if len(every) != count:
        assert any(point.sampled for point in points) == (len(every) > count)


def test_what_serves_nobody_is_not_paid_for():
    problem = siting_problem([[1.0, 9.0, 9.0], [9.0, 1.0, 9.0]], open_cost=[3.0, 5.0, 7.0])
    points = frontier(problem, median)
    assert [(point.value, point.cost_cny) for point in points] == [(2.0, 8.0), (10.0, 3.0)]


def test_no_siting_at_all():
    with pytest.raises(InfeasibleSitingError):
        frontier(drawn(0, budget=0.5), median)


def test_what_is_not_proven_is_not_called_so():
    def hurried(problem):
        return replace(median(problem), bound=0.0, status="time_limit")

    assert {point.status for point in frontier(drawn(1), hurried)} == {"time_limit"}


def test_a_spending_that_could_not_be_settled_leaves_a_sample():
    def hurried(problem):
        if problem.openings.budget is not None:
            raise NoIncumbentError(0.0)
        return median(problem)

    (point,) = frontier(drawn(1), hurried)
    assert point.sampled


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(3))
def test_additions_are_the_best_of_their_step(seed, model):
    solve, losses_of = MODELS[model]
    fixed = np.arange(6) == 2
    problem = drawn(seed, fixed=fixed, forbidden=np.arange(6) == 4, budget=3.0)
    steps = nested_additions(problem, solve, most=9)
    assert len(steps) == 4
    opened, value = fixed, value_of(problem, fixed, losses_of)
    free = problem.with_openings(replace(problem.openings, budget=None))
    for step in steps:
        tried = [opened | (np.arange(6) == j) for j in range(6) if j != 4 and not opened[j]]
        assert step.value == pytest.approx(min(value_of(problem, one, losses_of) for one in tried))
        assert step.gain == pytest.approx(value - step.value)
        assert problem.openings.ids.index(step.site) in np.flatnonzero(step.opened & ~opened)
        opened, value = step.opened, step.value
        best = min(each for one, each in all_values(free, losses_of) if one.sum() <= opened.sum())
        assert step.best_value == pytest.approx(best)
        assert step.cost_of_order == pytest.approx(value - best)
        assert step.cost_of_order_most >= step.cost_of_order - 1e-9


def test_building_step_by_step_can_cost():
    # The middle site is the best one alone, and useless beside the two ends.
    times = [[1.0, 5.0, 20.0], [20.0, 5.0, 1.0], [20.0, 5.0, 1.0], [1.0, 5.0, 20.0]]
    first, second = nested_additions(siting_problem(times, site_ids=["west", "middle", "east"]), median, most=2)
    assert (first.site, first.cost_of_order, first.gain) == ("middle", 0.0, np.inf)
    assert (second.value, second.best_value, second.cost_of_order) == (12.0, 4.0, 8.0)


def test_losses_of_limits_count_people_beyond_the_standard_time():
    problem = siting_problem([[5.0], [13.0]], weight=[2, 3], limit_min=12.0)
    assert losses_of_limits(problem).of(np.array([True])) == [3.0]
