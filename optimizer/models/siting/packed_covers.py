"""Who covers whom, packed: demand points that the same sites cover are one row, and a row is a bit for each site.

    N_si = { j : t_sij ≤ T_ij, t_sij finite, j not forbidden }

Times are looked at a block at a time, so that a matrix of 100 000 points takes little beside itself.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.losses import Losses
from optimizer.models.siting.median_tree import Served
from optimizer.models.siting.problem import SitingProblem

AT_ONCE = 4_000_000
"""So many times are looked at together."""


@dataclass(frozen=True)
class PackedCovers:
    """R different covers.

    Attributes
    ----------
    bits : (R, ⌈m / 8⌉) uint8
    sites : int
        m.
    weight : (K, R) CSR
        Of the demand so covered, in each scenario.
    """

    bits: NDArray[np.uint8]
    sites: int
    weight: sparse.csr_array

    def covers(self, start: int, stop: int) -> NDArray[np.bool_]:
        """(r, m) whether a site covers a row, of the rows from ``start`` to ``stop``."""
        return np.unpackbits(self.bits[start:stop], axis=1, count=self.sites).astype(bool)

    def served(self) -> Served:
        """The sites that cover each row, at no cost."""
        parts: list[NDArray[np.int32]] = [np.zeros(0, dtype=np.int32)]
        counts: list[NDArray[np.int64]] = [np.zeros(1, dtype=np.int64)]
        step = max(1, AT_ONCE // self.sites)
        for start in range(0, len(self.bits), step):
            row, column = np.nonzero(self.covers(start, start + step))
            parts.append(column.astype(np.int32))
            counts.append(np.bincount(row, minlength=min(step, len(self.bits) - start)))
        site = np.concatenate(parts)
        return Served(np.cumsum(np.concatenate(counts)), site, np.zeros(len(site)))

    def losses(self) -> Losses:
        """One for every unit of weight that no open site covers."""
        missed = (~self.covers(0, len(self.bits))).astype(np.float64)
        return Losses(missed, np.ones(len(missed)), self.weight)

    def uncovered(self, opened: NDArray[np.bool_]) -> NDArray[np.float64]:
        """(K,) weight that the sites ``opened`` (m,) leave uncovered."""
        missed: NDArray[np.bool_] = ~np.asarray((self.bits & np.packbits(opened)).any(axis=1))
        return np.asarray(self.weight @ missed.astype(np.float64))

    def of(self, columns: NDArray[np.int64]) -> PackedCovers:
        """Look at some sites alone, with fewer different covers; they are numbered anew."""
        step = max(1, AT_ONCE // self.sites)
        blocks = [
            np.packbits(self.covers(start, start + step)[:, columns], axis=1)
            for start in range(0, len(self.bits), step)
        ]
        bits, which = _different(np.concatenate(blocks))
        merge = sparse.csr_array((np.ones(len(which)), (np.arange(len(which)), which)), shape=(len(which), len(bits)))
        return PackedCovers(bits, len(columns), sparse.csr_array(self.weight @ merge))


def packed_covers(problem: SitingProblem) -> PackedCovers:
    """Find who is covered by whom; demand without weight is left out. The problem has standard times."""
    assert problem.limit_min is not None
    scenarios, demand, sites = problem.shape
    step = max(1, AT_ONCE // sites)
    blocks, scenario, weight = [], [], []
    for s in range(scenarios):
        for start in range(0, demand, step):
            some = np.arange(start, min(start + step, demand))
            some = some[problem.weight[s, some] > 0]
            every = len(some) == min(step, demand - start)
            rows: slice | NDArray[np.int64] = slice(start, start + step) if every else some
            times = problem.times_min[s, rows]
            within = np.isfinite(times) & (times <= problem.limit_min[rows]) & ~problem.openings.forbidden
            blocks.append(np.packbits(within, axis=1))
            scenario.append(np.full(len(some), s))
            weight.append(problem.weight[s, some])
    bits, which = _different(np.concatenate(blocks))
    entries = (np.concatenate(weight), (np.concatenate(scenario), which))
    return PackedCovers(bits, sites, sparse.csr_array(sparse.coo_array(entries, shape=(scenarios, len(bits)))))


def _different(bits: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """(R, b) different rows, and (N,) which of them each row is."""
    bits = np.ascontiguousarray(bits)
    keys = bits.view(np.dtype((np.void, max(bits.shape[1], 1)))).ravel() if bits.size else np.zeros(0, dtype="V1")
    _, first, which = np.unique(keys, return_index=True, return_inverse=True)
    return bits[first], which.ravel()
