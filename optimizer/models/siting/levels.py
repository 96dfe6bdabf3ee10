"""Three nested levels as they are given: who may have which level, and who may supply whom in what time.

The notation is that of `optimizer.models.siting.nested_levels`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.faults import Finding, faults_of, unserved_faults
from optimizer.models.siting.openings import Openings
from optimizer.models.siting.problem import SitingProblem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

LEVELS = ("village", "town", "district")


@dataclass(frozen=True)
class NestedLevels:
    """What is given of levels beyond a siting problem.

    Attributes
    ----------
    openings : (Openings, Openings, Openings)
        Y_ℓ of village, town and district level, over the sites of the problem. ``fixed``, ``forbidden``, ``number``,
        ``budget`` and costs are those of sites of just this level; a group counts sites of this level or above.
    supply_min : (2, m, m) or (K, 2, m, m)
        a¹ and a²: [0, j, k] minutes from k, of town level or above, to the village depot j; [1, k, l] minutes from
        the district depot l to the town depot k. Infinite where there is no way. The diagonals count for nothing.
    supply_weight : float
        λ, at least 0.
    supply_limit_min : (2,), optional
        A¹ and A².
    supply_cut_off_min : float, optional
        a⁰.
    budget : float, optional
        CNY for all: what the openings of the problem and of the three levels cost together.
    """

    openings: tuple[Openings, Openings, Openings]
    supply_min: NDArray[np.floating[Any]]
    supply_weight: float
    supply_limit_min: tuple[float, float] | None = None
    supply_cut_off_min: float | None = None
    budget: float | None = None

    def supply(self, scenarios: int) -> NDArray[np.floating[Any]]:
        """(K, 2, m, m) minutes of supply, those of all scenarios where only one is given."""
        each = self.supply_min if self.supply_min.ndim == 4 else self.supply_min[None]
        return np.broadcast_to(each, (scenarios, *each.shape[1:]))

    def in_scenario(self, s: int) -> NestedLevels:
        """The levels in one scenario alone."""
        return self if self.supply_min.ndim == 3 else replace(self, supply_min=self.supply_min[s : s + 1])


@dataclass(frozen=True)
class UsableTimes:
    """Times of whatever may serve and supply; infinite where that is nobody's business.

    Attributes
    ----------
    may : (3, m) bool
        Whether a site may have just this level.
    times_min : (K, n, m)
    supply_min : (K, 2, m, m)
    bound_to_standard : (K, n) bool
        Demand with weight that some site may serve within the standard time, so that one must.
    must_be_served : (K, n) bool
        That, and other demand with weight where nothing says what it counts if nobody serves it.
    may_be_left : (K, n) bool
        Other demand, where t⁰ says what it counts at most.
    beyond_standard : (K, n) bool
        Demand with weight for which there is a standard time that no site can keep.
    """

    may: Flags
    times_min: Floats
    supply_min: Floats
    bound_to_standard: Flags
    must_be_served: Flags
    may_be_left: Flags
    beyond_standard: Flags


def usable_times(problem: SitingProblem, levels: NestedLevels) -> UsableTimes:
    """Leave out what may not have the level, and what lies beyond a standard that another site may keep."""
    may = np.stack([~one.forbidden & ~problem.openings.forbidden for one in levels.openings])
    fixed = np.stack([one.fixed for one in levels.openings])
    may &= fixed | ~fixed.any(axis=0)
    times = np.where(may.any(axis=0), problem.times_min, np.inf)
    within = np.zeros(times.shape, dtype=bool)
    if problem.limit_min is not None:
        within = np.isfinite(times) & (times <= problem.limit_min)
    weighted = problem.weight > 0
    bound: Flags = np.asarray(within.any(axis=2)) & weighted
    times[bound[:, :, None] & ~within] = np.inf
    supply = np.stack([_usable_supply(levels, stage, may, problem.shape[0]) for stage in (0, 1)], axis=1)
    may_be_left = ~bound if problem.cut_off_min is not None else np.zeros_like(bound)
    beyond = ~bound & weighted if problem.limit_min is not None else np.zeros_like(bound)
    return UsableTimes(may, times, supply, bound, ~may_be_left & weighted, may_be_left, beyond)


def _usable_supply(levels: NestedLevels, stage: int, may: Flags, scenarios: int) -> Floats:
    """(K, m, m) minutes of supply to sites of level ``stage + 1`` from those above."""
    meant = may[stage][:, None] & may[stage + 1 :].any(axis=0) & ~np.eye(may.shape[1], dtype=bool)
    times = np.where(meant, levels.supply(scenarios)[:, stage], np.inf)
    if levels.supply_limit_min is not None:
        within = np.isfinite(times) & (times <= levels.supply_limit_min[stage])
        times[within.any(axis=2, keepdims=True) & ~within] = np.inf
    return times


def level_faults(problem: SitingProblem, levels: NestedLevels) -> list[Finding]:
    """Everything that makes no sense about the levels; who can be served is looked at once all else is sound."""
    return [*_opening_faults(problem, levels), *_supply_faults(problem, levels)] or list(_reach_faults(problem, levels))


def _opening_faults(problem: SitingProblem, levels: NestedLevels) -> Iterator[Finding]:
    sizes = [one.size for one in levels.openings]
    if sizes != [problem.shape[2]] * len(LEVELS):
        yield Finding("wrong_shape", {"of": "level openings", "shape": sizes, "wanted": problem.shape[2]})
        return
    for name, one in zip(LEVELS, levels.openings, strict=True):
        # With a time for the cut off nothing but the openings can be at fault: the rest was looked at already.
        for finding in faults_of(replace(problem, openings=one, cut_off_min=problem.cut_off_min or 0.0)):
            # A level that few sites may have is no mistake.
            if finding.what != "number_above_sites":
                yield Finding(finding.what, {"level": name, **finding.values})
    fixed = np.stack([one.fixed for one in levels.openings])
    ids = np.array(problem.openings.ids)
    for what, wrong in (
        ("fixed_at_two_levels", fixed.sum(axis=0) > 1),
        ("fixed_and_forbidden", fixed.any(axis=0) & problem.openings.forbidden),
        ("no_level_allowed", problem.openings.fixed & np.all([one.forbidden for one in levels.openings], axis=0)),
    ):
        if wrong.any():
            yield Finding(what, {"where": "; ".join(ids[wrong][:5])})
    if levels.budget is not None and not (np.isfinite(levels.budget) and levels.budget >= 0):
        yield Finding("money_not_positive", {"budget": levels.budget})


def _supply_faults(problem: SitingProblem, levels: NestedLevels) -> Iterator[Finding]:
    scenarios, _, sites = problem.shape
    wanted = (2, sites, sites)
    if levels.supply_min.shape not in (wanted, (scenarios, *wanted)):
        yield Finding("wrong_shape", {"of": "supply_min", "shape": levels.supply_min.shape, "wanted": wanted})
    else:
        apart = ~np.eye(sites, dtype=bool)
        for what, found in (
            ("time_not_a_number", np.isnan(levels.supply_min)),
            ("negative_time", levels.supply_min < 0),
        ):
            places = np.argwhere(found & apart)
            if len(places):
                ids = problem.openings.ids
                told = [f"{ids[j]} ← {ids[k]} (supply of {LEVELS[stage]} level)" for *_, stage, j, k in places[:5]]
                yield Finding(what, {"count": len(places), "where": "; ".join(told)})
    limits = levels.supply_limit_min
    if limits is not None and not (len(limits) == 2 and all(one >= 0 for one in limits)):
        yield Finding("limit_not_positive", {"supply": limits})
    if not (np.isfinite(levels.supply_weight) and levels.supply_weight >= 0):
        yield Finding("supply_weight_not_positive", {"supply_weight": levels.supply_weight})
    cut_off = levels.supply_cut_off_min
    if cut_off is not None and not (np.isfinite(cut_off) and cut_off >= 0):
        yield Finding("cut_off_not_positive", {"supply minutes": cut_off})


def _reach_faults(problem: SitingProblem, levels: NestedLevels) -> Iterator[Finding]:
    usable = usable_times(problem, levels)
    served = np.asarray(np.isfinite(usable.times_min).any(axis=2))
    yield from unserved_faults(problem, "unreachable", served | ~usable.must_be_served)
