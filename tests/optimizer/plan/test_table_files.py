import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.problem import ProblemsError
from optimizer.plan import table_files
from optimizer.plan.plan_tables import PLAN_TABLES, UNMET


def test_tables_come_back_as_they_went(plan, tmp_path):
    table_files.write_tables(plan.tables, tmp_path)
    back = table_files.read_plan_tables(tmp_path)
    for table in PLAN_TABLES:
        wanted = plan.tables[table.name][[column.name for column in table.columns]].reset_index(drop=True)
        pd.testing.assert_frame_equal(back[table.name], wanted, check_dtype=False, check_column_type=False)


def test_excel_knows_the_files_for_utf8_with_english_headings(plan, tmp_path):
    table_files.write_tables(plan.tables, tmp_path)
    raw = (tmp_path / "purchases.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbfsite_id,site_name,town_name,item_id")


@given(number=st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_are_exact(number):
    column = UNMET.column("want")
    assert float(table_files._cell(column, number)) == number


@given(text=st.text(alphabet="=+-@'\t甲a1 ,\"", max_size=6))
def test_texts_are_exact_and_never_begin_as_formulas(text):
    column = UNMET.column("site_name")
    cell = table_files._cell(column, text)
    assert cell[:1] not in ("=", "+", "-", "@", "\t", "\r") or cell == ""
    assert list(table_files._typed(column, pd.Series([cell]), "", [])) == [text]


def test_nothing_is_an_empty_cell():
    column = UNMET.column("want")
    for nothing in (None, float("nan"), np.nan, pd.NA):
        assert table_files._cell(column, nothing) == ""


def test_every_problem_of_a_broken_folder_is_told_at_once(plan, tmp_path):
    table_files.write_tables(plan.tables, tmp_path)
    (tmp_path / "moves.csv").unlink()
    unmet = tmp_path / "unmet.csv"
    unmet.write_text(unmet.read_text("utf-8-sig").replace("9000", "neun", 1), "utf-8")
    fleet = tmp_path / "fleet.csv"
    fleet.write_text(fleet.read_text("utf-8-sig").replace("transfer_min", "minutes"), "utf-8")
    with pytest.raises(ProblemsError) as caught:
        table_files.read_plan_tables(tmp_path)
    assert {(p.file, p.row, p.column) for p in caught.value.problems} == {
        ("moves.csv", None, None),
        ("unmet.csv", 2, "want"),
        ("fleet.csv", None, "transfer_min"),
    }
