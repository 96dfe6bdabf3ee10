"""Tallies over many scenarios against all the matrices at once, however the work is shared out."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from network import ensembles
from network.customization import UNREACHABLE, customize
from network.ensembles import BINS, Study, Tally, bin_edges, run, run_on_cluster, study
from network.hierarchy import build_hierarchy
from network.labels import times_between

SIDE = 6


@dataclass(frozen=True)
class RandomlySlowed:
    """Closes some links of a network and slows others, by the number of the scenario alone."""

    base_ms: np.ndarray
    closed: int = 8

    def __call__(self, number: int) -> tuple[np.ndarray, np.ndarray]:
        links = np.random.default_rng([3, number]).choice(len(self.base_ms), 3 * self.closed, replace=False)
        times = self.base_ms[links] * 3
        times[: self.closed] = UNREACHABLE
        return links.astype(np.int32), times.astype(np.int32)


@pytest.fixture(scope="module")
def asked() -> Study:
    number = np.arange(SIDE * SIDE).reshape(SIDE, SIDE)
    low = np.concatenate([number[:, :-1].ravel(), number[:-1].ravel()])
    high = np.concatenate([number[:, 1:].ravel(), number[1:].ravel()])
    tail, head = np.concatenate([low, high]), np.concatenate([high, low])
    base = np.random.default_rng(1).integers(1000, 9000, len(tail)).astype(np.int32)
    hierarchy = build_hierarchy(SIDE * SIDE, tail, head, np.random.default_rng(2).permutation(SIDE * SIDE))
    return study(hierarchy, base, RandomlySlowed(base), [0, 7, 14, 21], np.arange(SIDE * SIDE))


def all_times(asked: Study, scenarios: int) -> np.ndarray:
    """(K, S, T) every matrix, made one at a time."""
    matrices = []
    for number in range(scenarios):
        links, milliseconds = asked.draw(number)
        ms = asked.base_ms.copy()
        ms[links] = milliseconds
        matrices.append(times_between(asked.hierarchy, customize(asked.hierarchy, ms), asked.sources, asked.targets)[0])
    return np.stack(matrices)


def same(one: Tally, other: Tally) -> bool:
    return all(
        np.array_equal(getattr(one, name), getattr(other, name))
        for name in ("scenarios", "reached", "total_ms", "delays")
    )


def test_probability_and_mean_are_those_of_all_the_matrices(asked: Study) -> None:
    times = all_times(asked, 50).astype(float)
    times[times >= UNREACHABLE] = np.nan
    tally = run(asked, 50)
    assert np.array_equal(tally.probability, np.mean(~np.isnan(times), axis=0))
    assert (tally.probability < 1).any()
    assert np.allclose(tally.mean_ms, np.nanmean(times, axis=0))


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 1.0])
def test_quantiles_are_right_to_an_eighth_of_the_delay(asked: Study, share: float) -> None:
    times = np.sort(all_times(asked, 50).astype(float), axis=0)
    wanted = times[int(np.ceil(50 * share)) - 1]
    found = run(asked, 50).quantile_ms(share)
    base = asked.base_times()
    reached = wanted < UNREACHABLE
    assert np.array_equal(np.isinf(found), ~reached)
    delay = (wanted - base)[reached]
    assert (np.abs(found - wanted)[reached] <= delay / 8 + base[reached] / 256 + 1e-6).all()
    assert (delay > 0).any() or share < 0.5


def test_sources_of_a_group_count_as_one_by_the_quickest(asked: Study) -> None:
    grouped = study(asked.hierarchy, asked.base_ms, asked.draw, asked.sources, asked.targets, [0, 1, 0, 1])
    times = all_times(asked, 20)
    pairs = np.stack([times[:, [0, 2]].min(axis=1), times[:, [1, 3]].min(axis=1)], axis=1)
    tally = run(grouped, 20)
    assert grouped.shape == (2, SIDE * SIDE)
    assert np.array_equal(tally.reached, (pairs < UNREACHABLE).sum(axis=0))
    assert np.array_equal(tally.total_ms, np.where(pairs < UNREACHABLE, pairs, 0).sum(axis=0))


def test_the_way_to_the_road_counts_before_the_quickest_is_chosen(asked: Study) -> None:
    before, after = np.array([0, 90_000, 5_000, 1]), np.arange(SIDE * SIDE) * 10
    far = study(asked.hierarchy, asked.base_ms, asked.draw, asked.sources, asked.targets, [0] * 4, before, after)
    times = all_times(asked, 20)
    there = times < UNREACHABLE
    whole = np.where(there, times + before[:, None] + after, UNREACHABLE).min(axis=1)
    tally = run(far, 20)
    assert np.array_equal(tally.reached[0], there.any(axis=1).sum(axis=0))
    assert np.array_equal(tally.total_ms[0], np.where(there.any(axis=1), whole, 0).sum(axis=0))


def test_threads_and_batches_do_not_change_a_bit(asked: Study) -> None:
    whole = run(asked, 37, threads=1)
    assert same(run(asked, 37, threads=4, lanes=5), whole)
    assert same(run(asked, 37, threads=2, lanes=1), whole)


def test_parts_add_up_to_the_whole(asked: Study) -> None:
    whole, parts = run(asked, 40), Tally.empty(asked.base_times(), 40)
    for numbers in (range(25, 40), range(25)):
        parts.add(ensembles._piece(asked, numbers, 40))
    assert same(parts, whole)


def test_a_cluster_gives_the_same_to_the_last_bit(asked: Study) -> None:
    distributed = pytest.importorskip("distributed")
    told: list[int] = []
    with distributed.LocalCluster(
        n_workers=2, threads_per_worker=1, dashboard_address=None, processes=False, protocol="tcp"
    ) as cluster:
        found = run_on_cluster(asked, 50, cluster.scheduler_address, done=told.append)
    assert same(found, run(asked, 50))
    assert told[-1] == 50


def test_progress_is_told_and_an_interruption_stops_the_work(asked: Study) -> None:
    told: list[int] = []
    run(asked, 33, done=told.append)
    assert told[-1] == 33

    def interrupt(count: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run(asked, 100_000, done=interrupt)


@given(st.integers(1, 10**7), st.integers(0, 2**30 - 2))
@settings(deadline=None)
def test_every_delay_falls_between_the_edges_of_its_column(base: int, delay: int) -> None:
    time = min(base + delay, UNREACHABLE - 1)
    column, edges = ensembles._column(time, base), bin_edges()
    share = (time - base) / base
    assert 0 <= column < BINS
    if column == BINS - 1:
        assert share >= edges[column]
    elif column > 0:
        assert edges[column] <= share + 1e-12
        assert share < edges[column + 1] + 1e-12
    else:
        assert time <= base


def test_a_column_is_an_eighth_of_an_octave() -> None:
    edges = bin_edges()[2:-1]
    assert len(bin_edges()) == BINS + 1
    assert (np.diff(edges) <= edges[:-1] / 8 + 1e-12).all()
    assert (edges[0], edges[-1]) == (1 / 256, 64)


def test_a_pair_with_no_way_in_the_base_has_no_quantile(asked: Study) -> None:
    base = np.full((1, 1), UNREACHABLE, dtype=np.int32)
    tally = Tally.empty(base, 1)
    tally.count(np.array([[[5000]]], dtype=np.int32))
    assert tally.probability.tolist() == [[1.0]]
    assert tally.mean_ms.tolist() == [[5000.0]]
    assert np.isnan(tally.quantile_ms(0.9)).all()
    with pytest.raises(ValueError, match="share"):
        tally.quantile_ms(0)
