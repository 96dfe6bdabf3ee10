"""Write a dispatch folder, whole or not at all: in the form of the plan folder, with a manifest of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from network.problem import Problem
from network.words import LANGUAGES, Language, Phrase
from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.figures import figures
from optimizer.dispatch.incident.incident import write_incident
from optimizer.dispatch.report.gantt import draw_gantt
from optimizer.dispatch.report.layers import write_dispatch_layers
from optimizer.dispatch.report.map import draw_dispatch
from optimizer.dispatch.report.orders import write_orders
from optimizer.dispatch.report.told import Told
from optimizer.dispatch.report.workbook import write_dispatch_workbook
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.output_folder import FolderKind, whole_folder, write_manifest
from optimizer.plan.manifest import origin
from optimizer.plan.region_copy import copy_region, write_roads
from optimizer.plan.table_files import write_tables
from optimizer.progress import Progress, silent
from optimizer.region.registers import COPIES, SKILLS

DISPATCH_FOLDER = FolderKind("dispatch.json", Phrase("optimizer.dispatch.folder"))
VERSION = 1
"""Of the form of the folder."""
PREVIOUS = "previous"
"""Folder of the tables of the orders that were renewed."""


def write_dispatch(
    dispatch: Dispatch, out: Path, language: Language, *, progress: Progress = silent
) -> tuple[Problem, ...]:
    """Write ``dispatch`` to the folder ``out``, which appears whole or not at all; an older one is replaced.

    Returns
    -------
    tuple of Problem
        Warnings.

    Raises
    ------
    ProblemsError
        ``out`` holds something else or cannot be written; nothing has changed then.
    """
    warnings: list[Problem] = []
    roads: list[str] = []
    told = Told(dispatch, language)
    with whole_folder(out, DISPATCH_FOLDER) as folder:
        steps: dict[str, Callable[[], object]] = {
            "tables": lambda: _tables(dispatch, folder),
            "incident": lambda: write_incident(dispatch.incident, folder / "incident.yaml"),
            "region": lambda: roads.append(_region(dispatch, folder)),
            "map": lambda: warnings.extend(draw_dispatch(dispatch, folder / "map.png", language)),
            "gantt": lambda: draw_gantt(dispatch, folder / "gantt.png", language),
            "workbook": lambda: write_dispatch_workbook(told, folder / "dispatch.xlsx"),
            "orders": lambda: write_orders(told, folder),
            "layers": lambda: write_dispatch_layers(dispatch, folder / "dispatch.gpkg"),
            "summary": lambda: _summary(told, folder),
        }
        for done, (name, step) in enumerate(steps.items()):
            progress(Phrase(f"optimizer.dispatch_report.step_{name}"), done / len(steps))
            step()
        content = manifest(dispatch, language, roads[0]) | {"warnings": [one.say(language) for one in warnings]}
        write_manifest(content, folder, DISPATCH_FOLDER)
    return tuple(warnings)


def _tables(dispatch: Dispatch, folder: Path) -> None:
    """Write the tables, and those of the orders that were renewed, by which it can be verified what was kept."""
    write_tables(dispatch.tables, folder, DISPATCH_TABLES)
    if dispatch.previous is not None:
        (folder / PREVIOUS).mkdir()
        write_tables(dispatch.previous, folder / PREVIOUS, DISPATCH_TABLES)


def _region(dispatch: Dispatch, folder: Path) -> str:
    """Copy the region, and beside its standards the register of skills that held."""
    copy_region(dispatch.region, folder / "region")
    copied = folder / "region" / COPIES / SKILLS
    if SKILLS not in dispatch.region.inputs and dispatch.incident.skills.file.is_file():
        copied.parent.mkdir(exist_ok=True)
        shutil.copyfile(dispatch.incident.skills.file, copied)
    return write_roads(dispatch.region, folder)


def _summary(told: Told, folder: Path) -> None:
    (folder / "summary.txt").write_text("\n".join(told.lines()) + "\n", encoding="utf-8-sig")


def manifest(dispatch: Dispatch, language: Language, roads: str) -> dict[str, object]:
    """Content of ``dispatch.json`` but for the warnings and the files."""
    region, form = dispatch.region, dispatch.incident.form
    return origin(region, language, VERSION, roads=roads) | {
        "kind": "dispatch",
        "incident": {
            "id": form.id,
            "name": form.name,
            "began": form.began.isoformat(),
            "inputs": dict(dispatch.incident.inputs),
        },
        "options": asdict(dispatch.options),
        "parameters": region.settings.parameters.model_dump(mode="json"),
        "dispatch_parameters": region.settings.dispatch.model_dump(mode="json"),
        "rules": [rule.model_dump(mode="json") for rule in region.rules],
        "solver": dispatch.solver,
        "layers": dispatch.tables["layers"].to_dict("records"),
        "headline": figures(dispatch),
        "stability": None if dispatch.stability is None else asdict(dispatch.stability),
        "told": {each: Told(dispatch, each).headline() for each in LANGUAGES},
        "seconds": round(dispatch.seconds, 3),
    }
