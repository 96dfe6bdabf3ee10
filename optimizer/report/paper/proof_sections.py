"""The report's last sections: standards, scenarios, the planner's decisions, proof and limits."""

from __future__ import annotations

from collections.abc import Iterator

from optimizer.region.region_tables import REGION_TABLES
from optimizer.report.assumptions import assumptions, is_synthetic, sources
from optimizer.report.closed_depots import left_in_words, stock_in_closed_depots
from optimizer.report.decisions_kept import KeptDecision, kept_decisions, outcome_in_words
from optimizer.report.paper.case import ReportCase
from optimizer.report.paper.document import Block, Bullets, Heading, Paragraph, Table
from optimizer.report.summary import rule_mend
from optimizer.report.wording import FOR_THE_STOCK_HELD

NAMED = 8
"""So many subjects of a rule that is short are named, and so many sources; the workbook has all."""


def proof_sections(case: ReportCase) -> Iterator[Block]:
    """Sections six to nine."""
    for name, section in (
        ("standards", _standards),
        ("scenarios", _scenarios),
        ("decisions", _decisions),
        ("limits", _limits),
    ):
        yield Heading(case.say(f"h_{name}"))
        yield from section(case)


def _standards(case: ReportCase) -> Iterator[Block]:
    results = case.figures.rules
    short = case.figures.rules_short
    if not results:
        yield case.text("standards_none")
        return
    yield case.text("standards_lead", count=len(results), met=len(results) - len(short), short=len(short))
    yield _rule_table(case)
    if not short:
        return
    yield case.text("standards_short")
    standards = case.plan.tables["standards"]
    told = []
    for result in short:
        rows = standards[(standards["rule_id"] == result.rule_id) & (standards["outcome"] == "short")]
        subjects = case.words.some(rows.drop_duplicates("subject_id")["subject_name"], NAMED)
        mend = rule_mend(result, case.plan, case.words)
        told.append(case.say("standards_where", rule=result.rule_id, subjects=subjects, mend=mend))
    yield Bullets(tuple(told))


def _rule_table(case: ReportCase) -> Table:
    words = case.words
    rules = {rule.id: rule for rule in case.plan.region.rules}
    return case.table(
        "standards",
        (
            (case.heading("rule"), "left", 0.5),
            (case.heading("standing"), "center", 0.13),
            (case.heading("met"), "right", 0.1),
            (case.heading("short"), "right", 0.11),
            (case.heading("mend_cost_wan"), "right", 0.16),
        ),
        (
            (
                words.rule(result.rule_id, 40),
                words.choice("standing", rules[result.rule_id].standing),
                str(result.met),
                str(result.short),
                case.wan(result.mend_cost_cny) if result.mend_cost_cny else "",
            )
            for result in case.figures.rules
        ),
    )


def _scenarios(case: ReportCase) -> Iterator[Block]:
    words, rows = case.words, case.plan.tables["scenarios"]
    yield case.text("scenarios_lead")
    yield case.table(
        "scenarios",
        (
            (case.heading("scenario"), "left", 0.3),
            (case.heading("probability"), "right", 0.1),
            (case.heading("people"), "right", 0.12),
            (case.heading("cut_off"), "right", 0.12),
            (case.heading("on_time_share"), "right", 0.12),
            (case.heading("late_share"), "right", 0.12),
            (case.heading("unmet_share"), "right", 0.12),
        ),
        (
            (
                words.scenario(row["scenario_id"]),
                words.number(row["probability"], 4),
                words.number(row["people"]),
                words.number(row["sites_cut_off"]),
                *(
                    words.percent(row[part] / row["want"] if row["want"] else 0)
                    for part in ("on_time", "late", "unmet")
                ),
            )
            for row in rows.to_dict("records")
        ),
    )
    unmet = case.plan.tables["unmet"]
    cut = unmet[unmet["reason"] == "no_road"].drop_duplicates("site_id")["site_name"]
    if len(cut):
        yield case.text("cut_off_lead", places=words.some(cut, NAMED))


def _decisions(case: ReportCase) -> Iterator[Block]:
    plan, words = case.plan, case.words
    if not plan.region.overrides:
        yield case.text("decisions_none")
        return
    decisions = kept_decisions(plan)
    unkept = sum(not decision.kept for decision in decisions)
    yield case.text("decisions_lead_not_all" if unkept else "decisions_lead", unkept=unkept)
    yield Bullets(tuple(_decision(case, decision) for decision in decisions))
    left = [left_in_words(left, words) for left in stock_in_closed_depots(plan)]
    if left:
        yield Bullets(tuple(left))
    if not plan.override_costs:
        return
    yield case.text("decisions_cost")
    yield case.table(
        "overrides",
        (
            (case.heading("layer"), "left", 0.46),
            (case.heading("with"), "right", 0.27),
            (case.heading("without"), "right", 0.27),
        ),
        (
            (words.layer_name(cost.layer), words.number(cost.value_with, 2), words.number(cost.value_without, 2))
            for cost in plan.override_costs
        ),
    )


def _decision(case: ReportCase, decision: KeptDecision) -> str:
    words, override = case.words, decision.override
    items = case.plan.region.tables["items"]
    units = dict(zip(items["item_id"], items["unit"], strict=True))
    told = case.say(
        f"decision_{override.decision}",
        site=words.site(override.site_id),
        item=words.item(override.item_id),
        quantity=words.number(override.quantity or 0.0, 1),
        unit=units.get(override.item_id, ""),
        who=override.who,
        when=override.when,
        why=override.why,
    )
    return case.say("decision_with_outcome", decision=told, outcome=outcome_in_words(decision, case.plan, words))


def _limits(case: ReportCase) -> Iterator[Block]:
    plan, words = case.plan, case.words
    if is_synthetic(plan.region):
        yield Paragraph(case.say("synthetic"), bold=True)
    for note in plan.region.settings.notes:
        yield Paragraph(note.say(words.language))
    yield Heading(case.say("h_proof"), 2)
    yield from _proof(case)
    yield Heading(case.say("h_estimates"), 2)
    yield Paragraph(_estimates(case))
    yield Heading(case.say("h_assumptions"), 2)
    yield Bullets(tuple(assumptions(plan.region, words.language)))
    yield Heading(case.say("h_sources"), 2)
    named = sources(plan.region, words.language)
    more = [case.say("sources_more", count=len(named) - NAMED)] if len(named) > NAMED else []
    yield Bullets((*named[:NAMED], *more))


def _proof(case: ReportCase) -> Iterator[Block]:
    plan, words = case.plan, case.words
    open_ = [words.layer(layer) for layer in plan.layers if not layer.proven]
    if open_:
        yield case.text("proof_not_all", layers=words.joined(open_))
    else:
        yield case.text("proof_all", gap=words.at_most(float(str(plan.options.get("gap", 0.01))), 2))
    for layer in plan.layers:
        condition = words.condition(layer)
        if layer.proven and condition:
            yield case.text("proof_conditional", layer=words.layer(layer), condition=condition)
        if layer.status == FOR_THE_STOCK_HELD and layer.name == "late":
            yield case.text("proof_held", layer=words.layer(layer))
    yield case.table(
        "layers",
        (
            (case.heading("layer"), "left", 0.22),
            (case.heading("value"), "right", 0.15),
            (case.heading("bound"), "right", 0.15),
            (case.heading("unit"), "center", 0.11),
            (case.heading("status"), "center", 0.14),
            (case.heading("gap"), "right", 0.09),
            (case.heading("proof"), "center", 0.14),
        ),
        (
            (
                words.layer(layer),
                words.number(layer.value, 2),
                words.number(layer.bound, 2),
                words.layer_unit(layer),
                words.status(layer),
                words.percent(max(layer.gap, 0.0), 2),
                words.proven(layer),
            )
            for layer in plan.layers
        ),
    )


def _estimates(case: ReportCase) -> str:
    figures, words = case.figures, case.words
    if not figures.estimated_lines:
        return case.say("estimates_none")
    tables = case.plan.region.tables
    told = []
    for table in REGION_TABLES:
        count = int((tables[table.name]["estimated"].astype(str) != "").sum())
        if count:
            name = table.title if words.language == "zh" else table.name
            told.append(case.say("estimates_table", table=name, count=count, rows=len(tables[table.name])))
    return case.say(
        "estimates_lead",
        lines=figures.purchase_lines,
        count=figures.estimated_lines,
        cost=words.money(figures.estimated_cny),
        tables=words.joined(told),
    )
