"""A region put into the form of the reserve model, with the tables that lead back from its answer to the district."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.models.reserve_problem import (
    DepotWish,
    Equipment,
    Holdings,
    Lines,
    Offers,
    ReserveProblem,
    Risk,
    Sizes,
    StockWish,
)
from optimizer.plan.equipment import WEIGHTS, equipment_classes, missing_equipment
from optimizer.plan.first_stage import FirstStage, closed_by_planner, first_stage
from optimizer.plan.requirements import depots_of_town, town_depot_rules
from optimizer.plan.second_stage import SecondStage, second_stage
from optimizer.region.region import Region
from optimizer.region.scenarios import Scenario

_TIER_WEIGHTS = {"decided": (1.0, 0.0, 0.0), "mandatory": (0.0, 1.0, 0.0), "advisory": (0.0, 0.0, 1.0)}


@dataclass(frozen=True)
class ReserveCase:
    """The problem and its tables; ``budgets`` is indexed by payer, CNY."""

    region: Region
    first: FirstStage
    second: SecondStage
    missing: pd.DataFrame
    classes: pd.DataFrame
    budgets: pd.Series
    problem: ReserveProblem


def reserve_case(
    region: Region, *, scenarios: tuple[Scenario, ...], budget_cny: float | None = None, risk: Risk = "expected"
) -> ReserveCase:
    """State the reserve problem of ``region``.

    Parameters
    ----------
    scenarios : tuple of Scenario
        Those to plan for.
    budget_cny : float, optional
        Total that replaces the payers' budgets, shared out in the same proportions (evenly where all are 0).
    risk : {"expected", "cvar", "worst"}
    """
    first = first_stage(region)
    second = second_stage(region, first, scenarios)
    missing = missing_equipment(region)
    classes = equipment_classes(missing)
    budgets = payer_budgets(region, budget_cny)
    payer = pd.Index(budgets.index)
    problem = ReserveProblem(
        sources=tuple(first.sources["site_id"] + "|" + first.sources["mode"] + "|" + first.sources["item_id"]),
        items=tuple(first.items["item_id"]),
        payers=tuple(payer),
        places=second.places,
        scenarios=tuple(scenario.id for scenario in scenarios),
        vehicle_classes=tuple(second.types["vehicle_class"]),
        storage_m3=first.sources["storage_m3"].to_numpy(float),
        volume_m3=first.items["volume_m3"].to_numpy(float),
        move_cost_cny=first.items["price_cny"].to_numpy(float) * region.settings.parameters.move_cost_share,
        priority=first.items["priority"].to_numpy(np.int64),
        deadline_min=first.items["deadline_min"].to_numpy(float),
        budget_cny=budgets.to_numpy(float),
        sizes=_sizes(first, payer),
        forbidden_sizes=tuple(np.flatnonzero(first.sizes["forbidden"].to_numpy(bool)).tolist()),
        holdings=Holdings(
            source=first.holdings["source"].to_numpy(np.int64),
            item=first.holdings["item"].to_numpy(np.int64),
            payer=payer.get_indexer(pd.Index(first.holdings["payer_id"])),
            existing=first.holdings["existing"].to_numpy(float),
            movable=first.holdings["movable"].to_numpy(bool),
        ),
        lines=Lines(
            holding=first.lines["holding"].to_numpy(np.int64),
            pack=first.lines["pack_size"].to_numpy(float),
            cost_cny=first.lines["cost_cny"].to_numpy(float),
        ),
        offers=Offers(
            source=first.offers["source"].to_numpy(np.int64),
            item=first.offers["item"].to_numpy(np.int64),
            most=first.offers["max_quantity"].to_numpy(float),
            fee_cny=first.offers["yearly_fee_cny"].to_numpy(float),
            payer=payer.get_indexer(pd.Index(first.offers["payer_id"])),
        ),
        equipment=Equipment(
            units=classes["units"].to_numpy(float),
            price_cny=classes["price_cny"].to_numpy(float),
            payer=payer.get_indexer(pd.Index(classes["payer_id"])),
            weight=classes[WEIGHTS].to_numpy(float).reshape(-1, len(WEIGHTS)),
        ),
        depot_wishes=(*_ruled_depots(region, first), *_decided_depots(region, first)),
        stock_wishes=_decided_stock(region, first),
        recourse=second.recourse,
        risk=risk,
        cvar_share=region.settings.parameters.cvar_share,
        priority_ratio=region.settings.parameters.priority_ratio,
    )
    return ReserveCase(region, first, second, missing, classes, budgets, problem)


def payer_budgets(region: Region, budget_cny: float | None) -> pd.Series:
    """Budget of each payer, CNY, by payer id; a total given replaces theirs in the same proportions."""
    payers = region.tables["payers"]
    own = pd.Series(payers["budget_cny"].to_numpy(float), index=payers["payer_id"])
    if budget_cny is None:
        return own
    share = own / own.sum() if own.sum() > 0 else pd.Series(1 / len(own), index=own.index)
    return share * budget_cny


def _sizes(first: FirstStage, payer: pd.Index) -> Sizes:
    return Sizes(
        source=first.sizes["source"].to_numpy(np.int64),
        storage_m3=first.sizes["storage_m3"].to_numpy(float),
        cost_cny=(first.sizes["fixed_cost_cny"] + first.sizes["yearly_cost_cny"]).to_numpy(float),
        payer=payer.get_indexer(pd.Index(first.sizes["payer_id"])),
    )


def _ruled_depots(region: Region, first: FirstStage) -> tuple[DepotWish, ...]:
    """A wish for every town in which a rule asks for a depot and none stands."""
    closed = closed_by_planner(region)
    wishes = []
    for asked in town_depot_rules(region):
        for town in asked.town_ids:
            standing = set(depots_of_town(region.sites, town, ("depot",))["site_id"]) - closed
            candidates = set(depots_of_town(region.sites, town, ("candidate",))["site_id"])
            if not standing:
                weight = _TIER_WEIGHTS["mandatory" if asked.rule.mandatory else "advisory"]
                wishes.append(DepotWish(f"{asked.rule.id}|{town}", _sizes_at(first, candidates), weight))
    return tuple(wishes)


def _decided_depots(region: Region, first: FirstStage) -> tuple[DepotWish, ...]:
    """What the planner wants opened: a given size of it, or any."""
    standing = set(region.sites.loc[region.sites["kind"] == "depot", "site_id"])
    wishes = []
    for override in region.overrides:
        if override.decision != "open" or (override.site_id in standing and not override.size):
            continue
        sizes = _sizes_at(first, {override.site_id})
        if override.size:
            sizes = tuple(z for z in sizes if first.sizes["size"].iloc[z] == override.size)
        wishes.append(DepotWish(f"open|{override.site_id}", sizes, _TIER_WEIGHTS["decided"]))
    return tuple(wishes)


def _sizes_at(first: FirstStage, site_ids: set[str]) -> tuple[int, ...]:
    return tuple(np.flatnonzero(first.sizes["site_id"].isin(site_ids).to_numpy()).tolist())


def _decided_stock(region: Region, first: FirstStage) -> tuple[StockWish, ...]:
    """Relief that the planner wants held somewhere."""
    item = pd.Index(first.items["item_id"])
    physical = first.sources[first.sources["mode"] == "physical"]
    source = pd.Series(physical.index, index=physical["site_id"])
    return tuple(
        StockWish(
            f"hold|{o.site_id}|{o.item_id}",
            int(source[o.site_id]),
            int(item.get_loc(o.item_id)),
            float(o.quantity or 0),
            _TIER_WEIGHTS["decided"],
        )
        for o in region.overrides
        if o.decision == "hold" and o.item_id in item and o.site_id in source.index and (o.quantity or 0) > 0
    )
