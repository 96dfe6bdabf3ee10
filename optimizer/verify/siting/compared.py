"""Sitings that the folder sets beside its own: of each scenario, along the frontier, step by step, nearly as good."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.siting.stated.options import ALTERNATIVES_WITHIN
from optimizer.verify.outcome import MINUTES, MONEY, SHARES, SITING, Claims, Outcome, equal, equal_text, holds
from optimizer.verify.siting.decided import open_sites
from optimizer.verify.siting.losses import cost_cny, losses_of_sites, measure
from optimizer.verify.siting.restated import Flags, Floats, Restated
from optimizer.verify.siting.totals import LOSS

REGRET, FRONTIER = SITING + "regret", SITING + "frontier"
ADDITIONS, ALTERNATIVES = SITING + "additions", SITING + "alternatives"


def values_of(claims: Claims, again: Restated, sitings: list[Flags]) -> Floats:
    """(k,) value of sitings; missing where it does not follow from the open sites."""
    found = [losses_of_sites(again, opened) for opened in sitings]
    best = claims.document.get("measure_best")
    return np.array([np.nan if losses is None else measure(again, losses, best) for losses in found])


def verify_regret(claims: Claims, again: Restated) -> Outcome:
    """Losses of every siting, and what they regret."""
    rows = claims.tables["regret"]
    outcome = equal(REGRET, rows, "regret", rows["loss"] - rows["least"], LOSS)
    outcome += holds(REGRET, rows, "siting_bound_row", rows["least_bound"] <= rows["least"] * (1 + 1e-6) + 1e-6)
    least = rows.groupby("scenario_id")["loss"].transform("min")
    outcome += equal(REGRET, rows, "least", least, LOSS)
    states = {state.id: number for number, state in enumerate(again.statement.states)}
    losses = dict(zip(claims.tables["scenarios"]["scenario_id"], claims.tables["scenarios"]["loss"], strict=True))
    own = rows[rows["siting"] == "plan"]
    outcome += equal(REGRET, own, "loss", own["scenario_id"].map(losses), LOSS)
    for joined, mine in rows.groupby("open_sites"):
        found = losses_of_sites(again, again.opened(str(joined)))
        if found is not None:
            outcome += equal(REGRET, mine, "loss", [found[states[one]] for one in mine["scenario_id"]], LOSS)
    return outcome


def verify_frontier(claims: Claims, again: Restated) -> Outcome:
    """What each point spends and reaches; of two points of a goal, who spends less loses more."""
    rows = claims.tables["frontier"]
    sitings = [again.opened(str(cell)) for cell in rows["open_sites"]]
    outcome = _verify_means(FRONTIER, rows, again, sitings)
    counted = again.statement.sites["counted"].to_numpy(dtype=bool)
    outcome += equal(FRONTIER, rows, "number", [float((one & counted).sum()) for one in sitings])
    outcome += holds(FRONTIER, rows, "siting_bound_row", rows["bound"] <= rows["value"] * (1 + 1e-6) + 1e-6)
    own = values_of(claims, again, sitings)
    for goal, weight in (("time", again.statement.weight), ("coverage", _judged(again)), ("model", None)):
        mine = (rows["goal"] == goal).to_numpy()
        values = own if weight is None else np.array([_goal(again, goal, weight, one) for one in sitings])
        known = mine & ~np.isnan(values)
        outcome += equal(FRONTIER, rows[known].reset_index(drop=True), "value", values[known], LOSS)
        some = rows[mine]
        falls = np.diff(some["value"].to_numpy(dtype=float), prepend=-np.inf) > 0
        outcome += holds(FRONTIER, some.reset_index(drop=True), "siting_dominated", falls)
    return outcome


def _judged(again: Restated) -> Floats:
    return again.statement.weight * again.statement.standard.judged


def _goal(again: Restated, goal: str, weight: Floats, opened: Flags) -> float:
    """Expected person-minutes up to the cut-off, or people beyond their standard."""
    cost = np.minimum(again.minutes(opened), again.statement.standard.cut_off_min)
    missed = cost if goal == "time" else (again.covering(opened) == 0).astype(float)
    return float(again.statement.probability @ (weight * missed).sum(axis=1))


def verify_additions(claims: Claims, again: Restated) -> Outcome:
    """Every step adds its site to those before, and gains what the values differ by."""
    rows = claims.tables["additions"]
    sitings = [again.opened(str(cell)) for cell in rows["open_sites"]]
    outcome = _verify_means(ADDITIONS, rows, again, sitings)
    values = values_of(claims, again, sitings)
    known = ~np.isnan(values)
    outcome += equal(ADDITIONS, rows[known].reset_index(drop=True), "value", values[known], LOSS)
    ids = np.array(again.statement.site_ids, dtype=object)
    held = again.statement.sites["fixed"].to_numpy(dtype=bool)
    added = []
    for before, after in zip([held, *sitings], sitings, strict=False):
        added.append(";".join(ids[after & ~before]) + ("" if (before <= after).all() else "-"))
    outcome += equal_text(ADDITIONS, rows, "site_id", added)
    gain = -np.diff(rows["value"].to_numpy(dtype=float))
    outcome += equal(ADDITIONS, rows.iloc[1:].reset_index(drop=True), "gain", gain, LOSS)
    best = (rows["best_bound"] <= rows["best_value"] + LOSS.slack(rows["best_value"])) | rows["best_bound"].isna()
    outcome += holds(ADDITIONS, rows, "siting_bound_row", best)
    right = rows["best_value"] <= rows["value"] + LOSS.slack(rows["value"])
    return outcome + holds(ADDITIONS, rows, "siting_best_worse", right)


def verify_alternatives(claims: Claims, again: Restated) -> Outcome:
    """Alternatives differ as they say, and are as near as they say."""
    rows = claims.tables["alternatives"]
    sitings = [again.opened(str(cell)) for cell in rows["open_sites"]]
    outcome = _verify_means(ALTERNATIVES, rows, again, sitings)
    values = values_of(claims, again, sitings)
    known = ~np.isnan(values)
    outcome += equal(ALTERNATIVES, rows[known].reset_index(drop=True), "value", values[known], LOSS)
    ids, opened = np.array(again.statement.site_ids, dtype=object), open_sites(claims, again)
    outcome += equal_text(ALTERNATIVES, rows, "instead", [";".join(ids[opened & ~one]) for one in sitings])
    outcome += equal_text(ALTERNATIVES, rows, "added", [";".join(ids[one & ~opened]) for one in sitings])
    result = claims.document.get("result")
    value = float(result.get("value") or 0.0) if isinstance(result, dict) else 0.0
    above = (rows["value"] - value) / abs(value) if value else pd.Series(0.0, index=rows.index)
    outcome += equal(ALTERNATIVES, rows, "above_share", above, SHARES)
    return outcome + holds(ALTERNATIVES, rows, "siting_too_far", rows["above_share"] <= ALTERNATIVES_WITHIN + 1e-6)


def _verify_means(name: str, rows: pd.DataFrame, again: Restated, sitings: list[Flags]) -> Outcome:
    means = [tuple(map(again.expected, again.means(opened))) for opened in sitings]
    outcome = equal(name, rows, "cost_cny", [cost_cny(again, opened) for opened in sitings], MONEY)
    outcome += equal(name, rows, "mean_min", [mean for mean, _ in means], MINUTES)
    return outcome + equal(name, rows, "within_share", [share for _, share in means], SHARES)
