import re
from dataclasses import replace

import pandas as pd
import pytest
from openpyxl import load_workbook

from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.report.figures import figures_of
from optimizer.report.workbook import towns
from optimizer.report.workbook.sheet import Book, display_width
from optimizer.report.workbook.workbook import write_workbook


def written(plan, path, language="zh", *, formulas=False):
    write_workbook(plan, figures_of(plan), path, language)
    return load_workbook(path, data_only=not formulas)


@pytest.fixture(scope="module")
def values(plan, tmp_path_factory):
    return written(plan, tmp_path_factory.mktemp("zh") / "plan.xlsx")


@pytest.fixture(scope="module")
def formulas(plan, tmp_path_factory):
    return written(plan, tmp_path_factory.mktemp("formulas") / "plan.xlsx", formulas=True)


@pytest.fixture(scope="module")
def nasty(nasty_plan, tmp_path_factory):
    return written(nasty_plan, tmp_path_factory.mktemp("nasty") / "plan.xlsx", formulas=True)


def _rows(sheet):
    return [[cell.value for cell in row] for row in sheet.iter_rows()]


def _text(sheet):
    return "\n".join(str(value) for row in _rows(sheet) for value in row if value is not None)


def _subtotal(sheet, text):
    """Work out ``=SUBTOTAL(9,K4:K9)`` by hand: numbers only, no subtotal within."""
    column, first, last = re.fullmatch(r"=SUBTOTAL\(9,([A-Z]+)(\d+):\1(\d+)\)", text).groups()
    total = 0.0
    for row in range(int(first), int(last) + 1):
        value = sheet[f"{column}{row}"].value
        if isinstance(value, str) and value.startswith("=SUBTOTAL"):
            continue
        if isinstance(value, str):
            source, divisor = re.fullmatch(r"=([A-Z]+\d+)/(\d+)", value).groups()
            value = sheet[source].value / int(divisor)
        total += value or 0
    return total


def test_sheets_stand_in_the_order_they_are_read(values):
    assert values.sheetnames == [
        "摘要",
        "采购清单",
        "采购汇总",
        "库点建设",
        "协议储备",
        "物资调整",
        "预算执行",
        "标准对照",
        "情景结果",
        "未满足需求",
        "储备安排",
        "说明",
        "街镇目录",
        "青石镇",
        "云溪镇",
        "白岩镇",
        "区本级",
    ]


def test_a_proof_on_a_condition_is_told_with_it(conditional, tmp_path):
    rows = _rows(written(conditional, tmp_path / "plan.xlsx")["摘要"])
    texts = [[value for value in row if isinstance(value, str)] for row in rows]
    told = {text[0]: text[-2:] for text in texts if len(text) == 4}
    assert told["延迟满足的需求"] == ["在既定储备下已证明", "在既定储备下求解"]
    assert told["其他标准缺口"] == ["在余下资金与库容内已证明", "在余下资金与库容内求解"]
    assert told["当年支出"] == ["已证明", "求解完成"]


def test_the_purchase_list_totals_in_wan(values):
    rows = _rows(values["采购清单"])
    total = next(row for row in rows if row[1] == "总计")
    assert total[10] == 107_640
    assert total[11] == pytest.approx(10.764)
    payer = next(row for row in rows if row[1] == "区应急管理局 合计")
    assert payer[10] == 86_640


def test_every_total_is_a_formula_that_gives_its_value(values, formulas):
    checked = 0
    for name in formulas.sheetnames:
        for row in formulas[name].iter_rows():
            for cell in row:
                if not (isinstance(cell.value, str) and cell.value.startswith("=SUBTOTAL")):
                    continue
                assert _subtotal(formulas[name], cell.value) == pytest.approx(values[name][cell.coordinate].value)
                checked += 1
    assert checked > 30


def test_each_line_shows_its_rule_scenario_and_estimate(values):
    rows = _rows(values["采购清单"])
    water = next(row for row in rows if row[2] == "区应急物资储备库" and row[4] == "瓶装饮用水")
    assert water[12] == "云溪河二十年一遇洪水；白岩镇滑坡断路"
    assert water[14] == "估计：单价；物资品种·单价、站点·常住人口"
    generator = next(row for row in rows if row[4] == "小型发电机")
    assert generator[12].startswith("KIT-5X 行政村（社区）")
    tent = next(row for row in rows if row[2] == "区应急物资储备库" and row[4] == "救灾帐篷")
    assert tent[13] == "救灾科 2025-12-02：至少 80 顶"


def test_headings_stay_and_sheets_print_on_a4_landscape(formulas):
    for name in ("采购清单", "库点建设", "标准对照", "储备安排"):
        sheet = formulas[name]
        assert sheet.freeze_panes == "A4"
        assert sheet.print_title_rows == "$3:$3"
        assert (sheet.page_setup.orientation, sheet.page_setup.paperSize) == ("landscape", 9)
        assert (sheet.sheet_properties.pageSetUpPr.fitToPage, sheet.page_setup.fitToHeight) == (True, 0)


def test_columns_are_wide_enough_for_chinese(formulas):
    sheet = formulas["采购汇总"]
    assert sheet.column_dimensions["B"].width >= display_width("小型发电机")


def test_standards_show_where_they_stand(values):
    text = _text(values["标准对照"])
    assert "“十四五”规划" in text
    assert "三（五）15" in text
    assert "新增可用避难面积 35,600 m²" in text


def test_a_town_has_its_own_list(values):
    text = _text(values["白岩镇"])
    for told in ("白岩镇政府仓库", "动力排水泵", "望江村", "道路中断，无法到达"):
        assert told in text
    assert "石坝村" not in text


def test_the_notes_say_what_is_synthetic_assumed_and_licensed(values):
    text = _text(values["说明"])
    for told in ("合成数据", "采纳吴兴区", "装车 30 min", "程序生成的合成道路（roads.npz）"):
        assert told in text


def test_names_that_look_like_formulas_stay_text(nasty, made):
    cells = [cell for sheet in nasty for row in sheet.iter_rows() for cell in row if cell.value == made.NASTY_FORMULA]
    assert cells
    assert all(cell.data_type == "s" and cell.quotePrefix for cell in cells)


def test_names_that_no_sheet_may_bear_are_mended(nasty):
    assert "+白岩镇 一 二" in nasty.sheetnames


@pytest.mark.parametrize(
    ("wanted", "given"),
    [
        ("礼嘉[街道]*?/\\:", "礼嘉 街道"),
        ("'引号'", "引号"),
        ("", "未命名"),
        ("History", "History (2)"),
        ("很" * 40, "很" * 31),
        ("𠮷" * 20, "𠮷" * 15),
    ],
)
def test_sheet_names(tmp_path, wanted, given):
    assert Book(str(tmp_path / "b.xlsx"), "宋体", "未命名").sheet_name(wanted) == given


def test_sheet_names_are_given_once_whatever_their_case(tmp_path):
    book = Book(str(tmp_path / "b.xlsx"), "宋体", "未命名")
    assert [book.sheet_name(name) for name in ("Town", "TOWN", "很" * 31, "很" * 31)] == [
        "Town",
        "TOWN (2)",
        "很" * 31,
        "很" * 27 + " (2)",
    ]


def test_too_many_towns_for_sheets_stand_as_blocks_on_one(plan, tmp_path, monkeypatch):
    monkeypatch.setattr(towns, "MOST_SHEETS", 2)
    book = written(plan, tmp_path / "plan.xlsx")
    assert book.sheetnames[-2:] == ["街镇目录", "一街镇一清单"]
    index, blocks = book["街镇目录"], book["一街镇一清单"]
    links = {row[0].value: row[0].hyperlink.location for row in index.iter_rows(min_row=3) if row[0].hyperlink}
    assert set(links) == {"青石镇", "云溪镇", "白岩镇", "区本级"}
    for town, location in links.items():
        assert blocks[location.rpartition("!")[2]].value == f"{town}应急物资储备清单"


def test_english_headings(plan, tmp_path):
    book = written(plan, tmp_path / "plan.xlsx", "en")
    assert book.sheetnames[:3] == ["Summary", "Purchase list", "Purchases by item"]
    headings = [str(cell.value).replace("\n", "") for cell in book["Purchase list"][3]]
    assert headings[4] == "Item"
    assert "Cost (10 000 CNY)" in headings


def test_a_plan_of_nothing_makes_a_workbook_too(plan, tmp_path):
    empty = {table.name: plan.tables[table.name].iloc[:0] for table in PLAN_TABLES}
    book = written(replace(plan, tables=empty, layers=(), override_costs=()), tmp_path / "plan.xlsx")
    assert "（无）" in _text(book["采购清单"])
    assert pd.notna(book["预算执行"]["B4"].value)


def test_roads_that_exist_are_credited(plan, tmp_path):
    roads = replace(plan.region.roads, synthetic=False)
    settings = plan.region.settings.model_copy(update={"roads_synthetic": False})
    book = written(replace(plan, region=replace(plan.region, roads=roads, settings=settings)), tmp_path / "plan.xlsx")
    assert "© OpenStreetMap contributors, ODbL 1.0 (test)" in _text(book["说明"])
    assert "合成" not in _text(book["说明"])
