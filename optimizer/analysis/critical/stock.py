"""The stock by which a loss of road is judged: a plan's, or the region's as it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.first_stage import FirstStage
from optimizer.plan.folder import PlanFolder
from optimizer.plan.usable_stock import usable_stock
from optimizer.region.region import Region
from optimizer.region.scenarios import Scenario

OPEN = ("existing", "opened", "enlarged")
"""Decisions of a plan that leave a depot open."""


@dataclass(frozen=True)
class Stock:
    """What is held where, and for which events.

    Attributes
    ----------
    region : Region
        Without the planner's decisions where no plan has carried them out.
    depots : frozenset of str
        Sites that are open depots.
    held : DataFrame
        ``site_id``, ``item_id``, ``holding_mode``, ``quantity`` (units).
    legs : DataFrame
        ``scenario_id``, ``from_site_id``, ``to_site_id``, ``vehicle_class`` of the plan's shipments by road.
    scenarios : tuple of Scenario
    """

    region: Region
    depots: frozenset[str]
    held: pd.DataFrame
    legs: pd.DataFrame
    scenarios: tuple[Scenario, ...]

    def units(self, first: FirstStage) -> NDArray[np.float64]:
        """(J, I) units of each item at each source; an offer gives its own item alone."""
        total = self.held.groupby(["site_id", "holding_mode", "item_id"])["quantity"].sum()
        sources, items = first.sources, first.items["item_id"]
        key = pd.MultiIndex.from_arrays(
            [
                np.repeat(sources["site_id"].to_numpy(), len(items)),
                np.repeat(sources["mode"].to_numpy(), len(items)),
                np.tile(items.to_numpy(), len(sources)),
            ]
        )
        units = total.reindex(key).fillna(0.0).to_numpy(dtype=float).reshape(len(sources), len(items))
        own = sources["item_id"].to_numpy()[:, None]
        return np.where((own == "") | (own == items.to_numpy()[None, :]), units, 0.0)

    def of(self, scenario_id: str) -> Stock:
        """The same stock, for one event alone.

        Raises
        ------
        ProblemsError
            There is no such scenario, or the plan was not made for it.
        """
        chosen = tuple(one for one in self.scenarios if one.id == scenario_id)
        if not chosen:
            known = ", ".join(one.id for one in self.scenarios)
            what, mend = (
                Phrase("optimizer.cli.unknown_scenario"),
                Phrase("optimizer.cli.unknown_scenario_mend", known=known),
            )
            raise ProblemsError([Problem(what, mend, value=scenario_id)])
        return replace(self, scenarios=chosen, legs=self.legs[self.legs["scenario_id"] == scenario_id])


def present_stock(region: Region) -> Stock:
    """Take the region as it stands: depots that exist, and what of their stock outlasts the planning horizon."""
    sites = region.sites
    depots = frozenset(sites.loc[sites["kind"] == "depot", "site_id"])
    held = usable_stock(region).rename(columns={"existing": "quantity"})
    legs = pd.DataFrame(columns=["scenario_id", "from_site_id", "to_site_id", "vehicle_class"], dtype=object)
    return Stock(replace(region, overrides=()), depots, held, legs, region.scenarios)


def planned_stock(region: Region, plan: PlanFolder) -> Stock:
    """Take the region as a plan of it leaves it; see :func:`optimizer.analysis.plan_given.read_plan_of`."""
    tables = plan.tables
    depots = tables["depots"]
    sent = tables["shipments"]
    moving = sent[(sent["vehicle_class"] != "none") & (sent["from_site_id"] != sent["to_site_id"])]
    legs = moving[["scenario_id", "from_site_id", "to_site_id", "vehicle_class"]].drop_duplicates()
    planned = set(tables["scenarios"]["scenario_id"])
    return Stock(
        region,
        frozenset(depots.loc[depots["decision"].isin(OPEN), "site_id"]),
        tables["stock"][["site_id", "item_id", "holding_mode", "quantity"]],
        legs,
        tuple(scenario for scenario in region.scenarios if scenario.id in planned),
    )
