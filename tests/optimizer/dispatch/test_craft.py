"""Helicopters where no road is left, on the district made by hand.

P6 is the landing point at node 6, beside V6. With way 7 closed nodes 4 and 6 part, so the goods cannot be driven to
P6 from D0 or D4; with way 3 and way 6 closed, nodes 3, 4 and 6 part from 0, 1, 2 and 5.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from pyproj import Geod

from network.closures import Closure
from optimizer.dispatch.craft import apart_km, craft_ways, grounded_until
from optimizer.dispatch.incident.form import Window
from optimizer.dispatch.places import places_of
from optimizer.dispatch.travel import Roads

KM = 60 / (25 * 0.9)
HELICOPTER = {
    "id": "H1", "kind": "helicopter", "site": "P6", "count": 1, "payload_kg": 500, "volume_m3": 3,
    "speed_kmh": 120, "range_km": 100, "ready_min": 15,
}  # fmt: skip
CUT = (Closure(name="三号路", ways=(3,)), Closure(name="六号路", ways=(6,)))


@pytest.fixture(scope="session")
def with_second_pad(district):
    """The district with a landing point at node 2, and the first one at its own place."""
    sites = district.sites
    row = sites[sites["site_id"] == "P6"].assign(site_id="P2", lon=106.02, lat=29.01)
    snapping = replace(
        district.snapping,
        **{
            name: np.append(getattr(district.snapping, name), value)
            for name, value in (("node", 2), ("access_min", 0.0), ("distance_m", 0.0), ("status", "ok"),
                                ("nearest_node", 2), ("nearest_m", 0.0))
        },
    )  # fmt: skip
    tables = district.tables | {"sites": pd.concat([sites, row], ignore_index=True)}
    return replace(district, tables=tables, snapping=snapping)


def _ways(region, incident, *closures, **fields):
    form = incident(*closures, crafts=[HELICOPTER | fields]).form
    from optimizer.dispatch.phases import road_phases

    roads = Roads(road_phases(region, form.roads), places_of(region, form), foot_kmh=3.0)
    depots = pd.DataFrame({"depot_id": ["D0", "D4"], "site_id": ["D0", "D4"]})
    return craft_ways(region, form, form.crafts[0], roads, depots, ["V2", "V3"], np.array([True, False])), roads


def test_it_loads_where_its_base_is_nearest_and_flies_to_the_landing_point_of_the_place(with_second_pad, incident):
    ways, roads = _ways(with_second_pad, incident, *CUT)
    assert ways.depot_id == "D4"
    assert ways.feeder_min == pytest.approx(KM, abs=1e-3)
    assert ways.landing_ids == ("P2", "")
    _, _, metres = Geod(ellps="WGS84").inv(106.05, 29.0, 106.02, 29.01)
    # Two kilometres a minute; P2 and V2 share a node.
    assert ways.out_min[0] == pytest.approx(metres / 2000)
    assert ways.back_min[0] == pytest.approx(metres / 2000)
    assert ways.ready_min == 15
    # V3 is reached by road, so no craft goes there.
    assert np.isinf(ways.out_min[1])
    assert apart_km(roads, ["P6"], ["P2"])[0, 0] == pytest.approx(metres / 1000)


def test_it_does_not_go_beyond_half_its_range(with_second_pad, incident):
    _, _, metres = Geod(ellps="WGS84").inv(106.05, 29.0, 106.02, 29.01)
    enough, _ = _ways(with_second_pad, incident, *CUT, range_km=metres / 1000 * 2 + 0.001)
    short, _ = _ways(with_second_pad, incident, *CUT, range_km=metres / 1000 * 2 - 0.001)
    assert enough.landing_ids[0] == "P2"
    # Its own base is always within range: from there V2 is reached on foot, straight.
    assert short.landing_ids[0] == "P6"
    assert short.out_min[0] == pytest.approx(metres / 3000 * 60)
    assert not short.on_roads[0]


def test_it_stays_when_no_depot_is_on_the_way_to_its_base(with_second_pad, incident):
    ways, _ = _ways(with_second_pad, incident, *CUT, Closure(name="七号路", ways=(7,)))
    assert ways.depot_id == ""
    assert np.isinf(ways.ready_min)


@pytest.mark.parametrize(
    ("windows", "until"),
    [((), 0.0), (((0, 2),), 120.0), (((0, 2), (5, 6)), 360.0), (((3, None),), np.inf)],
)
def test_it_flies_when_the_last_hour_that_grounds_it_is_over(windows, until):
    assert grounded_until([Window(from_h=begin, to_h=end) for begin, end in windows]) == until
