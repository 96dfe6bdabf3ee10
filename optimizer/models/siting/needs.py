"""Demand that must be served, merged where the same sites may serve it in every scenario."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Needs:
    """Classes c of demand points.

    Attributes
    ----------
    covers : (K, C, m) bool
        Sites that may serve c.
    weight : (K, C)
    of_point : (n,) int
        Class of every demand point; -1 where it need not be served.
    """

    covers: Flags
    weight: Floats
    of_point: NDArray[np.int64]

    @property
    def size(self) -> int:
        """How many classes there are."""
        return int(self.covers.shape[1])


def needs_of(problem: SitingProblem, covers: Flags | None, *, merged: bool) -> Needs:
    """All demand with weight in some scenario, by the sites (K, n, m) that may serve it; none without them."""
    scenarios, demand, sites = problem.shape
    of_point = np.full(demand, -1)
    places = np.flatnonzero((problem.weight > 0).any(axis=0))
    if covers is None or not len(places):
        return Needs(np.zeros((scenarios, 0, sites), dtype=bool), np.zeros((scenarios, 0)), of_point)
    # Where a point has no weight in a scenario, whichever site serves it in another will do.
    serves = covers[:, places] | (problem.weight[:, places] == 0)[:, :, None]
    first, which = np.arange(len(places)), np.arange(len(places))
    if merged:
        keys = np.packbits(serves.transpose(1, 0, 2).reshape(len(places), -1), axis=1)
        _, first, which = np.unique(keys, axis=0, return_index=True, return_inverse=True)
    of_point[places] = which.ravel()
    weight = np.zeros((scenarios, len(first)))
    np.add.at(weight.T, which.ravel(), problem.weight[:, places].T)
    return Needs(serves[:, first], weight, of_point)
