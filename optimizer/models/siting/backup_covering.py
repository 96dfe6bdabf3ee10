"""Backup coverage: two depots by ways that do not fall together (Hogan and ReVelle 1986; backup by pairs of sites).

Sets
    j ∈ J               sites
    c ∈ C               classes of demand with the same covering sites and pairs, over all scenarios
    N_c ⊆ J             sites that cover c: within its standard time, or in one of its pairs
    (a, b) ∈ P_c        pairs of sites that back c up: open together, either reaches c when the other's way is cut

Given
    W_sc                weight of c in scenario s
    φ                   what a unit of weight without any cover counts beyond one without backup
    Y, p_s, measure     as in `optimizer.models.siting.problem`

Variables
    y_j ∈ {0, 1}        j is open
    x_ab ∈ [0, 1]       a and b are both open
    n_c ∈ [0, 1]        c has no cover
    v_c ∈ [0, 1]        c has no backup

Loss of scenario s: weight without backup, and again φ times the weight without cover

    L_s = Σ_c W_sc (v_c + φ n_c)                                                                    (_losses)

minimise the measure of L over y ∈ Y, subject to

    x_ab ≤ y_a,  x_ab ≤ y_b                     (a, b) ∈ ∪ P_c                                      (_both_open)
    v_c ≥ 1 − Σ_{(a, b) ∈ P_c} x_ab             c ∈ C                                               (_backed_up)
    2 v_c ≥ 2 − Σ_{j in pairs of P_c} y_j       c ∈ C           implied for whole y, not else       (_backed_up)
    v_c ≥ 1 − Σ_{j paired with one of Q} y_j    c ∈ C, some Q ⊆ J without a pair of P_c; likewise   (_outside)
    n_c ≥ 1 − Σ_{j ∈ N_c} y_j                   c ∈ C                                               (_covered)

Q is, say, all sites that come by one and the same road: whoever has only these open has no backup.

First cover and backup are weighed, not ranked: a weight so large that it ranks would hide the backup in the gap. To win
a first cover counts φ, to win a backup 1: with the default φ = 2 a person's first depot counts twice their second. With
φ = 0 weight without backup alone counts.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray
from scipy import sparse

from optimizer.models.siting.cover_classes import class_weights, covering_sites, demand_classes, nearest_covering
from optimizer.models.siting.faults import Finding, InvalidSitingError
from optimizer.models.siting.incumbent import incumbent
from optimizer.models.siting.problem import SitingProblem
from optimizer.models.siting.programme import Block, Columns, Programme
from optimizer.models.siting.scenario_bests import scenario_bests
from optimizer.models.siting.solution import Progress, SitingSolution

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
Numbers = NDArray[np.int64]

FIRST_COVER = 2.0


@dataclass(frozen=True)
class BackupSolution(SitingSolution):
    """A siting with what backs its demand up.

    Attributes
    ----------
    covered : (K, n) bool
        By an open site within the standard time, or a pair.
    pair : (K, n, 2) int
        Open sites that back a demand point up: of its open pairs the one whose farther site is nearest; -1 where
        there is none.
    """

    covered: Flags
    pair: Numbers

    @property
    def weight_without_cover(self) -> Floats:
        """(K,) in every scenario."""
        return np.asarray((self.problem.weight * ~self.covered).sum(axis=1))

    @property
    def weight_without_backup(self) -> Floats:
        """(K,) in every scenario, those without cover among it."""
        return np.asarray((self.problem.weight * (self.pair[:, :, 0] < 0)).sum(axis=1))


@dataclass(frozen=True)
class _Backup:
    """N and P of this module's head, for every demand point in every scenario.

    ``couples`` (Q, 2) are all pairs of sites; ``backs`` (K · n, Q) says whom they back up.
    """

    covers: Flags
    couples: Numbers
    backs: sparse.csr_array

    def in_scenario(self, s: int) -> _Backup:
        """The same of one scenario alone."""
        demand = self.covers.shape[1]
        backs = sparse.csr_array(self.backs[s * demand : (s + 1) * demand])
        return _Backup(self.covers[s : s + 1], self.couples, backs)


def solve_backup_covering(
    problem: SitingProblem,
    pairs: ArrayLike,
    *,
    first_cover: float = FIRST_COVER,
    time_limit_s: float,
    threads: int = 1,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> BackupSolution:
    """Choose sites so that as little weight as possible is without backup and without cover.

    Parameters
    ----------
    problem : SitingProblem
        With standard times.
    pairs : (P, 4) int, (n, m, m) bool or (K, n, m, m) bool
        Rows of scenario, demand point, site, site; or whether two sites back a demand point up, in all scenarios
        alike or in each. The order of the two sites says nothing. Pairs with a
        site that is forbidden or has no way to the demand point in the scenario are left out.
    first_cover : float
        φ, at least 0.
    time_limit_s : float
    threads : int
    gap : float
        Relative gap that is good enough.
    progress : callable, optional

    Returns
    -------
    BackupSolution
        Value in units of weight.

    Raises
    ------
    InvalidSitingError
    InfeasibleSitingError
    """
    backup = _backup(problem, pairs, first_cover)
    return _solve(problem, backup, first_cover, time_limit_s, threads, gap, progress)


def _solve(
    problem: SitingProblem,
    backup: _Backup,
    first_cover: float,
    time_limit_s: float,
    threads: int,
    gap: float = 0.0,
    progress: Progress | None = None,
) -> BackupSolution:
    started = time.monotonic()

    def alone(s: int, seconds: float) -> SitingSolution:
        return _solve(problem.in_scenario(s), backup.in_scenario(s), first_cover, seconds, threads)

    bests = scenario_bests(problem.measure, problem.probability, alone, time_limit_s=time_limit_s)
    programme = Programme()
    opened = programme.openings(problem.openings)
    losses, base = _losses(programme, opened, problem, backup, first_cover)
    programme.measure(problem.measure, problem.probability, losses, base, bests.below)
    found = incumbent(
        programme,
        opened,
        lambda bare: bare.openings(problem.openings),
        ends=started + time_limit_s,
        threads=threads,
        gap=gap,
        progress=progress,
    )
    told = _told(problem, backup, found.chosen > 0, first_cover)
    value, bound, status = bests.judged(told["scenario_losses"], found.bound, stopped=found.good_enough)
    return BackupSolution(
        model="backup-covering",
        problem=problem,
        value=value,
        bound=bound,
        unit="people",
        status=status,
        seconds=time.monotonic() - started,
        **told,
    )


def _backup(problem: SitingProblem, pairs: ArrayLike, first_cover: float) -> _Backup:
    """Read the pairs, in whichever form, and add their sites to those that cover."""
    findings = []
    if problem.limit_min is None:
        findings.append(Finding("limit_missing", {}))
    if not (np.isfinite(first_cover) and first_cover >= 0):
        findings.append(Finding("first_cover_not_positive", {"first_cover": first_cover}))
    rows, faults = _rows(problem, np.asarray(pairs))
    if findings or faults:
        raise InvalidSitingError([*findings, *faults])
    scenarios, demand, sites = problem.shape
    for side in (2, 3):
        reached = np.isfinite(problem.times_min[rows[:, 0], rows[:, 1], rows[:, side]])
        rows = rows[reached & ~problem.openings.forbidden[rows[:, side]]]
    couples, number = np.unique(rows[:, 2:], axis=0, return_inverse=True)
    point = rows[:, 0] * demand + rows[:, 1]
    covers = covering_sites(problem)
    for side in (2, 3):
        covers.reshape(-1, sites)[point, rows[:, side]] = True
    shape = (scenarios * demand, len(couples))
    backs = sparse.coo_array((np.ones(len(rows)), (point, number.reshape(-1))), shape=shape).tocsr()
    return _Backup(covers, couples, sparse.csr_array(backs))


def _rows(problem: SitingProblem, pairs: NDArray[np.generic]) -> tuple[Numbers, list[Finding]]:
    """(P, 4) scenario, demand point and two sites, the lower first, each once; and what is wrong with them."""
    scenarios, demand, sites = problem.shape
    if pairs.dtype == np.bool_ and pairs.ndim in (3, 4):
        each = pairs[None] if pairs.ndim == 3 else pairs
        if each.shape[1:] != (demand, sites, sites) or each.shape[0] not in (1, scenarios):
            return _no_rows(), [_wrong_shape(pairs, (scenarios, demand, sites, sites))]
        each = np.broadcast_to(each, (scenarios, demand, sites, sites))
        rows = np.argwhere(each).astype(np.int64)
    elif pairs.ndim == 2 and pairs.shape[1] == 4 and np.issubdtype(pairs.dtype, np.integer):
        rows = pairs.astype(np.int64)
    elif pairs.size == 0:
        rows = _no_rows()
    else:
        return _no_rows(), [_wrong_shape(pairs, ("pairs", 4))]
    findings = []
    outside = ((rows < 0) | (rows >= (scenarios, demand, sites, sites))).any(axis=1)
    if outside.any():
        findings.append(Finding("pair_outside", {"count": int(outside.sum()), "first": rows[outside][0].tolist()}))
    alone = rows[:, 2] == rows[:, 3]
    if alone.any():
        findings.append(Finding("pair_of_one_site", {"count": int(alone.sum()), "first": rows[alone][0].tolist()}))
    rows = np.column_stack([rows[:, :2], np.sort(rows[:, 2:], axis=1)])
    return np.unique(rows, axis=0), findings


def _no_rows() -> Numbers:
    return np.empty((0, 4), dtype=np.int64)


def _wrong_shape(pairs: NDArray[np.generic], wanted: tuple[object, ...]) -> Finding:
    return Finding("wrong_shape", {"of": "pairs", "shape": pairs.shape, "wanted": wanted})


def _losses(
    programme: Programme, opened: Columns, problem: SitingProblem, backup: _Backup, first_cover: float
) -> tuple[list[Block], Floats]:
    """Add x, v and n; the (K, …) losses in them."""
    sites, indptr, indices = problem.shape[2], backup.backs.indptr, backup.backs.indices
    reach = backup.covers.reshape(-1, sites)
    signs = (np.packbits(one).tobytes() + indices[indptr[r] : indptr[r + 1]].tobytes() for r, one in enumerate(reach))
    number, example = demand_classes(signs)
    weights = class_weights(problem.weight, number, len(example))
    covers, backs = sparse.csr_array(reach[example].astype(float)), sparse.csr_array(backup.backs[example])
    couples = programme.columns(len(backup.couples), upper=1.0)
    _both_open(programme, opened, couples, backup.couples)
    without_backup = programme.columns(len(example), upper=1.0)
    without_cover = programme.columns(len(example), upper=1.0)
    _backed_up(programme, opened, couples, without_backup, backs, backup.couples)
    _outside(programme, opened, without_backup, backs, backup.couples)
    _covered(programme, opened, without_cover, covers)
    losses = [(without_backup, weights), (without_cover, sparse.csr_array(first_cover * weights))]
    return losses, np.zeros(problem.shape[0])


def _both_open(programme: Programme, opened: Columns, couples: Columns, sites: Numbers) -> None:
    """x_ab ≤ y_a, x_ab ≤ y_b."""
    each = sparse.csr_array(sparse.eye_array(len(sites)))
    for side in (0, 1):
        programme.rows([(couples, each), (opened[sites[:, side]], -each)], upper=0.0)


def _backed_up(
    programme: Programme,
    opened: Columns,
    couples: Columns,
    without: Columns,
    backs: sparse.csr_array,
    sites: Numbers,
) -> None:
    """v_c ≥ 1 − Σ x_ab, and 2 v_c ≥ 2 − Σ y_j over the sites of the pairs, which a half-open site does not pass."""
    each = sparse.csr_array(sparse.eye_array(len(without)))
    programme.rows([(without, each), (couples, backs)], lower=1.0)
    ends = (np.tile(np.arange(len(sites)), 2), sites.T.ravel())
    among = sparse.coo_array((np.ones(2 * len(sites)), ends), shape=(len(sites), len(opened)))
    in_pairs = sparse.csr_array(backs @ among.tocsr())
    in_pairs.data[:] = 1.0
    programme.rows([(without, sparse.csr_array(2.0 * each)), (opened, in_pairs)], lower=2.0)


def _outside(programme: Programme, opened: Columns, without: Columns, backs: sparse.csr_array, sites: Numbers) -> None:
    """v_c ≥ 1 − Σ y_j over the sites paired with one of Q; Q are grown from each site of the pairs of c."""
    rows, places = [np.empty((0, len(opened)), dtype=bool)], []
    for number in range(len(without)):
        rows.append(
            _paired_with_unpaired(sites[backs.indices[backs.indptr[number] : backs.indptr[number + 1]]], len(opened))
        )
        places += [number] * len(rows[-1])
    each = sparse.csr_array(sparse.eye_array(len(without)))[places]
    paired = sparse.csr_array(np.concatenate(rows).astype(float))
    programme.rows([(without, sparse.csr_array(each)), (opened, paired)], lower=1.0)


def _paired_with_unpaired(couples: Numbers, site_count: int) -> Flags:
    """(q, m) sites paired with one of a largest possible set Q without a pair among ``couples`` (P, 2)."""
    paired = np.zeros((site_count, site_count), dtype=bool)
    paired[couples[:, 0], couples[:, 1]] = paired[couples[:, 1], couples[:, 0]] = True
    inside = np.flatnonzero(paired.any(axis=0))
    # Sites with few pairs first: they leave room for more.
    order = inside[np.argsort(paired[inside].sum(axis=1), kind="stable")]
    found = set()
    for first in inside:
        beside = paired[first].copy()
        for j in order:
            if not beside[j]:
                beside |= paired[j]
        found.add(beside.tobytes())
    return np.array([np.frombuffer(one, dtype=bool) for one in sorted(found)], dtype=bool).reshape(-1, site_count)


def _covered(programme: Programme, opened: Columns, without: Columns, covers: sparse.csr_array) -> None:
    """n_c ≥ 1 − Σ y_j."""
    each = sparse.csr_array(sparse.eye_array(len(without)))
    programme.rows([(without, each), (opened, covers)], lower=1.0)


def _told(problem: SitingProblem, backup: _Backup, opened: Flags, first_cover: float) -> dict[str, Any]:
    """What a siting comes to, reckoned from its open sites alone."""
    scenarios, demand, _ = problem.shape
    covered = (backup.covers & opened).any(axis=2)
    pair = np.full((scenarios * demand, 2), -1, dtype=np.int64)
    both = backup.backs.multiply(opened[backup.couples].all(axis=1)).tocoo()
    point, couple = both.row[both.data > 0], both.col[both.data > 0]
    times = problem.times_min.reshape(-1, problem.shape[2])
    farther = times[point[:, None], backup.couples[couple]].max(axis=1)
    # Written from the farthest to the nearest, so that the nearest stays.
    order = np.argsort(-farther, kind="stable")
    pair[point[order]] = backup.couples[couple[order]]
    backed = (pair[:, 0] >= 0).reshape(scenarios, demand)
    return {
        "opened": opened,
        "server": nearest_covering(problem, backup.covers, opened),
        "scenario_losses": (problem.weight * (~backed + first_cover * ~covered)).sum(axis=1),
        "covered": covered,
        "pair": pair.reshape(scenarios, demand, 2),
    }
