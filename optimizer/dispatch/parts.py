"""The three parts of a dispatch stated and solved: people to shelters, teams to tasks, supplies to requests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pandas as pd

from network.words import Phrase
from optimizer.dispatch.evacuation_case import EvacuationCase, evacuation_case
from optimizer.dispatch.fleet import fleet
from optimizer.dispatch.incident.form import Evacuation, Request, Task
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.orders.evacuation_orders import RidePlan, plan_rides
from optimizer.dispatch.sources import ReliefSources
from optimizer.dispatch.supply_case import SupplyCase, supply_case
from optimizer.dispatch.team_case import TeamCase, team_case
from optimizer.dispatch.travel import Roads
from optimizer.models.dispatch.evacuation import Evacuation as EvacuationSolution
from optimizer.models.dispatch.evacuation import evacuate
from optimizer.models.dispatch.supplies import SuppliesSolution, Trip, dispatch_supplies
from optimizer.models.dispatch.teams import TeamsSolution, dispatch_teams
from optimizer.progress import Progress, silent
from optimizer.region.region import Region

MINUTES_AN_HOUR = 60.0
TEAMS_SHARE, SUPPLIES_SHARE = 0.4, 0.45
"""Of the time limit; the evacuation has the rest."""


@dataclass(frozen=True, eq=False)
class Open:
    """What is still to be decided, and by whom and what it can be done.

    Attributes
    ----------
    at_min : float
        Minute from which on orders are given.
    tasks, requests, evacuations : sequences
        Still open, with what is left of them.
    teams, vehicles : DataFrame
        As :func:`optimizer.dispatch.team_case.roster` and :func:`optimizer.dispatch.fleet.standing_vehicles` list
        them: where they are and from when they are free.
    sources : ReliefSources
    taken : mapping of str to float
        People in shelters or on their way to them, by shelter.
    teams_before, depots_before : mapping of str to frozenset of str
        By task and request, what the orders that are renewed said.
    craft_free_min : mapping of str to float
        By boat or helicopter that is under way, the minute of its return.
    planned : tuple of Trip
        Ordered before and not begun: where the search for trips begins.
    """

    at_min: float
    tasks: Sequence[Task]
    requests: Sequence[Request]
    evacuations: Sequence[Evacuation]
    teams: pd.DataFrame
    vehicles: pd.DataFrame
    sources: ReliefSources
    taken: Mapping[str, float] = field(default_factory=dict)
    teams_before: Mapping[str, frozenset[str]] = field(default_factory=dict)
    depots_before: Mapping[str, frozenset[str]] = field(default_factory=dict)
    craft_free_min: Mapping[str, float] = field(default_factory=dict)
    planned: tuple[Trip, ...] = ()


@dataclass(frozen=True, eq=False)
class Parts:
    """What was stated and found; a solution is None where there was nothing to solve.

    People come first: vehicles carry goods when their last ride is over, from ``free_min`` on (by vehicle).
    """

    team_case: TeamCase
    teams: TeamsSolution | None
    supply_case: SupplyCase
    supplies: SuppliesSolution | None
    evacuation_case: EvacuationCase
    evacuation: EvacuationSolution | None
    rides: RidePlan
    free_min: Mapping[str, float]


def solve_parts(
    region: Region,
    incident: Incident,
    still: Open,
    roads: Roads,
    *,
    time_limit_s: float,
    seed: int,
    progress: Progress = silent,
) -> Parts:
    """State and solve the three parts on ``roads``."""
    form = incident.form
    progress(Phrase("optimizer.dispatch.step_evacuation", count=len(still.evacuations)), 0.0)
    start = max(still.at_min, region.settings.parameters.mobilise_min)
    leaving = evacuation_case(region, still.evacuations, still.taken, roads, start)
    rest = (1 - TEAMS_SHARE - SUPPLIES_SHARE) * time_limit_s
    evacuation = evacuate(leaving.problem, time_limit_s=rest) if leaving.problem else None
    rides = plan_rides(region, leaving, evacuation, still.vehicles, roads)
    progress(Phrase("optimizer.dispatch.step_teams", count=len(still.tasks)), 0.15)
    team = team_case(region, still.tasks, still.teams, roads, form.hold_back, still.teams_before)
    teams = dispatch_teams(team.problem, TEAMS_SHARE * time_limit_s, seed) if team.problem else None
    progress(Phrase("optimizer.dispatch.step_supplies", count=len(still.requests)), 0.55)
    vehicles = rides.freed(still.vehicles)
    wanted = [request.item for request in still.requests]
    sources = still.sources.for_items(wanted, region.settings.dispatch.horizon_h * MINUTES_AN_HOUR)
    placed = fleet(vehicles, roads, sources.depots)
    supply = supply_case(region, form, still.requests, placed, sources, roads, still.depots_before,
                         still.craft_free_min)  # fmt: skip
    limit = SUPPLIES_SHARE * time_limit_s
    supplies = (
        (dispatch_supplies(supply.problem, time_limit_s=limit, seed=seed, planned=still.planned))
        if supply.problem
        else None
    )
    free = dict(zip(vehicles["vehicle_id"], vehicles["ready_min"].astype(float), strict=True))
    return Parts(team, teams, supply, supplies, leaving, evacuation, rides, free)
