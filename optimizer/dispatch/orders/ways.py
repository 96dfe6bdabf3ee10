"""The roads of every way: links, length, main roads and a list of turns that a driver can follow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from network.roads import RoadNetwork
from network.times import paths_from
from network.words import Language, say
from optimizer.dispatch.craft import apart_km
from optimizer.dispatch.orders.legs import Leg, way_key
from optimizer.dispatch.tables import WAYS
from optimizer.dispatch.travel import Roads
from optimizer.plan.routes import main_roads

AHEAD_DEGREES, BACK_DEGREES = 35.0, 150.0
"""A bend up to the first is straight on, one beyond the second turns round."""
SHORT_KM = 0.05
"""A stretch shorter than this is told with the one before it: slip roads and junctions."""
ACROSS = ("boat", "helicopter", "foot")
"""Straight over land, water or air; who walks carries goods from a landing point on."""


def ways_table(
    legs: Iterable[Leg], roads: Roads, language: Language, first_number: int
) -> tuple[pd.DataFrame, dict[tuple[str, str, str, int], str]]:
    """Describe every way that the legs take; their ids begin with ``first_number``.

    Returns
    -------
    DataFrame
        As :data:`~optimizer.dispatch.tables.WAYS` declares it.
    dict
        Id of the way by its key (:func:`~optimizer.dispatch.orders.legs.way_key`).
    """
    taken = {way_key(one): one for one in legs if one.from_id != one.to_id}
    keys = sorted(taken)
    ids = {key: f"W{number:04d}" for number, key in enumerate(keys, first_number)}
    paths = _paths(keys, roads)
    rows = [
        {
            "way_id": ids[key],
            "mode": key[0],
            "from_place_id": key[1],
            "to_place_id": key[2],
            "opens_min": float(roads.phases.opens_min[key[3]]),
            "drive_min": taken[key].drive_min,
            **_told(key, paths.get(key), roads, language),
        }
        for key in keys
    ]
    return pd.DataFrame(rows, columns=[column.name for column in WAYS.columns]), ids


def _paths(
    keys: Sequence[tuple[str, str, str, int]], roads: Roads
) -> dict[tuple[str, str, str, int], NDArray[np.int32]]:
    """Links of every way by road, searched from each start once."""
    together: dict[tuple[str, str, int], list[tuple[str, str, str, int]]] = {}
    for key in keys:
        if key[0] not in ACROSS:
            together.setdefault((key[0], key[1], key[3]), []).append(key)
    found: dict[tuple[str, str, str, int], NDArray[np.int32]] = {}
    node = roads.places.node
    for (mode, start, phase), group in together.items():
        ends = node[roads.places.rows([key[2] for key in group])]
        source = int(node[roads.places.rows([start])[0]])
        weights = np.ascontiguousarray(roads.link_ms(mode)[:, phase])
        if source >= 0:
            found |= dict(zip(group, paths_from(roads.phases.region.roads, weights, source, ends), strict=True))
    return found


def _told(
    key: tuple[str, str, str, int], path: NDArray[np.int32] | None, roads: Roads, language: Language
) -> dict[str, object]:
    """Length, roads, turns, links and line of a way."""
    network = roads.phases.region.roads
    if path is None or not len(path):
        line, straight_km = _straight(key, roads)
        detour = roads.phases.region.settings.dispatch.craft_detour if key[0] == "boat" else 1.0
        return {"length_km": straight_km * detour, "by_way_of": "", "turns": "", "links": "", "wkt": line}
    points = shapely.get_coordinates(network.lines_of(path.astype(np.int64)))
    return {
        "length_km": float(network.length_m[path].sum()) / 1000,
        "by_way_of": main_roads(network, path),
        "turns": turns(network, path, language),
        "links": ";".join(network.link_id[path].tolist()),
        "wkt": shapely.to_wkt(shapely.linestrings(points), rounding_precision=5),
    }


def _straight(key: tuple[str, str, str, int], roads: Roads) -> tuple[str, float]:
    table = roads.places.table
    rows = roads.places.rows(key[1:3])
    points = table[["lon", "lat"]].to_numpy(float)[rows]
    line = shapely.to_wkt(shapely.linestrings(points), rounding_precision=5)
    return line, float(apart_km(roads, [key[1]], [key[2]])[0, 0])


def turns(network: RoadNetwork, path: NDArray[np.int32], language: Language) -> str:
    """Tell a way road by road: how one turns into each, its name, and its kilometres."""
    name = np.where(network.texts[network.ref[path]] != "", network.ref[path], network.name[path])
    cuts = np.concatenate([[0], np.flatnonzero(name[1:] != name[:-1]) + 1, [len(path)]]).tolist()
    stretches: list[tuple[str, str, float]] = []
    for begin, end in pairwise(cuts):
        km = float(network.length_m[path[begin:end]].sum()) / 1000
        road = str(network.texts[name[begin]])
        if stretches and (km < SHORT_KM or road == stretches[-1][1]):
            bend, known, so_far = stretches.pop()
            stretches.append((bend, known, so_far + km))
        else:
            bend = _bend(network, int(path[begin - 1]), int(path[begin])) if stretches else "start"
            stretches.append((bend, road, km))
    unnamed = say("optimizer.dispatch.unnamed_road", language)
    told = (
        say(f"optimizer.dispatch.turn_{bend}", language, road=road or unnamed, km=km) for bend, road, km in stretches
    )
    return say("optimizer.dispatch.turn_join", language).join(told)


def _bend(network: RoadNetwork, before: int, after: int) -> str:
    """How one turns from a link into the next."""
    inward, outward = (_heading(network, link, end) for link, end in ((before, -1), (after, 0)))
    turn = (outward - inward + 180.0) % 360.0 - 180.0
    if abs(turn) <= AHEAD_DEGREES:
        return "ahead"
    if abs(turn) >= BACK_DEGREES:
        return "back"
    return "right" if turn > 0 else "left"


def _heading(network: RoadNetwork, link: int, end: int) -> float:
    """Degrees from north at the begin (0) or end (−1) of a link."""
    points = shapely.get_coordinates(network.lines_of(np.array([link])))
    first, second = (points[0], points[1]) if end == 0 else (points[-2], points[-1])
    east = (second[0] - first[0]) * np.cos(np.radians(first[1]))
    return float(np.degrees(np.arctan2(east, second[1] - first[1])))
