"""The evacuation laid out: who goes to which shelter, on foot or by which bus, ride by ride."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.dispatch.evacuation_case import EvacuationCase
from optimizer.dispatch.orders.legs import Carrier, Leg, finite, leg
from optimizer.dispatch.rides import Bus, Group, Ride, rides
from optimizer.dispatch.tables import EVACUEES
from optimizer.dispatch.travel import FOOT, PhasedTimes, Roads
from optimizer.models.dispatch.evacuation import Evacuation
from optimizer.region.region import Region


@dataclass(frozen=True, eq=False)
class RidePlan:
    """Rides, and the times between the places that they name.

    Attributes
    ----------
    rides : tuple of Ride
    nodes : tuple of str
        Rows and columns of ``times``.
    times : PhasedTimes
    """

    rides: tuple[Ride, ...]
    nodes: tuple[str, ...]
    times: PhasedTimes

    def freed(self, vehicles: pd.DataFrame) -> pd.DataFrame:
        """Put vehicles where, and to the minute when, their last ride has left them."""
        last = {ride.bus_id: ride for ride in self.rides}
        place = [
            last[bus].group.shelter_id if bus in last else at
            for bus, at in zip(vehicles["vehicle_id"], vehicles["place_id"], strict=True)
        ]
        ready = [
            last[bus].empties_min if bus in last else minute
            for bus, minute in zip(vehicles["vehicle_id"], vehicles["ready_min"], strict=True)
        ]
        return vehicles.assign(place_id=place, ready_min=ready)


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

    def joined(self, kept: pd.DataFrame) -> pd.DataFrame:
        """Put those who have set out by earlier orders together with those who go to the same shelter now."""
        if kept.empty or self.evacuees.empty:
            return kept if self.evacuees.empty and len(kept) else self.evacuees
        rank = ["on_time", "late", "unserved"]
        both = pd.concat([kept, self.evacuees], ignore_index=True)
        together = both.groupby(["place_id", "shelter_id"], sort=False)
        rows = together.last().reset_index()
        rows["people"], rows["rides"] = together["people"].sum().to_numpy(), together["rides"].sum().to_numpy()
        rows["last_min"] = together["last_min"].agg(lambda last: last.max(skipna=False)).to_numpy()
        rows["status"] = together["status"].agg(lambda said: max(said, key=rank.index)).to_numpy()
        return rows[list(self.evacuees.columns)]


def plan_rides(
    region: Region, case: EvacuationCase, found: Evacuation | None, vehicles: pd.DataFrame, roads: Roads
) -> RidePlan:
    """Give those who do not walk their rides.

    Parameters
    ----------
    vehicles : DataFrame
        As :func:`optimizer.dispatch.fleet.standing_vehicles` lists them.
    """
    own = vehicles[vehicles["mode"] == case.mode]
    seats = np.floor(own["payload_kg"].to_numpy(float) / region.settings.dispatch.person_kg).astype(int)
    standing = [
        Bus(str(bus), str(place), float(ready), int(count))
        for bus, place, ready, count in zip(own["vehicle_id"], own["place_id"], own["ready_min"], seats, strict=True)
        if count > 0
    ]
    riders = [] if found is None else [_group(case, found, *pair) for pair in _pairs(found) if not case.walked[pair]]
    ends = [*(bus.place_id for bus in standing), *(one.place_id for one in riders), *(one.shelter_id for one in riders)]
    nodes = tuple(dict.fromkeys(ends))
    rows = {node: number for number, node in enumerate(nodes)}
    times = roads.times(case.mode, nodes, nodes)
    planned = rides(riders, standing, times, rows, region.settings.dispatch.boarding_min)
    return RidePlan(planned, nodes, times)


def evacuation_orders(
    case: EvacuationCase, found: Evacuation | None, plan: RidePlan, vehicles: pd.DataFrame, roads: Roads
) -> EvacuationOrders:
    """Lay out who goes where."""
    pairs = [] if found is None else _pairs(found)
    rows = [_row(case, found, pair, roads, plan.rides) for pair in pairs if found is not None]
    table = pd.DataFrame(rows, columns=[column.name for column in EVACUEES.columns])
    return EvacuationOrders(table, tuple(_legs(case, plan, vehicles)))


def _pairs(found: Evacuation) -> list[tuple[int, int]]:
    return [(int(v), int(s)) for v, s in zip(*np.nonzero(found.sent), strict=True)]


def _group(case: EvacuationCase, found: Evacuation, v: int, s: int) -> Group:
    one = case.evacuations[v]
    deadline = np.inf if one.deadline_min is None else one.deadline_min
    return Group(one.site, str(case.shelters["site_id"].iloc[s]), int(found.sent[v, s]), one.priority, deadline)


def _legs(case: EvacuationCase, plan: RidePlan, vehicles: pd.DataFrame) -> Iterator[Leg]:
    """To each group, and with it to its shelter."""
    name = dict(zip(vehicles["vehicle_id"], vehicles["name"], strict=True))
    rows = {node: number for number, node in enumerate(plan.nodes)}
    for ride in plan.rides:
        carrier = Carrier(ride.bus_id, str(name[ride.bus_id]), "bus", case.mode)
        place, shelter = ride.group.place_id, ride.group.shelter_id
        if ride.from_id != place:
            at = rows[ride.from_id], rows[place]
            yield leg(carrier, (ride.from_id, place), plan.times, at, ride.departs_min, place)
        yield leg(carrier, (place, shelter), plan.times, (rows[place], rows[shelter]), ride.leaves_min, place)


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
