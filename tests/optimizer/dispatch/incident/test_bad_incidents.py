"""Bad incidents: each mistake named with line, field, value and mend; all of a file at once; nothing lost."""

from dataclasses import replace

import numpy as np
import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.problem import ProblemsError
from optimizer.dispatch.incident.reading import read_incident

T1 = "  - {id: T1, site: 石船镇, skill: water_rescue, people: 10, work_min: 60, deadline_min: 120, priority: 1}\n"

CASES = [
    ("skill: water_rescue, people: 10", "skill: water_rescu, people: 10", "tasks[1].skill", "nearly"),
    ("skill: water_rescue, people: 10", "skill: 跳舞, people: 10", "tasks[1].skill", "unknown_of_few"),
    ("item: water", "item: watr", "requests[1].item", "nearly"),
    ("item: water", "item: 发电机", "requests[1].item", "nearly"),
    ("site: HAZ-05", "site: 火星", "evacuations[1].site", "unknown"),
    ("site: HAZ-05", "site: 兴隆社区居民委员会", "evacuations[1].site", "ambiguous"),
    ("hazard: flood", "hazard: floods", "event.hazard", "nearly"),
    ("teams: [TEAM-DIST]", "teams: [TEAM-DIST, TEAM-DIS]", "lost.teams[2]", "nearly"),
    ("teams: [TEAM-DIST]", "teams: [TEAM-DIST, TEAM-DIST]", "lost.teams[2]", "listed_twice"),
    ("skills: [water_rescue]", "skills: [water_rescue, swim]", "neighbours[1].skills[2]", "unknown_of_few"),
    ("team_kinds: [flood]", "team_kinds: [floods]", "hold_back[1].team_kinds[1]", "nearly"),
    ("deadline_min: 120", "deadline_min: 0", "tasks[1].deadline_min", "deadline_past"),
    ("deadline_min: 120", "deadline_min: -30", "tasks[1].deadline_min", "deadline_past"),
    ("deadline_min: 120", "deadline_min: .nan", "tasks[1].deadline_min", "deadline_past"),
    ("deadline_min: 120", "deadline_min: 20161", "tasks[1].deadline_min", "deadline_far"),
    ("quantity: 100}", "quantity: 100, deadline_min: -1}", "requests[1].deadline_min", "deadline_past"),
    ("site: HAZ-05}", "site: HAZ-05, deadline_min: -1}", "evacuations[1].deadline_min", "deadline_past"),
    ("lon: 106.861, lat: 29.66", "lon: 100.861, lat: 29.66", "tasks[2].lon", "no_road_task"),
    ("lon: 106.861, lat: 29.66", "lon: 106.861", "tasks[2]", "form_site_or_point"),
    ("lon: 106.861, lat: 29.66", "site: 石船镇, lon: 106.861, lat: 29.66", "tasks[2]", "form_site_or_point"),
    ("lon: 106.861, lat: 29.66", "lon: 29.66, lat: 106.861", "tasks[2].lat", "form_at_most"),
    ("site: HAZ-05", "site: DEPOT-D1", "evacuations[1].people", "people_unknown"),
    ("id: T2", "id: T1", "tasks[2].id", "listed_twice"),
    ("id: R1", "id: T1", "requests[1].id", "listed_twice"),
    ("id: C1", "id: B1", "clearing.crews[1].id", "listed_twice"),
    ("id: N1", "id: TEAM-DIST", "neighbours[1].id", "id_of_team"),
    ("id: T2", "id: T 2", "tasks[2].id", "form_identity"),
    ("count: 2}", "count: 7}", "lost.vehicles[1].count", "more_than_there"),
    ("class: light_truck, count", "class: bus, count", "lost.vehicles[1].vehicle_class", "no_such_pool"),
    ("people: 20}\nneighbours", "people: 142}\nneighbours", "hold_back[1].people", "more_people_than_teams"),
    ("team_kinds: [flood]", "team_kinds: [flood], towns: [茨竹镇]", "hold_back[1].name", "no_team_meant"),
    ("team_kinds: [flood]", "teams: [TEAM-DIST]", "hold_back[1].name", "no_team_meant"),  # it is lost
    ("kind: boat, site: PIER-3", "kind: boat, site: HELI-03", "crafts[1].site", "boat_elsewhere"),
    ("kind: boat, site: PIER-3", "kind: helicopter, site: PIER-3", "crafts[1].site", "helicopter_elsewhere"),
    ("kind: boat, site: PIER-3", "kind: raft, site: PIER-3", "crafts[1].kind", "form_choice"),
    ("closure: 东山村桥", "closure: 西山村桥", "clearing.work[1].closure", "no_such_closure"),
    ("hours: 5}]", "hours: 5}, {closure: 东山村桥, hours: 2}]", "clearing.work[2].closure", "listed_twice"),
    ("road: 东山村御临河桥", "road: 东山村御林河桥", "roads.closures[1]", "nearly_named"),
    ("road: 东山村御临河桥, to_h: 12", "to_h: 12", "roads.closures[1]", "no_selector"),
    ("from_h: 1, to_h: 3", "from_h: 3, to_h: 3", "no_flying[1]", "form_window_hours"),
    ("2026-07-05 14:30", "2026-07-05", "began", "form_no_time"),
    ("2026-07-05 14:30", "1430", "began", "form_moment"),
    ("2026-07-05 14:30", "tomorrow 14:30", "began", "form_moment"),
    ("2026-07-05 14:30", "2026-07-05T14:30:00+08:00", "began", "form_time_zone"),
    ("schema_version: 1", "schema_version: 2", "schema_version", "form_version"),
    ("quantity: 100", "quantity: 2.5", "requests[1].quantity", "form_whole"),
    ("quantity: 100", "quantity: 0", "requests[1].quantity", "form_greater_than"),
    ("requests:", "reqests:", "reqests", "form_nearly_known"),
    ("evacuations:\n  - {site: HAZ-05}", "evacuations: {site: HAZ-05}", "evacuations", "form_list"),
    ("share: 0.5}", "share: 0.5}, {site: DEPOT-D1}", "lost.depots[2].site", "listed_twice"),
]


@pytest.mark.parametrize(("old", "new", "column", "key"), CASES, ids=[f"{case[2]}-{case[3]}" for case in CASES])
def test_a_mistake_is_told_where_it_stands(written, words, old, new, column, key):
    problems = [one for one in written.edit(old, new).problems() if one.severity == "error"]
    assert (words(problems), problems[0].file) == ([key], "incident.yaml")
    assert problems[0].column == column
    lines = written.path.read_text(encoding="utf-8").splitlines()
    if key != "form_version":
        assert column.split(".")[-1].split("[")[0] in lines[problems[0].row - 1] or "[" in column


@pytest.mark.parametrize(
    ("old", "new", "offered"),
    [
        ("site: HAZ-05", "site: 石船", "500112142 石船镇"),
        ("item: water", "item: 饮用水", "water 瓶装饮用水（550 ml）"),
        ("kind: boat, site: PIER-3", "kind: helicopter, site: PIER-3", "HELI-03 统景镇直升机起降点"),
        ("closure: 东山村桥", "closure: x", "东山村桥"),
        ("vehicle_class: light_truck, count", "vehicle_class: bus, count", "heavy_truck, light_truck"),
    ],
)
def test_those_like_it_are_offered(written, old, new, offered):
    assert offered in written.edit(old, new).problems()[0].mend.say("zh")


def test_all_that_is_wrong_is_told_at_once(written, words):
    """Six entries are each wrong in one way; what an entry of the wrong form names is looked up all the same."""
    written.edit("water_rescue, people: 10", "跳舞, people: 0").edit("deadline_min: 60", "deadline_min: -60")
    written.edit("item: water", "item: zzz").edit("site: HAZ-05", "site: HAZ-99")
    written.edit("kind: boat, site: PIER-3", "kind: boat, site: HELI-03").edit("closure: 东山村桥", "closure: x")
    found = written.edit("2026-07-05 14:30", "soon").problems()
    wanted = ["form_at_least", "unknown_of_few", "deadline_past", "unknown_of_few", "nearly"]
    assert sorted(words(found)) == sorted([*wanted, "boat_elsewhere", "no_such_closure", "form_no_time"])
    assert [problem.row for problem in found] == sorted(problem.row for problem in found)


def test_a_head_that_is_wrong_hides_no_entry(written, words):
    assert words(written.edit("name: 小事件\n", "").edit("id: T2", "id: T1").problems()) == [
        "form_missing",
        "listed_twice",
    ]


@pytest.mark.parametrize(
    ("old", "new", "key"),
    [
        ("item: water, quantity: 100", "item: generator, quantity: 100, priority: 1", "kit_item"),
        ("site: 前锋村村民委员会", "site: DEPOT-D1", "people_supposed"),
        ("site: HAZ-05}", "site: HAZ-05, people: 500}", "more_people"),
        ("  depots: [{site: DEPOT-D1, share: 0.5}]", "  depots: [{site: SHEL-D1}]", "nothing_held"),
        ("  crews: [{id: C1, site: DEPOT-D1}]\n", "", "clearing_lacks"),
        ("  work: [{closure: 东山村桥, hours: 5}]\n", "", "clearing_lacks"),
    ],
)
def test_what_is_odd_but_bearable_is_a_warning(written, words, old, new, key):
    assert words(written.edit(old, new).read().warnings) == [key]


def test_an_item_that_nobody_holds(written, words, region):
    stock, offers = region.tables["stock"], region.tables["offers"]
    assert words(written.read().warnings) == []
    lacking = {"stock": stock[stock["item_id"] != "water"], "offers": offers[offers["item_id"] != "water"]}
    found = read_incident(written.path, replace(region, tables=region.tables | lacking))
    assert words(found.warnings) == ["nobody_holds"]
    offered = replace(region, tables=region.tables | {"stock": lacking["stock"]})
    assert words(read_incident(written.path, offered).warnings) == []
    old = stock.assign(expiry=stock["expiry"].fillna("2026-07-04").clip(upper="2026-07-04"))
    expired = replace(region, tables=region.tables | {"stock": old, "offers": lacking["offers"]})
    assert words(read_incident(written.path, expired).warnings) == ["nobody_holds"]


def test_a_skill_that_nobody_has(written, words, region):
    teams = region.tables["teams"]
    few = replace(
        region, tables=region.tables | {"teams": teams[teams["team_kind"].isin(["district_team", "chemical"])]}
    )
    written.edit("team_kinds: [flood]", "team_kinds: [chemical]")
    # Neighbours bring water rescue; nobody pumps.
    found = read_incident(written.path, few).warnings
    assert [(problem.what.key.rsplit(".")[-1], problem.column) for problem in found] == [
        ("nobody_has_skill", "tasks[2].skill")
    ]


def test_sites_without_roads(written, words, region):
    """A task there is refused; supplies and people may come by air."""
    cut = region.sites["site_id"].isin(["500112133201", "HAZ-05"]).to_numpy()
    snapping = replace(region.snapping, node=np.where(cut, -1, region.snapping.node))
    remote = replace(region, snapping=snapping)
    found = read_incident(written.path, remote)
    assert sorted((problem.column, *words([problem])) for problem in found.warnings) == [
        ("evacuations[1].site", "no_road_request"),
        ("requests[1].site", "no_road_request"),
    ]
    with pytest.raises(ProblemsError) as caught:
        read_incident(written.edit("site: 石船镇, skill", "site: HAZ-05, skill").path, remote)
    errors = [problem for problem in caught.value.problems if problem.severity == "error"]
    assert (words(errors), errors[0].column, errors[0].value) == (["no_road_task"], "tasks[1].site", "HAZ-05")
    assert "起降点" in errors[0].mend.say("zh")


def test_closures_of_one_name_cannot_be_told_apart(written, words):
    twice = "to_h: 12}\n    - {name: 东山村桥, road: 杉木村御临河桥}"
    assert words(written.edit("to_h: 12}", twice).problems()) == ["closures_alike"]


@pytest.mark.parametrize("name", ["incident.docx", "incident"])
def test_another_kind_of_file(tmp_path, region, words, name):
    (tmp_path / name).write_text("x", encoding="utf-8")
    with pytest.raises(ProblemsError) as caught:
        read_incident(tmp_path / name, region)
    assert words(caught.value.problems) == ["file_kind"]


@pytest.mark.parametrize("name", ["none.yaml", "none.xlsx"])
def test_a_file_that_is_not_there(tmp_path, region, name):
    with pytest.raises(ProblemsError) as caught:
        read_incident(tmp_path / name, region)
    assert caught.value.problems[0].file == name


JUNK = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.floats() | st.sampled_from(["", "x", "T1", "water", "2026"]),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["id", "site", "x"]), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data(), junk=JUNK)
def test_whatever_stands_anywhere_is_read_or_told(written, good, data, junk):
    """Any value of the file may be any other: problems with words, or an incident; never another error."""
    values = yaml.safe_load(good)
    at = values
    while True:
        key = data.draw(st.sampled_from(sorted(at) if isinstance(at, dict) else range(len(at))))
        if not isinstance(at[key], dict | list) or not at[key] or data.draw(st.booleans()):
            break
        at = at[key]
    at[key] = junk
    written.path.write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    told = ()
    try:
        written.read()
    except ProblemsError as error:
        told = error.problems
    assert all(problem.say(language) for problem in told for language in ("zh", "en"))
