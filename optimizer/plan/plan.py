"""The plan: a frozen result, with what it rests on and how well it is proven."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from optimizer.models.layer import Layer
from optimizer.region.region import Region


@dataclass(frozen=True)
class OverrideCost:
    """What the planner's decisions cost, layer by layer, against the plan that is free of them."""

    layer: str
    value_with: float
    value_without: float


@dataclass(frozen=True)
class Plan:
    """An annual reserve plan.

    Attributes
    ----------
    region : Region
        What it was made from.
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.plan.plan_tables.PLAN_TABLES`.
    layers : tuple of Layer
        In order of precedence.
    override_costs : tuple of OverrideCost
        Empty where the planner decided nothing.
    options : mapping of str to object
        What the run was asked for: budget, risk, gap, time limit.
    solver : str
        Name and version.
    seconds : float
        From reading the region to the last table.
    """

    region: Region
    tables: Mapping[str, pd.DataFrame]
    layers: tuple[Layer, ...]
    override_costs: tuple[OverrideCost, ...]
    options: Mapping[str, object]
    solver: str
    seconds: float

    @property
    def proven(self) -> bool:
        """Whether every layer's gap is within the tolerance."""
        return all(layer.proven for layer in self.layers)
