"""Which crew clears which closure, and in which order.

Sets and parameters: crews c at their sites, ready at ρ_c; works w that last p_w; minutes τ_c(S; a, b) by road between
places with S open, S what the crew itself has cleared. Decided: a sequence of works for each crew, each work once or
never.

    start of w  =  minute at which its crew is free + τ;      open from  o_w = start + p_w
    min  L(o)   =  weight late or lost with closures open from o on    (`optimizer.dispatch.clearing.let_through`)
    then Σ o_w

All sequences are tried while there are few; with more works, the works that help most by themselves are ordered so and
the rest follow in the order of their help. Bound: every work open as early as the soonest crew could have it open if it
did nothing else and all else that can be cleared were open; no order opens any sooner, and L grows with every minute.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations_with_replacement, pairwise, permutations

import numpy as np

from optimizer.dispatch.clearing.let_through import LetThrough
from optimizer.dispatch.clearing.work import DRIVES, Work
from optimizer.dispatch.incident.form import Crew

MOST_ORDERED = 5
"""Works of which every order is tried."""


@dataclass(frozen=True)
class Step:
    """A crew's work on one closure; minutes."""

    crew: Crew
    work: Work
    from_id: str
    leaves_min: float
    starts_min: float
    opens_min: float
    cleared_before: frozenset[str]


@dataclass(frozen=True)
class ClearingPlan:
    """Who clears what when.

    Attributes
    ----------
    steps : tuple of Step
    loss, bound : float
        L, and what no order can be below.
    weight : float
        Of all tasks and requests.
    """

    steps: tuple[Step, ...]
    loss: float
    bound: float
    weight: float

    @property
    def cleared_min(self) -> dict[str, float]:
        """Minute from which each cleared closure is open."""
        return {one.work.closure: one.opens_min for one in self.steps}


def plan_clearing(through: LetThrough, crews: Sequence[Crew], works: Sequence[Work]) -> ClearingPlan:
    """Order the clearing."""
    every = frozenset(work.closure for work in works)
    alone = {work: _soonest(through, crews, work, every - {work.closure}) for work in works}
    can = [work for work in works if np.isfinite(alone[work])]
    gain = {work: through.loss([(work.closure, alone[work])]) for work in can}
    ranked = sorted(can, key=lambda work: (gain[work], alone[work]))
    best: tuple[float, float, tuple[Step, ...]] = (through.loss([]), 0.0, ())
    for shares in _shared_out(ranked[:MOST_ORDERED], len(crews)):
        steps = tuple(_steps(through, crews, shares))
        loss = through.loss([(one.work.closure, one.opens_min) for one in steps])
        best = min(
            best, (loss, sum(one.opens_min for one in steps), steps), key=lambda one: (one[0], -len(one[2]), one[1])
        )
    steps = best[2]
    for work in ranked:
        if work not in {one.work for one in steps}:
            steps = _appended(through, crews, steps, work)
    loss = through.loss([(one.work.closure, one.opens_min) for one in steps])
    bound = through.loss([(work.closure, alone[work]) for work in can])
    return ClearingPlan(steps, loss, min(bound, loss), through.weight)


def _rank(plan: tuple[float, float, tuple[Step, ...]]) -> tuple[float, int, float]:
    """Least loss, then most works, then soonest."""
    return plan[0], -len(plan[2]), plan[1]


def _soonest(through: LetThrough, crews: Sequence[Crew], work: Work, others: frozenset[str]) -> float:
    """Minute at which the soonest crew could have a work open if it did nothing else and the others were open."""
    times = through.times(others, DRIVES, [crew.site for crew in crews], [work.place_id])
    ready = np.array([crew.ready_min for crew in crews])
    return float((times.arrive_min(ready[:, None])[:, 0] + work.lasts_min).min(initial=np.inf))


def _shared_out(works: Sequence[Work], crews: int) -> Iterator[tuple[tuple[Work, ...], ...]]:
    """Every way to give the works, in every order, to the crews."""
    for order in permutations(works):
        for cuts in combinations_with_replacement(range(len(order) + 1), crews - 1):
            edges = (0, *cuts, len(order))
            yield tuple(order[start:end] for start, end in pairwise(edges))


def _steps(through: LetThrough, crews: Sequence[Crew], shares: Sequence[Sequence[Work]]) -> Iterator[Step]:
    """What becomes of the crews' sequences; a crew stops before a work that it has no way to."""
    for crew, own in zip(crews, shares, strict=True):
        at, free, cleared = crew.site, crew.ready_min, frozenset[str]()
        for work in own:
            arrive = float(through.times(cleared, DRIVES, [at], [work.place_id]).arrive_min(free)[0, 0])
            if np.isinf(arrive):
                break
            yield Step(crew, work, at, free, arrive, arrive + work.lasts_min, cleared)
            at, free, cleared = work.place_id, arrive + work.lasts_min, cleared | {work.closure}


def _appended(through: LetThrough, crews: Sequence[Crew], steps: tuple[Step, ...], work: Work) -> tuple[Step, ...]:
    """Put a work behind those of the crew that then has it open soonest; leave it where no crew has a way."""
    found = []
    for number, crew in enumerate(crews):
        shares = [[one.work for one in steps if one.crew == other] for other in crews]
        shares[number].append(work)
        tried = tuple(_steps(through, crews, shares))
        opens = [one.opens_min for one in tried if one.work == work]
        if opens and len(tried) == len(steps) + 1:
            found.append((opens[0], crew.id, tried))
    return min(found)[2] if found else steps
