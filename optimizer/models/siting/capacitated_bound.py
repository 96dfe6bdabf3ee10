"""Bounds of capacitated location by Lagrangian relaxation, climbed with the volume algorithm.

With the demand rows relaxed at multipliers π_si ≥ 0 (CNY a unit of weight) every option is a problem of its own:

    v_o(π) = c_o + Σ_s min{ Σ_i (p_s u_s,j(o),i − π_si) z_i :  0 ≤ z_i ≤ w_si,  Σ_i z_i ≤ Q_o }          (option)
    L(π)   = base + Σ_si w_si π_si + min{ Σ_o v_o(π) y_o :  y in the master's rows }                     (bound)

with π_si ≤ p_s u⁰ where demand may stay unserved. The first is a continuous knapsack, filled from the cheapest on; the
second is a small linear programme. max_π L(π) is the bound of the strong linear relaxation with z_sij ≤ w_si y_j, and
better by what the master's rows know of whole numbers (Cornuéjols, Sridharan & Thizy 1991; Görtz & Klose 2012).

The volume algorithm (Barahona & Anbil 2000) steps along a mean of the violations and means the y that belong to them:
they come near a solution of the linear relaxation, from which is branched and rounded.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from numba import njit
from numpy.typing import NDArray

from optimizer.models.siting.capacitated_master import Corner, Master
from optimizer.models.siting.capacitated_supply import Supply

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

PATIENCE = 15
"""After so many steps without a better bound steps are shortened."""
SHORTER, LONGER = 0.5, 1.15
MEMORY = 0.05
"""Share of the newest violation in their mean."""


@njit(cache=True)
def option_values(unit, probability, weight, multiplier, starts, capacity, usable, value):  # type: ignore[no-untyped-def]
    """Add to ``value`` (O,) the knapsacks of all usable options; those of a site stand together, smallest first."""
    scenarios, sites, demand = unit.shape
    reduced, amount = np.empty(demand), np.empty(demand)
    for j in range(sites):
        first, last = starts[j], starts[j + 1]
        while last > first and not usable[last - 1]:
            last -= 1
        while first < last and not usable[first]:
            first += 1
        if first == last:
            continue
        for s in range(scenarios):
            count, total, whole = 0, 0.0, 0.0
            for i in range(demand):
                cost = probability[s] * unit[s, j, i] - multiplier[s, i]
                if cost < 0.0 and weight[s, i] > 0.0:
                    reduced[count], amount[count] = cost, weight[s, i]
                    total += weight[s, i]
                    whole += cost * weight[s, i]
                    count += 1
            if total <= capacity[first]:
                for o in range(first, last):
                    value[o] += whole
                continue
            order = np.argsort(reduced[:count])
            taken, gained, k = 0.0, 0.0, 0
            for o in range(first, last):
                while k < count and taken + amount[order[k]] <= capacity[o]:
                    taken += amount[order[k]]
                    gained += amount[order[k]] * reduced[order[k]]
                    k += 1
                part = reduced[order[k]] * (capacity[o] - taken) if k < count else 0.0
                value[o] += gained + part


@njit(cache=True)
def served_shares(unit, probability, weight, multiplier, site, capacity, chosen, share):  # type: ignore[no-untyped-def]
    """Add to ``share`` (K, n) the parts of the demand in the knapsacks of the options, times ``chosen`` (O,)."""
    scenarios, _, demand = unit.shape
    reduced, place = np.empty(demand), np.empty(demand, dtype=np.int64)
    for o in range(len(site)):
        if chosen[o] <= 0.0:
            continue
        for s in range(scenarios):
            count = 0
            for i in range(demand):
                cost = probability[s] * unit[s, site[o], i] - multiplier[s, i]
                if cost < 0.0 and weight[s, i] > 0.0:
                    reduced[count], place[count] = cost, i
                    count += 1
            left = capacity[o]
            for k in np.argsort(reduced[:count]):
                i = place[k]
                part = min(left, weight[s, i])
                share[s, i] += chosen[o] * part / weight[s, i]
                left -= part
                if left <= 0.0:
                    break


@dataclass(frozen=True)
class Relaxed:
    """A bound with its multipliers.

    Attributes
    ----------
    bound : float
        Infinite where the master's rows can't be met.
    multiplier : (K, n)
    corner : Corner
        The master's y at the multipliers and its reduced costs.
    mean : (O,)
        Mean y: near the linear relaxation's.
    """

    bound: float
    multiplier: Floats
    corner: Corner
    mean: Floats


class Relaxation:
    """L(π) of this module's head for one supply."""

    def __init__(self, supply: Supply, master: Master) -> None:
        self.supply, self.master = supply, master
        self._starts = supply.starts
        most = supply.probability[:, None] * supply.unserved if not supply.all_served else np.inf
        self._most = np.broadcast_to(np.asarray(most, dtype=float), supply.weight.shape)

    def start(self) -> Floats:
        """(K, n) multipliers to begin with: what serving costs where building is paid in proportion to use."""
        supply = self.supply
        each = np.full(supply.openings.size, np.inf)
        held = supply.capacity > 0
        np.minimum.at(each, supply.site[held], np.maximum(supply.cost[held], 0) / supply.capacity[held])
        mean = self.supply.probability[:, None, None]
        cheapest = (mean * (supply.unit + each[None, :, None])).min(axis=1, initial=np.inf)
        return np.minimum(np.where(np.isfinite(cheapest), cheapest, 0.0), self._most)

    def values(self, multiplier: Floats) -> Floats:
        """(O,) v_o; those that the master rules out are left at their cost."""
        supply, value = self.supply, self.supply.cost.copy()
        option_values(
            supply.unit,
            supply.probability,
            supply.weight,
            multiplier,
            self._starts,
            supply.capacity,
            self.master.usable,
            value,
        )
        return value

    def at(self, multiplier: Floats) -> tuple[float, Corner | None]:
        """L(π) and the master's corner; infinite and none where the master's rows can't be met."""
        corner = self.master.solve(self.values(multiplier))
        if corner is None:
            return np.inf, None
        return self.supply.base + float((self.supply.weight * multiplier).sum()) + corner.value, corner

    def missing(self, multiplier: Floats, chosen: Floats) -> Floats:
        """(K, n) share of the demand that no knapsack takes: the direction in which L rises."""
        supply, share = self.supply, np.zeros(self.supply.weight.shape)
        served_shares(
            supply.unit,
            supply.probability,
            supply.weight,
            multiplier,
            supply.site,
            supply.capacity,
            chosen,
            share,
        )
        return np.where(supply.weight > 0, 1.0 - share, 0.0)

    def climb(self, multiplier: Floats, *, upper: float, steps: int, until: float, length: float = 1.0) -> Relaxed | None:
        """Raise L(π) by at most ``steps`` steps, until it passes ``upper`` or the clock ``until``; None if infeasible."""
        bound, corner = self.at(multiplier)
        if corner is None:
            return None
        weight = self.supply.weight
        mean, direction = corner.chosen, self.missing(multiplier, corner.chosen)
        idle = 0
        best = Relaxed(bound, multiplier, corner, mean)
        for _ in range(steps):
            target = min(upper, best.bound + 0.05 * abs(best.bound)) if best.bound > 0 else upper
            target = target if np.isfinite(target) else best.bound + 1.0 + 0.05 * abs(best.bound)
            norm = float((weight * direction**2).sum())
            if best.bound >= upper or norm <= 1e-12 * weight.sum() or time.monotonic() > until:
                break
            rise = length * max(target - best.bound, 1e-6 * abs(target)) / norm
            tried = np.clip(best.multiplier + rise * direction, 0.0, self._most)
            bound, corner = self.at(tried)
            if corner is None:
                return None
            missing = self.missing(tried, corner.chosen)
            mean = MEMORY * corner.chosen + (1 - MEMORY) * mean
            if bound > best.bound:
                if float((weight * direction * missing).sum()) > 0:
                    length = min(LONGER * length, 2.0)
                idle = 0 if bound > best.bound + 1e-6 * abs(best.bound) else idle + 1
                best = Relaxed(bound, tried, corner, mean)
            else:
                idle += 1
            direction = MEMORY * missing + (1 - MEMORY) * direction
            if idle >= PATIENCE:
                length, idle = SHORTER * length, 0
            if length < 1e-4:
                break
        return Relaxed(best.bound, best.multiplier, best.corner, mean)
