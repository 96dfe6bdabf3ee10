"""Lines under the scenarios' cost: valid everywhere, tight where they were drawn; and instances with parts missing."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.models.matrix import MatrixModel
from optimizer.models.recourse import SecondStage
from optimizer.models.reserve import scenario_of, solve_reserve, state_reserve
from optimizer.models.reserve_problem import Lines, ReserveProblem, Sizes

Build = Callable[..., ReserveProblem]


def second_stage(problem: ReserveProblem) -> tuple[SecondStage, int]:
    model, x, objectives = state_reserve(problem)
    matrix = MatrixModel.of(model)
    scenario = scenario_of(problem, x)
    block = np.array([scenario.get(name, -1) for name in matrix.names])
    cost = matrix.dense(next(o.expression for o in objectives if o.name == "unmet"))
    return SecondStage(matrix, block, np.where(block >= 0, cost, 0.0)), int((block < 0).sum())


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 500), draw=st.integers(0, 1000))
def test_a_line_is_tight_where_drawn_and_below_elsewhere(reserve_problem: Build, seed: int, draw: int) -> None:
    second, width = second_stage(reserve_problem(seed))
    rng = np.random.default_rng(draw)
    here, there = rng.uniform(0, 8, width), rng.uniform(0, 8, width)
    for at_here, at_there in zip(second.outcomes(here), second.outcomes(there), strict=True):
        cut = at_here.cut
        assert cut.constant + cut.slope @ here == pytest.approx(at_here.cost, abs=1e-6)
        assert cut.constant + cut.slope @ there <= at_there.cost + 1e-9


def test_columns_without_a_bound_are_refused(reserve_problem: Build) -> None:
    model, x, _ = state_reserve(reserve_problem(0))
    matrix = MatrixModel.of(model)
    block = np.zeros(len(matrix.names), dtype=np.int64)
    with pytest.raises(ValueError, match="finite bound"):
        SecondStage(matrix, block, np.zeros(len(block)))
    assert x.ship


def test_nothing_wanted_needs_no_scenario(reserve_problem: Build) -> None:
    problem = reserve_problem(0)
    quiet = replace(problem, recourse=replace(problem.recourse, want=np.zeros_like(problem.recourse.want)))
    layers = {layer.name: layer for layer in solve_reserve(quiet).layers}
    assert "unmet" not in layers
    assert layers["mandatory"].proven


def test_one_scenario_without_want(reserve_problem: Build) -> None:
    problem = reserve_problem(4)
    want = problem.recourse.want.copy()
    want[1] = 0.0
    solution = solve_reserve(replace(problem, recourse=replace(problem.recourse, want=want)), gap=1e-4)
    assert solution.unmet[1].sum() == 0
    assert all(layer.gap <= 0.01 for layer in solution.layers if layer.name != "late")


def test_nothing_can_be_bought_or_built(reserve_problem: Build) -> None:
    empty, none = np.empty(0, dtype=np.int64), np.empty(0)
    problem = replace(
        reserve_problem(2),
        lines=Lines(empty, none, none),
        sizes=Sizes(empty, none, none, empty),
        depot_wishes=(),
    )
    solution = solve_reserve(problem, gap=1e-4)
    assert len(solution.packs) == len(solution.build) == 0
    assert all(layer.gap <= 0.01 for layer in solution.layers if layer.name != "late")


def test_no_vehicle_at_all(reserve_problem: Build) -> None:
    problem = reserve_problem(2)
    parked = replace(problem.recourse, pool_vehicles=np.zeros((2, 2)))
    solution = solve_reserve(replace(problem, recourse=parked))
    carried = solution.shipments[problem.recourse.arc_class[solution.shipments["arc"].to_numpy(int)] == 0]
    assert carried.empty


@pytest.mark.parametrize("risk", ["expected", "worst", "cvar"])
@pytest.mark.parametrize("seed", [2, 3, 4, 24])
def test_every_layer_is_proven_soon_under_every_risk(reserve_problem: Build, risk: str, seed: int) -> None:
    solution = solve_reserve(reserve_problem(seed, risk=risk), gap=0.01, time_limit_s=20)
    # Cost keeps lateness, which its bound leaves aside: on so few places that may stay open.
    assert all(layer.gap <= 0.01 for layer in solution.layers if layer.name not in ("late", "cost"))
    assert sum(layer.seconds for layer in solution.layers) < 20


@pytest.mark.parametrize("seed", [2, 3])
def test_a_mild_scenario_is_served_too_under_the_worst_case(reserve_problem: Build, seed: int) -> None:
    problem = reserve_problem(seed, risk="worst")
    solution = solve_reserve(problem, gap=1e-4)
    second, _ = second_stage(replace(problem, risk="expected"))
    weight = np.array([10.0, 1.0])
    unmet = ((solution.unmet / problem.recourse.per_person) @ weight).sum(axis=1) * problem.recourse.probability
    first = _first_stage_values(problem, solution)
    least = [outcome.cost for outcome in second.outcomes(first)]
    assert unmet == pytest.approx(least, abs=1e-4)


def _first_stage_values(problem: ReserveProblem, solution: object) -> np.ndarray:
    """The first-stage columns of the expected-risk model, in its order, as the solution has them."""
    model, x, _ = state_reserve(replace(problem, risk="expected"))
    value = {x.packs[k].name: float(v) for k, v in enumerate(solution.packs)}  # type: ignore[attr-defined]
    value |= {x.build[k].name: float(v) for k, v in enumerate(solution.build)}  # type: ignore[attr-defined]
    stock = problem.holdings.existing.copy()
    np.add.at(stock, problem.lines.holding, solution.packs * problem.lines.pack)  # type: ignore[attr-defined]
    for h, (j, i) in enumerate(zip(problem.holdings.source, problem.holdings.item, strict=True)):
        value[x.held[int(j), int(i)].name] = float(stock[h])
    scenario = scenario_of(replace(problem, risk="expected"), x)
    return np.array([value.get(v.name, 0.0) for v in model.variables() if v.name not in scenario])
