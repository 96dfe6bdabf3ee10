"""Check scenarios against the tables and the roads: selectors that mean some site, closures that match some road."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from network.chainage import inexact
from network.closed_links import matched_links, staked_stretches
from network.coordinates import to_wgs84
from network.problem import Problem, ProblemsError
from optimizer.region.check_keys import nearest_id
from optimizer.region.check_sites import PLACES
from optimizer.region.draft import Draft
from optimizer.region.region_tables import HAZARDS, SITE_KINDS
from optimizer.region.scenarios import Scenario, ScenarioFile, Where
from optimizer.region.selection import selected
from optimizer.region.yaml_form import FormFile, FormPath, path_text

STOCK_KINDS = ("depot", "candidate", "town", *PLACES, "station", "shelter", "supplier")
"""Kinds at which an event can destroy stock, that which a plan puts into a candidate included."""


def check_scenarios(draft: Draft) -> Iterator[Problem]:
    """Ids used twice, unknown hazards, towns and sites, selectors without sites, closures without links."""
    if draft.scenarios is None:
        return
    sites = placed_sites(draft)
    first: dict[str, int] = {}
    for entry, scenario in enumerate(draft.scenarios.form.scenarios):
        place = draft.scenarios.place(entry)
        path: FormPath = ("scenarios", place)
        if scenario.id in first:
            row = draft.scenarios.row_of(("scenarios", first[scenario.id], "id"))
            yield draft.scenarios.problem((*path, "id"), "scenario_twice", value=scenario.id, other=row)
        first.setdefault(scenario.id, place)
        yield from check_hazard(draft.scenarios, (*path, "event", "hazard"), scenario.event.hazard)
        yield from _selectors(draft, draft.scenarios, path, scenario, sites)
        yield from _closures(draft, draft.scenarios, path, scenario)


def placed_sites(draft: Draft) -> pd.DataFrame:
    """Give the sites in WGS-84, as scenarios mean them."""
    sites = draft.tables["sites"].frame.copy()
    system = draft.settings.form.coordinates if draft.settings else "wgs84"
    sites["lon"], sites["lat"] = to_wgs84(sites["lon"].to_numpy(), sites["lat"].to_numpy(), system)
    return sites


def check_hazard(file: FormFile[Any], path: FormPath, hazard: str) -> Iterator[Problem]:
    """Report a hazard that is none."""
    if hazard not in HAZARDS:
        nearest = nearest_id(hazard, set(HAZARDS), {word: code for code, word in HAZARDS.items()})
        known = ", ".join(f"{code} {word}" for code, word in HAZARDS.items())
        words = "nearly_a_hazard" if nearest else "unknown_hazard"
        yield file.problem(path, words, value=hazard, nearest=nearest, known=known)


def _selectors(
    draft: Draft, file: FormFile[ScenarioFile], path: FormPath, scenario: Scenario, sites: pd.DataFrame
) -> Iterator[Problem]:
    """Check all that name sites: demand among people or hazard points, losses among places that hold stock."""
    for place, event in enumerate(scenario.demand):
        kinds = PLACES if event.people == "residents" else ("hazard_point",)
        yield from _where(draft, file, (*path, "demand", place, "where"), event.where, sites, kinds)
    for place, loss in enumerate(scenario.losses):
        yield from _where(draft, file, (*path, "losses", place, "where"), loss.where, sites, STOCK_KINDS)


def _where(
    draft: Draft,
    file: FormFile[ScenarioFile],
    path: FormPath,
    where: Where,
    sites: pd.DataFrame,
    kinds: tuple[str, ...],
) -> Iterator[Problem]:
    """Unknown names in one selector; where all are known, that some site of ``kinds`` is meant."""
    unknown = [*_unknown_sites(file, path, where, sites)] if draft.whole("sites") else []
    for place, hazard in enumerate(where.hazards):
        unknown += check_hazard(file, (*path, "hazards", place), hazard)
    yield from unknown
    if unknown or not draft.whole("sites"):
        return
    among = sites[sites["kind"].isin(kinds)]
    try:
        chosen = selected(where, among, draft.folder)
    except ProblemsError as error:
        yield from problems_at(error, file, (*path, "within"))
        return
    if not chosen.any():
        listed = ", ".join(f"{kind} {SITE_KINDS[kind]}" for kind in kinds)
        yield file.problem(path, "nobody_selected", kinds=listed)


def _unknown_sites(
    file: FormFile[ScenarioFile], path: FormPath, where: Where, sites: pd.DataFrame
) -> Iterator[Problem]:
    for field, named in (("towns", where.towns), ("sites", where.sites)):
        fitting = sites[sites["kind"] == "town"] if field == "towns" else sites
        known = set(fitting["site_id"]) - {""}
        names = dict(zip(fitting["name"], fitting["site_id"], strict=True))
        for place, site in enumerate(named):
            if site not in known:
                nearest = nearest_id(site, known, names)
                words = f"nearly_listed_{field}" if nearest else f"not_listed_{field}"
                yield file.problem((*path, field, place), words, value=site, nearest=nearest)


def _closures(draft: Draft, file: FormFile[ScenarioFile], path: FormPath, scenario: Scenario) -> Iterator[Problem]:
    """Closures that match nothing; of those by stakes, how exactly they are placed."""
    if draft.roads is None:
        return
    listed = set(draft.tables["temporary_links"].frame["temporary_id"])
    for place, closure in enumerate(scenario.roads.closures):
        where = (*path, "roads", "closures", place)
        try:
            matched_links(closure, draft.roads, draft.folder)
        except ProblemsError as error:
            # A temporary link that the table lists is lacking for a reason that has been told.
            if not closure.temporary or not listed.issuperset(closure.temporary):
                yield from problems_at(error, file, where)
            continue
        for stretch in staked_stretches([closure], draft.roads):
            yield inexact(stretch, file.file, file.row_of(where), path_text((*where, "stakes")))


def problems_at(error: ProblemsError, file: FormFile[Any], path: FormPath) -> Iterator[Problem]:
    """Tell problems found further down with the place in our file."""
    for problem in error.problems:
        yield replace(problem, file=file.file, row=file.row_of(path), column=path_text(path))
