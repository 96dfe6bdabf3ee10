"""Value, bound and gap of every layer of the goals, part by part."""

from __future__ import annotations

import pandas as pd

from optimizer.dispatch.clearing.clearing import ClearingPlan
from optimizer.dispatch.tables import LAYERS
from optimizer.models.dispatch.evacuation import Evacuation
from optimizer.models.dispatch.supplies import SuppliesSolution
from optimizer.models.dispatch.teams import TeamsSolution

PROVEN_GAP = 1e-6
"""A gap of so small a share is rounding."""


def layers_table(
    teams: TeamsSolution | None,
    supplies: SuppliesSolution | None,
    evacuation: Evacuation | None,
    clearing: ClearingPlan | None,
) -> pd.DataFrame:
    """Lay the layers out as :data:`~optimizer.dispatch.tables.LAYERS`.

    Gaps of teams and supplies are shares of the total priority weight; over what is left unserved they would say
    nothing where all is served. Layers in minutes have the gap over their own value.
    """
    rows: list[dict[str, object]] = []
    if teams is not None:
        weight = teams.problem.total_weight
        rows += [
            _row("teams", "unserved", teams.unserved, teams.unserved_bound, "weight", weight),
            _row("teams", "lateness", teams.lateness, teams.lateness_bound, "weight", weight),
            _row("teams", "arrival", teams.arrival, teams.arrival_bound, "weight × min", teams.arrival),
        ]
    if supplies is not None:
        weight = float(supplies.problem.weight.sum())
        rows += [
            _row("supplies", one.name, one.value, one.bound, one.unit, weight if one.unit == "weight" else one.value)
            for one in supplies.layers
        ]
    if evacuation is not None:
        value, bound = evacuation.person_minutes, evacuation.bound
        rows += [
            _row("evacuation", "unsheltered", evacuation.unsheltered, evacuation.unsheltered, "weight", 1.0),
            _row("evacuation", "person_minutes", value, bound, "person × min", value),
        ]
    if clearing is not None:
        rows.append(_row("clearing", "let_through", clearing.loss, clearing.bound, "weight", clearing.weight))
    return pd.DataFrame(rows, columns=[column.name for column in LAYERS.columns])


def _row(part: str, layer: str, value: float, bound: float, unit: str, scale: float) -> dict[str, object]:
    bound = min(bound, value)
    gap = (value - bound) / scale if scale > 0 else 0.0
    return {
        "part": part,
        "layer": layer,
        "value": value,
        "bound": bound,
        "unit": unit,
        "gap": gap,
        "status": "proven" if gap <= PROVEN_GAP else "bounded",
    }
