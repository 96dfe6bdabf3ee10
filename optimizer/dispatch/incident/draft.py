"""An incident that was read but may still be wrong: each part with its place in the file, the input of every check."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeVar

from pydantic import BaseModel

from network.problem import Problem
from network.words import Phrase
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.region.yaml_form import FormPath

Part = TypeVar("Part", bound=BaseModel)
Place = tuple[str, int | None, str | None]
"""File, row and column, as problems name them."""


@dataclass(frozen=True)
class Entry(Generic[Part]):
    """A part of the incident and where it stands.

    Attributes
    ----------
    form : BaseModel
    place : callable
        Gives the place of a path within ``form``.
    faulty : frozenset of str
        Fields already reported, by the path's first name; checks pass them over.
    """

    form: Part
    place: Callable[[FormPath], Place]
    faulty: frozenset[str] = frozenset()

    def problem(
        self,
        path: FormPath,
        words: str,
        *,
        value: object = None,
        severity: Literal["error", "warning"] = "error",
        **values: object,
    ) -> Problem:
        """Report the value at ``path`` in the words ``optimizer.incident.<words>`` and ``…_mend``."""
        said = {"value": value, **values}
        what, mend = Phrase(f"optimizer.incident.{words}", **said), Phrase(f"optimizer.incident.{words}_mend", **said)
        file, row, column = self.place(path)
        return Problem(what, mend, file, row, column, value, severity)

    def sound(self, *fields: str) -> bool:
        """Whether none of these fields has been reported already."""
        return not self.faulty.intersection(fields)


def broken_entry(
    values: object, model: type[BaseModel], place: Callable[[FormPath], Place], faulty: set[str]
) -> Entry[Any] | None:
    """Give an entry that is not sound with the fields that are; None where there are no fields at all."""
    if not isinstance(values, dict):
        return None
    sound = {name: value for name, value in values.items() if name in model.model_fields and name not in faulty}
    return Entry(model.model_construct(**sound), place, frozenset(faulty))


@dataclass(frozen=True)
class Draft:
    """What was read of an incident.

    Attributes
    ----------
    head : Entry of IncidentForm, optional
        All but the lists, which are empty in it; None where something of it is wrong.
    lists : mapping of str to tuple of Entry
        Sound entries by the ways of :data:`~optimizer.dispatch.incident.form.LISTS`.
    broken : mapping of str to tuple of Entry
        The others, as far as they go: what they name is looked up, nothing more.
    """

    head: Entry[IncidentForm] | None
    lists: Mapping[str, tuple[Entry[Any], ...]] = field(default_factory=dict)
    broken: Mapping[str, tuple[Entry[Any], ...]] = field(default_factory=dict)

    def entries(self, *names: str) -> list[Entry[Any]]:
        """Entries of some lists, one after another."""
        return [entry for name in names for entry in self.lists.get(name, ())]
