"""The folder that ``reserve isolation`` writes: every village and community in every scenario; whole or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from network.words import Language, Phrase, say
from optimizer.analysis.analysis_tables import ISOLATION_TABLES
from optimizer.analysis.isolation import Isolation
from optimizer.analysis.whatif_report.wording import WhatIfWords
from optimizer.analysis.whatif_report.workbook import write_book
from optimizer.output_folder import FolderKind, whole_folder, write_manifest
from optimizer.plan.manifest import DISTRIBUTION, software_version
from optimizer.plan.table_files import write_tables
from optimizer.region.region import Region
from optimizer.report.assumptions import is_synthetic, roads_source
from optimizer.report.wording import Wording

ISOLATION_FOLDER = FolderKind("isolation.json", Phrase("optimizer.isolation.folder"))
VERSION = 1
NAMED = 5
"""So many places of a scenario are named in the summary; the workbook has all."""


def write_isolation(region: Region, found: Isolation, out: Path, language: Language) -> Path:
    """Write the folder ``out``; an older one of this kind is replaced.

    Raises
    ------
    ProblemsError
        ``out`` holds something else or cannot be written; nothing has changed then.
    """
    tables = {"access": found.access, "isolated": found.isolated, "holdings": found.holdings}
    lines = headline(region, found, language)
    with whole_folder(out, ISOLATION_FOLDER) as folder:
        write_tables(tables, folder, ISOLATION_TABLES)
        words = WhatIfWords(Wording.of_region(region, language))
        write_book(folder / "isolation.xlsx", words, title(region, language), lines, ISOLATION_TABLES, tables)
        (folder / "summary.txt").write_text("\n".join([title(region, language), *lines]) + "\n", encoding="utf-8-sig")
        write_manifest(_manifest(region, lines, language), folder, ISOLATION_FOLDER)
    return Path(out).expanduser().resolve()


def title(region: Region, language: Language) -> str:
    """Name the region and how many scenarios there are."""
    name = region.settings.name.say(language)
    return say("optimizer.isolation.title", language, region=name, scenarios=len(region.scenarios))


def headline(region: Region, found: Isolation, language: Language) -> list[str]:
    """A line a scenario, and on what they rest."""
    lines = [line for scenario in region.scenarios for line in _scenario(region, found, scenario.id, language)]
    lines.append(say("optimizer.isolation.basis", language))
    lines.append(roads_source(region, language))
    return lines


def _scenario(region: Region, found: Isolation, scenario_id: str, language: Language) -> Iterator[str]:
    scenario = next(one for one in region.scenarios if one.id == scenario_id)
    rows = found.isolated[found.isolated["scenario_id"] == scenario_id]
    by_roads = rows[rows["status"] != "no_road"].sort_values("people", ascending=False, kind="stable")
    name = scenario.name.say(language)
    if by_roads.empty:
        yield say("optimizer.isolation.nobody", language, scenario=name)
        return
    names = say("optimizer.cli.comma", language).join(by_roads["site_name"].head(NAMED))
    more = len(by_roads) - NAMED
    yield say(
        "optimizer.isolation.scenario",
        language,
        scenario=name,
        places=len(by_roads),
        people=f"{by_roads['people'].sum():,.0f}",
        names=names + (" …" if more > 0 else ""),
        cannot_last=int((by_roads["lasts"] == "no").sum()),
        no_landing=int((by_roads["landing_site_id"] == "").sum()),
    )


def _manifest(region: Region, lines: list[str], language: Language) -> dict[str, object]:
    settings = region.settings
    return {
        "schema_version": VERSION,
        "software": {"name": DISTRIBUTION, "version": software_version()},
        "made_at": datetime.now(UTC).astimezone().isoformat(timespec="seconds"),
        "language": language,
        "region": {"id": settings.id, "name": settings.name.model_dump(), "roads_synthetic": is_synthetic(region)},
        "inputs": dict(region.inputs),
        "scenarios": [scenario.id for scenario in region.scenarios],
        "headline": lines,
    }
