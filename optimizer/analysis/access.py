"""How soon each site is reached from the nearest depot of the district, of a town, and from the nearest station.

A site is *reached* from a depot or station where a way on open roads leads from that to the site, each road passable
for what drives: from depots the class of vehicle that carries supplies, from stations what they send first
(:data:`optimizer.plan.compliance.response.DRIVES`). Times are from door to door, the way between site and road
included. Help by water or air, and suppliers, do not count; a candidate counts where a plan opens it.

``reached``     from a depot of the lifeline: of district level or above, or of any level where the district has none
``local_only``  not so, but from another depot or a station, which then shares its island
``cut_off``     from no depot and no station
``no_road``     the same, and with every closure lifted too: the site is not on the roads, or never had a way
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.analysis.sources import DISTRICT_LEVELS, TOWN_LEVELS, Sources
from optimizer.plan.compliance.response import nearest_stations
from optimizer.plan.reach import drive_min
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState

GROUPS = ("district_depot", "town_depot", "station")
SUPPLIES_DRIVE = "light_truck"
"""Class of vehicle that carries supplies, unless another is asked for."""
ISOLATED = ("local_only", "cut_off")


def access(
    region: Region, state: RoadState, sources: Sources, site_ids: Sequence[str], vehicle_class: str = SUPPLIES_DRIVE
) -> pd.DataFrame:
    """Find the nearest depots and the nearest station of each site.

    Returns
    -------
    DataFrame
        Indexed by ``site_id``: ``<group>_id`` and ``<group>_min`` for each of :data:`GROUPS`, ``own_depot_min`` (from a
        depot of its own town), ``lifeline_id``, ``lifeline_min``, ``stocked_id``, ``stocked_min`` (from depots where
        anything lies). Infinite minutes and no id where there is no way.
    """
    ids, depots = list(site_ids), sources.depots
    minutes = drive_min(region, state, vehicle_class, list(depots["site_id"]), ids).to_numpy()
    town = region.sites.set_index("site_id")["town_id"].reindex(ids).to_numpy()
    own = (depots["town_id"].to_numpy()[:, None] == town[None, :]) & (town != "")[None, :]
    stations = nearest_stations(region, sources.station_kinds, pd.Series(ids), state)
    columns: dict[str, NDArray[np.float64] | NDArray[np.object_]] = {}
    for name, chosen in (
        ("district_depot", depots["level"].isin(DISTRICT_LEVELS)),
        ("town_depot", depots["level"].isin(TOWN_LEVELS)),
        ("lifeline", depots["site_id"].isin(sources.lifeline)),
        ("stocked", depots["site_id"].isin(sources.stocked)),
    ):
        columns |= _nearest(name, minutes, chosen.to_numpy(), depots["site_id"])
    columns["own_depot_min"] = np.where(own, minutes, np.inf).min(axis=0)
    columns |= {"station_id": stations.station_id, "station_min": stations.drive_min}
    return pd.DataFrame(columns, index=pd.Index(ids, name="site_id"))


def statuses(now: pd.DataFrame, all_open: pd.DataFrame) -> NDArray[np.object_]:
    """(n,) status of each site, from its access now and with every closure lifted; see the module's text."""
    columns = [f"{group}_min" for group in GROUPS]
    some, ever = (np.isfinite(table[columns].to_numpy(dtype=float)).any(axis=1) for table in (now, all_open))
    reached = np.isfinite(now["lifeline_min"].to_numpy(dtype=float))
    found: NDArray[np.object_] = np.select(
        [reached, some, ever], ["reached", "local_only", "cut_off"], "no_road"
    ).astype(object)
    return found


def _nearest(
    name: str, minutes: NDArray[np.float64], chosen: NDArray[np.bool_], ids: pd.Series
) -> dict[str, NDArray[np.float64] | NDArray[np.object_]]:
    """Soonest of the chosen rows of ``minutes`` (starts, sites), as columns ``<name>_id`` and ``<name>_min``."""
    offered = np.where(chosen[:, None], minutes, np.inf)
    first = offered.argmin(axis=0)
    soonest = offered[first, np.arange(offered.shape[1])]
    start = np.where(np.isfinite(soonest), ids.to_numpy(dtype=object)[first], "")
    return {f"{name}_id": start, f"{name}_min": soonest}
