"""A solved siting as tables: what is open, who serves whom, who is within the standard, town by town and by scenario."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from network.words import Language
from optimizer.analysis.columns import JOINT, in_form
from optimizer.models.siting.solution import SitingSolution
from optimizer.region.estimates import is_estimated, join_marks
from optimizer.region.region import Region
from optimizer.siting.reached import Reached, reached
from optimizer.siting.siting_case import SitingCase
from optimizer.siting.stated.tables import ALLOCATION, COVERAGE, SCENARIOS, SITES, TOWNS

Flags = NDArray[np.bool_]
SHARE = 1e-9
"""Probabilities that sum to 1 do so within this."""


def result_tables(case: SitingCase, solution: SitingSolution, language: Language) -> dict[str, pd.DataFrame]:
    """Tables ``sites``, ``allocation``, ``coverage``, ``towns`` and ``scenarios`` of a siting."""
    found = reached(case, solution.opened, solution.server)
    return {
        "sites": _sites(case, solution, found),
        "allocation": _allocation(case, found),
        "coverage": _coverage(case, found),
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


def _sites(case: SitingCase, solution: SitingSolution, found: Reached) -> pd.DataFrame:
    statement, opened = case.statement, solution.opened
    rows, probability = statement.sites, case.problem.probability
    served, places = np.zeros(len(rows)), [set[int]() for _ in range(len(rows))]
    for number, share in enumerate(probability):
        at = np.flatnonzero(found.server[number] >= 0)
        np.add.at(served, found.server[number, at], share * statement.weight[number, at])
        for place, site in zip(at.tolist(), found.server[number, at].tolist(), strict=True):
            places[site].add(place)
    states = np.array([state.id for state in statement.states], dtype=object)
    existing = rows["existing"].to_numpy(dtype=bool)
    table = rows.assign(
        site_name=rows["name"],
        town_name=_town_names(statement.region, rows["town_id"]),
        decision=decisions(existing, opened, (rows["size"] != "").to_numpy()),
        size=rows["size"].where(opened, ""),
        cost_cny=np.where(opened, rows["open_cost_cny"], rows["close_cost_cny"]),
        served=served,
        served_places=[float(len(one)) for one in places],
        lost_in=[JOINT.join(states[lost]) for lost in statement.lost.T],
    )
    return in_form(table, SITES)


def _allocation(case: SitingCase, found: Reached) -> pd.DataFrame:
    statement = case.statement
    places, rows = statement.places, statement.sites
    towns = _town_names(statement.region, places["town_id"])
    parts = []
    for number, state in enumerate(statement.states):
        server = found.server[number]
        none = server < 0
        limit = statement.limit_min[np.arange(len(places)), np.maximum(server, 0)]
        parts.append(
            pd.DataFrame(
                {
                    "scenario_id": state.id,
                    "site_id": places["site_id"],
                    "site_name": places["name"],
                    "town_name": towns,
                    "weight": statement.weight[number],
                    "server_id": np.where(none, "", rows["site_id"].to_numpy()[np.maximum(server, 0)]),
                    "server_name": np.where(none, "", rows["name"].to_numpy()[np.maximum(server, 0)]),
                    "drive_min": found.minutes[number],
                    "standard_min": np.where(none, statement.standard.minutes, limit),
                    "within": found.within[number],
                }
            )
        )
    return in_form(pd.concat(parts, ignore_index=True), ALLOCATION)


def _coverage(case: SitingCase, found: Reached) -> pd.DataFrame:
    statement, probability = case.statement, case.problem.probability
    places, standard = statement.places, statement.standard
    within = probability @ found.within
    judged = np.where(within >= 1 - SHARE, "met", "short")
    marks = {
        name: is_estimated(places["estimated"], name) for name in ("people", "threatened")
    }
    table = places.assign(
        site_name=places["name"],
        town_name=_town_names(statement.region, places["town_id"]),
        rule_id=standard.rule_id,
        standard_min=standard.minutes,
        before_min=_expected(case.before_min, probability),
        after_min=_expected(found.minutes, probability),
        worst_min=found.minutes.max(axis=0),
        within_share=np.where(standard.judged, within, np.nan),
        outcome=np.where(standard.judged, judged, "not_applicable"),
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
            "lost_sites": [JOINT.join(ids[one]) for one in lost],
        }
    )
    return in_form(table, SCENARIOS)


def empty(names: Sequence[str]) -> pd.DataFrame:
    """No rows of so many columns."""
    return pd.DataFrame({name: [] for name in names})
