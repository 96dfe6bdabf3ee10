"""Why each site: what changes if it alone closes or opens, and what is said of choosing anew."""

from __future__ import annotations

import numpy as np

from optimizer.verify.outcome import MINUTES, SHARES, SITING, Claims, Outcome, equal, holds, said
from optimizer.verify.siting.compared import values_of
from optimizer.verify.siting.decided import open_sites
from optimizer.verify.siting.restated import Restated
from optimizer.verify.siting.totals import LOSS

REASONS = SITING + "reasons"


def verify_reasons(claims: Claims, again: Restated) -> Outcome:
    """Every site that could be decided is told of; changes are those of the siting with it or without it."""
    rows, statement = claims.tables["reasons"], again.statement
    decided = ~(statement.sites["fixed"] | statement.sites["forbidden"]).to_numpy(dtype=bool)
    ids, opened = np.array(statement.site_ids, dtype=object), open_sites(claims, again)
    outcome = said("siting_reasons_differ", right=sorted(rows["site_id"]) == sorted(ids[decided]))
    if outcome.failures:
        return outcome
    flipped = [opened ^ (ids == site) for site in rows["site_id"]]
    chosen = np.isin(rows["site_id"].to_numpy(dtype=object), ids[opened])
    outcome += holds(REASONS, rows, "siting_chosen", rows["chosen"].to_numpy(dtype=bool) == chosen)
    mean, share = (again.expected(one) for one in again.means(opened))
    after = [tuple(map(again.expected, again.means(one))) for one in flipped]
    outcome += equal(REASONS, rows, "minutes_alone", [one - mean for one, _ in after], MINUTES)
    outcome += equal(REASONS, rows, "within_alone", [one - share for _, one in after], SHARES)
    result = claims.document.get("result")
    value = float(result.get("value") or 0.0) if isinstance(result, dict) else 0.0
    changes = values_of(claims, again, flipped) - value
    known = ~np.isnan(changes) & rows["change_alone"].notna().to_numpy()
    outcome += equal(REASONS, rows[known].reset_index(drop=True), "change_alone", changes[known], LOSS)
    bound, best = rows["change_best_bound"], rows["change_best"]
    return outcome + holds(REASONS, rows, "siting_bound_row", (bound <= best + LOSS.slack(best)) | best.isna())
