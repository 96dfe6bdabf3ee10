"""Boats and helicopters where no road is left: how soon they bring a load from a depot to a place.

Goods go by road from the depot to the craft's landing point or pier, by the craft to the one that is nearest to the
place, and on by road within the island, or on foot. A craft carries one load to one place and comes back; what its
range or the weather does not allow it does not do. It flies from the end of the last hour that grounds it on.

    loading       the way by road to its base, for a load
    depot → place flight or passage, and the way on from where it lands to the place
    place → depot the way back to where it landed, and flight or passage to its base
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import Geod

from optimizer.dispatch.incident.form import Craft, IncidentForm, Window
from optimizer.dispatch.travel import Roads
from optimizer.region.region import Region

LANDS_AT = {"helicopter": "helipad", "boat": "pier"}
FEEDER = "light_truck"
"""Brings goods from the depot to the craft and on from where it lands, as far as there are roads."""
_WGS84 = Geod(ellps="WGS84")


@dataclass(frozen=True, eq=False)
class CraftWays:
    """What one kind of craft can do from the depot where it loads.

    Attributes
    ----------
    craft : Craft
    depot_id : str
        Source where it loads: the one that its base is reached from soonest by road; empty: none.
    ready_min : float
        From when on it is there and the weather allows it; infinite: never.
    feeder_min : float
        From the depot to its base.
    landing_ids : tuple of str
        For each place, where it lands for it; empty where it does not.
    out_min, back_min : (P,)
        From its base to each place, the way on included, and back; infinite: not.
    crossing_min : (P,)
        Of each of them, the flight or passage alone.
    on_roads : (P,) bool
        Whether the way on is by road, else on foot.
    """

    craft: Craft
    depot_id: str
    ready_min: float
    feeder_min: float
    landing_ids: tuple[str, ...]
    out_min: NDArray[np.float64]
    back_min: NDArray[np.float64]
    crossing_min: NDArray[np.float64]
    on_roads: NDArray[np.bool_]


def craft_ways(
    region: Region,
    incident: IncidentForm,
    craft: Craft,
    roads: Roads,
    depots: pd.DataFrame,
    places: Sequence[str],
    no_road: NDArray[np.bool_],
) -> CraftWays:
    """Find what ``craft`` can do for ``places`` from one of ``depots`` (``depot_id``, ``site_id``).

    Parameters
    ----------
    no_road : (P,) bool
        Places that no vehicle reaches by the roads as they are: craft go to these alone.
    """
    parameters = region.settings.dispatch
    points = region.sites.loc[region.sites["kind"] == LANDS_AT[craft.kind], "site_id"].astype(str).tolist()
    assert craft.site in points
    detour = parameters.craft_detour if craft.kind == "boat" else 1.0
    across_km = apart_km(roads, [craft.site], points)[0] * detour
    within = across_km * 2 <= craft.range_km
    crossing = np.where(within, across_km / craft.speed_kmh * 60.0, np.inf)
    onward, back, by_road = _onward_min(roads, points, places)
    landing = (crossing[:, None] + onward).argmin(axis=0)
    column = np.arange(len(places))
    flown = np.where(no_road, crossing[landing], np.inf)
    feeder = roads.times(FEEDER, list(depots["site_id"]), [craft.site]).minutes[:, 0, 0]
    loads_at = int(feeder.argmin()) if np.isfinite(feeder).any() else None
    ready = max(craft.ready_min, grounded_until(_windows(incident, craft)))
    return CraftWays(
        craft=craft,
        depot_id="" if loads_at is None else str(depots["depot_id"].iloc[loads_at]),
        ready_min=np.inf if loads_at is None else ready,
        feeder_min=np.inf if loads_at is None else float(feeder[loads_at]),
        landing_ids=tuple(points[at] if np.isfinite(lasts) else "" for at, lasts in zip(landing, flown, strict=True)),
        out_min=flown + onward[landing, column],
        back_min=flown + back[landing, column],
        crossing_min=flown,
        on_roads=by_road[landing, column],
    )


def grounded_until(windows: Sequence[Window]) -> float:
    """Minute from which on no window keeps craft at home; infinite where one has no end."""
    ends = [np.inf if one.to_h is None else one.to_h * 60.0 for one in windows]
    return max(ends, default=0.0)


def _windows(incident: IncidentForm, craft: Craft) -> Sequence[Window]:
    return incident.no_flying if craft.kind == "helicopter" else incident.no_boating


def apart_km(roads: Roads, starts: Sequence[str], ends: Sequence[str]) -> NDArray[np.float64]:
    """(S, T) kilometres over the ground, straight."""
    table = roads.places.table
    size = len(starts), len(ends)
    start, end = roads.places.rows(starts), roads.places.rows(ends)
    lon, lat = table["lon"].to_numpy(float), table["lat"].to_numpy(float)
    corners = (lon[start][:, None], lat[start][:, None], lon[end][None, :], lat[end][None, :])
    from_lon, from_lat, to_lon, to_lat = (np.broadcast_to(values, size).ravel() for values in corners)
    _, _, metres = _WGS84.inv(from_lon, from_lat, to_lon, to_lat)
    return np.asarray(metres, dtype=np.float64).reshape(size) / 1000.0


def _onward_min(
    roads: Roads, points: Sequence[str], places: Sequence[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.bool_]]:
    """(points, P) minutes from a landing point to a place and back: by road as it is now, else straight on foot."""
    there = roads.times(FEEDER, points, places).minutes[:, :, 0]
    back = roads.times(FEEDER, places, points).minutes[:, :, 0].T
    walked = apart_km(roads, points, places) / roads.foot_kmh * 60.0
    by_road = np.isfinite(there) & np.isfinite(back)
    return np.where(by_road, there, walked), np.where(by_road, back, walked), by_road
