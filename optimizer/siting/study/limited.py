"""A model that is asked many things within so many seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from optimizer.models.siting.evaluated import Solve
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.models.siting.solution import SitingSolution

STANDING_S = 60.0
"""To look at sites as they stand takes no search, so it has its own limit."""
LONGEST_SHARE = 0.25
"""One question takes no more than this share of all the time."""
LEAST_S = 0.5


@dataclass
class Limited:
    """Ask ``model`` until ``seconds`` are over; then no search is begun any more, and who asks is told so.

    Attributes
    ----------
    model : callable
        With a problem and the limits of its run.
    seconds : float
    gap : float
        Relative gap that is good enough.
    asked : callable
        Told how many questions were asked.
    """

    model: Callable[..., SitingSolution]
    seconds: float
    gap: float = 0.0
    asked: Callable[[int], None] = lambda count: None
    count: int = field(default=0, init=False)
    began: float = field(default_factory=time.monotonic, init=False)

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return self.seconds - (time.monotonic() - self.began)

    def of(self, model: Callable[..., SitingSolution]) -> Solve:
        """Ask another model within the same seconds."""

        def solve(problem: SitingProblem) -> SitingSolution:
            self.count += 1
            self.asked(self.count)
            if not problem.openings.free.any():
                return model(problem, time_limit_s=STANDING_S, gap=self.gap)
            if self.left_s < LEAST_S:
                raise NoIncumbentError(-float("inf"))
            limit = min(self.left_s, max(LONGEST_SHARE * self.seconds, LEAST_S))
            return model(problem, time_limit_s=limit, gap=self.gap)

        return solve

    def __call__(self, problem: SitingProblem) -> SitingSolution:
        """Ask the model."""
        return self.of(self.model)(problem)
