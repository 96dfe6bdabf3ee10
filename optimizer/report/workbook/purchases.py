"""The purchase list: by payer, then by category of GB/T 38565, with the reason and the estimate behind each line."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from optimizer.report.figures import rests_on_estimate
from optimizer.report.wording import CNY_PER_WAN
from optimizer.report.workbook.book import PlanBook
from optimizer.report.workbook.sheet import Cell, Field, Formula, Sheet, reference

COST, WAN = 10, 11


def purchase_fields(book: PlanBook) -> list[Field]:
    """Columns of the purchase list; ``COST`` and ``WAN`` are the places of the two columns of money."""
    return [
        book.field("number", "whole", 6),
        book.field("town", widest=12),
        book.field("site", widest=20),
        book.field("gb_code", widest=11),
        book.field("item", widest=20),
        book.field("unit", widest=6),
        book.field("packs", "number", 8),
        book.field("pack_size", "number", 9),
        book.field("quantity", "number", 11),
        book.field("price", "money", 12),
        book.field("cost", "money", 15),
        book.field("cost_wan", "wan_fine", 12),
        book.field("reason_why", widest=34),
        book.field("override", widest=16),
        book.field("estimate", widest=22),
    ]


def write_purchases(book: PlanBook) -> None:
    """Write the purchase list with a subtotal for every category, a total for every payer and a grand total."""
    sheet = book.sheet(book.say("sheet_purchases"), note=book.say("note_purchases"))
    fields = purchase_fields(book)
    sheet.headings(fields, stay=True)
    rows = _sorted(book)
    first = sheet.row + 1
    count = 0
    for payer, of_payer in rows.groupby("payer_id", sort=False):
        sheet.line(fields, _label(book.words.payer(str(payer)), fields), "group")
        start = sheet.row + 1
        for category, of_category in of_payer.groupby("category", sort=False):
            count = _write_category(book, sheet, fields, of_category, count, str(category))
        name = book.say("payer_total", name=book.words.payer(str(payer)))
        sheet.line(fields, _sum(name, fields, start, sheet.row, of_payer), "total")
    if rows.empty:
        sheet.line(fields, _label(book.say("nothing"), fields))
    sheet.line(fields, _sum(book.say("grand_total"), fields, first, sheet.row, rows), "total")
    sheet.finish()


def write_items(book: PlanBook) -> None:
    """Write what is bought in all of each item, by category, with the same grand total."""
    sheet = book.sheet(book.say("sheet_items"), note=book.say("note_purchases"))
    fields = [
        book.field("gb_code", widest=12),
        book.field("item", widest=30),
        book.field("unit", widest=8),
        book.field("price", "money"),
        book.field("quantity", "number"),
        book.field("lines", "whole"),
        book.field("cost", "money"),
        book.field("cost_wan", "wan_fine"),
        book.field("estimate", widest=18),
    ]
    sheet.headings(fields, stay=True)
    rows = _sorted(book)
    first = sheet.row + 1
    for category, of_category in rows.groupby("category", sort=False):
        start = sheet.row + 1
        for item, of_item in of_category.groupby("item_id", sort=False):
            sheet.line(fields, _item_line(book, str(item), of_item, sheet.row + 1))
        sheet.line(fields, _sum_items(book.say("subtotal", name=category), start, sheet.row, of_category), "subtotal")
    sheet.line(fields, _sum_items(book.say("grand_total"), first, sheet.row, rows), "total")
    sheet.finish()


def purchase_line(book: PlanBook, row: Mapping[Any, Any], number: int, excel_row: int) -> list[Cell]:
    """Cells of one purchase; the 万元 are a formula over the CNY beside them."""
    words = book.words
    return [
        number,
        words.town(row["town_name"]),
        row["site_name"],
        row["gb_code"],
        words.item(row["item_id"]),
        row["unit"],
        row["packs"],
        row["pack_size"],
        row["quantity"],
        row["price_cny"],
        row["cost_cny"],
        Formula(f"={reference(excel_row, COST)}/{CNY_PER_WAN}", row["cost_cny"] / CNY_PER_WAN),
        words.reasons(str(row["rules"]), str(row["scenarios"])),
        row["override"],
        estimate_behind(book, row),
    ]


def estimate_behind(book: PlanBook, row: Mapping[Any, Any]) -> str:
    """Say what in a purchase is an estimate, and on which estimated inputs it rests."""
    words = book.words
    inputs = [words.input(part.strip()) for part in str(row["estimated_inputs"]).split(";") if part.strip()]
    said = [words.marks("purchases", str(row["estimated"])), words.joined(inputs)]
    return words.joined((part for part in said if part), "list_semicolon")


def _sorted(book: PlanBook) -> pd.DataFrame:
    """Order purchases as they are listed: payer as in the payers table, category, town, site, item."""
    bought = book.plan.tables["purchases"]
    payers = {payer: place for place, payer in enumerate(book.plan.tables["budgets"]["payer_id"])}
    rows = bought.assign(
        category=[book.words.category(str(code)) for code in bought["gb_code"]],
        place=[payers.get(payer, len(payers)) for payer in bought["payer_id"]],
    )
    order = ["place", "payer_id", "category", "town_name", "site_id", "item_id"]
    return rows.sort_values(order, kind="stable", ignore_index=True)


def _write_category(
    book: PlanBook, sheet: Sheet, fields: list[Field], rows: pd.DataFrame, count: int, category: str
) -> int:
    start = sheet.row + 1
    for row in rows.to_dict("records"):
        count += 1
        sheet.line(fields, purchase_line(book, row, count, sheet.row + 1))
    sheet.line(fields, _sum(book.say("subtotal", name=category), fields, start, sheet.row, rows), "subtotal")
    return count


def _label(text: str, fields: list[Field]) -> list[Cell]:
    return ["", text, *[""] * (len(fields) - 2)]


def _sum(text: str, fields: list[Field], start: int, end: int, rows: pd.DataFrame) -> list[Cell]:
    cells = _label(text, fields)
    cells[COST] = subtotal(COST, start, end, float(rows["cost_cny"].sum()))
    cells[WAN] = subtotal(WAN, start, end, float(rows["cost_cny"].sum()) / CNY_PER_WAN)
    return cells


def subtotal(column: int, start: int, end: int, value: float) -> Cell:
    """Add up a column from row ``start`` to ``end``; sums within are left out, so that nothing counts twice."""
    if end < start:
        return value
    return Formula(f"=SUBTOTAL(9,{reference(start, column)}:{reference(end, column)})", value)


def _item_line(book: PlanBook, item: str, rows: pd.DataFrame, excel_row: int) -> list[Cell]:
    cost = float(rows["cost_cny"].sum())
    prices = rows["price_cny"].unique()
    return [
        rows["gb_code"].iloc[0],
        book.words.item(item),
        rows["unit"].iloc[0],
        float(prices[0]) if len(prices) == 1 else None,
        float(rows["quantity"].sum()),
        len(rows),
        cost,
        Formula(f"={reference(excel_row, 6)}/{CNY_PER_WAN}", cost / CNY_PER_WAN),
        book.words("estimated") if rests_on_estimate(rows).any() else "",
    ]


def _sum_items(text: str, start: int, end: int, rows: pd.DataFrame) -> list[Cell]:
    cost = float(rows["cost_cny"].sum())
    sums = [subtotal(6, start, end, cost), subtotal(7, start, end, cost / CNY_PER_WAN)]
    return ["", text, "", None, None, subtotal(5, start, end, float(len(rows))), *sums, ""]
