"""What a siting is asked: whom it serves, where it may build, within how many minutes, in which states."""

from dataclasses import replace

import numpy as np
import pytest

from network.problem import ProblemsError
from optimizer.plan.demand import people_in_need
from optimizer.siting.stated.models import MODELS
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.statement import state_siting


def asked(**options):
    return SitingOptions(**{"model": "p-median", "number": 2, **options})


def faults(region, **options):
    with pytest.raises(ProblemsError) as refused:
        state_siting(region, asked(**options))
    return [problem.what.key.rsplit(".", 1)[1] for problem in refused.value.problems]


class TestDemand:
    def test_a_threatened_resident_counts_once_more(self, demo):
        stated = state_siting(demo, asked())
        places = stated.places
        one = places[places["threatened"] > 0].iloc[0]
        row = places.index[places["site_id"] == one["site_id"]][0]
        # siting.threatened_weight is 1: every resident once, everyone threatened once more.
        assert stated.weight[0, row] == one["people"] + one["threatened"]

    def test_the_weight_of_hazard_is_the_region_s(self, altered):
        stated = state_siting(altered(siting={"threatened_weight": 0.0}), asked())
        assert stated.weight[0] == pytest.approx(stated.places["people"].to_numpy())

    def test_nobody_is_threatened_twice(self, demo):
        places = state_siting(demo, asked()).places
        known = places["people"] > 0
        assert (places.loc[known, "threatened"] <= places.loc[known, "people"]).all()

    def test_unknown_residents_stay_unknown_and_weigh_those_threatened(self, uncounted):
        stated = state_siting(uncounted(6), asked())
        unknown = stated.places["people"].isna().to_numpy()
        assert list(stated.unknown["site_id"]) == list(stated.places.loc[unknown, "site_id"])
        assert unknown.sum() == 6
        assert stated.weight[0, unknown] == pytest.approx(stated.places.loc[unknown, "threatened"].to_numpy())

    def test_depots_serve_those_in_need_in_a_scenario(self, demo):
        stated = state_siting(demo, asked(over="scenarios"))
        first = demo.scenarios[0]
        need = people_in_need(demo, first)["people"]
        assert stated.weight[0].sum() == pytest.approx(need.sum())
        assert [state.id for state in stated.states] == [scenario.id for scenario in demo.scenarios]
        assert stated.probability.sum() == pytest.approx(1.0)

    def test_stations_are_called_from_everywhere(self, demo):
        base = state_siting(demo, asked(sites="stations"))
        struck = state_siting(demo, asked(sites="stations", over="scenarios"))
        assert (struck.weight == base.weight).all()

    def test_relief_has_a_volume(self, demo):
        stated = state_siting(demo, asked(model="capacitated", number=None))
        # Whom hazard points threaten, for three days, by the region's norms and the volume of a unit.
        norms = demo.tables["norms"].merge(demo.tables["items"], on="item_id")
        norms = norms[norms["use"] == "relief"]
        days = np.where(norms["basis"] == "person_day", 3.0, 1.0)
        each = float((norms["quantity"] * norms["share"] * days * norms["volume_m3"]).sum())
        assert stated.stated_weight.sum() == pytest.approx(each * stated.places["threatened"].sum())


class TestStandardTimes:
    def test_depots_have_what_ten_hours_leave_of_mobilising_and_loading(self, demo):
        stated = state_siting(demo, asked())
        # 10 h = 600 min, less 30 min mobilising and 30 min loading.
        assert set(stated.standard.minutes) == {540.0}
        assert set(stated.standard.rule_id) == {"RELIEF-10H"}

    @pytest.mark.parametrize(("reading", "built_up"), [("drive", 5.0), ("handling", 2.0)])
    def test_stations_have_the_circle_of_the_place(self, altered, reading, built_up):
        stated = state_siting(altered(response_reading=reading), asked(sites="stations"))
        minutes, area = stated.standard.minutes, stated.places["area_type"]
        assert set(minutes[area.isin(["built_up", "industrial"])]) == {built_up}
        assert set(minutes[area.isin(["outskirts", "populous_rural"])]) == {15.0}

    def test_remote_hamlets_are_told_and_not_judged(self, demo):
        for minutes in (None, 8.0):
            stated = state_siting(demo, asked(sites="stations", model="maximal-covering", minutes=minutes))
            remote = (stated.places["area_type"] == "remote").to_numpy()
            assert remote.any()
            assert not stated.standard.judged[remote].any()
            assert (stated.stated_weight[:, remote] == 0).all()
            assert (stated.weight[:, remote] > 0).any()

    def test_a_station_counts_only_for_the_circles_of_its_kind(self, demo):
        stated = state_siting(demo, asked(sites="stations"))
        town = (stated.places["area_type"] == "built_up").to_numpy()
        rule = next(rule for rule in demo.rules if rule.id == "RESP-135")
        other = ~stated.sites["station_kind"].isin(rule.station_kinds).to_numpy()
        assert other.any()
        assert np.isneginf(stated.limit_min[np.ix_(town, other)]).all()
        assert (stated.limit_min[np.ix_(town, ~other)] == 5).all()

    def test_a_post_counts_for_the_circles_of_what_it_becomes(self, demo):
        counted = {}
        for post in (None, "fire_brigade", "district_team"):
            stated = state_siting(demo, asked(sites="stations", post=post))
            new = ~stated.sites["existing"].to_numpy(dtype=bool)
            rules = {rule: (stated.standard.rule_id == rule) for rule in ("RESP-135", "RESP-15")}
            counted[post] = [stated.counts[np.ix_(of_rule, new)].mean() for of_rule in rules.values()]
        # The circle of 5 minutes names fire stations and brigades, that of 15 the district's team besides.
        assert counted == {None: [1, 1], "fire_brigade": [1, 1], "district_team": [0, 1]}

    def test_minutes_replace_those_of_the_rules(self, demo):
        assert set(state_siting(demo, asked(minutes=12.5)).standard.minutes) == {12.5}

    def test_minutes_replace_nothing_but_the_time_of_the_circles(self, demo):
        of_rules = state_siting(demo, asked(sites="stations"))
        by_hand = state_siting(demo, asked(sites="stations", minutes=12.5))
        judged = of_rules.standard.judged
        assert (by_hand.standard.judged == judged).all()
        assert (by_hand.counts == of_rules.counts).all()
        assert not by_hand.counts.all()
        assert (by_hand.standard.minutes[judged] == 12.5).all()
        assert np.isinf(by_hand.standard.minutes[~judged]).all()


class TestSites:
    def test_existing_sites_stay_and_do_not_count(self, demo):
        rows = state_siting(demo, asked()).sites
        assert (rows["fixed"] == rows["existing"]).all()
        assert (rows["counted"] == ~rows["existing"]).all()
        assert (rows["close_cost_cny"] == np.where(rows["existing"], 50_000, 0)).all()

    @pytest.mark.parametrize(("keep", "cost"), [("closable", 50_000), ("none", 0)])
    def test_existing_sites_may_be_closed(self, demo, keep, cost):
        rows = state_siting(demo, asked(keep=keep)).sites
        assert not rows["fixed"].any()
        assert rows["counted"].all()
        assert set(rows.loc[rows["existing"], "close_cost_cny"]) == {cost}

    def test_a_decision_goes_before_what_is_asked(self, decided):
        region = decided(open="CAND-500112135", close="DEPOT-500112004")
        rows = state_siting(region, asked()).sites.set_index("site_id")
        assert rows.loc["CAND-500112135", ["fixed", "forbidden"]].tolist() == [True, False]
        assert rows.loc["DEPOT-500112004", ["fixed", "forbidden"]].tolist() == [False, True]
        assert "规划科" in rows.loc["CAND-500112135", "override"]

    def test_a_candidate_costs_its_cheapest_size_and_a_year(self, demo):
        rows = state_siting(demo, asked()).sites.set_index("site_id")
        sizes = demo.tables["sizes"]
        own = sizes[sizes["site_id"] == "CAND-500112135"]
        least = float((own["fixed_cost_cny"] + own["yearly_cost_cny"]).min())
        assert rows.loc["CAND-500112135", "open_cost_cny"] == least

    def test_a_candidate_without_a_size_is_ruled_out(self, demo):
        sizes = demo.tables["sizes"]
        bare = replace(demo, tables={**demo.tables, "sizes": sizes[sizes["site_id"] != "CAND-500112135"]})
        rows = state_siting(bare, asked()).sites.set_index("site_id")
        assert rows.loc["CAND-500112135", "forbidden"]

    def test_a_scenario_that_destroys_half_of_the_stock_takes_the_depot(self, demo, altered):
        stated = state_siting(demo, asked(over="scenarios"))
        lost = {
            state.id: set(np.array(stated.site_ids)[row]) for state, row in zip(stated.states, stated.lost, strict=True)
        }
        assert "DEPOT-500112133" not in lost["flood_20"]
        assert "DEPOT-500112133" in lost["earthquake"] | lost["flood_100"] | lost["landslide_tongluo"]
        hard = state_siting(altered(siting={"lost_share": 1.0}), asked(over="scenarios"))
        assert hard.lost.sum() < stated.lost.sum()

    def test_towns_exposed_to_several_hazards_may_be_made_to_have_a_depot(self, demo):
        groups = state_siting(demo, asked(town_depots=True)).groups
        assert groups
        assert all(group.required for group in groups)
        assert not any(group.required for group in state_siting(demo, asked()).groups)


class TestRefusals:
    def test_something_must_limit_the_sites(self, demo):
        assert faults(demo, number=None) == ["bounded"]

    def test_too_many_sites(self, demo):
        assert faults(demo, number=99) == ["number_above_existing"]
        assert faults(demo, number=99, keep="none") == ["number_above_none"]

    def test_a_measure_wants_scenarios(self, demo):
        assert faults(demo, measure="cvar") == ["measure_of_base"]

    def test_towns_want_depots_and_not_stations(self, demo):
        assert faults(demo, number=1, sites="stations", town_depots=True) == ["town_depots_of_stations"]

    def test_a_post_becomes_what_a_circle_counts(self, demo):
        assert faults(demo, sites="stations", post="hospital") == ["post_uncounted"]
        assert faults(demo, post="fire_brigade") == ["post_of_depots"]

    def test_everything_is_told_at_once(self, demo):
        assert faults(demo, number=999, measure="worst", model="capacitated", sites="stations") == [
            "depots_alone",
            "measure_of_base",
            "number_above_existing",
        ]

    def test_relief_is_wanted_by_those_threatened(self, demo):
        rows = demo.tables["sites"]
        calm = replace(demo, tables={**demo.tables, "sites": rows[rows["kind"] != "hazard_point"]})
        assert faults(calm, model="capacitated") == ["nobody_threatened"]

    def test_no_villages(self, demo):
        rows = demo.tables["sites"]
        empty = replace(demo, tables={**demo.tables, "sites": rows[~rows["kind"].isin(["village", "community"])]})
        assert faults(empty) == ["no_places"]

    def test_no_scenarios(self, demo):
        assert faults(replace(demo, scenarios=()), over="scenarios") == ["no_scenarios"]

    def test_no_rule_says_how_soon(self, demo):
        bare = replace(demo, rules=())
        assert faults(bare) == ["no_standard_depots"]
        assert state_siting(bare, asked(minutes=30.0)).standard.judged.all()

    def test_without_a_circle_no_minutes_say_what_stations_count(self, demo):
        relief = tuple(rule for rule in demo.rules if rule.check != "response")
        assert faults(replace(demo, rules=relief), sites="stations", minutes=8.0) == ["no_standard_stations"]

    def test_a_town_without_a_candidate_cannot_be_made_to_have_a_depot(self, demo):
        rows = demo.tables["sites"]
        town = state_siting(demo, asked(town_depots=True)).groups[0].town_id
        gone = rows[~((rows["town_id"] == town) & rows["kind"].isin(["depot", "candidate"]))]
        bare = replace(demo, tables={**demo.tables, "sites": gone})
        assert faults(bare, town_depots=True) == ["town_without_site"]


def test_every_model_says_what_it_asks():
    assert len(MODELS) == 8
    assert all(traits.sites for traits in MODELS.values())


class TestRunning:
    def test_a_depot_that_may_be_closed_costs_what_sizes_of_its_volume_cost_a_year(self, demo):
        rows = state_siting(demo, asked(keep="closable")).sites.set_index("site_id")
        # The candidates' sizes: 90 m³ at CNY 30 000 a year, 300 m³ at 80 000 and 900 m³ at 200 000.
        assert rows.loc["DEPOT-500112004", "open_cost_cny"] == pytest.approx(30_000 * 50 / 90)
        assert rows.loc["DEPOT-D2", "open_cost_cny"] == pytest.approx(30_000 + 50_000 * (160 - 90) / (300 - 90))
        assert rows.loc["DEPOT-D1", "open_cost_cny"] == pytest.approx(80_000 + 120_000 * (460 - 300) / (900 - 300))
        assert rows.loc[rows["existing"], "estimated"].str.contains("open_cost_cny").all()
        assert (rows.loc[~rows["existing"], "running_cost_cny"] == 0).all()

    def test_beyond_the_largest_size_its_cubic_metre_counts(self, demo):
        sizes = demo.tables["sizes"]
        small = replace(demo, tables={**demo.tables, "sizes": sizes[sizes["storage_m3"] < 100]})
        rows = state_siting(small, asked(keep="none")).sites.set_index("site_id")
        assert rows.loc["DEPOT-D1", "open_cost_cny"] == pytest.approx(460 * 30_000 / 90)

    def test_one_that_stays_is_no_cost_of_the_siting(self, demo):
        rows = state_siting(demo, asked()).sites
        assert (rows.loc[rows["existing"], "open_cost_cny"] == 0).all()

    def test_without_sizes_nothing_is_supposed(self, demo):
        bare = replace(demo, tables={**demo.tables, "sizes": demo.tables["sizes"].iloc[:0]})
        assert (state_siting(bare, asked(keep="closable")).sites["running_cost_cny"] == 0).all()
