"""spopt's location models on the same matrices, solved by either of its free solvers through PuLP.

PuLP calls what it holds at a time limit "Optimal": only ``sol_status`` tells whether that is so. Both solvers get the
whole time by the clock; the second is cut off once it can no longer be the faster. Peak memory is that of Python, CBC's
own process is not counted in.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from benchmarks.instances import Instance
from benchmarks.row import Measured, Unfinished, within
from benchmarks.siting_cases import Case

PEERS = ("HiGHS", "CBC")

LOADING_S = 30.0
"""So much more by the clock is left for starting Python and reading the instance."""

SLOWER = 1.5
"""A second solver that takes so many times the seconds of the first will not be the faster."""


@dataclass(frozen=True)
class PeerSiting:
    """CPU seconds of building and solving, whether the solver calls its answer optimal, 1-based sites."""

    seconds: float
    optimal: bool
    sites: tuple[int, ...]
    value: float


PeerRun = Measured[PeerSiting] | Unfinished


def peer_runs(case: Case, names: tuple[str, ...], limit_s: float) -> dict[str, PeerRun]:
    """Let each solver work on ``case``, the fastest one that finished first."""
    runs: dict[str, PeerRun] = {}
    for name in names:
        finished = [run.seconds for run in runs.values() if is_finished(run)]
        most = min([limit_s, *(max(LOADING_S, SLOWER * seconds) for seconds in finished)])
        runs[name] = within(most + LOADING_S, spopt_siting, case, name, most, most_mb=_half_of_memory_mb())
    return dict(sorted(runs.items(), key=lambda one: _seconds(one[1])))


def is_finished(run: PeerRun) -> bool:
    """Whether there is an answer that is called optimal."""
    return isinstance(run, Measured) and run.answer.optimal


def _seconds(run: PeerRun) -> float:
    return run.answer.seconds if isinstance(run, Measured) and run.answer.optimal else float("inf")


def _half_of_memory_mb() -> float:
    """A peer that takes more is ended, before the machine is."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**21


def spopt_siting(case: Case, name: str, limit_s: float) -> PeerSiting:
    """Solve by spopt; the seconds are of building the model and solving it."""
    import pulp

    instance = case.read()
    build = _builder(case.model)
    options: dict[str, Any] = {"msg": False, "timeLimit": limit_s, "threads": 1}
    solver = pulp.HiGHS(**options) if name == "HiGHS" else pulp.PULP_CBC_CMD(**options)
    began = _cpu_seconds()
    model = build(instance)
    model.solve(solver, results=False)
    seconds = _cpu_seconds() - began
    sites = tuple(j + 1 for j, opened in enumerate(model.fac_vars) if (opened.value() or 0.0) > 0.5)
    optimal = model.problem.sol_status == pulp.LpSolutionOptimal
    return PeerSiting(seconds, optimal, sites, value_of(instance, sites))


def _builder(name: str) -> Callable[[Instance], Any]:
    """How spopt states a model; importing it takes seconds, which are not counted in."""
    from spopt.locate import LSCP, MCLP, PCenter, PMedian

    builders: dict[str, Callable[[Instance], Any]] = {
        "p-median": lambda one: PMedian.from_cost_matrix(one.times, one.weight, one.number),
        "p-center": lambda one: PCenter.from_cost_matrix(one.times, one.number),
        "maximal-covering": lambda one: MCLP.from_cost_matrix(one.times, one.weight, one.radius, one.number),
        "set-covering": lambda one: LSCP.from_cost_matrix(one.times, one.radius),
    }
    return builders[name]


STATED = ("p-median", "p-center", "maximal-covering", "set-covering")
"""spopt has no capacitated location with fixed costs."""


def value_of(instance: Instance, sites: tuple[int, ...]) -> float:
    """What 1-based ``sites`` reach: weighted time, longest time, weight covered or number; infinite where it fails."""
    if not sites:
        return float("inf")
    nearest = instance.times[:, np.array(sites) - 1].min(axis=1)
    if instance.model == "p-median":
        return float(instance.weight @ nearest)
    if instance.model == "p-center":
        return float(nearest.max())
    covered = nearest <= (instance.radius or 0.0)
    if instance.model == "maximal-covering":
        return float(instance.weight[covered].sum())
    return float(len(sites)) if covered.all() else float("inf")


def _cpu_seconds() -> float:
    """CPU seconds of this process and of those that it waited for: CBC runs in one of its own."""
    return sum(os.times()[:4])
