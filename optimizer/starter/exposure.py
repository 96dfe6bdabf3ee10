"""What a starter region supposes of each place: hazards, area type, communications, wardens and officers.

None of it is in OpenStreetMap; the rules are those of ``datasets/starter/rules.yaml``, and every cell is marked.

Hazards
    flood: near a named river, or still nearer a named stream. landslide: near a road tunnel, or the road to the town is
    much longer than the straight line. forest_fire: in or beside a wood. volcano: near a volcano. snow: in high
    latitudes or at a tagged height. typhoon: near a coast in the latitudes of tropical cyclones.
Area type
    built_up: communities. outskirts: villages near a town's centre. populous_rural: villages of many people, or a short
    drive from their town. remote: the rest, and whatever is a long drive from its town.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.roads import RoadNetwork
from network.times import paths_from
from optimizer.starter.defaults import AreaRules, HazardRules, PeopleRules, Rules
from optimizer.starter.features import is_coast, is_volcano, is_wood, selected
from optimizer.starter.nearby import in_space, nearest
from optimizer.starter.waters import Waters

_MILLISECONDS_A_MINUTE = 60_000.0


@dataclass(frozen=True)
class Access:
    """The road from a town's centre to each of its places.

    Attributes
    ----------
    drive_min : (k,) float64
        Infinite where there is no way.
    road_m : (k,) float64
    straight_m : (k,) float64
    """

    drive_min: NDArray[np.float64]
    road_m: NDArray[np.float64]
    straight_m: NDArray[np.float64]


def town_access(towns: pd.DataFrame, places: pd.DataFrame, network: RoadNetwork, link_ms: NDArray[np.int32]) -> Access:
    """Follow the shortest path from each town to its places."""
    drive, road = np.full(len(places), np.inf), np.zeros(len(places))
    node = places["node"].to_numpy()
    for town, rows in places.groupby("town").groups.items():
        numbers = np.asarray(rows, dtype=np.int64)
        start = int(towns["node"].iloc[int(str(town))])
        for row, path in zip(numbers, paths_from(network, link_ms, start, node[numbers]), strict=True):
            if len(path) or node[row] == start:
                drive[row] = link_ms[path].sum(dtype=np.int64) / _MILLISECONDS_A_MINUTE
                road[row] = network.length_m[path].sum()
    centre = in_space(towns["lon"], towns["lat"])[places["town"].to_numpy()]
    straight = np.linalg.norm(in_space(places["lon"], places["lat"]) - centre, axis=1)
    return Access(drive, road, straight)


def exposed(
    towns: pd.DataFrame,
    places: pd.DataFrame,
    access: Access,
    network: RoadNetwork,
    waters: Waters,
    features: pd.DataFrame,
    rules: Rules,
) -> pd.DataFrame:
    """Add hazards (joined by ``;``), area_type, communications_assured, wardens and emergency_officers to places."""
    flags = _hazards(places, access, network, waters, features, rules.hazards)
    hazards = [";".join(name for name, flag in flags.items() if flag[row]) for row in range(len(places))]
    area_type = _area_types(towns, places, access, rules.areas)
    residents = places["residents"].to_numpy(dtype=np.int64)
    return places.assign(
        hazards=hazards,
        area_type=area_type,
        communications_assured=area_type != "remote",
        wardens=wardens(residents, rules.people),
        emergency_officers=_officers(residents, rules.people),
    )


def _hazards(
    places: pd.DataFrame,
    access: Access,
    network: RoadNetwork,
    waters: Waters,
    features: pd.DataFrame,
    rules: HazardRules,
) -> dict[str, NDArray[np.bool_]]:
    """Tell for each hazard which places are exposed."""
    at = in_space(places["lon"], places["lat"])
    latitude = np.abs(places["lat"].to_numpy(dtype=np.float64))
    coasts = selected(features, is_coast, "en")
    coast_m, _ = nearest(at, in_space(coasts["lon"], coasts["lat"]))
    is_river = waters.length_m >= rules.river_length_m
    flood = waters.distance_m(at, is_river) <= rules.river_m
    flood |= waters.distance_m(at, ~is_river) <= rules.stream_m
    detour = (access.straight_m >= rules.detour_least_m) & (access.road_m >= rules.detour_factor * access.straight_m)
    tunnel = network.tail[network.tunnel]
    tunnel_m, _ = nearest(at, in_space(network.lon[tunnel], network.lat[tunnel]))
    height = places["elevation_m"].fillna(-np.inf).to_numpy(dtype=np.float64)
    volcanoes = selected(features, is_volcano, "en")
    volcano_m, _ = nearest(at, in_space(volcanoes["lon"], volcanoes["lat"]))
    low, high = rules.typhoon_latitude
    return {
        "flood": flood,
        "landslide": detour | (tunnel_m <= rules.tunnel_m),
        "forest_fire": _in_wood(at, features, rules.forest_m),
        "snow": (latitude >= rules.snow_latitude) | (height >= rules.snow_elevation_m),
        "typhoon": (latitude >= low) & (latitude <= high) & (coast_m <= rules.typhoon_coast_m),
        "volcano": volcano_m <= rules.volcano_m,
    }


def _in_wood(at: NDArray[np.float64], features: pd.DataFrame, beside_m: float) -> NDArray[np.bool_]:
    """Tell which points lie in or beside a wood, each wood taken as a disc of its area."""
    woods = selected(features, is_wood, "en")
    radius = np.sqrt(woods["area_m2"].fillna(0).to_numpy() / np.pi) + beside_m
    exposed_ = np.zeros(len(at), dtype=np.bool_)
    for middle, reach in zip(in_space(woods["lon"], woods["lat"]), radius, strict=True):
        exposed_ |= np.linalg.norm(at - middle, axis=1) <= reach
    return exposed_


def _area_types(towns: pd.DataFrame, places: pd.DataFrame, access: Access, rules: AreaRules) -> NDArray[np.object_]:
    """Area type of each place."""
    centre_m, _ = nearest(in_space(places["lon"], places["lat"]), in_space(towns["lon"], towns["lat"]))
    populous = (places["residents"].to_numpy() >= rules.dense_people) | (access.drive_min <= rules.near_town_min)
    types = np.where(populous & (access.drive_min <= rules.remote_min), "populous_rural", "remote")
    types = np.where(centre_m <= rules.outskirts_m, "outskirts", types)
    chosen: NDArray[np.object_] = np.where(places["kind"] == "community", "built_up", types).astype(object)
    return chosen


def wardens(residents: NDArray[np.int64], rules: PeopleRules) -> NDArray[np.int64]:
    """Flood wardens of a place or town by its residents."""
    return np.clip(np.ceil(residents / rules.residents_a_warden), 1, rules.most_wardens).astype(np.int64)


def _officers(residents: NDArray[np.int64], rules: PeopleRules) -> NDArray[np.int64]:
    """Emergency officers of a place by its residents."""
    officers = 1 + residents // rules.residents_an_officer
    return np.where(residents < rules.least_residents_officer, 0, officers).astype(np.int64)
