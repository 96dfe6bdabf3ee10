"""Good sitings by interchange: an open site is swapped for a closed one as long as a swap pays.

The best of all swaps is found in one sweep over the losses (Whitaker 1983; Resende & Werneck 2007): what opening j
gains and closing k loses is known apart, but for the rows that k serves best and j serves better than the second best.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.models.siting.openings import Flags

Floats = NDArray[np.float64]

PAYS = 1e-9
"""A swap pays that gains more than this share."""


@njit(cache=True)
def total_loss(losses: Floats, unserved: Floats, opened: Flags) -> float:
    """Sum over rows r of the least loss (R, m) of an open site, or of being ``unserved`` (R,)."""
    total = 0.0
    for r in range(losses.shape[0]):
        least = unserved[r]
        for j in range(losses.shape[1]):
            if opened[j] and losses[r, j] < least:
                least = losses[r, j]
        total += least
    return total


@njit(cache=True)
def _two_best(losses, unserved, opened, best, best_site, second):  # type: ignore[no-untyped-def]
    """Write the least loss, whose it is, and the next to least, of every row."""
    for r in range(losses.shape[0]):
        best[r], second[r], best_site[r] = unserved[r], unserved[r], -1
        for j in range(losses.shape[1]):
            if opened[j]:
                loss = losses[r, j]
                if loss < best[r]:
                    second[r], best[r], best_site[r] = best[r], loss, j
                elif loss < second[r]:
                    second[r] = loss


@njit(cache=True)
def _opening(losses, j, best, best_site, second, extra):  # type: ignore[no-untyped-def]
    """Change of the total if j opens; ``extra`` (m,) is written: what it changes in what closing k loses."""
    extra[:] = 0.0
    change = 0.0
    for r in range(losses.shape[0]):
        loss, k = losses[r, j], best_site[r]
        if loss >= second[r]:
            continue
        change += min(loss - best[r], 0.0)
        if k >= 0:
            extra[k] += max(loss, best[r]) - second[r]
    return change


@njit(cache=True)
def _best_swap(losses, best, best_site, second, opened, enter, leave):  # type: ignore[no-untyped-def]
    """Find the swap (j in, k out) that changes the total most: (change, j, k)."""
    rows, sites = losses.shape
    closing, extra = np.zeros(sites), np.empty(sites)
    for r in range(rows):
        if best_site[r] >= 0:
            closing[best_site[r]] += second[r] - best[r]
    least, site_in, site_out = 0.0, -1, -1
    for j in np.flatnonzero(enter & ~opened):
        change = _opening(losses, j, best, best_site, second, extra)
        for k in range(sites):
            if opened[k] and leave[k] and change + closing[k] + extra[k] < least:
                least, site_in, site_out = change + closing[k] + extra[k], int(j), k
    return least, site_in, site_out


@njit(cache=True)
def interchange(losses: Floats, unserved: Floats, opened: Flags, enter: Flags, leave: Flags) -> float:
    """Swap open sites for closed ones until no swap pays.

    Parameters
    ----------
    losses : (R, m)
        Loss of row r if site j serves it; infinite where it can't.
    unserved : (R,)
        Loss of a row that nothing serves.
    opened : (m,) bool
        Where to begin; changed in place.
    enter, leave : (m,) bool
        Sites that may be opened, and closed.

    Returns
    -------
    float
        The total loss reached.
    """
    rows = losses.shape[0]
    best, second = np.empty(rows), np.empty(rows)
    best_site = np.empty(rows, dtype=np.int64)
    while True:
        _two_best(losses, unserved, opened, best, best_site, second)
        total = float(best.sum())
        change, site_in, site_out = _best_swap(losses, best, best_site, second, opened, enter, leave)
        if site_in < 0 or -change <= PAYS * abs(total):
            return total
        opened[site_in], opened[site_out] = True, False


@njit(cache=True)
def _gain(losses, j, least):  # type: ignore[no-untyped-def]
    """What opening j takes off the total."""
    gain = 0.0
    for r in range(losses.shape[0]):
        gain += max(least[r] - losses[r, j], 0.0)
    return gain


@njit(cache=True)
def greedy(losses: Floats, unserved: Floats, opened: Flags, enter: Flags, count: int) -> None:
    """Open ``count`` more sites in place, each time the one that lowers the total loss most."""
    rows, sites = losses.shape
    least = unserved.copy()
    for r in range(rows):
        for j in range(sites):
            if opened[j]:
                least[r] = min(least[r], losses[r, j])
    for _ in range(count):
        gains = np.full(sites, -1.0)
        for site in np.flatnonzero(enter & ~opened):
            gains[site] = _gain(losses, site, least)
        chosen = int(np.argmax(gains))
        if gains[chosen] < 0:
            return
        opened[chosen] = True
        for r in range(rows):
            least[r] = min(least[r], losses[r, chosen])
