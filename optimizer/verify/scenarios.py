"""Want of every scenario, what of it is met, who is cut off, and the routes that are drawn."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from shapely import from_wkt, get_coordinates

from optimizer.plan.demand import people_in_need
from optimizer.region.scenarios import RoadState
from optimizer.region.selection import SETTLEMENTS
from optimizer.verify.outcome import (
    MINUTES,
    SHARES,
    UNITS,
    Claims,
    Outcome,
    at_most,
    equal,
    equal_text,
    holds,
    none_missing,
    said,
)
from optimizer.verify.roads import ScenarioRoads
from optimizer.verify.transport import Roads, planned_scenarios

WANT = ["scenario_id", "site_id", "item_id"]
SOURCE_KINDS = ("depot", "candidate")
_DRAWN_DEGREES = 2e-5
"""Lines are written with five decimals."""
_LENGTH_KM = 0.01


def wants(claims: Claims) -> pd.DataFrame:
    """Want of every planned scenario: :data:`WANT`, ``priority``, ``people``, ``want`` (units), ``person_items``.

    People who need the item = people in need × share; units = those × norm, and × days for a norm a day.
    """
    norms = claims.region.tables["norms"]
    norms = norms[claims.relief().reindex(norms["item_id"]).fillna(False).to_numpy(dtype=bool)]
    parts = []
    for scenario in planned_scenarios(claims):
        need = people_in_need(claims.region, scenario)[["people", "person_days"]].reset_index()
        parts.append(need.assign(scenario_id=scenario.id).merge(norms, how="cross"))
    if not parts:
        return pd.DataFrame(columns=[*WANT, "priority", "people", "want", "person_items"])
    grid = pd.concat(parts, ignore_index=True)
    counted = grid["person_days"].where(grid["basis"] == "person_day", grid["people"])
    grid["want"] = counted * grid["share"] * grid["quantity"]
    grid["person_items"] = grid["people"] * grid["share"]
    return grid.loc[grid["want"] > 0, [*WANT, "priority", "people", "want", "person_items"]].reset_index(drop=True)


def met(claims: Claims) -> pd.DataFrame:
    """Add to :func:`wants` the units shipped ``on_time`` and ``late`` and those ``unmet``."""
    shipments = claims.tables["shipments"].rename(columns={"to_site_id": "site_id"})
    wanted, key = wants(claims), WANT
    for period in ("on_time", "late"):
        sent = shipments[shipments["period"] == period].groupby(key)["quantity"].sum()
        wanted[period] = sent.reindex(pd.MultiIndex.from_frame(wanted[key])).fillna(0.0).to_numpy(dtype=float)
    return wanted.assign(unmet=(wanted["want"] - wanted["on_time"] - wanted["late"]).clip(lower=0.0))


def verify_unmet(claims: Claims, met: pd.DataFrame) -> Outcome:
    """``unmet = want − on_time − late``, nothing shipped beyond want or unasked, no unmet want left out."""
    rows = claims.tables["unmet"]
    key = pd.MultiIndex.from_frame(rows[WANT])
    found = met.set_index(WANT).reindex(key)
    outcome = Outcome()
    for column in ("want", "on_time", "late", "unmet", "people"):
        outcome += equal("unmet", rows, column, found[column].to_numpy(dtype=float))
    outcome += equal("unmet", rows, "priority", found["priority"].to_numpy(dtype=float), SHARES)
    left = met[(met["unmet"] > UNITS.slack(met["want"])) | (met["late"] > UNITS.absolute)]
    outcome += none_missing("unmet", WANT, rows, left)
    outcome += at_most("unmet", met, "want", met["on_time"] + met["late"], met["want"])
    shipments = claims.tables["shipments"]
    asked = pd.MultiIndex.from_frame(shipments[["scenario_id", "to_site_id", "item_id"]])
    wanted = asked.isin(pd.MultiIndex.from_frame(met[WANT]))
    return outcome + holds("shipments", shipments, "not_wanted", wanted)


def verify_scenarios(claims: Claims, met: pd.DataFrame, roads: Roads) -> Outcome:
    """Totals, weights, closures and cut-off places of each scenario."""
    rows = claims.tables["scenarios"]
    planned = planned_scenarios(claims)
    outcome = said("scenario_unknown", right=len(planned) == len(rows), rows=len(rows), found=len(planned))
    outcome += _chosen(claims)
    if len(planned) != len(rows):
        return outcome
    probability = np.array([scenario.probability for scenario in planned])
    outcome += equal("scenarios", rows, "probability", probability, SHARES)
    outcome += equal("scenarios", rows, "weight", probability / probability.sum(), SHARES)
    outcome += equal_text("scenarios", rows, "hazard", [scenario.event.hazard for scenario in planned])
    people = met.drop_duplicates(["scenario_id", "site_id"]).groupby("scenario_id")["people"].sum()
    outcome += equal("scenarios", rows, "people", people.reindex(rows["scenario_id"]).fillna(0.0))
    each = met["person_items"] / met["want"]
    for column in ("want", "on_time", "late", "unmet"):
        total = (met[column] * each).groupby(met["scenario_id"]).sum()
        outcome += equal("scenarios", rows, column, total.reindex(rows["scenario_id"]).fillna(0.0))
    return outcome + _cut_off(claims, rows, roads)


def _chosen(claims: Claims) -> Outcome:
    """All scenarios of the region are planned for, unless the run was asked for some."""
    options = claims.document.get("options")
    asked = options.get("scenario_ids") if isinstance(options, dict) else None
    wanted = {scenario.id for scenario in claims.region.scenarios} if asked is None else set(asked)
    lacking = sorted(wanted - set(claims.tables["scenarios"]["scenario_id"]))
    return said("scenario_left_out", right=not lacking, scenarios=", ".join(lacking))


def _cut_off(claims: Claims, rows: pd.DataFrame, roads: Roads) -> Outcome:
    """Places that no depot, candidate or supplier reaches in any vehicle, and links closed to cars."""
    region = claims.region
    sites = region.sites
    places = sites[sites["kind"].isin(SETTLEMENTS)]
    sources = supply_sites(claims)
    free = ScenarioRoads.of(region, RoadState(), "car").closed
    closed, count, people = [], [], []
    for scenario in planned_scenarios(claims):
        classes = [key for key in roads if key[0] == scenario.id and key[1] in _carriers(claims)]
        reached = np.zeros(len(places), dtype=np.bool_)
        for key in classes:
            reached |= roads[key].reached(sources, list(places["site_id"]))
        state = roads.get((scenario.id, "car")) or ScenarioRoads.of(region, scenario.roads, "car")
        closed.append(float((state.closed & ~free).sum()))
        count.append(float((~reached).sum()))
        people.append(float(places["population"].fillna(0.0).to_numpy(dtype=float)[~reached].sum()))
    outcome = equal("scenarios", rows, "links_closed", closed) + equal("scenarios", rows, "sites_cut_off", count)
    return outcome + equal("scenarios", rows, "people_cut_off", people)


def supply_sites(claims: Claims) -> list[str]:
    """Depots, candidates and suppliers with an offer or a contract that stands."""
    sites, offers, lots = claims.region.sites, claims.region.tables["offers"], claims.region.tables["stock"]
    relief = claims.relief()
    named = pd.concat(
        [offers[["site_id", "item_id"]], lots.loc[lots["holding_mode"] != "physical", ["site_id", "item_id"]]]
    )
    promised = named.loc[relief.reindex(named["item_id"]).fillna(False).to_numpy(dtype=bool), "site_id"]
    own = sites.loc[sites["kind"].isin(SOURCE_KINDS), "site_id"]
    return list(dict.fromkeys([*own, *promised]))


def _carriers(claims: Claims) -> set[str]:
    """Vehicle classes that carry goods."""
    vehicles = claims.region.tables["vehicles"]
    return set(vehicles.loc[(vehicles["payload_kg"] > 0) & (vehicles["volume_m3"] > 0), "vehicle_class"])


def verify_routes(claims: Claims, roads: Roads) -> Outcome:
    """Each route takes the least time, has the length of such a way, and is drawn along roads from end to end."""
    rows = claims.tables["routes"]
    vertices = _road_points(claims)
    outcome = Outcome()
    for (scenario, vehicle, start), group in rows.groupby(["scenario_id", "vehicle_class", "from_site_id"], sort=False):
        network = roads[str(scenario), str(vehicle)]
        ends = list(group["to_site_id"])
        minutes = network.minutes([str(start)] * len(group), ends)
        way = np.isfinite(minutes)
        outcome += holds("routes", group, "no_way", way)
        group, ends = group[way], [end for end, found in zip(ends, way, strict=True) if found]
        outcome += equal("routes", group, "drive_min", minutes[way], MINUTES)
        outcome += _right_length(network, str(start), ends, group)
        outcome += holds("routes", group, "line_off_roads", _drawn_on(claims, vertices, group))
    return outcome


def _right_length(network: ScenarioRoads, start: str, ends: list[str], group: pd.DataFrame) -> Outcome:
    found = network.lengths_m(start, ends) / 1000
    claimed = group["length_km"].to_numpy(dtype=float)
    for i in np.flatnonzero(np.abs(found - claimed) > _LENGTH_KM):
        least, most = (length / 1000 for length in network.length_range_m(start, ends[i]))
        if least - _LENGTH_KM <= claimed[i] <= most + _LENGTH_KM:
            found[i] = claimed[i]
    return holds(
        "routes",
        group,
        "length_wrong",
        np.abs(found - claimed) <= _LENGTH_KM,
        claim=claimed.round(3),
        value=found.round(3),
    )


def _road_points(claims: Claims) -> set[tuple[int, int]]:
    """All points of the roads, in units of the fifth decimal of a degree."""
    roads = claims.region.roads
    lon = np.concatenate([roads.lon, roads.shape_lon])
    lat = np.concatenate([roads.lat, roads.shape_lat])
    whole = np.column_stack([_fifth(lon), _fifth(lat)])
    return set(map(tuple, whole.tolist()))


def _fifth(degrees: NDArray[np.float64]) -> NDArray[np.int64]:
    return np.rint(degrees * 1e5).astype(np.int64)


def _drawn_on(claims: Claims, vertices: set[tuple[int, int]], rows: pd.DataFrame) -> list[bool]:
    """Whether each line starts and ends at its sites' nodes, with points of roads alone between."""
    region = claims.region
    node = dict(zip(region.sites["site_id"], region.snapping.node, strict=True))
    right = []
    for row in rows.itertuples():
        line = get_coordinates(from_wkt(str(row.wkt), on_invalid="ignore"))
        ends = np.array([node[row.from_site_id], node[row.to_site_id]])
        if not len(line):
            right.append(bool(ends[0] == ends[1]))
            continue
        truth = np.column_stack([region.roads.lon[ends], region.roads.lat[ends]])
        near = np.abs(line[[0, -1]] - truth).max() <= _DRAWN_DEGREES
        points = np.column_stack([_fifth(line[:, 0]), _fifth(line[:, 1])]).tolist()
        right.append(bool(near and all(_near(tuple(point), vertices) for point in points)))
    return right


def _near(point: tuple[int, ...], vertices: set[tuple[int, int]]) -> bool:
    """Whether a road has a point there, one unit of rounding aside."""
    x, y = point
    return any((x + i, y + j) in vertices for i in (0, -1, 1) for j in (0, -1, 1))
