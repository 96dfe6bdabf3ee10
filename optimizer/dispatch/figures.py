"""The figures of a dispatch that a reader asks first; summary, manifest and ``--json`` share them."""

from __future__ import annotations

from typing import Any

import pandas as pd

from optimizer.dispatch.dispatch import Dispatch
from optimizer.dispatch.tables import ASKED_FOR, STATUSES

WEIGHT = "weight"
"""Unit of the layers that say who is served; those below say how soon and with how much driving."""
PROVEN = "proven"
"""Status of a layer whose value is the least there is."""


def figures(dispatch: Dispatch) -> dict[str, Any]:
    """Tasks, requests and people by outcome, who is cut off, what is asked for, and how sure that is: JSON values.

    A request of n people counts n person-items, shared out as its units are.
    """
    tables = dispatch.tables
    tasks, requests, evacuees, cut_off = (tables[name] for name in ("tasks", "requests", "evacuees", "cut_off"))
    wanted = requests["quantity"].where(requests["quantity"] > 0)
    items = {
        f"person_items_{part}": float((requests["people"] * requests[part] / wanted).sum())
        for part in ("on_time", "late", "unmet")
    }
    asked = tables["asked"]
    return {
        "tasks": _by_status(tasks),
        "requests": _by_status(requests),
        "person_items": float(requests["people"].sum()),
        **items,
        "evacuees": _by_status(evacuees),
        "people_sheltered": float(evacuees["people"].sum()),
        "people_without_shelter": float(asked.loc[asked["asked_for"] == "shelter", "quantity"].sum()),
        "places_cut_off": len(cut_off),
        "people_cut_off": float(cut_off["people"].sum()),
        "places_without_landing": int((cut_off["landing_site_id"] == "").sum()),
        "asked": {name: int((asked["asked_for"] == name).sum()) for name in ASKED_FOR},
        "closures_cleared": int((tables["clearing"]["crew_id"] != "").sum()),
        "changed": len(tables["changed"]),
        "teams_sent": int(tables["work"]["team_id"].nunique()),
        "trips": len(tables["trips"]),
        "load_kg": float(tables["trips"]["load_kg"].sum()),
        "gaps": gaps(tables["layers"]),
        "proven": bool((tables["layers"]["status"] == PROVEN).all()),
    }


def gaps(layers: pd.DataFrame) -> dict[str, float]:
    """The widest gap of each part's layers of weight, as a share of the total weight; NaN where one is not known."""
    weighed = layers[layers["unit"] == WEIGHT]
    return {str(part): float(rows["gap"].max(skipna=False)) for part, rows in weighed.groupby("part", sort=False)}


def _by_status(rows: pd.DataFrame) -> dict[str, int]:
    """How many there are in all, and of each outcome."""
    counts = rows["status"].value_counts()
    return {"count": len(rows), **{status: int(counts.get(status, 0)) for status in STATUSES}}
