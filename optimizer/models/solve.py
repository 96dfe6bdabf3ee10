"""Solve a PuLP model layer by layer with HiGHS, with a proven bound for each layer.

Each layer's objective is minimised, then kept as a row ``layer ≤ value``. The model is stated once, in PuLP, and its
arrays are handed to HiGHS. What is claimed is a dual bound that was worked out, never PuLP's ``status``, which says
"Optimal" at a time limit too.

A solution is found first, by rounding:

1. the layers of whole numbers that come first, as a MIP; their numbers are kept;
2. the layers as LPs, one after the other; what is open by half or more is opened, the rest is not;
3. the LPs again; the other whole numbers are rounded down;
4. the LPs again for what is left; then each layer's own whole numbers by a small MIP with all else held.

Then it is proven: for each layer the LP over all columns, with what the layers above reached, bounds it from below.
Only where that leaves a gap does a branch and bound over all columns follow, from the solution at hand, which it may
better.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

from optimizer.models.interruptible import run_interruptibly
from optimizer.models.layer import Layer
from optimizer.models.relaxation import Floats, MatrixModel, NoSolutionError, Relaxation, highs_model

KEPT = 1e-7
"""A layer above may get worse by this share of its scale: rounding errors must not make the next one infeasible."""
TINY = 1e-6
"""A gap of this share of the layer's scale is none."""
TIE = 1e-3
"""Among equal solutions of a layer of whole numbers, the cheaper: the last layer's weight against the layer's scale."""


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

    def of(self, variables: Sequence[pulp.LpVariable]) -> Floats:
        """(k,) values of ``variables``; integers rounded, tiny negatives set to 0."""
        found = np.array([self.values.get(variable.name, 0.0) for variable in variables], dtype=float)
        whole = np.array([variable.cat == pulp.LpInteger for variable in variables], dtype=bool)
        return np.maximum(np.where(whole, np.round(found), found), 0.0)


Progress = Callable[[str, float], None]


def solve_in_layers(
    model: pulp.LpProblem,
    objectives: Sequence[Objective],
    *,
    gap: float,
    time_limit_s: float,
    lazy: frozenset[str] = frozenset(),
    progress: Progress | None = None,
) -> LayeredSolution:
    """Minimise the objectives one after the other.

    Parameters
    ----------
    model : LpProblem
        Constraints and variables; its own objective is not used. Rounding whole numbers down must keep it feasible.
    objectives : sequence of Objective
        In order of precedence.
    gap : float
        Relative gap to be proven in each layer.
    time_limit_s : float
        For branch and bound in all layers together; each may use an even share of what is left.
    lazy : set of str
        Names of variables that are 0 in most solutions: they join when pricing calls for them.
    progress : callable, optional
        Told the layer's name and the share of the work done.

    Raises
    ------
    NoSolutionError
    """
    matrix = MatrixModel.of(model)
    active = np.array([name not in lazy for name in matrix.names])
    search = _Search(matrix, [_Aim.of(matrix, objective) for objective in objectives], gap, active)
    tell = progress or (lambda _name, _share: None)
    solution = search.find(tell)
    layers, solution = search.prove(solution, time_limit_s, tell)
    return LayeredSolution(dict(zip(matrix.names, solution.tolist(), strict=True)), layers)


@dataclass(frozen=True)
class _Aim:
    """An objective as an array; ``own`` are the whole numbers that it speaks of."""

    objective: Objective
    cost: Floats
    constant: float
    own: NDArray[np.int64]

    @classmethod
    def of(cls, matrix: MatrixModel, objective: Objective) -> _Aim:
        cost = matrix.dense(objective.expression)
        own = np.flatnonzero((cost != 0) & matrix.whole)
        return cls(objective, cost, float(objective.expression.constant), own)

    def value(self, solution: Floats) -> float:
        return max(float(self.cost @ solution) + self.constant, 0.0)

    def most(self, value: float) -> float:
        """Right-hand side of the row that keeps ``value``."""
        return value - self.constant + KEPT * max(1.0, self.objective.scale)


class _Search:
    """One run over one model: the arrays, the aims and the columns found useful so far."""

    def __init__(self, matrix: MatrixModel, aims: list[_Aim], gap: float, active: NDArray[np.bool_]) -> None:
        self.matrix, self.aims, self.gap = matrix, aims, gap
        self.active = active
        self.fixed: list[tuple[NDArray[np.int64], Floats]] = []
        self.binary = np.flatnonzero(matrix.whole & (matrix.upper <= 1) & (matrix.lower >= 0))
        self.whole = np.flatnonzero(matrix.whole)

    def find(self, tell: Progress) -> Floats:
        """Find a good solution by rounding."""
        first = self._leading_whole_layers()
        if first is not None:
            kept, solution = first
            self.fixed.append((kept, np.round(solution[kept])))
        for step, (columns, rounding) in enumerate(((self.binary, np.round), (self.whole, np.floor))):
            if len(columns):
                solution = self._lexicographic(tell, step / 4)
                self.fixed.append((columns, rounding(solution[columns] + TINY)))
        return self._polished(self._lexicographic(tell, 0.5))

    def _leading_whole_layers(self) -> tuple[NDArray[np.int64], Floats] | None:
        """Solve the layers before the first that speaks of no whole number; the last layer breaks their ties."""
        leading = []
        for aim in self.aims[:-1]:
            if not len(aim.own):
                break
            leading.append(aim)
        if not leading:
            return None
        solution: Floats | None = None
        rows: list[tuple[Floats, float]] = []
        last = self.aims[-1]
        for aim in leading:
            tie = TIE * max(1.0, aim.objective.scale) / max(1.0, last.objective.scale)
            solution = self._branch(aim.cost + tie * last.cost, rows, solution, np.flatnonzero(self.active), 60.0)[0]
            rows.append((aim.cost, aim.most(aim.value(solution))))
        assert solution is not None
        return np.unique(np.concatenate([aim.own for aim in leading])), solution

    def _lexicographic(self, tell: Progress, done: float) -> Floats:
        """Minimise the layers one after the other as LPs, with what is fixed so far."""
        relaxation = Relaxation(self.matrix, np.ones(len(self.matrix.names), dtype=bool))
        for columns, values in self.fixed:
            relaxation.fix(columns, values)
        solution = np.zeros(len(self.matrix.names))
        for place, aim in enumerate(self.aims):
            tell(aim.objective.name, done + 0.25 * place / len(self.aims))
            _, solution = relaxation.minimise_and_settle(aim.cost)
        self.active |= solution != 0
        return solution

    def _polished(self, solution: Floats) -> Floats:
        """Better each layer's own whole numbers with all other columns held."""
        for place, aim in enumerate(self.aims):
            if not len(aim.own):
                continue
            lower, upper = solution.copy(), solution.copy()
            free = aim.own if aim is not self.aims[-1] else np.empty(0, dtype=np.int64)
            slack = np.flatnonzero((aim.cost != 0) & ~self.matrix.whole)
            for columns in (free, slack):
                lower[columns], upper[columns] = self.matrix.lower[columns], self.matrix.upper[columns]
            held = replace(self.matrix, lower=lower, upper=upper)
            rows = [(above.cost, above.most(above.value(solution))) for above in self.aims[:place]]
            solution = self._branch(aim.cost, rows, solution, np.arange(len(solution)), 10.0, held)[0]
        return solution

    def prove(self, solution: Floats, time_limit_s: float, tell: Progress) -> tuple[tuple[Layer, ...], Floats]:
        """Bound every layer; where the gap is too wide, branch, and go on from what that finds."""
        deadline = time.monotonic() + time_limit_s
        bounds: list[Layer] = []
        everything = np.arange(len(self.matrix.names))
        for place, aim in enumerate(self.aims):
            tell(aim.objective.name, 0.75 + 0.25 * place / len(self.aims))
            began = time.monotonic()
            rows = [(above.cost, above.most(above.value(solution))) for above in self.aims[:place]]
            relaxation = Relaxation(self.matrix, self.active | (solution != 0))
            for row, most in rows:
                relaxation.keep(row, most)
            bound, status = relaxation.minimise(aim.cost)[0] + aim.constant, "Bounded by LP"
            layer = proven_layer(aim.objective, aim.value(solution), bound, self.gap, status, 0.0)
            if not layer.proven:
                share = (deadline - time.monotonic()) / (len(self.aims) - place)
                found, branched, status = self._branch(aim.cost, rows, solution, everything, max(share, 1.0))
                bound = max(bound, branched + aim.constant)
                if aim.value(found) < aim.value(solution) - TINY:
                    solution = self._after(found, place)
            layer = proven_layer(aim.objective, aim.value(solution), bound, self.gap, status, time.monotonic() - began)
            bounds.append(layer)
        final = zip(self.aims, bounds, strict=True)
        layers = tuple(
            replace(layer, value=min(layer.value, max(aim.value(solution), layer.bound))) for aim, layer in final
        )
        return layers, solution

    def _after(self, solution: Floats, place: int) -> Floats:
        """Keep a better solution's whole numbers and layers up to ``place``; minimise the layers below it again."""
        relaxation = Relaxation(self.matrix, self.active | (solution != 0))
        relaxation.fix(self.whole, np.round(solution[self.whole]))
        for aim in self.aims[: place + 1]:
            relaxation.keep(aim.cost, aim.most(aim.value(solution)))
        for aim in self.aims[place + 1 :]:
            value, solution = relaxation.minimise(aim.cost)
            relaxation.keep(aim.cost, aim.most(value + aim.constant))
        return solution

    def _branch(
        self,
        cost: Floats,
        rows: list[tuple[Floats, float]],
        start: Floats | None,
        columns: NDArray[np.int64],
        seconds: float,
        matrix: MatrixModel | None = None,
    ) -> tuple[Floats, float, str]:
        """Minimise by HiGHS's branch and bound over ``columns``: solution, dual bound, status."""
        lp = highs_model(matrix or self.matrix, columns, whole=True)
        lp.col_cost_ = cost[columns]
        solver = highspy.Highs()
        for option, value in (("output_flag", False), ("mip_rel_gap", self.gap / 2), ("time_limit", seconds)):
            solver.setOptionValue(option, value)
        solver.passModel(lp)
        for row, most in rows:
            used = np.flatnonzero(row[columns]).astype(np.int32)
            solver.addRow(-highspy.kHighsInf, most, len(used), used, row[columns][used])
        if start is not None:
            given = highspy.HighsSolution()
            given.col_value = start[columns].tolist()
            solver.setSolution(given)
        run_interruptibly(solver)
        status, info = solver.modelStatusToString(solver.getModelStatus()), solver.getInfo()
        found = np.zeros(len(cost))
        if info.primal_solution_status == highspy.SolutionStatus.kSolutionStatusFeasible:
            found[columns] = solver.getSolution().col_value
        elif start is not None:
            found = start
        else:
            raise NoSolutionError(status)
        optimal = solver.getModelStatus() == highspy.HighsModelStatus.kOptimal
        is_mip = len(lp.integrality_) > 0
        bound = info.mip_dual_bound if is_mip else (info.objective_function_value if optimal else -np.inf)
        return found, float(bound), status


def proven_layer(objective: Objective, value: float, bound: float, gap: float, status: str, seconds: float) -> Layer:
    """Put value and bound into a layer: the bound of a sum of shortfalls is never below 0."""
    bound = min(max(bound, 0.0), value) if np.isfinite(bound) else 0.0
    tiny = TINY * max(1.0, objective.scale)
    reached = 0.0 if value - bound <= tiny else (value - bound) / value
    return Layer(
        objective.name, value, bound, reached, objective.scale, objective.unit, reached <= gap, status, seconds
    )
