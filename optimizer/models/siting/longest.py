"""The longest time of a siting: what the p-center makes least, by scenario.

    L_s(y) = max_{i: w_si > 0} min( t⁰, min_{j open} t_sij )

It is at most v where some open site of N_si(v) = { j : min(t⁰, t_sij) ≤ v } is open for every i that counts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Longest:
    """Times of the demand that counts, in each of K scenarios.

    Attributes
    ----------
    times_min : tuple of (r, m)
        Not above the cut-off.
    cut_off_min : float
        t⁰; infinite where everybody must be reached.
    """

    times_min: tuple[Floats, ...]
    cut_off_min: float

    def of(self, opened: Flags) -> Floats:
        """(K,) longest time where the sites ``opened`` (m,) are open; infinite where somebody is not reached."""
        least = (np.min(times, axis=1, where=opened, initial=self.cut_off_min) for times in self.times_min)
        return np.array([one.max() if len(one) else 0.0 for one in least])

    def covers(self, s: int, minutes: float) -> Flags:
        """(r, m) who reaches whom within ``minutes``; nobody is asked for where the cut-off is not later."""
        times = self.times_min[s]
        return times <= minutes if minutes < self.cut_off_min else np.zeros((0, times.shape[1]), dtype=bool)

    def levels(self, s: int) -> Floats:
        """Every value that L_s can have, rising."""
        times = self.times_min[s]
        if not len(times):
            return np.zeros(1)
        values = np.unique(times[np.isfinite(times)])
        # Nobody is reached sooner than from the nearest of all sites.
        values = values[values >= times.min(axis=1).max()]
        return np.append(values, self.cut_off_min) if np.isfinite(self.cut_off_min) else values

    def together(self) -> Longest:
        """The demand of all scenarios as that of one: its longest time is the worst of theirs."""
        return replace(self, times_min=(np.concatenate(self.times_min),))

    def alone(self, s: int) -> Longest:
        """One scenario."""
        return replace(self, times_min=(self.times_min[s],))


def longest_of(problem: SitingProblem) -> Longest:
    """Take the demand with weight."""
    cut_off = np.inf if problem.cut_off_min is None else problem.cut_off_min
    each = tuple(
        np.minimum(np.asarray(times[weight > 0], dtype=np.float64), cut_off)
        for times, weight in zip(problem.times_min, problem.weight, strict=True)
    )
    return Longest(each, cut_off)
