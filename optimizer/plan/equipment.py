"""Equipment that rules and the planner ask for, gathered into classes of equal sites and spread over them again.

Villages of one town that lack the same item for the same rules are alike to the model: it decides how many of them are
served, and the most exposed are served first. So the model has a few hundred whole numbers where sites × items would
make thousands, and no symmetry to search through.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.models.reserve_problem import TIERS
from optimizer.plan.first_stage import default_payer
from optimizer.plan.requirements import equipment_required
from optimizer.plan.usable_stock import usable_stock
from optimizer.region.region import Region

WEIGHTS = [f"weight_{tier}" for tier in TIERS]


def missing_equipment(region: Region) -> pd.DataFrame:
    """List what each site lacks of each item.

    Where several rules ask for the same item at a site, the largest number counts and each rule weighs.

    Returns
    -------
    DataFrame
        ``site_id``, ``item_id``, ``units`` (missing), ``payer_id``, ``price_cny`` (a unit, first year's upkeep
        included), ``rules`` (ids joined by ``;``), ``weight_decided``, ``weight_mandatory``, ``weight_advisory`` (of a
        unit short: each rule's demand on a site weighs 1 in all).
    """
    ruled = equipment_required(region)
    ruled["tier"] = np.where(ruled["mandatory"], "mandatory", "advisory")
    asked = pd.concat([ruled, _decided(region)], ignore_index=True)
    stock = usable_stock(region)
    held = stock[stock["holding_mode"] == "physical"].groupby(["site_id", "item_id"])["existing"].sum()
    key = pd.MultiIndex.from_frame(asked[["site_id", "item_id"]])
    asked["units"] = np.ceil(asked["required"] - held.reindex(key).fillna(0.0).to_numpy() - 1e-9)
    lacking = asked[asked["units"] > 0].copy()
    for tier, column in zip(TIERS, WEIGHTS, strict=True):
        lacking[column] = np.where(lacking["tier"] == tier, 1 / lacking["required"], 0.0)
    together = lacking.groupby(["site_id", "item_id"])
    rows = pd.concat([together["units"].max(), together["rule_id"].agg(";".join), together[WEIGHTS].sum()], axis=1)
    rows = rows.reset_index()
    items = region.tables["items"].set_index("item_id")
    price = items["price_cny"] * (1 + items["upkeep_share"].fillna(0.0))
    payer = {site: default_payer(region, site) for site in rows["site_id"].unique()}
    return rows.rename(columns={"rule_id": "rules"}).assign(
        price_cny=rows["item_id"].map(price), payer_id=rows["site_id"].map(payer)
    )


def _decided(region: Region) -> pd.DataFrame:
    """Equipment that the planner wants held, besides the rules."""
    use = region.tables["items"].set_index("item_id")["use"]
    rows = [
        {"rule_id": "", "site_id": o.site_id, "item_id": o.item_id, "required": o.quantity, "tier": "decided"}
        for o in region.overrides
        if o.decision == "hold" and use.get(o.item_id) != "relief"
    ]
    return pd.DataFrame(rows, columns=["rule_id", "site_id", "item_id", "required", "tier"])


def equipment_classes(missing: pd.DataFrame) -> pd.DataFrame:
    """Gather rows of :func:`missing_equipment` that are alike.

    Returns
    -------
    DataFrame
        ``payer_id``, ``item_id``, ``rules``, the weights, ``price_cny``, ``units`` (in all), ``members`` (rows of
        ``missing``).
    """
    same = ["payer_id", "item_id", "rules", *WEIGHTS]
    rows = missing.reset_index(names="row")
    return rows.groupby(same, as_index=False).agg(
        price_cny=("price_cny", "first"), units=("units", "sum"), members=("row", tuple)
    )


def spread(
    bought: NDArray[np.int64], classes: pd.DataFrame, missing: pd.DataFrame, sites: pd.DataFrame
) -> NDArray[np.float64]:
    """Give the units bought for each class to its sites, the most exposed first.

    Sites come in the order: communications not assured, more kinds of hazard, more residents, site id.

    Returns
    -------
    (k,) float64
        Units for each row of ``missing``.
    """
    exposure = pd.DataFrame(
        {
            "assured": sites["communications_assured"].astype(bool).to_numpy(),
            "hazards": -sites["hazards"].map(lambda listed: len(set(listed.split(";")) - {""})).to_numpy(),
            "residents": -sites["population"].fillna(0).to_numpy(dtype=float),
            "site_id": sites["site_id"].to_numpy(),
        }
    ).sort_values(["assured", "hazards", "residents", "site_id"])
    turn = pd.Series(np.arange(len(exposure)), index=exposure["site_id"])
    given = np.zeros(len(missing))
    for units, members in zip(bought, classes["members"], strict=True):
        rows = np.array(sorted(members, key=lambda row: turn[missing["site_id"].iloc[row]]))
        wanted = missing["units"].to_numpy()[rows]
        before = np.concatenate([[0.0], np.cumsum(wanted)[:-1]])
        given[rows] = np.clip(units - before, 0, wanted)
    return given
