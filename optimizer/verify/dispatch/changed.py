"""Orders that take up earlier ones: what was done or under way stays as it was, and every other change is told."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from optimizer.verify.dispatch.orders import TIMES, Orders, split
from optimizer.verify.outcome import DISPATCH, Outcome, equal_text, holds, none_missing

LEGS, CHANGED = DISPATCH + "legs", DISPATCH + "changed"
_KEY = ["kind", "for_id"]


def verify_changed(orders: Orders) -> Outcome:
    """First orders freeze and change nothing; later ones keep what had begun, where the earlier tables lie beside."""
    at, legs = orders.resumed_min, orders.legs
    if at is None:
        outcome = holds(LEGS, legs, "dispatch_frozen", (legs["frozen"] == "").to_numpy())
        rows = orders.tables["changed"]
        return outcome + holds(CHANGED, rows, "row_unfounded", np.zeros(len(rows), dtype=np.bool_))
    kept = legs[legs["frozen"] != ""]
    done = (kept["arrive_min"] <= at + 1e-6).to_numpy()
    outcome = equal_text(LEGS, kept, "frozen", np.where(done, "finished", "started"))
    new = legs[legs["frozen"] == ""]
    outcome += holds(LEGS, new, "dispatch_begun_before", new["depart_min"] >= at - TIMES.absolute)
    if orders.previous is None:
        return outcome
    return outcome + _verify_kept(orders.previous, legs, at) + _verify_told(orders, orders.previous)


def _verify_kept(previous: Mapping[str, pd.DataFrame], legs: pd.DataFrame, at_min: float) -> Outcome:
    """Every leg that had begun stands in both, the same but for where a closure has stopped it."""
    before, frozen = previous["legs"], legs[legs["frozen"] != ""]
    outcome = holds(LEGS, frozen, "dispatch_frozen_differs", _begins(frozen).isin(_begins(before)))
    ends = _begins(frozen, "to_place_id", "arrive_min").isin(_begins(before, "to_place_id", "arrive_min"))
    stopped = (frozen["arrive_min"] - at_min).abs() <= TIMES.absolute
    outcome += holds(LEGS, frozen, "dispatch_frozen_differs", ends | stopped)
    begun = before[before["depart_min"] + before["wait_min"].fillna(0.0) <= at_min]
    return outcome + holds(LEGS, begun, "dispatch_frozen_lost", _begins(begun).isin(_begins(frozen)))


def _begins(legs: pd.DataFrame, *more: str) -> pd.MultiIndex:
    """Who sets out from where, when."""
    columns = ["carrier_id", "from_place_id", "depart_min", *more]
    return pd.MultiIndex.from_frame(legs[columns].round(2))


def _verify_told(orders: Orders, previous: Mapping[str, pd.DataFrame]) -> Outcome:
    """Who serves what, before and after: each difference has its row."""
    rows = orders.tables["changed"]
    before, after = _serving(previous), _serving(orders.tables)
    both = [key for key in before if key in after and before[key] != after[key]]
    outcome = none_missing(CHANGED, _KEY, rows, pd.DataFrame(both, columns=_KEY))
    # A row without either tells of somebody who was held up, and serves the same all the same.
    rows = rows[(rows["before"] != "") | (rows["after"] != "")]
    for column, serving in (("before", before), ("after", after)):
        told = zip(rows["kind"], rows["for_id"], rows[column], strict=True)
        right = [set(split(named)) == serving.get((kind, one), set()) for kind, one, named in told]
        outcome += holds(CHANGED, rows, "dispatch_change_wrong", np.array(right, dtype=bool))
    return outcome


def _serving(tables: Mapping[str, pd.DataFrame]) -> dict[tuple[str, str], set[str]]:
    """Teams of every task, depots of every request, shelters of every place."""
    found = {("task", str(row.task_id)): set(split(row.team_ids)) for row in tables["tasks"].itertuples()}
    found |= {("request", str(row.request_id)): set(split(row.depot_ids)) for row in tables["requests"].itertuples()}
    for row in tables["evacuees"].itertuples():
        found.setdefault(("place", str(row.place_id)), set()).add(str(row.shelter_id))
    return found
