"""Depots and candidates of a starter region: the file shows buildings, never a reserve, so all are supposed."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from network.words import Language, Phrase, say
from optimizer.starter.defaults import Defaults
from optimizer.starter.features import is_town_hall, is_warehouse
from optimizer.starter.nearby import in_space, nearest
from optimizer.starter.sites import Nearby

DISTRICT_DEPOT = "D-district"


@dataclass(frozen=True)
class Depots:
    """Where stock lies and could lie.

    Attributes
    ----------
    sites : DataFrame
        Rows of the sites table with ``node`` and ``town`` (row of the towns; −1 for what the district pays).
    towns : DataFrame
        The towns with ``depot_id``, empty where the town has none.
    notes : tuple of Phrase
    """

    sites: pd.DataFrame
    towns: pd.DataFrame
    notes: tuple[Phrase, ...]


def depots(nearby: Nearby, defaults: Defaults) -> Depots:
    """Suppose a district depot, some small town depots, and candidates at the other towns and at warehouses.

    A depot or candidate of a town stands at the town hall where one is near, else at the centre.
    """
    rules, language = defaults.rules.sites, nearby.language
    towns = _with_halls(nearby, rules.town_hall_m)
    has_depot = np.arange(len(towns)) % rules.town_depot_every == 1
    towns["depot_id"] = np.where(has_depot, "D-" + towns["site_id"], "")
    rows: list[dict[str, object]] = [
        _row(towns.iloc[0], DISTRICT_DEPOT, say("optimizer.starter.district_depot", language), "depot", "district", -1)
    ]
    for number, town in towns.iterrows():
        entry, prefix, kind = ("town_depot", "D-", "depot") if town["depot_id"] else ("candidate", "N-", "candidate")
        name = say(f"optimizer.starter.{entry}", language, town=town["name"])
        rows.append(_row(town, prefix + str(town["site_id"]), name, kind, "town", int(str(number))))
    sites = pd.DataFrame(rows)
    warehouses, off = nearby.on_roads(is_warehouse)
    notes = []
    if off:
        notes.append(Phrase("optimizer.starter.sites_off_road", what=Phrase("optimizer.starter.warehouses"), count=off))
    if len(warehouses) > rules.most_warehouses:
        notes.append(
            Phrase(
                "optimizer.starter.sites_too_many",
                what=Phrase("optimizer.starter.warehouses"),
                count=len(warehouses) - rules.most_warehouses,
                kept=rules.most_warehouses,
            )
        )
    named = [_warehouse_name(row, towns, nearby.language) for _, row in warehouses.iterrows()]
    warehouses = warehouses.assign(name=named)
    largest = warehouses.sort_values(["area_m2", "key"], ascending=[False, True], kind="stable")
    built = largest.iloc[: rules.most_warehouses].assign(
        site_id=lambda found: "N-" + found["key"],
        kind="candidate",
        level="district",
        town=-1,
    )
    columns = [column for column in sites.columns if column in built]
    return Depots(pd.concat([sites, built[columns]], ignore_index=True), towns, tuple(notes))


def _with_halls(nearby: Nearby, reach_m: float) -> pd.DataFrame:
    """Give the towns with the place and node where their depot would stand."""
    towns = nearby.towns.copy()
    halls, _ = nearby.on_roads(is_town_hall)
    centres = in_space(towns["lon"], towns["lat"])
    distance, town = nearest(in_space(halls["lon"], halls["lat"]), centres)
    # A hall counts for the town whose centre is nearest to it: two towns must not meet in one hall.
    own = halls.assign(town=town, distance=distance)[distance <= reach_m].sort_values(["distance", "key"])
    hall = own.drop_duplicates("town").set_index("town")
    for column in ("lon", "lat", "node"):
        towns[f"depot_{column}"] = hall[column].reindex(range(len(towns))).fillna(towns[column])
    return towns


def _row(town: pd.Series, site_id: str, name: str, kind: str, level: str, payer: int) -> dict[str, object]:
    """Row of a depot or candidate at a town's hall or centre."""
    return {
        "site_id": site_id,
        "name": name,
        "kind": kind,
        "level": level,
        "town_id": town["site_id"],
        "lon": town["depot_lon"],
        "lat": town["depot_lat"],
        "node": int(town["depot_node"]),
        "town": payer,
    }


def _warehouse_name(found: pd.Series, towns: pd.DataFrame, language: Language) -> str:
    """Name a warehouse by its own name, else by its town and OSM number."""
    if found["named"]:
        return say("optimizer.starter.warehouse_named", language, name=found["name"])
    town = towns.loc[towns["site_id"] == found["town_id"], "name"].iloc[0]
    return say("optimizer.starter.warehouse", language, town=town, key=found["key"])
