"""What is never claimed: proofs of losses in tiny units, covers without a way, openings that are none."""

import itertools

import numpy as np
import pytest

from optimizer.models.siting.expected_covering import solve_expected_covering
from optimizer.models.siting.maximal_covering import solve_maximal_covering
from optimizer.models.siting.openings import Group, openings
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.set_covering import solve_set_covering

IDS = ("A", "B", "C")


def square(seed, size=60):
    draw = np.random.default_rng(seed)
    at = draw.uniform(0, 30, (size, 2))
    times = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    return times, draw.integers(1, 100, size).astype(float)


@pytest.mark.parametrize("seed", range(6))
def test_tiny_weights_change_no_siting(seed):
    times, weight = square(seed)
    found = [
        solve_p_median(siting_problem(times, weight=scale * weight, number=6), time_limit_s=20) for scale in (1.0, 1e-8)
    ]
    assert found[1].value == pytest.approx(1e-8 * found[0].value, rel=1e-5)
    assert found[1].bound <= found[1].value
    assert found[1].bound == pytest.approx(found[1].value, rel=1e-3)


def test_where_there_is_no_way_an_infinite_standard_covers_nobody():
    times = np.array([[1.0, np.inf], [np.inf, np.inf]])
    asked = siting_problem(times, number=1, limit_min=np.array([5.0, np.inf]), cut_off_min=60.0)
    assert solve_maximal_covering(asked, time_limit_s=10).value == 1
    assert solve_expected_covering(asked, busy=0.0, time_limit_s=10).value == pytest.approx(1)


def test_no_site_at_all_is_no_siting():
    with pytest.raises(InfeasibleSitingError):
        solve_p_median(siting_problem(np.ones((2, 3)), number=0), time_limit_s=10)


def test_gap_that_is_good_enough_is_no_time_limit():
    times, weight = square(1)
    asked = siting_problem(times, weight=weight, number=6)
    found = solve_p_median(asked, gap=0.5, time_limit_s=60)
    assert found.status in ("proven", "stopped")
    covered = siting_problem(times, weight=weight, number=6, limit_min=np.full(60, 4.0))
    everybody = siting_problem(times, weight=weight, limit_min=np.full(60, 4.0))
    assert solve_maximal_covering(covered, gap=0.9, time_limit_s=60).status in ("proven", "stopped")
    assert solve_set_covering(everybody, gap=0.9, time_limit_s=60).status in ("proven", "stopped")


def test_bound_of_branches_is_kept_when_the_time_is_over():
    draw = np.random.default_rng(7)
    at = draw.uniform(0, 30, (700, 2))
    times = np.hypot(*(at[:, None] - at[None]).transpose(2, 0, 1))
    asked = siting_problem(times, number=50)
    found = solve_p_median(asked, time_limit_s=0.2)
    assert 0.8 * found.value < found.bound <= found.value


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"fixed": ["3"]}, "fixed has shape"),
        ({"fixed": np.array([0, 1, 0])}, "fixed is not true or false"),
        ({"forbidden": np.array([True])}, "forbidden has shape"),
        ({"open_cost": ["a", "b", "c"]}, "open_cost is no number"),
        ({"number": 2.5}, "number is 2.5"),
        ({"groups": [Group("town", np.array([True, False]))]}, "group town has shape"),
    ],
)
def test_openings_that_are_none_are_named(given, said):
    with pytest.raises(ValueError, match=said):
        openings(IDS, **given)


def test_all_wrong_openings_are_named_at_once():
    with pytest.raises(ValueError, match=r"number is 1.5.*fixed has shape.*counted is not true"):
        openings(IDS, number=1.5, fixed=np.array([True]), counted=np.array([1, 1, 0]))


def test_brute_force_agrees_in_tiny_units():
    times, weight = square(11, 9)
    found = solve_p_median(siting_problem(times, weight=1e-9 * weight, number=3), time_limit_s=10)
    best = min(float(1e-9 * weight @ times[:, list(some)].min(axis=1)) for some in itertools.combinations(range(9), 3))
    assert found.value == pytest.approx(best, rel=1e-6)
