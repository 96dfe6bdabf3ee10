"""The annual plan: the L-shaped method against HiGHS's branch and bound on the extensive form, in the same run.

Both minimise the same layer, unmet want, over the same arrays, each in a process of its own, so that peak memory is its
own. The peer gets no layers above or below, which is the easier task.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import highspy
import numpy as np

from benchmarks.row import Row, in_process
from optimizer.models.matrix import MatrixModel, highs_model
from optimizer.models.reserve import solve_reserve, state_reserve
from optimizer.models.reserve_problem import ReserveProblem
from optimizer.plan.reserve_case import reserve_case
from optimizer.region.reading import read_region

GAP = 0.01


def reserve_rows(region: Path, seconds: float) -> Iterator[Row]:
    """Run both engines on the plan of ``region``; the ratio is of their seconds, whatever each has proved."""
    own, peer = (in_process(solved, engine, region, seconds) for engine in (l_shaped, extensive_form))
    for name, run, other, ratio in (
        ("L-shaped, all layers", own, peer, peer.answer.seconds / own.answer.seconds),
        ("HiGHS, extensive form, unmet alone", peer, own, None),
    ):
        found = run.answer
        yield Row(region.name, name, found.seconds, run.peak_mb, found.value, found.bound, other.answer.value, ratio)


Engine = Callable[[ReserveProblem, float], tuple[float, float]]


@dataclass(frozen=True)
class Solved:
    """Unmet want with its bound, and the seconds that it took, without reading the region."""

    seconds: float
    value: float
    bound: float


def solved(engine: Engine, region: Path, seconds: float) -> Solved:
    """Let an engine solve the plan of ``region``."""
    whole = read_region(region)
    problem = reserve_case(whole, scenarios=whole.scenarios).problem
    began = time.perf_counter()
    value, bound = engine(problem, seconds)
    return Solved(time.perf_counter() - began, value, bound)


def l_shaped(problem: ReserveProblem, seconds: float) -> tuple[float, float]:
    """Value and bound of unmet want in the product's plan, every layer solved."""
    layers = {layer.name: layer for layer in solve_reserve(problem, gap=GAP, time_limit_s=seconds).layers}
    return layers["unmet"].value, layers["unmet"].bound


def extensive_form(problem: ReserveProblem, seconds: float) -> tuple[float, float]:
    """Value and bound of unmet want by HiGHS on the whole model at once."""
    model, _, objectives = state_reserve(problem)
    matrix = MatrixModel.of(model)
    aim = next(objective for objective in objectives if objective.name == "unmet")
    lp = highs_model(matrix, whole=True)
    lp.col_cost_ = matrix.dense(aim.expression)
    solver = highspy.Highs()
    for option, value in (("output_flag", False), ("mip_rel_gap", GAP), ("time_limit", seconds)):
        solver.setOptionValue(option, value)
    solver.passModel(lp)
    solver.run()
    info = solver.getInfo()
    constant = float(aim.expression.constant)
    return float(np.float64(info.objective_function_value)) + constant, float(info.mip_dual_bound) + constant
