"""``map.png``: the plan on its roads, drawn without tiles."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd

from network.problem import Problem
from network.words import Language
from optimizer.plan.plan import Plan
from optimizer.report.figures import person_items
from optimizer.report.map_drawing import MapDrawing, draw_frame, draw_labels, draw_places, draw_roads
from optimizer.report.map_font import find_chinese_font

DECISION_MARKS = {  # decision: (marker, colour, edge, factor of size), in Okabe and Ito's colours
    "not_chosen": ("D", "#FFFFFF", "#7F7F7F", 0.4),
    "existing": ("s", "#0072B2", "#FFFFFF", 1.0),
    "closed": ("X", "#000000", "#FFFFFF", 1.2),
    "enlarged": ("^", "#E69F00", "#000000", 1.6),
    "opened": ("*", "#D55E00", "#000000", 2.6),
}
LEVEL_SIZES = {"district": 130.0, "town": 70.0, "village": 35.0}
OTHER_SIZE = 70.0
UNMET, CUT_OFF = "#CC79A7", "#000000"
MOVED = ("opened", "enlarged", "closed")


def draw_map(
    plan: Plan, path: Path, language: Language, find_font: Callable[[], Path | None] = find_chinese_font
) -> tuple[Problem, ...]:
    """Draw the plan to a PNG of A4 landscape at 200 dots an inch.

    Returns
    -------
    tuple of Problem
        A warning where no Chinese font was found, and the map speaks English and ids.
    """
    drawing = MapDrawing(plan.region, language, find_font())
    draw_roads(drawing)
    draw_places(drawing)
    _unmet(drawing, plan)
    draw_decided(drawing, plan.tables["depots"], "depot")
    draw_frame(drawing, drawing.say("title", region=drawing.region_name()), [drawing.say("levels")])
    depots = plan.tables["depots"]
    draw_labels(drawing, list(depots.loc[depots["decision"].isin(MOVED), "site_id"]))
    return drawing.save(path)


def _unmet(drawing: MapDrawing, plan: Plan) -> None:
    tables = plan.tables
    weight = tables["scenarios"].set_index("scenario_id")["weight"]
    unmet = tables["unmet"]
    weighted = person_items(unmet, "unmet") * unmet["scenario_id"].map(weight).astype(float)
    by_site = weighted.groupby(unmet["site_id"]).sum()
    by_site = by_site[(by_site > 0) & by_site.index.isin(drawing.sites.index)]
    if by_site.empty:
        return
    rows = drawing.sites.loc[by_site.index]
    size = 40 + 400 * by_site.to_numpy(dtype=float) / float(by_site.max())
    drawing.scatter(rows, size, 8, marker="o", c=UNMET, alpha=0.55, linewidths=0)
    drawing.explain("unmet", marker="o", color=UNMET, alpha=0.55, markersize=11)
    cut = set(unmet.loc[(unmet["reason"] == "no_road") & (unmet["unmet"] > 0), "site_id"])
    rows = rows[rows["site_id"].isin(cut)]
    if len(rows):
        drawing.scatter(rows, 110.0, 9, marker="o", facecolors="none", edgecolors=CUT_OFF, linewidths=1.4)
        look = {"markerfacecolor": "none", "markeredgecolor": CUT_OFF, "markeredgewidth": 1.4}
        drawing.explain("cut_off", marker="o", markersize=10, **look)


def draw_decided(drawing: MapDrawing, decided: pd.DataFrame, word: str) -> None:
    """Draw sites by what is decided of them.

    Parameters
    ----------
    drawing : MapDrawing
    decided : DataFrame
        ``site_id``, ``level``, ``decision``.
    word : str
        How the legend's entries of the catalogue ``map`` begin, such as ``depot``.
    """
    decided = decided[decided["site_id"].isin(drawing.sites.index)]
    for order, (decision, (marker, colour, edge, factor)) in enumerate(DECISION_MARKS.items(), 10):
        chosen = decided[decided["decision"] == decision]
        if chosen.empty:
            continue
        size = chosen["level"].map(LEVEL_SIZES).fillna(OTHER_SIZE).to_numpy(dtype=float) * factor
        rows = drawing.sites.loc[chosen["site_id"]]
        drawing.scatter(rows, size, order, marker=marker, c=colour, edgecolors=edge, linewidths=0.8)
        look = {"color": colour, "markeredgecolor": edge, "markersize": 6 + 2 * factor}
        drawing.explain(f"{word}_{decision}", marker=marker, **look)
