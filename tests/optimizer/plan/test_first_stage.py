"""What the first stage has room for: relief shares a depot with goods that the plan does not ship."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from optimizer.plan.first_stage import first_stage
from optimizer.region.reading import read_region
from optimizer.region.region import Region

DEMO = Path(__file__).parents[3] / "datasets" / "yubei"


@pytest.fixture(scope="module")
def demo() -> Region:
    return read_region(DEMO)


def room(region: Region, depot: str) -> float:
    sources = first_stage(region).sources
    return float(sources.loc[(sources["site_id"] == depot) & (sources["mode"] == "physical"), "storage_m3"].iloc[0])


def with_pumps(region: Region, depot: str, volume_m3: float) -> Region:
    """A thousand pumps of a thousandth of ``volume_m3`` each in a depot that holds nothing else but 10 m³ of relief."""
    items, stock = region.tables["items"], region.tables["stock"]
    relief, other = (items[items["use"] == "relief"].iloc[0], items[items["use"] != "relief"].iloc[0])
    items = items.assign(volume_m3=items["volume_m3"].where(items["item_id"] != other["item_id"], volume_m3 / 1000))
    lot = stock[stock["holding_mode"] == "physical"].iloc[0].to_dict() | {"site_id": depot, "expiry": pd.NaT}
    lots = [
        lot | {"lot_id": "relief", "item_id": relief["item_id"], "quantity": 10 / relief["volume_m3"]},
        lot | {"lot_id": "other", "item_id": other["item_id"], "quantity": 1000.0},
    ]
    stock = pd.concat([stock[stock["site_id"] != depot], pd.DataFrame(lots)], ignore_index=True)
    return replace(region, tables={**region.tables, "items": items, "stock": stock.astype({"expiry": "datetime64[s]"})})


def test_goods_without_a_norm_take_room_but_never_that_of_relief_already_there(demo: Region) -> None:
    sites = demo.sites
    depot, storage = sites.loc[sites["kind"] == "depot", ["site_id", "storage_m3"]].iloc[0]
    assert storage > 40
    assert room(with_pumps(demo, depot, 30.0), depot) == pytest.approx(storage - 30)
    assert room(with_pumps(demo, depot, storage - 5), depot) == pytest.approx(10)
    assert room(with_pumps(demo, depot, 2 * storage), depot) == pytest.approx(10)


def test_a_district_may_hold_nothing_at_all(demo: Region) -> None:
    empty = replace(demo, tables={**demo.tables, "stock": demo.tables["stock"].iloc[:0]})
    depot, storage = demo.sites.loc[demo.sites["kind"] == "depot", ["site_id", "storage_m3"]].iloc[0]
    assert room(empty, depot) == pytest.approx(storage)
    assert first_stage(empty).holdings["existing"].sum() == 0


def test_where_nothing_can_be_built_payers_are_names_still(demo: Region) -> None:
    nothing = replace(demo, tables={**demo.tables, "sizes": demo.tables["sizes"].iloc[:0]})
    sizes = first_stage(nothing).sizes
    assert sizes.empty
    assert sizes.dtypes["payer_id"] == first_stage(demo).sizes.dtypes["payer_id"]
