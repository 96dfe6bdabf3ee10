"""Weights for a hierarchy: what each arc costs in a scenario, shortcuts included.

Two steps, after Dibbelt, Strasser and Wagner (2016), section 5. *Respecting*: an arc takes the time of the fastest
link that runs over it. *Basic customization*: from the lowest rank up, each lower triangle ``v - x - y``, v below x
below y, relaxes the arc above it: ``w(x, y) ≤ w(x, v) + w(v, y)``. Afterwards every arc costs no more than any way
through lower nodes, so that an upward and a downward walk make a quickest way.

Several scenarios, *lanes*, are customized side by side: the walk over the triangles is paid once, and the processor
adds and compares eight or sixteen lanes at a time.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from network.hierarchy import Hierarchy, Int32s

UNREACHABLE: int = 2**30 - 1
"""Milliseconds (12.4 days) that stand for "no way": on a link, that it is closed. Twice as much still fits int32, so
that no sum of two times overflows; a way that would take longer counts as none."""

LEAST_MS = 1
"""No link takes less: then no round trip is free, and a quickest way passes no node twice."""


@dataclass(frozen=True)
class Metric:
    """Milliseconds over each of a arcs in K lanes; :data:`UNREACHABLE` where there is no way.

    Attributes
    ----------
    up, down : (a, K) int32
        From the lower end to the upper, and back.
    """

    up: Int32s
    down: Int32s

    @property
    def lanes(self) -> int:
        """Number of scenarios, K."""
        return int(self.up.shape[1])


def empty_metric(hierarchy: Hierarchy, lanes: int) -> Metric:
    """Room for a metric, to be filled by :func:`customize` again and again."""
    shape = (hierarchy.arc_count, lanes)
    return Metric(np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.int32))


def link_weights(link_ms: NDArray[np.int32]) -> Int32s:
    """(m,) link times with nothing below :data:`LEAST_MS` or above :data:`UNREACHABLE`."""
    return np.clip(link_ms, LEAST_MS, UNREACHABLE).astype(np.int32, copy=False)


def customize(hierarchy: Hierarchy, link_ms: NDArray[np.int32], room: Metric | None = None) -> Metric:
    """Work out the weights of all arcs.

    Parameters
    ----------
    hierarchy : Hierarchy
    link_ms : (m,) or (m, K) int32
        Milliseconds over each link, in K scenarios; :data:`UNREACHABLE` or more where it is closed.
    room : Metric, optional
        With K lanes; its arrays are overwritten and handed back.

    Raises
    ------
    ValueError
        The shapes do not fit.
    """
    times = np.asarray(link_ms)
    weights = link_weights(times if times.ndim == 2 else times[:, None])
    if len(weights) != len(hierarchy.link_arc):
        raise ValueError(f"link_ms has {len(weights)} links, the hierarchy {len(hierarchy.link_arc)}")
    metric = empty_metric(hierarchy, weights.shape[1]) if room is None else room
    if metric.up.shape != (hierarchy.arc_count, weights.shape[1]):
        raise ValueError(f"room for {metric.up.shape} arcs and lanes, not {(hierarchy.arc_count, weights.shape[1])}")
    _respect(hierarchy.link_arc, hierarchy.link_up, weights, metric.up, metric.down)
    _relax_triangles(hierarchy.first, hierarchy.upper_arcs, metric.up, metric.down)
    return metric


@njit(cache=True, nogil=True)
def _respect(link_arc: Int32s, link_up: NDArray[np.bool_], weights: Int32s, up: Int32s, down: Int32s) -> None:
    """Give every arc the time of its fastest link in each direction."""
    up[:] = UNREACHABLE
    down[:] = UNREACHABLE
    for link in range(len(link_arc)):
        arc = link_arc[link]
        if arc >= 0:
            row = up[arc] if link_up[link] else down[arc]
            for k in range(len(row)):
                row[k] = min(row[k], weights[link, k])


@njit(cache=True, nogil=True)
def _relax_triangles(first: Int32s, upper_arcs: Int32s, up: Int32s, down: Int32s) -> None:
    """Relax the upper arc of every lower triangle, lowest rank first."""
    triangle = 0
    for v in range(len(first) - 1):
        for to_x in range(first[v], first[v + 1]):
            up_x, down_x = up[to_x], down[to_x]
            for to_y in range(to_x + 1, first[v + 1]):
                arc = upper_arcs[triangle]
                triangle += 1
                up_y, down_y, up_arc, down_arc = up[to_y], down[to_y], up[arc], down[arc]
                for k in range(len(up_x)):
                    up_arc[k] = min(up_arc[k], np.int32(down_x[k] + up_y[k]))
                    down_arc[k] = min(down_arc[k], np.int32(down_y[k] + up_x[k]))
