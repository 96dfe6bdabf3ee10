"""Requests, stock and vehicles of an incident put into the form of the supplies' model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dispatch.craft import CraftWays, craft_ways
from optimizer.dispatch.fleet import FLEET
from optimizer.dispatch.incident.form import IncidentForm, Request
from optimizer.dispatch.priority import priority_weight
from optimizer.dispatch.sources import ReliefSources
from optimizer.dispatch.travel import PhasedTimes, Roads
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.region.region import Region


@dataclass(frozen=True, eq=False)
class SupplyCase:
    """The problem and the tables that lead back from its answer.

    Attributes
    ----------
    requests : tuple of Request
        Those that are not met in place.
    vehicles : DataFrame
        Columns :data:`~optimizer.dispatch.fleet.FLEET`; craft among them, their ``mode`` the id of the kind of craft.
    places : tuple of str
        Of the requests, each once.
    roads_of : mapping of str to PhasedTimes
        By class of vehicle, between the depots' sites and then the places.
    craft : mapping of str to CraftWays
        By id of the kind of craft.
    sources : ReliefSources
    problem : SuppliesProblem, optional
        None where there is nothing to bring, to bring it by, or to bring it from.
    """

    requests: tuple[Request, ...]
    vehicles: pd.DataFrame
    places: tuple[str, ...]
    roads_of: Mapping[str, PhasedTimes]
    craft: Mapping[str, CraftWays]
    sources: ReliefSources
    problem: SuppliesProblem | None


def supply_case(
    region: Region,
    incident: IncidentForm,
    requests: Sequence[Request],
    vehicles: pd.DataFrame,
    sources: ReliefSources,
    roads: Roads,
    before: Mapping[str, frozenset[str]],
    craft_free_min: Mapping[str, float],
) -> SupplyCase:
    """State who may bring what from where, and how soon.

    Parameters
    ----------
    requests : sequence of Request
        Those to be met, their quantities what is still wanted.
    vehicles : DataFrame
        By road; see :func:`optimizer.dispatch.fleet.fleet`.
    sources : ReliefSources
        What is left in them.
    before : mapping of str to frozenset of str
        Sites of the depots of each request by the orders that are renewed.
    craft_free_min : mapping of str to float
        Minute of its return of each boat and helicopter that is under way.
    """
    places = tuple(dict.fromkeys(request.site for request in requests))
    depots = sources.depots
    nodes = [*depots["site_id"], *places]
    roads_of = {mode: roads.times(mode, nodes, nodes) for mode in sorted(set(vehicles["mode"]))}
    by_road = [
        times.minutes[: len(depots), len(depots) :, 0].min(axis=0, initial=np.inf) for times in roads_of.values()
    ]
    no_road = np.isinf(np.min([np.full(len(places), np.inf), *by_road], axis=0))
    own = depots[~depots["supplier"].astype(bool)]
    craft = {one.id: craft_ways(region, incident, one, roads, own, places, no_road) for one in incident.crafts}
    everything = pd.concat(
        [vehicles, *(_craft_vehicles(ways, craft_free_min) for ways in craft.values())], ignore_index=True
    )
    if not len(requests) or depots.empty or everything.empty:
        return SupplyCase(tuple(requests), everything, places, roads_of, craft, sources, None)
    problem = _problem(region, requests, everything, places, roads_of, craft, sources, before)
    return SupplyCase(tuple(requests), everything, places, roads_of, craft, sources, problem)


def _problem(
    region: Region,
    requests: Sequence[Request],
    vehicles: pd.DataFrame,
    places: tuple[str, ...],
    roads_of: Mapping[str, PhasedTimes],
    craft: Mapping[str, CraftWays],
    sources: ReliefSources,
    before: Mapping[str, frozenset[str]],
) -> SuppliesProblem:
    depots, depot = sources.depots, pd.Index(sources.depots["depot_id"])
    items = region.tables["items"].set_index("item_id")
    wanted = tuple(dict.fromkeys(request.item for request in requests))
    classes = (*roads_of, *craft)
    weight = np.array([(one.people or 1) * priority_weight(region, one.priority or 1) for one in requests])
    parameters = region.settings.parameters
    size = len(depot) + len(places)
    by_road = [times.planned for times in roads_of.values()]
    return SuppliesProblem(
        depot_ids=tuple(depot),
        place_ids=places,
        item_ids=wanted,
        class_ids=classes,
        vehicle_ids=tuple(vehicles["vehicle_id"]),
        request_ids=tuple(one.id for one in requests),
        mass_kg=items["mass_kg"].reindex(wanted).to_numpy(float),
        volume_m3=items["volume_m3"].reindex(wanted).to_numpy(float),
        loading_min=np.array([_loading_min(region, name, craft) for name in classes]),
        unloading_min=np.array(
            [region.settings.dispatch.craft_unloading_min if c in craft else parameters.unloading_min for c in classes]
        ),
        travel_min=np.stack(
            [*(planned[1] for planned in by_road), *(_craft_min(ways, depot, size) for ways in craft.values())]
        ),
        opens_min=np.stack([*(planned[0] for planned in by_road), *(np.zeros((size, size)) for _ in craft)]),
        vehicle_class=pd.Index(classes).get_indexer(pd.Index(vehicles["mode"])).astype(np.int64),
        vehicle_depot=depot.get_indexer(pd.Index(vehicles["depot_id"])).astype(np.int64),
        ready_min=vehicles["ready_min"].to_numpy(float),
        payload_kg=vehicles["payload_kg"].to_numpy(float),
        payload_m3=vehicles["payload_m3"].to_numpy(float),
        stock=_stock(sources, depot, wanted),
        last_resort=depots["supplier"].to_numpy(bool),
        available_min=depots["available_min"].to_numpy(float),
        request_place=np.array([places.index(one.site) for one in requests], dtype=np.int64),
        request_item=np.array([wanted.index(one.item) for one in requests], dtype=np.int64),
        quantity=np.array([float(one.quantity) for one in requests]),
        people=np.array([float(one.people or 1) for one in requests]),
        weight=weight,
        deadline_min=np.array([float(one.deadline_min or 0.0) for one in requests]),
        change_penalty=_penalties(region, requests, list(depots["site_id"]), before, weight),
        horizon_min=region.settings.dispatch.horizon_h * 60,
    )


def _craft_vehicles(ways: CraftWays, free_min: Mapping[str, float]) -> pd.DataFrame:
    """A row for each boat or helicopter that can load anywhere."""
    craft = ways.craft
    count = craft.count if ways.depot_id else 0
    ids = [f"{craft.id}/{number}" for number in range(1, count + 1)]
    return pd.DataFrame(
        {
            "vehicle_id": ids,
            "name": [f"{craft.id} {number}" for number in range(1, count + 1)],
            "mode": craft.id,
            "place_id": craft.site,
            "depot_id": ways.depot_id,
            "ready_min": [max(ways.ready_min, free_min.get(one, 0.0)) for one in ids],
            "payload_kg": craft.payload_kg,
            "payload_m3": craft.volume_m3,
        },
        columns=FLEET,
    )


def _loading_min(region: Region, name: str, craft: Mapping[str, CraftWays]) -> float:
    """Minutes of loading; for craft with the way of the goods to its base."""
    if name not in craft:
        return region.settings.parameters.loading_min
    feeder = craft[name].feeder_min
    return region.settings.dispatch.craft_loading_min + (feeder if np.isfinite(feeder) else 0.0)


def _craft_min(ways: CraftWays, depot: pd.Index, size: int) -> NDArray[np.float64]:
    """(D + P, D + P) minutes: from its depot to places and back, nowhere else."""
    minutes = np.full((size, size), np.inf)
    np.fill_diagonal(minutes, 0.0)
    if ways.depot_id:
        home = int(depot.get_indexer(pd.Index([ways.depot_id]))[0])
        minutes[home, len(depot) :] = ways.out_min
        minutes[len(depot) :, home] = ways.back_min
    return minutes


def _stock(sources: ReliefSources, depot: pd.Index, wanted: tuple[str, ...]) -> NDArray[np.float64]:
    lots = sources.lots[sources.lots["item_id"].isin(wanted)]
    held = np.zeros((len(depot), len(wanted)))
    rows, columns = (
        depot.get_indexer(pd.Index(lots["depot_id"])),
        pd.Index(wanted).get_indexer(pd.Index(lots["item_id"])),
    )
    np.add.at(held, (rows, columns), lots["quantity"].to_numpy(float))
    return held


def _penalties(
    region: Region,
    requests: Sequence[Request],
    sites: list[str],
    before: Mapping[str, frozenset[str]],
    weight: NDArray[np.float64],
) -> NDArray[np.float64]:
    """(R, D) weight lost where a request that had a depot gets another one's."""
    changes = [[one.id in before and site not in before[one.id] for site in sites] for one in requests]
    cost = weight[:, None] * region.settings.dispatch.change_share
    return np.where(np.array(changes).reshape(len(requests), len(sites)), cost, 0.0)
