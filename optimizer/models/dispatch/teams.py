"""Dispatch of teams: who goes where first, so that what matters most is served, in time, and soon.

Sets and parameters are those of `optimizer.models.dispatch.teams_problem`.

Variables
    u_j ∈ {0, 1}            unserved             j is left                                    (`task_start_min` NaN)
    y_tj ∈ {0, 1}           manned               t works on j
    z_tjk ∈ {0, 1}                               t goes from j (0: where it is now) to k next
    a_tj ≥ 0                arrival_min          t is at j (min)
    s_j ∈ [0, H]            task_start_min       j starts (min)

lex min   Σ_j w_j u_j                                                                   unserved    (weight)
          Σ_{j: u_j = 0} ℓ_j(s_j) + Σ_tj c_tj y_tj                                      lateness    (weight)
          Σ_{j: u_j = 0} w_j s_j + Σ_{t: Σ_j y_tj > 0} f_t                              arrival     (weight × min)

  people        Σ_t n_t y_tj ≥ N_j (1 − u_j), y_tj ≤ a_tj                  and no team of j could be spared there
  path          z_t0k, z_tjk are a path from 0 through all k with y_tk = 1
  first         a_tk ≥ r_tk                                                where z_t0k = 1
  onward        a_tk ≥ max(s_j + p_j, o_tjk) + τ_tjk                       where z_tjk = 1
  joint         s_j ≥ a_tj                                                 where y_tj = 1
  held back     Σ_{t ∈ T_g} n_t (1 − max_j y_tj) ≥ h_g

(in people, a_tj is the skill, ``able``). The search (`team_search`) finds schedules, Lagrangian bounds (`team_bound`)
say how far off the best can be: for unserved weight, and for lateness among all schedules that leave no more than the
one found. The bounds leave held-back people out, which makes them no less valid. Arrival is bounded task by task only.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from functools import cache
from typing import Literal

import numpy as np
import pandas as pd

from optimizer.models.dispatch.team_bound import bound_arrival, bound_lateness, bound_unserved, compile_bounds, isolate
from optimizer.models.dispatch.team_schedule import ARRIVAL, LATENESS, UNSERVED, arrays_of, arrivals
from optimizer.models.dispatch.team_search import search
from optimizer.models.dispatch.teams_problem import Bools, Floats, TeamsProblem

Status = Literal["proven", "within_gap", "time_limit", "stalled"]

EXACT = 1e-6
"""A gap up to this share of the total weight is none."""
STEPS_A_TASK, STEPS = 8000, 1e6
"""Steps of the search: so many a task, but no more than so many over the root of the tasks: a step costs more then."""
SEARCH_SHARE = 0.5
"""Of the time limit, for the search; the bound has the rest."""
UNSERVED_SHARE = 0.4
"""Of the time left to the bounds, for that of the unserved weight."""


@dataclass(frozen=True)
class Layer:
    """One layer of what is lost: its value, what it cannot be below, and of what its gap is a share."""

    name: str
    value: float
    bound: float
    whole: float

    @property
    def gap(self) -> float:
        """What the value may be above its best; of the total weight, for arrival of the value."""
        return (self.value - self.bound) / self.whole if self.value > self.bound else 0.0


@dataclass(frozen=True, eq=False)
class TeamsSolution:
    """Who goes where, and how good that is.

    Parameters
    ----------
    manned : (T, J) bool
    arrival_min : (T, J)
        NaN where a team is not sent.
    task_start_min, task_finish_min : (J,)
        NaN where unserved.
    unserved, lateness, arrival : float
        The layers: weight, weight (changes included), weight × min.
    unserved_bound, lateness_bound, arrival_bound : float
        No schedule is below; for lateness and arrival, none that leaves no more unserved.
    gap : float
        What unserved weight and lateness may be above their best, as a share of the total weight.
    status : str
        "proven": the first two layers are the least there are; "within_gap": off by no more than was allowed;
        "time_limit": neither, when time was over; "stalled": neither, though search and bounds went as far as they go.
    """

    problem: TeamsProblem
    manned: Bools
    arrival_min: Floats
    task_start_min: Floats
    task_finish_min: Floats
    unserved: float
    lateness: float
    arrival: float
    unserved_bound: float
    lateness_bound: float
    arrival_bound: float
    gap: float
    status: Status
    seconds: float

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers with their bounds, the first first."""
        return (
            Layer("unserved", self.unserved, self.unserved_bound, self.problem.total_weight),
            Layer("lateness", self.lateness, self.lateness_bound, self.problem.total_weight),
            Layer("arrival", self.arrival, self.arrival_bound, self.arrival),
        )

    @property
    def asked_ids(self) -> tuple[str, ...]:
        """Teams sent that must be asked for."""
        asked = (self.problem.asking > 0) & self.manned.any(axis=1)
        return tuple(self.problem.team_ids[t] for t in np.flatnonzero(asked))

    @property
    def unserved_ids(self) -> tuple[str, ...]:
        """Tasks that nobody starts by the horizon."""
        return tuple(self.problem.task_ids[j] for j in np.flatnonzero(np.isnan(self.task_start_min)))

    def to_frame(self) -> pd.DataFrame:
        """A row for each team on each task, by start: task, team, arrival, start and finish (min)."""
        tasks, teams = np.nonzero(self.manned.T)
        frame = pd.DataFrame(
            {
                "task": [self.problem.task_ids[j] for j in tasks],
                "team": [self.problem.team_ids[t] for t in teams],
                "arrival_min": self.arrival_min[teams, tasks],
                "start_min": self.task_start_min[tasks],
                "finish_min": self.task_finish_min[tasks],
            }
        )
        return frame.sort_values(["start_min", "task", "team"], ignore_index=True)


def dispatch_teams(problem: TeamsProblem, time_limit_s: float, seed: int, gap: float = 0.0) -> TeamsSolution:
    """Send the teams.

    Parameters
    ----------
    time_limit_s : float
        For search and bound together; the best found so far comes back with its bound.
    seed : int
        The same seed finds the same, unless time cuts the search short.
    gap : float
        Share of the total weight at which the bound is good enough; 0: raise it as far as it goes.
    """
    compile_kernels()
    began = time.monotonic()
    arrays, tasks = arrays_of(problem), len(problem.task_ids)
    found = search(
        arrays, seed=seed, deadline_s=began + SEARCH_SHARE * time_limit_s,
        steps=int(min(STEPS_A_TASK * tasks, STEPS / np.sqrt(tasks))),
    )  # fmt: skip
    unserved, lateness, arrival = (float(found.loss[layer]) for layer in (UNSERVED, LATENESS, ARRIVAL))
    weight, isolated = problem.total_weight, isolate(problem)
    margin = max(gap, EXACT) * weight
    left = began + time_limit_s - time.monotonic()
    least_unserved = bound_unserved(
        problem, isolated, unserved, enough=unserved - EXACT * weight,
        deadline_s=time.monotonic() + UNSERVED_SHARE * left,
    )  # fmt: skip
    least_lateness = bound_lateness(
        problem, isolated, unserved, lateness, deadline_s=began + time_limit_s,
        enough=lateness - max(margin - (unserved - least_unserved.value), EXACT * weight),
    )  # fmt: skip
    off = (unserved - least_unserved.value + lateness - least_lateness.value) / weight
    is_over = found.cut_short or least_unserved.cut_short or least_lateness.cut_short
    start = np.where(np.isfinite(found.schedule.start), found.schedule.start, np.nan)
    arrival_min = np.ascontiguousarray(arrivals(arrays, found.order, found.schedule).T)
    return TeamsSolution(
        problem=problem,
        manned=~np.isnan(arrival_min),
        arrival_min=arrival_min,
        task_start_min=start,
        task_finish_min=start + problem.work_min,
        unserved=unserved,
        lateness=lateness,
        arrival=arrival,
        unserved_bound=least_unserved.value,
        lateness_bound=least_lateness.value,
        arrival_bound=min(bound_arrival(problem, isolated, unserved), arrival),
        gap=off,
        status=_status(off, gap, is_over),
        seconds=time.monotonic() - began,
    )


def _status(off: float, gap: float, is_over: bool) -> Status:
    if off <= 2 * EXACT:
        return "proven"
    if off <= gap:
        return "within_gap"
    return "time_limit" if is_over else "stalled"


@cache
def compile_kernels() -> None:
    """Have numba compile the search and the bounds, or load what it compiled before: no clock is to run meanwhile."""
    ones = np.ones((2, 2))
    tiny = TeamsProblem(
        ("A", "B"), ("1", "2"), ones[0], ones > 0, ones, ones, ones[0], 60 * ones[0], 0 * ones[0], ones[0],
        held_back=(((0,), 0),),
    )  # fmt: skip
    search(arrays_of(tiny), seed=0, deadline_s=np.inf, steps=1)
    compile_bounds(tiny)
