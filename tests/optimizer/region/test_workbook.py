"""A region in one workbook, in a workbook beside the folder's files, and workbooks that are none."""

import csv
import io
import zipfile

import openpyxl
import pandas as pd
import pytest

from network.problem import ProblemsError
from optimizer.region.reading import read_region
from optimizer.region.region_tables import REGION_TABLES


def typed(text):
    try:
        return float(text)
    except ValueError:
        return text or None


def table_rows(text):
    return [[typed(cell) for cell in row] for row in csv.reader(io.StringIO(text))]


def add_sheet(book, title, rows):
    sheet = book.create_sheet(title)
    for row in rows:
        sheet.append(row)
    return sheet


SETTINGS = [
    ["键", "值"],
    ["schema_version", 1],
    ["id", "tiny"],
    ["name.zh", "小区"],
    ["name.en", "Tiny"],
    ["roads", "tiny/roads.npz"],
    ["plan_date", pd.Timestamp("2026-01-01").to_pydatetime()],
    ["standards.registers", "[chongqing]"],
    ["standards.adopt.wuxing", "[KIT-5X]"],
    ["standards.leave_out", "[SHELTER-M2]"],
    ["parameters.mobilise_min", 45],
]


@pytest.fixture
def book(files):
    """The tiny district as a ledger: Chinese sheet names, titles above merged headings."""
    made = openpyxl.Workbook()
    made.remove(made.active)
    add_sheet(made, "区域设置", SETTINGS)
    add_sheet(made, "情景", [[line] for line in files["scenarios.yaml"].splitlines()])
    for table in REGION_TABLES:
        rows = table_rows(files[f"{table.name}.csv"])
        add_sheet(made, table.title, [[f"{table.title}（2026年）"], [], *rows]).merge_cells("A1:D1")
    return made


def test_one_workbook_holds_the_whole_region(district, book):
    path = district.folder.parent / "tiny.xlsx"
    book.save(path)
    alone, folder = read_region(path), district.read()
    for name, frame in folder.tables.items():
        pd.testing.assert_frame_equal(alone.tables[name], frame)
    assert alone.scenarios == folder.scenarios
    assert alone.rules == folder.rules
    assert alone.settings.parameters.mobilise_min == 45
    assert set(alone.inputs) == {"tiny.xlsx", "tiny/roads.npz", "standards/chongqing.yaml", "standards/wuxing.yaml"}


def problems_of(path, told):
    with pytest.raises(ProblemsError) as caught:
        read_region(path)
    return told(caught.value.problems)


def test_problems_in_a_workbook_name_sheet_and_row(district, book, told, where):
    sheet = book["物资台账"]
    assert sheet.cell(4, 4).value == 100  # title, empty row and headings above
    sheet.cell(4, 4).value = -100
    book["区域设置"].cell(11, 2).value = "soon"
    path = district.folder.parent / "tiny.xlsx"
    book.save(path)
    assert {where(problem) for problem in problems_of(path, told)} == {
        ("tiny.xlsx/物资台账", 4, "quantity"),
        ("tiny.xlsx/区域设置", 11, "parameters.mobilise_min"),
    }


def test_tables_may_stand_in_a_workbook_beside_the_forms(district, book):
    expected = district.read()
    for title in ("区域设置", "情景"):
        book.remove(book[title])
    book.save(district.folder / "台账.xlsx")
    for table in REGION_TABLES:
        district.remove(f"{table.name}.csv")
    pd.testing.assert_frame_equal(district.read().tables["stock"], expected.tables["stock"])


def test_a_table_given_twice(district, book):
    book.save(district.folder / "台账.xlsx")
    keys = {problem.what.key.rsplit(".", 1)[1] for problem in district.problems()}
    assert keys == {"table_twice", "form_twice"}


def test_headings_in_two_merged_rows(district, book):
    sheet = book["站点"]
    headings = [cell.value for cell in sheet[3]]
    place = headings.index("lon") + 1
    sheet.insert_rows(4)
    for column in (place, place + 1):
        sheet.cell(4, column).value = sheet.cell(3, column).value
        sheet.cell(3, column).value = "坐标" if column == place else None
    sheet.merge_cells(start_row=3, end_row=3, start_column=place, end_column=place + 1)
    path = district.folder.parent / "tiny.xlsx"
    book.save(path)
    pd.testing.assert_frame_equal(read_region(path).sites, district.read().sites)


@pytest.mark.parametrize("content", [b"", b"no workbook", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600])
def test_a_workbook_that_is_no_workbook(tmp_path, told, content):
    path = tmp_path / "region.xlsx"
    path.write_bytes(content)
    problems = problems_of(path, told)
    assert [problem.file for problem in problems] == ["region.xlsx"]


def test_a_zip_file_that_is_no_workbook(tmp_path, told):
    path = tmp_path / "region.xlsx"
    with zipfile.ZipFile(path, "w") as parts:
        parts.writestr("readme.txt", "hello")
    assert [problem.what.key for problem in problems_of(path, told)] == ["optimizer.tables.no_workbook"]


def test_a_workbook_cut_off_half_way(district, book, told):
    path = district.folder.parent / "tiny.xlsx"
    book.save(path)
    path.write_bytes(path.read_bytes()[:-4000])
    assert [problem.what.key for problem in problems_of(path, told)] == ["optimizer.tables.no_workbook"]


def test_a_workbook_that_would_flood_memory(tmp_path, told):
    path = tmp_path / "region.xlsx"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr("xl/worksheets/sheet1.xml", b"0" * 20_000_000)
    assert [problem.what.key for problem in problems_of(path, told)] == ["optimizer.tables.workbook_too_large"]


def test_a_formula_that_was_never_calculated(district, book, told, where):
    book["物资台账"].cell(4, 4).value = "=50*2"
    path = district.folder.parent / "tiny.xlsx"
    book.save(path)
    places = [where(problem) for problem in problems_of(path, told) if problem.what.key.endswith("no_cached_value")]
    assert places == [("tiny.xlsx/物资台账", 4, "D")]


def test_a_sheet_of_another_name_is_a_warning(district, book):
    book.create_sheet("备注").append(["随便写"])
    path = district.folder.parent / "tiny.xlsx"
    book.save(path)
    assert [problem.file for problem in read_region(path).warnings] == ["tiny.xlsx/备注"]
