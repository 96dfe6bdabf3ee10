"""The trips laid out: loads by lot, stops, and the way of every vehicle, boat and helicopter."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import pandas as pd

from optimizer.dispatch.craft import FEEDER, CraftWays
from optimizer.dispatch.orders.legs import Carrier, Leg, leg
from optimizer.dispatch.orders.lots import Drawn, draw_lots
from optimizer.dispatch.rows import rows_by
from optimizer.dispatch.sources import HandedOut
from optimizer.dispatch.supply_case import SupplyCase
from optimizer.dispatch.tables import LOADS, TRIPS
from optimizer.dispatch.travel import FOOT, Roads
from optimizer.models.dispatch.supplies import Delivery, Stop, Trip
from optimizer.region.region import Region

IN_PLACE = "in_place"
"""Instead of a trip: handed out from what lies in the place."""


@dataclass(frozen=True, eq=False)
class SupplyOrders:
    """What vehicles and craft do.

    Attributes
    ----------
    trips, loads : DataFrame
        As :data:`~optimizer.dispatch.tables.TRIPS` and ``LOADS`` declare them.
    legs : tuple of Leg
    """

    trips: pd.DataFrame
    loads: pd.DataFrame
    legs: tuple[Leg, ...]


def supply_orders(
    region: Region,
    case: SupplyCase,
    trips: Sequence[Trip],
    roads: Roads,
    free_min: Mapping[str, float],
    first_number: int,
) -> SupplyOrders:
    """Lay out trips.

    Parameters
    ----------
    trips : sequence of Trip
        By the minute at which loading begins.
    free_min : mapping of str to float
        Minute from which each vehicle by road is free where it is.
    first_number : int
        Of the first trip.
    """
    vehicle = case.vehicles.set_index("vehicle_id")
    ids = [f"T{number:04d}" for number in range(first_number, first_number + len(trips))]
    loads = _loads(region, case, trips, ids)
    kg, m3 = (loads.groupby("trip_id")[column].sum().astype(float).to_dict() for column in ("mass_kg", "volume_m3"))
    name = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    site_of = dict(zip(case.sources.depots["depot_id"], case.sources.depots["site_id"], strict=True))
    rows = [
        {
            "trip_id": trip_id,
            "carrier_id": trip.vehicle,
            "mode": _mode(case, vehicle.loc[trip.vehicle]),
            "depot_id": site_of[trip.depot],
            "depot_name": name[site_of[trip.depot]],
            "loading_min": trip.loading_begins_min,
            "depart_min": trip.departs_min,
            "return_min": trip.returns_min,
            "load_kg": kg[trip_id],
            "load_m3": m3[trip_id],
            "payload_kg": vehicle.loc[trip.vehicle, "payload_kg"],
            "payload_m3": vehicle.loc[trip.vehicle, "payload_m3"],
            "frozen": "",
            "contact": _craft_text(case, vehicle.loc[trip.vehicle], "contact"),
            "phone": _craft_text(case, vehicle.loc[trip.vehicle], "phone"),
        }
        for trip_id, trip in zip(ids, trips, strict=True)
    ]
    table = pd.DataFrame(rows, columns=[column.name for column in TRIPS.columns])
    return SupplyOrders(table, loads, tuple(_legs(case, trips, roads, site_of, free_min)))


def _loads(region: Region, case: SupplyCase, trips: Sequence[Trip], ids: Sequence[str]) -> pd.DataFrame:
    """A row for each lot on each stop, lots given out in the order of loading."""
    asked = {one.id: one for one in case.requests}
    items = rows_by(region.tables["items"], "item_id")
    name = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    drops: list[tuple[str, str, int, Stop, Delivery]] = [
        (trip_id, trip.depot, number, stop, drop)
        for trip_id, trip in zip(ids, trips, strict=True)
        for number, stop in enumerate(trip.stops, 1)
        for drop in stop.deliveries
    ]
    drawn = [
        Drawn(load, depot, asked[drop.request].item, drop.units) for load, (_, depot, _, _, drop) in enumerate(drops)
    ]
    rows = []
    for load, lot, units in draw_lots(case.sources.lots, drawn):
        trip_id, _, number, stop, drop = drops[load]
        item = items[asked[drop.request].item]
        rows.append(
            {
                "trip_id": trip_id,
                "stop": number,
                "request_id": drop.request,
                "place_id": stop.place,
                "place_name": name[stop.place],
                "item_id": item.item_id,
                "item_name": item.name,
                "unit": item.unit,
                "lot_id": lot,
                "quantity": units,
                "mass_kg": units * float(item.mass_kg),
                "volume_m3": units * float(item.volume_m3),
                "arrive_min": stop.arrives_min,
                "leave_min": stop.leaves_min,
            }
        )
    return pd.DataFrame(rows, columns=[column.name for column in LOADS.columns])


def _legs(
    case: SupplyCase, trips: Sequence[Trip], roads: Roads, site_of: dict[str, str], free_min: Mapping[str, float]
) -> Iterator[Leg]:
    vehicle = case.vehicles.set_index("vehicle_id")
    begun: set[str] = set()
    for trip in trips:
        row = vehicle.loc[trip.vehicle]
        carrier = Carrier(trip.vehicle, str(row["name"]), "vehicle", str(row["mode"]))
        if row["mode"] in case.craft:
            yield from _craft_legs(trip, replace(carrier, kind="craft"), case.craft[str(row["mode"])], case)
            continue
        depot = site_of[trip.depot]
        at = str(row["place_id"])
        if trip.vehicle not in begun and at != depot:
            free = float(free_min[trip.vehicle])
            yield leg(carrier, (at, depot), roads.times(carrier.mode, [at], [depot]), (0, 0), free, "")
        begun.add(trip.vehicle)
        yield from _road_legs(trip, carrier, case, depot)


def _road_legs(trip: Trip, carrier: Carrier, case: SupplyCase, depot: str) -> Iterator[Leg]:
    """From the depot to stop after stop, and back."""
    depots = len(case.sources.depots)
    home = case.sources.depots["depot_id"].tolist().index(trip.depot)
    at, node, depart, times = depot, home, trip.departs_min, case.roads_of[carrier.mode]
    for stop in trip.stops:
        to = depots + case.places.index(stop.place)
        yield leg(carrier, (at, stop.place), times, (node, to), depart, _purpose(stop), planned=True)
        at, node, depart = stop.place, to, stop.leaves_min
    yield leg(carrier, (at, depot), times, (node, home), depart, "", planned=True)


def _craft_legs(trip: Trip, carrier: Carrier, ways: CraftWays, case: SupplyCase) -> Iterator[Leg]:
    """From its base across to where it lands, on to the place, and back the same way."""
    (stop,) = trip.stops
    place = case.places.index(stop.place)
    base, lands = ways.craft.site, ways.landing_ids[place]
    crossing, onward = float(ways.crossing_min[place]), FEEDER if ways.on_roads[place] else FOOT
    there, back = float(ways.out_min[place]) - crossing, float(ways.back_min[place]) - crossing
    carrier = replace(carrier, mode=ways.craft.kind)
    steps = (
        (carrier.mode, base, lands, trip.departs_min, crossing),
        (onward, lands, stop.place, trip.departs_min + crossing, there),
        (onward, stop.place, lands, stop.leaves_min, back),
        (carrier.mode, lands, base, stop.leaves_min + back, crossing),
    )
    for mode, start, end, depart, lasts in steps:
        if start != end:
            purpose = _purpose(stop) if depart < stop.leaves_min else ""
            yield Leg(carrier, mode, start, end, depart, 0.0, lasts, 0, purpose)


def _purpose(stop: Stop) -> str:
    return ";".join(drop.request for drop in stop.deliveries)


def _mode(case: SupplyCase, row: Any) -> str:
    mode = str(row["mode"])
    return case.craft[mode].craft.kind if mode in case.craft else mode


def _craft_text(case: SupplyCase, row: Any, field: str) -> str:
    ways = case.craft.get(str(row["mode"]))
    return str(getattr(ways.craft, field)) if ways else ""


def in_place_loads(region: Region, handed: Sequence[HandedOut]) -> pd.DataFrame:
    """Rows of ``LOADS`` for what a place's own stock gives."""
    items = rows_by(region.tables["items"], "item_id")
    name = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    rows = [
        {
            "trip_id": IN_PLACE,
            "stop": 0,
            "request_id": one.request_id,
            "place_id": one.place_id,
            "place_name": name[one.place_id],
            "item_id": one.item_id,
            "item_name": items[one.item_id].name,
            "unit": items[one.item_id].unit,
            "lot_id": one.lot_id,
            "quantity": one.units,
            "mass_kg": one.units * float(items[one.item_id].mass_kg),
            "volume_m3": one.units * float(items[one.item_id].volume_m3),
            "arrive_min": 0.0,
            "leave_min": 0.0,
        }
        for one in handed
    ]
    return pd.DataFrame(rows, columns=[column.name for column in LOADS.columns])
