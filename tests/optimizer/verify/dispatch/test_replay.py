"""The orders made by hand hold; then one claim at a time is made false, and the right check has to name it."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.problem import ProblemsError
from optimizer.dispatch.incident.form import Window
from optimizer.verify.dispatch.checks import dispatch_checks, read_orders, verify_sources, whole
from optimizer.verify.dispatch.orders import Orders
from optimizer.verify.verify import verify

from .hand_made import write_folder, write_region


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of orders whose every claim holds."""
    home = tmp_path_factory.mktemp("replay")
    write_region(home / "region")
    write_folder(home / "region", home / "orders")
    return home / "orders"


@pytest.fixture(scope="module")
def orders(good: Path) -> Orders:
    return read_orders(good)


def failed(orders: Orders) -> dict[str, list[str]]:
    """What does not hold, by check."""
    told: dict[str, list[str]] = {}
    for checks in (whole(orders), dispatch_checks(orders)):
        found = {name: [one.say("en") for one in check().failures] for name, check in checks.items()}
        told |= {name: each for name, each in found.items() if each}
        if told:
            break
    return told


def with_table(orders: Orders, name: str, change: Callable[[pd.DataFrame], pd.DataFrame]) -> Orders:
    tables = dict(orders.tables) | {name: change(orders.tables[name].copy()).reset_index(drop=True)}
    return replace(orders, claims=replace(orders.claims, tables=tables))


def spoilt(orders: Orders, name: str, row: int, **cells: object) -> Orders:
    """Put other values into one row."""

    def change(rows: pd.DataFrame) -> pd.DataFrame:
        for column, value in cells.items():
            assert rows.loc[row, column] != value
            rows.loc[row, column] = value
        return rows

    return with_table(orders, name, change)


def with_incident(orders: Orders, **parts: object) -> Orders:
    form = orders.form.model_copy(update=parts)
    return replace(orders, incident=replace(orders.incident, form=form))


def test_every_claim_of_good_orders_holds(good: Path) -> None:
    verification = verify(good)
    assert [failure.say("en") for failure in verification.failures] == []
    assert all(check.claims for check in verification.checks)
    assert all(check.title.say("zh") for check in verification.checks)


FALSE: list[tuple[str, int, dict[str, object], str, str]] = [
    # Tables
    ("legs", 0, {"to_place_id": "V9"}, "dispatch_tables", "V9"),
    ("work", 0, {"task_id": "J9"}, "dispatch_tables", "J9"),
    ("loads", 1, {"request_id": "R9"}, "dispatch_tables", "R9"),
    ("loads", 1, {"trip_id": "T9"}, "dispatch_tables", "T9"),
    ("loads", 1, {"item_id": "salt"}, "dispatch_tables", "salt"),
    ("clearing", 0, {"closure": "雪崩"}, "dispatch_tables", "雪崩"),
    ("tasks", 0, {"status": "done"}, "dispatch_tables", "done"),
    ("tasks", 1, {"task_id": "J1"}, "dispatch_tables", "earlier row"),
    ("legs", 0, {"arrive_min": np.nan}, "dispatch_tables", "missing"),
    ("places", 6, {"lon": 106.6}, "dispatch_names", "lon says 106.6"),
    ("loads", 1, {"item_name": "帐篷"}, "dispatch_names", "帐篷"),
    ("requests", 0, {"place_name": "石桥村"}, "dispatch_names", "石桥村"),
    # Ways and legs
    ("ways", 0, {"links": "99:1-2"}, "dispatch_ways", "links that the roads do not have"),
    ("ways", 2, {"links": "12:3-2"}, "dispatch_ways", "do not lead from the one place to the other"),
    ("ways", 3, {"links": "11:1-2"}, "dispatch_ways", "do not lead from the one place to the other"),
    ("ways", 2, {"links": "15:3-1"}, "dispatch_ways", "does not bear the vehicle"),
    ("ways", 7, {"opens_min": 169.0}, "dispatch_ways", "closed at minute 169"),
    ("ways", 1, {"drive_min": 9.0}, "dispatch_ways", "drive_min says 9, recomputed 10"),
    ("ways", 1, {"length_km": 5.0}, "dispatch_ways", "length_km says 5, recomputed 6"),
    ("ways", 1, {"wkt": "LINESTRING (106.55 29.7, 106.6 29.8)"}, "dispatch_ways", "does not run along the roads"),
    ("legs", 0, {"arrive_min": 24.0}, "dispatch_legs", "arrive_min says 24, recomputed 25"),
    ("legs", 0, {"way_id": ""}, "dispatch_legs", "names no way"),
    ("legs", 0, {"way_id": "W99"}, "dispatch_legs", "W99"),
    ("legs", 0, {"way_id": "W07"}, "dispatch_legs", "from_place_id says S1, recomputed S2"),
    ("legs", 1, {"wait_min": 50.0, "arrive_min": 170.0}, "dispatch_legs", "soonest arrival is at 180"),
    ("legs", 0, {"wait_min": -5.0}, "dispatch_legs", "negative"),
    # One place at a time, one thing at a time
    ("legs", 4, {"depart_min": 50.0, "arrive_min": 60.0}, "dispatch_carriers", "ends at 60 only"),
    ("legs", 5, {"depart_min": 80.0, "arrive_min": 90.0}, "dispatch_carriers", "ends at 90 only"),
    ("legs", 1, {"depart_min": 90.0, "wait_min": 80.0}, "dispatch_carriers", "ends at 100 only"),
    ("legs", 0, {"depart_min": 14.0, "arrive_min": 24.0}, "dispatch_carriers", "ready at 15 only"),
    ("legs", 3, {"depart_min": 29.0, "arrive_min": 49.0}, "dispatch_carriers", "ready at 30 only"),
    ("legs", 9, {"depart_min": 20.0}, "dispatch_carriers", "ready at 30 only"),
    ("trips", 0, {"loading_min": 29.0}, "dispatch_carriers", "ready at 30 only"),
    ("legs", 0, {"from_place_id": "S2", "way_id": "W07"}, "dispatch_carriers", "does not begin at home, “S1”"),
    ("legs", 0, {"carrier_id": "G9"}, "dispatch_carriers", "does not begin at home"),
    ("loads", 1, {"place_id": "V3"}, "dispatch_carriers", "is to be at “V3” at minute 70, and is at “V1”"),
    ("trips", 0, {"depot_id": "U1", "depot_name": "物流中心"}, "dispatch_carriers", "and is at “U1”"),
    ("work", 2, {"place_id": "V2"}, "dispatch_carriers", "is to be at “V2”"),
    # Craft
    ("legs", 11, {"drive_min": 4.0, "arrive_min": 44.0}, "dispatch_crafts", "less than the least possible"),
    ("legs", 11, {"to_place_id": "V4"}, "dispatch_crafts", "between landing points"),
    ("legs", 11, {"mode": "boat"}, "dispatch_crafts", "no craft of this kind"),
    ("legs", 9, {"from_place_id": "U1"}, "dispatch_fleet", "U1 sends 1 of bus and has 0"),
    ("legs", 6, {"mode": "car"}, "dispatch_fleet", "becomes one of another class"),
    # Trips and loads
    ("trips", 2, {"depot_id": "U1"}, "dispatch_trips", "loading is given too little time"),
    ("trips", 0, {"load_kg": 1600.0}, "dispatch_trips", "load_kg says 1,600, recomputed 1,620"),
    ("trips", 1, {"payload_kg": 50.0}, "dispatch_trips", "the load (kg), 60 exceeds the limit 50"),
    ("trips", 1, {"payload_m3": 0.5}, "dispatch_trips", "the load (m³), 0.6 exceeds the limit 0.5"),
    ("trips", 0, {"payload_kg": 3000.0}, "dispatch_trips", "no vehicle or craft of this payload"),
    ("trips", 0, {"loading_min": 31.0}, "dispatch_trips", "loading is given too little time"),
    ("trips", 0, {"return_min": 119.0}, "dispatch_trips", "back before it has unloaded"),
    ("trips", 0, {"return_min": 141.0}, "dispatch_trips", "return_min says 141, recomputed 140"),
    ("loads", 1, {"mass_kg": 400.0}, "dispatch_loads", "mass_kg says 400, recomputed 450"),
    ("loads", 5, {"volume_m3": 0.5}, "dispatch_loads", "volume_m3 says 0.5, recomputed 0.6"),
    ("loads", 5, {"leave_min": 119.0}, "dispatch_loads", "unloading is given too little time"),
    ("loads", 5, {"arrive_min": 99.0}, "dispatch_loads", "arrive_min says 99, recomputed nan"),
    ("loads", 2, {"leave_min": 91.0}, "dispatch_loads", "order, times or places"),
    # Stock
    ("loads", 1, {"quantity": 46.0}, "dispatch_stock", "has left the lot by then, 46 exceeds the limit 45"),
    ("loads", 1, {"lot_id": "L0"}, "dispatch_stock", "expired"),
    ("loads", 1, {"quantity": 40.0}, "dispatch_stock", "a lot that expires sooner is not used up"),
    ("loads", 1, {"lot_id": "L5", "item_id": "pump"}, "dispatch_stock", "stay where they are"),
    ("loads", 1, {"lot_id": "L6"}, "dispatch_stock", "does not lie in this depot"),
    ("loads", 1, {"lot_id": "L3"}, "dispatch_stock", "of another item"),
    ("loads", 1, {"lot_id": "L9"}, "dispatch_stock", "L9"),
    ("loads", 1, {"lot_id": ""}, "dispatch_stock", "the supplier has given by then, 45 exceeds the limit 0"),
    ("loads", 5, {"quantity": 31.0}, "dispatch_stock", "the supplier has given by then, 31 exceeds the limit 30"),
    ("trips", 1, {"loading_min": 59.0}, "dispatch_stock", "the supplier has given by then, 20 exceeds the limit 0"),
    # Tasks
    ("work", 0, {"people": 25.0}, "dispatch_work", "people says 25, recomputed 20"),
    ("work", 0, {"arrive_min": 24.0}, "dispatch_work", "arrive_min says 24, recomputed 25"),
    ("work", 1, {"arrive_min": 45.0}, "dispatch_work", "before all are there"),
    ("work", 0, {"finish_min": 90.0}, "dispatch_work", "finish_min says 90, recomputed 100"),
    ("work", 0, {"team_id": "G4"}, "dispatch_work", "no team “G4”"),
    ("work", 2, {"team_id": "G3"}, "dispatch_work", "keeps 0 people back, 12 are asked for"),
    ("work", 2, {"task_id": "J3"}, "dispatch_work", "does not have the skill"),
    ("legs", 0, {"mode": "bus"}, "dispatch_work", "not the team's class"),
    ("tasks", 0, {"team_ids": "G1"}, "dispatch_tasks", "its teams are not those"),
    ("tasks", 1, {"status": "on_time"}, "dispatch_tasks", "status says on_time, recomputed late"),
    ("tasks", 1, {"deadline_min": 200.0}, "dispatch_tasks", "deadline_min says 200, recomputed 120"),
    ("tasks", 2, {"weight": 0.0}, "dispatch_tasks", "weight says 0, recomputed 0.1111"),
    ("tasks", 2, {"skill": "防汛抢险"}, "dispatch_tasks", "防汛抢险"),
    ("tasks", 2, {"reason": ""}, "dispatch_tasks", "no reason is given"),
    ("tasks", 2, {"start_min": 50.0}, "dispatch_tasks", "a begin and no team"),
    # Requests
    ("requests", 0, {"on_time": 90.0}, "dispatch_requests", "on_time says 90, recomputed 100"),
    ("requests", 1, {"late": 0.0}, "dispatch_requests", "late says 0, recomputed 50"),
    ("requests", 3, {"unmet": 0.0}, "dispatch_requests", "unmet says 0, recomputed 4"),
    ("requests", 3, {"status": "on_time"}, "dispatch_requests", "status says on_time, recomputed partly"),
    ("requests", 1, {"first_min": 100.0}, "dispatch_requests", "first_min says 100, recomputed 0"),
    ("requests", 1, {"depot_ids": "D1"}, "dispatch_requests", "its depots are not those"),
    ("requests", 0, {"weight": 1.0}, "dispatch_requests", "weight says 1, recomputed 300"),
    ("requests", 3, {"reason": ""}, "dispatch_requests", "no reason is given"),
    ("loads", 1, {"quantity": 55.0}, "dispatch_requests", "more is brought than is wanted"),
    # People, crews, places cut off, what is asked
    ("evacuees", 0, {"people": 31.0}, "dispatch_evacuees", "the people in the shelter, 31 exceeds the limit 30"),
    ("evacuees", 0, {"people": 41.0}, "dispatch_evacuees", "the people who leave the place, 41 exceeds the limit 40"),
    ("evacuees", 0, {"shelter_id": "S1"}, "dispatch_evacuees", "no shelter"),
    ("evacuees", 0, {"place_id": "V1"}, "dispatch_evacuees", "does not ask its people to leave"),
    ("evacuees", 0, {"rides": 2.0}, "dispatch_evacuees", "rides says 2, recomputed 1"),
    ("evacuees", 0, {"drive_min": 10.0}, "dispatch_evacuees", "less than the least possible, 10.59"),
    ("evacuees", 0, {"last_min": 70.0}, "dispatch_evacuees", "last_min says 70, recomputed 76.76"),
    ("evacuees", 0, {"status": "late"}, "dispatch_evacuees", "status says late, recomputed on_time"),
    ("legs", 10, {"depart_min": 60.0}, "dispatch_evacuees", "boarding is given too little time"),
    ("clearing", 0, {"start_min": 49.0}, "dispatch_clearing", "before it is there"),
    ("clearing", 0, {"opens_min": 160.0}, "dispatch_clearing", "clearing is given too little time"),
    ("clearing", 0, {"forecast_min": 200.0}, "dispatch_clearing", "forecast_min says 200, recomputed 300"),
    ("clearing", 0, {"crew_id": "K2"}, "dispatch_clearing", "no crew “K2”"),
    ("cut_off", 0, {"place_id": "V2", "place_name": "石桥村"}, "dispatch_cut_off", "lacks the row place_id=V3"),
    ("cut_off", 0, {"place_id": "V1", "place_name": "东溪村"}, "dispatch_cut_off", "it is not cut off"),
    ("cut_off", 0, {"reopens_min": 300.0}, "dispatch_cut_off", "reopens_min says 300, recomputed 170"),
    ("cut_off", 0, {"landing_site_id": "P0"}, "dispatch_cut_off", "nearest landing point"),
    ("cut_off", 0, {"landing_by": "foot"}, "dispatch_cut_off", "landing_by says foot, recomputed road"),
    ("cut_off", 0, {"landing_km": 5.0}, "dispatch_cut_off", "landing_km says 5, recomputed 6"),
    ("asked", 0, {"quantity": 4.0}, "dispatch_asked", "quantity says 4, recomputed 5"),
    ("asked", 1, {"for_id": "R1"}, "dispatch_asked", "lacks the row for_id=R4"),
    ("asked", 2, {"asked_for": "team"}, "dispatch_asked", "asked_for says team, recomputed shelter"),
    # Layers
    ("layers", 0, {"value": 0.0}, "dispatch_layers", "value says 0, recomputed 0.1111"),
    ("layers", 1, {"value": 0.1}, "dispatch_layers", "value says 0.1, recomputed 0.12268"),
    ("layers", 4, {"value": 1.0}, "dispatch_layers", "value says 1, recomputed 20.32"),
    ("layers", 5, {"value": 1.0}, "dispatch_layers", "value says 1, recomputed 341"),
    ("layers", 6, {"value": 9.0}, "dispatch_layers", "value says 9, recomputed 10"),
    ("layers", 1, {"gap": 0.0}, "dispatch_layers", "gap says 0, recomputed 0.0"),
    ("layers", 1, {"status": "proven"}, "dispatch_layers", "said to be proven"),
    ("layers", 0, {"bound": 0.2}, "dispatch_layers", "the bound is above the value"),
    ("layers", 8, {"layer": "unserved"}, "dispatch_layers", "has no such row"),
    ("legs", 0, {"frozen": "finished"}, "dispatch_changed", "nothing that is frozen"),
]  # fmt: skip


@pytest.mark.parametrize(("name", "row", "cells", "check", "words"), FALSE)
def test_a_false_claim_is_found_and_named(
    orders: Orders, name: str, row: int, cells: dict[str, object], check: str, words: str
) -> None:
    changed = spoilt(orders, name, row, **cells)
    told = [one.say("en") for one in (whole(changed) | dispatch_checks(changed))[check]().failures]
    assert [one for one in told if words in one], told


@pytest.mark.parametrize(
    "name", ["tasks", "requests", "clearing", "cut_off", "asked", "layers", "loads", "work", "legs"]
)
def test_a_missing_row_is_found(orders: Orders, name: str) -> None:
    assert failed(with_table(orders, name, lambda rows: rows.iloc[:-1]))


def test_craft_stay_at_home_in_bad_weather(orders: Orders) -> None:
    told = failed(with_incident(orders, no_flying=(Window(from_h=0.5, to_h=0.75),)))
    # The flight takes off at minute 40 of a window from 30 to 45.
    assert list(told) == ["dispatch_crafts"]
    assert [one for one in told["dispatch_crafts"] if "the weather keeps it at home" in one]


def test_craft_stay_within_their_range(orders: Orders) -> None:
    (craft,) = orders.form.crafts
    told = failed(with_incident(orders, crafts=(craft.model_copy(update={"range_km": 38.0}),)))
    assert "the way there and back (km), 38.7" in told["dispatch_crafts"][0]


def test_the_road_that_no_crew_clears_stays_closed(orders: Orders) -> None:
    told = failed(spoilt(orders, "clearing", 0, crew_id="", start_min=np.nan, opens_min=np.nan))
    # 300 is the forecast; the team then has 10 minutes from C to D.
    assert [one for one in told["dispatch_legs"] if "soonest arrival is at 310" in one]
    assert "dispatch_ways" in told


@pytest.fixture(scope="module")
def again(orders: Orders) -> Orders:
    """Orders at minute 65: G1's first leg is done, and the truck is on its way to V1."""
    document = dict(orders.claims.document) | {"options": {"at_min": 65.0}}
    later = replace(orders, claims=replace(orders.claims, document=document), previous=orders.tables)

    def mark(rows: pd.DataFrame) -> pd.DataFrame:
        begun = rows["depart_min"] <= 65.0
        frozen = np.where(rows["arrive_min"] <= 65.0, "finished", "started")
        return rows.assign(frozen=np.where(begun, frozen, ""))

    return with_table(later, "legs", mark)


class TestTakenUpAgain:
    """Orders that take up earlier ones, whose tables lie beside them."""

    def test_what_had_begun_may_stay(self, again: Orders) -> None:
        assert failed(again) == {}

    @pytest.mark.parametrize(
        ("table", "row", "cells", "words"),
        [
            ("legs", 0, {"frozen": "started"}, "frozen says started, recomputed finished"),
            ("legs", 0, {"frozen": ""}, "begins before the minute"),
            ("legs", 2, {"depart_min": 28.0, "arrive_min": 38.0}, "not the one of the orders before"),
            ("tasks", 1, {"team_ids": "G2"}, "lacks the row kind=task, for_id=J2"),
        ],
    )
    def test_other_changes_are_found(
        self, again: Orders, table: str, row: int, cells: dict[str, object], words: str
    ) -> None:
        told = failed(spoilt(again, table, row, **cells))
        assert [one for one in told["dispatch_changed"] if words in one], told

    def test_a_change_is_told_as_it_is(self, again: Orders) -> None:
        changed = spoilt(again, "tasks", 1, team_ids="G2")
        row: dict[str, Any] = dict.fromkeys(changed.tables["changed"].columns, "")
        row |= {"kind": "task", "for_id": "J2", "before": "G1", "after": "G2"}
        told = with_table(changed, "changed", lambda _: pd.DataFrame([row]))
        assert "dispatch_changed" not in failed(told)
        assert "dispatch_changed" in failed(with_table(told, "changed", lambda rows: rows.assign(before="G3")))


def test_files_and_what_the_document_states(good: Path, tmp_path: Path, orders: Orders) -> None:
    folder = Path(shutil.copytree(good, tmp_path / "orders"))
    (folder / "tasks.csv").write_text((folder / "tasks.csv").read_text(encoding="utf-8") + " ", encoding="utf-8")
    path = folder / "dispatch.json"
    document = json.loads(path.read_text(encoding="utf-8"))
    document["incident"]["id"] = "flood"
    document["layers"][0]["value"] = 0.0
    path.write_text(json.dumps(document), encoding="utf-8")
    said = [one.say("en") for one in verify_sources(folder, read_orders(good)).failures]
    assert said == ["the file tasks.csv is missing or has been changed (SHA-256 differs)"]
    spoilt_orders = replace(orders, claims=replace(orders.claims, document=document))
    said = [one.say("en") for one in verify_sources(good, spoilt_orders).failures]
    assert any("the incident in" in one for one in said)
    assert any("the layers of the goals in" in one for one in said)


def test_a_table_that_is_gone_is_named(good: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(good, tmp_path / "orders"))
    (folder / "legs.csv").unlink()
    with pytest.raises(ProblemsError, match=r"legs\.csv"):
        verify(folder)


def test_orders_that_are_empty_are_replayed(orders: Orders) -> None:
    """Nobody to send, nothing asked for: no check stumbles over a table without rows."""
    # Without a crew the roads reopen as forecast, at 300.
    alone = orders.tables["cut_off"].assign(reopens_min=300.0)
    tables = {name: rows.iloc[:0] for name, rows in orders.tables.items()} | {"cut_off": alone}
    bare = replace(orders, claims=replace(orders.claims, tables=tables))
    none: dict[str, object] = dict.fromkeys(("tasks", "requests", "evacuations", "crafts", "hold_back"), ())
    assert failed(with_incident(bare, clearing=type(orders.form.clearing)(), **none)) == {}
