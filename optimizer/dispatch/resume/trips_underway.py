"""Vehicles and craft by now: trips that have begun to load stay, all else that is not brought is open again.

A trip that a closure stops on its way ends where it stopped, or at the last stop that it can reach; what it still
carried is open again, and the vehicle is free there. A trip that is still loading and has no way any more is called
off; its load stays in the depot.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.dispatch.incident.form import IncidentForm, Request
from optimizer.dispatch.orders.supply_orders import IN_PLACE
from optimizer.dispatch.resume.kept import HeldUp, Kept
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.rows import rows_of, sums
from optimizer.dispatch.sources import ReliefSources, drawn_from, still_wanted
from optimizer.models.dispatch.supplies import Delivery, Stop, Trip

SLACK_MIN = 1e-6


@dataclass(frozen=True, eq=False)
class TripsUnderway:
    """What is begun and what is open.

    Attributes
    ----------
    trips, loads : DataFrame
        Rows of ``TRIPS`` and ``LOADS`` that stay.
    vehicles : DataFrame
        Standing vehicles with the places and minutes of now.
    craft_free_min : mapping of str to float
        Of each boat and helicopter that is under way, the minute of its return.
    sources : ReliefSources
        What is left in them.
    requests : tuple of Request
        Open ones, with what is still wanted.
    before : mapping of str to frozenset of str
        Depots of each request by the last orders.
    planned : tuple of Trip
        Those that have not begun.
    """

    trips: pd.DataFrame
    loads: pd.DataFrame
    vehicles: pd.DataFrame
    craft_free_min: Mapping[str, float]
    sources: ReliefSources
    requests: tuple[Request, ...]
    before: Mapping[str, frozenset[str]]
    planned: tuple[Trip, ...]


@dataclass(frozen=True, eq=False)
class _Course:
    """What becomes of one trip: its legs that are gone or will be, the stops that it makes, where and when it ends."""

    stops: int
    ends_at: str
    ends_min: float
    called_off: bool = False


def trips_underway(
    form: IncidentForm, before: Previous, vehicles: pd.DataFrame, sources: ReliefSources, kept: Kept
) -> TripsUnderway:
    """Find out what vehicles and craft have done and are doing."""
    at_min = kept.tracks.at_min
    tables = before.tables
    legs = tables["legs"][tables["legs"]["carrier_kind"].isin(("vehicle", "craft"))].sort_values("step")
    begun = tables["trips"][tables["trips"]["loading_min"] <= at_min].sort_values("loading_min")
    place = dict(zip(vehicles["vehicle_id"], vehicles["place_id"], strict=True))
    free = {one: max(at_min, ready) for one, ready in zip(vehicles["vehicle_id"], vehicles["ready_min"], strict=True)}
    _to_depots(legs, begun, kept, place, free)
    courses: dict[str, _Course] = {}
    craft_free: dict[str, float] = {}
    for trip in rows_of(begun):
        own = legs[(legs["carrier_id"] == trip.carrier_id) & _of_trip(legs, trip)]
        course = _course(trip, list(rows_of(own)), tables["loads"], kept)
        courses[trip.trip_id] = course
        if trip.carrier_id in place:
            place[trip.carrier_id], free[trip.carrier_id] = course.ends_at, max(at_min, course.ends_min)
        else:
            craft_free[trip.carrier_id] = max(at_min, course.ends_min)
    stays = [trip for trip in begun["trip_id"] if not courses[trip].called_off]
    trips = _kept_trips(begun[begun["trip_id"].isin(stays)], courses, at_min)
    loads = tables["loads"]
    made = loads["trip_id"].map(lambda trip: courses[trip].stops if trip in courses else 0)
    loads = loads[(loads["trip_id"] == IN_PLACE) | (loads["trip_id"].isin(stays) & (loads["stop"] <= made))]
    trips = _weighed(trips, loads)
    _named(form, loads)
    return TripsUnderway(
        trips=trips,
        loads=loads,
        vehicles=vehicles.assign(
            place_id=[place[one] for one in vehicles["vehicle_id"]],
            ready_min=[float(free[one]) for one in vehicles["vehicle_id"]],
        ),
        craft_free_min=craft_free,
        sources=_drawn(sources, loads, tables["trips"]),
        requests=still_wanted(form.requests, sums(loads, "request_id", "quantity")),
        before=_depots_before(tables),
        planned=tuple(_planned(tables, at_min)),
    )


def _of_trip(legs: pd.DataFrame, trip: Any) -> NDArray[np.bool_]:
    depart = legs["depart_min"].to_numpy(float)
    inside: NDArray[np.bool_] = (depart >= trip.depart_min - SLACK_MIN) & (depart < trip.return_min - SLACK_MIN)
    return inside


def _to_depots(
    legs: pd.DataFrame, begun: pd.DataFrame, kept: Kept, place: dict[str, str], free: dict[str, float]
) -> None:
    """Follow the ways of vehicles to the depots where they load."""
    first = legs.groupby("carrier_id").head(1)
    going = first[(first["purpose"] == "") & (first["depart_min"] + first["wait_min"] <= kept.tracks.at_min)]
    loading = begun.groupby("carrier_id")["loading_min"].min().to_dict()
    for leg in rows_of(going):
        if leg.depart_min >= loading.get(leg.carrier_id, np.inf):
            continue
        stop = kept.tracks.stopped(leg) if leg.arrive_min > kept.tracks.at_min else None
        if stop is None:
            kept.keep(leg)
            place[leg.carrier_id], free[leg.carrier_id] = leg.to_place_id, max(kept.tracks.at_min, leg.arrive_min)
        else:
            place[leg.carrier_id], free[leg.carrier_id] = kept.stop(leg, stop, []), kept.tracks.at_min


def _course(trip: Any, own: Sequence[Any], loads: pd.DataFrame, kept: Kept) -> _Course:
    """Follow one trip leg by leg."""
    at_min = kept.tracks.at_min
    blocked = [kept.tracks.stopped(leg) if leg.arrive_min > at_min else None for leg in own]
    if trip.depart_min > at_min and any(stop is not None for stop in blocked):
        return _Course(0, trip.depot_id, at_min, called_off=True)
    mine = loads[loads["trip_id"] == trip.trip_id]
    leaves = mine.groupby("place_id")["leave_min"].max().to_dict()
    stop_of = mine.groupby("place_id")["stop"].max().to_dict()
    requests = mine.groupby("place_id")["request_id"].agg(list).to_dict()
    made, at, free = 0, trip.depot_id, trip.return_min
    for leg, stop in zip(own, blocked, strict=True):
        if stop is not None:
            lost = [one for where, ids in requests.items() if stop_of[where] > made for one in ids]
            held = [_held_up(leg, one) for one in lost]
            if leg.depart_min + leg.wait_min > at_min:
                kept.held_up.extend(held)
                return _Course(made, at, leg.depart_min)
            return _Course(made, kept.stop(leg, stop, held), at_min)
        kept.keep(leg)
        at = leg.to_place_id
        made = max(made, int(stop_of.get(at, 0)) if leg.purpose else 0)
        free = leaves.get(at, leg.arrive_min) if leg.purpose else leg.arrive_min
    return _Course(made, at, max(free, trip.return_min))


def _held_up(leg: Any, request_id: str) -> HeldUp:
    return HeldUp("request", request_id, Phrase("optimizer.dispatch.vehicle_stopped", name=leg.carrier_name))


def _kept_trips(trips: pd.DataFrame, courses: Mapping[str, _Course], at_min: float) -> pd.DataFrame:
    ends = [courses[trip].ends_min for trip in trips["trip_id"]]
    frozen = ["finished" if end <= at_min else "started" for end in ends]
    return trips.assign(return_min=ends, frozen=frozen)


def _weighed(trips: pd.DataFrame, loads: pd.DataFrame) -> pd.DataFrame:
    """Put down what the trips bring."""
    kg, m3 = (loads.groupby("trip_id")[column].sum() for column in ("mass_kg", "volume_m3"))
    return trips.assign(load_kg=trips["trip_id"].map(kg).fillna(0.0), load_m3=trips["trip_id"].map(m3).fillna(0.0))


def _drawn(sources: ReliefSources, loads: pd.DataFrame, trips: pd.DataFrame) -> ReliefSources:
    """Take what has left the sources, or is to leave with a trip that is begun, out of them."""
    from_lots, offered = loads[loads["lot_id"] != ""], loads[loads["lot_id"] == ""]
    site = trips.set_index("trip_id")["depot_id"].to_dict()
    by_offer: dict[tuple[str, str], float] = {}
    for load in rows_of(offered):
        key = (site[load.trip_id], load.item_id)
        by_offer[key] = by_offer.get(key, 0.0) + load.quantity
    return drawn_from(sources, sums(from_lots, "lot_id", "quantity"), by_offer)


def _depots_before(tables: Mapping[str, pd.DataFrame]) -> dict[str, frozenset[str]]:
    loads = tables["loads"].merge(tables["trips"][["trip_id", "depot_id"]], on="trip_id")
    return {str(one): frozenset(group["depot_id"]) for one, group in loads.groupby("request_id")}


def _planned(tables: Mapping[str, pd.DataFrame], at_min: float) -> Iterator[Trip]:
    """Trips that were ordered and have not begun to load."""
    trips, loads = tables["trips"], tables["loads"].sort_values("stop", kind="stable")
    for trip in rows_of(trips[trips["loading_min"] > at_min]):
        stops = []
        for _, rows in loads[loads["trip_id"] == trip.trip_id].groupby("stop"):
            dropped = tuple(Delivery(*one) for one in sums(rows, "request_id", "quantity").items())
            first = rows.iloc[0]
            stops.append(Stop(str(first["place_id"]), float(first["arrive_min"]), float(first["leave_min"]), dropped))
        yield Trip(trip.carrier_id, trip.depot_id, trip.loading_min, trip.depart_min, tuple(stops), trip.return_min)


def _named(form: IncidentForm, loads: pd.DataFrame) -> None:
    missing = sorted(set(loads["request_id"]) - {one.id for one in form.requests})
    if missing:
        what = Phrase("optimizer.dispatch.begun_not_named", names=", ".join(missing))
        raise ProblemsError([Problem(what, Phrase("optimizer.dispatch.begun_not_named_mend"))])
