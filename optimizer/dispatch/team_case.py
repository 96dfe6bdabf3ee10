"""Teams and tasks of an incident put into the form of the teams' model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dispatch.incident.form import HoldBack, IncidentForm, Task
from optimizer.dispatch.incident.skills import Skills
from optimizer.dispatch.places import place_id
from optimizer.dispatch.priority import priority_weight
from optimizer.dispatch.rows import rows_of
from optimizer.dispatch.travel import PhasedTimes, Roads
from optimizer.models.dispatch.teams_problem import TeamsProblem
from optimizer.region.region import Region

ROSTER = [
    "team_id", "team_name", "team_kind", "town_id", "place_id", "people", "mode", "skills", "turnout_min", "free_min",
    "neighbour", "contact", "phone",
]  # fmt: skip


@dataclass(frozen=True, eq=False)
class TeamCase:
    """The problem and the tables that lead back from its answer.

    Attributes
    ----------
    roster : DataFrame
        A row for each team that can be sent; ``place_id`` and ``free_min``: where it is and from when it may leave.
    tasks : tuple of Task
        Those still to be given.
    first, onward : mapping of str to PhasedTimes
        By mode: from the teams' places to the tasks' places (rows as in the roster), and between tasks' places.
    problem : TeamsProblem, optional
        None where there is no task or no team.
    """

    roster: pd.DataFrame
    tasks: tuple[Task, ...]
    first: Mapping[str, PhasedTimes]
    onward: Mapping[str, PhasedTimes]
    problem: TeamsProblem | None


def roster(region: Region, incident: IncidentForm, skills: Skills) -> pd.DataFrame:
    """List the teams that are left, and those of neighbours."""
    teams = region.tables["teams"]
    teams = teams[~teams["team_id"].isin(incident.lost.teams) & (teams["people"] > 0)]
    town = region.sites.set_index("site_id")["town_id"]
    own = [
        {
            "team_id": team.team_id,
            "team_name": team.name,
            "team_kind": team.team_kind,
            "town_id": town.get(team.site_id) or team.site_id,
            "place_id": team.site_id,
            "people": int(team.people),
            "mode": skills.turnout(team.team_kind).vehicle_class,
            "skills": skills.of_team(team.team_id, team.team_kind),
            "turnout_min": skills.turnout(team.team_kind).turnout_min,
            "neighbour": False,
            "contact": team.contact or "",
            "phone": team.phone or "",
        }
        for team in rows_of(teams)
    ]
    called = [
        {
            "team_id": team.id,
            "team_name": team.name,
            "team_kind": "",
            "town_id": "",
            "place_id": place_id(team),
            "people": team.people,
            "mode": team.vehicle_class,
            "skills": frozenset(team.skills),
            "turnout_min": float(team.ready_min),
            "neighbour": True,
            "contact": team.contact,
            "phone": team.phone,
        }
        for team in incident.neighbours
    ]
    table = pd.DataFrame(own + called, columns=[name for name in ROSTER if name != "free_min"])
    return table.assign(free_min=table["turnout_min"].astype(float))


def team_case(
    region: Region,
    tasks: Sequence[Task],
    teams: pd.DataFrame,
    roads: Roads,
    hold_back: Sequence[HoldBack],
    before: Mapping[str, frozenset[str]],
) -> TeamCase:
    """State who may do what, and how soon.

    Parameters
    ----------
    region : Region
    tasks : sequence of Task
        Those to be given.
    teams : DataFrame
        See :func:`roster`.
    roads : Roads
    hold_back : sequence of HoldBack
    before : mapping of str to frozenset of str
        Teams of each task by the orders that are renewed; empty for first orders.
    """
    where = [place_id(task) for task in tasks]
    modes = sorted(set(teams["mode"]))
    first = {mode: roads.times(mode, list(teams["place_id"]), where) for mode in modes}
    onward = {mode: roads.times(mode, where, where) for mode in modes}
    if not len(tasks) or teams.empty:
        return TeamCase(teams, tuple(tasks), first, onward, None)
    free = teams["free_min"].to_numpy(float)
    arrival = np.empty((len(teams), len(tasks)))
    for mode in modes:
        own = (teams["mode"] == mode).to_numpy()
        arrival[own] = first[mode].arrive_min(free[:, None])[own]
    weight = np.array([priority_weight(region, task.priority) for task in tasks])
    parameters = region.settings.dispatch
    problem = TeamsProblem(
        team_ids=tuple(teams["team_id"]),
        task_ids=tuple(task.id for task in tasks),
        people=teams["people"].to_numpy(np.int64),
        able=np.array([[task.skill in own for task in tasks] for own in teams["skills"]]),
        first_arrival_min=arrival,
        travel_min=np.stack([onward[mode].planned[1] for mode in teams["mode"]]),
        opens_min=np.stack([onward[mode].planned[0] for mode in teams["mode"]]),
        need_people=np.array([task.people for task in tasks], dtype=np.int64),
        work_min=np.array([task.work_min for task in tasks], dtype=float),
        deadline_min=np.array([task.deadline_min for task in tasks], dtype=float),
        weight=weight,
        horizon_min=parameters.horizon_h * 60,
        change_penalty=_penalties(teams, tasks, before, weight * parameters.change_share),
        held_back=tuple(_held_back(teams, one) for one in hold_back),
    )
    return TeamCase(teams, tuple(tasks), first, onward, problem)


def _penalties(
    teams: pd.DataFrame, tasks: Sequence[Task], before: Mapping[str, frozenset[str]], cost: NDArray[np.float64]
) -> NDArray[np.float64]:
    """(T, J) weight lost where a team is put on a task that had others before."""
    changes = [[task.id in before and team not in before[task.id] for task in tasks] for team in teams["team_id"]]
    return np.where(np.array(changes), cost, 0.0)


def _held_back(teams: pd.DataFrame, one: HoldBack) -> tuple[tuple[int, ...], int]:
    """Teams of a group, and how many of their people stay: all where there are no more."""
    meant = ~teams["neighbour"].to_numpy(bool)
    if one.teams:
        meant &= teams["team_id"].isin(one.teams).to_numpy()
    if one.team_kinds:
        meant &= teams["team_kind"].isin(one.team_kinds).to_numpy()
    if one.towns:
        meant &= teams["town_id"].isin(one.towns).to_numpy()
    people = int(teams.loc[meant, "people"].sum())
    return tuple(np.flatnonzero(meant).tolist()), min(one.people, people)
