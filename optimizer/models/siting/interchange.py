"""Good sitings by interchange: an open site is swapped for a closed one as long as a swap pays.

The best of all swaps is found in one sweep over the losses (Whitaker 1983; Resende & Werneck 2007): what opening j
gains and closing k loses is known apart, but for the rows that k serves best and j serves better than the second best.
"""

from __future__ import annotations

import time

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.models.siting.openings import Flags

Floats = NDArray[np.float64]
Sites = NDArray[np.int32]
Places = NDArray[np.int64]
Rows = tuple[Places, Sites, Floats, Floats]

PAYS = 1e-9
"""A swap pays that gains more than this share."""


@njit(cache=True)
def total_loss(first: Places, site: Sites, cost: Floats, unserved: Floats, opened: Flags) -> float:
    """Sum over rows of the least cost of an open site, or of being ``unserved`` (R,)."""
    total = 0.0
    for r in range(len(unserved)):
        least = unserved[r]
        for q in range(first[r], first[r + 1]):
            if opened[site[q]]:
                least = cost[q]
                break
        total += least
    return total


@njit(cache=True)
def two_best(first, site, cost, unserved, opened, best, best_site, second):  # type: ignore[no-untyped-def]
    """Write the least cost, whose it is, and the next to least, of every row."""
    for r in range(len(unserved)):
        best[r], second[r], best_site[r] = unserved[r], unserved[r], -1
        for q in range(first[r], first[r + 1]):
            if not opened[site[q]]:
                continue
            if best_site[r] >= 0:
                second[r] = cost[q]
                break
            best[r], best_site[r] = cost[q], site[q]


@njit(cache=True)
def _best_swap(first, site, cost, best, best_site, second, opened, enter, leave):  # type: ignore[no-untyped-def]
    """Find the swap (j in, k out) that changes the total most: (change, j, k).

    ``extra`` (m, p) is what opening j changes in what closing the open site of a slot loses.
    """
    sites, slots = len(opened), np.flatnonzero(opened)
    slot_of = np.zeros(sites, dtype=np.int64)
    slot_of[slots] = np.arange(len(slots))
    opening, closing, extra = np.zeros(sites), np.zeros(len(slots)), np.zeros((sites, len(slots)))
    for r in range(len(best)):
        k = slot_of[best_site[r]] if best_site[r] >= 0 else -1
        if k >= 0:
            closing[k] += second[r] - best[r]
        for q in range(first[r], first[r + 1]):
            if cost[q] >= second[r]:
                break
            opening[site[q]] += min(cost[q] - best[r], 0.0)
            if k >= 0:
                extra[site[q], k] += max(cost[q], best[r]) - second[r]
    least, site_in, site_out = 0.0, -1, -1
    for j in np.flatnonzero(enter & ~opened):
        for k in range(len(slots)):
            change = opening[j] + closing[k] + extra[j, k]
            if leave[slots[k]] and change < least:
                least, site_in, site_out = change, int(j), int(slots[k])
    return least, site_in, site_out


@njit(cache=True)
def _swap(first, site, cost, unserved, opened, enter, leave):  # type: ignore[no-untyped-def]
    """Make the best swap in place, if it pays; the total loss before, and whether it did."""
    rows = len(unserved)
    best, second = np.empty(rows), np.empty(rows)
    best_site = np.empty(rows, dtype=np.int64)
    two_best(first, site, cost, unserved, opened, best, best_site, second)
    total = best.sum()
    change, site_in, site_out = _best_swap(first, site, cost, best, best_site, second, opened, enter, leave)
    if site_in < 0 or -change <= PAYS * abs(total):
        return total, False
    opened[site_in], opened[site_out] = True, False
    return total, True


def interchange(rows: Rows, opened: Flags, free: Flags, deadline: float) -> float:
    """Swap open sites for closed ones until no swap pays or the time is over.

    Parameters
    ----------
    rows : (R + 1,), (E,), (E,) and (R,)
        First, site, cost and unserved: row r can be served by ``site[first[r]:first[r + 1]]``, at their costs, which
        rise, or is left unserved at no less than any of its costs.
    opened : (m,) bool
        Where to begin; changed in place.
    free : (m,) bool
        Sites that may be opened and closed.
    deadline : float
        By `time.monotonic`.

    Returns
    -------
    float
        The total loss reached.
    """
    while time.monotonic() < deadline:
        total, swapped = _swap(*rows, opened, free, free)
        if not swapped:
            return float(total)
    return float(total_loss(*rows, opened))


@njit(cache=True)
def _open_best(first, site, cost, unserved, opened, enter):  # type: ignore[no-untyped-def]
    """Open in place the site that lowers the total loss most; whether there was any."""
    rows = len(unserved)
    least, second, best_site = np.empty(rows), np.empty(rows), np.empty(rows, dtype=np.int64)
    two_best(first, site, cost, unserved, opened, least, best_site, second)
    gains = np.where(enter & ~opened, 0.0, -1.0)
    for r in range(rows):
        for q in range(first[r], first[r + 1]):
            if cost[q] >= least[r]:
                break
            if gains[site[q]] >= 0:
                gains[site[q]] += least[r] - cost[q]
    chosen = int(np.argmax(gains))
    if gains[chosen] < 0:
        return False
    opened[chosen] = True
    return True


def greedy(rows: Rows, opened: Flags, free: Flags, count: int, deadline: float) -> None:
    """Open ``count`` more sites in place, each time the one that lowers the total loss most; one in any case."""
    for _ in range(count):
        if not _open_best(*rows, opened, free) or time.monotonic() > deadline:
            return
