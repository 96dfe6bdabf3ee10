"""A state of the roads that is looked into: which closures, at which hour, from which depots, by which vehicle."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from optimizer.analysis.access import SUPPLIES_DRIVE, access
from optimizer.analysis.barriers import state_at
from optimizer.analysis.sources import Sources
from optimizer.region.region import Region
from optimizer.region.scenarios import RoadState
from optimizer.region.selection import SETTLEMENTS


@dataclass(frozen=True)
class RoadCase:
    """What is looked into.

    Attributes
    ----------
    region : Region
        Files that closures name are looked for in its folder.
    sources : Sources
        Open depots, their stock, stations.
    state : RoadState
        With closures of every hour.
    vehicle_class : str
        What carries supplies.
    at_h : float, optional
        Hours after the event. Without it every closure is in force, whatever its hours.
    flying : bool
        Whether helicopters fly.
    """

    region: Region
    sources: Sources
    state: RoadState = field(default_factory=RoadState)
    vehicle_class: str = SUPPLIES_DRIVE
    at_h: float | None = None
    flying: bool = True

    @property
    def now(self) -> RoadState:
        """The roads at the hour."""
        return state_at(self.state, self.at_h)

    @property
    def all_open(self) -> RoadState:
        """The roads with every closure lifted, by the same night and weather."""
        return self.state.model_copy(update={"closures": ()})

    @property
    def settlements(self) -> list[str]:
        """Ids of the villages and communities."""
        sites = self.region.sites
        return list(sites.loc[sites["kind"].isin(SETTLEMENTS), "site_id"])

    def access(self, state: RoadState, site_ids: Sequence[str]) -> pd.DataFrame:
        """Find the nearest depots and station of sites; see :func:`optimizer.analysis.access.access`."""
        return access(self.region, state, self.sources, site_ids, self.vehicle_class)
