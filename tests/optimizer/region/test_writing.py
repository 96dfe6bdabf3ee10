"""Tables are written in the one form that the reader, Excel and other tools take."""

import csv
from datetime import date

import pandas as pd
import pytest

from optimizer.region.region_tables import ITEMS, STOCK
from optimizer.region.writing import csv_text, write_tables


def test_both_heading_rows_come_first_and_excel_finds_utf8(tmp_path):
    write_tables(tmp_path, {"items": pd.DataFrame({"item_id": ["tent"], "name": ["帐篷"], "price_cny": [1200.0]})})
    raw = (tmp_path / "items.csv").read_bytes()
    assert raw.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(raw.decode("utf-8-sig").splitlines()))
    assert rows[0] == [column.name for column in ITEMS.columns]
    assert rows[1] == [column.heading for column in ITEMS.columns]
    row = dict(zip(rows[0], rows[2], strict=True))
    assert (row["item_id"], row["name"], row["price_cny"], row["gb_code"]) == ("tent", "帐篷", "1200", "")


def test_missing_values_dates_and_yes_no_are_written_as_the_reader_takes_them():
    frame = pd.DataFrame(
        {
            "lot_id": ["a", "b"],
            "quantity": [1.5, float("nan")],
            "expiry": pd.to_datetime([date(2027, 5, 1), None]),
            "estimated": ["quantity", ""],
        }
    )
    rows = list(csv.DictReader(csv_text(STOCK, frame).splitlines()))
    assert [(row["quantity"], row["expiry"], row["estimated"]) for row in rows[1:]] == [
        ("1.5", "2027-05-01", "quantity"),
        ("", "", ""),
    ]


def test_an_unknown_column_is_refused():
    with pytest.raises(KeyError, match="colour"):
        csv_text(ITEMS, pd.DataFrame({"colour": ["red"]}))
