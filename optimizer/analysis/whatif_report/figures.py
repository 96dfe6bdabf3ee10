"""The figures of a what-if that everything tells: once worked out, so that no two files differ."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from network.speeds import VEHICLE_CLASSES
from optimizer.analysis.columns import JOINT
from optimizer.analysis.detours import CHANGED_MIN
from optimizer.analysis.whatif import WhatIf, length_km
from optimizer.region.selection import SETTLEMENTS


@dataclass(frozen=True)
class WhatIfFigures:
    """Figures of a what-if; places are villages and communities, people their residents.

    Attributes
    ----------
    closures, openings : int
        Of what was asked for, how much closes or slows roads, and how much opens temporary links.
    idle : int
        Closures besides that do not hold for the chosen vehicle or hour.
    links_closed, links_slowed, links_opened : int
    closed_km : float
        Both directions of a road counted once.
    cut_off, local_only : int
        Places that the closures leave without any depot or station, or with those of their island alone.
    cut_off_people, local_only_people : float
    isolated_before, no_road : int
        Places that were isolated before the closures, and places without a road at all.
    broken : mapping of str to int
        By rule, the subjects that met it before and do not after.
    longer : int
        Places still reached by the district's depots that are reached later.
    longest_site_id : str
    longest_before_min, longest_after_min : float
        The place of them that loses most time.
    unheard : tuple of str
        Isolated places without assured communications and without a satellite phone.
    empty_handed : int
        Isolated places where an item of daily use is not held at all.
    shipments_lost, shipments_longer : int
        Legs of the plan's shipments.
    """

    closures: int
    openings: int
    idle: int
    links_closed: int
    links_slowed: int
    links_opened: int
    closed_km: float
    cut_off: int
    local_only: int
    cut_off_people: float
    local_only_people: float
    isolated_before: int
    no_road: int
    broken: Mapping[str, int]
    longer: int
    longest_site_id: str
    longest_before_min: float
    longest_after_min: float
    unheard: tuple[str, ...]
    empty_handed: int
    shipments_lost: int
    shipments_longer: int

    @property
    def isolated(self) -> int:
        """Places that the closures isolate."""
        return self.cut_off + self.local_only

    @property
    def isolated_people(self) -> float:
        """Their residents."""
        return self.cut_off_people + self.local_only_people


def figures_of(found: WhatIf) -> WhatIfFigures:
    """Work out the figures."""
    sites = found.tables["sites"]
    places = sites[sites["kind"].isin(SETTLEMENTS)]
    new = places[places["isolated"]]
    alone = newly_isolated(found)
    people = new.groupby("status_after")["people"].sum()
    counts = new["status_after"].value_counts()
    # Supplies come from the district's depots, or from the towns' where there is none of the district's.
    supply = "district_depot" if places["district_depot_before_min"].notna().any() else "town_depot"
    longer = places[places[f"{supply}_change_min"] > CHANGED_MIN]
    most = longer.nlargest(1, f"{supply}_change_min").to_dict("records")
    standards = found.tables["standards"]
    rules = dict.fromkeys(standards["rule_id"], 0) | standards[standards["breaks"]].groupby("rule_id").size().to_dict()
    lost = found.tables["shipments"]["lost"]
    openings = sum(closure.opened is not None for closure in found.closures)
    vehicle, hour = VEHICLE_CLASSES[str(found.options["vehicle_class"])], found.at_h
    idle = sum(closure.opened is None and not closure.holds(vehicle, hour) for closure in found.closures)
    return WhatIfFigures(
        closures=len(found.closures) - openings - idle,
        idle=idle,
        openings=openings,
        links_closed=int(found.closed.sum()),
        links_slowed=int(found.slowed.sum()),
        links_opened=int(found.opened.sum()),
        closed_km=length_km(found.region.roads, np.flatnonzero(found.closed)),
        cut_off=int(counts.get("cut_off", 0)),
        local_only=int(counts.get("local_only", 0)),
        cut_off_people=float(people.get("cut_off", 0.0)),
        local_only_people=float(people.get("local_only", 0.0)),
        isolated_before=int(places["status_before"].isin(("cut_off", "local_only")).sum()),
        no_road=int((places["status_after"] == "no_road").sum()),
        broken={str(rule): int(count) for rule, count in rules.items()},
        longer=len(longer),
        longest_site_id=most[0]["site_id"] if most else "",
        longest_before_min=most[0][f"{supply}_before_min"] if most else np.nan,
        longest_after_min=most[0][f"{supply}_after_min"] if most else np.nan,
        unheard=tuple(alone.loc[~alone["communications_assured"] & (alone["satellite_phones"] == 0), "site_id"]),
        empty_handed=int((alone["lasts_h"] == 0).sum()),
        shipments_lost=int(lost.sum()),
        shipments_longer=int((~lost).sum()),
    )


def newly_isolated(found: WhatIf) -> pd.DataFrame:
    """Rows of the table ``isolated`` that the closures isolate, most residents first."""
    sites, alone = found.tables["sites"], found.tables["isolated"]
    new = set(sites.loc[sites["isolated"], "site_id"])
    rows = alone[alone["site_id"].isin(new)]
    return rows.sort_values("people", ascending=False, kind="stable").reset_index(drop=True)


def names_in(cell: str) -> list[str]:
    """Split the names or ids of one cell."""
    return [name for name in cell.split(JOINT) if name]
