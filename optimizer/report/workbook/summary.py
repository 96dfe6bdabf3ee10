"""The first sheet: the plan in a few lines, the payers, the standards, the proof, the planner's decisions."""

from __future__ import annotations

from optimizer.report.plan_year import plan_year
from optimizer.report.summary import headline, rule_mend
from optimizer.report.wording import CNY_PER_WAN
from optimizer.report.workbook.book import PlanBook
from optimizer.report.workbook.lists import budget_fields, write_budget_rows
from optimizer.report.workbook.sheet import Cell, Field, Sheet

WIDTH = 130.0


def write_summary(book: PlanBook) -> None:
    """Write the first sheet."""
    settings = book.plan.region.settings
    name = settings.name.say(book.words.language)
    sheet = book.sheet(book.say("sheet_summary"), book.say("title", region=name, year=plan_year(settings.plan_date)))
    sheet.section(book.say("section_told"))
    for line in headline(book.plan, book.words.language):
        sheet.paragraph(line, len(budget_fields(book)), WIDTH)
    sheet.section(book.say("section_payers"))
    fields = budget_fields(book)
    sheet.headings(fields)
    write_budget_rows(book, sheet, fields)
    _rules(book, sheet)
    _layers(book, sheet)
    if book.plan.override_costs:
        _overrides(book, sheet)
    sheet.finish()


def _rules(book: PlanBook, sheet: Sheet) -> None:
    sheet.section(book.say("section_rules"))
    fields = [
        book.field("rule", widest=26),
        *(book.field(name, "whole") for name in ("met", "short", "not_applicable")),
        book.field("standing", widest=12),
        book.field("mend_cost_wan", "wan"),
        book.field("mend", widest=18),
    ]
    sheet.headings(fields)
    rules = {rule.id: rule for rule in book.plan.region.rules}
    for result in book.figures.rules:
        cells: list[Cell] = [
            book.words.rule(result.rule_id, 40),
            result.met,
            result.short,
            result.not_applicable,
            book.words.choice("standing", rules[result.rule_id].standing),
            result.mend_cost_cny / CNY_PER_WAN if result.mend_cost_cny else "",
            rule_mend(result, book.plan, book.words) if result.short else "",
        ]
        sheet.line(fields, cells, "alarm" if result.short else "plain")


def _layers(book: PlanBook, sheet: Sheet) -> None:
    sheet.section(book.say("section_layers"))
    fields = [
        book.field("layer", widest=26),
        book.field("value", "number"),
        book.field("bound", "number"),
        book.field("gap", "percent"),
        book.field("unit", widest=12),
        book.field("proof", widest=14),
        book.field("status", widest=14),
        book.field("seconds", "number"),
    ]
    sheet.headings(fields)
    for layer in book.plan.layers:
        words = book.words
        told = [words.layer_unit(layer), words.proven(layer), words.status(layer)]
        cells = [words.layer(layer), layer.value, layer.bound, max(layer.gap, 0.0), *told, layer.seconds]
        sheet.line(fields, cells, "plain" if layer.proven else "alarm")


def _overrides(book: PlanBook, sheet: Sheet) -> None:
    sheet.section(book.say("section_overrides"))
    fields: list[Field] = [
        book.field("layer", widest=26),
        book.field("with", "number"),
        book.field("without", "number"),
    ]
    sheet.headings(fields)
    for cost in book.plan.override_costs:
        sheet.line(fields, [book.words.layer_name(cost.layer), cost.value_with, cost.value_without])
