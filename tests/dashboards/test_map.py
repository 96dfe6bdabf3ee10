import base64
import json
import math
from dataclasses import replace

import numpy as np
import pytest

from dashboards import map as plan_map


def _floats(text):
    return np.frombuffer(base64.b64decode(text), "<f4").reshape(-1, 2)


@pytest.fixture(scope="module")
def marks(folder, words):
    return {mark["id"]: mark for mark in plan_map.site_marks(folder, plan_map.read_sites(folder), words)}


def test_mercator_places():
    places = plan_map.mercator(np.array([-180.0, 0.0, 180.0]), np.array([0.0, 0.0, 0.0]))
    np.testing.assert_allclose(places, [[0, 0.5], [0.5, 0.5], [1, 0.5]])
    # 85.0511… degrees north is the top of the square: y = 0
    np.testing.assert_allclose(
        plan_map.mercator(np.zeros(1), np.array([math.degrees(math.atan(math.sinh(math.pi)))]))[0, 1], 0, atol=1e-12
    )


def test_roads_go_over_once_each_within_a_metre(folder):
    roads = folder.roads()
    payload = plan_map.road_payload(roads)
    lines = [_floats(group["xy"]) for group in payload["groups"]]
    classes = sum(int(np.isnan(xy[:, 0]).sum()) for xy in lines[:3])
    assert classes == roads.link_count // 2
    world_m = 40_075_017 * math.cos(math.radians(29.7))
    ends = np.concatenate(lines[:3])
    ends = ends[~np.isnan(ends[:, 0])] + payload["origin"]
    wanted = plan_map.mercator(roads.lon, roads.lat)
    nearest = np.abs(wanted[:, None, :] - ends[None, :, :]).max(axis=2).min(axis=1)
    assert nearest.max() * world_m < 1


def test_temporary_links_are_drawn_by_themselves_and_dashed(folder):
    roads = folder.roads()
    laid = replace(roads, temporary=np.where(roads.way_id == roads.way_id[0], 1, 0).astype(np.int32))
    groups = plan_map.road_payload(laid)["groups"]
    pieces = [int(np.isnan(_floats(group["xy"])[:, 0]).sum()) for group in groups]
    temporary = int((laid.temporary != 0).sum()) // 2
    assert (sum(pieces[:3]), pieces[-1]) == (roads.link_count // 2 - temporary, temporary)
    assert [bool(group["dash"]) for group in groups] == [False] * 4 + [True, True]


def test_what_goes_to_the_browser_is_json_without_nan(folder, words, marks):
    json.dumps([plan_map.road_payload(folder.roads()), list(marks.values()), plan_map.legend(words)], allow_nan=False)


def test_marks_tell_decisions(marks):
    assert marks["K1"]["shape"] == "star"
    assert marks["K1"]["name"] == "白岩镇政府仓库"
    assert marks["K1"]["hover"] == "白岩镇政府仓库\n候选库址　新建\n库容 50 m³，占用 38.2 m³"
    assert marks["D1"]["name"] == ""
    assert "U1" not in marks


def test_marks_tell_what_stays_unmet_and_is_cut_off(marks):
    # V6: 450 people wanting two items, all unmet in the scenario of weight 2/7
    assert marks["V6"]["ring"]
    assert f"未满足 {900 * 2 / 7:,.0f} 人·项" in marks["V6"]["hover"]
    assert marks["V6"]["halo"] == 20
    assert marks["V1"]["halo"] == 0
    assert not marks["V4"]["ring"]


def test_towns_and_new_depots_are_drawn_last(folder, words):
    order = [mark["id"] for mark in plan_map.site_marks(folder, plan_map.read_sites(folder), words)]
    assert order.index("V1") < order.index("D1") < order.index("K1") < order.index("T1")


def test_the_script_reaches_for_nothing_outside():
    for name in ("map.js", "map.css"):
        text = (plan_map.HERE / name).read_text("utf-8")
        assert "http" not in text
        assert "innerHTML" not in text
        assert "import " not in text
