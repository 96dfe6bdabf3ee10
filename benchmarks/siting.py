"""Siting models on public instances: value, bound and sites of each, its cost, and spopt's in the same run.

Each instance is solved in a process of its own, on so many threads as are asked for. Seconds are CPU seconds from the
matrix to the solution, the building of the model included; reading is told apart. What the compiler of numba does is
left out: a small instance of the same model is solved first. Covering counts the weight that is covered, with a bound
from above; all else is minimised, with a bound from below.

Published optima are read after everything is solved, for a column beside.
"""

from __future__ import annotations

import csv
import math
import os
import statistics
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.instances import Instance
from benchmarks.row import Measured, Row, Unfinished, within
from benchmarks.siting_cases import MENDED, Case
from benchmarks.siting_peers import STATED, PeerRun, is_finished, peer_runs
from optimizer.models.siting.problem import siting_problem
from optimizer.models.siting.solution import SitingSolution

ENGINE = "siting"

SPARE_S = 300.0
"""An instance is ended so long after its time limit, if it did not end by itself: reading takes time as well."""

CLOSE = 1e-6
"""Values that differ by this share are the same: published ones are rounded."""

PUBLISHED = {
    "p-median": "p-median",
    "p-center": "p-center",
    "cflp": "capacitated",
    "mclp": "maximal-covering",
    "lscp": "set-covering",
}
"""Problems as a file of optima names them, by their first word."""


@dataclass(frozen=True)
class Asked:
    """How to run: seconds for each instance and each peer, threads, and peers' solvers, none without a comparison."""

    time_limit_s: float
    threads: int = 1
    peers: tuple[str, ...] = ()
    peer_time_limit_s: float = 300.0


def siting_rows(cases: Iterable[Case], asked: Asked) -> Iterator[Row]:
    """Solve every case, and let the peers do so where they can."""
    for name in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"):
        os.environ[name] = str(asked.threads)
    for case in cases:
        print(f"{case.label} …", file=sys.stderr, flush=True)
        limit = asked.time_limit_s + SPARE_S
        own = _row(case, within(limit, solved, case, asked.time_limit_s, asked.threads))
        runs = {}
        if asked.peers and case.model in STATED:
            runs = peer_runs(case, asked.peers, asked.peer_time_limit_s)
        best = next((run for run in runs.values() if is_finished(run)), None)
        if isinstance(best, Measured) and own.seconds > 0 and own.value is not None:
            own = replace(own, ratio=best.answer.seconds / own.seconds)
        yield own
        yield from (_peer_row(case, name, run, own) for name, run in runs.items())


@dataclass(frozen=True)
class Solved:
    """An answer with its CPU seconds; sites are 1-based."""

    reading_seconds: float
    seconds: float
    value: float
    bound: float
    status: str
    sites: tuple[str, ...]


def solved(case: Case, time_limit_s: float, threads: int) -> Solved:
    """Read, solve a small instance for the compiler's sake, and solve."""
    began = time.process_time()
    instance = case.read()
    reading = time.process_time() - began
    solve = SOLVERS[case.model]
    solve(small(case.model), time_limit_s=60.0, threads=threads)
    began = time.process_time()
    solution = solve(instance, time_limit_s=time_limit_s, threads=threads)
    seconds = time.process_time() - began
    value, bound = solution.value, solution.bound
    if case.model == "maximal-covering":
        # What is left uncovered is minimised.
        value, bound = (float(instance.weight.sum()) - one for one in (value, bound))
    return Solved(reading, seconds, value, bound, solution.status, solution.sites)


def small(model: str) -> Instance:
    """Make up an instance that takes no time."""
    rng = np.random.default_rng(0)
    points = rng.integers(0, 50, (30, 2)).astype(float)
    times = np.abs(points[:, None] - points[None]).sum(axis=2)
    weight = np.ones(len(points))
    if model == "capacitated":
        return Instance(model, times, weight, capacity=np.full(30, 12.0), fixed_cost=np.full(30, 40.0))
    return Instance(model, times, weight, None if model == "set-covering" else 4, 12.0)


def _p_median(instance: Instance, **how: Any) -> SitingSolution:
    from optimizer.models.siting.p_median import solve_p_median

    return solve_p_median(siting_problem(instance.times, weight=instance.weight, number=instance.number), **how)


def _p_center(instance: Instance, **how: Any) -> SitingSolution:
    from optimizer.models.siting.p_center import solve_p_center

    return solve_p_center(siting_problem(instance.times, number=instance.number), **how)


def _maximal_covering(instance: Instance, **how: Any) -> SitingSolution:
    from optimizer.models.siting.maximal_covering import solve_maximal_covering

    number, radius = instance.number, instance.radius
    problem = siting_problem(instance.times, weight=instance.weight, limit_min=radius, number=number)
    return solve_maximal_covering(problem, **how)


def _set_covering(instance: Instance, **how: Any) -> SitingSolution:
    from optimizer.models.siting.set_covering import solve_set_covering

    return solve_set_covering(siting_problem(instance.times, limit_min=instance.radius), **how)


def _capacitated(instance: Instance, **how: Any) -> SitingSolution:
    from optimizer.models.siting.capacitated import solve_capacitated
    from optimizer.models.siting.sizes import building_sizes

    assert instance.capacity is not None
    assert instance.fixed_cost is not None
    sizes = building_sizes(instance.capacity, fixed_cost=instance.fixed_cost)
    problem = siting_problem(instance.times, weight=instance.weight)
    return solve_capacitated(problem, sizes, cost_per_minute=1.0, **how)


SOLVERS: dict[str, Callable[..., SitingSolution]] = {
    "p-median": _p_median,
    "p-center": _p_center,
    "capacitated": _capacitated,
    "maximal-covering": _maximal_covering,
    "set-covering": _set_covering,
}


def _row(case: Case, run: Measured[Solved] | Unfinished) -> Row:
    if isinstance(run, Unfinished):
        return Row(case.label, ENGINE, run.seconds, run.peak_mb, status=run.why)
    found = run.answer
    bound = found.bound if math.isfinite(found.bound) else None
    missing = abs(found.value - found.bound)
    return Row(
        case.label,
        ENGINE,
        found.seconds,
        run.peak_mb,
        found.value,
        bound,
        sites=" ".join(found.sites),
        status=found.status,
        gap=None if bound is None else missing / abs(found.value) if missing else 0.0,
        reading_seconds=found.reading_seconds,
    )


def _peer_row(case: Case, name: str, run: PeerRun, own: Row) -> Row:
    engine = f"spopt, PuLP-{name}"
    if isinstance(run, Unfinished):
        return Row(case.label, engine, run.seconds, run.peak_mb, status=run.why)
    found = run.answer
    return Row(
        case.label,
        engine,
        found.seconds,
        run.peak_mb,
        found.value if math.isfinite(found.value) else None,
        sites=" ".join(map(str, found.sites)),
        exact=own.value is not None and same(found.value, own.value),
        status="optimal" if found.optimal else "not finished",
    )


def same(one: float, other: float) -> bool:
    """Whether two values are the same but for rounding."""
    return math.isclose(one, other, rel_tol=CLOSE, abs_tol=CLOSE)


def with_references(rows: list[Row], optima: Path) -> list[Row]:
    """Put what is published beside the rows of our own, and whether it was found.

    Where demands of a file were cut short, what is published is of the mended ones.
    """
    with optima.open(encoding="utf-8", newline="") as file:
        published = {
            f"{PUBLISHED[kind]} {line['instance']}": float(line["value"])
            for line in csv.DictReader(file)
            if (kind := line["problem"].split()[0].lower()) in PUBLISHED
        }
    cut_short = {row.case.removesuffix(MENDED) for row in rows if row.case.endswith(MENDED)}
    referred = []
    for row in rows:
        best = published.get(row.case.removesuffix(MENDED))
        if best is not None and row.engine == ENGINE and row.case not in cut_short:
            row = replace(row, reference=best, exact=row.value is not None and same(row.value, best))
        referred.append(row)
    return referred


def summary(rows: list[Row]) -> Iterator[str]:
    """Seconds and proofs by model, then how the peer compares, then what did not match."""
    own = {row.case: row for row in rows if row.engine == ENGINE}
    for model in dict.fromkeys(case.split()[0] for case in own):
        mine = [row for case, row in own.items() if case.split()[0] == model]
        seconds = [row.seconds for row in mine]
        proven = sum(row.status == "proven" for row in mine)
        matched = [row.exact for row in mine if row.reference is not None]
        said = f", {sum(map(bool, matched))} of {len(matched)} published optima met" if matched else ""
        yield (
            f"{model}: {len(mine)} instances, {proven} proven, median {statistics.median(seconds):.3g} s, "
            f"max {max(seconds):.3g} s, most {max(row.peak_mb for row in mine):.0f} MB{said}"
        )
    yield from _against_peers(own, [row for row in rows if row.engine != ENGINE])
    yield from (
        f"not the published optimum: {row.case}: {row.value}, published {row.reference}, {row.status}"
        for row in own.values()
        if row.exact is False
    )


def _against_peers(own: dict[str, Row], peers: list[Row]) -> Iterator[str]:
    """Geometric means over the instances that the peer finished, by its faster solver; and those it did not finish."""
    faster: dict[str, Row] = {}
    for row in peers:
        if row.status == "optimal" and own[row.case].value is not None:
            faster[row.case] = min(faster.get(row.case, row), row, key=lambda one: one.seconds)
    models = dict.fromkeys(case.split()[0] for case in faster)
    for model in (*models, "all") if len(models) > 1 else models:
        chosen = [(own[case], row) for case, row in faster.items() if model in (case.split()[0], "all")]
        quicker = statistics.geometric_mean([theirs.seconds / mine.seconds for mine, theirs in chosen])
        memory = statistics.geometric_mean([mine.peak_mb / theirs.peak_mb for mine, theirs in chosen])
        agree = sum(bool(theirs.exact) for _, theirs in chosen)
        yield (
            f"{model}, against spopt's faster solver on the {len(chosen)} that it finished: "
            f"{quicker:.3g} times quicker, {memory:.3g} of its memory (geometric means), same value on {agree}"
        )
    unfinished = [case for case in dict.fromkeys(row.case for row in peers) if case not in faster]
    if unfinished:
        yield f"not finished by spopt: {', '.join(unfinished)}"
