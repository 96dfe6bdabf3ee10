"""A draft beside the region that it strikes: what every check looks at."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from network.coordinates import CoordinateSystem, to_wgs84
from network.snap import snap
from optimizer.dispatch.incident.draft import Draft, Entry
from optimizer.dispatch.incident.skills import Skills
from optimizer.region.region import Region

LOCATED = ("tasks", "neighbours")
"""Lists whose entries may lie at a point of their own."""


@dataclass(frozen=True)
class Case:
    """A draft with everything named by its id.

    Attributes
    ----------
    draft : Draft
    region : Region
    skills : Skills
    folder : Path
        Files of shapes are relative to it.
    """

    draft: Draft
    region: Region
    skills: Skills
    folder: Path

    @cached_property
    def sites(self) -> pd.DataFrame:
        """The region's sites by their ids; ``joined`` to the roads or not."""
        return self.region.sites.assign(joined=self.region.snapping.node >= 0).set_index("site_id")

    @property
    def system(self) -> CoordinateSystem:
        """Coordinate system of the incident's points."""
        stated = self.draft.head.form.coordinates if self.draft.head else None
        return stated or self.region.settings.coordinates

    def point(self, entry: Entry[Any]) -> tuple[float, float]:
        """Longitude and latitude of an entry with a point, WGS-84 degrees."""
        lon, lat = to_wgs84(entry.form.lon, entry.form.lat, self.system)
        return float(lon), float(lat)

    @cached_property
    def joined(self) -> dict[int, bool]:
        """Whether a road lies near enough to the point of each entry that has one, by ``id(entry)``."""
        placed = [entry for entry in self.draft.entries(*LOCATED) if entry.form.site is None]
        if not placed:
            return {}
        points = np.array([self.point(entry) for entry in placed])
        limit_m = self.region.settings.parameters.snap_limit_m
        snapping = snap(self.region.roads, points[:, 0], points[:, 1], limit_m)
        return {id(entry): bool(node >= 0) for entry, node in zip(placed, snapping.node, strict=True)}

    def on_road(self, entry: Entry[Any]) -> bool:
        """Whether the place of an entry, whose site is known, is joined to the roads."""
        if entry.form.site is None:
            return self.joined[id(entry)]
        return bool(self.site(entry.form.site)["joined"])

    def site(self, site_id: str) -> pd.Series:
        """Give the row of a site."""
        site = self.sites.loc[site_id]
        assert isinstance(site, pd.Series)  # ids are unique in a region
        return site
