"""What is decided of every site, what it costs, and whether what was asked is kept."""

from __future__ import annotations

import numpy as np
import pandas as pd

from optimizer.verify.outcome import MONEY, SITING, UNITS, Claims, Outcome, equal, equal_text, said
from optimizer.verify.siting.restated import Flags, Restated

SITES, TOWNS = SITING + "sites", SITING + "towns"
OPEN = ("existing", "enlarged", "opened")


def open_sites(claims: Claims, again: Restated) -> Flags:
    """(m,) sites that the table has open, in the order of the statement."""
    decision = claims.tables["sites"].set_index("site_id")["decision"]
    return np.isin(decision.reindex(again.statement.site_ids).fillna("").to_numpy(dtype=object), OPEN)


def verify_sites(claims: Claims, again: Restated) -> Outcome:
    """Every site stands in the table once, decided as it can be, at its cost; what was asked is kept."""
    rows, statement = claims.tables["sites"], again.statement
    right = sorted(rows["site_id"]) == sorted(statement.site_ids)
    outcome = said("siting_sites_differ", right=right)
    if not right:
        return outcome
    stated = statement.sites.set_index("site_id").loc[rows["site_id"]].reset_index()
    opened = np.isin(rows["decision"].to_numpy(dtype=object), OPEN)
    existing = stated["existing"].to_numpy(dtype=bool)
    built = (rows["size"] != "").to_numpy() & opened
    expected = np.select(
        [existing & opened & built, existing & opened, existing, opened],
        ["enlarged", "existing", "closed", "opened"],
        "not_chosen",
    )
    outcome += equal_text(SITES, rows, "decision", expected)
    outcome += equal_text(SITES, rows, "override", stated["override"])
    outcome += equal_text(SITES, rows, "station_kind", stated["station_kind"])
    outcome += equal(SITES, rows, "open_cost_cny", stated["open_cost_cny"], MONEY)
    outcome += equal(SITES, rows, "close_cost_cny", stated["close_cost_cny"], MONEY)
    outcome += equal(SITES, rows, "cost_cny", _costs(again, rows, stated, opened), MONEY)
    order = pd.Index(statement.site_ids).get_indexer(pd.Index(rows["site_id"]))
    states = np.array([state.id for state in statement.states], dtype=object)
    outcome += equal_text(SITES, rows, "lost_in", [";".join(states[statement.lost[:, j]]) for j in order])
    return outcome + _kept(rows, stated, opened, again)


def _costs(again: Restated, rows: pd.DataFrame, stated: pd.DataFrame, opened: Flags) -> np.ndarray:
    """(m,) CNY of every site as it is decided: by its size where sizes are chosen."""
    open_cost = stated["open_cost_cny"].to_numpy(dtype=float)
    if again.statement.traits.weighs == "volume":
        sizes = again.statement.region.tables["sizes"]
        cost = (sizes["fixed_cost_cny"] + sizes["yearly_cost_cny"]).to_numpy(dtype=float)
        of_size = dict(zip(zip(sizes["site_id"], sizes["size"], strict=True), cost, strict=True))
        built = zip(rows["site_id"], rows["size"], strict=True)
        open_cost = np.array([of_size.get(one, 0.0) for one in built])
        open_cost = open_cost + stated["running_cost_cny"].to_numpy(dtype=float)
    return np.where(opened, open_cost, stated["close_cost_cny"].to_numpy(dtype=float))


def _kept(rows: pd.DataFrame, stated: pd.DataFrame, opened: Flags, again: Restated) -> Outcome:
    options = again.statement.options
    held = stated["fixed"].to_numpy(dtype=bool) <= opened
    ruled_out = ~(stated["forbidden"].to_numpy(dtype=bool) & opened)
    outcome = said("siting_not_held", right=bool(held.all()), names=_names(rows, ~held))
    outcome += said("siting_ruled_out", right=bool(ruled_out.all()), names=_names(rows, ~ruled_out))
    counted = int((opened & stated["counted"].to_numpy(dtype=bool)).sum())
    if options.number is not None:
        outcome += said("siting_number", right=counted <= options.number, claim=counted, value=options.number)
    if options.budget_cny is not None:
        spent = float(rows["cost_cny"].sum())
        right = spent <= options.budget_cny + float(MONEY.slack(spent)) + 1e-6 * options.budget_cny
        outcome += said("siting_budget", right=right, claim=f"{spent:,.0f}", value=f"{options.budget_cny:,.0f}")
    open_ids = set(rows["site_id"][opened])
    for group in again.statement.groups:
        if group.required:
            met = bool(open_ids.intersection(group.members))
            outcome += said("siting_town", right=met, rule=group.rule_id, town=group.town_id)
    return outcome


def verify_towns(claims: Claims, again: Restated) -> Outcome:
    """Depots of every town that a rule asks for are counted right."""
    rows = claims.tables["towns"]
    groups = {(group.rule_id, group.town_id): group for group in again.statement.groups}
    keys = list(zip(rows["rule_id"], rows["town_id"], strict=True))
    outcome = said("siting_towns_differ", right=sorted(keys) == sorted(groups))
    if sorted(keys) != sorted(groups):
        return outcome
    ids = np.array(again.statement.site_ids, dtype=object)
    open_ids = set(ids[open_sites(claims, again)])
    count = [float(len(open_ids.intersection(groups[key].members))) for key in keys]
    outcome += equal(TOWNS, rows, "depots", count, UNITS)
    return outcome + equal_text(TOWNS, rows, "outcome", ["met" if one else "short" for one in count])


def _names(rows: pd.DataFrame, chosen: Flags) -> str:
    return ", ".join(rows["site_id"][chosen].astype(str))
