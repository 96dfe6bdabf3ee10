"""The ways of the orders: connected from place to place, passable for who takes them, as long as they say."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from network.customization import UNREACHABLE
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.dispatch.roads_in_time import FOOT, MS_A_MINUTE, ROAD_MODES
from optimizer.verify.outcome import DISPATCH, MINUTES, Outcome, Tolerance, equal, holds

WAYS = DISPATCH + "ways"
_LENGTHS_KM = Tolerance(0.01, 1e-6)
_DRAWN_DEGREES = 2e-5
"""Lines are written with five decimals."""


def verify_ways(orders: Orders) -> Outcome:
    """Every way by road leads from its place to its place, bears its vehicle, is open when it says, and is as long."""
    rows = _by_road(orders)
    outcome = holds(WAYS, rows, "dispatch_link_unknown", [orders.way_links[way] is not None for way in rows["way_id"]])
    outcome += _place_known(orders, rows)
    if outcome.failures:
        return outcome
    links = [orders.way_links[way] for way in rows["way_id"]]
    sound = np.array([_leads(orders, way, found) for way, found in zip(rows.itertuples(), links, strict=True)], bool)
    outcome += holds(WAYS, rows, "dispatch_way_broken", sound)
    return outcome + _verify_driven(
        orders, rows[sound], [one for one, right in zip(links, sound, strict=True) if right]
    )


def _by_road(orders: Orders) -> pd.DataFrame:
    """Ways that name links; one on foot need not."""
    rows = orders.tables["ways"]
    return rows[rows["mode"].isin(ROAD_MODES) & ((rows["mode"] != FOOT) | (rows["links"] != ""))]


def _place_known(orders: Orders, rows: pd.DataFrame) -> Outcome:
    outcome = Outcome()
    for column in ("from_place_id", "to_place_id"):
        known = [place in orders.places for place in rows[column]]
        outcome += holds(WAYS, rows, "dispatch_unknown_place", known, id=rows[column])
    return outcome


def _leads(orders: Orders, way: Any, links: NDArray[np.int64] | None) -> bool:
    """Whether links follow on each other from the node of the one place to that of the other."""
    assert links is not None
    roads = orders.region.roads
    first, last = (orders.places[str(getattr(way, name))].node for name in ("from_place_id", "to_place_id"))
    nodes = np.concatenate([[first], roads.head[links]])
    return first >= 0 and int(nodes[-1]) == last and bool((roads.tail[links] == nodes[:-1]).all())


def _verify_driven(orders: Orders, rows: pd.DataFrame, links: list[NDArray[np.int64] | None]) -> Outcome:
    """Weight and height, closures at the minute from which on it is open, minutes, length, line."""
    ways = [one for one in links if one is not None]
    modes, opens = rows["mode"].astype(str), rows["opens_min"].fillna(0.0).astype(float)
    free = {mode: orders.roads.free_ms(mode) for mode in sorted(set(modes))}
    bears = np.array([(free[mode][way] < UNREACHABLE).all() for mode, way in zip(modes, ways, strict=True)], bool)
    outcome = holds(WAYS, rows, "dispatch_too_heavy", bears)
    outcome += _verify_lines(orders, rows, ways)
    # What was ordered before was so on the roads of then: its legs alone are driven again.
    fresh = ~rows["way_id"].isin(orders.legs.loc[orders.legs["frozen"] != "", "way_id"]).to_numpy()
    rows, bears = rows[fresh], bears[fresh]
    ways, modes, opens = [way for way, one in zip(ways, fresh, strict=True) if one], modes[fresh], opens[fresh]
    states = [orders.roads.at(minute, mode) for minute, mode in zip(opens, modes, strict=True)]
    is_open = np.array([not one.closed[way].any() for one, way in zip(states, ways, strict=True)], bool)
    outcome += holds(WAYS, rows, "dispatch_way_closed", is_open | ~bears, minute=opens)
    access = [
        orders.places[str(one.from_place_id)].access_min + orders.places[str(one.to_place_id)].access_min
        for one in rows.itertuples()
    ]
    driven = np.array([one.link_ms[way].sum() / MS_A_MINUTE for one, way in zip(states, ways, strict=True)])
    good = is_open & bears
    outcome += equal(WAYS, rows[good], "drive_min", (driven + access)[good], MINUTES)
    return outcome + _not_too_fast(orders, rows)


def _verify_lines(orders: Orders, rows: pd.DataFrame, ways: list[NDArray[np.int64]]) -> Outcome:
    """Length and line are those of the links, where there are any."""
    lengths = np.array([float(orders.region.roads.length_m[way].sum()) / 1000.0 for way in ways])
    some = np.array([len(way) > 0 for way in ways], dtype=bool)
    outcome = equal(WAYS, rows[some], "length_km", lengths[some], _LENGTHS_KM)
    drawn = [_drawn(orders, str(one.wkt), way) for one, way in zip(rows.itertuples(), ways, strict=True)]
    return outcome + holds(WAYS, rows, "line_off_roads", np.array(drawn, dtype=bool))


def _drawn(orders: Orders, wkt: str, links: NDArray[np.int64]) -> bool:
    """Whether a line keeps to the links from the first to the last."""
    if not len(links):
        return True
    line = shapely.from_wkt(wkt, on_invalid="ignore")
    if line is None or line.is_empty:
        return False
    roads = orders.region.roads
    points = shapely.get_coordinates(line)
    ends = np.array([roads.tail[links[0]], roads.head[links[-1]]])
    truth = np.column_stack([roads.lon[ends], roads.lat[ends]])
    driven = shapely.multilinestrings(list(roads.lines_of(links)))
    off = shapely.distance(shapely.points(points), driven)
    return bool(np.abs(points[[0, -1]] - truth).max() <= _DRAWN_DEGREES and off.max() <= _DRAWN_DEGREES)


def _not_too_fast(orders: Orders, rows: pd.DataFrame) -> Outcome:
    """No way takes less than the least that SciPy finds between its sites on the roads as they are then."""
    own = rows[np.array([bool(orders.places.site(a) and orders.places.site(b)) for a, b in _ends(rows)], dtype=bool)]
    number = own["opens_min"].fillna(0.0).map(orders.roads.number)
    outcome = Outcome()
    for (state, mode), group in own.groupby([number, "mode"], sort=False):
        starts, ends = zip(*_ends(group), strict=True)
        least = orders.roads.during(int(str(state)), str(mode)).minutes(
            [orders.places.site(one) for one in starts], [orders.places.site(one) for one in ends]
        )
        claimed = group["drive_min"].to_numpy(dtype=float)
        outcome += holds(WAYS, group, "dispatch_too_fast", claimed >= least - MINUTES.absolute, least=least.round(2))
    return outcome


def _ends(rows: pd.DataFrame) -> Iterator[tuple[str, str]]:
    return zip(rows["from_place_id"].astype(str), rows["to_place_id"].astype(str), strict=True)
