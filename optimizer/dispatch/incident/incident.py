"""An incident as the models see it: frozen, checked against its region, nothing left out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from network.problem import Problem
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.skills import Skills
from optimizer.region.writing import write_form


@dataclass(frozen=True)
class Incident:
    """What a duty officer gave, read and found sound.

    Attributes
    ----------
    form : IncidentForm
        Everything is named by its id, coordinates are WGS-84, shapes of files stand in it as WKT, and what may be left
        out is filled in: deadlines, priorities and people of requests, people of evacuations. An evacuation without a
        deadline has none.
    skills : Skills
        The register that holds.
    warnings : tuple of Problem
        What was found odd but bearable.
    inputs : mapping of str to str
        SHA-256 of the files read, by name.
    """

    form: IncidentForm
    skills: Skills
    warnings: tuple[Problem, ...] = ()
    inputs: Mapping[str, str] = field(default_factory=dict)


def write_incident(incident: Incident, path: Path) -> None:
    """Write the incident as YAML that reads back equal, whole or not at all."""
    write_form(path, incident.form)
