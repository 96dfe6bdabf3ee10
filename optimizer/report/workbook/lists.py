"""The sheets that list one table each: depots, contracts, moves, budgets, standards, scenarios, unmet want, stock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from optimizer.plan.plan_tables import EXPENSES
from optimizer.report.wording import CNY_PER_WAN
from optimizer.report.workbook.book import PlanBook
from optimizer.report.workbook.purchases import subtotal
from optimizer.report.workbook.sheet import Cell, Field, Sheet


def write_lists(book: PlanBook) -> None:
    """Write every sheet that lists one table."""
    _depots(book)
    _contracts(book)
    _moves(book)
    _budgets(book)
    _standards(book)
    _scenarios(book)
    _unmet(book)
    _stock(book)


def _depot_fields(book: PlanBook) -> list[Field]:
    """Columns of a list of depots."""
    return [
        book.field("town", widest=16),
        book.field("site", widest=26),
        book.field("kind", widest=12),
        book.field("level", widest=10),
        book.field("decision", widest=10),
        book.field("size", widest=10),
        book.field("storage", "number"),
        book.field("used", "number"),
        book.field("building", "wan"),
        book.field("running", "wan"),
        book.field("payer", widest=22),
        book.field("override", widest=30),
        book.field("estimate", widest=20),
    ]


def _depot_line(book: PlanBook, row: Mapping[Any, Any]) -> list[Cell]:
    """Cells of one depot or candidate."""
    words = book.words
    return [
        words.town(row["town_name"]),
        row["site_name"],
        words.choice("site_kind", row["kind"]),
        words.choice("level", row["level"]),
        words.choice("decision", row["decision"]),
        row["size"],
        row["storage_m3"],
        row["used_m3"],
        row["fixed_cost_cny"] / CNY_PER_WAN,
        row["yearly_cost_cny"] / CNY_PER_WAN,
        words.payer(row["payer_id"]) if row["payer_id"] else "",
        row["override"],
        words.marks("depots", str(row["estimated"])),
    ]


def _depots(book: PlanBook) -> None:
    rows = book.plan.tables["depots"]
    order = ["opened", "enlarged", "existing", "closed", "not_chosen"]
    place = {decision: number for number, decision in enumerate(order)}
    ordered = rows.assign(place=rows["decision"].map(place)).sort_values(["place", "site_id"], kind="stable")
    lines = [_depot_line(book, row) for row in ordered.to_dict("records")]
    _list(book, "depots", "note_depots", _depot_fields(book), lines, (8, 9))


def _contracts(book: PlanBook) -> None:
    words = book.words
    fields = [
        book.field("supplier", widest=26),
        book.field("item", widest=24),
        book.field("unit", widest=8),
        book.field("mode", widest=12),
        book.field("quantity", "number"),
        book.field("fee", "wan_fine"),
        book.field("payer", widest=22),
        book.field("lead", "number"),
        book.field("reason_why", widest=40),
        book.field("estimate", widest=20),
    ]
    lines = [
        [
            row["site_name"],
            words.item(row["item_id"]),
            row["unit"],
            words.choice("holding_mode", row["holding_mode"]),
            row["quantity"],
            row["yearly_fee_cny"] / CNY_PER_WAN,
            words.payer(row["payer_id"]),
            row["lead_time_h"],
            words.reasons("", str(row["scenarios"])),
            words.marks("contracts", str(row["estimated"])),
        ]
        for row in book.plan.tables["contracts"].to_dict("records")
    ]
    _list(book, "contracts", "note_money", fields, lines, (5,))


def _moves(book: PlanBook) -> None:
    words = book.words
    fields = [
        book.field("from", widest=26),
        book.field("to", widest=26),
        book.field("item", widest=24),
        book.field("unit", widest=8),
        book.field("owner", widest=22),
        book.field("quantity", "number"),
        book.field("move_cost", "wan_fine"),
    ]
    lines = [
        [
            words.site(row["from_site_id"]),
            words.site(row["to_site_id"]),
            words.item(row["item_id"]),
            row["unit"],
            words.payer(row["owner"]),
            row["quantity"],
            row["cost_cny"] / CNY_PER_WAN,
        ]
        for row in book.plan.tables["moves"].to_dict("records")
    ]
    _list(book, "moves", "note_money", fields, lines, (6,))


def budget_fields(book: PlanBook) -> list[Field]:
    """Columns of the list of payers."""
    expenses = [book.field("expense", "wan", kind=book.words.choice("expense", kind)) for kind in EXPENSES]
    ends = [book.field("spent", "wan"), book.field("left", "wan"), book.field("share", "percent")]
    return [book.field("payer", widest=26), book.field("budget", "wan"), *expenses, *ends]


def write_budget_rows(book: PlanBook, sheet: Sheet, fields: list[Field]) -> None:
    """Write a line a payer and their sum."""
    budgets = book.plan.tables["budgets"]
    columns = ["budget_cny", *(f"{kind}_cny" for kind in EXPENSES), "spent_cny", "left_cny"]
    start = sheet.row + 1
    for row in budgets.to_dict("records"):
        money = [row[column] / CNY_PER_WAN for column in columns]
        share = row["spent_cny"] / row["budget_cny"] if row["budget_cny"] else None
        sheet.line(fields, [book.words.payer(row["payer_id"]), *money, share])
    sums = [subtotal(k + 1, start, sheet.row, float(budgets[c].sum()) / CNY_PER_WAN) for k, c in enumerate(columns)]
    total = float(budgets["budget_cny"].sum())
    share = float(budgets["spent_cny"].sum()) / total if total else None
    sheet.line(fields, [book.say("total"), *sums, share], "total")


def _budgets(book: PlanBook) -> None:
    sheet = book.sheet(book.say("sheet_budgets"), note=book.say("note_money"))
    fields = budget_fields(book)
    sheet.headings(fields, stay=True)
    write_budget_rows(book, sheet, fields)
    sheet.finish()


def _standards(book: PlanBook) -> None:
    words = book.words
    sheet = book.sheet(book.say("sheet_standards"), note=book.say("note_standards"))
    fields = [
        book.field("rule", widest=14),
        book.field("rule_text", widest=40),
        book.field("subject", widest=24),
        book.field("town", widest=14),
        book.field("item", widest=18),
        book.field("outcome", widest=10),
        book.field("required", "number"),
        book.field("reached", "number"),
        book.field("slow", "number"),
        book.field("fast", "number"),
        book.field("before", "number"),
        book.field("unit", widest=8),
        book.field("standing", widest=10),
        book.field("document", widest=36),
        book.field("clause", widest=14),
        book.field("mend", widest=26),
        book.field("mend_cost", "money"),
        book.field("estimate", widest=18),
    ]
    sheet.headings(fields, stay=True)
    first = sheet.row - 1
    rules = {rule.id: rule for rule in book.plan.region.rules}
    rows = book.plan.tables["standards"]
    places = {rule: place for place, rule in enumerate(rules)}
    order = rows.assign(
        place=rows["rule_id"].map(places), late=rows["outcome"].map({"short": 0, "met": 1, "not_applicable": 2})
    ).sort_values(["place", "late"], kind="stable")
    for row in order.to_dict("records"):
        rule = rules.get(row["rule_id"])
        cells: list[Cell] = [
            row["rule_id"],
            words.rules.get(row["rule_id"], ""),
            row["subject_name"],
            row["town_name"],
            words.item(row["item_id"]) if row["item_id"] else "",
            words.choice("outcome", row["outcome"]),
            *(row[column] for column in ("required", "reached", "reached_slow", "reached_fast", "before")),
            row["unit"],
            words.choice("standing", row["standing"]),
            rule.document if rule else "",
            rule.clause if rule else "",
            words.mend(row),
            row["mend_cost_cny"],
            words.marks("standards", str(row["estimated"])),
        ]
        sheet.line(fields, cells, "alarm" if row["outcome"] == "short" else "plain")
    if len(order):
        sheet.page.autofilter(first, 0, sheet.row - 1, len(fields) - 1)
    else:
        sheet.line(fields, _nothing(book, fields))
    sheet.finish()


def _scenarios(book: PlanBook) -> None:
    words = book.words
    fields = [
        book.field("scenario", widest=34),
        book.field("hazard", widest=12),
        book.field("probability", "probability"),
        *(book.field(name, "whole") for name in ("people", "links_closed", "cut_off", "people_cut_off")),
        *(book.field(name, "number") for name in ("want", "on_time", "late", "unmet")),
        book.field("unmet_share", "percent"),
        book.field("estimate", widest=20),
    ]
    counts = ("probability", "people", "links_closed", "sites_cut_off", "people_cut_off")
    parts = ("want", "on_time", "late", "unmet")
    lines = [
        [
            words.scenario(row["scenario_id"]),
            words.choice("hazard", row["hazard"]),
            *(row[column] for column in counts),
            *(row[column] for column in parts),
            row["unmet"] / row["want"] if row["want"] else 0.0,
            words.marks("scenarios", str(row["estimated"])),
        ]
        for row in book.plan.tables["scenarios"].to_dict("records")
    ]
    _list(book, "scenarios", "note_scenarios", fields, lines)


def _unmet(book: PlanBook) -> None:
    words = book.words
    fields = [
        book.field("scenario", widest=30),
        book.field("town", widest=14),
        book.field("site", widest=24),
        book.field("priority", "whole"),
        book.field("item", widest=24),
        book.field("unit", widest=8),
        book.field("people", "whole"),
        *(book.field(f"{part}_units", "number") for part in ("want", "on_time", "late", "unmet")),
        book.field("why", widest=24),
        book.field("landing", widest=24),
        book.field("estimate", widest=20),
    ]
    rows = book.plan.tables["unmet"].sort_values(["scenario_id", "priority", "town_name"], kind="stable")
    lines = [
        [
            words.scenario(row["scenario_id"]),
            words.town(row["town_name"]),
            row["site_name"],
            row["priority"],
            words.item(row["item_id"]),
            row["unit"],
            row["people"],
            *(row[part] for part in ("want", "on_time", "late", "unmet")),
            words.choice("reason", row["reason"]) if row["reason"] else "",
            words.site(row["landing_site_id"]) if row["landing_site_id"] else "",
            words.marks("unmet", str(row["estimated"])),
        ]
        for row in rows.to_dict("records")
    ]
    _list(book, "unmet", "note_unmet", fields, lines)


def _stock_fields(book: PlanBook) -> list[Field]:
    """Columns of a list of stock."""
    amounts = ("existing", "expiring", "moved_in", "moved_out", "bought", "after")
    return [
        book.field("town", widest=14),
        book.field("site", widest=24),
        book.field("item", widest=24),
        book.field("unit", widest=8),
        book.field("owner", widest=22),
        book.field("mode", widest=12),
        *(book.field(name, "number") for name in amounts),
        book.field("estimate", widest=20),
    ]


def _stock_line(book: PlanBook, row: Mapping[Any, Any]) -> list[Cell]:
    """Cells of one holding."""
    words = book.words
    return [
        words.town(row["town_name"]),
        row["site_name"],
        words.item(row["item_id"]),
        row["unit"],
        words.payer(row["owner"]),
        words.choice("holding_mode", row["holding_mode"]),
        *(row[name] for name in ("existing", "expiring", "moved_in", "moved_out", "bought", "quantity")),
        words.marks("stock", str(row["estimated"])),
    ]


def _stock(book: PlanBook) -> None:
    lines = [_stock_line(book, row) for row in book.plan.tables["stock"].to_dict("records")]
    _list(book, "stock", "note_stock", _stock_fields(book), lines)


def _list(
    book: PlanBook,
    name: str,
    note: str,
    fields: list[Field],
    lines: Sequence[Sequence[Cell]],
    sums: tuple[int, ...] = (),
) -> None:
    """Write a sheet of lines, with a total of the columns ``sums``."""
    sheet = book.sheet(book.say(f"sheet_{name}"), note=book.say(note))
    sheet.headings(fields, stay=True)
    heading, start = sheet.row - 1, sheet.row + 1
    sheet.lines(fields, lines or [_nothing(book, fields)])
    if lines:
        sheet.page.autofilter(heading, 0, sheet.row - 1, len(fields) - 1)
    if lines and sums:
        total: list[Cell] = [book.say("total"), *[""] * (len(fields) - 1)]
        for column in sums:
            total[column] = subtotal(column, start, sheet.row, sum(float(str(line[column])) for line in lines))
        sheet.line(fields, total, "total")
    sheet.finish()


def _nothing(book: PlanBook, fields: list[Field]) -> list[Cell]:
    return [book.say("nothing"), *[""] * (len(fields) - 1)]
