from dataclasses import replace

import pytest

from network.words import LANGUAGES, catalogue
from optimizer.models.layer import Layer
from optimizer.plan import plan_tables
from optimizer.region import region_tables
from optimizer.report.wording import Wording

CHOICES = {
    "decision": plan_tables.DECISIONS,
    "period": plan_tables.PERIODS,
    "reason": plan_tables.REASONS,
    "expense": plan_tables.EXPENSES,
    "outcome": plan_tables.OUTCOMES,
    "standing": plan_tables.STANDINGS,
    "site_kind": region_tables.SITE_KINDS,
    "station_kind": region_tables.STATION_KINDS,
    "level": region_tables.LEVELS,
    "hazard": region_tables.HAZARDS,
    "holding_mode": region_tables.HOLDING_MODES,
    "vehicle_class": region_tables.VEHICLE_CLASSES | {"none": "就地"},
}


@pytest.fixture(scope="module", params=LANGUAGES)
def words(request, plan):
    return Wording.of(plan, request.param)


def test_the_words_of_choices_are_the_contracts_own():
    expected = {f"{kind}_{code}": zh for kind, choices in CHOICES.items() for code, zh in choices.items()}
    assert {key: entry["zh"] for key, entry in catalogue("optimizer", "choices").items()} == expected


@pytest.mark.parametrize("name", ["choices", "plan"])
def test_every_entry_stands_in_both_languages(name):
    for key, entry in catalogue("optimizer", name).items():
        assert set(entry) == {"zh", "en"}, key
        assert all(entry.values()), key


def test_money_is_told_in_wan_in_chinese_and_in_yuan_in_english(plan):
    assert Wording.of(plan, "zh").money(1_234_567.0) == "123.46 万元"
    assert Wording.of(plan, "en").money(1_234_567.0) == "CNY 1,234,567"


def test_numbers_drop_zeros_after_the_point_only(words):
    assert words.number(1200.0) == "1,200"
    assert words.number(1200.50, 2) == "1,200.5"
    assert words.number(-0.0001, 2) == "0"
    assert words.number(float("nan")) == "—"


def test_a_share_too_small_to_show_is_not_rounded_to_nothing(words):
    assert words.percent(0.0) == "0.0%"
    assert words.percent(0.0001) == "<0.1%"
    assert words.percent(0.254) == "25.4%"


def test_english_items_go_by_their_english_names(plan):
    assert Wording.of(plan, "en").item("water") == "Bottled water"
    assert Wording.of(plan, "zh").item("water") == "瓶装饮用水"


@pytest.mark.parametrize(("language", "word"), [("zh", "最优"), ("en", "optim")])
def test_only_a_proven_layer_speaks_of_the_optimum(plan, language, word):
    words = Wording.of(plan, language)
    proven = Layer("unmet", 10.0, 9.9, 0.01, 10.0, "", True, "Optimal", 1.0)
    open_ = Layer("unmet", 10.0, 9.0, 0.1, 10.0, "", False, "Optimal", 1.0)
    assert word in words.proof(proven)
    assert "1.00%" in words.proof(proven)
    assert word not in words.proof(open_)
    assert "10.00%" in words.proof(open_)


CONDITIONS = {
    "Optimal for the stock held": {"zh": "在既定储备下", "en": "for the stock held"},
    "Optimal but for the layer before": {
        "zh": "在其他标准所用支出既定的前提下",
        "en": "but for what the other standards get, whose spending is taken as it is",
    },
    "Optimal for what is left": {"zh": "在余下资金与库容内", "en": "within the money and room left"},
}


@pytest.mark.parametrize("status", CONDITIONS)
def test_a_bound_that_holds_on_a_condition_is_never_told_without_it(words, status):
    layer = Layer("late", 10.0, 9.9, 0.01, 10.0, "", True, status, 1.0)
    for told in (words.proof(layer), words.proven(layer), words.status(layer)):
        assert CONDITIONS[status][words.language] in told
    assert words.proven(layer) != words.proven(replace(layer, status="Optimal"))
    assert words.proof(layer) != words.proof(replace(layer, status="Optimal"))


@pytest.mark.parametrize("status", ["Optimal for what is left", "Time limit reached"])
def test_a_layer_without_proof_is_told_with_its_gap_whatever_the_status(words, status):
    layer = Layer("late", 10.0, 9.0, 0.1, 10.0, "", False, status, 1.0)
    assert words.proof(layer) == words.proof(replace(layer, status="Optimal"))
    assert "10.00%" in words.proof(layer)
    assert words.proven(layer) == words("not_proven")


@pytest.mark.parametrize(
    "status", ["Optimal", "Optimal within the gap", *CONDITIONS, "Time limit reached", "Nothing left to try"]
)
def test_the_solvers_statuses_are_said_in_words(plan, status):
    layer = Layer("late", 10.0, 9.9, 0.01, 10.0, "", True, status, 1.0)
    said = {language: Wording.of(plan, language).status(layer) for language in LANGUAGES}
    assert said["zh"].isascii() is False
    assert said["en"].isascii()
    assert said["en"] != status
    assert not any("optim" in text.lower() or "最优" in text for text in said.values())


def test_lateness_is_told_as_a_share_of_all_that_is_wanted(plan):
    layer = Layer("late", 10.0, 0.0, 0.1, 100.0, "", False, "Optimal for the stock held", 1.0)
    zh = Wording.of(plan, "zh").proof(layer)
    assert "占全部需求的 10.00%（下界取 0）" in zh
    assert "尚未证明" in zh
    assert "10.00% of all that is wanted" in Wording.of(plan, "en").proof(layer)
    assert "尚未证明" not in Wording.of(plan, "zh").proof(replace(layer, value=1.0, gap=0.01, proven=True))


def test_a_gap_too_small_to_show_is_less_than_the_least_shown(plan):
    layer = Layer("cost", 10.0, 9.9999, 1e-5, 10.0, "", True, "Optimal", 1.0)
    assert Wording.of(plan, "zh").proof(layer).endswith("差距小于 0.01%")
    assert "less than 0.01%" in Wording.of(plan, "en").proof(layer)


def test_a_status_without_words_stays_as_it_is(words):
    layer = Layer("late", 10.0, 9.0, 0.1, 10.0, "", False, "Iteration limit reached", 1.0)
    assert words.status(layer) == "Iteration limit reached"
    assert words.condition(layer) == ""


def test_marks_name_the_columns_that_are_estimates(plan):
    words = Wording.of(plan, "zh")
    assert words.marks("purchases", "") == ""
    assert words.marks("purchases", "yes") == "整行为估计"
    assert words.marks("purchases", "price_cny;quantity") == "估计：单价、数量"


def test_long_lists_and_long_rules_are_cut(plan):
    words = Wording.of(plan, "zh")
    assert words.some(["甲", "乙"]) == "甲、乙"
    assert words.some(["甲", "乙", "丙", "丁"]) == "甲、乙、丙等 4 处"
    assert words.rule("KIT-5X", longest=8) == "KIT-5X 行政村（社区）…"


def test_reasons_name_three_scenarios_and_count_the_rest(plan):
    words = Wording.of(plan, "zh")
    assert words.reasons("KIT-5X", "flood") == f"{words.rule('KIT-5X')}；云溪河二十年一遇洪水"
    assert words.reasons("", "a;b;c") == "a；b；c"
    assert words.reasons("", "a;b;c;d") == "a、b、c等 4 个情景"


def test_estimated_inputs_go_by_the_headings_of_the_regions_tables(plan):
    words = Wording.of(plan, "zh")
    assert words.input("items.price_cny") == "物资品种·单价"
    assert words.input("scenarios") == "情景"
    assert words.input("unknown.thing") == "unknown.thing"
