"""The reserve model against trying everything, and its coefficients with the arithmetic written out."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import product

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from optimizer.models.reserve import solve_reserve, state_reserve
from optimizer.models.reserve_problem import LOCAL, ReserveProblem, StockWish

Build = Callable[..., ReserveProblem]
NAMES = ["mandatory", "unmet", "late", "advisory", "cost"]


def second_stage(problem: ReserveProblem, stock: np.ndarray, s: int) -> list[float]:  # noqa: C901 - one LP, written out
    """Least weighted unmet, then late person-items of scenario ``s``: two LPs by hand."""
    r = problem.recourse
    ships = [
        (a, i, late)
        for a in np.flatnonzero(r.arc_scenario == s)
        for i in range(2)
        for late in (False, True)
        if (r.arrival_min[a] <= 120) and not (late and r.arc_class[a] == LOCAL)
    ]
    posts = np.flatnonzero(r.posting_scenario == s)
    n, m = len(ships), len(posts)
    unmet = {(v, i): n + m + 2 * v + i for v in range(2) for i in range(2)}
    width = n + m + 4
    equal, less = [], []
    for (v, i), column in unmet.items():
        row = np.zeros(width)
        row[column] = 1
        row[[k for k, (a, item, _) in enumerate(ships) if r.arc_place[a] == v and item == i]] = 1
        equal.append((row, r.want[s, v, i]))
    for j, i in product(range(3), range(2)):
        row = np.zeros(width)
        row[[k for k, (a, item, _) in enumerate(ships) if r.arc_source[a] == j and item == i]] = 1
        less.append((row, r.kept[s, j] * stock[j, i]))
    for j, d in product(range(3), range(2)):
        row = np.zeros(width)
        for k, (a, i, late) in enumerate(ships):
            if r.arc_source[a] == j and r.arc_class[a] != LOCAL and (d == 1 or not late):
                row[k] = r.cycle_min[a] * r.load[i, 0]
        for k, post in enumerate(posts):
            if r.posting_source[post] == j:
                row[n + k] = -r.posting_minutes[post, d]
        less.append((row, 0.0))
    for p in range(2):
        row = np.zeros(width)
        row[[n + k for k, post in enumerate(posts) if r.posting_pool[post] == p]] = 1
        less.append((row, 1.0))
    aims = [np.zeros(width) for _ in range(2)]
    for (v, i), column in unmet.items():
        aims[0][column] = (10.0, 1.0)[i] / r.per_person[s, v, i]
    for k, (a, i, late) in enumerate(ships):
        aims[1][k] = late / r.per_person[s, r.arc_place[a], i]
    values = []
    for aim in aims:
        a_ub, b_ub = (np.array(part) for part in zip(*less, strict=True))
        a_eq, b_eq = (np.array(part) for part in zip(*equal, strict=True))
        found = linprog(aim, a_ub, b_ub, a_eq, b_eq, method="highs")
        assert found.status == 0
        values.append(found.fun)
        less.append((aim, found.fun + 1e-9))
    return values


def outcomes(problem: ReserveProblem) -> Iterator[tuple[float, ...]]:
    """All layers' values of every first stage that the budget and the storage allow."""
    for size, a, b, kit, radio in product((None, 0, 1), range(4), range(4), range(2), range(2)):
        storage = [8.0, 0.0 if size is None else (4.0, 9.0)[size], 1.0]
        stock = np.array([[1.0 + 3 * a, 2.0], [3.0 * b, 0.0], [1.0, 0.0]])
        cost = 5 * a + 4 * b + 6 * kit + 9 * radio + (0 if size is None else (7, 12)[size])
        if (stock @ problem.volume_m3 > np.array(storage)).any() or cost > problem.budget_cny[0]:
            continue
        parts = np.array([second_stage(problem, stock, s) for s in range(2)])
        unmet, late = problem.recourse.probability @ parts
        yield (1.0 - kit, unmet, late, (1.0 - radio) + (size is None), cost)


@pytest.mark.parametrize("seed", range(6))
def test_agrees_with_trying_everything(reserve_problem: Build, seed: int) -> None:
    problem = reserve_problem(seed)
    best = min(outcomes(problem), key=lambda values: tuple(round(value, 5) for value in values))
    solution = solve_reserve(problem, gap=1e-6)
    found = {layer.name: layer.value for layer in solution.layers}
    assert [found.get(name, 0.0) for name in NAMES] == pytest.approx(best, abs=1e-4)
    assert all(layer.bound <= layer.value for layer in solution.layers)
    # Lateness is bounded by 0 alone.
    assert all(layer.gap <= 0.01 for layer in solution.layers if layer.name != "late")


@pytest.mark.parametrize("risk", ["worst", "cvar"])
def test_risk_is_that_of_the_outcomes_it_returns(reserve_problem: Build, risk: str) -> None:
    problem = reserve_problem(3, risk=risk)
    solution = solve_reserve(problem, gap=1e-6)
    people = (solution.unmet / problem.recourse.per_person).sum(axis=1) @ [10.0, 1.0]
    # CVaR of the worst 0.2 over outcomes with probabilities 0.7 and 0.3: the worse one alone, if it is the second.
    order = np.argsort(-people)
    weight = np.minimum(problem.recourse.probability[order].cumsum(), 0.2)
    cvar = np.diff(weight, prepend=0.0) @ people[order] / 0.2
    expected = people.max() if risk == "worst" else cvar
    assert next(layer.value for layer in solution.layers if layer.name == "unmet") == pytest.approx(expected, abs=1e-4)


def test_coefficients_with_the_arithmetic_written_out(reserve_problem: Build) -> None:
    problem = reserve_problem(0)
    model, x, objectives = state_reserve(problem)
    by_name = {objective.name: objective.expression for objective in objectives}
    assert by_name["cost"][x.packs[1]] == 4.0
    assert by_name["cost"][x.build[1]] == 12.0
    assert by_name["mandatory"].constant == 1.0
    assert by_name["mandatory"][x.bought[0]] == -1.0
    s, v, i = next(key for key in x.unmet if key[2] == 0)
    assert by_name["unmet"][x.unmet[s, v, i]] == pytest.approx((0.7, 0.3)[s] * 10 / 2.0)  # weight / units a person
    a, item, _ = next(key for key in x.ship if problem.recourse.arc_class[key[0]] == 0)
    j = problem.recourse.arc_source[a]
    row = model.get_constraint_by_name(f"fleet_time_{problem.recourse.arc_scenario[a]}_{j}_0_0")
    cycle = 20 + 2 * (problem.recourse.arrival_min[a] - 30)  # handling + there and back
    assert row[x.ship[a, item, False]] == pytest.approx(cycle * (0.5, 1.0)[item])
    assert model.get_constraint_by_name("storage_limit_1").get(x.build[0], 0) == -4.0
    assert model.get_constraint_by_name("stock_balance_0_0").get(x.packs[0], 0) == -3.0


def test_a_late_load_takes_no_time_before_the_deadline(reserve_problem: Build) -> None:
    problem = reserve_problem(0)
    model, x, _ = state_reserve(problem)
    a, item, _ = next(key for key in x.ship if key[2])
    s, j = problem.recourse.arc_scenario[a], problem.recourse.arc_source[a]
    assert model.get_constraint_by_name(f"fleet_time_{s}_{j}_0_0").get(x.ship[a, item, True], 0) == 0
    assert model.get_constraint_by_name(f"fleet_time_{s}_{j}_0_1").get(x.ship[a, item, True], 0) > 0


def test_no_budget_still_gives_a_plan(reserve_problem: Build) -> None:
    solution = solve_reserve(reserve_problem(1, budget=0.0))
    assert solution.packs.sum() == solution.build.sum() == solution.bought.sum() == 0
    assert next(layer.value for layer in solution.layers if layer.name == "mandatory") == 1.0


def test_what_the_planner_decided_comes_before_all_else(reserve_problem: Build) -> None:
    problem = replace(reserve_problem(2, budget=9.0), stock_wishes=(StockWish("hold", 0, 0, 4.0, (1.0, 0.0, 0.0)),))
    solution = solve_reserve(problem, gap=1e-6)
    # One pack of 3 beside the 1 that exists makes 4; the 4 left do not buy the kit at 6.
    assert solution.packs[0] == 1
    assert solution.layers[0].name == "decided"
    assert solution.layers[0].value == pytest.approx(0.0, abs=1e-6)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000), more=st.floats(0, 30))
def test_more_budget_never_leaves_more_unmet(reserve_problem: Build, seed: int, more: float) -> None:
    first = [layer.value for layer in solve_reserve(reserve_problem(seed, budget=10.0), gap=1e-6).layers[:2]]
    then = [layer.value for layer in solve_reserve(reserve_problem(seed, budget=10.0 + more), gap=1e-6).layers[:2]]
    assert tuple(np.round(then, 4)) <= tuple(np.round(first, 4))


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=st.integers(0, 10_000))
def test_relabelling_the_scenarios_changes_nothing(reserve_problem: Build, seed: int) -> None:
    problem = reserve_problem(seed)
    r = problem.recourse
    turned = replace(
        r,
        probability=r.probability[::-1].copy(),
        want=r.want[::-1].copy(),
        per_person=r.per_person[::-1].copy(),
        kept=r.kept[::-1].copy(),
        arc_scenario=1 - r.arc_scenario,
        posting_scenario=1 - r.posting_scenario,
        pool_vehicles=r.pool_vehicles[::-1].copy(),
    )
    values = [layer.value for layer in solve_reserve(problem, gap=1e-6).layers]
    again = [layer.value for layer in solve_reserve(replace(problem, recourse=turned), gap=1e-6).layers]
    assert values == pytest.approx(again, abs=1e-4)


def test_a_wrong_instance_is_refused(reserve_problem: Build) -> None:
    problem = reserve_problem(0)
    with pytest.raises(ValueError, match="want"):
        replace(problem, recourse=replace(problem.recourse, want=-problem.recourse.want - 1))
    with pytest.raises(ValueError, match="probabilities"):
        replace(problem, recourse=replace(problem.recourse, probability=np.array([0.5, 0.4])))
