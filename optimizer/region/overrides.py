"""``overrides.yaml``: what a planner has decided, with who, when and why; the plan keeps it and shows its cost."""

from __future__ import annotations

from datetime import date
from typing import ClassVar, Literal

from pydantic import Field, model_validator

from optimizer.region.settings import Strict


class Override(Strict):
    """One decision taken out of the model's hands.

    ``open`` and ``close`` speak of a candidate or depot (``open`` may name the size); ``hold`` of the least quantity of
    an item at a site, in the item's unit, after the plan.
    """

    decision: Literal["open", "close", "hold"]
    site_id: str
    size: str = ""
    item_id: str = ""
    quantity: float | None = Field(default=None, ge=0)
    who: str
    when: date
    why: str

    @model_validator(mode="after")
    def _hold_says_what(self) -> Override:
        if (self.decision == "hold") != (self.quantity is not None and self.item_id != ""):
            raise ValueError("hold_says_what")
        return self


class OverrideFile(Strict):
    """The content of ``overrides.yaml``."""

    entries: ClassVar[str] = "overrides"

    schema_version: int
    overrides: tuple[Override, ...]
