"""A region put into the form of a siting problem: times on the roads of every state, and the openings allowed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problem import ProblemsError
from optimizer.models.siting.faults import InvalidSitingError
from optimizer.models.siting.measure import Measure
from optimizer.models.siting.openings import Group, Openings, openings
from optimizer.models.siting.problem import SitingProblem, siting_problem
from optimizer.plan.reach import FREE, drive_min
from optimizer.region.scenarios import RoadState
from optimizer.siting.faults_told import fault_problems
from optimizer.siting.stated.sites import class_of
from optimizer.siting.stated.statement import Statement

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class SitingCase:
    """A statement with its problem.

    Attributes
    ----------
    statement : Statement
    problem : SitingProblem
    before_min : (K, n) float
        Minutes from the nearest existing site; infinite where none has a way.
    """

    statement: Statement
    problem: SitingProblem
    before_min: Floats

    @property
    def priced(self) -> Openings:
        """The openings allowed, at what the sites cost in their cheapest size, also where the sizes are chosen."""
        return openings_of(self.statement, priced=True)


def siting_case(statement: Statement) -> SitingCase:
    """Make the problem of a statement.

    Raises
    ------
    ProblemsError
        The problem makes no sense, all that is wrong told.
    """
    times = siting_times(statement)
    try:
        problem = siting_problem(
            times,
            weight=statement.counted_weight(times),
            probability=statement.probability,
            # Where minutes of service are what is made least, who comes late is told, and is better than nobody.
            limit_min=None if statement.traits.loss in ("yearly", "levels") else statement.limit_min,
            cut_off_min=statement.standard.cut_off_min,
            measure=Measure(statement.options.measure, statement.region.settings.siting.cvar_level),
            demand_ids=statement.place_ids,
            site_ids=statement.site_ids,
            scenario_ids=[state.id for state in statement.states],
            allowed=openings_of(statement),
        )
    except InvalidSitingError as error:
        raise ProblemsError(fault_problems(error.findings, statement)) from error
    existing = statement.sites["existing"].to_numpy(dtype=bool)
    before = np.min(times, axis=2, where=existing, initial=np.inf)
    return SitingCase(statement, problem, before)


def siting_times(statement: Statement) -> Floats:
    """(K, n, m) minutes from door to door; infinite where no road is left or the state takes the site."""
    times = np.empty((len(statement.states), len(statement.places), len(statement.sites)))
    done: dict[str, Floats] = {}
    for number, state in enumerate(statement.states):
        # States on the same roads, such as drawn ones without closures, are driven once.
        key = state.roads.model_dump_json()
        if key not in done:
            done[key] = _state_times(statement, state.roads)
        times[number] = np.where(statement.lost[number][None, :], np.inf, done[key])
    return times


def _state_times(statement: Statement, roads: RoadState = FREE) -> Floats:
    """(n, m) by the class of vehicle that each site sends."""
    rows, places = statement.sites, statement.place_ids
    classes = rows["station_kind"].map(class_of)
    times = np.full((len(places), len(rows)), np.inf)
    for vehicle_class in classes.unique():
        mine = np.flatnonzero(classes == vehicle_class)
        senders = list(rows["site_id"].iloc[mine])
        times[:, mine] = drive_min(statement.region, roads, str(vehicle_class), senders, places).to_numpy().T
    return times


def openings_of(statement: Statement, *, priced: bool | None = None) -> Openings:
    """Openings allowed; where sizes are chosen, they are what a site costs, and sites are ``priced`` only if asked."""
    rows, options = statement.sites, statement.options
    costs = statement.traits.weighs != "volume" if priced is None else priced
    ids = pd.Index(rows["site_id"])
    groups = [
        Group(f"{group.rule_id}|{group.town_id}", np.asarray(ids.isin(list(group.members)), dtype=bool))
        for group in statement.groups
        if group.required
    ]
    return openings(
        list(ids),
        number=options.number,
        budget=options.budget_cny,
        fixed=rows["fixed"].to_numpy(dtype=bool),
        forbidden=rows["forbidden"].to_numpy(dtype=bool),
        counted=rows["counted"].to_numpy(dtype=bool),
        open_cost=rows["open_cost_cny"].to_numpy(dtype=float) * costs,
        close_cost=rows["close_cost_cny"].to_numpy(dtype=float),
        groups=groups,
    )
