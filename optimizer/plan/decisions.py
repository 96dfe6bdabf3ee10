"""The first stage of a solved plan as tables: depots, stock, purchases, contracts, moves, budgets."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.models.reserve_problem import ReserveSolution
from optimizer.plan.demand import join_inputs
from optimizer.plan.equipment import spread
from optimizer.plan.reserve_case import ReserveCase
from optimizer.plan.usable_stock import usable_stock
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.overrides import Override
from optimizer.region.region import Region

TOLERANCE = 1e-6


def said(overrides: Sequence[Override]) -> str:
    """A planner's decisions as who, when and why."""
    return "; ".join(f"{override.who} {override.when:%Y-%m-%d} {override.why}" for override in overrides)


def with_names(rows: pd.DataFrame, region: Region) -> pd.DataFrame:
    """Add ``site_name``, ``town_name``, and for items ``item_name``, ``gb_code`` and ``unit``."""
    sites = region.sites.set_index("site_id")
    town = sites["town_id"].where(sites["kind"] != "town", sites.index.to_series())
    named = rows.assign(
        site_name=rows["site_id"].map(sites["name"]),
        town_name=rows["site_id"].map(town).map(sites["name"]).fillna(""),
    )
    if "item_id" in rows:
        items = region.tables["items"].set_index("item_id")
        named = named.assign(
            item_name=rows["item_id"].map(items["name"]),
            gb_code=rows["item_id"].map(items["gb_code"]),
            unit=rows["item_id"].map(items["unit"]),
        )
    return named


def purchases(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """The purchase list, with what stands behind each line."""
    rows = pd.concat([_relief_purchases(case, solution), _equipment_purchases(case, solution)], ignore_index=True)
    items = case.region.tables["items"].set_index("item_id")
    rows["price_cny"] = rows["item_id"].map(items["price_cny"]).astype(float)
    rows["cost_cny"] = rows["quantity"] * rows["price_cny"]
    price_mark = pd.Series(is_estimated(items["estimated"], "price_cny"), index=items.index)
    priced = rows["item_id"].map(price_mark).to_numpy(bool)
    rows["estimated_inputs"] = [
        join_inputs([inputs, "items.price_cny" if mark else ""])
        for inputs, mark in zip(rows["estimated_inputs"], priced, strict=True)
    ]
    counted = (rows["estimated_inputs"].astype(str).str.replace("items.price_cny", "").str.strip(";") != "").to_numpy()
    rows["estimated"] = join_marks({"quantity": counted, "price_cny": priced})
    return with_names(rows, case.region)


def _relief_purchases(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    first = case.first
    lines = first.lines.assign(packs=solution.packs)
    lines = lines[lines["packs"] > 0].merge(first.holdings, left_on="holding", right_index=True)
    served = _scenarios_served(case, solution, lines)
    region = case.region
    basic = [rule.id for rule in region.rules if rule.check == "relief_hours"]
    norms = region.tables["norms"].set_index("item_id")
    norm_mark = pd.Series(is_estimated(norms["estimated"], "quantity", "share"), index=norms.index)
    need_inputs = [join_inputs(table["estimated_inputs"]) for table in case.second.need]
    names = [scenario.id for scenario in case.second.scenarios]
    item_id = first.items["item_id"].to_numpy()[lines["item"]]
    site_id = first.sources["site_id"].to_numpy()[lines["source"]]
    priority = first.items["priority"].to_numpy()[lines["item"]]
    held = {(o.site_id, o.item_id): o for o in region.overrides if o.decision == "hold"}
    return pd.DataFrame(
        {
            "site_id": site_id,
            "item_id": item_id,
            "packs": lines["packs"].to_numpy(float),
            "pack_size": lines["pack_size"].to_numpy(float),
            "quantity": (lines["packs"] * lines["pack_size"]).to_numpy(float),
            "payer_id": lines["payer_id"].to_numpy(),
            "rules": [";".join(basic) if first_want else "" for first_want in priority == priority.min(initial=1)],
            "scenarios": [";".join(names[s] for s in behind) for behind in served],
            "override": [
                said([held[key]] if (key := pair) in held else []) for pair in zip(site_id, item_id, strict=True)
            ],
            "estimated_inputs": [
                join_inputs([*(need_inputs[s] for s in behind), "norms.quantity" if norm_mark[item] else ""])
                for behind, item in zip(served, item_id, strict=True)
            ],
        }
    )


def _scenarios_served(case: ReserveCase, solution: ReserveSolution, lines: pd.DataFrame) -> list[list[int]]:
    """For each line the scenarios in which its source ships more of the item than it would have without buying."""
    problem = case.problem
    arcs = case.second.arcs
    shipped = np.zeros((len(problem.scenarios), len(problem.sources), len(problem.items)))
    arc = solution.shipments["arc"].to_numpy(np.int64)
    at = arcs["scenario"].to_numpy()[arc], arcs["source"].to_numpy()[arc], solution.shipments["item"].to_numpy(np.int64)
    np.add.at(shipped, at, solution.shipments["units"].to_numpy())
    without = np.zeros((len(problem.sources), len(problem.items)))
    net = problem.holdings.existing + solution.moved_in - solution.moved_out
    np.add.at(without, (problem.holdings.source, problem.holdings.item), net)
    beyond = shipped > problem.recourse.kept[:, :, None] * without[None] + TOLERANCE
    return [np.flatnonzero(beyond[:, j, i]).tolist() for j, i in zip(lines["source"], lines["item"], strict=True)]


def _equipment_purchases(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    region = case.region
    missing = case.missing.assign(quantity=spread(solution.bought, case.classes, case.missing, region.sites))
    bought = missing[missing["quantity"] > 0]
    sites = region.sites.set_index("site_id")
    marks = sites["estimated"].reindex(bought["site_id"])
    use = bought["item_id"].map(region.tables["items"].set_index("item_id")["use"]).to_numpy()
    inputs = {
        "sites.wardens": is_estimated(marks, "wardens") & (use == "warden_set"),
        "sites.communications_assured": is_estimated(marks, "communications_assured") & (use == "satellite"),
        "sites.hazards": is_estimated(marks, "hazards") & (use == "village_kit"),
    }
    held = {(o.site_id, o.item_id): o for o in region.overrides if o.decision == "hold"}
    pairs = zip(bought["site_id"], bought["item_id"], strict=True)
    return pd.DataFrame(
        {
            "site_id": bought["site_id"].to_numpy(),
            "item_id": bought["item_id"].to_numpy(),
            "packs": bought["quantity"].to_numpy(),
            "pack_size": 1.0,
            "quantity": bought["quantity"].to_numpy(),
            "payer_id": bought["payer_id"].to_numpy(),
            "rules": [";".join(filter(None, rules.split(";"))) for rules in bought["rules"]],
            "scenarios": "",
            "override": [said([held[pair]] if pair in held else []) for pair in pairs],
            "estimated_inputs": join_marks(inputs),
        }
    )


def stock_after(case: ReserveCase, solution: ReserveSolution, bought: pd.DataFrame) -> pd.DataFrame:
    """What every site holds of every item, by owner and holding mode, once the plan is carried out."""
    first, key = case.first, ["site_id", "item_id", "owner", "holding_mode"]
    held = usable_stock(case.region).set_index(key)
    moved = pd.DataFrame(
        {
            "site_id": first.sources["site_id"].to_numpy()[first.holdings["source"]],
            "item_id": first.items["item_id"].to_numpy()[first.holdings["item"]],
            "owner": first.holdings["payer_id"].to_numpy(),
            "holding_mode": first.sources["mode"].to_numpy()[first.holdings["source"]],
            "moved_in": np.maximum(solution.moved_in - solution.moved_out, 0.0),
            "moved_out": np.maximum(solution.moved_out - solution.moved_in, 0.0),
        }
    ).set_index(key)
    new = bought.rename(columns={"payer_id": "owner", "quantity": "bought"}).assign(holding_mode="physical")
    new = new.groupby(key)[["bought"]].sum()
    signed = case.region.tables["offers"][["site_id", "item_id", "holding_mode", "payer_id"]]
    offers = first.offers.assign(bought=solution.contract).rename(columns={"payer_id": "owner"})
    contracts = offers[offers["bought"] > TOLERANCE].groupby(key)[["bought"]].sum() if len(signed) else new.iloc[:0]
    rows = pd.concat([held, moved, new, contracts]).fillna(0.0).groupby(level=key).sum().reset_index()
    rows["quantity"] = rows["existing"] + rows["moved_in"] - rows["moved_out"] + rows["bought"]
    numbers = ["existing", "expiring", "moved_in", "moved_out", "bought", "quantity"]
    rows = rows[(rows[numbers].abs() > TOLERANCE).any(axis=1)]
    lots = case.region.tables["stock"]
    guessed = lots[is_estimated(lots["estimated"], "quantity")]
    marks = pd.MultiIndex.from_frame(guessed[key]).unique()
    estimated = pd.MultiIndex.from_frame(rows[key]).isin(marks)
    return with_names(rows.assign(estimated=np.where(estimated, "existing", "")), case.region)


def moves(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """Pair what is moved out of sources with what is moved into others, owner by owner."""
    holdings = case.problem.holdings
    net = solution.moved_in - solution.moved_out
    rows = []
    for item, payer in sorted(set(zip(holdings.item[net > TOLERANCE], holdings.payer[net > TOLERANCE], strict=True))):
        own = (holdings.item == item) & (holdings.payer == payer)
        pairs = _paired(np.flatnonzero(own & (net < -TOLERANCE)), np.flatnonzero(own & (net > TOLERANCE)), net)
        rows += [(holdings.source[a], holdings.source[b], item, case.problem.payers[payer], q) for a, b, q in pairs]
    site = case.first.sources["site_id"].to_numpy()
    table = pd.DataFrame(rows, columns=["from", "to", "item", "owner", "quantity"])
    items = case.region.tables["items"].set_index("item_id")
    item_id = pd.Series(case.first.items["item_id"].to_numpy()[table["item"].astype(int)], dtype=object)
    cost = case.problem.move_cost_cny[table["item"].astype(int)] * table["quantity"].astype(float)
    return pd.DataFrame(
        {
            "from_site_id": site[table["from"].astype(int)],
            "to_site_id": site[table["to"].astype(int)],
            "item_id": item_id,
            "item_name": item_id.map(items["name"]),
            "unit": item_id.map(items["unit"]),
            "owner": table["owner"],
            "quantity": table["quantity"].astype(float),
            "cost_cny": cost,
        }
    )


def _paired(
    leaving: NDArray[np.int64], arriving: NDArray[np.int64], net: NDArray[np.float64]
) -> Iterable[tuple[int, int, float]]:
    """Pair what leaves with what arrives, first come first served: from, to, quantity."""
    left = {int(place): -float(net[place]) for place in leaving}
    for place in arriving:
        wanted = float(net[place])
        for origin in left:
            taken = min(wanted, left[origin])
            if taken > TOLERANCE:
                yield origin, int(place), taken
            left[origin] -= taken
            wanted -= taken


def depots(case: ReserveCase, solution: ReserveSolution, stock: pd.DataFrame) -> pd.DataFrame:
    """What is decided for each depot and candidate."""
    region, first = case.region, case.first
    sites = region.sites[region.sites["kind"].isin(("depot", "candidate"))].set_index("site_id")
    built = first.sizes[solution.build == 1].set_index("site_id")
    volume = region.tables["items"].set_index("item_id")["volume_m3"]
    physical = stock[stock["holding_mode"] == "physical"]
    used = (physical["quantity"] * physical["item_id"].map(volume)).groupby(physical["site_id"]).sum()
    is_built = sites.index.isin(built.index)
    closed = sites.index.isin(first.sources.loc[first.sources["closed"], "site_id"])
    existing = (sites["kind"] == "depot").to_numpy()
    decision = np.select(
        [closed & existing, is_built & existing, is_built, existing],
        ["closed", "enlarged", "opened", "existing"],
        "not_chosen",
    )
    own = sites["storage_m3"].fillna(0.0).to_numpy() * existing
    overrides = {
        site: [o for o in region.overrides if o.site_id == site and o.decision != "hold"] for site in sites.index
    }
    rows = pd.DataFrame(
        {
            "site_id": sites.index,
            "kind": sites["kind"].to_numpy(),
            "level": sites["level"].to_numpy(),
            "decision": decision,
            "size": built["size"].astype(object).reindex(sites.index).fillna("").to_numpy(),
            "storage_m3": own + built["storage_m3"].reindex(sites.index).fillna(0.0).to_numpy(),
            "used_m3": used.reindex(sites.index).fillna(0.0).to_numpy(),
            "fixed_cost_cny": built["fixed_cost_cny"].reindex(sites.index).fillna(0.0).to_numpy(),
            "yearly_cost_cny": built["yearly_cost_cny"].reindex(sites.index).fillna(0.0).to_numpy(),
            "payer_id": built["payer_id"].astype(object).reindex(sites.index).fillna("").to_numpy(),
            "override": [said(overrides[site]) for site in sites.index],
            "estimated": _depot_marks(sites, built),
        }
    )
    return with_names(rows, region)


def _depot_marks(sites: pd.DataFrame, built: pd.DataFrame) -> NDArray[np.object_]:
    size_marks = built["estimated"].reindex(sites.index).fillna("")
    return join_marks(
        {
            "storage_m3": is_estimated(sites["estimated"], "storage_m3") | is_estimated(size_marks, "storage_m3"),
            "fixed_cost_cny": is_estimated(size_marks, "fixed_cost_cny"),
            "yearly_cost_cny": is_estimated(size_marks, "yearly_cost_cny"),
        }
    )


def contracts(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """What is signed with suppliers, and the scenarios in which it is called on."""
    offers = case.first.offers.assign(quantity=solution.contract)
    arcs, shipments = case.second.arcs, solution.shipments
    arc = shipments["arc"].to_numpy(np.int64)
    used = pd.DataFrame({"source": arcs["source"].to_numpy()[arc], "scenario": arcs["scenario"].to_numpy()[arc]})
    called = used.groupby("source")["scenario"].unique()
    names = [scenario.id for scenario in case.second.scenarios]
    signed = offers[offers["quantity"] > TOLERANCE].copy()
    signed["scenarios"] = [";".join(names[s] for s in sorted(called.get(source, []))) for source in signed["source"]]
    signed["yearly_fee_cny"] = signed["quantity"] * signed["yearly_fee_cny"]
    columns = [
        "site_id",
        "item_id",
        "holding_mode",
        "quantity",
        "yearly_fee_cny",
        "payer_id",
        "lead_time_h",
        "scenarios",
    ]
    return with_names(signed[[*columns, "estimated"]].reset_index(drop=True), case.region)


def budgets(
    case: ReserveCase, bought: pd.DataFrame, depot: pd.DataFrame, contract: pd.DataFrame, move: pd.DataFrame
) -> pd.DataFrame:
    """Budget and spending of each payer; running cost: new depots, and the first year's upkeep of what is bought."""
    payers = case.region.tables["payers"].set_index("payer_id")
    share = case.region.tables["items"].set_index("item_id")["upkeep_share"].fillna(0.0)
    upkeep = bought["cost_cny"] * bought["item_id"].map(share)

    def paid(amount: pd.Series, payer: pd.Series) -> NDArray[np.float64]:
        sums = amount.astype(float).groupby(payer).sum().reindex(payers.index).fillna(0.0)
        return np.asarray(sums, dtype=np.float64)

    running = paid(upkeep, bought["payer_id"]) + paid(depot["yearly_cost_cny"], depot["payer_id"])
    rows = pd.DataFrame(
        {
            "payer_id": payers.index,
            "payer_name": payers["name"].to_numpy(),
            "budget_cny": case.budgets.reindex(payers.index).to_numpy(),
            "purchase_cny": paid(bought["cost_cny"], bought["payer_id"]),
            "building_cny": paid(depot["fixed_cost_cny"], depot["payer_id"]),
            "running_cny": running,
            "contract_cny": paid(contract["yearly_fee_cny"], contract["payer_id"]),
            "move_cny": paid(move["cost_cny"], move["owner"]),
            "estimated": np.where(is_estimated(payers["estimated"], "budget_cny"), "budget_cny", ""),
        }
    )
    spent = ["purchase_cny", "building_cny", "running_cny", "contract_cny", "move_cny"]
    rows["spent_cny"] = rows[spent].sum(axis=1)
    rows["left_cny"] = rows["budget_cny"] - rows["spent_cny"]
    return rows
