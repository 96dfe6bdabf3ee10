"""The rescue circles: how soon the nearest station of a rule's kinds is at each town, village and community."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.plan.compliance.case import Case, Measured, estimated_sites, number_of
from optimizer.plan.reach import FREE, drive_min
from optimizer.region.region import Region
from optimizer.region.region_tables import STATION_KINDS
from optimizer.region.scenarios import RoadState
from optimizer.region.selection import SETTLEMENTS
from optimizer.region.standards import Rule

DRIVES = {kind: "fire_engine" if kind in ("fire_rescue", "fire_brigade") else "light_truck" for kind in STATION_KINDS}
"""What a station sends first: fire stations an engine, all others a light vehicle."""

MARGIN = 0.2
"""Share of speed by which each circle is reported slower and faster."""

_AT_THE_SCENE = frozenset({"built_up", "industrial"})
"""Area types of the rule of one, three and five minutes, which alone has two readings."""


@dataclass(frozen=True)
class Nearest:
    """Of n sites, each with the station that is there first.

    Attributes
    ----------
    drive_min : (n,) float
        Access at both ends included; infinite where no station reaches the site.
    station_id : (n,) object
        Empty where none does.
    """

    drive_min: NDArray[np.float64]
    station_id: NDArray[np.object_]


def check_response(case: Case, rule: Rule) -> Measured:
    """Sites of the rule's area types, each within so many minutes of a station; remote ones told, not judged."""
    sites, applies = _in_scope(case, rule)
    nearest = nearest_stations(case.region, rule.station_kinds, sites["site_id"], case.state)
    turnout = turnout_min(case.region, rule)
    reached = turnout + nearest.drive_min
    doubt = estimated_sites(case.region, sites["site_id"], "lon", "lat")
    doubt = doubt | estimated_sites(case.region, nearest.station_id, "lon", "lat")
    return Measured(
        subjects=case.subjects(sites),
        required=number_of(rule),
        reached=reached,
        before=reached,
        reached_slow=turnout + nearest.drive_min / (1 - MARGIN),
        reached_fast=turnout + nearest.drive_min / (1 + MARGIN),
        unit="min",
        at_most=True,
        applies=applies,
        estimated={
            "required": estimated_sites(case.region, sites["site_id"], "area_type"),
            "reached": doubt,
            "before": doubt,
        },
    )


def turnout_min(region: Region, rule: Rule) -> float:
    """Minutes from the call to wheels rolling that the rule's number includes, as the region reads it."""
    parameters = region.settings.parameters
    of_handling = bool(rule.area_types) and _AT_THE_SCENE.issuperset(rule.area_types)
    return parameters.turnout_min if of_handling and parameters.response_reading == "handling" else 0.0


def nearest_stations(
    region: Region, station_kinds: Sequence[str], site_ids: pd.Series, state: RoadState = FREE
) -> Nearest:
    """Find the station of ``station_kinds`` that is first at each site.

    Parameters
    ----------
    region : Region
    station_kinds : sequence of str
    site_ids : (n,) Series of str
    state : RoadState
        By default dry roads by day that are all open.
    """
    sites = region.sites
    best = np.full(len(site_ids), np.inf)
    first = np.full(len(site_ids), "", dtype=object)
    for vehicle_class in sorted({DRIVES[kind] for kind in station_kinds}):
        kinds = [kind for kind in station_kinds if DRIVES[kind] == vehicle_class]
        stations = sites.loc[(sites["kind"] == "station") & sites["station_kind"].isin(kinds), "site_id"]
        if stations.empty or not len(site_ids):
            continue
        minutes = drive_min(region, state, vehicle_class, list(stations), list(site_ids)).to_numpy()
        nearest = minutes.argmin(axis=0)
        soonest = minutes[nearest, np.arange(len(site_ids))]
        sooner = soonest < best
        best = np.where(sooner, soonest, best)
        first = np.where(sooner, stations.to_numpy()[nearest], first)
    return Nearest(best, first)


def post_cover(region: Region, rule: Rule, site_ids: pd.Series, state: RoadState = FREE) -> NDArray[np.bool_]:
    """(n, n) whether a post at site j would keep the rule's time at site i; at its own site it always does."""
    vehicle_classes, ids = sorted({DRIVES[kind] for kind in rule.station_kinds}), list(site_ids)
    most = number_of(rule) - turnout_min(region, rule)
    minutes = np.min([drive_min(region, state, name, ids, ids).to_numpy() for name in vehicle_classes], axis=0)
    cover: NDArray[np.bool_] = (most >= minutes.T) | np.eye(len(site_ids), dtype=np.bool_)
    return cover


def _in_scope(case: Case, rule: Rule) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Sites that the rule speaks of, and where it judges.

    Places of a remote or of no area type stand under the widest circle only, for information.
    """
    sites = case.sites("town", *SETTLEMENTS)
    judged = sites["area_type"].isin(rule.area_types)
    told = sites["area_type"].isin(["remote", ""]) & (sites["kind"] != "town") & _is_widest(case, rule)
    shown = (judged | told).to_numpy()
    return sites[shown].reset_index(drop=True), judged.to_numpy()[shown]


def _is_widest(case: Case, rule: Rule) -> bool:
    circles = [other for other in case.region.rules if other.check == "response"]
    return rule.id == max(circles, key=lambda other: (number_of(other), other.id)).id
