"""Nested levels against every giving of levels tried, with the losses reckoned by plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import product
from math import inf

import numpy as np
import pytest

from optimizer.models.siting import nested_levels
from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.levels import NestedLevels, usable_times
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.nested_levels import solve_nested_levels
from optimizer.models.siting.openings import Group, Openings, openings
from optimizer.models.siting.problem import SitingProblem, siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, Programme

MEASURES = (Measure("expected"), Measure("worst"), Measure("regret"), Measure("cvar", 0.6))
OPTIONS = (
    "plain",
    "number",
    "budget",
    "closable",
    "fixed",
    "forbidden",
    "groups",
    "standards",
    "cut off",
    "free",
    "all",
)
SITES = 4
IDS = tuple("abcd")


def random_case(seed: int, option: str, measure: Measure) -> tuple[SitingProblem, NestedLevels]:
    """Three scenarios, five demand points, four sites; ``option`` says what restricts them."""
    rng = np.random.default_rng(seed)
    all_of_it = option == "all"
    times = rng.integers(1, 30, (3, 5, SITES)).astype(float)
    supply = rng.integers(1, 30, (3, 2, SITES, SITES)).astype(float)
    if option in ("cut off", "all"):
        times[rng.random(times.shape) < 0.15] = np.inf
        supply[rng.random(supply.shape) < 0.3] = np.inf
    of_level = [{"number": 3}, {"number": 2}, {"number": 1}]
    whole: dict[str, object] = {"number": 4 if option == "free" else 3}
    if option in ("budget", "closable", "all"):
        whole["open_cost"] = rng.integers(1, 4, SITES).astype(float)
        for level, given in enumerate(of_level):
            given["open_cost"] = rng.integers(1, 4, SITES) * (level + 1.0)
            given["budget"] = 4.0 + 4.0 * level
    if option in ("closable", "all"):
        whole["close_cost"] = rng.integers(0, 3, SITES).astype(float)
        of_level[1]["close_cost"] = rng.integers(0, 2, SITES).astype(float)
        of_level[1]["budget"] = 12.0
    if option in ("fixed", "all"):
        whole["fixed"] = np.arange(SITES) == 0
        of_level[1]["fixed"] = np.arange(SITES) == 2
    if option in ("forbidden", "all"):
        whole["forbidden"] = np.arange(SITES) == 1
        of_level[2]["forbidden"] = np.arange(SITES) == 0
    if option in ("groups", "all"):
        of_level[1]["groups"] = [Group("DEPOT-TOWN", np.arange(SITES) < 3)]
        whole["groups"] = [Group("east", np.arange(SITES) >= 2)]
    problem = siting_problem(
        times,
        weight=rng.integers(0, 9, (3, 5)),
        probability=rng.integers(1, 5, 3),
        limit_min=rng.integers(8, 25, 5) if option in ("standards", "all") else None,
        cut_off_min=200.0 if option in ("cut off", "all") else None,
        measure=measure,
        site_ids=IDS,
        **whole,
    )
    levels = NestedLevels(
        tuple(openings(IDS, **given) for given in of_level),
        supply,
        0.0 if option == "free" else 0.5,
        (18.0, 22.0) if option in ("standards", "all") else None,
        90.0 if option in ("cut off", "all") else None,
        24.0 if option in ("budget", "closable", "all") else None,
    )
    return problem, levels if not all_of_it else replace(levels, budget=40.0)


def every_level(problem: SitingProblem, levels: NestedLevels) -> Iterator[tuple[int, ...]]:
    """Levels that keep the rules on openings, reckoned site by site."""
    for given in product(range(4), repeat=SITES):
        level = np.array(given)
        if not problem.openings.allow(level > 0):
            continue
        cost = problem.openings.cost(level > 0)
        fits = True
        for number, one in enumerate(levels.openings, start=1):
            fits &= replace(one, groups=()).allow(level == number)
            fits &= all((level[group.members] >= number).sum() >= group.minimum for group in one.groups)
            cost += one.cost(level == number)
        if fits and (levels.budget is None or cost <= levels.budget + 1e-6):
            yield given


def may_have(problem: SitingProblem, levels: NestedLevels, j: int, level: int) -> bool:
    """Whether a site may have just this level."""
    fixed = [number for number, one in enumerate(levels.openings, start=1) if one.fixed[j]]
    ruled_out = problem.openings.forbidden[j] or levels.openings[level - 1].forbidden[j]
    return not ruled_out and (not fixed or fixed == [level])


def suppliers_of(problem: SitingProblem, levels: NestedLevels, s: int, j: int, level: int) -> dict[int, float]:
    """Minutes from each site that may supply j at this level: those within the standard, if there are any."""
    able = {
        k: float(levels.supply_min[s, level - 1, j, k])
        for k in range(SITES)
        if k != j
        and np.isfinite(levels.supply_min[s, level - 1, j, k])
        and any(may_have(problem, levels, k, higher) for higher in range(level + 1, 4))
    }
    if levels.supply_limit_min is None:
        return able
    within = {k: minutes for k, minutes in able.items() if minutes <= levels.supply_limit_min[level - 1]}
    return within or able


def losses_of(problem: SitingProblem, levels: NestedLevels, level: tuple[int, ...]) -> np.ndarray | None:
    """(K,) losses; None where a depot has no supplier that it could have, or a standard is not kept that could be."""
    scenarios = problem.shape[0]
    losses = np.zeros(scenarios)
    for s in range(scenarios):
        supply = dict.fromkeys(range(SITES), inf)
        for at in (3, 2, 1):
            for j in [j for j in range(SITES) if level[j] == at]:
                if at == 3:
                    supply[j] = 0.0
                    continue
                able = suppliers_of(problem, levels, s, j, at)
                from_open = [minutes + supply[k] for k, minutes in able.items() if level[k] > at]
                if able and not from_open:
                    return None
                cut_off = inf if levels.supply_cut_off_min is None else levels.supply_cut_off_min
                supply[j] = min(from_open, default=cut_off)
        for i in np.flatnonzero(problem.weight[s]):
            able = {
                j: float(problem.times_min[s, i, j])
                for j in range(SITES)
                if np.isfinite(problem.times_min[s, i, j]) and any(may_have(problem, levels, j, x) for x in (1, 2, 3))
            }
            limit = None if problem.limit_min is None else problem.limit_min[i, 0]
            within = {j: t for j, t in able.items() if limit is not None and t <= limit}
            if within and not any(level[j] for j in within):
                return None
            extra = levels.supply_weight
            ways = [t + (extra * supply[j] if extra else 0.0) for j, t in (within or able).items() if level[j]]
            if not within and problem.cut_off_min is not None:
                ways.append(problem.cut_off_min)
            losses[s] += problem.weight[s, i] * min(ways, default=inf)
    return losses if np.isfinite(losses).all() else None


def every_loss(problem: SitingProblem, levels: NestedLevels) -> list[np.ndarray]:
    losses = (losses_of(problem, levels, level) for level in every_level(problem, levels))
    return [one for one in losses if one is not None]


def best_alone(problem: SitingProblem, levels: NestedLevels) -> np.ndarray | None:
    """(K,) least loss of each scenario alone, where only its own standards and supplies are kept."""
    best = []
    for s in range(problem.shape[0]):
        losses = every_loss(problem.in_scenario(s), levels.in_scenario(s))
        if not losses:
            return None
        best.append(min(one[0] for one in losses))
    return np.array(best)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
def test_value_equals_that_of_every_level_tried(option: str, measure: Measure) -> None:
    solved = 0
    for seed in range(6):
        problem, levels = random_case(seed, option, measure)
        losses, best = every_loss(problem, levels), best_alone(problem, levels)
        if not losses or best is None:
            with pytest.raises(InfeasibleSitingError):
                solve_nested_levels(problem, levels, time_limit_s=60)
            continue
        least = min(problem.measure.of(one, problem.probability, best) for one in losses)
        found = solve_nested_levels(problem, levels, time_limit_s=60)
        solved += 1
        assert found.proven
        assert found.value == pytest.approx(least, rel=1e-6, abs=1e-5)
        assert found.bound == pytest.approx(least, rel=1e-5, abs=1e-4)
        assert tuple(found.level) in set(every_level(problem, levels))
        assert found.scenario_losses == pytest.approx(losses_of(problem, levels, tuple(found.level)))
        assert ((found.level > 0) == found.opened).all()
        for s, j in np.argwhere(found.supplier >= 0):
            assert found.level[j] > 0
            assert found.level[found.supplier[s, j]] > found.level[j] or found.supplier[s, j] == j
            assert (found.supplier[s, j] == j) == (found.level[j] == 3)
    assert solved


def chain(**given: object) -> tuple[SitingProblem, NestedLevels]:
    """Two villages, each at the door of a site, and a third site between them."""
    problem = siting_problem([[1.0, 30.0, 12.0], [30.0, 2.0, 13.0]], weight=[10, 20], site_ids=("a", "b", "c"), **given)
    supply = np.array([[0.0, 25, 10], [25, 0, 11], [10, 11, 0]])
    of_level = tuple(openings(("a", "b", "c"), number=number) for number in (3, 3, 1))
    return problem, NestedLevels(of_level, np.stack([supply, 2 * supply]), 0.1)


def test_the_loss_is_service_and_supply() -> None:
    problem, levels = chain()
    # Only c may be of town level or above: a and b are village depots, supplied by c.
    only_c = np.array([True, True, False])
    town, district = (replace(one, forbidden=only_c) for one in levels.openings[1:])
    found = solve_nested_levels(
        problem, replace(levels, openings=(levels.openings[0], town, district)), time_limit_s=10
    )
    assert found.level.tolist() == [1, 1, 3]
    assert found.supplier.tolist() == [[2, 2, 2]]
    assert found.service_min.tolist() == [10 * 1 + 20 * 2]
    assert found.value == pytest.approx(10 * 1 + 20 * 2 + 0.1 * (10 * 10 + 20 * 11))
    assert found.times_min.tolist() == [[1.0, 2.0]]


def test_supply_passes_every_level() -> None:
    problem, levels = chain()
    # a district, c town, b village: b has its goods from c, and c from a.
    fixed = [np.arange(3) == at for at in (1, 2, 0)]
    of_level = tuple(replace(one, fixed=held) for one, held in zip(levels.openings, fixed, strict=True))
    far = levels.supply_min.copy()
    far[0, 1, 0] = 99.0
    found = solve_nested_levels(problem, replace(levels, openings=of_level, supply_min=far), time_limit_s=10)
    assert found.level.tolist() == [3, 1, 2]
    assert found.supplier.tolist() == [[0, 2, 0]]
    # b: 2 minutes from its own site with 11 + 2·10 of supply.
    assert found.value == pytest.approx(10 * 1 + 20 * (2 + 0.1 * (11 + 2 * 10)))


def test_coefficients_are_person_minutes() -> None:
    problem, levels = chain()
    usable = usable_times(problem, levels)
    programme = Programme()
    chosen = nested_levels._rules(programme, problem, levels, usable)
    before = programme.column_count
    losses, base = nested_levels._losses(programme, chosen, problem, levels, usable)
    programme.measure(problem.measure, problem.probability, losses, base)
    cost = np.array(programme.stated(relaxed=True)[0].col_cost_)
    assert not cost[:before].any()
    served = [10 * 1, 10 * 30, 10 * 12, 20 * 30, 20 * 2, 20 * 13]
    supplied = 0.1 * (10 + 20) * np.array([25, 10, 25, 11, 10, 11, 0, 0, 0])
    assert np.allclose(cost[before:], [*served, *supplied, *(2 * supplied)])


def test_relabelling_sites_changes_nothing() -> None:
    problem, levels = random_case(3, "groups", Measure())
    order = np.array([2, 0, 3, 1])

    def turned(one: Openings) -> Openings:
        columns = ("fixed", "forbidden", "counted", "open_cost", "close_cost")
        groups = tuple(replace(group, members=group.members[order]) for group in one.groups)
        return replace(one, groups=groups, **{name: getattr(one, name)[order] for name in columns})

    other = replace(problem, times_min=problem.times_min[:, :, order], openings=turned(problem.openings))
    supply = levels.supply_min[:, :, order][:, :, :, order]
    other_levels = replace(levels, openings=tuple(turned(one) for one in levels.openings), supply_min=supply)
    first = solve_nested_levels(problem, levels, time_limit_s=20)
    assert solve_nested_levels(other, other_levels, time_limit_s=20).value == pytest.approx(first.value)


def test_dearer_supply_never_lowers_the_loss() -> None:
    problem, levels = random_case(1, "plain", Measure("worst"))
    values = [
        solve_nested_levels(problem, replace(levels, supply_weight=weight), time_limit_s=20).value
        for weight in (0.0, 0.2, 1.0, 5.0)
    ]
    assert values == sorted(values)
    assert values[0] < values[-1]


def test_a_time_limit_leaves_a_siting_with_its_bound() -> None:
    rng = np.random.default_rng(1)
    sites, ids = 40, tuple(map(str, range(40)))
    places, depots = rng.random((150, 2)) * 60, rng.random((sites, 2)) * 60
    times = np.linalg.norm(places[:, None] - depots, axis=2) * rng.uniform(1, 2, (3, 150, sites))
    between = np.linalg.norm(depots[:, None] - depots, axis=2)
    problem = siting_problem(times, weight=rng.integers(1, 500, 150), measure=Measure("cvar"), site_ids=ids)
    of_level = tuple(openings(ids, number=number) for number in (8, 4, 2))
    levels = NestedLevels(of_level, np.stack([between, between]), 0.5)
    for seconds in (0.01, 2.0):
        found = solve_nested_levels(problem, levels, time_limit_s=seconds)
        assert found.status == "time_limit"
        assert not found.proven
        assert 0 <= found.bound < found.value
        assert [(found.level == number).sum() <= most for number, most in ((1, 8), (2, 4), (3, 2))] == [True] * 3


def test_what_is_wrong_is_named_all_at_once() -> None:
    problem, levels = chain(forbidden=np.array([True, False, False]))
    first = np.array([True, False, False])
    of_level = (
        replace(levels.openings[0], fixed=first, number=-1),
        replace(levels.openings[1], fixed=first),
        levels.openings[2],
    )
    wrong = NestedLevels(of_level, levels.supply_min * -1, -1.0, (np.nan, 1.0), -1.0, np.inf)
    with pytest.raises(InvalidSitingError) as raised:
        solve_nested_levels(problem, wrong, time_limit_s=1)
    assert [one.what for one in raised.value.findings] == [
        "negative_number",
        "fixed_at_two_levels",
        "fixed_and_forbidden",
        "money_not_positive",
        "negative_time",
        "limit_not_positive",
        "supply_weight_not_positive",
        "cut_off_not_positive",
    ]
    assert "b ← a (supply of village level)" in str(raised.value)
    with pytest.raises(InvalidSitingError, match="wrong shape"):
        solve_nested_levels(problem, replace(levels, supply_min=np.zeros((2, 2))), time_limit_s=1)


def test_no_levels_that_fit_are_refused() -> None:
    problem, levels = chain()
    nobody = replace(levels.openings[2], number=0)
    with pytest.raises(InfeasibleSitingError):
        solve_nested_levels(problem, replace(levels, openings=(*levels.openings[:2], nobody)), time_limit_s=10)
