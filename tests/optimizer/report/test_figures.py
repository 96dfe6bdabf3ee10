from dataclasses import replace
from math import isclose

import pandas as pd
import pytest

from optimizer.report.figures import figures_of, person_items


@pytest.fixture(scope="module")
def figures(plan):
    return figures_of(plan)


def test_money_adds_up(figures):
    # purchases 107 640, building 180 000, running 23 000, contracts 4 000, moves 433.2
    assert isclose(figures.spent_cny, 107_640 + 180_000 + 23_000 + 4_000 + 433.2)
    assert figures.expenses_cny["purchase"] == figures.purchases_cny == 107_640
    assert figures.budget_cny == 470_000


def test_lines_that_rest_on_an_estimate_are_counted(figures):
    # D1 water 4 800 × 1.2, K1 water 2 400 × 1.2, K1 tent 10 × 2 600, V2 generator 4 200
    assert figures.estimated_lines == 4
    assert isclose(figures.estimated_cny, 5_760 + 2_880 + 26_000 + 4_200)


def test_want_is_weighted_by_the_scenarios(figures):
    # flood 0.05, slide 0.02: weights 5/7 and 2/7
    assert isclose(figures.expected.unmet, 290 * 5 / 7 + 900 * 2 / 7)
    assert figures.worst_scenario == "slide"
    assert isclose(figures.worst.share("unmet"), 900 / 1400)


def test_reasons_are_counted_in_person_items(plan, figures):
    # flood V4 water: 400 people want 6 000 bottles, 600 are unmet: 40 person-items
    rows = plan.tables["unmet"]
    assert isclose(person_items(rows, "unmet").iloc[1], 40)
    assert isclose(figures.unmet_by_reason["no_vehicle"], 40 * 5 / 7)
    assert isclose(sum(figures.unmet_by_reason.values()), figures.expected.unmet)


def test_rules_count_subjects_before_and_after(figures):
    rules = {rule.rule_id: rule for rule in figures.rules}
    kit = rules["KIT-5X"]
    assert (kit.met, kit.short, kit.met_before, kit.mend_cost_cny) == (3, 2, 1, 8000)
    circle = rules["RESP-15"]
    assert (circle.met, circle.short, circle.not_applicable, circle.met_before) == (1, 1, 1, 1)
    assert rules["RELIEF-10H"].met_before is None
    assert [rule.rule_id for rule in figures.rules_short] == [
        "KIT-5X",
        "RESP-15",
        "SHELTER-M2",
        "TEAM-DIST",
        "RELIEF-10H",
    ]


def test_the_worst_scenario_is_the_one_with_the_largest_share_unmet(plan):
    scenarios = pd.concat([plan.tables["scenarios"].head(1)] * 2, ignore_index=True)
    scenarios["scenario_id"] = ["large", "small"]
    scenarios["want"], scenarios["unmet"] = [1000.0, 10.0], [100.0, 9.0]
    figures = figures_of(replace(plan, tables={**plan.tables, "scenarios": scenarios}))
    assert figures.worst_scenario == "small"
