"""Alternative routes: the way of supplies to each place whose time the closures change, before and after."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.analysis.analysis_tables import DETOURS
from optimizer.analysis.columns import in_form, site_columns
from optimizer.analysis.road_case import RoadCase
from optimizer.plan.routes import with_paths

CHANGED_MIN = 1e-6
"""Minutes by which a time must differ to have changed."""


def detours(
    case: RoadCase,
    before: pd.DataFrame,
    after: pd.DataFrame,
    free: NDArray[np.int32],
    shut: NDArray[np.int32],
) -> tuple[pd.DataFrame, NDArray[np.bool_]]:
    """Find the way from the nearest depot of the lifeline to each place whose time changed, before and after.

    Parameters
    ----------
    case : RoadCase
    before, after : DataFrame
        Access of the villages and communities.
    free, shut : (m,) int32
        Milliseconds over each link, before and after.

    Returns
    -------
    DataFrame
        Table ``routes``.
    (m,) bool
        Links of the ways round: driven to a place now that was reached by others before.
    """
    one, two = (table["lifeline_min"].to_numpy(dtype=float) for table in (before, after))
    with np.errstate(invalid="ignore"):
        same = (one == two) | (np.abs(one - two) <= CHANGED_MIN)
    parts = []
    for when, table, weights in (("before", before, free), ("after", after, shut)):
        legs = table[~same & np.isfinite(table["lifeline_min"])].reset_index()
        legs = legs.rename(
            columns={"site_id": "to_site_id", "lifeline_id": "from_site_id", "lifeline_min": "drive_min"}
        )
        parts.append(with_paths(case.region, weights, legs).assign(when=when))
    rows = pd.concat(parts, ignore_index=True)
    rows = rows.assign(
        to_name=site_columns(case.region, rows["to_site_id"])["site_name"], vehicle_class=case.vehicle_class
    )
    place = pd.Index(after.index).get_indexer(pd.Index(rows["to_site_id"]))
    order = np.lexsort((rows["when"] == "after", place))
    return in_form(rows.iloc[order].reset_index(drop=True), DETOURS), _round_about(rows, len(free))


def _round_about(rows: pd.DataFrame, link_count: int) -> NDArray[np.bool_]:
    used = {when: dict(zip(ways["to_site_id"], ways["links"], strict=True)) for when, ways in rows.groupby("when")}
    found = np.zeros(link_count, dtype=np.bool_)
    for place, links in used.get("after", {}).items():
        found[np.setdiff1d(links, used.get("before", {}).get(place, []))] = True
    return found
