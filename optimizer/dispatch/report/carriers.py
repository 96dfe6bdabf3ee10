"""Everybody and everything that the orders set in motion: kind, name, means, whom to call."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import pandas as pd

from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.tables import CARRIERS

CRAFT = ("boat", "helicopter")
_CARRIER = {"carrier_id": "id", "carrier_name": "name", "carrier_kind": "kind"}
_TEAM = {"team_id": "carrier_id", "team_name": "carrier_name"}
_CREW = {"crew_id": "carrier_id", "crew_name": "carrier_name"}


@dataclass(frozen=True)
class Carrier:
    """A team, vehicle, craft, bus or crew.

    Attributes
    ----------
    id, name : str
    kind : str
        Of :data:`~optimizer.dispatch.tables.CARRIERS`.
    mode : str
        Of :data:`~optimizer.dispatch.tables.MODES`; empty where it never moves.
    call : str
        Contact and telephone, its own; else those of the place where it starts.
    """

    id: str
    name: str
    kind: str
    mode: str
    call: str


def carriers(dispatch: Dispatch) -> tuple[Carrier, ...]:
    """All of them, by kind and then by id."""
    tables = dispatch.tables
    legs = tables["legs"].sort_values(["carrier_id", "step"], kind="stable").drop_duplicates("carrier_id")
    work, trips, crews = tables["work"], tables["trips"], tables["clearing"]
    home = tables["places"].assign(call=calls(tables["places"])).set_index("place_id")["call"]
    said = [
        work.assign(call=calls(work), carrier_kind="team").rename(columns=_TEAM),
        trips.assign(call=calls(trips), carrier_kind=["craft" if one in CRAFT else "vehicle" for one in trips["mode"]]),
        crews[crews["crew_id"] != ""].assign(carrier_kind="crew").rename(columns=_CREW),
        legs,
        legs[["carrier_id"]].assign(call=home.reindex(legs["from_place_id"]).fillna("").to_numpy()),
    ]
    columns = [field.name for field in fields(Carrier)]
    renamed = (one.rename(columns=_CARRIER).reindex(columns=columns, fill_value="") for one in said)
    # The first that says something of a carrier holds: its own call before that of the place it starts from, and a
    # truck that brings goods after it has brought people is a vehicle.
    known = pd.concat(renamed).astype(object).replace("", None).groupby("id").first().fillna("").reset_index()
    found = (Carrier(*map(str, row)) for row in known[columns].itertuples(index=False, name=None))
    named = (replace(one, name=one.name or one.id) for one in found)
    order = list(CARRIERS)
    return tuple(sorted(named, key=lambda one: (order.index(one.kind), one.id)))


def calls(rows: pd.DataFrame) -> list[str]:
    """Contact and telephone of each row in one text."""
    return [" ".join(filter(None, pair)) for pair in zip(rows["contact"], rows["phone"], strict=True)]
