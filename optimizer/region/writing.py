"""Write a region's files in the form that the reader takes: CSV tables, ``region.yaml``, ``scenarios.yaml``."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pandas as pd
import yaml

from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.schema import SCHEMA_VERSION, Column, Kind, Table

if TYPE_CHECKING:
    from optimizer.region.events import EventFile
    from optimizer.region.overrides import Override
    from optimizer.region.scenarios import Drawn, Scenario
    from optimizer.region.settings import RegionSettings, Strict


def write_region(
    folder: Path,
    settings: RegionSettings,
    scenarios: Sequence[Scenario],
    tables: dict[str, pd.DataFrame],
    overrides: Sequence[Override] = (),
    events: EventFile | None = None,
) -> None:
    """Write all files of a region except its roads.

    Parameters
    ----------
    folder : Path
        Made if it is absent. Files of the same names are replaced, each as a whole.
    settings : RegionSettings
    scenarios : sequence of Scenario
        At least one.
    tables : dict of str to DataFrame
        As for :func:`write_tables`.
    overrides : sequence of Override
        ``overrides.yaml`` is written when there is one.
    events : EventFile, optional
        ``events.yaml`` is written when it is given.
    """
    write_tables(folder, tables)
    write_form(folder / "region.yaml", settings)
    write_scenarios(folder / "scenarios.yaml", scenarios)
    if events is not None:
        write_form(folder / "events.yaml", events)
    if overrides:
        decided = {"schema_version": SCHEMA_VERSION, "overrides": [_plain(override) for override in overrides]}
        write_text(folder / "overrides.yaml", _yaml(decided))


def write_form(path: Path, form: Strict) -> None:
    """Write a form as YAML without what equals its default."""
    write_text(path, _yaml(_plain(form)))


def write_scenarios(path: Path, scenarios: Sequence[Scenario], drawn: Drawn | None = None) -> None:
    """Write a scenario file; ``drawn`` says how they were drawn, where they were."""
    listed: dict[str, object] = {"schema_version": SCHEMA_VERSION}
    if drawn is not None:
        listed["drawn"] = _plain(drawn)
    write_text(path, _yaml(listed | {"scenarios": [_plain(scenario) for scenario in scenarios]}))


def write_tables(folder: Path, tables: dict[str, pd.DataFrame]) -> None:
    """Write tables as CSV: English headings in row 1, Chinese in row 2, UTF-8 with the mark that Excel looks for.

    Parameters
    ----------
    folder : Path
        Made if it is absent.
    tables : dict of str to DataFrame
        By the names of :data:`~optimizer.region.region_tables.REGION_TABLES`. A column that a frame leaves out is
        written empty, so that it stands for the schema's default.

    Raises
    ------
    KeyError
        A table or column is not in the schema: a mistake of the caller's, never of a planner's.
    """
    known = {table.name: table for table in REGION_TABLES}
    folder.mkdir(parents=True, exist_ok=True)
    for name, frame in tables.items():
        write_text(folder / f"{name}.csv", "\ufeff" + csv_text(known[name], frame))


def csv_text(table: Table, frame: pd.DataFrame) -> str:
    """Give the text of one CSV file, both heading rows included, with the table's columns in the schema's order."""
    unknown = [name for name in frame.columns if name not in {column.name for column in table.columns}]
    if unknown:
        raise KeyError(f"{table.name} has no column {', '.join(map(str, unknown))}")
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([column.name for column in table.columns])
    writer.writerow([column.heading for column in table.columns])
    cells = [
        [cell_text(column, value) for value in frame[column.name]] if column.name in frame else [""] * len(frame)
        for column in table.columns
    ]
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue()


def cell_text(column: Column, value: object) -> str:
    """Give one value as the reader takes it back: missing is empty, whole numbers have no point, dates are ISO."""
    if bool(pd.isna(cast("float", value))):
        return ""
    if column.kind is Kind.YES_NO:
        return "yes" if value else "no"
    if column.kind is Kind.DATE:
        return pd.Timestamp(str(value)).date().isoformat()
    if column.kind in {Kind.NUMBER, Kind.WHOLE, Kind.LONGITUDE, Kind.LATITUDE}:
        number = float(str(value))
        return str(int(number)) if number.is_integer() and abs(number) < 1e15 else repr(number)
    return str(value)


def _plain(form: Strict) -> dict[str, object]:
    """Give a form as plain values without what equals its default."""
    values: dict[str, object] = form.model_dump(mode="json", exclude_defaults=True)
    return values


def _yaml(values: dict[str, object]) -> str:
    text: str = yaml.safe_dump(values, allow_unicode=True, sort_keys=False, width=120)
    return text


def write_text(path: Path, text: str) -> None:
    """Write a file whole or not at all."""
    half = path.with_name(f".{path.name}.part")
    half.write_text(text, encoding="utf-8", newline="")
    half.replace(path)
