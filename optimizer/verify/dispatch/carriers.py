"""A time-ordered list of what every team, vehicle and craft does: in one place at a time, each thing after the last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd

from network.words import Phrase
from optimizer.verify.dispatch.crafts import craft_of
from optimizer.verify.dispatch.orders import TIMES, Orders, split
from optimizer.verify.dispatch.places import POINT
from optimizer.verify.outcome import DISPATCH, Outcome, number, row_words, said, table_phrase


@dataclass(frozen=True)
class Doing:
    """Something that a carrier does.

    Attributes
    ----------
    carrier : str
    begin_min, end_min : float
    start, end : str
        Places; empty: wherever it is.
    table, row : str
        Where it stands.
    """

    carrier: str
    begin_min: float
    end_min: float
    start: str
    end: str
    table: str
    row: str

    @property
    def words(self) -> dict[str, object]:
        """For the sentences of what does not hold."""
        return {"carrier": self.carrier, "minute": number(round(self.begin_min, 2)), "row": self.row}


def doings(orders: Orders) -> dict[str, list[Doing]]:
    """What every carrier does, in the order of time."""
    found: dict[str, list[Doing]] = {}
    for one in (*_legs(orders), *_loading(orders), *_unloading(orders), *_work(orders), *_clearing(orders)):
        found.setdefault(one.carrier, []).append(one)
    # Sums of minutes are rounded: what begins together is told apart by its end.
    return {
        carrier: sorted(each, key=lambda one: (round(one.begin_min, 4), round(one.end_min, 4)))
        for carrier, each in found.items()
    }


def verify_carriers(orders: Orders) -> Outcome:
    """Nobody is in two places, does two things at once, or begins before it is ready, elsewhere than at home."""
    outcome = Outcome()
    for carrier, each in doings(orders).items():
        outcome += _verify_begin(orders, carrier, each[0])
        here = each[0].end
        for before, after in pairwise(each):
            in_turn = before.end_min <= after.begin_min + TIMES.absolute
            outcome += _told("dispatch_two_at_once", after, right=in_turn, other=number(round(before.end_min, 2)))
            there = not after.start or not here or after.start == here
            outcome += _told("dispatch_elsewhere", after, right=there, place=here, other=after.start)
            here = after.end or here
    return outcome


def _told(entry: str, one: Doing, *, right: bool, **values: object) -> Outcome:
    return said(entry, right=right, table=table_phrase(one.table), **one.words, **values)


def _verify_begin(orders: Orders, carrier: str, first: Doing) -> Outcome:
    """The first thing that a carrier does begins at home, when it is ready; a vehicle's home is a pool's."""
    home, ready = home_of(orders, carrier, first)
    outcome = _told("dispatch_not_ready", first, right=first.begin_min >= ready - TIMES.absolute, other=number(ready))
    right = not first.start or (bool(home) and first.start == home)
    return outcome + _told("dispatch_not_at_home", first, right=right, place=home or Phrase("optimizer.verify.nowhere"))


def home_of(orders: Orders, carrier: str, first: Doing) -> tuple[str, float]:
    """Place where a carrier is at first, and the minute from which on it can do anything; no place: nothing is known.

    Teams turn out, neighbours and crews are ready as the incident says, vehicles when they are mobilised.
    """
    places, form = orders.places, orders.form
    teams = orders.region.tables["teams"]
    for team in teams[(teams["team_id"] == carrier).to_numpy()].itertuples():
        turnout = orders.incident.skills.turnout(str(team.team_kind))
        return places.of_site(str(team.site_id)), turnout.turnout_min
    for neighbour in form.neighbours:
        if neighbour.id == carrier:
            own = POINT + neighbour.id if neighbour.site is None else places.of_site(neighbour.site)
            return own, neighbour.ready_min
    for crew in form.clearing.crews:
        if crew.id == carrier:
            return places.of_site(crew.site), crew.ready_min
    craft = craft_of(orders, carrier)
    if craft is not None:
        return places.of_site(craft.site), craft.ready_min
    pools = set(orders.region.tables["vehicles"]["site_id"])
    return first.start if places.site(first.start) in pools else "", orders.parameters.mobilise_min


def _legs(orders: Orders) -> Iterator[Doing]:
    name, rows = DISPATCH + "legs", orders.legs
    for i, row in enumerate(rows.itertuples()):
        begin, end = float(str(row.depart_min)), float(str(row.arrive_min))
        ends = str(row.from_place_id), str(row.to_place_id)
        yield Doing(str(row.carrier_id), begin, end, *ends, name, row_words(name, rows, i))


def _loading(orders: Orders) -> Iterator[Doing]:
    """Loading, at the depot; of craft at their base."""
    name, rows = DISPATCH + "trips", orders.tables["trips"]
    for i, row in enumerate(rows.itertuples()):
        craft = craft_of(orders, str(row.carrier_id))
        depot = orders.places.of_site(craft.site if craft else str(row.depot_id))
        begin, end = float(str(row.loading_min)), float(str(row.depart_min))
        yield Doing(str(row.carrier_id), begin, end, depot, depot, name, row_words(name, rows, i))


def _unloading(orders: Orders) -> Iterator[Doing]:
    name, rows = DISPATCH + "loads", orders.tables["loads"]
    rows = rows.drop_duplicates(["trip_id", "stop"])
    carrier = orders.tables["trips"].drop_duplicates("trip_id").set_index("trip_id")["carrier_id"]
    rows = rows[rows["trip_id"].isin(carrier.index)]
    for i, row in enumerate(rows.itertuples()):
        place, begin, end = str(row.place_id), float(str(row.arrive_min)), float(str(row.leave_min))
        yield Doing(str(carrier[str(row.trip_id)]), begin, end, place, place, name, row_words(name, rows, i))


def _work(orders: Orders) -> Iterator[Doing]:
    name, rows = DISPATCH + "work", orders.tables["work"]
    for i, row in enumerate(rows.itertuples()):
        place, begin, end = str(row.place_id), float(str(row.start_min)), float(str(row.finish_min))
        yield Doing(str(row.team_id), begin, end, place, place, name, row_words(name, rows, i))


def _clearing(orders: Orders) -> Iterator[Doing]:
    name, rows = DISPATCH + "clearing", orders.tables["clearing"]
    rows = rows[rows["crew_id"] != ""]
    for i, row in enumerate(rows.itertuples()):
        begin, end = float(str(row.start_min)), float(str(row.opens_min))
        yield Doing(str(row.crew_id), begin, end, "", "", name, row_words(name, rows, i))


def arrivals(orders: Orders, carrier: str, place: str, before_min: float) -> float:
    """When a carrier last came to a place before a minute, by its legs; NaN where no leg leads there."""
    legs: pd.DataFrame = orders.legs
    came = legs[
        (legs["carrier_id"] == carrier)
        & (legs["to_place_id"] == place)
        & (legs["arrive_min"] <= before_min + TIMES.absolute)
    ]
    return float(came["arrive_min"].max()) if len(came) else float(np.nan)


def with_purpose(orders: Orders, one: str) -> pd.DataFrame:
    """Legs that serve a task, request, place or closure."""
    named = [one in split(purpose) for purpose in orders.legs["purpose"]]
    return orders.legs[np.array(named, dtype=bool)]
