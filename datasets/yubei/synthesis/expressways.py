"""Expressways: two one-way carriageways each, ramps to the other roads and to one another."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from synthesis.land import smooth_line, to_plane
from synthesis.road_lines import RoadLines, Way
from synthesis.road_plan import EXPRESSWAYS, Expressway
from synthesis.terrain import Terrain

STEP_M = 150.0
HALF_WIDTH_M = 13.0
RAMP_STEPS = 3
"""A ramp leaves or joins the carriageway so many steps from the interchange."""
CROSSING_M = 400.0
"""Two expressways whose lines come so near are joined."""


@dataclass(frozen=True)
class Carriageways:
    """An expressway as drawn.

    Attributes
    ----------
    plan : Expressway
    centre : (n, 2) float64
    forth, back : (n,) int
        Nodes beside each point of the centre line, driven in its order and against it. Both lines meet at their ends,
        so that nobody is trapped where the expressway leaves the district.
    """

    plan: Expressway
    centre: NDArray[np.float64]
    forth: tuple[int, ...]
    back: tuple[int, ...]


def interchange_points() -> NDArray[np.float64]:
    """(k, 2) metres, in the order of :data:`EXPRESSWAYS`; roads must lead there."""
    return to_plane([point for plan in EXPRESSWAYS for _, point in plan.interchanges])


def add_expressways(lines: RoadLines, terrain: Terrain, junctions: NDArray[np.int64]) -> None:
    """Draw them into ``lines``; ``junctions`` are the nodes of other roads at the interchanges."""
    drawn = [_draw(lines, terrain, plan) for plan in EXPRESSWAYS]
    nodes = iter(junctions.tolist())
    for road in drawn:
        for name, _ in road.plan.interchanges:
            _interchange(lines, road, name, next(nodes))
    for place, one in enumerate(drawn):
        for other in drawn[place + 1 :]:
            _crossing(lines, one, other)


def _draw(lines: RoadLines, terrain: Terrain, plan: Expressway) -> Carriageways:
    """Add both carriageways."""
    centre = smooth_line(to_plane(plan.line), STEP_M)
    tangent = np.gradient(centre, axis=0)
    right = np.column_stack([tangent[:, 1], -tangent[:, 0]]) / np.hypot(*tangent.T)[:, None] * HALF_WIDTH_M
    ends = lines.add_nodes(centre[[0, -1]])
    forth = (ends[0], *lines.add_nodes((centre + right)[1:-1]), ends[1])
    back = (ends[0], *lines.add_nodes((centre - right)[1:-1]), ends[1])
    tags = _tags_along(terrain, plan, centre)
    first = 0
    for step in range(1, len(tags) + 1):
        if step == len(tags) or tags[step] != tags[first] or step - first >= 12:
            run = slice(first, step + 1)
            lines.ways.append(Way(tags[first], forth[run]))
            lines.ways.append(Way(tags[first], back[run][::-1]))
            first = step
    return Carriageways(plan, centre, forth, back)


def _tags_along(terrain: Terrain, plan: Expressway, centre: NDArray[np.float64]) -> list[dict[str, str]]:
    """Tags of each step of the centre line."""
    plain = {"highway": "motorway", "oneway": "yes", "ref": plan.ref, "name": plan.name, "maxspeed": "100"}
    plain |= {"surface": "asphalt", "synthetic": "yes"}
    tags = [plain] * (len(centre) - 1)
    for name, start, end in plan.tunnels:
        first, last = sorted(_nearest(centre, to_plane(point)[0]) for point in (start, end))
        tags[first:last] = [plain | {"name": name, "tunnel": "yes", "layer": "-1", "maxspeed": "80"}] * (last - first)
    steps = shapely.linestrings(np.stack([centre[:-1], centre[1:]], axis=1))
    for name, course in terrain.courses.items():
        for step in np.flatnonzero(shapely.intersects(steps, shapely.LineString(course))):
            tags[step] = plain | {"name": f"{plan.name}{name}特大桥", "bridge": "yes", "layer": "1"}
    return tags


def _nearest(centre: NDArray[np.float64], point: NDArray[np.float64]) -> int:
    """Place on the centre line."""
    return int(np.argmin(np.hypot(*(centre - point).T)))


def _interchange(lines: RoadLines, road: Carriageways, name: str, junction: int) -> None:
    """Add an exit and an entry on each carriageway, all to one junction."""
    middle = _nearest(road.centre, np.array(lines.xy[junction]))
    before, after = max(middle - RAMP_STEPS, 1), min(middle + RAMP_STEPS, len(road.centre) - 2)
    for way in ((road.forth[before], junction), (junction, road.forth[after])):
        _ramp(lines, road, name, *way)
    for way in ((road.back[after], junction), (junction, road.back[before])):
        _ramp(lines, road, name, *way)


def _crossing(lines: RoadLines, one: Carriageways, other: Carriageways) -> None:
    """Where two expressways meet, lead each carriageway of one into each of the other."""
    gaps = np.hypot(*(one.centre[:, None] - other.centre[None]).transpose(2, 0, 1))
    place, there = (int(index) for index in np.unravel_index(np.argmin(gaps), gaps.shape))
    if gaps[place, there] > CROSSING_M:
        return
    name = f"{one.plan.name}{other.plan.name}枢纽互通"
    ways = [_past(one, place), _past(other, there)]
    for leave, join in ((ways[0], ways[1]), (ways[1], ways[0])):
        for exit_, _ in leave:
            for _, entry in join:
                _ramp(lines, one, name, exit_, entry)


def _past(road: Carriageways, place: int) -> list[tuple[int, int]]:
    """Per carriageway, the node where a ramp leaves before the place and the one where it joins after."""
    before, after = max(place - RAMP_STEPS, 0), min(place + RAMP_STEPS, len(road.centre) - 1)
    return [(road.forth[before], road.forth[after]), (road.back[after], road.back[before])]


def _ramp(lines: RoadLines, road: Carriageways, name: str, start: int, end: int) -> None:
    """Add one ramp as a gentle curve."""
    if start == end:
        return
    a, b = np.array(lines.xy[start]), np.array(lines.xy[end])
    aside = np.array([a[1] - b[1], b[0] - a[0]]) * 0.12
    share = np.array([0.2, 0.4, 0.6, 0.8])[:, None]
    curve = (1 - share) ** 2 * a + 2 * share * (1 - share) * ((a + b) / 2 + aside) + share**2 * b
    tags = {"highway": "motorway_link", "oneway": "yes", "name": name, "maxspeed": "40", "surface": "asphalt"}
    lines.ways.append(Way(tags | {"synthetic": "yes"}, (start, *lines.add_nodes(curve), end)))
