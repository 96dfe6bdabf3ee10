"""What a siting is asked for on the command line."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any, Literal

SiteKind = Literal["depots", "stations"]
Over = Literal["base", "scenarios"]
Keep = Literal["existing", "closable", "none"]
MeasureName = Literal["expected", "worst", "regret", "cvar"]

ALTERNATIVES_WITHIN = 0.02
"""A siting told as an alternative is at most so much worse than the chosen one, as a share of its value."""


@dataclass(frozen=True)
class SitingOptions:
    """Options of one siting.

    Attributes
    ----------
    model : str
        A name of :data:`optimizer.siting.stated.models.MODELS`.
    sites : "depots" or "stations"
        What is sited.
    number : int, optional
        Most sites: new ones where ``keep`` is ``existing``, else all that are open.
    budget_cny : float, optional
        CNY for building, the first year's running, also of existing depots that may be closed, and closing.
    minutes : float, optional
        Of driving: replaces the times of the rules, not whom they judge nor what kinds of station count.
    over : "base" or "scenarios"
        Dry roads by day and residents, or the scenarios' roads and people in need.
    scenario_ids : tuple of str, optional
        Of the region's; all of them without it.
    measure : "expected", "worst", "regret" or "cvar"
        What counts over scenarios.
    keep : "existing", "closable" or "none"
        Existing sites stay open, may be closed at a cost, or are candidates that cost nothing to open.
    post : str, optional
        Kind of station that new posts become; without it the first of those that most rescue circles name.
    town_depots : bool
        DEPOT-TOWN is kept even where the region has not made it mandatory.
    gap : float
        Relative gap that is good enough.
    time_limit_s : float
        For the siting itself.
    study_limit_s : float
        For what is told of it besides: regret, frontiers, the order of building, reasons, alternatives.
    """

    model: str
    sites: SiteKind = "depots"
    number: int | None = None
    budget_cny: float | None = None
    minutes: float | None = None
    over: Over = "base"
    scenario_ids: tuple[str, ...] | None = None
    measure: MeasureName = "expected"
    keep: Keep = "existing"
    post: str | None = None
    town_depots: bool = False
    gap: float = 0.0
    time_limit_s: float = 300.0
    study_limit_s: float = 120.0

    def plain(self) -> dict[str, object]:
        """Give them as JSON values."""
        return asdict(self)

    @classmethod
    def of(cls, values: Mapping[str, Any]) -> SitingOptions:
        """Take them from JSON values.

        Raises
        ------
        KeyError
            One is missing.
        """
        given = {field.name: values[field.name] for field in fields(cls)}
        ids = given["scenario_ids"]
        return cls(**given | {"scenario_ids": None if ids is None else tuple(ids)})
