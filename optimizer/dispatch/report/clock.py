"""Minutes of an incident as times of the clock."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

EARLY = 1e-6
"""Minutes by which a time may be past a full minute and still be called it."""
STEPS_MIN = (5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440)
MOST_TICKS = 14


@dataclass(frozen=True)
class Clock:
    """The clock of an incident that began at ``began``, local time."""

    began: datetime

    def time(self, minute: float) -> datetime:
        """Time of a minute; a broken minute is the next full one, so that what is late is shown to be late."""
        return self.began + timedelta(minutes=math.ceil(minute - EARLY))

    def at(self, minute: float) -> str:
        """Time of the day, with month and day where that is not the incident's first day; empty for no time."""
        if not math.isfinite(minute):
            return ""
        time = self.time(minute)
        return f"{time:%H:%M}" if time.date() == self.began.date() else f"{time:%m-%d %H:%M}"

    def full(self, minute: float) -> str:
        """Date and time, as they sort; empty for no time."""
        return f"{self.time(minute):%Y-%m-%d %H:%M}" if math.isfinite(minute) else ""

    def span(self, first: float, last: float) -> str:
        """From when to when, the day said once; a single time where both are shown alike."""
        begins, ends = self.at(first), self.at(last)
        if begins and ends and self.time(first).date() == self.time(last).date():
            ends = ends[-len("00:00") :]
            return begins if begins.endswith(ends) else f"{begins}–{ends}"
        return "–".join(filter(None, (begins, ends)))

    def ticks(self, first: float, last: float) -> Iterator[tuple[float, str]]:
        """Minutes between ``first`` and ``last`` at full steps of the clock, with what is written at them.

        The day is written at the first tick and at every midnight.
        """
        step = next((step for step in STEPS_MIN if (last - first) / step <= MOST_TICKS), STEPS_MIN[-1])
        midnight = self.began.replace(hour=0, minute=0, second=0, microsecond=0)
        since = (self.began - midnight).total_seconds() / 60
        day = None
        for number in range(math.ceil((first + since) / step), math.floor((last + since) / step) + 1):
            time = midnight + timedelta(minutes=number * step)
            yield number * step - since, f"{time:%H:%M}" if time.date() == day else f"{time:%H:%M}\n{time:%m-%d}"
            day = time.date()
