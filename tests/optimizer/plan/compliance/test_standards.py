"""A district of three towns on one straight road, small enough to check every rule by hand."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from network.roads import ROAD_CLASSES, RoadNetwork
from network.snap import Snapping
from network.speeds import SPEED_TABLE, VEHICLE_CLASSES
from optimizer.plan.compliance.case import ScenarioResults
from optimizer.plan.compliance.mends import mend_of_row
from optimizer.plan.compliance.places import residents_by_town
from optimizer.plan.compliance.response import DRIVES
from optimizer.plan.compliance.standards import CHECKS, check_standards
from optimizer.plan.plan_tables import STANDARDS
from optimizer.plan.requirements import equipment_required
from optimizer.region.region import Region
from optimizer.region.region_tables import REGION_TABLES, STATION_KINDS
from optimizer.region.scenarios import Scenario
from optimizer.region.schema import Kind
from optimizer.region.settings import Name, Parameters, RegionSettings
from optimizer.region.standards import Rule

NODES = 41
"""One kilometre apart: node 0 to node 40 of a two-way residential road."""


def line_network() -> RoadNetwork:
    tail = np.concatenate([np.arange(NODES - 1), np.arange(1, NODES)]).astype(np.int32)
    head = np.concatenate([np.arange(1, NODES), np.arange(NODES - 1)]).astype(np.int32)
    m = len(tail)
    unknown = np.full(m, np.nan, dtype=np.float32)
    return RoadNetwork(
        node_id=np.arange(NODES, dtype=np.int64),
        lon=106 + np.arange(NODES) / 100,
        lat=np.full(NODES, 29.0),
        tail=tail,
        head=head,
        way_id=np.arange(m, dtype=np.int64),
        length_m=np.full(m, 1000.0),
        road_class=np.full(m, ROAD_CLASSES.index("residential"), dtype=np.int8),
        surface=np.zeros(m, dtype=np.int8),
        maxspeed_kmh=unknown,
        maxweight_t=unknown,
        maxheight_m=unknown,
        grade=unknown,
        bridge=np.zeros(m, dtype=np.bool_),
        tunnel=np.zeros(m, dtype=np.bool_),
        name=np.zeros(m, dtype=np.int32),
        ref=np.zeros(m, dtype=np.int32),
        texts=np.array([""]),
        shape_first=np.zeros(m + 1, dtype=np.int64),
        shape_lon=np.empty(0),
        shape_lat=np.empty(0),
        source="made by hand",
        synthetic=True,
    )


ENGINE_MIN_A_KM = 60 / (SPEED_TABLE.free_kmh["residential"] * VEHICLE_CLASSES["fire_engine"].factor)
"""2.824 min: 25 km/h × 0.85."""


def table(name: str, rows: list[dict[str, Any]]) -> pd.DataFrame:
    """Rows of a region table with the defaults of its declaration in the cells that are not given."""
    declared = next(t for t in REGION_TABLES if t.name == name)
    filled = []
    for row in rows:
        cells = {}
        for column in declared.columns:
            blank = np.nan if column.kind in (Kind.NUMBER, Kind.WHOLE, Kind.LONGITUDE, Kind.LATITUDE) else ""
            cells[column.name] = blank if column.default is None else column.default
        assert set(row) <= set(cells), set(row) - set(cells)
        filled.append(cells | row)
    return pd.DataFrame(filled, columns=[column.name for column in declared.columns])


SITES: list[dict[str, Any]] = [
    {"site_id": "T1", "name": "东镇", "kind": "town", "population": 1000, "hazards": "flood;landslide", "wardens": 3},
    {"site_id": "T2", "name": "西镇", "kind": "town", "population": 500, "hazards": "flood"},
    {"site_id": "T3", "name": "南镇", "kind": "town", "population": 100, "hazards": "flood;snow"},
    {"site_id": "V1", "name": "一村", "kind": "village", "town_id": "T1", "population": 700, "area_type": "built_up",
     "hazards": "flood", "communications_assured": True, "emergency_officers": 1},
    {"site_id": "V2", "name": "二村", "kind": "village", "town_id": "T1", "population": 600, "area_type": "built_up",
     "hazards": "snow", "communications_assured": False, "emergency_officers": 0},
    {"site_id": "V3", "name": "三社区", "kind": "community", "town_id": "T2", "population": 300, "wardens": 2,
     "area_type": "outskirts", "emergency_officers": 1, "communications_assured": True},
    {"site_id": "V4", "name": "四村", "kind": "village", "town_id": "T2", "population": 100, "area_type": "remote",
     "emergency_officers": 2, "communications_assured": False, "estimated": "communications_assured;lon"},
    {"site_id": "S1", "name": "消防站", "kind": "station", "station_kind": "fire_rescue", "town_id": "T1"},
    {"site_id": "S2", "name": "救援站", "kind": "station", "station_kind": "rescue_post", "town_id": "T2"},
    {"site_id": "D1", "name": "东镇库", "kind": "depot", "level": "town", "town_id": "T1"},
    {"site_id": "C3", "name": "南镇候选库", "kind": "candidate", "level": "town", "town_id": "T3"},
    {"site_id": "H1", "name": "体育场", "kind": "shelter", "town_id": "T1", "usable_area_m2": 2000},
    {"site_id": "H2", "name": "学校", "kind": "shelter", "town_id": "T2", "usable_area_m2": 600},
]  # fmt: skip
NODE_OF = {"T1": 0, "T2": 20, "T3": 40, "V1": 1, "V2": 4, "V3": 12, "V4": 30, "S1": 0, "S2": 20, "D1": 0, "C3": 40,
           "H1": 0, "H2": 20}  # fmt: skip
ITEMS: list[dict[str, Any]] = [
    {"item_id": "pump", "name": "排水泵", "name_en": "Pump", "unit": "台", "price_cny": 2900, "use": "village_kit"},
    {"item_id": "ring", "name": "救生圈", "unit": "个", "pack_size": 4, "price_cny": 50, "use": "village_kit",
     "hazards": "flood;typhoon", "estimated": "price_cny"},
    {"item_id": "phone", "name": "卫星电话", "unit": "部", "price_cny": 7800, "use": "satellite"},
    {"item_id": "beacon", "name": "北斗终端", "unit": "部", "price_cny": 3000, "use": "satellite"},
    {"item_id": "helmet", "name": "安全帽", "unit": "顶", "pack_size": 2, "price_cny": 60, "use": "warden_set"},
    {"item_id": "water", "name": "水", "unit": "瓶", "pack_size": 24, "price_cny": 2, "use": "relief"},
    {"item_id": "tent", "name": "帐篷", "unit": "顶", "price_cny": 1900, "use": "relief"},
]  # fmt: skip


def rule(rule_id: str, check: Any, **given: Any) -> Rule:
    plain = {"unit": "件", "jurisdiction": "甲", "document": "乙", "clause": "一", "standing": "binding"}
    return Rule(id=rule_id, check=check, text=Name(zh="文", en="text"), **(plain | given))


FLOOD = Scenario.model_validate(
    {
        "id": "flood",
        "name": {"zh": "洪水", "en": "Flood"},
        "event": {"hazard": "flood"},
        "annual_probability": 0.1,
        "demand": [{"people": "residents", "where": {"sites": ["V1", "V3"]}, "share": 0.1, "days": 3}],
    }
)


def region_of(*rules: Rule, **given: Any) -> Region:
    roads = line_network()
    node = np.array([NODE_OF[site["site_id"]] for site in SITES], dtype=np.int32)
    zero = np.zeros(len(SITES))
    tables = {
        "sites": table("sites", [site | {"lon": 106.0, "lat": 29.0} for site in SITES]),
        "sizes": table(
            "sizes",
            [
                {"site_id": "C3", "size": "大", "storage_m3": 300, "fixed_cost_cny": 90_000, "yearly_cost_cny": 20_000},
                {"site_id": "C3", "size": "小", "storage_m3": 100, "fixed_cost_cny": 50_000, "yearly_cost_cny": 12_000},
            ],
        ),
        "items": table("items", [item | {"volume_m3": 0.01, "mass_kg": 1} for item in ITEMS]),
        "stock": table("stock", [{"lot_id": "L1", "site_id": "V1", "item_id": "pump", "quantity": 1,
                                  "estimated": "quantity"}]),
        "norms": table(
            "norms",
            [
                {"item_id": "water", "quantity": 5, "basis": "person_day", "priority": 1, "deadline_h": 10},
                {"item_id": "tent", "quantity": 0.2, "basis": "person", "share": 0.5, "priority": 2},
            ],
        ),
        "vehicles": table("vehicles", []),
        "teams": table(
            "teams",
            [
                {"team_id": "G1", "name": "东镇队", "team_kind": "town_team", "site_id": "T1", "people": 20},
                {"team_id": "G2", "name": "西镇队", "team_kind": "town_team", "site_id": "S2", "people": 12,
                 "estimated": "people"},
                {"team_id": "G3", "name": "区队", "team_kind": "district_team", "site_id": "S1", "people": 40},
            ],
        ),
        "payers": table("payers", []),
        "offers": table("offers", []),
    }  # fmt: skip
    fields: dict[str, Any] = {
        "settings": RegionSettings(
            schema_version=1,
            id="jia",
            name=Name(zh="甲区", en="Jia"),
            roads="roads.npz",
            plan_date=date(2026, 1, 1),
        ),
        "tables": tables,
        "scenarios": (FLOOD,),
        "rules": rules,
        "overrides": (),
        "roads": roads,
        "snapping": Snapping(node, zero, zero, np.full(len(SITES), "ok"), node, zero),
        "folder": Path(),
        "inputs": {},
        "warnings": (),
    }
    return Region(**(fields | given))


def with_parameters(region: Region, **changed: Any) -> Region:
    settings = region.settings.model_copy(update={"parameters": Parameters(**changed)})
    return replace(region, settings=settings)


def holdings(*rows: tuple[str, str, float]) -> pd.DataFrame:
    return pd.DataFrame(rows, columns=["site_id", "item_id", "quantity"])


NOTHING = holdings()
DEPOTS = pd.DataFrame({"site_id": ["D1", "C3"], "decision": ["existing", "not_chosen"]})


def checked(region: Region, after: pd.DataFrame = NOTHING, **given: Any) -> pd.DataFrame:
    before = given.pop("before", NOTHING)
    rows = check_standards(region, before, after, given.pop("depots", DEPOTS), **given)
    assert list(rows.columns) == [column.name for column in STANDARDS.columns]
    assert not rows.duplicated(list(STANDARDS.key)).any()
    return rows.set_index(["subject_id", "item_id"] if (rows["item_id"] != "").any() else "subject_id")


def test_every_check_that_a_register_may_name_is_made() -> None:
    assert set(CHECKS) == set(Rule.model_fields["check"].annotation.__args__)  # type: ignore[union-attr]


def test_every_kind_of_station_drives_something() -> None:
    assert set(DRIVES) == set(STATION_KINDS)
    assert set(DRIVES.values()) <= set(VEHICLE_CLASSES)


def test_a_village_holds_the_kit_and_the_extra_item_only_where_its_hazard_is() -> None:
    rows = checked(
        region_of(rule("KIT", "village_kit", at_least=1)),
        holdings(("V1", "pump", 1), ("D1", "pump", 9), ("V1", "ring", 2), ("V1", "ring", 1)),
        before=holdings(("V1", "pump", 1)),
    )
    # Four places want a pump; V1 alone lists flood, which the ring goes by.
    assert sorted(rows.index) == [("V1", "pump"), ("V1", "ring"), ("V2", "pump"), ("V3", "pump"), ("V4", "pump")]
    assert rows.loc[("V1", "pump"), "outcome"] == "met"
    assert rows.loc[("V1", "ring"), ["outcome", "before", "reached"]].tolist() == ["met", 0, 3]
    # Pumps in the depot are not the village's.
    short = rows.loc[("V2", "pump")]
    assert short[["outcome", "reached", "mend", "mend_quantity", "mend_cost_cny"]].tolist() == [
        "short",
        0,
        "buy",
        1,
        2900,
    ]
    assert rows.loc[("V1", "pump"), "estimated"] == "reached;before"


def test_the_mend_buys_whole_packs_and_carries_the_price_estimate() -> None:
    rows = checked(region_of(rule("KIT", "village_kit", at_least=1)))
    ring = rows.loc[("V1", "ring")]
    assert ring[["mend_quantity", "mend_cost_cny", "estimated"]].tolist() == [
        4,
        200,
        "mend_cost_cny",
    ]  # one pack of 4 × 50


def test_any_satellite_item_serves_where_communications_are_not_assured() -> None:
    rows = checked(region_of(rule("SAT", "satellite", at_least=1)), holdings(("V2", "phone", 1)))
    # Named after the cheapest that would do.
    assert rows.index.tolist() == [("V2", "beacon"), ("V4", "beacon")]
    assert rows["outcome"].tolist() == ["met", "short"]
    assert rows.loc[("V4", "beacon"), ["mend_cost_cny", "estimated"]].tolist() == [3000, "required"]


def test_the_call_out_terminal_is_asked_of_towns_too() -> None:
    rows = checked(region_of(rule("SAT-ALL", "satellite_all", at_least=1)), holdings(("T2", "beacon", 1)))
    assert len(rows) == 7
    assert rows["outcome"].value_counts().to_dict() == {"short": 6, "met": 1}


def test_every_warden_has_a_set_and_a_percentage_is_a_share() -> None:
    rows = checked(region_of(rule("FOUR", "warden_set", at_least=100, unit="%")), holdings(("T1", "helmet", 2)))
    # T1 has 3 wardens and 2 helmets; V3 has 2 wardens and none. Packs of 2.
    assert rows.index.tolist() == [("T1", "helmet"), ("V3", "helmet")]
    assert rows["required"].tolist() == [3, 2]
    assert rows["mend_quantity"].tolist() == [2, 2]
    half = checked(region_of(rule("FOUR", "warden_set", at_least=50, unit="%")), holdings(("T1", "helmet", 2)))
    assert half["required"].tolist() == [2, 1]  # half of 3, rounded up
    assert half["outcome"].tolist() == ["met", "short"]


def test_a_rule_without_an_item_to_meet_it_says_so() -> None:
    region = region_of(rule("KIT", "village_kit", at_least=1))
    items = region.tables["items"]
    region.tables["items"] = items[items["use"] != "village_kit"].reset_index(drop=True)
    rows = checked(region)
    assert rows.loc["jia", ["outcome", "mend"]].tolist() == ["short", "no_item"]


RESPONSE = {"at_most": 5.0, "area_types": ("built_up",), "station_kinds": ("fire_rescue", "fire_brigade")}


def test_a_circle_is_driven_by_the_engine_with_its_margins() -> None:
    rows = checked(region_of(rule("R5", "response", **RESPONSE)))
    v1 = rows.loc["V1"]
    # One kilometre at 25 km/h × 0.85; 0.8 and 1.2 of that speed.
    assert v1["reached"] == pytest.approx(ENGINE_MIN_A_KM, abs=1e-4)
    assert v1["reached_slow"] == pytest.approx(ENGINE_MIN_A_KM / 0.8, abs=1e-4)
    assert v1["reached_fast"] == pytest.approx(ENGINE_MIN_A_KM / 1.2, abs=1e-4)
    assert v1["outcome"] == "met"
    assert rows.loc["V2", ["outcome", "mend", "mend_cost_cny"]].tolist() == ["short", "new_post", 150_000]


def test_read_as_handling_the_turnout_counts_within_the_five_minutes() -> None:
    region = with_parameters(region_of(rule("R5", "response", **RESPONSE)), response_reading="handling", turnout_min=3)
    v1 = checked(region).loc["V1"]
    assert v1["reached"] == pytest.approx(3 + ENGINE_MIN_A_KM, abs=1e-4)
    assert v1["reached_slow"] == pytest.approx(3 + ENGINE_MIN_A_KM / 0.8, abs=1e-4)
    assert v1["outcome"] == "short"  # 5.82 min


def test_the_reading_leaves_the_wider_circle_alone() -> None:
    wide = rule("R15", "response", at_most=60, area_types=("outskirts",), station_kinds=("fire_rescue",))
    region = with_parameters(region_of(wide), response_reading="handling", turnout_min=3)
    assert checked(region).loc["V3", "reached"] == pytest.approx(12 * ENGINE_MIN_A_KM, abs=1e-3)


def test_a_remote_village_is_told_under_the_widest_circle_and_not_failed() -> None:
    wide = rule("R15", "response", at_most=15, area_types=("outskirts",), station_kinds=("rescue_post",))
    region = region_of(rule("R5", "response", **RESPONSE), wide)
    rows = checked(region)
    remote = rows.loc["V4"]
    assert remote[["rule_id", "outcome", "mend"]].tolist() == ["R15", "not_applicable", ""]
    # A post sends a light truck: 10 km at 25 km/h × 0.9.
    assert remote["reached"] == pytest.approx(10 * 60 / (25 * 0.9), abs=1e-3)
    assert "reached" in remote["estimated"]


def test_a_place_without_a_road_is_short_and_never_met() -> None:
    region = region_of(rule("R5", "response", **RESPONSE))
    node = region.snapping.node.copy()
    node[3] = -1
    rows = checked(replace(region, snapping=replace(region.snapping, node=node)))
    assert rows.loc["V1", "reached"] == np.inf
    assert rows.loc["V1", "outcome"] == "short"
    # It can be helped only from a post of its own.
    assert rows.loc["V1", "mend"] == "new_post"


def test_one_post_serves_two_neighbours_and_is_paid_once() -> None:
    region = region_of(
        rule("R", "response", at_most=26, area_types=("built_up", "outskirts"), station_kinds=("hospital",))
    )
    rows = checked(region)
    # No hospital at all: V1, V2, V3 at km 1, 4, 12. A light truck does 9.75 km in 26 min: V2 serves all three.
    assert rows.loc[["V1", "V2", "V3"], "mend"].tolist() == ["served_by_post:V2", "new_post", "served_by_post:V2"]
    assert rows["mend_cost_cny"].sum() == 150_000


def test_without_posts_the_circle_carries_no_mend() -> None:
    rows = checked(region_of(rule("R5", "response", **RESPONSE)), posts=False)
    assert rows.loc["V2", ["outcome", "mend"]].tolist() == ["short", ""]


def test_a_town_with_several_hazards_has_a_depot() -> None:
    region = region_of(rule("DEPOT", "town_depot", at_least=100, unit="%", standing="expected"))
    rows = checked(region)
    assert rows.index.tolist() == ["T1", "T3"]  # T2 has one hazard
    assert rows["outcome"].tolist() == ["met", "short"]
    # 50 000 + 12 000 beats 90 000 + 20 000.
    assert rows.loc["T3", ["mend", "mend_cost_cny"]].tolist() == ["open_candidate:C3;小", 62_000]
    opened = checked(region, depots=pd.DataFrame({"site_id": ["D1", "C3"], "decision": ["closed", "opened"]}))
    assert opened["outcome"].tolist() == ["short", "met"]
    assert opened["before"].tolist() == [1, 0]
    assert opened.loc["T1", "mend"] == "propose_site"


def test_the_district_decides_on_shelter_and_towns_are_told() -> None:
    rows = checked(region_of(rule("M2", "shelter_area", at_least=1.5, unit="m²")))
    # T1: its villages have 700 + 600 > 1000; T2: 500 > 300 + 100; T3: 100. In all 1900 people, 2600 m².
    assert rows.loc["jia", "reached"] == pytest.approx(2600 / 1900)
    assert rows["outcome"].tolist() == ["short", "not_applicable", "not_applicable", "not_applicable"]
    # 1.5 × 1900 = 2850 is not enough, the rule says more: 251 m² at 300 CNY.
    assert rows.loc["jia", ["mend_quantity", "mend_cost_cny"]].tolist() == [251, 75_300]
    assert rows.loc["T2", "reached"] == pytest.approx(600 / 500)


def test_just_the_number_is_not_more_than_the_number() -> None:
    region = region_of(rule("M2", "shelter_area", at_least=2600 / 1900, unit="m²"))
    assert checked(region).loc["jia", "outcome"] == "short"


def test_residents_count_every_place_once() -> None:
    residents, _ = residents_by_town(region_of())
    assert residents.to_dict() == {"T1": 1300, "T2": 500, "T3": 100, "*": 1900}


def test_a_team_too_small_and_a_team_missing_are_short() -> None:
    region = region_of(
        rule("DIST", "team_people", at_least=50, unit="人", team_kinds=("district_team",)),
        rule("MINE", "team_people", at_least=30, unit="人", team_kinds=("mine",)),
    )
    rows = checked(region)
    assert rows.loc["G3", ["reached", "outcome", "mend_quantity", "mend_cost_cny"]].tolist() == [
        40,
        "short",
        10,
        80_000,
    ]
    assert rows.loc["jia", ["reached", "outcome", "mend_quantity"]].tolist() == [0, "short", 30]


def test_every_town_has_its_team() -> None:
    rows = checked(region_of(rule("TOWN", "team_in_town", at_least=15, unit="人", team_kinds=("town_team",))))
    # G2 stands at a station of T2.
    assert rows["reached"].tolist() == [20, 12, 0]
    assert rows["outcome"].tolist() == ["met", "short", "short"]
    assert rows["estimated"].tolist() == ["", "reached;before", ""]


def test_every_village_has_an_officer() -> None:
    rows = checked(region_of(rule("WARDEN", "officers", at_least=1, unit="人")))
    assert rows["outcome"].tolist() == ["met", "short", "met", "met"]
    assert rows.loc["V2", "mend"] == "appoint_officers"
    assert np.isnan(rows.loc["V2", "mend_cost_cny"])


RELIEF = rule("H10", "relief_hours", at_most=10, unit="h", standing="expected")
NO_SHIPMENTS = pd.DataFrame(
    columns=["scenario_id", "from_site_id", "to_site_id", "item_id", "vehicle_class", "period", "quantity"]
)


def unmet_of(*rows: tuple[str, str, float, float, str]) -> pd.DataFrame:
    columns = ["site_id", "item_id", "late", "unmet", "reason"]
    return pd.DataFrame(rows, columns=columns).assign(scenario_id="flood")


def test_relief_is_the_share_of_basic_want_met_in_time() -> None:
    # V1: 70 people, V3: 30 people, each 15 bottles for three days: 100 person-items.
    results = ScenarioResults(
        unmet_of(("V1", "water", 150.0, 300.0, "no_stock"), ("V3", "tent", 0.0, 3.0, "no_road")),
        NO_SHIPMENTS,
        {"flood": 0.25},
    )
    row = checked(region_of(RELIEF), results=results).loc["flood"]
    # (150 + 300) / 15 = 30 person-items are late or missing; tents are priority 2.
    assert row["reached"] == pytest.approx(0.7)
    assert row[["required", "before", "outcome", "mend"]].tolist() == [1, 0.25, "short", "more_relief"]
    assert row[["mend_quantity", "mend_cost_cny"]].tolist() == pytest.approx([30, 900])  # 450 bottles × 2 CNY


def test_all_basic_want_met_keeps_the_rule() -> None:
    results = ScenarioResults(unmet_of(("V3", "tent", 0.0, 3.0, "no_road")), NO_SHIPMENTS)
    row = checked(region_of(RELIEF), results=results).loc["flood"]
    assert row[["reached", "outcome", "mend"]].tolist() == [1.0, "met", ""]


def test_what_lacks_a_road_is_said_to_need_more_than_stock() -> None:
    results = ScenarioResults(unmet_of(("V1", "water", 0.0, 15.0, "no_road")), NO_SHIPMENTS)
    assert checked(region_of(RELIEF), results=results).loc["flood", "mend"] == "more_relief_and_transport"


def test_an_item_due_later_than_the_rule_counts_only_where_it_is_held() -> None:
    spot = pd.DataFrame([("flood", "V1", "V1", "water", "none", "on_time", 450.0)], columns=list(NO_SHIPMENTS.columns))
    results = ScenarioResults(unmet_of(), spot)
    region = region_of(rule("H6", "relief_hours", at_most=6, unit="h"))
    # Water is due in 10 h: on time says nothing of 6 h. 450 / 15 = 30 of 100 lie on the spot.
    assert checked(region, results=results).loc["flood", "reached"] == pytest.approx(0.3)


def test_without_results_relief_is_left_out() -> None:
    region = region_of(RELIEF)
    assert check_standards(region, NOTHING, NOTHING, DEPOTS).empty


def test_a_scenario_that_was_not_planned_for_is_not_called_met() -> None:
    region = replace(region_of(RELIEF), scenarios=(FLOOD, FLOOD.model_copy(update={"id": "other"})))
    results = ScenarioResults(unmet_of(("V3", "tent", 0.0, 3.0, "no_road")), NO_SHIPMENTS)
    assert checked(region, results=results).index.tolist() == ["flood"]


def test_every_mend_has_words_in_both_languages() -> None:
    region = region_of(
        rule("KIT", "village_kit", at_least=1),
        rule("R5", "response", **RESPONSE),
        rule("DEPOT", "town_depot"),
        rule("M2", "shelter_area", at_least=1.5),
        rule("DIST", "team_people", at_least=50, team_kinds=("district_team",)),
        rule("WARDEN", "officers", at_least=1),
        RELIEF,
    )
    results = ScenarioResults(unmet_of(("V1", "water", 0.0, 15.0, "no_road")), NO_SHIPMENTS)
    rows = check_standards(region, NOTHING, NOTHING, DEPOTS, results=results)
    short = rows[rows["outcome"] == "short"]
    assert (short["mend"] != "").all()
    said = {row["mend"]: mend_of_row(row, {"C3": "南镇候选库"}, {"pump": "排水泵"}) for row in short.to_dict("records")}
    assert (
        said["open_candidate:C3;小"].say("zh") == "启用候选库址“南镇候选库”（规模：小），建设和首年运行约需 62,000 元"
    )
    assert "CNY 62,000" in said["open_candidate:C3;小"].say("en")
    for phrase in said.values():
        assert "{" not in phrase.say("zh") + phrase.say("en")


def test_checking_without_posts_needs_no_solver() -> None:
    code = (
        "import sys, optimizer.plan.compliance.standards; "
        "assert not {'pulp', 'highspy'} & set(sys.modules), sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


def test_the_model_is_asked_for_exactly_what_is_checked() -> None:
    region = region_of(
        rule("KIT", "village_kit", at_least=1),
        rule("SAT", "satellite", at_least=1),
        rule("SAT-ALL", "satellite_all", at_least=1),
        rule("FOUR", "warden_set", at_least=100, unit="%"),
        rule("HALF", "warden_set", at_least=50, unit="%"),
    )
    key = ["rule_id", "site_id", "item_id"]
    asked = equipment_required(region).set_index(key)["required"].astype(float)
    rows = check_standards(region, NOTHING, NOTHING, DEPOTS).rename(columns={"subject_id": "site_id"})
    pd.testing.assert_series_equal(asked.sort_index(), rows.set_index(key)["required"].sort_index())
