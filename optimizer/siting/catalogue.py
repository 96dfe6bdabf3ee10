"""The models of siting by the names of the command line: how each is solved for a region.

What each asks of the region stands in `optimizer.siting.stated.models`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from optimizer.models.siting.backup_covering import solve_backup_covering
from optimizer.models.siting.capacitated import solve_capacitated
from optimizer.models.siting.evaluated import Solve
from optimizer.models.siting.expected_covering import solve_expected_covering
from optimizer.models.siting.maximal_covering import solve_maximal_covering
from optimizer.models.siting.nested_levels import solve_nested_levels
from optimizer.models.siting.p_center import solve_p_center
from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.set_covering import solve_set_covering
from optimizer.models.siting.solution import SitingSolution
from optimizer.siting.backup import backup_pairs
from optimizer.siting.building import building
from optimizer.siting.levels_of import nested_levels_of
from optimizer.siting.siting_case import SitingCase
from optimizer.siting.stated.unserved import unserved_cny_m3

LEAST_MINUTE_CNY = 1e-6
"""A minute that is to cost nothing costs this little: what is unserved is reckoned in minutes."""

Model = Callable[..., Any]
"""A model with all but its problem and the limits of the run settled."""


def model_of(case: SitingCase) -> Model:
    """Settle what the model of a case asks besides its problem."""
    return CATALOGUE[case.statement.options.model](case)


def within(model: Model, **limits: Any) -> Solve:
    """Settle the limits of a run: ``time_limit_s``, ``gap``, ``progress``."""
    return partial(model, **limits)


def _numbers(case: SitingCase, problem: SitingProblem) -> dict[int, int]:
    """Number in ``problem`` of the states that it speaks of, by their number in the case: often all, or one alone."""
    return {case.problem.scenario_ids.index(one): number for number, one in enumerate(problem.scenario_ids)}


def _set_covering(case: SitingCase) -> Model:
    """What some site of the region can cover must be covered, whatever openings are asked about."""

    def solve(problem: SitingProblem, **limits: Any) -> SitingSolution:
        assert problem.limit_min is not None
        within = np.isfinite(problem.times_min) & (problem.times_min <= problem.limit_min)
        possible = within & ~problem.openings.forbidden
        if ((problem.weight > 0) & ~possible.any(axis=2)).any():
            raise InfeasibleSitingError
        return solve_set_covering(problem, **limits)

    return solve


def _capacitated(case: SitingCase) -> Model:
    """What is left unserved counts as minutes of such number that its price comes out."""
    statement, sizes = case.statement, building(case.statement).sizes
    minute = max(statement.region.settings.siting.minute_cost_cny_m3, LEAST_MINUTE_CNY)
    cut_off_min = unserved_cny_m3(statement.region, statement.standard.cut_off_min) / minute

    def solve(problem: SitingProblem, **limits: Any) -> SitingSolution:
        priced = replace(problem, cut_off_min=cut_off_min)
        return solve_capacitated(priced, sizes=sizes, cost_per_minute=minute, **limits)

    return solve


def _backup_covering(case: SitingCase) -> Model:
    pairs, first_cover = backup_pairs(case), case.statement.region.settings.siting.first_cover_weight

    def solve(problem: SitingProblem, **limits: Any) -> SitingSolution:
        numbers = _numbers(case, problem)
        mine = pairs[np.isin(pairs[:, 0], list(numbers))].copy()
        mine[:, 0] = [numbers[int(one)] for one in mine[:, 0]]
        return solve_backup_covering(problem, mine, first_cover=first_cover, **limits)

    return solve


def _expected_covering(case: SitingCase) -> Model:
    return partial(solve_expected_covering, busy=case.statement.region.settings.siting.busy_share)


def _nested_levels(case: SitingCase) -> Model:
    levels = nested_levels_of(case)

    def solve(problem: SitingProblem, **limits: Any) -> SitingSolution:
        mine = list(_numbers(case, problem))
        return solve_nested_levels(problem, replace(levels, supply_min=levels.supply_min[mine]), **limits)

    return solve


CATALOGUE: Mapping[str, Callable[[SitingCase], Model]] = {
    "p-median": lambda case: solve_p_median,
    "p-center": lambda case: solve_p_center,
    "maximal-covering": lambda case: solve_maximal_covering,
    "set-covering": _set_covering,
    "capacitated": _capacitated,
    "backup-covering": _backup_covering,
    "expected-covering": _expected_covering,
    "nested-levels": _nested_levels,
}
