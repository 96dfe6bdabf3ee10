"""``map.png``: the worst losses, numbered by their rank on the roads."""

from __future__ import annotations

import math
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import LineCollection
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from network.problem import Problem
from network.roads import ROAD_CLASSES, RoadNetwork
from network.words import Language, Phrase
from optimizer.analysis.critical.ranking import CriticalLinks
from optimizer.analysis.critical.told import Told
from optimizer.region.selection import SETTLEMENTS
from optimizer.report.assumptions import roads_source
from optimizer.report.map_font import find_chinese_font
from optimizer.report.workbook.sheet import display_width

PAGE_IN = (11.69, 8.27)
DPI = 200
WORST, DEPOT, PLACE, MINOR, MAIN = "#D55E00", "#0072B2", "#9A9A9A", "#D6D6D6", "#B0B0B0"
"""In Okabe and Ito's colours, which the colour-blind tell apart; the numbers say the same."""
MOST_MAIN = ROAD_CLASSES.index("tertiary_link")
MOST_NAMED = 25
"""So many losses are named beside the map."""
LINE_WIDTH = 60
"""In Latin signs; a Chinese one is twice as wide."""
BADGE_PAD = 12.0
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
    font = find_font()
    told = Told(found, language if font else "en")
    figure = Figure(figsize=PAGE_IN, dpi=DPI)
    FigureCanvasAgg(figure)
    axes: Axes = figure.add_axes((0.02, 0.06, 0.68, 0.86))
    ranked = found.table.dropna(subset="rank")
    shown = ranked[ranked["rank"] <= top]
    rows = shown.drop_duplicates("rank")
    _roads(axes, found, shown, told)
    _sites(axes, found, told)
    _frame(axes, found)
    taken: list[Bbox] = []
    for _, row in rows.iterrows():
        _badge(axes, row, _font(font, 8), taken)
    beside = {"bbox_to_anchor": (0.71, 0.06), "bbox_transform": figure.transFigure}
    axes.legend(loc="lower left", prop=_font(font, 8), frameon=False, **beside)
    _words(figure, found, rows, told, font)
    figure.savefig(path, format="png", metadata={"Software": None})
    if font:
        return ()
    return (
        Problem(Phrase("optimizer.critical.no_font"), Phrase("optimizer.critical.no_font_mend"), severity="warning"),
    )


def _font(file: Path | None, size: float) -> FontProperties:
    return FontProperties(size=size) if file is None else FontProperties(fname=str(file), size=size)


def _lines(roads: RoadNetwork, links: NDArray[np.int64], **look: Any) -> LineCollection:
    return LineCollection([np.asarray(line.coords) for line in roads.link_lines[links]], **look)


def _roads(axes: Axes, found: CriticalLinks, rows: pd.DataFrame, told: Told) -> None:
    """Draw all roads, and on them the losses of ``rows``."""
    roads = found.losses.network
    main = roads.road_class <= MOST_MAIN
    axes.add_collection(_lines(roads, np.flatnonzero(~main), colors=MINOR, linewidths=0.5, zorder=1))
    label = told("map_road")
    axes.add_collection(_lines(roads, np.flatnonzero(main), colors=MAIN, linewidths=1.3, zorder=2, label=label))
    if len(rows):
        links = np.concatenate([found.losses.losses[place].links for place in rows.index])
        label = told("map_worst")
        axes.add_collection(_lines(roads, links, colors=WORST, linewidths=4, zorder=5, label=label))


def _sites(axes: Axes, found: CriticalLinks, told: Told) -> None:
    sites = found.stock.region.sites
    for chosen, name, marker, colour, size, order in (
        (sites["kind"].isin(SETTLEMENTS), "map_place", "o", PLACE, 7, 3),
        (sites["site_id"].isin(found.stock.depots), "map_depot", "s", DEPOT, 60, 6),
    ):
        rows = sites[chosen]
        look: dict[str, Any] = {"marker": marker, "c": colour, "s": size, "zorder": order}
        axes.scatter(rows["lon"], rows["lat"], linewidths=0, label=told(name), **look)


def _badge(axes: Axes, row: pd.Series, font: FontProperties, taken: list[Bbox]) -> None:
    """Write the rank near the loss, in a ring that covers none of those before, if there is room."""
    box = {"boxstyle": "circle,pad=0.25", "facecolor": "white", "edgecolor": WORST, "linewidth": 1.2}
    for right, up in _OFFSETS:
        badge = axes.annotate(
            f"{int(row['rank'])}",
            (float(row["lon"]), float(row["lat"])),
            xytext=(right, up),
            textcoords="offset points",
            ha="center",
            va="center",
            fontproperties=font,
            bbox=box,
            arrowprops={"arrowstyle": "-", "color": WORST, "linewidth": 0.8},
            zorder=8,
        )
        extent = badge.get_window_extent().padded(BADGE_PAD)
        if not extent.count_overlaps(taken):
            taken.append(extent)
            return
        if (right, up) != _OFFSETS[-1]:
            badge.remove()


def _frame(axes: Axes, found: CriticalLinks) -> None:
    """Show all sites and a margin, true to scale at the middle."""
    sites = found.stock.region.sites
    roads = found.losses.network
    lon, lat = (sites["lon"], sites["lat"]) if len(sites) else (roads.lon, roads.lat)
    margin = 0.05 * max(float(np.ptp(lon)), float(np.ptp(lat)), 0.01)
    axes.set_aspect(1 / math.cos(math.radians(float(np.mean(lat)))), anchor="W")
    axes.set_xlim(float(np.min(lon)) - margin, float(np.max(lon)) + margin)
    axes.set_ylim(float(np.min(lat)) - margin, float(np.max(lat)) + margin)
    axes.set_xticks([])
    axes.set_yticks([])


def _words(figure: Figure, found: CriticalLinks, rows: pd.DataFrame, told: Told, font: Path | None) -> None:
    """Write the title, the list of the worst, the source, and the banner of synthetic roads."""
    region = found.stock.region
    settings = region.settings
    name = settings.name.say(told.language)
    title = told("map_title", region=name if font or name.isascii() else settings.id)
    figure.text(0.02, 0.95, title, fontproperties=_font(font, 17), va="center", parse_math=False)
    lines = []
    for _, row in rows.head(MOST_NAMED).iterrows():
        place = told.place(row)
        shown = place if font or place.isascii() else str(row["loss_id"])
        lines += _wrapped(f"{int(row['rank'])}. {shown}", told.language)
    text = "\n".join(lines)
    figure.text(0.715, 0.92, text, fontproperties=_font(font, 7), va="top", linespacing=1.5, parse_math=False)
    source = told("source", source=roads_source(region, told.language))
    figure.text(0.02, 0.025, source, fontproperties=_font(font, 7.5), color="#444444", parse_math=False)
    if settings.roads_synthetic or region.roads.synthetic:
        look = {"facecolor": "#FFF2CC", "edgecolor": WORST, "boxstyle": "round,pad=0.35"}
        figure.text(0.70, 0.95, told("synthetic"), fontproperties=_font(font, 10), ha="right", va="center", bbox=look)


def _wrapped(text: str, language: Language) -> list[str]:
    """Break a text into lines; Chinese anywhere, for it has no spaces to break at."""
    if language == "en":
        return textwrap.wrap(text, LINE_WIDTH)
    lines = [""]
    for sign in text:
        if display_width(lines[-1] + sign) > LINE_WIDTH:
            lines.append("")
        lines[-1] += sign
    return lines
