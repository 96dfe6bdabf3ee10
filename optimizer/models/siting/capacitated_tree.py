"""Branch and bound for capacitated location where the loss is expected cost: Lagrangian bounds, best bound first.

At every node the multipliers of its parent are raised a little further; what the master's reduced costs show to lead to
nothing better than the best siting known is fixed; the master's choice is tried as a siting. Branched is on the site
whose mean opening is nearest to one half, and once all are whole, on its size (Görtz & Klose 2012).

A siting is only worked out where its Lagrangian value, base + Σ w π + Σ_{o chosen} v_o(π), lies below the best known:
that is a bound of its cost, and it costs nothing.
"""

from __future__ import annotations

import heapq
import itertools
import time
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.capacitated_bound import Relaxation, Relaxed
from optimizer.models.siting.capacitated_master import Bounds, Master
from optimizer.models.siting.capacitated_supply import Supply
from optimizer.models.siting.programme import InfeasibleSitingError, NoIncumbentError
from optimizer.models.siting.solution import Progress

Floats = NDArray[np.float64]
Whole = NDArray[np.int64]

ROOT_STEPS, NODE_STEPS = 3000, 60
ROOT_LENGTH, NODE_LENGTH = 1.0, 0.25
TRIED_SWAPS = 200
"""So many neighbours of a siting are worked out before it is left."""
ROUNDING = 1e-7
"""A siting that is better by less than this share is not looked for."""
TOLD_EVERY_S = 0.5


@dataclass(frozen=True)
class Searched:
    """The best siting found and what none can be below.

    Attributes
    ----------
    chosen : (c,) int
        Its options.
    value, bound : float
    stopped : bool
        Whether the time was over.
    nodes : int
    """

    chosen: Whole
    value: float
    bound: float
    stopped: bool
    nodes: int


@dataclass(order=True)
class _Node:
    bound: float
    tie: int
    bounds: Bounds = field(compare=False)
    multiplier: Floats = field(compare=False)


class Search:
    """A search that keeps the best siting found; run it once."""

    def __init__(self, supply: Supply, *, time_limit_s: float, gap: float, progress: Progress | None) -> None:
        self._supply = supply
        self._until = time.monotonic() + time_limit_s
        self._gap = max(gap, ROUNDING)
        self._progress, self._told = progress, 0.0
        self._master = Master(supply)
        self._relaxation = Relaxation(supply, self._master)
        self._tried: set[bytes] = set()
        self._best: Whole | None = None
        self._upper = np.inf
        self._ties = itertools.count()

    def run(self) -> Searched:
        """Search until the bound meets the best siting, or the time is over.

        Raises
        ------
        InfeasibleSitingError
        NoIncumbentError
        """
        if not np.isfinite(self._supply.service_costs(self._supply.largest)).all():
            raise InfeasibleSitingError
        start = self._relaxation.start()
        open_nodes: list[_Node] = []
        self._push(open_nodes, self._work_out(_Node(-np.inf, 0, self._master.root, start), at_root=True))
        nodes = 1
        while open_nodes and open_nodes[0].bound < self._cut and time.monotonic() < self._until:
            node = heapq.heappop(open_nodes)
            self._push(open_nodes, self._work_out(node))
            nodes += 1
            self._tell(node.bound)
        stopped = bool(open_nodes) and open_nodes[0].bound < self._cut
        least = min([self._cut, *(node.bound for node in open_nodes)])
        if self._best is None:
            if stopped:
                raise NoIncumbentError(least)
            raise InfeasibleSitingError
        return Searched(self._best, self._upper, min(least, self._upper), stopped, nodes)

    @property
    def _cut(self) -> float:
        """What has no better bound than this need not be looked at."""
        return self._upper - self._gap * abs(self._upper) if np.isfinite(self._upper) else self._supply.most_cost

    def _work_out(self, node: _Node, *, at_root: bool = False) -> list[_Node]:
        """Raise the bound of a node, try sitings, and branch: its children."""
        bounds = node.bounds.followed(self._supply.site)
        if bounds is None:
            return []
        self._master.enter(bounds)
        steps, length = (ROOT_STEPS, ROOT_LENGTH) if at_root else (NODE_STEPS, NODE_LENGTH)
        relaxed = self._relaxation.climb(
            node.multiplier, upper=self._cut, steps=steps, until=self._until, length=length
        )
        if relaxed is None or relaxed.bound >= self._cut:
            return []
        self._try_sitings(relaxed, at_root=at_root)
        bound = max(relaxed.bound, node.bound)
        if bound >= self._cut:
            return []
        kept = bounds.without(relaxed.corner, self._cut - relaxed.bound).followed(self._supply.site)
        if kept is None:
            return []
        if kept.decided:
            self._consider(np.flatnonzero(kept.lower[self._supply.openings.size :] > 0))
            return []
        column = self._branch(kept, relaxed.mean)
        return [_Node(bound, next(self._ties), kept.hold(column, value), relaxed.multiplier) for value in (1.0, 0.0)]

    def _branch(self, bounds: Bounds, mean: Floats) -> int:
        """Choose the column to branch on: the opening nearest to one half, or a size where all are whole."""
        sites = self._supply.openings.size
        opened = np.bincount(self._supply.site, mean, sites)
        free = bounds.lower < bounds.upper
        for columns, values in ((slice(0, sites), opened), (slice(sites, None), mean)):
            open_to_choice = np.flatnonzero(free[columns])
            if len(open_to_choice):
                nearest = open_to_choice[np.argmin(np.abs(values[open_to_choice] - 0.5))]
                return int(nearest) + (columns.start or 0)
        raise AssertionError("a node without free columns is decided")

    def _push(self, open_nodes: list[_Node], children: list[_Node]) -> None:
        for child in children:
            heapq.heappush(open_nodes, child)

    def _try_sitings(self, relaxed: Relaxed, *, at_root: bool) -> None:
        """Try what the master chooses, at the root in whole numbers too, and what is near to it."""
        value = self._relaxation.values(relaxed.multiplier)
        shift = self._supply.base + float((self._supply.weight * relaxed.multiplier).sum())
        chosen = relaxed.corner.chosen
        found: list[Whole | None] = []
        if (np.abs(chosen - np.round(chosen)) < ROUNDING).all():
            found.append(np.flatnonzero(chosen > 0.5))
        if at_root or self._best is None:
            left = self._until - time.monotonic()
            found += [self._master.whole(value, left), self._master.whole(-relaxed.mean, left)]
        for one in found:
            if one is not None and (at_root or shift + value[one].sum() < self._cut) and self._consider(one):
                self._interchange(one, value, shift)

    def _consider(self, chosen: Whole) -> bool:
        """Work out a siting not tried yet; whether it is a siting at all."""
        chosen = np.sort(chosen)
        key = chosen.tobytes()
        if key in self._tried or not self._master.allows(chosen):
            return False
        self._tried.add(key)
        cost = self._cost(chosen)
        if cost < self._upper:
            self._best, self._upper = chosen, cost
        return bool(np.isfinite(cost))

    def _cost(self, chosen: Whole) -> float:
        supply = self._supply
        return supply.standing_cost(chosen) + float(supply.probability @ supply.service_costs(chosen))

    def _interchange(self, chosen: Whole, value: Floats, shift: float) -> None:
        """Leave, add and swap options as long as the best siting known gets better."""
        best = np.inf
        while best > self._upper and time.monotonic() < self._until:
            best = self._upper
            chosen = chosen if np.isinf(best) or self._best is None else self._best
            for near in self._neighbours(chosen, value, self._cut - shift):
                self._consider(near)
                if self._upper < best or time.monotonic() > self._until:
                    break

    def _neighbours(self, chosen: Whole, value: Floats, most: float) -> list[Whole]:
        """List sitings that differ in one option left, added or swapped, lowest Lagrangian value first."""
        site, usable = self._supply.site, self._master.usable
        total = float(value[chosen].sum())
        none = -1
        moves: list[tuple[float, int, int]] = []
        for out in (none, *chosen.tolist()):
            kept = chosen[chosen != out]
            free = np.flatnonzero(usable & ~np.isin(site, site[kept]))
            left = total - (value[out] if out != none else 0.0)
            if out != none:
                moves.append((left, out, none))
            moves.extend((left + value[o], out, o) for o in free.tolist() if o != out)
        moves = sorted(move for move in moves if move[0] < most)[:TRIED_SWAPS]
        return [
            np.concatenate([chosen[chosen != out], np.array([] if o == none else [o], dtype=np.int64)])
            for _, out, o in moves
        ]

    def _tell(self, bound: float) -> None:
        if self._progress is not None and time.monotonic() - self._told > TOLD_EVERY_S:
            self._told = time.monotonic()
            self._progress(self._upper, min(bound, self._upper))
