"""What people in need want, with the arithmetic written out."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pandas as pd

from optimizer.plan.demand import wanted_units
from optimizer.plan.second_stage import _want

ITEMS = pd.DataFrame({"item_id": ["water", "lamp", "pump"], "use": ["relief", "relief", "village_kit"]})
NORMS = pd.DataFrame(
    {
        "item_id": ["water", "lamp", "pump"],
        "quantity": [5.0, 0.2, 2.0],
        "basis": ["person_day", "person", "person"],
        "share": [1.0, 0.5, 1.0],
    }
)
REGION: Any = SimpleNamespace(tables={"items": ITEMS, "norms": NORMS})
NEED = pd.DataFrame({"people": [10.0], "person_days": [30.0]}, index=pd.Index(["V1"], name="site_id"))


def test_units_a_norm_asks_for() -> None:
    units = wanted_units(REGION, NEED).set_index("item_id")
    # 10 people × 3 days × 5 bottles; half of 10 people × 0.2 lamps.
    assert units["units"].to_dict() == {"water": 150.0, "lamp": 1.0}
    assert units["per_person"].to_dict() == {"water": 15.0, "lamp": 0.2}


def test_equipment_is_not_shipped_to_people_whatever_norm_it_has() -> None:
    first: Any = SimpleNamespace(items=ITEMS[ITEMS["use"] == "relief"])
    want, per_person = _want(REGION, first, ("V1",), (NEED,))
    assert want.tolist() == [[[150.0, 1.0]]]
    assert per_person.tolist() == [[[15.0, 0.2]]]
