"""Stations, shelters, landing points, piers, water points and suppliers of a starter region."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.roads import RoadNetwork
from network.snap import snap
from network.words import Language, Phrase
from optimizer.starter import features as kinds
from optimizer.starter.defaults import Defaults
from optimizer.starter.features import Tags, selected
from optimizer.starter.nearby import groups, in_space, nearest

_SAME_SITE_M = 80.0


@dataclass(frozen=True)
class Nearby:
    """What every site of a file is related to.

    Attributes
    ----------
    features : DataFrame
    network : RoadNetwork
    main : (n,) bool
        Main piece of the roads.
    limit_m : float
        A site farther from it is left out.
    places : DataFrame
        As in :class:`~optimizer.starter.settlements.Settlements`.
    towns : DataFrame
    language : {"zh", "en"}
    """

    features: pd.DataFrame
    network: RoadNetwork
    main: NDArray[np.bool_]
    limit_m: float
    places: pd.DataFrame
    towns: pd.DataFrame
    language: Language

    def on_roads(self, wanted: Callable[[Tags], bool]) -> tuple[pd.DataFrame, int]:
        """Features that are wanted and on the roads, each once, with ``node`` and ``town_id``; and how many were not.

        A node and an area of the same thing stand within a few steps of each other: the area is kept.
        """
        found = selected(self.features, wanted, self.language)
        found["area_m2"] = found["area_m2"].fillna(0.0)
        found = _each_once(found)
        found["node"] = snap(self.network, found["lon"], found["lat"], self.limit_m, main=self.main).node
        near = found[found["node"] >= 0].reset_index(drop=True)
        _, place = nearest(in_space(near["lon"], near["lat"]), in_space(self.places["lon"], self.places["lat"]))
        town = self.places["town"].to_numpy()[place]
        near["town_id"] = self.towns["site_id"].to_numpy()[town]
        return near, len(found) - len(near)


@dataclass(frozen=True)
class FoundSites:
    """Rows of the sites table with their node, and what was left out."""

    sites: pd.DataFrame
    notes: tuple[Phrase, ...]


def found_sites(nearby: Nearby, defaults: Defaults) -> FoundSites:
    """Take the stations, shelters, landing points, piers, water points and suppliers that the file shows."""
    rules = defaults.rules.sites
    parts: list[pd.DataFrame] = []
    notes: list[Phrase] = []

    def take(wanted: Callable[[Tags], bool], prefix: str, most: int, counted: str, **cells: str) -> None:
        rows, off = nearby.on_roads(wanted)
        rows = rows.assign(**cells)
        parts.append(_rows(_most(rows, most, counted, off, notes), prefix))

    take(kinds.is_fire_station, "F-", rules.most_stations, "stations", kind="station", station_kind="fire_rescue")
    take(kinds.is_hospital, "H-", rules.most_stations, "stations", kind="station", station_kind="hospital")
    take(kinds.is_police, "P-", rules.most_stations, "stations", kind="station", station_kind="police")
    take(kinds.is_helipad, "L-", rules.most_landing_points, "landing_points", kind="helipad")
    take(kinds.is_pier, "Q-", rules.most_piers, "piers", kind="pier")
    take(kinds.is_water_point, "W-", rules.most_water_points, "water_points", kind="water_point")
    take(kinds.is_supplier, "S-", rules.most_suppliers, "suppliers", kind="supplier")
    parts.append(_shelters(nearby, defaults, notes))
    return FoundSites(pd.concat(parts, ignore_index=True), tuple(notes))


def _most(rows: pd.DataFrame, most: int, counted: str, off: int, notes: list[Phrase]) -> pd.DataFrame:
    """Keep the largest, and note what is left out."""
    if off:
        notes.append(Phrase("optimizer.starter.sites_off_road", what=Phrase(f"optimizer.starter.{counted}"), count=off))
    if len(rows) > most:
        what = Phrase(f"optimizer.starter.{counted}")
        notes.append(Phrase("optimizer.starter.sites_too_many", what=what, count=len(rows) - most, kept=most))
    return rows.sort_values(["area_m2", "key"], ascending=[False, True], kind="stable").iloc[:most]


def _shelters(nearby: Nearby, defaults: Defaults, notes: list[Phrase]) -> pd.DataFrame:
    """Schools, sports grounds, parks and the like, with a supposed share of their area."""
    rules, table = defaults.rules.sites, defaults.shelters
    kind_of = {(row.key, row.value): row for row in table.itertuples(index=False)}
    keys = list(dict.fromkeys(table["key"]))

    def figures(tags: Tags) -> tuple[float, float] | None:
        for key in keys:
            row = kind_of.get((key, tags.get(key, "")))
            if row is not None:
                return float(str(row.usable_share)), float(str(row.area_m2))
        return None

    rows, off = nearby.on_roads(lambda tags: figures(tags) is not None and tags.get("access") != "no")
    shares = [figures(tags) or (0.0, 0.0) for tags in rows["tags"]]
    area = [area if area > 0 else supposed for area, (_, supposed) in zip(rows["area_m2"], shares, strict=True)]
    usable = np.round([whole * share for whole, (share, _) in zip(area, shares, strict=True)], -1)
    rows = rows.assign(usable_area_m2=usable, area_m2=usable, kind="shelter")
    rows = rows[rows["usable_area_m2"] >= rules.least_shelter_m2]
    rows = _most(rows, rules.most_shelters, "shelters", off, notes)
    level = np.where(np.arange(len(rows)) < rules.district_shelters, "district", "town")
    return _rows(rows.assign(level=level, estimated="usable_area_m2;level;town_id"), "E-")


def _each_once(found: pd.DataFrame) -> pd.DataFrame:
    """Of features within a few steps of each other that share a name, or of which one is unnamed, keep the largest."""
    if len(found) < 2:
        return found
    numbered = found.assign(group=groups(in_space(found["lon"], found["lat"]), _SAME_SITE_M))
    ordered = numbered.sort_values(["area_m2", "named", "key"], ascending=[False, False, True], kind="stable")
    names = ordered["name"].where(ordered["named"])
    first_name = names.groupby(ordered["group"]).transform("first")
    one = names.isna() | (names == first_name)
    repeated = one & ordered[one].groupby("group").cumcount().reindex(ordered.index, fill_value=0).gt(0)
    kept = ordered[~repeated].copy()
    better = ~kept["named"] & first_name[kept.index].notna()
    kept.loc[better, "name"] = first_name[kept.index][better]
    kept.loc[better, "named"] = True
    return kept.drop(columns="group").sort_values("key").reset_index(drop=True)


def _rows(found: pd.DataFrame, prefix: str) -> pd.DataFrame:
    """Rows of the sites table: which town a site belongs to is always supposed."""
    columns = [
        "name",
        "kind",
        "station_kind",
        "level",
        "town_id",
        "lon",
        "lat",
        "usable_area_m2",
        "node",
        "area_m2",
        "estimated",
    ]
    rows = found if "estimated" in found else found.assign(estimated="town_id")
    rows = rows[[column for column in columns if column in rows]]
    rows.insert(0, "site_id", prefix + found["key"])
    return rows
