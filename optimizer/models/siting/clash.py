"""Why no siting is feasible: which requirements clash, and the smallest relaxation of each that lets one be found.

Every requirement that is relaxed gets an elastic variable (Chinneck 2008, ch. 6); y is as in
`optimizer.models.siting.openings`, covers are sites that may serve a demand point: those that reach it, or those within
its standard time.

    number      Σ_{j counted} y_j ≤ number + e
    budget      Σ_j open_cost_j y_j + close_cost_j (1 − y_j) + size costs ≤ budget + e                     e ≥ 0, CNY
    group       Σ_{j ∈ g} y_j ≥ minimum_g − e_g
    group_most  Σ_{j ∈ g} y_j ≤ maximum_g + e_g
    fixed       e_j = 1 − y_j                                            j fixed, released
    forbidden   e_j = y_j                                                j forbidden, released
    demand      Σ_{j covers (s, i)} y_j ≥ 1 − e_i                        e_i ∈ {0, 1}: i is given up in every s
    capacity    Σ_i w_si x_sij ≤ Σ_k capacity_jk z_jk + e_j,  Σ_j x_sij ≥ 1 − e_i,  Σ_k z_jk = y_j,  e_j = 0 if closed
    minutes     the least δ such that sites within standard time + δ suffice, found by bisection

The relaxation of one kind is its Σ e, weighted by people for demand. Where no kind alone suffices, the fewest kinds
that do together are told, with the least sum of their relaxations, each as a share of what was given. Minutes are no
part of such a set: they are sought alone. Kinds of which the time did not show whether they suffice are not told; what
suffices in spite of them is not proven to be the least.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from itertools import combinations
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from optimizer.models.siting.bisection import Bracket
from optimizer.models.siting.elastic import ELASTIC, Elastic, Relaxed
from optimizer.models.siting.needs import Needs, needs_of
from optimizer.models.siting.openings import Flags
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import NoIncumbentError

Floats = NDArray[np.float64]
Kind = Literal["number", "budget", "group", "group_most", "fixed", "forbidden", "demand", "capacity", "minutes"]

UNITS: dict[str, str] = {
    "number": "sites", "budget": "cny", "group": "sites", "group_most": "sites", "fixed": "sites",
    "forbidden": "sites", "demand": "people", "capacity": "people", "minutes": "minutes",
}  # fmt: skip
MORE: tuple[Kind, ...] = ("number", "budget", "group_most", "capacity")
"""Kinds that are relaxed upwards."""
FIRST_SHARE = 0.5
"""Share of the time left that the most minutes, or one set of kinds, may take."""


@dataclass(frozen=True)
class Clash:
    """A requirement that can't be kept, and what it would have to be.

    Attributes
    ----------
    kind : str
        "number", "budget", "group", "group_most", "fixed", "forbidden", "demand", "capacity" or "minutes".
    given, needed : float
        Before and after the relaxation. Number: sites that may be open. Groups: sites asked for, or allowed, by those
        told. Fixed, forbidden: so many sites. Demand: weight to be served. Capacity: of the largest sizes, and that
        with what is added. Minutes: beyond the standard times.
    unit : str
        Of both.
    ids : tuple of str
        What is relaxed: groups, sites, demand points. For minutes the demand points served later than their standard.
    amounts : tuple of float
        By how much each of ``ids``, in the same unit.
    alone : bool
        Whether this suffices; else all clashes told that are not alone suffice together.
    proven : bool
        Whether no smaller relaxation suffices; of those together, nor fewer kinds.
    """

    kind: Kind
    given: float
    needed: float
    unit: str
    ids: tuple[str, ...]
    amounts: tuple[float, ...]
    alone: bool
    proven: bool


def clashes(
    problem: SitingProblem,
    cover: bool | Flags,
    *,
    capacity: Floats | None = None,
    size_cost: Floats | None = None,
    time_limit_s: float = 60.0,
    threads: int = 1,
) -> tuple[Clash, ...]:
    """Tell what clashes; nothing where some siting is feasible.

    Parameters
    ----------
    problem : SitingProblem
    cover : bool or (K, n, m) bool
        True: all demand must be served within ``limit_min``. False: it must be reached, unless ``cut_off_min`` says
        what not being reached counts. Or which sites cover which demand, all of which must be covered.
    capacity : (m,) or (m, z), optional
        Weight that a site can serve, at each of its sizes.
    size_cost : as ``capacity``, optional
        CNY of the sizes, paid beside what opening costs.
    time_limit_s : float
        For all of it.
    threads : int

    Raises
    ------
    NoIncumbentError
        The time was over before it was known whether anything clashes, or what.
    """
    search = _Search(problem, _covers(problem, cover), capacity, size_cost, time.monotonic() + time_limit_s, threads)
    if search.relaxed(()) is not None:
        return ()
    found = search.alone(minutes=cover is True) or search.together()
    if not found and search.undecided:
        raise NoIncumbentError(-np.inf)
    return tuple(found)


def _covers(problem: SitingProblem, cover: bool | Flags) -> Flags | None:
    """(K, n, m) sites that may serve a demand point; None where nothing must be served."""
    if isinstance(cover, np.ndarray):
        return cover
    if cover:
        if problem.limit_min is None:
            raise ValueError("cover needs limit_min")
        return np.asarray(np.isfinite(problem.times_min) & (problem.times_min <= problem.limit_min))
    return np.isfinite(problem.times_min) if problem.cut_off_min is None else None


class _Search:
    """Relaxations of one problem, by what is relaxed."""

    def __init__(
        self, problem: SitingProblem, covers: Flags | None, capacity: Floats | None, size_cost: Floats | None,
        deadline: float, threads: int,
    ) -> None:  # fmt: skip
        self.problem, self.deadline, self.threads = problem, deadline, threads
        self.sizes = None if capacity is None else _by_size(problem, capacity)
        self.size_cost = None if size_cost is None else _by_size(problem, size_cost)
        self.needs = self._needs(covers)
        self.given = self._given()
        # Whether the time was over before it was known of some relaxation whether it suffices.
        self.undecided = False

    def _needs(self, covers: Flags | None) -> Needs:
        # Where sites can be full, points with the same sites are not given up together.
        return needs_of(self.problem, covers, merged=self.sizes is None)

    def _given(self) -> dict[Kind, float]:
        """What can be relaxed, and what it is now."""
        allowed = self.problem.openings
        expected = float(self.problem.probability @ self.needs.weight.sum(axis=1)) if self.needs.size else 0.0
        most = [group.maximum for group in allowed.groups if group.maximum is not None]
        given: dict[Kind, float | None] = {
            "number": allowed.number,
            "budget": allowed.budget,
            "group": float(sum(group.minimum for group in allowed.groups)) if allowed.groups else None,
            "group_most": float(sum(most)) if most else None,
            "fixed": float(allowed.fixed.sum()) or None,
            "forbidden": float(allowed.forbidden.sum()) or None,
            "demand": expected or None,
            "capacity": None if self.sizes is None or not expected else float(self.sizes.max(axis=1).sum()),
        }
        return {kind: float(amount) for kind, amount in given.items() if amount is not None}

    def relaxed(self, kinds: tuple[Kind, ...], needs: Needs | None = None, *, share: float = 1.0) -> Relaxed | None:
        """The least relaxation of ``kinds`` together, in a share of the time left; None where it does not suffice."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise NoIncumbentError(-np.inf)
        alone = len(kinds) == 1
        price: dict[str, float] = {kind: 1.0 if alone else 1.0 / (self.given[kind] or 1.0) for kind in kinds}
        elastic = Elastic(self.problem, needs or self.needs, price, self.sizes, self.size_cost)
        return elastic.least(time_limit_s=share * left, threads=self.threads)

    def _enough(self, kinds: tuple[Kind, ...], needs: Needs | None = None, *, share: float) -> Relaxed | None:
        """The least relaxation as far as the time shows it."""
        try:
            return self.relaxed(kinds, needs, share=share)
        except NoIncumbentError:
            self.undecided = True
            return None

    def alone(self, *, minutes: bool) -> list[Clash]:
        """Every kind that suffices by itself."""
        # One share is for what may have to be relaxed together.
        left = len(self.given) + minutes + 1
        found: list[Clash] = []
        for kind in self.given:
            one = self._enough((kind,), share=1.0 / left)
            left -= 1
            if one is not None:
                found.append(self._clash(kind, one, (kind,)))
        return found + (self.minutes() if minutes else [])

    def together(self) -> list[Clash]:
        """The fewest kinds that suffice together."""
        for count in range(2, len(self.given) + 1):
            found = [(kinds, self._enough(kinds, share=FIRST_SHARE)) for kinds in combinations(self.given, count)]
            enough = [(kinds, one) for kinds, one in found if one is not None]
            if enough:
                kinds, least = min(enough, key=lambda each: each[1].total)
                least = replace(least, proven=not self.undecided and all(one.proven for _, one in enough))
                # Where fewer kinds were not decided, some of these may not be relaxed at all.
                used = tuple(kind for kind in kinds if len(self._places(kind, least)))
                return [self._clash(kind, least, used) for kind in used]
        return []

    def _places(self, kind: Kind, relaxed: Relaxed) -> NDArray[np.intp]:
        """Where a kind is relaxed."""
        # Room alone is added in any amount: of the rest, what is relaxed is whole or a demand point's weight.
        return np.flatnonzero(relaxed.amounts[kind] > (ELASTIC * self.given[kind] if kind == "capacity" else 0.0))

    def _clash(self, kind: Kind, relaxed: Relaxed, together: tuple[Kind, ...]) -> Clash:
        amounts, places = relaxed.amounts[kind], self._places(kind, relaxed)
        ids = _ids_of(kind, self.problem)
        given, by = self.given[kind], float(amounts.sum())
        if kind in ("group", "group_most"):
            groups = [self.problem.openings.groups[g] for g in places]
            given = float(sum((group.minimum if kind == "group" else group.maximum or 0) for group in groups))
        needed = given + by if kind in MORE else given - by
        named = tuple(ids[place] for place in places) if ids else ()
        return Clash(
            kind, given, needed, UNITS[kind], named, tuple(amounts[places].tolist()) if ids else (),
            len(together) == 1, relaxed.proven,
        )  # fmt: skip

    def minutes(self) -> list[Clash]:
        """The least minutes beyond the standard times that suffice; none where not even the most do."""
        limit = np.inf if self.problem.limit_min is None else self.problem.limit_min
        late = np.maximum(self.problem.times_min - limit, 0.0)
        possible = np.unique(late[np.isfinite(late) & (self.problem.weight > 0)[:, :, None]])
        if not len(possible):
            return []
        enough = self._enough((), self._needs(np.asarray(late <= possible[-1])), share=FIRST_SHARE)
        if enough is None:
            return []
        # The standard times themselves are known not to do.
        bracket = Bracket(0 if possible[0] == 0 else -1, len(possible) - 1)
        while not bracket.closed and time.monotonic() < self.deadline:
            middle, share = bracket.ask()
            try:
                found = self.relaxed((), self._needs(np.asarray(late <= possible[middle])), share=share)
            except NoIncumbentError:
                bracket = bracket.told(middle, None)
                continue
            bracket = bracket.told(middle, found is not None)
            enough = found or enough
        return [self._late(late, float(possible[bracket.yes]), enough.opened, bracket.closed)]

    def _late(self, late: Floats, minutes: float, opened: Flags, proven: bool) -> Clash:
        """Who is served later than the standard times, and by how much, where ``opened`` are open."""
        after = np.min(late, axis=2, where=opened, initial=np.inf)
        after = np.where(self.problem.weight > 0, after, 0.0).max(axis=0)
        places = np.flatnonzero(after > 0)
        ids = tuple(self.problem.demand_ids[i] for i in places)
        return Clash("minutes", 0.0, minutes, UNITS["minutes"], ids, tuple(after[places].tolist()), True, proven)


def _by_size(problem: SitingProblem, given: Floats) -> Floats:
    """(m, z), of what was given so or as (m,)."""
    return np.asarray(given, dtype=float).reshape(problem.shape[2], -1)


def _ids_of(kind: Kind, problem: SitingProblem) -> tuple[str, ...]:
    """What the amounts of a kind belong to."""
    if kind in ("group", "group_most"):
        return tuple(group.name for group in problem.openings.groups)
    if kind == "demand":
        return problem.demand_ids
    return problem.openings.ids if kind in ("fixed", "forbidden", "capacity") else ()
