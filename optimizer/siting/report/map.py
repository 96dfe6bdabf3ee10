"""``map.png``: what is open, who serves whom in the first state, and who is within the standard."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from matplotlib.collections import LineCollection

from network.problem import Problem
from network.words import Language
from optimizer.report.map import MOVED, draw_decided
from optimizer.report.map_drawing import MapDrawing, draw_frame, draw_labels, draw_roads
from optimizer.report.map_font import find_chinese_font
from optimizer.siting.report.told import Told
from optimizer.siting.siting import Siting

PLACES = {"met": ("within", "#009E73"), "short": ("short", "#CC79A7"), "not_applicable": ("not_judged", "#999999")}
"""Word and colour by outcome, in Okabe and Ito's colours."""
SERVES = "#56B4E9"


def draw_siting(
    siting: Siting, path: Path, language: Language, find_font: Callable[[], Path | None] = find_chinese_font
) -> tuple[Problem, ...]:
    """Draw the siting to a PNG of A4 landscape at 200 dots an inch.

    Returns
    -------
    tuple of Problem
        A warning where no Chinese font was found, and the map speaks English and ids.
    """
    drawing = MapDrawing(siting.region, language, find_font())
    told = Told(siting, drawing.language)
    draw_roads(drawing)
    _served(drawing, siting)
    _places(drawing, siting)
    sites = siting.tables["sites"]
    # Every village could have a post: those without one are no candidates that a map need show.
    hidden = (siting.options.sites == "stations") & (sites["decision"] == "not_chosen")
    draw_decided(drawing, sites[~hidden], siting.options.sites.removesuffix("s"))
    title = told("map_title", region=drawing.region_name(), sites=told.sites_word())
    draw_frame(drawing, title, told.decided()[-1:])
    draw_labels(drawing, list(sites.loc[sites["decision"].isin(MOVED), "site_id"]))
    return drawing.save(path)


def _served(drawing: MapDrawing, siting: Siting) -> None:
    """Draw a line from every place to who serves it in the first state."""
    rows = siting.tables["allocation"]
    rows = rows[(rows["scenario_id"] == siting.case.statement.states[0].id) & (rows["server_id"] != "")]
    ends = [np.column_stack(drawing.spots(drawing.sites.loc[rows[column]])) for column in ("server_id", "site_id")]
    lines = LineCollection(list(np.stack(ends, axis=1)), colors=SERVES, linewidths=0.7, alpha=0.7, zorder=6)
    drawing.axes.add_collection(lines)
    drawing.explain("serves", color=SERVES, linewidth=1.2, linestyle="-")


def _places(drawing: MapDrawing, siting: Siting) -> None:
    coverage = siting.tables["coverage"]
    for outcome, (name, colour) in PLACES.items():
        rows = drawing.sites.loc[coverage.loc[coverage["outcome"] == outcome, "site_id"]]
        if len(rows):
            drawing.scatter(rows, 9.0, 7, marker="o", c=colour, linewidths=0)
            drawing.explain(f"place_{name}", marker="o", color=colour, markersize=4)
