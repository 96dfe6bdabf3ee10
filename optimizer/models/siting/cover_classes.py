"""Who covers whom, and demand that is covered alike taken together.

    N_si = { j : t_sij ≤ T_ij, j not forbidden }                                                    (covering_sites)

Demand points, in whatever scenarios, whose covering sites are the same are one *class* c: one set of variables serves
all of them, and the loss of scenario s counts the weight W_sc of the class in it.      (demand_classes, class_weights)
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.faults import Finding, InvalidSitingError
from optimizer.models.siting.problem import SitingProblem

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]


def covering_sites(problem: SitingProblem) -> Flags:
    """(K, n, m) whether a site that is not forbidden covers a demand point in a scenario.

    Raises
    ------
    InvalidSitingError
        ``limit_missing``: without standard times nothing says what covers.
    """
    if problem.limit_min is None:
        raise InvalidSitingError([Finding("limit_missing", {})])
    covers: Flags = np.isfinite(problem.times_min) & (problem.times_min <= problem.limit_min)
    return covers & ~problem.openings.forbidden


def demand_classes(signs: Iterable[bytes]) -> tuple[Numbers, Numbers]:
    """Take together what has the same sign.

    Returns
    -------
    number : (r,) int
        Class of each sign, in order of appearance.
    example : (C,) int
        The first that has each class's sign.
    """
    known: dict[bytes, int] = {}
    number, example = [], []
    for place, sign in enumerate(signs):
        if sign not in known:
            known[sign] = len(known)
            example.append(place)
        number.append(known[sign])
    return np.array(number, dtype=np.int64), np.array(example, dtype=np.int64)


def class_weights(weight: Floats, number: Numbers, class_count: int) -> sparse.csr_array:
    """(K, C) weight of each class in each scenario, from (K, n) weights and the (K · n,) classes."""
    scenarios, demand = weight.shape
    scenario = np.repeat(np.arange(scenarios), demand)
    weights = sparse.coo_array((weight.ravel(), (scenario, number)), shape=(scenarios, class_count)).tocsr()
    weights.eliminate_zeros()
    return sparse.csr_array(weights)


def nearest_covering(problem: SitingProblem, covers: Flags, opened: Flags) -> Numbers:
    """(K, n) of the open sites that cover a demand point the nearest; -1 where none does."""
    places = np.flatnonzero(opened)
    if not len(places):
        return np.full(problem.shape[:2], -1, dtype=np.int64)
    times = np.where(covers[:, :, places], problem.times_min[:, :, places], np.inf)
    near = times.argmin(axis=2)
    return np.where(np.isfinite(times.min(axis=2)), places[near], -1)
