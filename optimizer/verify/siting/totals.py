"""What every scenario comes to, and the figures of ``siting.json``: value, bound, gap, cost, before and after."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from optimizer.verify.outcome import (
    MINUTES,
    MONEY,
    SHARES,
    SITING,
    UNITS,
    Claims,
    Outcome,
    Tolerance,
    equal,
    number,
    said,
)
from optimizer.verify.siting.decided import open_sites
from optimizer.verify.siting.losses import measure, own_losses
from optimizer.verify.siting.restated import Restated
from optimizer.verify.siting.served import unserved_m3

SCENARIOS = SITING + "scenarios"
LOSS = Tolerance(1e-2, 1e-5)
"""Losses add up many rows with the decimals of a table."""
PROVEN_GAP = 1e-6
"""A bound that is by no more than this share of the value below it proves it."""


def verify_scenarios(claims: Claims, again: Restated) -> Outcome:
    """Weight, loss, mean time, share within and who is not reached, of every state."""
    rows, statement = claims.tables["scenarios"], again.statement
    right = list(rows["scenario_id"]) == [state.id for state in statement.states]
    outcome = said("siting_states_differ", right=right)
    if not right:
        return outcome
    opened = open_sites(claims, again)
    mean, share = again.means(opened)
    cut = np.isinf(again.minutes(opened))
    aside = (statement.stated_weight > 0) & (again.counted <= 0)
    lost = [np.array(statement.site_ids, dtype=object)[row & opened] for row in statement.lost]
    for column, found, tolerance in (
        ("probability", statement.probability, SHARES),
        ("weight", again.counted.sum(axis=1), UNITS),
        ("loss", own_losses(again, opened, claims.tables), LOSS),
        ("mean_min", mean, MINUTES),
        ("within_share", share, SHARES),
        ("unreached_places", cut.sum(axis=1), UNITS),
        ("unreached_weight", (statement.weight * cut).sum(axis=1), UNITS),
        ("set_aside_places", aside.sum(axis=1), UNITS),
        ("unserved_m3", unserved_m3(claims, again).sum(axis=1), UNITS),
    ):
        outcome += equal(SCENARIOS, rows, column, found, tolerance)
    told = [set(str(cell).split(";")) - {""} for cell in rows["lost_sites"]]
    return outcome + said("siting_lost", right=told == [set(one) for one in lost])


def verify_result(claims: Claims, again: Restated) -> Outcome:
    """The figures that a reader asks first follow from the tables; a bound proves what it is said to."""
    result = _part(claims.document, "result")
    opened, chance = open_sites(claims, again), again.statement.probability
    losses = claims.tables["scenarios"]["loss"].to_numpy(dtype=float)
    right = len(losses) == len(chance)
    value = measure(again, losses, claims.document.get("measure_best")) if right else float("nan")
    (mean, share), (mean_before, share_before) = again.means(opened), again.means(again.existing)
    outcome = Outcome()
    for name, found, tolerance in (
        ("value", value, LOSS),
        ("cost_cny", float(claims.tables["sites"]["cost_cny"].sum()), MONEY),
        ("mean_min", again.expected(mean), MINUTES),
        ("mean_min_before", again.expected(mean_before), MINUTES),
        ("within_share", again.expected(share), SHARES),
        ("within_share_before", again.expected(share_before), SHARES),
    ):
        claim = result.get(name)
        if isinstance(claim, int | float):
            same = abs(claim - found) <= float(tolerance.slack(claim, found))
        else:
            same = claim is None and bool(np.isnan(found))
        outcome += said("headline_differs", right=same, what=name, claim=claim, value=number(found))
    ids = np.array(again.statement.site_ids, dtype=object)
    for name, chosen in (
        ("open_sites", opened),
        ("built", opened & ~again.existing),
        ("closed", again.existing & ~opened),
    ):
        claimed, found_ids = sorted(map(str, result.get(name) or ())), sorted(ids[chosen])
        values = {"what": name, "claim": ", ".join(claimed), "value": ", ".join(found_ids)}
        outcome += said("headline_differs", right=claimed == found_ids, **values)
    return outcome + _verify_proof(result)


def _verify_proof(result: Mapping[str, Any]) -> Outcome:
    """A bound is not above the value; gap and status follow from both."""
    value, bound, gap = (_figure(result, name) for name in ("value", "bound", "gap"))
    outcome = said("siting_bound", right=bound <= value + PROVEN_GAP * abs(value), claim=bound, value=value)
    missing = max(value - bound, 0.0)
    found = missing / abs(value) if missing and value else 0.0
    outcome += said("siting_gap", right=abs(gap - found) <= 1e-9, claim=gap, value=found)
    proves = missing <= PROVEN_GAP * abs(value)
    status = result.get("status")
    return outcome + said("siting_proven", right=(status == "proven") == proves, claim=status, value=found)


def _figure(result: Mapping[str, Any], name: str) -> float:
    """A figure; one that is not finite is written as nothing, and then nothing is proven."""
    claim = result.get(name)
    return float(claim) if isinstance(claim, int | float) else {"bound": -np.inf}.get(name, np.nan)


def _part(document: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = document.get(name)
    return part if isinstance(part, Mapping) else {}
