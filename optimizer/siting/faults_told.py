"""What is wrong with a siting problem, in a planner's words: faults of the problem and requirements that clash."""

from __future__ import annotations

from collections.abc import Sequence

from network.problem import Problem
from network.words import Phrase
from optimizer.models.siting.faults import Finding
from optimizer.siting.stated.statement import Statement


def fault_problems(findings: Sequence[Finding], statement: Statement) -> list[Problem]:
    """Say each finding with what to do about it; places and sites by their names."""
    return [_problem(finding, statement) for finding in findings]


def _problem(finding: Finding, statement: Statement) -> Problem:
    values = dict(finding.values)
    if "where" in values:
        values["where"] = named(str(values["where"]), statement)
    told = "; ".join(f"{name} {value}" for name, value in values.items())
    mend = Phrase("optimizer.siting.fault_mend", told=told)
    return Problem(Phrase(f"optimizer.siting.fault_{finding.what}", **values), mend)


def named(text: str, statement: Statement) -> str:
    """Put the name behind every id of a place or site in a list that a model has written."""
    names = dict(zip(statement.sites["site_id"], statement.sites["name"], strict=True))
    names |= dict(zip(statement.places["site_id"], statement.places["name"], strict=True))
    parts = []
    for part in text.split("; "):
        first, _, rest = part.partition(" ")
        shown = f"{names[first]} {first}" if first in names else first
        parts.append(f"{shown} {rest}".strip())
    return "; ".join(parts)
