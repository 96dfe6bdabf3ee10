"""A model that is asked many things within so many seconds."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from optimizer.models.siting.evaluated import Solve
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.models.siting.solution import SitingSolution

LONGEST_SHARE = 0.25
"""One search takes no more than this share of all the time."""
LEAST_S = 0.5
"""No search is begun with less; to look at sites as they stand takes none."""


@dataclass
class Limited:
    """Ask ``model`` until ``seconds`` are over; then it is asked no more, and who asks is told so.

    Attributes
    ----------
    model : callable
        With a problem and the limits of its run.
    seconds : float
    gap : float
        Relative gap that is good enough.
    asked : callable
        Told how many questions were asked.
    clock : callable
        Seconds from any time on.
    count : int
        Questions that the model was asked.
    unanswered : int
        Questions for which there was no time, or not enough for any answer.
    """

    model: Callable[..., SitingSolution]
    seconds: float
    gap: float = 0.0
    asked: Callable[[int], None] = lambda count: None
    clock: Callable[[], float] = time.monotonic
    count: int = field(default=0, init=False)
    unanswered: int = field(default=0, init=False)
    ends: float = field(init=False)

    def __post_init__(self) -> None:
        """Begin to count the seconds."""
        self.ends = self.clock() + self.seconds

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return self.ends - self.clock()

    def of(self, model: Callable[..., SitingSolution]) -> Solve:
        """Ask another model within the same seconds."""

        def solve(problem: SitingProblem) -> SitingSolution:
            try:
                return self._answer(model, problem)
            except NoIncumbentError:
                self.unanswered += 1
                raise

        return solve

    def __call__(self, problem: SitingProblem) -> SitingSolution:
        """Ask the model."""
        return self.of(self.model)(problem)

    def _answer(self, model: Callable[..., SitingSolution], problem: SitingProblem) -> SitingSolution:
        """Ask with the time that is left: all of it for sites as they stand, a share of the whole for a search."""
        left = self.left_s
        searches = bool(problem.openings.free.any())
        if left <= (LEAST_S if searches else 0.0):
            raise NoIncumbentError(-float("inf"))
        self.count += 1
        self.asked(self.count)
        longest = max(LONGEST_SHARE * self.seconds, LEAST_S) if searches else left
        return model(problem, time_limit_s=min(left, longest), gap=self.gap)
