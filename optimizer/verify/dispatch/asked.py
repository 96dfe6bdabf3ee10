"""What is asked of the level above: all that is not served, in the amount that is missing, and nothing else."""

from __future__ import annotations

import pandas as pd

from optimizer.verify.dispatch.evacuees import sheltered
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.outcome import DISPATCH, UNITS, Outcome, equal, equal_text, holds, none_missing

ASKED = DISPATCH + "asked"


def verify_asked(orders: Orders) -> Outcome:
    """Compare the list with what the other tables leave open."""
    rows, missing = orders.tables["asked"], _missing(orders)
    outcome = none_missing(ASKED, ["for_id"], rows, missing)
    found = missing.set_index("for_id").reindex(rows["for_id"])
    founded = found["asked_for"].notna().to_numpy()
    outcome += holds(ASKED, rows, "row_unfounded", founded)
    rows, found = rows[founded], found[founded]
    outcome += equal_text(ASKED, rows, "asked_for", found["asked_for"])
    outcome += equal_text(ASKED, rows, "place_id", found["place_id"])
    return outcome + equal(ASKED, rows, "quantity", found["quantity"].to_numpy(dtype=float), UNITS)


def _missing(orders: Orders) -> pd.DataFrame:
    """By ``for_id``: what is asked for, how much of it, where."""
    tables = orders.tables
    parts = []
    for name, key, asked_for, quantity in (
        ("tasks", "task_id", "team", "need_people"),
        ("requests", "request_id", "supply", "unmet"),
    ):
        rows = tables[name]
        open_rows = rows[rows["status"] == "unserved"] if name == "tasks" else rows[rows["unmet"] > UNITS.absolute]
        named = {key: "for_id", quantity: "quantity"}
        parts.append(open_rows[[key, quantity, "place_id"]].rename(columns=named).assign(asked_for=asked_for))
    given = sheltered(orders)
    left = [
        (orders.places.of_site(one.site), float(one.people or 0) - float(given[orders.places.of_site(one.site)]))
        for one in orders.form.evacuations
    ]
    without = pd.DataFrame([(one, people, one) for one, people in left if people > UNITS.absolute],
                           columns=["for_id", "quantity", "place_id"])  # fmt: skip
    stay = tables["evacuees"][tables["evacuees"]["last_min"].isna().to_numpy()]
    waiting = pd.DataFrame(
        {
            "for_id": stay["place_id"] + "/" + stay["shelter_id"],
            "quantity": stay["people"],
            "place_id": stay["place_id"],
        }
    )
    parts += [without.assign(asked_for="shelter"), waiting.assign(asked_for="vehicle")]
    return pd.concat(parts, ignore_index=True)
