"""Sites from GIS layers: their own coordinate system, shapes as places, headings cut to ten characters."""

import geopandas
import numpy as np
import pytest
from shapely.geometry import Point, box

from optimizer.region.reading import read_region

# What the tests write is warned of by the writer: headings cut to ten characters, a missing coordinate system.
pytestmark = pytest.mark.filterwarnings("ignore")


def shelters(**columns):
    return geopandas.GeoDataFrame(
        {
            "site_id": ["S8", "S9"],
            "name": ["广场", "公园"],
            "kind": ["shelter", "避难场所"],
            "level": ["town", "district"],
            **columns,
        },
        geometry=[box(106.6050, 29.7050, 106.6060, 29.7060), box(106.6095, 29.7095, 106.6105, 29.7105)],
        crs="EPSG:4326",
    )


def area_of_the_square():
    # 0.001° by 0.001° at 29.7055° N: 96.78 m by 110.85 m on the ellipsoid.
    return 96.78 * 110.85


@pytest.mark.parametrize(("ending", "crs"), [("shp", 4490), ("gpkg", 4326), ("geojson", 4326), ("shp", 32648)])
def test_sites_from_a_layer_stand_beside_those_of_the_table(district, ending, crs):
    layer = shelters(usable_area_m2=[None, 500.0]).to_crs(crs)
    layer.to_file(district.folder / f"sites.{ending}", encoding="UTF-8")
    region = district.read()
    sites = region.sites.set_index("site_id")
    assert len(sites) == 11
    assert sites.loc["S9", ["lon", "lat"]].tolist() == pytest.approx([106.61, 29.71], abs=1e-7)
    assert sites.loc["S8", "lon"] == pytest.approx(106.6055, abs=1e-6)
    assert sites.loc["S8", "usable_area_m2"] == pytest.approx(area_of_the_square(), rel=0.002)
    assert sites.loc["S9", "usable_area_m2"] == 500.0
    assert sites.loc["S9", "kind"] == "shelter"
    assert f"sites.{ending}" in region.inputs


def test_a_layer_is_read_as_the_region_declares_its_other_coordinates(district):
    plain = district.read().sites
    shelters(usable_area_m2=[1.0, 1.0]).to_file(district.folder / "sites.geojson")
    text = (district.folder / "region.yaml").read_text(encoding="utf-8").replace("wgs84", "gcj02")
    district.write("region.yaml", text)
    sites = read_region(district.folder).sites.set_index("site_id")
    # The layer names its own system; the table's rows alone are moved.
    assert sites.loc["S9", ["lon", "lat"]].tolist() == pytest.approx([106.61, 29.71], abs=1e-8)
    assert np.abs(sites.loc["V2", "lon"] - plain["lon"].iloc[2]) > 1e-3


def test_problems_of_a_layer_name_feature_and_attribute(district, where):
    shelters(usable_area_m2=[-5.0, 1.0]).to_file(district.folder / "sites.shp", encoding="UTF-8")
    problems = [problem for problem in district.problems() if problem.severity == "error"]
    assert [where(problem) for problem in problems] == [("sites.shp", 2, "usable_are")]


def test_attributes_of_the_gis_are_warned_of(district, where):
    shelters(Shape_Leng=[1.0, 2.0], usable_area_m2=[9.0, 9.0]).to_file(district.folder / "sites.gpkg")
    assert [where(problem) for problem in district.warnings()] == [("sites.gpkg", 1, "Shape_Leng")]


def test_a_feature_without_geometry(district, where):
    layer = shelters(usable_area_m2=[9.0, 9.0])
    layer.geometry = [None, Point(106.61, 29.71)]
    layer.to_file(district.folder / "sites.gpkg")
    problems = [problem for problem in district.problems() if problem.severity == "error"]
    assert [where(problem)[:2] for problem in problems] == [("sites.gpkg", 2)]


def test_a_layer_without_coordinate_system(district):
    layer = shelters(usable_area_m2=[9.0, 9.0])
    layer.crs = None
    layer.to_file(district.folder / "sites.shp", encoding="UTF-8")
    assert district.problems()[0].what.key == "optimizer.tables.layer_without_crs"


@pytest.mark.parametrize("content", ["", "{", '{"type": "FeatureCollection", "features": []}', "[1, 2]"])
def test_a_layer_that_is_none(district, content):
    district.write("sites.geojson", content)
    assert {problem.file for problem in district.problems()} == {"sites.geojson"}
