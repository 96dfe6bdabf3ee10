"""Events drawn from the table of past ones: their rate is a count over years, their places are resampled."""

import numpy as np
import pytest

from network.plane import Plane
from network.problem import ProblemsError
from optimizer.events.draw import EventModel, draw_event

PAST = """\
event_id,date,hazard,place,lon,lat,intensity,return_period_years,hour
P1,1998-07-05,flood,上滩,106.52,29.72,2,,3
P2,2010-08-01,flood,下滩,106.58,29.78,,20,14
P3,2020-08-18,flood,老街,106.55,29.75,4,,
P4,2015-01-01,earthquake,外地,107.20,29.75,0.2,,
P5,1950-07-01,flood,旧年,106.55,29.75,4,,
"""


def with_past(spoilt, only_kind, basis, spread_m=0):
    past = f"basis: {basis}\n    past: {{first_year: 1991, last_year: 2020, spread_m: {spread_m}}}"
    return spoilt(("basis: stated", past), ("confined: true", "confined: false"), text=only_kind("flood"))


def drawn(region, count=300):
    model = EventModel.of(region)
    return model, [draw_event(model, 1, number, count, "zh") for number in range(count)]


def test_the_rate_is_their_count_over_the_years(plain, spoilt, only_kind):
    region = plain(with_past(spoilt, only_kind, "past_events"), past_events=PAST)
    # Three floods from 1991 to 2020, both years included; the fourth is older, and that is said.
    assert EventModel.of(region).annual_rate == pytest.approx(3 / 30)
    left_out = [problem for problem in region.warnings if problem.what.key == "optimizer.region.past_left_out"]
    assert [problem.what.values["count"] for problem in left_out] == [1]


def test_places_sizes_and_hours_are_those_of_the_past(plain, spoilt, only_kind):
    _, events = drawn(plain(with_past(spoilt, only_kind, "past_events"), past_events=PAST))
    by_place = {one.event.place: one.event for one in events}
    assert set(by_place) == {"上滩", "下滩", "老街"}
    # Intensity 2 is half-way from 1 (2 years) to 3 (20 years): √40 years; 4 is half-way to 5 (100 years): √2000.
    assert by_place["上滩"].return_period_years == pytest.approx(np.sqrt(40), abs=0.001)
    assert by_place["下滩"].return_period_years == pytest.approx(20)
    assert by_place["老街"].return_period_years == pytest.approx(np.sqrt(2000), abs=0.001)
    assert {one.event.hour for one in events if one.event.place == "上滩"} == {3}
    assert len({one.event.hour for one in events if one.event.place == "老街"}) > 10
    count = [sum(one.event.place == place for one in events) for place in by_place]
    assert count == pytest.approx([100] * 3, abs=2)


def test_places_are_smoothed_by_the_spread(plain, spoilt, only_kind):
    region = plain(with_past(spoilt, only_kind, "past_events", spread_m=500), past_events=PAST)
    model = EventModel.of(region)
    past = model.kinds[0].past
    assert past.around == pytest.approx(
        model.ground.structures.plane.metres([106.52, 106.58, 106.55], [29.72, 29.78, 29.75])
    )
    from optimizer.events.draw import _chance

    rng = np.random.default_rng(0)
    away = np.array([_chance(model.kinds[0], rng, 0.5, "zh").centre.at - past.around[1] for _ in range(2000)])
    assert away.std(axis=0) == pytest.approx([500, 500], rel=0.06)
    assert np.abs(away.mean(axis=0)).max() < 50


def test_both_count_half_each(plain, spoilt, only_kind):
    model, events = drawn(plain(with_past(spoilt, only_kind, "both"), past_events=PAST), 1200)
    # Stated 0.5 a year, counted 0.1: their mean; one in six is drawn from the past.
    assert model.annual_rate == pytest.approx((0.5 + 0.1) / 2)
    past = sum(one.event.place in {"上滩", "下滩", "老街"} for one in events)
    assert past / 1200 == pytest.approx(0.1 / 0.6, abs=0.04)


def test_the_table_is_put_into_wgs84_as_the_sites_are(plain, spoilt, only_kind, tmp_path):
    from optimizer.region.reading import read_region

    plain(with_past(spoilt, only_kind, "past_events"), past_events=PAST)
    settings = tmp_path / "plain" / "region.yaml"
    settings.write_text(settings.read_text(encoding="utf-8") + "coordinates: gcj02\n", encoding="utf-8")
    region = read_region(tmp_path / "plain")
    row = region.tables["past_events"].iloc[0]
    moved = np.linalg.norm(Plane(106.52, 29.72).metres([row["lon"]], [row["lat"]]))
    assert 300 < moved < 700


@pytest.mark.parametrize(
    ("old", "new", "row", "column", "words"),
    [
        ("flood,上滩,106.52", "flood,上滩,1065.2", 2, "lon", "lon_impossible"),
        ("29.72,2,,3", "95,2,,3", 2, "lat", "lat_impossible"),
        ("29.72,2,,3", "29.72,,,3", 2, "intensity", "past_without_size"),
        ("29.72,2,,3", "29.72,0,0,3", 2, "intensity", "past_without_size"),
        ("P2,2010", "P1,2010", 3, "event_id", "doubled_row"),
    ],
)
def test_past_events_that_are_wrong(plain, spoilt, only_kind, old, new, row, column, words):
    with pytest.raises(ProblemsError) as caught:
        plain(with_past(spoilt, only_kind, "past_events"), past_events=PAST.replace(old, new))
    [problem] = [one for one in caught.value.problems if one.severity == "error"]
    assert (problem.file, problem.row, problem.column) == ("past_events.csv", row, column)
    assert problem.what.key == f"optimizer.region.{words}"


@pytest.mark.parametrize(
    ("old", "new", "column"),
    [
        ("1998-07-05", "in July", "date"),
        ("flood,上滩", "floods,上滩", "hazard"),
        ("29.72,2,,3", "29.72,2,,24", "hour"),
        ("29.72,2,,3", "29.72,high,,3", "intensity"),
        ("29.72,2,,3", "29.72,2,-5,3", "return_period_years"),
    ],
)
def test_cells_that_cannot_be_read(plain, spoilt, only_kind, old, new, column):
    with pytest.raises(ProblemsError) as caught:
        plain(with_past(spoilt, only_kind, "past_events"), past_events=PAST.replace(old, new))
    places = {(one.file, one.row, one.column) for one in caught.value.problems if one.severity == "error"}
    assert places == {("past_events.csv", 2, column)}


def test_none_to_draw_from(plain, spoilt, only_kind):
    with pytest.raises(ProblemsError) as caught:
        plain(with_past(spoilt, only_kind, "past_events"))
    [problem] = [one for one in caught.value.problems if one.severity == "error"]
    assert problem.what.key == "optimizer.region.no_past_events"
    assert (problem.file, problem.column) == ("events.yaml", "events[1].past")
