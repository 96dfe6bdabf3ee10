"""Solve a two-stage PuLP model layer by layer, with a proven bound for each layer: the L-shaped method with HiGHS.

The model is stated once, in PuLP, as one whole. Its columns fall into a first stage and one block a scenario, so it is
solved by lines under the scenarios' cost (Van Slyke & Wets 1969; multicut, Birge & Louveaux 1988), which are found:

1. with whole numbers relaxed, at points between the LP's solution and the best one so far (in-out: Ben-Ameur & Neto
   2007);
2. then at the solutions of the master problem with whole numbers, until its bound meets the best solution's cost.

Layers of the first stage alone are solved by the master problem. The last layer keeps the scenarios' cost by a row over
the lines, and what it finds is held against the scenarios themselves. Layers between the two have what is left then,
with all else held: so the last layer's value and bound grow alike by what they spend. What is claimed is HiGHS's own
dual bound of a relaxation; PuLP's ``status``, which says "Optimal" at a time limit too, is not read at all.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

import highspy
import numpy as np
import pulp
from numpy.typing import NDArray

from optimizer.models.interruptible import run_interruptibly
from optimizer.models.layer import Layer
from optimizer.models.master import Master
from optimizer.models.matrix import Floats, MatrixModel, NoSolutionError, Rows
from optimizer.models.recourse import Outcome, SecondStage

KEPT = 1e-7
"""A layer above may get worse by this share of its scale: rounding errors must not make the next one infeasible."""
TINY = 1e-6
"""A gap of this share of the layer's scale is none."""
NEXT = 1e-3
"""Weight of lateness against unmet want when the chosen first stage meets the scenarios."""
SECONDS_SHARE = 0.7
"""Share of the time for the scenarios' cost; the rest is for the layers below."""
IN_OUT = 0.3
"""How far towards the LP's solution a cut is sought."""
RELAXED_SHARE, WHOLE_SHARE, SLACK_SHARE, ROUNDING_SHARE = 0.2, 0.4, 0.45, 0.1
"""Shares of the gap: left by the relaxed phase, left by the whole phase, given up to the layers below, and to rounding
in them."""


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
    scenario: Mapping[str, int],
    outcome: pulp.LpAffineExpression,
    *,
    gap: float,
    time_limit_s: float,
    progress: Progress | None = None,
) -> LayeredSolution:
    """Minimise the objectives one after the other.

    Parameters
    ----------
    model : LpProblem
        Constraints and variables; its own objective is not used. Whatever the first stage, every scenario is feasible.
    objectives : sequence of Objective
        In order of precedence; those that speak of scenarios stand together, and the last speaks of the first stage.
    scenario : mapping of str to int
        Scenario of each variable of the second stage, by name.
    outcome : LpAffineExpression
        What the chosen first stage minimises in each scenario for itself: no measure of risk leaves want unmet in a
        mild scenario while stock lies there.
    gap : float
        Relative gap to be proven in each layer.
    time_limit_s : float
        After it no more is tried; what was found is returned with the bound reached.
    progress : callable, optional
        Told the layer's name and the share of the work done.

    Raises
    ------
    NoSolutionError
    """
    matrix = MatrixModel.of(model)
    block = np.array([scenario.get(name, -1) for name in matrix.names], dtype=np.int64)
    aims = [_Aim(o, matrix.dense(o.expression), float(o.expression.constant)) for o in objectives]
    search = _Search(matrix, block, aims, matrix.dense(outcome), max(gap, TINY), time_limit_s, progress or _unheard)
    layers, solution = search.run()
    return LayeredSolution(dict(zip(matrix.names, solution.tolist(), strict=True)), layers)


def _unheard(name: str, share: float) -> None:
    """Tell nobody."""


@dataclass(frozen=True)
class _Aim:
    """An objective as an array over all columns."""

    objective: Objective
    cost: Floats
    constant: float

    def value(self, solution: Floats) -> float:
        return max(float(self.cost @ solution) + self.constant, 0.0)


@dataclass(frozen=True)
class _Point:
    """A first stage with what it costs in the scenarios: ``cost`` is the first of the second stage's layers."""

    x: Floats
    cost: float
    outcomes: tuple[Outcome, ...]


class _Stall:
    """Notices that the lines are exact where the master looks: what keeps the gap open then is rounding."""

    def __init__(self, master: Master) -> None:
        self.master = master
        self.for_good = False

    def see(self, exact: bool) -> None:
        """Take note of a round: first the fine numbers are searched for too, and then there is nothing left to do."""
        if exact:
            self.for_good = bool((self.master.coarse == self.master.first.whole).all())
            self.master.search_fine_numbers_too()


class _Search:
    """One run over one model."""

    def __init__(
        self,
        matrix: MatrixModel,
        block: NDArray[np.int64],
        aims: list[_Aim],
        outcome: Floats,
        gap: float,
        time_limit_s: float,
        tell: Progress,
    ) -> None:
        self.matrix, self.aims, self.gap, self.tell = matrix, aims, gap, tell
        self.began = time.monotonic()
        self.deadline = self.began + time_limit_s
        self.first = np.flatnonzero(block < 0)
        in_block = np.unique(matrix.matrix[:, np.flatnonzero(block >= 0)].indices)
        own_rows = np.setdiff1d(np.arange(matrix.matrix.shape[0]), in_block)
        self.second_aims = [place for place, aim in enumerate(aims) if aim.cost[block >= 0].any()]
        inside = block >= 0
        nothing = np.zeros(len(block))
        self.recourse_cost = aims[self.second_aims[0]].cost if self.second_aims else nothing
        later = sum((aims[place].cost for place in self.second_aims[1:]), nothing)
        self.second = SecondStage(matrix, block, np.where(inside, self.recourse_cost, 0.0))
        met = outcome + NEXT * later + NEXT * np.where(outcome == 0, self.recourse_cost, 0.0)
        self.final = SecondStage(matrix, block, np.where(inside, met, 0.0))
        self.master = Master(matrix.part(own_rows, self.first), self.second.size)

    def run(self) -> tuple[tuple[Layer, ...], Floats]:
        """Solve and prove layer after layer."""
        rows: Rows = []
        layers: dict[int, Layer] = {}
        last = len(self.aims) - 1
        before = range(self.second_aims[0] if self.second_aims else last)
        after = range(self.second_aims[-1] + 1 if self.second_aims else last, last)
        for place in before:
            self.tell(self.aims[place].objective.name, 0.0)
            layers[place], _ = self._first_layer(place, rows, None)
            aim = self.aims[place]
            most = layers[place].value - aim.constant + KEPT * max(1.0, aim.objective.scale)
            rows.append((aim.cost[self.first], most))
        point, bound, status = self._point(self._nothing(rows)), 0.0, "Optimal"
        if self.second_aims:
            point, bound, status, row = self._recourse(rows, point)
            rows.append(row)
        self.tell(self.aims[last].objective.name, 0.75)
        layers[last], found = self._first_layer(last, rows, point)
        point = found or point
        layers |= self._second_layers(point, bound, status)
        for place in after:
            self.tell(self.aims[place].objective.name, 0.9)
            spent = self._first_value(self.aims[last], point.x)
            layers[place], point = self._of_what_is_left(place, point)
            more = self._first_value(self.aims[last], point.x) - spent
            old = layers[last]
            status = old.status if more <= TINY else "Optimal but for the layer before"
            layers[last] = proven_layer(
                self.aims[last].objective, old.value + more, old.bound + more, self.gap, status, old.seconds
            )
        return tuple(layers[place] for place in range(len(self.aims))), self._whole_solution(point)

    def _of_what_is_left(self, place: int, point: _Point) -> tuple[Layer, _Point]:
        """Solve a layer of the first stage with all held that the layers above have settled.

        Its bound is one for what is left of money and room once those are served at least cost.
        """
        began = time.monotonic()
        aim, last = self.aims[place], self.aims[-1]
        tie = 0.1 * self.gap / max(1.0, last.objective.scale)
        touched = aim.cost[self.first] != 0
        opened = self.master.coarse & (self.master.first.upper <= 1)
        # What is bought stays bought, since layers above may count on it.
        lower = np.where(touched & ~self.master.first.whole, self.master.first.lower, point.x)
        upper = np.where(touched | opened, self.master.first.upper, point.x)
        held = self.master.holding(lower, upper)
        cost = aim.cost[self.first] + tie * last.cost[self.first]
        found = held.branch(cost, 0.0, [], point.x, self.gap / 10, self._share())
        x = held.rounded(cost, 0.0, [], found.x)
        value = self._first_value(aim, x)
        bound = found.bound + aim.constant - tie * last.objective.scale
        return self._layer(aim, value, bound, "Optimal for what is left", began), replace(point, x=x)

    def _left(self) -> float:
        return self.deadline - time.monotonic()

    def _nothing(self, rows: Rows) -> Floats:
        """Do as little as the rows allow: the cheapest first stage."""
        cost = self.aims[-1].cost[self.first]
        return self.master.rounded(cost, 0.0, rows, self.master.branch(cost, 0.0, rows, None, self.gap / 10, 30.0).x)

    def _point(self, x: Floats) -> _Point:
        outcomes = self.second.outcomes(x)
        cost = float(self.recourse_cost[self.first] @ x) + sum(outcome.cost for outcome in outcomes)
        return _Point(x, cost, outcomes)

    def _whole_solution(self, point: _Point) -> Floats:
        """The first stage with what each scenario makes of it."""
        solution = np.zeros(len(self.matrix.names))
        solution[self.first] = point.x
        for outcome in self.final.outcomes(point.x):
            solution[outcome.columns] = outcome.values
        return solution

    def _recourse(self, rows: Rows, best: _Point) -> tuple[_Point, float, str, tuple[Floats, float]]:
        """Minimise the scenarios' cost: the best point, a bound, a word, and the row that keeps the cost."""
        cost = self.recourse_cost[self.first]
        self.master.add([outcome.cut for outcome in best.outcomes])
        bound = self._relaxed_phase(cost, rows, best)
        status, stalled = "Time limit reached", _Stall(self.master)
        until = self.began + SECONDS_SHARE * (self.deadline - self.began)
        while best.cost - bound > self.gap * WHOLE_SHARE * best.cost + TINY and time.monotonic() < until:
            if stalled.for_good:
                status = "Nothing left to try"
                break
            found = self.master.branch(cost, 1.0, rows, best.x, self.gap / 10, self._share())
            bound = max(bound, found.bound)
            loose = self._point(found.x)
            rounded = self._rounded(cost, 1.0, rows, found.x, best)
            self.master.add([outcome.cut for point in (loose, rounded) for outcome in point.outcomes])
            best = min(best, rounded, key=lambda point: point.cost)
            stalled.see(loose.cost - found.value <= TINY * max(1.0, loose.cost))
        if best.cost - bound <= self.gap * WHOLE_SHARE * best.cost + TINY:
            status = "Optimal within the gap"
        both = np.concatenate([cost, np.ones(self.second.size)])
        return best, bound, status, (both, best.cost + KEPT * max(1.0, best.cost))

    def _rounded(self, cost: Floats, theta: float, rows: Rows, x: Floats, otherwise: _Point) -> _Point:
        """Round a solution of the master; where no rounding is found, what is at hand stays."""
        try:
            return self._point(self.master.rounded(cost, theta, rows, x))
        except NoSolutionError:
            return otherwise

    def _share(self) -> float:
        """Seconds for one run of the master: enough is left for those to come."""
        return max(self._left() / 4, 1.0)

    def _relaxed_phase(self, cost: Floats, rows: Rows, best: _Point) -> float:
        """Gather cuts with whole numbers relaxed; the LP's bound."""
        solver = self.master.relaxed(cost, 1.0, rows)
        inner, inner_cost, bound = best.x, best.cost, 0.0
        name = self.aims[self.second_aims[0]].objective.name
        far = IN_OUT
        while self._left() > 0:
            run_interruptibly(solver)
            if solver.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                break
            bound = float(solver.getInfo().objective_function_value)
            left = (inner_cost - bound) / max(inner_cost, TINY)
            self.tell(name, min(0.7, 0.2 + 0.5 * self.gap / max(left, self.gap)))
            if left <= self.gap * RELAXED_SHARE:
                break
            outer = np.array(solver.getSolution().col_value)[: len(cost)]
            theta = np.array(solver.getSolution().col_value)[len(cost) :]
            point = self._point(far * outer + (1 - far) * inner)
            cuts = [outcome.cut for outcome in point.outcomes]
            deep = sum(max(0.0, c.constant + float(c.slope @ outer) - theta[c.block]) for c in cuts)
            # Where the point between cuts nothing off, the LP's own solution is looked at.
            far = IN_OUT if deep > TINY * max(1.0, inner_cost) else 1.0
            if point.cost < inner_cost:
                inner, inner_cost = point.x, point.cost
            self.master.grow(solver, cuts)
        return bound

    def _first_layer(self, place: int, rows: Rows, best: _Point | None) -> tuple[Layer, _Point | None]:
        """Solve a layer of the first stage alone; after the second stage's, its solution must keep their cost.

        What is searched keeps the scenarios' cost as it is, so that rounding may use the slack; what is claimed is a
        bound over all that stay within the slack.
        """
        began = time.monotonic()
        aim, last = self.aims[place], self.aims[-1]
        tie = 0.0 if aim is last else 0.1 * self.gap / max(1.0, last.objective.scale)
        cost = aim.cost[self.first] + tie * last.cost[self.first]
        lost = tie * last.objective.scale - aim.constant
        if best is None:
            found = self.master.branch(cost, 0.0, rows, None, self.gap / 10, self._share())
            value = self._first_value(aim, self.master.rounded(cost, 0.0, rows, found.x))
            return self._layer(aim, value, found.bound - lost, found.status, began), None
        # Searched at half the slack and rounded within more of it, so that the lines' error has room in the rest.
        whole = 1 + ROUNDING_SHARE / SLACK_SHARE
        searches = [
            (self._loosened(rows, share), self._loosened(rows, room)) for share, room in ((0.5, 0.85), (1, 1.2))
        ]
        loosest = self._loosened(rows, whole)
        most = next((most for row, most in loosest if len(row) > len(cost)), np.inf)
        late = self._later(best)
        solution, bound, status, stalled = best, -np.inf, "Time limit reached", _Stall(self.master)
        while self._left() > 0:
            if stalled.for_good:
                status = "Nothing left to try"
                break
            found = self.master.branch(cost, 0.0, loosest, solution.x, self.gap / 10, self._share())
            bound = max(bound, found.bound - lost)
            points = [self._point(found.x)]
            for searched, room in searches:
                x = self.master.branch(cost, 0.0, searched, best.x, self.gap / 10, self._share()).x
                points += [self._point(x), self._rounded(cost, 0.0, room, x, best)]
            self.master.add([outcome.cut for point in points for outcome in point.outcomes])
            for point in points:
                cheaper = self._first_value(aim, point.x) < self._first_value(aim, solution.x)
                if cheaper and point.cost <= most and self._is_whole(point.x) and self._later(point) <= late:
                    solution = point
            if self._layer(aim, self._first_value(aim, solution.x), bound, status, began).proven:
                status = "Optimal within the gap"
                break
            stalled.see(points[0].cost <= most + TINY * max(1.0, most))
        return self._layer(aim, self._first_value(aim, solution.x), bound, status, began), solution

    def _is_whole(self, x: Floats) -> bool:
        whole = x[self.master.first.whole]
        return bool(np.abs(whole - np.round(whole)).max(initial=0.0) <= TINY)

    def _later(self, point: _Point) -> float:
        """The layers of the second stage below its first, in parts of what the gap allows of their scale."""
        solution = self._whole_solution(point)
        aims = [self.aims[place] for place in self.second_aims[1:]]
        allowed = self.gap / 2
        return sum(max(0.0, aim.value(solution) / max(1.0, aim.objective.scale) - allowed) for aim in aims)

    def _loosened(self, rows: Rows, share: float) -> Rows:
        """Give the row over the scenarios' cost a share of what the layers below may add to it."""
        slack = self.gap * SLACK_SHARE * share
        return [(row, most * (1 + slack) if len(row) > len(self.first) else most) for row, most in rows]

    def _first_value(self, aim: _Aim, x: Floats) -> float:
        return max(float(aim.cost[self.first] @ x) + aim.constant, 0.0)

    def _layer(self, aim: _Aim, value: float, bound: float, status: str, began: float) -> Layer:
        return proven_layer(aim.objective, value, bound, self.gap, status, time.monotonic() - began)

    def _second_layers(self, point: _Point, bound: float, status: str) -> dict[int, Layer]:
        """Layers of the second stage: the first with its bound, those below it as they are for the stock held.

        A layer below is bounded by 0 alone, since a little less of the first may spare all of it; its gap is a share of
        its scale.
        """
        solution = self._whole_solution(point)
        layers = {}
        for power, place in enumerate(self.second_aims):
            aim = self.aims[place]
            value = aim.value(solution)
            if power == 0:
                layers[place] = self._layer(aim, value, bound + aim.constant, status, self.began)
                continue
            scale = max(aim.objective.scale, TINY)
            layer = self._layer(aim, value, 0.0, "Optimal for the stock held", self.began)
            layers[place] = replace(layer, gap=value / scale, proven=value / scale <= self.gap)
        return layers


def proven_layer(objective: Objective, value: float, bound: float, gap: float, status: str, seconds: float) -> Layer:
    """Put value and bound into a layer: the bound of a sum of shortfalls is never below 0."""
    bound = min(max(bound, 0.0), value) if np.isfinite(bound) else 0.0
    tiny = TINY * max(1.0, objective.scale)
    reached = 0.0 if value - bound <= tiny else (value - bound) / value
    return Layer(
        objective.name, value, bound, reached, objective.scale, objective.unit, reached <= gap, status, seconds
    )
