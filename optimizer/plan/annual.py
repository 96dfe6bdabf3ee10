"""The annual reserve plan: a region in, a proven plan out."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import replace
from importlib.metadata import version

import pandas as pd

from network.words import Phrase
from optimizer.models.reserve import solve_reserve
from optimizer.models.reserve_problem import ReserveSolution, Risk
from optimizer.plan import decisions, outcomes
from optimizer.plan.compliance.case import ScenarioResults
from optimizer.plan.compliance.standards import check_standards
from optimizer.plan.plan import OverrideCost, Plan
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.plan.reserve_case import ReserveCase, reserve_case
from optimizer.plan.routes import routes
from optimizer.progress import Progress, part, silent
from optimizer.region.region import Region
from optimizer.region.scenarios import Scenario


def make_plan(
    region: Region,
    *,
    budget_cny: float | None = None,
    risk: Risk = "expected",
    gap: float = 0.01,
    time_limit_s: float = 600.0,
    scenario_ids: Sequence[str] | None = None,
    progress: Progress = silent,
) -> Plan:
    """Plan what to open, hold, buy, move and contract in the year.

    Parameters
    ----------
    region : Region
    budget_cny : float, optional
        Total that replaces the payers' budgets, shared out in the same proportions.
    risk : {"expected", "cvar", "worst"}
        How unmet want is weighed over the scenarios.
    gap : float
        Relative gap to be proven in each layer.
    time_limit_s : float
        For the solver; with planner's decisions it runs twice, each time within the limit.
    scenario_ids : sequence of str, optional
        Plan for these scenarios only.
    progress : callable, optional

    Returns
    -------
    Plan
        Whatever the budget, 0 too: what cannot be met is named, not refused.
    """
    began = time.monotonic()
    chosen = tuple(s for s in region.scenarios if scenario_ids is None or s.id in scenario_ids)
    progress(Phrase("optimizer.annual.times"), 0.0)
    case = reserve_case(region, scenarios=chosen, budget_cny=budget_cny, risk=risk)
    decided = bool(region.overrides)
    solution = _solve(case, gap, time_limit_s, part(progress, 0.2, 0.5 if decided else 0.8))
    costs: tuple[OverrideCost, ...] = ()
    if decided:
        free = reserve_case(replace(region, overrides=()), scenarios=chosen, budget_cny=budget_cny, risk=risk)
        costs = _override_costs(solution, _solve(free, gap, time_limit_s, part(progress, 0.5, 0.8)))
    progress(Phrase("optimizer.annual.tables"), 0.85)
    tables = plan_tables(case, solution, chosen)
    progress(Phrase("optimizer.annual.done"), 1.0)
    options = {
        "budget_cny": budget_cny,
        "risk": risk,
        "gap": gap,
        "time_limit_s": time_limit_s,
        "scenario_ids": [scenario.id for scenario in chosen],
    }
    solver = f"HiGHS {version('highspy')} / PuLP {version('pulp')}"
    return Plan(region, tables, solution.layers, costs, options, solver, time.monotonic() - began)


def _solve(case: ReserveCase, gap: float, time_limit_s: float, progress: Progress) -> ReserveSolution:
    return solve_reserve(
        case.problem,
        gap=gap,
        time_limit_s=time_limit_s,
        progress=lambda layer, share: progress(Phrase(f"optimizer.annual.layer_{layer.split('_')[0]}"), share),
    )


def _override_costs(kept: ReserveSolution, free: ReserveSolution) -> tuple[OverrideCost, ...]:
    """Set the layers with the planner's decisions beside those without; a layer that one of them lacks counts as 0."""
    without = {layer.name: layer.value for layer in free.layers}
    return tuple(
        OverrideCost(layer.name, layer.value, without.get(layer.name, 0.0))
        for layer in kept.layers
        if layer.name != "decided"
    )


def _physical(stock: pd.DataFrame, column: str) -> pd.DataFrame:
    """What lies in the district's own hands: ``site_id``, ``item_id``, ``quantity``."""
    rows = stock[stock["holding_mode"] == "physical"]
    return rows[["site_id", "item_id"]].assign(quantity=rows[column])


def plan_tables(
    case: ReserveCase, solution: ReserveSolution, scenarios: tuple[Scenario, ...]
) -> dict[str, pd.DataFrame]:
    """Every table of a plan, columns in the contract's order."""
    bought = decisions.purchases(case, solution)
    stock = decisions.stock_after(case, solution, bought)
    depots = decisions.depots(case, solution, stock)
    contracts = decisions.contracts(case, solution)
    moves = decisions.moves(case, solution)
    shipments = outcomes.shipments(case, solution)
    unmet = outcomes.unmet(case, solution)
    results = outcomes.scenarios(case, solution)
    tables = {
        "depots": depots,
        "stock": stock,
        "purchases": bought,
        "contracts": contracts,
        "moves": moves,
        "budgets": decisions.budgets(case, bought, depots, contracts, moves),
        "scenarios": results,
        "shipments": shipments,
        "fleet": outcomes.fleet(case, solution),
        "unmet": unmet,
        "routes": routes(case.region, scenarios, shipments),
    }
    tables["standards"] = check_standards(
        case.region,
        _physical(stock, "existing"),
        _physical(stock, "quantity"),
        depots,
        results=ScenarioResults(unmet, shipments),
    )
    return {
        table.name: tables[table.name].reindex(columns=[column.name for column in table.columns])
        for table in PLAN_TABLES
    }
