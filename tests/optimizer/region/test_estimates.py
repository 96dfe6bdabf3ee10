import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.region.estimates import is_estimated, join_marks

MARKS = pd.Series(["", "yes", "population", "lon;lat;population", " lon ; lat ", None])


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (("population",), [False, True, True, True, False, False]),
        (("lon", "lat"), [False, True, False, True, True, False]),
        (("name",), [False, True, False, False, False, False]),
        (("pop",), [False, True, False, False, False, False]),
        ((), [False, True, True, True, True, False]),
    ],
)
def test_a_mark_speaks_of_the_columns_that_it_names(columns: tuple[str, ...], expected: list[bool]) -> None:
    assert is_estimated(MARKS, *columns).tolist() == expected


def test_a_table_without_rows_has_no_marks() -> None:
    assert is_estimated(pd.Series([], dtype=object), "lon").shape == (0,)


def test_marks_are_written_in_the_order_of_the_columns() -> None:
    flags = {"required": np.array([True, False, True]), "reached": np.array([True, False, False])}
    assert join_marks(flags).tolist() == ["required;reached", "", "required"]


@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=20))
def test_what_is_written_is_read_back(rows: list[tuple[bool, bool]]) -> None:
    flags = {
        "reached": np.array([row[0] for row in rows], dtype=bool),
        "before": np.array([row[1] for row in rows], dtype=bool),
    }
    marks = pd.Series(join_marks(flags), dtype=object)
    for name, flagged in flags.items():
        assert np.array_equal(is_estimated(marks, name), flagged)
