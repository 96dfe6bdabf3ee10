"""What demand loses by the best open site: the shape that p-median and coverage have in common.

Sets
    r ∈ R           profiles: demand points in scenarios whose losses are the same at every site, merged
    j ∈ J           sites
    s ∈ S           scenarios

Given
    l_rj            loss of one unit of weight if j serves r; infinite where it can't
    u_r             loss where nothing serves r; infinite where something must
    w_sr            weight of r in s

The loss of a siting in scenario s is  L_s(y) = Σ_r w_sr min( u_r, min_{j open} l_rj ).
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import blake2b

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.cover_classes import demand_classes
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem

Floats = NDArray[np.float64]

AT_ONCE = 4_000_000
"""So many losses are looked at together."""


@dataclass(frozen=True)
class Losses:
    """Profiles of this module's head.

    Attributes
    ----------
    profile : (R, m)
    unserved : (R,)
    weight : (K, R) CSR
    """

    profile: Floats
    unserved: Floats
    weight: sparse.csr_array

    def least(self, opened: Flags) -> Floats:
        """(R,) loss of a unit of every profile where the sites ``opened`` (m,) are open."""
        places = np.flatnonzero(opened)
        least: Floats = np.min(self.profile if opened.all() else self.profile[:, places], axis=1, initial=np.inf)
        return np.minimum(self.unserved, least)

    def of(self, opened: Flags) -> Floats:
        """(K,) loss in every scenario."""
        return np.asarray(self.weight @ self.least(opened))

    def every(self, step: int) -> Losses:
        """Every so many profiles alone."""
        return Losses(self.profile[::step], self.unserved[::step], sparse.csr_array(self.weight[:, ::step]))

    def with_each(self, opened: Flags, sites: NDArray[np.int64]) -> Floats:
        """(K, q) loss in every scenario where one of ``sites`` (q,) is open beside those ``opened`` (m,)."""
        least, weight = self.least(opened), self.weight.tocsc()
        losses = np.zeros((weight.shape[0], len(sites)))
        step = max(1, AT_ONCE // self.profile.shape[1])
        for start in range(0, len(least), step):
            some = slice(start, start + step)
            losses += weight[:, some] @ np.minimum(self.profile[some][:, sites], least[some, None])
        return losses

    def in_scenario(self, s: int) -> Losses:
        """Those that have weight in one scenario."""
        row = self.weight[[s]]
        used = np.unique(row.indices)
        return Losses(self.profile[used], self.unserved[used], sparse.csr_array(row[:, used]))


def losses_of_times(problem: SitingProblem) -> Losses:
    """Minutes from the nearest open site, at most ``cut_off_min``: those of the p-median."""
    scenarios, demand, sites = problem.shape
    times = np.asarray(problem.times_min, dtype=np.float64).reshape(scenarios * demand, sites)
    if problem.cut_off_min is None:
        return _merged(times, np.full(len(times), np.inf), problem)
    return _merged(np.minimum(times, problem.cut_off_min), np.full(len(times), problem.cut_off_min), problem)


def losses_of_cover(problem: SitingProblem, covers: NDArray[np.bool_]) -> Losses:
    """One for every unit of weight that no open site covers (K, n, m): those of maximal covering."""
    scenarios, demand, sites = problem.shape
    missed = (~covers).reshape(scenarios * demand, sites).astype(np.float64)
    return _merged(missed, np.ones(len(missed)), problem)


def _merged(profile: Floats, unserved: Floats, problem: SitingProblem) -> Losses:
    """Merge rows (K n, m) that lose the same at every site; rows without weight are left out."""
    scenarios, demand, _ = problem.shape
    profile, used = np.ascontiguousarray(profile), np.flatnonzero(problem.weight.ravel() > 0)
    number, example = demand_classes(blake2b(profile[row], digest_size=16).digest() for row in used)
    entries = (problem.weight.ravel()[used], (used // demand, number))
    weight = sparse.csr_array(sparse.coo_array(entries, shape=(scenarios, len(example))))
    kept = used[example]
    # Where nothing is merged, a large matrix is not copied.
    return Losses(profile if len(kept) == len(profile) else profile[kept], unserved[kept], weight)
