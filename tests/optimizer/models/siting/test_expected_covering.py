"""Expected coverage against every opening and every placing of units tried."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from optimizer.models.siting import expected_covering
from optimizer.models.siting.expected_covering import solve_expected_covering
from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Group
from optimizer.models.siting.problem import SitingProblem, siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, Programme

MEASURES = (Measure("expected"), Measure("worst"), Measure("regret"), Measure("cvar", 0.6))
OPTIONS = ("number", "budget", "closable", "fixed", "forbidden", "groups", "all")
SITES = 5
LEVELS = (0.5, 0.3, 0.1)


def openings_for(option: str, rng: np.random.Generator) -> dict[str, object]:
    """What `siting_problem` is given of openings."""
    given: dict[str, object] = {"number": int(rng.integers(2, 4))}
    if option in ("budget", "closable", "all"):
        given = {"budget": float(rng.integers(12, 22)), "open_cost": rng.integers(2, 9, SITES).astype(float)}
    if option in ("closable", "all"):
        given["close_cost"] = rng.integers(0, 4, SITES).astype(float)
    if option in ("fixed", "all"):
        given["fixed"] = np.arange(SITES) == 0
    if option in ("forbidden", "all"):
        given["forbidden"] = np.arange(SITES) == 1
    if option in ("groups", "all"):
        given["groups"] = [Group("town", np.arange(SITES) >= 3)]
    return given


def random_problem(seed: int, option: str, measure: Measure) -> SitingProblem:
    rng = np.random.default_rng(seed)
    scenarios, demand = 3, 6
    times = rng.integers(1, 20, (scenarios, demand, SITES)).astype(float)
    times[rng.random(times.shape) < 0.1] = np.inf
    return siting_problem(
        times,
        weight=rng.integers(0, 9, (scenarios, demand)),
        probability=rng.integers(1, 5, scenarios),
        limit_min=rng.integers(5, 15, demand),
        cut_off_min=60.0,
        measure=measure,
        **openings_for(option, rng),
    )


def every_placing(problem: SitingProblem, most: int, fleet: int | None) -> Iterator[np.ndarray]:
    for units in product(range(most + 1), repeat=SITES):
        placed = np.array(units)
        if problem.openings.allow(placed > 0) and (fleet is None or placed.sum() <= fleet):
            yield placed


def losses_of(problem: SitingProblem, units: np.ndarray, busy: np.ndarray | None) -> np.ndarray:
    """Weight that nobody serves: by the chance that all units which cover are busy, or by the levels."""
    scenarios, demand, sites = problem.shape
    losses = np.zeros(scenarios)
    for s, i in product(range(scenarios), range(demand)):
        count = sum(units[j] for j in range(sites) if problem.times_min[s, i, j] <= problem.limit_min[i, j])
        share = busy[s] ** count if busy is not None else 1 - sum(LEVELS[:count])
        losses[s] += problem.weight[s, i] * share
    return losses


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
@pytest.mark.parametrize("how", ["busy", "levels", "units"])
def test_value_equals_that_of_every_placing_tried(option: str, measure: Measure, how: str) -> None:
    solved = 0
    for seed in range(3):
        problem = random_problem(seed, option, measure)
        busy = None if how == "levels" else np.array([0.1, 0.4, 0.0]) if how == "units" else np.full(3, 0.35)
        given = {"levels": LEVELS} if busy is None else {"busy": busy if how == "units" else 0.35}
        most, fleet = (2, 4) if how == "units" else (1, None)
        every = [(units, losses_of(problem, units, busy)) for units in every_placing(problem, most, fleet)]
        if not every:
            with pytest.raises(InfeasibleSitingError):
                solve_expected_covering(problem, **given, units=most, fleet=fleet, time_limit_s=60)
            continue
        best = np.min([losses for _, losses in every], axis=0)
        least = min(problem.measure.of(losses, problem.probability, best) for _, losses in every)
        found = solve_expected_covering(problem, **given, units=most, fleet=fleet, time_limit_s=60)
        solved += 1
        assert found.proven
        assert found.value == pytest.approx(least, abs=1e-6)
        assert found.bound == pytest.approx(least, abs=1e-5)
        assert problem.openings.allow(found.opened)
        assert found.scenario_losses == pytest.approx(losses_of(problem, found.units, busy))
        assert ((found.units > 0) == found.opened).all()
    assert solved


def test_nobody_busy_is_maximal_covering() -> None:
    problem = random_problem(2, "number", Measure())
    found = solve_expected_covering(problem, busy=0.0, time_limit_s=10)
    uncovered = problem.weight * (found.server < 0)
    assert found.value == pytest.approx(uncovered.sum(axis=1) @ problem.probability)


def test_busier_units_never_serve_more() -> None:
    problem = random_problem(4, "number", Measure())
    values = [solve_expected_covering(problem, busy=q, time_limit_s=10).value for q in (0.0, 0.2, 0.5, 0.9)]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_coefficients_are_what_the_next_unit_adds() -> None:
    # Demand 1 and 2 are covered by both sites, 3 by the second alone.
    problem = siting_problem([[1.0, 1.0], [1.0, 1.0], [9.0, 1.0]], weight=[10, 20, 40], limit_min=5)
    given = expected_covering._given(problem, 0.3, None, 1, None)
    programme = Programme()
    units = expected_covering._units(programme, problem.openings, given)
    losses, base = expected_covering._losses(programme, units, problem, given)
    programme.measure(problem.measure, problem.probability, losses, base)
    lp, _ = programme.stated(relaxed=True)
    first, second = 1 - 0.3, (1 - 0.3) * 0.3
    assert np.allclose(lp.col_cost_, [0, 0, -first * (10 + 20), -second * (10 + 20), -first * 40])
    assert lp.offset_ == 10 + 20 + 40
    found = solve_expected_covering(problem, busy=0.3, time_limit_s=10)
    assert found.value == pytest.approx(30 * 0.3**2 + 40 * 0.3)


def test_units_may_stand_together() -> None:
    # One site covers all: both units go there.
    problem = siting_problem([[1.0, 9.0], [1.0, 1.0]], weight=[5, 5], limit_min=5)
    found = solve_expected_covering(problem, busy=0.5, units=2, fleet=2, time_limit_s=10)
    assert found.units.tolist() == [2, 0]
    assert found.value == pytest.approx(10 * 0.25)
    assert found.covering_units.tolist() == [[2, 2]]


def test_a_time_limit_leaves_a_siting_with_its_bound() -> None:
    rng = np.random.default_rng(1)
    times = rng.integers(1, 40, (5, 300, 60)).astype(float)
    problem = siting_problem(times, weight=rng.integers(1, 500, 300), limit_min=6, number=9, measure=Measure("regret"))
    for seconds in (0.01, 1.0):
        found = solve_expected_covering(problem, busy=0.4, time_limit_s=seconds)
        assert found.status == "time_limit"
        assert not found.proven
        assert 0 <= found.bound < found.value
        assert problem.openings.allow(found.opened)


def test_what_is_wrong_is_named_all_at_once() -> None:
    problem = siting_problem([[1.0, 2.0]], number=1)

    def faults(**given: object) -> list[str]:
        with pytest.raises(InvalidSitingError) as raised:
            solve_expected_covering(problem, **given, time_limit_s=1)
        return [one.what for one in raised.value.findings]

    assert faults(busy=1.0, units=0, fleet=-1) == [
        "limit_missing",
        "units_not_positive",
        "negative_fleet",
        "busy_outside",
    ]
    assert faults() == ["limit_missing", "busy_or_levels"]
    assert faults(levels=(0.2, 0.4)) == ["limit_missing", "levels_rise"]
    assert faults(levels=(0.9, 0.4)) == ["limit_missing", "levels_outside"]
    assert faults(busy=[0.1, 0.2], units=[1, 1, 1]) == ["limit_missing", "wrong_shape", "wrong_shape"]
    assert faults(busy=float("nan")) == ["limit_missing", "busy_outside"]
