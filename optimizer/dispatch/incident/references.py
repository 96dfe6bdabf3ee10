"""What an incident names: sites, teams, items, skills and the like, by id or by name, put as ids."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from network.problem import Problem
from network.words import Phrase
from optimizer.dispatch.incident.draft import Draft, Entry
from optimizer.dispatch.incident.skills import Skills
from optimizer.region.cells import half_width
from optimizer.region.region import Region
from optimizer.region.region_tables import HAZARDS, TEAM_KINDS, VEHICLE_CLASSES
from optimizer.region.yaml_form import FormPath

HEAD = {"event.hazard": "hazard", "lost.teams": "team"}
"""What the head of an incident names: way to the field → what is named."""

REFERENCES: Mapping[str, Mapping[str, str]] = {
    "lost.depots": {"site": "site"},
    "lost.vehicles": {"site": "site", "vehicle_class": "vehicle_class"},
    "tasks": {"site": "site", "skill": "skill"},
    "requests": {"site": "site", "item": "item"},
    "evacuations": {"site": "site"},
    "hold_back": {"team_kinds": "team_kind", "teams": "team", "towns": "site"},
    "neighbours": {"site": "site", "skills": "skill", "vehicle_class": "vehicle_class"},
    "crafts": {"site": "site"},
    "clearing.crews": {"site": "site"},
}
"""The same of the entries of each list."""

_OFFERED = 3
_SHOWN = 5
_LISTED = 20
"""So many choices are all listed where none is like what was written."""


@dataclass(frozen=True)
class Known:
    """Ids of one kind of thing, with the names that people call them by."""

    names: Mapping[str, tuple[str, ...]]

    def meant(self, written: str) -> list[str]:
        """Ids that ``written`` may mean: an id, a name, or both as the workbook's lists have them."""
        wanted = half_width(written)
        if wanted in self.names:
            return [wanted]
        plain = wanted.casefold()
        return [one for one, names in self.names.items() if plain in {*self._plain(names), *self._both(one, names)}]

    def like(self, written: str) -> list[str]:
        """Ids and names most like what was written, each as ``id name``."""
        known = {name: one for one, names in self.names.items() for name in (one.casefold(), *self._plain(names))}
        wanted = half_width(written).casefold()
        close = get_close_matches(wanted, list(known), n=_OFFERED, cutoff=0.6)
        close += sorted((name for name in known if wanted in name), key=len)[:_OFFERED]
        return [self.label(one) for one in dict.fromkeys(known[name] for name in close)]

    def label(self, one: str) -> str:
        """``id name``, as lists show it."""
        return " ".join(part for part in (one, *self.names[one][:1]) if part)

    @staticmethod
    def _plain(names: tuple[str, ...]) -> set[str]:
        return {half_width(name).casefold() for name in names} - {""}

    def _both(self, one: str, names: tuple[str, ...]) -> set[str]:
        return {f"{one.casefold()} {name}" for name in self._plain(names)}


def known_things(region: Region, skills: Skills) -> dict[str, Known]:
    """Give what can be named in an incident of a region."""
    tables = region.tables
    sites, teams, items = region.sites, tables["teams"], tables["items"]
    return {
        "hazard": _choices(HAZARDS),
        "team_kind": _choices(TEAM_KINDS),
        "vehicle_class": _choices(VEHICLE_CLASSES),
        "site": Known(dict(zip(sites["site_id"], zip(sites["name"], strict=True), strict=True))),
        "team": Known(dict(zip(teams["team_id"], zip(teams["name"], strict=True), strict=True))),
        "item": Known(dict(zip(items["item_id"], zip(items["name"], items["name_en"], strict=True), strict=True))),
        "skill": Known({skill.id: (skill.name.zh, skill.name.en) for skill in skills.register.skills}),
    }


def with_ids(draft: Draft, known: Mapping[str, Known]) -> tuple[Draft, list[Problem]]:
    """Put everything that is named as its id; what is not found stays as written, reported and marked as faulty."""
    problems: list[Problem] = []
    lists: dict[str, tuple[Entry[Any], ...]] = dict(draft.lists)
    for name, references in REFERENCES.items():
        found = [_resolved(entry, references, known) for entry in draft.lists.get(name, ())]
        lists[name] = tuple(entry for entry, _ in found)
        found += [_resolved(entry, references, known) for entry in draft.broken.get(name, ())]
        problems += [problem for _, told in found for problem in told]
    if draft.head is None:
        return Draft(None, lists, draft.broken), problems
    head, told = _resolved(draft.head, HEAD, known)
    return Draft(head, lists, draft.broken), problems + told


def _choices(words: Mapping[str, str]) -> Known:
    return Known({code: (word,) for code, word in words.items()})


def _resolved(
    entry: Entry[Any], references: Mapping[str, str], known: Mapping[str, Known]
) -> tuple[Entry[Any], list[Problem]]:
    form, problems, faulty = entry.form, [], set(entry.faulty)
    for field, thing in references.items():
        way = tuple(field.split("."))
        written = _at(form, way)
        if written is None or not entry.sound(way[0]):
            continue
        several = isinstance(written, tuple | list)
        listed = tuple(written) if several else (written,)
        paths: list[FormPath] = [(*way, i) for i in range(len(listed))] if several else [way]
        meant = [known[thing].meant(one) for one in listed]
        told = [one for case in zip(paths, listed, meant, strict=True) for one in _unclear(entry, known, thing, *case)]
        faulty |= {way[0]} if told else set()
        problems += told
        ids = tuple(found[0] if len(found) == 1 else one for found, one in zip(meant, listed, strict=True))
        form = _put(form, way, ids if several else ids[0])
    return replace(entry, form=form, faulty=frozenset(faulty)), problems


def _unclear(
    entry: Entry[Any], known: Mapping[str, Known], thing: str, path: FormPath, written: str, meant: list[str]
) -> Iterator[Problem]:
    """Report a name that nothing bears, with those like it, or that several bear."""
    named = Phrase(f"optimizer.incident.thing_{thing}")
    things = known[thing]
    if len(meant) > 1:
        shown = ", ".join(meant[:_SHOWN])
        yield entry.problem(path, "ambiguous", value=written, thing=named, count=len(meant), ids=shown)
    if not meant:
        close = things.like(written)
        few = list(map(things.label, things.names)) if len(things.names) <= _LISTED else []
        words = "nearly" if close else "unknown_of_few" if few else "unknown"
        yield entry.problem(path, words, value=written, thing=named, close=", ".join(close), known=", ".join(few))


def _at(form: Any, way: tuple[str, ...]) -> Any:
    """Give what stands at a way; None where a broken entry lacks it."""
    value = getattr(form, way[0], None)
    return value if len(way) == 1 else _at(value, way[1:])


def _put(form: BaseModel, way: tuple[str, ...], value: object) -> BaseModel:
    if len(way) > 1:
        value = _put(getattr(form, way[0]), way[1:], value)
    return form.model_copy(update={way[0]: value})
