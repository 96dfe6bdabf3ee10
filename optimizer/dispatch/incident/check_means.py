"""Check the means: what is lost, held back, lent, flown and cleared, against what the region has."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pandas as pd

from network.chainage import inexact
from network.closed_links import matched_links, staked_stretches
from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.dispatch.incident.case import Case
from optimizer.dispatch.incident.draft import Entry
from optimizer.dispatch.incident.form import HoldBack
from optimizer.region.region import Region
from optimizer.region.region_tables import SITE_KINDS

LANDS_AT = {"boat": "pier", "helicopter": "helipad"}
"""Kind of site that a craft lies at."""


def check_closures(case: Case) -> Iterator[Problem]:
    """Closures that match no road; of those by stakes, how exactly they are placed."""
    for entry in case.draft.entries("roads.closures"):
        file, row, column = entry.place(())
        try:
            matched_links(entry.form, case.region.roads, case.folder)
        except ProblemsError as error:
            for problem in error.problems:
                yield replace(problem, file=file, row=row, column=column)
            continue
        for stretch in staked_stretches([entry.form], case.region.roads):
            yield inexact(stretch, file, row, entry.place(("stakes",))[2] or "stakes")


def check_losses(case: Case) -> Iterator[Problem]:
    """Losses of more than there is."""
    pools = case.region.tables["vehicles"].groupby(["site_id", "vehicle_class"])["count"].sum()
    stocked = set(case.region.tables["stock"]["site_id"])
    for entry in case.draft.entries("lost.depots"):
        if entry.sound("site") and entry.form.site not in stocked:
            name = case.site(entry.form.site)["name"]
            yield entry.problem(("site",), "nothing_held", value=entry.form.site, severity="warning", name=name)
    lost: dict[tuple[str, str], int] = {}
    for entry in case.draft.entries("lost.vehicles"):
        if not entry.sound("site", "vehicle_class"):
            continue
        pool = (entry.form.site, entry.form.vehicle_class)
        lost[pool] = lost.get(pool, 0) + entry.form.count
        if pool not in pools.index:
            own = ", ".join(pools[pools.index.get_level_values(0) == pool[0]].index.get_level_values(1)) or "–"
            name = case.site(entry.form.site)["name"]
            yield entry.problem(("vehicle_class",), "no_such_pool", value=entry.form.vehicle_class, name=name, own=own)
        elif lost[pool] > pools[pool]:
            yield entry.problem(("count",), "more_than_there", value=entry.form.count, there=int(pools[pool]))
    yield from _teams_twice(case)


def _teams_twice(case: Case) -> Iterator[Problem]:
    if case.draft.head is None:
        return
    teams = case.draft.head.form.lost.teams
    for place, team in enumerate(teams):
        if team in teams[:place]:
            path = ("lost", "teams", place)
            other = case.draft.head.place(("lost", "teams", teams.index(team)))[1]
            yield case.draft.head.problem(path, "listed_twice", value=team, other=other)


def check_hold_back(case: Case) -> Iterator[Problem]:
    """People held back of no team, or more than the teams have that are left."""
    teams = case.region.tables["teams"]
    lost = case.draft.head.form.lost.teams if case.draft.head else ()
    for entry in case.draft.entries("hold_back"):
        if not entry.sound("team_kinds", "teams", "towns"):
            continue
        meant = teams[teams["team_id"].isin(teams_held_back(entry.form, case.region)) & ~teams["team_id"].isin(lost)]
        if meant.empty:
            yield entry.problem(("name",), "no_team_meant", value=entry.form.name)
        elif entry.form.people > meant["people"].sum():
            there = int(meant["people"].sum())
            yield entry.problem(("people",), "more_people_than_teams", value=entry.form.people, there=there)


def teams_held_back(held: HoldBack, region: Region) -> list[str]:
    """Ids of the teams of which people stay: selectors given together all hold, and none means every team."""
    teams = region.tables["teams"]
    mask = pd.Series(True, index=teams.index)
    if held.team_kinds:
        mask &= teams["team_kind"].isin(held.team_kinds)
    if held.teams:
        mask &= teams["team_id"].isin(held.teams)
    if held.towns:
        sites = region.sites
        inside = sites.loc[sites["town_id"].isin(held.towns) | sites["site_id"].isin(held.towns), "site_id"]
        mask &= teams["site_id"].isin(inside)
    return list(teams.loc[mask, "team_id"])


def check_crafts(case: Case) -> Iterator[Problem]:
    """Boats that lie at no pier, helicopters that stand at no landing point."""
    for entry in case.draft.entries("crafts"):
        if not entry.sound("site"):
            continue
        site, wanted = case.site(entry.form.site), LANDS_AT[entry.form.kind]
        if site["kind"] == wanted:
            continue
        fitting = case.sites[case.sites["kind"] == wanted]
        known = ", ".join(f"{one} {name}" for one, name in zip(fitting.index, fitting["name"], strict=True))
        kinds = {"kind": SITE_KINDS[site["kind"]], "code": site["kind"]}
        words = f"{entry.form.kind}_elsewhere"
        yield entry.problem(("site",), words, value=entry.form.site, name=site["name"], known=known or "–", **kinds)


def check_clearing(case: Case) -> Iterator[Problem]:
    """Work on closures that are not listed, are listed twice or open a way; work without crews and crews without."""
    closures: dict[str, list[Entry[Any]]] = {}
    for entry in (*case.draft.entries("roads.closures"), *case.draft.broken.get("roads.closures", ())):
        closures.setdefault(getattr(entry.form, "name", ""), []).append(entry)
    work, crews = case.draft.entries("clearing.work"), case.draft.entries("clearing.crews")
    first: dict[str, Entry[Any]] = {}
    for entry in work:
        name = entry.form.closure
        named = closures.get(name, [])
        if not named:
            yield entry.problem(("closure",), "no_such_closure", value=name, known=", ".join(closures) or "–")
        elif len(named) > 1:
            rows = ", ".join(str(one.place(("name",))[1]) for one in named)
            yield entry.problem(("closure",), "closures_alike", value=name, rows=rows)
        elif getattr(named[0].form, "opened", None):
            yield entry.problem(("closure",), "closure_opens", value=name)
        if first.setdefault(name, entry) is not entry:
            yield entry.problem(("closure",), "listed_twice", value=name, other=first[name].place(("closure",))[1])
    for lacking, given in (("crews", work), ("work", crews)):
        if given and not {"crews": crews, "work": work}[lacking]:
            told = Phrase(f"optimizer.incident.lacking_{lacking}")
            yield given[0].problem((), "clearing_lacks", severity="warning", lacking=told)
