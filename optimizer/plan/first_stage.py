"""From a region's tables to the first stage of the reserve model: sources, sizes, holdings, purchase lines, offers.

Each function returns a table whose row numbers are the positions in the model's arrays, so that a solution is read back
by position and no name of a variable is ever parsed.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.plan.usable_stock import usable_stock
from optimizer.region.region import Region

DEPOT_KINDS = ("depot", "candidate")


@dataclass(frozen=True)
class FirstStage:
    """The first stage as tables.

    Attributes
    ----------
    sources : DataFrame
        ``site_id``, ``mode`` (``physical`` or an offer's mode), ``item_id`` (the only item that an offer gives, else
        ``""``), ``kind`` (of the site), ``storage_m3``, ``lead_min``, ``closed`` (by the planner).
    items : DataFrame
        Relief items with their norm: ``item_id``, ``volume_m3``, ``mass_kg``, ``price_cny``, ``pack_size``,
        ``upkeep_share``, ``priority``, ``deadline_min``.
    sizes : DataFrame
        ``source``, ``site_id``, ``size``, ``storage_m3``, ``fixed_cost_cny``, ``yearly_cost_cny``, ``payer_id``,
        ``forbidden``.
    holdings : DataFrame
        ``source``, ``item``, ``payer_id``, ``existing``, ``movable``.
    lines : DataFrame
        ``holding``, ``pack_size``, ``cost_cny`` a pack, upkeep of the first year included.
    offers : DataFrame
        ``source``, ``item`` and the columns of the offers table.
    """

    sources: pd.DataFrame
    items: pd.DataFrame
    sizes: pd.DataFrame
    holdings: pd.DataFrame
    lines: pd.DataFrame
    offers: pd.DataFrame


def first_stage(region: Region) -> FirstStage:
    """Assemble the first stage of ``region``."""
    stock = usable_stock(region)
    items = relief_items(region)
    sources = _sources(region, stock, items)
    holdings = _holdings(region, sources, items, stock)
    return FirstStage(
        sources=sources,
        items=items,
        sizes=_sizes(region, sources),
        holdings=holdings,
        lines=_lines(sources, items, holdings, region),
        offers=_offers(region, sources, items),
    )


def relief_items(region: Region) -> pd.DataFrame:
    """Items that people in need want: relief with a norm."""
    items = region.tables["items"]
    norms = region.tables["norms"][["item_id", "priority", "deadline_h"]]
    relief = items[items["use"] == "relief"].merge(norms, on="item_id", validate="one_to_one")
    relief["deadline_min"] = relief["deadline_h"] * 60.0
    relief["pack_size"] = relief["pack_size"].fillna(1).clip(lower=1)
    return relief.reset_index(drop=True)


def default_payer(region: Region, site_id: str) -> str:
    """Who pays at a site: whom the site names, else its town's payer, else the first payer of the district."""
    sites = region.sites.set_index("site_id")
    payers = region.tables["payers"]
    named = str(sites.loc[site_id, "payer_id"] or "")
    if named:
        return named
    town = str(sites.loc[site_id, "town_id"] or "") or site_id
    own = payers[(payers["town_id"] == town) & (payers["town_id"] != "")]
    if len(own) and sites.loc[site_id, "level"] != "district":
        return str(own["payer_id"].iloc[0])
    district = payers[payers["level"] == "district"]
    return str((district if len(district) else payers)["payer_id"].iloc[0])


def closed_by_planner(region: Region) -> set[str]:
    """Sites that the planner has closed."""
    return {override.site_id for override in region.overrides if override.decision == "close"}


def _sources(region: Region, stock: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Depots and candidates, villages that hold relief, and offers, in that order."""
    sites = region.sites
    relief = set(items["item_id"])
    depots = sites.loc[sites["kind"].isin(DEPOT_KINDS), ["site_id", "kind", "storage_m3"]]
    held = stock[stock["item_id"].isin(relief) & (stock["holding_mode"] == "physical")]
    village = sites[~sites["kind"].isin((*DEPOT_KINDS, "supplier")) & sites["site_id"].isin(held["site_id"])]
    physical = pd.concat([depots, village[["site_id", "kind", "storage_m3"]]]).assign(
        mode="physical", item_id="", lead_min=0.0
    )
    # A candidate's storage is what is built; a place without a figure keeps what it has.
    physical["storage_m3"] = physical["storage_m3"].where(physical["kind"] != "candidate", 0.0).fillna(0.0)
    unit_m3 = region.tables["items"].set_index("item_id")["volume_m3"].fillna(0.0)
    bodily = stock[stock["holding_mode"] == "physical"]
    volume = bodily["existing"].astype(float) * bodily["item_id"].map(unit_m3).astype(float)
    wanted = bodily["item_id"].isin(relief)
    present, other = (
        physical["site_id"].map(volume[chosen].groupby(bodily["site_id"][chosen]).sum()).astype(float).fillna(0.0)
        for chosen in (wanted, ~wanted)
    )
    # Goods without a norm lie in the same depots and stay; relief that is there already is never put out.
    physical["storage_m3"] = np.maximum(physical["storage_m3"] - other, present)
    promised = _promises(region, stock, relief)
    sources = pd.concat([physical, promised], ignore_index=True)
    sources["closed"] = sources["site_id"].isin(closed_by_planner(region))
    return sources


def _promises(region: Region, stock: pd.DataFrame, relief: set[str]) -> pd.DataFrame:
    """What can be called on: offers of suppliers and contracts that stand already, one source a site, item and mode."""
    key = ["site_id", "item_id", "holding_mode"]
    offers = region.tables["offers"]
    standing = stock[stock["holding_mode"] != "physical"]
    rows = pd.concat([offers[[*key, "lead_time_h"]], standing[key]]).drop_duplicates(key)
    rows = rows[rows["item_id"].isin(relief)]
    return pd.DataFrame(
        {
            "site_id": rows["site_id"],
            "kind": "supplier",
            "storage_m3": np.inf,
            "mode": rows["holding_mode"],
            "item_id": rows["item_id"],
            "lead_min": rows["lead_time_h"].fillna(0.0) * 60.0,
        }
    )


def _sizes(region: Region, sources: pd.DataFrame) -> pd.DataFrame:
    """Sizes of candidates and enlargements of depots, with who pays and whether the planner forbids them."""
    table = region.tables["sizes"].drop(columns="source")  # here the word means another thing
    own = sources[sources["mode"] == "physical"].reset_index(names="source")[["source", "site_id"]]
    sizes = table.merge(own, on="site_id")
    payers = [default_payer(region, site) for site in sizes["site_id"]]
    sizes["payer_id"] = pd.Series(payers, index=sizes.index, dtype="str")
    sizes["forbidden"] = sizes["site_id"].isin(closed_by_planner(region))
    return sizes.reset_index(drop=True)


def _holdings(region: Region, sources: pd.DataFrame, items: pd.DataFrame, stock: pd.DataFrame) -> pd.DataFrame:
    """Every owner's share of every item at every source where it exists or may be bought."""
    places = sources.reset_index(names="source")
    item = items.reset_index(names="item")[["item", "item_id"]]
    lots = stock.rename(columns={"holding_mode": "mode", "owner": "payer_id"}).merge(item, on="item_id")
    physical = lots.merge(
        places.loc[places["mode"] == "physical", ["source", "site_id", "mode", "kind"]], on=["site_id", "mode"]
    )
    promised = lots.merge(
        places.loc[places["mode"] != "physical", ["source", "site_id", "mode", "item_id", "kind"]],
        on=["site_id", "mode", "item_id"],
    )
    found = pd.concat([physical, promised])[["source", "item", "payer_id", "existing"]]
    rows = (
        pd.concat([found, _buyable(region, places, item)]).groupby(["source", "item", "payer_id"], as_index=False).sum()
    )
    owned = rows.groupby(["item", "payer_id"])["existing"].transform("sum") > 0
    at_depot = sources["kind"].isin(DEPOT_KINDS).to_numpy()[rows["source"]]
    rows["movable"] = owned & at_depot
    return rows


def _buyable(region: Region, places: pd.DataFrame, item: pd.DataFrame) -> pd.DataFrame:
    """Who may buy where: the district at every depot and candidate, a town at those of its own."""
    payers = region.tables["payers"]
    town = region.sites.set_index("site_id")["town_id"]
    depots = places[places["kind"].isin(DEPOT_KINDS) & ~places["closed"]]
    pairs = depots[["source", "site_id"]].merge(payers[["payer_id", "level", "town_id"]], how="cross")
    in_town = (pairs["town_id"] == pairs["site_id"].map(town)) & (pairs["town_id"] != "")
    may = pairs[(pairs["level"] == "district") | in_town]
    return may[["source", "payer_id"]].merge(item[["item"]], how="cross").assign(existing=0.0)


def _lines(sources: pd.DataFrame, items: pd.DataFrame, holdings: pd.DataFrame, region: Region) -> pd.DataFrame:
    """A purchase line for each holding at an open depot or candidate whose payer may buy there."""
    places = sources.reset_index(names="source")
    allowed = _buyable(region, places, items.reset_index(names="item")[["item", "item_id"]])
    key = ["source", "item", "payer_id"]
    lines = holdings.reset_index(names="holding")[["holding", *key]].merge(allowed[key], on=key)
    own = items.loc[lines["item"]]
    pack = own["pack_size"].to_numpy()
    price = own["price_cny"].to_numpy() * (1 + own["upkeep_share"].fillna(0).to_numpy())
    return lines.assign(pack_size=pack, cost_cny=pack * price)[["holding", "pack_size", "cost_cny"]]


def _offers(region: Region, sources: pd.DataFrame, items: pd.DataFrame) -> pd.DataFrame:
    """Offers of relief items, each with its source and item position."""
    places = sources.reset_index(names="source").rename(columns={"mode": "holding_mode"})
    item = items.reset_index(names="item")[["item", "item_id"]]
    offers = region.tables["offers"].drop(columns="source").merge(item, on="item_id")
    offers = offers.merge(
        places[["source", "site_id", "item_id", "holding_mode"]], on=["site_id", "item_id", "holding_mode"]
    )
    return offers.reset_index(drop=True)
