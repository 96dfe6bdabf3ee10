"""What one drawn scenario does to the links: as a random event, or as failures of roads alone.

Both are frozen and made of arrays, so that they go to other processes, and give the same for the same number wherever
they are asked.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from network.closed_times import apply_closures
from network.customization import UNREACHABLE
from network.failures import FailureModel
from network.roads import RoadNetwork
from network.speeds import VehicleClass, link_times_ms
from optimizer.events.draw import EventModel, draw_event

Int32s = NDArray[np.int32]


@dataclass(frozen=True)
class EventDraw:
    """Random events of a region: closures, weather and night together.

    Attributes
    ----------
    model : EventModel
    roads : RoadNetwork
    vehicle : VehicleClass
    base_ms : (m,) int32
        Link times without an event.
    seed : int
    draws : int
        How many are drawn in all.
    """

    model: EventModel
    roads: RoadNetwork
    vehicle: VehicleClass
    base_ms: Int32s
    seed: int
    draws: int

    def __call__(self, number: int) -> tuple[Int32s, Int32s]:
        """Links whose time event ``number`` changes, and what they take then; closures of every hour hold."""
        state = draw_event(self.model, self.seed, number, self.draws).roads
        free = link_times_ms(
            self.roads, self.vehicle, speed_factor=state.speed_factor, night=state.night, rain=state.rain
        )
        ms = apply_closures(state.closures, self.roads, free, self.vehicle)
        changed = np.flatnonzero(ms != self.base_ms).astype(np.int32)
        return changed, ms[changed]


@dataclass(frozen=True)
class FailureDraw:
    """Bridges and tunnels that fail, whatever the cause: closures alone."""

    failures: FailureModel

    def __call__(self, number: int) -> tuple[Int32s, Int32s]:
        """Links closed in draw ``number``, and the time that stands for it."""
        links = self.failures.closed_links(number)
        return links, np.full(len(links), UNREACHABLE, dtype=np.int32)
