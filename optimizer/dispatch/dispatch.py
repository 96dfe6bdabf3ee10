"""A dispatch: who was ordered where with what in an incident, and on what that stands."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

import pandas as pd

from optimizer.region.region import Region
from optimizer.region.scenarios import Event, RoadState


class Incident(Protocol):
    """What a report needs of an incident."""

    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def began(self) -> datetime: ...
    @property
    def event(self) -> Event: ...
    @property
    def roads(self) -> RoadState: ...


@dataclass(frozen=True)
class Dispatch:
    """Orders and how good they are.

    Attributes
    ----------
    region : Region
    incident : Incident
        Minutes count from its ``began``.
    options : mapping of str to object
        What was asked: limits, seed, the orders taken up again.
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.dispatch.tables.DISPATCH_TABLES` by name.
    solver : str
    seconds : float
    inputs : mapping of str to str
        SHA-256 of what was read besides the region, by name.
    """

    region: Region
    incident: Incident
    options: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame]
    solver: str
    seconds: float
    inputs: Mapping[str, str] = field(default_factory=dict)
