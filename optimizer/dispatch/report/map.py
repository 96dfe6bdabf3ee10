"""``map.png``: roads closed, who goes where, tasks and requests by outcome, who is cut off and where help lands."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import pandas as pd
import shapely
from matplotlib.collections import LineCollection

from network.problem import Problem
from network.words import Language
from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.report.ground import closed_roads, lines_between, spots, way_lines
from optimizer.dispatch.report.told import Told
from optimizer.report.map_drawing import MapDrawing, draw_frame, draw_labels, draw_places, draw_roads
from optimizer.report.map_font import find_chinese_font

# Okabe and Ito's colours; what matters differs in form too.
CLOSED, CUT_OFF, EVACUATED = "#000000", "#000000", "#CC79A7"
WAYS = {  # kind of carrier: (colour, width in points, dashes)
    "vehicle": ("#56B4E9", 2.4, "-"),
    "bus": ("#CC79A7", 2.0, "-"),
    "team": ("#0072B2", 1.4, "-"),
    "crew": ("#E69F00", 1.6, "-"),
    "craft": ("#0072B2", 1.4, (0, (4, 2))),
}
OUTCOMES = {  # outcome: (statuses, colour), the worst last
    "on_time": (("on_time",), "#009E73"),
    "late": (("late", "partly"), "#E69F00"),
    "unserved": (("unserved",), "#D55E00"),
}
MARKS = {"tasks": ("D", 62.0), "requests": ("s", 42.0)}
NAMED = 25


def draw_dispatch(
    dispatch: Dispatch, path: Path, language: Language, find_font: Callable[[], Path | None] = find_chinese_font
) -> tuple[Problem, ...]:
    """Draw the orders to a PNG of A4 landscape at 200 dots an inch.

    Returns
    -------
    tuple of Problem
        A warning where no Chinese font was found, and the map speaks English and ids.
    """
    drawing = MapDrawing(dispatch.region, language, find_font())
    told = Told(dispatch, drawing.language)
    draw_roads(drawing)
    draw_places(drawing)
    _ways(drawing, dispatch)
    _evacuated(drawing, dispatch)
    closed = np.zeros(dispatch.region.roads.link_count, dtype=np.bool_)
    closed[closed_roads(dispatch)["link"].to_numpy(dtype=np.int64)] = True
    drawing.line(closed, "closed", color=CLOSED, linewidth=4.0, linestyle=(0, (1, 0.6)), zorder=9)
    _cut_off(drawing, dispatch)
    for order, name in zip((11, 14), ("requests", "tasks"), strict=True):
        _outcomes(drawing, dispatch, name, order)
    incident = drawing.name(dispatch.incident.form.id, dispatch.incident.form.name)
    draw_frame(drawing, told("title", region=drawing.region_name(), incident=incident))
    draw_labels(drawing, _named(dispatch))
    return drawing.save(path)


def _ways(drawing: MapDrawing, dispatch: Dispatch) -> None:
    """Draw every way once for each kind of carrier that takes it."""
    lines, legs = way_lines(dispatch), dispatch.tables["legs"]
    for order, (kind, (colour, width, dashes)) in enumerate(WAYS.items()):
        taken = legs.loc[(legs["carrier_kind"] == kind) & (legs["way_id"] != ""), "way_id"].unique()
        # There and back by one road is one line; two dashed ones would make it whole.
        drawn = {shapely.normalize(line).wkb: line for line in lines.reindex(taken).dropna() if not line.is_empty}
        if drawn:
            _lines(drawing, drawn.values(), order, color=colour, linewidth=width, linestyle=dashes)
            drawing.explain(f"way_{kind}", color=colour, linewidth=width, linestyle=dashes)


def _evacuated(drawing: MapDrawing, dispatch: Dispatch) -> None:
    rows = dispatch.tables["evacuees"]
    drawn = [line for line in lines_between(dispatch, rows["place_id"], rows["shelter_id"]) if not line.is_empty]
    if drawn:
        look = {"color": EVACUATED, "linewidth": 1.4, "linestyle": (0, (1, 1.5))}
        _lines(drawing, drawn, len(WAYS), **look)
        drawing.explain("evacuated", **look)


def _lines(drawing: MapDrawing, lines: Iterable[shapely.LineString], order: int, **look: object) -> None:
    corners = [np.column_stack(drawing.metres(*shapely.get_coordinates(line).T)) for line in lines]
    drawing.axes.add_collection(LineCollection(corners, zorder=7 + order / 10, **look))


def _cut_off(drawing: MapDrawing, dispatch: Dispatch) -> None:
    rows = spots(dispatch).reindex(dispatch.tables["cut_off"]["place_id"]).dropna()
    if len(rows):
        drawing.scatter(rows, 190.0, 10, marker="o", facecolors="none", edgecolors=CUT_OFF, linewidths=1.6)
        look = {"markerfacecolor": "none", "markeredgecolor": CUT_OFF, "markeredgewidth": 1.6}
        drawing.explain("status_cut_off", marker="o", markersize=11, **look)


def _outcomes(drawing: MapDrawing, dispatch: Dispatch, name: str, order: int) -> None:
    """Draw tasks or requests, of one place the worst outcome on top."""
    marker, size = MARKS[name]
    rows, spot = dispatch.tables[name], spots(dispatch)
    for place, (outcome, (statuses, colour)) in enumerate(OUTCOMES.items()):
        ids = rows.loc[rows["status"].isin(statuses), "place_id"].unique()
        at = spot.reindex(ids).dropna()
        if len(at):
            look = {"edgecolors": "white", "linewidths": 0.8}
            drawing.scatter(at, size * (1 + 0.25 * place), order + place, marker=marker, c=colour, **look)
            explained = {"color": colour, "markeredgecolor": "white", "markersize": 9}
            drawing.explain(f"{name}_{outcome}", marker=marker, **explained)


def _named(dispatch: Dispatch) -> list[str]:
    """Sites to name: those that are cut off, those where something fails, landing points, depots."""
    tables = dispatch.tables
    judged = pd.concat([tables[name] for name in ("tasks", "requests")])
    failed = judged.loc[judged["status"] != "on_time", "place_id"]
    cut_off = tables["cut_off"]
    ids = [*cut_off["place_id"], *failed, *cut_off["landing_site_id"], *tables["trips"]["depot_id"]]
    return [one for one in dict.fromkeys(ids) if one][:NAMED]
