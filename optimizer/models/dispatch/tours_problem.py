"""Visits, the vehicles that may make them, and the tours that do."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class ToursProblem:
    """Visits, vehicles and the minutes between places: D depots first, then P places.

    Attributes
    ----------
    visit_ids, vehicle_ids : tuple of str
    travel_min : (C, D + P, D + P)
        Infinite where this class has no way.
    loading_min : (C,)
    service_min : (C, P)
    visit_place : (N,) int
        Of 0 … P - 1.
    mass_kg, volume_m3, earliest_min, latest_min : (N,)
        ``latest_min`` may be infinite.
    vehicle_class, vehicle_depot : (V,) int
    ready_min, payload_kg, payload_m3, back_by_min, away_min : (V,)
        The last two may be infinite.
    most_trips : int
        Of one vehicle.
    """

    visit_ids: tuple[str, ...]
    vehicle_ids: tuple[str, ...]
    travel_min: Floats
    loading_min: Floats
    service_min: Floats
    visit_place: Integers
    mass_kg: Floats
    volume_m3: Floats
    earliest_min: Floats
    latest_min: Floats
    vehicle_class: Integers
    vehicle_depot: Integers
    ready_min: Floats
    payload_kg: Floats
    payload_m3: Floats
    back_by_min: Floats
    away_min: Floats
    most_trips: int = 1

    @property
    def depots(self) -> int:
        """Number of depots, D."""
        return int(self.travel_min.shape[1] - self.service_min.shape[1])

    @cached_property
    def leg_min(self) -> Floats:
        """(C, D + P, D + P) minutes from the begin at one place to that at another: loading or service, and travel."""
        loading = np.repeat(self.loading_min[:, None], self.depots, axis=1)
        legs = self.travel_min + np.concatenate([loading, self.service_min], axis=1)[:, :, None]
        legs[:, np.arange(legs.shape[1]), np.arange(legs.shape[1])] = 0.0
        return np.asarray(legs)


@dataclass(frozen=True)
class TourTrip:
    """Minutes at which loading begins and the vehicle is back; visits in order, each with the minute it begins."""

    loading_begins_min: float
    returns_min: float
    visits: tuple[int, ...]
    begins_min: tuple[float, ...]


@dataclass(frozen=True)
class Tour:
    """A vehicle's trips, one after another."""

    vehicle: int
    trips: tuple[TourTrip, ...]
