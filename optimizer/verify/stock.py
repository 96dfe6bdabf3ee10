"""Stock, purchases and moves: what is held is what was there, moved and bought."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.plan.demand import people_in_need
from optimizer.region.estimates import is_estimated
from optimizer.region.region import Region
from optimizer.verify.outcome import (
    MONEY,
    SHARES,
    UNITS,
    Claims,
    Outcome,
    at_most,
    equal,
    equal_text,
    holds,
    none_missing,
)

LOT = ["site_id", "item_id", "owner", "holding_mode"]


def lots_at_horizon(region: Region) -> pd.DataFrame:
    """Lots added up by :data:`LOT`: ``existing`` outlast the plan's horizon, ``expiring`` do not."""
    parameters = region.settings.parameters
    whole, part = divmod(parameters.horizon_months, 1)
    end = pd.Timestamp(region.settings.plan_date) + pd.DateOffset(months=int(whole), days=round(part * 30))
    lots = region.tables["stock"]
    expiry = pd.to_datetime(lots["expiry"])
    lasting = expiry.isna() | (expiry > end)
    quantity = lots["quantity"].astype(float)
    rows = lots.assign(existing=quantity.where(lasting, 0.0), expiring=quantity.where(~lasting, 0.0))
    return rows.groupby(LOT)[["existing", "expiring"]].sum()


def verify_stock(claims: Claims) -> Outcome:
    """What is held is what exists, moves and is bought, each from the lots, moves, purchases and contracts."""
    rows = claims.tables["stock"]
    key = pd.MultiIndex.from_frame(rows[LOT])
    lots = lots_at_horizon(claims.region)
    arriving, leaving = _moved(claims, "to_site_id"), _moved(claims, "from_site_id")
    bought = _bought(claims)
    outcome = Outcome()
    for column, recomputed in (
        ("existing", lots["existing"]),
        ("expiring", lots["expiring"]),
        ("moved_in", arriving),
        ("moved_out", leaving),
        ("bought", bought),
    ):
        outcome += equal("stock", rows, column, recomputed.reindex(key).fillna(0.0).to_numpy())
        outcome += none_missing("stock", LOT, rows, recomputed[recomputed > UNITS.absolute].reset_index())
    balance = rows["existing"] + rows["moved_in"] - rows["moved_out"] + rows["bought"]
    outcome += equal("stock", rows, "quantity", balance)
    return outcome + at_most("stock", rows, "below_zero", -rows["quantity"], 0.0)


def _moved(claims: Claims, end: str) -> pd.Series:
    moves = claims.tables["moves"].rename(columns={end: "site_id"}).assign(holding_mode="physical")
    return moves.groupby(LOT)["quantity"].sum()


def _bought(claims: Claims) -> pd.Series:
    """Purchases, and contracts signed, by :data:`LOT`."""
    purchases = claims.tables["purchases"].assign(holding_mode="physical")
    both = pd.concat([purchases, claims.tables["contracts"]]).rename(columns={"payer_id": "owner"})
    return both.groupby(LOT)["quantity"].sum()


def verify_purchases(claims: Claims) -> Outcome:
    """Whole packs at the items' prices, for known rules and scenarios, with the price's estimate mark."""
    rows, region = claims.tables["purchases"], claims.region
    items = claims.items().reindex(rows["item_id"])
    relief = claims.relief().reindex(rows["item_id"]).fillna(False).to_numpy(dtype=bool)
    packs = rows["packs"].to_numpy(dtype=float)
    outcome = holds("purchases", rows, "packs_not_whole", np.isclose(packs, np.round(packs)) & (packs > 0))
    pack = np.where(relief, items["pack_size"].to_numpy(dtype=float), rows["pack_size"].to_numpy(dtype=float))
    outcome += equal("purchases", rows, "pack_size", pack, SHARES)
    outcome += equal("purchases", rows, "quantity", packs * pack)
    outcome += equal("purchases", rows, "price_cny", items["price_cny"].to_numpy(), MONEY)
    outcome += equal("purchases", rows, "cost_cny", rows["quantity"].to_numpy() * items["price_cny"].to_numpy(), MONEY)
    outcome += equal_text("purchases", rows, "gb_code", items["gb_code"])
    outcome += equal_text("purchases", rows, "unit", items["unit"])
    outcome += _known_ids(rows, "rules", {rule.id for rule in region.rules})
    outcome += _known_ids(rows, "scenarios", {scenario.id for scenario in region.scenarios})
    guessed = is_estimated(items["estimated"], "price_cny")
    outcome += holds("purchases", rows, "mark_lost", ~guessed | is_estimated(rows["estimated"], "price_cny"))
    return outcome + _inputs_kept(claims, rows, relief)


def _inputs_kept(claims: Claims, rows: pd.DataFrame, relief: NDArray[np.bool_]) -> Outcome:
    """Every estimate behind a line is named in it: the item's price, its norm, and the people of its scenarios."""
    region = claims.region
    behind = {
        scenario.id: set(";".join(people_in_need(region, scenario)["estimated_inputs"]).split(";")) - {""}
        for scenario in region.scenarios
    }
    items, norms = region.tables["items"], region.tables["norms"]
    priced = set(items.loc[is_estimated(items["estimated"], "price_cny"), "item_id"])
    normed = set(norms.loc[is_estimated(norms["estimated"], "quantity", "share"), "item_id"])
    lost = []
    for item, scenarios, stated, shipped in zip(
        rows["item_id"], rows["scenarios"], rows["estimated_inputs"], relief, strict=True
    ):
        inputs = set().union(*(behind.get(scenario, set()) for scenario in str(scenarios).split(";")))
        inputs |= {"items.price_cny"} if item in priced else set()
        inputs |= {"norms.quantity"} if shipped and item in normed else set()
        lost.append(", ".join(sorted(inputs - set(str(stated).split(";")))))
    return holds("purchases", rows, "inputs_lost", [not names for names in lost], names=np.array(lost, dtype=object))


def _known_ids(rows: pd.DataFrame, column: str, known: set[str]) -> Outcome:
    named = [set(str(cell).split(";")) - {""} for cell in rows[column].fillna("")]
    unknown = ["; ".join(sorted(ids - known)) for ids in named]
    return holds("purchases", rows, "unknown_ids", [not ids for ids in unknown], ids=np.array(unknown, dtype=object))


def verify_moves(claims: Claims) -> Outcome:
    """Relief goes from one depot to another, costs its share of the price, and only what was there is taken away."""
    rows, region = claims.tables["moves"], claims.region
    items = claims.items().reindex(rows["item_id"])
    share = region.settings.parameters.move_cost_share
    cost = rows["quantity"].to_numpy(dtype=float) * items["price_cny"].to_numpy(dtype=float) * share
    outcome = equal("moves", rows, "cost_cny", cost, MONEY)
    depots = set(claims.tables["depots"]["site_id"])
    inside = rows["from_site_id"].isin(depots) & rows["to_site_id"].isin(depots)
    outcome += holds("moves", rows, "move_not_between_depots", inside & (rows["from_site_id"] != rows["to_site_id"]))
    relief = claims.relief().reindex(rows["item_id"]).fillna(False).to_numpy(dtype=bool)
    outcome += holds("moves", rows, "move_of_equipment", relief)
    stock = claims.tables["stock"]
    return outcome + at_most("stock", stock, "moved_out", stock["moved_out"], stock["existing"])
