"""Timetables: what each carrier does one after the other, what is late, and whom to call."""

from dataclasses import replace
from itertools import pairwise

import pandas as pd
import pytest

from optimizer.dispatch.report.activities import ACTIVITIES, activities, waits
from optimizer.dispatch.report.carriers import carriers


@pytest.fixture(scope="module")
def rows(ordered):
    return activities(ordered)


def _of(rows, carrier):
    own = rows.loc[rows["carrier_id"] == carrier, ["activity", "start_min", "end_min"]]
    return list(own.itertuples(index=False, name=None))


def test_a_team_drives_waits_for_the_others_and_works(rows):
    assert _of(rows, "Q1") == [
        ("moving", 10, 60),
        ("gathering", 60, 95),
        ("working", 95, 215),
        ("moving", 215, 270.5),
        ("working", 270.5, 330.5),
    ]


def test_a_truck_unloads_stop_by_stop_and_comes_back(rows):
    told = _of(rows, "L1")
    assert [activity for activity, _, _ in told] == [
        "loading", "moving", "unloading", "moving", "unloading", "moving",
        "loading", "moving", "unloading", "moving",
    ]  # fmt: skip
    assert all(before[2] <= after[1] for before, after in pairwise(told))


def test_a_crew_works_where_it_went_for_the_closure(rows):
    work = rows[(rows["carrier_id"] == "CR") & (rows["activity"] == "working")].iloc[0]
    assert (work["place_id"], work["start_min"], work["end_min"]) == ("X1", 45, 235)


def test_late_is_what_begins_after_its_deadline(rows):
    late = rows[rows["late"]]
    # K2 is due at 240 and begins at 270.5; the second load of R2 is due at 120 and arrives at 275.
    assert sorted(zip(late["carrier_id"], late["start_min"], late["deadline_min"], strict=True)) == [
        ("L1", 275, 120),
        ("Q1", 270.5, 240),
    ]


def test_waiting_lies_between_two_activities(rows):
    idle = waits(rows)
    assert _of(idle, "B1") == [("waiting", 40, 55)]
    assert idle["place_id"].tolist() == ["V5"]
    assert set(rows["activity"]) | {"waiting"} == set(ACTIVITIES)


def test_what_is_handed_out_in_place_is_on_no_trip(ordered):
    own = ordered.tables["loads"].iloc[:1].assign(trip_id="in_place", stop=0.0)
    loads = pd.concat([ordered.tables["loads"], own], ignore_index=True)
    more = replace(ordered, tables={**ordered.tables, "loads": loads})
    pd.testing.assert_frame_equal(activities(more), activities(ordered))


def test_nobody_does_nothing(nothing):
    assert activities(nothing).empty
    assert waits(activities(nothing)).empty
    assert carriers(nothing) == ()


def test_carriers_come_by_kind_with_whom_to_call(ordered):
    assert [(one.id, one.kind, one.mode, one.call) for one in carriers(ordered)] == [
        ("Q1", "team", "fire_engine", "李队 138-1"),
        ("Q2", "team", "light_truck", "023-1003"),
        ("L1", "vehicle", "light_truck", "陈师傅 137-1"),
        ("HC", "craft", "helicopter", "机长 136-1"),
        ("B1", "bus", "bus", "赵镇 023-1003"),  # of the place where it starts, having none of its own
        ("CR", "crew", "heavy_truck", "赵镇 023-1003"),
    ]


def test_a_truck_that_brings_people_first_and_goods_later_is_a_vehicle(ordered):
    legs = ordered.tables["legs"]
    first = (legs["carrier_id"] == "L1") & (legs["step"] == 1)
    legs = legs.assign(carrier_kind=legs["carrier_kind"].mask(first, "bus"))
    found = {one.id: one for one in carriers(replace(ordered, tables={**ordered.tables, "legs": legs}))}
    assert (found["L1"].kind, found["L1"].name) == ("vehicle", "轻型货车 1")


def test_who_never_moves_is_ordered_all_the_same(maker, ordered):
    """A team whose task is where it stands, and a vehicle without legs."""
    found = {one.id: one for one in carriers(maker.without(ordered, "legs"))}
    assert {one: found[one].kind for one in found} == {
        "Q1": "team", "Q2": "team", "L1": "vehicle", "HC": "craft", "CR": "crew",
    }  # fmt: skip
    assert found["L1"].name == "L1"
