"""What one closure scenario costs against the size of the network and against the number of sites, with a figure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.roads import Roads, cut_down, load, tiled
from benchmarks.row import Row, in_process
from benchmarks.times import REPEATS, Closures, timed
from network.customization import customize, empty_metric
from network.ensembles import LANES
from network.labels import times_between

CUTS = (20_000, 40_000)
SITES = (100, 300, 1000, 3000)
AT_SITES = 1000
MOST_TILES = 2
TICKS_MS = (5, 10, 20, 50, 100)


def scaling_rows(path: Path, seed: int, figure: Path | None) -> Iterator[Row]:
    """Measure along both axes; draw them where asked."""
    points: list[tuple[str, int, int, float]] = []
    for parts in (*CUTS, None, MOST_TILES):
        measured = in_process(network_seconds, path, parts, seed, (AT_SITES,) if parts != MOST_TILES else SITES)
        for (name, nodes, sites, lanes), seconds in measured.answer.items():
            engine = "alone" if lanes == 1 else f"of {lanes} side by side"
            points.append((engine, nodes, sites, seconds))
            yield Row(f"{name}, {nodes} nodes, {sites}x{sites}", f"hierarchy, {engine}", seconds, measured.peak_mb)
    if figure is not None:
        draw(points, figure)


def network_seconds(
    path: Path, parts: int | None, seed: int, sites: tuple[int, ...]
) -> dict[tuple[str, int, int, int], float]:
    """CPU seconds a scenario on one network, by its name and nodes, sites and lanes."""
    roads = _sized(load(path), parts)
    hierarchy, closures = roads.hierarchy(), Closures(roads, seed)
    found = {}
    for lanes in (1, LANES):
        ms = np.stack([closures.closed(number) for number in range(lanes)], axis=1)
        room = empty_metric(hierarchy, lanes)
        for count in sites:
            nodes = np.random.default_rng(seed).integers(0, roads.node_count, (2, count)).astype(np.int32)

            def matrix(nodes: np.ndarray = nodes, ms: np.ndarray = ms, room: object = room) -> object:
                return times_between(hierarchy, customize(hierarchy, ms, room), *nodes)

            matrix()
            seconds = min(timed(matrix)[0] for _ in range(REPEATS)) / lanes
            found[roads.name, roads.node_count, count, lanes] = seconds
    return found


def _sized(roads: Roads, parts: int | None) -> Roads:
    if parts is None:
        return roads
    return tiled(roads, parts) if parts == MOST_TILES else cut_down(roads, parts)


def draw(points: list[tuple[str, int, int, float]], path: Path) -> None:
    """Two panels, both axes logarithmic: milliseconds against nodes and against sites."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 3.6), layout="constrained")
    FigureCanvasAgg(figure)
    panels = figure.subplots(1, 2)
    most = max(nodes for _, nodes, _, _ in points)
    for engine, colour in zip(dict.fromkeys(point[0] for point in points), ("#0072B2", "#D55E00"), strict=True):
        own = [point for point in points if point[0] == engine]
        by_nodes = sorted((nodes, 1000 * s) for _, nodes, sites, s in own if sites == AT_SITES)
        by_sites = sorted((sites, 1000 * s) for _, nodes, sites, s in own if nodes == most)
        for panel, line in zip(panels, (by_nodes, by_sites), strict=True):
            panel.loglog(*zip(*line, strict=True), "o-", color=colour, label=f"one scenario, {engine}")
    panels[0].set(xlabel=f"nodes ({AT_SITES} × {AT_SITES} sites)", ylabel="CPU ms on one thread")
    panels[1].set(xlabel=f"sites each way ({most} nodes)")
    for panel, values in zip(panels, ({p[1] for p in points}, {p[2] for p in points}), strict=True):
        panel.set_xticks(sorted(values), [f"{value:,}" for value in sorted(values)], rotation=30)
        panel.set_yticks(TICKS_MS, [str(tick) for tick in TICKS_MS])
        panel.minorticks_off()
        panel.grid(alpha=0.3)
    panels[0].legend(frameon=False)
    figure.savefig(path, dpi=150)
