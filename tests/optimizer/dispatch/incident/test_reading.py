"""A good incident: what is named becomes ids, what is left out is filled in, what is written reads back equal."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from network.coordinates import from_wgs84
from optimizer.checksum import sha256
from optimizer.dispatch.incident.check_means import teams_held_back
from optimizer.dispatch.incident.form import LISTS, HoldBack, IncidentForm
from optimizer.dispatch.incident.incident import write_incident
from optimizer.dispatch.incident.reading import read_incident
from optimizer.region.settings import Strict

MADE = Path(__file__).parents[1] / "incidents" / "yubei.yaml"
TINY = """\
schema_version: 1
id: tiny
name: n
began: 2026-07-05 14:30
event: {hazard: flood}
"""


def test_names_become_ids(written):
    form = written.edit("hazard: flood", "hazard: 洪涝").edit("skill: drainage", "skill: 排涝").read().form
    assert form.began == datetime(2026, 7, 5, 14, 30)
    assert form.event.hazard == "flood"
    assert [task.site for task in form.tasks] == ["500112142", None]
    assert [task.skill for task in form.tasks] == ["water_rescue", "drainage"]
    assert form.requests[0].site == "500112133201"


@pytest.mark.parametrize(
    "item", ["water", "瓶装饮用水（550 ml）", "Bottled drinking water, 550 ml", "water 瓶装饮用水（550 ml）"]
)
def test_an_item_is_called_by_id_by_either_name_or_as_the_workbook_lists_it(written, region, item):
    items = region.tables["items"]
    english = items.loc[items["item_id"] == "water", "name_en"].iloc[0]
    wanted = english if item.startswith("Bottled") else item
    assert written.edit("item: water", f'item: "{wanted}"').read().form.requests[0].item == "water"


def test_what_is_left_out_comes_from_the_norm_and_the_residents(written, region):
    request = written.read().form.requests[0]
    residents = region.sites.set_index("site_id")["population"]["500112133201"]
    assert (request.deadline_min, request.priority, request.people) == (10 * 60, 1, residents)
    lamp = written.edit("item: water", "item: lamp").read().form.requests[0]
    assert (lamp.deadline_min, lamp.priority) == (24 * 60, 3)


def test_what_is_given_stays(written):
    more = "quantity: 100, deadline_min: 45, priority: 7, people: 12}"
    request = written.edit("quantity: 100}", more).read().form.requests[0]
    assert (request.deadline_min, request.priority, request.people) == (45, 7, 12)


def test_an_item_without_a_norm_takes_the_rule_of_relief_and_the_last_priority(written, region):
    tables = region.tables | {"norms": region.tables["norms"].query("item_id != 'water'")}
    found = read_incident(written.path, replace(region, tables=tables))
    request = found.form.requests[0]
    assert (request.deadline_min, request.priority) == (600, 3)
    assert [problem.what.key for problem in found.warnings] == ["optimizer.incident.no_norm"]
    rules = tuple(rule.model_copy(update={"at_most": 4}) if rule.id == "RELIEF-10H" else rule for rule in region.rules)
    sooner = read_incident(written.path, replace(region, tables=tables, rules=rules))
    assert sooner.form.requests[0].deadline_min == 240


def test_people_at_a_place_where_nobody_lives_are_reckoned_from_the_quantity(written):
    found = written.edit("site: 前锋村村民委员会", "site: SHEL-D1").read()
    assert found.form.requests[0].people == 20  # 100 bottles / 5 a person and day
    assert found.warnings[0].what.key == "optimizer.incident.people_supposed"


def test_people_of_an_evacuation_are_those_threatened_or_the_residents(written):
    assert written.read().form.evacuations[0].people == 182
    villagers = written.edit("site: HAZ-05", "site: 合理村村民委员会").read().form.evacuations[0]
    assert (villagers.people, villagers.priority, villagers.deadline_min) == (720, 1, None)


@pytest.mark.parametrize("system", ["gcj02", "bd09"])
def test_points_are_turned_once(written, system):
    lon, lat = (float(axis) for axis in from_wgs84(106.861, 29.66, system))
    written.edit("lon: 106.861, lat: 29.66", f"lon: {lon!r}, lat: {lat!r}").edit(
        "id: small", f"id: a\ncoordinates: {system}"
    )
    first = written.read()
    assert (first.form.tasks[1].lon, first.form.tasks[1].lat) == pytest.approx((106.861, 29.66), abs=1e-8)
    write_incident(first, written.path)
    assert written.read().form == first.form


def test_points_are_in_the_regions_system_where_none_is_named(written, region):
    lon, lat = (float(axis) for axis in from_wgs84(106.861, 29.66, "gcj02"))
    written.edit("lon: 106.861, lat: 29.66", f"lon: {lon!r}, lat: {lat!r}")
    chinese = replace(region, settings=region.settings.model_copy(update={"coordinates": "gcj02"}))
    task = read_incident(written.path, chinese).form.tasks[1]
    assert (task.lon, task.lat) == pytest.approx((106.861, 29.66), abs=1e-8)


def test_what_is_written_reads_back_equal(region, tmp_path):
    first = read_incident(MADE, region)
    write_incident(first, tmp_path / "again.yaml")
    again = read_incident(tmp_path / "again.yaml", region)
    assert again.form == first.form
    assert [file.name for file in tmp_path.iterdir()] == ["again.yaml"]
    assert first.inputs == {MADE.name: sha256(MADE), "skills.yaml": sha256(first.skills.file)}


def test_a_shape_of_a_file_is_drawn_so_that_the_incident_stands_for_itself(written, region, tmp_path):
    area = shapely.box(106.80, 29.89, 106.835, 29.96)
    (tmp_path / "area.geojson").write_text(shapely.to_geojson(area), encoding="utf-8")
    first = written.edit("road: 东山村御临河桥", "road: S102, within: {file: area.geojson}").read()
    within = first.form.roads.closures[0].within
    assert within.file is None
    assert shapely.from_wkt(within.wkt).equals(area)
    elsewhere = tmp_path / "elsewhere" / "incident.yaml"
    elsewhere.parent.mkdir()
    write_incident(first, elsewhere)
    assert read_incident(elsewhere, region).form == first.form


def test_an_incident_may_ask_for_nothing(written):
    written.path.write_text(TINY + "tasks:\nrequests: []\n", encoding="utf-8")
    form = written.read().form
    assert (form.tasks, form.requests, form.lost.teams) == ((), (), ())


def test_every_list_of_the_form_is_read_entry_by_entry(region):
    def lists(model, way=()):
        for name, one in model.model_fields.items():
            inner = one.annotation
            if isinstance(inner, type) and issubclass(inner, Strict):
                yield from lists(inner, (*way, name))
            elif getattr(inner, "__origin__", None) is tuple and isinstance(inner.__args__[0], type):
                yield ".".join((*way, name))

    assert {name for name in lists(IncidentForm) if name != "lost.teams"} == set(LISTS)


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ({}, 55),
        ({"team_kinds": ("flood",)}, 3),
        ({"towns": ("500112133",)}, 3),  # its own team, its brigade and the flood team that is at home there
        ({"towns": ("500112133",), "team_kinds": ("flood",)}, 1),
        ({"teams": ("TEAM-DIST",), "team_kinds": ("flood",)}, 0),
    ],
)
def test_who_is_held_back(region, held, wanted):
    assert len(teams_held_back(HoldBack(name="n", people=1, **held), region)) == wanted


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    people=st.integers(1, 500),
    quantity=st.integers(1, 10**6),
    deadline=st.floats(0.5, 20_000).map(lambda minutes: round(minutes, 3)),
    share=st.floats(0.01, 1).map(lambda share: round(share, 4)),
    words=st.text(st.characters(codec="utf-8", exclude_categories=("C",)), max_size=20),
)
def test_any_sound_incident_reads_back_equal(written, good, people, quantity, deadline, share, words):
    written.path.write_text(good, encoding="utf-8")
    made = written.read()
    form = made.form
    task = form.tasks[0].model_copy(update={"people": people, "deadline_min": deadline, "note": words})
    request = form.requests[0].model_copy(update={"quantity": quantity, "deadline_min": deadline})
    lost = form.lost.model_copy(update={"depots": (form.lost.depots[0].model_copy(update={"share": share}),)})
    update = {"tasks": (task, *form.tasks[1:]), "requests": (request, *form.requests[1:]), "lost": lost}
    changed = replace(made, form=form.model_copy(update=update))
    write_incident(changed, written.path)
    assert written.read().form == changed.form
