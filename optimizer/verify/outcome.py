"""What a check of a plan folder compares, and how it tells what does not hold."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike, NDArray

from network.words import Phrase
from optimizer.dispatch.tables import DISPATCH_TABLES
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.region.region import Region
from optimizer.region.schema import Table
from optimizer.siting.stated.tables import SITING_TABLES


@dataclass(frozen=True)
class Tolerance:
    """How far a claim may be from what is recomputed: ``absolute`` or ``relative`` to the larger of the two.

    The tolerances, :data:`UNITS` and its like, allow for a solver's feasibility tolerance and for decimals in a CSV
    file, and for nothing that a planner would act on.
    """

    absolute: float
    relative: float

    def slack(self, *values: ArrayLike) -> NDArray[np.float64]:
        """How far apart ``values`` may be."""
        sizes = [np.abs(np.nan_to_num(np.asarray(value, dtype=float), posinf=0, neginf=0)) for value in values]
        slack: NDArray[np.float64] = self.absolute + self.relative * np.maximum.reduce(sizes)
        return slack


UNITS = Tolerance(1e-3, 1e-6)
"""Units of an item, people, person-items, m³, vehicles and loads."""
MONEY = Tolerance(0.01, 1e-6)
"""CNY."""
MINUTES = Tolerance(0.01, 0.0)
"""Driving times of one trip."""
WORKING_MINUTES = Tolerance(0.1, 1e-5)
"""Vehicle minutes, which add up many loads."""
SHARES = Tolerance(1e-6, 1e-6)
"""Probabilities, weights, shares."""


@dataclass(frozen=True)
class Outcome:
    """How many claims were looked at, and a sentence for each that does not hold."""

    claims: int = 0
    failures: tuple[Phrase, ...] = ()

    def __add__(self, other: Outcome) -> Outcome:
        """Put two together."""
        return Outcome(self.claims + other.claims, self.failures + other.failures)


@dataclass(frozen=True)
class Claims:
    """What a plan folder claims, and the region that it says it was made from.

    Attributes
    ----------
    region : Region
        Read from the folder's own copy.
    tables : mapping of str to DataFrame
        Every plan table by name, columns typed as declared, row numbers 0…n−1.
    document : mapping of str to object
        ``plan.json``.
    """

    region: Region
    tables: Mapping[str, pd.DataFrame]
    document: Mapping[str, object]

    def items(self) -> pd.DataFrame:
        """Items by ``item_id``, with ``pack_size`` and ``upkeep_share`` never missing."""
        items = self.region.tables["items"].set_index("item_id")
        pack, upkeep = items["pack_size"].fillna(1.0).clip(lower=1.0), items["upkeep_share"].fillna(0.0)
        return items.assign(pack_size=pack, upkeep_share=upkeep)

    def relief(self) -> pd.Series:
        """Whether an item is relief with a norm, by ``item_id``: what scenarios want and depots hold."""
        items = self.items()
        return (items["use"] == "relief") & items.index.isin(self.region.tables["norms"]["item_id"])


SITING, DISPATCH = "siting.", "dispatch."
"""Begin the name of a table of such a folder, where a plan folder may have one of the same name."""
_FOLDERS = {"": PLAN_TABLES, SITING: SITING_TABLES, DISPATCH: DISPATCH_TABLES}


def plan_table(name: str) -> Table:
    """Declaration of the table ``name`` of a plan folder, or of a siting or dispatch folder."""
    plain = plain_name(name)
    return next(table for table in _FOLDERS[name.removesuffix(plain)] if table.name == plain)


def plain_name(name: str) -> str:
    """Name of a table without its folder's."""
    return name.rpartition(".")[2]


def equal(name: str, rows: pd.DataFrame, column: str, recomputed: ArrayLike, tolerance: Tolerance = UNITS) -> Outcome:
    """Compare a column of numbers with what is recomputed, row by row; missing equals missing."""
    claimed = rows[column].to_numpy(dtype=float)
    found = np.broadcast_to(np.asarray(recomputed, dtype=float), claimed.shape)
    with np.errstate(invalid="ignore"):
        near = np.abs(claimed - found) <= tolerance.slack(claimed, found)
    same = near | (claimed == found) | (np.isnan(claimed) & np.isnan(found))
    return _differing(name, rows, column, claimed, found, same)


def equal_text(name: str, rows: pd.DataFrame, column: str, recomputed: Iterable[object]) -> Outcome:
    """Compare a column of texts."""
    claimed = rows[column].fillna("").astype(str).to_numpy(dtype=object)
    found = np.array(["" if value is None else str(value) for value in recomputed], dtype=object)
    return _differing(name, rows, column, claimed, found, claimed == found)


def at_most(
    name: str, rows: pd.DataFrame, what: str, claimed: ArrayLike, limit: ArrayLike, tolerance: Tolerance = UNITS
) -> Outcome:
    """Check ``claimed ≤ limit`` row by row; ``what`` is the entry of the catalogue that says what is limited."""
    value = np.broadcast_to(np.asarray(claimed, dtype=float), len(rows))
    most = np.broadcast_to(np.asarray(limit, dtype=float), len(rows))
    wrong = ~(value <= most + tolerance.slack(value, most))
    failures = tuple(
        Phrase(
            "optimizer.verify.exceeds",
            table=table_phrase(name),
            row=row_words(name, rows, int(i)),
            what=Phrase(f"optimizer.verify.{what}"),
            claim=number(value[i]),
            value=number(most[i]),
        )
        for i in np.flatnonzero(wrong)
    )
    return Outcome(len(rows), failures)


def holds(name: str, rows: pd.DataFrame, entry: str, right: ArrayLike, **values: ArrayLike) -> Outcome:
    """Check a condition row by row; ``entry`` of the catalogue says what is wrong, with ``values`` of that row."""
    wrong = np.flatnonzero(~np.broadcast_to(np.asarray(right, dtype=bool), len(rows)))
    filled = {key: np.broadcast_to(np.asarray(value, dtype=object), len(rows)) for key, value in values.items()}
    failures = tuple(
        Phrase(
            "optimizer.verify.in_row",
            table=table_phrase(name),
            row=row_words(name, rows, int(i)),
            what=Phrase(f"optimizer.verify.{entry}", **{key: value[i] for key, value in filled.items()}),
        )
        for i in wrong
    )
    return Outcome(len(rows), failures)


def none_missing(name: str, key: Sequence[str], stated: pd.DataFrame, expected: pd.DataFrame) -> Outcome:
    """Check that every row of ``expected`` stands in the table too, by ``key``."""
    known = pd.MultiIndex.from_frame(stated[list(key)].astype(str))
    rows = pd.MultiIndex.from_frame(expected[list(key)].astype(str))
    failures = tuple(
        Phrase("optimizer.verify.row_missing", table=table_phrase(name), row=_named(key, row))
        for row in rows[~rows.isin(known)]
    )
    return Outcome(len(rows), failures)


def said(entry: str, *, right: bool, **values: object) -> Outcome:
    """One claim about the whole plan."""
    return Outcome(1, () if right else (Phrase(f"optimizer.verify.{entry}", **values),))


def table_phrase(name: str) -> Phrase:
    """Name of a plan table in both languages."""
    return Phrase("optimizer.verify.table", zh=plan_table(name).title, en=plain_name(name))


def column_phrase(name: str, column: str) -> Phrase:
    """Name of a column of a plan table in both languages."""
    return Phrase("optimizer.verify.column", zh=plan_table(name).column(column).heading, en=column)


def row_words(name: str, rows: pd.DataFrame, i: int) -> str:
    """Say which row is meant, by the table's key."""
    key = [column for column in plan_table(name).key if column in rows]
    return _named(key, [rows[column].iloc[i] for column in key])


def number(value: float) -> str:
    """A number as a reader compares it."""
    return f"{float(value):,.10g}"


def _named(key: Sequence[str], values: Iterable[object]) -> str:
    return ", ".join(f"{column}={value}" for column, value in zip(key, values, strict=True))


def _differing(
    name: str,
    rows: pd.DataFrame,
    column: str,
    claimed: NDArray[np.generic],
    found: NDArray[np.generic],
    same: NDArray[np.bool_],
) -> Outcome:
    def shown(value: object) -> str:
        return value or "—" if isinstance(value, str) else number(float(value))  # type: ignore[arg-type]

    failures = tuple(
        Phrase(
            "optimizer.verify.differs",
            table=table_phrase(name),
            row=row_words(name, rows, int(i)),
            column=column_phrase(name, column),
            claim=shown(claimed[i]),
            value=shown(found[i]),
        )
        for i in np.flatnonzero(~np.asarray(same))
    )
    return Outcome(len(rows), failures)
