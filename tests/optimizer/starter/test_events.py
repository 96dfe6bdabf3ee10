"""The events of a starter region: those that can strike it, and none other; drawn as they stand."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import shapely

from network.closed_links import matched_links
from network.features import River
from network.osm import read_osm
from network.shapes import geometry
from optimizer.events.draw import EventModel, draw_event
from optimizer.region.reading import read_region
from optimizer.region.region_tables import HAZARDS
from optimizer.starter.events import RIVERS_FILE, draft_events, read_event_rules, river_land
from optimizer.starter.start import start_region

REAL_ROADS = Path(__file__).parents[3] / ".." / "shared" / "data" / "roads"
OSM = """<?xml version="1.0"?>
<osm version="0.6">
<node id="1" version="1" lon="106.00" lat="30.00"/><node id="2" version="1" lon="106.00" lat="30.04"/>
<node id="3" version="1" lon="106.00" lat="30.05"/><node id="4" version="1" lon="106.00" lat="30.10"/>
<way id="1" version="1"><nd ref="1"/><nd ref="2"/><tag k="highway" v="primary"/></way>
<way id="2" version="1"><nd ref="2"/><nd ref="3"/><tag k="highway" v="primary"/><tag k="bridge" v="yes"/></way>
<way id="3" version="1"><nd ref="3"/><nd ref="4"/><tag k="highway" v="primary"/></way>
</osm>
"""
RULES = read_event_rules()


@pytest.fixture
def network(tmp_path):
    path = tmp_path / "road.osm"
    path.write_text(OSM, encoding="utf-8")
    return read_osm(path)


def sites(*hazards):
    return pd.DataFrame({"hazards": list(hazards)})


def river(lat):
    return River("R", shapely.MultiLineString([[(105.9, lat), (106.1, lat)]]))


def kinds(drafted):
    return [kind.id for kind in drafted.file.events]


def test_only_what_can_strike_is_drafted(network):
    assert kinds(draft_events(sites("", ""), network, [], 8000, RULES)) == ["earthquake"]
    assert kinds(draft_events(sites("snow;landslide"), network, [], 8000, RULES)) == ["landslide", "earthquake", "snow"]


def test_a_flood_strikes_along_rivers_and_where_sites_list_it(network):
    drafted = draft_events(sites(""), network, [river(30.045)], 8000, RULES)
    [flood] = [kind for kind in drafted.file.events if kind.id == "flood"]
    assert flood.zones[0].within.file == RIVERS_FILE
    assert flood.places is None
    both = draft_events(sites("flood"), network, [river(30.045)], 8000, RULES).file.events[0]
    assert both.places is not None
    assert len(both.zones) == 1
    alone = draft_events(sites("flood"), network, [], 8000, RULES)
    assert alone.file.events[0].zones == ()
    assert alone.rivers is None


def test_land_along_a_river_is_as_wide_as_the_rules_say_and_ends_with_the_roads(network):
    land = river_land([river(30.045)], network, 8000, RULES)
    west, south, east, north = land.bounds
    # 120 m to both sides; it crosses 500 m off the middle of a road 11.1 km long, with 1 km beyond its ends:
    # √((11.1 / 2 + 1)² − 0.5²) = 6.5 km to either side.
    assert (north - south) * 110.9 == pytest.approx(0.24, rel=0.02)
    assert (east - west) / 2 * 96.5 == pytest.approx(6.5, rel=0.01)
    assert network.bridge[network.links_touching(land)].all()


@pytest.mark.parametrize(("lat", "least_m"), [(30.045, 50_000), (31.0, 8000)], ids=["a stream", "off the roads"])
def test_no_land_along(network, lat, least_m):
    assert river_land([river(lat)], network, least_m, RULES) is None
    assert river_land([], network, 8000, RULES) is None


def test_roads_on_both_sides_of_the_date_line_have_one_circle_around_them(network):
    network = replace(network, lon=np.array([179.99, 179.99, -179.99, -179.99]))
    [quake] = draft_events(sites(""), network, [], 8000, RULES).file.events
    circle = quake.zones[0].within.around
    assert abs(circle.lon) == 180
    assert circle.radius_m == pytest.approx(1000 + np.hypot(965, 5545), rel=0.01)


def test_every_figure_of_the_drafts_is_marked_as_estimated():
    sample = sites(*HAZARDS)
    for draft in RULES.drafts:
        assert draft.kind["estimated"] is True
        assert draft.kind["source"]
        assert draft.kind["hazard"] in set(sample["hazards"])


@pytest.fixture(scope="module", params=["andorra", "legazpi"])
def real_region(request, tmp_path_factory):
    path = REAL_ROADS / f"{request.param}.osm.pbf"
    if not path.exists():
        pytest.skip(f"{path.name} is not in ../shared/data/roads")
    folder = tmp_path_factory.mktemp("starter") / request.param
    start_region(path, folder)
    return read_region(folder)


def test_events_of_a_real_place_close_real_links_and_hit_its_people(real_region):
    model = EventModel.of(real_region)
    assert {"landslide", "earthquake", "flood"} <= {kind.kind.id for kind in model.kinds}
    drawn = [draw_event(model, 1, number, 150, "zh") for number in range(150)]
    closures = [closure for one in drawn for closure in one.roads.closures]
    assert len(closures) > 50
    for closure in closures[:200:10]:
        links = matched_links(closure, real_region.roads)
        pair = set(zip(real_region.roads.tail[links], real_region.roads.head[links], strict=True))
        two_way = {(head, tail) for tail, head in pair}
        known = set(zip(real_region.roads.tail.tolist(), real_region.roads.head.tolist(), strict=True))
        assert two_way & known <= pair or real_region.roads.bridge[links].any()
    assert all(one.estimated for one in drawn)


def test_floods_of_a_real_place_stay_near_water_and_flooded_places(real_region):
    model = EventModel.of(real_region)
    [flood] = [kind for kind in model.kinds if kind.kind.id == "flood"]
    share = flood.structures.count / model.ground.structures.count
    assert 0 < share < 0.6
    for zone in flood.kind.zones:
        land = geometry(zone.within, real_region.folder)
        touched = real_region.roads.links_touching(land)
        fallible = np.isin(touched, flood.structures.links)
        assert fallible.all()
