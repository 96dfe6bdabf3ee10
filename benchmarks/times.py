"""Travel times under closures: the hierarchy against networkx, SciPy and pandana at the same work, in the same run.

For each network: N × N sites; a new closure scenario from link times to matrix, one alone and sixteen side by side, on
one thread, in CPU seconds as the peers'; K scenarios counted on all cores, what-ifs on closed circles, and paths, by
the clock. Every peer works on the scenario's closed roads. Everything is held against SciPy's Dijkstra for all targets
of a sample of sources: free, closed, and for the truck. Where a peer is counted up from a few sources, its row says so.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from benchmarks.peers import PEERS, PeerTimes
from benchmarks.roads import Roads, load, tiled
from benchmarks.row import Measured, Row, in_process
from network.customization import UNREACHABLE, customize, empty_metric
from network.ensembles import LANES, run, study
from network.hierarchy import Hierarchy
from network.labels import times_between
from network.unpacking import Unpacker

CLOSED_M, SCATTERED = 1000.0, 20
"""A scenario closes all links that begin within this of a node, and so many others."""

WHAT_IFS, PATHS, REPEATS = 50, 1000, 5
ORACLE_SOURCES = 20
FEW = {"networkx": 3, "scipy": 20, "pandana": 20}
"""Sources from which a peer is counted up, or whose answers are compared."""

MUNICIPALITY = 11_000, 1_100


@dataclass(frozen=True)
class Case:
    """A network to load in whichever process works on it, with sites and the seed of the scenarios."""

    roads: Path
    tiles: int
    sites: tuple[int, int]
    seed: int

    def load(self) -> Roads:
        """Read the network and tile it."""
        whole = load(self.roads)
        return tiled(whole, self.tiles) if self.tiles > 1 else whole

    def nodes(self, count: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Sources and targets, drawn at random."""
        rng = np.random.default_rng(self.seed)
        sources, targets = (rng.integers(0, count, size).astype(np.int32) for size in self.sites)
        return sources, targets


@dataclass(frozen=True)
class Closures:
    """Scenario by scenario: a circle that is closed, and links here and there."""

    roads: Roads
    seed: int

    def __call__(self, number: int) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
        """Links closed in scenario ``number``, and the time that stands for it."""
        rng = np.random.default_rng([self.seed, number])
        metres = self.tree.data
        circle = self.tree.query_ball_point(metres[rng.integers(len(metres))], CLOSED_M)
        links = np.concatenate([circle, rng.integers(0, len(metres), SCATTERED)]).astype(np.int32)
        return links, np.full(len(links), UNREACHABLE, dtype=np.int32)

    @property
    def tree(self) -> cKDTree:
        """Search tree over where links begin, made once."""
        if "_tree" not in self.__dict__:
            self.__dict__["_tree"] = cKDTree(self.roads.metres()[self.roads.tail])
        return self.__dict__["_tree"]

    def closed(self, number: int) -> NDArray[np.int32]:
        """(m,) car times with scenario ``number`` in force."""
        ms = self.roads.car_ms.copy()
        links, milliseconds = self(number)
        ms[links] = milliseconds
        return ms


def times_rows(roads: list[Path], tiles: list[int], sites: int, scenarios: int, seed: int) -> Iterator[Row]:
    """Measure on every network, peers and all."""
    for path in roads:
        for side in tiles:
            case = Case(path, side, (sites, sites), seed)
            yield from _one_network(case, scenarios)
    yield from municipality_rows(Case(roads[0], max(tiles), MUNICIPALITY, seed), scenarios)


def _one_network(case: Case, scenarios: int) -> Iterator[Row]:
    oracle = {name: in_process(peer, case, "scipy", ms, ORACLE_SOURCES) for name, ms in STATES.items()}
    peers = {name: in_process(peer, case, name, closed_state, FEW[name]) for name in PEERS}
    topology = in_process(topology_seconds, case)
    label = f"{topology.answer.name}, {topology.answer.nodes} nodes, {case.sites[0]}x{case.sites[1]}"
    yield Row(f"{label}, order and contraction", "hierarchy", topology.answer.seconds, topology.peak_mb)
    reference = {name: found.answer.seconds for name, found in peers.items()}
    for name, found in peers.items():
        same = bool(
            np.array_equal(found.answer.times_ms, oracle["closed"].answer.times_ms[: len(found.answer.times_ms)])
        )
        said = "" if name == "pandana" else f" (counted up from {found.answer.sampled} sources)"
        yield Row(f"{label}, one closure", f"{name}{said}", found.answer.seconds, found.peak_mb, exact=same)
    for lanes in (1, LANES):
        own = in_process(scenario_seconds, case, lanes)
        exact = all(np.array_equal(own.answer.times[name], oracle[name].answer.times_ms) for name in STATES)
        for name, seconds in reference.items():
            said = "alone" if lanes == 1 else f"of {lanes} side by side"
            engine = f"hierarchy, {said}, against {name}"
            ratio = seconds / own.answer.seconds
            yield Row(f"{label}, one closure", engine, own.answer.seconds, own.peak_mb, ratio=ratio, exact=exact)
    yield from _ways_rows(case, label)
    yield _ensemble_row(case, label, scenarios)


State = Callable[[Roads, int], NDArray[np.int32]]


def free_state(roads: Roads, seed: int) -> NDArray[np.int32]:
    """Car times with nothing closed."""
    return roads.car_ms


def closed_state(roads: Roads, seed: int) -> NDArray[np.int32]:
    """Car times in the first scenario."""
    return Closures(roads, seed).closed(0)


def truck_state(roads: Roads, seed: int) -> NDArray[np.int32]:
    """Truck times with nothing closed but what is closed to it."""
    return roads.truck_ms


STATES: dict[str, State] = {"free": free_state, "closed": closed_state, "truck": truck_state}


def peer(case: Case, name: str, state: State, sample: int) -> PeerTimes:
    """Run a peer on the case in one state of the roads."""
    roads = case.load()
    return PEERS[name](roads, state(roads, case.seed), *case.nodes(roads.node_count), sample)


@dataclass(frozen=True)
class Topology:
    """What is worked out once a network."""

    name: str
    nodes: int
    links: int
    arcs: int
    seconds: float


def topology_seconds(case: Case) -> Topology:
    """Order and contract; the compiler's work is done on another network first."""
    roads = case.load()
    _warm()
    seconds, hierarchy = timed(roads.hierarchy)
    return Topology(roads.name, roads.node_count, len(roads.tail), hierarchy.arc_count, seconds)


@dataclass(frozen=True)
class Scenario:
    """Seconds for one scenario, with (s, T) times of the oracle's sources in every state, infinite where no way."""

    seconds: float
    times: dict[str, NDArray[np.float64]]


def scenario_seconds(case: Case, lanes: int) -> Scenario:
    """From link times to matrix on one thread, ``lanes`` scenarios at once; CPU seconds a scenario, best of a few."""
    roads = case.load()
    hierarchy, closures = roads.hierarchy(), Closures(roads, case.seed)
    sources, targets = case.nodes(roads.node_count)
    ms = np.stack([closures.closed(number) for number in range(lanes)], axis=1)
    room = empty_metric(hierarchy, lanes)

    def matrix() -> NDArray[np.int32]:
        return times_between(hierarchy, customize(hierarchy, ms, room), sources, targets)

    matrix()
    seconds = min(timed(matrix)[0] for _ in range(REPEATS)) / lanes
    # Every state is searched in a lane of its own of so many, by the very code that was timed.
    states = np.stack([state(roads, case.seed) for state in STATES.values()], axis=1)
    found = [
        times_between(hierarchy, customize(hierarchy, states[:, part]), sources[:ORACLE_SOURCES], targets)
        for part in _parts(len(STATES), lanes)
    ]
    every = np.concatenate(found).astype(float)
    return Scenario(seconds, dict(zip(STATES, np.where(every >= UNREACHABLE, np.inf, every), strict=False)))


def _parts(count: int, lanes: int) -> list[NDArray[np.int64]]:
    """Columns 0 to ``count`` - 1, so many lanes at a time; the last are filled up with the first."""
    return [np.arange(start, start + lanes) % count for start in range(0, count, lanes)]


@dataclass(frozen=True)
class Ways:
    """Wall seconds of what-ifs and paths, and whether every path's links sum to the matrix's time."""

    what_if: NDArray[np.float64]
    path: float
    exact: bool


def way_seconds(case: Case) -> Ways:
    """What-ifs: find the links in a circle, close them, all times anew, who is cut off. Then paths."""
    roads = case.load()
    hierarchy, closures = roads.hierarchy(), Closures(roads, case.seed)
    sources, targets = case.nodes(roads.node_count)
    before = times_between(hierarchy, customize(hierarchy, roads.car_ms), sources, targets)[0]
    room = empty_metric(hierarchy, 1)

    def what_if(number: int) -> int:
        ms = closures.closed(number)
        after = times_between(hierarchy, customize(hierarchy, ms[:, None], room), sources, targets)[0]
        return int(((after >= UNREACHABLE) & (before < UNREACHABLE)).sum())

    what_if(0)
    seconds = np.array([_wall(lambda number=number: what_if(number)) for number in range(WHAT_IFS)])
    unpacker = Unpacker(hierarchy, customize(hierarchy, roads.car_ms), roads.car_ms)
    pairs = [(i, len(targets) - 1 - i % len(targets)) for i in range(min(PATHS, len(sources)))]
    unpacker.links(int(sources[0]), int(targets[0]))
    began = time.perf_counter()
    paths = [unpacker.links(int(sources[i]), int(targets[j])) for i, j in pairs]
    path = (time.perf_counter() - began) / len(pairs)
    exact = all(
        roads.car_ms[links].sum() == before[i, j] or (not len(links) and before[i, j] >= UNREACHABLE)
        for (i, j), links in zip(pairs, paths, strict=True)
    )
    return Ways(seconds, path, exact)


def _ways_rows(case: Case, label: str) -> Iterator[Row]:
    ways = in_process(way_seconds, case)
    for name, quantile in (("median", 0.5), ("p95", 0.95)):
        seconds = float(np.quantile(ways.answer.what_if, quantile))
        yield Row(f"{label}, what-if on a closed circle", f"hierarchy, {name} of {WHAT_IFS}", seconds, ways.peak_mb)
    yield Row(f"{label}, path", "hierarchy, mean", ways.answer.path, ways.peak_mb, exact=ways.answer.exact)


@dataclass(frozen=True)
class Counted:
    """Wall seconds for all scenarios, and the mean chance that there is a way."""

    seconds: float
    chance: float


def ensemble_seconds(case: Case, scenarios: int) -> Counted:
    """Count ``scenarios`` on all cores."""
    roads = case.load()
    hierarchy = roads.hierarchy()
    asked = study(hierarchy, roads.car_ms, Closures(roads, case.seed), *case.nodes(roads.node_count))
    run(asked, 1)
    began = time.perf_counter()
    tally = run(asked, scenarios)
    return Counted(time.perf_counter() - began, float(tally.probability.mean()))


def _ensemble_row(case: Case, label: str, scenarios: int) -> Row:
    counted: Measured[Counted] = in_process(ensemble_seconds, case, scenarios)
    said = f"{label}, {scenarios} closures counted"
    return Row(said, "hierarchy, all cores, wall", counted.answer.seconds, counted.peak_mb, counted.answer.chance)


def municipality_rows(case: Case, scenarios: int) -> Iterator[Row]:
    """One scenario of a municipality, and what many cost on a cluster, counted up from it."""
    own = in_process(scenario_seconds, case, 1)
    oracle = in_process(peer, case, "scipy", closed_state, ORACLE_SOURCES)
    exact = bool(np.array_equal(own.answer.times["closed"], oracle.answer.times_ms))
    label = f"municipality, {case.sites[0]}x{case.sites[1]}"
    yield Row(f"{label}, one closure", "hierarchy, alone", own.answer.seconds, own.peak_mb, exact=exact)
    side_by_side = in_process(municipality_seconds, case)
    hours = scenarios * side_by_side.answer / 3600
    engine = f"hierarchy, {scenarios} closures counted: core seconds, counted up from {LANES}; {hours:.2f} core hours"
    yield Row(label, engine, scenarios * side_by_side.answer, side_by_side.peak_mb)


def municipality_seconds(case: Case) -> float:
    """Core seconds a scenario when counted on one thread, as a worker of a cluster does."""
    roads = case.load()
    asked = study(roads.hierarchy(), roads.car_ms, Closures(roads, case.seed), *case.nodes(roads.node_count))
    run(asked, 1, threads=1)
    began = time.process_time()
    run(asked, LANES, threads=1, lanes=4)
    return (time.process_time() - began) / LANES


def timed(work: Callable[[], object]) -> tuple[float, object]:
    """CPU seconds of this thread, and the answer: on a shared machine others' work is not counted in."""
    began = time.thread_time()
    answer = work()
    return time.thread_time() - began, answer


def _wall(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _warm() -> Hierarchy:
    """Let the compiler do its work on three nodes."""
    ends = np.array([0, 1], dtype=np.int32), np.array([1, 2], dtype=np.int32)
    ms, place = np.ones(2, dtype=np.int32), np.zeros(3)
    return Roads("warm", *ends, ms, ms, place, place).hierarchy()
