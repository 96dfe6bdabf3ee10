"""A dispatch: who was ordered where with what in an incident, and on what that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from optimizer.dispatch.incident.incident import Incident
from optimizer.region.region import Region


@dataclass(frozen=True)
class Dispatch:
    """Orders and how good they are.

    Attributes
    ----------
    region : Region
    incident : Incident
        Minutes count from ``began`` of its form.
    options : mapping of str to object
        What was asked: limits, seed, the orders taken up again.
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.dispatch.tables.DISPATCH_TABLES` by name.
    solver : str
    seconds : float
    inputs : mapping of str to str
        SHA-256 of what was read besides region and incident, by name: the orders taken up again.
    """

    region: Region
    incident: Incident
    options: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame]
    solver: str
    seconds: float
    inputs: Mapping[str, str] = field(default_factory=dict)
