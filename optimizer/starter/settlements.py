"""Towns, villages and communities of a starter region, from the places of an OpenStreetMap file.

Demand sits at villages and communities only, so a town with residents of its own has its centre as a community. A
tagged population of a town is taken as the whole town's: its centre has what its villages and communities leave over,
so nobody is counted twice.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from network.roads import RoadNetwork
from network.snap import snap
from network.times import travel_times_ms
from network.words import Language, Phrase, say
from optimizer.starter.defaults import Defaults, SettlementRules
from optimizer.starter.features import elevation_m, population
from optimizer.starter.nearby import distances_m, groups, in_space, nearest

_MOST_COMPARED = 1000
_NAMES_SHOWN = 5


@dataclass(frozen=True)
class Settlements:
    """Towns and the places where people live.

    Attributes
    ----------
    towns : DataFrame
        site_id, name, lon, lat, node, residents, residents_known; most residents first.
    places : DataFrame
        site_id, name, kind (village, community), place (OSM class), town (row of ``towns``), lon, lat, node, residents,
        residents_known, elevation_m, centre (a town's own); by town, most residents first.
    notes : tuple of Phrase
        What was merged, supposed or left out.
    """

    towns: pd.DataFrame
    places: pd.DataFrame
    notes: tuple[Phrase, ...]


def settle(
    found: pd.DataFrame,
    network: RoadNetwork,
    link_ms: NDArray[np.int32],
    main: NDArray[np.bool_],
    defaults: Defaults,
    language: Language,
    limit_m: float,
) -> Settlements:
    """Make towns, villages and communities of the places found.

    Parameters
    ----------
    found : DataFrame
        As :func:`~optimizer.starter.features.selected` gives the places.
    network : RoadNetwork
    link_ms : (m,) int32
        A light truck's times.
    main : (n,) bool
        The main piece of the network.
    defaults : Defaults
    language : {"zh", "en"}
        Of the names that the file does not give.
    limit_m : float
        A place farther from the main piece is left out.

    Returns
    -------
    Settlements
        Without rows where no place is left.
    """
    rules = defaults.rules.settlements
    known, notes = _known_places(found, defaults, rules)
    snapping = snap(network, known["lon"], known["lat"], limit_m, main=main)
    known["node"] = snapping.node
    known, off = known[known["node"] >= 0].reset_index(drop=True), known[known["node"] < 0]
    notes += _named("places_off_road", off, limit_m=round(limit_m))
    if known.empty:
        return Settlements(known, known, tuple(notes))
    towns, places, more = _towns(known, rules, language)
    notes += more
    places["town"] = _town_of(towns, places, network, link_ms)
    centres = _centres(towns, places, rules, language)
    places = pd.concat([places, centres], ignore_index=True)
    places, more = _largest(places, rules)
    notes += more
    return Settlements(*_finished(towns, places, language), tuple(notes))


def _known_places(found: pd.DataFrame, defaults: Defaults, rules: SettlementRules) -> tuple[pd.DataFrame, list[Phrase]]:
    """Give places of the classes we know, each once, with residents tagged or supposed."""
    places = found.assign(place=[tags.get("place", "") for tags in found["tags"]])
    places = places.merge(defaults.places[["place", "role", "population"]], on="place", how="inner")
    places["tagged"] = [population(tags) for tags in places["tags"]]
    places["elevation_m"] = [elevation_m(tags) for tags in places["tags"]]
    places = _each_once(places, rules.same_place_m)
    empty = places["tagged"] == 0
    notes = _named("places_empty", places[empty])
    places = places[~empty].reset_index(drop=True)
    places["residents"] = places["tagged"].fillna(places["population"]).astype(int)
    places["residents_known"] = places["tagged"].notna()
    columns = ["key", "name", "place", "role", "lon", "lat", "residents", "residents_known", "elevation_m"]
    return places[columns].copy(), notes


def _each_once(places: pd.DataFrame, reach_m: float) -> pd.DataFrame:
    """Keep one of near features of a name and role: the one with residents tagged, then the node."""
    groups_of = places.assign(group=0)
    for _, same in places[places["named"]].groupby(["name", "role"]):
        if len(same) > 1:
            groups_of.loc[same.index, "group"] = groups(in_space(same["lon"], same["lat"]), reach_m)
    groups_of.loc[~places["named"], "group"] = np.arange((~places["named"]).sum())
    ordered = groups_of.assign(untagged=places["tagged"].isna()).sort_values(["untagged", "key"], kind="stable")
    return ordered.drop_duplicates(["name", "role", "group"]).sort_values("key").reset_index(drop=True)


def _towns(
    known: pd.DataFrame, rules: SettlementRules, language: Language
) -> tuple[pd.DataFrame, pd.DataFrame, list[Phrase]]:
    """Tell towns from places; without a town, the villages that lie best for the others become towns."""
    known = known.sort_values(["residents", "key"], ascending=[False, True], kind="stable").reset_index(drop=True)
    towns = known[known["role"] == "town"]
    notes: list[Phrase] = []
    if towns.empty:
        towns = known.iloc[_middles(known, rules)].assign(promoted=True)
        places = known
        notes.append(Phrase("optimizer.starter.towns_supposed", count=len(towns)))
    else:
        kept, smaller = towns.iloc[: rules.most_towns], towns.iloc[rules.most_towns :]
        places = pd.concat([known[known["role"] != "town"], smaller.assign(role="community")], ignore_index=True)
        notes += _named("towns_as_communities", smaller)
        towns = kept.assign(promoted=False)
    towns = towns.reset_index(drop=True)
    towns["site_id"] = "T-" + towns["key"]
    prefix = places["role"].map({"village": "V-", "community": "C-"})
    places = places.assign(site_id=prefix + places["key"], kind=places["role"], centre=False)
    places.loc[places["key"].isin(towns["key"]), "centre"] = True
    return towns, places.reset_index(drop=True), notes


def _middles(known: pd.DataFrame, rules: SettlementRules) -> list[int]:
    """Rows of the places that keep the residents' way to the nearest of them short, chosen one after another."""
    best = known.index[known["role"] == known["role"].iloc[0]] if len(known) else known.index
    compared = [int(row) for row in best[:_MOST_COMPARED]]
    count = min(len(compared), rules.most_towns, max(1, round(len(known) / rules.settlements_a_town)))
    place = in_space(known["lon"], known["lat"])
    away = distances_m(place, place[compared])
    weight = known["residents"].to_numpy(dtype=np.float64)
    shortest = np.full(len(known), 1e7)
    chosen: list[int] = []
    for _ in range(count):
        totals = weight @ np.minimum(away, shortest[:, None])
        totals[chosen] = np.inf
        chosen.append(int(totals.argmin()))
        shortest = np.minimum(shortest, away[:, chosen[-1]])
    return [compared[number] for number in chosen]


def _town_of(
    towns: pd.DataFrame, places: pd.DataFrame, network: RoadNetwork, link_ms: NDArray[np.int32]
) -> NDArray[np.int64]:
    """Row of the town whose centre reaches each place first."""
    if places.empty:
        return np.empty(0, dtype=np.int64)
    times = travel_times_ms(network, link_ms, towns["node"].to_numpy(), places["node"].to_numpy())
    first = times.argmin(axis=0).astype(np.int64)
    # A promoted village is its own town's even where another town's centre shares its node.
    own = places["key"].map({key: row for row, key in enumerate(towns["key"])})
    _, straight = nearest(in_space(places["lon"], places["lat"]), in_space(towns["lon"], towns["lat"]))
    first = np.where(times.min(axis=0) >= UNREACHABLE, straight, first)
    belongs: NDArray[np.int64] = own.fillna(pd.Series(first, index=own.index)).to_numpy(dtype=np.int64)
    return belongs


def _centres(towns: pd.DataFrame, places: pd.DataFrame, rules: SettlementRules, language: Language) -> pd.DataFrame:
    """Make a community of each town's centre, of the residents that its other places leave over."""
    others = places.groupby("town")["residents"].sum().reindex(range(len(towns)), fill_value=0).to_numpy()
    left = towns["residents"].to_numpy() - others
    wanted = ~towns["promoted"].to_numpy(dtype=bool)
    wanted &= (left >= rules.least_centre_share * towns["residents"].to_numpy()) | (others == 0)
    centres = towns.assign(
        town=range(len(towns)),
        site_id="C-" + towns["key"],
        name=[say("optimizer.starter.centre", language, town=name) for name in towns["name"]],
        kind="community",
        role="community",
        centre=True,
        residents=np.maximum(left, 1),
        residents_known=towns["residents_known"] & (others == 0),
    )
    return centres.loc[wanted, [*places.columns]]


def _largest(places: pd.DataFrame, rules: SettlementRules) -> tuple[pd.DataFrame, list[Phrase]]:
    """Keep the largest places and every town's largest; the others' residents go to the nearest that is kept."""
    if len(places) <= rules.most_settlements:
        return places, []
    ordered = places.sort_values(["centre", "residents", "site_id"], ascending=[False, False, True], kind="stable")
    first_of_town = ~ordered.duplicated("town")
    ordered = ordered.assign(first=first_of_town).sort_values("first", ascending=False, kind="stable")
    kept = ordered.iloc[: rules.most_settlements].drop(columns="first").reset_index(drop=True)
    merged = ordered.iloc[rules.most_settlements :]
    _, place = nearest(in_space(merged["lon"], merged["lat"]), in_space(kept["lon"], kept["lat"]))
    added = np.bincount(place, weights=merged["residents"], minlength=len(kept)).astype(int)
    kept["residents"] += added
    kept["residents_known"] &= added == 0
    notes = _named("places_merged", merged, residents=int(merged["residents"].sum()), most=rules.most_settlements)
    return kept, notes


def _finished(towns: pd.DataFrame, places: pd.DataFrame, language: Language) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Add up the towns' residents, leave out towns without people, order both tables and tell equal names apart."""
    towns = towns.assign(of_town=places.groupby("town")["residents"].sum().reindex(range(len(towns)), fill_value=0))
    all_known = places.groupby("town")["residents_known"].all().reindex(range(len(towns)), fill_value=False)
    towns["residents_known"] = (towns["residents_known"] & (towns["residents"] == towns["of_town"])) | all_known
    towns["residents"] = towns["of_town"]
    towns = towns.sort_values(["residents", "key"], ascending=[False, True], kind="stable")
    places = places.assign(town=places["town"].map({old: new for new, old in enumerate(towns.index)}))
    places = places.sort_values(["town", "residents", "site_id"], ascending=[True, False, True], kind="stable")
    towns = towns.drop(columns=["of_town", "promoted"]).reset_index(drop=True)
    places = places.reset_index(drop=True)
    towns["name"] = _told_apart(towns["name"], "name_with_key", language, key=towns["key"])
    in_town = towns["name"].iloc[places["town"]].set_axis(places.index)
    names = _told_apart(places["name"], "name_in_town", language, town=in_town)
    places["name"] = _told_apart(names, "name_with_key", language, key=places["key"])
    return towns, places


def _told_apart(names: pd.Series, entry: str, language: Language, **values: pd.Series) -> pd.Series:
    """Say more of names that occur more than once."""
    told = names.copy()
    for row in names.index[names.duplicated(keep=False)]:
        said = {name: value[row] for name, value in values.items()}
        told[row] = say(f"optimizer.starter.{entry}", language, name=names[row], **said)
    return told


def _named(entry: str, rows: pd.DataFrame, **values: object) -> list[Phrase]:
    """Give a note with the number of rows and the first names, or none where there is no row."""
    if rows.empty:
        return []
    names = ", ".join(rows["name"].iloc[:_NAMES_SHOWN]) + (" …" if len(rows) > _NAMES_SHOWN else "")
    return [Phrase(f"optimizer.starter.{entry}", count=len(rows), names=names, **values)]
