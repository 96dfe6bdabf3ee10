from dataclasses import replace

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.report.geopackage import link_lines, write_geopackage


@pytest.fixture(scope="module")
def file(plan, tmp_path_factory):
    path = tmp_path_factory.mktemp("gpkg") / "plan.gpkg"
    write_geopackage(plan, path)
    return path


def test_layers_and_their_geometry(file):
    assert dict(pyogrio.list_layers(file)) == {
        "sites": "Point",
        "depots": "Point",
        "routes": "LineString",
        "roads": "LineString",
        "unmet": "Point",
        "standards_short": "Point",
    }


def test_layers_are_in_wgs84(file):
    for layer, _ in pyogrio.list_layers(file):
        assert geopandas.read_file(file, layer=layer).crs.to_epsg() == 4326


def test_sites_carry_their_decision(file):
    sites = geopandas.read_file(file, layer="sites").set_index("site_id")
    assert sites.loc["K1", "decision"] == "opened"
    assert sites.loc["V1", "decision"] == ""
    assert (sites.loc["K1"].geometry.x, sites.loc["K1"].geometry.y) == (106.632, 29.672)


def test_only_short_standards_with_a_place_are_shown(file):
    short = geopandas.read_file(file, layer="standards_short")
    assert sorted(set(short["subject_id"])) == ["V3", "V6"]


def test_links_run_by_their_shape(plan):
    roads = plan.region.roads
    lines = link_lines(roads)
    assert len(lines) == roads.link_count
    for link in (0, 7, roads.link_count - 1):
        np.testing.assert_array_equal(shapely.get_coordinates(lines[link]), roads.line(link))


def test_roads_tell_class_bridge_and_tunnel(file, plan):
    roads = geopandas.read_file(file, layer="roads")
    assert len(roads) == plan.region.roads.link_count
    assert int(roads["bridge"].sum()) == int(plan.region.roads.bridge.sum()) == 2
    assert set(roads["road_class"]) == {"primary", "tertiary", "unclassified"}


def test_empty_tables_make_empty_layers(plan, tmp_path):
    empty = {table.name: plan.tables[table.name].iloc[:0] for table in PLAN_TABLES}
    write_geopackage(replace(plan, tables=empty), tmp_path / "plan.gpkg")
    assert len(pyogrio.list_layers(tmp_path / "plan.gpkg")) == 6
