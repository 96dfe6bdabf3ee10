"""The year that a plan is for."""

from __future__ import annotations

from datetime import date


def plan_year(plan_date: date) -> int:
    """Calendar year of the day half a year after ``plan_date``: a plan made late in a year is the next year's."""
    return plan_date.year + (plan_date.month + 6 > 12)
