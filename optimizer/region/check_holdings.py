"""Check what is held and by whom: stock, items, norms, vehicles, teams and suppliers' offers."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from network.problem import Problem
from optimizer.region.check_sites import misplaced
from optimizer.region.draft import Draft
from optimizer.region.region_tables import KITS
from optimizer.region.typed_table import TypedTable

STOCK_SITES = ("depot", "town", "village", "community", "station", "shelter", "supplier")
VEHICLE_SITES = ("depot", "town", "village", "community", "station", "shelter", "supplier", "pier", "helipad")
TEAM_SITES = ("depot", "town", "village", "community", "station", "shelter", "pier", "helipad")

_GB_CODE = re.compile(r"[1-3]\d{6}")


def check_holdings(draft: Draft) -> Iterator[Problem]:
    """All that the tables of items, stock, norms, vehicles, teams and offers say wrongly of one another."""
    yield from _items(draft.tables["items"])
    yield from _stock(draft)
    yield from _storage(draft)
    yield from _norms(draft)
    yield from misplaced(draft, draft.tables["stock"], STOCK_SITES, "stock_misplaced")
    yield from misplaced(draft, draft.tables["vehicles"], VEHICLE_SITES, "vehicles_misplaced")
    yield from misplaced(draft, draft.tables["teams"], TEAM_SITES, "team_misplaced")
    yield from misplaced(draft, draft.tables["offers"], ("supplier",), "offer_misplaced")
    yield from _vehicles(draft.tables["vehicles"])


def _items(items: TypedTable) -> Iterator[Problem]:
    frame = items.frame
    for row, code in enumerate(frame["gb_code"]):
        if code and not _GB_CODE.fullmatch(code):
            yield items.problem(row, "gb_code", "gb_code", value=code, severity="warning")
    for row in np.flatnonzero(frame["pack_size"] == 0).tolist():
        yield items.problem(row, "pack_size", "pack_of_nothing", value=0)
    # What a rule asks a site to have is counted and bought by the unit.
    by_the_pack = (frame["pack_size"] > 0) & (frame["pack_size"] != 1) & frame["use"].isin(list(KITS))
    for row in np.flatnonzero(by_the_pack & (frame["use"] != "relief")).tolist():
        use, size = frame["use"].iloc[row], f"{frame['pack_size'].iloc[row]:g}"
        yield items.problem(row, "pack_size", "pack_of_equipment", value=size, use=KITS[use], code=use)
    for column in ("volume_m3", "mass_kg"):
        for row in np.flatnonzero((frame[column] == 0) & (frame["use"] == "relief")).tolist():
            yield items.problem(row, column, "weightless", value=0, name=frame["name"].iloc[row])
    for row in np.flatnonzero(frame["shelf_life_months"] == 0).tolist():
        yield items.problem(row, "shelf_life_months", "no_shelf_life", value=0)


def _stock(draft: Draft) -> Iterator[Problem]:
    """Units that are not the item's, and lots that have expired."""
    stock, items = draft.tables["stock"], draft.tables["items"].frame
    units = dict(zip(items["item_id"], items["unit"], strict=True))
    frame = stock.frame
    for row, (item, unit) in enumerate(zip(frame["item_id"], frame["unit"], strict=True)):
        if unit and units.get(item, unit) not in {unit, ""}:
            yield stock.problem(row, "unit", "unit_differs", value=unit, item=item, unit=units[item])
    if draft.settings is None:
        return
    plan_date = draft.settings.form.plan_date
    for row in np.flatnonzero(frame["expiry"] < pd.Timestamp(plan_date)).tolist():
        expiry = frame["expiry"].iloc[row].date().isoformat()
        yield stock.problem(row, "expiry", "expired", value=expiry, severity="warning", plan_date=plan_date.isoformat())


def _storage(draft: Draft) -> Iterator[Problem]:
    """Depots that hold more, of goods of whatever use, than their storage has room for."""
    sites, stock, items = draft.tables["sites"], draft.tables["stock"].frame, draft.tables["items"].frame
    volume = stock["item_id"].map(_lookup(items, "item_id", "volume_m3")).astype(float) * stock["quantity"]
    lies_there = stock["holding_mode"].isin(["physical", "agency"])
    used = volume[lies_there].groupby(stock["site_id"][lies_there]).sum()
    for row, (site, storage) in enumerate(zip(sites.frame["site_id"], sites.frame["storage_m3"], strict=True)):
        if used.get(site, 0.0) > storage * (1 + 1e-9):
            yield sites.problem(
                row,
                "storage_m3",
                "storage_exceeded",
                value=f"{storage:g}",
                severity="warning",
                used=f"{used[site]:.1f}",
                name=sites.frame["name"].iloc[row],
            )


def _norms(draft: Draft) -> Iterator[Problem]:
    """Norms of items that are not shipped, and norms that make no demand."""
    norms, items = draft.tables["norms"], draft.tables["items"].frame
    uses = _lookup(items, "item_id", "use")
    for row, item in enumerate(norms.frame["item_id"]):
        use = uses.get(item, "relief")
        if use not in {"relief", ""}:
            yield norms.problem(row, "item_id", "norm_of_equipment", value=item, use=KITS[use], code=use)
    for row in np.flatnonzero(norms.frame["share"] > 1).tolist():
        share = f"{norms.frame['share'].iloc[row]:g}"
        yield norms.problem(row, "share", "share_above_one", value=share)
    for row in np.flatnonzero(norms.frame["deadline_h"] == 0).tolist():
        yield norms.problem(row, "deadline_h", "no_time", value=0)


def _vehicles(vehicles: TypedTable) -> Iterator[Problem]:
    """Vehicles that carry nothing."""
    for column in ("payload_kg", "volume_m3"):
        for row in np.flatnonzero((vehicles.frame[column] == 0) & (vehicles.frame["count"] > 0)).tolist():
            yield vehicles.problem(row, column, "carries_nothing", value=0, severity="warning")


def _lookup(frame: pd.DataFrame, key: str, value: str) -> dict[str, Any]:
    return dict(zip(frame[key], frame[value], strict=True))
