"""Which of the lots that exist can be counted on at the end of the plan's year."""

from __future__ import annotations

import pandas as pd

from optimizer.region.region import Region


def usable_stock(region: Region) -> pd.DataFrame:
    """Sum the lots by site, item, owner and holding mode.

    A lot that expires within the horizon (``plan_date`` + ``horizon_months``) counts as expiring: it is to be used or
    rotated, and is not there when the event comes.

    Returns
    -------
    DataFrame
        ``site_id``, ``item_id``, ``owner``, ``holding_mode``, ``existing``, ``expiring`` (units).
    """
    stock = region.tables["stock"]
    expires = pd.to_datetime(stock["expiry"])
    good = expires.isna() | (expires > horizon(region))
    rows = stock.assign(existing=stock["quantity"].where(good, 0.0), expiring=stock["quantity"].where(~good, 0.0))
    key = ["site_id", "item_id", "owner", "holding_mode"]
    return rows.groupby(key, as_index=False)[["existing", "expiring"]].sum()


def horizon(region: Region) -> pd.Timestamp:
    """Last day of the plan: a lot must outlast it to count."""
    months = region.settings.parameters.horizon_months
    return pd.Timestamp(region.settings.plan_date) + pd.DateOffset(months=int(months), days=round(months % 1 * 30))
