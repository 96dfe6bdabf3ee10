"""Tasks and the teams on them: skill, people, all there before the work begins, and what the deadline makes of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.dispatch.incident.form import HoldBack
from optimizer.verify.dispatch.carriers import arrivals
from optimizer.verify.dispatch.orders import TIMES, Orders, split
from optimizer.verify.outcome import DISPATCH, MINUTES, SHARES, UNITS, Outcome, equal, equal_text, holds, said

TASKS, WORK = DISPATCH + "tasks", DISPATCH + "work"


def people_of(orders: Orders) -> pd.Series:
    """People of every team that can be sent, neighbours' among them, by id."""
    teams = orders.region.tables["teams"]
    own = teams.loc[~teams["team_id"].isin(orders.form.lost.teams)].set_index("team_id")["people"].astype(float)
    called = pd.Series({one.id: float(one.people) for one in orders.form.neighbours}, dtype=float)
    return pd.concat([own, called])


def verify_work(orders: Orders) -> Outcome:
    """Every team on a task exists, has the skill, drives what it has, and begins when all are there."""
    rows = orders.tables["work"]
    people = people_of(orders)
    known = rows["team_id"].isin(people.index).to_numpy()
    outcome = holds(WORK, rows, "dispatch_no_team", known, id=rows["team_id"])
    tasks = {one.id: one for one in orders.form.tasks}
    asked = rows["task_id"].isin(tasks).to_numpy()
    outcome += holds(WORK, rows, "dispatch_unknown_task", asked, id=rows["task_id"])
    rows = rows[known & asked]
    outcome += equal(WORK, rows, "people", people.reindex(rows["team_id"]))
    able = [tasks[str(row.task_id)].skill in _skills(orders, str(row.team_id)) for row in rows.itertuples()]
    outcome += holds(WORK, rows, "dispatch_no_skill", able)
    last = rows.groupby("task_id")["arrive_min"].transform("max")
    outcome += holds(WORK, rows, "dispatch_not_all_there", rows["start_min"] >= last - TIMES.absolute)
    work = [tasks[one].work_min for one in rows["task_id"]]
    outcome += equal(WORK, rows, "finish_min", rows["start_min"] + work, TIMES)
    stated = orders.tables["tasks"].drop_duplicates("task_id").set_index("task_id").reindex(rows["task_id"])
    for column in ("start_min", "finish_min"):
        outcome += equal(WORK, rows, column, stated[column].to_numpy(dtype=float), MINUTES)
    outcome += equal_text(WORK, rows, "place_id", stated["place_id"])
    came = [
        arrivals(orders, str(row.team_id), str(row.place_id), float(str(row.start_min))) for row in rows.itertuples()
    ]
    outcome += equal(WORK, rows, "arrive_min", came, TIMES)
    return outcome + _verify_driven(orders) + _verify_held_back(orders, set(rows["team_id"]))


def verify_tasks(orders: Orders) -> Outcome:
    """Every task stands in the table as the incident has it, with its teams, and as their work leaves it."""
    rows, asked = orders.tables["tasks"], {one.id: one for one in orders.form.tasks}
    right = sorted(rows["task_id"]) == sorted(asked)
    outcome = said("dispatch_tasks_differ", right=right)
    if not right:
        return outcome
    tasks = [asked[str(one)] for one in rows["task_id"]]
    place = [
        orders.places.of_site(one.site) if one.site else own for one, own in zip(tasks, rows["place_id"], strict=True)
    ]
    outcome += equal_text(TASKS, rows, "place_id", place)
    skills = [orders.incident.skills.skill(one.skill) for one in tasks]
    called = [cell in (one.id, one.name.zh, one.name.en) for cell, one in zip(rows["skill"], skills, strict=True)]
    outcome += holds(TASKS, rows, "name_wrong", called, word=rows["skill"])
    ratio = orders.dispatch.priority_ratio
    for column, found, tolerance in (
        ("need_people", [one.people for one in tasks], UNITS),
        ("priority", [one.priority for one in tasks], UNITS),
        ("weight", [ratio ** (1 - one.priority) for one in tasks], SHARES),
        ("work_min", [one.work_min for one in tasks], MINUTES),
        ("deadline_min", [one.deadline_min for one in tasks], MINUTES),
    ):
        outcome += equal(TASKS, rows, column, np.array(found, dtype=float), tolerance)
    work = orders.tables["work"]
    teams = work.groupby("task_id")["team_id"].agg(set).to_dict()
    same = [set(split(row.team_ids)) == teams.get(row.task_id, set()) for row in rows.itertuples()]
    outcome += holds(TASKS, rows, "dispatch_teams_differ", same)
    served = rows["task_id"].isin(teams).to_numpy()
    there = work.groupby("task_id")["people"].sum().reindex(rows["task_id"]).fillna(0.0).to_numpy(dtype=float)
    enough = there >= rows["need_people"].to_numpy(dtype=float) - UNITS.absolute
    outcome += holds(TASKS, rows, "dispatch_too_few", enough | ~served, claim=there)
    start = rows["start_min"].to_numpy(dtype=float)
    outcome += holds(TASKS, rows, "dispatch_start_unserved", served == ~np.isnan(start))
    late = start > rows["deadline_min"].to_numpy(dtype=float) + 1e-6
    beyond = start > orders.dispatch.horizon_h * 60.0 + TIMES.absolute
    outcome += holds(TASKS, rows, "dispatch_beyond_horizon", ~beyond)
    status = np.where(~served, "unserved", np.where(late, "late", "on_time"))
    outcome += equal_text(TASKS, rows, "status", status)
    return outcome + holds(TASKS, rows, "dispatch_no_reason", (rows["reason"] != "") | (rows["status"] == "on_time"))


def _skills(orders: Orders, team_id: str) -> frozenset[str]:
    for one in orders.form.neighbours:
        if one.id == team_id:
            return frozenset(one.skills)
    kinds = orders.region.tables["teams"].set_index("team_id")["team_kind"]
    return orders.incident.skills.of_team(team_id, str(kinds[team_id]))


def _verify_driven(orders: Orders) -> Outcome:
    """A team goes by what it has, or on foot; lost and unknown teams go nowhere."""
    legs = orders.legs[(orders.legs["carrier_kind"] == "team").to_numpy()]
    people = people_of(orders)
    outcome = holds(
        DISPATCH + "legs", legs, "dispatch_no_team", legs["carrier_id"].isin(people.index), id=legs["carrier_id"]
    )
    kinds = orders.region.tables["teams"].set_index("team_id")["team_kind"]
    own = {str(team): orders.incident.skills.turnout(str(kind)).vehicle_class for team, kind in kinds.items()}
    own |= {one.id: one.vehicle_class for one in orders.form.neighbours}
    right = [mode in (own.get(str(team)), "foot") for team, mode in zip(legs["carrier_id"], legs["mode"], strict=True)]
    return outcome + holds(DISPATCH + "legs", legs, "dispatch_not_its_vehicle", right)


def _verify_held_back(orders: Orders, sent: set[str]) -> Outcome:
    """So many people of a group stay unused; where it has no more, all of them."""
    people = people_of(orders)
    outcome = Outcome()
    for held in orders.form.hold_back:
        group = people[[team for team in _group(orders, held) if team in people.index]]
        left = float(group[~group.index.isin(list(sent))].sum())
        most = min(float(held.people), float(group.sum()))
        outcome += said("dispatch_held_back", right=left >= most, name=held.name, claim=f"{left:g}", value=f"{most:g}")
    return outcome


def _group(orders: Orders, held: HoldBack) -> list[str]:
    """Teams of the district that a reserve is made of."""
    teams = orders.region.tables["teams"]
    towns = (
        orders.region.sites.set_index("site_id")["town_id"].reindex(teams["site_id"]).fillna("").to_numpy(dtype=object)
    )
    town = np.where(towns == "", teams["site_id"], towns)
    meant = np.ones(len(teams), dtype=np.bool_)
    for asked, have in ((held.teams, teams["team_id"]), (held.team_kinds, teams["team_kind"]), (held.towns, town)):
        if asked:
            meant &= np.isin(np.asarray(have, dtype=object), asked)
    return [str(one) for one in teams.loc[meant, "team_id"]]
