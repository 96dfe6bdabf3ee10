"""The standards table, worked out again from the plan's holdings, and the posts that it proposes."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.plan.compliance.case import ScenarioResults
from optimizer.plan.compliance.response import post_cover
from optimizer.plan.compliance.standards import check_standards
from optimizer.plan.plan_tables import STANDARDS
from optimizer.region.standards import Rule
from optimizer.verify.money import physical
from optimizer.verify.outcome import (
    MONEY,
    UNITS,
    Claims,
    Outcome,
    Tolerance,
    equal,
    equal_text,
    holds,
    none_missing,
)

_KEY = list(STANDARDS.key)
_REACHED = Tolerance(0.01, 1e-6)
"""Minutes, people, units, m² a resident. A share of relief so near 1 is held to its number by the outcome."""
_NUMBERS: dict[str, Tolerance] = {
    "required": UNITS,
    "reached": _REACHED,
    "reached_slow": _REACHED,
    "reached_fast": _REACHED,
    "before": _REACHED,
}
_POST = ("new_post", "new_post_greedy")


def verify_standards(claims: Claims) -> Outcome:
    """Every rule at every subject: what is required and reached, the outcome and the mend."""
    rows = claims.tables["standards"]
    results = ScenarioResults(claims.tables["unmet"], claims.tables["shipments"])
    found = check_standards(
        claims.region,
        physical(claims, "existing"),
        physical(claims, "quantity"),
        claims.tables["depots"],
        results=results,
        posts=False,
    )
    outcome = none_missing("standards", _KEY, rows, found) + _no_others(rows, found)
    aligned = found.set_index(_key(found)).reindex(_key(rows)).reset_index(drop=True)
    known = aligned["outcome"].notna().to_numpy()
    rows, aligned = rows[known], aligned[known]
    for column in ("outcome", "standing", "mandatory", "subject_name", "town_name", "unit", "estimated"):
        outcome += equal_text("standards", rows, column, aligned[column].astype(str))
    for column, tolerance in _NUMBERS.items():
        # What relief would be without the plan takes a second plan to know.
        judged = (aligned["unit"] != "1").to_numpy() if column == "before" else np.ones(len(rows), dtype=bool)
        outcome += equal("standards", rows[judged], column, aligned.loc[judged, column], tolerance)
    circles = {rule.id: rule for rule in claims.region.rules if rule.check == "response"}
    plain = (~rows["rule_id"].isin(circles)).to_numpy()
    outcome += equal_text("standards", rows[plain], "mend", aligned.loc[plain, "mend"])
    outcome += equal("standards", rows[plain], "mend_quantity", aligned.loc[plain, "mend_quantity"], UNITS)
    outcome += equal("standards", rows[plain], "mend_cost_cny", aligned.loc[plain, "mend_cost_cny"], MONEY)
    for rule in circles.values():
        outcome += _posts_serve(claims, rule, rows[rows["rule_id"] == rule.id])
    return outcome


def _key(rows: pd.DataFrame) -> pd.MultiIndex:
    return pd.MultiIndex.from_frame(rows[_KEY].fillna("").astype(str))


def _no_others(rows: pd.DataFrame, found: pd.DataFrame) -> Outcome:
    return holds("standards", rows, "row_unfounded", _key(rows).isin(_key(found)))


def _posts_serve(claims: Claims, rule: Rule, rows: pd.DataFrame) -> Outcome:
    """Every site that is short has a post or is served in time by one; that they are the fewest is not proven here."""
    short = rows[rows["outcome"] == "short"].reset_index(drop=True)
    if short.empty:
        return Outcome()
    sites = short["subject_id"]
    cover = post_cover(claims.region, rule, sites)
    mend = short["mend"].fillna("").astype(str)
    placed = mend.isin(_POST).to_numpy()
    server = sites.where(placed, mend.str.partition(":")[2])
    column = {site: i for i, site in enumerate(sites)}
    served = [at in column and placed[column[at]] and cover[i, column[at]] for i, at in enumerate(server)]
    cost = np.where(placed, claims.region.settings.parameters.post_cost_cny, 0.0)
    return holds("standards", short, "post_too_far", served) + equal("standards", short, "mend_cost_cny", cost, MONEY)
