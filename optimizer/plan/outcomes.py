"""The second stage of a solved plan as tables: how it does in each scenario, and why some want stays unmet."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from network.customization import UNREACHABLE
from optimizer.models.reserve_problem import LOCAL, ReserveSolution
from optimizer.plan.decisions import with_names
from optimizer.plan.demand import join_inputs
from optimizer.plan.reach import FREE, link_ms
from optimizer.plan.reserve_case import ReserveCase
from optimizer.region.estimates import is_estimated
from optimizer.region.region import Region

TOLERANCE = 1e-6
SPARE = 1e-3
"""Units of stock below which a source has none to spare."""
LANDING_KINDS = ("helipad", "pier")


def shipments(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """Who sends what where, by which class of vehicle, on time or late."""
    arcs = case.second.arcs.iloc[solution.shipments["arc"].to_numpy(np.int64)].reset_index(drop=True)
    item = solution.shipments["item"].to_numpy(np.int64)
    kind = arcs["type"].to_numpy(np.int64)
    local = kind == LOCAL
    units = solution.shipments["units"].to_numpy(float)
    classes = np.append(case.second.types["vehicle_class"].to_numpy(object), "none")
    return pd.DataFrame(
        {
            "scenario_id": np.array(case.problem.scenarios)[arcs["scenario"].to_numpy()],
            "from_site_id": case.first.sources["site_id"].to_numpy()[arcs["source"].to_numpy()],
            "to_site_id": np.array(case.problem.places)[arcs["place"].to_numpy()],
            "item_id": np.array(case.problem.items)[item],
            "vehicle_class": np.where(local, "none", classes[kind]),
            "holding_mode": case.first.sources["mode"].to_numpy()[arcs["source"].to_numpy()],
            "payload_kg": np.append(case.second.types["payload_kg"].to_numpy(float), 0.0)[kind],
            "period": np.where(solution.shipments["late"].to_numpy(bool), "late", "on_time"),
            "quantity": units,
            "drive_min": arcs["drive_min"].to_numpy(),
            "loads": np.where(local, 0.0, units * case.problem.recourse.load[item, np.where(local, 0, kind)]),
        }
    )


def fleet(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """From which source vehicles of which home work in each scenario."""
    used = solution.posted > TOLERANCE
    rows, pools = case.second.postings[used], case.second.pools
    pool = rows["pool"].to_numpy(np.int64)
    kind = pools["type"].to_numpy(np.int64)[pool]
    sources = case.first.sources.iloc[rows["source"].to_numpy(np.int64)]
    return pd.DataFrame(
        {
            "scenario_id": np.array(case.problem.scenarios)[rows["scenario"].to_numpy(np.int64)],
            "home_site_id": pools["site_id"].to_numpy()[pool],
            "work_site_id": sources["site_id"].to_numpy(),
            "holding_mode": sources["mode"].to_numpy(),
            "item_id": sources["item_id"].to_numpy(),
            "vehicle_class": case.second.types["vehicle_class"].to_numpy()[kind],
            "payload_kg": case.second.types["payload_kg"].to_numpy(float)[kind],
            "vehicles": solution.posted[used],
            "transfer_min": rows["transfer_min"].to_numpy(),
        }
    )


def unmet(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """Want that stays unmet or comes late, with the reason."""
    recourse, region = case.problem.recourse, case.region
    late, on_time = _delivered(case, solution)
    # What a solver leaves by rounding is no want of anybody's.
    missing = np.maximum(recourse.want - on_time - late, 0.0)
    open_want = (missing > TOLERANCE * recourse.want) & (missing > TOLERANCE) | (late > TOLERANCE)
    s, v, i = np.nonzero(open_want)
    places = np.array(case.problem.places)
    need = [table.reindex(places) for table in case.second.need]
    norms = region.tables["norms"].set_index("item_id")
    guessed = pd.Series(is_estimated(norms["estimated"], "quantity", "share"), index=norms.index)
    items = np.array(case.problem.items)
    reasons = _reasons(case, solution)
    rows = pd.DataFrame(
        {
            "scenario_id": np.array(case.problem.scenarios)[s],
            "site_id": places[v],
            "item_id": items[i],
            "priority": case.problem.priority[i],
            "people": [float(need[a]["people"].iloc[b]) for a, b in zip(s, v, strict=True)],
            "want": recourse.want[s, v, i],
            "on_time": on_time[s, v, i],
            "late": late[s, v, i],
            "unmet": missing[s, v, i],
            "reason": reasons[s, v, i],
            "estimated": [
                join_inputs([str(need[a]["estimated_inputs"].iloc[b]), "norms.quantity" if guessed[item] else ""])
                for a, b, item in zip(s, v, items[i], strict=True)
            ],
        }
    )
    landing = _nearest_landing(region)
    rows["landing_site_id"] = np.where(rows["reason"] == "no_road", rows["site_id"].map(landing).fillna(""), "")
    return with_names(rows, region)


def _delivered(case: ReserveCase, solution: ReserveSolution) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(S, V, I) units that come late, and on time."""
    arcs, sent = case.second.arcs, solution.shipments
    arc = sent["arc"].to_numpy(np.int64)
    at = arcs["scenario"].to_numpy()[arc], arcs["place"].to_numpy()[arc], sent["item"].to_numpy(np.int64)
    late, on_time = np.zeros(case.problem.recourse.want.shape), np.zeros(case.problem.recourse.want.shape)
    is_late = sent["late"].to_numpy(bool)
    units = sent["units"].to_numpy(float)
    np.add.at(late, tuple(axis[is_late] for axis in at), units[is_late])
    np.add.at(on_time, tuple(axis[~is_late] for axis in at), units[~is_late])
    return late, on_time


def _reasons(case: ReserveCase, solution: ReserveSolution) -> NDArray[np.object_]:
    """(S, V, I) why no more is delivered in time, if anything is missing.

    In this order: no road is left; no load can arrive in time; a source in reach still has some of the item (so it is
    vehicles that lack); else stock lacks.
    """
    problem, recourse = case.problem, case.problem.recourse
    shape = recourse.want.shape
    spare = _spare_stock(case, solution)
    in_time, has_spare = np.zeros(shape, dtype=bool), np.zeros(shape, dtype=bool)
    for i in range(shape[2]):
        quick = recourse.arrival_min <= problem.deadline_min[i]
        left = spare[recourse.arc_scenario, recourse.arc_source, i] > SPARE
        in_time[recourse.arc_scenario[quick], recourse.arc_place[quick], i] = True
        has_spare[recourse.arc_scenario[quick & left], recourse.arc_place[quick & left], i] = True
    road = case.second.reached.reindex(columns=list(problem.places)).to_numpy(dtype=bool)[:, :, None]
    reasons: NDArray[np.object_] = np.select(
        [~road & ~in_time, ~in_time, has_spare], ["no_road", "no_time", "no_vehicle"], "no_stock"
    ).astype(object)
    return reasons


def _spare_stock(case: ReserveCase, solution: ReserveSolution) -> NDArray[np.float64]:
    """(S, J, I) units that stay at the sources."""
    problem, holdings = case.problem, case.problem.holdings
    held = np.zeros((len(problem.sources), len(problem.items)))
    np.add.at(held, (holdings.source, holdings.item), holdings.existing + solution.moved_in - solution.moved_out)
    line = problem.lines.holding
    np.add.at(held, (holdings.source[line], holdings.item[line]), solution.packs * problem.lines.pack)
    np.add.at(held, (problem.offers.source, problem.offers.item), solution.contract)
    spare: NDArray[np.float64] = problem.recourse.kept[:, :, None] * held[None]
    arcs = case.second.arcs
    arc = solution.shipments["arc"].to_numpy(np.int64)
    at = arcs["scenario"].to_numpy()[arc], arcs["source"].to_numpy()[arc], solution.shipments["item"].to_numpy(np.int64)
    np.subtract.at(spare, at, solution.shipments["units"].to_numpy(float))
    return spare


def _nearest_landing(region: Region) -> pd.Series:
    """Nearest helipad or pier of every site, as the crow flies; empty where there is none."""
    sites = region.sites
    landing = sites[sites["kind"].isin(LANDING_KINDS)]
    if landing.empty:
        return pd.Series("", index=sites["site_id"])
    scale = [np.cos(np.radians(sites["lat"].mean())), 1.0]
    _, place = cKDTree(landing[["lon", "lat"]].to_numpy() * scale).query(sites[["lon", "lat"]].to_numpy() * scale)
    return pd.Series(landing["site_id"].to_numpy()[place], index=sites["site_id"])


def scenarios(case: ReserveCase, solution: ReserveSolution) -> pd.DataFrame:
    """How the plan does in each scenario, in people and person-items."""
    recourse, region = case.problem.recourse, case.region
    late, on_time = _delivered(case, solution)
    each = np.where(recourse.want > 0, recourse.per_person, 1.0)
    want, late, on_time = ((units / each).sum(axis=(1, 2)) for units in (recourse.want, late, on_time))
    free = link_ms(region, FREE, "car") < UNREACHABLE
    residents = region.sites.set_index("site_id")["population"].fillna(0)
    cut = [list(row.index[~row.to_numpy(dtype=bool)]) for _, row in case.second.reached.iterrows()]
    closed = [
        int((free & (link_ms(region, scenario.roads, "car") >= UNREACHABLE)).sum())
        for scenario in case.second.scenarios
    ]
    chosen = case.second.scenarios
    return pd.DataFrame(
        {
            "scenario_id": [scenario.id for scenario in chosen],
            "scenario_name": [scenario.name.zh for scenario in chosen],
            "hazard": [scenario.event.hazard for scenario in chosen],
            "probability": [scenario.probability for scenario in chosen],
            "weight": recourse.probability,
            "people": [float(table["people"].sum()) for table in case.second.need],
            "links_closed": closed,
            "sites_cut_off": [len(sites) for sites in cut],
            "people_cut_off": [float(residents.reindex(sites).sum()) for sites in cut],
            "want": want,
            "on_time": on_time,
            "late": late,
            "unmet": np.maximum(want - on_time - late, 0.0),
            "estimated": [join_inputs(table["estimated_inputs"]) for table in case.second.need],
        }
    )
