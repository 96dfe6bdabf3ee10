from dataclasses import replace

import pytest

from optimizer.region.overrides import Override
from optimizer.report.closed_depots import stock_in_closed_depots
from optimizer.report.decisions_kept import kept_decisions, unkept_decisions
from optimizer.report.summary import headline


def _decided(plan, **decision):
    said = {"who": "规划科", "when": "2025-12-01", "why": "试"}
    override = Override.model_validate(decision | said)
    return replace(plan, region=replace(plan.region, overrides=(override,)))


def _with(plan, table, rows, **values):
    changed = plan.tables[table].copy()
    for column, value in values.items():
        changed.loc[rows(changed), column] = value
    return replace(plan, tables={**plan.tables, table: changed})


def test_decisions_that_the_tables_keep_are_kept(plan):
    # D3 is closed; D1 holds 60 + 20 = 80 tents.
    assert [decision.kept for decision in kept_decisions(plan)] == [True, True]
    assert unkept_decisions(plan) == ()
    assert not any(line.startswith("人工决定") for line in headline(plan, "zh"))


def test_a_quantity_that_is_not_held_lacks_money_and_storage(plan):
    asked = _decided(plan, decision="hold", site_id="D1", item_id="tent", quantity=1_080)
    (decision,) = unkept_decisions(asked)
    # 1 000 tents more at CNY 2 600 and 0.4 m³ each: neither CNY 2 600 000 nor 400 m³ are left (400 − 310 = 90 m³).
    assert (decision.held, decision.missing, decision.lacks) == (80.0, 1_000.0, ("money", "storage"))
    (zh,) = (line for line in headline(asked, "zh") if line.startswith("人工决定"))
    assert "1 项中 1 项未落实" in zh
    assert "尚缺 1,000 顶；原因：余下资金不足、余下库容不足" in zh
    (en,) = (line for line in headline(asked, "en") if line.startswith("Planner's decisions"))
    assert "not kept" in en
    assert "too little storage left" in en


def test_a_quantity_that_fits_and_can_be_paid_lacks_something_else(plan):
    asked = _decided(plan, decision="hold", site_id="D1", item_id="tent", quantity=81)
    assert unkept_decisions(asked)[0].lacks == ("other",)


@pytest.mark.parametrize(
    ("decision", "kept"),
    [
        ({"decision": "open", "site_id": "K1"}, True),
        ({"decision": "open", "site_id": "K1", "size": "小"}, True),
        ({"decision": "open", "site_id": "K1", "size": "大"}, False),
        ({"decision": "open", "site_id": "K2"}, False),
        ({"decision": "open", "site_id": "D1"}, True),
        ({"decision": "open", "site_id": "D1", "size": "小"}, False),
        ({"decision": "close", "site_id": "D3"}, True),
        ({"decision": "close", "site_id": "D1"}, False),
        ({"decision": "open", "site_id": "nowhere"}, False),
    ],
)
def test_depots_are_compared_with_what_the_plan_decides(plan, decision, kept):
    assert kept_decisions(_decided(plan, **decision))[0].kept is kept


def test_another_size_than_asked_for_is_named_beside_it(plan):
    asked = _decided(plan, decision="open", site_id="K1", size="大")
    (zh,) = (line for line in headline(asked, "zh") if line.startswith("人工决定"))
    assert "未落实，要求规格为“大”，计划中该库点为“新建，规格小”" in zh
    (en,) = (line for line in headline(asked, "en") if line.startswith("Planner's decisions"))
    assert "not kept, size “大” was asked for, in the plan the depot is “new, size 小”" in en


def test_stock_left_in_a_closed_depot_is_told_with_its_volume(plan):
    assert stock_in_closed_depots(plan) == ()
    left = _with(plan, "stock", lambda rows: rows["site_id"].eq("D3"), quantity=40.0)
    (found,) = stock_in_closed_depots(left)
    volume = plan.region.tables["items"].set_index("item_id").loc["quilt", "volume_m3"]
    assert found.site_id == "D3"
    assert found.items[0][:2] == ("quilt", 40.0)
    assert found.volume_m3 == pytest.approx(40 * volume)
    assert "停用后不参与调运，请安排移库" in "\n".join(headline(left, "zh"))
    assert "still holds stock" in "\n".join(headline(left, "en"))
