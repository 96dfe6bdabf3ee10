"""People on their way to shelters by now: whoever has set out stays with the shelter ordered, all others are open.

Rides are told by their legs alone; how many ride on each follows from the seats: as many as there are, until all of the
place's people for that shelter have gone. A ride that a closure stops is open again, for its people as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from network.words import Phrase
from optimizer.dispatch.incident.form import Evacuation, IncidentForm
from optimizer.dispatch.resume.kept import HeldUp, Kept
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.rows import rows_of, sums
from optimizer.dispatch.tables import EVACUEES
from optimizer.dispatch.travel import FOOT


@dataclass(frozen=True, eq=False)
class RidesUnderway:
    """Who has set out and who has not.

    Attributes
    ----------
    evacuees : DataFrame
        Rows of ``EVACUEES`` that stay, with the people that have set out.
    vehicles : DataFrame
        Standing vehicles with the places and minutes of now.
    evacuations : tuple of Evacuation
        With the people who are still there.
    taken : mapping of str to float
        People by shelter.
    """

    evacuees: pd.DataFrame
    vehicles: pd.DataFrame
    evacuations: tuple[Evacuation, ...]
    taken: Mapping[str, float]


def rides_underway(
    form: IncidentForm, before: Previous, vehicles: pd.DataFrame, kept: Kept, person_kg: float, boarding_min: float,
    walk_from_min: float,
) -> RidesUnderway:  # fmt: skip
    """Find out who has set out.

    Parameters
    ----------
    vehicles : DataFrame
        As they stand but for rides.
    person_kg, boarding_min : float
        Of the region's parameters.
    walk_from_min : float
        Minute at which people on foot set out.
    """
    at_min = kept.tracks.at_min
    legs = before.tables["legs"]
    legs = legs[legs["carrier_kind"] == "bus"].sort_values(["depart_min", "carrier_id"])
    place = dict(zip(vehicles["vehicle_id"], vehicles["place_id"], strict=True))
    free = dict(zip(vehicles["vehicle_id"], vehicles["ready_min"].astype(float), strict=True))
    seats = {one.vehicle_id: int(one.payload_kg / person_kg) for one in rows_of(vehicles)}
    gone: dict[tuple[str, str], list[tuple[int, float]]] = {}
    left = {(one.place_id, one.shelter_id): int(one.people) for one in rows_of(before.tables["evacuees"])}
    for ride in _rides(legs):
        people = min(left.get((ride[-1].purpose, ride[-1].to_place_id), 0), seats.get(ride[-1].carrier_id, 0))
        if people and _goes_on(ride, people, kept, place, free, boarding_min):
            pair = (ride[-1].purpose, ride[-1].to_place_id)
            left[pair] -= people
            gone.setdefault(pair, []).append((people, ride[-1].arrive_min))
    for one in rows_of(before.tables["evacuees"]):
        if one.mode == FOOT and walk_from_min <= at_min:
            gone[one.place_id, one.shelter_id] = [(int(one.people), one.last_min)]
    evacuees = _kept_rows(before.tables["evacuees"], gone)
    away = sums(evacuees, "place_id", "people")
    return RidesUnderway(
        evacuees=evacuees,
        vehicles=vehicles.assign(
            place_id=[place[one] for one in vehicles["vehicle_id"]],
            ready_min=[float(free[one]) for one in vehicles["vehicle_id"]],
        ),
        evacuations=tuple(_still_there(form, away)),
        taken=sums(evacuees, "shelter_id", "people"),
    )


def _rides(legs: pd.DataFrame) -> Iterator[list[Any]]:
    """Legs of each ride: to the place, where the bus is not there already, and on to the shelter."""
    waiting: dict[str, Any] = {}
    for leg in rows_of(legs):
        if leg.to_place_id == leg.purpose:
            waiting[leg.carrier_id] = leg
        else:
            first = waiting.pop(leg.carrier_id, None)
            yield [leg] if first is None else [first, leg]


def _goes_on(
    ride: list[Any], people: int, kept: Kept, place: dict[str, str], free: dict[str, float], boarding_min: float
) -> bool:
    """Whether a ride has set out and comes through; keeps its legs then, or what was driven of them."""
    at_min = kept.tracks.at_min
    if ride[0].depart_min + ride[0].wait_min > at_min:
        return False
    bus = ride[0].carrier_id
    for leg in ride:
        stop = kept.tracks.stopped(leg) if leg.arrive_min > at_min else None
        if stop is not None:
            why = Phrase("optimizer.dispatch.bus_stopped", name=leg.carrier_name, people=people)
            held = [HeldUp("place", leg.purpose, why)]
            if leg.depart_min + leg.wait_min <= at_min:
                place[bus], free[bus] = kept.stop(leg, stop, held), at_min
            else:
                kept.held_up.extend(held)
            return False
        kept.keep(leg)
        place[bus], free[bus] = leg.to_place_id, max(at_min, leg.arrive_min + boarding_min)
    return True


def _kept_rows(evacuees: pd.DataFrame, gone: Mapping[tuple[str, str], list[tuple[int, float]]]) -> pd.DataFrame:
    """Rows of those who have set out."""
    rows = []
    for one in rows_of(evacuees):
        own = gone.get((one.place_id, one.shelter_id))
        if own:
            last = max(minute for _, minute in own)
            late = not np.isnan(one.deadline_min) and last > one.deadline_min
            rows.append(
                one._asdict()
                | {
                    "people": float(sum(people for people, _ in own)),
                    "rides": 0 if one.mode == FOOT else len(own),
                    "last_min": last,
                    "status": "late" if late else "on_time",
                }
            )
    return pd.DataFrame(rows, columns=[column.name for column in EVACUEES.columns])


def _still_there(form: IncidentForm, away: Mapping[str, float]) -> Iterator[Evacuation]:
    for one in form.evacuations:
        people = (one.people or 0) - int(away.get(one.site, 0))
        if people > 0:
            yield one.model_copy(update={"people": people})
