"""Write a plan folder, whole or not at all, and read one back."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from network.problem import Problem, ProblemsError
from network.roads import RoadNetwork
from network.words import Language, Phrase
from optimizer.plan.manifest import FILE, manifest, read_manifest, write_manifest
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
    out = Path(out).expanduser().resolve()
    check_out(out)
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        work = Path(tempfile.mkdtemp(prefix=f".{out.name}.", suffix=".writing", dir=out.parent))
    except OSError as error:
        raise _not_written(out, error) from error
    try:
        _fill(plan, work, language, progress)
        work.chmod(0o755)
        _put_in_place(work, out)
    except OSError as error:
        raise _not_written(out, error) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return out


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
    write_manifest(manifest(plan, figures, language, roads, warnings), folder)


def check_out(out: Path) -> None:
    """Refuse, before the work begins, a place where no plan can be written; nothing is left there.

    Raises
    ------
    ProblemsError
        ``out`` holds anything but a plan (what a planner put there is not to be lost), or the nearest folder above it
        that exists cannot be written.
    """
    out = Path(out).expanduser().resolve()
    try:
        _refuse(out)
        home = next((folder for folder in out.parents if folder.exists()), out)
        Path(tempfile.mkdtemp(prefix=f".{out.name}.", dir=home)).rmdir()
    except OSError as error:
        raise _not_written(out, error) from error


def _refuse(out: Path) -> None:
    """Refuse a place that holds anything but a plan."""
    if not out.exists():
        return
    if not out.is_dir():
        raise _problem("out_is_file", "out_not_plan_mend", path=out)
    inside = sorted(path for path in out.rglob("*") if path.is_file() and not path.name.startswith(("~$", ".")))
    if not inside:
        return
    if not (out / FILE).is_file():
        raise _problem("out_not_plan", "out_not_plan_mend", path=out)
    own = set(_files(out)) | {FILE}
    foreign = [name for path in inside if (name := path.relative_to(out).as_posix()) not in own]
    if foreign:
        raise _problem("out_foreign", "out_foreign_mend", path=out, names=", ".join(foreign[:5]))


def _files(out: Path) -> Mapping[str, object]:
    """Files that the plan at ``out`` says are its own."""
    try:
        files = read_manifest(out).get("files", {})
    except ProblemsError as error:
        raise _problem("out_not_plan", "out_not_plan_mend", path=out) from error
    return files if isinstance(files, Mapping) else {}


def _put_in_place(work: Path, out: Path) -> None:
    """Give the finished folder its name; on Windows a file that Excel holds open keeps the old one from moving."""
    if not out.exists():
        work.rename(out)
        return
    old = work.with_name(work.name.replace(".writing", ".old"))
    try:
        out.rename(old)
    except OSError as error:
        raise _problem("out_in_use", "out_in_use_mend", path=out, reason=error.strerror or error) from error
    try:
        work.rename(out)
    except BaseException:
        old.rename(out)
        raise
    shutil.rmtree(old, ignore_errors=True)


def _not_written(out: Path, error: OSError) -> ProblemsError:
    return _problem("out_not_written", "out_not_written_mend", path=out, reason=error.strerror or error)


def _problem(what: str, mend: str, **values: object) -> ProblemsError:
    return ProblemsError([Problem(Phrase(f"optimizer.plan.{what}", **values), Phrase(f"optimizer.plan.{mend}"))])
