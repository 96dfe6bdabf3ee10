"""What each model of siting asks of the statement, and how its loss is told."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Loss = Literal["minutes", "uncovered"]


@dataclass(frozen=True)
class ModelTraits:
    """Traits of one model.

    Attributes
    ----------
    loss : "minutes" or "uncovered"
        Weighted minutes from the nearest open site, at most the cut-off; or weight beyond its standard time.
    judged_only : bool
        Only demand that a rule judges has weight: remote hamlets are told, not counted.
    bounded : bool
        More open sites are never worse, so a number or a budget has to be given.
    """

    loss: Loss
    judged_only: bool
    bounded: bool = True


MODELS: dict[str, ModelTraits] = {
    "p-median": ModelTraits("minutes", judged_only=False),
}
"""By the names of the command line."""
