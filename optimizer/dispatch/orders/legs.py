"""Legs: who goes from where to where, when, and by the roads of which phase."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd

from optimizer.dispatch.tables import LEGS
from optimizer.dispatch.travel import PhasedTimes

LEG_COLUMNS = [column.name for column in LEGS.columns]


@dataclass(frozen=True)
class Carrier:
    """A team, vehicle, craft, bus or crew."""

    carrier_id: str
    name: str
    kind: str
    mode: str


@dataclass(frozen=True)
class Leg:
    """One way of a carrier; minutes.

    Attributes
    ----------
    mode : str
        Not the carrier's own where it goes on by other means.
    phase : int
        Of the roads that it goes by.
    """

    carrier: Carrier
    mode: str
    from_id: str
    to_id: str
    depart_min: float
    wait_min: float
    drive_min: float
    phase: int
    purpose: str

    @property
    def arrive_min(self) -> float:
        """When it is over."""
        return self.depart_min + self.wait_min + self.drive_min


def leg(
    carrier: Carrier,
    ends: tuple[str, str],
    times: PhasedTimes,
    at: tuple[int, int],
    depart_min: float,
    purpose: str,
    *,
    planned: bool = False,
) -> Leg:
    """Go by the roads that bring ``carrier`` there first, or by those that the models plan with.

    Where these reopen later it stands by where it is and leaves when they are open.

    Parameters
    ----------
    ends : tuple of str
        Ids of the places.
    times : PhasedTimes
        By the carrier's mode.
    at : tuple of int
        Row and column of the two in ``times``.
    """
    phase = int(times.chosen[at]) if planned else times.phase(*at, depart_min)
    leaves = max(depart_min, float(times.opens_min[phase]))
    drive = float(times.minutes[(*at, phase)])
    return Leg(carrier, carrier.mode, *ends, leaves, 0.0, drive, phase, purpose)


def legs_table(legs: Iterable[Leg], way_ids: dict[tuple[str, str, str, int], str]) -> pd.DataFrame:
    """Lay legs out as :data:`~optimizer.dispatch.tables.LEGS`, each carrier's by time."""
    ordered = sorted(legs, key=lambda one: (one.carrier.carrier_id, one.depart_min, one.arrive_min))
    steps: dict[str, int] = {}
    rows = []
    for one in ordered:
        who = one.carrier.carrier_id
        steps[who] = steps.get(who, 0) + 1
        rows.append(
            {
                "carrier_id": who,
                "carrier_name": one.carrier.name,
                "carrier_kind": one.carrier.kind,
                "step": steps[who],
                "mode": one.mode,
                "from_place_id": one.from_id,
                "to_place_id": one.to_id,
                "depart_min": one.depart_min,
                "arrive_min": one.arrive_min,
                "drive_min": one.drive_min,
                "wait_min": one.wait_min,
                "way_id": way_ids.get(way_key(one), ""),
                "purpose": one.purpose,
                "frozen": "",
            }
        )
    return pd.DataFrame(rows, columns=LEG_COLUMNS)


def way_key(one: Leg) -> tuple[str, str, str, int]:
    """What two legs on the same way have in common."""
    return one.mode, one.from_id, one.to_id, one.phase


def finite(value: float) -> float:
    """NaN for what never comes."""
    return value if np.isfinite(value) else float("nan")
