"""The time that is asked for is kept, by the processor's clock, and what was found by then comes with its bound."""

import time
from functools import cache

import numpy as np
import pytest

from optimizer.models.siting.capacitated import solve_capacitated
from optimizer.models.siting.maximal_covering import solve_maximal_covering
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.median_tree import compile_median
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.sizes import building_sizes

ASKED = {
    "number": {"number": 30},
    "budget": {"budget": 30.0, "open_cost": np.ones(1200)},
    "worst": {"number": 30, "measure": Measure("worst")},
}


@cache
def drawn(demand, sites):
    draw = np.random.default_rng(3)
    at, to = draw.uniform(0, 30, (sites, 2)), draw.uniform(0, 30, (demand, 2))
    return np.hypot(*(to[:, None] - at[None]).transpose(2, 0, 1)), draw.integers(1, 100, demand)


def square(demand, sites, **given):
    times, weight = drawn(demand, sites)
    return siting_problem(times, weight=weight, **given)


@pytest.fixture
def processors_clock(monkeypatch):
    """Others may be at work on the same machine."""
    compile_median()
    monkeypatch.setattr(time, "monotonic", time.process_time)


@pytest.mark.parametrize("option", ASKED)
@pytest.mark.parametrize("limit", [0.0, 0.7])
def test_the_median_stops_in_time(processors_clock, option, limit):
    problem = square(1200, 1200, **ASKED[option])
    began = time.process_time()
    found = solve_p_median(problem, time_limit_s=limit)
    assert time.process_time() - began < 1.1 * limit + 0.5
    assert found.status == "time_limit"
    assert problem.openings.allow(found.opened)
    nearest = problem.times_min[0][:, found.opened].min(axis=1)
    assert found.value == pytest.approx(problem.weight[0] @ nearest)
    # Nobody is nearer to an open site than to the nearest of all.
    assert problem.weight[0] @ problem.times_min[0].min(axis=1) * (1 - 1e-9) <= found.bound < found.value


def test_covering_stops_in_time(processors_clock):
    problem = square(12_000, 500, number=10, limit_min=4.0)
    began = time.process_time()
    found = solve_maximal_covering(problem, time_limit_s=0.5)
    assert time.process_time() - began < 1.1 * 0.5 + 0.5
    assert found.status == "time_limit"
    missed = ~(problem.times_min[0][:, found.opened] <= 4.0).any(axis=1)
    assert found.value == pytest.approx(problem.weight[0] @ missed)
    assert 0 < found.bound < found.value


def test_compiling_is_not_charged_to_the_time_limit(monkeypatch):
    """A compiler that takes long is one whose every call, before the search begins, takes a minute."""
    from optimizer.models.siting import capacitated, maximal_covering, p_median

    shift = [0.0]
    real = time.process_time
    monkeypatch.setattr(time, "monotonic", lambda: real() + shift[0])

    def slow():
        shift[0] += 60.0

    monkeypatch.setattr(p_median, "compile_median", slow)
    monkeypatch.setattr(maximal_covering, "compile_median", slow)
    monkeypatch.setattr(capacitated, "_compile", slow)
    problem = square(30, 8, number=3, limit_min=9.0)
    assert solve_p_median(problem, time_limit_s=20.0).proven
    assert solve_maximal_covering(problem, time_limit_s=20.0).proven
    sizes = building_sizes(np.full(8, 4000.0), fixed_cost=10.0)
    asked = square(30, 8)
    assert solve_capacitated(asked, sizes, cost_per_minute=0.1, time_limit_s=20.0).proven
    assert shift[0] == 180.0
