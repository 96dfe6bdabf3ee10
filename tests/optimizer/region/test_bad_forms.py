"""Bad region.yaml, scenarios.yaml, overrides.yaml and registers: told with line, path and mend."""

import shutil
from pathlib import Path

import pytest

from optimizer.region.overrides import OverrideFile
from optimizer.region.registers import SKILLS, STANDARDS
from optimizer.region.yaml_form import read_form_text


def only(problems):
    errors = [problem for problem in problems if problem.severity == "error"]
    assert len(errors) == 1, [problem.say("en") for problem in problems]
    return errors[0]


def test_a_missing_region_yaml(district):
    problem = only(district.remove("region.yaml").problems())
    assert (problem.file, problem.what.key) == ("region.yaml", "optimizer.tables.missing_region")


def test_broken_yaml_is_told_with_line_and_character(district, where):
    problem = only(district.edit("region.yaml", "name: {zh: 小区, en: Tiny}", "name: {zh: 小区, en: Tiny").problems())
    assert (problem.file, problem.what.key) == ("region.yaml", "optimizer.region.yaml_syntax")
    assert (problem.row, problem.column) == (4, "6")


@pytest.mark.parametrize("text", ["[" * 100_000, "a: &a [1]\nb: &b [*a, *a]\n" + "c: *b\n" * 2, "a: \x01", "%", ""])
def test_yaml_that_would_harm_or_says_nothing_is_refused(district, text):
    assert only(district.write("region.yaml", text).problems()[:1]).file == "region.yaml"


def test_an_alias_that_multiplies_itself_is_refused(district):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{i}: &a{i} [{', '.join([f'*a{i - 1}'] * 10)}]" for i in range(1, 9)]
    problem = only(district.write("region.yaml", "\n".join(lines)).problems())
    assert problem.what.key == "optimizer.region.form_too_large"


def test_a_key_written_twice(district, where):
    problem = only(district.edit("region.yaml", "roads: roads.npz", "id: other\nroads: roads.npz").problems())
    assert where(problem) == ("region.yaml", 4, "id")


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "words"),
    [
        ("plan_date: 2026-01-01", "plan_day: 2026-01-01", 6, "plan_day", "form_nearly_known"),
        ("coordinates: wgs84", "coordinates: wgs85", 5, "coordinates", "form_choice"),
        ("plan_date: 2026-01-01", "plan_date: soon", 6, "plan_date", "form_date"),
        ("id: tiny", "id: 小区", 2, "id", "form_identity"),
        ("id: tiny", "id: 17", 2, "id", "form_text"),
        ("schema_version: 1", "schema_version: 9", 1, "schema_version", "form_version"),
        (
            "standards:",
            "parameters: {horizon_months: 0}\nstandards:",
            7,
            "parameters.horizon_months",
            "form_greater_than",
        ),
        ("standards:", "parameters: {cvar_share: 2}\nstandards:", 7, "parameters.cvar_share", "form_at_most"),
        ("[chongqing]", "chongqing", 8, "standards.registers", "form_list"),
        ("name: {zh: 小区, en: Tiny}", "name: {zh: 小区}", 3, "name.en", "form_missing"),
    ],
)
def test_settings_that_are_wrong(district, where, old, new, row, column, words):
    problems = district.edit("region.yaml", old, new).problems()
    found = [problem for problem in problems if problem.what.key == f"optimizer.region.{words}"]
    assert [where(problem) for problem in found] == [("region.yaml", row, column)]


def test_roads_that_are_missing_or_damaged(district):
    district.edit("region.yaml", "roads.npz", "rods.npz")
    assert only(district.problems()).what.key == "optimizer.region.roads_missing"
    (district.folder / "rods.npz").write_bytes(b"PK\x03\x04 no roads")
    assert only(district.problems()).what.key == "optimizer.region.roads_damaged"
    (district.folder / "rods.npz").write_bytes(b"")
    assert only(district.problems()).what.key == "optimizer.region.roads_damaged"


def test_a_truncated_pbf(district):
    source = district.folder / ".." / "roads.osm.pbf"
    source.write_bytes(b"\x00\x00\x00\x0d\x0a\x09OSMHeader\x18\x7c")
    shutil.move(source, district.folder / "roads.osm.pbf")
    problem = only(district.edit("region.yaml", "roads.npz", "roads.osm.pbf").problems())
    assert problem.file == "roads.osm.pbf"


# --- scenarios -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "words"),
    [
        ("event: {hazard: flood}", "event: {hazard: floods}", 5, "scenarios[1].event.hazard", "nearly_a_hazard"),
        ("hazards: [flood]", "hazards: [洪涝]", 11, "scenarios[1].demand[1].where.hazards[1]", "nearly_a_hazard"),
        ("hazards: [flood]", "towns: [V1]", 11, "scenarios[1].demand[1].where.towns[1]", "not_listed_towns"),
        ("hazards: [flood]", "towns: [东镇]", 11, "scenarios[1].demand[1].where.towns[1]", "nearly_listed_towns"),
        ("sites: [D1]", "sites: [D7x]", 14, "scenarios[1].losses[1].where.sites[1]", "not_listed_sites"),
        ("hazards: [flood]", "hazards: [snow]", 11, "scenarios[1].demand[1].where", "nobody_selected"),
        ("share: 0.5", "share: 1.5", 11, "scenarios[1].demand[1].share", "form_at_most"),
        ("    annual_probability: 0.1\n", "", 3, "scenarios[1]", "form_one_probability"),
        ("people: threatened", "people: thretened", 12, "scenarios[1].demand[2].people", "form_choice"),
    ],
)
def test_scenarios_that_are_wrong(district, where, old, new, row, column, words):
    problem = only(district.edit("scenarios.yaml", old, new).problems())
    assert (problem.what.key, where(problem)) == (f"optimizer.region.{words}", ("scenarios.yaml", row, column))


def test_a_closure_that_matches_nothing(district, where):
    problem = only(district.edit("scenarios.yaml", "bridges: true", "road: S999").problems())
    assert where(problem) == ("scenarios.yaml", 9, "scenarios[1].roads.closures[1]")


def test_a_closure_without_selector_is_told_in_the_words_of_the_roads(district, where):
    problem = only(district.edit("scenarios.yaml", ", bridges: true", "").problems())
    assert problem.what.key == "network.closures.no_selector"
    assert where(problem) == ("scenarios.yaml", 9, "scenarios[1].roads.closures[1]")


def test_a_shape_whose_file_is_missing(district, where):
    old = "where: {hazards: [flood]}"
    problem = only(district.edit("scenarios.yaml", old, "where: {within: {file: zone.geojson}}").problems())
    assert where(problem) == ("scenarios.yaml", 11, "scenarios[1].demand[1].where.within")


def test_two_scenarios_of_one_id(district, where):
    text = (district.folder / "scenarios.yaml").read_text(encoding="utf-8")
    again = text[text.index("  - id: flood") :]
    problem = only(district.write("scenarios.yaml", text + again).problems())
    assert where(problem) == ("scenarios.yaml", 15, "scenarios[2].id")
    assert problem.what.values["other"] == 3


def test_probabilities_of_independent_events_may_exceed_one(district):
    text = (district.folder / "scenarios.yaml").read_text(encoding="utf-8").replace("0.1", "0.9")
    again = text[text.index("  - id: flood") :].replace("id: flood", "id: flood2")
    assert district.write("scenarios.yaml", text + again).warnings() == []


# --- overrides -------------------------------------------------------------------------------------------------------

SIGNED = "who: 物资科, when: 2026-01-02, why: 会议纪要"


def overridden(district, *decisions):
    lines = ["schema_version: 1", "overrides:", *(f"  - {{{decision}, {SIGNED}}}" for decision in decisions)]
    return district.write("overrides.yaml", "\n".join(lines))


@pytest.mark.parametrize(
    ("decision", "column", "words"),
    [
        ("decision: open, site_id: C2", "overrides[1].site_id", "not_listed"),
        ("decision: open, site_id: V1", "overrides[1].site_id", "decision_misplaced"),
        ("decision: open, site_id: C1, size: huge", "overrides[1].size", "unknown_size"),
        ("decision: hold, site_id: D1, item_id: waterr, quantity: 5", "overrides[1].item_id", "nearly_listed"),
        ("decision: hold, site_id: D1, item_id: water", "overrides[1]", "form_hold_says_what"),
        ("decision: hold, site_id: D1, item_id: water, quantity: .inf", "overrides[1].quantity", "not_finite"),
    ],
)
def test_overrides_that_are_wrong(district, where, decision, column, words):
    problem = only(overridden(district, decision).problems())
    assert (problem.what.key, where(problem)) == (f"optimizer.region.{words}", ("overrides.yaml", 3, column))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("decision: open, site_id: C1", "decision: close, site_id: C1"),
        ("decision: close, site_id: D1", "decision: hold, site_id: D1, item_id: water, quantity: 5"),
        (
            "decision: hold, site_id: D1, item_id: water, quantity: 5",
            "decision: hold, site_id: D1, item_id: water, quantity: 6",
        ),
    ],
)
def test_overrides_that_contradict_each_other(district, where, one, other):
    problem = only(overridden(district, one, other).problems())
    assert where(problem) == ("overrides.yaml", 4, "overrides[2]")
    assert problem.what.values["other"] == 3


def test_holding_more_than_the_largest_size_takes_is_a_warning(district, where):
    # The candidate's largest size adds 50 m³: 150 tents of 0.2 m³ are 30 m³, with 1200 boxes of 0.02 m³ 54 m³.
    tents = "decision: hold, site_id: C1, item_id: tent, quantity: 150"
    assert overridden(district, tents).warnings() == []
    warnings = overridden(district, tents, "decision: hold, site_id: C1, item_id: water, quantity: 1200").warnings()
    assert [where(problem) for problem in warnings] == [("overrides.yaml", 4, "overrides[2].quantity")]
    assert (warnings[0].what.values["held"], warnings[0].what.values["storage"]) == ("54.0", "50.0")


@pytest.mark.parametrize("language", ["中文", "English"])
def test_the_examples_of_the_readme_are_sound(district, language):
    readme = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    section = readme.split(f"\n## {language}\n")[1].split("\n## ")[0]
    example = section.split("```yaml\n")[1].split("```")[0]
    file, problems = read_form_text(example, OverrideFile, "overrides.yaml")
    assert problems == []
    assert [override.decision for override in file.form.overrides] == ["open", "close", "hold"]
    assert all(override.who and override.why for override in file.form.overrides)


def test_one_wrong_override_hides_nothing_of_the_others(district, where):
    problems = overridden(
        district,
        "decision: shut, site_id: C1",
        "decision: open, site_id: C7",
        "decision: hold, site_id: D1, item_id: water",
        "decision: open, site_id: C1, size: huge",
        "decision: close, site_id: C1",
    ).problems()
    assert [where(problem)[1:] for problem in problems] == [
        (3, "overrides[1].decision"),
        (4, "overrides[2].site_id"),
        (5, "overrides[3]"),
        (6, "overrides[4].size"),
        (7, "overrides[5]"),
    ]
    assert problems[-1].what.values["other"] == 6


def test_one_wrong_scenario_hides_nothing_of_the_others(district, where):
    text = (district.folder / "scenarios.yaml").read_text(encoding="utf-8")
    again = text[text.index("  - id: flood") :].replace("id: flood", "id: second").replace("sites: [D1]", "sites: [D9]")
    again = again.replace("bridges: true", "road: S999")
    problems = district.write("scenarios.yaml", text.replace("share: 0.5", "share: 1.5") + again).problems()
    assert {where(problem)[1:] for problem in problems} == {
        (11, "scenarios[1].demand[1].share"),
        (21, "scenarios[2].roads.closures[1]"),
        (26, "scenarios[2].losses[1].where.sites[1]"),
    }


def test_a_foreign_field_of_the_file_hides_nothing_of_its_entries(district):
    path = overridden(district, "decision: open, site_id: C7").folder / "overrides.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "\nremark: x\n", encoding="utf-8")
    assert {problem.column for problem in district.problems()} == {"remark", "overrides[1].site_id"}


def test_sound_overrides_are_read(district):
    region = overridden(district, "decision: open, site_id: C1, size: small").read()
    assert [(override.site_id, override.size) for override in region.overrides] == [("C1", "small")]


# --- standards -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("old", "new", "column", "value", "words"),
    [
        ("[chongqing]", "[chongqing, mars]", "standards.registers", "mars", "unknown_register"),
        ("[chongqing]", "[chongqing, ../tiny.yaml]", "standards.registers", "../tiny.yaml", "unknown_register"),
        ("[KIT-5X]", "[KIT-6X]", "standards.adopt.wuxing", "KIT-6X", "unknown_rule"),
        ("[SHELTER-M2]", "[SHELTER-M2]\n  mandatory: [RESP-15]", "standards.mandatory", "RESP-15", "unknown_rule"),
        ("[SHELTER-M2]", "[SHELTER-M2]\n  advisory: [X]", "standards.advisory", "X", "unknown_rule"),
        ("[SHELTER-M2]", "[SHELTER-M9]", "standards.leave_out", "SHELTER-M9", "unknown_rule"),
    ],
)
def test_standards_that_are_not_there(district, where, old, new, column, value, words):
    problem = only(district.edit("region.yaml", old, new).problems())
    assert problem.what.key == f"optimizer.standards.{words}"
    assert (problem.file, problem.column, problem.value) == ("region.yaml", column, value)


OWN = """\
schema_version: 1
id: own
name: {{zh: 本区, en: Own}}
jurisdiction: 本区
rules:
  - id: {id}
    check: {check}
    text: {{zh: 规定, en: rule}}
    {bound}
    unit: {unit}
    {scope}
    jurisdiction: 本区
    document: 本区通知
    clause: 一
    standing: binding
"""


def own_register(district, **values):
    district.write("own.yaml", OWN.format(**values))
    return district.edit("region.yaml", "[chongqing]", "[chongqing, own.yaml]")


TEAM = {"id": "TEAM-DIST", "check": "team_people", "unit": "人", "scope": "team_kinds: [district_team]"}


def test_one_rule_with_two_numbers_names_both_registers_and_the_mend(district):
    problem = only(own_register(district, bound="at_least: 40", **TEAM).problems())
    assert problem.what.key == "optimizer.standards.rules_clash"
    assert "chongqing (≥ 50 人)" in problem.what.say("zh")
    assert "own.yaml (≥ 40 人)" in problem.what.say("en")
    assert "leave_out" in problem.mend.say("zh")


def test_leaving_one_of_them_out_settles_it(district):
    own_register(district, bound="at_least: 40", **TEAM)
    region = district.edit("region.yaml", "[SHELTER-M2]", "[SHELTER-M2, chongqing/TEAM-DIST]").read()
    assert [rule.at_least for rule in region.rules if rule.id == "TEAM-DIST"] == [40]


def test_the_same_number_twice_is_no_clash(district):
    region = own_register(district, bound="at_least: 50", **TEAM).read()
    assert [rule.jurisdiction for rule in region.rules if rule.id == "TEAM-DIST"] == ["重庆市 Chongqing"]


def test_rules_whose_numbers_exclude_each_other(district):
    rule = TEAM | {"id": "TEAM-SMALL"}
    problem = only(own_register(district, bound="at_most: 40", **rule).problems())
    assert problem.what.key == "optimizer.standards.rules_exclude"
    assert {"TEAM-DIST", "TEAM-SMALL"} == {problem.what.values["first"], problem.what.values["second"]}


def test_rules_of_different_scope_do_not_exclude_each_other(district):
    rule = TEAM | {"id": "TEAM-SMALL", "scope": "team_kinds: [mine]"}
    assert {rule.id for rule in own_register(district, bound="at_most: 40", **rule).read().rules} >= {"TEAM-SMALL"}


@pytest.mark.parametrize(
    ("values", "words"),
    [
        ({"bound": "source: x"}, "form_unknown"),
        ({"bound": "clause: 二"}, "doubled_key"),
        ({"bound": "at_least: 5", "scope": "team_kinds: [divers]"}, "unknown_scope"),
        ({"bound": "at_least: 5", "scope": ""}, "rule_without_scope"),
        (
            {"bound": "at_least: 5", "check": "response", "scope": "station_kinds: [police]\n    area_types: [remote]"},
            "needs_at_most",
        ),
        ({"bound": "at_least: 5\n    at_most: 4"}, "rule_excludes_itself"),
        ({"bound": ""}, "rule_without_number"),
    ],
)
def test_registers_that_are_wrong(district, values, words):
    problems = own_register(district, **(TEAM | {"id": "OWN"} | values)).problems()
    assert words in {problem.what.key.rsplit(".", 1)[1] for problem in problems}


def test_a_change_replaces_the_number_and_is_kept(district):
    change = "change: {TEAM-DIST: {value: 45, who: 编办, when: 2026-01-01, why: 编制}}"
    region = district.edit("region.yaml", "leave_out:", f"{change}\n  leave_out:").read()
    rule = next(rule for rule in region.rules if rule.id == "TEAM-DIST")
    assert (rule.at_least, rule.changed.who) == (45, "编办")


def test_weights_of_rules(district):
    weights = "mandatory: [TEAM-DIST, KIT-5X]\n  advisory: [TEAM-TOWN-YB]"
    region = district.edit("region.yaml", "leave_out:", f"{weights}\n  leave_out:").read()
    mandatory = {rule.id for rule in region.rules if rule.mandatory}
    assert mandatory == {"TEAM-DIST", "KIT-5X", "TEAM-ZONE-YB"}


@pytest.mark.parametrize(
    ("lists", "column", "both"),
    [
        ("mandatory: [TEAM-DIST]\n  leave_out: [SHELTER-M2, TEAM-DIST]", "mandatory", ("mandatory", "leave_out")),
        (
            "advisory: [TEAM-DIST]\n  leave_out: [SHELTER-M2, chongqing/TEAM-DIST]",
            "advisory",
            ("advisory", "leave_out"),
        ),
        (
            "mandatory: [TEAM-DIST]\n  advisory: [chongqing/TEAM-DIST]\n  leave_out: [SHELTER-M2]",
            "advisory",
            ("mandatory", "advisory"),
        ),
    ],
)
def test_a_rule_in_two_lists_that_contradict_each_other(district, where, lists, column, both):
    problem = only(district.edit("region.yaml", "leave_out: [SHELTER-M2]", lists).problems())
    assert where(problem)[2] == f"standards.{column}"
    assert problem.value == "TEAM-DIST"
    for name in both:
        assert f"standards.{name}" in problem.what.say("zh")
        assert f"standards.{name}" in problem.mend.say("en")


def test_a_weighted_rule_of_which_one_registers_is_left_out_is_no_contradiction(district):
    own_register(district, bound="at_least: 40", **TEAM)
    lists = "mandatory: [TEAM-DIST]\n  leave_out: [SHELTER-M2, chongqing/TEAM-DIST]"
    region = district.edit("region.yaml", "leave_out: [SHELTER-M2]", lists).read()
    assert [rule.mandatory for rule in region.rules if rule.id == "TEAM-DIST"] == [True]


def test_a_rule_past_its_time_is_a_warning(district):
    district.edit("region.yaml", "leave_out: [SHELTER-M2]", "leave_out: []")
    warnings = district.warnings()
    assert [problem.what.key for problem in warnings] == ["optimizer.standards.rule_over"]
    assert warnings[0].what.values["until"] == "2025-12-31"


def test_every_bundled_register_is_sound(district):
    names = ", ".join(sorted(path.stem for path in STANDARDS.glob("*.yaml") if path.name != SKILLS))
    district.edit("region.yaml", "[chongqing]", f"[{names}]").edit(
        "region.yaml", "adopt: {wuxing: [KIT-5X]}", "adopt: {}"
    )
    ids = [rule.id for rule in district.read().rules]
    assert len(ids) == len(set(ids))
    assert {"RELIEF-10H", "KIT-4S", "RESP-135", "RESP-15", "WARDEN", "SAT-CALL", "DEPOT-TOWN"} <= set(ids)
