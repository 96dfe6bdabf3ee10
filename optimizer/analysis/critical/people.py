"""What each loss of road means for the residents of villages and communities."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import Phrase
from optimizer.analysis.critical.losses import Losses
from optimizer.analysis.critical.services import RELIEF, Ints, Reach, Ways
from optimizer.progress import Progress, silent

LANES = 16
"""So many losses are searched at once."""


@dataclass(frozen=True)
class Harm:
    """What one loss does to settlements, each told by its place in ``Reach.settlements``.

    Attributes
    ----------
    cut_off : (a,) int64
        A depot reached them and none does any more.
    beyond_response : (b,) int64
        A rescue circle that was met is not met any more.
    beyond_relief : (c,) int64
        Basic relief could come within its hours and cannot any more, or they are cut off.
    person_min : float
        Residents times the minutes more that each service takes to them, where it still reaches them.
    """

    cut_off: Ints
    beyond_response: Ints
    beyond_relief: Ints
    person_min: float

    @property
    def beyond(self) -> Ints:
        """Settlements beyond a standard time, each once."""
        return np.union1d(self.beyond_response, self.beyond_relief)


_NOBODY: Ints = np.empty(0, dtype=np.int64)
UNHARMED = Harm(_NOBODY, _NOBODY, _NOBODY, 0.0)
"""A loss that lies on no way of a service: each way stays, and without links no other becomes shorter."""


def find_harm(reach: Reach, losses: Losses, ways: Ways, progress: Progress = silent) -> tuple[Harm, ...]:
    """Lose every loss by itself.

    Parameters
    ----------
    reach : Reach
    losses : Losses
    ways : Ways
        Of ``reach``. What lies on none of them is not searched, and what does for the settlements at their ends alone.
    progress : callable, optional

    Returns
    -------
    tuple of Harm
        One a loss.
    """
    crossed = losses.crossed(ways.links).tocoo()
    pairs = pd.DataFrame({"loss": crossed.col, "way": crossed.row})
    pairs = pairs.assign(service=ways.service[pairs["way"]], settlement=ways.settlement[pairs["way"]])
    # Neighbours in one batch share the settlements that are looked at.
    order = pairs.groupby("loss")["settlement"].min().sort_values(kind="stable").index.to_numpy(np.int64)
    own = dict(iter(pairs.groupby("loss")))
    found = [UNHARMED] * len(losses.losses)
    for done, batch in batches(order):
        progress(Phrase("optimizer.critical.searching", done=done, count=len(order)), done / len(order))
        lanes = {name: losses.without(times, batch) for name, times in reach.link_ms.items()}
        hit = np.unique(np.concatenate([own[loss]["settlement"].to_numpy(np.int64) for loss in batch]))
        after = reach.without(lanes, hit)
        for lane, loss in enumerate(batch):
            rows = own[loss]
            service, settlement = rows["service"].to_numpy(np.int64), rows["settlement"].to_numpy(np.int64)
            later = after[service, np.searchsorted(hit, settlement), lane]
            found[loss] = _harm(reach, service, settlement, later)
    return tuple(found)


def batches(order: Ints) -> Iterator[tuple[int, Ints]]:
    """Cut an order into batches of :data:`LANES`, each with the count before it."""
    for start in range(0, len(order), LANES):
        yield start, order[start : start + LANES]


def _harm(reach: Reach, service: Ints, settlement: Ints, later: NDArray[np.float64]) -> Harm:
    """Compare the times of pairs of service and settlement with those before."""
    before = reach.free_min[service, settlement]
    limit = np.stack([one.limit_min for one in reach.services])[service, settlement]
    relief = np.array([one.name == RELIEF for one in reach.services])[service]
    broken = (before <= limit) & (later > limit)
    lost = np.isinf(later)
    longer = np.where(lost, 0.0, later - before)
    residents = reach.residents[settlement]
    return Harm(
        cut_off=np.unique(settlement[relief & lost]),
        beyond_response=np.unique(settlement[~relief & broken]),
        beyond_relief=np.unique(settlement[relief & (broken | lost)]),
        person_min=float(residents @ longer),
    )
