"""What became of the planner's decisions, read from the plan's own tables and never from the wish."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from optimizer.plan.plan import Plan
from optimizer.region.overrides import Override
from optimizer.report.wording import Wording

Lack = Literal["money", "storage", "other"]

UNKEPT_UNITS = 1e-3
"""A shortfall of a quantity above this is told: below it lies what the solver rounds."""


@dataclass(frozen=True)
class KeptDecision:
    """One decision of the planner and what the plan made of it.

    Attributes
    ----------
    override : Override
    kept : bool
    held : float
        Physical stock of the item at the site after the plan, in the item's unit; 0 but for ``hold``.
    missing : float
        What the decision asks for beyond that; 0 but for ``hold``.
    became : str
        The plan's decision on the depot; empty for ``hold`` and for a site without a depot.
    size : str
        The size built there; empty where none is.
    lacks : tuple of {"money", "storage", "other"}
        What is too little for the rest; empty where the decision is kept.
    """

    override: Override
    kept: bool
    held: float
    missing: float
    became: str
    size: str
    lacks: tuple[Lack, ...]


def kept_decisions(plan: Plan) -> tuple[KeptDecision, ...]:
    """Compare each of the planner's decisions with the tables, in the planner's order."""
    return tuple(_hold(plan, o) if o.decision == "hold" else _depot(plan, o) for o in plan.region.overrides)


def unkept_decisions(plan: Plan) -> tuple[KeptDecision, ...]:
    """Those that the plan does not keep."""
    return tuple(decision for decision in kept_decisions(plan) if not decision.kept)


def outcome_in_words(decision: KeptDecision, plan: Plan, words: Wording) -> str:
    """Say whether a decision is kept, and where not, what is missing and why."""
    if decision.kept:
        return words("decision_kept")
    items = plan.region.tables["items"]
    unit = dict(zip(items["item_id"], items["unit"], strict=True)).get(decision.override.item_id, "")
    missing = words(
        _missing_entry(decision.override),
        held=words.number(decision.held, 1),
        missing=words.number(decision.missing, 1),
        unit=unit,
        asked=decision.override.size,
        became=_became_in_words(decision, words),
    )
    lacks = words.joined(words(f"lack_{lack}") for lack in decision.lacks)
    return words("decision_not_kept", missing=missing, lacks=lacks)


def _missing_entry(override: Override) -> str:
    if override.decision == "hold":
        return "missing_hold"
    return "missing_size" if override.size else "missing_depot"


def _became_in_words(decision: KeptDecision, words: Wording) -> str:
    """Say what the depot is in the plan, with the size built: another size than asked for is not what was decided."""
    if not decision.became:
        return words("not_known")
    became = words.choice("decision", decision.became)
    return words("depot_of_size", decision=became, size=decision.size) if decision.size else became


def _hold(plan: Plan, override: Override) -> KeptDecision:
    stock = plan.tables["stock"]
    own = (stock["site_id"] == override.site_id) & (stock["item_id"] == override.item_id)
    held = float(stock.loc[own & (stock["holding_mode"] == "physical"), "quantity"].sum())
    missing = max(0.0, (override.quantity or 0.0) - held)
    kept = missing <= UNKEPT_UNITS
    return KeptDecision(override, kept, held, missing, "", "", () if kept else _lacks_of_hold(plan, override, missing))


def _lacks_of_hold(plan: Plan, override: Override, missing: float) -> tuple[Lack, ...]:
    items, depots = plan.region.tables["items"].set_index("item_id"), plan.tables["depots"]
    if override.item_id not in items.index:
        return ("other",)
    item, depot = items.loc[override.item_id], depots[depots["site_id"] == override.site_id]
    lacks: list[Lack] = []
    if missing * float(str(item["price_cny"])) > _most_left(plan):
        lacks.append("money")
    free = float((depot["storage_m3"] - depot["used_m3"]).sum())
    if len(depot) and missing * float(str(item["volume_m3"])) > free:
        lacks.append("storage")
    return tuple(lacks) or ("other",)


def _depot(plan: Plan, override: Override) -> KeptDecision:
    depots = plan.tables["depots"]
    row = depots[depots["site_id"] == override.site_id].astype({"decision": str})
    became = str(row["decision"].iloc[0]) if len(row) else ""
    size = str(row["size"].fillna("").iloc[0]) if len(row) else ""
    if override.decision == "close":
        kept = became in ("closed", "not_chosen")
        return KeptDecision(override, kept, 0.0, 0.0, became, size, () if kept else ("other",))
    stands = ("enlarged", "opened") if override.size else ("existing", "enlarged", "opened")
    kept = became in stands and override.size in ("", size)
    return KeptDecision(override, kept, 0.0, 0.0, became, size, () if kept else _lacks_of_opening(plan, override))


def _lacks_of_opening(plan: Plan, override: Override) -> tuple[Lack, ...]:
    sizes = plan.region.tables["sizes"]
    own = sizes[(sizes["site_id"] == override.site_id) & (sizes["size"].eq(override.size) | (override.size == ""))]
    cost = (own["fixed_cost_cny"] + own["yearly_cost_cny"]).min()
    return ("money",) if len(own) and float(cost) > _most_left(plan) else ("other",)


def _most_left(plan: Plan) -> float:
    """CNY that the payer with most money left has left."""
    return float(plan.tables["budgets"]["left_cny"].max()) if len(plan.tables["budgets"]) else 0.0
