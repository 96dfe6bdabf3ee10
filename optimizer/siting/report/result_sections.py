"""The report's sections on what is proposed and what it does: sites, effect, standards, scenarios."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from optimizer.report.paper.document import Block, Heading, Paragraph, Picture
from optimizer.siting.report.paper_case import Paper

DECIDED = ("opened", "enlarged", "closed")


def result_sections(paper: Paper) -> Iterator[Block]:
    """Sections two to five."""
    for name, section in (
        ("proposal", _proposal),
        ("effect", _effect),
        ("standards", _standards),
        ("scenarios", _scenarios),
    ):
        blocks = list(section(paper))
        if blocks:
            yield Heading(paper.told(f"h_{name}"))
            yield from blocks


def _proposal(paper: Paper) -> Iterator[Block]:
    told = paper.told
    for line in [*told.decided(), *told.loss()]:
        yield Paragraph(line)
    decided = [row for row in paper.records("sites") if row["decision"] in DECIDED]
    if decided:
        yield paper.table(
            "sites",
            (
                ("site", "left", 0.34),
                ("town", "left", 0.18),
                ("decision", "center", 0.12),
                ("size", "center", 0.1),
                ("cost", "right", 0.13),
                ("served", "right", 0.13),
            ),
            (
                (
                    told.site(str(row["site_id"]), str(row["site_name"])),
                    told.words.town(str(row["town_name"])),
                    told.words.choice("decision", str(row["decision"])),
                    str(row["size"]),
                    paper.wan(row["cost_cny"]),
                    paper.value(row["served"]),
                )
                for row in decided
            ),
        )
    yield Picture(paper.map_file, told("caption_map"))


def _effect(paper: Paper) -> Iterator[Block]:
    """Mean time and share within the standard, town by town, by residents."""
    yield Paragraph(paper.told.effect())
    coverage = paper.rows("coverage")
    cut_off = paper.siting.case.statement.standard.cut_off_min
    rows = coverage.assign(
        before=coverage["before_min"].fillna(cut_off).clip(upper=cut_off) * coverage["people"],
        after=coverage["after_min"].fillna(cut_off).clip(upper=cut_off) * coverage["people"],
        judged=coverage["people"] * (coverage["outcome"] != "not_applicable"),
        within=coverage["people"] * coverage["within_share"].fillna(0.0),
    )
    towns = rows.groupby("town_name", sort=False)[["people", "before", "after", "judged", "within"]].sum()
    with np.errstate(invalid="ignore"):
        towns = towns.assign(share=towns["within"] / towns["judged"])
        towns[["before", "after"]] = towns[["before", "after"]].div(towns["people"], axis=0)
    yield paper.table(
        "towns",
        (("town", "left", 0.34), ("before", "right", 0.22), ("mean", "right", 0.22), ("within", "right", 0.22)),
        (
            (
                paper.told.words.town(str(row["town_name"])),
                paper.minutes(row["before"]),
                paper.minutes(row["after"]),
                paper.share(row["share"]),
            )
            for row in towns.reset_index().to_dict("records")
        ),
    )


def _standards(paper: Paper) -> Iterator[Block]:
    for line in paper.told.beyond():
        yield Paragraph(line)
    towns = paper.records("towns")
    if towns:
        yield paper.table(
            "town_depots",
            (("rule", "left", 0.34), ("town", "left", 0.26), ("depots", "right", 0.2), ("outcome", "center", 0.2)),
            (
                (
                    str(row["rule_id"]),
                    str(row["town_name"]),
                    paper.minutes(row["depots"], 0),
                    paper.told.words.choice("outcome", str(row["outcome"])),
                )
                for row in towns
            ),
        )


def _scenarios(paper: Paper) -> Iterator[Block]:
    rows = paper.records("scenarios")
    if len(rows) < 2:
        return
    yield paper.table(
        "scenarios",
        (
            ("scenario", "left", 0.32),
            ("weight", "right", 0.15),
            ("loss", "right", 0.17),
            ("mean", "right", 0.12),
            ("within", "right", 0.12),
            ("unreached", "right", 0.12),
        ),
        (
            (
                str(row["scenario_name"]),
                paper.value(row["weight"]),
                paper.value(row["loss"]),
                paper.minutes(row["mean_min"]),
                paper.share(row["within_share"]),
                paper.minutes(row["unreached_places"], 0),
            )
            for row in rows
        ),
    )
    own = [row for row in paper.records("regret") if row["siting"] == "plan"]
    if own:
        yield paper.table(
            "regret",
            (("scenario", "left", 0.4), ("loss", "right", 0.2), ("least", "right", 0.2), ("regret", "right", 0.2)),
            (
                (paper.told.words.scenario(str(row["scenario_id"])), *(paper.value(row[name]) for name in
                 ("loss", "least", "regret")))
                for row in own
            ),
        )  # fmt: skip
    if "regret" in paper.siting.cut:
        yield Paragraph(paper.told.cut("regret"))
