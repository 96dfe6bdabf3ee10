"""Put the temporary links of a region's table among its roads."""

from __future__ import annotations

from dataclasses import fields

import numpy as np
import pandas as pd

from network.coordinates import CoordinateSystem, to_wgs84
from network.links import WGS84
from network.problem import Problem
from network.roads import RoadNetwork
from network.temporary import TemporaryEnds, TemporaryLink, lasting_roads, temporary_ends, with_temporary_links
from optimizer.region.settings import RegionSettings
from optimizer.region.typed_table import TypedTable

_FIELDS = tuple(field.name for field in fields(TemporaryLink))
_SHORTEST_SHARE = 0.9
"""A length may fall so far short of the straight distance: rounding, and ends taken roughly from a map."""


def add_temporary_links(
    table: TypedTable, settings: RegionSettings, roads: RoadNetwork
) -> tuple[RoadNetwork, list[Problem]]:
    """Give the roads with the links of the table, in the place of any that they had before.

    Returns
    -------
    RoadNetwork
        With the links of all sound rows.
    list of Problem
        Ends too far from the roads, both ends at the same junction, lengths that cannot be.
    """
    roads = lasting_roads(roads)
    rows = [row for row in range(len(table.frame)) if table.sound(row, *_FIELDS)]
    if not rows:
        return roads, []
    frame = ends_in_wgs84(table.frame.iloc[rows], settings.coordinates)
    links = [TemporaryLink(**dict(zip(_FIELDS, row, strict=True))) for row in frame[[*_FIELDS]].itertuples(index=False)]
    limit_m = settings.parameters.snap_limit_m
    ends = temporary_ends(roads, links, limit_m)
    told = [_mistake(table, row, links[place], place, ends, limit_m) for place, row in enumerate(rows)]
    kept = [link for link, mistake in zip(links, told, strict=True) if mistake is None]
    ends = ends if len(kept) == len(links) else temporary_ends(roads, kept, limit_m)
    return with_temporary_links(roads, kept, ends), [mistake for mistake in told if mistake is not None]


def ends_in_wgs84(frame: pd.DataFrame, system: CoordinateSystem) -> pd.DataFrame:
    """Give the table with the coordinates of both ends in WGS-84."""
    frame = frame.copy()
    for end in ("from", "to"):
        lon, lat = frame[f"{end}_lon"].to_numpy(), frame[f"{end}_lat"].to_numpy()
        frame[f"{end}_lon"], frame[f"{end}_lat"] = to_wgs84(lon, lat, system)
    return frame


def _mistake(
    table: TypedTable, row: int, link: TemporaryLink, place: int, ends: TemporaryEnds, limit_m: float
) -> Problem | None:
    """Tell the first thing that keeps a link from being put among the roads."""
    for end, snapping in (("from", ends.first), ("to", ends.second)):
        if snapping.node[place] < 0:
            metres = f"{snapping.distance_m[place]:.0f}"
            return table.problem(
                row, f"{end}_lon", "temporary_far", name=link.name, metres=metres, limit=f"{limit_m:.0f}"
            )
    if ends.first.node[place] == ends.second.node[place]:
        return table.problem(row, "to_lon", "temporary_nowhere", name=link.name)
    straight = float(np.asarray(WGS84.inv(link.from_lon, link.from_lat, link.to_lon, link.to_lat)[2]))
    if link.length_m < _SHORTEST_SHARE * straight:
        return table.problem(
            row, "length_m", "temporary_short", value=link.length_m, name=link.name, straight=f"{straight:.0f}"
        )
    return None
