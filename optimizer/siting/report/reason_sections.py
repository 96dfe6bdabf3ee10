"""The report's sections on why: cost against effect, the order of building, reasons, what is nearly as good."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from optimizer.report.paper.document import Align, Block, Heading, Paragraph, Picture
from optimizer.siting.report.paper_case import Paper
from optimizer.siting.stated.options import ALTERNATIVES_WITHIN

CANDIDATES = 10
"""So many candidates that were not chosen are told of; the workbook has all."""
GOALS = ("time", "coverage", "model")


def reason_sections(paper: Paper) -> Iterator[Block]:
    """Sections six to nine."""
    for heading, study, section in (
        ("frontier", "frontier", _frontier),
        ("order", "additions", _order),
        ("reasons", "reasons", _reasons),
        ("alternatives", "alternatives", _alternatives),
    ):
        yield Heading(paper.told(f"h_{heading}"))
        yield from list(section(paper)) or [Paragraph(paper.told("none_found"))]
        if study in paper.siting.cut:
            yield Paragraph(paper.told.cut(study))


def _frontier(paper: Paper) -> Iterator[Block]:
    table = paper.rows("frontier")
    if table.empty:
        return
    yield Paragraph(paper.told("frontier_note"))
    if paper.curves_file is not None:
        yield Picture(paper.curves_file, paper.told("caption_frontier"))
    for goal in GOALS:
        rows = [row for row in paper.records("frontier") if row["goal"] == goal]
        if len(rows) < 2:
            continue
        yield paper.table(
            "frontier",
            (
                ("number", "right", 0.14),
                ("cost", "right", 0.2),
                ("value", "right", 0.24),
                ("mean", "right", 0.2),
                ("within", "right", 0.22),
            ),
            (
                (
                    paper.minutes(row["number"], 0),
                    paper.wan(row["cost_cny"]),
                    paper.value(row["value"]),
                    paper.minutes(row["mean_min"]),
                    paper.share(row["within_share"]),
                )
                for row in rows
            ),
            goal=paper.told(f"goal_{goal}"),
        )


def _order(paper: Paper) -> Iterator[Block]:
    rows = paper.records("additions")
    if not rows:
        return
    yield Paragraph(paper.told("order_note"))
    yield paper.table(
        "additions",
        (
            ("step", "right", 0.1),
            ("site", "left", 0.3),
            ("value", "right", 0.16),
            ("gain", "right", 0.14),
            ("best", "right", 0.16),
            ("mean", "right", 0.14),
        ),
        (
            (
                str(row["step"]),
                paper.told.site(str(row["site_id"]), str(row["site_name"])),
                paper.value(row["value"]),
                paper.value(row["gain"]),
                paper.value(row["best_value"]),
                paper.minutes(row["mean_min"]),
            )
            for row in rows
        ),
    )


def _reasons(paper: Paper) -> Iterator[Block]:
    table = paper.rows("reasons")
    if table.empty:
        return
    yield Paragraph(paper.told("reasons_note"))
    chosen = table["chosen"].astype(bool)
    columns: tuple[tuple[str, Align, float], ...] = (
        ("site", "left", 0.32),
        ("alone", "right", 0.17),
        ("anew", "right", 0.17),
        ("minutes", "right", 0.17),
        ("chosen_below", "right", 0.17),
    )
    for caption, rows in (("chosen", table[chosen]), ("candidates", table[~chosen].head(CANDIDATES))):
        if len(rows):
            yield paper.table(caption, columns, _reason_cells(paper, rows), count=len(rows))


def _reason_cells(paper: Paper, rows: pd.DataFrame) -> Iterator[tuple[str, ...]]:
    for row in rows.to_dict("records"):
        yield (
            paper.told.site(str(row["site_id"]), str(row["site_name"])),
            paper.value(row["change_alone"]),
            paper.value(row["change_best"]),
            paper.minutes(row["minutes_alone"], 2),
            paper.wan(row["chosen_below_cny"]),
        )


def _alternatives(paper: Paper) -> Iterator[Block]:
    rows = paper.records("alternatives")
    complete = paper.siting.alternatives_complete
    if rows:
        yield paper.table(
            "alternatives",
            (
                ("instead", "left", 0.32),
                ("added", "left", 0.32),
                ("above", "right", 0.12),
                ("cost", "right", 0.12),
                ("mean", "right", 0.12),
            ),
            (
                (
                    paper.told.names(str(row["instead"])),
                    paper.told.names(str(row["added"])),
                    paper.share(row["above_share"]),
                    paper.wan(row["cost_cny"]),
                    paper.minutes(row["mean_min"]),
                )
                for row in rows
            ),
        )
    yield Paragraph(paper.told("alternatives_all" if complete else "alternatives_some", share=ALTERNATIVES_WITHIN))
