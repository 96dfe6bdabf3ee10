"""Depots that the planner closes while stock still lies in them."""

from __future__ import annotations

from dataclasses import dataclass

from optimizer.plan.plan import Plan
from optimizer.report.wording import Wording

LEAST_UNITS = 1e-3
"""Less than this of an item is what the solver rounds."""


@dataclass(frozen=True)
class LeftStock:
    """What still lies in a closed depot after the plan.

    Attributes
    ----------
    site_id : str
    items : tuple of (str, float, str)
        Item id, quantity and unit.
    volume_m3 : float
    """

    site_id: str
    items: tuple[tuple[str, float, str], ...]
    volume_m3: float


def stock_in_closed_depots(plan: Plan) -> tuple[LeftStock, ...]:
    """Physical stock that the plan leaves in depots that it closes; none where all is moved out."""
    depots, stock, items = plan.tables["depots"], plan.tables["stock"], plan.region.tables["items"]
    closed = depots.loc[depots["decision"] == "closed", "site_id"]
    left = stock[(stock["holding_mode"] == "physical") & (stock["quantity"] > LEAST_UNITS)]
    volume = items.set_index("item_id")["volume_m3"].astype(float)
    unit = dict(zip(items["item_id"], items["unit"], strict=True))
    found = []
    for site in closed:
        sums = left[left["site_id"] == site].groupby("item_id", sort=False)["quantity"].sum()
        if len(sums):
            held = tuple((str(item), float(quantity), str(unit.get(item, ""))) for item, quantity in sums.items())
            found.append(LeftStock(str(site), held, float((sums * volume.reindex(sums.index)).sum())))
    return tuple(found)


def left_in_words(left: LeftStock, words: Wording) -> str:
    """Say what lies where, and that it has to be moved."""
    items = [
        words("item_left", name=words.item(item), quantity=words.number(quantity, 1), unit=unit)
        for item, quantity, unit in left.items
    ]
    volume = words.number(left.volume_m3, 1)
    return words("left_in_closed", site=words.site(left.site_id), items=words.joined(items), volume=volume)
