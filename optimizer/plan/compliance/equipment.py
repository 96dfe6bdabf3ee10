"""Checks of equipment that stays where it is: village kits, satellite phones, wardens' sets."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.plan.compliance.case import Case, Measured, estimated_sites, held, number_of
from optimizer.region.estimates import is_estimated
from optimizer.region.selection import SETTLEMENTS
from optimizer.region.standards import Rule


def check_village_kit(case: Case, rule: Rule) -> Measured:
    """Every village and community holds each kit item; an X item where one of its hazards is."""
    sites, kit = case.sites(*SETTLEMENTS), _items(case, "village_kit")
    if kit.empty:
        return _without_item(case, rule, sites)
    pairs = _where_exposed(sites, kit)
    required = np.full(len(pairs), number_of(rule))
    hazard_known = ~((pairs["hazards_item"] != "") & estimated_sites(case.region, pairs["site_id"], "hazards"))
    return _measured(case, pairs, required, ~hazard_known.to_numpy())


def check_satellite(case: Case, rule: Rule) -> Measured:
    """Every village and community whose communications are not assured holds a satellite phone."""
    sites = case.sites(*SETTLEMENTS)
    sites = sites[~sites["communications_assured"].astype(bool)].reset_index(drop=True)
    return _satellite(case, rule, sites, "communications_assured")


def check_satellite_all(case: Case, rule: Rule) -> Measured:
    """Every town, village and community holds a satellite phone."""
    return _satellite(case, rule, case.sites("town", *SETTLEMENTS))


def check_warden_set(case: Case, rule: Rule) -> Measured:
    """Every flood warden of a town or village has one of each item of the set; the rule's number is a share."""
    sites, items = case.sites("town", *SETTLEMENTS), _items(case, "warden_set")
    sites = sites[sites["wardens"].fillna(0) > 0].reset_index(drop=True)
    if items.empty:
        return _without_item(case, rule, sites)
    pairs = _where_exposed(sites, items)
    required = np.ceil(pairs["wardens"].to_numpy(dtype=float) * number_of(rule) - 1e-9)
    return _measured(case, pairs, required, estimated_sites(case.region, pairs["site_id"], "wardens"))


def _items(case: Case, use: str) -> pd.DataFrame:
    items = case.region.tables["items"]
    return items[items["use"] == use].reset_index(drop=True)


def _where_exposed(sites: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Sites × items, an item that is meant for hazards only where the site lists one of them."""
    pairs = sites.merge(items, how="cross", suffixes=("", "_item"))
    wanted = [
        not item or not set(item.split(";")).isdisjoint(site.split(";"))
        for site, item in zip(pairs["hazards"], pairs["hazards_item"], strict=True)
    ]
    return pairs[np.array(wanted, dtype=bool)].reset_index(drop=True)


def _satellite(case: Case, rule: Rule, sites: pd.DataFrame, *inputs: str) -> Measured:
    """Any satellite item will do; the cheapest is named, and is what mends."""
    items = _items(case, "satellite")
    if items.empty:
        return _without_item(case, rule, sites)
    cheapest = items.sort_values(["price_cny", "item_id"], kind="stable").head(1)
    pairs = sites.merge(cheapest, how="cross", suffixes=("", "_item"))
    required = np.full(len(pairs), number_of(rule))
    doubt = estimated_sites(case.region, pairs["site_id"], *inputs) if inputs else np.zeros(len(pairs), dtype=bool)
    return _measured(case, pairs, required, doubt, any_of=items["item_id"].tolist())


def _measured(
    case: Case,
    pairs: pd.DataFrame,
    required: NDArray[np.float64],
    required_estimated: NDArray[np.bool_],
    any_of: list[str] | None = None,
) -> Measured:
    """Compare what is held at each site with what is required; whole packs of what lacks are the mend.

    Parameters
    ----------
    pairs : DataFrame
        Sites crossed with items, the items' columns with suffix ``_item`` where both have them.
    required : (n,) float
    required_estimated : (n,) bool
    any_of : list of str, optional
        Items that count as the pair's item.
    """
    counted = [pairs["item_id"]] if any_of is None else [pd.Series(item, index=pairs.index) for item in any_of]
    reached = np.sum([held(case.after, pairs["site_id"], items) for items in counted], axis=0)
    before = np.sum([held(case.before, pairs["site_id"], items) for items in counted], axis=0)
    lot_estimated = np.any([_lot_estimated(case, pairs["site_id"], items) for items in counted], axis=0)
    pack = pairs["pack_size"].to_numpy(dtype=float)
    lacking = np.ceil(np.maximum(required - reached, 0) / pack - 1e-9) * pack
    item_marks = pairs["estimated_item"]
    return Measured(
        subjects=case.subjects(pairs).assign(item_id=pairs["item_id"].to_numpy()),
        required=required,
        reached=reached,
        before=before,
        unit=pairs["unit"].to_numpy(dtype=object),
        mend="buy",
        mend_quantity=lacking,
        mend_cost_cny=lacking * pairs["price_cny"].to_numpy(dtype=float),
        estimated={
            "required": required_estimated,
            "reached": lot_estimated,
            "before": lot_estimated,
            "mend_cost_cny": is_estimated(item_marks, "price_cny", "pack_size") & (lacking > 0),
        },
    )


def _lot_estimated(case: Case, site_ids: pd.Series, item_ids: pd.Series) -> NDArray[np.bool_]:
    """(n,) whether a lot of the item at the site has an estimated quantity or expiry."""
    lots = case.region.tables["stock"]
    doubtful = lots[is_estimated(lots["estimated"], "quantity", "expiry")]
    known = pd.MultiIndex.from_frame(doubtful[["site_id", "item_id"]])
    pairs = pd.MultiIndex.from_arrays([site_ids.to_numpy(), item_ids.to_numpy()])
    return np.asarray(pairs.isin(known), dtype=np.bool_)


def _without_item(case: Case, rule: Rule, sites: pd.DataFrame) -> Measured:
    """The region lists no item by which the rule could be met: one row that says so, unless nobody needs it."""
    needed = float(len(sites) > 0)
    return Measured(
        subjects=case.district(),
        required=number_of(rule) * needed,
        reached=0.0,
        before=0.0,
        unit=rule.unit,
        applies=bool(needed),
        mend="no_item",
    )
