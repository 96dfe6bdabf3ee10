"""What open sites reach: minutes, coverage and mean times, reckoned from a case's times alone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

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
    minutes : (K, n) float
        From the nearest open site; infinite where none has a way.
    covering : (K, n) int
        Open sites that arrive within their standard time.
    within : (K, n) bool
        Whether some open site does.
    mean_min : (K,) float
        Mean by people and hazard of minutes up to the cut-off; NaN where nothing has weight.
    within_share : (K,) float
        Share of the weight that a rule judges that is within.
    """

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
    times = problem.times_min[:, :, opened]
    minutes = np.min(times, axis=2, initial=np.inf)
    arrives = np.isfinite(times) & (times <= statement.limit_min[:, opened])
    return _means(case, minutes, arrives.sum(axis=2))


def flipped(case: SitingCase, opened: Flags, found: Reached, site: int) -> Reached:
    """Look at what is reached if ``site`` closes, or opens besides; ``found`` is what ``opened`` (m,) reach."""
    if opened[site]:
        return reached(case, opened & (np.arange(len(opened)) != site))
    times = case.problem.times_min[:, :, site]
    arrives = np.isfinite(times) & (times <= case.statement.limit_min[:, site])
    return _means(case, np.minimum(found.minutes, times), found.covering + arrives)


def _means(case: SitingCase, minutes: NDArray[np.floating[Any]], arriving: NDArray[np.int64]) -> Reached:
    """Put together what (K, n) minutes and numbers of sites that arrive in time come to."""
    statement = case.statement
    covering = np.where(statement.standard.judged, arriving, 0)
    within = covering > 0
    weight, judged = statement.weight, statement.weight * statement.standard.judged
    counted = np.minimum(minutes, statement.standard.cut_off_min)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weight * counted).sum(axis=1) / weight.sum(axis=1)
        share = (judged * within).sum(axis=1) / judged.sum(axis=1)
    return Reached(np.asarray(minutes, dtype=float), covering, within, mean, share)


def serving(case: SitingCase, opened: Flags) -> NDArray[np.int64]:
    """(K, n) which of the sites ``opened`` (m,) serves each place; -1 where none has a way.

    The nearest, which is the nearest of those that count for the place where standard times decide; where none of
    these has a way, whoever comes first is named all the same.
    """
    statement, sites = case.statement, np.flatnonzero(opened)
    times: Floats = case.problem.times_min[:, :, sites].astype(float)
    server = _nearest(times, sites)
    if not statement.traits.by_standard:
        return server
    counting = _nearest(np.where(statement.counts[:, sites], times, np.inf), sites)
    return np.where(counting < 0, server, counting)


def _nearest(times_min: Floats, sites: NDArray[np.int64]) -> NDArray[np.int64]:
    """(K, n) which of ``sites`` (k,) is at the least of (K, n, k) minutes; -1 where all are infinite."""
    if not len(sites):
        return np.full(times_min.shape[:2], -1)
    return np.where(np.isfinite(times_min.min(axis=2)), sites[times_min.argmin(axis=2)], -1)
