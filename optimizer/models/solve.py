"""Solve a PuLP model layer by layer with HiGHS, with a proven bound for each layer.

The model is stated once, in PuLP; HiGHS keeps it in memory. Each layer's objective is minimised, then kept as a row
``layer ≤ value``, and the solution found starts the next layer. What is claimed is HiGHS's own dual bound: PuLP's
``status`` says "Optimal" at a time limit too, so it is not read at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

from optimizer.models.interruptible import run_interruptibly
from optimizer.models.layer import Layer

INTEGRALITY = 1e-6
KEPT = 1e-7
"""A layer above may get worse by this share of its scale: rounding errors must not make the next one infeasible."""


@dataclass(frozen=True)
class Objective:
    """One layer to be minimised.

    Attributes
    ----------
    name, unit : str
    expression : LpAffineExpression
        Never negative.
    scale : float
        Its value if nothing were done.
    """

    name: str
    expression: pulp.LpAffineExpression
    scale: float
    unit: str


@dataclass(frozen=True)
class LayeredSolution:
    """Values of the model's variables, by the variable's name, and how well each layer is proven."""

    values: dict[str, float]
    layers: tuple[Layer, ...]

    def of(self, variables: Sequence[pulp.LpVariable]) -> NDArray[np.float64]:
        """(k,) values of ``variables``; integers rounded, tiny negatives set to 0."""
        found = np.array([self.values.get(variable.name, 0.0) for variable in variables], dtype=float)
        whole = np.array([variable.cat == pulp.LpInteger for variable in variables], dtype=bool)
        return np.maximum(np.where(whole, np.round(found), found), 0.0)


class NoSolutionError(Exception):
    """HiGHS returned no feasible solution of a model that is feasible by construction: a defect of ours."""


def solve_in_layers(
    model: pulp.LpProblem,
    objectives: Sequence[Objective],
    *,
    gap: float,
    time_limit_s: float,
    start: dict[str, float] | None = None,
    progress: Callable[[str, float], None] | None = None,
) -> LayeredSolution:
    """Minimise the objectives one after the other.

    Parameters
    ----------
    model : LpProblem
        Constraints and variables; its own objective is not used.
    objectives : sequence of Objective
        In order of precedence.
    gap : float
        Relative gap to be proven in each layer.
    time_limit_s : float
        For all layers together; each may use an even share of what is left.
    start : dict of str to float, optional
        A feasible solution by variable name.
    progress : callable, optional
        Told the layer's name and the share of layers done.

    Raises
    ------
    NoSolutionError
    """
    variables = model.variables()
    column = {variable.name: index for index, variable in enumerate(variables)}
    solver = _load(model, variables, column)
    solver.setOptionValue("mip_rel_gap", gap / 2)
    incumbent = np.array([start.get(variable.name, 0.0) for variable in variables]) if start else None
    layers: list[Layer] = []
    deadline = time.monotonic() + time_limit_s
    for place, objective in enumerate(objectives):
        if progress is not None:
            progress(objective.name, place / len(objectives))
        share = max(1.0, (deadline - time.monotonic()) / (len(objectives) - place))
        cost = _dense(objective.expression, column)
        layer, incumbent = _minimise(solver, objective, cost, incumbent, gap, share)
        layers.append(layer)
        _keep(solver, cost, layer, objective)
    assert incumbent is not None
    names = [variable.name for variable in variables]
    return LayeredSolution(dict(zip(names, incumbent.tolist(), strict=True)), tuple(layers))


def _load(model: pulp.LpProblem, variables: list[pulp.LpVariable], column: dict[str, int]) -> highspy.Highs:
    """Hand the model's arrays to HiGHS in one piece."""
    rows = model.constraints()
    entries = [[(column[v.name], c) for v, c in row.items() if c] for row in rows]
    lengths = np.array([len(entry) for entry in entries], dtype=np.int64)
    infinity = highspy.kHighsInf
    lp = highspy.HighsLp()
    lp.num_col_, lp.num_row_ = len(variables), len(rows)
    lp.col_cost_ = np.zeros(len(variables))
    lp.col_lower_ = np.array([-infinity if v.lowBound is None else v.lowBound for v in variables], dtype=float)
    lp.col_upper_ = np.array([infinity if v.upBound is None else v.upBound for v in variables], dtype=float)
    lp.row_lower_ = np.array([-infinity if (low := row.getLb()) is None else low for row in rows], dtype=float)
    lp.row_upper_ = np.array([infinity if (high := row.getUb()) is None else high for row in rows], dtype=float)
    lp.a_matrix_.format_ = highspy.MatrixFormat.kRowwise
    lp.a_matrix_.start_ = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
    lp.a_matrix_.index_ = np.array([index for entry in entries for index, _ in entry], dtype=np.int32)
    lp.a_matrix_.value_ = np.array([value for entry in entries for _, value in entry], dtype=float)
    if any(v.cat == pulp.LpInteger for v in variables):
        kinds = highspy.HighsVarType
        lp.integrality_ = [kinds.kInteger if v.cat == pulp.LpInteger else kinds.kContinuous for v in variables]
    solver = highspy.Highs()
    solver.setOptionValue("output_flag", False)
    solver.setOptionValue("mip_feasibility_tolerance", INTEGRALITY)
    solver.passModel(lp)
    return solver


def _dense(expression: pulp.LpAffineExpression, column: dict[str, int]) -> NDArray[np.float64]:
    cost = np.zeros(len(column))
    for variable, coefficient in expression.items():
        cost[column[variable.name]] += coefficient
    return cost


def _minimise(
    solver: highspy.Highs,
    objective: Objective,
    cost: NDArray[np.float64],
    incumbent: NDArray[np.float64] | None,
    gap: float,
    seconds: float,
) -> tuple[Layer, NDArray[np.float64]]:
    began = time.monotonic()
    solver.clearSolver()
    solver.changeColsCost(len(cost), np.arange(len(cost), dtype=np.int32), cost)
    solver.changeObjectiveOffset(float(objective.expression.constant))
    solver.setOptionValue("mip_abs_gap", 1e-7 * max(1.0, objective.scale))
    # HiGHS's limit counts the whole life of the object.
    solver.setOptionValue("time_limit", solver.getRunTime() + seconds)
    if incumbent is not None:
        solution = highspy.HighsSolution()
        solution.col_value = incumbent.tolist()
        solver.setSolution(solution)
    run_interruptibly(solver)
    status = solver.modelStatusToString(solver.getModelStatus())
    info = solver.getInfo()
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        raise NoSolutionError(f"{objective.name}: {status}")
    value = float(info.objective_function_value)
    is_mip = len(solver.getLp().integrality_) > 0
    optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
    bound = float(info.mip_dual_bound) if is_mip else (value if optimal else 0.0)
    layer = proven_layer(objective, value, bound, gap, status, time.monotonic() - began)
    return layer, np.array(solver.getSolution().col_value)


def proven_layer(objective: Objective, value: float, bound: float, gap: float, status: str, seconds: float) -> Layer:
    """Put value and bound into a layer: the bound of a sum of shortfalls is never below 0."""
    value = max(value, 0.0)
    bound = min(max(bound, 0.0), value) if np.isfinite(bound) else 0.0
    tiny = 1e-6 * max(1.0, objective.scale)
    reached = 0.0 if value - bound <= tiny else (value - bound) / value
    return Layer(
        objective.name, value, bound, reached, objective.scale, objective.unit, reached <= gap, status, seconds
    )


def _keep(solver: highspy.Highs, cost: NDArray[np.float64], layer: Layer, objective: Objective) -> None:
    used = np.flatnonzero(cost).astype(np.int32)
    most = layer.value + KEPT * max(1.0, objective.scale) - float(objective.expression.constant)
    solver.addRow(-highspy.kHighsInf, most, len(used), used, cost[used])
