"""Tours of vehicles over given travel times: who goes where in which order, in little driving.

Sets
    v ∈ V    vehicles, each of a class and a home depot      i ∈ N    visits, each at a place

Parameters (arrays of `ToursProblem`)
    τ_cab    travel_min       from place a to place b with class c (min; infinite: no way)
    λ_c      loading_min      at the depot, before each trip
    σ_ca     service_min      of a stop at place a, however many visits it serves
    q_i      mass_kg, volume_m3
    e_i l_i  earliest_min, latest_min: the stop begins between them
    Q_v      payload_kg, payload_m3
    r_v R_v  ready_min, back_by_min; ``away_min`` from the first loading to the last return at most

min   Σ of legs: λ (leaving a depot) + τ + σ (leaving a place)                         ``minutes``

  each visit is served once; a trip begins and ends at the vehicle's depot and carries no more than Q_v; a vehicle makes
  up to ``most_trips``; windows, ready, back and away times are kept.

Stock knows no limit here and nothing is bounded from below: what comes from which depot is decided elsewhere
(`supplies`), and tours make little of much driving. The search is PyVRP's (`tour_search`). In several processes each
first searches the whole with a seed of its own; then the best tours are split, again and again, into as many parts that
lie apart, and each process searches one part on from there. Wouda, Lan & Kool (2024), PyVRP: a high-performance VRP
solver package; INFORMS J. Computing 36(4).
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from itertools import repeat
from multiprocessing import get_context

import numpy as np

from optimizer.models.dispatch.tour_search import FoundTours, search_tours
from optimizer.models.dispatch.tours_problem import Floats, Integers, Tour, ToursProblem, TourTrip

WHOLE_SHARE = 0.6
"""Of the time, for the whole; the parts have the rest."""
PART_S = 5.0
"""For one part."""
FEW_VISITS = 60
"""Fewer to a process are not split."""


@dataclass(frozen=True)
class ToursSolution:
    """Tours that serve every visit; ``minutes`` is their objective, without any bound."""

    tours: tuple[Tour, ...]
    minutes: float
    iterations: int
    seconds: float


def find_tours(
    problem: ToursProblem,
    *,
    time_limit_s: float,
    iterations: int | None = None,
    seed: int = 0,
    start: Sequence[Tour] = (),
    processes: int = 1,
) -> ToursSolution | None:
    """Search until time or iterations are over.

    Parameters
    ----------
    iterations : int, optional
        Of one process; the same seed finds the same where these end the search.
    start : sequence of Tour
        To begin with; only vehicles and visits are read of it.
    processes : int
        Small problems are searched in one.

    Returns
    -------
    ToursSolution or None
        None where no tours were found that keep all that is asked.
    """
    began = time.monotonic()
    if processes > 1 and len(problem.visit_ids) >= FEW_VISITS * processes:
        found = _in_parts(problem, began + time_limit_s, seed, tuple(start), processes)
    else:
        found = search_tours(problem, time_limit_s, iterations, seed, start)
    if found.tours is None:
        return None
    return ToursSolution(found.tours, minutes_of(problem, found.tours), found.iterations, time.monotonic() - began)


def minutes_of(problem: ToursProblem, tours: Sequence[Tour]) -> float:
    """Minutes of the legs, waiting left out."""
    total = 0.0
    for tour in tours:
        legs, depot = problem.leg_min[problem.vehicle_class[tour.vehicle]], int(problem.vehicle_depot[tour.vehicle])
        for trip in tour.trips:
            nodes = [depot, *(int(problem.visit_place[visit]) + problem.depots for visit in trip.visits), depot]
            total += float(legs[nodes[:-1], nodes[1:]].sum())
    return total


def _in_parts(problem: ToursProblem, until: float, seed: int, start: tuple[Tour, ...], processes: int) -> FoundTours:
    """The whole by each process, then parts of the best, round after round."""
    rng = np.random.default_rng(seed)
    whole_s = WHOLE_SHARE * (until - time.monotonic())
    seeds = range(seed, seed + processes)
    with ProcessPoolExecutor(processes, mp_context=get_context("spawn")) as pool:
        every = list(pool.map(search_tours, *map(repeat, (problem, whole_s, None)), seeds, repeat(start)))
        rounds = sum(found.iterations for found in every)
        good = [found.tours for found in every if found.tours is not None]
        if not good:
            return FoundTours(None, rounds)
        best = min(good, key=lambda tours: minutes_of(problem, tours))
        while (left := until - time.monotonic()) > PART_S / 2:
            parts = _split(problem, best, processes, rng)
            part_s = min(PART_S, left)
            works = [
                pool.submit(search_tours, part.problem, part_s, None, int(rng.integers(2**31)), part.tours)
                for part in parts
            ]
            founds = [work.result() for work in works]
            rounds += sum(found.iterations for found in founds)
            best = tuple(tour for part, found in zip(parts, founds, strict=True) for tour in _whole(part, found.tours))
    return FoundTours(best, rounds)


@dataclass(frozen=True)
class _Part:
    """Some visits and vehicles of a problem, by their numbers in it, and their tours in the part's own numbers."""

    problem: ToursProblem
    visits: Integers
    vehicles: Integers
    tours: tuple[Tour, ...]


def _whole(part: _Part, tours: tuple[Tour, ...] | None) -> list[Tour]:
    """Tours of a part in the numbers of the whole; those that it began with where none were found."""
    return [
        Tour(
            int(part.vehicles[tour.vehicle]),
            tuple(replace(trip, visits=tuple(part.visits[list(trip.visits)].tolist())) for trip in tour.trips),
        )
        for tour in (part.tours if tours is None else tours)
    ]


def _split(problem: ToursProblem, tours: tuple[Tour, ...], count: int, rng: np.random.Generator) -> list[_Part]:
    """As many visits to each part: tours near one drawn at random, then those near the farthest of the rest."""
    apart = _apart(problem, tours)
    size = np.array([sum(len(trip.visits) for trip in tour.trips) for tour in tours])
    rest = np.arange(len(tours))
    middle = int(rng.integers(len(tours)))
    groups = []
    for number in range(count):
        near = rest[np.argsort(apart[middle, rest], kind="stable")]
        most = size[rest].sum() / (count - number)
        taken = near[: max(1, int(np.searchsorted(np.cumsum(size[near]), most, side="right")))]
        taken = rest if number == count - 1 else taken
        groups.append(taken)
        rest = np.setdiff1d(rest, taken)
        middle = int(rest[np.argmax(apart[middle, rest])]) if len(rest) else middle
    used = [tour.vehicle for tour in tours]
    idle = rng.permutation(np.setdiff1d(np.arange(len(problem.vehicle_ids)), used))
    shares = np.array_split(idle, count)
    return [_part(problem, [tours[one] for one in group], share) for group, share in zip(groups, shares, strict=True)]


def _apart(problem: ToursProblem, tours: tuple[Tour, ...]) -> Floats:
    """Mean minutes from a visit of one tour to the nearest of another, by the quickest class, both ways together."""
    travel = problem.travel_min.min(axis=0)
    nodes = [problem.visit_place[[v for trip in tour.trips for v in trip.visits]] + problem.depots for tour in tours]
    far = np.array([[travel[np.ix_(one, other)].min(axis=1).mean() for other in nodes] for one in nodes])
    return np.asarray(far + far.T)


def _part(problem: ToursProblem, tours: list[Tour], idle: Integers) -> _Part:
    visits = np.array([visit for tour in tours for trip in tour.trips for visit in trip.visits], dtype=np.int64)
    vehicles = np.array([*(tour.vehicle for tour in tours), *idle], dtype=np.int64)
    number = {int(visit): place for place, visit in enumerate(visits)}
    by_visit = ("visit_place", "mass_kg", "volume_m3", "earliest_min", "latest_min")
    by_vehicle = ("vehicle_class", "vehicle_depot", "ready_min", "payload_kg", "payload_m3", "back_by_min", "away_min")
    return _Part(
        replace(
            problem,
            visit_ids=tuple(problem.visit_ids[visit] for visit in visits),
            vehicle_ids=tuple(problem.vehicle_ids[vehicle] for vehicle in vehicles),
            **{name: getattr(problem, name)[visits] for name in by_visit},
            **{name: getattr(problem, name)[vehicles] for name in by_vehicle},
        ),
        visits,
        vehicles,
        tuple(
            Tour(
                place,
                tuple(
                    TourTrip(trip.loading_begins_min, trip.returns_min, tuple(number[v] for v in trip.visits), ())
                    for trip in tour.trips
                ),
            )
            for place, tour in enumerate(tours)
        ),
    )
