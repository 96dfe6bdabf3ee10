"""What can be given out, what lies in place, which lots go first, and the vehicles that carry it."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from network.closures import Closure
from optimizer.dispatch.fleet import fleet, standing_vehicles
from optimizer.dispatch.orders.lots import Drawn, draw_lots
from optimizer.dispatch.sources import hand_out, relief_sources, still_wanted

KM = 60 / (25 * 0.9)


def _request(number, site, item, quantity, people=10, priority=1):
    return {
        "id": f"N{number}", "site": site, "item": item, "quantity": quantity,
        "people": people, "priority": priority, "deadline_min": 600,
    }  # fmt: skip


def test_lots_that_have_expired_and_kits_are_not_given_out(district, incident):
    sources = relief_sources(district, incident().form)
    # L4 expired on the last day of 2025; L7 is of a village's kit; L6 lies in a village.
    assert sources.lots["lot_id"].tolist() == ["L3", "L2", "L1", "L5"]
    assert sources.in_place["lot_id"].tolist() == ["L6"]


def test_a_loss_takes_its_share_of_every_lot_in_whole_units(district, incident):
    form = incident(lost={"depots": [{"site": "D0", "share": 0.3}]}).form
    left = relief_sources(district, form).lots.set_index("lot_id")["quantity"]
    assert left.to_dict() == {"L2": 280.0, "L1": 420.0, "L3": 35.0, "L5": 80.0}


def test_what_lies_in_the_place_is_handed_out_there_by_priority(district, incident):
    requests = [_request(1, "V6", "water", 20, people=40, priority=2), _request(2, "V6", "water", 25)]
    form = incident(requests=requests).form
    handed = hand_out(form.requests, relief_sources(district, form).in_place)
    left = still_wanted(form.requests, {"N1": 5.0, "N2": 25.0})
    # 30 bottles: the first priority gets its 25, the second 5 of 20, so 15 / 20 of its 40 people still want.
    assert [(one.request_id, one.lot_id, one.units) for one in handed] == [("N2", "L6", 25.0), ("N1", "L6", 5.0)]
    assert [(one.id, one.quantity, one.people) for one in left] == [("N1", 15, 30)]


@given(
    held=st.lists(st.integers(1, 9), min_size=1, max_size=5),
    shares=st.lists(st.integers(1, 9), min_size=1, max_size=6),
)
def test_lots_go_in_order_and_none_is_drawn_beyond_what_it_holds(held, shares):
    lots = pd.DataFrame(
        {"depot_id": "D", "item_id": "i", "lot_id": [f"L{n}" for n in range(len(held))], "quantity": held}
    )
    drawn, left = [], sum(held)
    for load, wanted in enumerate(shares):
        units = min(wanted, left)
        left -= units
        if units:
            drawn.append(Drawn(load, "D", "i", units))
    given_out = list(draw_lots(lots, drawn))
    assert [lot for _, lot, _ in given_out] == sorted(lot for _, lot, _ in given_out)
    for number, held_units in enumerate(held):
        assert sum(units for _, lot, units in given_out if lot == f"L{number}") <= held_units
    for one in drawn:
        assert sum(units for load, _, units in given_out if load == one.load) == one.units


def test_a_vehicle_loads_where_something_lies_and_no_more_drive_than_there_are_crews(district, incident, roads):
    form = incident(lost={"vehicles": [{"site": "D0", "vehicle_class": "light_truck", "count": 1}]}).form
    standing = standing_vehicles(district, form)
    assert standing["vehicle_id"].tolist() == ["D0/light_truck/1", "D4/light_truck/1"]
    water = relief_sources(district, form).for_items(["water"], 600.0)
    placed = fleet(standing, roads(), water.depots).set_index("vehicle_id")
    # D4's water has expired, so its truck goes 4 km to D0 (ways 1 to 4) after 30 minutes of mobilising.
    assert placed["depot_id"].tolist() == ["D0", "D0"]
    assert placed.loc["D4/light_truck/1", "ready_min"] == pytest.approx(30 + 4 * KM, abs=1e-3)


def test_a_source_without_a_vehicle_gets_one_of_the_largest_pool(district, incident, roads):
    form = incident(lost={"vehicles": [{"site": "D4", "vehicle_class": "light_truck", "count": 1}]}).form
    sources = relief_sources(district, form).for_items(["water", "food"], 600.0)
    placed = fleet(standing_vehicles(district, form), roads(), sources.depots).set_index("vehicle_id")
    assert placed["depot_id"].to_dict() == {"D0/light_truck/1": "D0", "D0/light_truck/2": "D4"}
    assert placed.loc["D0/light_truck/2", "ready_min"] == pytest.approx(30 + 4 * KM, abs=1e-3)


def test_a_vehicle_without_a_way_to_any_source_carries_nothing(district, incident, roads):
    shut = Closure(name="四号路", ways=(4,))
    form = incident(shut).form
    sources = relief_sources(district, form).for_items(["water"], 600.0)
    placed = fleet(standing_vehicles(district, form), roads(shut), sources.depots)
    assert placed["vehicle_id"].tolist() == ["D0/light_truck/1", "D0/light_truck/2"]
    assert np.isfinite(placed["ready_min"]).all()
