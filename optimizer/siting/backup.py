"""Pairs of depots that back a place up: two ways within the standard time without a common road, in every state."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from network.disjoint_ways import disjoint_pairs
from optimizer.plan.reach import MS_A_MINUTE, link_ms
from optimizer.siting.siting_case import SitingCase
from optimizer.siting.stated.sites import DEPOTS_DRIVE


def backup_pairs(case: SitingCase) -> NDArray[np.int64]:
    """(P, 4) state, place, depot and depot; see :mod:`network.disjoint_ways` for what makes ways disjoint.

    The way between road and site is driven at both ends: what the standard time leaves for the roads is less by that.
    """
    statement, region = case.statement, case.statement.region
    place = np.array(region.sites["site_id"])
    index = {site: number for number, site in enumerate(place)}
    ends = np.array([index[one] for one in statement.place_ids])
    starts = np.array([index[one] for one in statement.site_ids])
    node, access = region.snapping.node, region.snapping.access_min
    left_min = statement.limit_min - access[ends][:, None] - access[starts][None, :]
    usable = (left_min >= 0) & np.isfinite(left_min) & ~statement.sites["forbidden"].to_numpy(dtype=bool)
    within_ms = np.where(usable, left_min * MS_A_MINUTE, -1.0).astype(np.int64)
    found = [np.empty((0, 4), dtype=np.int64)]
    for number, state in enumerate(statement.states):
        sources = np.where(statement.lost[number], -1, node[starts])
        pairs = disjoint_pairs(region.roads, link_ms(region, state.roads, DEPOTS_DRIVE), node[ends], sources, within_ms)
        found.append(np.column_stack([np.full(len(pairs.place), number), pairs.place, pairs.first, pairs.second]))
    return np.concatenate(found).astype(np.int64)
