"""A plan's tables as the page shows them: chosen, named, with headings in one language."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

import pandas as pd

from network.words import say
from optimizer.plan.folder import PlanFolder
from optimizer.report.wording import Wording


def heading(words: Wording, name: str) -> str:
    """Heading of a column, the same as in the workbook."""
    return say(f"optimizer.workbook.h_{name}", words.language)


def chosen_purchases(folder: PlanFolder, towns: Collection[str] = (), payers: Collection[str] = ()) -> pd.DataFrame:
    """Rows of the purchases of these towns (by name) and payers (by id); empty collections choose all."""
    return _chosen(folder.tables["purchases"], town_name=towns, payer_id=payers)


def purchases(rows: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Purchases with their reasons and estimate marks."""
    return _shown(
        rows,
        words,
        ("town", lambda row: words.town(row["town_name"])),
        ("site", lambda row: row["site_name"]),
        ("item", lambda row: words.item(row["item_id"])),
        ("quantity", lambda row: row["quantity"]),
        ("unit", lambda row: row["unit"]),
        ("price", lambda row: row["price_cny"]),
        ("cost", lambda row: row["cost_cny"]),
        ("payer", lambda row: words.payer(row["payer_id"])),
        ("reason_why", lambda row: words.reasons(row["rules"], row["scenarios"])),
        ("override", lambda row: row["override"]),
        ("estimate", lambda row: _estimates(row, words)),
    )


def chosen_standards(folder: PlanFolder, outcomes: Collection[str] = (), rules: Collection[str] = ()) -> pd.DataFrame:
    """Rows of the standards of these outcomes and rules; empty collections choose all."""
    return _chosen(folder.tables["standards"], outcome=outcomes, rule_id=rules)


def standards(rows: pd.DataFrame, words: Wording) -> pd.DataFrame:
    """Standards with required, reached and the cheapest mend."""
    return _shown(
        rows,
        words,
        ("rule", lambda row: words.rule(row["rule_id"])),
        ("subject", lambda row: row["subject_name"]),
        ("town", lambda row: row["town_name"]),
        ("item", lambda row: words.item(row["item_id"]) if row["item_id"] else ""),
        ("outcome", lambda row: words.choice("outcome", row["outcome"])),
        ("required", lambda row: row["required"]),
        ("reached", lambda row: row["reached"]),
        ("slow", lambda row: row["reached_slow"]),
        ("fast", lambda row: row["reached_fast"]),
        ("unit", lambda row: row["unit"]),
        ("standing", lambda row: words.choice("standing", row["standing"])),
        ("mend", words.mend),
        ("mend_cost", lambda row: row["mend_cost_cny"]),
    )


def scenarios(folder: PlanFolder, words: Wording) -> pd.DataFrame:
    """How the plan does in each scenario."""

    def share(part: str) -> Callable[[Any], float]:
        return lambda row: 100 * row[part] / row["want"] if row["want"] else 0.0

    return _shown(
        folder.tables["scenarios"],
        words,
        ("scenario", lambda row: words.scenario(row["scenario_id"])),
        ("hazard", lambda row: words.choice("hazard", row["hazard"])),
        ("probability", lambda row: row["probability"]),
        ("people", lambda row: row["people"]),
        ("links_closed", lambda row: row["links_closed"]),
        ("cut_off", lambda row: row["sites_cut_off"]),
        ("people_cut_off", lambda row: row["people_cut_off"]),
        ("on_time_share", share("on_time")),
        ("late_share", share("late")),
        ("unmet_share", share("unmet")),
    )


def stock_at(folder: PlanFolder, site_id: str, words: Wording) -> pd.DataFrame:
    """What a site holds after the plan."""
    return _shown(
        _chosen(folder.tables["stock"], site_id=(site_id,)),
        words,
        ("item", lambda row: words.item(row["item_id"])),
        ("existing", lambda row: row["existing"]),
        ("bought", lambda row: row["bought"]),
        ("after", lambda row: row["quantity"]),
        ("unit", lambda row: row["unit"]),
        ("owner", lambda row: words.payer(row["owner"])),
    )


def unmet_at(folder: PlanFolder, site_id: str, words: Wording) -> pd.DataFrame:
    """What a place lacks in each scenario, and why."""
    return _shown(
        _chosen(folder.tables["unmet"], site_id=(site_id,)),
        words,
        ("scenario", lambda row: words.scenario(row["scenario_id"])),
        ("item", lambda row: words.item(row["item_id"])),
        ("want_units", lambda row: row["want"]),
        ("late_units", lambda row: row["late"]),
        ("unmet_units", lambda row: row["unmet"]),
        ("unit", lambda row: row["unit"]),
        ("why", lambda row: words.choice("reason", row["reason"]) if row["reason"] else ""),
        ("landing", lambda row: words.site(row["landing_site_id"]) if row["landing_site_id"] else ""),
    )


def _chosen(table: pd.DataFrame, **wanted: Collection[str]) -> pd.DataFrame:
    for column, values in wanted.items():
        if values:
            table = table[table[column].isin(list(values))]
    return table.reset_index(drop=True)


def _shown(rows: pd.DataFrame, words: Wording, *columns: tuple[str, Callable[[Any], object]]) -> pd.DataFrame:
    """Make a table of columns, each with the key of its heading and its value for a row."""
    lines: Sequence[Any] = rows.to_dict("records")
    return pd.DataFrame({heading(words, name): [value(row) for row in lines] for name, value in columns})


def _estimates(row: Any, words: Wording) -> str:
    inputs = words.joined(words.input(name.strip()) for name in row["estimated_inputs"].split(";") if name.strip())
    return words.joined(
        (part for part in (words.marks("purchases", row["estimated"]), inputs) if part), "list_semicolon"
    )
