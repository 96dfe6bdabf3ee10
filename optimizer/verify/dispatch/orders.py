"""What a dispatch folder orders, with what it was made from: region, incident, places and roads."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.dispatch.incident.form import IncidentForm
from optimizer.dispatch.incident.incident import Incident
from optimizer.region.region import Region
from optimizer.region.settings import DispatchParameters, Parameters
from optimizer.verify.dispatch.places import Places
from optimizer.verify.dispatch.roads_in_time import MINUTES_AN_HOUR, RoadsInTime
from optimizer.verify.outcome import Claims, Tolerance

TIMES = Tolerance(0.02, 0.0)
"""Minutes of a timetable, which add up a few that are rounded."""
JOINT = ";"
IN_PLACE = "in_place"
"""Instead of a trip: handed out from what lies in the place itself."""


@dataclass(frozen=True)
class Orders:
    """The claims of a dispatch folder.

    Attributes
    ----------
    claims : Claims
        Region, tables of :data:`~optimizer.dispatch.tables.DISPATCH_TABLES`, ``dispatch.json``.
    incident : Incident
        As it lies in the folder.
    previous : mapping of str to DataFrame, optional
        Tables of the orders that these take up, where they lie in the folder.
    """

    claims: Claims
    incident: Incident
    previous: Mapping[str, pd.DataFrame] | None = None

    @property
    def region(self) -> Region:
        """The folder's copy of the region."""
        return self.claims.region

    @property
    def form(self) -> IncidentForm:
        """The incident's form, nothing left out in it."""
        return self.incident.form

    @property
    def tables(self) -> Mapping[str, pd.DataFrame]:
        """The tables by name."""
        return self.claims.tables

    @property
    def parameters(self) -> Parameters:
        """Parameters of loading and mobilising."""
        return self.region.settings.parameters

    @property
    def dispatch(self) -> DispatchParameters:
        """Parameters of the dispatch itself."""
        return self.region.settings.dispatch

    @cached_property
    def places(self) -> Places:
        """Where the places are."""
        return Places.of(self.claims)

    @cached_property
    def roads(self) -> RoadsInTime:
        """The roads minute by minute, as closures are foreseen to end and crews clear them."""
        return RoadsInTime(self.region, self.form.roads, self._cleared_min)

    @cached_property
    def roads_as_they_were(self) -> RoadsInTime:
        """The same for what was under way when orders were taken up again: a closure counts when it has begun."""
        return RoadsInTime(self.region, self.form.roads, self._cleared_min, foreseen=False)

    @property
    def _cleared_min(self) -> Mapping[str, float]:
        rows = self.tables["clearing"]
        done = rows[(rows["crew_id"] != "") & rows["opens_min"].notna()]
        return dict(zip(done["closure"].astype(str), done["opens_min"].astype(float), strict=True))

    @cached_property
    def way_links(self) -> Mapping[str, NDArray[np.int64] | None]:
        """Links of every way; None where one of them is no link of the roads."""
        rows = self.tables["ways"]
        return {str(way): self._found(str(links)) for way, links in zip(rows["way_id"], rows["links"], strict=True)}

    @cached_property
    def legs(self) -> pd.DataFrame:
        """The legs, by carrier and step."""
        return self.tables["legs"].sort_values(["carrier_id", "step"], kind="stable")

    @property
    def resumed_min(self) -> float | None:
        """Minute at which these orders take up earlier ones; None where they are the first."""
        options = self.claims.document.get("options")
        at = options.get("at_min") if isinstance(options, dict) else None
        return float(at) if isinstance(at, int | float) and at > 0 else None

    def grounded_min(self, mode: str) -> list[tuple[float, float]]:
        """Minutes between which craft of a kind stay where they are."""
        windows = self.form.no_flying if mode == "helicopter" else self.form.no_boating
        return [
            (one.from_h * MINUTES_AN_HOUR, float("inf") if one.to_h is None else one.to_h * MINUTES_AN_HOUR)
            for one in windows
        ]

    def _found(self, joined: str) -> NDArray[np.int64] | None:
        found = [self.region.roads.find_link(one) for one in split(joined)]
        return None if None in found else np.array(found, dtype=np.int64)


def split(joined: object) -> list[str]:
    """Ids that are joined by ``;``."""
    return [one for one in str(joined).split(JOINT) if one]
