"""Who is served from where once the open sites and their capacities stand: the transportation problem.

    min Σ_ij u_ij z_ij    Σ_j z_ij = w_i,   Σ_i z_ij ≤ Q_j,   z ≥ 0

Solved by successive shortest paths between sites (Ford & Fulkerson 1962; Ahuja, Magnanti & Orlin 1993, section 9.7):
all demand begins at its cheapest site, and what a site holds too much moves on along the cheapest chain of sites, each
link of which shifts one demand point. There are few open sites and many demand points, so the graph of sites is small.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]

DUST = 1e-9
"""Less than this share of the mean weight is rounding."""
GRAIN = 1e-15
"""Share of the dearest unit that a link of a chain may be rounded by."""


@njit(cache=True)
def _write_links(unit, flow, dust, site, link, mover):  # type: ignore[no-untyped-def]
    """Write what a unit more costs that moves from ``site`` to every other, and whose it is."""
    sites = unit.shape[0]
    for other in range(sites):
        link[site, other], mover[site, other] = np.inf, -1
    for i in range(unit.shape[1]):
        if flow[site, i] > dust:
            for other in range(sites):
                more = unit[other, i] - unit[site, i]
                if other != site and more < link[site, other]:
                    link[site, other], mover[site, other] = more, i


@njit(cache=True)
def _shortest(link, excess, dust, grain, length, before):  # type: ignore[no-untyped-def]
    """Find the cheapest chain from a site that holds too much to one with room: where it ends, -1 without one."""
    sites = len(excess)
    for j in range(sites):
        length[j], before[j] = (0.0 if excess[j] > dust else np.inf), -1
    for _ in range(sites):
        changed = False
        for a in range(sites):
            for b in range(sites):
                through = length[a] + link[a, b]
                # Lengths are sums of differences: a gain of rounding alone would send a chain in a circle.
                if through < np.inf and through + grain < length[b]:
                    length[b], before[b], changed = through, a, True
        if not changed:
            break
    end = -1
    for j in range(sites):
        if excess[j] < -dust and length[j] < np.inf and (end < 0 or length[j] < length[end]):
            end = j
    return end


@njit(cache=True)
def _begin(unit, weight, flow, excess):  # type: ignore[no-untyped-def]
    """Serve all demand at its cheapest site; whether it can be served at all."""
    for i in range(len(weight)):
        if weight[i] > 0:
            if len(excess) == 0:
                return False
            best = np.argmin(unit[:, i])
            if unit[best, i] == np.inf:
                return False
            flow[best, i] = weight[i]
            excess[best] += weight[i]
    return True


@njit(cache=True)
def _dearest(unit):  # type: ignore[no-untyped-def]
    """Tell the greatest finite unit cost."""
    dearest = 0.0
    for cost in unit.ravel():
        if cost < np.inf:
            dearest = max(dearest, cost)
    return dearest


@njit(cache=True)
def _shift(flow, excess, mover, before, end):  # type: ignore[no-untyped-def]
    """Move as much as can be along the chain to ``end``."""
    moved, at = -excess[end], end
    while before[at] >= 0:
        moved = min(moved, flow[before[at], mover[before[at], at]])
        at = before[at]
    moved = min(moved, excess[at])
    excess[at] -= moved
    excess[end] += moved
    at = end
    while before[at] >= 0:
        flow[before[at], mover[before[at], at]] -= moved
        flow[at, mover[before[at], at]] += moved
        at = before[at]


@njit(cache=True)
def transport(unit: Floats, weight: Floats, capacity: Floats) -> tuple[float, Floats]:
    """Serve all demand at least cost.

    Parameters
    ----------
    unit : (k, n)
        Cost of a unit of weight of demand point i served from site j; infinite where it can't be.
    weight : (n,)
    capacity : (k,)

    Returns
    -------
    float, (k, n)
        The cost and the weight served; infinite where it can't all be served.
    """
    sites, demand = unit.shape
    flow, excess = np.zeros((sites, demand)), -capacity
    dust = DUST * weight.sum() / max(1, demand)
    if not _begin(unit, weight, flow, excess):
        return np.inf, flow
    grain = GRAIN * sites * _dearest(unit)
    link, mover = np.full((sites, sites), np.inf), np.full((sites, sites), -1)
    length, before = np.empty(sites), np.empty(sites, dtype=np.int64)
    for j in range(sites):
        _write_links(unit, flow, dust * DUST, j, link, mover)
    while sites > 0 and excess.max() > dust:
        end = _shortest(link, excess, dust, grain, length, before)
        if end < 0:
            return np.inf, flow
        _shift(flow, excess, mover, before, end)
        at = end
        while at >= 0:
            _write_links(unit, flow, dust * DUST, at, link, mover)
            at = before[at]
    cost = 0.0
    for j in range(sites):
        for i in range(demand):
            if flow[j, i] > 0:
                cost += flow[j, i] * unit[j, i]
    return cost, flow
