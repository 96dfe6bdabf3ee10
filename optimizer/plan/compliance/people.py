"""Checks of people: rescue teams and emergency officers."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.plan.compliance.case import Case, Measured, estimated_sites, number_of
from optimizer.region.estimates import is_estimated
from optimizer.region.selection import SETTLEMENTS
from optimizer.region.standards import Rule


def check_team_people(case: Case, rule: Rule) -> Measured:
    """Every team of the rule's kinds has so many people; with no such team in the district, the district is short."""
    teams = case.region.tables["teams"]
    teams = teams[teams["team_kind"].isin(rule.team_kinds)].reset_index(drop=True)
    if teams.empty:
        return _people(case, rule, case.district(), np.zeros(1), np.zeros(1, dtype=bool))
    subjects = pd.DataFrame(
        {
            "subject_id": teams["team_id"].to_numpy(),
            "subject_name": teams["name"].to_numpy(),
            "town_name": case.town_names(_town_of(case, teams["site_id"])),
        }
    )
    return _people(case, rule, subjects, teams["people"].to_numpy(float), is_estimated(teams["estimated"], "people"))


def check_team_in_town(case: Case, rule: Rule) -> Measured:
    """Every town has a team of the rule's kinds with so many people: the largest one counts."""
    towns = case.sites("town")
    teams = case.region.tables["teams"]
    teams = teams[teams["team_kind"].isin(rule.team_kinds)].reset_index(drop=True)
    teams = teams.assign(town=_town_of(case, teams["site_id"]), doubt=is_estimated(teams["estimated"], "people"))
    by_town = teams.sort_values("people", kind="stable").groupby("town").last()
    largest = by_town["people"].astype(float).reindex(towns["site_id"]).fillna(0).to_numpy()
    doubt = by_town["doubt"].astype("boolean").reindex(towns["site_id"]).fillna(False).to_numpy(dtype=bool)
    return _people(case, rule, case.subjects(towns), largest, doubt)


def check_officers(case: Case, rule: Rule) -> Measured:
    """Every village and community has so many emergency officers. No cost of appointing one is known."""
    sites = case.sites(*SETTLEMENTS)
    officers = sites["emergency_officers"].fillna(0).to_numpy(dtype=float)
    doubt = estimated_sites(case.region, sites["site_id"], "emergency_officers")
    return Measured(
        subjects=case.subjects(sites),
        required=number_of(rule),
        reached=officers,
        before=officers,
        unit=case.word("unit_people"),
        mend="appoint_officers",
        mend_quantity=np.ceil(np.maximum(number_of(rule) - officers, 0)),
        estimated={"reached": doubt, "before": doubt},
    )


def _people(case: Case, rule: Rule, subjects: pd.DataFrame, people: np.ndarray, doubt: np.ndarray) -> Measured:
    short = np.ceil(np.maximum(number_of(rule) - people, 0))
    return Measured(
        subjects=subjects,
        required=number_of(rule),
        reached=people,
        before=people,
        unit=case.word("unit_people"),
        mend="recruit",
        mend_quantity=short,
        mend_cost_cny=short * case.region.settings.parameters.team_member_cost_cny,
        estimated={"reached": doubt, "before": doubt},
    )


def _town_of(case: Case, site_ids: pd.Series) -> pd.Series:
    """Town of each site; a town is its own."""
    sites = case.region.sites.set_index("site_id")
    towns = sites["town_id"].where(sites["kind"] != "town", sites.index.to_series())
    return site_ids.map(towns).fillna("")
