"""A plan's headline figures, added up once from its tables for every form in which it is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass

import pandas as pd

from optimizer.plan.plan import Plan
from optimizer.plan.plan_tables import EXPENSES, REASONS
from optimizer.region.standards import Rule


@dataclass(frozen=True)
class RuleResult:
    """How one rule does over all that it speaks of.

    Attributes
    ----------
    rule_id : str
    met, short, not_applicable : int
        Subjects (with an item, for a rule on equipment).
    short_subjects : int
        Subjects that are short of anything, each counted once whatever its name.
    met_before : int or None
        How many would be met without the plan; None where that is not known for every subject.
    mend_cost_cny : float
        Of the cheapest mends of all short subjects, as far as they are known; 0 where none is.
    """

    rule_id: str
    met: int
    short: int
    not_applicable: int
    short_subjects: int
    met_before: int | None
    mend_cost_cny: float


@dataclass(frozen=True)
class Want:
    """Person-items wanted, met on time, met late and unmet."""

    want: float
    on_time: float
    late: float
    unmet: float

    def share(self, part: str) -> float:
        """Share of the want; 0 where nothing is wanted."""
        return float(getattr(self, part)) / self.want if self.want else 0.0


@dataclass(frozen=True)
class Figures:
    """What a reader asks first.

    Attributes
    ----------
    budget_cny, spent_cny : float
    expenses_cny : mapping of str to float
        By kind of expense.
    kept, opened, enlarged, closed : tuple of str
        Site ids of depots and candidates by decision.
    purchase_lines, purchase_items : int
    purchases_cny : float
    estimated_lines : int
        Purchase lines that rest on an estimate.
    estimated_cny : float
        What they cost.
    expected : Want
        Weighted by the scenarios' weights.
    worst_scenario : str
        The one with the largest share of its want unmet; empty where there is none.
    worst : Want
    unmet_by_reason : mapping of str to float
        Person-items, weighted.
    rules : tuple of RuleResult
    """

    budget_cny: float
    spent_cny: float
    expenses_cny: Mapping[str, float]
    kept: tuple[str, ...]
    opened: tuple[str, ...]
    enlarged: tuple[str, ...]
    closed: tuple[str, ...]
    purchase_lines: int
    purchase_items: int
    purchases_cny: float
    estimated_lines: int
    estimated_cny: float
    expected: Want
    worst_scenario: str
    worst: Want
    unmet_by_reason: Mapping[str, float]
    rules: tuple[RuleResult, ...]

    @property
    def rules_short(self) -> tuple[RuleResult, ...]:
        """Rules that fail somewhere."""
        return tuple(rule for rule in self.rules if rule.short)

    def plain(self) -> dict[str, object]:
        """As numbers, texts, lists and dicts for ``plan.json``."""
        return asdict(self)


def figures_of(plan: Plan) -> Figures:
    """Add up the figures of ``plan``."""
    tables = plan.tables
    budgets, bought, depots = tables["budgets"], tables["purchases"], tables["depots"]
    estimated = rests_on_estimate(bought)
    sites = {decision: tuple(depots.loc[depots["decision"] == decision, "site_id"]) for decision in _DECIDED}
    scenarios = tables["scenarios"]
    share = scenarios["unmet"] / scenarios["want"].where(scenarios["want"] > 0)
    worst = scenarios.loc[share.fillna(0.0).sort_values(ascending=False, kind="stable").index].head(1)
    return Figures(
        budget_cny=float(budgets["budget_cny"].sum()),
        spent_cny=float(budgets["spent_cny"].sum()),
        expenses_cny={kind: float(budgets[f"{kind}_cny"].sum()) for kind in EXPENSES},
        kept=sites["existing"],
        opened=sites["opened"],
        enlarged=sites["enlarged"],
        closed=sites["closed"],
        purchase_lines=len(bought),
        purchase_items=int(bought["item_id"].nunique()),
        purchases_cny=float(bought["cost_cny"].sum()),
        estimated_lines=int(estimated.sum()),
        estimated_cny=float(bought.loc[estimated, "cost_cny"].sum()),
        expected=_want(scenarios, scenarios["weight"]),
        worst_scenario=str(worst["scenario_id"].iloc[0]) if len(worst) else "",
        worst=_want(worst, pd.Series(1.0, index=worst.index)),
        unmet_by_reason=_by_reason(tables["unmet"], scenarios),
        rules=tuple(_rule_result(rule, tables["standards"]) for rule in plan.region.rules),
    )


_DECIDED = ("existing", "opened", "enlarged", "closed")


def rests_on_estimate(rows: pd.DataFrame) -> pd.Series[bool]:
    """(n,) whether a purchase line is marked as, or rests on, an estimate."""
    return (rows["estimated"].astype(str) != "") | (rows["estimated_inputs"].astype(str) != "")


def person_items(unmet: pd.DataFrame, part: str) -> pd.Series[float]:
    """(n,) person-items of a part (``want``, ``on_time``, ``late``, ``unmet``) of each row of the unmet table.

    A row wants ``want`` units for ``people`` people, so that a unit counts ``people / want``.
    """
    want = unmet["want"].where(unmet["want"] > 0)
    return (unmet["people"] * unmet[part] / want).fillna(0.0)


def _want(rows: pd.DataFrame, weight: pd.Series[float]) -> Want:
    return Want(*(float((rows[part] * weight).sum()) for part in ("want", "on_time", "late", "unmet")))


def _by_reason(unmet: pd.DataFrame, scenarios: pd.DataFrame) -> dict[str, float]:
    weight = unmet["scenario_id"].map(scenarios.set_index("scenario_id")["weight"]).astype(float).fillna(0.0)
    weighted = (person_items(unmet, "unmet") * weight).groupby(unmet["reason"]).sum()
    return {reason: float(weighted[reason]) for reason in REASONS if weighted.get(reason, 0.0) > 0}


def _rule_result(rule: Rule, standards: pd.DataFrame) -> RuleResult:
    rows = standards[standards["rule_id"] == rule.id]
    short = rows[rows["outcome"] == "short"]
    judged = rows[rows["outcome"].isin(["met", "short"])]
    return RuleResult(
        rule_id=rule.id,
        met=int((rows["outcome"] == "met").sum()),
        short=len(short),
        not_applicable=int((rows["outcome"] == "not_applicable").sum()),
        short_subjects=int(short["subject_id"].nunique()),
        met_before=_met_before(rule, judged),
        mend_cost_cny=float(short["mend_cost_cny"].sum()),
    )


def _met_before(rule: Rule, judged: pd.DataFrame) -> int | None:
    if judged["before"].isna().any():
        return None
    if rule.at_most is not None:
        return int((judged["before"] <= judged["required"]).sum())
    return int((judged["before"] >= judged["required"]).sum())
