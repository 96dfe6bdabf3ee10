"""The register of skills: the program's is whole, a region's own takes its place, mistakes in it are named."""

import shutil
from dataclasses import replace

import pytest
import yaml

from network.problem import ProblemsError
from optimizer.dispatch.incident.skills import read_skills, skills_file
from optimizer.region.files import gather
from optimizer.region.region_tables import TEAM_KINDS, VEHICLE_CLASSES
from optimizer.region.registers import STANDARDS


@pytest.fixture
def own(region, tmp_path):
    """A region with a register of its own, and the values of that register."""
    shutil.copy(STANDARDS / "skills.yaml", tmp_path)
    values = yaml.safe_load((tmp_path / "skills.yaml").read_text(encoding="utf-8"))
    inputs = region.inputs | {"skills.yaml": ""}
    return replace(region, folder=tmp_path, inputs=inputs), values


def write(own, values):
    (own.folder / "skills.yaml").write_text(yaml.safe_dump(values, allow_unicode=True), encoding="utf-8")
    return own


def test_the_programs_register_says_where_each_figure_comes_from(region):
    skills = read_skills(region)
    assert skills.file == STANDARDS / "skills.yaml"
    assert {turnout.team_kind for turnout in skills.register.teams} == set(TEAM_KINDS)
    assert {turnout.vehicle_class for turnout in skills.register.teams} <= set(VEHICLE_CLASSES)
    assert all(one.source for one in (*skills.register.teams, *skills.register.skills))
    # Of all turnouts only the three minutes of the fire services stand in a document.
    known = {one.team_kind: one.turnout_min for one in skills.register.teams if "turnout_min" not in one.estimated}
    assert known == {"fire_rescue": 3, "fire_brigade": 3}


def test_every_kind_of_team_has_a_skill_and_every_skill_a_team(region):
    skills = read_skills(region)
    assert all(skills.of_team("", kind) for kind in TEAM_KINDS)
    assert all(skill.team_kinds for skill in skills.register.skills)
    assert skills.of_team("", "mine") == {"search_rescue", "mine_rescue"}
    assert skills.turnout("volunteer").turnout_min == 60
    assert skills.skill("slope").name.zh == "地质灾害处置"


def test_a_regions_own_register_takes_its_place(own):
    region, values = own
    values["skills"][0]["teams"] = ["TEAM-PRO-15"]
    values["teams"][0]["turnout_min"] = 7
    skills = read_skills(write(region, values))
    assert skills.file.parent == region.folder
    assert "search_rescue" in skills.of_team("TEAM-PRO-15", "volunteer")
    assert "search_rescue" not in skills.of_team("TEAM-PRO-14", "volunteer")
    assert skills.turnout("fire_rescue").turnout_min == 7


def test_it_is_among_what_a_region_was_read_from(own):
    assert "skills.yaml" in gather(own[0].folder).read


def test_a_copy_of_the_programs_is_read_where_one_lies(region, tmp_path):
    (tmp_path / "standards").mkdir()
    shutil.copy(STANDARDS / "skills.yaml", tmp_path / "standards")
    assert skills_file(replace(region, folder=tmp_path)) == tmp_path / "standards" / "skills.yaml"


def test_all_mistakes_of_a_register_are_named(own, words):
    region, values = own
    values["teams"][0]["vehicle_class"] = "tank"
    values["teams"] = [*values["teams"][:-1], values["teams"][0]]
    values["skills"][1]["team_kinds"] = ["dancers"]
    values["skills"][2]["teams"] = ["TEAM-NONE"]
    values["skills"][3]["id"] = values["skills"][0]["id"]
    with pytest.raises(ProblemsError) as caught:
        read_skills(write(region, values))
    assert sorted(words(caught.value.problems)) == sorted(
        ["not_a_choice"] * 3 + ["no_such_team", "listed_twice", "listed_twice", "team_kinds_lacking"]
    )
    for problem in caught.value.problems:
        assert all(problem.say(language) for language in ("zh", "en"))
