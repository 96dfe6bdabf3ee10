"""The teams' schedule laid out: who works where when, and the way of every team from task to task."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dispatch.orders.legs import Carrier, Leg, leg
from optimizer.dispatch.places import place_id
from optimizer.dispatch.rows import rows_of
from optimizer.dispatch.tables import WORK
from optimizer.dispatch.team_case import TeamCase
from optimizer.models.dispatch.teams import TeamsSolution


@dataclass(frozen=True, eq=False)
class TeamOrders:
    """What teams do.

    Attributes
    ----------
    work : DataFrame
        As :data:`~optimizer.dispatch.tables.WORK` declares it.
    legs : tuple of Leg
    """

    work: pd.DataFrame
    legs: tuple[Leg, ...]


def team_orders(case: TeamCase, solution: TeamsSolution | None) -> TeamOrders:
    """Lay out a schedule."""
    work, legs = [], []
    if solution is not None:
        start, finish = solution.task_start_min, solution.task_finish_min
        for team, row in enumerate(rows_of(case.roster)):
            tasks = sorted(np.flatnonzero(solution.manned[team]).tolist(), key=lambda task: float(start[task]))
            own = list(_legs(case, row, team, tasks, finish))
            legs += own
            work += [
                {
                    "team_id": row.team_id,
                    "team_name": row.team_name,
                    "task_id": case.tasks[task].id,
                    "place_id": place_id(case.tasks[task]),
                    "people": row.people,
                    "arrive_min": way.arrive_min,
                    "start_min": start[task],
                    "finish_min": finish[task],
                    "frozen": "",
                    "contact": row.contact,
                    "phone": row.phone,
                }
                for task, way in zip(tasks, own, strict=True)
            ]
    return TeamOrders(pd.DataFrame(work, columns=[column.name for column in WORK.columns]), tuple(legs))


def _legs(case: TeamCase, row: Any, team: int, tasks: list[int], finish: NDArray[np.float64]) -> Iterator[Leg]:
    """Ways of one team, each begun as soon as it is free."""
    carrier = Carrier(row.team_id, row.team_name, "team", row.mode)
    at, free, times, row_of = row.place_id, row.free_min, case.first[carrier.mode], team
    for number, task in enumerate(tasks):
        where = place_id(case.tasks[task])
        yield leg(carrier, (at, where), times, (row_of, task), free, case.tasks[task].id, planned=number > 0)
        at, free, times, row_of = where, float(finish[task]), case.onward[carrier.mode], task
