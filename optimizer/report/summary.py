"""A plan in a few lines: what ``reserve demo`` prints and what is sent on from a phone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from network.words import Language
from optimizer.plan.plan import Plan
from optimizer.report.assumptions import is_synthetic
from optimizer.report.closed_depots import left_in_words, stock_in_closed_depots
from optimizer.report.decisions_kept import kept_decisions, outcome_in_words
from optimizer.report.figures import Figures, RuleResult, figures_of
from optimizer.report.wording import Wording

MOST_TOLD = 5
"""So many rules are named in the headline; the workbook has all."""


def headline(plan: Plan, language: Language, folder: Path | None = None) -> list[str]:
    """Tell what was decided in nine lines, in one more what is not kept, and in a last one where the files are.

    Parameters
    ----------
    plan : Plan
    language : {"zh", "en"}
    folder : Path, optional
        Where the plan was written; without it there is no last line.

    Returns
    -------
    list of str
        Depots, decisions of the planner that are not kept (where there are any), purchases, budget, want, why unmet,
        standards, places cut off, proof, estimates, files.
    """
    words, figures = Wording.of(plan, language), figures_of(plan)
    lines = [
        _depots(plan, figures, words),
        *_unkept(plan, words),
        _purchases(plan, figures, words),
        _budget(figures, words),
        _want(figures, words),
        _why_unmet(figures, words),
        _standards(plan, figures, words),
        _cut_off(plan, words),
        words("headline_proof", layers=words.joined(map(words.proof, plan.layers), "list_semicolon")),
        _warnings(plan, figures, words),
    ]
    return lines if folder is None else [*lines, words("headline_files", folder=folder)]


def summary_text(plan: Plan, language: Language) -> str:
    """Content of ``summary.txt``: a title and the headline, a line each."""
    words = Wording.of(plan, language)
    settings = plan.region.settings
    title = words("summary_title", region=settings.name.say(language), date=settings.plan_date.isoformat())
    return "\n".join([title, *headline(plan, language)]) + "\n"


def warnings(plan: Plan, figures: Figures, words: Wording) -> list[str]:
    """Say what every reader of the plan must know: estimates, stock in closed depots, roads that do not exist."""
    said = []
    if figures.estimated_lines:
        cost = words.money(figures.estimated_cny)
        counts = {"lines": figures.purchase_lines, "count": figures.estimated_lines}
        said.append(words("warning_estimates", cost=cost, **counts))
    said += [left_in_words(left, words) for left in stock_in_closed_depots(plan)]
    if is_synthetic(plan.region):
        said.append(words("warning_synthetic"))
    return said


def rule_mend(rule: RuleResult, plan: Plan, words: Wording) -> str:
    """Say the cheapest mend of a rule: in full where one subject is short, else what all mends cost together."""
    standards = plan.tables["standards"]
    short = standards[(standards["rule_id"] == rule.rule_id) & (standards["outcome"] == "short")]
    if rule.mend_cost_cny and len(short) > 1:
        return words("mend_total", cost=words.money(rule.mend_cost_cny))
    said = (mend for row in short.to_dict("records") if (mend := words.mend(row)))
    return next(said, words("mend_none"))


def _depots(plan: Plan, figures: Figures, words: Wording) -> str:
    rows = plan.tables["depots"].set_index("site_id")
    sizes, storage = rows["size"].to_dict(), rows["storage_m3"].to_dict()

    def sized(site_id: str) -> str:
        volume = words.number(storage[site_id], 1)
        return words("depot_sized", name=words.site(site_id), size=sizes[site_id], storage=volume)

    changes = []
    for decision, sites in (("opened", figures.opened), ("enlarged", figures.enlarged)):
        if sites:
            changes.append(words(f"depot_{decision}", names=words.some(map(sized, sites))))
    if figures.closed:
        changes.append(words("depot_closed", names=words.some(map(words.site, figures.closed))))
    if not changes:
        return words("headline_depots_none", count=len(figures.kept))
    return words("headline_depots", changes=words.joined(changes, "list_semicolon"))


def _unkept(plan: Plan, words: Wording) -> list[str]:
    """A line that names the decisions of the planner that are not kept; none where all are."""
    decisions = kept_decisions(plan)
    unkept = [decision for decision in decisions if not decision.kept]
    if not unkept:
        return []
    told = [
        words(
            "decision_told",
            decision=words(
                f"decision_told_{decision.override.decision}",
                site=words.site(decision.override.site_id),
                item=words.item(decision.override.item_id),
            ),
            outcome=outcome_in_words(decision, plan, words),
        )
        for decision in unkept
    ]
    joined = words.joined(told, "list_semicolon")
    return [words("headline_decisions", count=len(decisions), unkept=len(unkept), decisions=joined)]


def _purchases(plan: Plan, figures: Figures, words: Wording) -> str:
    bought = plan.tables["purchases"]
    if bought.empty:
        return words("headline_purchases_none")
    sums = bought.groupby("item_id", sort=False)[["quantity", "cost_cny"]].sum()
    units = bought.drop_duplicates("item_id").set_index("item_id")["unit"].to_dict()
    most = sums.sort_values("cost_cny", ascending=False, kind="stable").head(3)
    items = [
        words(
            "item_bought",
            name=words.item(str(item)),
            quantity=words.number(row["quantity"], 1),
            unit=units[str(item)],
            cost=words.money(row["cost_cny"]),
        )
        for item, row in most.iterrows()
    ]
    return words(
        "headline_purchases",
        kinds=figures.purchase_items,
        lines=figures.purchase_lines,
        cost=words.money(figures.purchases_cny),
        items=words.joined(items),
    )


def _budget(figures: Figures, words: Wording) -> str:
    spent = words.money(figures.spent_cny)
    if not figures.budget_cny:
        return words("headline_budget_none", spent=spent)
    return words(
        "headline_budget",
        budget=words.money(figures.budget_cny),
        spent=spent,
        share=words.percent(figures.spent_cny / figures.budget_cny),
        left=words.money(figures.budget_cny - figures.spent_cny),
    )


def _want(figures: Figures, words: Wording) -> str:
    shares = {part: words.percent(figures.expected.share(part)) for part in ("on_time", "late", "unmet")}
    worst = words.scenario(figures.worst_scenario)
    return words("headline_want", **shares, worst=worst, worst_unmet=words.percent(figures.worst.share("unmet")))


def _why_unmet(figures: Figures, words: Wording) -> str:
    total = sum(figures.unmet_by_reason.values())
    if not total:
        return words("headline_unmet_none")
    most_first = sorted(figures.unmet_by_reason.items(), key=lambda pair: -pair[1])
    shares = [
        words("reason_share", reason=words.choice("reason", reason), share=words.percent(value / total))
        for reason, value in most_first
    ]
    return words("headline_unmet", reasons=words.joined(shares, "list_semicolon"))


def _standards(plan: Plan, figures: Figures, words: Wording) -> str:
    if not figures.rules:
        return words("headline_standards_none")
    count = len(figures.rules)
    if not figures.rules_short:
        return words("headline_standards_met", count=count)
    rules = [
        words(
            "rule_short" if rule.short == rule.short_subjects else "rule_short_items",
            rule=rule.rule_id,
            subjects=rule.short_subjects,
            cases=rule.short,
            mend=_mend_cost(rule, plan, words),
        )
        for rule in figures.rules_short[:MOST_TOLD]
    ]
    short = len(figures.rules_short)
    told = words.joined(rules) + (words("and_so_on") if short > MOST_TOLD else "")
    return words("headline_standards", count=count, short=short, rules=told)


def _mend_cost(rule: RuleResult, plan: Plan, words: Wording) -> str:
    """What the mends of a rule cost together; in words where that is not known."""
    if rule.mend_cost_cny:
        return words("mend_total", cost=words.money(rule.mend_cost_cny))
    return rule_mend(rule, plan, words)


def _cut_off(plan: Plan, words: Wording) -> str:
    scenarios = plan.tables["scenarios"]
    cut = scenarios[scenarios["sites_cut_off"] > 0].sort_values("people_cut_off", ascending=False, kind="stable")
    if cut.empty:
        return words("headline_cut_off_none")
    told = [
        words(
            "cut_off",
            scenario=words.scenario(scenario),
            places=words.number(places),
            people=words.number(people),
        )
        for scenario, places, people in list(
            zip(cut["scenario_id"], cut["sites_cut_off"], cut["people_cut_off"], strict=True)
        )[:2]
    ]
    told += [words("cut_off_more", count=len(cut) - 2)] if len(cut) > 2 else []
    told += landings(plan.tables["unmet"], words)[:1]
    return words("headline_cut_off", scenarios=words.joined(told, "list_semicolon"))


def landings(unmet: pd.DataFrame, words: Wording) -> list[str]:
    """Say for each place that a scenario leaves without a road which landing point or pier is nearest."""
    cut = unmet[(unmet["reason"] == "no_road") & (unmet["landing_site_id"] != "")]
    cut = cut.sort_values("people", ascending=False, kind="stable").drop_duplicates("site_id")
    return [
        words("landing", name=words.site(site), landing=words.site(landing))
        for site, landing in zip(cut["site_id"], cut["landing_site_id"], strict=True)
    ]


def _warnings(plan: Plan, figures: Figures, words: Wording) -> str:
    said = warnings(plan, figures, words)
    if not said:
        return words("headline_warning_none")
    return words("headline_warning", warnings=words.joined(said, "list_semicolon"))
