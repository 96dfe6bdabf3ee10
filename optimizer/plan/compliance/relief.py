"""The check of relief: in every scenario, the share of basic want that is met within so many hours."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.plan.compliance.case import Case, Measured, ScenarioResults, number_of
from optimizer.plan.demand import people_in_need, wanted_units
from optimizer.region.estimates import is_estimated
from optimizer.region.region import Region
from optimizer.region.scenarios import Scenario
from optimizer.region.standards import Rule

BASIC_PRIORITY = 1
"""Priority of the items that count as basic relief."""


@dataclass(frozen=True)
class Relief:
    """Basic relief in one scenario.

    Attributes
    ----------
    wanted, missing : float
        Person-items wanted, and those that are not shown to arrive within the hours.
    cost_cny : float
        What the missing units would cost to buy.
    stock_only : bool
        Nothing but stock is missing: no road, vehicle or time.
    estimated, cost_estimated : bool
    """

    wanted: float
    missing: float
    cost_cny: float
    stock_only: bool
    estimated: bool
    cost_estimated: bool

    @property
    def share(self) -> float:
        """Share of the wanted person-items that arrives within the hours; 1 where nothing is wanted."""
        return 1.0 if self.wanted <= 0 else 1.0 - self.missing / self.wanted


def check_relief_hours(case: Case, rule: Rule) -> Measured:
    """All basic want is met within the hours, scenario by scenario."""
    assert case.results is not None
    scenarios = [scenario for scenario in case.region.scenarios if _planned_for(scenario, case.results)]
    found = [relief_share(case.region, scenario, case.results, number_of(rule)) for scenario in scenarios]
    before = [case.results.relief_before.get(scenario.id, np.nan) for scenario in scenarios]
    subjects = pd.DataFrame(
        {
            "subject_id": [scenario.id for scenario in scenarios],
            "subject_name": [scenario.name.say(case.language) for scenario in scenarios],
            "town_name": "",
        }
    )
    doubt = np.array([relief.estimated for relief in found], dtype=bool)
    return Measured(
        subjects=subjects,
        required=1.0,
        reached=np.array([relief.share for relief in found]),
        before=np.array(before),
        unit="1",
        mend=np.array(["more_relief" if relief.stock_only else "more_relief_and_transport" for relief in found]),
        mend_quantity=np.array([relief.missing for relief in found]),
        mend_cost_cny=np.array([relief.cost_cny for relief in found]),
        estimated={
            "reached": doubt,
            "before": doubt,
            "mend_cost_cny": np.array([relief.cost_estimated for relief in found], dtype=bool),
        },
    )


def relief_share(region: Region, scenario: Scenario, results: ScenarioResults, hours: float) -> Relief:
    """Work out how much basic want is met within ``hours``.

    What a plan calls on time arrives by the item's deadline. Where that is later than ``hours``, only what is held on
    the spot counts, because nothing else is shown to be there in time.
    """
    wants = _basic_wants(region, scenario)
    failed = results.unmet[results.unmet["scenario_id"] == scenario.id]
    wants = wants.merge(failed[["site_id", "item_id", "late", "unmet", "reason"]], how="left")
    by_deadline = wants["late"].fillna(0) + wants["unmet"].fillna(0)
    on_the_spot = wants.merge(_on_the_spot(scenario, results), how="left")["quantity"].fillna(0)
    missing = by_deadline.where(wants["deadline_h"] <= hours, wants["units"] - on_the_spot.to_numpy()).clip(lower=0)
    reasons = set(wants.loc[missing > 0, "reason"].fillna(""))
    items = region.tables["items"].set_index("item_id")
    price = items["price_cny"].reindex(wants["item_id"]).to_numpy(dtype=float)
    price_doubt = pd.Series(is_estimated(items["estimated"], "price_cny"), index=items.index)
    return Relief(
        wanted=float((wants["units"] / wants["per_person"]).sum()),
        missing=float((missing / wants["per_person"]).sum()),
        cost_cny=float((missing * price).sum()),
        stock_only=reasons <= {"no_stock"},
        estimated=bool(wants["estimated"].any()),
        cost_estimated=bool(wants["estimated"].any() or price_doubt.reindex(wants["item_id"]).any()),
    )


def _planned_for(scenario: Scenario, results: ScenarioResults) -> bool:
    """Whether the plan looked at the scenario: all want is either sent something or told as unmet."""
    return any((table["scenario_id"] == scenario.id).any() for table in (results.unmet, results.shipments))


def _basic_wants(region: Region, scenario: Scenario) -> pd.DataFrame:
    """Basic want by place and item, with the item's deadline and whether it rests on an estimate."""
    need, norms = people_in_need(region, scenario), region.tables["norms"]
    norms = norms.assign(doubt=is_estimated(norms["estimated"], "quantity", "share"))
    basic = norms.loc[norms["priority"] == BASIC_PRIORITY, ["item_id", "deadline_h", "doubt"]]
    wants = wanted_units(region, need).merge(basic, on="item_id")
    guess = (need["estimated_inputs"] != "").reindex(wants["site_id"]).to_numpy(dtype=bool)
    return wants.assign(estimated=wants["doubt"].to_numpy(dtype=bool) | guess)


def _on_the_spot(scenario: Scenario, results: ScenarioResults) -> pd.DataFrame:
    """Units given out where they are held, by place and item."""
    shipments = results.shipments
    local = shipments[(shipments["scenario_id"] == scenario.id) & (shipments["vehicle_class"] == "none")]
    local = local.rename(columns={"to_site_id": "site_id"})
    return local.groupby(["site_id", "item_id"])["quantity"].sum().reset_index()
