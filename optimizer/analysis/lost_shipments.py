"""Which shipments of a plan lose their road, or take longer, when other roads are closed than it was made for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from optimizer.analysis.analysis_tables import LOST_SHIPMENTS
from optimizer.analysis.columns import JOINT, in_form
from optimizer.analysis.detours import CHANGED_MIN
from optimizer.analysis.road_case import RoadCase
from optimizer.plan.reach import drive_min


def lost_shipments(case: RoadCase, plan: Mapping[str, pd.DataFrame] | None) -> pd.DataFrame:
    """Shipments of the plan, over all its scenarios, that lose their road or take longer."""
    nothing = in_form(pd.DataFrame(), LOST_SHIPMENTS)
    if plan is None:
        return nothing
    sent = plan["shipments"]
    sent = sent[(sent["vehicle_class"] != "none") & (sent["from_site_id"] != sent["to_site_id"])]
    leg = ["from_site_id", "to_site_id", "vehicle_class"]
    loads = sent.groupby([*leg, "scenario_id"])["loads"].sum().groupby(level=leg).max()
    legs = sent.groupby(leg).agg(items=("item_id", _joined), scenarios=("scenario_id", _joined))
    legs = legs.assign(loads=loads).reset_index()
    parts = [_driven(case, str(name), rows) for name, rows in legs.groupby("vehicle_class")]
    if not parts:
        return nothing
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(lost=np.isinf(rows["after_min"]) & np.isfinite(rows["before_min"]))
    rows = rows[rows["lost"] | (rows["after_min"] > rows["before_min"] + CHANGED_MIN)]
    return in_form(rows.sort_values(["lost", *leg], ascending=[False, True, True, True]), LOST_SHIPMENTS)


def _driven(case: RoadCase, vehicle_class: str, legs: pd.DataFrame) -> pd.DataFrame:
    starts, ends = (list(dict.fromkeys(legs[column])) for column in ("from_site_id", "to_site_id"))
    start, end = (
        pd.Index(ids).get_indexer(pd.Index(legs[f"{way}_site_id"])) for way, ids in (("from", starts), ("to", ends))
    )
    before, after = (
        drive_min(case.region, state, vehicle_class, starts, ends).to_numpy()[start, end]
        for state in (case.all_open, case.now)
    )
    return legs.assign(before_min=before, after_min=after)


def _joined(values: pd.Series) -> str:
    return JOINT.join(dict.fromkeys(values))
