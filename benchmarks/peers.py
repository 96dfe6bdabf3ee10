"""What travel times cost elsewhere: networkx, SciPy and pandana at the same matrix.

Each gives CPU seconds for the whole matrix, so that what else runs on the machine is not counted in. Searches from
single sources are timed on a few of them and counted up; pandana answers pairs from a contraction hierarchy that it
has to build anew for every closure, which is counted in.
"""

from __future__ import annotations

import time
import warnings
from dataclasses import dataclass

import networkx as nx
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from benchmarks.roads import Roads
from network.customization import UNREACHABLE


@dataclass(frozen=True)
class PeerTimes:
    """Seconds for the whole matrix; (s, T) milliseconds from the first s sources, infinite where there is no way."""

    seconds: float
    sampled: int
    times_ms: NDArray[np.float64]


def fastest(roads: Roads, ms: NDArray[np.int32]) -> NDArray[np.int64]:
    """Open links without loops, of parallel ones the fastest: what a graph without parallel links can hold."""
    used = np.flatnonzero((ms < UNREACHABLE) & (roads.tail != roads.head))
    used = used[np.lexsort((ms[used], roads.head[used], roads.tail[used]))]
    first = np.ones(len(used), dtype=np.bool_)
    first[1:] = (np.diff(roads.tail[used]) != 0) | (np.diff(roads.head[used]) != 0)
    return used[first]


def scipy_times(
    roads: Roads, ms: NDArray[np.int32], sources: NDArray[np.int32], targets: NDArray[np.int32], sample: int
) -> PeerTimes:
    """SciPy's Dijkstra, compiled, one source after another."""
    used = fastest(roads, ms)
    n = roads.node_count
    graph = csr_array((ms[used].astype(float), (roads.tail[used], roads.head[used])), shape=(n, n))
    few = sources[:sample]
    began = time.process_time()
    times = np.stack([dijkstra(graph, indices=source)[targets] for source in few])
    return PeerTimes((time.process_time() - began) * len(sources) / len(few), len(few), times)


def networkx_times(
    roads: Roads, ms: NDArray[np.int32], sources: NDArray[np.int32], targets: NDArray[np.int32], sample: int
) -> PeerTimes:
    """networkx, which an osmnx user has; the graph is built beforehand and not counted."""
    used = fastest(roads, ms)
    graph = nx.DiGraph()
    graph.add_nodes_from(range(roads.node_count))
    graph.add_weighted_edges_from(
        zip(roads.tail[used].tolist(), roads.head[used].tolist(), ms[used].tolist(), strict=True)
    )
    few = sources[:sample].tolist()
    began = time.process_time()
    found = [nx.single_source_dijkstra_path_length(graph, source) for source in few]
    seconds = (time.process_time() - began) * len(sources) / len(few)
    times = np.array([[reached.get(target, np.inf) for target in targets.tolist()] for reached in found])
    return PeerTimes(seconds, len(few), times)


def pandana_times(
    roads: Roads, ms: NDArray[np.int32], sources: NDArray[np.int32], targets: NDArray[np.int32], sample: int
) -> PeerTimes:
    """pandana: the hierarchy built for these times, then all pairs."""
    import pandana

    used = fastest(roads, ms)
    pairs = np.repeat(sources, len(targets)), np.tile(targets, len(sources))
    # It lists every pair without a way in a warning.
    warnings.simplefilter("ignore")
    began = time.process_time()
    net = pandana.Network(
        pd.Series(roads.lon),
        pd.Series(roads.lat),
        pd.Series(roads.tail[used].astype(np.int64)),
        pd.Series(roads.head[used].astype(np.int64)),
        # It multiplies by 1000 and takes whole numbers of 32 bits: seconds come out as milliseconds.
        pd.DataFrame({"seconds": (ms[used] + 0.25) / 1000}),
        twoway=False,
    )
    times = np.array(net.shortest_path_lengths(*pairs, imp_name="seconds")).reshape(len(sources), len(targets))
    seconds = time.process_time() - began
    # It says 2³²/1000 where there is no way.
    reached = np.where(times >= 4_294_967, np.inf, np.rint(times * 1000))
    return PeerTimes(seconds, len(sources), reached[:sample])


PEERS = {"networkx": networkx_times, "scipy": scipy_times, "pandana": pandana_times}
