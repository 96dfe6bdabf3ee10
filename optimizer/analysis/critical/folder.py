"""The folder that ``reserve critical`` writes: tables, a layer, a map, a summary; whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict
from pathlib import Path

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

from network.problem import Problem
from network.structures import road_pieces
from network.words import Language, Phrase
from optimizer.analysis.critical.map import draw_critical
from optimizer.analysis.critical.ranking import DAMAGES, CriticalLinks
from optimizer.analysis.critical.table import CRITICAL, LOSS_KINDS
from optimizer.analysis.critical.told import Told, summary_lines
from optimizer.output_folder import FolderKind, whole_folder, write_manifest
from optimizer.plan.manifest import origin
from optimizer.plan.table_files import write_tables
from optimizer.progress import Progress, silent
from optimizer.report.workbook.book import FONTS
from optimizer.report.workbook.declared import declared_field
from optimizer.report.workbook.sheet import Book, Sheet

CRITICAL_FOLDER = FolderKind("critical.json", Phrase("optimizer.critical.folder"))
VERSION = 1
"""Of the form of the folder."""
WGS84 = "EPSG:4326"
NOTE_WIDTH = 110.0


def write_critical(
    found: CriticalLinks, out: Path, language: Language, top: int, plan: str = "", *, progress: Progress = silent
) -> tuple[Problem, ...]:
    """Write the folder ``out``, which appears whole or not at all; an older one of this kind is replaced.

    Parameters
    ----------
    found : CriticalLinks
    out : Path
    language : {"zh", "en"}
    top : int
        So many ranks in the summary and on the map; the tables hold all.
    plan : str
        The plan it was judged by; empty where by present stock.
    progress : callable, optional

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
    with whole_folder(out, CRITICAL_FOLDER) as folder:
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("tables", lambda: _tables(found, folder, language, plan)),
            ("layer", lambda: _layer(found, folder / "critical.gpkg")),
            ("map", lambda: warnings.extend(draw_critical(found, folder / "map.png", language, top))),
            ("summary", lambda: _summary(found, folder, language, top, plan)),
        )
        for done, (name, step) in enumerate(steps):
            progress(Phrase(f"optimizer.critical.step_{name}"), done / len(steps))
            step()
    return tuple(warnings)


def _tables(found: CriticalLinks, folder: Path, language: Language, plan: str) -> None:
    write_tables({CRITICAL.name: found.table}, folder, (CRITICAL,))
    _workbook(found, folder / "critical.xlsx", Told(found, language), plan)


def _workbook(found: CriticalLinks, path: Path, told: Told, plan: str) -> None:
    """Write the table as a sheet, link ids left out, and what stands behind it as another."""
    zh = told.language == "zh"
    columns = [column for column in CRITICAL.columns if column.name != "links"]
    book = Book(str(path), FONTS[told.language], CRITICAL.title)
    sheet = Sheet(book, CRITICAL.title if zh else CRITICAL.name, "&P / &N")
    sheet.title(told.title())
    fields = [declared_field(column, told.language) for column in columns]
    sheet.headings(fields, stay=True)
    kinds = LOSS_KINDS if zh else {kind: kind for kind in LOSS_KINDS}
    shown = found.table.assign(kind=found.table["kind"].map(kinds), used=_yes_no(found, told))
    sheet.lines(fields, shown[[column.name for column in columns]].itertuples(index=False))
    sheet.finish()
    notes = Sheet(book, told("sheet_notes"), "&P / &N")
    notes.page.set_column(0, 0, NOTE_WIDTH)
    for line in [*told.basis(plan), *told.cautions()]:
        notes.note(line, NOTE_WIDTH)
    book.close()


def _yes_no(found: CriticalLinks, told: Told) -> NDArray[np.str_]:
    return np.where(found.table["used"], told("yes"), told("no"))


def _layer(found: CriticalLinks, path: Path) -> None:
    """Write the layer ``critical``: a line for every structure and stretch, for QGIS."""
    roads = found.losses.network
    piece = road_pieces(roads)
    once = [loss.links[np.unique(piece[loss.links], return_index=True)[1]] for loss in found.losses.losses]
    lines = [shapely.multilinestrings(roads.link_lines[links]) for links in once]
    layer = geopandas.GeoDataFrame(found.table, geometry=lines, crs=WGS84)
    layer.to_file(path, layer=CRITICAL.name, driver="GPKG", engine="pyogrio", geometry_type="MultiLineString")


def _summary(found: CriticalLinks, folder: Path, language: Language, top: int, plan: str) -> None:
    text = "\n".join(summary_lines(found, language, top, plan)) + "\n"
    (folder / "summary.txt").write_text(text, encoding="utf-8-sig")
    write_manifest(manifest(found, language, top, plan), folder, CRITICAL_FOLDER)


def manifest(found: CriticalLinks, language: Language, top: int, plan: str) -> dict[str, object]:
    """Content of ``critical.json`` but for the files."""
    return origin(found.stock.region, language, VERSION) | {
        "plan": plan or None,
        "scenario": None if found.scenario is None else found.scenario.id,
        "scenarios": [scenario.id for scenario in found.stock.scenarios],
        "ranked_by": list(DAMAGES),
        "tried": asdict(found.tried),
        "unmet_before": found.unmet_before,
        "worst": worst_rows(found, top),
        "seconds": round(found.seconds, 3),
    }


def worst_rows(found: CriticalLinks, top: int) -> list[Mapping[str, object]]:
    """Rows of the ``top`` best ranks as JSON values, ties included."""
    ranked = found.table.dropna(subset="rank")
    best = ranked["rank"].drop_duplicates().head(top)
    rows = ranked[ranked["rank"].isin(best)].astype({"rank": int})
    return json.loads(rows.to_json(orient="records", force_ascii=False))  # type: ignore[no-any-return]
