"""The vehicles that carry relief, each at the depot where it loads.

A vehicle loads at its home depot, or, where nothing lies at its home, at the source with stock that it reaches soonest.
A source with stock and no vehicle gets one of the largest pool that has two or more, so that its stock is not out of
reach: `posted`. Who drives is counted: no more vehicles than crews.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.travel import Roads
from optimizer.region.region import Region

BUS = "bus"
FLEET = ["vehicle_id", "name", "mode", "home_id", "depot_id", "ready_min", "payload_kg", "payload_m3"]


@dataclass(frozen=True, eq=False)
class Fleet:
    """Vehicles.

    Attributes
    ----------
    table : DataFrame
        Columns :data:`FLEET`; ``home_id`` is the site where a vehicle stands, ``depot_id`` the source where it loads.
    """

    table: pd.DataFrame


def fleet(region: Region, incident: IncidentForm, roads: Roads, depots: pd.DataFrame) -> Fleet:
    """Put every vehicle to a source.

    Parameters
    ----------
    depots : DataFrame
        Of :class:`~optimizer.dispatch.sources.ReliefSources`, those that hold what is asked for.
    """
    vehicles = standing_vehicles(region, incident)
    vehicles = vehicles[(vehicles["mode"] != BUS) & (vehicles["payload_kg"] > 0) & (vehicles["payload_m3"] > 0)]
    if depots.empty or vehicles.empty:
        return Fleet(pd.DataFrame(columns=FLEET))
    mobilise = region.settings.parameters.mobilise_min
    rows = []
    for mode, group in vehicles.groupby("mode"):
        arrive = roads.times(str(mode), list(group["home_id"]), list(depots["site_id"])).arrive_min(mobilise)
        soonest = arrive.argmin(axis=1)
        rows.append(
            group.assign(
                depot_id=depots["depot_id"].to_numpy(object)[soonest],
                ready_min=arrive[np.arange(len(group)), soonest],
            )
        )
    placed = pd.concat(rows).sort_values("vehicle_id", ignore_index=True)
    return Fleet(_posted(placed[np.isfinite(placed["ready_min"])], roads, depots, mobilise)[FLEET])


def standing_vehicles(region: Region, incident: IncidentForm) -> pd.DataFrame:
    """A row for each vehicle with a crew that is not lost: ``vehicle_id``, ``name``, ``mode``, ``home_id`` and room."""
    lost = {(one.site, one.vehicle_class): one.count for one in incident.lost.vehicles}
    name = dict(zip(region.sites["site_id"], region.sites["name"], strict=True))
    rows = []
    for pool in region.tables["vehicles"].itertuples(index=False):
        left = min(pool.count, pool.crews) if pool.count >= 0 else 0
        left = min(left, pool.count - lost.get((pool.site_id, pool.vehicle_class), 0))
        rows += [
            {
                "vehicle_id": f"{pool.site_id}/{pool.vehicle_class}/{number}",
                "name": f"{name[pool.site_id]} {number}",
                "mode": str(pool.vehicle_class),
                "home_id": str(pool.site_id),
                "payload_kg": float(pool.payload_kg),
                "payload_m3": float(pool.volume_m3),
            }
            for number in range(1, int(left) + 1)
        ]
    return pd.DataFrame(rows, columns=["vehicle_id", "name", "mode", "home_id", "payload_kg", "payload_m3"])


def _posted(vehicles: pd.DataFrame, roads: Roads, depots: pd.DataFrame, mobilise_min: float) -> pd.DataFrame:
    """Send one vehicle of the largest pool to every source that has none."""
    for depot in depots.itertuples(index=False):
        pools = vehicles["depot_id"].value_counts()
        if depot.depot_id in pools.index or pools.empty or pools.iloc[0] < 2:
            continue
        row = vehicles.index[vehicles["depot_id"] == pools.index[0]][-1]
        home, mode = vehicles.loc[row, ["home_id", "mode"]]
        ready = float(roads.times(str(mode), [home], [depot.site_id]).arrive_min(mobilise_min)[0, 0])
        if np.isfinite(ready):
            vehicles.loc[row, ["depot_id", "ready_min"]] = [depot.depot_id, ready]
    return vehicles
