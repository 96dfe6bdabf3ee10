"""What open sites reach: minutes, coverage and mean times, reckoned from a case's times alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.siting.siting_case import SitingCase

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Reached:
    """Of K states and n places.

    Attributes
    ----------
    server : (K, n) int
        The nearest open site; -1 where none has a way.
    minutes : (K, n) float
        From it; infinite where none has a way.
    within : (K, n) bool
        Whether some open site arrives within its standard time.
    mean_min : (K,) float
        Mean by the weight that the model counts, of minutes up to the cut-off; NaN where nothing has weight.
    within_share : (K,) float
        Share of the weight that a rule judges that is within.
    """

    server: NDArray[np.int64]
    minutes: Floats
    within: Flags
    mean_min: Floats
    within_share: Floats

    def expected(self, column: Floats, probability: Floats) -> float:
        """Expectation over the states; a state in which nothing has weight is left out."""
        known = ~np.isnan(column)
        total = float(probability[known].sum())
        return float(column[known] @ probability[known] / total) if total > 0 else float("nan")


def reached(case: SitingCase, opened: Flags, server: NDArray[np.int64] | None = None) -> Reached:
    """Look at what the sites ``opened`` (m,) reach; ``server`` (K, n) where the model says who serves."""
    statement, problem = case.statement, case.problem
    places = np.flatnonzero(opened)
    shape = problem.times_min.shape[:2]
    if not len(places):
        nothing = np.full(shape, np.inf)
        return Reached(
            np.full(shape, -1), nothing, np.zeros(shape, dtype=bool), *_shares(case, nothing, np.zeros(shape, bool))
        )
    times = problem.times_min[:, :, places]
    nearest = times.argmin(axis=2)
    least = np.take_along_axis(times, nearest[:, :, None], axis=2)[:, :, 0]
    if server is None:
        server = np.where(np.isfinite(least), places[nearest], -1)
    minutes = np.take_along_axis(problem.times_min, np.maximum(server, 0)[:, :, None], axis=2)[:, :, 0]
    minutes = np.where(server < 0, np.inf, minutes)
    within = np.asarray((np.isfinite(times) & (times <= statement.limit_min[:, places])).any(axis=2))
    within &= statement.standard.judged
    return Reached(server, minutes, within, *_shares(case, minutes, within))


def _shares(case: SitingCase, minutes: Floats, within: Flags) -> tuple[Floats, Floats]:
    """Mean minutes and share within, of every state."""
    statement = case.statement
    weight, judged = case.problem.weight, statement.weight * statement.standard.judged
    counted = np.minimum(minutes, statement.standard.cut_off_min)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * counted).sum(axis=1) / weight.sum(axis=1)
        share = (judged * within).sum(axis=1) / judged.sum(axis=1)
    return np.asarray(mean), np.asarray(share)
