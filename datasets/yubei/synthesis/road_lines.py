"""From the draft to ways: bends, bridges, tunnels, names and tags, as OpenStreetMap would hold them."""

from __future__ import annotations

from dataclasses import dataclass, field
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from synthesis.land import RIVERS, SEED
from synthesis.places import Town
from synthesis.road_growth import CLASSES, NONE, RoadDraft
from synthesis.road_plan import OLD_BRIDGE_T, ROUTES
from synthesis.terrain import Terrain

WIGGLE_M = 75.0
"""How far bends swing a road of open land to a side."""
WAY_M = 800.0
"""A way of open land is cut after so many metres, so that its incline says something."""
SIMPLE_M = 4.0
GRAVEL_SHARE = 0.28
STEEPEST = 0.10
NUMERALS = "一二三四五六七八九"


@dataclass(frozen=True)
class Way:
    """One OSM way: tags, and places in :attr:`RoadLines.xy`."""

    tags: dict[str, str]
    nodes: tuple[int, ...]


@dataclass
class RoadLines:
    """Nodes on the plane and ways over them.

    Attributes
    ----------
    xy : list of (x, y)
        The first ones are the points of the land graph, moved; those that no way uses are not written.
    ways : list of Way
    """

    xy: list[tuple[float, float]]
    ways: list[Way] = field(default_factory=list)

    def add_nodes(self, points: NDArray[np.float64]) -> list[int]:
        """Add ``points``; gives their places."""
        first = len(self.xy)
        self.xy.extend((float(x), float(y)) for x, y in points)
        return list(range(first, len(self.xy)))


@dataclass(frozen=True)
class Names:
    """What roads are called after."""

    towns: tuple[Town, ...]
    villages: pd.DataFrame
    tree: cKDTree

    def village_near(self, point: NDArray[np.float64]) -> str:
        """Short name of the village or community nearest to ``point``."""
        return str(self.villages["short_name"].iloc[int(self.tree.query(point)[1])])


def short_name(village: str) -> str:
    """``印盒村村民委员会`` → ``印盒村``."""
    for tail in ("村民委员会", "居民委员会", "委员会"):
        village = village.removesuffix(tail)
    return village


def form_roads(draft: RoadDraft, terrain: Terrain, names: Names, junctions: NDArray[np.int64]) -> RoadLines:
    """Bend the drafted roads and cut them into ways; ``junctions`` are points to keep as nodes."""
    laid = np.flatnonzero(draft.grade < NONE)
    river = np.concatenate([draft.land.river, np.full(len(draft.joints) - len(draft.land.river), -1)])
    xy = _bent(draft, laid, river, terrain)
    lines = RoadLines([(float(x), float(y)) for x, y in xy])
    rng = np.random.default_rng(SEED + 6)
    for points, joint in _chains(draft, laid, river, set(junctions.tolist())):
        tags = _tags(draft, names, joint, int(river[joint]), xy[points], rng)
        whole = tags.get("bridge") or tags.get("tunnel") or draft.land_street(joint)
        for part in [points] if whole else _cut(lines, points):
            lines.ways.append(Way(tags | _incline(terrain, lines, part, tags), tuple(part)))
    return lines


def _bent(draft: RoadDraft, laid: NDArray[np.int64], river: NDArray[np.int64], terrain: Terrain) -> NDArray[np.float64]:
    """(n, 2) points of the land graph, evened out along the roads and swung to the sides in open land."""
    xy = draft.land.xy.copy()
    joints = draft.joints[laid]
    special = (river[laid] >= 0) | (laid >= len(draft.land.joints))
    fixed = np.zeros(len(xy), dtype=np.bool_)
    fixed[: len(draft.land.streets.xy)] = True
    fixed[joints[special].ravel()] = True
    degree = np.bincount(joints.ravel(), minlength=len(xy))
    fixed |= degree == 0
    for _ in range(2):
        total = np.zeros_like(xy)
        for a, b in ((0, 1), (1, 0)):
            np.add.at(total, joints[:, a], xy[joints[:, b]])
        middle = total / np.maximum(degree, 1)[:, None]
        xy = np.where(fixed[:, None] | (degree == 1)[:, None], xy, 0.5 * xy + 0.5 * middle)
    swing = _swing(xy, terrain) * (~fixed)[:, None]
    return xy + swing


def _swing(xy: NDArray[np.float64], terrain: Terrain) -> NDArray[np.float64]:
    """(n, 2) metres: a smooth field of sideways moves, stronger on slopes, none near a river."""
    rng = np.random.default_rng(SEED + 7)
    move = np.zeros_like(xy)
    for length_m, share in ((900.0, 0.55), (520.0, 0.6)):
        for axis in (0, 1):
            for _ in range(6):
                turn, phase = rng.random(2) * 2 * np.pi
                along = xy @ np.array([np.cos(turn), np.sin(turn)])
                move[:, axis] += share / np.sqrt(3) * np.sin(2 * np.pi * along / length_m + phase)
    steep = np.hypot(*(terrain.at(xy + step) - terrain.at(xy) for step in ([60.0, 0.0], [0.0, 60.0]))) / 60.0
    away = np.min([cKDTree(course).query(xy)[0] for course in terrain.courses.values()], axis=0)
    strength = np.clip(0.5 + steep * 5, 0.5, 1.5) * np.clip((away - 130.0) / 300.0, 0.0, 1.0)
    return move * WIGGLE_M * strength[:, None]


def _chains(
    draft: RoadDraft, laid: NDArray[np.int64], river: NDArray[np.int64], junctions: set[int]
) -> list[tuple[list[int], int]]:
    """Runs of joints of one kind between junctions: their points, and one joint that stands for all."""
    kind = {int(joint): _kind(draft, int(joint), int(river[joint])) for joint in laid}
    at: dict[int, list[int]] = {}
    for joint in laid.tolist():
        for point in draft.joints[joint].tolist():
            at.setdefault(point, []).append(joint)
    ends = {
        point
        for point, joints in at.items()
        if len(joints) != 2 or kind[joints[0]] != kind[joints[1]] or point in junctions
    }
    seen: set[int] = set()
    starts = [(start, joint) for start in [*sorted(ends), *sorted(at.keys() - ends)] for joint in at[start]]
    return [(_walk(draft, at, ends, start, joint, seen), joint) for start, joint in starts if joint not in seen]


def _walk(
    draft: RoadDraft, at: dict[int, list[int]], ends: set[int], start: int, joint: int, seen: set[int]
) -> list[int]:
    """Points from ``start`` along ``joint`` to the next end."""
    points = [start]
    while joint not in seen:
        seen.add(joint)
        a, b = draft.joints[joint].tolist()
        points.append(b if points[-1] == a else a)
        if points[-1] in ends or points[-1] == start:
            break
        joint = next(other for other in at[points[-1]] if other != joint)
    return points


def _kind(draft: RoadDraft, joint: int, river: int) -> tuple[object, ...]:
    """What must be equal along a way."""
    special = draft.tunnel.get(joint, "") or (joint if river >= 0 else "")
    return (int(draft.grade[joint]), int(draft.route[joint]), special, draft.street_line(joint))


def _cut(lines: RoadLines, points: list[int]) -> list[list[int]]:
    """Round the corners of a chain and cut it into ways of about WAY_M; new nodes are added to ``lines``."""
    xy = np.array([lines.xy[point] for point in points])
    round_ = np.vstack(
        [
            xy[:1],
            np.stack([0.75 * xy[:-1] + 0.25 * xy[1:], 0.25 * xy[:-1] + 0.75 * xy[1:]], 1).reshape(-1, 2)[1:-1],
            xy[-1:],
        ]
    )
    simple = shapely.get_coordinates(shapely.simplify(shapely.LineString(round_), SIMPLE_M))
    nodes = [points[0], *lines.add_nodes(simple[1:-1]), points[-1]]
    along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(simple, axis=0).T))])
    parts = max(1, round(along[-1] / WAY_M))
    cuts = np.unique(np.searchsorted(along, np.linspace(0, along[-1], parts + 1)[1:-1]))
    borders = [0, *[int(cut) for cut in cuts if 0 < cut < len(nodes) - 1], len(nodes) - 1]
    return [nodes[first : last + 1] for first, last in pairwise(borders)]


def _incline(terrain: Terrain, lines: RoadLines, part: list[int], tags: dict[str, str]) -> dict[str, str]:
    """Tag of a way that climbs or falls by 3 % or more; roads are built no steeper than 10 %."""
    if "bridge" in tags or "tunnel" in tags:
        return {}
    xy = np.array([lines.xy[node] for node in part])
    length = np.hypot(*np.diff(xy, axis=0).T).sum()
    low, high = terrain.at(xy[[0, -1]])
    rise = float(np.clip((high - low) / max(length, 1.0), -STEEPEST, STEEPEST))
    return {"incline": f"{rise * 100:.0f}%"} if abs(rise) >= 0.03 and length > 150 else {}


def _tags(
    draft: RoadDraft, names: Names, joint: int, river: int, xy: NDArray[np.float64], rng: np.random.Generator
) -> dict[str, str]:
    """Tags of a chain. Draws are made for every chain alike, so that one change does not shift all others."""
    loose, limit = rng.random() < GRAVEL_SHARE, OLD_BRIDGE_T[int(rng.integers(len(OLD_BRIDGE_T)))]
    weak = rng.random() < 0.6
    highway = CLASSES[draft.grade[joint]]
    tags = {"highway": highway, "synthetic": "yes"}
    route = int(draft.route[joint])
    if route >= 0:
        tags |= {"name": ROUTES[route].name} | ({"ref": ROUTES[route].ref} if ROUTES[route].ref else {})
    else:
        tags["name"] = _local_name(draft, names, joint, xy)
    tags |= {"trunk": {"maxspeed": "60"}, "primary": {"maxspeed": "60"}}.get(highway, {})
    if highway == "track":
        tags["surface"] = "gravel" if loose or weak else "ground"
    else:
        tags["surface"] = "gravel" if highway == "unclassified" and loose else "asphalt" if route >= 0 else "concrete"
    if joint in draft.tunnel:
        tags |= {"tunnel": "yes", "layer": "-1", "name": draft.tunnel[joint]}
    if river >= 0:
        tags |= {"bridge": "yes", "layer": "1", "surface": "concrete"}
        tags["name"] = f"{names.village_near(xy.mean(axis=0))}{RIVERS[river].name}桥"
        if weak and highway not in {"trunk", "primary", "secondary"}:
            tags["maxweight"] = f"{limit:.0f}"
    return tags


def _local_name(draft: RoadDraft, names: Names, joint: int, xy: NDArray[np.float64]) -> str:
    """Streets are numbered within their town, roads are called after the nearest village."""
    line = draft.street_line(joint)
    if line is None:
        return f"{names.village_near(xy[len(xy) // 2])}{'机耕路' if CLASSES[draft.grade[joint]] == 'track' else '公路'}"
    town, axis, number = line
    word = names.towns[town].name.removesuffix("街道").removesuffix("镇")
    count = number * 2 if number > 0 else 1 - number * 2
    tens, ones = divmod(count, 10)
    numeral = ("" if tens == 0 else "十" if tens == 1 else NUMERALS[tens - 1] + "十") + (
        NUMERALS[ones - 1] if ones else ""
    )
    return f"{word}{numeral}{'街' if axis == 0 else '路'}"
