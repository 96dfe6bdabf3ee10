"""A district's incident drawn at random on real roads: links closed, teams and tasks, requests, stock and vehicles.

At size 1: 30 teams of 6 skills, 40 tasks, 60 requests for 8 items at 36 places, 40 vehicles, 12 depots, 200 closed
links, 24 hours of heavy rain; all counts grow with the size, on the same roads. Of the links that lie on the quickest
ways from one depot to the others, to tasks and to most places none is closed, as main roads are opened first; the other
places lose their roads before others do. People, distributions and vehicles are ours; nothing of a real event is in
them.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from network.customization import UNREACHABLE
from network.osm import read_osm
from network.roads import ROAD_CLASSES, RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from network.times import main_component, travel_times_ms
from optimizer.models.dispatch.supplies_problem import SuppliesProblem
from optimizer.models.dispatch.teams_problem import TeamsProblem

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

DEPOTS, PLACES, TASKS, TEAMS, REQUESTS, SKILLS, CLOSED_LINKS = 12, 36, 40, 30, 60, 6, 200
HORIZON_MIN = 1440.0
MILLISECONDS_A_MINUTE = 60_000.0
KM_A_DEGREE = 111.32

PRIORITIES, PRIORITY_SHARES, PRIORITY_RATIO = np.arange(1, 6), (0.1, 0.2, 0.3, 0.25, 0.15), 2.0
"""1 comes first; each weighs so much more than the next."""

MASS_KG = np.array([25.0, 3, 12, 8, 25, 10, 80, 40])
VOLUME_M3 = np.array([0.12, 0.02, 0.015, 0.02, 0.035, 0.04, 0.4, 0.03])
PEOPLE_A_UNIT = np.array([4.0, 1, 4, 4, 20, 50, 100, 5])
STOCK_SHARE, HOLDERS = 1.3, 5
"""Stock of an item over what is requested of it, and how many depots hold it."""

ROAD_VEHICLES = ("heavy_truck", "bus", "light_truck")
"""Classes of the roads that heavy, medium and light trucks keep to: one with two axles goes where a bus goes."""
CLASSES = ("heavy", "medium", "light", "helicopter")
COUNTS = (10, 16, 11, 3)
PAYLOAD_KG = np.array([10_000.0, 4_000, 1_200, 1_200])
PAYLOAD_M3 = np.array([40.0, 18, 6, 5])
LOADING_MIN = np.array([60.0, 35, 20, 20])
UNLOADING_MIN = np.array([40.0, 25, 15, 10])
READY_MIN = 15.0
FLIGHT_KMH, TAKE_OFF_MIN = 180.0, 8.0
TEAM_CLASS = 2
"""Teams drive light trucks."""

WEAK_SHARE = 0.25
"""Places that no heavy truck reaches, for a bridge that is too weak."""
OPENED_SHARE = 0.85
"""Places to which the quickest ways are kept open."""
CUT_OFF_PEOPLE = 300
"""The most people of a request from a place that no road reaches: hamlets."""


@dataclass(frozen=True, eq=False)
class Incident:
    """What was drawn; times follow from the links that are open.

    Attributes
    ----------
    name : str
    network : RoadNetwork
    link_ms : (m, 3) int32
        Of each class of road vehicles; closed links are ``UNREACHABLE``.
    depot_node, place_node, task_node : int
        Nodes of depots, places and tasks.
    weak : (P,) bool
        Places that no heavy truck reaches.
    turnout_min, base : (T,)
        A team's minutes until it leaves, and the depot where it is.
    task_priority, request_priority : int
    """

    name: str
    network: RoadNetwork
    link_ms: NDArray[np.int32]
    depot_node: Ints
    place_node: Ints
    task_node: Ints
    weak: Bools
    turnout_min: Floats
    base: Ints
    task_priority: Ints
    request_priority: Ints
    team_fields: dict[str, Any]
    supply_fields: dict[str, Any]

    @cached_property
    def team_arguments(self) -> dict[str, Any]:
        """What `TeamsProblem` takes; its times fill it up for every team, so that it is built where it is solved."""
        nodes = np.concatenate([self.depot_node, self.task_node])
        travel = minutes_between(self.network, self.link_ms[:, [TEAM_CLASS]], nodes)[0]
        depots = len(self.depot_node)
        first = self.turnout_min[:, None] + travel[self.base, depots:]
        return {**self.team_fields, "first_arrival_min": first, "travel_min": travel[depots:, depots:]}

    @cached_property
    def teams(self) -> TeamsProblem:
        """Teams and tasks."""
        return TeamsProblem(**self.team_arguments)

    @cached_property
    def supplies(self) -> SuppliesProblem:
        """Stock, vehicles and requests."""
        return SuppliesProblem(**self.supply_fields, travel_min=self.travel_min)

    @cached_property
    def travel_min(self) -> Floats:
        """(4, D + P, D + P) minutes of every class of vehicles."""
        nodes = np.concatenate([self.depot_node, self.place_node])
        by_road = minutes_between(self.network, self.link_ms, nodes)
        weak = np.concatenate([np.zeros(len(self.depot_node), dtype=bool), self.weak])
        by_road[0, weak, :] = by_road[0, :, weak] = np.inf
        km = _km_between(self.network, nodes)
        by_air = np.where(km > 0, km / FLIGHT_KMH * 60 + TAKE_OFF_MIN, 0.0)
        return np.concatenate([by_road, by_air[None]])

    def closed(self, links: Ints) -> Incident:
        """The same with more links closed."""
        link_ms = self.link_ms.copy()
        link_ms[links] = UNREACHABLE
        return replace(self, link_ms=link_ms)


def draw(roads: Path, seed: int, size: int = 1, demand: float = 1.0) -> Incident:
    """Draw an incident on the roads of an OpenStreetMap file.

    Parameters
    ----------
    size : int
        All counts are so many times those of a district.
    demand : float
        People in need of supplies are so many times as many, with the same vehicles.
    """
    rng = np.random.default_rng(seed)
    network = read_osm(roads)
    link_ms = np.stack(
        [link_times_ms(network, VEHICLE_CLASSES[name], rain="heavy_rain") for name in ROAD_VEHICLES], axis=1
    )
    depot_node, place_node, task_node = _nodes(network, link_ms[:, 0], rng, size)
    kept, cut = np.split(rng.permutation(place_node), [round(OPENED_SHARE * len(place_node))])
    ends = np.concatenate([depot_node, kept, task_node])
    opened = _main_roads(network, link_ms[:, 0], int(depot_node[0]), ends)
    link_ms[_closed(network, rng, opened, cut, CLOSED_LINKS * size)] = UNREACHABLE
    nodes = np.concatenate([depot_node, place_node])
    light = minutes_between(network, link_ms[:, [TEAM_CLASS]], nodes)[0, : len(depot_node), len(depot_node) :]
    cut_off = np.isinf(light).all(axis=0)
    task_priority, team_fields = _teams_and_tasks(rng, size)
    request_priority, supply_fields = _requests_and_vehicles(rng, size, demand, cut_off)
    return Incident(
        name=f"{roads.stem.split('.')[0]} size {size} demand {demand:g} seed {seed}",
        network=network,
        link_ms=link_ms,
        depot_node=depot_node,
        place_node=place_node,
        task_node=task_node,
        weak=rng.random(PLACES * size) < WEAK_SHARE,
        turnout_min=rng.uniform(3, 15, TEAMS * size),
        base=rng.integers(0, DEPOTS * size, TEAMS * size),
        task_priority=task_priority,
        request_priority=request_priority,
        team_fields=team_fields,
        supply_fields=supply_fields,
    )


def minutes_between(network: RoadNetwork, link_ms: NDArray[np.int32], nodes: Ints) -> Floats:
    """(C, n, n) minutes between nodes by each column of ``link_ms``; infinite where there is no way."""
    ms = np.moveaxis(travel_times_ms(network, link_ms, nodes, nodes), -1, 0)
    return np.where(ms >= UNREACHABLE, np.inf, ms / MILLISECONDS_A_MINUTE)


def _km_between(network: RoadNetwork, nodes: Ints) -> Floats:
    lon, lat = network.lon[nodes], network.lat[nodes]
    points = np.stack([lon * np.cos(np.radians(lat.mean())), lat], axis=1) * KM_A_DEGREE
    return np.asarray(np.linalg.norm(points[:, None] - points[None], axis=2))


def _nodes(
    network: RoadNetwork, heavy_ms: NDArray[np.int32], rng: np.random.Generator, size: int
) -> tuple[Ints, Ints, Ints]:
    """Depots on secondary roads or better, places and tasks anywhere that is connected."""
    connected = main_component(network, heavy_ms)
    main = network.road_class <= ROAD_CLASSES.index("secondary")
    on_main = np.zeros(network.node_count, dtype=bool)
    on_main[network.tail[main]] = True
    anywhere, by_main = np.flatnonzero(connected), np.flatnonzero(connected & on_main)
    depots = rng.choice(by_main, DEPOTS * size, replace=False)
    return depots, rng.choice(anywhere, PLACES * size, replace=False), rng.choice(anywhere, TASKS * size, replace=False)


def _roads(network: RoadNetwork, tail: NDArray[Any], head: NDArray[Any]) -> Ints:
    """Numbers of pairs of nodes, the same in both directions."""
    return np.minimum(tail, head).astype(np.int64) * network.node_count + np.maximum(tail, head)


def _main_roads(network: RoadNetwork, ms: NDArray[np.int32], hub: int, ends: Ints) -> Ints:
    """Roads on the quickest ways from ``hub`` to ``ends`` and back."""
    is_open = ms < UNREACHABLE
    ends_of_links = network.tail[is_open], network.head[is_open]
    graph = csr_array((ms[is_open].astype(float), ends_of_links), shape=(network.node_count,) * 2)
    roads = []
    for there in (graph, graph.T.tocsr()):
        before = dijkstra(there, indices=hub, return_predecessors=True)[1]
        node = ends[before[ends] >= 0]
        while len(node):
            roads.append(_roads(network, node, before[node]))
            node = np.unique(before[node])
            node = node[before[node] >= 0]
    return np.unique(np.concatenate(roads))


def _closed(network: RoadNetwork, rng: np.random.Generator, opened: Ints, cut: Ints, count: int) -> Ints:
    """``count`` links, of no road that is ``opened``, whole roads at the nodes ``cut`` first."""
    names, road = np.unique(_roads(network, network.tail, network.head), return_inverse=True)
    is_cut = np.isin(network.tail, cut) | np.isin(network.head, cut)
    candidates = np.flatnonzero(~np.isin(names[road], opened))
    by_chance = rng.permutation(len(names))[road]
    return candidates[np.lexsort((by_chance[candidates], ~is_cut[candidates]))][:count]


def _priorities(rng: np.random.Generator, count: int) -> tuple[Ints, Floats]:
    priority = rng.choice(PRIORITIES, count, p=PRIORITY_SHARES)
    return priority, PRIORITY_RATIO ** (1.0 - priority)


def _teams_and_tasks(rng: np.random.Generator, size: int) -> tuple[Ints, dict[str, Any]]:
    """Priorities of tasks, and all of a `TeamsProblem` but its times."""
    teams, tasks = TEAMS * size, TASKS * size
    skills = np.argsort(rng.random((teams, SKILLS)), axis=1) < rng.integers(1, 4, teams)[:, None]
    need = np.clip(np.round(rng.lognormal(2.6, 0.6, tasks)), 4, 45).astype(np.int64)
    is_joint = rng.random(tasks) < 0.25
    people = np.clip(np.round(rng.lognormal(2.8, 0.6, teams)), 5, 50).astype(np.int64)
    able = skills[:, rng.integers(0, SKILLS, tasks)]
    need = np.minimum(np.where(is_joint, rng.integers(40, 90, tasks), need), people @ able)
    priority, factor = _priorities(rng, tasks)
    return priority, {
        "team_ids": tuple(f"team {t}" for t in range(teams)),
        "task_ids": tuple(f"task {j}" for j in range(tasks)),
        "people": people,
        "able": able,
        "need_people": need,
        "work_min": rng.choice([60.0, 90, 120, 180, 240, 360], tasks),
        "deadline_min": rng.choice([90.0, 120, 180, 240, 360, 480, 720], tasks),
        "weight": need * factor,
        "horizon_min": HORIZON_MIN,
    }


def _requests_and_vehicles(
    rng: np.random.Generator, size: int, demand: float, cut_off: Bools
) -> tuple[Ints, dict[str, Any]]:
    """Priorities of requests, and all of a `SuppliesProblem` but its times."""
    depots, places, requests = DEPOTS * size, PLACES * size, REQUESTS * size
    place = np.concatenate([rng.permutation(places), rng.integers(0, places, requests - places)])
    item = rng.integers(0, len(MASS_KG), requests)
    people = np.clip(np.round(rng.lognormal(6.6, 0.7, requests)), 100, 3000)
    people = np.round(np.where(cut_off[place], np.minimum(people, CUT_OFF_PEOPLE), people) * demand)
    quantity = np.ceil(people / PEOPLE_A_UNIT[item])
    kind = np.repeat(np.arange(len(CLASSES)), np.array(COUNTS) * size)
    priority, factor = _priorities(rng, requests)
    return priority, {
        "depot_ids": tuple(f"depot {d}" for d in range(depots)),
        "place_ids": tuple(f"place {p}" for p in range(places)),
        "item_ids": tuple(f"item {m}" for m in range(len(MASS_KG))),
        "class_ids": CLASSES,
        "vehicle_ids": tuple(f"vehicle {v}" for v in range(len(kind))),
        "request_ids": tuple(f"request {r}" for r in range(requests)),
        "mass_kg": MASS_KG,
        "volume_m3": VOLUME_M3,
        "loading_min": LOADING_MIN,
        "unloading_min": UNLOADING_MIN,
        "vehicle_class": kind,
        "vehicle_depot": rng.integers(0, depots, len(kind)),
        "ready_min": np.full(len(kind), READY_MIN),
        "payload_kg": PAYLOAD_KG[kind],
        "payload_m3": PAYLOAD_M3[kind],
        "stock": _stock(rng, size, np.bincount(item, quantity, len(MASS_KG))),
        "last_resort": np.zeros(depots, dtype=bool),
        "available_min": np.zeros(depots),
        "request_place": place,
        "request_item": item,
        "quantity": quantity,
        "people": people,
        "weight": people * factor,
        "deadline_min": rng.choice([180.0, 240, 360, 480, 720, 1080], requests),
        "change_penalty": np.zeros((requests, depots)),
        "horizon_min": HORIZON_MIN,
    }


def _stock(rng: np.random.Generator, size: int, wanted: Floats) -> Floats:
    """(D, M) units: of each item more than is wanted, shared out among some depots."""
    share = rng.gamma(2.0, size=(DEPOTS * size, len(wanted)))
    share[rng.random(share.shape).argsort(axis=0) >= HOLDERS * size] = 0.0
    return np.asarray(np.floor(STOCK_SHARE * wanted * share / share.sum(axis=0)) + 5.0 * (share > 0))
