"""Cells as planners write them."""

from datetime import date, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.region.cells import Fault, find_choice, half_width, parse_date, parse_number, read_cell
from optimizer.region.headings import find_heading, known_headings
from optimizer.region.region_tables import ITEMS, NORMS, PAYERS, REGION_TABLES, SITES, STOCK
from optimizer.region.schema import Kind


def cell(table, column, raw):
    return read_cell(table, table.column(column), raw)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1,234,567.5", 1234567.5),
        ("１２３．５", 123.5),
        ("１，２３４", 1234.0),
        ("12 500", 12500.0),
        (" −3.5 ", -3.5),
        ("1e3", 1000.0),
        (".5", 0.5),
        ("5.", 5.0),
        ("1,23", None),
        ("1,2345", None),
        ("3万", None),
        ("12顶", None),
        ("nan", None),
        ("inf", None),
        ("1e999", None),
        ("", None),
        ("0x10", None),
        ("1_000", None),
    ],
)
def test_numbers(text, number):
    assert parse_number(text) == number


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_every_number_that_a_program_writes_is_read_back(number):
    assert parse_number(repr(number)) == number


@given(st.integers(min_value=-(10**15), max_value=10**15))
def test_thousands_separators_change_nothing(number):
    assert parse_number(f"{number:,}") == number
    wide = f"{number:,}".translate({ord(c): ord(c) + 0xFEE0 for c in "0123456789,-"})
    assert parse_number(wide) == number


@given(st.text())
def test_no_text_breaks_the_reading_of_a_cell(text):
    for table in (SITES, STOCK):
        for column in table.columns:
            value = read_cell(table, column, text)
            assert value is None or isinstance(value, (str, float, bool, date, Fault))


@given(st.floats(min_value=-180, max_value=180))
def test_decimal_degrees_are_read_back(degrees):
    text = f"{degrees:.7f}"
    assert cell(SITES, "lon", text) == pytest.approx(float(text), abs=0)


@given(st.integers(0, 179), st.integers(0, 59), st.integers(0, 5999))
def test_degrees_minutes_seconds(degrees, minutes, hundredths):
    seconds = hundredths / 100
    expected = degrees + minutes / 60 + seconds / 3600
    assert cell(SITES, "lon", f"{degrees}°{minutes}′{seconds:.2f}″") == pytest.approx(expected, abs=1e-9)
    assert cell(SITES, "lon", f"东经{degrees}度{minutes}分{seconds:.2f}秒") == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    "raw",
    [
        "2026-05-01",
        "2026/5/1",
        "2026.5.1",
        "2026年5月1日",
        "２０２６年５月１日",
        "20260501",
        "2026-05-01 00:00:00",
        "2026-05-01T08:30",
        datetime(2026, 5, 1, 8, 30),
        date(2026, 5, 1),
        46143,
        46143.0,
    ],
)
def test_dates(raw):
    # Excel counts days from 1899-12-30: 2026-05-01 is day 46143.
    assert cell(STOCK, "expiry", raw) == date(2026, 5, 1)


@pytest.mark.parametrize("text", ["2026-02-30", "2026年5月", "五月一日", "26-5-1", "2026/13/1"])
def test_texts_that_are_no_date(text):
    assert parse_date(text) is None
    assert isinstance(cell(STOCK, "expiry", text), Fault)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 1, 1)))
def test_a_date_is_read_back_in_every_form(day):
    assert parse_date(day.isoformat()) == day
    assert parse_date(f"{day.year}年{day.month}月{day.day}日") == day


@pytest.mark.parametrize(
    ("raw", "value"),
    [("是", True), ("否", False), ("YES", True), ("no", False), ("√", True), (1, True), (0.0, False), (True, True)],
)
def test_yes_and_no(raw, value):
    assert cell(SITES, "communications_assured", raw) is value


def test_every_choice_is_read_by_code_by_word_and_by_both():
    for table in REGION_TABLES:
        for column in (column for column in table.columns if column.kind is Kind.CHOICE):
            for code, word in column.choices.items():
                assert {find_choice(column, text) for text in (code, code.upper(), word, f"{code} {word}")} == {code}


@pytest.mark.parametrize("text", ["flood;landslide", "洪涝、地质灾害", "洪涝；landslide;洪涝", " Flood , 地质灾害 "])
def test_several_choices(text):
    assert cell(SITES, "hazards", text) == "flood;landslide"


def test_marks_are_column_names_in_either_language():
    assert cell(SITES, "estimated", "经度；lat、常住人口") == "lon;lat;population"
    assert cell(SITES, "estimated", "是") == "yes"
    assert cell(SITES, "estimated", "否") == ""
    assert isinstance(cell(SITES, "estimated", "颜色"), Fault)


def test_a_share_may_be_a_percentage_but_a_count_may_not():
    assert cell(NORMS, "share", "50%") == 0.5
    assert cell(ITEMS, "upkeep_share", "２％") == 0.02
    assert isinstance(cell(NORMS, "quantity", "50%"), Fault)


def test_ids_keep_their_digits_and_lose_their_width():
    assert cell(SITES, "site_id", 500112001.0) == "500112001"
    assert cell(SITES, "site_id", "Ａ１") == "A1"
    assert cell(SITES, "phone", 13800000000) == "13800000000"
    assert cell(SITES, "site_id", np.int64(7)) == "7"


@pytest.mark.parametrize("raw", [None, "", "  ", "　", float("nan"), "-", "—", "/", "N/A"])
def test_empty_numbers(raw):
    assert cell(SITES, "population", raw) is None


def test_a_dash_can_be_a_name():
    assert cell(SITES, "name", "-") == "-"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("lon", "lon"),
        (" 经 度 ", "lon"),
        ("ＬＯＮ", "lon"),
        ("东经", "lon"),
        ("Usable_Area_M2", "usable_area_m2"),
        ("site_id 站点编号", "site_id"),
        ("站点编号\nsite_id", "site_id"),
        ("*名称", "name"),
        ("库容（m³）", "storage_m3"),
        ("库容(立方米)", "storage_m3"),
    ],
)
def test_headings(text, name):
    heading = find_heading(text, SITES, known_headings(SITES))
    assert (heading.column, heading.other_unit) == (name, "")


def test_a_heading_with_another_unit_is_found_and_its_unit_told():
    heading = find_heading("年度预算（万元）", PAYERS, known_headings(PAYERS))
    assert (heading.column, heading.other_unit) == ("budget_cny", "万元")


@pytest.mark.parametrize(
    ("cut", "name"),
    [
        ("usable_are", "usable_area_m2"),
        ("people_thr", "people_threatened"),
        ("communicat", "communications_assured"),
        ("station_ki", "station_kind"),
    ],
)
def test_headings_cut_short_by_a_shapefile(cut, name):
    assert find_heading(cut, SITES, known_headings(SITES), cut=True).column == name
    assert find_heading(cut, SITES, known_headings(SITES)) is None


def test_no_two_columns_of_a_table_share_a_heading():
    for table in REGION_TABLES:
        for column in table.columns:
            for text in (column.name, column.heading, *column.aliases):
                assert (
                    known_headings(table)[half_width(text).replace("_", "").replace(" ", "").casefold()] == column.name
                )
