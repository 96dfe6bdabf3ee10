"""Which sites a scenario means: a :class:`~optimizer.region.scenarios.Where` as a mask over the sites table."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.shapes import contains
from optimizer.region.scenarios import Where

SETTLEMENTS = ("village", "community")


def selected(where: Where, sites: pd.DataFrame, folder: Path) -> NDArray[np.bool_]:
    """Mark the sites that ``where`` means.

    Parameters
    ----------
    where : Where
        Selectors given together must all hold; none given means every site.
    sites : DataFrame
        The sites table, in WGS-84.
    folder : Path
        Where a shape's file is looked for.

    Returns
    -------
    (k,) bool
    """
    mask = np.ones(len(sites), dtype=bool)
    if where.towns:
        mask &= (sites["town_id"].isin(where.towns) | sites["site_id"].isin(where.towns)).to_numpy()
    if where.sites:
        mask &= sites["site_id"].isin(where.sites).to_numpy()
    if where.hazards:
        listed = sites["hazards"].str.split(";").map(set)
        mask &= listed.map(lambda own: not own.isdisjoint(where.hazards)).to_numpy(dtype=bool)
    if where.within is not None:
        mask &= contains(where.within, sites["lon"].to_numpy(), sites["lat"].to_numpy(), folder)
    return mask
