"""The workbook template is made from the schema, and what is filled into it reads back."""

import csv
import io
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from network.problem import ProblemsError
from network.words import say
from optimizer.analysis.critical.table import CRITICAL
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.region.reading import read_region
from optimizer.region.region_tables import REGION_TABLES, SITES
from optimizer.region.schema import Kind
from optimizer.region.table_docs import tables_markdown
from optimizer.region.template import FIRST_ROW, write_template

SECTIONS = {"region": REGION_TABLES, "plan": PLAN_TABLES, "critical": (CRITICAL,)}


@pytest.fixture(params=["zh", "en"])
def language(request):
    return request.param


def title(table, language):
    return table.title if language == "zh" else table.name


def as_typed(column, cell, language):
    if cell == "":
        return None
    if column.kind is Kind.CHOICE and language == "zh":
        return column.choices[cell]
    return float(cell) if column.kind in {Kind.NUMBER, Kind.WHOLE, Kind.LONGITUDE, Kind.LATITUDE} else cell


def fill(book, files, language):
    settings = book[say("optimizer.tables.sheet_region", language)]
    values = {
        "id": "tiny",
        "name.zh": "小区",
        "name.en": "Tiny",
        "roads": "tiny/roads.npz",
        "plan_date": pd.Timestamp("2026-01-01").to_pydatetime(),
        "standards.registers": "[chongqing]",
        "standards.leave_out": "[SHELTER-M2]",
    }
    for row in settings.iter_rows(min_row=2):
        row[1].value = values.get(row[0].value, row[1].value)
    scenarios = book[say("optimizer.tables.sheet_scenarios", language)]
    scenarios.delete_rows(1, scenarios.max_row)
    for line in files["scenarios.yaml"].splitlines():
        scenarios.append([line])
    overrides = book[say("optimizer.tables.sheet_overrides", language)]
    overrides.delete_rows(1, overrides.max_row)
    for table in REGION_TABLES:
        sheet = book[title(table, language)]
        places = {column.name: place for place, column in enumerate(table.columns, 1)}
        for number, row in enumerate(csv.DictReader(io.StringIO(files[f"{table.name}.csv"])), FIRST_ROW):
            for name, cell in row.items():
                sheet.cell(number, places[name]).value = as_typed(table.column(name), cell, language)


def test_a_filled_template_reads_back(district, files, language):
    path = district.folder.parent / "filled.xlsx"
    write_template(path, language)
    book = openpyxl.load_workbook(path)
    fill(book, files, language)
    book.save(path)
    region, expected = read_region(path), district.read()
    for name, frame in expected.tables.items():
        pd.testing.assert_frame_equal(region.tables[name], frame)
    assert region.scenarios == expected.scenarios
    assert region.settings.name == expected.settings.name
    assert region.warnings == ()


def test_an_empty_template_is_refused_with_what_is_missing_and_nothing_else(tmp_path, language, told):
    path = tmp_path / "empty.xlsx"
    write_template(path, language)
    with pytest.raises(ProblemsError) as caught:
        read_region(path)
    problems = told(caught.value.problems)
    missing = {p.column for p in problems if p.what.key == "optimizer.region.form_missing"}
    assert missing == {"id", "name", "roads", "plan_date"}
    keys = {problem.what.key.rsplit(".", 1)[1] for problem in problems}
    assert keys == {"form_missing", "empty_form", "no_rows"}


def test_headings_notes_lists_and_frozen_rows(tmp_path, language):
    path = tmp_path / "empty.xlsx"
    write_template(path, language)
    book = openpyxl.load_workbook(path)
    sheet = book[title(SITES, language)]
    headings = {cell.value for cell in sheet[1]} | {cell.value for cell in sheet[2]}
    assert headings == {text for column in SITES.columns for text in (column.name, column.heading)}
    assert sheet.freeze_panes == "A3"
    assert all(cell.comment and cell.comment.text for cell in sheet[1])
    lists = {str(choice.sqref).split(":")[0]: choice.formula1 for choice in sheet.data_validations.dataValidation}
    words = {"zh": "乡镇街道,行政村", "en": "town,village"}
    assert words[language] in lists["C3"]
    assert len(lists) == sum(column.kind in {Kind.CHOICE, Kind.YES_NO} for column in SITES.columns)


def test_the_documentation_of_the_tables_is_up_to_date():
    text = tables_markdown(SECTIONS)
    written = Path(__file__).parents[3] / "docs" / "tables.md"
    assert written.read_text(encoding="utf-8") == text, "run: python docs/make_tables.py"


def test_the_documentation_names_every_column():
    text = tables_markdown(SECTIONS)
    for table in (*REGION_TABLES, *PLAN_TABLES, CRITICAL):
        assert f"### {table.name} {table.title}" in text
        for column in table.columns:
            assert f"| `{column.name}` {column.heading}" in text
