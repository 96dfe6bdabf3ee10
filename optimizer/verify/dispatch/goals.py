"""The layers of the goals, worked out again from the other tables, and the arithmetic of their proofs.

What comes late loses a share of its weight at once, the rest over twelve hours. That a bound holds is not proven again.
Orders that take up earlier ones count changes as lateness and leave out what is done: of theirs only the proof's
arithmetic is checked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from optimizer.verify.dispatch.evacuees import sheltered
from optimizer.verify.dispatch.orders import IN_PLACE, Orders
from optimizer.verify.outcome import DISPATCH, SHARES, Outcome, Tolerance, equal, holds, none_missing

LAYERS = DISPATCH + "layers"
LATE_AT_ONCE, LATE_FULLY_MIN = 0.3, 720.0
"""Share of the weight lost just after the deadline, and minutes until all of it is."""
SUPPLIER_MIN = 120.0
"""Vehicle minutes that a whole request from a supplier counts for besides."""
PROVEN_GAP = 1e-6
LET_THROUGH = ("clearing", "let_through")
"""What cleared roads would let through if everybody set out at once: a measure that chooses, not one of the orders."""
_VALUES = Tolerance(1e-4, 1e-5)
"""Sums of many rows."""
_IN_TIME_MIN = 1e-6


def verify_layers(orders: Orders) -> Outcome:
    """Each layer is what the orders come to, its bound is not above it, gap and proof follow from both."""
    rows = orders.tables["layers"]
    values = layer_values(orders)
    key = pd.MultiIndex.from_frame(rows[["part", "layer"]])
    known = key.isin([*values, LET_THROUGH])
    outcome = holds(LAYERS, rows, "row_unfounded", known)
    wanted = [one for one in (*values, LET_THROUGH) if _stated(orders, one[0])]
    expected = pd.DataFrame(wanted, columns=["part", "layer"])
    outcome += none_missing(LAYERS, ["part", "layer"], rows, expected)
    rows, key = rows[known], key[known]
    if orders.resumed_min is None:
        own = key.isin(list(values))
        outcome += equal(LAYERS, rows[own], "value", [values[one] for one in key[own]], _VALUES)
    value, bound = rows["value"].to_numpy(dtype=float), rows["bound"].to_numpy(dtype=float)
    outcome += holds(LAYERS, rows, "dispatch_bound", bound <= value + _VALUES.slack(value))
    scale = np.array([_scale(orders, part, layer) for part, layer in key])
    scale = np.where(np.isnan(scale), value, scale)
    gap = np.divide(value - bound, scale, out=np.zeros(len(rows)), where=scale > 0)
    if orders.resumed_min is None:
        outcome += equal(LAYERS, rows, "gap", gap, SHARES)
    proven = (rows["status"] == "proven").to_numpy()
    return outcome + holds(LAYERS, rows, "dispatch_proven", ~proven | (gap <= PROVEN_GAP * 1.01))


def layer_values(orders: Orders) -> Mapping[tuple[str, str], float]:
    """What the tables come to, by part and layer."""
    parts: Mapping[str, Callable[[Orders], Mapping[str, float]]] = {
        "teams": _teams, "supplies": _supplies, "evacuation": _evacuation,
    }  # fmt: skip
    return {(part, layer): value for part, each in parts.items() for layer, value in each(orders).items()}


def late_share(minutes: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of its weight that is lost by what is so many minutes late."""
    share = LATE_AT_ONCE + (1 - LATE_AT_ONCE) * np.clip(minutes / LATE_FULLY_MIN, 0.0, 1.0)
    return np.where(minutes > _IN_TIME_MIN, share, 0.0)


def _teams(orders: Orders) -> Mapping[str, float]:
    rows = orders.tables["tasks"]
    start, weight = rows["start_min"].to_numpy(dtype=float), rows["weight"].to_numpy(dtype=float)
    served = ~np.isnan(start)
    late = late_share(start[served] - rows["deadline_min"].to_numpy(dtype=float)[served])
    return {
        "unserved": float(weight[~served].sum()),
        "lateness": float(weight[served] @ late),
        "arrival": float(weight[served] @ start[served]),
    }


def _brought(orders: Orders) -> pd.DataFrame:
    """By ``request_id``: ``weight``, ``deadline_min`` and the units ``wanted`` beyond what lies in the place."""
    loads, rows = orders.tables["loads"], orders.tables["requests"].drop_duplicates("request_id")
    rows = rows.set_index("request_id")
    own = loads[loads["trip_id"] == IN_PLACE].groupby("request_id")["quantity"].sum().reindex(rows.index).fillna(0.0)
    wanted = rows["quantity"] - own
    found: pd.DataFrame = rows[["weight", "deadline_min", "unmet"]].assign(wanted=wanted)[wanted > 1e-6]
    return found


def _supplies(orders: Orders) -> Mapping[str, float]:
    rows, trips = _brought(orders), orders.tables["trips"]
    loads = orders.tables["loads"]
    loads = loads[(loads["trip_id"] != IN_PLACE).to_numpy() & loads["request_id"].isin(rows.index).to_numpy()]
    of = rows.reindex(loads["request_id"])
    share = loads["quantity"].to_numpy(dtype=float) / of["wanted"].to_numpy(dtype=float)
    late = late_share(loads["arrive_min"].to_numpy(dtype=float) - of["deadline_min"].to_numpy(dtype=float))
    supplied = share[(loads["lot_id"] == "").to_numpy()].sum()
    return {
        "unmet": float((rows["weight"] * rows["unmet"] / rows["wanted"]).sum()),
        "lateness": float((of["weight"].to_numpy(dtype=float) * share * late).sum()),
        "minutes": float((trips["return_min"] - trips["loading_min"]).sum() + SUPPLIER_MIN * supplied),
    }


def _evacuation(orders: Orders) -> Mapping[str, float]:
    ratio, given = orders.dispatch.priority_ratio, sheltered(orders)
    rows = orders.tables["evacuees"]
    without, split = 0.0, 0.0
    used = rows.groupby("place_id")["shelter_id"].nunique()
    for one in orders.form.evacuations:
        place, people = orders.places.of_site(one.site), float(one.people or 0)
        without += ratio ** (1 - one.priority) * (people - float(given[place]))
        split += people * max(int(used.get(place, 0)) - 1, 0)
    driven = float((rows["people"] * rows["drive_min"]).sum())
    return {"unsheltered": without, "person_minutes": driven + orders.dispatch.split_min * split}


def _stated(orders: Orders, part: str) -> bool:
    """Whether there is anything that the part is about, and so a layer of it in first orders."""
    tables = orders.tables
    decided = len(tables["clearing"]) if orders.form.clearing.crews else 0
    about = {
        "teams": len(tables["work"]),
        "supplies": len(tables["trips"]),
        "evacuation": len(tables["evacuees"]),
        "clearing": decided,
    }
    return orders.resumed_min is None and about[part] > 0


def _scale(orders: Orders, part: str, layer: str) -> float:
    """What a gap is a share of: the weight of all tasks or requests; of minutes their own value, here NaN."""
    tasks, requests = float(orders.tables["tasks"]["weight"].sum()), float(_brought(orders)["weight"].sum())
    weights = {
        ("teams", "unserved"): tasks,
        ("teams", "lateness"): tasks,
        ("supplies", "unmet"): requests,
        ("supplies", "lateness"): requests,
        ("evacuation", "unsheltered"): 1.0,
        LET_THROUGH: tasks + requests,
    }
    return weights.get((part, layer), float("nan"))
