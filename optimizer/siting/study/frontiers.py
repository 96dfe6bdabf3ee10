"""Cost against mean time and against coverage, and against what the model itself makes least."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pandas as pd

from optimizer.analysis.columns import in_form
from optimizer.models.siting.evaluated import Solve
from optimizer.models.siting.frontier import Against, FrontierPoint, frontier
from optimizer.models.siting.maximal_covering import solve_maximal_covering
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Openings
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError
from optimizer.models.siting.solution import SitingSolution
from optimizer.siting.reached import expected, reached
from optimizer.siting.result_tables import joined
from optimizer.siting.siting_case import SitingCase, openings_of
from optimizer.siting.stated.tables import FRONTIER
from optimizer.siting.study.limited import Limited

POINTS = 8
"""So many points of a frontier, each exact."""
AS_FAR = 2.0
"""A frontier goes as far as so many times what the siting may spend."""
SHOWN = ("minutes", "uncovered")
"""Losses whose expectation is one of those frontiers."""
OWN = ("longest", "unbacked", "expected", "levels")
"""Losses that have a frontier of their own beside those of time and coverage."""


def frontiers(case: SitingCase, solution: SitingSolution, asked: Limited) -> pd.DataFrame:
    """Find up to :data:`POINTS` points of each goal; those that time did not allow are left out."""
    allowed, against = _further(case, solution)
    rows: list[dict[str, object]] = []
    for goal, problem, solve in _goals(case, asked):
        try:
            points = frontier(problem.with_openings(allowed), solve, against=against, points=POINTS)
        except (InfeasibleSitingError, NoIncumbentError):
            continue
        rows += [_row(case, goal, number, point) for number, point in enumerate(points, start=1)]
    return in_form(pd.DataFrame(rows), FRONTIER)


def _goals(case: SitingCase, asked: Limited) -> Iterator[tuple[str, SitingProblem, Solve]]:
    """Mean time and coverage are expectations over the states, whatever measure the siting itself is chosen by."""
    statement, problem = case.statement, replace(case.problem, measure=Measure(), limit_min=case.statement.limit_min)
    yield "time", replace(problem, weight=statement.weight), asked.of(solve_p_median)
    judged = statement.weight * statement.standard.judged
    if (judged > 0).any():
        yield "coverage", replace(problem, weight=judged), asked.of(solve_maximal_covering)
    if statement.traits.loss in OWN or (statement.traits.loss in SHOWN and statement.options.measure != "expected"):
        yield "model", case.problem, asked


def _further(case: SitingCase, solution: SitingSolution) -> tuple[Openings, Against]:
    """Openings without number and budget, up to twice what the siting may spend; and what that is counted in."""
    allowed = openings_of(case.statement, priced=True)
    price = (allowed.open_cost - allowed.close_cost)[allowed.free]
    free = replace(allowed, number=None, budget=None)
    if bool((price > 0).any()):
        spent = allowed.budget if allowed.budget is not None else allowed.cost(solution.opened)
        return replace(free, budget=AS_FAR * max(spent, float(price.max()))), "cost"
    counted = int((solution.opened & allowed.counted).sum())
    number = allowed.number if allowed.number is not None else counted
    return replace(
        free, number=min(int(AS_FAR * max(number, 1)), int((allowed.counted & ~allowed.forbidden).sum()))
    ), "number"


def _row(case: SitingCase, goal: str, number: int, point: FrontierPoint) -> dict[str, object]:
    found, probability = reached(case, point.opened), case.problem.probability
    return {
        "goal": goal,
        "point": str(number),
        "number": float(point.number),
        "cost_cny": point.cost_cny,
        "value": point.value,
        "bound": point.bound,
        "mean_min": expected(found.mean_min, probability),
        "within_share": expected(found.within_share, probability),
        "status": point.status,
        "sampled": point.sampled,
        "open_sites": joined(case, np.asarray(point.opened)),
    }
