"""A lower bound for the median by Lagrangian relaxation: rows are released from being served just once.

With multipliers λ_r for Σ_j x_rj = 1 and at most p sites open (Cornuéjols, Fisher & Nemhauser 1977):

    L(λ) = Σ_r λ_r + min_{y ∈ Y} Σ_j ρ_j(λ) y_j,      ρ_j(λ) = Σ_r min(0, c_rj − λ_r)

is below every siting's loss for every λ. The best λ is sought by subgradient steps (Held, Wolfe & Crowder 1974). By the
way it tells what it would cost at least to open j against its will, or to close it: sites for which that passes the
best siting known are settled for good (Beasley 1993).
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.models.siting.interchange import Places, Rows

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
AT_ONCE = 4_000_000
"""So many costs are looked at before the clock."""


@dataclass(frozen=True)
class Raised:
    """A bound with what goes with its multipliers.

    Attributes
    ----------
    bound : float
    multiplier : (R,)
    reduced : (m,)
        ρ.
    chosen : (m,) bool
        Sites that the bound opens.
    often : (m,)
        How often a site was chosen lately.
    """

    bound: float
    multiplier: Floats
    reduced: Floats
    chosen: NDArray[np.bool_]
    often: Floats


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
def _climb(  # type: ignore[no-untyped-def]
    first, site, cost, unserved, status, number, aim, steps, state, multiplier, best_multiplier, best_reduced,
    best_chosen, often,
):  # fmt: skip
    """Take some subgradient steps from ``multiplier`` on; whether there are more to take.

    ``state`` is the best bound, the length of a step, and how many were waited for a better bound; all arrays are
    written, so that the next call goes on where this one left off.
    """
    reduced, direction = np.empty(len(status)), np.empty(len(unserved))
    chosen = np.empty(len(status), dtype=np.bool_)
    best, length, waited = state
    for _ in range(steps):
        value = _reduced_costs(first, site, cost, multiplier, reduced)
        value += _choose(reduced, status, number, chosen)
        for j in range(len(status)):
            often[j] = MEMORY * often[j] + (1.0 - MEMORY) * chosen[j]
        if value > best + 1e-9 * abs(best) or best == -np.inf:
            waited = 0.0 if best == -np.inf or value > best + NOTICED * (aim - best) else waited + 1.0
            best = value
            best_multiplier[:], best_reduced[:], best_chosen[:] = multiplier, reduced, chosen
            if best >= aim:
                break
        else:
            waited += 1.0
            if waited >= PATIENCE:
                length, waited = length * SHORTER, 0.0
                if length < SHORTEST:
                    break
                multiplier[:] = best_multiplier
                value = _reduced_costs(first, site, cost, multiplier, reduced)
                value += _choose(reduced, status, number, chosen)
        norm = _subgradient(first, site, cost, unserved, multiplier, chosen, direction)
        if norm == 0.0:
            break
        step = length * max(aim - value, 1e-6 * abs(aim)) / norm
        for r in range(len(unserved)):
            multiplier[r] = min(multiplier[r] + step * direction[r], unserved[r])
    else:
        state[:] = best, length, waited
        return True
    state[:] = best, length, waited
    return False


def raise_bound(
    rows: Rows,
    status: Places,
    *,
    number: int,
    aim: float,
    steps: int,
    multiplier: Floats,
    deadline: float,
) -> Raised:
    """Raise the bound by subgradient steps until it passes ``aim``, or ``steps`` or the time are over.

    Parameters
    ----------
    rows : (R + 1,), (E,), (E,) and (R,)
        First, site, cost and unserved: row r can be served by ``site[first[r]:first[r + 1]]``, at their costs, which
        rise, or is left unserved at a cost that a multiplier need not be above.
    status : (m,) int
        FREE, OPEN or CLOSED.
    number : int
        Most sites open.
    aim : float
        A bound from here on settles the matter.
    steps : int
    multiplier : (R,)
        Where to begin.
    deadline : float
        By `time.monotonic`; one step is taken in any case.
    """
    sites = len(status)
    raised = Raised(-np.inf, multiplier.copy(), np.empty(sites), np.empty(sites, dtype=bool), np.zeros(sites))
    state, going = np.array([-np.inf, 1.0, 0.0]), multiplier.copy()
    at_once = max(1, AT_ONCE // max(len(rows[1]), 1))
    more = True
    while more and steps > 0:
        more = _climb(
            *rows, status, number, aim, min(at_once, steps), state, going, raised.multiplier, raised.reduced,
            raised.chosen, raised.often,
        )  # fmt: skip
        steps -= at_once
        more = more and time.monotonic() < deadline
    return replace(raised, bound=float(state[0]))


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
