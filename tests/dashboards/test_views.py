from dataclasses import replace

from dashboards import views
from optimizer.report.wording import Wording


def test_purchases_of_a_town_and_of_a_payer(folder):
    rows = views.chosen_purchases(folder, towns=["青石镇"])
    assert sorted(rows["item_id"]) == ["generator", "tent", "water"]
    rows = views.chosen_purchases(folder, towns=["青石镇"], payers=["PT1"])
    assert list(rows["item_id"]) == ["generator"]
    assert len(views.chosen_purchases(folder)) == 7


def test_purchases_show_reason_and_estimate(folder, words):
    shown = views.purchases(views.chosen_purchases(folder, payers=["PT1"]), words)
    assert list(shown.columns[:3]) == ["镇街", "站点", "品种"]
    row = shown.iloc[0]
    assert row["金额（元）"] == 4200
    assert row["依据（标准、情景）"].startswith("KIT-5X")
    assert row["估计"] == "估计：单价；物资品种·单价"


def test_standards_by_outcome_and_rule(folder, words):
    short = views.chosen_standards(folder, ["short"])
    assert set(short["outcome"]) == {"short"}
    shown = views.standards(views.chosen_standards(folder, ["short"], ["TEAM-DIST"]), words)
    assert shown["最省补救"].tolist() == ["补充队员 10 人，装备和培训约需 80,000 元"]


def test_scenarios_give_shares_in_percent(folder, words):
    shown = views.scenarios(folder, words)
    assert shown["未满足率"].round(1).tolist() == [14.5, 64.3]  # 290 of 2000, 900 of 1400


def test_headings_follow_the_language(folder):
    english = Wording.of_names(folder.manifest["names"], "en")
    assert list(views.scenarios(folder, english).columns[:2]) == ["Scenario", "Hazard"]


def test_a_site_shows_what_it_holds_and_lacks(folder, words):
    assert views.stock_at(folder, "D1", words)["计划后"].tolist() == [12600, 900, 80]
    assert views.unmet_at(folder, "V6", words)["最近起降点或码头"].tolist() == ["白岩起降点", "白岩起降点"]
    assert views.unmet_at(folder, "D1", words).empty


def test_nothing_to_show_keeps_its_headings(folder, words):
    empty = replace(folder, tables={**folder.tables, "purchases": folder.tables["purchases"].iloc[:0]})
    shown = views.purchases(views.chosen_purchases(empty), words)
    assert shown.empty
    assert "金额（元）" in shown.columns
