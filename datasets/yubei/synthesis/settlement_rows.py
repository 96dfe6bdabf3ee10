"""Rows of the sites table for towns, villages and communities."""

from __future__ import annotations

import numpy as np

from synthesis.exposure import Settlements
from synthesis.land import SEED
from synthesis.places import Town
from synthesis.rows import COORDINATES_SOURCE, MADE_SOURCE, NAMES_SOURCE, degrees, marks

TOWN_WARDENS = 4
FLOOD_WARDENS, OTHER_WARDENS = 3, 1
NO_OFFICER_SHARE = 0.06
"""So many villages have no emergency officer, so that the rule has something to find."""


def town_rows(towns: tuple[Town, ...], settlements: Settlements) -> list[dict[str, object]]:
    """One row a town; names, codes and what the facts give are facts, the rest is marked."""
    rows: list[dict[str, object]] = []
    for town in towns:
        guessed = [] if town.placed else ["lon", "lat"]
        guessed += [] if town.counted else ["population"]
        known = f"；{COORDINATES_SOURCE}" if town.placed else ""
        rows.append(
            {
                "site_id": town.code,
                "name": town.name,
                "kind": "town",
                "level": "town",
                "lon": town.lon,
                "lat": town.lat,
                "population": town.population,
                "hazards": settlements.town_hazards[town.code],
                "communications_assured": True,
                "wardens": TOWN_WARDENS,
                "emergency_officers": 1,
                "source": f"{NAMES_SOURCE}{known}；其余：{MADE_SOURCE}",
                "estimated": marks(*guessed, "hazards", "communications_assured", "wardens", "emergency_officers"),
            }
        )
    return rows


def village_rows(settlements: Settlements) -> list[dict[str, object]]:
    """One row a village or community; names, codes and towns are facts, all else is marked."""
    rng = np.random.default_rng(SEED + 11)
    columns = ("lon", "lat", "population", "area_type", "hazards", "communications_assured", "wardens")
    rows: list[dict[str, object]] = []
    for village in settlements.table.itertuples():
        officer = int(rng.random() >= NO_OFFICER_SHARE)
        rows.append(
            {
                "site_id": village.village_code,
                "name": village.village_name,
                "kind": village.kind,
                "level": "village",
                "town_id": village.town_code,
                **degrees(village.x, village.y),
                "population": village.population,
                "area_type": village.area_type,
                "hazards": village.hazards,
                "communications_assured": bool(village.communications_assured),
                "wardens": FLOOD_WARDENS if "flood" in village.hazards else OTHER_WARDENS,
                "emergency_officers": officer,
                "source": f"{NAMES_SOURCE}；其余：{MADE_SOURCE}",
                "estimated": marks(*columns, "emergency_officers"),
            }
        )
    return rows
