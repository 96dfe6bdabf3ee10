"""The least measure of losses over any openings, by the radius formulation (García, Labbé & Marín 2011).

Sets and parameters are those of `optimizer.models.siting.losses` and `openings`. The different losses of profile r at
its sites are v_r0 < v_r1 < …, the last one u_r, and N_rk are the sites at which r loses v_rk.

Variables
    y_j             j is open
    z_rk ∈ [0, 1]   no site of N_r0 … N_rk is open

min   measure over s of  Σ_r w_sr ( v_r0 + Σ_k (v_r,k+1 − v_rk) z_rk )
      z_r0 + Σ_{j ∈ N_r0} y_j ≥ 1                       r                                  (first)
      z_rk + Σ_{j ∈ N_rk} y_j ≥ z_r,k−1                 r, k > 0                           (further)
      y ∈ Y
where the last z_rk is 0 if u_r is infinite: something must serve r.

Only the first steps of a profile are stated. A programme without the further ones bounds the whole from below, and is
exact where its last z is 0; where it is not, more steps are stated and it is solved again.
"""

from __future__ import annotations

import time
from dataclasses import dataclass, fields, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from optimizer.models.siting.aim import Aim
from optimizer.models.siting.exchange import exchange
from optimizer.models.siting.losses import AT_ONCE, Losses
from optimizer.models.siting.openings import Flags, Openings
from optimizer.models.siting.programme import Columns, InfeasibleSitingError, NoIncumbentError, Programme
from optimizer.models.siting.solution import PROVEN_GAP, Progress

Floats = NDArray[np.float64]

FIRST_STEPS = 3
MORE = 1.6
"""A profile's steps are multiplied by this, and two added, where they do not suffice."""
TINY = 1e-6
EXCHANGE_SHARE = 0.1
"""Share of the time left that exchange may take at a time."""


@dataclass(frozen=True)
class Sited:
    """The best openings found (m,), the measure of their losses, a bound, and whether time ran out."""

    opened: Flags
    value: float
    bound: float
    stopped: bool


def minimise_losses(
    aim: Aim,
    allowed: Openings,
    *,
    time_limit_s: float,
    threads: int = 1,
    gap: float = 0.0,
    start: Flags | None = None,
    progress: Progress | None = None,
) -> Sited:
    """Find openings with the least measure of losses.

    Raises
    ------
    InfeasibleSitingError
        No openings are allowed, or none that serve all that must be served.
    """
    return _Radius(aim, allowed, time.monotonic() + time_limit_s, threads, gap, progress).run(start)


@dataclass(frozen=True)
class Steps:
    """All steps (r, k) in which a profile's loss rises, in the order of r and k.

    Attributes
    ----------
    row, level : (q,)
        r and k.
    rise : (q,)
        v_r,k+1 − v_rk; infinite where something must serve r and no site is left.
    least : (R,)
        v_r0.
    site, step : (e,)
        Members of the N_rk: j, and which step it belongs to.
    count : (R,)
        Steps of every profile.
    """

    row: NDArray[np.int64]
    level: NDArray[np.int64]
    rise: Floats
    least: Floats
    site: NDArray[np.int64]
    step: NDArray[np.int64]
    count: NDArray[np.int64]


def steps_of(losses: Losses, deadline: float) -> Steps | None:
    """Rank every profile's sites; None where the time was over before."""
    rows, sites = losses.profile.shape
    at_once = max(1, AT_ONCE // max(sites, 1))
    parts: list[Steps] = []
    steps = 0
    for start in range(0, rows, at_once):
        if time.monotonic() > deadline:
            return None
        some = slice(start, start + at_once)
        part = _ranked(losses.profile[some], losses.unserved[some])
        parts.append(replace(part, row=part.row + start, step=part.step + steps))
        steps += len(part.row)
    return Steps(*(np.concatenate([getattr(part, one.name) for part in parts]) for one in fields(Steps)))


def _ranked(profile: Floats, unserved: Floats) -> Steps:
    """Steps of some profiles; where being served is no better than not being served is no step."""
    order = np.argsort(profile, axis=1, kind="stable")
    ranked = np.take_along_axis(profile, order, axis=1)
    useful = ranked < unserved[:, None]
    begins = useful.copy()
    begins[:, 1:] &= ranked[:, 1:] > ranked[:, :-1]
    row, place = np.nonzero(begins)
    count = begins.sum(axis=1)
    value = ranked[row, place]
    following = np.append(value[1:], np.nan)
    last = np.append(row[1:] != row[:-1], True)
    rise = np.where(last, unserved[row], following) - value
    first = np.cumsum(count) - count
    step = (np.cumsum(begins, axis=1) - 1 + first[:, None])[useful]
    return Steps(
        row, np.arange(len(row)) - first[row], rise, np.minimum(ranked[:, 0], unserved), order[useful], step, count
    )


class _Radius:
    """One search: which steps of every profile are stated, the best openings and the bound so far."""

    def __init__(
        self, aim: Aim, allowed: Openings, deadline: float, threads: int, gap: float, progress: Progress | None
    ) -> None:
        self.aim, self.allowed, self.deadline = aim, allowed, deadline
        self.threads, self.gap, self.progress = threads, gap, progress
        self.best: Flags | None = None
        self.value = np.inf
        # No loss and no regret is negative, and none is less than with all sites open.
        self.bound = max(aim.of(~allowed.forbidden), 0.0)

    def run(self, start: Flags | None) -> Sited:
        """Exchange from ``start``, and prove that as far as the time goes."""
        self._exchange(start if start is not None else self._nearest(np.ones(self.allowed.size)))
        if self.best is None:
            raise InfeasibleSitingError
        steps = steps_of(self.aim.losses, self.deadline) if self._is_open() else None
        if steps is not None:
            self.steps, self.stated = steps, np.minimum(FIRST_STEPS, steps.count)
            self._state_what_the_best_needs()
            self._prove()
        return Sited(self.best, self.value, min(self.bound, self.value), self._is_open())

    def _prove(self) -> None:
        """State more steps until the last ones are not used: first with whole numbers relaxed, then with them."""
        for relaxed in (True, False):
            done = False
            while not done and self._is_open() and time.monotonic() < self.deadline:
                done = self._round(relaxed=relaxed)

    def _is_open(self) -> bool:
        return self.value - self.bound > max(self.gap, PROVEN_GAP) * abs(self.value)

    def _left(self) -> float:
        return max(self.deadline - time.monotonic(), 0.1)

    def _see(self, opened: Flags) -> None:
        """Keep openings that are the best so far."""
        value = self.aim.of(opened)
        if value < self.value:
            self.value, self.best = value, opened

    def _nearest(self, wanted: Floats) -> Flags:
        """Openings that serve all that must be served, and otherwise agree most with ``wanted`` (m,) in [0, 1]."""
        programme = Programme()
        opened = programme.openings(self.allowed)
        programme.cost_of(opened, -wanted)
        self._serve(programme, opened)
        found = programme.minimise(time_limit_s=max(self._left(), 1.0), threads=self.threads)
        return np.asarray(found.values[opened] > 0.5)

    def _exchange(self, opened: Flags) -> None:
        until = time.monotonic() + EXCHANGE_SHARE * self._left()
        self._see(exchange(self.aim, self.allowed, opened, until))

    def _serve(self, programme: Programme, opened: Columns) -> None:
        """Σ_{j serves r} y_j ≥ 1 where something must serve r."""
        must = ~np.isfinite(self.aim.losses.unserved)
        if must.any():
            serves = np.unique(np.packbits(np.isfinite(self.aim.losses.profile[must]), axis=1), axis=0)
            sites = np.unpackbits(serves, axis=1, count=self.allowed.size)
            programme.rows([(opened, sparse.csr_array(sites.astype(float)))], lower=1.0)

    def _state_what_the_best_needs(self) -> None:
        """State the steps of every profile as far as the second site that the best openings offer."""
        assert self.best is not None
        offers = self.best[self.steps.site]
        level = self.steps.level[self.steps.step[offers]]
        row = self.steps.row[self.steps.step[offers]]
        order = np.lexsort((level, row))
        row, level = row[order], level[order]
        second = np.flatnonzero((row[1:] == row[:-1]) & np.append(True, row[1:-1] != row[:-2])) + 1
        wanted = self.steps.count.copy()
        wanted[row[second]] = level[second] + 1
        self.stated = np.minimum(np.maximum(wanted, self.stated), self.steps.count)

    def _round(self, *, relaxed: bool) -> bool:
        """Solve what is stated; whether its last steps are not used, so that nothing is left to state."""
        programme = Programme()
        opened = programme.openings(self.allowed)
        self._serve(programme, opened)
        stated = np.flatnonzero(self.steps.level < self.stated[self.steps.row])
        steps = self._state(programme, opened, stated)
        losses = self._losses(stated)
        programme.measure(
            self.aim.measure, self.aim.probability, [(steps, losses)], self.aim.losses.weight @ self.steps.least,
            self.aim.best,
        )  # fmt: skip
        try:
            found = programme.minimise(
                time_limit_s=self._left(), threads=self.threads, gap=0.0 if relaxed else self.gap, relaxed=relaxed,
                start=None if relaxed else self._start(opened, steps, stated),
                progress=None if relaxed else self._tell,
            )  # fmt: skip
        except NoIncumbentError as error:
            self.bound = max(self.bound, error.bound)
            return True
        self.bound = max(self.bound, found.bound)
        chosen = found.values[opened]
        if np.abs(chosen - np.round(chosen)).max() < TINY:
            self._see(chosen > 0.5)
        elif relaxed:
            self._exchange(self._nearest(chosen))
            self._state_what_the_best_needs()
        ends = self.steps.level[stated] == self.stated[self.steps.row[stated]] - 1
        short = self.steps.row[stated[ends & (found.values[steps] > TINY)]]
        short = short[self.stated[short] < self.steps.count[short]]
        self.stated[short] = np.minimum((self.stated[short] * MORE).astype(np.int64) + 2, self.steps.count[short])
        return not len(short)

    def _state(self, programme: Programme, opened: Columns, stated: NDArray[np.int64]) -> Columns:
        """(first), (further): the columns z of the steps ``stated``."""
        count = len(stated)
        steps = programme.columns(count, upper=np.where(np.isfinite(self.steps.rise[stated]), 1.0, 0.0))
        place = np.full(len(self.steps.row), -1)
        place[stated] = np.arange(count)
        member = place[self.steps.step] >= 0
        entries = (np.ones(member.sum()), (place[self.steps.step[member]], self.steps.site[member]))
        members = sparse.csr_array(sparse.coo_array(entries, shape=(count, len(opened))))
        first = self.steps.level[stated] == 0
        further = np.flatnonzero(~first)
        before = sparse.coo_array((-np.ones(len(further)), (further, further - 1)), shape=(count, count))
        own = sparse.csr_array(sparse.eye_array(count) + before)
        programme.rows([(steps, own), (opened, members)], lower=first.astype(float))
        return steps

    def _start(self, opened: Columns, steps: Columns, stated: NDArray[np.int64]) -> dict[int, float]:
        """Values of y and z at the best openings so far."""
        assert self.best is not None
        offers = self.best[self.steps.site]
        open_level = np.full(len(self.steps.count), np.iinfo(np.int64).max)
        np.minimum.at(open_level, self.steps.row[self.steps.step[offers]], self.steps.level[self.steps.step[offers]])
        before = self.steps.level[stated] < open_level[self.steps.row[stated]]
        return dict(zip([*opened.tolist(), *steps.tolist()], [*self.best.tolist(), *before.tolist()], strict=True))

    def _losses(self, stated: NDArray[np.int64]) -> sparse.csr_array:
        """(K, steps) what a z adds to the loss of every scenario."""
        rise = np.where(np.isfinite(self.steps.rise[stated]), self.steps.rise[stated], 0.0)
        return sparse.csr_array(self.aim.losses.weight[:, self.steps.row[stated]] @ sparse.diags_array(rise))

    def _tell(self, value: float, bound: float) -> None:
        if self.progress is not None:
            self.progress(min(self.value, value), max(self.bound, bound))
