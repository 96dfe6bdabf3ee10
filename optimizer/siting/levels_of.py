"""District, town and village depots of a region, and how long the one takes to supply the other."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.levels import NestedLevels
from optimizer.models.siting.openings import Openings, openings
from optimizer.plan.reach import drive_min
from optimizer.siting.siting_case import SitingCase
from optimizer.siting.stated.levels import LEVEL_OF
from optimizer.siting.stated.sites import DEPOTS_DRIVE


def site_levels(case: SitingCase) -> NDArray[np.int64]:
    """(m,) 1 village, 2 town, 3 district."""
    return np.array([LEVEL_OF[str(level)] for level in case.statement.sites["level"]], dtype=np.int64)


def nested_levels_of(case: SitingCase) -> NestedLevels:
    """Take the level of each site as it stands in the region; costs are those of the sites."""
    level = site_levels(case)
    parameters = case.statement.region.settings.siting
    return NestedLevels(
        (_only(case, level == 1), _only(case, level == 2), _only(case, level == 3)),
        supply_min(case),
        supply_weight=parameters.supply_weight,
        supply_cut_off_min=case.statement.standard.cut_off_min,
    )


def supply_min(case: SitingCase) -> NDArray[np.float64]:
    """(K, 2, m, m) minutes from the site of the column to that of the row, the same for both stages."""
    statement = case.statement
    ids, each = statement.site_ids, []
    for number, state in enumerate(statement.states):
        minutes = drive_min(statement.region, state.roads, DEPOTS_DRIVE, ids, ids).to_numpy().T
        lost = statement.lost[number]
        each.append(np.where(lost[:, None] | lost[None, :], np.inf, minutes))
    return np.repeat(np.array(each)[:, None], 2, axis=1)


def _only(case: SitingCase, mine: NDArray[np.bool_]) -> Openings:
    return openings(case.statement.site_ids, forbidden=~mine)
