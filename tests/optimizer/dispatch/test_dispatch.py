"""Orders as a whole on the district made by hand: who goes where when, why not, and what is asked of others."""

from __future__ import annotations

import numpy as np
import pytest

from network.closures import Closure
from optimizer.dispatch.dispatch import DispatchOptions, dispatch
from optimizer.dispatch.tables import DISPATCH_TABLES

from .made_work import request, rows, task

KM = 60 / (25 * 0.9)
OPTIONS = DispatchOptions(time_limit_s=1.0)


@pytest.fixture(scope="session")
def ordered(district, incident):
    def order(*closures, **fields):
        return dispatch(district, incident(*closures, **fields), OPTIONS, "zh")

    return order


def test_every_table_has_its_declared_columns_even_if_nothing_is_asked(ordered):
    orders = ordered()
    for table in DISPATCH_TABLES:
        assert list(orders.tables[table.name].columns) == [column.name for column in table.columns]
    assert orders.tables["asked"].empty


def test_a_team_leaves_after_its_turnout_and_works_when_it_is_there(ordered, skills):
    orders = ordered(tasks=[task(1, "V4")])
    work = orders.tables["work"].iloc[0]
    # The town team of V4 is there already.
    assert work["team_id"] == "FOUR"
    assert work["start_min"] == pytest.approx(skills.turnout("town_team").turnout_min)
    assert work["finish_min"] == work["start_min"] + 30
    assert rows(orders, "tasks", "task_id").loc["T1", "status"] == "on_time"


def test_two_teams_meet_and_start_when_the_second_is_there(ordered, skills):
    orders = ordered(tasks=[task(1, "V4", people=30)])
    work = rows(orders, "work", "team_id")
    assert sorted(work.index) == ["FOUR", "TOWN"]
    # The town's team drives 4 km over ways 1 to 4 by the class of vehicle that its kind has.
    drives = skills.turnout("town_team")
    assert drives.vehicle_class == "light_truck"
    assert work.loc["TOWN", "start_min"] == pytest.approx(drives.turnout_min + 4 * KM, abs=1e-3)
    assert work.loc["FOUR", "start_min"] == work.loc["TOWN", "start_min"]


def test_why_a_task_is_unserved_is_told(ordered):
    shut = Closure(name="一号路", ways=(1,))
    orders = ordered(
        shut,
        tasks=[task(1, "V2", people=20), task(2, "V2", people=500), task(3, "V4", skill="mine_rescue")],
        hold_back=[{"name": "后备", "teams": ["FOUR"], "people": 15}],
    )
    found = rows(orders, "tasks", "task_id")
    assert found["status"].tolist() == ["unserved"] * 3
    # Way 1 parts T from V2, and FOUR alone has 15 people.
    assert found["reason"].to_dict() == {"T1": "no_way", "T2": "no_skill", "T3": "no_skill"}
    assert set(orders.tables["asked"]["for_id"]) == {"T1", "T2", "T3"}


def test_who_is_held_back_is_not_sent(ordered):
    hold = [{"name": "后备", "teams": ["FOUR"], "people": 15}]
    orders = ordered(tasks=[task(1, "V4"), task(2, "V4", people=30)], hold_back=hold)
    assert orders.tables["work"]["team_id"].tolist() == ["TOWN"]
    assert rows(orders, "tasks", "task_id").loc["T2", "reason"] == "held_back"


def test_the_lot_that_expires_first_goes_first_and_its_load_is_written_down(ordered):
    orders = ordered(requests=[request(1, "V3", quantity=80)])
    load = orders.tables["loads"].iloc[0]
    assert (load["lot_id"], load["quantity"], load["mass_kg"], load["volume_m3"]) == ("L2", 80, 80.0, 0.8)
    trip = orders.tables["trips"].iloc[0]
    # Mobilised at 30, loaded for 30, then 3 km.
    assert trip["depart_min"] == 60
    assert load["arrive_min"] == pytest.approx(60 + 3 * KM, abs=1e-3)
    assert load["leave_min"] == pytest.approx(80 + 3 * KM, abs=1e-3)
    assert trip["return_min"] == pytest.approx(80 + 6 * KM, abs=1e-3)


def test_why_a_request_is_not_met_is_told(ordered):
    shut = Closure(name="七号路", ways=(7,))
    orders = ordered(
        shut,
        requests=[
            request(1, "V6", "quilt", 10),
            request(2, "V3", "food", 500),
            request(3, "V3", quantity=60, deadline_min=40),
        ],
    )
    found = rows(orders, "requests", "request_id")
    assert found["status"].to_dict() == {"N1": "unserved", "N2": "partly", "N3": "late"}
    assert found["reason"].to_dict() == {"N1": "no_way_there", "N2": "no_stock", "N3": "too_far"}
    assert found.loc["N2", "unmet"] == 420


def test_what_lies_in_a_place_is_handed_out_there(ordered):
    orders = ordered(requests=[request(1, "V6", quantity=30)])
    load = orders.tables["loads"].iloc[0]
    assert (load["trip_id"], load["lot_id"], load["arrive_min"]) == ("in_place", "L6", 0.0)
    assert orders.tables["trips"].empty


def test_people_walk_to_the_shelter_next_to_them_and_the_rest_ride(ordered):
    orders = ordered(evacuations=[{"site": "V4", "people": 60}, {"site": "V2", "people": 90}])
    found = rows(orders, "evacuees", ["place_id", "shelter_id"])
    # A4 has 300 m², at 1.5 m² a person room for 200; it lies at V4's own node. A1 has room for 100, 1 km from V2.
    assert found.loc[("V4", "A4"), "mode"] == "foot"
    assert found.loc[("V2", "A1"), "mode"] == "foot"
    assert found["people"].to_dict() == {("V4", "A4"): 60, ("V2", "A1"): 90}
    assert orders.tables["layers"].set_index("layer").loc["unsheltered", "value"] == 0


def test_places_with_no_road_left_are_named_with_where_help_lands(ordered):
    orders = ordered(Closure(name="七号路", ways=(7,), to_h=5))
    found = rows(orders, "cut_off", "place_id")
    assert sorted(found.index) == ["V6", "V9"]
    assert (found.loc["V6", "landing_site_id"], found.loc["V6", "reopens_min"]) == ("P6", 300)
    assert np.isnan(found.loc["V9", "reopens_min"])


def test_a_way_is_told_link_by_link_and_turn_by_turn(ordered, district):
    orders = ordered(Closure(name="三号路", ways=(3,)), requests=[request(1, "V3")])
    way = orders.tables["ways"].set_index(["from_place_id", "to_place_id"]).loc[("D0", "V3")]
    links = way["links"].split(";")
    assert [int(district.roads.way_id[district.roads.find_link(link)]) for link in links] == [1, 5, 6]
    assert way["length_km"] == pytest.approx(3.2)
    # East on way 1, then down to the south-east (right), then up to the north-east (left).
    assert [step[:2] for step in way["turns"].split("；")] == ["沿X", "右转", "左转"]


def test_bound_and_gap_travel_with_every_layer(ordered):
    leaving = [{"site": "V2", "people": 9}]
    orders = ordered(tasks=[task(1, "V2"), task(2, "V4")], requests=[request(1, "V3")], evacuations=leaving)
    layers = orders.tables["layers"]
    assert (layers["bound"] <= layers["value"] + 1e-9).all()
    assert (layers["gap"] >= 0).all()
    proven = layers["status"] == "proven"
    assert (layers.loc[proven, "gap"] <= 1e-6).all()
    assert set(layers["part"]) == {"teams", "supplies", "evacuation"}
