"""The folder that ``reserve ensemble`` writes: tables, a layer, a map, a summary; whole or not at all."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

import numpy as np

from network.problem import Problem
from network.words import Language, Phrase, say
from optimizer.analysis.ensemble.reach import EnsembleReach
from optimizer.analysis.ensemble.tables import ENSEMBLE_TABLES, SOURCES
from optimizer.analysis.ensemble.told import headline, title
from optimizer.output_folder import FolderKind, whole_folder, write_manifest
from optimizer.plan.manifest import origin
from optimizer.plan.table_files import write_tables
from optimizer.progress import Progress, silent
from optimizer.region.region_tables import SITE_KINDS
from optimizer.region.schema import Table
from optimizer.report.geopackage import at_sites, write_layer
from optimizer.report.map_drawing import MapDrawing, draw_frame, draw_labels, draw_roads
from optimizer.report.map_font import find_chinese_font
from optimizer.report.workbook.book import FONTS
from optimizer.report.workbook.declared import declared_field
from optimizer.report.workbook.sheet import Book, Sheet

ENSEMBLE_FOLDER = FolderKind("ensemble.json", Phrase("optimizer.ensemble.folder"))
VERSION = 1
NOTE_WIDTH = 110.0
# Share of scenarios up to which a village bears a colour, from never reached to always: warm is bad, cold is good.
CLASSES = ((0.5, "#D55E00"), (0.8, "#E69F00"), (0.95, "#56B4E9"), (1.0, "#0072B2"))
LABELLED = 12


def write_ensemble(found: EnsembleReach, out: Path, language: Language, *, progress: Progress = silent) -> Path:
    """Write the folder ``out``; an older one of this kind is replaced.

    Raises
    ------
    ProblemsError
        ``out`` holds something else or cannot be written; nothing has changed then.
    """
    with whole_folder(out, ENSEMBLE_FOLDER) as folder:
        warnings: list[Problem] = []
        steps: tuple[tuple[str, Callable[[], object]], ...] = (
            ("tables", lambda: write_tables(found.tables, folder, ENSEMBLE_TABLES)),
            ("workbook", lambda: _workbook(found, folder / "ensemble.xlsx", language)),
            ("layer", lambda: _layer(found, folder / "ensemble.gpkg")),
            ("map", lambda: warnings.extend(draw_ensemble(found, folder / "map.png", language))),
            ("summary", lambda: _summary(found, folder, language)),
        )
        for done, (name, step) in enumerate(steps):
            progress(Phrase(f"optimizer.ensemble.step_{name}"), done / len(steps))
            step()
        write_manifest(_manifest(found, language, warnings), folder, ENSEMBLE_FOLDER)
    return Path(out).expanduser().resolve()


def _workbook(found: EnsembleReach, path: Path, language: Language) -> None:
    book = Book(str(path), FONTS[language], say("optimizer.workbook.untitled", language))
    page = say("optimizer.workbook.page", language)
    first = Sheet(book, say("optimizer.ensemble.sheet_summary", language), page)
    first.title(title(found, language))
    first.page.set_column(0, 0, NOTE_WIDTH)
    for line in headline(found, language):
        first.note(line, NOTE_WIDTH)
    for table in ENSEMBLE_TABLES:
        _sheet(Sheet(book, table.title if language == "zh" else table.name, page), table, found, language)
    book.close()


def _sheet(sheet: Sheet, table: Table, found: EnsembleReach, language: Language) -> None:
    zh = language == "zh"
    sheet.title(table.meaning_zh if zh else table.meaning_en)
    fields = [declared_field(column, language) for column in table.columns]
    sheet.headings(fields, stay=True)
    rows = found.tables[table.name]
    if zh:
        words = {"source": SOURCES, "kind": SITE_KINDS}
        rows = rows.assign(**{name: rows[name].map(words[name]) for name in words if name in rows})
    sheet.lines(fields, rows.astype(object).where(rows.notna(), None).itertuples(index=False))
    sheet.finish()


def _layer(found: EnsembleReach, path: Path) -> None:
    rows = found.tables["reach"]
    for source in rows["source"].unique():
        write_layer(at_sites(rows[rows["source"] == source], found.region.sites, "site_id"), f"reach_{source}", path)


def draw_ensemble(
    found: EnsembleReach, path: Path, language: Language, find_font: Callable[[], Path | None] = find_chinese_font
) -> tuple[Problem, ...]:
    """Draw how surely any depot reaches each village, the least sure largest and by name."""
    drawing = MapDrawing(found.region, language, find_font())
    draw_roads(drawing)
    rows = found.tables["reach"]
    rows = rows[rows["source"] == "any"].set_index("site_id")
    least = -1.0
    for order, (most, colour) in enumerate(CLASSES):
        of_class = rows[(rows["probability"] > least) & (rows["probability"] <= most)]
        look = {"edgecolors": "#333333", "linewidths": 0.4}
        size = 70.0 - 15.0 * order
        drawing.scatter(drawing.sites.loc[of_class.index], size, 20 - order, c=colour, **look)
        drawing.explain(f"reach_{round(100 * most)}", marker="o", color=colour, markeredgecolor="#333333", markersize=8)
        least = most
    depots = found.tables["pairs"]["from_site_id"].unique()
    drawing.scatter(drawing.sites.loc[depots], 60.0, 25, c="#FFFFFF", marker="s", edgecolors="#000000", linewidths=1.0)
    drawing.explain("depot", marker="s", color="#FFFFFF", markeredgecolor="#000000", markersize=8)
    draw_frame(drawing, title(found, drawing.language))
    draw_labels(drawing, list(rows.index[rows["probability"] < CLASSES[-2][0]][:LABELLED]))
    return drawing.save(path)


def _summary(found: EnsembleReach, folder: Path, language: Language) -> None:
    text = "\n".join([title(found, language), *headline(found, language)]) + "\n"
    (folder / "summary.txt").write_text(text, encoding="utf-8-sig")


def _manifest(found: EnsembleReach, language: Language, warnings: list[Problem]) -> dict[str, object]:
    return origin(found.region, language, VERSION) | {
        "options": asdict(found.asked) | {"vehicle_class": found.vehicle_class, "share": found.share},
        "annual_rate": None if np.isnan(found.annual_rate) else found.annual_rate,
        "headline": headline(found, language),
        "warnings": [one.say(language) for one in warnings],
        "seconds": found.seconds,
    }
