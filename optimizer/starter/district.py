"""What the supposed tables of a starter region are worked out from, want above all.

Want is measured by the region's own norms and scenarios: of each item, the mean over the scenarios of what the people
in need at places that the district depot still reaches would want. The opening stock, the fleet, the offers and the
district's budget are shares of it (``datasets/starter/rules.yaml``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import Language
from optimizer.starter.defaults import Defaults

DISTRICT_PAYER = "P-district"


@dataclass(frozen=True)
class District:
    """What the supposed tables are worked out from.

    Attributes
    ----------
    towns, places : DataFrame
        As in :class:`~optimizer.starter.settlements.Settlements`, places with hazards and wardens; towns with
        wardens and ``depot_id``, empty where there is none.
    depot_id : str
        The district's depot.
    suppliers : tuple of str
    candidates : DataFrame
        site_id, town (row of ``towns``; −1: the district's).
    want : (i,) float64
        Mean want of each norm's item, in its unit.
    defaults : Defaults
    plan_date : date
    language : {"zh", "en"}
    """

    towns: pd.DataFrame
    places: pd.DataFrame
    depot_id: str
    suppliers: tuple[str, ...]
    candidates: pd.DataFrame
    want: NDArray[np.float64]
    defaults: Defaults
    plan_date: date
    language: Language

    @property
    def relief(self) -> pd.DataFrame:
        """The items that have a norm, in the norms' order, with ``want``."""
        items = self.defaults.items.set_index("item_id").loc[self.defaults.norms["item_id"]].reset_index()
        return items.assign(want=self.want)

    def town_depots(self) -> pd.DataFrame:
        """The towns that have a depot, with ``payer_id``."""
        payer = [self.payer_of(town) for town in range(len(self.towns))]
        return self.towns.assign(payer_id=payer)[self.towns["depot_id"] != ""]

    def payer_of(self, town: int) -> str:
        """Payer of a town's own; −1 is the district."""
        return DISTRICT_PAYER if town < 0 else f"P-{self.towns['site_id'].iloc[town]}"


def people_want(people: NDArray[np.float64], days: float, norms: pd.DataFrame) -> NDArray[np.float64]:
    """What ``people`` in need want in ``days``.

    Parameters
    ----------
    people : (…,) float64
    days : float
    norms : DataFrame
        The norms table, i rows.

    Returns
    -------
    (…, i) float64
        In each item's unit.
    """
    times = np.where(norms["basis"] == "person_day", days, 1.0)
    each = norms["quantity"].to_numpy() * norms["share"].to_numpy() * times
    wanted: NDArray[np.float64] = np.asarray(people)[..., None] * each
    return wanted
