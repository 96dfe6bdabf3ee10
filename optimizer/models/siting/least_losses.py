"""The least measure of losses by the method that suits the openings allowed."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.aim import Aim
from optimizer.models.siting.losses import AT_ONCE, Losses
from optimizer.models.siting.median_tree import Median, Served, solve_median
from optimizer.models.siting.openings import Openings
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import InfeasibleSitingError
from optimizer.models.siting.radius import Sited, minimise_losses
from optimizer.models.siting.solution import Progress

Floats = NDArray[np.float64]

BRANCHES = 200
"""After so many branches Lagrangian bounds give way to the radius formulation over the sites that are left."""
SAMPLE, SAMPLE_S = 1_000_000, 0.1
"""Costs looked at, and seconds, where the time does not suffice to look at all."""


def least_losses(
    losses: Losses,
    problem: SitingProblem,
    *,
    time_limit_s: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> Sited:
    """Find openings with the least measure of ``losses`` over the problem's scenarios.

    Raises
    ------
    InfeasibleSitingError
    """
    deadline = time.monotonic() + time_limit_s

    def left() -> float:
        return max(deadline - time.monotonic(), 0.1)

    allowed, start, best, uncertain, bound = problem.openings, None, None, 0.0, -np.inf
    if problem.measure.best is not None:
        best = np.array(problem.measure.best)
    elif problem.measure.name == "regret":
        alone = least_in_each(losses, problem, time_limit_s=left() / 2, threads=threads)
        best = np.array([found.bound if found.stopped else found.value for found in alone])
        uncertain = max(found.value - found.bound if found.stopped else 0.0 for found in alone)
    if problem.measure.name == "expected" and allowed.counts_alone and _ends_finite(losses):
        median = median_of(losses, problem, deadline)
        if median is None:
            return _of_a_sample(losses, problem)
        proven = solve_median(median, branches=BRANCHES, time_limit_s=left(), gap=gap, progress=progress)
        if not proven.stopped or time.monotonic() > deadline:
            return Sited(proven.opened, proven.value, proven.bound, stopped=proven.stopped)
        allowed, start, bound = allowed.holding(closed=~proven.possible), proven.opened, proven.bound
    found = minimise_losses(
        Aim(losses, problem.measure, problem.probability, best),
        allowed,
        time_limit_s=left(),
        threads=threads,
        gap=gap,
        start=start,
        progress=progress,
    )
    # A regret held against bounds is not below the true one, but it may be above it by what the bounds leave open.
    if uncertain:
        return replace(found, bound=max(found.bound - uncertain, 0.0))
    return replace(found, bound=min(max(found.bound, bound), found.value))


def least_in_each(losses: Losses, problem: SitingProblem, *, time_limit_s: float, threads: int = 1) -> list[Sited]:
    """Find the best openings for every scenario as if it were sure."""
    scenarios = problem.shape[0]
    return [
        least_losses(
            losses.in_scenario(s), problem.in_scenario(s), time_limit_s=time_limit_s / scenarios, threads=threads
        )
        for s in range(scenarios)
    ]


def median_of(losses: Losses, problem: SitingProblem, deadline: float) -> Median | None:
    """Expected losses as one cost a profile; None where the time was over before all were ranked."""
    expected = np.asarray(problem.probability @ losses.weight)
    unserved = np.where(expected > 0, losses.unserved * expected, 0.0)
    parts: list[Served] = []
    at_once = max(1, AT_ONCE // losses.profile.shape[1])
    for start in range(0, len(expected), at_once):
        if time.monotonic() > deadline:
            return None
        some = slice(start, start + at_once)
        parts.append(_served(losses.profile[some] * expected[some, None], unserved[some]))
    return median_of_rows(Served.together(parts), unserved, problem.openings)


def _of_a_sample(losses: Losses, problem: SitingProblem) -> Sited:
    """What serves a sample of the profiles well, and the bound that every profile has its nearest site."""
    step = -(-losses.profile.size // SAMPLE)
    median = median_of(losses.every(step), problem, np.inf)
    assert median is not None
    opened = solve_median(median, branches=1, time_limit_s=SAMPLE_S).opened
    value, bound = (float(problem.probability @ losses.of(one)) for one in (opened, ~problem.openings.forbidden))
    return Sited(opened, value, bound, stopped=True)


def median_of_rows(served: Served, unserved: Floats, allowed: Openings) -> Median:
    """Rows with the number of sites that may be open; those that do not count against it are open.

    Raises
    ------
    InfeasibleSitingError
        More sites are fixed than may be open.
    """
    fixed = allowed.fixed | (~allowed.counted & ~allowed.forbidden)
    number = int((~allowed.forbidden).sum()) if allowed.number is None else allowed.number
    if int((allowed.fixed & allowed.counted).sum()) > number:
        raise InfeasibleSitingError
    free_of_count = int((fixed & ~allowed.counted).sum())
    return Median(served, unserved, fixed, allowed.forbidden, number + free_of_count)


def _served(cost: Floats, unserved: Floats) -> Served:
    """Rank the sites of every row by their (R, m) cost, as far as that is below being ``unserved`` (R,)."""
    order = np.argsort(cost, axis=1, kind="stable")
    ranked = np.take_along_axis(cost, order, axis=1)
    serves = ranked < unserved[:, None]
    first = np.concatenate([[0], np.cumsum(serves.sum(axis=1))])
    return Served(first, order[serves].astype(np.int32), ranked[serves])


def _ends_finite(losses: Losses) -> bool:
    """Whether no openings lose infinitely much, but for opening nothing."""
    return bool((np.isfinite(losses.unserved) | np.isfinite(losses.profile).all(axis=1)).all())
