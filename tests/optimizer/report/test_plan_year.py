from datetime import date

import pytest

from optimizer.report.plan_year import plan_year


@pytest.mark.parametrize(
    ("made", "year"),
    [
        (date(2026, 12, 1), 2027),
        (date(2026, 1, 1), 2026),
        (date(2026, 6, 30), 2026),
        (date(2026, 7, 1), 2027),
        (date(2026, 12, 31), 2027),
    ],
)
def test_a_plan_made_late_in_a_year_is_the_next_years(made, year):
    assert plan_year(made) == year
