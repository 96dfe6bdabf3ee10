"""What the rules in force ask for: equipment at sites, depots in towns, as rows that a model or a check can use."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.region.region import Region
from optimizer.region.selection import SETTLEMENTS
from optimizer.region.standards import Rule

EQUIPMENT_CHECKS = ("village_kit", "satellite", "satellite_all", "warden_set")
USES = {
    "village_kit": "village_kit",
    "satellite": "satellite",
    "satellite_all": "satellite",
    "warden_set": "warden_set",
}


@dataclass(frozen=True)
class TownDepotRule:
    """A rule that asks for a depot, with the towns that it speaks of."""

    rule: Rule
    town_ids: tuple[str, ...]


def equipment_required(region: Region) -> pd.DataFrame:
    """List the equipment that the rules in force ask for.

    Returns
    -------
    DataFrame
        ``rule_id``, ``mandatory``, ``site_id``, ``item_id``, ``required`` (units).
    """
    parts = [_of_rule(rule, region) for rule in region.rules if rule.check in EQUIPMENT_CHECKS]
    columns = ["rule_id", "mandatory", "site_id", "item_id", "required"]
    return pd.concat(parts, ignore_index=True)[columns] if parts else pd.DataFrame(columns=columns)


def _of_rule(rule: Rule, region: Region) -> pd.DataFrame:
    """Rows of one rule: every site in its scope × every item of its use that the site's hazards call for.

    Any satellite item will do: the cheapest is asked for. A percentage is a share of the wardens.
    """
    items = region.tables["items"]
    wanted = items[items["use"] == USES[rule.check]]
    if USES[rule.check] == "satellite":
        wanted = wanted.sort_values(["price_cny", "item_id"], kind="stable").head(1).assign(hazards="")
    wanted = wanted[["item_id", "hazards"]]
    sites = _in_scope(rule, region.sites)
    rows = sites[["site_id", "hazards", "wardens"]].merge(wanted, how="cross", suffixes=("", "_item"))
    fits = [
        not item or not set(item.split(";")).isdisjoint(site.split(";"))
        for site, item in zip(rows["hazards"], rows["hazards_item"], strict=True)
    ]
    rows = rows[np.array(fits, dtype=bool)]
    each = (1.0 if rule.at_least is None else rule.at_least) / (100 if rule.unit in ("%", "％") else 1)
    required = np.ceil(rows["wardens"] * each - 1e-9) if rule.check == "warden_set" else each
    return rows.assign(rule_id=rule.id, mandatory=rule.mandatory, required=required)


def _in_scope(rule: Rule, sites: pd.DataFrame) -> pd.DataFrame:
    settlement = sites["kind"].isin(SETTLEMENTS)
    if rule.check == "village_kit":
        return sites[settlement]
    if rule.check == "satellite":
        return sites[settlement & ~sites["communications_assured"].astype(bool)]
    town = sites["kind"] == "town"
    if rule.check == "satellite_all":
        return sites[settlement | town]
    return sites[(settlement | town) & (sites["wardens"] > 0)]


def town_depot_rules(region: Region) -> tuple[TownDepotRule, ...]:
    """Find the towns in which a rule asks for a depot: those exposed to several hazards."""
    towns = region.sites[region.sites["kind"] == "town"]
    hazards = towns["hazards"].map(lambda listed: len(set(listed.split(";")) - {""}))
    exposed = towns.loc[hazards >= region.settings.parameters.multi_hazard_count, "site_id"]
    return tuple(TownDepotRule(rule, tuple(exposed)) for rule in region.rules if rule.check == "town_depot")


def depots_of_town(sites: pd.DataFrame, town_id: str, kinds: tuple[str, ...]) -> pd.DataFrame:
    """Depots or candidates that count for a town: those in it, of district or town level."""
    own = sites["kind"].isin(kinds) & sites["level"].isin(["district", "town"])
    return sites[own & (sites["town_id"] == town_id)]
