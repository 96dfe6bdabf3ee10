"""What if these roads are closed: every site before and after, what breaks, who is cut off, which ways remain.

Before and after differ by the closures alone: night and weather hold in both. What counts as reached is said in
:mod:`optimizer.analysis.access`.
"""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.chainage import StakedStretch
from network.closed_links import matched_links, staked_stretches
from network.closures import Closure
from network.customization import UNREACHABLE
from network.roads import RoadNetwork
from network.speeds import Rain
from optimizer.analysis.access import GROUPS, ISOLATED, SUPPLIES_DRIVE, statuses
from optimizer.analysis.analysis_tables import CLOSED, SITES, WHATIF_TABLES
from optimizer.analysis.barriers import Barriers, barriers, in_force
from optimizer.analysis.circles import circles, compared_circles, compared_relief
from optimizer.analysis.columns import in_form, site_columns
from optimizer.analysis.detours import detours
from optimizer.analysis.isolation import Isolation, isolation_from
from optimizer.analysis.lost_shipments import lost_shipments
from optimizer.analysis.road_case import RoadCase
from optimizer.analysis.sources import Sources, sources_as_they_stand, sources_of_plan
from optimizer.plan.reach import link_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState


@dataclass(frozen=True)
class Baseline:
    """The roads before any closure: the same for every what-if on a region, so worth keeping.

    Attributes
    ----------
    sources : Sources
    state : RoadState
        Night and weather, no closures.
    vehicle_class : str
    access : DataFrame
        Of every site; see :func:`optimizer.analysis.access.access`.
    circles : DataFrame
        See :func:`optimizer.analysis.circles.circles`.
    """

    sources: Sources
    state: RoadState
    vehicle_class: str
    access: pd.DataFrame
    circles: pd.DataFrame


@dataclass(frozen=True)
class WhatIf:
    """What closures do.

    Attributes
    ----------
    region : Region
        Its folder is where files that closures name were looked for.
    closures : tuple of Closure
    options : mapping of str to object
        What was asked for: hour, vehicle, night, rain, speed, whether by a plan.
    tables : mapping of str to DataFrame
        Every table of :data:`~optimizer.analysis.analysis_tables.WHATIF_TABLES`.
    closed, slowed, opened : (m,) bool
        Links that are closed, take longer, or are temporary and laid, for the vehicle that carries supplies.
    round_about : (m,) bool
        Links of the ways round.
    stretches : tuple of StakedStretch
        Where closures by stakes lie, and how exactly.
    seconds : float
    """

    region: Region
    closures: tuple[Closure, ...]
    options: Mapping[str, object]
    tables: Mapping[str, pd.DataFrame]
    closed: NDArray[np.bool_]
    slowed: NDArray[np.bool_]
    opened: NDArray[np.bool_]
    round_about: NDArray[np.bool_]
    stretches: tuple[StakedStretch, ...]
    seconds: float

    @property
    def at_h(self) -> float | None:
        """Hours after the event at which it was looked."""
        hour = self.options["at_h"]
        return None if hour is None else float(str(hour))


def baseline(
    region: Region,
    *,
    plan: Mapping[str, pd.DataFrame] | None = None,
    vehicle_class: str = SUPPLIES_DRIVE,
    night: bool = False,
    rain: Rain = "dry",
    speed_factor: float = 1.0,
) -> Baseline:
    """Look at the roads before any closure.

    Parameters
    ----------
    region : Region
    plan : mapping of str to DataFrame, optional
        Tables of a plan, whose depots and stock count; by default those that stand.
    vehicle_class : str
        What carries supplies.
    night : bool
    rain : {"dry", "rain", "heavy_rain"}
    speed_factor : float
        Speeds times this.

    Raises
    ------
    ProblemsError
        No depot is open.
    """
    sources = sources_as_they_stand(region) if plan is None else sources_of_plan(region, plan)
    state = RoadState(night=night, rain=rain, speed_factor=speed_factor)
    case = RoadCase(region, sources, state, vehicle_class)
    found = case.access(state, list(region.sites["site_id"]))
    return Baseline(sources, state, vehicle_class, found, circles(region, state))


def what_if(
    region: Region,
    closures: Sequence[Closure],
    *,
    folder: Path | None = None,
    before: Baseline | None = None,
    plan: Mapping[str, pd.DataFrame] | None = None,
    at_h: float | None = None,
) -> WhatIf:
    """Close roads and compare.

    Parameters
    ----------
    region : Region
    closures : sequence of Closure
    folder : Path, optional
        Where files that closures name are looked for; by default the region's.
    before : Baseline, optional
        With vehicle, night and speed; by default that of :func:`baseline`, by day and dry, for the same plan.
    plan : mapping of str to DataFrame, optional
        Tables of a plan, whose shipments are looked at.
    at_h : float, optional
        Hours after the event. Without it every closure is in force, whatever its hours.

    Raises
    ------
    ProblemsError
        Closures that match nothing, all at once; or no depot is open. Nothing is written.
    """
    began = time.monotonic()
    was = before or baseline(region, plan=plan)
    # Shapes of the closures lie beside the closures' file.
    home = region if folder is None else replace(region, folder=Path(folder))
    state = was.state.model_copy(update={"closures": tuple(closures)})
    case = RoadCase(home, was.sources, state, was.vehicle_class, at_h)
    barred = barriers(home, state, case.vehicle_class, at_h)
    free, shut = (link_ms(home, one, case.vehicle_class) for one in (case.all_open, case.now))
    after = case.access(case.now, list(was.access.index))
    places = case.settlements
    alone = isolation_from(case, after.loc[places], was.access.loc[places], barred)
    told = [
        compared_circles(was.circles, circles(home, case.now)),
        compared_relief(home, was.access.loc[places], after.loc[places]),
    ]
    routes, round_about = detours(case, was.access.loc[places], after.loc[places], free, shut)
    tables = {
        "sites": _sites(home, was.access, after),
        "standards": pd.concat([rows for rows in told if len(rows)] or told[:1], ignore_index=True),
        "isolated": alone.isolated,
        "holdings": alone.holdings,
        "routes": routes,
        "closures": _closed(case, barred, alone),
        "shipments": lost_shipments(case, plan),
    }
    options = {
        "plan": plan is not None,
        "at_h": at_h,
        "vehicle_class": was.vehicle_class,
        "night": was.state.night,
        "rain": was.state.rain,
        "speed_factor": was.state.speed_factor,
    }
    was_open, is_open = free < UNREACHABLE, shut < UNREACHABLE
    changed = was_open & ~is_open, was_open & is_open & (shut > free), is_open & ~was_open
    ordered = {table.name: tables[table.name] for table in WHATIF_TABLES}
    stretches, seconds = staked_stretches(closures, home.roads), time.monotonic() - began
    return WhatIf(home, tuple(closures), options, ordered, *changed, round_about, stretches, seconds)


def _sites(region: Region, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Times of every site before and after, and whether the closures isolate it."""
    was, now = statuses(before, before), statuses(after, before)
    columns: dict[str, object] = {"status_before": was, "status_after": now}
    for group in GROUPS:
        one, two = (table[f"{group}_min"].to_numpy(dtype=float) for table in (before, after))
        with np.errstate(invalid="ignore"):
            change = two - one
        columns |= {f"{group}_before_min": one, f"{group}_after_min": two, f"{group}_change_min": change}
    columns["isolated"] = (was != now) & np.isin(now, ISOLATED)
    rows = pd.DataFrame(columns).assign(site_id=after.index, **site_columns(region, list(after.index)))
    return in_form(rows, SITES)


def _closed(case: RoadCase, barred: Barriers, alone: Isolation) -> pd.DataFrame:
    """What each closure closes, and whom it cuts off."""
    people = alone.isolated["people"].fillna(0.0).to_numpy(dtype=float)
    rows = []
    for number, closure in enumerate(barred.closures):
        links = matched_links(closure, case.region.roads, case.region.folder)
        cut = np.array([number in one.closures for one in alone.cuts], dtype=np.bool_)
        rows.append(
            {
                "name": closure.name,
                "effect": _effect(closure, barred.shut[number]),
                "in_force": in_force(closure, case.at_h),
                "from_h": closure.from_h,
                "to_h": closure.to_h,
                "links": len(links),
                "length_km": length_km(case.region.roads, links),
                "places": int(cut.sum()),
                "people": float(people[cut].sum()),
            }
        )
    return in_form(pd.DataFrame(rows), CLOSED)


def _effect(closure: Closure, shut: NDArray[np.int64]) -> str:
    """What a closure does to the chosen vehicle."""
    if len(shut):
        return "closed"
    if closure.opened:
        return "opened"
    return "none" if closure.slowed is None and closure.delay_min is None else "slowed"


def length_km(roads: RoadNetwork, links: NDArray[np.integer]) -> float:
    """Length of links, the two directions of a piece of road counted once."""
    low, high = np.minimum(roads.tail, roads.head)[links], np.maximum(roads.tail, roads.head)[links]
    _, first = np.unique(np.column_stack([roads.way_id[links], low, high]), axis=0, return_index=True)
    return float(roads.length_m[links][first].sum()) / 1000
