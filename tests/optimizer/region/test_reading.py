"""A good district is read whole: every table and column, typed, in WGS-84, on the roads, with what it was read from."""

import hashlib
import json

import numpy as np
import pandas as pd
import pytest

from network.coordinates import from_wgs84
from optimizer.region.reading import read_region
from optimizer.region.region_tables import REGION_TABLES
from optimizer.region.registers import STANDARDS
from optimizer.region.writing import write_region


def test_a_good_region_has_every_table_and_column(district):
    region = district.read()
    assert set(region.tables) == {table.name for table in REGION_TABLES}
    for table in REGION_TABLES:
        assert list(region.tables[table.name].columns) == [column.name for column in table.columns]
    assert [problem.severity for problem in region.warnings] == []


def test_cells_are_typed_and_empty_ones_have_the_declared_default(district):
    tables = district.read().tables
    items = tables["items"].set_index("item_id")
    assert items.loc["water", "price_cny"] == 30.0
    assert np.isnan(items.loc["tent", "shelf_life_months"])
    assert items.loc["tent", "name_en"] == ""
    assert items.loc["tent", "upkeep_share"] == 0.0
    stock = tables["stock"]
    assert stock["expiry"].iloc[0] == pd.Timestamp("2026-12-31")
    assert stock["expiry"].iloc[1] is pd.NaT
    sites = tables["sites"]
    assert sites["hazards"].iloc[0] == "flood;landslide"
    assert bool(sites["communications_assured"].iloc[0]) is True
    assert sites["wardens"].iloc[0] == 0.0
    assert np.isnan(sites["population"].iloc[3])


def test_sites_stand_on_nodes_and_scenarios_and_rules_are_there(district):
    region = district.read()
    assert region.snapping.node[:3].tolist() == [0, 1, 4]
    assert region.snapping.distance_m[:3].max() < 1.0
    assert [scenario.id for scenario in region.scenarios] == ["flood"]
    rules = {rule.id: rule for rule in region.rules}
    assert "SHELTER-M2" not in rules
    assert rules["KIT-5X"].standing == "adopted"
    assert rules["KIT-5X"].mandatory is False
    assert rules["TEAM-TOWN-YB"].mandatory is True
    assert rules["TEAM-DIST"].at_least == 50


def test_inputs_name_every_file_with_its_hash(district):
    region = district.read()
    expected = {path.name for path in district.folder.iterdir()} | {"standards/chongqing.yaml", "standards/wuxing.yaml"}
    assert set(region.inputs) == expected
    assert region.inputs["sites.csv"] == hashlib.sha256((district.folder / "sites.csv").read_bytes()).hexdigest()


def test_a_register_of_the_regions_own_is_not_mistaken_for_the_programs(district):
    own = (STANDARDS / "wuxing.yaml").read_text(encoding="utf-8")
    (district.folder / "rules").mkdir()
    district.write("rules/wuxing.yaml", "# Our own.\n" + own)
    region = district.edit("region.yaml", "adopt: {", "adopt: {rules/wuxing.yaml: [KIT-5X], ").read()
    assert region.inputs["standards/wuxing.yaml"] == hashlib.sha256(own.encode()).hexdigest()
    mine = (district.folder / "rules" / "wuxing.yaml").read_bytes()
    assert region.inputs["rules/wuxing.yaml"] == hashlib.sha256(mine).hexdigest()


def test_gcj02_coordinates_are_converted_once(district):
    plain = district.read().sites
    moved = plain.copy()
    moved["lon"], moved["lat"] = from_wgs84(plain["lon"].to_numpy(), plain["lat"].to_numpy(), "gcj02")
    text = (district.folder / "sites.csv").read_text(encoding="utf-8")
    for (lon, lat), (east, north) in zip(
        plain[["lon", "lat"]].to_numpy(), moved[["lon", "lat"]].to_numpy(), strict=True
    ):
        text = text.replace(f"{lon:.2f},{lat:.2f}", f"{east!r},{north!r}".replace("np.float64(", "").replace(")", ""))
    district.write("sites.csv", text).edit("region.yaml", "coordinates: wgs84", "coordinates: gcj02")
    converted = district.read().sites
    assert np.abs(converted["lon"] - plain["lon"]).max() < 1e-8
    assert np.abs(converted["lat"] - plain["lat"]).max() < 1e-8
    assert np.abs(moved["lon"] - plain["lon"]).min() > 1e-3


def test_what_write_region_writes_is_read_back_the_same(district, tmp_path):
    region = district.read()
    copy = tmp_path / "copy"
    write_region(copy, region.settings, region.scenarios, region.tables, region.overrides)
    (district.folder / "roads.npz").rename(copy / "roads.npz")
    again = read_region(copy)
    for name, frame in region.tables.items():
        pd.testing.assert_frame_equal(again.tables[name], frame)
    assert again.settings == region.settings
    assert again.scenarios == region.scenarios
    assert again.rules == region.rules


def test_estimate_marks_are_kept_by_column_and_in_either_language(district):
    text = (district.folder / "payers.csv").read_text(encoding="utf-8")
    rows = text.splitlines()
    rows[0] += ",estimated"
    rows[1] += ",年度预算"
    rows[2] += ",是"
    district.write("payers.csv", "\n".join(rows))
    assert district.read().tables["payers"]["estimated"].tolist() == ["budget_cny", "yes"]


@pytest.mark.parametrize("encoding", ["gb18030", "utf-8-sig", "utf-16"])
def test_tables_are_read_in_the_encodings_that_planners_programs_write(district, encoding):
    text = (district.folder / "sites.csv").read_text(encoding="utf-8")
    (district.folder / "sites.csv").write_bytes(text.encode(encoding))
    assert district.read().sites["name"].iloc[0] == "东镇"


def test_the_file_of_a_shape_is_an_input_too(district):
    corners = [[106.6, 29.6], [106.7, 29.6], [106.7, 29.8], [106.6, 29.8], [106.6, 29.6]]
    zone = json.dumps({"type": "Polygon", "coordinates": [corners]})
    district.write("zone.geojson", zone)
    region = district.edit(
        "scenarios.yaml", "where: {hazards: [flood]}", "where: {within: {file: zone.geojson}}"
    ).read()
    assert region.inputs["zone.geojson"] == hashlib.sha256(zone.encode()).hexdigest()
