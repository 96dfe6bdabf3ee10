"""Where the orders lie on the ground: lines of the ways, roads closed and when they reopen."""

from __future__ import annotations

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from network.closed_links import matched_links
from network.closures import Closure
from optimizer.dispatch.dispatch import Dispatch

MINUTES_AN_HOUR = 60.0
BEGIN, END = ("from_place_id", "to_place_id")


def way_lines(dispatch: Dispatch) -> pd.Series:
    """A line for every way, by ``way_id``; straight where the way has no line of its own, on water or in the air."""
    ways = dispatch.tables["ways"]
    own = shapely.from_wkt(np.array([text or None for text in ways["wkt"]], dtype=object))
    straight = lines_between(dispatch, ways[BEGIN], ways[END])
    has_own = ~(shapely.is_missing(own) | shapely.is_empty(own))
    return pd.Series(np.where(has_own, own, straight), index=ways["way_id"], dtype=object)


def lines_between(dispatch: Dispatch, begin: pd.Series, end: pd.Series) -> NDArray[np.object_]:
    """Straight lines from places to places, empty where one of them lies nowhere."""
    spot = spots(dispatch)
    ends = np.stack([spot.reindex(ids).to_numpy(dtype=float) for ids in (begin, end)], axis=1)
    known = np.isfinite(ends).all(axis=(1, 2))
    lines: NDArray[np.object_] = np.full(len(ends), shapely.LineString(), dtype=object)
    lines[known] = shapely.linestrings(ends[known])
    return lines


def spots(dispatch: Dispatch) -> pd.DataFrame:
    """``lon`` and ``lat`` of every place of the orders and every site, by id."""
    sites = dispatch.region.sites.rename(columns={"site_id": "place_id"})
    known = pd.concat([dispatch.tables["places"], sites])[["place_id", "lon", "lat"]]
    return known.drop_duplicates("place_id").set_index("place_id").astype(float)


def closes(closure: Closure) -> bool:
    """Whether nobody gets through: nothing is merely slowed, delayed or opened."""
    return closure.slowed is None and closure.delay_min is None and not closure.opened


def closed_roads(dispatch: Dispatch) -> pd.DataFrame:
    """Every link that a closure of the incident closes, with minutes; what is slowed alone is left out.

    Returns
    -------
    DataFrame
        ``closure``, ``link`` (number in the network), ``from_min``, ``opens_min`` (by a crew or by forecast; NaN where
        that is not known).
    """
    cleared = dispatch.tables["clearing"].set_index("closure")["opens_min"].dropna().astype(float).to_dict()
    parts = []
    for closure in dispatch.incident.form.roads.closures:
        if not closes(closure):
            continue
        links = matched_links(closure, dispatch.region.roads, dispatch.region.folder)
        forecast = np.inf if closure.to_h is None else closure.to_h * MINUTES_AN_HOUR
        opens = min(cleared.get(closure.name, np.inf), forecast)
        times = {"from_min": (closure.from_h or 0) * MINUTES_AN_HOUR, "opens_min": opens if opens < np.inf else np.nan}
        parts.append(pd.DataFrame({"closure": closure.name, "link": links, **times}))
    columns = ["closure", "link", "from_min", "opens_min"]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame(columns=columns)
