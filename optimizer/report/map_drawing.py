"""What every map is drawn with: roads, places, frame and names, in colours that the colour-blind can tell apart."""

from __future__ import annotations

import math
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patheffects import withStroke
from matplotlib.transforms import Bbox
from numpy.typing import NDArray

from network.problem import Problem
from network.roads import ROAD_CLASSES, RoadNetwork
from network.words import Language, Phrase, say
from optimizer.region.region import Region
from optimizer.report.assumptions import is_synthetic, roads_source

METRES_PER_DEGREE = 111_320.0
PAGE_IN = (11.69, 8.27)
DPI = 200
MOST_LABELS = 60
ROAD_GROUPS = {  # name: (classes, colour, width in points), drawn from the last to the first
    "roads_major": (ROAD_CLASSES[:4], "#D9A441", 2.0),
    "roads_primary": (ROAD_CLASSES[4:8], "#E3C98F", 1.5),
    "roads_minor": (ROAD_CLASSES[8:], "#D6D6D6", 0.7),
}
SHELTER, LANDING, PLACE, TEMPORARY = "#009E73", "#56B4E9", "#9A9A9A", "#7F7F7F"


class MapDrawing:
    """A map being drawn: where degrees become metres, and how words are set.

    Attributes
    ----------
    region : Region
    language : {"zh", "en"}
        Of the words; English where there is no Chinese font.
    font : FontProperties or None
    """

    def __init__(self, region: Region, language: Language, font_file: Path | None) -> None:
        self.region = region
        self.font_file = font_file
        self.language: Language = language if font_file else "en"
        self.sites = region.sites.set_index("site_id", drop=False)
        lat = self.sites["lat"] if len(self.sites) else pd.Series(region.roads.lat)
        self._squeeze = math.cos(math.radians(float(lat.mean())))
        self.figure = Figure(figsize=PAGE_IN, dpi=DPI)
        FigureCanvasAgg(self.figure)
        self.axes: Axes = self.figure.add_axes((0.02, 0.06, 0.73, 0.85))
        self.legend: list[Line2D] = []

    def font(self, size: float) -> FontProperties:
        """The font at ``size`` points."""
        if self.font_file is None:
            return FontProperties(size=size)
        return FontProperties(fname=str(self.font_file), size=size)

    def say(self, name: str, /, **values: object) -> str:
        """Give the words of ``optimizer.map.<name>``."""
        return say(f"optimizer.map.{name}", self.language, **values)

    def name(self, site_id: str, name: str) -> str:
        """A site's label: its name, or its id where the font lacks the signs."""
        return name if self.font_file or name.isascii() else site_id

    def region_name(self) -> str:
        """Name of the region, or its id where the font lacks the signs."""
        settings = self.region.settings
        return self.name(settings.id, settings.name.say(self.language))

    def metres(self, lon: NDArray[np.float64], lat: NDArray[np.float64]) -> tuple[NDArray[Any], NDArray[Any]]:
        """Turn degrees into metres on a plane, true to scale at the middle of the district."""
        return lon * METRES_PER_DEGREE * self._squeeze, lat * METRES_PER_DEGREE

    def spots(self, rows: pd.DataFrame) -> tuple[NDArray[Any], NDArray[Any]]:
        """Metres of sites."""
        return self.metres(rows["lon"].to_numpy(dtype=float), rows["lat"].to_numpy(dtype=float))

    def scatter(self, rows: pd.DataFrame, size: Any, order: int, **look: Any) -> None:
        """Draw sites as marks."""
        self.axes.scatter(*self.spots(rows), s=size, zorder=order, **look)

    def explain(self, name: str, **look: Any) -> None:
        """Add a mark to the legend."""
        self.legend.append(Line2D([], [], label=self.say(name), **({"linestyle": "none"} | look)))

    def line(self, links: NDArray[np.bool_], name: str, **look: Any) -> None:
        """Draw links, those that are there, and explain them."""
        if links.any():
            x, y = self.metres(*road_lines(self.region.roads, links))
            self.axes.plot(x, y, solid_capstyle="round", **look)
            self.explain(name, **({"linestyle": "-"} | {key: look[key] for key in look if key != "zorder"}))

    def save(self, path: Path) -> tuple[Problem, ...]:
        """Write the picture; a warning where no Chinese font was found, and the map speaks English and ids."""
        self.figure.savefig(path, format="png", metadata={"Software": None})
        if self.font_file:
            return ()
        return (Problem(Phrase("optimizer.map.no_font"), Phrase("optimizer.map.no_font_mend"), severity="warning"),)


def road_lines(roads: RoadNetwork, links: NDArray[np.bool_]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Lines of the chosen links as one lon and one lat array, links parted by NaN.

    A link that runs both ways is given once.
    """
    low, high = np.minimum(roads.tail, roads.head), np.maximum(roads.tail, roads.head)
    ends = np.column_stack([roads.way_id, low, high])[links]
    _, first = np.unique(ends, axis=0, return_index=True)
    chosen = np.flatnonzero(links)[np.sort(first)]
    counts = np.diff(roads.shape_first)[chosen]
    start = np.concatenate([[0], np.cumsum(counts + 3)])[:-1].astype(np.int64)
    lon, lat = (np.full(int((counts + 3).sum()), np.nan) for _ in range(2))
    inner = np.repeat(start + 1, counts) + _steps(counts)
    points = np.repeat(roads.shape_first[chosen], counts) + _steps(counts)
    for out, node, shape in ((lon, roads.lon, roads.shape_lon), (lat, roads.lat, roads.shape_lat)):
        out[start] = node[roads.tail[chosen]]
        out[inner] = shape[points]
        out[start + counts + 1] = node[roads.head[chosen]]
    return lon, lat


def _steps(counts: NDArray[np.int64]) -> NDArray[np.int64]:
    """``0 … c-1`` for each c in ``counts``, in a row."""
    ends = np.cumsum(counts)
    total = int(ends[-1]) if len(ends) else 0
    return np.arange(total, dtype=np.int64) - np.repeat(ends - counts, counts)


def draw_roads(drawing: MapDrawing) -> None:
    """Draw the roads by their class, bridges and tunnels marked; temporary links dashed, since they may not be laid."""
    roads = drawing.region.roads
    lasting = roads.temporary == 0
    for order, (name, (classes, colour, width)) in enumerate(reversed(ROAD_GROUPS.items())):
        links = lasting & np.isin(roads.road_class, [ROAD_CLASSES.index(one) for one in classes])
        drawing.line(links, name, color=colour, linewidth=width, zorder=1 + order)
    drawing.line(roads.bridge, "bridge", color="#4D4D4D", linewidth=2.2, zorder=5)
    drawing.line(roads.tunnel, "tunnel", color="#4D4D4D", linewidth=1.6, linestyle=(0, (1.5, 1)), zorder=5)
    drawing.line(~lasting, "temporary", color=TEMPORARY, linewidth=1.2, linestyle=(0, (3, 3)), zorder=5)


def draw_places(drawing: MapDrawing) -> None:
    """Draw villages and communities, shelters, landing points and piers."""
    kind = drawing.sites["kind"]
    for name, kinds, marker, colour, size, order in (
        ("place", ("village", "community"), "o", PLACE, 6.0, 6),
        ("shelter", ("shelter",), "^", SHELTER, 14.0, 7),
        ("landing", ("helipad", "pier"), "P", LANDING, 30.0, 7),
    ):
        rows = drawing.sites[kind.isin(kinds)]
        if len(rows):
            drawing.scatter(rows, size, order, marker=marker, c=colour, linewidths=0)
            drawing.explain(name, marker=marker, color=colour, markersize=max(math.sqrt(size), 4))


def draw_frame(drawing: MapDrawing, title: str, notes: Sequence[str] = (), *, beside: Sequence[str] = ()) -> None:
    """Set the extent; draw the title, legend, scale bar, north arrow, source line and, where due, the banner.

    Parameters
    ----------
    drawing : MapDrawing
    title : str
    notes : sequence of str
        Said under the legend.
    beside : sequence of str
        Lines of a list that takes the legend's place at the top; the legend then stands below it.
    """
    axes, region = drawing.axes, drawing.region
    axes.set_aspect("equal")
    axes.set_xticks([])
    axes.set_yticks([])
    left, right, bottom, top = _extent(drawing)
    axes.set_xlim(left, right)
    axes.set_ylim(bottom, top)
    drawing.figure.text(
        0.02,
        0.95,
        title,
        fontproperties=drawing.font(17),
        va="center",
        parse_math=False,
    )
    source = drawing.say(
        "source", source=roads_source(region, drawing.language), date=region.settings.plan_date.isoformat()
    )
    drawing.figure.text(0.02, 0.025, source, fontproperties=drawing.font(7.5), color="#444444", parse_math=False)
    if is_synthetic(region):
        look = {"facecolor": "#FFF2CC", "edgecolor": "#D55E00", "boxstyle": "round,pad=0.35"}
        banner = drawing.say("synthetic")
        drawing.figure.text(
            0.75, 0.95, banner, fontproperties=drawing.font(11), color="#B03A00", bbox=look, ha="right", va="center"
        )
    notes = [*notes, *([] if drawing.font_file else [drawing.say("ids")])]
    wrapped = [line for note in notes for line in _wrap(note, 34)]
    if beside:
        _legend(drawing, low=True)
        _beside(drawing, 0.90, [*beside, *wrapped], size=7, va="top", color="black", linespacing=1.5)
    else:
        _legend(drawing)
        _beside(drawing, 0.10, wrapped, size=8, va="bottom", color="#444444")
    _scale_bar(drawing, right - left)
    _north(drawing)


def _legend(drawing: MapDrawing, *, low: bool = False) -> None:
    legend = drawing.axes.legend(
        handles=drawing.legend[::-1],
        loc="lower left" if low else "upper left",
        bbox_to_anchor=(0.765, 0.03 if low else 0.90),
        bbox_transform=drawing.figure.transFigure,
        prop=drawing.font(8.5),
        frameon=False,
        labelspacing=0.5 if low else 1.0,
        handletextpad=0.8,
    )
    for text in legend.get_texts():
        text.set_linespacing(1.4)


def _beside(drawing: MapDrawing, height: float, lines: Sequence[str], *, size: float, **look: Any) -> None:
    """Write lines in the column beside the map."""
    text = "\n".join(lines)
    drawing.figure.text(0.775, height, text, fontproperties=drawing.font(size), parse_math=False, **look)


def _wrap(text: str, width: int) -> list[str]:
    lines = [""]
    for word in text.split(" "):
        if lines[-1] and len(lines[-1]) + len(word) >= width:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    return lines


def _extent(drawing: MapDrawing) -> tuple[float, float, float, float]:
    """Left, right, bottom and top in metres: all sites (or all roads, where there are no sites) and a margin."""
    roads = drawing.region.roads
    x, y = drawing.spots(drawing.sites) if len(drawing.sites) else drawing.metres(roads.lon, roads.lat)
    margin = max(0.06 * max(np.ptp(x), np.ptp(y)), 500.0)
    left, right, bottom, top = x.min() - margin, x.max() + margin, y.min() - margin, y.max() + margin
    wanted = (0.73 * PAGE_IN[0]) / (0.85 * PAGE_IN[1])
    wider = max(wanted * (top - bottom) - (right - left), 0) / 2
    higher = max((right - left) / wanted - (top - bottom), 0) / 2
    return float(left - wider), float(right + wider), float(bottom - higher), float(top + higher)


def _scale_bar(drawing: MapDrawing, width_m: float) -> None:
    length = nice_length(width_m / 5)
    axes = drawing.axes
    left, bottom = axes.get_xlim()[0] + 0.03 * width_m, axes.get_ylim()[0] + 0.03 * width_m
    halo = [withStroke(linewidth=4, foreground="white")]
    axes.plot([left, left + length], [bottom, bottom], color="black", linewidth=2.5, zorder=20, path_effects=halo)
    axes.text(
        left + length / 2,
        bottom + 0.006 * width_m,
        drawing.say("kilometres", length=f"{length / 1000:g}"),
        fontproperties=drawing.font(9),
        ha="center",
        va="bottom",
        zorder=20,
        path_effects=halo,
    )


def nice_length(metres: float) -> float:
    """The longest of 1, 2 or 5 times a power of ten that is no longer than ``metres``."""
    power = 10.0 ** math.floor(math.log10(metres))
    return next(step * power for step in (5, 2, 1) if step * power <= metres * (1 + 1e-9))


def _north(drawing: MapDrawing) -> None:
    arrow = {"arrowstyle": "-|>", "color": "black", "linewidth": 1.5, "mutation_scale": 16}
    drawing.axes.annotate(
        drawing.say("north"),
        xy=(0.965, 0.975),
        xytext=(0.965, 0.895),
        xycoords="axes fraction",
        arrowprops=arrow,
        fontproperties=drawing.font(11),
        ha="center",
        va="top",
        zorder=20,
    )


def draw_labels(drawing: MapDrawing, site_ids: Sequence[str]) -> None:
    """Name towns and the given sites, the more people the sooner; a name that finds no free spot is left out."""
    sites = drawing.sites
    named = [row for _, row in sites.loc[[site for site in site_ids if site in sites.index]].iterrows()]
    towns = sites[sites["kind"] == "town"].sort_values("population", ascending=False, na_position="last")
    wanted = [(row, 11.0, "#222222") for _, row in towns.iterrows()]
    wanted += [(row, 8.5, "#7A2E00") for row in named]
    taken = [_box(drawing, row) for row in named]
    for row, size, colour in wanted[:MOST_LABELS]:
        _label(drawing, row, size, colour, taken)


_OFFSETS = (
    (0, 10, "center", "bottom"),
    (11, 0, "left", "center"),
    (-11, 0, "right", "center"),
    (0, -10, "center", "top"),
)


def _box(drawing: MapDrawing, row: pd.Series[Any]) -> Bbox:
    """Where the mark of a named site lies on the picture, so that no name covers it."""
    x, y = drawing.metres(np.array([row["lon"]]), np.array([row["lat"]]))
    middle = drawing.axes.transData.transform((float(x[0]), float(y[0])))
    radius = 7 * drawing.figure.dpi / 72
    return Bbox([middle - radius, middle + radius])


def _label(drawing: MapDrawing, row: pd.Series, size: float, colour: str, taken: list[Any]) -> None:
    x, y = drawing.metres(np.array([row["lon"]]), np.array([row["lat"]]))
    frame = drawing.axes.get_window_extent()
    for right, up, across, along in _OFFSETS:
        text = drawing.axes.annotate(
            drawing.name(str(row["site_id"]), str(row["name"])),
            xy=(float(x[0]), float(y[0])),
            xytext=(right, up),
            textcoords="offset points",
            ha=across,
            va=along,
            fontproperties=drawing.font(size),
            color=colour,
            zorder=18,
            path_effects=[withStroke(linewidth=2.5, foreground="white")],
            parse_math=False,
        )
        box = text.get_window_extent()
        inside = frame.x0 <= box.x0 and box.x1 <= frame.x1 and frame.y0 <= box.y0 and box.y1 <= frame.y1
        if inside and not box.count_overlaps(taken):
            taken.append(box)
            return
        text.remove()
