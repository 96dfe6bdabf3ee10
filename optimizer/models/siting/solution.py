"""A siting as it was found, with what is proven of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem

Floats = NDArray[np.float64]
Status = Literal["proven", "time_limit", "stopped"]
Progress = Callable[[float, float], None]
"""Told the best value and the bound while a model is solved."""

PROVEN_GAP = 1e-6
"""A gap of this share of the value is rounding, whatever the value is counted in."""


@dataclass(frozen=True)
class SitingSolution:
    """Open sites and who they serve; everything is minimised.

    Attributes
    ----------
    model : str
        Such as ``p-median``.
    problem : SitingProblem
    opened : (m,) bool
    value, bound : float
        What the siting reaches, and what none can be below.
    unit : str
        Of value and bound: ``person-minutes``, ``people``, ``minutes``, ``cny`` ….
    server : (K, n) int
        Site that serves a demand point in a scenario; -1 where none does.
    scenario_losses : (K,)
        The model's loss in every scenario; ``value`` is their measure.
    status : "proven", "time_limit" or "stopped"
        ``time_limit``: the bound does not meet the value.
    seconds : float
    """

    model: str
    problem: SitingProblem
    opened: Flags
    value: float
    bound: float
    unit: str
    server: NDArray[np.int64]
    scenario_losses: Floats
    status: Status
    seconds: float

    @property
    def gap(self) -> float:
        """Share of the value by which the bound lies below it; 0 where both are 0."""
        missing = max(self.value - self.bound, 0.0)
        return missing / abs(self.value) if missing > 0 and self.value else 0.0

    @property
    def proven(self) -> bool:
        """Whether no siting is better."""
        return self.status == "proven"

    @property
    def sites(self) -> tuple[str, ...]:
        """Ids of the open sites."""
        return tuple(self.problem.openings.ids[j] for j in np.flatnonzero(self.opened))

    @property
    def cost_cny(self) -> float:
        """Of the sites open and closed."""
        return self.problem.openings.cost(self.opened)

    @property
    def times_min(self) -> Floats:
        """(K, n) minutes from the serving site; infinite where none serves."""
        times = np.take_along_axis(self.problem.times_min, np.maximum(self.server, 0)[:, :, None], axis=2)[:, :, 0]
        return np.where(self.server < 0, np.inf, times)


def nearest_open(problem: SitingProblem, opened: Flags) -> NDArray[np.int64]:
    """(K, n) the open site that is nearest in every scenario; -1 where none reaches."""
    places = np.flatnonzero(opened)
    if not len(places):
        return np.full(problem.shape[:2], -1, dtype=np.int64)
    times = problem.times_min[:, :, places]
    near = times.argmin(axis=2)
    reached = np.isfinite(np.take_along_axis(times, near[:, :, None], axis=2)[:, :, 0])
    return np.where(reached, places[near], -1)


def status_of(value: float, bound: float, *, stopped: bool = False) -> Status:
    """Tell whether the bound proves the value; a value of 0 only by a bound of 0."""
    if value - bound <= PROVEN_GAP * abs(value):
        return "proven"
    return "stopped" if stopped else "time_limit"
