"""The models of siting by the names of the command line: how each is solved. What each asks stands in `stated.models`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Protocol

from optimizer.models.siting.p_median import solve_p_median
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.solution import Progress, SitingSolution
from optimizer.siting.siting_case import SitingCase

Solve = Callable[[SitingProblem], SitingSolution]
"""A model with all but its problem settled."""


class Model(Protocol):
    """A model as it is called."""

    def __call__(
        self, problem: SitingProblem, *, time_limit_s: float, gap: float, progress: Progress | None
    ) -> SitingSolution:
        """Solve ``problem``."""
        ...


CATALOGUE: Mapping[str, Callable[[SitingCase], Model]] = {
    "p-median": lambda case: solve_p_median,
}


def solver(case: SitingCase, *, time_limit_s: float, gap: float, progress: Progress | None = None) -> Solve:
    """Settle all but the problem of the case's model."""
    model = CATALOGUE[case.statement.options.model](case)
    return partial(model, time_limit_s=time_limit_s, gap=gap, progress=progress)
