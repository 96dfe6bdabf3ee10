"""What a siting is chosen for: the measure, over scenarios, of what demand loses."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.losses import Losses
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Flags

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Aim:
    """The measure of ``losses`` over scenarios of ``probability`` (K,); regret is held against ``best`` (K,)."""

    losses: Losses
    measure: Measure
    probability: Floats
    best: Floats | None = None

    def of(self, opened: Flags) -> float:
        """Measure where the sites ``opened`` (m,) are open."""
        return self.measured(self.losses.of(opened))

    def measured(self, losses: Floats) -> float:
        """Measure of (K,) losses."""
        return self.measure.of(losses, self.probability, self.best)
