"""Which sites may be open at which level: the rules of `optimizer.models.siting.nested_levels` on y and o alone.

y_jℓ ∈ {0, 1}, fixed and forbidden as Y_ℓ says
o_j = Σ_ℓ y_jℓ, o ∈ Y                                                                            (level_rules)
number and budget of Y_ℓ over y_·ℓ                                                               (level_rules)
minimum_g ≤ Σ_{j ∈ g} Σ_{k ≥ ℓ} y_jk ≤ maximum_g                g a group of Y_ℓ                             (_groups)
Σ_j open_cost_j o_j + close_cost_j (1 − o_j)
  + Σ_ℓ Σ_j open_cost_jℓ y_jℓ + close_cost_jℓ (1 − y_jℓ) ≤ budget                                (_budget)
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.openings import MONEY, Openings
from optimizer.models.siting.programme import Programme

Places = NDArray[np.int64]


def level_rules(programme: Programme, allowed: Openings, of_level: Sequence[Openings], budget: float | None) -> Places:
    """Add o and y with their rules; (4, m) their places: o, y_1, y_2, y_3."""
    opened = programme.openings(allowed)
    # A group of a level is met by sites above it too, so its row is not the level's own.
    chosen = np.stack([opened, *(programme.openings(replace(one, groups=())) for one in of_level)])
    each = sparse.csr_array(sparse.eye_array(allowed.size))
    programme.rows([(opened, -each), *((places, each) for places in chosen[1:])], lower=0.0, upper=0.0)
    _groups(programme, chosen, of_level)
    if budget is not None:
        _budget(programme, chosen, [allowed, *of_level], budget)
    return chosen


def _groups(programme: Programme, chosen: Places, of_level: Sequence[Openings]) -> None:
    for number, one in enumerate(of_level, start=1):
        for group in one.groups:
            members = sparse.csr_array(group.members.astype(float)[None])
            most = np.inf if group.maximum is None else float(group.maximum)
            programme.rows([(places, members) for places in chosen[number:]], lower=float(group.minimum), upper=most)


def _budget(programme: Programme, chosen: Places, priced: Sequence[Openings], budget: float) -> None:
    blocks = [
        (places, sparse.csr_array((one.open_cost - one.close_cost)[None]))
        for places, one in zip(chosen, priced, strict=True)
    ]
    closing = sum(float(one.close_cost.sum()) for one in priced)
    programme.rows(blocks, upper=budget - closing + MONEY * budget)
