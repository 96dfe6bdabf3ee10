"""The standards a plan is checked against: registers of rules with number, unit, source, clause and standing."""

from __future__ import annotations

from datetime import date
from typing import Literal

from pydantic import Field

from optimizer.region.settings import Change, Name, Strict

Standing = Literal["binding", "expected", "adopted"]
Check = Literal[
    "village_kit",  # every village and community holds each village_kit item (X items where the hazard is)
    "satellite",  # … a satellite phone where communications are not assured
    "satellite_all",  # every town and village holds one
    "warden_set",  # a set for every flood warden
    "response",  # sites of the rule's area types within so many minutes of a station of the rule's kinds
    "town_depot",  # a depot in every town exposed to several hazards
    "shelter_area",  # district average of usable shelter area a resident
    "team_people",  # every team of the rule's kinds has so many people
    "team_in_town",  # every town has a town team of so many people
    "officers",  # so many emergency officers in every village and community
    "relief_hours",  # basic relief within so many hours, in every scenario
]


class Rule(Strict):
    """One rule of a register.

    Attributes
    ----------
    check : str
        What is recomputed; see :data:`Check`.
    at_least, at_most : float
        The number of the rule, in ``unit``.
    area_types, station_kinds, team_kinds : tuple of str
        The rule's scope, where its check asks for one.
    adopted_from : str
        Set when the region adopts the rule of another district.
    mandatory : bool
        Kept before any want is met.
    """

    id: str
    check: Check
    text: Name
    at_least: float | None = None
    at_most: float | None = None
    unit: str
    area_types: tuple[str, ...] = ()
    station_kinds: tuple[str, ...] = ()
    team_kinds: tuple[str, ...] = ()
    jurisdiction: str
    document: str
    clause: str
    standing: Standing
    document_standing: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    adopted_from: str = ""
    mandatory: bool = False
    changed: Change | None = None


class Register(Strict):
    """The content of one register file."""

    schema_version: int
    id: str
    name: Name
    jurisdiction: str
    rules: tuple[Rule, ...] = Field(min_length=1)
