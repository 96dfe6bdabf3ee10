"""The report's first sections: basis, present state, method, what is bought and built, money."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pandas as pd

from optimizer.plan.plan_tables import EXPENSES
from optimizer.region.standards import Rule
from optimizer.report.figures import rests_on_estimate
from optimizer.report.paper.case import ReportCase
from optimizer.report.paper.document import Align, Block, Bullets, Heading, Picture, Table

ALL_BUT_SPENT = 0.98


def plan_sections(case: ReportCase) -> Iterator[Block]:
    """Sections one to five."""
    for name, section in (
        ("basis", _basis),
        ("present", _present),
        ("method", _method),
        ("content", _content),
        ("money", _money),
    ):
        yield Heading(case.say(f"h_{name}"))
        yield from section(case)


def _basis(case: ReportCase) -> Iterator[Block]:
    rules = case.plan.region.rules
    if not rules:
        yield case.text("basis_none")
        return
    yield case.text("basis_rules")
    documents: dict[tuple[str, str, str], list[Rule]] = {}
    for rule in rules:
        documents.setdefault((rule.document, rule.jurisdiction, rule.document_standing), []).append(rule)
    yield Bullets(tuple(_document(case, *key, of_document) for key, of_document in documents.items()))
    adopted = [rule.id for rule in rules if rule.adopted_from or rule.standing == "adopted"]
    if adopted:
        yield case.text("basis_adopted", rules=case.words.joined(adopted))
    for rule in rules:
        if rule.changed is not None:
            change = rule.changed
            yield case.text(
                "basis_changed",
                rule=rule.id,
                value=f"{change.value:g}",
                who=change.who,
                when=change.when,
                why=change.why,
            )


def _document(case: ReportCase, document: str, jurisdiction: str, standing: str, rules: list[Rule]) -> str:
    named = (
        case.say("basis_rule", rule=case.words.rule(rule.id, 60), clause=_unbracketed(rule.clause)) for rule in rules
    )
    told = case.words.joined(named, "list_semicolon")
    state = case.say("basis_standing", standing=standing) if standing else ""
    return case.say("basis_document", document=document, jurisdiction=jurisdiction, standing=state, rules=told)


def _unbracketed(clause: str) -> str:
    """A clause without the brackets around the whole of it, for the sentence has its own."""
    found = re.fullmatch("（([^（）]*)）", clause)
    return found.group(1) if found else clause


def _present(case: ReportCase) -> Iterator[Block]:
    words, figures = case.words, case.figures
    sites, stock = case.plan.region.sites, case.plan.tables["stock"]
    depots = sites[sites["kind"] == "depot"]
    yield case.text(
        "present_depots",
        count=len(depots),
        storage=words.number(float(depots["storage_m3"].sum()), 1),
        lots=words.number(int((stock["existing"] > 0).sum())),
        expiring=words.number(int((stock["expiring"] > 0).sum())),
    )
    known = [rule for rule in figures.rules if rule.met_before is not None]
    judged = sum(rule.met + rule.short for rule in known)
    met = sum(rule.met_before or 0 for rule in known)
    if judged:
        yield case.text(
            "present_standards",
            count=len(figures.rules),
            known=len(known),
            judged=judged,
            met=met,
            share=words.percent(met / judged),
        )
    total = sum(figures.unmet_by_reason.values())
    if not total:
        yield case.text("present_gap_none")
        return
    reasons = [
        words("reason_share", reason=words.choice("reason", reason), share=words.percent(value / total))
        for reason, value in sorted(figures.unmet_by_reason.items(), key=lambda pair: -pair[1])
    ]
    shares = {part: words.percent(figures.expected.share(part)) for part in ("unmet", "late")}
    yield case.text("present_gap", **shares, reasons=words.joined(reasons))


def _method(case: ReportCase) -> Iterator[Block]:
    plan, words = case.plan, case.words
    yield case.text(
        "method_lead",
        scenarios=len(plan.tables["scenarios"]),
        depots=len(plan.tables["depots"]),
        items=len(plan.region.tables["items"]),
        layers=words.joined(words.layer(layer) for layer in plan.layers),
    )


def _content(case: ReportCase) -> Iterator[Block]:
    yield Heading(case.say("h_depots"), 2)
    yield from _depots(case)
    yield Heading(case.say("h_purchases"), 2)
    yield from _purchases(case)
    contracts, moves = case.plan.tables["contracts"], case.plan.tables["moves"]
    if len(contracts) or len(moves):
        yield Heading(case.say("h_contracts"), 2)
        fee, cost = float(contracts["yearly_fee_cny"].sum()), float(moves["cost_cny"].sum())
        yield case.text(
            "content_contracts",
            count=len(contracts),
            fee=case.words.money(fee),
            moves=len(moves),
            cost=case.words.money(cost),
        )


def _depots(case: ReportCase) -> Iterator[Block]:
    figures, words = case.figures, case.words
    depots = case.plan.tables["depots"]
    changed = depots[depots["decision"].isin(["opened", "enlarged", "closed"])]
    if changed.empty:
        yield case.text("content_depots_none")
    else:
        yield case.text(
            "content_depots",
            opened=len(figures.opened),
            enlarged=len(figures.enlarged),
            closed=len(figures.closed),
            building=words.money(float(depots["fixed_cost_cny"].sum())),
            running=words.money(float(depots["yearly_cost_cny"].sum())),
        )
        yield _depot_table(case, changed)
    yield Picture(case.map_file, case.say("caption_map"))


def _depot_table(case: ReportCase, rows: pd.DataFrame) -> Table:
    words = case.words
    return case.table(
        "depots",
        (
            (case.heading("site"), "left", 0.28),
            (case.heading("town"), "left", 0.14),
            (case.heading("decision"), "center", 0.1),
            (case.heading("storage"), "right", 0.12),
            (case.heading("building"), "right", 0.13),
            (case.heading("running"), "right", 0.13),
            (case.heading("estimate"), "center", 0.1),
        ),
        (
            (
                row["site_name"],
                words.town(row["town_name"]),
                words.choice("decision", row["decision"]),
                words.number(row["storage_m3"], 1),
                case.wan(row["fixed_cost_cny"]),
                case.wan(row["yearly_cost_cny"]),
                words("estimated") if row["estimated"] else "",
            )
            for row in rows.sort_values("decision", ascending=False, kind="stable").to_dict("records")
        ),
    )


def _purchases(case: ReportCase) -> Iterator[Block]:
    bought, words, figures = case.plan.tables["purchases"], case.words, case.figures
    if bought.empty:
        yield case.text("content_purchases_none")
        return
    yield case.text(
        "content_purchases",
        items=figures.purchase_items,
        lines=figures.purchase_lines,
        cost=words.money(figures.purchases_cny),
    )
    marked = bought.assign(marked=rests_on_estimate(bought))
    groups = marked.groupby(["gb_code", "item_id"], sort=True)
    rows = [
        (
            words.category(str(code)),
            words.item(str(item)),
            rows["unit"].iloc[0],
            words.number(rows["quantity"].sum(), 1),
            case.wan(rows["cost_cny"].sum()),
            words("estimated") if rows["marked"].any() else "",
        )
        for (code, item), rows in groups
    ]
    total = (case.words_of_total(), "", "", "", case.wan(figures.purchases_cny), "")
    yield case.table(
        "items",
        (
            (case.heading("category"), "left", 0.26),
            (case.heading("item"), "left", 0.28),
            (case.heading("unit"), "center", 0.08),
            (case.heading("quantity"), "right", 0.14),
            (case.heading("cost_wan"), "right", 0.14),
            (case.heading("estimate"), "center", 0.1),
        ),
        [*rows, total],
        total=True,
    )


def _asked_for(case: ReportCase) -> Iterator[Block]:
    """The sum asked for, in all and by the level of who pays; the mends of failed standards are not in it."""
    words, budgets = case.words, case.plan.tables["budgets"]
    payers = case.plan.region.tables["payers"].set_index("payer_id")["level"]
    sums = budgets.groupby(budgets["payer_id"].map(payers), sort=False)["spent_cny"].sum()
    parts = [
        case.say(
            "money_part",
            kind=case.say("money_of_level", level=words.choice("level", str(level))),
            cost=words.money(cost),
        )
        for level, cost in sums.items()
        if cost > 0
    ]
    spent = words.money(case.figures.spent_cny)
    yield case.text("money_asked" if parts else "money_asked_none", spent=spent, parts=words.joined(parts))
    mends = [
        case.say("money_part", kind=rule.rule_id, cost=words.money(rule.mend_cost_cny))
        for rule in case.figures.rules_short
        if rule.mend_cost_cny
    ]
    if mends:
        total = words.money(sum(rule.mend_cost_cny for rule in case.figures.rules_short))
        yield case.text("money_mends", total=total, mends=words.joined(mends))


def _money(case: ReportCase) -> Iterator[Block]:
    figures, words = case.figures, case.words
    parts = [
        case.say("money_part", kind=words.choice("expense", kind), cost=words.money(cost))
        for kind, cost in figures.expenses_cny.items()
        if cost
    ]
    yield case.text(
        "money_lead",
        budget=words.money(figures.budget_cny),
        spent=words.money(figures.spent_cny),
        parts=words.joined(parts) or words("not_known"),
        left=words.money(figures.budget_cny - figures.spent_cny),
    )
    yield from _asked_for(case)
    budgets = case.plan.tables["budgets"]
    columns = ("budget_cny", *(f"{kind}_cny" for kind in EXPENSES), "spent_cny", "left_cny")
    rows = [
        (words.payer(row["payer_id"]), *(case.wan(row[column]) for column in columns))
        for row in budgets.to_dict("records")
    ]
    total = (case.words_of_total(), *(case.wan(float(budgets[column].sum())) for column in columns))
    expenses: list[tuple[str, Align, float]] = [(words.choice("expense", kind), "right", 0.1) for kind in EXPENSES]
    yield case.table(
        "payers",
        (
            (case.heading("payer"), "left", 0.2),
            (case.short_heading("budget"), "right", 0.1),
            *expenses,
            (case.short_heading("spent"), "right", 0.1),
            (case.short_heading("left"), "right", 0.1),
        ),
        [*rows, total],
        total=True,
    )
    spent = budgets[(budgets["budget_cny"] > 0) & (budgets["spent_cny"] >= ALL_BUT_SPENT * budgets["budget_cny"])]
    if len(spent) and case.figures.expected.unmet > 0:
        yield case.text("money_fully", payers=words.some(map(words.payer, spent["payer_id"]), 6))
