"""What differs from the last orders: other teams, depots, shelters or times, and who could not go on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import pandas as pd

from network.words import Language
from optimizer.dispatch.resume.kept import HeldUp
from optimizer.dispatch.rows import rows_by
from optimizer.dispatch.tables import CHANGED

SAME_MIN = 1.0
"""Minutes by which the same may be told twice."""


def changed_table(
    before: Mapping[str, pd.DataFrame], now: Mapping[str, pd.DataFrame], held_up: Sequence[HeldUp], language: Language
) -> pd.DataFrame:
    """Compare orders, as :data:`~optimizer.dispatch.tables.CHANGED`.

    Parameters
    ----------
    before, now : mapping of str to DataFrame
        Tables ``tasks``, ``requests`` and ``evacuees``.
    held_up : sequence of HeldUp
    """
    why: dict[tuple[str, str], list[str]] = {}
    for one in held_up:
        said = one.why.say(language)
        told = why.setdefault((one.kind, one.for_id), [])
        told += [] if said in told else [said]
    rows = [
        *_differing("task", "task_id", "team_ids", "start_min", before["tasks"], now["tasks"]),
        *_differing("request", "request_id", "depot_ids", "last_min", before["requests"], now["requests"]),
        *_differing("place", "place_id", "shelter_id", "last_min", _by_place(before), _by_place(now)),
    ]
    differing = {(str(row["kind"]), str(row["for_id"])) for row in rows}
    rows += [
        {"kind": kind, "for_id": for_id, "before": "", "after": "", "before_min": np.nan, "after_min": np.nan}
        for kind, for_id in why
        if (kind, for_id) not in differing
    ]
    told_rows = [row | {"why": "；".join(why.get((str(row["kind"]), str(row["for_id"])), ()))} for row in rows]
    return pd.DataFrame(told_rows, columns=[column.name for column in CHANGED.columns])


def _differing(
    kind: str, key: str, by: str, minute: str, before: pd.DataFrame, now: pd.DataFrame
) -> Iterator[dict[str, object]]:
    then = rows_by(before, key)
    for name, row in rows_by(now, key).items():
        old = then.get(name)
        if old is not None and (_set(getattr(old, by)) != _set(getattr(row, by)) or _moved(old, row, minute)):
            yield {
                "kind": kind,
                "for_id": name,
                "before": getattr(old, by),
                "after": getattr(row, by),
                "before_min": getattr(old, minute),
                "after_min": getattr(row, minute),
            }


def _moved(old: Any, row: Any, minute: str) -> bool:
    """Whether something is done at another minute, or no more, or at last."""
    then, now = float(getattr(old, minute)), float(getattr(row, minute))
    if np.isnan(then) or np.isnan(now):
        return bool(np.isnan(then) != np.isnan(now))
    return abs(then - now) > SAME_MIN


def _set(listed: Any) -> frozenset[str]:
    return frozenset(str(listed).split(";")) - {""}


def _by_place(tables: Mapping[str, pd.DataFrame]) -> pd.DataFrame:
    """A row for each place, with all its shelters."""
    together = tables["evacuees"].groupby("place_id")
    shelters, last = together["shelter_id"].agg(";".join), together["last_min"].max()
    return pd.DataFrame({"place_id": shelters.index, "shelter_id": shelters.to_numpy(), "last_min": last.to_numpy()})
