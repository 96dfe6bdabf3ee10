import itertools

import numpy as np
import pytest

from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.maximal_covering import solve_maximal_covering
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.problem import siting_problem

MEASURES = [Measure("expected"), Measure("worst"), Measure("regret"), Measure("cvar", 0.6)]


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
@pytest.mark.parametrize("option", ["number", "budget", "fixed"])
@pytest.mark.parametrize("seed", range(4))
def test_equals_trying_all_sitings(measure, option, seed):
    draw = np.random.default_rng(seed)
    given = {
        "number": {"number": 2},
        "budget": {"budget": 9.0, "open_cost": draw.integers(1, 9, 6)},
        "fixed": {"number": 2, "fixed": np.arange(6) == 3},
    }[option]
    problem = siting_problem(
        draw.integers(1, 30, (3, 8, 6)), weight=draw.integers(0, 9, (3, 8)), limit_min=9, measure=measure, **given
    )
    losses = []
    for bits in itertools.product([False, True], repeat=6):
        if problem.openings.allow(np.array(bits)):
            covered = (problem.times_min[:, :, np.array(bits)] <= 9).any(axis=2)
            losses.append((problem.weight * ~covered).sum(axis=1))
    best = np.min(losses, axis=0)
    found = solve_maximal_covering(problem)
    assert found.value == pytest.approx(min(measure.of(one, problem.probability, best) for one in losses))
    assert found.proven


def test_without_standard_times_there_is_nothing_to_cover():
    with pytest.raises(InvalidSitingError, match="limit missing"):
        solve_maximal_covering(siting_problem([[1.0]]))
