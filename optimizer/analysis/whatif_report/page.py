"""``report.html``: the what-if on a page or two, with the map inside."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from network.words import Language, catalogue
from optimizer.analysis.whatif import WhatIf
from optimizer.analysis.whatif_report.figures import names_in, newly_isolated
from optimizer.analysis.whatif_report.summary import landing_line, title, told_lines
from optimizer.analysis.whatif_report.wording import WhatIfWords
from optimizer.plan.manifest import software_version
from optimizer.report.assumptions import sources
from optimizer.report.paper.document import Align, Block, Bullets, Document, Heading, Picture, Table
from optimizer.report.paper.html import write_html

MOST_ROWS = 60
"""So many rows of a table; the workbook has all."""


def write_page(found: WhatIf, folder: Path, language: Language) -> None:
    """Write ``report.html`` beside ``map.png``."""
    words = WhatIfWords.of(found, language)
    made = words("made", date=datetime.now(UTC).astimezone().strftime("%Y-%m-%d %H:%M"), version=software_version())
    blocks = [
        Bullets(tuple(told_lines(found, language))),
        Picture(folder / "map.png", words("map_caption")),
        *_closures(found, words),
        *_isolated(found, words),
        *_broken(found, words),
        *_routes(found, words),
        Heading(words("h_definitions")),
        Bullets(tuple(words(name) for name in catalogue("optimizer", "whatif") if name.startswith("definition_"))),
        Heading(words("h_sources")),
        Bullets(tuple(sources(found.region, language))),
    ]
    write_html(Document(title(found, language), blocks, language, made), folder / "report.html")


def _closures(found: WhatIf, words: WhatIfWords) -> Iterator[Block]:
    yield Heading(words("h_closures"))
    columns = (("closure", 0.4), ("effect", 0.15), ("links", 0.1), ("km", 0.1), ("places", 0.12), ("people", 0.13))
    rows = [
        (
            str(row["name"]),
            words.choice("effect", row["effect"]) if row["in_force"] else words("not_in_force"),
            words.number(row["links"]),
            words.number(row["length_km"], 1),
            words.number(row["places"]),
            words.number(row["people"]),
        )
        for row in found.tables["closures"].to_dict("records")
    ]
    yield _table(words, "closures", columns, rows, left=2)


def _isolated(found: WhatIf, words: WhatIfWords) -> Iterator[Block]:
    alone = newly_isolated(found)
    if alone.empty:
        return
    yield Heading(words("h_isolated"))
    columns = (
        ("place", 0.16),
        ("status", 0.1),
        ("cut_by", 0.26),
        ("landing", 0.28),
        ("people", 0.1),
        ("lasts", 0.1),
    )
    rows = [
        (
            words("place_of_town", name=row["site_name"], town=row["town_name"])
            if row["town_name"]
            else row["site_name"],
            words.choice("status", row["status"]),
            _cut_by(row["cut_kind"], names_in(row["cut_by"]), words),
            landing_line(row, words),
            words.number(row["people"]),
            words.number(row["lasts_h"]),
        )
        for row in alone.to_dict("records")
    ]
    yield _table(words, "isolated", columns, rows, left=4)


def _cut_by(kind: str, names: list[str], words: WhatIfWords) -> str:
    joined = words.names.some(names)
    return words(f"cut_by_{kind}", names=joined) if kind and len(names) > 1 else joined


def _broken(found: WhatIf, words: WhatIfWords) -> Iterator[Block]:
    standards = found.tables["standards"]
    broken = standards[standards["breaks"]]
    if broken.empty:
        return
    yield Heading(words("h_broken"))
    columns = (("rule", 0.3), ("place", 0.24), ("required", 0.1), ("before", 0.1), ("after", 0.1), ("slow_fast", 0.16))
    rows = [
        (
            words.names.rule(row["rule_id"]),
            str(row["subject_name"]),
            f"{words.number(row['required'], 1)} {row['unit']}",
            words.number(row["before"], 1),
            words.number(row["after"], 1),
            f"{words.number(row['after_slow'], 1)} / {words.number(row['after_fast'], 1)}",
        )
        for row in broken.to_dict("records")
    ]
    yield _table(words, "broken", columns, rows, left=2)


def _routes(found: WhatIf, words: WhatIfWords) -> Iterator[Block]:
    routes = found.tables["routes"]
    ways = {when: rows.set_index("to_site_id") for when, rows in routes.groupby("when")}
    if len(ways) < 2:
        return
    round_about = [site for site in ways["before"].index if site in ways["after"].index]
    rows = [
        (words.names.site(site), *(_route(ways[when].loc[site].to_dict(), words) for when in ("before", "after")))
        for site in round_about
    ]
    if rows:
        yield Heading(words("h_routes"))
        yield _table(words, "routes", (("place", 0.16), ("before", 0.42), ("after", 0.42)), rows, left=3)


def _route(row: Mapping[Hashable, Any], words: WhatIfWords) -> str:
    return words(
        "route",
        depot=words.names.site(row["from_site_id"]),
        minutes=words.number(row["drive_min"]),
        km=words.number(row["length_km"], 1),
        roads=row["by_way_of"] or words("small_roads"),
    )


def _table(
    words: WhatIfWords,
    caption: str,
    columns: tuple[tuple[str, float], ...],
    rows: Sequence[tuple[str, ...]],
    *,
    left: int,
) -> Table:
    """A table whose first ``left`` columns are text; where it is cut short, the caption says so."""
    said = words(f"caption_{caption}")
    if len(rows) > MOST_ROWS:
        said = words("caption_cut", caption=said, shown=MOST_ROWS, count=len(rows))
    headings = tuple(words(f"h_{name}") for name, _ in columns)
    aligns: tuple[Align, ...] = tuple("left" if place < left else "right" for place in range(len(columns)))
    return Table(said, headings, aligns, tuple(width for _, width in columns), tuple(rows[:MOST_ROWS]))
