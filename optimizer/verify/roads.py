"""The roads of one scenario for one class of vehicle, searched by SciPy's Dijkstra on a graph built here.

The plan's own times come from :mod:`network.times`; nothing of it is used, so that a fault in either shows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array, csr_array
from scipy.sparse.csgraph import dijkstra

from network.closed_times import apply_closures
from network.customization import UNREACHABLE
from network.roads import RoadNetwork
from network.speeds import VEHICLE_CLASSES, link_times_ms
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState

_BATCH = 64
_MS_A_MINUTE = 60_000


@dataclass(frozen=True)
class ScenarioRoads:
    """Open links of one scenario and vehicle class.

    Attributes
    ----------
    region : Region
    link_ms : (m,) int64
        Milliseconds over each link; ``UNREACHABLE`` where it is closed to the vehicle.
    """

    region: Region
    link_ms: NDArray[np.int64]

    @classmethod
    def of(cls, region: Region, state: RoadState, vehicle_class: str) -> ScenarioRoads:
        """Work out the links' times from the state of the roads."""
        vehicle = VEHICLE_CLASSES[vehicle_class]
        free = link_times_ms(region.roads, vehicle, speed_factor=state.speed_factor, night=state.night, rain=state.rain)
        return cls(region, apply_closures(state.closures, region.roads, free, vehicle, region.folder).astype(np.int64))

    @property
    def closed(self) -> NDArray[np.bool_]:
        """(m,) whether a link is closed."""
        return self.link_ms >= UNREACHABLE

    @cached_property
    def _fastest(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs ``tail * n + head`` in ascending order, and the fastest open link of each."""
        roads: RoadNetwork = self.region.roads
        usable = np.flatnonzero(~self.closed & (roads.tail != roads.head))
        usable = usable[np.argsort(self.link_ms[usable], kind="stable")]
        pair = roads.tail[usable].astype(np.int64) * roads.node_count + roads.head[usable]
        pairs, first = np.unique(pair, return_index=True)
        return pairs, usable[first]

    @cached_property
    def _graph(self) -> csr_array:
        """Of parallel links the fastest; SciPy would add them up."""
        roads, (_, chosen) = self.region.roads, self._fastest
        weight = np.maximum(self.link_ms[chosen], 1).astype(np.float64)
        shape = (roads.node_count, roads.node_count)
        return csr_array(coo_array((weight, (roads.tail[chosen], roads.head[chosen])), shape=shape))

    def minutes(self, starts: Sequence[str], ends: Sequence[str]) -> NDArray[np.float64]:
        """(k,) minutes from door to door for k pairs of sites; infinite where there is no way, 0 from a site to itself.

        Raises
        ------
        KeyError
            A site that the region does not have.
        """
        start, end = self._places(starts), self._places(ends)
        node, access = self.region.snapping.node.astype(np.int64), self.region.snapping.access_min
        minutes = np.full(len(start), np.inf)
        on_road = (node[start] >= 0) & (node[end] >= 0)
        sources = np.unique(node[start[on_road]])
        for first in range(0, len(sources), _BATCH):
            batch = sources[first : first + _BATCH]
            rows = np.flatnonzero(on_road & np.isin(node[start], batch))
            distance = dijkstra(self._graph, indices=batch)
            driven = distance[np.searchsorted(batch, node[start[rows]]), node[end[rows]]] / _MS_A_MINUTE
            minutes[rows] = driven + access[start[rows]] + access[end[rows]]
        minutes[start == end] = 0.0
        return minutes

    def reached(self, starts: Sequence[str], ends: Sequence[str]) -> NDArray[np.bool_]:
        """(k,) whether any of ``starts`` has a way to each of ``ends``."""
        node = self.region.snapping.node.astype(np.int64)
        start, end = self._places(starts), self._places(ends)
        sources = np.unique(node[start][node[start] >= 0])
        if not len(sources):
            return np.isin(end, start)
        distance = dijkstra(self._graph, indices=sources, min_only=True)
        found: NDArray[np.bool_] = (np.isfinite(distance[node[end]]) & (node[end] >= 0)) | np.isin(end, start)
        return found

    def lengths_m(self, start: str, ends: Sequence[str]) -> NDArray[np.float64]:
        """(k,) metres of a way of least time from one site to each of ``ends``, between their nodes."""
        roads, node = self.region.roads, self.region.snapping.node.astype(np.int64)
        pairs, link = self._fastest
        source = int(node[self._places([start])[0]])
        _, found = dijkstra(self._graph, indices=np.array([source]), return_predecessors=True)
        before = found[0]
        lengths = np.zeros(len(ends))
        for i, target in enumerate(node[self._places(ends)].tolist()):
            while target != source and before[target] >= 0:
                pair = int(before[target]) * roads.node_count + target
                lengths[i] += roads.length_m[link[np.searchsorted(pairs, pair)]]
                target = int(before[target])
        return lengths

    def length_range_m(self, start: str, end: str) -> tuple[float, float]:
        """Shortest and longest of all ways that take least time, in metres: rounded times may tie."""
        roads, node = self.region.roads, self.region.snapping.node.astype(np.int64)
        source, target = (int(node[self._places([site])[0]]) for site in (start, end))
        distance = dijkstra(self._graph, indices=np.array([source]))[0]
        usable = np.flatnonzero(~self.closed & (roads.tail != roads.head))
        time = np.maximum(self.link_ms[usable], 1)
        tight = usable[distance[roads.tail[usable]] + time == distance[roads.head[usable]]]
        tight = tight[distance[roads.head[tight]] <= distance[target]]
        # In the order of their heads, every way to a link's tail is known before the link itself.
        tight = tight[np.argsort(distance[roads.head[tight]], kind="stable")]
        least, most = {source: 0.0}, {source: 0.0}
        for link in tight.tolist():
            tail, head, length = int(roads.tail[link]), int(roads.head[link]), float(roads.length_m[link])
            least[head] = min(least.get(head, np.inf), least[tail] + length)
            most[head] = max(most.get(head, 0.0), most[tail] + length)
        return least.get(target, np.inf), most.get(target, -np.inf)

    def _places(self, site_ids: Sequence[str]) -> NDArray[np.int64]:
        place = {site: i for i, site in enumerate(self.region.sites["site_id"])}
        return np.array([place[site] for site in site_ids], dtype=np.int64)
