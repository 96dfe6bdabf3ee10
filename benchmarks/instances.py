"""Readers of public location instances, and covering instances made up from a seed.

OR-Library pmed         first n, m, p; then m edges: tail, head, length, of the same edge the last holds. Every node is
                        a demand point of weight 1 and a candidate; distances are those of the shortest paths.
OR-Library cap          first m sites, n customers; then capacity and fixed cost of each site; then for each customer
                        its demand and the cost of carrying all of it from each site. Files capa, capb, capc leave the
                        capacity open (a word or a number that stands for it): it is given beside.
San José covering       first n; then x, y of each point, a demand point and a candidate; demands stand one a line in
                        ``demand-NAME.dat``. Neither number nor service distance is in the files.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

Floats = NDArray[np.floating[Any]]

SQUARE = 30.0
"""Side of the square in which points are made up, after Cordeau, Furini & Ljubić (2019)."""
MOST_WEIGHT = 100
CUT_SHORT = {10: (549.0, 5495.0), 33: (129.0, 12912.0)}
"""Demands, by place, that lost their last digits in copies of cap41–44 and cap51, and what they are in all others.

Their costs are whole, and the published optima are those of the whole demands.
"""

AT_ONCE = 2_000_000
"""So many distances are worked out together, so that the matrix is held once."""


@dataclass(frozen=True)
class Instance:
    """What a location model is given.

    Attributes
    ----------
    model : str
        Such as ``p-median``.
    times : (n, m)
        From site (column) to demand point (row).
    weight : (n,)
    number : int, optional
        Most sites open.
    radius : float, optional
        Demand within it of an open site is covered.
    capacity, fixed_cost : (m,), optional
    """

    model: str
    times: Floats
    weight: Floats
    number: int | None = None
    radius: float | None = None
    capacity: Floats | None = None
    fixed_cost: Floats | None = None


def read_pmed(path: Path) -> tuple[Floats, int]:
    """Read an OR-Library p-median file.

    Returns
    -------
    distances : (n, n)
    number : int
    """
    words = path.read_text(encoding="ascii").split()
    nodes, edges, number = (int(word) for word in words[:3])
    rows = np.array(words[3:], dtype=float).reshape(-1, 3)
    if len(rows) != edges:
        raise ValueError(f"{path.name}: {len(rows)} edges, {edges} were announced")
    # A dictionary keeps the last of those that are given twice.
    length = {(min(a, b), max(a, b)): one for a, b, one in zip(*rows.T.tolist(), strict=True)}
    ends = np.array(list(length), dtype=np.int64).T - 1
    graph = csr_array((np.array(list(length.values())), (ends[0], ends[1])), shape=(nodes, nodes))
    return np.asarray(dijkstra(graph, directed=False)), number


@dataclass(frozen=True)
class Capacitated:
    """An OR-Library file of capacitated sites; ``cost`` (n, m) is of carrying all that a customer wants."""

    capacity: Floats
    fixed_cost: Floats
    demand: Floats
    cost: Floats


def read_cap(path: Path, capacity: float | None = None) -> Capacitated:
    """Read an OR-Library capacitated file; ``capacity`` holds for every site in place of what the file says."""
    words = path.read_text(encoding="ascii").split()
    sites, customers = int(words[0]), int(words[1])
    heads, rest = words[2 : 2 + 2 * sites], np.array(words[2 + 2 * sites :], dtype=float)
    if len(rest) != customers * (sites + 1):
        raise ValueError(f"{path.name}: {len(rest)} numbers of customers, not {customers} × {sites + 1}")
    each = rest.reshape(customers, sites + 1)
    own = np.array(heads[::2], dtype=float) if capacity is None else np.full(sites, float(capacity))
    return Capacitated(own, np.array(heads[1::2], dtype=float), each[:, 0], each[:, 1:])


def is_cut_short(found: Capacitated) -> bool:
    """Whether demands of the file lost their last digits."""
    return len(found.demand) == 50 and all(found.demand[i] == short for i, (short, _) in CUT_SHORT.items())


def mended(found: Capacitated) -> Capacitated:
    """The same with the demands that the published optimum is of."""
    demand = found.demand.copy()
    for i, (_, whole) in CUT_SHORT.items():
        demand[i] = whole
    return replace(found, demand=demand)


def read_san_jose(path: Path) -> tuple[Floats, Floats]:
    """Read a San José covering file and the demands beside it.

    Returns
    -------
    distances : (n, n)
    weight : (n,)
    """
    words = path.read_text(encoding="ascii").split()
    points = np.array(words[1:], dtype=float).reshape(-1, 2)
    demands = path.with_name(f"demand-{path.stem}.dat")
    weight = np.array(demands.read_text(encoding="ascii").split(), dtype=float)
    if not len(points) == len(weight) == int(words[0]):
        raise ValueError(f"{path.name}: {words[0]} points announced, {len(points)} there, {len(weight)} demands")
    return distances_between(points, points).astype(float), weight


def made_up(sites: int, demand: int, seed: int) -> tuple[Floats, Floats]:
    """Draw sites, then demand points, then whole weights, each uniformly.

    Returns
    -------
    distances : (demand, sites) float32
    weight : (demand,)
    """
    rng = np.random.default_rng(seed)
    places = rng.random((sites, 2)) * SQUARE
    points = rng.random((demand, 2)) * SQUARE
    weight = rng.integers(1, MOST_WEIGHT + 1, demand).astype(float)
    distances = np.empty((demand, sites), dtype=np.float32)
    step = max(1, AT_ONCE // sites)
    for start in range(0, demand, step):
        distances[start : start + step] = distances_between(points[start : start + step], places)
    return distances, weight


def distances_between(points: Floats, places: Floats) -> Floats:
    """(n, m) straight distances."""
    return np.hypot(points[:, None, 0] - places[None, :, 0], points[:, None, 1] - places[None, :, 1])
