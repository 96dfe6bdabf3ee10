"""People to shelters: nobody without a shelter if it can be helped, then near ones, places kept together.

Sets        v places, s shelters, A = pairs with a way
Parameters  n_v people, w_v weight of one of them, q_s room (people), t_vs minutes, h minutes that keeping a place
            together is worth
Variables   x_vs people sent, u_v people without a shelter, y_vs whether v uses s, k_v shelters of v beyond the first

    layer 1   min Σ_v w_v u_v                                                                        unsheltered
    layer 2   min Σ_vs t_vs x_vs + h Σ_v n_v k_v     while layer 1 stays at its least                  person_minutes
    s.t.      Σ_s x_vs + u_v = n_v                                                                    everybody
              Σ_v x_vs ≤ q_s                                                                               room
              x_vs ≤ min(n_v, q_s) y_vs,  Σ_s y_vs ≤ 1 + k_v                                           together

Layer 1 is a transportation programme (Hitchcock 1941), whose corners are whole people, and so is layer 2 once y is
settled: it is solved for y, and then once more as a linear programme for x. The bound of layer 2 is HiGHS's dual bound.
Nearest shelters first (就近启用避难场所) is layer 2; whoever is left in u is asked of the level above.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.dispatch.evacuation_problem import Counts, EvacuationProblem, Floats
from optimizer.models.siting.programme import NoIncumbentError, Programme

Columns = NDArray[np.int64]
KEPT = 1e-9
"""Layer 1 may get worse by this share in layer 2: rounding errors must not make it infeasible."""
NARROW = 1e-5
"""A gap of this share is none: the row that keeps layer 1 gives as much away."""
LEAST_S = 0.5
"""Seconds that the second layer has in any case."""


@dataclass(frozen=True)
class Evacuation:
    """Who goes to which shelter, and how well that is proven.

    Attributes
    ----------
    sent : (V, S) array of int
        People from each place to each shelter.
    left : (V,) array of int
        People for whom there is no shelter, to be asked of the level above.
    cut_off : (V,) array of bool
        No shelter with room can be reached at all.
    unsheltered : float
        Their weight; proven least.
    person_minutes : float
        Minutes of all on their way, and ``split_min`` a person for each shelter more of a place.
    bound : float
        No plan with ``unsheltered`` has fewer ``person_minutes``.
    gap : float
        ``(person_minutes − bound) / person_minutes``.
    proven : bool
        Within rounding, the bound is met.
    seconds : float
    """

    sent: Counts
    left: Counts
    cut_off: NDArray[np.bool_]
    unsheltered: float
    person_minutes: float
    bound: float
    gap: float
    proven: bool
    seconds: float


def evacuate(problem: EvacuationProblem, *, gap: float = 0.0, time_limit_s: float = 30.0) -> Evacuation:
    """Send people to shelters.

    Parameters
    ----------
    problem : EvacuationProblem
    gap : float
        Relative gap of the second layer that is good enough.
    time_limit_s : float
        After it the best plan found is returned with its bound.
    """
    began = time.monotonic()
    ways = _Ways.of(problem)
    programme, sent, left = _stated(problem, ways)
    programme.cost_of(left, problem.weight)
    first = programme.minimise(time_limit_s=np.inf, relaxed=True)
    lasts = max(time_limit_s - (time.monotonic() - began), LEAST_S)
    # A corner has fewer split places than there are shelters: a start that the search only improves.
    corner = _sent_by(problem, ways, first.value, np.ones(len(sent), dtype=bool)) > NARROW
    used, bound = _used(problem, ways, first.value, gap, lasts, corner)
    found = _sent_by(problem, ways, first.value, used)
    people = np.zeros(problem.minutes.shape, dtype=np.int64)
    people[ways.place, ways.shelter] = np.rint(found)
    missing = problem.people - people.sum(axis=1)
    value = person_minutes(problem, people)
    bound = min(max(bound, 0.0), value)
    reached = (value - bound) / value if value - bound > NARROW * max(1.0, value) else 0.0
    reachable = np.isfinite(problem.minutes) & (problem.room > 0)
    return Evacuation(
        people,
        missing,
        reachable.sum(axis=1) == 0,
        float(problem.weight @ missing),
        value,
        bound,
        reached,
        reached == 0.0,
        time.monotonic() - began,
    )


def person_minutes(problem: EvacuationProblem, sent: Counts) -> float:
    """Work out layer 2 of a plan from the (V, S) people sent alone."""
    ways = sent > 0
    beyond = np.maximum(ways.sum(axis=1) - 1, 0)
    driven = float((np.where(ways, problem.minutes, 0.0) * sent).sum())
    return driven + problem.split_min * float(problem.people @ beyond)


@dataclass(frozen=True)
class _Ways:
    """A: the pairs of place and shelter with a way and anybody to send and room."""

    place: Columns
    shelter: Columns
    minutes: Floats
    most: Floats

    @classmethod
    def of(cls, problem: EvacuationProblem) -> _Ways:
        most = np.minimum(problem.people[:, None], problem.room[None, :])
        place, shelter = np.nonzero(np.isfinite(problem.minutes) & (most > 0))
        return cls(place, shelter, problem.minutes[place, shelter], most[place, shelter].astype(float))

    def by(self, which: Columns, count: int) -> sparse.csr_array:
        """(count, A) ones where a pair belongs to a place or shelter."""
        every = np.arange(len(which))
        return sparse.csr_array((np.ones(len(which)), (which, every)), shape=(count, len(which)))


def _stated(problem: EvacuationProblem, ways: _Ways) -> tuple[Programme, Columns, Columns]:
    """State everybody and room; the columns of x and of u."""
    programme = Programme()
    sent = programme.columns(len(ways.place), upper=ways.most)
    left = programme.columns(len(problem.people), upper=problem.people)
    alone = sparse.csr_array(sparse.eye_array(len(problem.people)))
    everybody = [(sent, ways.by(ways.place, len(problem.people))), (left, alone)]
    programme.rows(everybody, lower=problem.people, upper=problem.people)
    programme.rows([(sent, ways.by(ways.shelter, len(problem.room)))], upper=problem.room)
    return programme, sent, left


def _second(problem: EvacuationProblem, ways: _Ways, least: float) -> tuple[Programme, Columns]:
    """State the second layer's times while the first stays at its least; the columns of x."""
    programme, sent, left = _stated(problem, ways)
    programme.rows([(left, sparse.csr_array(problem.weight[None, :]))], upper=least + KEPT * max(1.0, least))
    programme.cost_of(sent, ways.minutes)
    return programme, sent


def _used(
    problem: EvacuationProblem, ways: _Ways, least: float, gap: float, time_limit_s: float, start: NDArray[np.bool_]
) -> tuple[NDArray[np.bool_], float]:
    """(A,) ways that are used, and the bound of layer 2; ``start`` is a set of ways by which it can be done."""
    programme, sent = _second(problem, ways, least)
    places = len(problem.people)
    use = programme.columns(len(ways.place), upper=1.0, whole=True)
    beyond = programme.columns(places, cost=problem.split_min * problem.people)
    alone = sparse.csr_array(sparse.eye_array(places))
    programme.rows(
        [
            (sent, sparse.csr_array(sparse.eye_array(len(sent)))),
            (use, sparse.csr_array(sparse.diags_array(-ways.most))),
        ],
        upper=0.0,
    )
    programme.rows([(use, ways.by(ways.place, places)), (beyond, -alone)], upper=1.0)
    try:
        found = programme.minimise(
            time_limit_s=time_limit_s, gap=gap, start=dict(zip(use.tolist(), start.astype(float).tolist(), strict=True))
        )
    except NoIncumbentError as over:
        return start, over.bound
    return found.values[use] > 0.5, found.bound


def _sent_by(problem: EvacuationProblem, ways: _Ways, least: float, used: NDArray[np.bool_]) -> Floats:
    """(A,) people by the ways that are used: a corner of a transportation programme, hence whole."""
    open_ways = _Ways(ways.place, ways.shelter, ways.minutes, np.where(used, ways.most, 0.0))
    programme, sent = _second(problem, open_ways, least)
    found = programme.minimise(time_limit_s=np.inf, relaxed=True)
    values: Floats = found.values[sent]
    return values
