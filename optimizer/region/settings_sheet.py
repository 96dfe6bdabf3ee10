"""Forms inside a workbook: the settings as a sheet of keys and values, scenarios and overrides as YAML text."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import yaml

from network.problem import Problem
from optimizer.region.settings import RegionSettings
from optimizer.region.workbook import Sheet
from optimizer.region.yaml_form import Form, FormFile, FormPath, form_of, read_form_text

SETTINGS_TITLES = ("region", "区域设置")
SCENARIO_TITLES = ("scenarios", "情景")
OVERRIDE_TITLES = ("overrides", "人工决定")
EVENT_TITLES = ("events", "灾害事件")

_HEADINGS = {"key", "键", "设置项"}


def read_settings_sheet(sheet: Sheet) -> tuple[FormFile[RegionSettings] | None, list[Problem]]:
    """Read the settings from column A (key) and B (value) of a sheet.

    A key names a field of ``region.yaml``, parts joined by points: ``name.zh``, ``parameters.mobilise_min``. A value is
    written as in YAML, so a list is ``[chongqing, wuxing]``. Rows with an empty key or value are passed over, as is a
    heading row.
    """
    values: dict[str, Any] = {}
    rows: dict[FormPath, int] = {}
    for number, cells in enumerate(sheet.rows, 1):
        key, value = (*cells, None, None)[:2]
        name = str(key).strip() if key is not None else ""
        if not name or name in _HEADINGS or value is None or str(value).strip() == "":
            continue
        path = tuple(name.split("."))
        rows[path] = number
        _put(values, path, _value(value))
    return form_of(values, RegionSettings, sheet.file, lambda path: _row_of(rows, path))


def read_text_sheet(sheet: Sheet, model: type[Form]) -> tuple[FormFile[Form] | None, list[Problem]]:
    """Read a form from YAML text that stands in column A, a line a row; row and line numbers are the same."""
    lines = [str(row[0]) if row and row[0] is not None else "" for row in sheet.rows]
    return read_form_text("\n".join(lines), model, sheet.file)


def _put(values: dict[str, Any], path: tuple[str, ...], value: object) -> None:
    """Put a value into nested mappings; what stands in its way is left for the form to refuse."""
    for part in path[:-1]:
        below = values.setdefault(part, {})
        if not isinstance(below, dict):
            return
        values = below
    values[path[-1]] = value


def _value(cell: object) -> object:
    """Read a cell as YAML would; text that is no YAML stays text."""
    if isinstance(cell, datetime):
        return cell.date()
    if not isinstance(cell, str):
        return int(cell) if isinstance(cell, float) and cell.is_integer() else cell
    text = cell.strip()
    if not text.startswith(("[", "{")):
        return text
    try:
        value: object = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError):
        return text
    return value


def _row_of(rows: dict[FormPath, int], path: FormPath) -> int | None:
    """Row of the key that the path begins with, or of the first key below it."""
    for length in range(len(path), 0, -1):
        found = [row for key, row in rows.items() if key[:length] == path[:length]]
        if found:
            return min(found)
    return None
