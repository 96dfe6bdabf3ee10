"""The second stage alone, for a stock that is held: against the whole model, and against itself on worse roads."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from optimizer.models.relief import ReliefModel, RoadTimes
from optimizer.models.reserve import solve_reserve
from optimizer.models.reserve_problem import ReserveProblem

Build = Callable[..., ReserveProblem]
WEIGHT = np.array([10.0, 1.0])
"""Water has priority 1, quilts 2, and the ratio is 10."""
PENNILESS = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


def existing(problem: ReserveProblem) -> np.ndarray:
    held = np.zeros((len(problem.sources), len(problem.items)))
    np.add.at(held, (problem.holdings.source, problem.holdings.item), problem.holdings.existing)
    return held


def models(problem: ReserveProblem) -> list[ReliefModel]:
    kept, held = problem.recourse.kept, existing(problem)
    return [
        ReliefModel(problem.recourse, s, kept[s][:, None] * held, WEIGHT) for s in range(len(problem.recourse.kept))
    ]


@PENNILESS
@given(seed=st.integers(0, 500))
def test_it_is_the_unmet_layer_of_a_plan_without_money(reserve_problem: Build, seed: int) -> None:
    problem = reserve_problem(seed, budget=0.0)
    expected = sum(
        p * model.solve(model.roads).unmet
        for p, model in zip(problem.recourse.probability, models(problem), strict=True)
    )
    layers = {layer.name: layer for layer in solve_reserve(problem, gap=0.0).layers}
    assert expected == pytest.approx(layers["unmet"].value if "unmet" in layers else 0.0, abs=1e-5)


@PENNILESS
@given(seed=st.integers(0, 500), draw=st.integers(0, 1000))
def test_other_roads_give_what_a_model_made_for_them_gives(reserve_problem: Build, seed: int, draw: int) -> None:
    problem, rng = reserve_problem(seed), np.random.default_rng(draw)
    recourse = problem.recourse
    more = rng.choice([0.0, 15.0, 120.0, np.inf], len(recourse.arc_scenario))
    less = rng.choice([1.0, 0.5, 0.0], recourse.posting_minutes.shape[0])
    worse = replace(
        recourse,
        cycle_min=np.where(np.isinf(more), 0.0, recourse.cycle_min + 2 * np.nan_to_num(more, posinf=0.0)),
        arrival_min=recourse.arrival_min + more,
        posting_minutes=recourse.posting_minutes * less[:, None],
    )
    kept, held = recourse.kept, existing(problem)
    for s, model in enumerate(models(problem)):
        before = model.solve(model.roads)
        roads = RoadTimes(
            (recourse.cycle_min + 2 * more)[model.arcs],
            worse.arrival_min[model.arcs],
            worse.posting_minutes[model.postings, -1],
        )
        anew = ReliefModel(worse, s, kept[s][:, None] * held, WEIGHT)
        assert model.solve(roads).unmet == pytest.approx(anew.solve(anew.roads).unmet, abs=1e-6)
        assert model.solve(roads).unmet >= before.unmet - 1e-6
        assert model.still_holds(before, model.roads)
        if model.still_holds(before, roads):
            assert model.solve(roads).unmet == pytest.approx(before.unmet, abs=1e-6)
        assert model.solve(model.roads).unmet == pytest.approx(before.unmet, abs=1e-6)


def test_what_is_shipped_is_what_is_not_unmet(reserve_problem: Build) -> None:
    problem = reserve_problem(3)
    wanted = (problem.recourse.want / problem.recourse.per_person) @ WEIGHT
    for s, model in enumerate(models(problem)):
        relief = model.solve(model.roads)
        assert relief.shipped.sum() + relief.unmet == pytest.approx(wanted[s].sum())
        assert relief.posted.max() <= 1.0 + 1e-9
