"""The vehicles that carry relief, each at the depot where it loads.

A vehicle loads at its home depot, or, where nothing lies at its home, at the source with stock that it reaches soonest.
A source with stock and no vehicle gets one of the largest pool that has two or more, so that its stock is not out of
reach. Who drives is counted: no more vehicles than crews.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import pandas as pd

from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.travel import Roads
from optimizer.region.region import Region

BUS = "bus"
FLEET = ["vehicle_id", "name", "mode", "place_id", "depot_id", "ready_min", "payload_kg", "payload_m3"]
STANDING = [column for column in FLEET if column != "depot_id"]


def standing_vehicles(region: Region, incident: IncidentForm) -> pd.DataFrame:
    """List every vehicle with a crew that is not lost: columns :data:`STANDING`."""
    lost = {(one.site, one.vehicle_class): one.count for one in incident.lost.vehicles}
    name = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    rows = []
    pools: Iterable[Any] = region.tables["vehicles"].itertuples(index=False)
    for pool in pools:
        left = min(pool.crews, pool.count - lost.get((pool.site_id, pool.vehicle_class), 0))
        rows += [
            {
                "vehicle_id": f"{pool.site_id}/{pool.vehicle_class}/{number}",
                "name": f"{name[pool.site_id]} {number}",
                "mode": str(pool.vehicle_class),
                "place_id": str(pool.site_id),
                "ready_min": float(region.settings.parameters.mobilise_min),
                "payload_kg": float(pool.payload_kg),
                "payload_m3": float(pool.volume_m3),
            }
            for number in range(1, int(left) + 1)
        ]
    return pd.DataFrame(rows, columns=STANDING)


def fleet(vehicles: pd.DataFrame, roads: Roads, depots: pd.DataFrame) -> pd.DataFrame:
    """Put every vehicle that carries goods to a source.

    Parameters
    ----------
    vehicles : DataFrame
        Columns :data:`STANDING`: where each is and from when it is free.
    depots : DataFrame
        Of :class:`~optimizer.dispatch.sources.ReliefSources`.

    Returns
    -------
    DataFrame
        Columns :data:`FLEET`, ``ready_min`` the minute at which it is at its source.
    """
    carries = (vehicles["mode"] != BUS) & (vehicles["payload_kg"] > 0) & (vehicles["payload_m3"] > 0)
    vehicles = vehicles[carries]
    if depots.empty or vehicles.empty:
        return pd.DataFrame(columns=FLEET)
    rows = []
    for mode, group in vehicles.groupby("mode"):
        times = roads.times(str(mode), list(group["place_id"]), list(depots["site_id"]))
        arrive = times.arrive_min(group["ready_min"].to_numpy(float)[:, None])
        soonest = np.maximum(arrive, depots["available_min"].to_numpy(float)).argmin(axis=1)
        rows.append(
            group.assign(
                depot_id=depots["depot_id"].to_numpy(object)[soonest],
                free_min=group["ready_min"],
                ready_min=arrive[np.arange(len(group)), soonest],
            )
        )
    placed = pd.concat(rows).sort_values("vehicle_id", ignore_index=True)
    placed = placed[np.isfinite(placed["ready_min"])].reset_index(drop=True)
    return _posted(placed, roads, depots)[FLEET]


def _posted(vehicles: pd.DataFrame, roads: Roads, depots: pd.DataFrame) -> pd.DataFrame:
    """Send one vehicle of the largest pool to every source that has none."""
    for depot_id, site_id in zip(depots["depot_id"], depots["site_id"], strict=True):
        pools = vehicles["depot_id"].value_counts()
        if depot_id in pools.index or pools.empty or pools.iloc[0] < 2:
            continue
        row = int(np.flatnonzero(vehicles["depot_id"] == pools.index[0])[-1])
        at, mode, free = (vehicles[column].iloc[row] for column in ("place_id", "mode", "free_min"))
        ready = float(roads.times(str(mode), [str(at)], [site_id]).arrive_min(free)[0, 0])
        if np.isfinite(ready):
            vehicles = vehicles.assign(
                depot_id=vehicles["depot_id"].where(vehicles.index != row, depot_id),
                ready_min=vehicles["ready_min"].where(vehicles.index != row, ready),
            )
    return vehicles
