import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks.instances import read_pmed
from optimizer.models.siting import center_bisection
from optimizer.models.siting.cover_within import cover_within
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import openings
from optimizer.models.siting.p_center import solve_p_center
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError

from .drawn_problems import allowed_sitings, every_siting, options

PMED = Path(__file__).parents[5] / "shared" / "data" / "benchmarks" / "pmed"
MEASURES = [Measure("expected"), Measure("worst"), Measure("regret"), Measure("cvar", 0.6)]


def longest_by_hand(problem, opened):
    """(K,) longest minutes, looked at one demand point after another."""
    scenarios, demand, sites = problem.shape
    cut_off = np.inf if problem.cut_off_min is None else problem.cut_off_min
    longest = np.zeros(scenarios)
    for s in range(scenarios):
        for i in range(demand):
            nearest = min([problem.times_min[s, i, j] for j in range(sites) if opened[j]], default=np.inf)
            if problem.weight[s, i] > 0:
                longest[s] = max(longest[s], min(nearest, cut_off))
    return longest


def check_against_all(problem):
    losses = np.array([longest_by_hand(problem, opened) for opened in allowed_sitings(problem)])
    losses = losses[np.isfinite(losses).all(axis=1)] if len(losses) else losses
    if not len(losses):
        with pytest.raises(InfeasibleSitingError):
            solve_p_center(problem)
        return
    best = np.min([longest_by_hand(problem, one) for one in allowed_sitings(problem)], axis=0)
    found = solve_p_center(problem)
    assert problem.openings.allow(found.opened)
    assert found.scenario_losses == pytest.approx(longest_by_hand(problem, found.opened))
    assert found.value == pytest.approx(min(problem.measure.of(one, problem.probability, best) for one in losses))
    assert found.proven


def drawn(seed, *, scenarios=1, cut_off=None, far=0.0, whole=True, **given_openings):
    draw = np.random.default_rng(seed)
    times = draw.integers(1, 30, (scenarios, 7, 6)).astype(float) if whole else draw.random((scenarios, 7, 6)) * 30
    times[draw.random(times.shape) < far] = np.inf
    return siting_problem(
        times,
        weight=draw.integers(0, 3, (scenarios, 7)),
        probability=draw.random(scenarios) + 0.1,
        cut_off_min=cut_off,
        **given_openings,
    )


@pytest.mark.parametrize("option", options(0))
@pytest.mark.parametrize("seed", range(6))
def test_equals_trying_all_sitings(option, seed):
    check_against_all(drawn(seed, whole=seed % 2 == 0, **options(seed)[option]))


@pytest.mark.parametrize("measure", MEASURES, ids=lambda measure: measure.name)
@pytest.mark.parametrize("option", options(0))
@pytest.mark.parametrize("seed", range(4))
def test_equals_trying_all_sitings_over_scenarios(measure, option, seed):
    given_openings = options(seed)[option]
    check_against_all(drawn(seed, scenarios=3, far=0.2, cut_off=25.0, measure=measure, **given_openings))


@given(st.integers(0, 10_000), st.sampled_from([None, 25.0]), st.integers(1, 6), st.sampled_from(MEASURES))
@settings(max_examples=60, deadline=None)
def test_demand_that_some_sites_cannot_reach(seed, cut_off, number, measure):
    draw = np.random.default_rng(seed)
    times = draw.integers(1, 30, (2, 6, 6)).astype(float)
    times[draw.random(times.shape) < 0.4] = np.inf
    times[:, np.arange(6), draw.integers(0, 6, 6)] = 5.0
    check_against_all(siting_problem(times, number=number, cut_off_min=cut_off, measure=measure))


@given(st.integers(0, 10_000))
@settings(max_examples=20, deadline=None)
def test_one_more_site_is_never_worse_nor_one_scenario_less(seed):
    draw = np.random.default_rng(seed)
    times = draw.random((3, 12, 9)) * 60
    values = [solve_p_center(siting_problem(times[0], number=number)).value for number in range(1, 6)]
    assert values == sorted(values, reverse=True)
    worst = [solve_p_center(siting_problem(times[:k], number=3, measure=Measure("worst"))).value for k in (1, 2, 3)]
    assert worst == sorted(worst)


def test_the_value_is_the_longest_of_the_shortest_times():
    times = [[4.0, 9.0, 7.0], [8.0, 2.0, 3.0], [6.0, 5.0, 1.0]]
    found = solve_p_center(siting_problem(times, number=1))
    # a: 8, b: 9, c: 7
    assert (found.sites, found.value, found.unit) == (("3",), 7.0, "minutes")


def test_nobody_is_counted_without_weight():
    found = solve_p_center(siting_problem([[4.0], [50.0]], weight=[1, 0], number=1))
    assert found.value == 4.0


@pytest.mark.parametrize(("scenarios", "demand"), [(1, 500), (3, 200)])
def test_without_time_nothing_is_called_proven(scenarios, demand):
    draw = np.random.default_rng(3)
    points = draw.random((demand, 2))
    apart = np.linalg.norm(points[:, None] - points[None], axis=2)
    times = apart * draw.uniform(0.9, 1.1, (scenarios, demand, demand))
    found = solve_p_center(siting_problem(times, number=25), time_limit_s=0.02)
    assert 0 <= found.bound < found.value
    assert not found.proven


@pytest.mark.parametrize("seed", range(6))
def test_questions_without_answer_leave_the_bound_and_the_value_of_easier_ones(seed, monkeypatch):
    problem = drawn(seed, number=2, whole=False)
    losses = [longest_by_hand(problem, one)[0] for one in every_siting(6) if one.sum() == 2]
    least = min(losses)
    times = problem.times_min[0][problem.weight[0] > 0]
    levels = np.unique(times)
    # Nothing within 5 minutes of the least is decided in time; below it nothing can be covered.
    hard = levels[np.abs(levels - least) < 5]

    def cover(covers, allowed, *, ends, threads=1):
        if covers.sum() in {(times <= level).sum() for level in hard}:
            raise NoIncumbentError(0.0)
        return cover_within(covers, allowed, ends=ends, threads=threads)

    monkeypatch.setattr(center_bisection, "cover_within", cover)
    found = solve_p_center(problem, time_limit_s=0.5)
    possible = levels[levels >= times.min(axis=1).max()]
    assert found.bound == possible[possible >= hard[0]][0]
    easier = levels[levels > hard[-1]]
    assert found.value <= (easier[0] if len(easier) else np.inf)
    assert found.proven == (found.value == found.bound)


@pytest.mark.parametrize("name", ["pmed1", "pmed5", "pmed10", "pmed16"])
def test_published_optima(name):
    path = PMED / f"{name}.txt"
    if not path.exists():
        pytest.skip("pmed is not in ../shared/data/benchmarks")
    published = {"pmed1": 127, "pmed5": 48, "pmed10": 20, "pmed16": 47}
    distances, number = read_pmed(path)
    found = solve_p_center(siting_problem(distances, number=number))
    assert (found.value, found.bound, found.proven) == (published[name], published[name], True)


@given(st.integers(0, 10_000), st.sampled_from([None, 1, 2, 3]), st.booleans())
@settings(max_examples=60, deadline=None)
def test_a_cover_is_found_wherever_there_is_one(seed, number, budgeted):
    draw = np.random.default_rng(seed)
    covers = draw.random((9, 6)) < 0.4
    some = draw.random(6) < 0.2
    money = {"budget": 8.0, "open_cost": draw.integers(1, 5, 6)} if budgeted else {}
    allowed = openings("abcdef", number=number, fixed=some, forbidden=~some & (draw.random(6) < 0.2), **money)
    possible = [one for one in every_siting(6) if allowed.allow(one) and covers[:, one].any(axis=1).all()]
    found = cover_within(covers, allowed, ends=time.monotonic() + 10)
    assert (found is not None) == bool(possible)
    if found is not None:
        assert allowed.allow(found)
        assert covers[:, found].any(axis=1).all()


def test_covers_ask_the_clock():
    covers = np.random.default_rng(0).random((40, 20)) < 0.2
    covers[:, 0] |= ~covers.any(axis=1)
    with pytest.raises(NoIncumbentError):
        cover_within(covers, openings([str(j) for j in range(20)], number=20), ends=time.monotonic() - 1)
