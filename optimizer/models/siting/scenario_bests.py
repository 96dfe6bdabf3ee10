"""What losses over scenarios come to when the regret's yardstick, the least loss of each scenario, is itself uncertain.

Given
    L_s         loss of a siting in scenario s
    L*_s        least loss of any siting in s alone, known to lie between ``below_s`` and ``above_s``

A regret told by this module is max_s (L_s − below_s): no less than the true one. A bound proven for it against
``below`` is a bound of the true one once the widest doubt, max_s (above_s − below_s), is taken off. Losses and regrets
are at least 0. The other measures need no yardstick.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.measure import Measure
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.models.siting.solution import SitingSolution, Status, status_of

Floats = NDArray[np.float64]
SolveAlone = Callable[[int, float], SitingSolution]
"""Solve one scenario alone, given its place and seconds."""

SHARE_OF_TIME = 0.5
"""So much of the time may go into the scenarios alone."""


@dataclass(frozen=True)
class ScenarioBests:
    """The measure with what its regret is held against; make one by `scenario_bests`.

    Attributes
    ----------
    measure : Measure
    probability : (K,)
    below, above : (K,)
        0 where the measure is no regret.
    """

    measure: Measure
    probability: Floats
    below: Floats
    above: Floats

    def value(self, losses: Floats) -> float:
        """Measure of (K,) losses."""
        return self.measure.of(losses, self.probability, self.below)

    def bound(self, proven: float, value: float) -> float:
        """What nothing can be below, from what is ``proven`` against ``below``; never above the value reached."""
        return min(max(proven - float((self.above - self.below).max()), 0.0), value)

    def judged(self, losses: Floats, proven: float, *, stopped: bool) -> tuple[float, float, Status]:
        """Value, bound and status of a siting with these losses."""
        value = self.value(losses)
        bound = self.bound(proven, value)
        return value, bound, status_of(value, bound, stopped=stopped)


def scenario_bests(
    measure: Measure, probability: Floats, solve_alone: SolveAlone, *, time_limit_s: float
) -> ScenarioBests:
    """Solve every scenario alone where the measure is the regret, unless it brings the least losses along.

    Raises
    ------
    InfeasibleSitingError
        From ``solve_alone``.
    """
    count = len(probability)
    below, above = np.zeros(count), np.zeros(count)
    if measure.best is not None:
        below = above = np.array(measure.best)
    elif measure.name == "regret":
        ends = time.monotonic() + SHARE_OF_TIME * time_limit_s
        for s in range(count):
            share = max(ends - time.monotonic(), 0.0) / (count - s)
            try:
                alone = solve_alone(s, share)
                below[s], above[s] = alone.value if alone.proven else alone.bound, alone.value
            except NoIncumbentError as none:
                below[s], above[s] = max(none.bound, 0.0), np.inf
    return ScenarioBests(measure, probability, below, above)
