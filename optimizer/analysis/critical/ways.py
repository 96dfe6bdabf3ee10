"""The links that trips between sites take."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.times import paths_from
from optimizer.region.region import Region


def shortest_ways(
    region: Region, link_times: Sequence[NDArray[np.int32]], trips: pd.DataFrame
) -> tuple[NDArray[np.int32], ...]:
    """Find a shortest way for each trip.

    Parameters
    ----------
    region : Region
    link_times : sequence of (m,) int32
    trips : DataFrame
        ``roads`` (place in ``link_times``), ``start``, ``end`` (rows of the sites table); int64.

    Returns
    -------
    tuple of int32 arrays
        Links in order of travel, one array a trip; empty where there is no way, or none is needed.
    """
    node = region.snapping.node
    roads, start, end = (trips[name].to_numpy(np.int64) for name in ("roads", "start", "end"))
    found: list[NDArray[np.int32]] = [np.empty(0, dtype=np.int32)] * len(trips)
    _, group = np.unique(np.column_stack([roads, start]), axis=0, return_inverse=True)
    for number in range(group.max(initial=-1) + 1):
        own = np.flatnonzero(group == number)
        first = own[0]
        paths = paths_from(region.roads, link_times[roads[first]], int(node[start[first]]), node[end[own]])
        for place, path in zip(own, paths, strict=True):
            found[place] = path
    return tuple(found)
