"""What closures do to the times over links."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from network.closed_links import matched_links
from network.closures import Closure
from network.customization import UNREACHABLE
from network.problem import Problem, ProblemsError
from network.roads import RoadNetwork
from network.speeds import VehicleClass

MS_A_MINUTE = 60_000


def apply_closures(
    closures: Sequence[Closure],
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    vehicle_class: VehicleClass,
    folder: Path | None = None,
    at_h: float | None = None,
) -> NDArray[np.int32]:
    """Link times with closures in force, and temporary links closed unless one in force opens them.

    Parameters
    ----------
    closures : sequence of Closure
        Where several meet on a link, closing outweighs all, and slowing comes before delays.
    network : RoadNetwork
    link_ms : (m,) or (m, K) int32
        Free times of ``vehicle_class``, in K lanes such as :func:`~network.speeds.margin_times_ms` gives.
    vehicle_class : VehicleClass
    folder : Path, optional
        Where shapes' files are looked for.
    at_h : float, optional
        Hours after the event. Without it the worst is taken: whatever hinders is in force, whatever its hours, and
        what opens only if it has none.

    Returns
    -------
    (m,) or (m, K) int32
        A new array; ``UNREACHABLE`` where closed.

    Raises
    ------
    ProblemsError
        All closures that match nothing, those not in force among them, at once.
    """
    matches = _all_matched(closures, network, folder)
    in_force = [pair for pair in zip(closures, matches, strict=True) if pair[0].holds(vehicle_class, at_h)]
    # Lanes first, so that one link's factor meets all of them.
    time = np.array(link_ms.T, dtype=np.float64)
    for closure, links in in_force:
        if closure.slowed is not None:
            time[..., links] *= closure.slowed
    for closure, links in in_force:
        if closure.delay_min is not None:
            time[..., links] += closure.delay_min * MS_A_MINUTE * _share_of_stretch(network, links)
    result = np.minimum(np.rint(time), UNREACHABLE - 1).astype(np.int32)
    result[..., _shut(in_force, network)] = UNREACHABLE
    result[link_ms.T >= UNREACHABLE] = UNREACHABLE
    return np.ascontiguousarray(result.T)


def _shut(in_force: Iterable[tuple[Closure, NDArray[np.int32]]], network: RoadNetwork) -> NDArray[np.bool_]:
    """(m,) links that are closed, or temporary and not opened."""
    laid, shut = network.temporary == 0, np.zeros(network.link_count, dtype=np.bool_)
    for closure, links in in_force:
        if closure.opened:
            laid[links] = True
        elif closure.slowed is None and closure.delay_min is None:
            shut[links] = True
    np.logical_or(shut, ~laid, out=shut)
    return shut


def _all_matched(closures: Iterable[Closure], network: RoadNetwork, folder: Path | None) -> list[NDArray[np.int32]]:
    """Match all closures; tell the problems of all at once."""
    matches: list[NDArray[np.int32]] = []
    problems: list[Problem] = []
    for closure in closures:
        try:
            matches.append(matched_links(closure, network, folder))
        except ProblemsError as error:
            problems += error.problems
    if problems:
        raise ProblemsError(problems)
    return matches


def _share_of_stretch(network: RoadNetwork, links: NDArray[np.int32]) -> NDArray[np.float64]:
    """(k,) share of the stretch that each link is, of those in its own direction: both carriageways are driven whole.

    Directions are told apart along the line on which the links lie; a link and its reverse never share one.
    """
    squeeze = np.cos(np.radians(network.lat[network.tail[links]]))
    north = network.lat[network.head[links]] - network.lat[network.tail[links]]
    east = (network.lon[network.head[links]] - network.lon[network.tail[links]]) * squeeze
    step = np.column_stack([east, north])
    _, axes = np.linalg.eigh(step.T @ step)
    along, across = (step @ axes).T[::-1]
    forward = (along > 0) | ((along == 0) & (across > 0))
    length = np.maximum(network.length_m[links], 1e-9)
    whole = np.where(forward, length[forward].sum(), length[~forward].sum())
    share: NDArray[np.float64] = length / whole
    return share
