"""The form that every table has: columns, types, units, choices.

The reader, the validator, the workbook template and the column documentation are made from these declarations; the
tables themselves are declared in :mod:`optimizer.region.region_tables` and :mod:`optimizer.plan.plan_tables`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum

SCHEMA_VERSION = 1


class Kind(Enum):
    """What a cell holds."""

    ID = "id"
    TEXT = "text"
    NUMBER = "number"
    WHOLE = "whole number"
    YES_NO = "yes or no"
    DATE = "date"
    CHOICE = "choice"
    CHOICES = "choices"
    LONGITUDE = "longitude"
    LATITUDE = "latitude"
    MARKS = "marks"


@dataclass(frozen=True)
class Column:
    """One column of a table.

    Attributes
    ----------
    name, heading : str
        English and Chinese heading; a file may use either.
    kind : Kind
        ``CHOICES`` holds several choices joined by ``;``. ``MARKS`` says what in the row is an estimate: empty for
        nothing, ``yes`` for the whole row, or column names joined by ``;``.
    meaning_zh, meaning_en : str
    unit : str
        Of a number; empty for a bare count.
    required : bool
        A row without it is refused.
    at_least, at_most : float, optional
        Bounds of a number, both allowed.
    choices : dict of str to str
        Allowed values with their Chinese words; a file may use either.
    refers_to : str
        Table whose id column must hold the value.
    default : object
        Stands where a cell is empty and the column is not required.
    aliases : tuple of str
        Other headings found in planners' ledgers.
    """

    name: str
    heading: str
    kind: Kind
    meaning_zh: str
    meaning_en: str
    unit: str = ""
    required: bool = False
    at_least: float | None = None
    at_most: float | None = None
    choices: dict[str, str] = field(default_factory=dict)
    refers_to: str = ""
    default: object = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True)
class Table:
    """One table: a CSV file ``<name>.csv`` or a sheet named ``name`` or ``title``.

    Attributes
    ----------
    name, title : str
        English and Chinese name.
    key : tuple of str
        Columns that together name a row once.
    required : bool
        A region without it is refused.
    """

    name: str
    title: str
    meaning_zh: str
    meaning_en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    required: bool = False

    def column(self, name: str) -> Column:
        """Find the column called ``name``."""
        return next(column for column in self.columns if column.name == name)


SOURCE = Column(
    "source", "来源", Kind.TEXT, "数据出处：文件、台账、日期", "Where the row comes from: document, ledger, date"
)
ESTIMATED = Column(
    "estimated",
    "估计标记",
    Kind.MARKS,
    "空：均为实数；yes/是：整行为估计；或列名（用 ; 分隔）：这些列为估计。标记一直带到采购清单。",
    "Empty: all known; yes: the whole row is an estimate; or column names joined by ';'. Carried to the purchase list",
    default="",
)
