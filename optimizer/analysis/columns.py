"""The form that rows of an analysis are handed out in."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

from optimizer.region.region import Region
from optimizer.region.schema import Kind, Table

JOINT = ";"
"""Between several names or ids in one cell."""

_TYPES: dict[Kind, type] = {Kind.NUMBER: float, Kind.YES_NO: bool}


def in_form(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """Columns of ``table`` in its order and of its types; times that are infinite, for want of a way, are empty."""
    shaped = rows.reindex(columns=[column.name for column in table.columns]).replace([np.inf, -np.inf], np.nan)
    return shaped.astype({column.name: _TYPES.get(column.kind, object) for column in table.columns})


def site_columns(region: Region, site_ids: Sequence[str] | pd.Series) -> dict[str, Any]:
    """Name, kind, name of the town and residents of sites, under the columns of the analysis tables."""
    sites = region.sites.set_index("site_id")
    rows = sites.reindex(list(site_ids))
    return {
        "site_name": rows["name"].to_numpy(),
        "kind": rows["kind"].to_numpy(),
        "town_name": rows["town_id"].map(sites["name"]).fillna("").to_numpy(),
        "people": rows["population"].to_numpy(dtype=float, na_value=np.nan),
    }
