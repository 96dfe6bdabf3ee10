"""A line of the dispatch benchmark: one engine on one incident, judged."""

from __future__ import annotations

from dataclasses import dataclass

from benchmarks.row import Row


@dataclass(frozen=True)
class DispatchRow(Row):
    """What `Row` tells, and what becomes of tasks and people; ``seconds`` are of the processor.

    ``value`` and ``bound`` are of unserved (unmet) and late weight together, ``gap`` is their distance as a share of
    the total priority weight; of tours they are distances, and ``gap`` is above what is best known.

    Attributes
    ----------
    part : str
        "teams", "supplies" or "tours".
    seed, size : int, optional
    demand : float, optional
    wall_seconds : float, optional
        By the clock.
    total_weight : float, optional
        W, what is lost if nothing is served.
    unserved_weight, late_weight : float, optional
    people, unmet_people, late_people : float, optional
        In need of supplies; never reached; reached after their deadline.
    short_people : float, optional
        Unmet or late: without their goods at the deadline.
    unmet_units : float, optional
    changed, changeable : float, optional
        Tasks (requests) that other teams (depots) serve than were ordered before, of those that could.
    """

    part: str = ""
    seed: int | None = None
    size: int | None = None
    demand: float | None = None
    wall_seconds: float | None = None
    total_weight: float | None = None
    unserved_weight: float | None = None
    late_weight: float | None = None
    people: float | None = None
    unmet_people: float | None = None
    late_people: float | None = None
    short_people: float | None = None
    unmet_units: float | None = None
    changed: float | None = None
    changeable: float | None = None
