"""Sizes in which each site can be built, for the model that counts what a depot holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.models.siting.sizes import Sizes, building_sizes
from optimizer.siting.stated.statement import Statement


@dataclass(frozen=True)
class Building:
    """Sizes of m sites, at most L of each.

    Attributes
    ----------
    names : (m, L) object
        Names of the sizes; empty for a depot as it stands, and where there are fewer.
    sizes : Sizes
    """

    names: NDArray[np.object_]
    sizes: Sizes


def building(statement: Statement) -> Building:
    """Take the sizes of the region: a depot may stay as it stands or be enlarged, a candidate is built in one size.

    What a planner has decided is the only size of its site. The first year's running is paid with the building, so a
    cost of c_fixed + c_yearly now counts annuity × c_fixed + c_yearly a year.
    """
    region = statement.region
    table, storage = region.tables["sizes"], region.sites.set_index("site_id")["storage_m3"].fillna(0.0).to_dict()
    decided = {one.site_id: one.size for one in region.overrides if one.decision == "open" and one.size}
    options = [
        _of_site(row, storage[str(row.site_id)], table, decided.get(str(row.site_id), ""))
        for row in statement.sites.itertuples(index=False)
    ]
    most = max(len(one) for one in options)
    shape = (len(options), most)
    names = np.full(shape, "", dtype=object)
    capacity, fixed, yearly = np.zeros(shape), np.zeros(shape), np.zeros(shape)
    available = np.zeros(shape, dtype=bool)
    for j, own in enumerate(options):
        for k, (name, held, once, each_year) in enumerate(own):
            names[j, k], capacity[j, k], fixed[j, k], yearly[j, k] = name, held, once, each_year
            available[j, k] = True
    annuity = region.settings.siting.annuity_share
    sizes = building_sizes(
        capacity,
        fixed_cost=fixed + yearly,
        yearly_cost=(1.0 - annuity) * yearly,
        available=available,
        annuity=annuity,
    )
    return Building(names, sizes)


def _of_site(
    row: object, standing_m3: float, table: pd.DataFrame, decided: str
) -> list[tuple[str, float, float, float]]:
    """Name, cubic metres, CNY once and CNY a year of every size of a site, with the running of what stands."""
    existing, site_id = bool(row.existing), row.site_id  # type: ignore[attr-defined]
    running = float(row.running_cost_cny)  # type: ignore[attr-defined]
    own = table[table["site_id"] == site_id]
    if decided:
        own = own[own["size"] == decided]
    held = standing_m3 if existing else 0.0
    sizes = [
        (str(one.size), held + float(one.storage_m3), float(one.fixed_cost_cny), running + float(one.yearly_cost_cny))
        for one in own.itertuples(index=False)
    ]
    as_it_stands = [("", standing_m3, 0.0, running)] if existing and not decided else []
    return [*as_it_stands, *sizes] or [("", 0.0, 0.0, 0.0)]
