"""Drawn scenarios: the same whoever draws them, as often and as large as stated, one event driving all together."""

import math
import pickle
from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import chisquare, kstest

from network.closed_links import matched_links
from network.plane import Plane
from network.problem import ProblemsError
from optimizer.events.draw import EventModel, draw_event, draw_scenarios
from optimizer.region.reading import read_region
from optimizer.region.writing import write_scenarios


def draws_of(region, count, seed=3):
    model = EventModel.of(region)
    return model, [draw_event(model, seed, number, count, "en") for number in range(count)]


class TestTheSameAgain:
    def test_a_number_is_the_same_draw_in_any_order_and_process(self, plain):
        model, drawn = draws_of(plain(), 30)
        again = pickle.loads(pickle.dumps(model))
        assert [draw_event(again, 3, number, 30, "en") for number in reversed(range(30))] == drawn[::-1]

    def test_more_draws_begin_with_the_same_events(self, plain):
        region = plain()
        few, many = draw_scenarios(region, 10, 3).scenarios, draw_scenarios(region, 40, 3).scenarios
        assert [one.event for one in few] == [one.event for one in many[:10]]
        assert [one.roads for one in few] == [one.roads for one in many[:10]]

    def test_another_seed_draws_others(self, plain):
        region = plain()
        events = [[one.event for one in draw_scenarios(region, 10, seed).scenarios] for seed in (3, 4)]
        assert events[0] != events[1]

    def test_the_language_changes_words_alone(self, plain):
        region = plain()
        zh, en = draw_scenarios(region, 20, 3, "zh").scenarios, draw_scenarios(region, 20, 3, "en").scenarios
        assert [one.demand for one in zh] == [one.demand for one in en]
        assert {one.event.season for one in zh} == {"夏", "冬", "全年"}
        assert {one.event.season for one in en} == {"summer", "winter", "any season"}


class TestHowOftenAndHowLarge:
    def test_probabilities_add_up_to_the_rate(self, plain):
        file = draw_scenarios(plain(), 48, 1)
        # 0.5 floods and 0.25 quakes a year
        assert file.drawn.annual_rate == pytest.approx(0.75)
        assert {one.annual_probability for one in file.scenarios} == {0.75 / 48}
        assert sum(one.probability for one in file.scenarios) == pytest.approx(0.75)

    def test_kinds_come_in_proportion_to_their_rates(self, plain):
        _, drawn = draws_of(plain(), 1500)
        count = Counter(one.event.hazard for one in drawn)
        assert chisquare([count["flood"], count["earthquake"]], [1000, 500]).pvalue > 0.01

    def test_return_periods_are_those_of_random_events(self, plain, only_kind):
        _, drawn = draws_of(plain(only_kind("quake")), 1000)
        years = np.array([one.event.return_period_years for one in drawn])
        # Comes 0.25 times a year: the share of events rarer than T is 4 / T, and 4 / 400 of them stop at 400 years.
        below = years < 399.9
        assert (~below).mean() == pytest.approx(4 / 400, abs=0.004)
        assert kstest(years[below], lambda t: (1 - 4 / t) / (1 - 4 / 400)).pvalue > 0.01

    @pytest.mark.parametrize("seed", range(5))
    def test_few_draws_show_small_and_large_ones(self, plain, only_kind, seed):
        _, drawn = draws_of(plain(only_kind("quake")), 12, seed)
        rare = sum(4 / one.event.return_period_years < 1 / 3 for one in drawn)
        assert 3 <= rare <= 5  # a third of 12 are rarer than once in 12 years

    def test_what_is_beyond_the_stated_sizes_is_said_not_extrapolated(self, plain, spoilt, only_kind):
        text = spoilt(
            ("{return_period_years: 400, intensity: 0.5", "{return_period_years: 40, intensity: 0.5"),
            text=only_kind("quake"),
        )
        _, drawn = draws_of(plain(text), 300)
        capped = [one for one in drawn if "or rarer" in one.event.size]
        assert len(capped) == pytest.approx(300 * 4 / 40, abs=6)
        assert {one.event.return_period_years for one in capped} == {40}
        assert all("0.5 g" in one.event.size for one in capped)

    def test_seasons_and_nights_come_as_stated(self, plain, only_kind):
        _, drawn = draws_of(plain(only_kind("flood")), 1000)
        summer = [one for one in drawn if one.event.season == "summer"]
        assert len(summer) / 1000 == pytest.approx(0.7, abs=0.06)
        assert {one.roads.speed_factor for one in summer} == {0.8}
        assert not any(one.flying for one in summer)
        nights = [one for one in drawn if one.roads.night]
        assert len(nights) / 1000 == pytest.approx(0.5, abs=0.065)
        assert {one.event.hour for one in nights} == {20, 21, 22, 23, 0, 1, 2, 3, 4, 5}
        assert {one.event.hour for one in drawn if not one.roads.night} == set(range(6, 20))

    def test_too_few_draws_for_the_rate_are_refused(self, plain, spoilt):
        text = spoilt(
            ("annual_rate: 0.5", "annual_rate: 4"), ("{return_period_years: 2, int", "{return_period_years: 0.25, int")
        )
        with pytest.raises(ProblemsError) as caught:
            draw_scenarios(plain(text), 4, 1)
        assert caught.value.problems[0].what.values == {"rate": "4.25", "least": 5}
        assert len(draw_scenarios(plain(text), 5, 1).scenarios) == 5

    def test_a_region_where_nobody_lives_says_so(self, plain):
        region = plain()
        sites = region.sites[~region.sites["kind"].isin(["village", "community"])]
        with pytest.raises(ProblemsError) as caught:
            draw_scenarios(replace(region, tables=region.tables | {"sites": sites}), 3, 1)
        assert caught.value.problems[0].what.key == "optimizer.events.no_settlements"

    def test_a_region_without_events_says_so(self, plain, tmp_path):
        plain()
        (tmp_path / "plain" / "events.yaml").unlink()
        with pytest.raises(ProblemsError) as caught:
            draw_scenarios(read_region(tmp_path / "plain"), 3, 1)
        assert caught.value.problems[0].what.key == "optimizer.events.no_events"


class TestOneEventDrivesAll:
    @pytest.fixture
    def floods(self, plain, only_kind):
        region = plain(only_kind("flood"))
        return region, draws_of(region, 400)[1]

    def test_what_it_closes_opens_again_by_its_structure(self, floods):
        region, drawn = floods
        closures = [closure for one in drawn for closure in one.roads.closures]
        assert len(closures) > 100
        for closure in closures:
            links = matched_links(closure, region.roads)
            bridge = region.roads.bridge[links]
            assert bridge.all() or not bridge.any()
            assert closure.to_h == (100 if bridge.any() else 10)

    def test_a_confined_kind_strikes_inside_its_zones_and_around_its_places_alone(self, floods):
        region, drawn = floods
        closed = {link for one in drawn for closure in one.roads.closures for link in closure.links}
        links = np.flatnonzero(np.isin(region.roads.link_id, list(closed)))
        # The zone ends at 106.54; the farthest place that lists floods, depot D2 at 106.56, is hit within 300 m.
        east = np.minimum(region.roads.lon[region.roads.tail], region.roads.lon[region.roads.head])[links]
        assert east.max() <= 106.565
        outside = east > 106.545
        lat = region.roads.lat[region.roads.tail][links][outside]
        assert np.abs(lat - 29.73).max(initial=0) < 0.011
        stricken = {site for one in drawn for demand in one.demand for site in demand.where.sites}
        flooded = {f"V{number}" for number in range(36) if number % 6 < 3}  # 106.50, 106.52 and 106.54
        assert {site for site in stricken if site.startswith("V")} - flooded == set()

    def test_communications_flying_and_help_follow_its_size(self, floods):
        _, drawn = floods
        for one in drawn:
            size = float(one.event.size.split(", ")[1].removeprefix("taken at ").split(" ")[0])
            if min(abs(size - limit) for limit in (2, 3, 4)) < 0.01:
                continue  # told in three figures
            assert one.communications == ("down" if size >= 4 else "partial" if size >= 2 else "up")
            assert one.flying == (one.event.season == "winter" and size < 3)
            assert one.outside_help.supplier_share == (0.5 if size >= 2 else 1)
            assert one.outside_help.vehicle_share == (0.6 if size >= 2 else 1)

    def test_larger_ones_hit_more_people_and_depots(self, floods):
        _, drawn = floods
        people = [sum(d.share * len(d.where.sites) for d in one.demand if d.people == "residents") for one in drawn]
        lost = [sum(loss.share * len(loss.where.sites) for loss in one.losses) for one in drawn]
        years = np.array([one.event.return_period_years for one in drawn])
        rare = years > 20
        assert np.mean(np.array(people)[rare]) > 3 * np.mean(np.array(people)[~rare])
        assert np.mean(np.array(lost)[rare]) > 3 * np.mean(np.array(lost)[~rare])

    def test_somebody_is_always_in_need(self, floods):
        _, drawn = floods
        assert all(any(demand.share >= 0.05 for demand in one.demand) for one in drawn)

    def test_struck_hazard_points_of_the_hazard_put_whom_they_threaten_in_need(self, floods):
        _, drawn = floods
        threatened = {site for one in drawn for d in one.demand if d.people == "threatened" for site in d.where.sites}
        assert threatened == {"H0"}

    def test_closures_lie_within_reach_of_the_centre(self, plain, spoilt, only_kind):
        text = spoilt(
            (
                "within: {bbox: [106.50, 29.70, 106.54, 29.80]}",
                "within: {around: {lon: 106.55, lat: 29.75, radius_m: 1}}",
            ),
            ("    places: {radius_m: 300, weight: 1}\n", ""),
            ("confined: true", "confined: false"),
            text=only_kind("flood"),
        )
        region = plain(text)
        _, drawn = draws_of(region, 300)
        roads = region.roads
        ends = Plane(106.55, 29.75).metres(roads.lon, roads.lat)
        middle = np.linalg.norm((ends[roads.tail] + ends[roads.head]) / 2, axis=1)
        distance = dict(zip(roads.link_id.tolist(), middle, strict=True))
        farthest = []
        for one in drawn:
            years = one.event.return_period_years
            # 3000 m at 2 years, 6000 at 20, 9000 at 100, linear in the logarithm
            reach = np.interp(math.log(years), np.log([2, 20, 100]), [3000, 6000, 9000])
            far = max((distance[link] for c in one.roads.closures for link in c.links), default=0)
            assert far <= reach + 1.5
            farthest.append(far / reach)
        assert max(farthest) > 0.6

    def test_near_structures_fail_together_more_often_than_far_ones(self, plain, spoilt, only_kind):
        text = spoilt(
            ("{median: 0.4, beta: 0.6, reopening_h: 200}", "{median: 0.2, beta: 0.1, reopening_h: 200}"),
            ("scatter: 0.5", "scatter: 0.8"),
            ("intensity: 0.1, reach_m: 20000", "intensity: 0.15, reach_m: 2000000"),
            ("      - {return_period_years: 400, intensity: 0.5, reach_m: 40000}\n", ""),
            text=only_kind("quake"),
        )  # fmt: skip
        model, drawn = draws_of(plain(text), 800)
        bridges = model.ground.structures.only(model.ground.structures.kind == 0)
        first = {model.ground.link_id[bridges.links[bridges.first[i]]]: i for i in range(bridges.count)}
        failed = np.zeros((len(drawn), bridges.count))
        for row, one in enumerate(drawn):
            failed[row, [first[c.links[0]] for c in one.roads.closures if c.links[0] in first]] = 1
        correlation = np.corrcoef(failed.T)
        apart = np.linalg.norm(bridges.middle[:, None] - bridges.middle[None, :], axis=2)
        near, far = correlation[(apart > 0) & (apart < 1000)], correlation[apart > 8000]
        assert len(near) > 20
        assert near.mean() > 0.5
        assert abs(far.mean()) < 0.06


class TestReadAgain:
    def test_a_drawn_file_is_read_as_the_scenarios_of_a_plan(self, plain, tmp_path):
        region = plain()
        file = draw_scenarios(region, 15, 2)
        write_scenarios(tmp_path / "drawn.yaml", file.scenarios, file.drawn)
        again = read_region(region.folder, tmp_path / "drawn.yaml")
        assert again.scenarios == file.scenarios
        assert set(again.inputs) - set(region.inputs) == {"planned_scenarios.yaml"}
        assert "scenarios.yaml" in again.inputs
