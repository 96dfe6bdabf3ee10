"""Check what is to be done: tasks, requests and evacuations against the region's places, items and skills."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Literal

import pandas as pd

from network.problem import Problem
from network.words import Phrase
from optimizer.dispatch.incident.case import Case
from optimizer.dispatch.incident.draft import Entry

LONGEST_MIN = 20_160
"""Two weeks: a deadline beyond them is a date or a number of seconds, not a deadline of a dispatch."""

NAMESPACES = (("tasks", "requests"), ("neighbours", "crafts", "clearing.crews"))
"""Lists whose ids must differ from one another, since orders name what they are for, and who goes, by them."""

_SAME_SITE = ("evacuations", "lost.depots")


def check_ids(case: Case) -> Iterator[Problem]:
    """Ids that two entries bear, or a team of the district already."""
    for lists in NAMESPACES:
        own = set(case.region.tables["teams"]["team_id"]) if "neighbours" in lists else set()
        seen: dict[str, Entry[Any]] = {}
        for entry in case.draft.entries(*lists):
            first = seen.setdefault(entry.form.id, entry)
            if first is not entry:
                yield entry.problem(("id",), "listed_twice", value=entry.form.id, other=first.place(("id",))[1])
            elif entry.form.id in own:
                yield entry.problem(("id",), "id_of_team", value=entry.form.id)
    for name in _SAME_SITE:
        sites: dict[str, Entry[Any]] = {}
        for entry in case.draft.entries(name):
            first = sites.setdefault(entry.form.site, entry)
            if first is not entry and entry.sound("site"):
                yield entry.problem(("site",), "listed_twice", value=entry.form.site, other=first.place(("site",))[1])


def check_deadlines(case: Case) -> Iterator[Problem]:
    """Deadlines that are over when the incident begins, or far beyond it."""
    began = f"{case.draft.head.form.began:%Y-%m-%d %H:%M}" if case.draft.head else "began"
    for entry in case.draft.entries("tasks", "requests", "evacuations"):
        deadline = entry.form.deadline_min
        # Not (deadline > 0) finds what is no number, too.
        if deadline is not None and not deadline > 0:
            yield entry.problem(("deadline_min",), "deadline_past", value=deadline, began=began)
        elif deadline is not None and deadline > LONGEST_MIN:
            yield entry.problem(("deadline_min",), "deadline_far", value=deadline, began=began, longest=LONGEST_MIN)


def check_roads(case: Case) -> Iterator[Problem]:
    """Places that no road leads to: teams and crews cannot go there; supplies may, by boat or helicopter."""
    bearable: dict[str, Literal["error", "warning"]] = {"requests": "warning", "evacuations": "warning"}
    for name in ("tasks", "neighbours", "clearing.crews", *bearable):
        for entry in case.draft.entries(name):
            if not entry.sound("site") or case.on_road(entry):
                continue
            site = entry.form.site
            path, value = (("lon",), f"{entry.form.lon}, {entry.form.lat}") if site is None else (("site",), site)
            words = f"no_road_{'request' if name in bearable else 'task'}"
            yield entry.problem(
                path,
                words,
                value=value,
                severity=bearable.get(name, "error"),
                name=value if site is None else case.site(site)["name"],
                limit=f"{case.region.settings.parameters.snap_limit_m:.0f}",
            )


def check_items(case: Case) -> Iterator[Problem]:
    """Requests for what nobody holds, or for equipment that stays where it is."""
    items = case.region.tables["items"]
    names = dict(zip(items["item_id"], zip(items["name"], items["use"], strict=True), strict=True))
    held = held_items(case)
    for entry in case.draft.entries("requests"):
        item = entry.form.item
        if not entry.sound("item") or item in held:
            continue
        name, use = names[item]
        words = "nobody_holds" if use == "relief" else "kit_item"
        yield entry.problem(("item",), words, value=item, severity="warning", name=name)


def held_items(case: Case) -> set[str]:
    """Relief items of which a lot that has not expired lies somewhere, or a supplier offers any."""
    tables = case.region.tables
    stock, offers, items = tables["stock"], tables["offers"], tables["items"]
    if case.draft.head:
        today = pd.Timestamp(case.draft.head.form.began.date())
        stock = stock[stock["expiry"].isna() | (stock["expiry"] >= today)]
    there = {*stock.loc[stock["quantity"] > 0, "item_id"], *offers.loc[offers["max_quantity"] > 0, "item_id"]}
    return there & set(items.loc[items["use"] == "relief", "item_id"])


def check_skills(case: Case) -> Iterator[Problem]:
    """Tasks whose skill neither a team of the district nor a neighbour has."""
    teams = case.region.tables["teams"]
    pairs = zip(teams["team_id"], teams["team_kind"], strict=True)
    had = {skill for team_id, kind in pairs for skill in case.skills.of_team(team_id, kind)}
    had |= {skill for entry in case.draft.entries("neighbours") for skill in entry.form.skills}
    for entry in case.draft.entries("tasks"):
        skill = entry.form.skill
        if entry.sound("skill") and skill not in had:
            name = case.skills.skill(skill).name
            named = Phrase("optimizer.incident.named", zh=name.zh, en=name.en)
            yield entry.problem(("skill",), "nobody_has_skill", value=skill, severity="warning", name=named)


def check_people(case: Case) -> Iterator[Problem]:
    """Evacuations of places whose people are not known, or of more people than there are."""
    for entry in case.draft.entries("evacuations"):
        if not entry.sound("site"):
            continue
        site = case.site(entry.form.site)
        there = threatened(site)
        if entry.form.people is None and there is None:
            yield entry.problem(("people",), "people_unknown", name=site["name"])
        elif entry.form.people is not None and there is not None and entry.form.people > there:
            values = {"name": site["name"], "there": there}
            yield entry.problem(("people",), "more_people", value=entry.form.people, severity="warning", **values)


def threatened(site: pd.Series) -> int | None:
    """People whom a hazard point threatens, or who live at a site; None where that is not known, or nobody."""
    people = site["people_threatened"] if site["kind"] == "hazard_point" else site["population"]
    return int(people) if people > 0 else None
