"""Minutes as times of the clock: across midnight, never earlier than they are."""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from optimizer.dispatch.report.clock import MOST_TICKS, Clock

CLOCK = Clock(datetime(2026, 7, 12, 22, 30))


@pytest.mark.parametrize(
    ("minute", "shown"),
    [
        (0, "22:30"),
        (89, "23:59"),
        (90, "07-13 00:00"),  # 22:30 + 90 min
        (270.5, "07-13 03:01"),  # 22:30 + 4 h 30.5 min = 03:00:30, told as the next full minute
        (60.0000000001, "23:30"),  # rounding error of a sum
        (-30, "22:00"),
        (float("nan"), ""),
        (float("inf"), ""),
    ],
)
def test_the_day_is_told_where_it_is_another(minute, shown):
    assert CLOCK.at(minute) == shown


@pytest.mark.parametrize(
    ("first", "last", "shown"),
    [
        (0, 30, "22:30–23:00"),
        (60, 95, "23:30–07-13 00:05"),
        (95, 215, "07-13 00:05–02:05"),
        (95, 95, "07-13 00:05"),
        (95, float("nan"), "07-13 00:05"),
        (0, 1440, "22:30–07-13 22:30"),
        (float("nan"), float("nan"), ""),
    ],
)
def test_a_span_tells_the_day_once(first, last, shown):
    assert CLOCK.span(first, last) == shown


@given(st.floats(-10_000, 100_000), st.integers(0, 100_000))
def test_what_is_late_is_shown_late(minute, deadline):
    arrives, due = CLOCK.full(minute), CLOCK.full(float(deadline))
    assert (arrives > due) == (minute > deadline + 1e-6)


@given(st.floats(-500, 500), st.floats(30, 20_000))
def test_ticks_stand_at_full_steps_and_name_every_day_once(first, span):
    ticks = list(CLOCK.ticks(first, first + span))
    assert len(ticks) <= MOST_TICKS + 1
    days = []
    for minute, text in ticks:
        assert first - 1e-6 <= minute <= first + span + 1e-6
        time = CLOCK.began + timedelta(minutes=minute)
        assert text.split("\n")[0] == f"{time:%H:%M}"
        days += text.split("\n")[1:]
    assert days == list(dict.fromkeys(days))
