"""Sitings of the demo: every model held against trying every pair of candidates, and what is told besides."""

import itertools
from dataclasses import replace

import numpy as np
import pytest

from network.problem import ProblemsError
from optimizer.models.siting.clash import UNITS, Clash
from optimizer.models.siting.evaluated import evaluated
from optimizer.siting import faults_told
from optimizer.siting.catalogue import model_of, within
from optimizer.siting.siting import site_region
from optimizer.siting.siting_case import siting_case
from optimizer.siting.stated.models import MODELS
from optimizer.siting.stated.options import SitingOptions
from optimizer.siting.stated.statement import state_siting


def asked(**options):
    return SitingOptions(**{"model": "p-median", "number": 2, "study_limit_s": 5.0, "time_limit_s": 30.0, **options})


def sited(region, **options):
    return site_region(region, asked(**options), "en")


@pytest.fixture(scope="module")
def median(demo):
    return sited(demo)


@pytest.fixture(scope="module")
def over_scenarios(demo):
    return sited(demo, over="scenarios", measure="regret", scenario_ids=("flood_100", "earthquake", "snow"))


@pytest.mark.parametrize("model", MODELS)
def test_no_pair_of_candidates_is_better(demo, model):
    minutes = 540.0 if model == "capacitated" else 12.0
    options = asked(model=model, minutes=minutes, number=13 if model == "set-covering" else 2)
    case = siting_case(state_siting(demo, options))
    solve = within(model_of(case), time_limit_s=30.0)
    found = solve(case.problem)
    assert found.proven
    allowed = case.problem.openings
    free = np.flatnonzero(allowed.free)
    values = []
    for pair in itertools.combinations(free, 2):
        opened = allowed.fixed.copy()
        opened[list(pair)] = True
        one = evaluated(case.problem, opened, solve)
        values.append(np.inf if one is None else one.value)
    assert found.value <= min(values) * (1 + 1e-9)
    if model not in ("set-covering", "capacitated"):
        assert found.value == pytest.approx(min(values))


class TestMedian:
    def test_two_candidates_are_built_and_the_rest_stays(self, median):
        decision = median.tables["sites"]["decision"]
        assert (decision == "opened").sum() == 2
        assert (decision == "existing").sum() == 15
        assert not (decision == "closed").any()

    def test_the_loss_is_people_times_minutes(self, median):
        rows = median.tables["allocation"]
        assert (rows["weight"] * rows["drive_min"]).sum() == pytest.approx(median.solution.value)

    def test_the_order_of_building_begins_with_the_best_single_site(self, demo, median):
        single = sited(demo, number=1)
        first = median.tables["additions"].iloc[0]
        assert first["value"] == pytest.approx(single.solution.value)
        assert first["site_id"] in single.solution.sites

    def test_the_frontier_holds_the_siting(self, median):
        points = median.tables["frontier"]
        time = points[points["goal"] == "time"]
        assert time["value"].is_monotonic_increasing
        assert time["cost_cny"].is_monotonic_decreasing
        cost = median.tables["sites"]["cost_cny"].sum()
        assert time.loc[time["cost_cny"] == cost, "value"].tolist() == [pytest.approx(median.solution.value)]

    def test_every_site_that_can_be_decided_has_its_reason(self, median):
        reasons = median.tables["reasons"]
        assert len(reasons) == 13
        chosen = reasons[reasons["chosen"]]
        assert (chosen["change_alone"] > 0).all()
        assert (reasons.loc[~reasons["chosen"], "change_alone"] <= 0).all()
        assert (reasons["change_best"] >= -1e-3).all()

    def test_alternatives_are_of_other_sites(self, median):
        alternatives = median.tables["alternatives"]
        assert len(alternatives)
        assert (alternatives["instead"] != "").all()
        assert (alternatives["above_share"] <= 0.02).all()


class TestScenarios:
    def test_the_plan_s_greatest_regret_is_its_value(self, over_scenarios):
        table = over_scenarios.tables["regret"]
        assert table.loc[table["siting"] == "plan", "regret"].max() == pytest.approx(over_scenarios.solution.value)

    def test_no_scenario_s_best_siting_regrets_less(self, over_scenarios):
        worst = over_scenarios.tables["regret"].groupby("siting")["regret"].max()
        assert (worst >= worst["plan"] - 1e-3).all()

    def test_changes_are_held_against_the_same_least_losses(self, over_scenarios):
        reasons = over_scenarios.tables["reasons"]
        assert (reasons.loc[reasons["chosen"], "change_alone"] >= 0).all()

    def test_lost_depots_serve_nobody(self, over_scenarios):
        case, rows = over_scenarios.case, over_scenarios.tables["allocation"]
        for state, lost in zip(case.statement.states, case.statement.lost, strict=True):
            gone = set(np.array(case.statement.site_ids)[lost])
            assert gone.isdisjoint(rows.loc[rows["scenario_id"] == state.id, "server_id"])


class TestBudget:
    def test_a_candidate_is_chosen_at_the_cost_told(self, demo):
        found = sited(demo, number=None, budget_cny=290_000.0, study_limit_s=20.0)
        reasons = found.tables["reasons"]
        other = reasons[~reasons["chosen"] & reasons["chosen_below_cny"].notna()].iloc[0]
        problem = found.case.problem
        site = problem.openings.ids.index(other["site_id"])
        for cost, enters in ((other["chosen_below_cny"] * 0.999, True), (other["chosen_below_cny"] * 1.01 + 1, False)):
            price = problem.openings.open_cost.copy()
            price[site] = cost
            held = replace(problem.openings, open_cost=price).holding(opened=np.arange(len(price)) == site)
            again = within(model_of(found.case), time_limit_s=30.0)(problem.with_openings(held))
            assert (again.value <= found.solution.value * (1 + 1e-9)) == enters

    def test_closing_costs_what_the_region_says(self, demo):
        found = sited(demo, number=10, keep="closable")
        rows = found.tables["sites"]
        closed = rows[rows["decision"] == "closed"]
        assert len(closed) >= 5
        assert (closed["cost_cny"] == 50_000).all()


def test_closing_a_depot_saves_its_running(demo):
    found = sited(demo, model="capacitated", number=None, keep="closable", study_limit_s=0.0)
    rows = found.tables["sites"]
    closed, kept = (rows[rows["decision"] == one] for one in ("closed", "existing"))
    built = rows[rows["decision"].isin(["opened", "enlarged"])]
    assert len(closed) > 0
    # What is built counts 5 % of its cost a year and its running; closing 5 % of CNY 50 000; what stays its running.
    sizes = demo.tables["sizes"].set_index(["site_id", "size"])
    new = sum(
        0.05 * float(sizes.loc[key, "fixed_cost_cny"]) + float(sizes.loc[key, "yearly_cost_cny"])
        for key in zip(built["site_id"], built["size"], strict=True)
    )
    running = found.case.statement.sites.set_index("site_id")["running_cost_cny"]
    stays = running[[*kept["site_id"], *built["site_id"]]].sum()
    standing = new + stays + 0.05 * 50_000 * len(closed)
    assert found.solution.standing_cost_cny == pytest.approx(standing)
    # To keep the largest of those that closed would cost more than closing it.
    assert running[closed["site_id"]].max() > 0.05 * 50_000


def test_what_time_does_not_allow_is_left_open(demo):
    found = sited(demo, study_limit_s=0.0)
    reasons = found.tables["reasons"]
    assert reasons["minutes_alone"].notna().all()
    assert reasons["change_alone"].isna().all()
    assert reasons["change_best"].isna().all()
    assert found.tables["frontier"].empty
    assert not found.alternatives_complete


def test_towns_that_must_have_a_depot_clash_with_the_number(demo):
    with pytest.raises(ProblemsError) as refused:
        sited(demo, number=1, town_depots=True)
    keys = {problem.what.key.rsplit(".", 1)[1]: problem.what.values for problem in refused.value.problems}
    assert keys["clash_number"]["given"] == 1
    assert sited(demo, number=int(keys["clash_number"]["needed"]), town_depots=True).solution.proven
    # Either would do, and the second is told as the other way out.
    assert keys["clash_instead"]["what"].key.endswith("clash_group")


def test_a_budget_too_small_for_what_is_decided(decided):
    with pytest.raises(ProblemsError) as refused:
        sited(decided(open="CAND-500112135"), number=None, budget_cny=1000.0)
    clash = {problem.what.key.rsplit(".", 1)[1]: problem.what.values for problem in refused.value.problems}
    assert clash["clash_budget"]["needed"] == pytest.approx(140_000)


@pytest.mark.parametrize("proven", [True, False])
@pytest.mark.parametrize("kind", UNITS)
def test_at_least_is_said_of_what_is_proven_alone(median, kind, proven, monkeypatch):
    one = Clash(kind, 10.0, 13.0, UNITS[kind], (), (), alone=True, proven=proven)
    monkeypatch.setattr(faults_told, "clashes", lambda *args, **options: (one,))
    (problem,) = faults_told.clash_problems(median.case.statement, median.case.problem)
    for language, least, open_yet in (("zh", "至少", "尚未证明"), ("en", "at least", "not proven")):
        said = problem.what.say(language)
        assert (open_yet in said) == (not proven)
        assert (least in said) == (proven and kind in ("number", "budget", "capacity", "minutes"))


def test_progress_goes_on_to_the_end(demo):
    shares = []
    site_region(demo, asked(), "zh", progress=lambda phrase, share: shares.append((phrase.say("zh"), share)))
    assert [share for _, share in shares] == sorted(share for _, share in shares)
    assert shares[-1][1] >= 0.9
