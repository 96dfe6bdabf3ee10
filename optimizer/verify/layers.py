"""The layers of the objective, worked out again from the tables, and the arithmetic of their proofs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from network.words import Phrase, catalogue
from optimizer.verify.money import override_shortfall
from optimizer.verify.outcome import SHARES, Claims, Outcome, number, said

_FEASIBLE = 1e-6
"""A layer below another may take so large a share of its scale from it: the solver's tolerance."""


def layer_values(claims: Claims, met: pd.DataFrame) -> dict[str, float]:
    """What the tables reach in every layer that the formulation knows, by the layer's name."""
    weight = claims.tables["scenarios"].set_index("scenario_id")["weight"].astype(float)
    each = met["person_items"] / met["want"]
    values = {"decided": _decided(claims), "mandatory": _short(claims, mandatory=True)}
    weighted = met["unmet"] * each * met["item_id"].map(priority_weights(claims))
    outcome = weighted.groupby(met["scenario_id"]).sum()
    values["unmet"] = _risk(claims, outcome.reindex(weight.index).fillna(0.0), weight)
    late = (met["late"] * each).groupby(met["scenario_id"]).sum()
    values["late"] = float((late.reindex(weight.index).fillna(0.0) * weight).sum())
    values["advisory"] = _short(claims, mandatory=False)
    values["cost"] = float(claims.tables["budgets"]["spent_cny"].sum())
    return values


def priority_weights(claims: Claims) -> pd.Series[float]:
    """Weight of an unmet person-item by ``item_id``: 1 for the lowest priority, the ratio to a power for those above.

    Priorities that no relief item has make no step.
    """
    norms, items = claims.region.tables["norms"], claims.region.tables["items"]
    relief = norms[norms["item_id"].isin(items.loc[items["use"] == "relief", "item_id"])].set_index("item_id")
    rank = relief["priority"].rank(method="dense")
    weights: pd.Series[float] = claims.region.settings.parameters.priority_ratio ** (rank.max() - rank)
    return weights


def _risk(claims: Claims, outcome: pd.Series, weight: pd.Series) -> float:
    """Mean of the outcomes, mean of the worst share of them, or the worst one: as the run was asked for."""
    options = claims.document.get("options")
    risk = options.get("risk") if isinstance(options, dict) else "expected"
    if risk == "worst":
        return float(outcome.max()) if len(outcome) else 0.0
    if risk != "cvar":
        return float((outcome * weight).sum())
    share = claims.region.settings.parameters.cvar_share
    worst = outcome.sort_values(ascending=False)
    taken = np.clip(share - np.concatenate([[0.0], np.cumsum(weight[worst.index])[:-1]]), 0.0, weight[worst.index])
    return float((worst.to_numpy() * taken).sum() / share)


def _short(claims: Claims, *, mandatory: bool) -> float:
    """Weighted shortfall of equipment and town depots: a rule at a site weighs 1 in all."""
    rules = {rule.id: rule.check for rule in claims.region.rules if rule.mandatory == mandatory}
    rows = claims.tables["standards"]
    rows = rows[rows["rule_id"].isin(rules) & (rows["outcome"] != "not_applicable")]
    depots = rows["rule_id"].map(rules) == "town_depot"
    value = float((rows.loc[depots, "outcome"] == "short").sum())
    equipment = rows[(rows["item_id"].fillna("") != "")]
    return value + float(_equipment_short(claims, equipment).sum())


def _equipment_short(claims: Claims, rows: pd.DataFrame) -> pd.Series:
    """Of each rule at a site, the share that is not bought; where rules share an item the largest number is bought."""
    all_rows = claims.tables["standards"]
    all_rows = all_rows[all_rows["item_id"].fillna("") != ""]
    lacking = np.ceil((all_rows["required"] - all_rows["before"]).clip(lower=0.0).to_numpy() - 1e-9)
    units = all_rows.assign(lacking=lacking).groupby(["subject_id", "item_id"])["lacking"].max()
    bought = claims.tables["purchases"].groupby(["site_id", "item_id"])["quantity"].sum()
    key = pd.MultiIndex.from_frame(rows[["subject_id", "item_id"]])
    missing = units.reindex(key).fillna(0.0).to_numpy() - bought.reindex(key).fillna(0.0).to_numpy()
    asked = (rows["required"] - rows["before"]).to_numpy() > 1e-9
    return pd.Series(np.where(asked, np.maximum(missing, 0.0) / rows["required"].to_numpy(), 0.0), index=rows.index)


def _decided(claims: Claims) -> float:
    return float(sum(override_shortfall(claims, override) for override in claims.region.overrides))


def verify_layers(claims: Claims, met: pd.DataFrame) -> Outcome:
    """Each layer's tables reach no more than its value and no less than its bound; the gap follows from the two."""
    layers = claims.document.get("layers")
    stated: list[Mapping[str, Any]] = layers if isinstance(layers, list) else []
    values = layer_values(claims, met)
    outcome = said("layers_missing", right=bool(stated))
    for layer in stated:
        name = str(layer["name"])
        outcome += said("layer_unknown", right=name in values, layer=name)
        if name in values:
            outcome += _layer(claims, layer, values[name])
    named = {str(layer["name"]) for layer in stated}
    for name in sorted(set(values) - named):
        right = values[name] <= 1e-3
        outcome += said("layer_left_out", right=right, layer=_title(name), value=number(values[name]))
    return outcome


def _layer(claims: Claims, layer: Mapping[str, Any], found: float) -> Outcome:
    name, value, bound = str(layer["name"]), float(layer["value"]), float(layer["bound"])
    slack = 1e-3 + _FEASIBLE * max(float(layer["scale"]), abs(value))
    words = {"layer": _title(name), "claim": number(value), "value": number(found), "bound": number(bound)}
    outcome = said("layer_value", right=found <= value + slack, **words)
    outcome += said("layer_bound", right=found >= bound - slack, **words)
    outcome += said("bound_above_value", right=bound <= value + slack, **words)
    gap = _gap(name, value, bound, float(layer["scale"]))
    right = abs(gap - float(layer["gap"])) <= float(SHARES.slack(gap))
    outcome += said("layer_gap", right=right, layer=_title(name), claim=number(float(layer["gap"])), value=number(gap))
    options = claims.document.get("options")
    asked = float(options["gap"]) if isinstance(options, dict) and "gap" in options else 0.0
    right = bool(layer["proven"]) == (gap <= asked + 1e-12)
    return outcome + said("layer_proven", right=right, layer=_title(name), gap=number(gap), asked=number(asked))


def _gap(name: str, value: float, bound: float, scale: float) -> float:
    """Share of the value above its bound; of lateness, which 0 alone bounds, the share of all that is wanted."""
    if value - bound <= 1e-6 * max(1.0, scale):
        return 0.0
    if name == "late" and bound == 0.0:
        return value / scale if scale > 0 else 1.0
    return (value - bound) / value


def _title(name: str) -> Phrase | str:
    """What a layer stands for, in words where there are any."""
    return Phrase(f"optimizer.plan.layer_{name}") if f"layer_{name}" in catalogue("optimizer", "plan") else name
