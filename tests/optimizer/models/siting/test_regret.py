from dataclasses import replace

import numpy as np
import pytest

from optimizer.models.siting.measure import Measure
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.regret import regret_table

from .drawn_problems import MODELS, all_values, drawn, median, value_of


@pytest.mark.parametrize("measure", [Measure(), Measure("regret")], ids=lambda one: one.name)
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", range(4))
def test_equals_losses_and_regrets_by_trying_all(seed, model, measure):
    solve, losses_of = MODELS[model]
    problem = drawn(seed, scenarios=3, far=0.2, cut_off=50.0, number=2, measure=measure)
    solution = solve(problem)
    table = regret_table(solution, solve)
    least = [min(value for _, value in all_values(problem.in_scenario(s), losses_of)) for s in range(3)]
    assert table.least == pytest.approx(least)
    assert table.least_bound == pytest.approx(least)
    losses = np.array([value_of(problem, opened, losses_of, measure=False) for opened in table.opened])
    assert table.losses == pytest.approx(losses)
    assert table.maximum == pytest.approx((losses - least).max(axis=1))
    assert table.expected == pytest.approx((losses - least) @ problem.probability)
    assert table.plans == ("plan", "1", "2", "3")
    assert (table.opened[0] == solution.opened).all()
    assert np.diag(table.regret[1:]) == pytest.approx(0.0)
    if measure.name == "regret":
        assert table.maximum[0] == pytest.approx(solution.value)
        assert table.maximum[0] == pytest.approx(table.maximum.min())


def test_a_plan_that_leaves_someone_out_of_reach_regrets_without_end():
    far = np.inf
    times = [[[1.0, 5.0], [9.0, 5.0]], [[far, 5.0], [far, 5.0]]]
    problem = siting_problem(times, weight=[[9, 1], [1, 1]], probability=[3, 1], number=1)
    table = regret_table(median(problem), median)
    assert table.losses.tolist() == [[50.0, 10.0], [18.0, np.inf], [50.0, 10.0]]
    assert table.maximum.tolist() == [32.0, np.inf, 32.0]
    assert table.expected.tolist() == [24.0, np.inf, 24.0]


def test_what_is_not_proven_has_two_ends():
    def hurried(problem):
        found = median(problem)
        return replace(found, bound=found.value - 7, status="time_limit")

    problem = drawn(3, scenarios=2, number=2)
    table = regret_table(hurried(problem), hurried)
    assert table.regret_most == pytest.approx(table.regret + 7)
    assert table.maximum_most == pytest.approx(table.maximum + 7)
    assert table.expected_most == pytest.approx(table.expected + 7)
