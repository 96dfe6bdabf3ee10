"""What every section of the orders is written from."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd

from optimizer.dispatch.report.activities import activities
from optimizer.dispatch.report.told import Told
from optimizer.report.paper.document import Align, Block, Paragraph, Table

Row = dict[str, Any]


class OrderCase:
    """A dispatch with its words, its rows by carrier and by trip.

    Attributes
    ----------
    told : Told
    ways, tasks, places : dict of str to dict
        Rows by id.
    """

    def __init__(self, told: Told) -> None:
        self.told = told
        self.ways, self.tasks, self.places = (
            {str(row[key]): row for row in self.rows(name)}
            for name, key in (("ways", "way_id"), ("tasks", "task_id"), ("places", "place_id"))
        )
        self._done = _by(rows_of(activities(told.dispatch)), "carrier_id")
        self._trips = _by(self.rows("trips"), "carrier_id")
        self._loads = _by(self.rows("loads"), "trip_id")

    def rows(self, name: str) -> list[Row]:
        """Rows of a table of the dispatch."""
        return rows_of(self.told.dispatch.tables[name])

    def done_by(self, carrier_id: str) -> list[Row]:
        """What a carrier does, in order; see :func:`~optimizer.dispatch.report.activities.activities`."""
        return self._done.get(carrier_id, [])

    def trips_of(self, carrier_id: str) -> list[Row]:
        """Its trips, in order."""
        return sorted(self._trips.get(carrier_id, []), key=lambda row: float(row["loading_min"]))

    def loads_of(self, trip_id: str, stop: float | None = None) -> list[Row]:
        """What a trip carries, to one stop or to all, stop by stop."""
        rows = sorted(self._loads.get(trip_id, []), key=lambda row: float(row["stop"]))
        return [row for row in rows if stop is None or row["stop"] == stop]

    def load(self, rows: Iterable[Row]) -> str:
        """Goods in a few words, lots of one item together."""
        units: dict[tuple[str, str], float] = {}
        for row in rows:
            item = (self.told.words.item(row["item_id"]), str(row["unit"]))
            units[item] = units.get(item, 0.0) + row["quantity"]
        told = (
            self.told("goods", item=item, units=self.units(count), unit=unit) for (item, unit), count in units.items()
        )
        return self.told.words.joined(told)

    def units(self, quantity: float) -> str:
        """A quantity; empty where there is none."""
        return self.told.number(quantity, 2)

    def table(self, caption: str, columns: Sequence[tuple[str, Align, float]], rows: Iterable[Sequence[str]]) -> Table:
        """A table; ``columns`` give the word of the heading, side and share of the width."""
        headings = tuple(self.told(f"c_{name}") for name, _, _ in columns)
        aligns, widths = tuple(align for _, align, _ in columns), tuple(width for _, _, width in columns)
        return Table(self.told(f"t_{caption}"), headings, aligns, widths, tuple(tuple(row) for row in rows))

    def listed(
        self, name: str, columns: Sequence[tuple[str, Align, float]], rows: Sequence[Sequence[str]]
    ) -> tuple[Block, ...]:
        """A table of a section, or that there is nothing."""
        return (self.table(name, columns, rows),) if rows else (Paragraph(self.told("nothing")),)


def rows_of(table: pd.DataFrame) -> list[Row]:
    """Rows of any table."""
    return [{str(key): value for key, value in row.items()} for row in table.to_dict("records")]


def _by(rows: Iterable[Row], key: str) -> dict[str, list[Row]]:
    groups: dict[str, list[Row]] = {}
    for row in rows:
        groups.setdefault(str(row[key]), []).append(row)
    return groups
