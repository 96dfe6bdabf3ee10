"""Figure of times, map and layers: legible, whole, and of the same roads as the tables."""

from dataclasses import replace

import geopandas
import numpy as np
import pandas as pd
import pytest
from matplotlib.image import imread

from optimizer.dispatch.report import gantt
from optimizer.dispatch.report.gantt import draw_gantt
from optimizer.dispatch.report.ground import closed_roads, way_lines
from optimizer.dispatch.report.layers import write_dispatch_layers
from optimizer.dispatch.report.map import draw_dispatch
from optimizer.report.workbook.sheet import display_width


@pytest.fixture
def many(ordered):
    """Seventy teams that do what one does."""
    tables = dict(ordered.tables)
    for name, column, title in (("legs", "carrier_id", "carrier_name"), ("work", "team_id", "team_name")):
        rows = tables[name][tables[name][column] == "Q1"]
        numbered = (rows.assign(**{column: f"Q{n}", title: f"第 {n} 支非常非常长的队伍名称 {n}"}) for n in range(70))
        tables[name] = pd.concat(numbered, ignore_index=True)
    return replace(
        ordered, tables={**tables, "trips": tables["trips"].iloc[:0], "clearing": tables["clearing"].iloc[:0]}
    )


def _rows_of_colour(picture, colour):
    """Lines of a picture in which a colour stands."""
    wanted = [int(colour[place : place + 2], 16) for place in (1, 3, 5)]
    return np.flatnonzero((np.round(picture[:, :, :3] * 255) == wanted).all(axis=2).any(axis=1))


def test_every_carrier_has_a_row_of_its_own_that_can_be_read(many, tmp_path):
    draw_gantt(many, tmp_path / "gantt.png", "zh")
    picture = imread(tmp_path / "gantt.png")
    assert picture.shape[0] >= 70 * gantt.ROW_IN * gantt.DPI  # 36 dots a row, 8 points are 17
    work = _rows_of_colour(picture[int(gantt.HEAD_IN * gantt.DPI) :], gantt.BARS["working"][0])
    assert 1 + int((np.diff(work) > 1).sum()) == 70


def test_a_long_name_is_cut_where_names_are_alike():
    name = gantt._cut("区应急物资储备中心库应急救援车辆编队车辆 12")
    assert display_width(name) <= gantt.NAME_WIDTH
    assert name.startswith("区应急物资储备")
    assert name.endswith("辆 12")


def test_late_is_marked_and_only_that(ordered, maker, tmp_path):
    draw_gantt(ordered, tmp_path / "late.png", "zh")
    tasks, requests = ordered.tables["tasks"], ordered.tables["requests"]
    due = {"tasks": tasks.assign(status="on_time"), "requests": requests.assign(deadline_min=600.0)}
    draw_gantt(replace(ordered, tables={**ordered.tables, **due}), tmp_path / "on_time.png", "zh")
    below = int(gantt.HEAD_IN * gantt.DPI)  # the legend has the mark in any case
    assert len(_rows_of_colour(imread(tmp_path / "late.png")[below:], gantt.LATE))
    assert not len(_rows_of_colour(imread(tmp_path / "on_time.png")[below:], gantt.LATE))


@pytest.mark.parametrize("draw", [draw_gantt, draw_dispatch])
def test_without_a_chinese_font_pictures_speak_english_and_ids(ordered, nasty, draw, tmp_path, recwarn):
    for dispatch in (ordered, nasty):
        draw(dispatch, tmp_path / "picture.png", "zh", lambda: None)
    assert not [message for message in recwarn if "Glyph" in str(message.message)]


def test_pictures_of_nothing_are_pictures(nothing, tmp_path):
    draw_gantt(nothing, tmp_path / "gantt.png", "zh")
    (warning,) = draw_dispatch(nothing, tmp_path / "map.png", "zh", lambda: None)
    assert warning.severity == "warning"
    assert min((tmp_path / name).stat().st_size for name in ("gantt.png", "map.png")) > 10_000


def test_a_way_without_a_line_is_straight(ordered):
    lines = way_lines(ordered)
    assert list(lines["W8"].coords) == [(106.585, 29.738), (106.65, 29.66)]
    assert list(lines["W2"].coords) == [(106.63, 29.68), (106.582, 29.741)]


def test_roads_are_closed_until_a_crew_or_the_forecast_opens_them(ordered, maker):
    rows = closed_roads(ordered)
    assert rows["closure"].unique().tolist() == ["白岩公路滑坡"]  # G210 is slowed, not closed
    assert rows["opens_min"].tolist() == [235.0]  # the crew's 235 before the forecast's 12 h
    assert closed_roads(maker.without(ordered, "clearing"))["opens_min"].tolist() == [720.0]


def test_layers_hold_every_row_with_its_times(ordered, nothing, tmp_path):
    write_dispatch_layers(ordered, tmp_path / "dispatch.gpkg")

    def layer(name):
        return geopandas.read_file(tmp_path / "dispatch.gpkg", layer=name)

    for name, table in (("places", "places"), ("tasks", "tasks"), ("requests", "requests"), ("ways", "legs")):
        assert len(layer(name)) == len(ordered.tables[table])
    assert layer("tasks").crs.to_epsg() == 4326
    assert layer("tasks")["finish_time"].tolist()[0] == "2026-07-13 02:05"  # 22:30 + 215 min
    ways = layer("ways").set_index(["carrier_id", "step"])
    assert ways.loc[("Q1", 1.0), "geometry"].equals(way_lines(ordered)["W1"])
    assert layer("closed_links")["link_id"].tolist() == ["1:1000-1001"]
    assert [len(line.coords) for line in layer("evacuees").geometry] == [2, 2]
    write_dispatch_layers(nothing, tmp_path / "nothing.gpkg")
    assert geopandas.read_file(tmp_path / "nothing.gpkg", layer="ways").empty
