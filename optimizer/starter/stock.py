"""The opening stock of a starter region: relief at the depots, part of the kit at some places; all of it supposed."""

from __future__ import annotations

import math
from collections.abc import Hashable, Mapping
from datetime import timedelta
from typing import Any

import pandas as pd

from network.words import say
from optimizer.region.estimates import WHOLE_ROW
from optimizer.starter.district import DISTRICT_PAYER, District

_COLUMNS = ["site_id", "item_id", "quantity", "expiry", "owner", "custodian", "holding_mode"]
_DAYS_A_MONTH = 30.4
_HALF_YEAR_DAYS = 150
_AGED = 0.3
"""Share of its shelf life that a lot has behind it."""
_FRESH_MONTHS = 24
"""What keeps no longer is perishable: part of it expires within half a year."""


def stock(district: District) -> pd.DataFrame:
    """Give the opening stock: relief at the depots, part of the kit at every third place."""
    rules = district.defaults.rules.stock
    depots = district.town_depots()
    residents = max(1, depots["residents"].sum())
    rows: list[dict[str, object]] = []
    keeper = say("optimizer.starter.district_keeper", district.language)
    for item in district.relief.to_dict("records"):
        rows += _lots(district, item, district.depot_id, item["want"] * rules.opening_share, DISTRICT_PAYER, keeper)
        for town in depots.to_dict("records"):
            part = item["want"] * rules.town_share * town["residents"] / residents
            rows += _lots(district, item, town["depot_id"], part, town["payer_id"], town["name"])
    rows += held_kits(district)
    lots = pd.DataFrame(rows, columns=_COLUMNS)
    lots.insert(0, "lot_id", [f"L{number:04d}" for number in range(1, len(lots) + 1)])
    return lots.assign(estimated=WHOLE_ROW)


def _lots(
    district: District, item: Mapping[Hashable, Any], site_id: str, quantity: float, owner: str, keeper: str
) -> list[dict[str, object]]:
    """Give the lots of one item at one depot, in whole packs; of what is perishable, a second one expires soon."""
    pack, life = float(item["pack_size"]), float(item["shelf_life_months"])
    packs = math.floor(quantity / pack)
    soon = math.floor(packs * district.defaults.rules.stock.expiring_share) if life <= _FRESH_MONTHS else 0
    later = district.plan_date + timedelta(days=round(life * (1 - _AGED) * _DAYS_A_MONTH)) if life > 0 else None
    dates = [(packs - soon, later), (soon, district.plan_date + timedelta(days=_HALF_YEAR_DAYS))]
    return [
        {
            "site_id": site_id,
            "item_id": item["item_id"],
            "quantity": count * pack,
            "expiry": expiry,
            "owner": owner,
            "custodian": keeper,
            "holding_mode": "physical",
        }
        for count, expiry in dates
        if count > 0
    ]


def held_kits(district: District) -> list[dict[str, object]]:
    """One piece each of the first and the last general kit item at every third place."""
    general = _general_kit(district)
    held = list(dict.fromkeys([*general[:1], *general[-1:]]))
    places = district.places.iloc[:: district.defaults.rules.stock.kit_every].to_dict("records")
    return [
        {
            "site_id": place["site_id"],
            "item_id": item_id,
            "quantity": 1,
            "expiry": None,
            "owner": district.payer_of(place["town"]),
            "custodian": place["name"],
            "holding_mode": "physical",
        }
        for place in places
        for item_id in held
    ]


def _general_kit(district: District) -> list[str]:
    """Kit items that go to every place."""
    items = district.defaults.items
    return list(items.loc[(items["use"] == "village_kit") & (items["hazards"] == ""), "item_id"])
