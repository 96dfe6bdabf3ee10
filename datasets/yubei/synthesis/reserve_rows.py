"""What is held, what is paid and what is offered: items, norms, stock, payers, offers.

Relief
    The design event hits DESIGN_PEOPLE people for DESIGN_DAYS days. The want of an item is people × norm × share ×
    days; stock of relief is a share of that want, split over the depots (STOCK_SHARE). Half of what perishes expires
    within the year of the plan.
Kits
    A village holds each kit item that it should have with probability KIT_SHARE.
District budget
    BUDGET_SHARE of what the relief still missing from that want would cost.
Town budgets
    What the kits and the wardens' sets still missing would cost, times a seeded share between 0.55 and 1.35: the kit is
    affordable in some towns and not in others. Every second town without a depot has what a small one costs on top.
"""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from synthesis.depot_rows import DISTRICT, DISTRICT_DEPOTS, MUNICIPALITY, STARTER, TOWNS_WITHOUT, payer_of
from synthesis.facility_rows import Rows
from synthesis.land import SEED
from synthesis.places import Town
from synthesis.rows import MADE_SOURCE, WHOLE_ROW

DESIGN_PEOPLE, DESIGN_DAYS = 6000, 3
STOCK_SHARE = {"DEPOT-D1": 0.16, "DEPOT-D2": 0.07, "towns": 0.08}
KIT_SHARE = 0.45
WARDEN_SHARE = 0.5
BUDGET_SHARE = 0.6
TOWN_BUDGET = (0.55, 1.35)
PLAN_DATE = date(2026, 12, 1)
SOON, LATER = date(2027, 6, 30), date(2028, 9, 30)
"""Expiry of the lots that go within the plan's year, and of the others."""
AGENCY_LOTS = (
    ("SUPP-1", "quilt", 260, "agency"),
    ("SUPP-2", "tent", 20, "agency"),
    ("SUPP-5", "ready_food", 900, "commercial"),
)
MUNICIPAL_LOTS = (("tent", 30), ("folding_bed", 200))


def starter_table(name: str) -> pd.DataFrame:
    """A table of ``datasets/starter``, as text."""
    return pd.read_csv(STARTER / f"{name}.csv", dtype=str, keep_default_na=False, encoding="utf-8-sig")


def design_want() -> pd.Series:
    """Want of each relief item in the design event, in the item's unit."""
    norms = starter_table("norms")
    days = np.where(norms["basis"] == "person_day", DESIGN_DAYS, 1)
    amount = norms["quantity"].astype(float) * norms["share"].astype(float) * days * DESIGN_PEOPLE
    return pd.Series(amount.to_numpy(), index=norms["item_id"])


def stock_rows(sites: pd.DataFrame) -> Rows:
    """Relief at the depots, with suppliers and of the municipality; kits in villages; sets of wardens."""
    rows = _relief(sites) + _held_for_others() + _kits(sites) + _warden_sets(sites)
    return [{"lot_id": f"LOT-{place:04d}"} | row | _mark() for place, row in enumerate(rows, 1)]


def _mark() -> dict[str, object]:
    return {"source": MADE_SOURCE, "estimated": WHOLE_ROW}


def _lot(site: str, item: str, quantity: float, owner: str, custodian: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = {"site_id": site, "item_id": item, "quantity": quantity, "owner": owner}
    return row | {"custodian": custodian, "holding_mode": "physical"} | more


def _relief(sites: pd.DataFrame) -> Rows:
    items = starter_table("items").set_index("item_id")
    perishable = items["shelf_life_months"].replace("", "inf").astype(float) <= 36
    towns = sites[(sites["kind"] == "depot") & (sites["level"] == "town")]
    rows: Rows = []
    for item, want in design_want().items():
        for site_id, name, _, _ in DISTRICT_DEPOTS:
            quantity = float(round(want * STOCK_SHARE[site_id], -1))
            rows += _halves(site_id, str(item), quantity, DISTRICT, name, perishable=bool(perishable[item]))
        for depot in towns.itertuples():
            quantity = float(round(want * STOCK_SHARE["towns"] / len(towns)))
            rows += _halves(depot.site_id, str(item), quantity, f"PAY-{depot.town_id}", depot.name, perishable=False)
    return [row for row in rows if float(str(row["quantity"])) > 0]


def _halves(site: str, item: str, quantity: float, owner: str, keeper: str, *, perishable: bool) -> Rows:
    """One lot, or two where one half expires soon."""
    if not perishable:
        return [_lot(site, item, quantity, owner, keeper)]
    half = float(quantity // 2)
    return [
        _lot(site, item, half, owner, keeper, expiry=SOON),
        _lot(site, item, quantity - half, owner, keeper, expiry=LATER),
    ]


def _held_for_others() -> Rows:
    rows = [
        _lot(site, item, amount, DISTRICT, "协议单位", holding_mode=mode) for site, item, amount, mode in AGENCY_LOTS
    ]
    rows[-1]["expiry"] = LATER
    site, name, _, _ = DISTRICT_DEPOTS[0]
    return rows + [_lot(site, item, amount, MUNICIPALITY, name) for item, amount in MUNICIPAL_LOTS]


def _kits(sites: pd.DataFrame) -> Rows:
    rng = np.random.default_rng(SEED + 40)
    items = starter_table("items")
    rows: Rows = []
    for site in sites[sites["kind"].isin(["village", "community"])].itertuples():
        for item in items[items["use"] == "village_kit"].itertuples():
            held = rng.random() < KIT_SHARE
            if held and kit_applies(item.hazards, str(site.hazards)):
                rows.append(_lot(site.site_id, item.item_id, 1.0, f"PAY-{site.town_id}", site.name))
    return rows


def kit_applies(item_hazards: str, site_hazards: str) -> bool:
    """Tell whether a place should have the item: all should where it names no hazard."""
    return not item_hazards or bool(set(item_hazards.split(";")) & set(site_hazards.split(";")))


def _warden_sets(sites: pd.DataFrame) -> Rows:
    rng = np.random.default_rng(SEED + 41)
    items = starter_table("items")
    rows: Rows = []
    for site in sites[sites["kind"].isin(["town", "village", "community"])].itertuples():
        has = rng.random() < WARDEN_SHARE
        owner = site.site_id if site.kind == "town" else site.town_id
        for item in items[items["use"] == "warden_set"].itertuples():
            if has:
                rows.append(
                    _lot(site.site_id, item.item_id, float(site.wardens), f"PAY-{owner}", site.name, expiry=LATER)
                )
    return rows


def payer_rows(towns: tuple[Town, ...], sites: pd.DataFrame, stock: pd.DataFrame) -> Rows:
    """District, municipality (no money of its own in this plan) and towns, budgets by the rule of the module's text."""
    rng = np.random.default_rng(SEED + 42)
    rows: Rows = [
        _payer(DISTRICT, "渝北区（区级应急物资经费）", "district", "", _district_budget(stock)),
        _payer(MUNICIPALITY, "重庆市（市级代储物资）", "municipal", "", 0.0),
    ]
    small = starter_table("sizes").query("role == 'candidate'").iloc[0]
    depot_cost = float(small["fixed_cost_cny"]) + float(small["yearly_cost_cny"])
    for town in towns:
        share = TOWN_BUDGET[0] + (TOWN_BUDGET[1] - TOWN_BUDGET[0]) * rng.random()
        budget = _missing_equipment(town, sites, stock) * share
        lacking = TOWNS_WITHOUT.index(town.name) if town.name in TOWNS_WITHOUT else -1
        budget += depot_cost * (lacking >= 0 and lacking % 2 == 1)
        rows.append(_payer(payer_of(town), town.name, "town", town.code, float(round(budget, -3))))
    return rows


def _payer(payer_id: str, name: str, level: str, town: str, budget: float) -> dict[str, object]:
    row: dict[str, object] = {"payer_id": payer_id, "name": name, "level": level, "town_id": town}
    return row | {"budget_cny": budget, "source": MADE_SOURCE, "estimated": "budget_cny"}


def _district_budget(stock: pd.DataFrame) -> float:
    items = starter_table("items").set_index("item_id")
    usable = stock[stock["expiry"].isna() | (stock["expiry"] != SOON)]
    held = usable.groupby("item_id")["quantity"].sum()
    missing = (design_want() - held.reindex(design_want().index).fillna(0).astype(float)).clip(lower=0)
    return float(round((missing * items["price_cny"].astype(float).reindex(missing.index)).sum() * BUDGET_SHARE, -4))


def _missing_equipment(town: Town, sites: pd.DataFrame, stock: pd.DataFrame) -> float:
    """CNY that the town's missing kits and wardens' sets would cost."""
    held = set(zip(stock["site_id"], stock["item_id"], strict=True))
    items = starter_table("items")
    total = 0.0
    for site in sites[(sites["town_id"] == town.code) | (sites["site_id"] == town.code)].itertuples():
        for item in items.itertuples():
            kit = item.use == "village_kit" and site.kind in {"village", "community"}
            number = float(kit and kit_applies(item.hazards, str(site.hazards)))
            if item.use == "warden_set" and site.kind in {"town", "village", "community"}:
                number = float(site.wardens)
            total += number * float(item.price_cny) * ((site.site_id, item.item_id) not in held)
    return total


def offer_rows() -> Rows:
    """What suppliers can hold, keep or make: the starter's offers, each at a supplier that deals in it; one factory."""
    items = starter_table("items").set_index("item_id")
    want = design_want()
    at = {"water": "SUPP-1", "ready_food": "SUPP-5", "quilt": "SUPP-1", "raincoat": "SUPP-4", "lamp": "SUPP-4"}
    rows: Rows = []
    for offer in starter_table("offers").itertuples():
        most = want[offer.item_id] * float(offer.share_of_demand)
        fee = float(items["price_cny"][offer.item_id]) * float(offer.fee_share)
        rows.append(_offer(at[offer.item_id], offer.item_id, offer.holding_mode, most, fee, float(offer.lead_time_h)))
    tent_fee = float(items["price_cny"]["tent"]) * 0.04
    rows.append(_offer("SUPP-4", "tent", "capacity", want["tent"] * 0.3, tent_fee, 36.0))
    rows.append(_offer("SUPP-3", "first_aid_kit", "agency", want["first_aid_kit"] * 0.3, 10.0, 3.0))
    return rows


def _offer(site: str, item: str, mode: str, most: float, fee: float, lead_h: float) -> dict[str, object]:
    row: dict[str, object] = {
        "site_id": site,
        "item_id": item,
        "holding_mode": mode,
        "max_quantity": float(round(most)),
    }
    return row | {"yearly_fee_cny": round(fee, 2), "lead_time_h": lead_h, "payer_id": DISTRICT} | _mark()
