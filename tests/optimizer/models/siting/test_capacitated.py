"""Capacitated location against everything tried, published optima, properties, and the arithmetic written out."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import sparse
from scipy.optimize import linprog

from optimizer.models.siting.capacitated import CapacitatedSolution, solve_capacitated
from optimizer.models.siting.capacitated_supply import Supply, supply_of
from optimizer.models.siting.capacitated_tree import Search
from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Group
from optimizer.models.siting.problem import SitingProblem, siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.sizes import Sizes, building_sizes
from optimizer.models.siting.transport import transport

BENCHMARKS = Path(__file__).parents[4] / ".." / "shared" / "data" / "benchmarks"
PER_MINUTE = 0.5


def solved(problem: SitingProblem, sizes: Sizes, **options: float) -> CapacitatedSolution:
    given_options = {"cost_per_minute": PER_MINUTE, "time_limit_s": 60.0, **options}
    return solve_capacitated(problem, sizes, **given_options)  # type: ignore[arg-type]


def service_cost(unit: np.ndarray, weight: np.ndarray, capacity: np.ndarray) -> float:
    """CNY of serving (k, n) by SciPy; infinite where it can't be."""
    sites, demand = unit.shape
    if not sites:
        return 0.0 if not weight.any() else np.inf
    place = np.arange(sites * demand)
    of_site = sparse.csr_array((np.ones(len(place)), (place // demand, place)))
    of_demand = sparse.csr_array((np.ones(len(place)), (place % demand, place)))
    usable = np.isfinite(unit.ravel())
    upper = np.where(usable, np.inf, 0.0)
    found = linprog(
        np.where(usable, unit.ravel(), 0.0),
        A_ub=of_site,
        b_ub=capacity,
        A_eq=of_demand,
        b_eq=weight,
        bounds=np.column_stack([np.zeros(len(upper)), upper]),
    )
    return float(found.fun) if found.status == 0 else np.inf


def losses_of_all(problem: SitingProblem, sizes: Sizes) -> np.ndarray:
    """(choices, K) losses of all choices of sizes that the openings and the budget allow."""
    allowed, (scenarios, demand, sites) = problem.openings, problem.shape
    losses = []
    for choice in itertools.product(range(-1, sizes.capacity.shape[1]), repeat=sites):
        size = np.array(choice)
        opened = size >= 0
        built = np.flatnonzero(opened)
        paid = sizes.fixed_cost[built, size[built]].sum() + allowed.cost(opened)
        if not sizes.available[built, size[built]].all() or not allowed.allow(opened):
            continue
        if allowed.budget is not None and paid > allowed.budget + 1e-9:
            continue
        standing = sizes.annuity * paid + sizes.yearly_cost[built, size[built]].sum()
        times = problem.times_min[:, :, built]
        if problem.limit_min is not None:
            times = np.where(times <= problem.limit_min[:, built], times, np.inf)
        unit, capacity = PER_MINUTE * times.transpose(0, 2, 1), sizes.capacity[built, size[built]]
        if problem.cut_off_min is not None:
            left = np.full((scenarios, 1, demand), PER_MINUTE * problem.cut_off_min)
            unit, capacity = np.concatenate([unit, left], axis=1), np.append(capacity, problem.weight.sum())
        losses.append([standing + service_cost(unit[s], problem.weight[s], capacity) for s in range(scenarios)])
    return np.array(losses).reshape(len(losses), scenarios)


def least(problem: SitingProblem, sizes: Sizes) -> float:
    """The least measure by trying everything."""
    losses = losses_of_all(problem, sizes)
    best = losses.min(axis=0)
    values = [problem.measure.of(one, problem.probability, best) for one in losses if np.isfinite(one).all()]
    return min(values)


def drawn(seed: int, *, scenarios: int = 1, demand: int = 6, sites: int = 4, **options: object) -> tuple:
    """A small random instance of two sizes a site, tight enough that sizes matter."""
    rng = np.random.default_rng(seed)
    times = rng.integers(2, 60, (scenarios, demand, sites)).astype(float)
    weight = rng.integers(0, 9, (scenarios, demand)).astype(float)
    small = rng.integers(6, 14, sites).astype(float)
    capacity = np.column_stack([small + rng.integers(4, 12, sites), small])
    fixed = capacity * rng.uniform(2, 6, (sites, 1)) + 20
    yearly = rng.uniform(0, 20, (sites, 2))
    if scenarios > 1:
        # A site is lost in a scenario, and what the sites hold does not always do.
        times[1, :, 0] = np.inf
        options = {"cut_off_min": 70.0, "probability": rng.uniform(0.2, 1.0, scenarios), **options}
    return siting_problem(times, weight=weight, **options), building_sizes(  # type: ignore[arg-type]
        capacity, fixed_cost=fixed, yearly_cost=yearly
    )


OPTIONS = {
    "free": {},
    "fixed": {"fixed": np.array([True, False, False, False])},
    "forbidden": {"forbidden": np.array([False, True, False, False])},
    "closable": {"close_cost": np.array([90.0, 0.0, 40.0, 0.0]), "open_cost": np.array([0.0, 15.0, 0.0, 5.0])},
    "number": {"number": 2},
    "counted": {"number": 1, "counted": np.array([True, True, True, False]), "cut_off_min": 50.0},
    "budget": {"budget": 190.0, "close_cost": np.array([9.0, 0.0, 4.0, 0.0]), "cut_off_min": 45.0},
    "group": {"groups": (Group("town", np.array([True, False, True, False]), 2),)},
    "standard time": {"limit_min": 30.0, "cut_off_min": 80.0},
    "priced": {"cut_off_min": 25.0},
}


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_best_of_all_is_found_under_every_option(option, seed):
    problem, sizes = drawn(seed, **OPTIONS[option])
    solution = solved(problem, sizes)
    assert solution.value == pytest.approx(least(problem, sizes), rel=1e-6)
    assert solution.status == "proven"
    assert solution.bound <= solution.value
    assert problem.openings.budget is None or solution.cost_cny <= problem.openings.budget + 1e-6


@pytest.mark.parametrize("measure", [Measure(), Measure("worst"), Measure("regret"), Measure("cvar", 0.6)])
@pytest.mark.parametrize("seed", [2, 3])
def test_the_best_of_all_is_found_over_scenarios_by_every_measure(measure, seed):
    options = {} if seed == 2 else {"number": 2, "groups": (Group("town", np.array([0, 0, 1, 1], dtype=bool)),)}
    problem, sizes = drawn(seed, scenarios=3, demand=5, measure=measure, **options)
    solution = solved(problem, sizes)
    assert solution.value == pytest.approx(least(problem, sizes), rel=1e-5, abs=1e-4)
    assert solution.status == "proven"


@pytest.mark.parametrize("measure", [Measure(), Measure("worst"), Measure("regret")])
def test_all_must_be_served_in_every_scenario_where_being_unserved_has_no_price(measure):
    rng = np.random.default_rng(5)
    times = rng.integers(2, 60, (2, 5, 3)).astype(float)
    problem = siting_problem(times, weight=rng.integers(1, 9, (2, 5)), measure=measure)
    sizes = building_sizes(np.array([[12.0, 30.0]] * 3), fixed_cost=np.array([[50.0, 110.0]] * 3))
    solution = solved(problem, sizes)
    assert solution.value == pytest.approx(least(problem, sizes), rel=1e-5, abs=1e-4)
    assert not solution.unserved.any()


def test_a_size_that_a_site_cannot_have_is_not_built():
    problem, sizes = drawn(6)
    available = np.array([[True, False], [False, True], [False, False], [True, True]])
    fewer = building_sizes(
        np.where(available, sizes.capacity, np.nan), fixed_cost=sizes.fixed_cost, available=available, annuity=0.1
    )
    solution = solved(problem, fewer)
    assert solution.value == pytest.approx(least(problem, fewer), rel=1e-6)
    assert all(available[j, size] for j, size in enumerate(solution.size) if size >= 0)


def test_the_solution_adds_up():
    problem, sizes = drawn(7, scenarios=3)
    solution = solved(problem, sizes)
    held = np.where(solution.opened, sizes.capacity[np.arange(4), solution.size], 0.0)
    for s, served in enumerate(solution.served):
        assert (served.sum(axis=0) <= held + 1e-6).all()
        np.testing.assert_allclose(served.sum(axis=1) + solution.unserved[s], problem.weight[s], atol=1e-6)
        times = np.where(np.isfinite(problem.times_min[s]), problem.times_min[s], 0.0)
        service = PER_MINUTE * (served.multiply(times).sum() + 70.0 * solution.unserved[s].sum())
        assert solution.scenario_losses[s] == pytest.approx(solution.standing_cost_cny + service)
    assert solution.value == pytest.approx(problem.probability @ solution.scenario_losses)


def test_the_arithmetic_of_one_tiny_siting():
    # Site A stands and may be closed; B can be built small or large. The village needs 10, the town 20.
    problem = siting_problem(
        [[5.0, 2.0], [3.0, 4.0]],
        weight=[10.0, 20.0],
        fixed=np.array([True, False]),
        open_cost=np.array([7.0, 11.0]),
        close_cost=np.array([99.0, 13.0]),
    )
    sizes = building_sizes(
        [[15.0, 40.0], [15.0, 30.0]],
        fixed_cost=[[0.0, 9000.0], [100.0, 900.0]],
        yearly_cost=[[30.0, 0.0], [20.0, 0.0]],
        annuity=0.1,
    )
    solution = solve_capacitated(problem, sizes, cost_per_minute=2.0, time_limit_s=10)
    # Both small: B serves the village at 2 minutes and 5 of the town at 4, A serves 15 of the town at 3.
    standing = 0.1 * 7 + 30 + 0.1 * 11 + 0.1 * 100 + 20
    service = 2.0 * (10 * 2 + 5 * 4 + 15 * 3)
    assert solution.value == pytest.approx(standing + service)
    assert solution.size.tolist() == [0, 0]
    assert solution.cost_cny == pytest.approx(7 + 11 + 0 + 100)
    np.testing.assert_allclose(solution.served[0].toarray(), [[0, 10], [15, 5]])
    supply = supply_of(problem, sizes, 2.0)
    # B costs what it is beyond the 0.1 * 13 that count where it is closed; they are in the base.
    np.testing.assert_allclose(supply.cost[2:], [0.1 * 100 + 20 + 0.1 * (11 - 13), 0.1 * 900 + 0.1 * (11 - 13)])
    assert supply.base == pytest.approx(0.1 * (99 + 13))


def test_more_capacity_is_never_dearer():
    @given(st.integers(0, 10_000), st.integers(0, 3), st.floats(0.5, 20))
    @settings(max_examples=12, deadline=None, database=None)
    def check(seed: int, site: int, more: float) -> None:
        problem, sizes = drawn(seed, cut_off_min=70.0)
        capacity = sizes.capacity.copy()
        capacity[site] += more
        wider = building_sizes(capacity, fixed_cost=sizes.fixed_cost, yearly_cost=sizes.yearly_cost)
        assert solved(problem, wider).value <= solved(problem, sizes).value * (1 + 1e-6)

    check()


def test_transport_costs_what_a_linear_programme_says():
    @given(st.integers(0, 10_000), st.integers(1, 5), st.integers(1, 12), st.floats(0.7, 1.5))
    @settings(max_examples=40, deadline=None, database=None)
    def check(seed: int, sites: int, demand: int, slack: float) -> None:
        rng = np.random.default_rng(seed)
        unit = rng.integers(0, 20, (sites, demand)).astype(float)
        unit[rng.random((sites, demand)) < 0.15] = np.inf
        weight = rng.choice([0.0, 1.0, 2.5, 7.0], demand)
        capacity = rng.uniform(0.1, 1.0, sites)
        capacity *= slack * weight.sum() / capacity.sum()
        cost, flow = transport(unit, weight, capacity)
        assert cost == pytest.approx(service_cost(unit, weight, capacity), rel=1e-7, abs=1e-7)
        if np.isfinite(cost):
            np.testing.assert_allclose(flow.sum(axis=0), weight, atol=1e-7)

    check()


def test_what_cannot_be_met_is_infeasible():
    problem, sizes = drawn(8)
    for impossible in (
        drawn(8, number=1)[0],
        drawn(8, budget=1.0)[0],
        drawn(8, number=1, groups=(Group("town", np.ones(4, dtype=bool), 2),), cut_off_min=70.0)[0],
        siting_problem(problem.times_min, weight=10 * problem.weight),
    ):
        with pytest.raises(InfeasibleSitingError):
            solved(impossible, sizes)


def test_what_is_wrong_with_sizes_is_told_all_at_once():
    with pytest.raises(InvalidSitingError) as error:
        building_sizes([[1.0, -2.0], [np.nan, 3.0]], fixed_cost=[[np.nan, 1.0], [1.0, 1.0]], annuity=0.0)
    assert [(finding.what, finding.values.get("of")) for finding in error.value.findings] == [
        ("size_not_a_number", "capacity"),
        ("negative_size", "capacity"),
        ("size_not_a_number", "fixed_cost"),
        ("annuity_not_positive", None),
    ]
    with pytest.raises(InvalidSitingError, match="wrong shape: of yearly_cost"):
        building_sizes(np.ones((3, 2)), yearly_cost=np.ones(2))
    with pytest.raises(InvalidSitingError, match=r"of sizes.*minute cost not positive"):
        solved(drawn(0)[0], building_sizes(np.ones(3)), cost_per_minute=-1.0)
    bare = building_sizes(np.ones(4), available=np.array([False, True, True, True]))
    with pytest.raises(InvalidSitingError, match="fixed without size"):
        solved(drawn(0, fixed=np.array([True, False, False, False]))[0], bare)


def hard_instance() -> tuple[SitingProblem, Sizes]:
    """Many alike sites, so that the bound needs a search."""
    rng = np.random.default_rng(11)
    sites, points = rng.random((40, 2)), rng.random((120, 2))
    times = 100 * np.linalg.norm(points[:, None] - sites[None], axis=2)
    problem = siting_problem(times, weight=rng.integers(5, 35, 120), cut_off_min=1000.0)
    return problem, building_sizes(rng.integers(150, 500, 40), fixed_cost=rng.integers(4000, 9000, 40))


def test_a_time_limit_gives_the_incumbent_with_its_bound_and_is_not_called_proven():
    problem, sizes = hard_instance()
    optimum = solved(problem, sizes)
    assert optimum.proven
    clock = iter(itertools.chain([0.0] * 400, itertools.repeat(1e9)))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("optimizer.models.siting.capacitated_tree.time.monotonic", lambda: next(clock))
        hurried = solved(problem, sizes, time_limit_s=1.0)
    assert hurried.status == "time_limit"
    assert not hurried.proven
    assert hurried.bound < optimum.value * (1 + 1e-6) <= hurried.value * (1 + 2e-6)
    assert hurried.gap > 0


def test_a_gap_that_is_good_enough_ends_the_search_unproven():
    problem, sizes = hard_instance()
    solution = solved(problem, sizes, gap=0.05)
    assert solution.status == "stopped"
    assert 0 < solution.gap <= 0.05


def test_no_time_at_all_still_gives_a_siting_with_a_bound():
    problem, sizes = hard_instance()
    solution = solved(problem, sizes, time_limit_s=-1.0)
    assert solution.status == "time_limit"
    assert 0 <= solution.bound < solution.value < np.inf


def test_progress_hears_value_and_bound():
    problem, sizes = hard_instance()
    heard: list[tuple[float, float]] = []
    solution = solve_capacitated(
        problem,
        sizes,
        cost_per_minute=PER_MINUTE,
        time_limit_s=60,
        progress=lambda value, bound: heard.append((value, bound)),
    )
    assert heard
    assert all(bound <= solution.value + 1e-6 and value >= solution.value - 1e-6 for value, bound in heard)


def read_warehouses(path: Path) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Capacity, fixed cost, demand and the cost of the whole demand (n, m) of an OR-Library file."""
    numbers = np.array(path.read_text().split(), dtype=float)
    sites, demand = int(numbers[0]), int(numbers[1])
    head, body = numbers[2 : 2 + 2 * sites].reshape(sites, 2), numbers[2 + 2 * sites :].reshape(demand, sites + 1)
    return head[:, 0], head[:, 1], body[:, 0], body[:, 1:]


@pytest.mark.parametrize(
    ("name", "optimum"),
    [("cap61", 932615.750), ("cap92", 855733.500), ("cap113", 970567.750), ("cap131", 793439.562)],
)
def test_published_optima_are_found_and_proven(name, optimum):
    path = BENCHMARKS / "cap" / f"{name}.txt"
    if not path.exists():
        pytest.skip(f"{name} is not in ../shared/data/benchmarks")
    capacity, fixed, demand, cost = read_warehouses(path)
    problem = siting_problem(cost / demand[:, None], weight=demand)
    solution = solved(problem, building_sizes(capacity, fixed_cost=fixed), cost_per_minute=1.0)
    assert solution.value == pytest.approx(optimum, abs=1e-2)
    assert solution.proven


def test_a_scenario_of_the_supply_is_what_the_search_sees():
    problem, sizes = drawn(12, scenarios=3)
    supply = supply_of(problem, sizes, PER_MINUTE)
    assert isinstance(supply, Supply)
    found = Search(supply, time_limit_s=60, gap=0.0, progress=None).run()
    assert supply.standing_cost(found.chosen) + problem.probability @ supply.service_costs(found.chosen) == found.value
