"""Travel times over very many scenarios, reduced as they come: never a thousand matrices in memory.

Of each pair of sites a :class:`Tally` keeps how often there is a way, the sum of the times, and a histogram of the
delay against the base network. All of it is whole numbers, so that sums do not hang on their order: one thread, many,
or a cluster of machines give the same to the last bit.

The histogram
    Column 0 counts times no longer than the base's. The others are for a delay as a share of the base time: eight to an
    octave from 1/256 to 64, so that a delay is known to within an eighth of itself (a time that doubled, to within 6 %
    of the whole), a delay below 1/256 to within that.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numba import njit
from numpy.typing import ArrayLike, NDArray

from network.customization import UNREACHABLE, Metric, customize, empty_metric
from network.hierarchy import Hierarchy, Int32s
from network.labels import times_between

LANES = 16
"""Scenarios customized side by side."""

Counts = NDArray[np.unsignedinteger[Any]]

_PARTS = 256
_SUBBINS_LOG2 = 3
_OCTAVES = 14
BINS = 2 + (_OCTAVES << _SUBBINS_LOG2) + 1
"""Columns of the histogram: none, less than a part, eight an octave, more than all."""


class Draw(Protocol):
    """What scenario ``number`` does to the roads; the same number always gives the same."""

    def __call__(self, number: int) -> tuple[Int32s, Int32s]:
        """(k,) links whose time changes, and (k,) milliseconds that each then takes."""


@dataclass(frozen=True)
class Study:
    """What is asked of an ensemble: frozen, and fit to be sent to another machine.

    Attributes
    ----------
    hierarchy : Hierarchy
    base_ms : (m,) int32
        Link times without an event, against which delays are counted: no scenario should be quicker.
    draw : Draw
    sources, targets : (S,), (T,) int32
        Nodes.
    groups : (S,) int32
        Of the sources of one group, numbered from 0, only the quickest to a target counts.
    source_ms, target_ms : (S,), (T,) int32
        What the way between the site and its node takes, added to every time.
    """

    hierarchy: Hierarchy
    base_ms: Int32s
    draw: Draw
    sources: Int32s
    targets: Int32s
    groups: Int32s
    source_ms: Int32s
    target_ms: Int32s

    @property
    def shape(self) -> tuple[int, int]:
        """Groups and targets, (G, T)."""
        return int(self.groups.max(initial=-1)) + 1, len(self.targets)

    def base_times(self) -> Int32s:
        """(G, T) milliseconds without an event."""
        times: Int32s = self._grouped(customize(self.hierarchy, self.base_ms))[0]
        return times

    def times(self, numbers: Sequence[int], room: Metric) -> Int32s:
        """(K, G, T) milliseconds in K scenarios; ``room`` has as many lanes or more."""
        lanes = np.repeat(self.base_ms[:, None], len(numbers), axis=1)
        for lane, number in enumerate(numbers):
            links, milliseconds = self.draw(number)
            lanes[links, lane] = milliseconds
        fits = room.lanes == len(numbers)
        return self._grouped(customize(self.hierarchy, lanes, room if fits else None))

    def _grouped(self, metric: Metric) -> Int32s:
        times = times_between(self.hierarchy, metric, self.sources, self.targets)
        times += self.source_ms[:, None] + self.target_ms
        np.minimum(times, UNREACHABLE, out=times)
        if np.array_equal(self.groups, np.arange(len(self.sources))):
            return times
        least = np.full((metric.lanes, *self.shape), UNREACHABLE, dtype=np.int32)
        for source, group in enumerate(self.groups):
            np.minimum(least[:, group], times[:, source], out=least[:, group])
        return least


@dataclass(frozen=True)
class Tally:
    """What is counted of G groups of sources by T targets.

    Attributes
    ----------
    base_ms : (G, T) int32
    scenarios : (1,) int64
    reached : (G, T) int32
        Scenarios in which there is a way.
    total_ms : (G, T) int64
        Sum of their times.
    delays : (G, T, BINS) uint16 or uint32
        Scenarios by delay; see the module's text.
    """

    base_ms: Int32s
    scenarios: NDArray[np.int64]
    reached: Int32s
    total_ms: NDArray[np.int64]
    delays: Counts

    @classmethod
    def empty(cls, base_ms: Int32s, most: int) -> Tally:
        """Nothing counted yet, with room for ``most`` scenarios."""
        count = np.uint16 if most <= np.iinfo(np.uint16).max else np.uint32
        return cls(
            base_ms,
            np.zeros(1, dtype=np.int64),
            np.zeros(base_ms.shape, dtype=np.int32),
            np.zeros(base_ms.shape, dtype=np.int64),
            np.zeros((*base_ms.shape, BINS), dtype=count),
        )

    def count(self, times_ms: Int32s) -> None:
        """Count in K more scenarios, (K, G, T) milliseconds."""
        self.scenarios[0] += len(times_ms)
        _count(times_ms, self.base_ms, self.reached, self.total_ms, self.delays)

    def add(self, other: Tally) -> None:
        """Count in all that ``other`` counted."""
        for name in ("scenarios", "reached", "total_ms", "delays"):
            own = getattr(self, name)
            own += getattr(other, name)

    @property
    def probability(self) -> NDArray[np.float64]:
        """(G, T) share of the scenarios in which there is a way."""
        share: NDArray[np.float64] = self.reached / self.scenarios[0]
        return share

    @property
    def mean_ms(self) -> NDArray[np.float64]:
        """(G, T) mean time of the scenarios in which there is a way; infinite where there never is."""
        mean = np.full(self.reached.shape, np.inf)
        np.divide(self.total_ms, self.reached, out=mean, where=self.reached > 0)
        return mean

    def quantile_ms(self, share: float) -> NDArray[np.float64]:
        """(G, T) time that is kept in ``share`` of all scenarios; infinite where fewer have a way.

        Not a number where the base has no way, for there no delay can be counted. Within a column of the histogram
        times are taken as spread evenly; see the module's text for what that is worth.
        """
        if not 0 < share <= 1:
            raise ValueError(f"share is {share}, it must be above 0 and at most 1")
        wanted = max(int(np.ceil(share * self.scenarios[0] - 1e-9)), 1)
        times: NDArray[np.float64] = _quantiles(self.delays, self.base_ms, wanted, bin_edges())
        return times


def bin_edges() -> NDArray[np.float64]:
    """(BINS + 1,) delays, as shares of the base time, between which each column of the histogram lies."""
    steps = np.arange(_OCTAVES << _SUBBINS_LOG2)
    octave, part = steps >> _SUBBINS_LOG2, steps & ((1 << _SUBBINS_LOG2) - 1)
    starts = 2.0**octave * (1 + part / (1 << _SUBBINS_LOG2)) / _PARTS
    return np.concatenate([[0.0, 0.0], starts, [2.0**_OCTAVES / _PARTS] * 2])


def study(
    hierarchy: Hierarchy,
    base_ms: NDArray[np.int32],
    draw: Draw,
    sources: ArrayLike,
    targets: ArrayLike,
    groups: ArrayLike | None = None,
    source_ms: ArrayLike = 0,
    target_ms: ArrayLike = 0,
) -> Study:
    """Put together what is asked; without ``groups`` every source counts for itself."""
    starts, ends = np.asarray(sources, dtype=np.int32), np.asarray(targets, dtype=np.int32)
    of = np.arange(len(starts)) if groups is None else np.asarray(groups)
    before, after = (
        np.broadcast_to(np.asarray(ms, dtype=np.int32), nodes.shape).copy()
        for ms, nodes in ((source_ms, starts), (target_ms, ends))
    )
    return Study(hierarchy, base_ms, draw, starts, ends, of.astype(np.int32), before, after)


def run(
    asked: Study,
    scenarios: int,
    *,
    threads: int | None = None,
    lanes: int = LANES,
    done: Callable[[int], None] = lambda count: None,
) -> Tally:
    """Count over scenarios 0, 1, …, all cores at work.

    Parameters
    ----------
    asked : Study
    scenarios : int
    threads : int, optional
        By default one a core.
    lanes : int
        Scenarios side by side; fewer need less memory.
    done : callable
        Told now and then how many scenarios have been counted. An exception from it stops the work.
    """
    tally, adding = Tally.empty(asked.base_times(), scenarios), threading.Lock()
    rooms = threading.local()

    def count(numbers: Sequence[int]) -> None:
        if not hasattr(rooms, "metric"):
            rooms.metric = empty_metric(asked.hierarchy, lanes)
        times = asked.times(numbers, rooms.metric)
        with adding:
            tally.count(times)

    with ThreadPoolExecutor(threads or os.cpu_count() or 1) as pool:
        try:
            for _ in pool.map(count, batches(0, scenarios, lanes)):
                done(int(tally.scenarios[0]))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    return tally


def run_on_cluster(
    asked: Study, scenarios: int, address: str, *, done: Callable[[int], None] = lambda count: None
) -> Tally:
    """Count over scenarios 0, 1, … on the Dask cluster whose scheduler is at ``address``, such as ``tcp://10.0.0.5:8786``.

    The workers need this program, of the same version. What travels is Dask's own pickle, so only a cluster that is
    one's own should be named.

    Raises
    ------
    ImportError
        The extra ``cluster`` is not installed.
    OSError
        No scheduler answers there.
    """
    from distributed import Client, as_completed

    with Client(address, timeout=10) as client:  # type: ignore[no-untyped-call]
        cores = max(sum(client.nthreads().values()), 1)
        piece = max(LANES, -(-scenarios // (4 * cores)))
        there = client.scatter(asked, broadcast=True, hash=False)
        pieces = [range(start, min(start + piece, scenarios)) for start in range(0, scenarios, piece)]
        futures = [client.submit(_piece, there, numbers, scenarios, pure=False) for numbers in pieces]
        tally = Tally.empty(asked.base_times(), scenarios)
        finished: Any
        for finished, part in as_completed(futures, with_results=True):  # type: ignore[no-untyped-call]
            tally.add(part)
            finished.release()
            done(int(tally.scenarios[0]))
    return tally


def batches(start: int, stop: int, size: int) -> Iterator[range]:
    """Cut ``start`` to ``stop`` into ranges of at most ``size``."""
    for first in range(start, stop, size):
        yield range(first, min(first + size, stop))


def _piece(asked: Study, numbers: range, most: int) -> Tally:
    """Count over some of the scenarios: what one task of a cluster does."""
    tally, room = Tally.empty(asked.base_times(), most), empty_metric(asked.hierarchy, LANES)
    for batch in batches(numbers.start, numbers.stop, LANES):
        tally.count(asked.times(batch, room))
    return tally


@njit(cache=True, nogil=True)
def _count(times: Int32s, base: Int32s, reached: Int32s, total: NDArray[np.int64], delays: Counts) -> None:
    """Add scenarios pair by pair, so that a pair's histogram is fetched once for all of them."""
    for g in range(base.shape[0]):
        for t in range(base.shape[1]):
            for k in range(len(times)):
                time = times[k, g, t]
                if time < UNREACHABLE:
                    reached[g, t] += 1
                    total[g, t] += time
                    delays[g, t, _column(time, base[g, t])] += 1


@njit(cache=True, nogil=True)
def _column(time: int, base: int) -> int:
    """Column of the histogram in which ``time`` counts; where the base has no way, no time is a delay."""
    if time <= base:
        return 0
    eight = 1 << _SUBBINS_LOG2
    parts = (time - base) * _PARTS * eight // max(base, 1)
    if parts < eight:
        return 1
    octave = 0
    while parts >> (octave + 1) >= eight:
        octave += 1
    if octave >= _OCTAVES:
        return BINS - 1
    return int(2 + octave * eight + (parts >> octave) - eight)


@njit(cache=True, nogil=True)
def _quantiles(delays: Counts, base: Int32s, wanted: int, edges: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ``wanted``-th shortest time of each pair."""
    times = np.full(base.shape, np.inf)
    for g in range(base.shape[0]):
        for t in range(base.shape[1]):
            seen = 0
            for column in range(BINS):
                here = int(delays[g, t, column])
                if seen + here >= wanted:
                    low, high = edges[column], edges[column + 1]
                    delay = low + (high - low) * (wanted - seen - 0.5) / here
                    times[g, t] = base[g, t] * (1 + delay) if base[g, t] < UNREACHABLE else np.nan
                    break
                seen += here
    return times
