"""Check that every row is named once and that every reference leads to a row."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from typing import Any

from network.problem import Problem
from optimizer.region.draft import Draft
from optimizer.region.schema import Column
from optimizer.region.typed_table import TypedTable


def check_keys(draft: Draft) -> Iterator[Problem]:
    """Rows that bear the same key, and ids that no row of the table they refer to bears."""
    for table in draft.tables.values():
        yield from _doubled(table)
        for column in table.table.columns:
            if column.refers_to and draft.whole(column.refers_to):
                yield from _dangling(table, column, draft.tables[column.refers_to])


def _doubled(table: TypedTable) -> Iterator[Problem]:
    key = list(table.table.key)
    frame = table.frame[key]
    complete = (frame != "").all(axis=1)
    first: dict[tuple[object, ...], int] = {}
    for row, values in enumerate(frame.itertuples(index=False, name=None)):
        if not complete.iloc[row]:
            continue
        if values in first:
            file, number = table.places[first[values]]
            shown = " / ".join(map(str, values))
            yield table.problem(row, key[0], "doubled_row", value=shown, file=file, other=number)
        first.setdefault(values, row)


def _dangling(table: TypedTable, column: Column, target: TypedTable) -> Iterator[Problem]:
    id_column = target.table.key[0]
    known = set(target.frame[id_column]) - {""}
    names = dict(zip(target.frame["name"], target.frame[id_column], strict=True)) if "name" in target.frame else {}
    values: dict[str, Any] = {"table": target.table.name, "title": target.table.title}
    for row, value in enumerate(table.frame[column.name]):
        if value == "" or value in known:
            continue
        nearest = nearest_id(value, known, names)
        words = "nearly_an_id" if nearest else "unknown_id"
        yield table.problem(row, column.name, words, value=value, nearest=nearest, **values)


def nearest_id(value: str, known: set[str], names: dict[str, str] | None = None) -> str:
    """Give the id that was probably meant: of the row of that name, or the one most alike; else empty."""
    if names and value in names:
        return names[value]
    # Thousands of ids that differ in their last figure make a poor and slow suggestion.
    close = get_close_matches(value, sorted(known), n=1, cutoff=0.75) if len(known) <= 2000 else []
    return close[0] if close else ""
