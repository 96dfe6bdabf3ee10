"""Whether sites that may be open together cover every demand point, and which do.

Given
    N_r             sites that cover demand point r                                  (rows of ``covers``)
    Y               the openings allowed (`optimizer.models.siting.openings`)

Find y ∈ Y with Σ_{j ∈ N_r} y_j ≥ 1 for all r, or prove that there is none.

What makes the search small (Toregas & ReVelle 1972; the last two only where nothing but a number restricts Y):

    row dominance       N_q ⊆ N_r: whoever covers q covers r, so r is left out
    free                a site that counts against nothing is open
    essential           N_r = {j}: j is open
    column dominance    j covers no more than k does: j is closed
"""

from __future__ import annotations

import time

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.openings import Flags, Openings
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError, Programme

ANY = 1e9
"""A relative gap with which the first cover found will do."""


def cover_within(covers: Flags, allowed: Openings, *, ends: float, threads: int = 1) -> Flags | None:
    """Find openings that cover every row.

    Parameters
    ----------
    covers : (r, m) bool
    allowed : Openings
    ends : float
        By `time.monotonic`.
    threads : int

    Returns
    -------
    (m,) bool, or None where it is proven that there are none.

    Raises
    ------
    NoIncumbentError
        The time was over before it was known.
    """
    rows = covers[~(covers & allowed.fixed).any(axis=1)] & ~allowed.forbidden
    if not rows.any(axis=1).all():
        return None
    if not allowed.counts_alone:
        return _by_programme(rows[least_rows(rows)], allowed, ends, threads)
    opened = allowed.fixed | (~allowed.counted & ~allowed.forbidden)
    left = allowed.size if allowed.number is None else allowed.number - int((opened & allowed.counted).sum())
    if left < 0:
        return None
    rows = rows[~(rows & opened).any(axis=1)]
    essential, rows, columns = _reduced(rows, ends)
    left -= int(essential.sum())
    opened = opened | essential
    if left < 0:
        return None
    if not len(rows):
        return opened
    greedy = _greedy(rows[:, columns], ends)
    found = greedy if greedy.sum() <= left else _of_number(rows[:, columns], left, ends, threads)
    if found is None:
        return None
    opened[columns[found]] = True
    return opened


def _reduced(rows: Flags, ends: float) -> tuple[Flags, Flags, NDArray[np.int64]]:
    """Essential sites (m,), the rows that they leave, and the columns to be looked at; as far as the time goes."""
    essential = np.zeros(rows.shape[1], dtype=bool)
    columns = np.flatnonzero(rows.any(axis=0))
    while len(rows) and time.monotonic() < ends:
        before = len(rows), len(columns)
        rows = rows[least_rows(rows[:, columns])]
        columns = columns[least_rows(~rows[:, columns].T)]
        single = rows[:, columns].sum(axis=1) == 1
        if single.any():
            sites = columns[np.flatnonzero(rows[single][:, columns].any(axis=0))]
            essential[sites] = True
            rows = rows[~rows[:, sites].any(axis=1)]
            columns = columns[rows[:, columns].any(axis=0)] if len(rows) else columns[:0]
        if (len(rows), len(columns)) == before:
            break
    return essential, rows, columns


def least_rows(rows: Flags) -> NDArray[np.int64]:
    """Rows of which none contains another; of equal ones the first."""
    _, first = np.unique(np.packbits(rows, axis=1), axis=0, return_index=True)
    first = np.sort(first)
    each = rows[first].astype(np.float32)
    size = each.sum(axis=1)
    # Row q lies within row r where they have as much in common as q has.
    within = each @ each.T >= size[:, None] - 0.5
    np.fill_diagonal(within, False)
    return np.asarray(first[~within.any(axis=0)])


def _greedy(rows: Flags, ends: float) -> Flags:
    """Open what covers most of what is left, then close what is not needed."""
    opened = np.zeros(rows.shape[1], dtype=bool)
    left = np.ones(len(rows), dtype=bool)
    each = rows.astype(np.float32)
    while left.any():
        best = int((left.astype(np.float32) @ each).argmax())
        opened[best] = True
        left &= ~rows[:, best]
        if left.any() and time.monotonic() >= ends:
            raise NoIncumbentError(0.0)
    depth = rows[:, opened].sum(axis=1)
    for site in np.flatnonzero(opened):
        if (depth[rows[:, site]] > 1).all():
            opened[site] = False
            depth -= rows[:, site]
    return opened


def _of_number(rows: Flags, number: int, ends: float, threads: int) -> Flags | None:
    """Cover all rows with so many columns."""
    programme = Programme()
    opened = programme.columns(rows.shape[1], cost=1.0, upper=1.0, whole=True)
    programme.rows([(opened, sparse.csr_array(rows.astype(float)))], lower=1.0)
    programme.rows([(opened, sparse.csr_array(np.ones((1, rows.shape[1]))))], upper=float(number))
    return _first(programme, opened, ends, threads)


def _by_programme(rows: Flags, allowed: Openings, ends: float, threads: int) -> Flags | None:
    """Cover all rows under whatever rules Y has."""
    programme = Programme()
    opened = programme.openings(allowed)
    if len(rows):
        programme.rows([(opened, sparse.csr_array(rows.astype(float)))], lower=1.0)
    return _first(programme, opened, ends, threads)


def _first(programme: Programme, opened: NDArray[np.int64], ends: float, threads: int) -> Flags | None:
    """The first cover that the programme finds."""
    try:
        found = programme.minimise(time_limit_s=ends - time.monotonic(), threads=threads, gap=ANY)
    except InfeasibleSitingError:
        return None
    return np.asarray(found.values[opened] > 0.5)
