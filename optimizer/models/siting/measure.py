"""What counts over scenarios: one number for the losses in all of them.

With L_s the loss in scenario s, p_s its probability (Σ p_s = 1) and L*_s the least loss of any siting in s alone:

    expected    Σ_s p_s L_s
    worst       max_s L_s
    regret      max_s (L_s − L*_s)                                        (Kouvelis & Yu 1997, robust deviation)
    cvar        min_η η + Σ_s p_s (L_s − η)⁺ / (1 − α)                     (Rockafellar & Uryasev 2000)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
MeasureName = Literal["expected", "worst", "regret", "cvar"]

SAME = 1e-12
"""Losses that differ by less than this share are the same but for rounding."""


@dataclass(frozen=True)
class Measure:
    """A measure over scenarios.

    Attributes
    ----------
    name : "expected", "worst", "regret" or "cvar"
    level : float
        α of the CVaR: the worst 1 − α of the probability counts.
    best : tuple of float, optional
        L* of every scenario, for the regret; worked out by each model without it. Given, sitings that are asked about
        one after another, with ever other openings, are held against the same.
    """

    name: MeasureName = "expected"
    level: float = 0.9
    best: tuple[float, ...] | None = None

    def of(self, losses: Floats, probability: Floats, best: Floats | None = None) -> float:
        """Measure (K,) losses with their (K,) probabilities; ``best`` (K,) is L*, for the regret alone."""
        if self.name == "expected":
            return float(losses @ probability)
        if self.name == "worst":
            return float(losses.max())
        if self.name == "regret":
            if best is None:
                raise ValueError("the regret needs the least loss of every scenario")
            return float(np.where(np.abs(losses - best) > SAME * np.abs(best), losses - best, 0.0).max())
        return conditional_value_at_risk(losses, probability, self.level)


def conditional_value_at_risk(losses: Floats, probability: Floats, level: float) -> float:
    """Mean of the worst ``1 − level`` of the probability; the scenario on the edge counts in part.

    An infinite loss outside that tail does not count, as a loss of nothing would not; inside it, all is infinite.
    """
    worst = np.argsort(-losses, kind="stable")
    before = np.concatenate([[0.0], np.cumsum(probability[worst])[:-1]])
    tail = 1.0 - level
    counted = np.clip(tail - before, 0.0, probability[worst])
    counting = counted > 0
    return float(losses[worst][counting] @ counted[counting] / tail)
