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
    covering : (K, n) int
        Open sites that arrive within their standard time.
    within : (K, n) bool
        Whether some open site does.
    mean_min : (K,) float
        Mean by people and hazard of minutes up to the cut-off; NaN where nothing has weight.
    within_share : (K,) float
        Share of the weight that a rule judges that is within.
    """

    server: NDArray[np.int64]
    minutes: Floats
    covering: NDArray[np.int64]
    within: Flags
    mean_min: Floats
    within_share: Floats


def expected(column: Floats, probability: Floats) -> float:
    """Expectation over the states; a state in which nothing has weight is left out."""
    known = ~np.isnan(column)
    total = float(probability[known].sum())
    return float(column[known] @ probability[known] / total) if total > 0 else float("nan")


def reached(case: SitingCase, opened: Flags) -> Reached:
    """Look at what the sites ``opened`` (m,) reach, each place by the nearest of them."""
    statement, problem = case.statement, case.problem
    places = np.flatnonzero(opened)
    times = problem.times_min[:, :, places]
    if len(places):
        nearest = times.argmin(axis=2)
        minutes = np.take_along_axis(times, nearest[:, :, None], axis=2)[:, :, 0]
        server = np.where(np.isfinite(minutes), places[nearest], -1)
    else:
        minutes = np.full(times.shape[:2], np.inf)
        server = np.full(times.shape[:2], -1)
    arrives = np.isfinite(times) & (times <= statement.limit_min[:, places])
    covering = np.where(statement.standard.judged, arrives.sum(axis=2), 0)
    within = covering > 0
    weight, judged = statement.weight, statement.weight * statement.standard.judged
    counted = np.minimum(minutes, statement.standard.cut_off_min)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * counted).sum(axis=1) / weight.sum(axis=1)
        share = (judged * within).sum(axis=1) / judged.sum(axis=1)
    return Reached(server, np.asarray(minutes, dtype=float), covering, within, mean, share)
