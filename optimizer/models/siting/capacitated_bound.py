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
from dataclasses import dataclass, replace

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
SHORTEST, LONGEST = 1e-4, 2.0
"""Lengths of a step, as shares of the step that would reach what is hoped for if L were linear."""
NEWEST_LEAST, NEWEST_MOST = 0.005, 0.1
"""Share of the newest violation in their mean."""
HOPED = 0.05
"""A bound is not hoped to rise by more than this share at once."""
PAYS = 1e-6
"""A rise of less than this share is none."""
STILL = 1e-12
"""Mean squared violation that is rounding."""


@njit(cache=True)
def _write_gains(unit, probability, weight, multiplier, reduced, place):  # type: ignore[no-untyped-def]
    """Write the demand points worth serving, with the gain of a unit of weight, below 0; how many there are."""
    count = 0
    for i in range(len(weight)):
        cost = probability * unit[i] - multiplier[i]
        if cost < 0.0 and weight[i] > 0.0:
            reduced[count], place[count] = cost, i
            count += 1
    return count


@njit(cache=True)
def _add_knapsacks(reduced, place, weight, capacity, value):  # type: ignore[no-untyped-def]
    """Add to ``value`` the gains of knapsacks of each ``capacity``, smallest first, filled from the best gain on."""
    total, whole = 0.0, 0.0
    for k in range(len(reduced)):
        total += weight[place[k]]
        whole += weight[place[k]] * reduced[k]
    if total <= capacity[0]:
        value += whole
        return
    order = np.argsort(reduced)
    taken, gained, k = 0.0, 0.0, 0
    for o in range(len(capacity)):
        while k < len(order) and taken + weight[place[order[k]]] <= capacity[o]:
            taken += weight[place[order[k]]]
            gained += weight[place[order[k]]] * reduced[order[k]]
            k += 1
        value[o] += gained
        if k < len(order):
            value[o] += reduced[order[k]] * (capacity[o] - taken)


@njit(cache=True)
def option_values(unit, probability, weight, multiplier, starts, capacity, usable, value):  # type: ignore[no-untyped-def]
    """Add to ``value`` (O,) the knapsacks of all usable options; those of a site stand together, smallest first."""
    scenarios, sites, demand = unit.shape
    reduced, place = np.empty(demand), np.empty(demand, dtype=np.int64)
    for j in range(sites):
        first, last = starts[j], starts[j + 1]
        while last > first and not usable[last - 1]:
            last -= 1
        while first < last and not usable[first]:
            first += 1
        if first < last:
            for s in range(scenarios):
                count = _write_gains(unit[s, j], probability[s], weight[s], multiplier[s], reduced, place)
                _add_knapsacks(reduced[:count], place[:count], weight[s], capacity[first:last], value[first:last])


@njit(cache=True)
def served_shares(unit, probability, weight, multiplier, site, capacity, chosen, share):  # type: ignore[no-untyped-def]
    """Add to ``share`` (K, n) the parts of the demand in the knapsacks of the options, times ``chosen`` (O,)."""
    scenarios, _, demand = unit.shape
    reduced, place = np.empty(demand), np.empty(demand, dtype=np.int64)
    for o in range(len(site)):
        if chosen[o] <= 0.0:
            continue
        for s in range(scenarios):
            count = _write_gains(unit[s, site[o]], probability[s], weight[s], multiplier[s], reduced, place)
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
        return np.asarray(np.minimum(np.where(np.isfinite(cheapest), cheapest, 0.0), self._most))

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

    def climb(
        self, multiplier: Floats, *, upper: float, steps: int, until: float, length: float = 1.0
    ) -> Relaxed | None:
        """Raise L(π) by at most ``steps`` steps, until it reaches ``upper`` or the clock passes ``until``.

        None where the master's rows can't be met.
        """
        bound, corner = self.at(multiplier)
        if corner is None:
            return None
        weight, mean, idle = self.supply.weight, corner.chosen, 0
        direction = self.missing(multiplier, corner.chosen)
        best = Relaxed(bound, multiplier, corner, mean)
        for _ in range(steps):
            norm = float((weight * direction**2).sum())
            if best.bound >= upper or norm <= STILL * weight.sum() or length < SHORTEST or time.monotonic() > until:
                break
            multiplier = best.multiplier + length * self._rise(best.bound, upper) / norm * direction
            multiplier = np.clip(multiplier, 0.0, self._most)
            bound, corner = self.at(multiplier)
            if corner is None:
                return None
            missing = self.missing(multiplier, corner.chosen)
            share = self._newest(direction, missing)
            mean = share * corner.chosen + (1 - share) * mean
            idle = 0 if bound > best.bound + PAYS * abs(best.bound) else idle + 1
            if bound > best.bound:
                # The newest violation still points the way that was gone: it could have been gone further.
                further = float((weight * direction * missing).sum()) > 0
                length = min(LONGER * length, LONGEST) if further else length
                best = Relaxed(bound, multiplier, corner, mean)
            if idle >= PATIENCE:
                length, idle = SHORTER * length, 0
            direction = share * missing + (1 - share) * direction
        return replace(best, mean=mean)

    def _newest(self, direction: Floats, missing: Floats) -> float:
        """Share of the newest violation that makes their mean least, within what is steady."""
        apart = direction - missing
        square = float((self.supply.weight * apart**2).sum())
        share = float((self.supply.weight * direction * apart).sum()) / square if square > 0 else 0.0
        return min(max(share, NEWEST_LEAST), NEWEST_MOST)

    @staticmethod
    def _rise(bound: float, upper: float) -> float:
        """How much higher the bound is hoped to be: the best siting's cost, if that is not too far."""
        return float(max(min(upper - bound, HOPED * (abs(bound) or upper - bound)), PAYS * abs(bound)))
