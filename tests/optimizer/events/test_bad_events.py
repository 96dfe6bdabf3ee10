"""Bad events.yaml: told with line, path, value and mend; nothing else is told beside."""

from pathlib import Path

import pytest

from network.problem import ProblemsError
from optimizer.region.events import EventKind

FIRST = 5
"""Line of the first kind's id."""


def refused(plain, text, **files):
    with pytest.raises(ProblemsError) as caught:
        plain(text, **files)
    for problem in caught.value.problems:
        assert "{" not in problem.say("zh") + problem.say("en")
    return [problem for problem in caught.value.problems if problem.severity == "error"]


WRONG = [
    # old, new, line of the value, path under the first kind, words
    ("id: flood", "id: 洪水", 4, "id", "form_identity"),
    ("hazard: flood", "hazard: floods", 6, "hazard", "nearly_a_hazard"),
    ("basis: stated", "basis: guessed", 7, "basis", "form_choice"),
    ("annual_rate: 0.5", "annual_rate: -1", 8, "annual_rate", "form_greater_than"),
    ("annual_rate: 0.5", "annual_rate: often", 8, "annual_rate", "form_number"),
    ("    annual_rate: 0.5\n", "", 4, "", "form_rate_missing"),
    ("basis: stated", "basis: both", 4, "", "form_past_missing"),
    ("annual_rate: 0.5", "annual_rate: 0.6", 4, "", "form_rate_and_least_size"),
    (
        "basis: stated",
        "basis: both\n    past: {first_year: 2020, last_year: 2010, spread_m: 1}",
        8,
        "past",
        "form_past_years",
    ),
    ("intensity_unit: {zh: 米, en: m}", "intensity_unit: m", 9, "intensity_unit", "form_fields"),
    ("intensity: 1,", "intensity: 0,", 11, "sizes[1].intensity", "form_greater_than"),
    ("intensity: 1,", "intensity: .inf,", 11, "sizes[1].intensity", "form_number"),
    ("reach_m: 3000", "reach: 3000", 11, "sizes[1].reach_m", "form_missing"),
    ("return_period_years: 20,", "return_period_years: 2,", 4, "", "form_sizes_order"),
    ("intensity: 3, reach", "intensity: 0.5, reach", 4, "", "form_sizes_shrink"),
    ("reach_m: 6000", "reach_m: 60", 4, "", "form_sizes_shrink"),
    ("share: 0.7,", "share: 0.6,", 4, "", "form_season_shares"),
    ("speed_factor: 0.8", "speed_factor: 1.8", 15, "seasons[1].speed_factor", "form_at_most"),
    ("flying: false", "flying: maybe", 15, "seasons[1].flying", "form_yes_no"),
    ("night_from_h: 20", "night_from_h: 6", 17, "hours", "form_night_hours"),
    ("night_to_h: 6", "night_to_h: 26", 17, "hours.night_to_h", "form_at_most"),
    ("home_by_day: 0.5", "home_by_day: 0", 17, "hours.home_by_day", "form_greater_than"),
    ("weight: 1, within", "weight: 0, within", 19, "zones[1].weight", "form_greater_than"),
    ("106.54, 29.80]", "106.44, 29.80]", 19, "zones[1].within.bbox", None),
    ("[106.50, 29.70, 106.54, 29.80]", "[16.50, 29.70, 16.54, 29.80]", 19, "zones[1].within", "zone_off_roads"),
    ("bbox: [106.50, 29.70, 106.54, 29.80]", "file: zone.geojson", 19, "zones[1].within", None),
    ("radius_m: 300", "radius_m: -300", 20, "places.radius_m", "form_greater_than"),
    ("confined: true", "confined: inside", 21, "confined", "form_yes_no"),
    ("correlation_m: 1000", "correlation_m: 0", 22, "correlation_m", "form_greater_than"),
    ("scatter: 0.3", "scatter: 3", 23, "scatter", "form_at_most"),
    ("bridge: {median: 2", "bridge: {median: 0", 25, "fragility.bridge.median", "form_greater_than"),
    ("bridge: {median: 2, beta: 0.5", "bridge: {median: 2, beta: 5", 25, "fragility.bridge.beta", "form_at_most"),
    ("reopening_h: 100", "reopening_h: soon", 25, "fragility.bridge.reopening_h", "form_number"),
    ("      plain: {median", "      plane: {median", 26, "fragility.plane", "form_nearly_known"),
    ("{intensity: 0.5, share: 0.1}", "{intensity: 5, share: 0.1}", 4, "", "form_curve_order"),
    ("{intensity: 4, share: 0.8}", "{intensity: 4, share: 0.01}", 4, "", "form_curve_falls"),
    ("{intensity: 4, share: 0.8}", "{intensity: 4, share: 8}", 27, "in_need[2].share", "form_at_most"),
    ("least_in_need: 0.05", "least_in_need: 0", 28, "least_in_need", "form_greater_than"),
    ("threatened_from: 1", "threatened_from: some", 29, "threatened_from", "form_number"),
    ("days: 2", "days: 200", 30, "days", "form_at_most"),
    ("{intensity: 1, share: 0.2}", "{intensity: 1, share: 0.95}", 4, "", "form_curve_falls"),
    ("supplier_share: 0.5", "supplier_share: 5", 32, "outside_help[1].supplier_share", "form_at_most"),
    ("communications_down_from: 4", "communications_down_from: 0", 34, "communications_down_from", "form_greater_than"),
    ("grounded_from: 3", "grounded_from: [3]", 35, "grounded_from", "form_number"),
    ("estimated: true", "estimated: perhaps", 36, "estimated", "form_yes_no"),
    ("source: made up", "sourse: made up", 37, "sourse", "form_nearly_known"),
]


@pytest.mark.parametrize(("old", "new", "row", "path", "words"), WRONG, ids=[f"{one[1][:40]}" for one in WRONG])
def test_every_field_wrong_in_some_way(plain, spoilt, old, new, row, path, words):
    problems = refused(plain, spoilt((old, new)))
    column = f"events[1].{path}" if path else "events[1]"
    found = [(one.file, one.row, one.column) for one in problems]
    assert ("events.yaml", row, column) in found, [one.say("en") for one in problems]
    if words is not None:
        assert f"optimizer.region.{words}" in {one.what.key for one in problems}


def test_every_field_is_among_those_tried():
    tried = {old_path.split(".")[0].split("[")[0] for _, _, _, old_path, _ in WRONG if old_path}
    assert set(EventKind.model_fields) - tried <= {"name", "communications_partial_from", "source", "depot_loss"}


def test_a_kind_without_a_place_and_a_hazard_that_no_site_lists(plain, spoilt, only_kind):
    zone = "    zones: [{name: {zh: 全区, en: everywhere}, weight: 1, within: {bbox: [106.4, 29.6, 106.7, 29.9]}}]\n"
    [problem] = refused(plain, spoilt((zone, ""), text=only_kind("quake")))
    assert problem.what.key == "optimizer.region.form_nowhere"
    text = spoilt((zone, "    places: {radius_m: 100, weight: 1}\n"), text=only_kind("quake"))
    [problem] = refused(plain, text)
    assert (problem.what.key, problem.column) == ("optimizer.region.no_site_lists", "events[1].places")


def test_two_kinds_of_one_id(plain, spoilt):
    [problem] = refused(plain, spoilt(("id: quake", "id: flood")))
    assert (problem.what.key, problem.column) == ("optimizer.region.event_twice", "events[2].id")
    assert problem.what.values["other"] == 4


def test_slopes(plain, spoilt):
    [problem] = refused(plain, spoilt(("hazards: [landslide]", "hazards: [landslip]")))
    assert (problem.row, problem.column) == (2, "slopes.hazards[1]")
    [problem] = refused(plain, spoilt(("radius_m: 600}", "radius_m: 600, within: [{bbox: [1, 2, 3, 4]}]}")))
    assert (problem.what.key, problem.column) == ("optimizer.region.zone_off_roads", "slopes.within[1]")


def test_all_problems_are_told_at_once(plain, spoilt):
    problems = refused(plain, spoilt(("hazard: flood", "hazard: floods"), ("hazard: earthquake", "hazard: quakes")))
    assert len(problems) == 2


def test_events_may_stand_in_a_workbook(plain, tmp_path, events_text):
    from openpyxl import Workbook

    from optimizer.region.reading import read_region

    region = plain()
    (region.folder / "events.yaml").unlink()
    book = Workbook()
    book.active.title = "灾害事件"
    for line in events_text.splitlines():
        book.active.append([line])
    book.save(region.folder / "events.xlsx")
    assert read_region(region.folder).events == region.events


def test_events_are_optional(plain, tmp_path):
    from optimizer.region.reading import read_region

    region = plain()
    (region.folder / "events.yaml").unlink()
    assert read_region(region.folder).events is None


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_example_of_the_workbook_is_sound_when_its_marks_are_taken_away(plain, language):
    from network.words import say

    lines = say("optimizer.tables.event_example", language).splitlines()
    assert plain("\n".join(line.removeprefix("# ") for line in lines)).events.events[0].id == "flood"


def test_every_field_is_documented():
    written = (Path(__file__).parents[3] / "docs" / "events.md").read_text(encoding="utf-8")
    assert [name for name in EventKind.model_fields if f"`{name}`" not in written] == []
