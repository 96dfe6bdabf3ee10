"""Rules that depend on roads, before and after: the rescue circles, and whether relief can come in time at all.

A rescue circle is checked as in a plan, on the other state of the roads. Of relief within so many hours only what roads
decide is checked: the first vehicle from a depot where anything lies arrives when the event is told, the goods are
loaded and the way is driven. Whether so much lies there as is wanted is for the plan's own check.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.analysis.analysis_tables import BROKEN
from optimizer.analysis.columns import in_form, site_columns
from optimizer.plan.compliance.case import TOLERANCE, estimated_sites, number_of
from optimizer.plan.compliance.response import MARGIN
from optimizer.plan.compliance.standards import check_standards
from optimizer.region.estimates import join_marks
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.standards import Rule

MINUTES_AN_HOUR = 60.0


def circles(region: Region, state: RoadState) -> pd.DataFrame:
    """Check the rescue circles on a state of the roads: rows of the plan table ``standards``."""
    rules = tuple(rule for rule in region.rules if rule.check == "response")
    nothing = pd.DataFrame({"site_id": [], "item_id": [], "quantity": []})
    return check_standards(replace(region, rules=rules), nothing, nothing, pd.DataFrame(), posts=False, state=state)


def compared_circles(before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Set the circles after beside those before, as rows of the table ``standards`` of a what-if."""
    rows = after.assign(
        outcome_before=before["outcome"],
        outcome_after=after["outcome"],
        before=before["reached"],
        after=after["reached"],
        after_slow=after["reached_slow"],
        after_fast=after["reached_fast"],
    )
    return _form(rows)


def compared_relief(region: Region, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    """Compare when relief can be at each place at the earliest.

    Parameters
    ----------
    region : Region
    before, after : DataFrame
        Access of the villages and communities, with ``stocked_min``.
    """
    told = [_relief(region, rule, before, after) for rule in region.rules if rule.check == "relief_hours"]
    return pd.concat(told, ignore_index=True) if told else in_form(pd.DataFrame(), BROKEN)


def _relief(region: Region, rule: Rule, before: pd.DataFrame, after: pd.DataFrame) -> pd.DataFrame:
    ids, required = list(after.index), number_of(rule)
    parameters = region.settings.parameters

    def arrival_h(table: pd.DataFrame, speed: float = 1.0) -> NDArray[np.float64]:
        drive = table["stocked_min"].to_numpy(dtype=float) / speed
        found: NDArray[np.float64] = (parameters.mobilise_min + parameters.loading_min + drive) / MINUTES_AN_HOUR
        return found

    columns = site_columns(region, ids)
    doubt = estimated_sites(region, ids, "lon", "lat")
    rows = pd.DataFrame(
        {
            "rule_id": rule.id,
            "subject_id": ids,
            "subject_name": columns["site_name"],
            "town_name": columns["town_name"],
            "required": required,
            "before": arrival_h(before),
            "after": arrival_h(after),
            "after_slow": arrival_h(after, 1 - MARGIN),
            "after_fast": arrival_h(after, 1 + MARGIN),
            "unit": rule.unit,
            "standing": rule.standing,
            "estimated": join_marks({"before": doubt, "after": doubt}),
        }
    )
    judge = _judge(required)
    return _form(rows.assign(outcome_before=rows["before"].map(judge), outcome_after=rows["after"].map(judge)))


def _judge(required: float) -> Callable[[float], str]:
    return lambda reached: "met" if reached <= required * (1 + TOLERANCE) else "short"


def _form(rows: pd.DataFrame) -> pd.DataFrame:
    breaks = (rows["outcome_before"] == "met") & (rows["outcome_after"] == "short")
    return in_form(rows.assign(breaks=breaks), BROKEN)
