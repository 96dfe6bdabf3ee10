"""What is wrong with a siting problem, in a planner's words: faults of the problem and requirements that clash."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from network.problem import Problem
from network.words import Phrase, catalogue
from optimizer.models.siting.clash import Clash, clashes
from optimizer.models.siting.faults import Finding
from optimizer.models.siting.openings import Openings
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError
from optimizer.siting.building import building
from optimizer.siting.stated.statement import Statement

CLASH_LIMIT_S = 60.0
TOLD = 5
"""So many sites, places or towns are named in a sentence."""


def fault_problems(findings: Sequence[Finding], statement: Statement) -> list[Problem]:
    """Say each finding with what to do about it; places and sites by their names."""
    return [_problem(finding, statement) for finding in findings]


def _problem(finding: Finding, statement: Statement) -> Problem:
    values = dict(finding.values)
    if "where" in values:
        values["where"] = named(str(values["where"]), statement)
    key = f"fault_{finding.what}"
    known = key in catalogue("optimizer", "siting")
    what = Phrase(f"optimizer.siting.{key}" if known else "optimizer.siting.fault_other", told=finding, **values)
    return Problem(what, Phrase("optimizer.siting.fault_mend"))


def clash_problems(statement: Statement, problem: SitingProblem) -> list[Problem]:
    """Say which requirements clash, each with the smallest change that lets a siting be found."""
    cover: bool | NDArray[np.bool_] = statement.traits.weighs == "coverable"
    if statement.traits.loss == "yearly":
        problem = replace(problem, openings=_at_least_cost(statement, problem.openings))
    try:
        found = clashes(problem, cover, time_limit_s=CLASH_LIMIT_S)
    except NoIncumbentError:
        found = ()
    if not found:
        return [Problem(Phrase("optimizer.siting.infeasible"), Phrase("optimizer.siting.infeasible_mend"))]
    told = [_clash(one, statement, together=not one.alone) for one in found]
    if len(found) > 1 and all(one.alone for one in found):
        # Each is enough: none is to be mended besides another.
        told[1:] = [replace(one, what=Phrase("optimizer.siting.clash_instead", what=one.what)) for one in told[1:]]
    return told


def _at_least_cost(statement: Statement, allowed: Openings) -> Openings:
    """Price every site at its cheapest size: no siting in sizes costs less."""
    sizes = building(statement).sizes
    cheapest = np.where(sizes.available, sizes.fixed_cost, np.inf).min(axis=1)
    return replace(allowed, open_cost=allowed.open_cost + np.where(np.isfinite(cheapest), cheapest, 0.0))


def _clash(one: Clash, statement: Statement, *, together: bool) -> Problem:
    listed = named("; ".join(_group_named(name, statement) for name in one.ids[:TOLD]), statement)
    values = {"given": one.given, "needed": one.needed, "count": len(one.ids), "where": listed}
    mend = Phrase(f"optimizer.siting.clash_{one.kind}_mend", **values)
    what = Phrase(f"optimizer.siting.clash_{one.kind}", **values)
    if not one.proven:
        what = _unproven(one, what)
    return Problem(Phrase("optimizer.siting.clash_together", what=what) if together else what, mend)


def _unproven(one: Clash, what: Phrase) -> Phrase:
    """Say what suffices, and that less might."""
    key = f"clash_{one.kind}_unproven"
    if key in catalogue("optimizer", "siting"):
        return Phrase(f"optimizer.siting.{key}", **what.values)
    return Phrase("optimizer.siting.clash_unproven", what=what)


def _group_named(name: str, statement: Statement) -> str:
    """Name the rule and the town that a group is of; other ids stay as they are."""
    rule, _, town = name.partition("|")
    names = dict(zip(statement.region.sites["site_id"], statement.region.sites["name"], strict=True))
    return f"{names.get(town, town)}（{rule}）" if town else name


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
