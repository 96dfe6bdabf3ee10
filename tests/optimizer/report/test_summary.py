from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.report.summary import headline, summary_text


def test_ten_lines_tell_the_plan(plan):
    lines = headline(plan, "zh", Path("计划"))
    assert len(lines) == 10
    text = "\n".join(lines)
    for told in ("新建白岩镇政府仓库（小，50 m³）", "10.76 万元", "67.0%", "KIT-5X", "望江村", "合成数据", "3.30%"):
        assert told in text
    assert "计划" in lines[-1]


def test_the_line_of_proof_tells_on_what_condition(conditional):
    zh, en = (
        next(line for line in headline(conditional, language) if line.startswith(start))
        for language, start in (("zh", "求解证明："), ("en", "Proof: "))
    )
    assert "延迟满足的需求：在既定储备下已为最少，占全部需求的 0.00%（下界取 0）" in zh
    assert "其他标准缺口：在余下资金与库容内，已证明与最优值的差距不超过 0.00%" in zh
    assert "want met late: least for the stock held, 0.00% of all that is wanted" in en
    assert "shortfall of the other standards: within the money and room left, proven within" in en


def test_english_says_the_same(plan):
    text = "\n".join(headline(plan, "en"))
    for told in ("CNY 107,640", "67.0%", "KIT-5X", "synthetic", "not proven"):
        assert told in text


def test_summary_opens_with_region_and_date(plan):
    assert summary_text(plan, "zh").startswith("【示例区应急物资储备计划】2026-01-01\n库点：")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_plan_of_nothing_is_told_too(plan, language):
    empty = {table.name: plan.tables[table.name].iloc[:0] for table in PLAN_TABLES}
    region = replace(plan.region, rules=(), overrides=())
    lines = headline(replace(plan, tables=empty, layers=(), region=region), language)
    assert len(lines) == 9
    assert not any("nan" in line for line in lines)


def test_mends_of_several_subjects_are_added_up_though_they_read_alike(plan):
    standards = plan.tables["standards"].copy()
    short = standards["rule_id"].eq("KIT-5X") & standards["outcome"].eq("short")
    standards.loc[short, ["item_id", "mend_quantity", "mend_cost_cny"]] = ["pump", 1, 3800]
    changed = replace(plan, tables={**plan.tables, "standards": standards})
    assert "KIT-5X（1 处 2 项，最省补救约 0.76 万元）" in "\n".join(headline(changed, "zh"))


def test_only_the_scenarios_that_cut_most_people_off_are_named(plan):
    scenarios = pd.concat([plan.tables["scenarios"]] * 3, ignore_index=True)
    scenarios["scenario_id"] = [f"S{number}" for number in range(6)]
    scenarios["sites_cut_off"], scenarios["people_cut_off"] = 1, range(6)
    changed = replace(plan, tables={**plan.tables, "scenarios": scenarios})
    line = headline(changed, "zh")[6]
    assert "5 人失去道路" in line
    assert "3 人失去道路" not in line
    assert "另有 4 个情景" in line
