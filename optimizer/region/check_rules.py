"""Check the standards in force against one another and against the day of the plan."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import combinations
from typing import Any

from network.problem import Problem
from network.words import Phrase
from optimizer.region.draft import Draft
from optimizer.region.region_tables import AREA_TYPES, STATION_KINDS, TEAM_KINDS
from optimizer.region.registers import bounds_text
from optimizer.region.standards import Rule

_SCOPES: dict[str, dict[str, str]] = {
    "area_types": AREA_TYPES,
    "station_kinds": STATION_KINDS,
    "team_kinds": TEAM_KINDS,
}
_NEEDED_SCOPES = {
    "response": ("area_types", "station_kinds"),
    "team_people": ("team_kinds",),
    "team_in_town": ("team_kinds",),
}
_AT_MOST = {"response", "relief_hours"}
"""Checks of times: their number is an upper bound."""


def check_rules(draft: Draft) -> Iterator[Problem]:
    """Rules that exclude one another, lack what their check asks for, or do not hold on the day of the plan."""
    for rule in draft.rules:
        yield from _scope(rule)
        yield from _validity(draft, rule)
    for one, other in combinations(draft.rules, 2):
        if _same_scope(one, other) and (_excludes(one, other) or _excludes(other, one)):
            values: dict[str, Any] = {
                "one": f"{one.id} ({bounds_text(one)})",
                "other": f"{other.id} ({bounds_text(other)})",
            }
            yield _problem("rules_exclude", "standards.registers", None, **values, first=one.id, second=other.id)


def _scope(rule: Rule) -> Iterator[Problem]:
    for field in _NEEDED_SCOPES.get(rule.check, ()):
        if not getattr(rule, field):
            yield _problem("rule_without_scope", rule.id, None, rule=rule.id, field=field)
    for field, known in _SCOPES.items():
        for code in getattr(rule, field):
            if code not in known:
                listed = ", ".join(f"{key} {word}" for key, word in known.items())
                yield _problem("unknown_scope", rule.id, code, rule=rule.id, field=field, known=listed)
    if rule.check in _AT_MOST and rule.at_most is None:
        yield _problem("needs_at_most", rule.id, None, rule=rule.id)


def _validity(draft: Draft, rule: Rule) -> Iterator[Problem]:
    if draft.settings is None:
        return
    day = draft.settings.form.plan_date
    values: dict[str, Any] = {"rule": rule.id, "document": rule.document, "plan_date": day.isoformat()}
    if rule.valid_until and day > rule.valid_until:
        yield _problem("rule_over", "standards", None, warning=True, until=rule.valid_until.isoformat(), **values)
    if rule.valid_from and day < rule.valid_from:
        yield _problem("rule_not_yet", "standards", None, warning=True, since=rule.valid_from.isoformat(), **values)


def _same_scope(one: Rule, other: Rule) -> bool:
    """Whether some site or team falls under both rules; an empty scope means all."""
    if one.check != other.check or one.unit != other.unit:
        return False
    pairs = ((getattr(one, field), getattr(other, field)) for field in _SCOPES)
    return all(not a or not b or not set(a).isdisjoint(b) for a, b in pairs)


def _excludes(low: Rule, high: Rule) -> bool:
    return low.at_least is not None and high.at_most is not None and low.at_least > high.at_most


def _problem(words: str, column: str, value: object, *, warning: bool = False, **values: object) -> Problem:
    what = Phrase(f"optimizer.standards.{words}", **values)
    mend = Phrase(f"optimizer.standards.{words}_mend", **values)
    severity = "warning" if warning else "error"
    return Problem(what, mend, "region.yaml", None, column, value, severity)  # type: ignore[arg-type]
