"""What it costs to keep to orders once given: the same decided again with changes free, and both compared."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from optimizer.dispatch.parts import Open, Parts
from optimizer.models.dispatch.supplies import SuppliesSolution
from optimizer.models.dispatch.teams import TeamsSolution
from optimizer.models.dispatch.trips import late_share


@dataclass(frozen=True)
class Stability:
    """Orders that keep to the last ones beside orders that need not.

    Attributes
    ----------
    changed, changed_if_free : int
        Open tasks and requests that get other teams or depots.
    lost, lost_if_free : float
        Weight unserved, unmet or late, penalties for changes left out.
    weight : float
        Of all that was open.
    """

    changed: int
    changed_if_free: int
    lost: float
    lost_if_free: float
    weight: float


def changes_free(still: Open) -> Open:
    """The same, as if nothing had been ordered before."""
    return replace(still, teams_before={}, depots_before={}, planned=())


def stability(still: Open, found: Parts, free: Parts) -> Stability:
    """Compare what was decided with what would be if changes were free."""
    weights = [found.teams.problem.total_weight] if found.teams else []
    weights += [float(found.supplies.problem.weight.sum())] if found.supplies else []
    return Stability(
        changed=_changed(still, found),
        changed_if_free=_changed(still, free),
        lost=_lost(found),
        lost_if_free=_lost(free),
        weight=sum(weights),
    )


def _lost(parts: Parts) -> float:
    teams = _teams_lost(parts.teams) if parts.teams else 0.0
    return teams + (_supplies_lost(parts.supplies) if parts.supplies else 0.0)


def _teams_lost(solution: TeamsSolution) -> float:
    served = ~np.isnan(solution.task_start_min)
    late = solution.problem.lateness(np.nan_to_num(solution.task_start_min))
    return solution.unserved + float(late[served].sum())


def _supplies_lost(solution: SuppliesSolution) -> float:
    problem = solution.problem
    row = {name: number for number, name in enumerate(problem.request_ids)}
    lost = float((problem.weight * solution.unmet / problem.quantity).sum())
    for trip in solution.trips:
        for stop in trip.stops:
            for drop in stop.deliveries:
                r = row[drop.request]
                share = float(late_share(stop.arrives_min - float(problem.deadline_min[r])))
                lost += float(problem.weight[r]) * share * drop.units / float(problem.quantity[r])
    return lost


def _changed(still: Open, parts: Parts) -> int:
    """Tasks and requests that get others than before."""
    teams = sum(own != still.teams_before.get(task, own) for task, own in _teams_of(parts).items() if own)
    depots = sum(not own <= still.depots_before.get(one, own) for one, own in _depots_of(parts).items())
    return teams + depots


def _teams_of(parts: Parts) -> dict[str, frozenset[str]]:
    """Teams of each task."""
    if parts.teams is None:
        return {}
    names, problem = np.array(parts.teams.problem.team_ids, dtype=object), parts.teams.problem
    return {task: frozenset(names[own]) for task, own in zip(problem.task_ids, parts.teams.manned.T, strict=True)}


def _depots_of(parts: Parts) -> dict[str, frozenset[str]]:
    """Sites of the depots of each request."""
    depots = parts.supply_case.sources.depots
    site = dict(zip(depots["depot_id"], depots["site_id"], strict=True))
    sent = [
        (drop.request, str(site[trip.depot]))
        for trip in (parts.supplies.trips if parts.supplies else ())
        for stop in trip.stops
        for drop in stop.deliveries
    ]
    return {request: frozenset(own for name, own in sent if name == request) for request, _ in sent}
