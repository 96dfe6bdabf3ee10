"""Within how many minutes of driving each place must be reached, and by which rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.compliance.case import number_of
from optimizer.plan.compliance.response import turnout_min
from optimizer.region.region import Region
from optimizer.region.standards import Rule
from optimizer.siting.stated.options import SitingOptions

MINUTES_AN_HOUR = 60.0


@dataclass(frozen=True)
class StandardTimes:
    """Standard times of n places.

    Attributes
    ----------
    minutes : (n,) float
        Of driving, from door to door; infinite where no rule judges.
    rule_id : (n,) object
        By which a place is judged, and which says what kinds of station count there; empty where none does.
    judged : (n,) bool
    cut_off_min : float
        Minutes that count where nothing arrives, and at most.
    by_hand : bool
        The minutes are not those of the rules.
    """

    minutes: NDArray[np.float64]
    rule_id: NDArray[np.object_]
    judged: NDArray[np.bool_]
    cut_off_min: float
    by_hand: bool = False


def circles(region: Region) -> tuple[Rule, ...]:
    """Rules of the rescue circles in force."""
    return tuple(rule for rule in region.rules if rule.check == "response")


def circle_kinds(region: Region) -> tuple[str, ...]:
    """Kinds of station that any rescue circle is measured from."""
    return tuple(dict.fromkeys(kind for rule in circles(region) for kind in rule.station_kinds))


def standard_times(region: Region, options: SitingOptions, places: pd.DataFrame) -> StandardTimes:
    """Find the standard time of each village and community.

    Depots: the hours of RELIEF-10H less mobilising and loading. Stations: the rescue circle of the place's area type,
    less the turnout where its number includes that; remote hamlets and places of no area type are not judged. Minutes
    that were asked for stand in place of these times alone: whom a circle judges, and what kinds of station count for
    it, remains.

    Raises
    ------
    ProblemsError
        No rule gives a time, and none was asked for; or no circle says what kinds of station count.
    """
    cut_off = _relief_min(region, _late_hours(region))
    if options.sites == "depots":
        rules = _relief_rules(region)
        limit = cut_off if rules else np.inf
        times = StandardTimes(
            np.full(len(places), limit),
            np.full(len(places), rules[0].id if rules else "", dtype=object),
            np.full(len(places), bool(rules)),
            cut_off,
        )
    else:
        times = _circle_times(region, places["area_type"], cut_off)
    judged = times.judged | (options.sites == "depots" and options.minutes is not None)
    if not judged.any():
        what = Phrase(f"optimizer.siting.no_standard_{options.sites}")
        raise ProblemsError([Problem(what, Phrase(f"optimizer.siting.no_standard_{options.sites}_mend"))])
    if options.minutes is None:
        return times
    return replace(times, minutes=np.where(judged, options.minutes, np.inf), judged=judged, by_hand=True)


def _circle_times(region: Region, area_types: pd.Series, cut_off: float) -> StandardTimes:
    minutes = np.full(len(area_types), np.inf)
    rule_id = np.full(len(area_types), "", dtype=object)
    for rule in circles(region):
        within = area_types.isin(rule.area_types).to_numpy()
        limit = max(number_of(rule) - turnout_min(region, rule), 0.0)
        stricter = within & (limit < minutes)
        minutes[stricter], rule_id[stricter] = limit, rule.id
    return StandardTimes(minutes, rule_id, np.isfinite(minutes), cut_off)


def _relief_rules(region: Region) -> Sequence[Rule]:
    """Rules on relief hours in force, the strictest first."""
    return sorted((rule for rule in region.rules if rule.check == "relief_hours"), key=number_of)


def _late_hours(region: Region) -> float:
    rules = _relief_rules(region)
    return number_of(rules[0]) if rules else region.settings.parameters.late_horizon_h


def _relief_min(region: Region, hours: float) -> float:
    """Minutes of driving that mobilising and loading leave of so many hours."""
    parameters = region.settings.parameters
    return max(hours * MINUTES_AN_HOUR - parameters.mobilise_min - parameters.loading_min, 0.0)
