"""What a place holds of its own, and for how long that lasts its residents by the norms.

Only what lies at the place itself counts, physical and usable. Everybody who lives there is taken to live on it: an
item whose norm is *a person and day* lasts 24 h × held / (residents × share × norm); one that nobody holds lasts 0 h.
An item that is given out once does not run out: it covers so large a share of its need. How long the place lasts is
how long the first item of daily use lasts.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from optimizer.region.estimates import is_estimated
from optimizer.region.region import Region

HOURS_A_DAY = 24.0
DAILY = "person_day"


def holdings(region: Region, stock: pd.DataFrame, site_ids: Sequence[str]) -> pd.DataFrame:
    """List what each site holds of every item, and for how long it lasts.

    Parameters
    ----------
    region : Region
    stock : DataFrame
        ``site_id``, ``item_id``, ``quantity``, each pair once.
    site_ids : sequence of str

    Returns
    -------
    DataFrame
        ``site_id``, ``item_id``, ``use``, ``basis``, ``held``, ``need`` (a day, or once; NaN where residents are not
        known or the item has no norm), ``covered``, ``lasts_h`` (NaN but for items of daily use), ``estimated``.
    """
    items, norms = region.tables["items"], region.tables["norms"]
    people = region.sites[["site_id", "population", "estimated"]].rename(columns={"estimated": "site_marks"})
    norms = norms[["item_id", "quantity", "basis", "share", "estimated"]].rename(columns={"estimated": "norm_marks"})
    held = stock.rename(columns={"quantity": "held"})
    rows = pd.DataFrame({"site_id": list(site_ids)}, dtype=object).merge(items[["item_id", "use"]], how="cross")
    rows = rows.merge(people, on="site_id", how="left").merge(norms, on="item_id", how="left")
    rows = rows.merge(held[["site_id", "item_id", "held"]], on=["site_id", "item_id"], how="left")
    rows["held"] = rows["held"].fillna(0.0)
    rows["need"] = rows["population"].astype(float) * rows["share"] * rows["quantity"]
    with np.errstate(divide="ignore", invalid="ignore"):
        covered = rows["held"].to_numpy(float) / rows["need"].to_numpy(float)
    wanted = rows["basis"].notna().to_numpy()
    nothing = wanted & (rows["held"] == 0).to_numpy() & (rows["need"] != 0).to_numpy()
    rows["covered"] = np.where(nothing, 0.0, np.where(wanted, covered, np.nan))
    rows["lasts_h"] = np.where(rows["basis"] == DAILY, HOURS_A_DAY * rows["covered"], np.nan)
    guessed = is_estimated(rows["site_marks"], "population") | is_estimated(rows["norm_marks"], "quantity", "share")
    rows["estimated"] = np.where(guessed & wanted, "need;covered;lasts_h", "")
    return rows.drop(columns=["population", "site_marks", "norm_marks", "quantity", "share"])


def endurance(held: pd.DataFrame) -> pd.DataFrame:
    """How long each site lasts, and what runs out first.

    Parameters
    ----------
    held : DataFrame
        From :func:`holdings`.

    Returns
    -------
    DataFrame
        Indexed by ``site_id``: ``lasts_h`` (NaN where it cannot be told), ``first_out`` (item ids joined by ``;``),
        ``estimated`` (bool).
    """
    daily = held[held["basis"] == DAILY]
    # What cannot be told for one item cannot be told for the place, unless another item is at its end already.
    shortest = daily.groupby("site_id")["lasts_h"].transform("min")
    known = daily["lasts_h"].notna().groupby(daily["site_id"]).transform("all")
    told = daily[(daily["lasts_h"] == shortest) & (known | (shortest == 0)) & np.isfinite(daily["lasts_h"])]
    by_site = told.groupby("site_id")
    ends = pd.DataFrame(
        {
            "lasts_h": by_site["lasts_h"].first(),
            "first_out": by_site["item_id"].agg(";".join),
            # Nothing held is nothing left, however many people there are.
            "estimated": ((told["estimated"] != "") & (told["held"] > 0)).groupby(told["site_id"]).any(),
        }
    )
    sites = pd.Index(held["site_id"].unique(), name="site_id")
    return (
        ends.reindex(sites).fillna({"first_out": "", "estimated": False}).astype({"lasts_h": float, "estimated": bool})
    )


def lasts_until(lasts_h: pd.Series, wait_h: pd.Series) -> list[str]:
    """Whether what is held lasts for the hours until a road is open again: ``yes``, ``no`` or ``unknown``."""
    return [
        "no" if lasts == 0 else "unknown" if np.isnan(lasts) or np.isnan(wait) else "yes" if lasts >= wait else "no"
        for lasts, wait in zip(lasts_h, wait_h, strict=True)
    ]
