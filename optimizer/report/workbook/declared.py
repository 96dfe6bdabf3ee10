"""Columns of a sheet as a table of results declares them."""

from __future__ import annotations

from network.words import Language
from optimizer.region.schema import Column, Kind
from optimizer.report.workbook.sheet import Field

NUMBERS = (Kind.NUMBER, Kind.WHOLE)


def declared_field(column: Column, language: Language) -> Field:
    """Head a column by its Chinese heading and unit, or by its name in English."""
    form = "number" if column.kind in NUMBERS else "text"
    if language == "en":
        return Field(column.name, form)
    return Field(f"{column.heading}（{column.unit}）" if column.unit else column.heading, form)
