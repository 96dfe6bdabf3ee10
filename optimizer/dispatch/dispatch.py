"""A dispatch: a region and an incident in, orders for teams and vehicles out, with reasons and bounds."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version

import pandas as pd

from network.words import Language, Phrase
from optimizer.dispatch.clearing.clearing import ClearingPlan, plan_clearing
from optimizer.dispatch.clearing.let_through import LetThrough
from optimizer.dispatch.clearing.work import works_of
from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.dispatch.laid_out import Decided, laid_out
from optimizer.dispatch.parts import Open, solve_parts
from optimizer.dispatch.phases import road_phases
from optimizer.dispatch.places import Places
from optimizer.dispatch.resume.previous import Previous
from optimizer.dispatch.resume.resume import first_orders, resume
from optimizer.dispatch.sources import hand_out, still_wanted
from optimizer.dispatch.stability import Stability, changes_free, stability
from optimizer.dispatch.travel import Roads
from optimizer.progress import Progress, part, silent
from optimizer.region.region import Region

RENEWED_SHARE = 0.6
"""Of the time limit, for orders that are renewed; the rest is for finding what keeping to the last ones costs."""


@dataclass(frozen=True)
class DispatchOptions:
    """What is asked of a dispatch.

    Attributes
    ----------
    time_limit_s : float
        For the models together; the best orders found by then come back with their bounds.
    seed : int
        Of the searches.
    at_min : float
        Minute from which on orders are given; above 0 where others are renewed.
    """

    time_limit_s: float = 10.0
    seed: int = 0
    at_min: float = 0.0


@dataclass(frozen=True, eq=False)
class Dispatch:
    """Orders.

    Attributes
    ----------
    region : Region
    incident : Incident
    options : DispatchOptions
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.dispatch.tables.DISPATCH_TABLES`.
    solver : str
        Name and version.
    seconds : float
    stability : Stability, optional
        What keeping to the last orders costs; None for first orders.
    previous : mapping of str to DataFrame, optional
        Tables of the last orders.
    """

    region: Region
    incident: Incident
    options: DispatchOptions
    tables: Mapping[str, pd.DataFrame]
    solver: str
    seconds: float
    stability: Stability | None = None
    previous: Mapping[str, pd.DataFrame] | None = None


def dispatch(
    region: Region,
    incident: Incident,
    options: DispatchOptions,
    language: Language,
    *,
    before: Previous | None = None,
    progress: Progress = silent,
) -> Dispatch:
    """Give orders for an incident.

    Parameters
    ----------
    region : Region
    incident : Incident
    options : DispatchOptions
    language : {"zh", "en"}
        Of reasons and turns in the tables.
    before : Previous, optional
        Orders that are renewed: what is under way at ``options.at_min`` stays.
    progress : callable, optional

    Raises
    ------
    ProblemsError
        The incident no longer names what is under way.
    """
    began = time.monotonic()
    progress(Phrase("optimizer.dispatch.step_roads"), 0.0)
    start = first_orders(region, incident) if before is None else resume(region, incident, before, options.at_min)
    handed = hand_out(start.still.requests, start.still.sources.in_place)
    given = {one.request_id: 0.0 for one in handed}
    for one in handed:
        given[one.request_id] += one.units
    still = replace(start.still, requests=still_wanted(start.still.requests, given))
    clearing, roads = _cleared(region, start.form, start.places, still)
    planned = replace(incident, form=start.form)
    limit = options.time_limit_s if before is None else options.time_limit_s * RENEWED_SHARE
    found = solve_parts(
        region, planned, still, roads, time_limit_s=limit, seed=options.seed, progress=part(progress, 0.1, 0.6)
    )
    kept = None
    if before is not None:
        rest, anew = options.time_limit_s - limit, part(progress, 0.6, 0.8)
        free = solve_parts(
            region, planned, changes_free(still), roads, time_limit_s=rest, seed=options.seed, progress=anew
        )
        kept = stability(still, found, free)
    progress(Phrase("optimizer.dispatch.step_orders"), 0.8)
    tables = laid_out(region, incident, start, Decided(still, handed, clearing, roads, found), before, language)
    told = replace(incident, form=start.told)
    seconds, last = time.monotonic() - began, before.tables if before else None
    return Dispatch(region, told, options, tables, f"HiGHS {version('highspy')}", seconds, kept, last)


def _cleared(region: Region, form: IncidentForm, places: Places, still: Open) -> tuple[ClearingPlan | None, Roads]:
    """Decide what is cleared, and give the roads as they then reopen."""
    foot_kmh = region.settings.dispatch.foot_kmh
    if not (form.clearing.crews and form.clearing.work):
        return None, Roads(road_phases(region, form.roads), places, foot_kmh)
    works, places = works_of(region, form, places)
    plan = plan_clearing(LetThrough(region, form, places, still), form.clearing.crews, works)
    return plan, Roads(road_phases(region, form.roads, plan.cleared_min), places, foot_kmh)
