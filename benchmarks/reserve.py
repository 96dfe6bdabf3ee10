"""The annual plan: the L-shaped method against HiGHS's branch and bound on the extensive form, in the same run.

Both minimise the same layer, unmet want, over the same arrays, each in a process of its own, so that peak memory is its
own. The peer gets no layers above or below, which is the easier task.
"""

from __future__ import annotations

import resource
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import get_context
from pathlib import Path

import highspy
import numpy as np

from optimizer.models.matrix import MatrixModel, highs_model
from optimizer.models.reserve import solve_reserve, state_reserve
from optimizer.models.reserve_problem import ReserveProblem
from optimizer.plan.reserve_case import reserve_case
from optimizer.region.reading import read_region

GAP = 0.01


@dataclass(frozen=True)
class Row:
    """One engine on one case; ``ratio`` is the peer's seconds over this engine's, where both proved the gap."""

    case: str
    engine: str
    seconds: float
    peak_mb: float
    value: float
    bound: float
    gap: float
    reference: float | None
    ratio: float | None


def reserve_rows(region: Path, seconds: float) -> list[Row]:
    """Run both engines on the plan of ``region``."""
    own = _in_process(l_shaped, region, seconds)
    peer = _in_process(extensive_form, region, seconds)
    ratio = peer[0] / own[0]
    rows = []
    for engine, (took, peak, value, bound), reference in (
        ("L-shaped, all layers", own, peer[2]),
        ("HiGHS, extensive form, unmet alone", peer, own[2]),
    ):
        gap = (value - bound) / value if value else 0.0
        rows.append(
            Row(region.name, engine, took, peak, value, bound, gap, reference, ratio if engine[0] == "L" else None)
        )
    return rows


Figures = tuple[float, float, float, float]


def _in_process(
    engine: Callable[[ReserveProblem, float], tuple[float, float]], region: Path, seconds: float
) -> Figures:
    with get_context("spawn").Pool(1) as pool:
        return pool.apply(_measured, (engine, region, seconds))


def _measured(engine: Callable[[ReserveProblem, float], tuple[float, float]], region: Path, seconds: float) -> Figures:
    whole = read_region(region)
    problem = reserve_case(whole, scenarios=whole.scenarios).problem
    began = time.perf_counter()
    value, bound = engine(problem, seconds)
    return time.perf_counter() - began, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, value, bound


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
