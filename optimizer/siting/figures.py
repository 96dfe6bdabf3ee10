"""The figures of a siting that a reader asks first."""

from __future__ import annotations

from typing import Any

from optimizer.siting.reached import expected, reached
from optimizer.siting.siting import Siting


def figures(siting: Siting) -> dict[str, Any]:
    """Value with its proof, cost, sites, and what they do: JSON values."""
    case, solution = siting.case, siting.solution
    ids = case.statement.site_ids
    existing = case.statement.sites["existing"].to_numpy(dtype=bool)
    found, before = reached(case, solution.opened), reached(case, existing)
    probability = case.problem.probability
    return {
        "model": solution.model,
        "value": solution.value,
        "bound": solution.bound,
        "gap": solution.gap,
        "status": solution.status,
        "unit": solution.unit,
        "cost_cny": float(siting.tables["sites"]["cost_cny"].sum()),
        "number": int((solution.opened & case.problem.openings.counted).sum()),
        "open_sites": list(solution.sites),
        "built": [one for one, is_open, stood in zip(ids, solution.opened, existing, strict=True) if is_open > stood],
        "closed": [one for one, is_open, stood in zip(ids, solution.opened, existing, strict=True) if stood > is_open],
        "mean_min": expected(found.mean_min, probability),
        "mean_min_before": expected(before.mean_min, probability),
        "within_share": expected(found.within_share, probability),
        "within_share_before": expected(before.within_share, probability),
        **_room(siting),
    }


def _room(siting: Siting) -> dict[str, float]:
    """Cubic metres of relief wanted and left unserved, expected, where the model knows how much depots hold."""
    if siting.case.statement.traits.weighs != "volume":
        return {}
    coverage = siting.tables["coverage"]
    return {name: float(coverage[name].sum()) for name in ("wanted_m3", "unserved_m3")}
