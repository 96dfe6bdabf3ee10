"""Backup coverage against every opening tried, with the losses reckoned by plain loops."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product

import numpy as np
import pytest

from optimizer.models.siting import backup_covering
from optimizer.models.siting.backup_covering import solve_backup_covering
from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Group, Openings
from optimizer.models.siting.problem import SitingProblem, siting_problem
from optimizer.models.siting.programme import InfeasibleSitingError, Programme

MEASURES = (Measure("expected"), Measure("worst"), Measure("regret"), Measure("cvar", 0.6))
OPTIONS = ("number", "budget", "closable", "fixed", "forbidden", "groups", "all")
SITES = 5


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


def random_problem(seed: int, option: str, measure: Measure) -> tuple[SitingProblem, np.ndarray]:
    rng = np.random.default_rng(seed)
    scenarios, demand = 3, 6
    times = rng.integers(1, 20, (scenarios, demand, SITES)).astype(float)
    times[rng.random(times.shape) < 0.1] = np.inf
    problem = siting_problem(
        times,
        weight=rng.integers(0, 9, (scenarios, demand)),
        probability=rng.integers(1, 5, scenarios),
        limit_min=rng.integers(5, 15, demand),
        cut_off_min=60.0,
        measure=measure,
        **openings_for(option, rng),
    )
    return problem, rng.random((scenarios, demand, SITES, SITES)) < 0.12


def every_opening(allowed: Openings) -> Iterator[np.ndarray]:
    for bits in product((False, True), repeat=allowed.size):
        if allowed.allow(np.array(bits)):
            yield np.array(bits)


def losses_of(problem: SitingProblem, pairs: np.ndarray, opened: np.ndarray, first_cover: float) -> np.ndarray:
    scenarios, demand, sites = problem.shape
    losses = np.zeros(scenarios)
    for s, i in product(range(scenarios), range(demand)):
        able = [j for j in range(sites) if opened[j] and np.isfinite(problem.times_min[s, i, j])]
        backed = any(pairs[s, i, a, b] for a in able for b in able if a != b)
        covered = backed or any(problem.times_min[s, i, j] <= problem.limit_min[i, j] for j in able)
        # A site of a pair covers, whatever the standard time says.
        usable = np.isfinite(problem.times_min[s, i]) & ~problem.openings.forbidden
        covered |= any((pairs[s, i, j] | pairs[s, i, :, j])[usable & (np.arange(sites) != j)].any() for j in able)
        losses[s] += problem.weight[s, i] * ((not backed) + first_cover * (not covered))
    return losses


def least_value(problem: SitingProblem, pairs: np.ndarray, first_cover: float) -> float | None:
    losses = [losses_of(problem, pairs, opened, first_cover) for opened in every_opening(problem.openings)]
    if not losses:
        return None
    best = np.min(losses, axis=0)
    return min(problem.measure.of(one, problem.probability, best) for one in losses)


@pytest.mark.parametrize("option", OPTIONS)
@pytest.mark.parametrize("measure", MEASURES, ids=lambda one: one.name)
@pytest.mark.parametrize("first_cover", [0.0, 2.0])
def test_value_equals_that_of_every_opening_tried(option: str, measure: Measure, first_cover: float) -> None:
    solved = 0
    for seed in range(4):
        problem, pairs = random_problem(seed, option, measure)
        pairs[:, :, range(SITES), range(SITES)] = False
        least = least_value(problem, pairs, first_cover)
        if least is None:
            with pytest.raises(InfeasibleSitingError):
                solve_backup_covering(problem, pairs, first_cover=first_cover, time_limit_s=60)
            continue
        found = solve_backup_covering(problem, pairs, first_cover=first_cover, time_limit_s=60)
        solved += 1
        assert found.proven
        assert found.value == pytest.approx(least, abs=1e-6)
        assert found.bound == pytest.approx(least, abs=1e-5)
        assert problem.openings.allow(found.opened)
        assert found.scenario_losses == pytest.approx(losses_of(problem, pairs, found.opened, first_cover))
        parts = found.weight_without_backup + first_cover * found.weight_without_cover
        assert found.scenario_losses == pytest.approx(parts)
        for s, i in np.argwhere(found.pair[:, :, 0] >= 0):
            a, b = found.pair[s, i]
            assert found.opened[[a, b]].all()
            assert pairs[s, i, a, b] or pairs[s, i, b, a]
    assert solved


def test_every_form_of_pairs_says_the_same() -> None:
    problem, pairs = random_problem(11, "number", Measure())
    pairs[:, :, range(SITES), range(SITES)] = False
    rows = np.argwhere(pairs)
    turned = np.concatenate([rows[:, [0, 1, 3, 2]], rows])[::-1]
    whole = solve_backup_covering(problem, pairs, time_limit_s=60)
    assert solve_backup_covering(problem, turned, time_limit_s=60).value == pytest.approx(whole.value)
    alike = np.broadcast_to(pairs[0], pairs.shape)
    once = solve_backup_covering(problem, pairs[0], time_limit_s=60)
    assert once.value == pytest.approx(solve_backup_covering(problem, alike, time_limit_s=60).value)


def test_more_sites_never_leave_more_without_backup() -> None:
    values = []
    for number in range(6):
        problem, pairs = random_problem(5, "number", Measure())
        pairs[:, :, range(SITES), range(SITES)] = False
        wider = siting_problem(
            problem.times_min, weight=problem.weight, limit_min=problem.limit_min, cut_off_min=60.0, number=number
        )
        values.append(solve_backup_covering(wider, pairs, first_cover=0.0, time_limit_s=60).value)
    assert values == sorted(values, reverse=True)
    assert values[0] > values[-1]


def test_first_cover_stays_first() -> None:
    # Two sites back 10 people up, or cover 10 people and 9 others once each; φ = 2 covers, φ = 0 backs up.
    times = np.array([[1.0, 1.0, 99.0], [99.0, 99.0, 1.0]])
    problem = siting_problem(times, weight=[10, 9], limit_min=5, number=2)
    pairs = np.zeros((2, 3, 3), dtype=bool)
    pairs[0, 0, 1] = True
    backed = solve_backup_covering(problem, pairs, first_cover=0.0, time_limit_s=10)
    assert (backed.sites, backed.value) == (("1", "2"), 9.0)
    covered = solve_backup_covering(problem, pairs, first_cover=2.0, time_limit_s=10)
    assert set(covered.sites) > {"3"}
    assert covered.value == 10 + 9
    assert covered.server.tolist() == [[covered.server[0, 0], 2]]


def test_coefficients_are_weights_by_class_and_probability() -> None:
    times = np.array([[[1.0, 1.0], [1.0, 1.0], [1.0, 9.0]], [[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]])
    problem = siting_problem(times, weight=[[10, 20, 40], [1, 2, 4]], probability=[0.75, 0.25], limit_min=5)
    pairs = np.array([(s, i, 0, 1) for s in range(2) for i in range(2)])
    programme = Programme()
    opened = programme.openings(problem.openings)
    backup = backup_covering._backup(problem, pairs, 2.0)
    losses, base = backup_covering._losses(programme, opened, problem, backup, 2.0)
    programme.measure(problem.measure, problem.probability, losses, base)
    cost = programme.stated(relaxed=True)[0].col_cost_
    backed = 0.75 * (10 + 20) + 0.25 * (1 + 2)  # demand 1 and 2: both sites, backed up
    near = 0.75 * 40  # demand 3 in the first scenario: site 1 alone, no pair
    both = 0.25 * 4  # demand 3 in the second: both sites, no pair
    assert np.allclose(cost, [0, 0, 0, backed, near, both, 2 * backed, 2 * near, 2 * both])


def test_a_time_limit_leaves_a_siting_with_its_bound() -> None:
    rng = np.random.default_rng(1)
    times = rng.integers(1, 40, (4, 200, 60)).astype(float)
    problem = siting_problem(times, weight=rng.integers(1, 500, 200), limit_min=8, number=9, measure=Measure("cvar"))
    pairs = (rng.random((4, 200, 60, 60)) < 0.2) & (times[:, :, :, None] <= 8) & (times[:, :, None, :] <= 8)
    pairs[:, :, range(60), range(60)] = False
    for seconds in (0.01, 1.0):
        found = solve_backup_covering(problem, pairs, time_limit_s=seconds)
        assert found.status == "time_limit"
        assert not found.proven
        assert 0 <= found.bound < found.value
        assert problem.openings.allow(found.opened)


def test_what_is_wrong_is_named_all_at_once() -> None:
    problem = siting_problem([[1.0, 2.0]], number=1)
    with pytest.raises(InvalidSitingError) as raised:
        solve_backup_covering(problem, np.array([[0, 0, 0, 5], [0, 0, 1, 1]]), first_cover=-1, time_limit_s=1)
    assert [one.what for one in raised.value.findings] == [
        "limit_missing",
        "first_cover_not_positive",
        "pair_outside",
        "pair_of_one_site",
    ]
    with pytest.raises(InvalidSitingError, match="wrong shape"):
        solve_backup_covering(problem, np.zeros((2, 2, 2), dtype=bool), time_limit_s=1)
