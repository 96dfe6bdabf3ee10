import itertools
from dataclasses import replace

import numpy as np
import pytest

from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.set_covering import solve_set_covering


def cheapest_by_trying_all(problem, costs):
    within = problem.times_min <= problem.limit_min
    best = np.inf
    for bits in itertools.product([False, True], repeat=problem.openings.size):
        opened = np.array(bits)
        if problem.openings.allow(opened) and (within[:, :, opened].any(axis=2) | (problem.weight == 0)).all():
            best = min(best, problem.openings.cost(opened) if costs else opened.sum())
    return best


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize("option", ["none", "number", "costs", "closable", "forbidden", "scenarios"])
def test_equals_trying_all_sitings(option, seed):
    draw = np.random.default_rng(seed)
    some = draw.random(6) < 0.3
    cost = draw.integers(1, 9, 6).astype(float)
    given = {
        "number": {"number": 2},
        "costs": {"open_cost": cost, "fixed": some},
        "closable": {"open_cost": cost, "close_cost": np.where(some, 5.0, 0.0)},
        "forbidden": {"forbidden": some},
    }.get(option, {})
    shape = (3, 7, 6) if option == "scenarios" else (7, 6)
    problem = siting_problem(
        draw.integers(1, 30, shape), limit_min=draw.integers(5, 20, 7), weight=draw.integers(0, 3, 7), **given
    )
    cut = {
        problem.demand_ids[i]
        for times, weight in zip(problem.times_min, problem.weight, strict=True)
        for i in range(7)
        if weight[i] and not (times[i, ~problem.openings.forbidden] <= problem.limit_min[i, 0]).any()
    }
    if cut:
        with pytest.raises(InvalidSitingError, match="uncoverable") as refused:
            solve_set_covering(problem)
        assert set(refused.value.findings[0].ids) == cut
        problem = replace(problem, weight=problem.weight * ~np.isin(problem.demand_ids, list(cut)))
    best = cheapest_by_trying_all(problem, option in ("costs", "closable"))
    if np.isinf(best):
        with pytest.raises(InfeasibleSitingError):
            solve_set_covering(problem)
        return
    found = solve_set_covering(problem)
    assert found.value == pytest.approx(best)
    assert found.proven


def test_without_standard_times_there_is_nothing_to_cover():
    with pytest.raises(InvalidSitingError, match="limit missing"):
        solve_set_covering(siting_problem([[1.0]]))
