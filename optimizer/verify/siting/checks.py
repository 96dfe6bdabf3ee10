"""Verify a siting folder: read it, state anew what was asked, and check every table and figure.

Recomputed are what is decided and what it costs, what was to be kept, who serves whom in what time, by which rule each
place is judged, the loss of every scenario in the model's own terms, value and gap, and every siting that the folder
compares with its own. Times come from SciPy's Dijkstra; nothing of :mod:`optimizer.models` is used.

What is not proven again: that a bound holds (that it is not above the value is), hence that no siting is better,
cheaper or nearer; what rests on choosing sites anew (the best siting of as many, without a site, or of a scenario) is
compared only with what is found here, never found here.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pandas as pd

from network.problem import Problem, ProblemsError
from network.words import Phrase
from optimizer.plan.table_files import read_plan_tables
from optimizer.region.schema import Kind
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.statement import state_siting
from optimizer.siting.stated.tables import SITING_TABLES
from optimizer.verify.folder import read_document, region_of
from optimizer.verify.outcome import SITING, Claims, Outcome, holds, said
from optimizer.verify.siting.compared import verify_additions, verify_alternatives, verify_frontier, verify_regret
from optimizer.verify.siting.decided import verify_sites, verify_towns
from optimizer.verify.siting.reasons import verify_reasons
from optimizer.verify.siting.restated import Restated, restate
from optimizer.verify.siting.served import verify_allocation, verify_coverage, verify_supply
from optimizer.verify.siting.totals import verify_result, verify_scenarios

SITING_DOCUMENT = "siting.json"


def read_siting(folder: Path) -> Claims:
    """Read what a siting folder claims.

    Raises
    ------
    ProblemsError
        It is broken, a table is missing, or its region cannot be read.
    """
    document = read_document(folder, SITING_DOCUMENT)
    tables = read_plan_tables(folder, SITING_TABLES)
    return Claims(region_of(folder, document), tables, document)


def siting_checks(claims: Claims) -> dict[str, Callable[[], Outcome]]:
    """Give every check by name, in order, ready to be run."""
    again = cache(lambda: _restated(claims))
    return {
        "siting_asked": lambda: _verify_asked(claims),
        "siting_tables": lambda: _verify_tables(claims, again()),
        "siting_sites": lambda: verify_sites(claims, again()),
        "siting_towns": lambda: verify_towns(claims, again()),
        "siting_allocation": lambda: verify_allocation(claims, again()),
        "siting_supply": lambda: verify_supply(claims, again()),
        "siting_coverage": lambda: verify_coverage(claims, again()),
        "siting_scenarios": lambda: verify_scenarios(claims, again()),
        "siting_result": lambda: verify_result(claims, again()),
        "siting_regret": lambda: verify_regret(claims, again()),
        "siting_frontier": lambda: verify_frontier(claims, again()),
        "siting_additions": lambda: verify_additions(claims, again()),
        "siting_alternatives": lambda: verify_alternatives(claims, again()),
        "siting_reasons": lambda: verify_reasons(claims, again()),
    }


def _restated(claims: Claims) -> Restated:
    given = claims.document.get("options")
    try:
        options = SitingOptions.of(given if isinstance(given, dict) else {})
    except (KeyError, TypeError) as error:
        what = Phrase("optimizer.plan.broken_json", reason=error)
        raise ProblemsError([Problem(what, Phrase("optimizer.plan.broken_mend"), file=SITING_DOCUMENT)]) from error
    return restate(state_siting(claims.region, options))


def _verify_asked(claims: Claims) -> Outcome:
    """The parameters of siting are the region's."""
    stated = claims.document.get("siting_parameters")
    right = stated == claims.region.settings.siting.model_dump(mode="json")
    return said("document_differs", right=right, what=Phrase("optimizer.verify.what_parameters"))


def _verify_tables(claims: Claims, again: Restated) -> Outcome:
    """No row twice, no id that is not known, no word that is not allowed."""
    outcome = Outcome()
    known = {
        "site_id": set(claims.region.sites["site_id"]),
        "server_id": {*again.statement.site_ids, ""},
        "scenario_id": {state.id for state in again.statement.states},
    }
    for table in SITING_TABLES:
        rows, name = claims.tables[table.name], SITING + table.name
        outcome += holds(name, rows, "duplicate_key", ~rows.duplicated(list(table.key)))
        for column, ids in known.items():
            if column in rows:
                entry = "unknown_scenario" if column == "scenario_id" else "unknown_site"
                outcome += holds(name, rows, entry, rows[column].isin(ids), id=rows[column])
        for choice in (column for column in table.columns if column.kind is Kind.CHOICE):
            right = rows[choice.name].isin([*choice.choices, ""])
            outcome += holds(name, rows, "unknown_choice", right, word=rows[choice.name])
        outcome += _named(claims, name, rows)
    return outcome


def _named(claims: Claims, name: str, rows: pd.DataFrame) -> Outcome:
    """Names beside ids are the region's."""
    names = claims.region.sites.set_index("site_id")["name"]
    outcome = Outcome()
    for key, column in (("site_id", "site_name"), ("server_id", "server_name"), ("supplier_id", "supplier_name")):
        if key in rows and column in rows:
            right = names.reindex(rows[key]).fillna("").to_numpy() == rows[column].to_numpy()
            outcome += holds(name, rows, "name_wrong", np.asarray(right), word=rows[column])
    return outcome
