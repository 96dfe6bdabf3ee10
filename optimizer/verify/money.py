"""Depots, contracts, budgets and the planner's decisions."""

from __future__ import annotations

import pandas as pd

from optimizer.region.overrides import Override
from optimizer.verify.outcome import (
    MONEY,
    UNITS,
    Claims,
    Outcome,
    at_most,
    equal,
    equal_text,
    holds,
    none_missing,
    said,
)

DEPOT_KINDS = ("depot", "candidate")
DECISIONS_OF = {"depot": ("existing", "enlarged", "closed"), "candidate": ("opened", "not_chosen")}
_BUILT = ("opened", "enlarged")
_EXPENSES = ("purchase_cny", "building_cny", "running_cny", "contract_cny", "move_cny")


def verify_depots(claims: Claims) -> Outcome:
    """One decision a depot, storage and cost of the size that it names, and stock that fits."""
    rows, sites = claims.tables["depots"], claims.region.sites
    own = sites[sites["kind"].isin(DEPOT_KINDS)]
    outcome = none_missing("depots", ["site_id"], rows, own)
    kind = rows["site_id"].map(own.set_index("site_id")["kind"]).fillna("")
    allowed = [decision in DECISIONS_OF.get(of, ()) for of, decision in zip(kind, rows["decision"], strict=True)]
    outcome += holds("depots", rows, "decision_impossible", allowed)
    size = _sizes_built(claims, rows)
    built = rows["decision"].isin(_BUILT).to_numpy()
    outcome += holds("depots", rows, "size_unknown", (built & size["storage_m3"].notna().to_numpy()) | ~built)
    outcome += holds("depots", rows, "size_not_built", built | (rows["size"].fillna("") == ""))
    before = rows["site_id"].map(own.set_index("site_id")["storage_m3"]).fillna(0.0).where(kind == "depot", 0.0)
    outcome += equal("depots", rows, "storage_m3", before + size["storage_m3"].fillna(0.0).to_numpy())
    outcome += equal("depots", rows, "fixed_cost_cny", size["fixed_cost_cny"].fillna(0.0), MONEY)
    outcome += equal("depots", rows, "yearly_cost_cny", size["yearly_cost_cny"].fillna(0.0), MONEY)
    outcome += equal("depots", rows, "used_m3", _volume(claims, relief_only=False).reindex(rows["site_id"]).fillna(0.0))
    return outcome + _storage(claims)


def _sizes_built(claims: Claims, rows: pd.DataFrame) -> pd.DataFrame:
    """Row of the sizes table that each depot's decision names; missing where nothing is built."""
    sizes = claims.region.tables["sizes"].set_index(["site_id", "size"])
    sizes = sizes[~sizes.index.duplicated()]
    named = pd.MultiIndex.from_arrays([rows["site_id"], rows["size"].fillna("").astype(str)])
    return sizes.reindex(named).reset_index(drop=True)


def _volume(claims: Claims, *, relief_only: bool, column: str = "quantity") -> pd.Series:
    """m³ of physical stock by site."""
    stock = claims.tables["stock"]
    rows = stock[stock["holding_mode"] == "physical"]
    if relief_only:
        rows = rows[claims.relief().reindex(rows["item_id"]).fillna(False).to_numpy(dtype=bool)]
    volume = claims.items()["volume_m3"].reindex(rows["item_id"]).to_numpy(dtype=float)
    by_site: pd.Series = rows.assign(m3=rows[column].astype(float) * volume).groupby("site_id")["m3"].sum()
    return by_site


def _storage(claims: Claims) -> Outcome:
    """Relief fits: storage less what other goods take, or the relief there now if that is more, and what is built."""
    depots, sites = claims.tables["depots"].set_index("site_id"), claims.region.sites.set_index("site_id")
    used = _volume(claims, relief_only=True)
    present = _volume(claims, relief_only=True, column="existing").reindex(used.index).fillna(0.0)
    declared = sites["storage_m3"].fillna(0.0).where(sites["kind"] != "candidate", 0.0).reindex(used.index).fillna(0.0)
    everything = _volume(claims, relief_only=False, column="existing").reindex(used.index).fillna(0.0)
    free = declared - (everything - present)
    size = _sizes_built(claims, claims.tables["depots"])["storage_m3"].fillna(0.0)
    added = pd.Series(size.to_numpy(), index=depots.index).reindex(used.index).fillna(0.0)
    rows = pd.DataFrame({"site_id": used.index})
    limit = free.clip(lower=present) + added
    return at_most("depots", rows, "storage", used.to_numpy(), limit.to_numpy())


def verify_contracts(claims: Claims) -> Outcome:
    """No contract beyond its offer, at the offer's fee, lead time and payer."""
    rows = claims.tables["contracts"]
    key = ["site_id", "item_id", "holding_mode"]
    offers = claims.region.tables["offers"].set_index(key)
    offer = offers[~offers.index.duplicated()].reindex(pd.MultiIndex.from_frame(rows[key])).reset_index(drop=True)
    outcome = at_most("contracts", rows, "contract", rows["quantity"], offer["max_quantity"].fillna(0.0))
    fee = rows["quantity"].to_numpy(dtype=float) * offer["yearly_fee_cny"].to_numpy(dtype=float)
    outcome += equal("contracts", rows, "yearly_fee_cny", fee, MONEY)
    outcome += equal("contracts", rows, "lead_time_h", offer["lead_time_h"].to_numpy())
    return outcome + equal_text("contracts", rows, "payer_id", offer["payer_id"].fillna(""))


def verify_budgets(claims: Claims) -> Outcome:
    """Each payer's expenses add up from the lists, and stay within the budget of the region or of the run."""
    rows = claims.tables["budgets"]
    outcome = none_missing("budgets", ["payer_id"], rows, claims.region.tables["payers"])
    outcome += equal("budgets", rows, "budget_cny", budgets(claims).reindex(rows["payer_id"]), MONEY)
    expenses = _expenses(claims)
    for column in _EXPENSES:
        outcome += equal("budgets", rows, column, expenses[column].reindex(rows["payer_id"]).fillna(0.0), MONEY)
    stranger = sorted({str(payer) for column in _EXPENSES for payer in expenses[column].index} - set(rows["payer_id"]))
    outcome += said("payer_unknown", right=not stranger, payers=", ".join(stranger))
    outcome += equal("budgets", rows, "spent_cny", rows[list(_EXPENSES)].sum(axis=1), MONEY)
    outcome += equal("budgets", rows, "left_cny", rows["budget_cny"] - rows["spent_cny"], MONEY)
    return outcome + at_most("budgets", rows, "spending", rows["spent_cny"], rows["budget_cny"], MONEY)


def budgets(claims: Claims) -> pd.Series:
    """CNY by payer; a total given to the run is shared out in the payers' proportions, evenly where all are 0."""
    payers = claims.region.tables["payers"]
    own = pd.Series(payers["budget_cny"].to_numpy(dtype=float), index=payers["payer_id"].to_numpy())
    options = claims.document.get("options")
    total = options.get("budget_cny") if isinstance(options, dict) else None
    if total is None:
        return own
    return (own / own.sum() if own.sum() > 0 else own * 0 + 1 / len(own)) * float(total)


def _expenses(claims: Claims) -> dict[str, pd.Series]:
    """CNY by payer of each kind of expense; upkeep of what is bought runs from the first year."""
    bought, depots = claims.tables["purchases"], claims.tables["depots"]
    upkeep = bought["cost_cny"] * claims.items()["upkeep_share"].reindex(bought["item_id"]).to_numpy(dtype=float)
    running = pd.concat(
        [
            pd.DataFrame({"payer": bought["payer_id"], "cost": upkeep}),
            pd.DataFrame({"payer": depots["payer_id"], "cost": depots["yearly_cost_cny"]}),
        ]
    )
    return {
        "purchase_cny": _by_payer(bought, "payer_id", "cost_cny"),
        "building_cny": _by_payer(depots, "payer_id", "fixed_cost_cny"),
        "running_cny": _by_payer(running, "payer", "cost"),
        "contract_cny": _by_payer(claims.tables["contracts"], "payer_id", "yearly_fee_cny"),
        "move_cny": _by_payer(claims.tables["moves"], "owner", "cost_cny"),
    }


def _by_payer(rows: pd.DataFrame, payer: str, cost: str) -> pd.Series:
    """Sums above 0 by payer: a depot where nothing is built has none."""
    sums = rows[cost].astype(float).groupby(rows[payer].fillna("").astype(str)).sum()
    return sums[sums > 0]


def verify_overrides(claims: Claims) -> Outcome:
    """What the planner has decided is kept, unless the plan itself says in its layer ``decided`` that it could not."""
    outcome = Outcome()
    kept = _decided_value(claims) <= UNITS.absolute
    for override in claims.region.overrides:
        right = override_kept(claims, override) or (override.decision != "close" and not kept)
        values = {"decision": override.decision, "site": override.site_id, "who": override.who, "why": override.why}
        outcome += said("override_broken", right=right, **values)
    return outcome


def override_kept(claims: Claims, override: Override) -> bool:
    """Whether the plan's tables keep one decision."""
    return override_shortfall(claims, override) <= UNITS.absolute


def override_shortfall(claims: Claims, override: Override) -> float:
    """Share of one decision that the plan's tables do not keep, 0 to 1."""
    depots = claims.tables["depots"]
    row = depots[depots["site_id"] == override.site_id]
    if override.decision == "hold":
        stock = claims.tables["stock"]
        own = (stock["site_id"] == override.site_id) & (stock["item_id"] == override.item_id)
        held = float(stock.loc[own & (stock["holding_mode"] == "physical"), "quantity"].sum())
        wanted = float(override.quantity or 0.0)
        return max(0.0, wanted - held) / wanted if wanted > 0 else 0.0
    if row.empty:
        return 1.0
    decision, size = str(row["decision"].iloc[0]), str(row["size"].fillna("").iloc[0])
    if override.decision == "close":
        return float(decision not in ("closed", "not_chosen"))
    stands = decision in (("enlarged", "opened") if override.size else ("existing", "enlarged", "opened"))
    return float(not (stands and override.size in ("", size)))


def _decided_value(claims: Claims) -> float:
    layers = claims.document.get("layers")
    named = [layer for layer in layers if layer.get("name") == "decided"] if isinstance(layers, list) else []
    return float(named[0]["value"]) if named else 0.0


def physical(claims: Claims, column: str) -> pd.DataFrame:
    """``site_id``, ``item_id``, ``quantity`` of the physical stock in ``column`` of the stock table."""
    stock = claims.tables["stock"]
    rows = stock[stock["holding_mode"] == "physical"]
    return rows[["site_id", "item_id"]].assign(quantity=rows[column].astype(float))
