"""One list a town: a sheet each, or blocks on one sheet where the towns are too many for sheets; with an index."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import pandas as pd

from optimizer.report.wording import CNY_PER_WAN
from optimizer.report.workbook.book import PlanBook
from optimizer.report.workbook.purchases import estimate_behind, subtotal
from optimizer.report.workbook.sheet import Cell, Field, Formula, Sheet, reference

MOST_SHEETS = 60
BLOCK_WIDTHS = (24.0, 18.0, 10.0, 11.0, 12.0, 14.0, 13.0, 18.0, 32.0, 24.0)
LISTED = ("depots", "purchases", "stock", "standards", "unmet")


def towns_of(book: PlanBook) -> list[str]:
    """Names of the towns in the order of the region's sites; then the district itself (``""``), if it has rows."""
    sites = book.plan.region.sites
    known = list(dict.fromkeys(sites.loc[sites["kind"] == "town", "name"]))
    listed = [name for table in LISTED for name in book.plan.tables[table]["town_name"].unique()]
    return list(dict.fromkeys([*known, *(name for name in listed if name), *([""] if "" in listed else [])]))


def write_towns(book: PlanBook) -> None:
    """Write the index and every town's list."""
    towns = towns_of(book)
    index = book.sheet(book.say("sheet_towns"))
    fields = [
        book.field("town", widest=30),
        book.field("lines", "whole"),
        book.field("cost_wan", "wan"),
        book.field("short", "whole"),
    ]
    index.headings(fields, stay=True)
    blocks = None if len(towns) <= MOST_SHEETS else book.sheet(book.say("sheet_town_blocks"))
    for town in towns:
        _town(book, town, index, fields, blocks)
    if blocks:
        blocks.finish()
    index.finish()


def _town(book: PlanBook, town: str, index: Sheet, fields: list[Field], blocks: Sheet | None) -> None:
    name = book.words.town(town)
    rows = {table: _of_town(book.plan.tables[table], town) for table in LISTED}
    short = rows["standards"][rows["standards"]["outcome"] == "short"]
    cost = float(rows["purchases"]["cost_cny"].sum()) / CNY_PER_WAN
    if blocks is None:
        sheet = book.sheet(name, book.say("title_town", town=name))
        target = f"internal:'{sheet.name}'!A1"
        sheet.link(0, index.name, book.say("back"))
        sheet.row += 1
    else:
        sheet = blocks
        sheet.row += 2
        target = f"internal:'{sheet.name}'!A{sheet.row + 1}"
        sheet.title(book.say("title_town", town=name))
    index.line(fields, [name, len(rows["purchases"]), cost, len(short)])
    index.page.write_url(index.row - 1, 0, target, book.book.format("link"), name)
    _write_blocks(book, sheet, rows | {"standards": short})
    if blocks is None:
        sheet.finish()


def _of_town(table: pd.DataFrame, town: str) -> pd.DataFrame:
    return table[table["town_name"] == town]


def _write_blocks(book: PlanBook, sheet: Sheet, rows: dict[str, pd.DataFrame]) -> None:
    _depots(book, sheet, rows["depots"][rows["depots"]["decision"] != "not_chosen"])
    _purchases(book, sheet, rows["purchases"])
    _stock(book, sheet, rows["stock"])
    _short(book, sheet, rows["standards"])
    _unmet(book, sheet, rows["unmet"])


def _block(
    book: PlanBook,
    sheet: Sheet,
    title: str,
    fields: list[Field],
    lines: Iterable[Sequence[Cell]],
    total: Sequence[Cell] = (),
) -> None:
    """Write one block of a town's list; the blocks share the widths of their columns."""
    sheet.section(book.say(title))
    every = list(lines)
    if not every:
        sheet.page.write_string(sheet.row, 0, book.say("nothing"))
        sheet.row += 1
        return
    sheet.headings(fields)
    sheet.lines(fields, every)
    if total:
        sheet.line(fields, total, "total")


def _fields(book: PlanBook, *names: tuple[str, str]) -> list[Field]:
    return [
        book.field(name, form, width) for (name, form), width in zip(names, BLOCK_WIDTHS[: len(names)], strict=True)
    ]


def _depots(book: PlanBook, sheet: Sheet, rows: pd.DataFrame) -> None:
    words = book.words
    fields = _fields(
        book,
        ("site", "text"),
        ("kind", "text"),
        ("decision", "text"),
        ("size", "text"),
        ("storage", "number"),
        ("used", "number"),
        ("building", "wan"),
        ("running", "wan"),
        ("override", "text"),
        ("estimate", "text"),
    )
    lines = [
        [
            row["site_name"],
            words.choice("site_kind", row["kind"]),
            words.choice("decision", row["decision"]),
            row["size"],
            row["storage_m3"],
            row["used_m3"],
            row["fixed_cost_cny"] / CNY_PER_WAN,
            row["yearly_cost_cny"] / CNY_PER_WAN,
            row["override"],
            words.marks("depots", str(row["estimated"])),
        ]
        for row in rows.to_dict("records")
    ]
    _block(book, sheet, "town_depots", fields, lines)


def _purchases(book: PlanBook, sheet: Sheet, rows: pd.DataFrame) -> None:
    words = book.words
    fields = _fields(
        book,
        ("site", "text"),
        ("item", "text"),
        ("unit", "text"),
        ("quantity", "number"),
        ("price", "money"),
        ("cost", "money"),
        ("cost_wan", "wan_fine"),
        ("payer", "text"),
        ("reason_why", "text"),
        ("estimate", "text"),
    )
    start = sheet.row + 4  # an empty row, the block's title and its headings come first; Excel counts from 1
    lines = [
        [
            row["site_name"],
            words.item(row["item_id"]),
            row["unit"],
            row["quantity"],
            row["price_cny"],
            row["cost_cny"],
            Formula(f"={reference(excel_row, 5)}/{CNY_PER_WAN}", row["cost_cny"] / CNY_PER_WAN),
            words.payer(row["payer_id"]),
            words.reasons(str(row["rules"]), str(row["scenarios"])),
            estimate_behind(book, row),
        ]
        for excel_row, row in enumerate(rows.to_dict("records"), start)
    ]
    cost, end = float(rows["cost_cny"].sum()), start + len(rows) - 1
    sums = [subtotal(5, start, end, cost), subtotal(6, start, end, cost / CNY_PER_WAN)]
    _block(book, sheet, "town_purchases", fields, lines, [book.say("total"), "", "", "", "", *sums, "", "", ""])


def _stock(book: PlanBook, sheet: Sheet, rows: pd.DataFrame) -> None:
    words = book.words
    amounts = ("existing", "expiring", "moved_in", "moved_out", "bought", "quantity")
    headings = [(name, "number") for name in (*amounts[:-1], "after")]
    fields = _fields(book, ("site", "text"), ("item", "text"), ("unit", "text"), *headings, ("owner", "text"))
    lines = [
        [
            row["site_name"],
            words.item(row["item_id"]),
            row["unit"],
            *(row[name] for name in amounts),
            words.payer(row["owner"]),
        ]
        for row in rows.to_dict("records")
    ]
    _block(book, sheet, "town_stock", fields, lines)


def _short(book: PlanBook, sheet: Sheet, rows: pd.DataFrame) -> None:
    words = book.words
    fields = _fields(
        book,
        ("subject", "text"),
        ("rule", "text"),
        ("unit", "text"),
        ("required", "number"),
        ("reached", "number"),
        ("mend_cost", "money"),
        ("standing", "text"),
        ("item", "text"),
        ("mend", "text"),
    )
    lines = [
        [
            row["subject_name"],
            row["rule_id"],
            row["unit"],
            row["required"],
            row["reached"],
            row["mend_cost_cny"],
            words.choice("standing", row["standing"]),
            words.item(row["item_id"]) if row["item_id"] else "",
            words.mend(row),
        ]
        for row in rows.to_dict("records")
    ]
    _block(book, sheet, "town_standards", fields, lines)


def _unmet(book: PlanBook, sheet: Sheet, rows: pd.DataFrame) -> None:
    words = book.words
    fields = _fields(
        book,
        ("site", "text"),
        ("item", "text"),
        ("unit", "text"),
        ("want_units", "number"),
        ("late_units", "number"),
        ("unmet_units", "number"),
        ("people", "whole"),
        ("why", "text"),
        ("scenario", "text"),
        ("landing", "text"),
    )
    lines = [
        [
            row["site_name"],
            words.item(row["item_id"]),
            row["unit"],
            row["want"],
            row["late"],
            row["unmet"],
            row["people"],
            words.choice("reason", row["reason"]) if row["reason"] else "",
            words.scenario(row["scenario_id"]),
            words.site(row["landing_site_id"]) if row["landing_site_id"] else "",
        ]
        for row in rows.to_dict("records")
    ]
    _block(book, sheet, "town_unmet", fields, lines)
