"""Driving times between sites, scenario by scenario and vehicle class by vehicle class."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.closed_times import apply_closures
from network.customization import UNREACHABLE
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import travel_times_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState

FREE = RoadState()
"""Dry roads by day, nothing closed."""
MS_A_MINUTE = 60_000


def link_ms(region: Region, state: RoadState, vehicle_class: str) -> NDArray[np.int32]:
    """(m,) milliseconds over each link in a state of the roads; closed ones carry ``UNREACHABLE``."""
    vehicle = VEHICLE_CLASSES[vehicle_class]
    free = link_times_ms(region.roads, vehicle, speed_factor=state.speed_factor, night=state.night, rain=state.rain)
    return apply_closures(state.closures, region.roads, free, vehicle, region.folder)


def drive_min(
    region: Region, state: RoadState, vehicle_class: str, starts: Sequence[str], ends: Sequence[str]
) -> pd.DataFrame:
    """Minutes from each start to each end, from door to door.

    The way from the road to the site is added at both ends; a site is 0 minutes from itself.

    Parameters
    ----------
    starts, ends : sequence of str
        Site ids.

    Returns
    -------
    DataFrame
        Starts by ends; infinite where no road is left or a site is not on the roads.
    """
    place = pd.Index(region.sites["site_id"])
    start, end = place.get_indexer(list(starts)), place.get_indexer(list(ends))
    node, access = region.snapping.node, region.snapping.access_min
    times = travel_times_ms(region.roads, link_ms(region, state, vehicle_class), node[start], node[end])
    driven = np.where(times == UNREACHABLE, np.inf, times / MS_A_MINUTE)
    minutes = driven + access[start][:, None] + access[end][None, :]
    minutes[start[:, None] == end[None, :]] = 0.0
    return pd.DataFrame(minutes, index=list(starts), columns=list(ends))
