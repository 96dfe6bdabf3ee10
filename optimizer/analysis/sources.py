"""From where places are supplied and helped: open depots, what lies in them, stations."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.usable_stock import usable_stock
from optimizer.region.region import Region

DISTRICT_LEVELS = ("district", "municipal", "central")
"""Levels of the depots that are the district's reserve, or above it."""
TOWN_LEVELS = ("town",)
NOT_OPEN = ("closed", "not_chosen")


@dataclass(frozen=True)
class Sources:
    """What places are reached from.

    Attributes
    ----------
    depots : DataFrame
        ``site_id``, ``level``, ``town_id`` of depots that are open: those that stand, or those that a plan leaves open
        or opens. Depots of villages are left out: what they hold is counted at the place.
    stock : DataFrame
        ``site_id``, ``item_id``, ``quantity``: physical and usable, anywhere.
    station_kinds : tuple of str
        Kinds of stations that the region's rescue circles name; all kinds, where it has no circle.
    """

    depots: pd.DataFrame
    stock: pd.DataFrame
    station_kinds: tuple[str, ...]

    @property
    def lifeline(self) -> list[str]:
        """Depots that a place must be reached from so as not to be isolated: of district level, else any."""
        district = self.depots["level"].isin(DISTRICT_LEVELS)
        return list(self.depots.loc[district if district.any() else slice(None), "site_id"])

    @property
    def stocked(self) -> list[str]:
        """Open depots in which anything lies."""
        held = self.stock.loc[self.stock["quantity"] > 0, "site_id"]
        return list(self.depots.loc[self.depots["site_id"].isin(held), "site_id"])


def sources_as_they_stand(region: Region) -> Sources:
    """Give the depots and the stock that exist."""
    stock = usable_stock(region)
    open_now = region.sites.loc[region.sites["kind"] == "depot", "site_id"]
    return _sources(region, open_now, stock.assign(quantity=stock["existing"]))


def sources_of_plan(region: Region, tables: Mapping[str, pd.DataFrame]) -> Sources:
    """Give the depots and the stock as a plan leaves them.

    Parameters
    ----------
    region : Region
    tables : mapping of str to DataFrame
        The plan's tables.
    """
    depots = tables["depots"]
    return _sources(region, depots.loc[~depots["decision"].isin(NOT_OPEN), "site_id"], tables["stock"])


def _sources(region: Region, open_now: pd.Series, stock: pd.DataFrame) -> Sources:
    sites = region.sites
    chosen = sites["site_id"].isin(open_now) & sites["level"].isin((*DISTRICT_LEVELS, *TOWN_LEVELS))
    depots = sites.loc[chosen, ["site_id", "level", "town_id"]].reset_index(drop=True)
    if depots.empty:
        what, mend = Phrase("optimizer.isolation.no_depot"), Phrase("optimizer.isolation.no_depot_mend")
        raise ProblemsError([Problem(what, mend, file="sites.csv", column="kind")])
    physical = stock[stock["holding_mode"] == "physical"]
    held = physical.groupby(["site_id", "item_id"])[["quantity"]].sum().reset_index()
    kinds = {kind for rule in region.rules if rule.check == "response" for kind in rule.station_kinds}
    every = set(sites.loc[sites["kind"] == "station", "station_kind"]) - {""}
    return Sources(depots, held, tuple(sorted(kinds or every)))
