"""Towns and villages of the district as the facts give them, and where the facts are silent, estimates.

Counts of residents
    A town without a figure gets its number of communities times the mean of the urban sub-districts that have one
    (those with ten or more communities); see :func:`read_towns`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

FACTS = Path(__file__).resolve().parent.parent / "facts"

PLACED: dict[str, tuple[float, float]] = {
    "龙溪街道": (106.5120, 29.6010),
    "龙山街道": (106.5300, 29.6080),
    "龙塔街道": (106.5470, 29.6030),
    "两路街道": (106.6290, 29.7010),
    "宝圣湖街道": (106.5980, 29.7000),
    "仙桃街道": (106.5750, 29.7120),
}
"""Sub-districts without coordinates in the facts: placed by hand, lon and lat are marked as estimated."""


@dataclass(frozen=True)
class Town:
    """One of the 22 towns and sub-districts, or a neighbour that only bounds them.

    Attributes
    ----------
    code, name : str
    lon, lat : float
    population : int
    placed, counted : bool
        Coordinates, population come from the facts.
    communities, villages : int
    """

    code: str
    name: str
    lon: float
    lat: float
    population: int
    placed: bool
    counted: bool
    communities: int
    villages: int

    @property
    def sub_district(self) -> bool:
        """Whether it is a 街道 and not a 镇."""
        return self.name.endswith("街道")


def read_villages() -> pd.DataFrame:
    """Columns village_code, village_name, town_code, kind (``village`` or ``community``) in the order of codes."""
    villages = pd.read_csv(FACTS / "villages.csv", dtype=str, encoding="utf-8-sig").sort_values("village_code")
    rural = villages["village_name"].str.endswith("村民委员会")
    villages["kind"] = np.where(rural, "village", "community")
    return villages.reset_index(drop=True)


def read_towns() -> tuple[Town, ...]:
    """Read the 22 towns in the order of their codes."""
    table = pd.read_csv(FACTS / "towns.csv", dtype={"town_code": str}, encoding="utf-8-sig").sort_values("town_code")
    villages = read_villages()
    counts = pd.crosstab(villages["town_code"], villages["kind"])
    communities = counts["community"].reindex(table["town_code"]).to_numpy()
    known = table["population"].notna().to_numpy()
    urban = known & table["town_name"].str.endswith("街道").to_numpy() & (communities >= 10)
    a_community = table["population"].to_numpy()[urban].sum() / communities[urban].sum()
    towns = []
    for place, row in enumerate(table.itertuples()):
        lon, lat = PLACED.get(row.town_name, (row.lon, row.lat))
        people = row.population if known[place] else round(a_community * communities[place], -2)
        towns.append(
            Town(
                code=row.town_code,
                name=row.town_name,
                lon=float(lon),
                lat=float(lat),
                population=int(people),
                placed=row.town_name not in PLACED,
                counted=bool(known[place]),
                communities=int(communities[place]),
                villages=int(counts["village"][row.town_code]),
            )
        )
    return tuple(towns)


def read_neighbours() -> tuple[Town, ...]:
    """Read sub-districts of the same code outside the 22 that have coordinates: they bound the 22's land."""
    table = pd.read_csv(FACTS / "other_subdistricts.csv", dtype={"town_code": str}, encoding="utf-8-sig")
    table = table[table["lon"].notna()].sort_values("town_code")
    return tuple(
        Town(row.town_code, row.town_name, row.lon, row.lat, 0, True, False, int(row.village_count), 0)
        for row in table.itertuples()
    )
