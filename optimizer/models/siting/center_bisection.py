"""The least longest time of one scenario, by bisection over all the values that it can have.

With v_1 < v_2 < … those values, some y ∈ Y with L(y) ≤ v_k is looked for (`cover_within`). Where there is one, L(y) is
the new value; where there is none, v_{k+1} is the new bound. Their ranges are halved until they meet (`bisection`).
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np

from optimizer.models.siting.bisection import Bracket
from optimizer.models.siting.cover_within import cover_within
from optimizer.models.siting.longest import Longest
from optimizer.models.siting.openings import Flags, Openings
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError
from optimizer.models.siting.solution import Progress

FIRST_S = 1.0
"""So long the first siting may be looked for even where the time is over: without one there is nothing to tell."""


@dataclass(frozen=True)
class Center:
    """The best openings found (m,), their value, what none can be below, and whether that is as near as was asked."""

    opened: Flags
    value: float
    bound: float
    good_enough: bool


def least_longest(
    longest: Longest,
    allowed: Openings,
    *,
    ends: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> Center:
    """Find the openings with the least longest time of a single scenario.

    Raises
    ------
    InfeasibleSitingError
    NoIncumbentError
    """
    levels = longest.levels(0)
    opened = _any(longest, allowed, levels, ends, threads)
    value = float(longest.of(opened)[0])
    bracket = Bracket(-1, int(np.searchsorted(levels, value)))
    while levels[bracket.no + 1] < value - gap * value and time.monotonic() < ends:
        level, share = bracket.ask()
        until = time.monotonic() + share * (ends - time.monotonic())
        try:
            found = cover_within(longest.covers(0, levels[level]), allowed, ends=until, threads=threads)
        except NoIncumbentError:
            bracket = bracket.told(level, None)
            continue
        if found is None:
            bracket = bracket.told(level, False)
        else:
            opened, value = found, float(longest.of(found)[0])
            bracket = bracket.told(int(np.searchsorted(levels, value)), True)
        if progress is not None:
            progress(value, float(levels[bracket.no + 1]))
    bound = min(float(levels[bracket.no + 1]), value)
    return Center(opened, value, bound, value - bound <= gap * value)


def _any(longest: Longest, allowed: Openings, levels: np.ndarray, ends: float, threads: int) -> Flags:
    """Some openings that reach everybody who must be reached."""
    if not len(levels):
        raise InfeasibleSitingError
    until = max(ends, time.monotonic() + FIRST_S)
    opened = cover_within(longest.covers(0, levels[-1]), allowed, ends=until, threads=threads)
    if opened is None:
        raise InfeasibleSitingError
    return opened
