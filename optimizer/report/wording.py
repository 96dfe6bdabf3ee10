"""How a plan's ids, codes and numbers are said to a reader, in one language."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pandas as pd

from network.words import Language, catalogue, say
from optimizer.models.layer import Layer
from optimizer.plan.compliance.mends import mend_of_row
from optimizer.plan.plan import Plan
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.region.region import Region
from optimizer.region.region_tables import REGION_TABLES

CNY_PER_WAN = 10_000
FOR_THE_STOCK_HELD = "Optimal for the stock held"
"""Status of a layer that is least for what is held; its bound is 0 and its gap a share of all that is wanted."""
NAMED = ("sites", "items", "payers", "scenarios", "rules")
"""What a plan's ids stand for, as attributes of :class:`Wording` and under ``names`` in ``plan.json``."""

MOST_SCENARIOS = 3
"""So many scenarios are named behind a purchase; their ids all stand in ``purchases.csv``."""


@dataclass(frozen=True)
class Wording:
    """Names of a region's sites, items, payers, scenarios and rules, and the form of its numbers.

    Attributes
    ----------
    language : {"zh", "en"}
    sites, items, payers, scenarios, rules : mapping of str to str
        Names by id.
    """

    language: Language
    sites: Mapping[str, str]
    items: Mapping[str, str]
    payers: Mapping[str, str]
    scenarios: Mapping[str, str]
    rules: Mapping[str, str]

    @classmethod
    def of(cls, plan: Plan, language: Language) -> Wording:
        """Look up every name that ``plan`` can mention."""
        return cls.of_region(plan.region, language)

    @classmethod
    def of_region(cls, region: Region, language: Language) -> Wording:
        """Look up every name of a region."""
        items = region.tables["items"]
        names = items["name"]
        if language == "en":
            names = items["name_en"].where(items["name_en"].astype(str).str.strip() != "", names)
        return cls(
            language,
            _by_id(region.sites["site_id"], region.sites["name"]),
            _by_id(items["item_id"], names),
            _by_id(region.tables["payers"]["payer_id"], region.tables["payers"]["name"]),
            {scenario.id: scenario.name.say(language) for scenario in region.scenarios},
            {rule.id: rule.text.say(language) for rule in region.rules},
        )

    @classmethod
    def of_names(cls, names: Mapping[str, Mapping[str, Mapping[str, str]]], language: Language) -> Wording:
        """Take the names that ``plan.json`` keeps."""
        spoken = ({key: both[language] for key, both in names[kind].items()} for kind in NAMED)
        return cls(language, *spoken)

    def __call__(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.plan.<name>``."""
        return say(f"optimizer.plan.{name}", self.language, **values)

    def site(self, site_id: str) -> str:
        """Name of a site, or its id where it has none."""
        return self.sites.get(site_id) or site_id

    def item(self, item_id: str) -> str:
        """Name of an item."""
        return self.items.get(item_id) or item_id

    def payer(self, payer_id: str) -> str:
        """Name of a payer."""
        return self.payers.get(payer_id) or payer_id

    def scenario(self, scenario_id: str) -> str:
        """Name of a scenario."""
        return self.scenarios.get(scenario_id) or scenario_id

    def rule(self, rule_id: str, longest: int = 28) -> str:
        """Id and text of a rule, the text cut to ``longest`` signs (twice that in English)."""
        text = self.rules.get(rule_id, "")
        limit = longest if self.language == "zh" else 2 * longest
        short = text if len(text) <= limit else text[: limit - 1].rstrip() + "…"
        return f"{rule_id} {short}".strip()

    def town(self, town_name: str) -> str:
        """Name of a town; the district itself where a row belongs to none."""
        return town_name or self("district_itself")

    def choice(self, kind: str, code: str) -> str:
        """Words of a code of the contract: ``choice("decision", "opened")``."""
        entry = catalogue("optimizer", "choices").get(f"{kind}_{code}")
        return entry[self.language] if entry else code

    def category(self, gb_code: str) -> str:
        """First level of GB/T 38565: what a code's first digit stands for."""
        digit = gb_code[:1]
        return self(f"gb_{digit}" if digit in "123" and digit else "gb_other")

    def number(self, value: float, digits: int = 0) -> str:
        """A number with thousands separated; trailing zeros after the point are dropped."""
        if not math.isfinite(value):
            return self("not_known")
        text = f"{value:,.{digits}f}"
        text = text.rstrip("0").rstrip(".") if "." in text else text
        return "0" if text == "-0" else text

    def money(self, cny: float) -> str:
        """An amount in CNY: 万元 with two decimals in Chinese, whole CNY in English."""
        if not math.isfinite(cny):
            return self("not_known")
        value = f"{cny / CNY_PER_WAN:,.2f}" if self.language == "zh" else f"{cny:,.0f}"
        return self("wan", value=value)

    def percent(self, share: float, digits: int = 1) -> str:
        """A share as a percentage; one too small to show is never rounded to nothing."""
        if not math.isfinite(share):
            return self("not_known")
        least = 10.0**-digits
        if 0 < 100 * share < least / 2:
            return f"<{least:.{digits}f}%"
        return f"{100 * share:.{digits}f}%"

    def joined(self, parts: Iterable[str], comma: str = "list_comma") -> str:
        """Put parts in a row."""
        return self(comma).join(parts)

    def some(self, names: Iterable[str], most: int = 3) -> str:
        """The first ``most`` names, and how many there are."""
        every = list(names)
        if len(every) <= most:
            return self.joined(every)
        return self("and_more", names=self.joined(every[:most]), count=len(every))

    def reasons(self, rules: str, scenarios: str) -> str:
        """Name the rules and the first scenarios behind a row, from their ids joined by ``;``."""
        named = [self.rule(key.strip()) for key in rules.split(";") if key.strip()]
        events = [self.scenario(key.strip()) for key in scenarios.split(";") if key.strip()]
        if len(events) > MOST_SCENARIOS:
            first = self.joined(events[:MOST_SCENARIOS])
            events = [self("scenarios_more", names=first, count=len(events))]
        return self.joined([*named, *events], "list_semicolon")

    def marks(self, table: str, marks: str) -> str:
        """Say what an estimate mark of a row of ``table`` means; empty for none."""
        marks = marks.strip()
        if not marks:
            return ""
        if marks in ("yes", "是"):
            return self("estimate_row")
        return self("estimate_columns", columns=self.joined(self.column(table, name) for name in marks.split(";")))

    def column(self, table: str, name: str) -> str:
        """Heading of a column of a plan table in this language; columns of other tables by their name."""
        if self.language == "en":
            return name
        found = (c for t in PLAN_TABLES if t.name == table for c in t.columns if c.name == name)
        column = next(found, None)
        return column.heading if column else name

    def input(self, name: str) -> str:
        """Name an input given as ``table.column``: by the headings of the region's tables in Chinese."""
        table_name, _, column_name = name.partition(".")
        if f"input_{name}" in catalogue("optimizer", "plan"):
            return self(f"input_{name}")
        table = next((table for table in REGION_TABLES if table.name == table_name), None)
        if self.language == "en" or table is None:
            return name
        column = next((column for column in table.columns if column.name == column_name), None)
        return self("input", table=table.title, column=column.heading if column else column_name)

    def layer(self, layer: Layer) -> str:
        """What a layer of the objective stands for."""
        return self.layer_name(layer.name)

    def layer_name(self, name: str) -> str:
        """What the layer called ``name`` stands for."""
        known = f"layer_{name}" in catalogue("optimizer", "plan")
        return self(f"layer_{name}") if known else name

    def layer_unit(self, layer: Layer) -> str:
        """Unit of a layer's value."""
        units = {"unmet": "unit_weighted_person_items", "late": "person_items", "cost": "unit_cny"}
        return self(units.get(layer.name, "unit_weighted"))

    def proof(self, layer: Layer) -> str:
        """How well a layer is proven, and on what condition; the word optimum only where it is."""
        condition = self.condition(layer)
        gap = self.percent(max(layer.gap, 0.0), 2)
        if layer.status == FOR_THE_STOCK_HELD and layer.name == "late":
            return self("proof_held" if layer.proven else "proof_held_open", layer=self.layer(layer), gap=gap)
        key = "proof_open" if not layer.proven else "proof_conditional" if condition else "proof_proven"
        within = self.at_most(max(layer.gap, 0.0), 2) if layer.proven else gap
        return self(key, layer=self.layer(layer), gap=within, condition=condition)

    def at_most(self, share: float, digits: int) -> str:
        """Say within what share something lies; one too small to show is less than the least shown."""
        text = self.percent(share, digits)
        return self("gap_below" if text.startswith("<") else "gap_at_most", gap=text.removeprefix("<"))

    def proven(self, layer: Layer) -> str:
        """Whether a layer is proven, and on what condition, for a cell of a table."""
        condition = self.condition(layer)
        key = "not_proven" if not layer.proven else "proven_conditional" if condition else "proven"
        return self(key, condition=condition)

    def condition(self, layer: Layer) -> str:
        """What a layer's bound holds for only; empty where it holds whatever is held and bought."""
        return self._of_status("condition", layer.status) or ""

    def status(self, layer: Layer) -> str:
        """How the solver ended; a status without words stays as it is."""
        return self._of_status("status", layer.status) or layer.status

    def _of_status(self, kind: str, status: str) -> str | None:
        key = f"{kind}_{status.lower().replace(' ', '_')}"
        return self(key) if key in catalogue("optimizer", "plan") else None

    def mend(self, row: Mapping[Any, Any]) -> str:
        """Say the cheapest mend of a row of the standards table; empty where there is none."""
        if not row["mend"]:
            return ""
        return mend_of_row(row, self.sites, self.items).say(self.language)


def _by_id(ids: pd.Series[str], names: pd.Series[str]) -> dict[str, str]:
    return dict(zip(ids.astype(str), names.astype(str), strict=True))
