"""The evacuation laid out: who goes to which shelter, on foot or by which bus, ride by ride."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.dispatch.evacuation_case import EvacuationCase
from optimizer.dispatch.orders.legs import Carrier, Leg, finite, leg
from optimizer.dispatch.rides import Bus, Group, Ride, rides
from optimizer.dispatch.tables import EVACUEES
from optimizer.dispatch.travel import FOOT, Roads
from optimizer.models.dispatch.evacuation import Evacuation
from optimizer.region.region import Region


@dataclass(frozen=True, eq=False)
class EvacuationOrders:
    """What people and buses do.

    Attributes
    ----------
    evacuees : DataFrame
        As :data:`~optimizer.dispatch.tables.EVACUEES` declares it.
    legs : tuple of Leg
    """

    evacuees: pd.DataFrame
    legs: tuple[Leg, ...]


def evacuation_orders(
    region: Region, case: EvacuationCase, found: Evacuation | None, buses: pd.DataFrame, roads: Roads
) -> EvacuationOrders:
    """Lay out who goes where.

    Parameters
    ----------
    buses : DataFrame
        Vehicles that stand by, as :func:`optimizer.dispatch.fleet.standing_vehicles` lists them, with ``ready_min``.
    """
    if found is None:
        return EvacuationOrders(pd.DataFrame(columns=[column.name for column in EVACUEES.columns]), ())
    pairs = [(int(v), int(s)) for v, s in zip(*np.nonzero(found.sent), strict=True)]
    riders = [_group(case, found, *pair) for pair in pairs if not case.walked[pair]]
    planned, legs = _ridden(region, case, riders, buses, roads)
    rows = [_row(case, found, pair, roads, planned) for pair in pairs]
    return EvacuationOrders(pd.DataFrame(rows, columns=[column.name for column in EVACUEES.columns]), legs)


def _group(case: EvacuationCase, found: Evacuation, v: int, s: int) -> Group:
    one = case.evacuations[v]
    deadline = np.inf if one.deadline_min is None else one.deadline_min
    return Group(one.site, str(case.shelters["site_id"].iloc[s]), int(found.sent[v, s]), one.priority, deadline)


def _ridden(
    region: Region, case: EvacuationCase, riders: Sequence[Group], buses: pd.DataFrame, roads: Roads
) -> tuple[tuple[Ride, ...], tuple[Leg, ...]]:
    """Rides of the buses, and their ways."""
    parameters = region.settings.dispatch
    own = buses[buses["mode"] == case.mode]
    seats = np.floor(own["payload_kg"].to_numpy(float) / parameters.person_kg).astype(int)
    standing = [
        Bus(str(row.vehicle_id), str(row.home_id), float(row.ready_min), int(count))
        for row, count in zip(own.itertuples(index=False), seats, strict=True)
        if count > 0
    ]
    ends = [*(bus.place_id for bus in standing), *(one.place_id for one in riders), *(one.shelter_id for one in riders)]
    nodes = list(dict.fromkeys(ends))
    rows = {node: number for number, node in enumerate(nodes)}
    times = roads.times(case.mode, nodes, nodes)
    planned = rides(riders, standing, times, rows, parameters.boarding_min)
    name = dict(zip(own["vehicle_id"], own["name"], strict=True))
    legs = []
    for ride in planned:
        carrier = Carrier(ride.bus_id, str(name[ride.bus_id]), "bus", case.mode)
        place, shelter = ride.group.place_id, ride.group.shelter_id
        if ride.from_id != place:
            legs.append(leg(carrier, (ride.from_id, place), times, (rows[ride.from_id], rows[place]),
                            ride.departs_min, place))  # fmt: skip
        legs.append(leg(carrier, (place, shelter), times, (rows[place], rows[shelter]), ride.leaves_min, place))
    return planned, tuple(legs)


def _row(
    case: EvacuationCase, found: Evacuation, pair: tuple[int, int], roads: Roads, planned: Sequence[Ride]
) -> dict[str, object]:
    v, s = pair
    one, shelter = case.evacuations[v], case.shelters.iloc[s]
    walked = bool(case.walked[pair])
    own = [ride for ride in planned if (ride.group.place_id, ride.group.shelter_id) == (one.site, shelter["site_id"])]
    people = int(found.sent[pair])
    brought = people if walked else sum(ride.people for ride in own)
    last = case.start_min + float(case.minutes[pair]) if walked else max((r.arrives_min for r in own), default=np.inf)
    last = last if brought >= people else np.inf
    deadline = np.inf if one.deadline_min is None else one.deadline_min
    places = roads.places
    return {
        "place_id": one.site,
        "place_name": str(places.table["place_name"].iloc[int(places.rows([one.site])[0])]),
        "shelter_id": shelter["site_id"],
        "shelter_name": shelter["name"],
        "people": people,
        "drive_min": float(case.minutes[pair]),
        "mode": FOOT if walked else case.mode,
        "rides": len(own),
        "last_min": finite(last),
        "deadline_min": finite(deadline),
        "status": "unserved" if np.isinf(last) else "on_time" if last <= deadline else "late",
    }
