"""Every standard in force, checked on what a region holds before and after a plan, with the cheapest mend if short."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

import pandas as pd

from network.words import Language
from optimizer.plan.compliance.case import Case, Measured, ScenarioResults, by_site_and_item
from optimizer.plan.compliance.equipment import (
    check_satellite,
    check_satellite_all,
    check_village_kit,
    check_warden_set,
)
from optimizer.plan.compliance.mends import with_posts
from optimizer.plan.compliance.people import check_officers, check_team_in_town, check_team_people
from optimizer.plan.compliance.places import check_shelter_area, check_town_depot
from optimizer.plan.compliance.relief import check_relief_hours
from optimizer.plan.compliance.response import check_response
from optimizer.plan.plan_tables import STANDARDS
from optimizer.plan.reach import FREE
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.standards import Check, Rule

CHECKS: Mapping[Check, Callable[[Case, Rule], Measured]] = MappingProxyType(
    {
        "village_kit": check_village_kit,
        "satellite": check_satellite,
        "satellite_all": check_satellite_all,
        "warden_set": check_warden_set,
        "response": check_response,
        "town_depot": check_town_depot,
        "shelter_area": check_shelter_area,
        "team_people": check_team_people,
        "team_in_town": check_team_in_town,
        "officers": check_officers,
        "relief_hours": check_relief_hours,
    }
)


def check_standards(
    region: Region,
    holdings_before: pd.DataFrame,
    holdings_after: pd.DataFrame,
    depots_after: pd.DataFrame,
    *,
    results: ScenarioResults | None = None,
    posts: bool = True,
    state: RoadState = FREE,
    language: Language = "zh",
) -> pd.DataFrame:
    """Check every rule in force at every site, team or scenario that it speaks of.

    Parameters
    ----------
    region : Region
    holdings_before, holdings_after : DataFrame
        ``site_id``, ``item_id``, ``quantity``: stock held physically that is usable at the horizon, in units. Repeated
        pairs add up. Equipment counts at its own site only.
    depots_after : DataFrame
        Plan table ``depots``: ``site_id``, ``decision``.
    results : ScenarioResults, optional
        Without them, rules on relief are left out.
    posts : bool
        Work out the fewest posts that mend a rescue circle, which takes a solver; without, that mend stays empty.
    state : RoadState
        Of the roads that the rescue circles are driven on; by default dry roads by day that are all open.
    language : {"zh", "en"}
        Of names and units.

    Returns
    -------
    DataFrame
        The plan table ``standards``, rules in the region's order.
    """
    before, after = by_site_and_item(holdings_before), by_site_and_item(holdings_after)
    case = Case(region, before, after, depots_after, results, language, state)
    tables = [_checked(case, rule, posts) for rule in region.rules if rule.check != "relief_hours" or results]
    columns = [column.name for column in STANDARDS.columns]
    if not tables:
        return pd.DataFrame(columns=columns)
    return pd.concat(tables, ignore_index=True)[columns]


def _checked(case: Case, rule: Rule, posts: bool) -> pd.DataFrame:
    rows = CHECKS[rule.check](case, rule).table(rule)
    return with_posts(case, rule, rows) if posts and rule.check == "response" else rows
