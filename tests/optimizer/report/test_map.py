from dataclasses import replace

import numpy as np
import pytest
from matplotlib.image import imread

from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.report import map as plan_map
from optimizer.report.map_drawing import MapDrawing, draw_roads, nice_length, road_lines
from optimizer.report.map_font import find_chinese_font


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_map_is_a_page_that_is_not_blank(plan, tmp_path, language):
    assert plan_map.draw_map(plan, tmp_path / "map.png", language) == ()
    picture = imread(tmp_path / "map.png")
    assert picture.shape[:2] == (1654, 2338)
    assert len(np.unique(picture[::7, ::7, 0])) > 100


def test_without_a_chinese_font_the_map_speaks_english_and_ids_and_warns(plan, tmp_path, recwarn):
    (warning,) = plan_map.draw_map(plan, tmp_path / "map.png", "zh", find_font=lambda: None)
    assert warning.severity == "warning"
    assert "中文字体" in warning.say("zh")
    assert not [message for message in recwarn if "Glyph" in str(message.message)]


def test_the_same_plan_makes_the_same_map(plan, tmp_path):
    for name in ("a.png", "b.png"):
        plan_map.draw_map(plan, tmp_path / name, "zh")
    assert (tmp_path / "a.png").read_bytes() == (tmp_path / "b.png").read_bytes()


def test_a_found_font_has_chinese_signs():
    font = find_chinese_font()
    if font is None:
        pytest.skip("neither the font package nor a Chinese font is installed")
    assert font.is_file()


def test_a_region_without_sites_or_depots_is_drawn_too(plan, tmp_path):
    empty = {table.name: plan.tables[table.name].iloc[:0] for table in PLAN_TABLES}
    region = replace(plan.region, tables=plan.region.tables | {"sites": plan.region.sites.iloc[:0]})
    plan_map.draw_map(replace(plan, tables=empty, region=region), tmp_path / "map.png", "zh")
    assert (tmp_path / "map.png").stat().st_size > 10_000


def test_a_name_with_dollars_is_no_formula(made, tmp_path):
    plan = made.made_plan(tmp_path / "region", {"T1": "$x^2$镇", "K1": r"$\frac$"})
    plan_map.draw_map(plan, tmp_path / "map.png", "zh")


def test_road_lines_run_from_end_to_end_by_their_shape(plan):
    roads = plan.region.roads
    links = np.zeros(roads.link_count, bool)
    links[[3, 8]] = True
    lon, lat = road_lines(roads, links)
    wanted = np.concatenate([roads.line(3), [[np.nan, np.nan]], roads.line(8), [[np.nan, np.nan]]])
    np.testing.assert_array_equal(np.column_stack([lon, lat]), wanted)


def test_a_road_of_two_directions_is_drawn_once(plan):
    roads = plan.region.roads
    links = np.ones(roads.link_count, bool)
    lon, _ = road_lines(roads, links)
    assert np.isnan(lon).sum() == roads.link_count // 2


def test_a_temporary_link_is_explained_and_no_ordinary_road(plan):
    ordinary = MapDrawing(plan.region, "en", None)
    draw_roads(ordinary)
    roads = replace(plan.region.roads, temporary=np.ones(plan.region.roads.link_count, np.int32))
    drawing = MapDrawing(replace(plan.region, roads=roads), "en", None)
    draw_roads(drawing)
    told = [str(line.get_label()) for line in drawing.legend]
    assert "Temporary link (closed until laid)" in told
    assert not {"Smaller road", "Primary, secondary road", "Motorway, trunk road"} & set(told)
    assert "Temporary link (closed until laid)" not in [line.get_label() for line in ordinary.legend]


def test_no_roads_are_no_lines(plan):
    lon, lat = road_lines(plan.region.roads, np.zeros(plan.region.roads.link_count, bool))
    assert len(lon) == len(lat) == 0


@pytest.mark.parametrize(("longest", "length"), [(2600.0, 2000.0), (5000.0, 5000.0), (999.0, 500.0), (1.0, 1.0)])
def test_scale_bars_are_round(longest, length):
    assert nice_length(longest) == length
