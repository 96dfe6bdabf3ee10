"""Write a siting folder, whole or not at all: in the form of the plan folder, with a manifest of its own."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from network.problem import Problem
from network.words import LANGUAGES, Language, Phrase
from optimizer.output_folder import FolderKind, whole_folder, write_manifest
from optimizer.plan.manifest import origin
from optimizer.plan.region_copy import copy_region, write_roads
from optimizer.plan.table_files import write_tables
from optimizer.progress import Progress, silent
from optimizer.siting.figures import figures
from optimizer.siting.report.layers import write_siting_layers
from optimizer.siting.report.map import draw_siting
from optimizer.siting.report.paper import write_siting_reports
from optimizer.siting.report.told import Told
from optimizer.siting.report.workbook import write_siting_workbook
from optimizer.siting.siting import Siting
from optimizer.siting.stated.tables import SITING_TABLES
from optimizer.siting.unknown_people import unknown_people

SITING_FOLDER = FolderKind("siting.json", Phrase("optimizer.siting.folder"))
VERSION = 1
"""Of the form of the folder."""


def write_siting(siting: Siting, out: Path, language: Language, *, progress: Progress = silent) -> tuple[Problem, ...]:
    """Write ``siting`` to the folder ``out``, which appears whole or not at all; an older one is replaced.

    Returns
    -------
    tuple of Problem
        Warnings.

    Raises
    ------
    ProblemsError
        ``out`` holds something else or cannot be written; nothing has changed then.
    """
    warnings: list[Problem] = [*unknown_people(siting.case.statement)]
    roads: list[str] = []
    with whole_folder(out, SITING_FOLDER) as folder:
        steps: tuple[Callable[[], object], ...] = (
            lambda: write_tables(siting.tables, folder, SITING_TABLES),
            lambda: roads.append(_region(siting, folder)),
            lambda: warnings.extend(draw_siting(siting, folder / "map.png", language)),
            lambda: write_siting_workbook(siting, folder / "siting.xlsx", language),
            lambda: write_siting_reports(siting, folder, language),
            lambda: write_siting_layers(siting, folder / "siting.gpkg"),
            lambda: _summary(siting, folder, language),
        )
        for done, step in enumerate(steps):
            progress(Phrase("optimizer.siting.step_files"), done / len(steps))
            step()
        content = manifest(siting, language, roads[0]) | {"warnings": [one.say(language) for one in warnings]}
        write_manifest(content, folder, SITING_FOLDER)
    return tuple(warnings)


def _region(siting: Siting, folder: Path) -> str:
    copy_region(siting.region, folder / "region")
    return write_roads(siting.region, folder)


def _summary(siting: Siting, folder: Path, language: Language) -> None:
    told = Told(siting, language)
    lines = [told.title(), *told.headline(), *told.basis(), *told.cautions()]
    (folder / "summary.txt").write_text("\n".join(lines) + "\n", encoding="utf-8-sig")


def manifest(siting: Siting, language: Language, roads: str) -> dict[str, object]:
    """Content of ``siting.json`` but for the warnings and the files."""
    region, solution = siting.region, siting.solution
    settings = region.settings
    return origin(region, language, VERSION, roads=roads) | {
        "kind": "siting",
        "options": siting.options.plain(),
        "parameters": settings.parameters.model_dump(mode="json"),
        "siting_parameters": settings.siting.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in region.rules],
        "overrides": [override.model_dump(mode="json") for override in region.overrides],
        "solver": siting.solver,
        "result": figures(siting),
        "measure_best": solution.problem.measure.best,
        "alternatives_complete": siting.alternatives_complete,
        "studies_cut": list(siting.cut),
        "told": {each: Told(siting, each).headline() for each in LANGUAGES},
        "seconds": round(siting.seconds, 3),
    }
