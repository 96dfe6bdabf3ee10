"""Which lots leave a depot with which load: the first to expire goes first, load after load in the order of loading."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd


@dataclass(frozen=True)
class Drawn:
    """Units that one load takes of one item."""

    load: int
    depot_id: str
    item_id: str
    units: float


def draw_lots(lots: pd.DataFrame, drawn: Sequence[Drawn]) -> Iterator[tuple[int, str, float]]:
    """Give each of ``drawn``, in their order, its lots.

    Parameters
    ----------
    lots : DataFrame
        ``depot_id``, ``item_id``, ``lot_id``, ``quantity``; the first to expire come first.

    Yields
    ------
    tuple
        ``load``, ``lot_id``, units.
    """
    left = {
        key: deque((str(lot), float(units)) for lot, units in zip(group["lot_id"], group["quantity"], strict=True))
        for key, group in lots.groupby(["depot_id", "item_id"], sort=False)
    }
    for one in drawn:
        wanted = one.units
        queue = left.get((one.depot_id, one.item_id), deque())
        while wanted > 0 and queue:
            lot, units = queue.popleft()
            taken = min(wanted, units)
            yield one.load, lot, taken
            wanted -= taken
            if units > taken:
                queue.appendleft((lot, units - taken))
        assert wanted <= 0, "no more leaves a depot than lies there"
