"""A lower bound for the median by Lagrangian relaxation: rows are released from being served just once.

With multipliers λ_r for Σ_j x_rj = 1 and at most p sites open (Cornuéjols, Fisher & Nemhauser 1977):

    L(λ) = Σ_r λ_r + min_{y ∈ Y} Σ_j ρ_j(λ) y_j,      ρ_j(λ) = Σ_r min(0, c_rj − λ_r)

is below every siting's loss for every λ. The best λ is sought by subgradient steps (Held, Wolfe & Crowder 1974). By the
way it tells what it would cost at least to open j against its will, or to close it: sites for which that passes the
best siting known are settled for good (Beasley 1993).
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

Floats = NDArray[np.float64]
FREE, OPEN, CLOSED = 0, 1, -1

PATIENCE = 15
"""Steps without a better bound before the steps get shorter and go back to where the bound was best."""
SHORTER = 0.6
SHORTEST = 1e-3
NOTICED = 1e-3
"""A bound is better for the sake of patience where it makes up for this share of what is missing."""
MEMORY = 0.93
"""What ``often`` keeps of itself a step."""


@njit(cache=True)
def _reduced_costs(first, site, cost, multiplier, reduced):  # type: ignore[no-untyped-def]
    """Write ρ(λ) and give Σ λ."""
    reduced[:] = 0.0
    total = 0.0
    for r in range(len(multiplier)):
        least = multiplier[r]
        total += least
        for q in range(first[r], first[r + 1]):
            if cost[q] >= least:
                break
            reduced[site[q]] += cost[q] - least
    return total


@njit(cache=True)
def _choose(reduced, status, number, chosen):  # type: ignore[no-untyped-def]
    """Open what is held open and the best of the rest; the sum of their ρ."""
    sites = len(reduced)
    total, left = 0.0, number
    free = np.empty(sites)
    count = 0
    for j in range(sites):
        chosen[j] = status[j] == OPEN
        if chosen[j]:
            total += reduced[j]
            left -= 1
        elif status[j] == FREE:
            free[count] = reduced[j]
            count += 1
    left = min(left, count)
    if left <= 0:
        return total
    worst = np.partition(free[:count], left - 1)[left - 1]
    for strict in (True, False):
        for j in range(sites):
            fits = status[j] == FREE and (reduced[j] < worst or (not strict and reduced[j] == worst))
            if fits and left > 0 and not chosen[j]:
                chosen[j] = True
                total += reduced[j]
                left -= 1
    return total


@njit(cache=True)
def _subgradient(first, site, cost, unserved, multiplier, chosen, direction):  # type: ignore[no-untyped-def]
    """Write how often every row is missing a server (1, 0, −1, …) and give the sum of squares."""
    norm = 0.0
    for r in range(len(multiplier)):
        missing = 1.0
        for q in range(first[r], first[r + 1]):
            if cost[q] >= multiplier[r]:
                break
            if chosen[site[q]]:
                missing -= 1.0
        # A multiplier that may not rise any more has no say in how far the others go.
        if missing > 0 and multiplier[r] >= unserved[r]:
            missing = 0.0
        direction[r] = missing
        norm += missing * missing
    return norm


@njit(cache=True)
def raise_bound(  # type: ignore[no-untyped-def]
    first, site, cost, unserved, status, number, aim, steps, best_multiplier, best_reduced, best_chosen, often
):
    """Raise the bound by subgradient steps until it passes ``aim`` or ``steps`` are over.

    Parameters
    ----------
    first, site, cost : (R + 1,), (E,) and (E,)
        Row r can be served by ``site[first[r]:first[r + 1]]``, at their costs, which rise.
    unserved : (R,)
        Cost where nothing serves: a multiplier need not be above it.
    status : (m,) int
        FREE, OPEN or CLOSED.
    number : int
        Most sites open.
    aim : float
        A bound from here on settles the matter.
    best_multiplier : (R,)
        Where to begin; the best found is written here.
    best_reduced, best_chosen, often : (m,)
        Written: ρ and the sites chosen at the best multipliers, and how often a site was chosen lately.

    Returns
    -------
    float
        The best bound.
    """
    rows, sites = len(unserved), len(status)
    multiplier = best_multiplier.copy()
    reduced, direction = np.empty(sites), np.empty(rows)
    chosen = np.empty(sites, dtype=np.bool_)
    best, length, waited = -np.inf, 1.0, 0
    often[:] = 0.0
    for _ in range(steps):
        value = _reduced_costs(first, site, cost, multiplier, reduced)
        value += _choose(reduced, status, number, chosen)
        for j in range(sites):
            often[j] = MEMORY * often[j] + (1.0 - MEMORY) * chosen[j]
        if value > best + 1e-9 * abs(best) or best == -np.inf:
            waited = 0 if best == -np.inf or value > best + NOTICED * (aim - best) else waited + 1
            best = value
            best_multiplier[:], best_reduced[:], best_chosen[:] = multiplier, reduced, chosen
            if best >= aim:
                break
        else:
            waited += 1
            if waited >= PATIENCE:
                length, waited = length * SHORTER, 0
                if length < SHORTEST:
                    break
                multiplier[:] = best_multiplier
                value = _reduced_costs(first, site, cost, multiplier, reduced)
                value += _choose(reduced, status, number, chosen)
        norm = _subgradient(first, site, cost, unserved, multiplier, chosen, direction)
        if norm == 0.0:
            break
        step = length * max(aim - value, 1e-6 * abs(aim)) / norm
        for r in range(rows):
            multiplier[r] = min(multiplier[r] + step * direction[r], unserved[r])
    return best


@njit(cache=True)
def settle(bound, aim, reduced, chosen, status):  # type: ignore[no-untyped-def]
    """Settle in ``status`` the free sites whose other state would raise the bound to ``aim``; how many."""
    worst_in, best_out = -np.inf, np.inf
    for j in range(len(status)):
        if status[j] == FREE:
            if chosen[j]:
                worst_in = max(worst_in, reduced[j])
            else:
                best_out = min(best_out, reduced[j])
    settled = 0
    for j in range(len(status)):
        if status[j] != FREE:
            continue
        change = min(best_out, 0.0) - reduced[j] if chosen[j] else reduced[j] - worst_in
        if bound + change >= aim:
            status[j] = OPEN if chosen[j] else CLOSED
            settled += 1
    return settled
