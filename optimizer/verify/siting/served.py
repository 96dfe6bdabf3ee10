"""Who serves whom, in what time, and who is within the standard."""

from __future__ import annotations

import numpy as np
import pandas as pd

from network.disjoint_ways import SHARED_M, disjoint_ways
from optimizer.siting.stated.levels import LEVEL_OF
from optimizer.siting.stated.sites import DEPOTS_DRIVE
from optimizer.verify.outcome import MINUTES, SHARES, SITING, UNITS, Claims, Outcome, equal, equal_text, holds, said
from optimizer.verify.roads import ScenarioRoads
from optimizer.verify.siting.decided import open_sites
from optimizer.verify.siting.restated import Restated

ALLOCATION, COVERAGE, SUPPLY = SITING + "allocation", SITING + "coverage", SITING + "supply"
NEAREST = ("minutes", "longest", "uncovered", "spent", "unbacked", "expected")
"""Losses in which the nearest open site serves."""
CERTAIN = 1.0 - 1e-9
METRES_A_DEGREE = 111_320.0


def verify_allocation(claims: Claims, again: Restated) -> Outcome:
    """Every place in every state is served by an open site, in the time that the roads allow."""
    rows, statement = claims.tables["allocation"], again.statement
    wanted = {(state.id, place) for state in statement.states for place in statement.place_ids}
    stated = set(zip(rows["scenario_id"], rows["site_id"], strict=True))
    outcome = said("siting_places_differ", right=stated == wanted)
    known = rows["server_id"].isin([*statement.site_ids, ""]).all()
    if stated != wanted or not known:
        return outcome
    opened = open_sites(claims, again)
    state, place, server = _numbers(again, rows)
    none, at = server < 0, np.maximum(server, 0)
    outcome += holds(ALLOCATION, rows, "siting_not_open", none | opened[at], id=rows["server_id"])
    minutes = np.where(none, np.nan, again.times_min[state, place, at])
    outcome += equal(ALLOCATION, rows, "drive_min", np.where(np.isinf(minutes), np.nan, minutes), MINUTES)
    if statement.traits.loss in NEAREST:
        outcome += holds(ALLOCATION, rows, "siting_not_nearest", _is_nearest(again, opened, state, place, server))
    covering = again.covering(opened)[state, place]
    outcome += equal(ALLOCATION, rows, "weight", statement.weight[state, place], UNITS)
    outcome += equal(ALLOCATION, rows, "covering_sites", covering.astype(float), UNITS)
    outcome += holds(ALLOCATION, rows, "siting_within", rows["within"].to_numpy(dtype=bool) == (covering > 0))
    standard, counts = statement.standard.minutes[place], statement.counts[place, at] & (server >= 0)
    outcome += equal(ALLOCATION, rows, "standard_min", np.where(np.isinf(standard), np.nan, standard), MINUTES)
    outcome += holds(ALLOCATION, rows, "siting_counts", rows["counts"].to_numpy(dtype=bool) == counts)
    return outcome + _verify_served(claims, again, rows) + _verify_backup(again, rows, opened)


def _is_nearest(
    again: Restated, opened: np.ndarray, state: np.ndarray, place: np.ndarray, server: np.ndarray
) -> np.ndarray:
    """Whether no open site is nearer; where standard times decide, none of those that count, if any has a way."""
    reach, statement = np.where(opened, again.times_min, np.inf), again.statement
    counting = np.where(statement.counts, reach, np.inf) if statement.traits.by_standard else reach
    some = np.isfinite(counting.min(axis=2))
    asked = np.where(some[:, :, None], counting, reach)
    own = np.where(server < 0, np.inf, asked[state, place, np.maximum(server, 0)])
    right: np.ndarray = own <= asked.min(axis=2)[state, place] + MINUTES.absolute
    return right


def _numbers(again: Restated, rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """(r,) numbers of state, place and server of every row; -1 where nobody serves."""
    statement = again.statement
    state = pd.Index([one.id for one in statement.states]).get_indexer(pd.Index(rows["scenario_id"]))
    place = pd.Index(statement.place_ids).get_indexer(pd.Index(rows["site_id"]))
    return state, place, pd.Index(statement.site_ids).get_indexer(pd.Index(rows["server_id"]))


def _verify_served(claims: Claims, again: Restated, rows: pd.DataFrame) -> Outcome:
    """What is served is what the model counts; where it has room, no more than the sites hold."""
    counted = again.counted
    state, place, server = _numbers(again, rows)
    served = rows["served"].to_numpy(dtype=float)
    if again.statement.traits.loss != "yearly":
        return equal(ALLOCATION, rows, "served", np.where(server < 0, 0.0, counted[state, place]), UNITS)
    total = np.zeros(counted.shape)
    np.add.at(total, (state, place), served)
    outcome = holds(ALLOCATION, rows, "siting_served", (total <= counted + 1e-6 * (1 + counted))[state, place])
    outcome += holds(ALLOCATION, rows, "siting_served", served >= 0)
    capacity = _capacity_m3(claims, again)
    loads = np.zeros((len(counted), len(capacity)))
    np.add.at(loads, (state[server >= 0], server[server >= 0]), served[server >= 0])
    fits = (loads <= capacity + 1e-6 * (1 + capacity))[state, np.maximum(server, 0)]
    return outcome + holds(ALLOCATION, rows, "siting_room", fits | (server < 0), id=rows["server_id"])


def unserved_m3(claims: Claims, again: Restated) -> np.ndarray:
    """(K, n) what places want and no row of the table of who serves whom gives them; missing without room."""
    if again.statement.traits.loss != "yearly":
        return np.full(again.counted.shape, np.nan)
    rows = claims.tables["allocation"]
    state, place, _ = _numbers(again, rows)
    left = again.counted.copy()
    np.subtract.at(left, (state, place), rows["served"].to_numpy(dtype=float))
    return np.asarray(np.maximum(left, 0.0))


def _capacity_m3(claims: Claims, again: Restated) -> np.ndarray:
    """(m,) cubic metres that every open site holds: what stands, and what its size adds."""
    sizes = again.statement.region.tables["sizes"].set_index(["site_id", "size"])["storage_m3"].astype(float)
    standing = again.statement.region.sites.set_index("site_id")["storage_m3"].fillna(0.0).astype(float)
    decided = claims.tables["sites"].set_index("site_id")
    held = []
    for site, stood in zip(again.statement.site_ids, again.existing, strict=True):
        decision, size = str(decided.loc[site, "decision"]), str(decided.loc[site, "size"])
        is_open = decision not in ("closed", "not_chosen")
        added = float(sizes.get((site, size), 0.0)) if size else 0.0
        held.append((float(standing[site]) if stood else 0.0) + added if is_open else 0.0)
    return np.array(held)


def _verify_backup(again: Restated, rows: pd.DataFrame, opened: np.ndarray) -> Outcome:
    """The pair that backs a place up is open and has two ways within the standard that share no road."""
    backed = rows[rows["backup_ids"] != ""]
    if again.statement.traits.loss != "unbacked" or backed.empty:
        return holds(ALLOCATION, rows, "siting_backup", (rows["backup_ids"] == "").to_numpy())
    outcome = Outcome()
    for state in again.statement.states:
        roads = ScenarioRoads.of(again.statement.region, state.roads, DEPOTS_DRIVE)
        mine = backed[backed["scenario_id"] == state.id]
        right = [_has_two_ways(again, roads, str(place), pair.split(";"), opened) for place, pair in
                 zip(mine["site_id"], mine["backup_ids"], strict=True)]  # fmt: skip
        outcome += holds(ALLOCATION, mine, "siting_backup", np.array(right, dtype=bool))
    return outcome


def _has_two_ways(again: Restated, roads: ScenarioRoads, place: str, pair: list[str], opened: np.ndarray) -> bool:
    """Whether ways from both depots to a place share no road but near it, and are in time."""
    statement, region = again.statement, again.statement.region
    site = [statement.site_ids.index(one) for one in pair if one in statement.site_ids]
    if len(site) != 2 or not opened[site].all():
        return False
    row = {one: number for number, one in enumerate(region.sites["site_id"])}
    node, access = region.snapping.node, region.snapping.access_min
    limit = statement.limit_min[statement.place_ids.index(place), site]
    left = limit - access[row[place]] - access[[row[one] for one in pair]]
    if (left < 0).any():
        return False
    found = disjoint_ways(
        region.roads,
        roads.link_ms.astype(np.int32),
        int(node[row[place]]),
        node[[row[one] for one in pair]],
        (left * 60_000).astype(np.int64),
        shared_m=SHARED_M,
    )
    return any(_apart(again, roads, one.first_links, one.second_links, left * 60_000) for one in found)


def _apart(again: Restated, roads: ScenarioRoads, first: np.ndarray, second: np.ndarray, most_ms: np.ndarray) -> bool:
    """Whether two ways are in time and share no road but such as lie near the place, as the crow flies."""
    network = again.statement.region.roads
    if any(roads.link_ms[links].sum() > most for links, most in zip((first, second), most_ms, strict=True)):
        return False
    ends = [{frozenset((int(network.tail[k]), int(network.head[k]))) for k in links} for links in (first, second)]
    shared = sorted(node for road in ends[0] & ends[1] for node in road)
    if not shared:
        return True
    place = int(network.head[first[-1]])
    east = (network.lon[shared] - network.lon[place]) * np.cos(np.radians(network.lat[place]))
    north = network.lat[shared] - network.lat[place]
    return bool((np.hypot(east, north) * METRES_A_DEGREE <= SHARED_M + 1.0).all())


def verify_supply(claims: Claims, again: Restated) -> Outcome:
    """Every open depot is supplied from the level above, in the time that the roads allow; a district's by itself."""
    rows = claims.tables["supply"]
    if again.statement.traits.loss != "levels":
        return said("siting_supply_unasked", right=rows.empty)
    opened = open_sites(claims, again)
    ids = np.array(again.statement.site_ids, dtype=object)
    wanted = {(state.id, site) for state in again.statement.states for site in ids[opened]}
    outcome = said("siting_supply_differs", right=set(zip(rows["scenario_id"], rows["site_id"], strict=True)) == wanted)
    if outcome.failures:
        return outcome
    state = pd.Index([one.id for one in again.statement.states]).get_indexer(pd.Index(rows["scenario_id"]))
    site, above = (pd.Index(ids).get_indexer(pd.Index(rows[name])) for name in ("site_id", "supplier_id"))
    level = np.array([LEVEL_OF[str(one)] for one in again.statement.sites["level"]])
    none = above < 0
    own = (level[site] == 3) & (above == site)
    higher = ~none & opened[above] & (level[np.maximum(above, 0)] > level[site])
    outcome += holds(SUPPLY, rows, "siting_supplier", none | own | higher, id=rows["supplier_id"])
    minutes = np.where(own, 0.0, again.between_min[state, site, np.maximum(above, 0)])
    minutes = np.where(none | np.isinf(minutes), np.nan, minutes)
    return outcome + equal(SUPPLY, rows, "drive_min", minutes, MINUTES)


def verify_coverage(claims: Claims, again: Restated) -> Outcome:
    """Before, after and at worst, and how often within the standard: place by place."""
    rows, statement = claims.tables["coverage"], again.statement
    right = list(rows["site_id"]) == statement.place_ids
    outcome = said("siting_places_differ", right=right)
    if not right:
        return outcome
    chance, opened = statement.probability, open_sites(claims, again)
    after, before = again.minutes(opened), again.minutes(again.existing)
    within = chance @ (again.covering(opened) > 0)
    judged = statement.standard.judged
    words = np.where(judged, np.where(within >= CERTAIN, "met", "short"), "not_applicable")
    for column, minutes in (
        ("before_min", (before * chance[:, None]).sum(axis=0)),
        ("after_min", (after * chance[:, None]).sum(axis=0)),
        ("worst_min", after.max(axis=0)),
        ("standard_min", statement.standard.minutes),
    ):
        outcome += equal(COVERAGE, rows, column, np.where(np.isinf(minutes), np.nan, minutes), MINUTES)
    outcome += equal(COVERAGE, rows, "within_share", np.where(judged, within, np.nan), SHARES)
    outcome += equal(COVERAGE, rows, "people", statement.places["people"], UNITS)
    outcome += equal(COVERAGE, rows, "threatened", statement.places["threatened"], UNITS)
    for column, amount in (("wanted_m3", again.counted), ("unserved_m3", unserved_m3(claims, again))):
        expected = chance @ amount if statement.traits.loss == "yearly" else np.nan
        outcome += equal(COVERAGE, rows, column, expected, UNITS)
    rule_id = np.where(statement.standard.by_hand, "", statement.standard.rule_id)
    outcome += equal_text(COVERAGE, rows, "rule_id", rule_id)
    return outcome + equal_text(COVERAGE, rows, "outcome", words)
