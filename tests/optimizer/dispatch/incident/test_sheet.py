"""An incident workbook: what is filled into the template reads like the YAML; problems name sheet, row and heading."""

import datetime
import re

import openpyxl
import pytest
import yaml

from network.problem import ProblemsError
from network.words import say
from optimizer.dispatch.incident.incident import write_incident
from optimizer.dispatch.incident.reading import read_incident
from optimizer.dispatch.incident.tables import INCIDENT_TABLES
from optimizer.dispatch.incident.template import write_incident_template
from optimizer.region.region_tables import SITES
from optimizer.region.template import FIRST_ROW

TITLES = {table.name: table.title for table in INCIDENT_TABLES}
HEADINGS = {(table.name, column.name): column.heading for table in INCIDENT_TABLES for column in table.columns}

FILLED = {
    "incident": [
        {
            "id": "small",
            "name": "小事件",
            "began_date": datetime.date(2026, 7, 5),
            "began_time": datetime.time(14, 30),
            "hazard": "洪涝",
            "rain": "暴雨",
            "night": "是",
            "speed_factor": 0.9,
            "coordinates": "WGS84",
        }
    ],
    "closures": [
        {"name": "东山村桥", "road": "东山村御临河桥", "to_h": 12, "vehicle_classes": "重型货车;消防车"},
        {"name": "圆", "around_lon": 106.861, "around_lat": 29.662, "radius_m": 500, "slowed": 2, "from_h": 1},
        {"name": "路", "ways": "{way}", "delay_min": 10, "bridges": "是"},
        {"name": "路段", "links": "{link}", "effect": "封闭"},
    ],
    "weather": [{"kind": "停飞", "from_h": 1, "to_h": 3}, {"kind": "停航"}],
    "lost": [
        {"site": "DEPOT-D1", "share": "50%"},
        {"team": "TEAM-DIST"},
        {"site": "DEPOT-D1", "vehicle_class": "轻型货车", "count": 2},
        {"team": "大盛镇专职消防队"},
    ],
    "tasks": [
        {
            "id": "T1",
            "site": "500112142 石船镇",
            "skill": "水域救援",
            "people": 10,
            "work_min": 60,
            "deadline_min": 120,
            "priority": 1,
        },
        {
            "id": "T2",
            "lon": "106°51'39.6\"",
            "lat": 29.66,
            "skill": "drainage",
            "people": 5,
            "work_min": 30,
            "deadline_min": 60,
            "priority": 2,
            "note": "x",
        },
    ],
    "requests": [{"id": "R1", "site": 500112133201, "item": "water", "quantity": "1,000"}],
    "evacuations": [{"site": "HAZ-05"}, {"site": "合理村村民委员会", "people": 30, "deadline_min": 99, "priority": 2}],
    "hold_back": [{"name": "后备", "team_kinds": "防汛抢险队；消防救援队", "towns": "统景镇; 洛碛镇", "people": 20}],
    "neighbours": [
        {
            "id": "N1",
            "skills": "水域救援;drainage",
            "people": 20,
            "site": "石船镇",
            "ready_min": 60,
            "vehicle_class": "轿车及越野车",
        }
    ],
    "crafts": [
        {
            "id": "B1",
            "kind": "船艇",
            "site": "PIER-3",
            "count": 1,
            "payload_kg": 800,
            "volume_m3": 3,
            "speed_kmh": 20,
            "range_km": 60,
        }
    ],
    "crews": [{"id": "C1", "site": "DEPOT-D1"}],
    "clearing": [{"closure": "东山村桥", "hours": 5}],
}

SAME = """\
schema_version: 1
id: small
name: 小事件
began: 2026-07-05 14:30
coordinates: wgs84
event: {hazard: flood}
roads:
  rain: heavy_rain
  night: true
  speed_factor: 0.9
  closures:
    - {name: 东山村桥, road: 东山村御临河桥, to_h: 12, vehicle_classes: [heavy_truck, fire_engine]}
    - {name: 圆, within: {around: {lon: 106.861, lat: 29.662, radius_m: 500}}, slowed: 2, from_h: 1}
    - {name: 路, ways: [WAY], delay_min: 10, bridges: true}
    - {name: 路段, links: ["LINK"], closed: true}
no_flying: [{from_h: 1, to_h: 3}]
no_boating: [{}]
lost:
  depots: [{site: DEPOT-D1, share: 0.5}]
  teams: [TEAM-DIST, TEAM-BRIG-500112143]
  vehicles: [{site: DEPOT-D1, vehicle_class: light_truck, count: 2}]
tasks:
  - {id: T1, site: 石船镇, skill: water_rescue, people: 10, work_min: 60, deadline_min: 120, priority: 1}
  - {id: T2, lon: 106.861, lat: 29.66, skill: drainage, people: 5, work_min: 30, deadline_min: 60, priority: 2, note: x}
requests: [{id: R1, site: 前锋村村民委员会, item: water, quantity: 1000}]
evacuations: [{site: HAZ-05}, {site: 合理村村民委员会, people: 30, deadline_min: 99, priority: 2}]
hold_back: [{name: 后备, team_kinds: [flood, fire_rescue], towns: [统景镇, 洛碛镇], people: 20}]
neighbours: [{id: N1, skills: [water_rescue, drainage], people: 20, site: 石船镇, ready_min: 60, vehicle_class: car}]
crafts:
  - {id: B1, kind: boat, site: PIER-3, count: 1, payload_kg: 800, volume_m3: 3, speed_kmh: 20, range_km: 60}
clearing:
  crews: [{id: C1, site: DEPOT-D1}]
  work: [{closure: 东山村桥, hours: 5}]
"""


@pytest.fixture(scope="module")
def bridge(region):
    """A way and a link of the demo's roads that are bridges."""
    link = int(region.roads.bridge.nonzero()[0][0])
    return str(region.roads.way_id[link]), str(region.roads.link_id[link])


@pytest.fixture(scope="module")
def filled(region, bridge, tmp_path_factory):
    """The template in Chinese, filled in below its examples."""
    path = tmp_path_factory.mktemp("book") / "filled.xlsx"
    write_incident_template(path, region, "zh")
    book = openpyxl.load_workbook(path)
    fill(book, bridge)
    book.save(path)
    return path


@pytest.fixture(scope="module")
def bare(bridge, tmp_path_factory):
    """The same rows in a workbook of nothing but headings, as somebody types it."""
    book = openpyxl.Workbook()
    for table in INCIDENT_TABLES:
        book.create_sheet(table.title).append([column.heading for column in table.columns])
    book.remove(book.worksheets[0])
    fill(book, bridge)
    path = tmp_path_factory.mktemp("bare") / "bare.xlsx"
    book.save(path)
    return path


def fill(book, bridge):
    for name, rows in FILLED.items():
        for number, row in enumerate(rows, FIRST_ROW + 1):
            for column, value in row.items():
                text = value.format(way=bridge[0], link=bridge[1]) if isinstance(value, str) else value
                put(book, name, number, column, text)


def put(book, name, row, column, value):
    sheet = book[TITLES[name]]
    places = {sheet.cell(1, place).value: place for place in range(1, sheet.max_column + 1)}
    sheet.cell(row, places[HEADINGS[name, column]]).value = value


def spoilt(book_path, tmp_path, *cells):
    """A copy of the workbook with other values in some cells: sheet, row, column, value."""
    book = openpyxl.load_workbook(book_path)
    for name, row, column, value in cells:
        put(book, name, row, column, value)
    path = tmp_path / "spoilt.xlsx"
    book.save(path)
    return path


def refused(path, region):
    with pytest.raises(ProblemsError) as caught:
        read_incident(path, region)
    for problem in caught.value.problems:
        assert all(problem.say(language) for language in ("zh", "en"))
    return caught.value.problems


def test_it_reads_like_the_yaml(filled, bare, region, bridge, tmp_path):
    path = tmp_path / "same.yaml"
    path.write_text(SAME.replace("WAY", bridge[0]).replace("LINK", bridge[1]), encoding="utf-8")
    book, same = read_incident(filled, region), read_incident(path, region)
    assert book.form.tasks[1].lon == pytest.approx(106.861)  # 106 + 51/60 + 39.6/3600
    tasks = tuple(task.model_copy(update={"lon": task.lon and 106.861}) for task in book.form.tasks)
    assert book.form.model_copy(update={"tasks": tasks}) == same.form
    assert book.warnings == same.warnings == ()
    assert read_incident(bare, region).form == book.form
    write_incident(book, path)
    assert read_incident(path, region).form == book.form


SPOILT = [
    (("tasks", 4, "skill", "跳舞"), "任务", "技能", "unknown_of_few"),
    (("tasks", 4, "people", "x"), "任务", "所需人数", "not_a_number"),
    (("tasks", 4, "id", "T 1"), "任务", "编号", "form_identity"),
    (("tasks", 4, "deadline_min", -5), "任务", "时限", "deadline_past"),
    (("tasks", 4, "priority", None), "任务", "优先级", "missing_cell"),
    (("tasks", 5, "lat", None), "任务", None, "form_site_or_point"),
    (("requests", 4, "site", "火星"), "需求", "站点", "unknown"),
    (("closures", 4, "road", "没有的路"), "封闭", None, "unknown_road"),
    (("closures", 5, "radius_m", 0), "封闭", "半径", "form_greater_than"),
    (("closures", 4, "from_stake", "K1+000"), "封闭", "起桩号", "form_missing"),
    (("weather", 4, "to_h", 0.5), "停飞停航", None, "form_window_hours"),
    (("lost", 5, "team", "TEAM-NONE-AT-ALL"), "损失", "队伍", "unknown"),
    (("lost", 7, "team", "TEAM-DIST"), "损失", "队伍", "listed_twice"),
    (("lost", 5, "site", "DEPOT-D1"), "损失", "队伍", "form_unknown"),
    (("crafts", 4, "site", "HELI-03"), "船艇直升机", "站点", "boat_elsewhere"),
    (("clearing", 4, "closure", "x"), "抢通工作", "封闭名称", "no_such_closure"),
    (("incident", 4, "began_time", None), "事件", "开始时刻", "missing_cell"),
    (("incident", 4, "began_time", "25:00"), "事件", "开始时刻", "form_moment"),
    (("incident", 4, "hazard", "火星"), "事件", "灾种", "unknown_choice"),
]


@pytest.mark.parametrize(("cell", "sheet", "heading", "key"), SPOILT, ids=[f"{c[0][2]}-{c[3]}" for c in SPOILT])
def test_a_mistake_is_told_with_sheet_row_and_heading(bare, region, tmp_path, words, cell, sheet, heading, key):
    found = [one for one in refused(spoilt(bare, tmp_path, cell), region) if one.severity == "error"]
    assert key in words(found)
    problem = found[words(found).index(key)]
    assert (problem.file, problem.row, problem.column) == (f"spoilt.xlsx/{sheet}", cell[1], heading)
    assert set(words(found)) <= {key, "form_missing"}


def test_all_sheets_are_told_at_once(bare, region, tmp_path, words):
    cells = [SPOILT[0][0], SPOILT[6][0], SPOILT[14][0], ("incident", 4, "name", None)]
    found = refused(spoilt(bare, tmp_path, *cells), region)
    assert sorted(words(found)) == sorted(["unknown_of_few", "unknown", "boat_elsewhere", "missing_cell"])


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_template_says_what_it_wants(region, tmp_path, language, words):
    path = tmp_path / "blank.xlsx"
    write_incident_template(path, region, language)
    book = openpyxl.load_workbook(path)
    titles = [table.title if language == "zh" else table.name for table in INCIDENT_TABLES]
    assert book.sheetnames[1:-1] == titles
    for table, title in zip(INCIDENT_TABLES, titles, strict=True):
        assert {cell.value for cell in book[title][1]} | {cell.value for cell in book[title][2]} == {
            heading for column in table.columns for heading in (column.name, column.heading)
        }
        assert all(cell.comment for cell in book[title][1])
    lists = book[book.sheetnames[-1]]
    assert lists.max_row - 1 == max(len(region.sites), len(region.tables["teams"]))
    first = region.sites.iloc[0]
    assert lists.cell(2, 1).value == f"{first['site_id']} {first['name']}"
    tasks = book[titles[4]].data_validations.dataValidation
    offered = " ".join(one.formula1 for one in tasks)
    assert f"'{lists.title}'!$A$2:$A${len(region.sites) + 1}" in offered
    assert ("水域救援" if language == "zh" else "water_rescue") in offered
    # Nothing is filled in yet: the examples do not count.
    assert words(refused(path, region)) == ["no_incident"]
    assert [file.name for file in tmp_path.iterdir()] == ["blank.xlsx"]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_yaml_template_reads_as_it_is_and_with_its_remarks(region, tmp_path, language):
    path = tmp_path / "blank.yaml"
    write_incident_template(path, region, language)
    form = read_incident(path, region).form
    # Untouched it asks for nothing: every example is a remark.
    assert (form.tasks, form.requests, form.evacuations, form.roads.closures) == ((), (), (), ())
    text = path.read_text(encoding="utf-8")
    assert set(yaml.safe_load(text)) == set(type(form).model_fields) - {"coordinates", "source"}
    text = re.sub(r"^( *)# (- |  )", r"\1\2", text, flags=re.MULTILINE)
    for name in ("closures", "no_flying", "tasks", "requests", "evacuations"):
        text = text.replace(f"{name}: []", f"{name}:")
    path.write_text(text, encoding="utf-8")
    form = read_incident(path, region).form
    assert (form.roads.closures[0].to_h, form.no_flying[0].to_h, form.evacuations[0].people) == (12, 6, 80)
    assert (form.tasks[0].id, form.requests[0].id) == ("T1", "R1")


def test_a_sheet_that_is_none_is_told(bare, region, tmp_path, words):
    book = openpyxl.load_workbook(bare)
    book.create_sheet("任物").append(["x"])
    book.save(tmp_path / "more.xlsx")
    assert words(read_incident(tmp_path / "more.xlsx", region).warnings) == ["unknown_sheet"]


def test_two_incidents_in_one_workbook(bare, region, tmp_path, words):
    cells = [("incident", 5, column, value) for column, value in FILLED["incident"][0].items()]
    found = refused(spoilt(bare, tmp_path, *cells), region)
    assert (words(found), found[0].row) == (["two_incidents"], 5)


def test_references_of_the_sheets_are_tables_of_a_region(region):
    named = {column.refers_to for table in INCIDENT_TABLES for column in table.columns} - {""}
    assert named <= set(region.tables)
    assert SITES.name in named


def test_the_explanation_has_both_languages():
    assert all(say("optimizer.incident.explanation", language) for language in ("zh", "en"))
