"""``map.png``: the worst losses, numbered by their rank on the roads."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.transforms import Bbox

from network.problem import Problem
from network.words import Language
from optimizer.analysis.critical.ranking import CriticalLinks
from optimizer.analysis.critical.told import Told
from optimizer.region.selection import SETTLEMENTS
from optimizer.report.map_drawing import PLACE, MapDrawing, draw_frame, draw_roads
from optimizer.report.map_font import find_chinese_font
from optimizer.report.workbook.sheet import display_width

WORST, DEPOT = "#D55E00", "#0072B2"
"""In Okabe and Ito's colours, which the colour-blind tell apart; the numbers say the same."""
MOST_LINES = 36
"""The worst losses are named beside the map in so many lines; the table names all."""
LINE_WIDTH = 50
"""In Latin signs; a Chinese one is twice as wide."""
BADGE_PAD = 12.0
_PIECES = re.compile(r"（?(?:[!-\u2e7f]+ *|.)")
"""What no line is broken in: a Latin word with the space behind it or a Chinese sign, and a bracket before either."""
_OFFSETS = tuple(
    (far * math.cos(turn * math.pi / 4), far * math.sin(turn * math.pi / 4))
    for far in (14, 26, 38, 50)
    for turn in (1, 3, 7, 5, 0, 4, 2, 6)
)
"""Where a number may stand, in points from its loss: near before far."""


def draw_critical(
    found: CriticalLinks,
    path: Path,
    language: Language,
    top: int,
    find_font: Callable[[], Path | None] = find_chinese_font,
) -> tuple[Problem, ...]:
    """Draw the ``top`` worst losses to a PNG of A4 landscape at 200 dots an inch.

    Returns
    -------
    tuple of Problem
        A warning where no Chinese font was found, and the map speaks English and ids.
    """
    drawing = MapDrawing(found.stock.region, language, find_font())
    told = Told(found, drawing.language)
    ranked = found.table.dropna(subset="rank")
    shown = ranked[ranked["rank"] <= top]
    rows = shown.drop_duplicates("rank")
    draw_roads(drawing)
    _worst(drawing, found, shown)
    _sites(drawing, found)
    title = told("map_title", region=drawing.region_name())
    draw_frame(drawing, title, beside=_named(drawing, rows, told) or wrapped(told("none")))
    taken: list[Bbox] = []
    for _, row in rows.iterrows():
        _badge(drawing, row, taken)
    return drawing.save(path)


def _worst(drawing: MapDrawing, found: CriticalLinks, rows: pd.DataFrame) -> None:
    """Draw the losses of ``rows`` on the roads."""
    lost = np.zeros(found.losses.network.link_count, dtype=np.bool_)
    for place in rows.index:
        lost[found.losses.losses[place].links] = True
    drawing.line(lost, "worst", color=WORST, linewidth=4.0, zorder=9)


def _sites(drawing: MapDrawing, found: CriticalLinks) -> None:
    sites = drawing.sites
    places = sites[sites["kind"].isin(SETTLEMENTS)]
    if len(places):
        drawing.scatter(places, 7.0, 6, marker="o", c=PLACE, linewidths=0)
        drawing.explain("place", marker="o", color=PLACE, markersize=4)
    drawing.scatter(sites[sites["site_id"].isin(found.stock.depots)], 60.0, 10, marker="s", c=DEPOT, linewidths=0)
    drawing.explain("depot", marker="s", color=DEPOT, markersize=8)


def _badge(drawing: MapDrawing, row: pd.Series, taken: list[Bbox]) -> None:
    """Write the rank near the loss, in a ring that covers none of those before, if there is room."""
    box = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": WORST, "linewidth": 1.2}
    x, y = drawing.metres(np.array([row["lon"]], dtype=float), np.array([row["lat"]], dtype=float))
    for right, up in _OFFSETS:
        badge = drawing.axes.annotate(
            f"{int(row['rank'])}",
            (float(x[0]), float(y[0])),
            xytext=(right, up),
            textcoords="offset points",
            ha="center",
            va="center",
            fontproperties=drawing.font(8),
            bbox=box,
            arrowprops={"arrowstyle": "-", "color": WORST, "linewidth": 0.8},
            zorder=15,
        )
        extent = badge.get_window_extent().padded(BADGE_PAD)
        if not extent.count_overlaps(taken):
            taken.append(extent)
            return
        if (right, up) != _OFFSETS[-1]:
            badge.remove()


def _named(drawing: MapDrawing, rows: pd.DataFrame, told: Told) -> list[str]:
    """Name the worst losses in lines, as many of them as there is room for."""
    lines: list[str] = []
    for _, row in rows.iterrows():
        shown = drawing.name(str(row["loss_id"]), told.place(row))
        more = wrapped(f"{int(row['rank'])}. {shown}")
        if len(lines) + len(more) > MOST_LINES:
            break
        lines += more
    return lines


def wrapped(text: str) -> list[str]:
    """Break a text into lines: between Latin words, and anywhere in Chinese, which has no spaces to break at."""
    lines = [""]
    for piece in _PIECES.findall(text):
        if lines[-1] and display_width((lines[-1] + piece).rstrip()) > LINE_WIDTH:
            lines.append("")
        lines[-1] += piece
    return lines
