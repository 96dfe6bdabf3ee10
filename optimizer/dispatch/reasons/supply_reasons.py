"""Why a request is late or not met: asked in this order, the first that holds is told.

no_stock    nothing of the item is left in any source that can give it before the horizon
no_vehicle  no vehicle loads where any is left
too_heavy   the vehicles have no way there, but a car has: a bridge bears no more, or a height is too low
no_flying   there is no way by road, and the weather keeps boats and helicopters at home until after the deadline
no_way_there   no road leads there from where any is left, and nothing else comes that far
too_far     the first vehicle that could come comes after the deadline
vehicles_busy  vehicles could have come in time, had they not carried other loads
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.speeds import VEHICLE_CLASSES
from network.times import shortest_path
from optimizer.dispatch.reasons.reason import Reason, reason
from optimizer.dispatch.report.clock import Clock
from optimizer.dispatch.supply_case import SupplyCase
from optimizer.dispatch.travel import Roads
from optimizer.models.dispatch.supplies import SuppliesSolution
from optimizer.models.dispatch.supplies_problem import SuppliesProblem

LIGHTEST = "car"


def supply_reasons(
    case: SupplyCase, solution: SuppliesSolution | None, roads: Roads, clock: Clock
) -> dict[str, Reason]:
    """Reasons by request, of those that are late or not met."""
    if case.problem is None or solution is None:
        code = "no_vehicle" if not case.sources.depots.empty else "no_stock"
        return {one.id: reason(code, item=one.item, units=float(one.quantity)) for one in case.requests}
    missed = np.flatnonzero((solution.unmet > 0) | (solution.late > 0))
    return {case.requests[r].id: _reason(case, case.problem, solution, roads, int(r), clock) for r in missed}


def _reason(
    case: SupplyCase, problem: SuppliesProblem, solution: SuppliesSolution, roads: Roads, r: int, clock: Clock
) -> Reason:
    item, place = int(problem.request_item[r]), int(problem.request_place[r])
    short = float(solution.unmet[r] + solution.late[r])
    values: dict[str, object] = {"item": case.requests[r].item, "units": short}
    in_time = problem.available_min <= problem.horizon_min
    left = np.where(in_time, problem.stock[:, item] - _sent(problem, solution, item), 0.0)
    if solution.unmet[r] > 0 and left.sum() < 1.0:
        return reason("no_stock", **values)
    loads_there = (left > 0)[problem.vehicle_depot] & np.isfinite(problem.ready_min)
    if not loads_there.any():
        return reason("no_vehicle", **values)
    arrival = _soonest(problem, place)
    come = np.where(loads_there, arrival, np.inf).min()
    if np.isinf(come):
        return _no_way(case, left > 0, roads, place, values)
    if come > problem.deadline_min[r]:
        return reason("too_far", soonest=clock.at(float(come)), deadline=clock.at(float(problem.deadline_min[r])))
    load = short * max(float(problem.mass_kg[item]) / max(problem.payload_kg.max(), 1.0),
                       float(problem.volume_m3[item]) / max(problem.payload_m3.max(), 1e-9))  # fmt: skip
    vehicles = int(np.ceil(load - 1e-9))
    return reason(
        "vehicles_busy", vehicles=max(vehicles, 1), deadline=clock.at(float(problem.deadline_min[r])), **values
    )


def _sent(problem: SuppliesProblem, solution: SuppliesSolution, item: int) -> NDArray[np.float64]:
    """(D,) units of an item that leave each depot."""
    row = {name: number for number, name in enumerate(problem.request_ids)}
    depot = {name: number for number, name in enumerate(problem.depot_ids)}
    sent = np.zeros(len(depot))
    for trip in solution.trips:
        for stop in trip.stops:
            for drop in stop.deliveries:
                if problem.request_item[row[drop.request]] == item:
                    sent[depot[trip.depot]] += drop.units
    return sent


def _soonest(problem: SuppliesProblem, place: int) -> NDArray[np.float64]:
    """(V,) earliest arrival of each vehicle that goes there first."""
    ready = problem.start_min + problem.loading_min[problem.vehicle_class]
    pair = problem.vehicle_class, problem.vehicle_depot, len(problem.depot_ids) + place
    arrival: NDArray[np.float64] = np.maximum(ready, problem.opened[pair]) + problem.travel_min[pair]
    return arrival


def _no_way(case: SupplyCase, holds: NDArray[np.bool_], roads: Roads, place: int, values: dict[str, object]) -> Reason:
    """Tell a bridge that bears no more from a road that is closed, and from weather; from depots that hold any."""
    site = case.places[place]
    depots = case.sources.depots.loc[holds, "site_id"].astype(str).tolist()
    by_car = roads.times(LIGHTEST, depots, [site]).minutes[:, 0, :]
    if np.isfinite(by_car).any() and case.roads_of:
        start, phase = np.unravel_index(int(np.argmin(by_car)), by_car.shape)
        too_weak = _too_weak(roads, depots[int(start)], site, int(phase), tuple(case.roads_of))
        return reason("too_heavy", where=too_weak, **values)
    grounded = [ways for ways in case.craft.values() if ways.landing_ids[place] and ways.ready_min > 0]
    return reason("no_flying" if grounded else "no_way_there", **values)


def _too_weak(roads: Roads, start: str, end: str, phase: int, modes: tuple[str, ...]) -> str:
    """Name the roads on the car's way that the lightest of the vehicles may not use."""
    network = roads.phases.region.roads
    places = roads.places
    ends = places.node[places.rows([start, end])]
    weights = np.ascontiguousarray(roads.link_ms(LIGHTEST)[:, phase])
    path = shortest_path(network, weights, int(ends[0]), int(ends[1]))
    mode = min(modes, key=lambda name: VEHICLE_CLASSES[name].laden_mass_t)
    shut = path[roads.link_ms(mode)[path, phase] >= UNREACHABLE]
    named = {str(network.texts[network.ref[link]] or network.texts[network.name[link]]) for link in shut.tolist()}
    bearing = network.maxweight_t[shut]
    limit = float(np.nanmin(bearing)) if len(bearing) and np.isfinite(bearing).any() else float("nan")
    listed = "、".join(sorted(named - {""})) or network.link_id[shut[0]] if len(shut) else "-"
    return f"{listed} ({limit:g} t)" if np.isfinite(limit) else listed
