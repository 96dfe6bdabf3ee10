from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_array
from scipy.sparse.csgraph import shortest_path

from optimizer.models.siting.measure import Measure
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError

from .drawn_problems import allowed_sitings, options

PMED = Path(__file__).parents[5] / "shared" / "data" / "benchmarks" / "pmed"
MEASURES = [Measure("expected"), Measure("worst"), Measure("regret"), Measure("cvar", 0.6)]


def losses_by_hand(problem, opened):
    """(K,) weighted minutes, counted one demand point after another."""
    scenarios, demand, sites = problem.shape
    unserved = np.inf if problem.cut_off_min is None else problem.cut_off_min
    total = np.zeros(scenarios)
    for s in range(scenarios):
        for i in range(demand):
            nearest = min([problem.times_min[s, i, j] for j in range(sites) if opened[j]], default=np.inf)
            if problem.weight[s, i]:
                total[s] += problem.weight[s, i] * min(nearest, unserved)
    return total


def best_by_trying_all(problem):
    losses = [losses_by_hand(problem, opened) for opened in allowed_sitings(problem)]
    if not losses or not np.isfinite(losses).any():
        return None
    best = np.min(losses, axis=0)
    with np.errstate(invalid="ignore"):
        return min(problem.measure.of(one, problem.probability, best) for one in losses if np.isfinite(one).all())


def drawn(seed, *, scenarios=1, cut_off=None, far=0.0, **given_openings):
    draw = np.random.default_rng(seed)
    demand, sites = 7, 6
    times = draw.integers(1, 30, (scenarios, demand, sites)).astype(float)
    times[draw.random(times.shape) < far] = np.inf
    return siting_problem(
        times,
        weight=draw.integers(0, 9, (scenarios, demand)),
        probability=draw.random(scenarios) + 0.1,
        cut_off_min=cut_off,
        **given_openings,
    )


def check_against_all(problem):
    expected = best_by_trying_all(problem)
    if expected is None:
        with pytest.raises(InfeasibleSitingError):
            solve_p_median(problem)
        return
    found = solve_p_median(problem)
    assert problem.openings.allow(found.opened)
    losses = losses_by_hand(problem, found.opened)
    assert found.scenario_losses == pytest.approx(losses)
    assert found.value == pytest.approx(expected)
    assert found.bound <= found.value + 1e-9
    assert found.proven


@pytest.mark.parametrize("option", options(0))
@pytest.mark.parametrize("seed", range(4))
def test_equals_trying_all_sitings(option, seed):
    check_against_all(drawn(seed, **options(seed)[option]))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
@pytest.mark.parametrize("option", ["number", "fixed", "forbidden", "not counted", "budget", "closable", "group"])
@pytest.mark.parametrize("seed", range(3))
def test_equals_trying_all_sitings_over_scenarios(measure, option, seed):
    check_against_all(drawn(seed, scenarios=3, far=0.2, cut_off=60.0, measure=measure, **options(seed)[option]))


@given(st.integers(0, 10_000), st.sampled_from([None, 25.0]), st.integers(1, 6))
@settings(max_examples=40, deadline=None)
def test_demand_that_some_sites_cannot_reach(seed, cut_off, number):
    draw = np.random.default_rng(seed)
    times = draw.integers(1, 30, (6, 6)).astype(float)
    times[draw.random((6, 6)) < 0.4] = np.inf
    times[np.arange(6), draw.integers(0, 6, 6)] = 5.0
    check_against_all(siting_problem(times, number=number, cut_off_min=cut_off))


@given(st.integers(0, 10_000))
@settings(max_examples=15, deadline=None)
def test_one_more_site_is_never_worse_and_names_change_nothing(seed):
    draw = np.random.default_rng(seed)
    times, order = draw.random((12, 9)) * 60, draw.permutation(9)
    values = [solve_p_median(siting_problem(times, number=number)).value for number in range(1, 6)]
    assert values == sorted(values, reverse=True)
    assert solve_p_median(siting_problem(times[:, order], number=3)).value == pytest.approx(values[2])


def test_the_value_is_people_times_minutes():
    times = [[4.0, 9.0, 7.0], [8.0, 2.0, 3.0], [6.0, 5.0, 1.0]]
    found = solve_p_median(siting_problem(times, weight=[100, 10, 20], number=1, site_ids=["a", "b", "c"]))
    assert found.sites == ("a",)
    assert found.value == 100 * 4 + 10 * 8 + 20 * 6  # 600; b: 900 + 20 + 100, c: 700 + 30 + 20
    assert found.server.tolist() == [[0, 0, 0]]


def pmed(name):
    numbers = np.array((PMED / f"{name}.txt").read_text().split(), dtype=int)
    nodes, edges, number = numbers[:3]
    lengths = np.zeros((nodes, nodes))
    for one, other, length in numbers[3 : 3 + 3 * edges].reshape(-1, 3):
        lengths[one - 1, other - 1] = lengths[other - 1, one - 1] = length
    return siting_problem(shortest_path(csr_array(lengths), directed=False), number=int(number))


@pytest.mark.skipif(not PMED.is_dir(), reason="../shared/data/benchmarks is not here")
@pytest.mark.parametrize(
    ("name", "optimum"),
    [("pmed1", 5819), ("pmed6", 7824), ("pmed9", 2734), ("pmed16", 8162), ("pmed20", 1789), ("pmed26", 9917)],
)
def test_published_optima(name, optimum):
    found = solve_p_median(pmed(name))
    assert (found.value, found.bound, found.status) == (optimum, optimum, "proven")
    assert found.opened.sum() == found.problem.openings.number


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
def test_when_time_is_over_what_was_found_comes_with_its_bound(measure):
    draw = np.random.default_rng(1)
    problem = siting_problem(draw.random((3, 150, 90)) * 100, number=9, measure=measure)
    found = solve_p_median(problem, time_limit_s=0.3)
    assert found.bound < found.value
    assert found.status == "time_limit"
    assert found.gap == pytest.approx((found.value - found.bound) / found.value)
    assert problem.openings.allow(found.opened)
