"""What the features of an OpenStreetMap file are to a starter region: places, stations, shelters and the like."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd

from network.words import Language, say

Tags = Mapping[str, str]

_DIGITS = re.compile(r"\d+")
_GROUPED = re.compile(r"(?<=\d)[\s,.'’\u00a0\u202f](?=\d{3}(?:\D|$))")
_LETTER = {"node": "n", "way": "w", "relation": "r", "n": "n", "w": "w", "r": "r"}


def osm_key(row_type: str, osm_id: int) -> str:
    """``n123``, ``w123`` or ``r123``: a key that survives a refresh of the file."""
    return f"{_LETTER[str(row_type)]}{osm_id}"


def feature_name(tags: Tags, key: str, language: Language) -> str:
    """Name as the place itself writes it, else what the file calls it in ``language``, else its OSM number."""
    for tag in ("name", f"name:{language}", "name:en", "official_name", "operator", "brand"):
        if tags.get(tag, "").strip():
            return " ".join(tags[tag].split())
    return say("optimizer.starter.unnamed", language, kind=key[0], number=key[1:])


def population(tags: Tags) -> float:
    """Residents as tagged; NaN where no number is tagged. ``24 678``, ``24,678`` and ``~500`` count."""
    found = _DIGITS.search(_GROUPED.sub("", tags.get("population", "")))
    return float(found.group()) if found else np.nan


def elevation_m(tags: Tags) -> float:
    """Height above the sea as tagged; NaN where unknown."""
    found = re.match(r"^\s*(-?\d+(?:\.\d+)?)", tags.get("ele", ""))
    return float(found.group(1)) if found else np.nan


def selected(features: pd.DataFrame, wanted: Callable[[Tags], bool], language: Language) -> pd.DataFrame:
    """Features whose tags are wanted, each once.

    Parameters
    ----------
    features : DataFrame
        As :func:`network.osm_features.read_features` gives it.
    wanted : callable
    language : {"zh", "en"}

    Returns
    -------
    DataFrame
        key, name, named, lon, lat, area_m2, tags. A node and an area of one name within the area's reach are one.
    """
    rows = [
        (osm_key(row["osm_type"], row["osm_id"]), row["lon"], row["lat"], row["area_m2"], row["tags"])
        for row in features.to_dict("records")
        if wanted(row["tags"])
    ]
    found = pd.DataFrame(rows, columns=["key", "lon", "lat", "area_m2", "tags"])
    found["area_m2"] = found["area_m2"].astype(float)
    found["name"] = [feature_name(tags, key, language) for tags, key in zip(found["tags"], found["key"], strict=True)]
    found["named"] = np.array([bool(tags.get("name")) for tags in found["tags"]], dtype=np.bool_)
    return found.sort_values("key", kind="stable").drop_duplicates("key").reset_index(drop=True)


def is_place(tags: Tags) -> bool:
    """A settlement or town."""
    return tags.get("place", "") != "" and not tags.get("abandoned") and not tags.get("disused")


def is_fire_station(tags: Tags) -> bool:
    """A fire station."""
    return tags.get("amenity") == "fire_station" or tags.get("emergency") == "fire_station"


def is_hospital(tags: Tags) -> bool:
    """A hospital."""
    return tags.get("amenity") == "hospital" or tags.get("healthcare") == "hospital"


def is_police(tags: Tags) -> bool:
    """A police station."""
    return tags.get("amenity") == "police"


def is_helipad(tags: Tags) -> bool:
    """A helicopter's landing point."""
    return tags.get("aeroway") in {"helipad", "heliport"}


def is_pier(tags: Tags) -> bool:
    """A pier or landing stage."""
    return tags.get("man_made") == "pier" or tags.get("amenity") == "ferry_terminal"


def is_water_point(tags: Tags) -> bool:
    """Where a fire engine takes water."""
    return tags.get("emergency") in {"water_tank", "suction_point", "fire_water_pond", "fire_hydrant"}


def is_supplier(tags: Tags) -> bool:
    """A shop or store large enough for a contract."""
    return tags.get("shop") in {"supermarket", "wholesale", "mall", "department_store"}


def is_warehouse(tags: Tags) -> bool:
    """A building that could become a depot."""
    return tags.get("building") == "warehouse" or tags.get("industrial") in {"warehouse", "distributor", "logistics"}


def is_town_hall(tags: Tags) -> bool:
    """A town hall or government office."""
    return tags.get("amenity") == "townhall" or tags.get("office") == "government"


def is_wood(tags: Tags) -> bool:
    """A wood or forest."""
    return tags.get("landuse") == "forest" or tags.get("natural") == "wood"


def is_volcano(tags: Tags) -> bool:
    """A volcano."""
    return tags.get("natural") == "volcano"


def is_coast(tags: Tags) -> bool:
    """A piece of coast."""
    return tags.get("natural") == "coastline"
