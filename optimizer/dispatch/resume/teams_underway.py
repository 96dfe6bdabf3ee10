"""Teams by now: tasks that are begun stay with theirs, all others are open; where each team is and when it is free.

A task is begun when every team of it has set out for it and comes through. A team on its way to a task that is not
begun goes on to its place and is free there. A team that a closure stops is free where it stopped.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.dispatch.incident.form import IncidentForm, Task
from optimizer.dispatch.resume.held_up import begun
from optimizer.dispatch.resume.kept import HeldUp, Kept
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.rows import rows_of


@dataclass(frozen=True, eq=False)
class TeamsUnderway:
    """What is begun and what is open.

    Attributes
    ----------
    work : DataFrame
        Rows of ``WORK`` that stay.
    teams : DataFrame
        The roster with the places and minutes of now.
    tasks : tuple of Task
        Open ones.
    before : mapping of str to frozenset of str
        Teams of each of them by the last orders.
    """

    work: pd.DataFrame
    teams: pd.DataFrame
    tasks: tuple[Task, ...]
    before: Mapping[str, frozenset[str]]


def teams_underway(form: IncidentForm, before: Previous, roster: pd.DataFrame, kept: Kept) -> TeamsUnderway:
    """Find out where the teams are.

    Raises
    ------
    ProblemsError
        The incident no longer names a task that is begun.
    """
    at_min = kept.tracks.at_min
    work, legs = before.tables["work"], before.tables["legs"]
    legs = legs[legs["carrier_kind"] == "team"].sort_values(["carrier_id", "step"])
    out = legs[begun(legs, at_min)]
    stops = {(one.carrier_id, one.purpose): kept.tracks.stopped(one) for one in rows_of(out) if one.arrive_min > at_min}
    stopped = {key for key, stop in stops.items() if stop is not None}
    gone = {(one.carrier_id, one.purpose) for one in rows_of(out)} - stopped
    gone |= {(one.team_id, one.task_id) for one in rows_of(work) if one.frozen}
    on = work.groupby("task_id")["team_id"].agg(list).to_dict()
    done = {str(task) for task, teams in on.items() if all((team, task) in gone for team in teams)}
    _named(form, done)
    is_kept = work["task_id"].isin(done)
    finish = {(row.team_id, row.task_id): row.finish_min for row in rows_of(work[is_kept])}
    at = dict(zip(roster["team_id"], roster["place_id"], strict=True))
    ordered = set(legs["carrier_id"])
    free = {
        team: max(at_min, turnout) if team in ordered or at_min == 0 else at_min + turnout
        for team, turnout in zip(roster["team_id"], roster["turnout_min"], strict=True)
    }
    for leg in rows_of(out):
        stop = stops.get((leg.carrier_id, leg.purpose))
        if stop is not None:
            why = Phrase("optimizer.dispatch.team_stopped", name=leg.carrier_name)
            at[leg.carrier_id] = kept.stop(leg, stop, [HeldUp("task", leg.purpose, why)])
            free[leg.carrier_id] = at_min
            continue
        kept.keep(leg)
        at[leg.carrier_id] = leg.to_place_id
        free[leg.carrier_id] = max(at_min, leg.arrive_min, finish.get((leg.carrier_id, leg.purpose), 0.0))
    for row in rows_of(work[is_kept]):
        # Who works where it already was has no leg of its own.
        free[row.team_id] = max(free.get(row.team_id, at_min), row.finish_min)
    teams = roster.assign(
        place_id=[at[team] for team in roster["team_id"]], free_min=[float(free[team]) for team in roster["team_id"]]
    )
    frozen = [("finished" if row.finish_min <= at_min else "started") for row in rows_of(work[is_kept])]
    return TeamsUnderway(
        work=work[is_kept].assign(frozen=frozen),
        teams=teams,
        tasks=tuple(task for task in form.tasks if task.id not in done),
        before={str(task): frozenset(own) for task, own in on.items() if task not in done},
    )


def _named(form: IncidentForm, done: set[str]) -> None:
    """Refuse an incident that no longer names what is begun."""
    missing = sorted(done - {task.id for task in form.tasks})
    if missing:
        what = Phrase("optimizer.dispatch.begun_not_named", names=", ".join(missing))
        raise ProblemsError([Problem(what, Phrase("optimizer.dispatch.begun_not_named_mend"))])
