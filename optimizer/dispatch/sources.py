"""Where relief comes from in an incident: what lies in depots and is left, and what suppliers can bring up.

Kits, sets and telephones stay where they are; relief in a village serves that village alone. A lot that has expired by
the day of the incident is not given out. Suppliers come last; what takes longer to bring up is a source of its own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.dispatch.incident.form import IncidentForm, Request
from optimizer.dispatch.rows import rows_of
from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS

MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True, eq=False)
class ReliefSources:
    """Depots and suppliers with what they can give.

    Attributes
    ----------
    depots : DataFrame
        ``depot_id`` (the site, and for a supplier's offer its lead time), ``site_id``, ``supplier``, ``available_min``.
    lots : DataFrame
        ``depot_id``, ``item_id``, ``lot_id`` (empty for a supplier's offer), ``expiry`` (NaT: never), ``quantity`` in
        whole units; the first to expire come first.
    in_place : DataFrame
        The same columns, of villages and communities.
    """

    depots: pd.DataFrame
    lots: pd.DataFrame
    in_place: pd.DataFrame

    def for_items(self, item_ids: Iterable[str], by_min: float) -> ReliefSources:
        """Keep the sources that hold any of these items and can give it by a minute."""
        asked = set(item_ids)
        holds = set(self.lots.loc[self.lots["item_id"].isin(asked), "depot_id"])
        kept = self.depots["depot_id"].isin(holds) & (self.depots["available_min"] <= by_min)
        depots = self.depots[kept].reset_index(drop=True)
        lots = self.lots[self.lots["depot_id"].isin(depots["depot_id"])].reset_index(drop=True)
        return ReliefSources(depots, lots, self.in_place)


def relief_sources(region: Region, incident: IncidentForm) -> ReliefSources:
    """Find the sources that the incident leaves."""
    lots = _lots(region, incident)
    settled = set(region.sites.loc[region.sites["kind"].isin(SETTLEMENTS), "site_id"])
    in_place = lots["depot_id"].isin(settled)
    offers = _offers(region)
    held = lots[~in_place]
    depots = pd.concat(
        [
            pd.DataFrame({"depot_id": held["depot_id"].drop_duplicates()}).assign(
                site_id=lambda rows: rows["depot_id"], supplier=False, available_min=0.0
            ),
            offers[["depot_id", "site_id", "available_min"]].drop_duplicates().assign(supplier=True),
        ],
        ignore_index=True,
    )
    given = pd.concat([held, offers[held.columns]], ignore_index=True)
    return ReliefSources(depots, given, lots[in_place].reset_index(drop=True))


def _lots(region: Region, incident: IncidentForm) -> pd.DataFrame:
    """Relief that is left and has not expired, first to expire first."""
    items = region.tables["items"]
    stock = region.tables["stock"]
    expiry = pd.to_datetime(stock["expiry"])
    good = expiry.isna() | (expiry > pd.Timestamp(incident.began))
    relief = stock["item_id"].isin(items.loc[items["use"] == "relief", "item_id"])
    lost = {loss.site: loss.share for loss in incident.lost.depots}
    kept = 1.0 - stock["site_id"].map(lost).fillna(0.0).astype(float)
    lots = pd.DataFrame(
        {
            "depot_id": stock["site_id"].astype(str),
            "item_id": stock["item_id"].astype(str),
            "lot_id": stock["lot_id"].astype(str),
            "expiry": expiry,
            "quantity": np.floor(stock["quantity"] * kept + 1e-9),
        }
    )[good & relief]
    lots = lots[lots["quantity"] > 0]
    return lots.sort_values(["depot_id", "item_id", "expiry", "lot_id"], na_position="last", ignore_index=True)


def _offers(region: Region) -> pd.DataFrame:
    offers = region.tables["offers"]
    items = region.tables["items"]
    offers = offers[offers["item_id"].isin(items.loc[items["use"] == "relief", "item_id"])]
    lead = offers["lead_time_h"].fillna(0.0).astype(float)
    table = pd.DataFrame(
        {
            "depot_id": [f"{site}|{hours:g} h" for site, hours in zip(offers["site_id"], lead, strict=True)],
            "item_id": offers["item_id"].astype(str),
            "lot_id": "",
            "expiry": pd.NaT,
            "quantity": np.floor(offers["max_quantity"].astype(float)),
            "site_id": offers["site_id"].astype(str),
            "available_min": lead * MINUTES_AN_HOUR,
        }
    )
    table["expiry"] = pd.to_datetime(table["expiry"])
    return table[table["quantity"] > 0].reset_index(drop=True)


@dataclass(frozen=True)
class HandedOut:
    """Units of a lot that lies in the place that asks for them."""

    request_id: str
    place_id: str
    item_id: str
    lot_id: str
    units: float


def hand_out(requests: Sequence[Request], in_place: pd.DataFrame) -> list[HandedOut]:
    """Give out what lies where it is asked for, by priority."""
    left = {row: float(units) for row, units in enumerate(in_place["quantity"])}
    handed: list[HandedOut] = []
    for request in sorted(requests, key=lambda one: (one.priority or 1, one.deadline_min or 0.0, one.id)):
        wanted = float(request.quantity)
        own = (in_place["depot_id"] == request.site) & (in_place["item_id"] == request.item)
        for row in np.flatnonzero(own).tolist():
            units = min(wanted, left[row])
            if units > 0:
                lot = str(in_place["lot_id"].iloc[row])
                handed.append(HandedOut(request.id, request.site, request.item, lot, units))
                left[row] -= units
                wanted -= units
    return handed


def still_wanted(requests: Sequence[Request], given: Mapping[str, float]) -> tuple[Request, ...]:
    """Give what is left of requests when so many units of each are given, for as large a share of its people."""
    left = ((one, round(one.quantity - given.get(one.id, 0.0))) for one in requests)
    return tuple(
        one.model_copy(
            update={"quantity": units, "people": one.people and max(1, round(one.people * units / one.quantity))}
        )
        for one, units in left
        if units > 0
    )


def drawn_from(
    sources: ReliefSources, by_lot: Mapping[str, float], by_offer: Mapping[tuple[str, str], float]
) -> ReliefSources:
    """Take out what has left.

    Parameters
    ----------
    by_lot : mapping of str to float
        Units by lot.
    by_offer : mapping of (str, str) to float
        Units by a supplier's site and item.
    """
    site = dict(zip(sources.depots["depot_id"], sources.depots["site_id"], strict=True))
    offered = dict(by_offer)

    def left(lots: pd.DataFrame) -> pd.DataFrame:
        units = []
        for lot in rows_of(lots):
            gone = by_lot.get(lot.lot_id, 0.0) if lot.lot_id else offered.get((site[lot.depot_id], lot.item_id), 0.0)
            taken = min(float(gone), float(lot.quantity))
            if not lot.lot_id and taken:
                offered[site[lot.depot_id], lot.item_id] -= taken
            units.append(float(lot.quantity) - taken)
        changed = lots.assign(quantity=units)
        return changed[changed["quantity"] > 0].reset_index(drop=True)

    return ReliefSources(sources.depots, left(sources.lots), left(sources.in_place))
