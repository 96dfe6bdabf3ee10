"""The folder of a what-if, written whole or not at all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

from network.chainage import StakedStretch
from network.problem import Problem
from network.words import LANGUAGES, Language, Phrase
from optimizer.analysis.analysis_tables import WHATIF_TABLES
from optimizer.analysis.whatif import WhatIf
from optimizer.analysis.whatif_report.figures import figures_of
from optimizer.analysis.whatif_report.layers import write_layers
from optimizer.analysis.whatif_report.map import draw_what_if
from optimizer.analysis.whatif_report.page import write_page
from optimizer.analysis.whatif_report.summary import headline, summary_text
from optimizer.analysis.whatif_report.workbook import write_workbook
from optimizer.output_folder import FolderKind, whole_folder, write_manifest
from optimizer.plan.manifest import origin
from optimizer.plan.table_files import write_tables
from optimizer.progress import Progress, silent

WHATIF_FOLDER = FolderKind("whatif.json", Phrase("optimizer.whatif.folder"))
WHATIF_VERSION = 1
"""Of the form of the folder."""


def write_what_if(
    found: WhatIf,
    out: Path,
    language: Language,
    *,
    inputs: Mapping[str, str] | None = None,
    progress: Progress = silent,
) -> Path:
    """Write a what-if to the folder ``out``, which appears whole or not at all.

    Parameters
    ----------
    found : WhatIf
    out : Path
    language : {"zh", "en"}
    inputs : mapping of str to str, optional
        SHA-256 of what was read besides the region, by name: closures, plan.
    progress : callable

    Returns
    -------
    Path
        The folder, resolved.

    Raises
    ------
    ProblemsError
        ``out`` holds anything but a what-if, or cannot be written or replaced; nothing has changed then.
    """
    with whole_folder(out, WHATIF_FOLDER) as folder:
        warnings: list[Problem] = []
        steps: tuple[tuple[str, Callable[[], None]], ...] = (
            ("tables", lambda: write_tables(found.tables, folder, WHATIF_TABLES)),
            ("map", lambda: warnings.extend(draw_what_if(found, folder / "map.png", language))),
            ("workbook", lambda: write_workbook(found, folder / "whatif.xlsx", language)),
            ("report", lambda: write_page(found, folder, language)),
            ("geopackage", lambda: write_layers(found, folder / "whatif.gpkg")),
            ("summary", lambda: _summary(found, folder, language)),
        )
        for done, (name, step) in enumerate(steps):
            progress(Phrase(f"optimizer.whatif.step_{name}"), done / len(steps))
            step()
        content = _manifest(found, language) | {"inputs": dict(found.region.inputs) | dict(inputs or {})}
        write_manifest(content | {"warnings": [one.say(language) for one in warnings]}, folder, WHATIF_FOLDER)
    return Path(out).expanduser().resolve()


def _summary(found: WhatIf, folder: Path, language: Language) -> None:
    (folder / "summary.txt").write_text(summary_text(found, language), encoding="utf-8-sig")


def _manifest(found: WhatIf, language: Language) -> dict[str, object]:
    """Content of ``whatif.json`` but for inputs, warnings and files."""
    region = found.region
    return origin(region, language, WHATIF_VERSION) | {
        "options": dict(found.options),
        "parameters": region.settings.parameters.model_dump(mode="json"),
        "closures": [
            closure.model_dump(mode="json", exclude_none=True, exclude_defaults=True) for closure in found.closures
        ],
        "stakes": [_stretch(one) for one in found.stretches],
        "rules": [rule.model_dump(mode="json") for rule in region.rules if rule.check in ("response", "relief_hours")],
        "headline": asdict(figures_of(found)),
        "told": {each: headline(found, each) for each in LANGUAGES},
        "seconds": found.seconds,
    }


def _stretch(stretch: StakedStretch) -> dict[str, object]:
    """Where a closure by stakes lies, metres along the road, and by how much its stakes may be off."""
    return {
        "closure": stretch.name,
        "road": stretch.road,
        "links": len(stretch.links),
        "stated_m": stretch.stated_m,
        "closed_m": stretch.closed_m,
        "off_road_m": stretch.off_road_m,
        "error_m": stretch.error_m,
        "told": {each: stretch.phrase().say(each) for each in LANGUAGES},
    }
