"""A solved siting as tables: what is open, who serves whom, who is within the standard, towns and scenarios."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import Language
from optimizer.analysis.columns import JOINT, in_form
from optimizer.models.siting.backup_covering import BackupSolution
from optimizer.models.siting.capacitated import CapacitatedSolution
from optimizer.models.siting.nested_levels import NestedSolution
from optimizer.models.siting.solution import SitingSolution
from optimizer.models.siting.transport import DUST
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.region import Region
from optimizer.region.schema import Table
from optimizer.siting.building import building
from optimizer.siting.reached import Reached, reached, serving
from optimizer.siting.siting_case import SitingCase
from optimizer.siting.stated.tables import ALLOCATION, COVERAGE, SCENARIOS, SITES, SUPPLY, TOWNS

Flags = NDArray[np.bool_]
SHARE = 1e-9
"""Probabilities that sum to 1 do so within this."""


def result_tables(case: SitingCase, solution: SitingSolution, language: Language) -> dict[str, pd.DataFrame]:
    """Tables ``sites``, ``allocation``, ``supply``, ``coverage``, ``towns`` and ``scenarios`` of a siting."""
    found = reached(case, solution.opened)
    allocation = _allocation(case, solution, found)
    return {
        "sites": _sites(case, solution, allocation),
        "allocation": allocation,
        "supply": _supply(case, solution),
        "coverage": _coverage(case, solution, found),
        "towns": _towns(case, solution.opened),
        "scenarios": _scenarios(case, solution, found, language),
    }


def joined(case: SitingCase, opened: Flags) -> str:
    """Ids of open sites in one cell."""
    return JOINT.join(case.statement.sites["site_id"].to_numpy()[opened])


def decisions(existing: Flags, opened: Flags, built: Flags) -> NDArray[np.object_]:
    """(m,) what is decided of each site; ``built`` says where an existing site gets a size."""
    kept = np.where(built, "enlarged", "existing")
    found: NDArray[np.object_] = np.select(
        [existing & opened, existing, opened], [kept, "closed", "opened"], "not_chosen"
    ).astype(object)
    return found


def _town_names(region: Region, town_ids: pd.Series) -> NDArray[np.object_]:
    """Name of the town of each row, empty where it has none."""
    sites = region.sites
    names = town_ids.map(dict(zip(sites["site_id"], sites["name"], strict=True)))
    return names.fillna("").to_numpy(dtype=object)


def _sites(case: SitingCase, solution: SitingSolution, allocation: pd.DataFrame) -> pd.DataFrame:
    statement, opened = case.statement, solution.opened
    rows = statement.sites
    chance = allocation["scenario_id"].map(dict(zip(case.problem.scenario_ids, case.problem.probability, strict=True)))
    served = (allocation["served"] * chance).groupby(allocation["server_id"]).sum()
    places = allocation.groupby("server_id")["site_id"].nunique()
    states = np.array([state.id for state in statement.states], dtype=object)
    existing = rows["existing"].to_numpy(dtype=bool)
    size, cost = _sizes_built(case, solution)
    table = rows.assign(
        site_name=rows["name"],
        town_name=_town_names(statement.region, rows["town_id"]),
        decision=decisions(existing, opened, size != ""),
        size=size,
        cost_cny=np.where(opened, cost, rows["close_cost_cny"]),
        served=served.reindex(rows["site_id"]).fillna(0.0).to_numpy(dtype=float),
        served_places=places.reindex(rows["site_id"]).fillna(0).to_numpy(dtype=float),
        lost_in=[JOINT.join(states[lost]) for lost in statement.lost.T],
    )
    return in_form(table, SITES)


def _sizes_built(case: SitingCase, solution: SitingSolution) -> tuple[NDArray[np.object_], NDArray[np.float64]]:
    """(m,) size in which each open site is built, and CNY for it and its first year."""
    rows = case.statement.sites
    if not isinstance(solution, CapacitatedSolution):
        return rows["size"].where(solution.opened, "").to_numpy(dtype=object), rows["open_cost_cny"].to_numpy()
    chosen = np.maximum(solution.size, 0)[:, None]
    names = np.take_along_axis(building(case.statement).names, chosen, axis=1)[:, 0]
    cost = np.take_along_axis(solution.sizes.fixed_cost, chosen, axis=1)[:, 0]
    return np.where(solution.opened, names, ""), cost


def _allocation(case: SitingCase, solution: SitingSolution, found: Reached) -> pd.DataFrame:
    statement = case.statement
    names = statement.sites["name"].to_numpy(dtype=object)
    ids = statement.sites["site_id"].to_numpy(dtype=object)
    places, towns = statement.places, _town_names(statement.region, statement.places["town_id"])
    backup, near = _backups(case, solution), serving(case, solution.opened)
    parts = []
    for number, state in enumerate(statement.states):
        place, server, served = _served(case, solution, near[number], number)
        none, at = server < 0, np.maximum(server, 0)
        parts.append(
            pd.DataFrame(
                {
                    "scenario_id": state.id,
                    "site_id": places["site_id"].to_numpy()[place],
                    "site_name": places["name"].to_numpy()[place],
                    "town_name": towns[place],
                    "weight": statement.weight[number, place],
                    "server_id": np.where(none, "", ids[at]),
                    "server_name": np.where(none, "", names[at]),
                    "served": served,
                    "drive_min": np.where(none, np.inf, case.problem.times_min[number, place, at]),
                    "standard_min": statement.standard.minutes[place],
                    "counts": ~none & statement.counts[place, at],
                    "within": found.within[number, place],
                    "covering_sites": found.covering[number, place].astype(float),
                    "backup_ids": backup[number, place],
                }
            )
        )
    return in_form(pd.concat(parts, ignore_index=True), ALLOCATION)


def _served(
    case: SitingCase, solution: SitingSolution, near: NDArray[np.int64], number: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]:
    """Places, who serves them in a state, and how much: one row a place, or more where depots share one.

    ``near`` (n,) serves where the model names nobody.
    """
    counted = solution.problem.weight[number]
    if not isinstance(solution, CapacitatedSolution):
        own = np.full(len(counted), -1) if case.statement.traits.by_standard else solution.server[number]
        server = np.where(own < 0, near, own)
        return np.arange(len(server)), server, np.where(server < 0, 0.0, counted)
    shares = solution.served[number].tocoo()
    left = np.flatnonzero((solution.unserved[number] > DUST) & (counted > 0))
    idle = np.flatnonzero(counted <= 0)
    place = np.concatenate([shares.row, left, idle])
    server = np.concatenate([shares.col, np.full(len(left), -1), near[idle]])
    amount = np.concatenate([shares.data, np.zeros(len(left) + len(idle))])
    order = np.lexsort((server, place))
    return place[order], server[order].astype(np.int64), amount[order]


def _backups(case: SitingCase, solution: SitingSolution) -> NDArray[np.object_]:
    """(K, n) the pair of open depots that back a place up, where the model looks for one."""
    ids = case.statement.sites["site_id"].to_numpy(dtype=object)
    found = np.full(case.problem.weight.shape, "", dtype=object)
    if isinstance(solution, BackupSolution):
        for number, place in np.argwhere(solution.pair[:, :, 0] >= 0):
            found[number, place] = JOINT.join(ids[solution.pair[number, place]])
    return found


def _supply(case: SitingCase, solution: SitingSolution) -> pd.DataFrame:
    if not isinstance(solution, NestedSolution):
        return empty(SUPPLY)
    ids, names = (case.statement.sites[name].to_numpy(dtype=object) for name in ("site_id", "name"))
    supply, parts = solution.levels.supply(case.problem.shape[0]), []
    opened = np.flatnonzero(solution.opened)
    for number, state in enumerate(case.statement.states):
        supplier = solution.supplier[number, opened]
        none, at = supplier < 0, np.maximum(supplier, 0)
        minutes = np.where(supplier == opened, 0.0, supply[number, 0][opened, at])
        values = {
            "scenario_id": state.id,
            "site_id": ids[opened],
            "site_name": names[opened],
            "supplier_id": np.where(none, "", ids[at]),
            "supplier_name": np.where(none, "", names[at]),
            "drive_min": np.where(none, np.inf, minutes),
        }
        parts.append(pd.DataFrame(values))
    return in_form(pd.concat(parts, ignore_index=True), SUPPLY)


def unserved_m3(solution: SitingSolution) -> NDArray[np.float64]:
    """(K, n) cubic metres that each place goes without; missing where the model knows no room."""
    return solution.unserved if isinstance(solution, CapacitatedSolution) else np.full(solution.server.shape, np.nan)


def _coverage(case: SitingCase, solution: SitingSolution, found: Reached) -> pd.DataFrame:
    statement, probability = case.statement, case.problem.probability
    places, standard = statement.places, statement.standard
    within = probability @ found.within
    judged = np.where(within >= 1 - SHARE, "met", "short")
    marks = {name: is_estimated(places["estimated"], name) for name in ("people", "threatened")}
    table = places.assign(
        site_name=places["name"],
        town_name=_town_names(statement.region, places["town_id"]),
        rule_id="" if standard.by_hand else standard.rule_id,
        standard_min=standard.minutes,
        before_min=_expected(case.before_min, probability),
        after_min=_expected(found.minutes, probability),
        worst_min=found.minutes.max(axis=0),
        within_share=np.where(standard.judged, within, np.nan),
        outcome=np.where(standard.judged, judged, "not_applicable"),
        wanted_m3=probability @ case.problem.weight if statement.traits.weighs == "volume" else np.nan,
        unserved_m3=probability @ unserved_m3(solution),
        estimated=join_marks(marks),
    )
    return in_form(table, COVERAGE)


def _expected(minutes: NDArray[np.float64], probability: NDArray[np.float64]) -> NDArray[np.float64]:
    """(n,) expected minutes, infinite where a state cuts the place off."""
    return np.asarray((minutes * probability[:, None]).sum(axis=0))


def _towns(case: SitingCase, opened: Flags) -> pd.DataFrame:
    statement = case.statement
    open_ids = set(statement.sites["site_id"].to_numpy()[opened])
    counts = [len(open_ids.intersection(group.members)) for group in statement.groups]
    table = pd.DataFrame(
        {
            "rule_id": [group.rule_id for group in statement.groups],
            "town_id": pd.Series([group.town_id for group in statement.groups], dtype=object),
            "required": [group.required for group in statement.groups],
            "depots": np.array(counts, dtype=float),
            "outcome": ["met" if count else "short" for count in counts],
        }
    )
    return in_form(table.assign(town_name=_town_names(statement.region, table["town_id"])), TOWNS)


def _scenarios(case: SitingCase, solution: SitingSolution, found: Reached, language: Language) -> pd.DataFrame:
    statement = case.statement
    cut = ~np.isfinite(found.minutes)
    lost = statement.lost & solution.opened
    aside = (statement.stated_weight > 0) & (case.problem.weight <= 0)
    ids = statement.sites["site_id"].to_numpy()
    table = pd.DataFrame(
        {
            "scenario_id": [state.id for state in statement.states],
            "scenario_name": [state.name.say(language) for state in statement.states],
            "probability": case.problem.probability,
            "weight": case.problem.weight.sum(axis=1),
            "loss": solution.scenario_losses,
            "mean_min": found.mean_min,
            "within_share": found.within_share,
            "unreached_places": cut.sum(axis=1).astype(float),
            "unreached_weight": (statement.weight * cut).sum(axis=1),
            "set_aside_places": aside.sum(axis=1).astype(float),
            "unserved_m3": unserved_m3(solution).sum(axis=1),
            "lost_sites": [JOINT.join(ids[one]) for one in lost],
        }
    )
    return in_form(table, SCENARIOS)


def empty(table: Table) -> pd.DataFrame:
    """No rows of a table."""
    return in_form(pd.DataFrame(), table)
