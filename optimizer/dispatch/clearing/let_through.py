"""Whom open roads let through: how late help comes to every task and request, everybody setting out at once.

    task     its weight, late as the teams' model counts it, at the minute at which enough able people could be there
    request  its weight, late likewise, at the minute at which the first vehicle from a source with the item could be

Nobody is taken up by anything else, so the loss is never more than that of real orders on the same roads: a measure to
rank orders of clearing by, and, with every closure open as soon as any crew could have it open, a bound on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.dispatch.clearing.work import DRIVES, subset_minutes
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.parts import Open
from optimizer.dispatch.phases import road_phases
from optimizer.dispatch.places import Places, place_id
from optimizer.dispatch.priority import priority_weight
from optimizer.dispatch.travel import PhasedTimes, Roads
from optimizer.models.dispatch.teams_problem import SLACK_MIN
from optimizer.models.dispatch.trips import late_share
from optimizer.region.region import Region

Floats = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class LetThrough:
    """Times to tasks and requests with any set of closures cleared; each set is searched once.

    Attributes
    ----------
    region : Region
    form : IncidentForm
    places : Places
    still : Open
    """

    region: Region
    form: IncidentForm
    places: Places
    still: Open
    _roads: dict[frozenset[str], Roads] = field(default_factory=dict)
    _times: dict[tuple[object, ...], PhasedTimes] = field(default_factory=dict)

    def roads(self, cleared: frozenset[str]) -> Roads:
        """Roads with these closures open from the start."""
        if cleared not in self._roads:
            phases = road_phases(self.region, self.form.roads, dict.fromkeys(cleared, 0.0))
            self._roads[cleared] = Roads(phases, self.places, self.region.settings.dispatch.foot_kmh)
        return self._roads[cleared]

    def times(self, cleared: frozenset[str], mode: str, starts: Sequence[str], ends: Sequence[str]) -> PhasedTimes:
        """Minutes between places with these closures open."""
        key = (cleared, mode, tuple(starts), tuple(ends))
        if key not in self._times:
            self._times[key] = self.roads(cleared).times(mode, starts, ends)
        return self._times[key]

    def loss(self, openings: Sequence[tuple[str, float]]) -> float:
        """Weight late or lost when closures are open from these minutes on."""
        steps = subset_minutes(openings)
        teams = np.min([self._teams(cleared, minute) for cleared, minute in steps], axis=0)
        first = np.min([self._vehicles(cleared, minute) for cleared, minute in steps], axis=0)
        return float(self._task_loss(teams).sum() + self._request_loss(first).sum())

    @property
    def weight(self) -> float:
        """Weight of all tasks and requests."""
        tasks = sum(priority_weight(self.region, one.priority) for one in self.still.tasks)
        return float(tasks + self._request_weight().sum())

    def _teams(self, cleared: frozenset[str], minute: float) -> Floats:
        """(T, J) arrival of each team that may set out from ``minute`` on."""
        teams, tasks = self.still.teams, self.still.tasks
        arrival = np.full((len(teams), len(tasks)), np.inf)
        for mode in sorted(set(teams["mode"])):
            own = (teams["mode"] == mode).to_numpy()
            times = self.times(cleared, mode, list(teams.loc[own, "place_id"]), [place_id(one) for one in tasks])
            depart = np.maximum(teams.loc[own, "free_min"].to_numpy(float), minute)
            arrival[own] = times.arrive_min(depart[:, None])
        return arrival

    def _vehicles(self, cleared: frozenset[str], minute: float) -> Floats:
        """(D, R) arrival of the first vehicle from each source at each request's place."""
        depots, parameters = self.still.sources.depots, self.region.settings.parameters
        times = self.times(cleared, DRIVES, list(depots["site_id"]), [one.site for one in self.still.requests])
        ready = np.maximum(depots["available_min"].to_numpy(float), max(self.still.at_min, parameters.mobilise_min))
        return times.arrive_min(np.maximum(ready + parameters.loading_min, minute)[:, None])

    def _task_loss(self, arrival: Floats) -> Floats:
        """(J,) weight lost of each task."""
        teams = self.still.teams
        people = teams["people"].to_numpy(float)
        losses = []
        for column, task in enumerate(self.still.tasks):
            able = np.array([task.skill in own for own in teams["skills"]], dtype=bool)
            soonest = _soonest(arrival[able, column], people[able], task.people)
            losses.append(priority_weight(self.region, task.priority) * self._late(soonest, task.deadline_min))
        return np.array(losses, dtype=float)

    def _request_loss(self, arrival: Floats) -> Floats:
        """(R,) weight lost of each request."""
        lots = self.still.sources.lots
        holds = {str(item): set(group["depot_id"]) for item, group in lots.groupby("item_id")}
        late = []
        for column, one in enumerate(self.still.requests):
            source = self.still.sources.depots["depot_id"].isin(holds.get(one.item, set())).to_numpy()
            late.append(self._late(float(arrival[source, column].min(initial=np.inf)), one.deadline_min or 0.0))
        lost: Floats = self._request_weight() * np.array(late, dtype=float)
        return lost

    def _request_weight(self) -> Floats:
        requests = self.still.requests
        return np.array([(one.people or 1) * priority_weight(self.region, one.priority or 1) for one in requests])

    def _late(self, minute: float, deadline_min: float) -> float:
        """Share of its weight that something loses at ``minute``; all of it after the horizon."""
        if minute <= deadline_min + SLACK_MIN:
            return 0.0
        if minute > self.region.settings.dispatch.horizon_h * 60:
            return 1.0
        return float(late_share(minute - deadline_min))


def _soonest(arrival: Floats, people: Floats, need: int) -> float:
    """Minute at which enough people are there; infinite if they never are."""
    order = np.argsort(arrival, kind="stable")
    at = int(np.searchsorted(np.cumsum(people[order]), need))
    return float(arrival[order][at]) if at < len(order) else float("inf")
