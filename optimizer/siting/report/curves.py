"""``frontier.png``: cost against mean time and against coverage, with the siting itself marked."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.ticker import PercentFormatter

from network.words import Language
from optimizer.report.map_font import find_chinese_font
from optimizer.report.wording import CNY_PER_WAN
from optimizer.siting.figures import figures
from optimizer.siting.report.told import Told
from optimizer.siting.siting import Siting

GOALS = {"time": "mean_min", "coverage": "within_share"}
LINE, HERE = "#0072B2", "#D55E00"
SIZE_IN, DPI = (10.0, 4.2), 150


def draw_frontier(siting: Siting, path: Path, language: Language) -> bool:
    """Draw both frontiers; whether there was anything to draw."""
    table = siting.tables["frontier"]
    shown = [goal for goal in GOALS if (table["goal"] == goal).sum() > 1]
    if not shown:
        return False
    font_file = find_chinese_font()
    told = Told(siting, language if font_file else "en")
    font = FontProperties(fname=str(font_file)) if font_file else FontProperties()
    figure = Figure(figsize=SIZE_IN, dpi=DPI)
    FigureCanvasAgg(figure)
    costs = bool((table["cost_cny"].max() - table["cost_cny"].min()) > 0)
    here = figures(siting)
    for place, goal in enumerate(shown, start=1):
        axes = figure.add_subplot(1, len(shown), place)
        rows = table[table["goal"] == goal]
        axes.plot(_spent(rows, costs=costs), rows[GOALS[goal]], "o-", color=LINE)
        own = _spent(pd.DataFrame([here], columns=["cost_cny", "number"]), costs=costs)
        axes.plot(own, [here[GOALS[goal]]], "*", color=HERE, markersize=14, label=told("plan_here"))
        axes.set_xlabel(told("axis_cost" if costs else "axis_number"), fontproperties=font)
        axes.set_ylabel(told(f"axis_{goal}"), fontproperties=font)
        if goal == "coverage":
            axes.yaxis.set_major_formatter(PercentFormatter(1.0))
        axes.grid(visible=True, alpha=0.3)
        axes.legend(prop=font)
    figure.tight_layout()
    figure.savefig(path, format="png", metadata={"Software": None})
    return True


def _spent(rows: pd.DataFrame, *, costs: bool) -> pd.Series:
    """What is on the lower axis: 10 000 CNY, or sites."""
    return rows["cost_cny"] / CNY_PER_WAN if costs else rows["number"]
