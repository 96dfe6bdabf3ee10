"""Payers, sizes and offers of a starter region, with budgets that bind by construction.

The district has a share of what would fill the mean want of the scenarios less the opening stock; a town a share of
what its places' missing kits, warden sets and satellite phones and a small depot would cost
(``datasets/starter/rules.yaml``). So each payer has to choose.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import say
from optimizer.region.estimates import WHOLE_ROW
from optimizer.starter.district import DISTRICT_PAYER, District
from optimizer.starter.stock import held_kits

_ROUND_CNY = 100


def kit_cost_cny(district: District) -> NDArray[np.float64]:
    """(t,) CNY that each town would pay for missing kits, warden sets and satellite phones, upkeep aside."""
    items, places = district.defaults.items, district.places
    cost = np.zeros(len(places))
    exposed = [set(hazards.split(";")) for hazards in places["hazards"]]
    for item in items[items["use"] == "village_kit"].to_dict("records"):
        wanted = {name for name in item["hazards"].split(";") if name}
        cost += [item["price_cny"] if not wanted or wanted & hazards else 0.0 for hazards in exposed]
    wardens = items.loc[items["use"] == "warden_set", "price_cny"].sum()
    phone = items.loc[items["use"] == "satellite", "price_cny"].sum()
    cost += places["wardens"].to_numpy() * wardens + np.where(places["communications_assured"], 0.0, phone)
    by_town = np.bincount(places["town"], weights=cost, minlength=len(district.towns)).astype(np.float64)
    held = pd.DataFrame(held_kits(district), columns=["owner", "item_id"])
    worth = held["item_id"].map(items.set_index("item_id")["price_cny"]).groupby(held["owner"]).sum()
    owners = [district.payer_of(town) for town in range(len(district.towns))]
    missing: NDArray[np.float64] = by_town - worth.reindex(owners, fill_value=0.0).to_numpy(dtype=np.float64)
    return missing + district.towns["wardens"].to_numpy() * wardens


def payers(district: District, lots: pd.DataFrame) -> pd.DataFrame:
    """Give the district and each town, with budgets that bind."""
    rules = district.defaults.rules.budgets
    relief = district.relief.set_index("item_id")
    held = lots.groupby("item_id")["quantity"].sum().reindex(relief.index, fill_value=0)
    missing = ((relief["want"] - held).clip(lower=0) * relief["price_cny"]).sum()
    small = district.defaults.sizes[district.defaults.sizes["role"] == "candidate"].iloc[0]
    depot = np.where(district.towns["depot_id"] == "", small["fixed_cost_cny"] + small["yearly_cost_cny"], 0.0)
    wanted = kit_cost_cny(district) + depot
    district_row = {
        "payer_id": DISTRICT_PAYER,
        "name": say("optimizer.starter.district_payer", district.language),
        "level": "district",
        "town_id": "",
        "budget_cny": _rounded(missing * rules.district_share),
    }
    town_rows = [
        {
            "payer_id": district.payer_of(row),
            "name": say("optimizer.starter.town_payer", district.language, town=district.towns["name"].iloc[row]),
            "level": "town",
            "town_id": district.towns["site_id"].iloc[row],
            "budget_cny": _rounded(wanted[row] * rules.town_share),
        }
        for row in range(len(district.towns))
    ]
    return pd.DataFrame([district_row, *town_rows]).assign(estimated=WHOLE_ROW)


def _rounded(amount: float) -> float:
    """Whole hundreds, downwards: rounding must not lift a budget that binds."""
    return math.floor(amount / _ROUND_CNY) * _ROUND_CNY


def offers(district: District) -> pd.DataFrame:
    """What the suppliers could hold, keep or lend for a yearly fee, a share of the mean want each."""
    suppliers = pd.DataFrame({"site_id": district.suppliers})
    relief = district.relief[["item_id", "want", "price_cny"]]
    offered = suppliers.merge(district.defaults.offers.merge(relief, on="item_id"), how="cross")
    each = offered["want"] * offered["share_of_demand"] / max(1, len(suppliers))
    offered = offered.assign(
        max_quantity=np.floor(each),
        yearly_fee_cny=(offered["price_cny"] * offered["fee_share"]).round(2),
        payer_id=DISTRICT_PAYER,
        estimated=WHOLE_ROW,
    )
    columns = ["site_id", "item_id", "holding_mode", "max_quantity", "yearly_fee_cny", "lead_time_h"]
    return offered.loc[offered["max_quantity"] > 0, [*columns, "payer_id", "estimated"]].reset_index(drop=True)


def sizes(district: District) -> pd.DataFrame:
    """Sizes at which candidates can be built and the district's depot enlarged."""
    table = district.defaults.sizes.drop(columns="note")
    candidate = table[table["role"] == "candidate"].drop(columns="role")
    enlarged = table[table["role"] == "depot"].drop(columns="role")
    parts = [candidate.assign(site_id=site_id) for site_id in district.candidates["site_id"]]
    parts.append(enlarged.assign(site_id=district.depot_id))
    return pd.concat(parts, ignore_index=True).assign(estimated=WHOLE_ROW)
