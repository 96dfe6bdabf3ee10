"""A dispatch of supplies taken up again: what has begun stays as it is, what was promised changes for a reason only."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import numpy as np

from optimizer.models.dispatch.supplies import Trip
from optimizer.models.dispatch.supplies_problem import Floats, SuppliesProblem


def begun(trips: Iterable[Trip], at_min: float) -> tuple[Trip, ...]:
    """Trips for which loading has begun before ``at_min``."""
    return tuple(trip for trip in trips if trip.loading_begins_min < at_min)


def resumed(
    problem: SuppliesProblem, trips: Iterable[Trip], *, at_min: float, change_share: float = 0.0
) -> SuppliesProblem:
    """What is left to decide at ``at_min``.

    Parameters
    ----------
    problem : SuppliesProblem
        As it is known by now: requests in full, also new ones, stock as before the first trip, ways as they are.
        Minutes count from the same start as those of ``trips``.
    trips : iterable of Trip
        Ordered before. Vehicles, depots and requests that are no more are passed over.
    change_share : float
        Share of a request's weight that is lost if all of what is left of it comes from depots other than promised.

    Returns
    -------
    SuppliesProblem
        Of each request what no begun trip brings, with weight and people in proportion; stock without what was loaded;
        vehicles from their return on.
    """
    trips = tuple(trips)
    coming, loaded, back = _begun_totals(problem, begun(trips, at_min))
    left = np.maximum(problem.quantity - coming, 0.0)
    share = np.divide(left, problem.quantity, out=np.ones_like(left), where=problem.quantity > 0)
    promised = _promised(problem, trips, at_min)
    other_depots = promised.any(axis=1, keepdims=True) & ~promised
    return replace(
        problem,
        quantity=left,
        weight=problem.weight * share,
        people=problem.people * share,
        stock=np.maximum(problem.stock - loaded, 0.0),
        ready_min=np.maximum(problem.ready_min, np.maximum(back, at_min)),
        vehicle_node=np.where(back > 0, problem.vehicle_depot, problem.nodes_of_vehicles),
        available_min=np.maximum(problem.available_min, at_min),
        change_penalty=problem.change_penalty + change_share * (problem.weight * share)[:, None] * other_depots,
    )


def _begun_totals(problem: SuppliesProblem, trips: tuple[Trip, ...]) -> tuple[Floats, Floats, Floats]:
    """(R,) units that begun trips bring, (D, M) units that they have loaded, (V,) minute of the last return or 0."""
    coming, loaded = np.zeros(len(problem.request_ids)), np.zeros_like(problem.stock)
    back = np.zeros(len(problem.vehicle_ids))
    vehicles, requests, depots = _places(problem.vehicle_ids), _places(problem.request_ids), _places(problem.depot_ids)
    for trip in trips:
        if trip.vehicle in vehicles:
            vehicle = vehicles[trip.vehicle]
            back[vehicle] = max(back[vehicle], trip.returns_min)
        for request, units in _drops(trip):
            if request in requests:
                coming[requests[request]] += units
            if request in requests and trip.depot in depots:
                loaded[depots[trip.depot], problem.request_item[requests[request]]] += units
    return coming, loaded, back


def _promised(problem: SuppliesProblem, trips: tuple[Trip, ...], at_min: float) -> np.ndarray:
    """(R, D) whether something of the request was to come from the depot and has not been loaded."""
    promised = np.zeros((len(problem.request_ids), len(problem.depot_ids)), dtype=bool)
    requests, depots = _places(problem.request_ids), _places(problem.depot_ids)
    for trip in trips:
        if trip.loading_begins_min >= at_min and trip.depot in depots:
            rows = [requests[request] for request, _ in _drops(trip) if request in requests]
            promised[rows, depots[trip.depot]] = True
    return promised


def changed_depots(before: Iterable[Trip], after: Iterable[Trip], at_min: float) -> tuple[str, ...]:
    """Requests with trips not yet begun that now get something from a depot other than before."""
    was, now = _depots_of(before, at_min), _depots_of(after, at_min)
    return tuple(request for request, depots in now.items() if request in was and depots - was[request])


def _depots_of(trips: Iterable[Trip], at_min: float) -> dict[str, set[str]]:
    depots: dict[str, set[str]] = {}
    for trip in trips:
        for request, _ in _drops(trip) if trip.loading_begins_min >= at_min else ():
            depots.setdefault(request, set()).add(trip.depot)
    return depots


def _drops(trip: Trip) -> list[tuple[str, float]]:
    return [(drop.request, drop.units) for stop in trip.stops for drop in stop.deliveries]


def _places(ids: tuple[str, ...]) -> dict[str, int]:
    return {name: place for place, name in enumerate(ids)}
