"""``map.png``: roads closed and slowed, who is cut off, ways round and where to land."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import shapely

from network.problem import Problem
from network.words import Language
from optimizer.analysis.whatif import WhatIf
from optimizer.analysis.whatif_report.figures import newly_isolated
from optimizer.analysis.whatif_report.wording import WhatIfWords
from optimizer.report.map_drawing import MapDrawing, draw_frame, draw_labels, draw_places, draw_roads
from optimizer.report.map_font import find_chinese_font

# Okabe and Ito's colours; what matters differs in form too.
CLOSED, SLOWED, OPENED, DETOUR, WAY_ON = "#D55E00", "#CC79A7", "#56B4E9", "#0072B2", "#009E73"
MARKS = {"cut_off": ("X", "#000000", 75.0), "local_only": ("o", "#E69F00", 60.0), "no_road": ("d", "#7F7F7F", 45.0)}


def draw_what_if(
    found: WhatIf, path: Path, language: Language, find_font: Callable[[], Path | None] = find_chinese_font
) -> tuple[Problem, ...]:
    """Draw the what-if to a PNG of A4 landscape at 200 dots an inch.

    Returns
    -------
    tuple of Problem
        A warning where no Chinese font was found.
    """
    drawing = MapDrawing(found.region, language, find_font())
    draw_roads(drawing)
    draw_places(drawing)
    drawing.line(found.round_about, "detour", color=DETOUR, linewidth=1.8, zorder=7)
    _ways_on(drawing, found)
    drawing.line(found.slowed, "slowed", color=SLOWED, linewidth=3.0, linestyle=(0, (2, 1)), zorder=8)
    drawing.line(found.opened, "opened", color=OPENED, linewidth=3.0, zorder=8)
    drawing.line(found.closed, "closed", color=CLOSED, linewidth=4.0, zorder=9)
    _isolated(drawing, found)
    words = WhatIfWords.of(found, drawing.language)
    draw_frame(drawing, words("map_title", region=drawing.region_name()))
    draw_labels(drawing, list(newly_isolated(found)["site_id"]))
    return drawing.save(path)


def _ways_on(drawing: MapDrawing, found: WhatIf) -> None:
    """Draw the roads from landing points into the islands."""
    ways = newly_isolated(found)["landing_wkt"]
    for number, line in enumerate(shapely.from_wkt(ways[ways != ""].to_numpy(dtype=object))):
        lon, lat = shapely.get_coordinates(line).T
        look: dict[str, Any] = {"color": WAY_ON, "linewidth": 1.6, "linestyle": "--"}
        drawing.axes.plot(*drawing.metres(lon, lat), zorder=8, **look)
        if not number:
            drawing.explain("way_on", **look)


def _isolated(drawing: MapDrawing, found: WhatIf) -> None:
    alone = found.tables["isolated"]
    for order, (status, (marker, colour, size)) in enumerate(MARKS.items(), 10):
        ids = alone.loc[alone["status"] == status, "site_id"]
        if len(ids):
            look = {"marker": marker, "edgecolors": "#FFFFFF", "linewidths": 0.6}
            drawing.scatter(drawing.sites.loc[ids], size, order, c=colour, **look)
            drawing.explain(f"status_{status}", marker=marker, color=colour, markeredgecolor="#FFFFFF", markersize=9)
