"""``dispatch.xlsx``: a sheet a table, minutes with their time of the clock, and text that is no formula."""

import pytest
from openpyxl import load_workbook

from optimizer.dispatch.report.told import Told
from optimizer.dispatch.report.workbook import write_dispatch_workbook
from optimizer.dispatch.tables import DISPATCH_TABLES


def _written(dispatch, language, path):
    write_dispatch_workbook(Told(dispatch, language), path)
    return load_workbook(path)


@pytest.fixture(scope="module")
def book(ordered, tmp_path_factory):
    return _written(ordered, "zh", tmp_path_factory.mktemp("zh") / "dispatch.xlsx")


def _row(sheet, number):
    """A row by its headings, whose unit stands on a second line; the third row is the first below the headings."""
    headings = [str(cell.value).replace("\n", "") for cell in sheet[3]]
    return dict(zip(headings, [cell.value for cell in sheet[number]], strict=True))


def test_there_is_a_sheet_for_every_table(book):
    assert book.sheetnames == ["摘要", *(table.title for table in DISPATCH_TABLES)]


def test_the_first_sheet_is_the_summary(book, ordered):
    said = [row[0].value for row in book["摘要"].iter_rows()]
    assert said == Told(ordered, "zh").lines()


def test_beside_minutes_stands_the_time(book):
    row = _row(book["队伍作业"], 4)
    assert (row["到达（min）"], row["到达（时刻）"]) == (60, "2026-07-12 23:30")
    assert (row["开始（min）"], row["开始（时刻）"]) == (95, "2026-07-13 00:05")
    # Durations have no time of the clock.
    assert "作业时间（时刻）" not in _row(book["任务结果"], 4)


def test_codes_and_ids_are_told_in_words(book):
    task = _row(book["任务结果"], 4)
    assert (task["结果"], task["技能"]) == ("按时", "搜救")
    assert task["队伍编号"] == "区综合应急救援队、白岩镇应急队"
    assert _row(book["行程时刻"], 4)["起点编号"] == "青石消防救援站"
    changed = book["命令变更"]
    assert [_row(changed, row)["原执行者"] for row in (4, 5)] == ["白岩镇应急队", "云溪镇储备点"]
    assert _row(book["目标各层"], 4)["层"] == "未完成任务的权重"


def test_failures_stand_out(book):
    sheet = book["任务结果"]
    colours = [sheet.cell(row, 1).fill.fgColor.rgb for row in (4, 5, 6)]
    assert colours[0] != colours[1] == colours[2]


def test_english_headings_are_the_names_of_the_columns(ordered, tmp_path):
    book = _written(ordered, "en", tmp_path / "dispatch.xlsx")
    assert book.sheetnames == ["summary", *(table.name for table in DISPATCH_TABLES)]
    task = _row(book["tasks"], 5)
    assert (task["start_min"], task["start_clock"], task["status"]) == (270.5, "2026-07-13 03:01", "late")
    assert task["reason"] == "no team is free before"


def test_nothing_to_do_is_a_summary_alone(nothing, tmp_path):
    assert _written(nothing, "zh", tmp_path / "dispatch.xlsx").sheetnames == ["摘要"]


def test_text_that_begins_like_a_formula_stays_text(nasty, tmp_path):
    book = _written(nasty, "zh", tmp_path / "dispatch.xlsx")
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert [cell for cell in cells if cell.data_type == "f"] == []
    assert any(cell.value == "=1+1" and cell.quotePrefix for cell in cells)
