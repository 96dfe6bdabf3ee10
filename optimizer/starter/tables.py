"""The tables of a starter region, put together from its parts, with what is estimated marked by column."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import say
from optimizer.region.estimates import WHOLE_ROW
from optimizer.starter.budgets import offers, payers, sizes
from optimizer.starter.depots import DISTRICT_DEPOT
from optimizer.starter.district import District
from optimizer.starter.fleet import teams, vehicles
from optimizer.starter.stock import stock

_SUPPOSED = "hazards;wardens;communications_assured;emergency_officers"
_TOWN_SHARE = 0.25
"""A town lists a hazard that so large a share of its residents is exposed to."""


def starter_tables(district: District, found: pd.DataFrame, depots: pd.DataFrame, file: str) -> dict[str, pd.DataFrame]:
    """Give all region tables.

    Parameters
    ----------
    district : District
    found : DataFrame
        Stations, shelters and the like, rows of the sites table.
    depots : DataFrame
        Depots and candidates.
    file : str
        Name of the file that the sites come from.

    Returns
    -------
    dict of str to DataFrame
        With the columns of the schema; sites with ``node`` besides.
    """
    lots = stock(district)
    items, norms = district.defaults.items, district.defaults.norms
    tables = {
        "sites": sites_table(district, found, _stored(district, depots, lots), file),
        "sizes": sizes(district),
        "items": items,
        "stock": lots,
        "norms": norms,
        "vehicles": vehicles(district),
        "teams": teams(district, found[found["kind"] == "station"]),
        "payers": payers(district, lots),
        "offers": offers(district),
    }
    supposed = say("optimizer.starter.source_default", district.language)
    return {name: table if "source" in table else table.assign(source=supposed) for name, table in tables.items()}


def sites_table(district: District, found: pd.DataFrame, depots: pd.DataFrame, file: str) -> pd.DataFrame:
    """Towns, places, depots, candidates and what the file shows, in this order."""
    language = district.language
    towns, places = _towns(district), _places(district)
    from_file = pd.concat([towns, places, found.assign(key=found["site_id"].str.split("-", n=1).str[1])])
    from_file["source"] = [
        say("optimizer.starter.source_osm", language, key=key, file=file) for key in from_file["key"]
    ]
    supposed = depots.assign(source=say("optimizer.starter.source_default", language), estimated=WHOLE_ROW)
    parts = [from_file.iloc[: len(towns) + len(places)], supposed, from_file.iloc[len(towns) + len(places) :]]
    columns = [
        "site_id",
        "name",
        "kind",
        "level",
        "station_kind",
        "town_id",
        "lon",
        "lat",
        "population",
        "area_type",
        "hazards",
        "usable_area_m2",
    ]
    columns += [
        "storage_m3",
        "communications_assured",
        "wardens",
        "emergency_officers",
        "payer_id",
        "source",
        "estimated",
        "node",
    ]
    return pd.concat(parts, ignore_index=True).reindex(columns=columns)


def _places(district: District) -> pd.DataFrame:
    """Rows of villages and communities; a population is marked where it is not tagged as it stands."""
    places = district.places
    return places.assign(
        town_id=district.towns["site_id"].to_numpy()[places["town"]],
        population=places["residents"],
        estimated=_marks(places["residents_known"], f"town_id;area_type;{_SUPPOSED}"),
    )


def _towns(district: District) -> pd.DataFrame:
    """Rows of towns: a town's hazards are those of a share of its residents."""
    towns, places = district.towns, district.places
    return towns.assign(
        kind="town",
        population=towns["residents"],
        hazards=[_town_hazards(places[places["town"] == row]) for row in range(len(towns))],
        communications_assured=True,
        emergency_officers=0,
        estimated=_marks(towns["residents_known"], _SUPPOSED),
    )


def _marks(known: pd.Series, supposed: str) -> list[str]:
    """Mark what is supposed, and the residents where they are."""
    return [supposed if one else f"population;{supposed}" for one in known]


def _town_hazards(places: pd.DataFrame) -> str:
    """Hazards that enough of a town's residents are exposed to, joined by ``;``."""
    rows = places[["hazards", "residents"]].assign(hazards=places["hazards"].str.split(";")).explode("hazards")
    exposed: pd.Series = rows[rows["hazards"] != ""].groupby("hazards", sort=False)["residents"].sum()
    return ";".join(str(name) for name in exposed.index[exposed >= _TOWN_SHARE * places["residents"].sum()])


def _stored(district: District, depots: pd.DataFrame, lots: pd.DataFrame) -> pd.DataFrame:
    """Give depots their storage, large enough for what lies in them, and candidates their payer."""
    rules = district.defaults.rules.stock
    volume = district.defaults.items.set_index("item_id")["volume_m3"]
    held = (lots["quantity"] * lots["item_id"].map(volume)).groupby(lots["site_id"]).sum()
    least = np.where(depots["site_id"] == DISTRICT_DEPOT, rules.least_storage_m3, rules.town_storage_m3)
    filled = depots["site_id"].map(held).fillna(0.0).to_numpy() * rules.district_storage_factor
    storage: NDArray[np.float64] = np.ceil(np.maximum(least, filled) / 10) * 10
    candidate = depots["kind"] == "candidate"
    return depots.assign(
        storage_m3=pd.Series(storage, index=depots.index).where(~candidate),
        payer_id=[
            district.payer_of(int(town)) if is_one else ""
            for town, is_one in zip(depots["town"], candidate, strict=True)
        ],
    )
