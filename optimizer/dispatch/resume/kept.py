"""What stays of the last orders: rows of their tables, places where somebody had to stop, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from network.words import Phrase
from optimizer.dispatch.orders.legs import LEG_COLUMNS
from optimizer.dispatch.places import Place
from optimizer.dispatch.resume.held_up import Stopped, Tracks, cut_short, turned_back
from optimizer.dispatch.tables import WAYS


@dataclass(frozen=True)
class HeldUp:
    """Somebody who could not go on."""

    kind: str
    for_id: str
    why: Phrase


@dataclass
class Kept:
    """Rows kept of ``LEGS`` and ``WAYS``, gathered while the last orders are gone through.

    Attributes
    ----------
    tracks : Tracks
    prefix : str
        Of ids of ways that were cut short.
    """

    tracks: Tracks
    prefix: str
    legs: list[dict[str, object]] = field(default_factory=list)
    ways: list[dict[str, object]] = field(default_factory=list)
    points: list[Place] = field(default_factory=list)
    held_up: list[HeldUp] = field(default_factory=list)

    def keep(self, leg: Any) -> None:
        """Keep a leg as it was ordered."""
        done = leg.arrive_min <= self.tracks.at_min
        self.legs.append(leg._asdict() | {"frozen": "finished" if done else "started"})

    def stop(self, leg: Any, stopped: Stopped, held_up: Sequence[HeldUp]) -> str:
        """Cut a leg short; gives the place where its carrier is now."""
        self.held_up.extend(held_up)
        if stopped.place is None:
            self.legs.append(turned_back(leg, self.tracks.at_min))
            return str(leg.from_place_id)
        row, way = cut_short(leg, stopped, stopped.place, self.tracks.at_min, f"{self.prefix}{len(self.ways) + 1:03d}")
        self.legs.append(row)
        self.ways.append(way)
        self.points.append(stopped.place)
        return stopped.place.place_id

    def legs_table(self) -> pd.DataFrame:
        """Lay the legs out."""
        return pd.DataFrame(self.legs, columns=LEG_COLUMNS)

    def ways_table(self, before: pd.DataFrame) -> pd.DataFrame:
        """Ways of the kept legs: those of the last orders, and those cut short."""
        used = {str(leg["way_id"]) for leg in self.legs}
        cut = pd.DataFrame(self.ways, columns=[column.name for column in WAYS.columns])
        return pd.concat([before[before["way_id"].isin(used)], cut], ignore_index=True)
