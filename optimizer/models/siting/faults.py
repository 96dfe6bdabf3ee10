"""What can be wrong with a siting problem: every fault found, each with an example by id."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from optimizer.models.siting.problem import SitingProblem

AT_ONCE = 4_000_000
"""So many times are looked at together, so that looking costs no second matrix."""
TOLD = 5
"""So many examples of one fault are named."""


@dataclass(frozen=True)
class Finding:
    """One thing wrong with a problem.

    Attributes
    ----------
    what : str
        Name of the fault, such as ``negative_time``.
    values : dict
        Numbers and ids that tell it; of many ids the first few.
    ids : tuple of str
        All demand that nothing reaches, where that is the fault.
    """

    what: str
    values: dict[str, Any]
    ids: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = ", ".join(f"{name} {value}" for name, value in self.values.items())
        return f"{self.what.replace('_', ' ')}: {told}"


class InvalidSitingError(ValueError):
    """A problem that makes no sense.

    Attributes
    ----------
    findings : tuple of Finding
    """

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__("; ".join(str(finding) for finding in findings))
        self.findings = tuple(findings)


def faults_of(problem: SitingProblem) -> list[Finding]:
    """Look for everything that makes no sense; reach is looked at once all else is sound."""
    faults = [*_time_faults(problem), *_weight_faults(problem), *_limit_faults(problem), *_opening_faults(problem)]
    return faults or list(_reach_faults(problem))


def _examples(problem: SitingProblem, places: NDArray[np.int64]) -> dict[str, Any]:
    """Name the first few of (k, 3) places scenario, demand, site."""
    told = [
        f"{problem.demand_ids[i]} ← {problem.openings.ids[j]} ({problem.scenario_ids[s]})" for s, i, j in places[:TOLD]
    ]
    return {"count": len(places), "where": "; ".join(told)}


def _time_faults(problem: SitingProblem) -> Iterator[Finding]:
    scenarios, demand, sites = problem.shape
    step = max(1, AT_ONCE // sites)
    wrong: dict[str, list[NDArray[np.int64]]] = {"time_not_a_number": [], "negative_time": []}
    for s in range(scenarios):
        for start in range(0, demand, step):
            block = problem.times_min[s, start : start + step]
            if not np.isnan(block.min()) and block.min() >= 0:
                continue
            for what, found in (("time_not_a_number", np.isnan(block)), ("negative_time", block < 0)):
                places = np.argwhere(found)
                wrong[what].append(np.column_stack([np.full(len(places), s), places[:, 0] + start, places[:, 1]]))
    for what, blocks in wrong.items():
        if any(len(places) for places in blocks):
            yield Finding(what, _examples(problem, np.concatenate(blocks)))


def _weight_faults(problem: SitingProblem) -> Iterator[Finding]:
    bad = np.argwhere(~(np.isfinite(problem.weight) & (problem.weight >= 0)))
    if len(bad):
        told = [f"{problem.demand_ids[i]} ({problem.scenario_ids[s]})" for s, i in bad[:TOLD]]
        yield Finding("weight_not_positive", {"count": len(bad), "where": "; ".join(told)})
    if not (np.isfinite(problem.probability) & (problem.probability > 0)).all():
        yield Finding("probability_not_positive", {"where": _named(problem.scenario_ids, ~(problem.probability > 0))})
    if not 0 <= problem.measure.level < 1:
        yield Finding("level_outside", {"level": problem.measure.level})


def _limit_faults(problem: SitingProblem) -> Iterator[Finding]:
    if problem.limit_min is not None:
        bad = np.asarray(~((problem.limit_min >= 0) | np.isneginf(problem.limit_min)).all(axis=1))
        if bad.any():
            yield Finding("limit_not_positive", {"where": _named(problem.demand_ids, bad)})
    if problem.cut_off_min is not None and not (np.isfinite(problem.cut_off_min) and problem.cut_off_min >= 0):
        yield Finding("cut_off_not_positive", {"minutes": problem.cut_off_min})


def _opening_faults(problem: SitingProblem) -> Iterator[Finding]:
    allowed = problem.openings
    sites = problem.shape[2]
    if allowed.size != sites:
        yield Finding("wrong_shape", {"of": "openings", "shape": (allowed.size,), "wanted": sites})
        return
    for name, ids in (("site", allowed.ids), ("demand", problem.demand_ids), ("scenario", problem.scenario_ids)):
        twice = sorted({one for one in ids if ids.count(one) > 1}) if len(set(ids)) < len(ids) else []
        if twice:
            yield Finding("id_twice", {"of": name, "where": "; ".join(twice[:TOLD])})
    both = allowed.fixed & allowed.forbidden
    if both.any():
        yield Finding("fixed_and_forbidden", {"where": _named(allowed.ids, both)})
    usable = int((~allowed.forbidden & allowed.counted).sum())
    if allowed.number is not None and allowed.number < 0:
        yield Finding("negative_number", {"number": allowed.number})
    if allowed.number is not None and allowed.number > usable:
        yield Finding("number_above_sites", {"number": allowed.number, "sites": usable})
    money = np.concatenate([allowed.open_cost, allowed.close_cost, [allowed.budget or 0.0]])
    if not (np.isfinite(money) & (money >= 0)).all():
        yield Finding("money_not_positive", {"where": _named(allowed.ids, ~_sound_costs(problem)) or allowed.budget})


def _sound_costs(problem: SitingProblem) -> NDArray[np.bool_]:
    """(m,) sites whose costs are numbers of at least 0."""
    costs = np.stack([problem.openings.open_cost, problem.openings.close_cost])
    return np.asarray((np.isfinite(costs) & (costs >= 0)).all(axis=0))


def _reach_faults(problem: SitingProblem) -> Iterator[Finding]:
    """Demand with weight that no allowed site reaches in some scenario, where nothing says what that counts."""
    if problem.cut_off_min is not None:
        return
    allowed = ~problem.openings.forbidden
    if not allowed.any():
        yield Finding("no_site_allowed", {"sites": problem.openings.size})
        return
    reached = np.isfinite(np.min(problem.times_min, axis=2, where=allowed, initial=np.inf))
    yield from unserved_faults(problem, "unreachable", reached)


def unserved_faults(problem: SitingProblem, what: str, served: NDArray[np.bool_]) -> Iterator[Finding]:
    """Demand with weight that must be served, and that no allowed site can serve: all of it but (K, n) ``served``."""
    cut = np.argwhere(~served & (problem.weight > 0))
    if len(cut):
        told = [f"{problem.demand_ids[i]} ({problem.scenario_ids[s]})" for s, i in cut[:TOLD]]
        ids = tuple(problem.demand_ids[i] for i in np.unique(cut[:, 1]))
        yield Finding(what, {"count": len(cut), "where": "; ".join(told)}, ids)


def _named(ids: Sequence[str], chosen: NDArray[np.bool_]) -> str:
    return "; ".join(ids[place] for place in np.flatnonzero(chosen)[:TOLD])
