import re
from dataclasses import replace
from html.parser import HTMLParser

import docx
import pytest
from docx.oxml.ns import qn
from docx.shared import Mm
from matplotlib.figure import Figure

from network.words import catalogue
from optimizer.plan.plan_tables import PLAN_TABLES
from optimizer.report.assumptions import sources
from optimizer.report.figures import figures_of
from optimizer.report.map import draw_map
from optimizer.report.paper.document import Document, Picture
from optimizer.report.paper.docx import write_docx
from optimizer.report.paper.report import report, write_reports


def _write(plan, folder, language="zh"):
    draw_map(plan, folder / "map.png", language, find_font=lambda: None)
    write_reports(plan, figures_of(plan), folder, language)
    return folder


@pytest.fixture(scope="module")
def folder(plan, tmp_path_factory):
    return _write(plan, tmp_path_factory.mktemp("zh"))


@pytest.fixture(scope="module")
def paper(folder):
    return docx.Document(str(folder / "report.docx"))


@pytest.fixture(scope="module")
def page(folder):
    return (folder / "report.html").read_text("utf-8")


def _text(paper):
    cells = [cell.text for table in paper.tables for row in table.rows for cell in row.cells]
    return "\n".join([paragraph.text for paragraph in paper.paragraphs] + cells)


class Outline(HTMLParser):
    """Tags in order, and which are left open."""

    def __init__(self):
        super().__init__()
        self.tags, self.open = [], []

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))
        if tag not in ("meta", "img", "col"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_request_has_its_parts_in_order(paper):
    text = _text(paper)
    parts = [
        "关于申请示例区2026年度应急物资储备经费的请示",
        "区财政局：",
        "一、申请依据",
        "二、现状与缺口",
        "三、测算方法",
        "四、采购与建设内容",
        "五、资金需求",
        "六、达标情况",
        "七、情景测算结果",
        "八、人工决定及其代价",
        "九、说明与局限",
        "妥否，请批示。",
        "附件：",
    ]
    places = [text.index(part) for part in parts]
    assert places == sorted(places)


def test_money_is_in_wan_with_two_decimals(paper):
    text = _text(paper)
    assert "本年度预算 47.00 万元，计划支出 31.51 万元" in text
    assert "新建 1 处、扩建 1 处、停用 1 处，一次性建设费用 18.00 万元，新增年运行费用 2.30 万元" in text
    table = next(table for table in paper.tables if table.rows[0].cells[0].text == "出资主体")
    assert [cell.text for cell in table.rows[-1].cells] == [
        "合计",
        "47.00",
        "10.76",
        "18.00",
        "2.30",
        "0.40",
        "0.04",
        "31.51",
        "15.49",
    ]


def test_the_sum_asked_for_is_said_by_level_and_without_the_mends(plan, paper):
    text = _text(paper)
    assert "本次申请经费合计 31.51 万元，其中：区级出资 " in text
    assert "未达标标准的最省补救费用未列入本次申请" in text
    assert plan.solver.split()[0] not in text


def test_decisions_are_said_to_be_kept_one_by_one(paper):
    assert "至少 80 顶）：已落实。" in _text(paper)


def test_synthetic_roads_are_said_in_bold(paper):
    said = [p for p in paper.paragraphs if "合成数据" in p.text]
    assert len(said) >= 2
    assert all(run.font.bold for p in said for run in p.runs)


def test_each_layer_shows_its_gap_and_only_proven_ones_are_called_proven(paper):
    table = next(table for table in paper.tables if table.rows[0].cells[-1].text == "证明")
    rows = {row.cells[0].text: [cell.text for cell in row.cells][-2:] for row in table.rows}
    assert rows["未满足需求（按优先级加权）"] == ["0.08%", "已证明"]
    assert rows["延迟满足的需求"] == ["3.30%", "未证明"]
    assert "最优" not in _text(paper)


def test_a_proof_on_a_condition_is_told_with_it(conditional, tmp_path):
    paper = docx.Document(str(_write(conditional, tmp_path) / "report.docx"))
    table = next(table for table in paper.tables if table.rows[0].cells[-1].text == "证明")
    rows = {row.cells[0].text: [cell.text for cell in row.cells][-3:] for row in table.rows}
    assert rows["延迟满足的需求"] == ["在既定储备下求解", "0.00%", "在既定储备下已证明"]
    assert rows["其他标准缺口"] == ["在余下资金与库容内求解", "0.00%", "在余下资金与库容内已证明"]
    assert rows["当年支出"] == ["求解完成", "0.59%", "已证明"]
    said = "“延迟满足的需求”的证明仅在既定储备下成立"
    assert said in _text(paper)
    assert said in (tmp_path / "report.html").read_text("utf-8")


def test_no_words_of_the_report_promise_an_optimum():
    for key, entry in catalogue("optimizer", "report").items():
        assert "最优" not in entry["zh"], key
        assert "optim" not in entry["en"].lower(), key


def test_decisions_and_their_cost_are_told(paper):
    text = _text(paper)
    assert "指定停用“旧粮站储备点”（规划科，2025-12-01：库房已列入拆迁）" in text
    assert "指定“区应急物资储备库”至少储备救灾帐篷 80 顶" in text
    assert "214.3" in text


def test_standards_that_fail_show_the_cheapest_mend(paper):
    text = _text(paper)
    assert "共对照 6 条标准，1 条全部达标，5 条尚有对象未达标" in text
    assert "新增可用避难面积 35,600 m²" in text


def test_table_headings_repeat_and_rows_stay_whole(paper):
    for table in paper.tables:
        first = table.rows[0]._tr.trPr
        assert first.find(qn("w:tblHeader")) is not None
        assert all(row._tr.trPr.find(qn("w:cantSplit")) is not None for row in table.rows)


def test_the_paper_is_a4_in_official_fonts_with_page_numbers_and_the_map(paper):
    section = paper.sections[0]
    assert (round(section.page_width.mm), round(section.page_height.mm)) == (210, 297)
    fonts = {run._element.rPr.rFonts.get(qn("w:eastAsia")) for p in paper.paragraphs for run in p.runs if run.text}
    assert {"方正小标宋简体", "仿宋_GB2312", "黑体", "楷体_GB2312"} <= fonts
    assert "PAGE" in section.footer._element.xml
    assert len(paper.inline_shapes) == 1


def test_fallbacks_stand_in_the_font_table(paper):
    part = next(p for p in paper.part.package.iter_parts() if str(p.partname) == "/word/fontTable.xml")
    assert '<w:font w:name="仿宋_GB2312"><w:altName w:val="仿宋"/>' in part.blob.decode()


def test_the_page_needs_nothing_from_outside(page):
    outline = Outline()
    outline.feed(page)
    assert outline.open == []
    assert "script" not in {tag for tag, _ in outline.tags}
    for _, attributes in outline.tags:
        for name in ("src", "href"):
            assert attributes.get(name, "data:").startswith("data:")
    assert not re.search(r"url\(|@import|https?://", page)


def test_the_page_says_what_the_paper_says(page, paper):
    text = re.sub(r"<[^>]+>", "", page)
    for paragraph in paper.paragraphs:
        plain = re.sub(r"^\d+\. ", "", paragraph.text.strip())
        assert plain.replace("“", "“") in text


def test_names_are_never_markup(nasty_plan, made, tmp_path):
    page = (_write(nasty_plan, tmp_path) / "report.html").read_text("utf-8")
    assert made.NASTY_MARKUP not in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&amp;村" in page


def test_control_signs_in_names_do_not_break_the_paper(made, tmp_path):
    plan = made.made_plan(tmp_path / "region", {"V6": "望\x0b江\x00村"})
    _write(plan, tmp_path)
    assert "望江村" in _text(docx.Document(str(tmp_path / "report.docx")))


def test_the_memo_is_in_english(plan, tmp_path):
    paper = docx.Document(str(_write(plan, tmp_path, "en") / "report.docx"))
    text = _text(paper)
    for told in ("Memo: emergency reserve of Sample District", "1. Basis", "IMPORTANT: the roads", "Bottled water"):
        assert told in text
    assert "请示" not in text


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_plan_of_nothing_is_reported_too(plan, tmp_path, language):
    empty = {table.name: plan.tables[table.name].iloc[:0] for table in PLAN_TABLES}
    region = replace(plan.region, rules=(), overrides=(), scenarios=())
    nothing = replace(plan, tables=empty, layers=(), override_costs=(), region=region)
    document = report(nothing, figures_of(nothing), language, tmp_path / "map.png")
    told = " ".join(str(block) for block in document.blocks)
    assert not re.search(r"\bnan\b", told)


def test_sources_are_named_once_whatever_object_a_row_comes_from(plan):
    sites = plan.region.sites.assign(source="")
    sites.loc[:2, "source"] = ["OpenStreetMap n1（a.osm.pbf）", "OpenStreetMap w22（a.osm.pbf）", "台账"]
    region = replace(plan.region, tables=plan.region.tables | {"sites": sites})
    assert sources(region, "zh")[1:] == ["OpenStreetMap（a.osm.pbf）", "台账"]


def test_a_tall_picture_stays_on_one_page_and_keeps_its_shape(tmp_path):
    figure = Figure(figsize=(4, 20), dpi=10)
    figure.savefig(tmp_path / "tall.png")
    write_docx(Document("T", [Picture(tmp_path / "tall.png", "C")], "en", ""), tmp_path / "tall.docx")
    (shape,) = docx.Document(str(tmp_path / "tall.docx")).inline_shapes
    assert shape.height / Mm(1) <= 225  # 297 less margins of 37 and 35
    assert shape.height / shape.width == pytest.approx(5, rel=1e-3)
