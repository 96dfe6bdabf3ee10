"""``gantt.png``: teams and vehicles over the time of the clock, what is late marked."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from network.words import Language
from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.report.activities import SHORTEST_WAIT_MIN, activities, waits
from optimizer.dispatch.report.carriers import Carrier, carriers
from optimizer.dispatch.report.told import Told
from optimizer.report.map_font import find_chinese_font
from optimizer.report.workbook.sheet import display_width

# Okabe and Ito's colours; what differs in colour differs in height or hatching too.
BARS = {  # activity: (colour, height, hatch)
    "waiting": ("#D9D9D9", 0.12, ""),
    "moving": ("#0072B2", 0.30, ""),
    "held_up": ("#CFE6F5", 0.30, "xxxx"),
    "gathering": ("#FFFFFF", 0.62, "////"),
    "loading": ("#E69F00", 0.62, ""),
    "unloading": ("#56B4E9", 0.62, ""),
    "working": ("#009E73", 0.74, ""),
}
LATE, EDGE = "#D55E00", "#444444"
LABELLED = ("working", "unloading")
WIDTH_IN, ROW_IN, NAMES_IN, RIGHT_IN, HEAD_IN, FOOT_IN, DPI = 13.0, 0.24, 2.3, 0.3, 1.1, 0.55, 150
NAME_PT, LABEL_PT = 8.0, 6.5
NAME_WIDTH, NAME_END = 34, 4
"""Latin signs of the longest name; of what is longer so many signs at its end stay."""


def draw_gantt(
    dispatch: Dispatch, path: Path, language: Language, find_font: Callable[[], Path | None] = find_chinese_font
) -> None:
    """Draw the figure to a PNG, a row for every carrier; without a Chinese font it speaks English and ids."""
    file = find_font()
    told = Told(dispatch, language if file else "en")
    moved = carriers(dispatch)
    done = activities(dispatch)
    rows = _placed(pd.concat([done, waits(done)], ignore_index=True), moved)
    height = HEAD_IN + ROW_IN * max(len(moved), 3) + FOOT_IN
    figure = Figure(figsize=(WIDTH_IN, height), dpi=DPI)
    FigureCanvasAgg(figure)
    wide, high = WIDTH_IN - NAMES_IN - RIGHT_IN, height - HEAD_IN - FOOT_IN
    axes = figure.add_axes((NAMES_IN / WIDTH_IN, FOOT_IN / height, wide / WIDTH_IN, high / height))

    def font(size: float) -> FontProperties:
        return FontProperties(fname=str(file), size=size) if file else FontProperties(size=size)

    _frame(axes, told, rows, font)
    _names(axes, told, moved, font(NAME_PT), named=file is not None)
    _bars(axes, rows)
    _late(axes, rows)
    if file is not None:
        _labels(axes, told, rows, font(LABEL_PT), 72 * wide)
    head = 1 - 0.3 / height
    title = told("gantt_title", title=told.title() if file else dispatch.incident.form.id)
    figure.text(0.01, head, title, fontproperties=font(14), va="center", parse_math=False)
    figure.text(0.01, 1 - 0.62 / height, _note(told, moved), fontproperties=font(9), va="center", parse_math=False)
    _legend(axes, told, font(8.5), 1 - 0.85 / height)
    figure.savefig(path, format="png", metadata={"Software": None})


def _placed(rows: pd.DataFrame, moved: tuple[Carrier, ...]) -> pd.DataFrame:
    """Activities with the row of their carrier; a way on which a road must reopen first is drawn as one of its own."""
    held_up = (rows["activity"] == "moving") & (rows["wait_min"] > SHORTEST_WAIT_MIN)
    place = {carrier.id: row for row, carrier in enumerate(moved)}
    return rows.assign(row=rows["carrier_id"].map(place), activity=rows["activity"].mask(held_up, "held_up"))


def _frame(axes: Axes, told: Told, rows: pd.DataFrame, font: Callable[[float], FontProperties]) -> None:
    """Set the axis of time by the clock, midnights drawn stronger."""
    first, last = (min(0.0, rows["start_min"].min()), rows["end_min"].max()) if len(rows) else (0.0, 60.0)
    last = max(last, first + 30.0)
    axes.set_xlim(first, last + 0.01 * (last - first))
    ticks = list(told.clock.ticks(first, last))
    axes.set_xticks([minute for minute, _ in ticks], [text for _, text in ticks], fontproperties=font(NAME_PT))
    axes.grid(visible=True, axis="x", alpha=0.35, linewidth=0.6)
    axes.set_axisbelow(True)
    for minute, text in ticks:
        if text.startswith("00:00"):
            axes.axvline(minute, color=EDGE, linewidth=1.0, zorder=1)


def _names(axes: Axes, told: Told, moved: tuple[Carrier, ...], font: FontProperties, *, named: bool) -> None:
    """Name the rows, the first on top, a line between kinds."""
    axes.set_ylim(max(len(moved), 3) - 0.5, -0.5)
    names = [_cut(carrier.name if named else carrier.id) for carrier in moved]
    axes.set_yticks(range(len(moved)), names, fontproperties=font, parse_math=False)
    axes.tick_params(axis="y", length=0)
    for row, (above, below) in enumerate(pairwise(moved)):
        axes.axhline(row + 0.5, color=EDGE if above.kind != below.kind else "#EEEEEE", linewidth=0.6, zorder=0)


def _bars(axes: Axes, rows: pd.DataFrame) -> None:
    for activity, (colour, high, hatch) in BARS.items():
        of_kind = rows[rows["activity"] == activity]
        look: dict[str, Any] = {"color": colour, "edgecolor": EDGE if activity != "waiting" else colour, "hatch": hatch}
        width = of_kind["end_min"] - of_kind["start_min"]
        axes.barh(of_kind["row"], width, left=of_kind["start_min"], height=high, linewidth=0.4, zorder=3, **look)


def _late(axes: Axes, rows: pd.DataFrame) -> None:
    """Mark what begins late, and when it was due."""
    late = rows[rows["late"]]
    axes.scatter(late["deadline_min"], late["row"], marker="|", s=130, c=LATE, linewidths=1.8, zorder=6)
    axes.scatter(late["start_min"], late["row"], marker="X", s=55, c=LATE, edgecolors="white", linewidths=0.6, zorder=7)


def _labels(axes: Axes, told: Told, rows: pd.DataFrame, font: FontProperties, wide_pt: float) -> None:
    """Write into a bar what is done there, where that fits."""
    first, last = axes.get_xlim()
    for row in rows[rows["activity"].isin(LABELLED)].to_dict("records"):
        label = told.place(row["place_id"]) if row["place_id"] else row["for_id"]
        room_pt = wide_pt * (row["end_min"] - row["start_min"]) / (last - first)
        if room_pt > LABEL_PT * (0.55 * display_width(label) + 0.6):
            spot = ((row["start_min"] + row["end_min"]) / 2, row["row"])
            look: dict[str, Any] = {
                "ha": "center",
                "va": "center",
                "color": "white" if row["activity"] == "working" else "black",
            }
            axes.annotate(label, spot, fontproperties=font, zorder=5, parse_math=False, **look)


def _note(told: Told, moved: tuple[Carrier, ...]) -> str:
    """What is not on the figure: whatever is unserved."""
    tables = told.dispatch.tables
    unserved = {name: int((tables[name]["status"] == "unserved").sum()) for name in ("tasks", "requests")}
    if not moved:
        return told("gantt_nobody", **unserved)
    return told("gantt_note", **unserved) if any(unserved.values()) else ""


def _legend(axes: Axes, told: Told, font: FontProperties, high: float) -> None:
    bars = [
        Patch(facecolor=colour, edgecolor=EDGE, hatch=hatch, linewidth=0.4, label=told(f"activity_{activity}"))
        for activity, (colour, _, hatch) in BARS.items()
    ]
    marks = [
        Line2D([], [], linestyle="none", marker=marker, color=LATE, markeredgewidth=edge, label=told(f"gantt_{name}"))
        for name, marker, edge in (("late", "X", 0.0), ("due", "|", 1.8))
    ]
    at = {"bbox_to_anchor": (0.005, high), "bbox_transform": axes.figure.transFigure}
    columns = len(bars) + len(marks)
    axes.legend(
        handles=[*bars, *marks], loc="center left", ncols=columns, prop=font, frameon=False, columnspacing=1.4, **at
    )


def _cut(name: str) -> str:
    """A name that has room beside its row; its end, where vehicles of one depot differ, stays."""
    if display_width(name) <= NAME_WIDTH:
        return name
    begin, end = name[:-NAME_END], name[-NAME_END:]
    while display_width(begin + end) > NAME_WIDTH - 1:
        begin = begin[:-1]
    return f"{begin}…{end}"
