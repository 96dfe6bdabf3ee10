"""Write a plan folder, whole or not at all, and read one back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from network.problem import Problem
from network.roads import RoadNetwork
from network.words import Language, Phrase
from optimizer.output_folder import whole_folder, write_manifest
from optimizer.plan.manifest import PLAN_FOLDER, manifest, read_manifest
from optimizer.plan.plan import Plan
from optimizer.plan.region_copy import copy_region, write_roads
from optimizer.plan.table_files import read_plan_tables, write_tables
from optimizer.progress import Progress, silent
from optimizer.report.figures import Figures, figures_of
from optimizer.report.geopackage import write_geopackage
from optimizer.report.map import draw_map
from optimizer.report.paper.report import write_reports
from optimizer.report.summary import summary_text
from optimizer.report.workbook.workbook import write_workbook


@dataclass(frozen=True)
class PlanFolder:
    """A plan folder, read.

    Attributes
    ----------
    path : Path
    manifest : mapping
        Content of ``plan.json``.
    tables : mapping of str to DataFrame
        Every table of ``PLAN_TABLES``.
    """

    path: Path
    manifest: Mapping[str, Any]
    tables: Mapping[str, pd.DataFrame]

    @property
    def region(self) -> Path:
        """The copy of the region that the plan was made from."""
        return self.path / "region"

    def roads(self) -> RoadNetwork:
        """Load the roads that the plan was made on."""
        return RoadNetwork.load(self.path / str(self.manifest["region"]["roads"]))


def read_plan_folder(path: Path) -> PlanFolder:
    """Read the plan folder at ``path``; a ``ProblemsError`` tells what is wrong with it."""
    return PlanFolder(path, read_manifest(path), read_plan_tables(path))


def write_plan(plan: Plan, out: Path, language: Language, *, progress: Progress = silent) -> Path:
    """Write ``plan`` to the folder ``out``, which appears whole or not at all.

    An older plan at ``out`` stays until the new one is whole, and is then replaced.

    Returns
    -------
    Path
        The folder, resolved.

    Raises
    ------
    ProblemsError
        ``out`` holds what is no plan, or cannot be written or replaced; nothing has changed then.
    """
    with whole_folder(out, PLAN_FOLDER) as folder:
        _fill(plan, folder, language, progress)
    return Path(out).expanduser().resolve()


def _fill(plan: Plan, folder: Path, language: Language, progress: Progress) -> None:
    """Write every file of the plan; ``plan.json`` comes last, for it names the others."""
    figures = figures_of(plan)
    warnings: list[Problem] = []
    roads: list[str] = []
    steps: tuple[tuple[str, Callable[[], None]], ...] = (
        ("tables", lambda: write_tables(plan.tables, folder)),
        ("region", lambda: roads.append(_region(plan, folder))),
        ("map", lambda: warnings.extend(draw_map(plan, folder / "map.png", language))),
        ("workbook", lambda: write_workbook(plan, figures, folder / "plan.xlsx", language)),
        ("report", lambda: write_reports(plan, figures, folder, language)),
        ("geopackage", lambda: write_geopackage(plan, folder / "plan.gpkg")),
        ("summary", lambda: _summary(plan, figures, folder, language, roads[0], warnings)),
    )
    for done, (name, step) in enumerate(steps):
        progress(Phrase(f"optimizer.plan.step_{name}"), done / len(steps))
        step()


def _region(plan: Plan, folder: Path) -> str:
    copy_region(plan.region, folder / "region")
    return write_roads(plan.region, folder)


def _summary(
    plan: Plan, figures: Figures, folder: Path, language: Language, roads: str, warnings: list[Problem]
) -> None:
    (folder / "summary.txt").write_text(summary_text(plan, language), encoding="utf-8-sig")
    write_manifest(manifest(plan, figures, language, roads, warnings), folder, PLAN_FOLDER)
