"""Orders taken up again on the district made by hand: what stays, who is stopped, and what is refused."""

from __future__ import annotations

import json

import pytest

from network.closures import Closure
from network.problem import ProblemsError
from optimizer.dispatch.dispatch import DispatchOptions, dispatch
from optimizer.dispatch.resume.previous import Previous, read_previous

from .made_work import request, rows, task

KM = 60 / (25 * 0.9)


@pytest.fixture(scope="session")
def given(district, incident):
    """Give orders, and again at a minute, with other closures or fields."""

    def give(first, at_min, *closures, **fields):
        before = incident(**first)
        orders = dispatch(district, before, DispatchOptions(1.0), "zh")
        previous = Previous(orders.tables, orders.incident.form, 0.0)
        after = incident(*closures, **(first | fields))
        return orders, dispatch(district, after, DispatchOptions(1.0, at_min=at_min), "zh", before=previous)

    return give


def test_nothing_changes_where_nothing_has_happened(given):
    first = {
        "tasks": [task(1, "V4", people=30), task(2, "V2")],
        "requests": [request(1, "V3"), request(2, "V2", "quilt")],
        "evacuations": [{"site": "V3", "people": 40}],
    }
    before, after = given(first, 70.0)
    assert after.tables["changed"].empty
    for name, key in (("tasks", "task_id"), ("requests", "request_id"), ("evacuees", "place_id")):
        columns = ["status", "last_min"] if name != "tasks" else ["status", "start_min", "team_ids"]
        assert rows(after, name, key)[columns].equals(rows(before, name, key)[columns])


def test_what_is_finished_and_under_way_is_marked(given, skills):
    turnout = skills.turnout("town_team").turnout_min
    first = {"tasks": [task(1, "V4"), task(2, "V2", people=20, deadline=30)]}
    _, after = given(first, turnout + 0.5 * KM)
    legs = rows(after, "legs", "carrier_id")
    # The town's team is half a kilometre out; that of V4 is at its task.
    assert legs.loc["TOWN", "frozen"] == "started"
    assert rows(after, "work", "team_id")["frozen"].to_dict() == {"FOUR": "started", "TOWN": "started"}


def test_a_team_that_a_closure_stops_is_sent_on_from_where_it_stopped(given, skills):
    turnout = skills.turnout("town_team").turnout_min
    first = {"tasks": [task(1, "V2", people=20, deadline=30)]}
    at_min = turnout + 0.5 * KM
    before, after = given(first, at_min, Closure(name="二号路", ways=(2,)))
    assert rows(before, "legs", "carrier_id").loc["TOWN", "to_place_id"] == "V2"
    legs = after.tables["legs"]
    own = legs[legs["carrier_id"] == "TOWN"]
    # On way 1 it has passed no junction but its first, node 0, where T is: it turns back there and goes by ways 1, 5,
    # 6 and 3: 1 + 1 + 1.2 + 1 km.
    assert own["from_place_id"].tolist() == ["T", "T"]
    assert own["to_place_id"].tolist() == ["T", "V2"]
    assert own["depart_min"].iloc[1] == pytest.approx(at_min)
    assert own["arrive_min"].tolist() == pytest.approx([at_min, at_min + 4.2 * KM], abs=1e-2)
    changed = rows(after, "changed", "for_id")
    assert "东镇队" in changed.loc["T1", "why"]


def test_a_team_that_is_farther_on_is_sent_on_from_the_last_junction(given, skills):
    turnout = skills.turnout("town_team").turnout_min
    first = {"tasks": [task(1, "V3", people=20, deadline=30)]}
    at_min = turnout + 1.5 * KM
    _, after = given(first, at_min, Closure(name="三号路", ways=(3,)))
    legs = after.tables["legs"]
    own = legs[legs["carrier_id"] == "TOWN"]
    # Half a kilometre into way 2, behind node 1; on from there by ways 5 and 6: 2.2 km.
    assert own["frozen"].tolist() == ["finished", ""]
    assert own["to_place_id"].iloc[0] == own["from_place_id"].iloc[1] == f"point:TOWN@{at_min:g}"
    assert own["arrive_min"].tolist() == pytest.approx([at_min, at_min + 2.2 * KM], abs=1e-2)


def test_a_trip_under_way_stays_and_its_stock_is_gone(given):
    first = {"requests": [request(1, "V3", quantity=80)]}
    _, after = given(first, 62.0, requests=[request(1, "V3", quantity=80), request(2, "V2", quantity=950)])
    trips = rows(after, "trips", "trip_id")
    assert trips.loc["T0001", "frozen"] == "started"
    loads = after.tables["loads"]
    assert loads.loc[loads["request_id"] == "N1", "quantity"].sum() == 80
    # 1000 bottles lie at D0; 80 are on their way, so 30 of 950 cannot be met.
    found = rows(after, "requests", "request_id").loc["N2"]
    assert found["unmet"] == 30
    assert found["reason"] == "no_stock"


def test_what_a_stopped_vehicle_had_not_brought_is_open_again(given):
    first = {"requests": [request(1, "V3", quantity=80)]}
    # At 61 the truck is on way 1; ways 2 and 5 close ahead of it until minute 300.
    shut = (Closure(name="二号路", ways=(2,), to_h=5), Closure(name="五号路", ways=(5,), to_h=5))
    _, after = given(first, 61.0, *shut)
    found = rows(after, "requests", "request_id").loc["N1"]
    assert found["on_time"] == 80
    assert found["first_min"] >= 300
    assert "T0001" not in set(after.tables["loads"]["trip_id"]) or found["first_min"] >= 300
    stopped = rows(after, "trips", "trip_id").loc["T0001"]
    assert (stopped["load_kg"], stopped["return_min"]) == (0.0, 61.0)


def test_a_loading_vehicle_without_a_way_is_called_off(given):
    first = {"requests": [request(1, "V3", quantity=80)]}
    shut = (Closure(name="二号路", ways=(2,)), Closure(name="五号路", ways=(5,)))
    _, after = given(first, 40.0, *shut)
    assert after.tables["trips"]["trip_id"].tolist() in ([], ["T0001"])
    assert rows(after, "requests", "request_id").loc["N1", "on_time"] in (0, 80)


def test_people_under_way_stay_with_their_shelter(given):
    first = {"evacuations": [{"site": "V3", "people": 3}, {"site": "V6", "people": 2}]}
    before, after = given(first, 100.0)
    assert rows(after, "evacuees", "place_id")["people"].to_dict() == {"V3": 3, "V6": 2}
    assert rows(after, "evacuees", "place_id")["shelter_id"].to_dict() == (
        rows(before, "evacuees", "place_id")["shelter_id"].to_dict()
    )


def test_an_incident_that_no_longer_names_what_is_begun_is_refused(given):
    with pytest.raises(ProblemsError) as refused:
        given({"tasks": [task(1, "V4")]}, 30.0, tasks=[task(2, "V2")])
    assert "T1" in refused.value.problems[0].say("zh")


@pytest.mark.parametrize(
    ("manifest", "said"),
    [
        ({"region": {"id": "elsewhere"}, "incident": {"id": "made"}}, "elsewhere"),
        ({"region": {"id": "made"}, "incident": {"id": "other"}}, "other"),
        ({"region": {"id": "made"}, "incident": {"id": "made"}, "options": {"at_min": 90}}, "90"),
        (None, "dispatch"),
    ],
)
def test_orders_of_another_region_or_incident_or_from_later_are_refused(district, incident, tmp_path, manifest, said):
    folder = tmp_path / "dispatch"
    folder.mkdir()
    if manifest is not None:
        (folder / "dispatch.json").write_text(json.dumps(manifest), encoding="utf-8")
    with pytest.raises(ProblemsError) as refused:
        read_previous(folder, district, incident(), 60.0)
    assert said in refused.value.problems[0].say("en")
