"""What it costs a year to keep a depot that stands, where no table says: as much as building sizes of its volume.

The sizes of the region's candidates give CNY a year by volume. Between them, and below the smallest down to nothing,
the cost of a depot lies on the straight line; beyond the largest it is the largest's, by cubic metre. It is always an
estimate.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.region.region import Region


def running_cost_cny(region: Region, depots: pd.DataFrame) -> NDArray[np.float64]:
    """(k,) CNY a year of rows of the sites table; 0 where a depot's volume or every size is unknown."""
    sizes, sites = region.tables["sizes"], region.sites
    candidates = sites.loc[sites["kind"] == "candidate", "site_id"]
    own = sizes[sizes["site_id"].isin(candidates) & (sizes["storage_m3"] > 0)]
    volume = depots["storage_m3"].fillna(0.0).to_numpy(dtype=float)
    if own.empty:
        return np.zeros(len(volume))
    yearly = own.groupby("storage_m3")["yearly_cost_cny"].mean().sort_index()
    known = np.concatenate([[0.0], yearly.index.to_numpy(dtype=float)])
    cost = np.concatenate([[0.0], yearly.to_numpy(dtype=float)])
    beyond = np.maximum(volume / known[-1], 1.0)
    found: NDArray[np.float64] = np.interp(volume, known, cost) * beyond
    return found
