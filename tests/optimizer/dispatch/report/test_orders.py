"""The orders on paper: timetables by the clock, slips to sign, what is asked for and who is cut off."""

import re
from html.parser import HTMLParser

import docx
import pytest

from optimizer.dispatch.report.gantt import draw_gantt
from optimizer.dispatch.report.map import draw_dispatch
from optimizer.dispatch.report.orders import orders, write_orders
from optimizer.dispatch.report.told import Told
from optimizer.report.paper.document import Heading, Paragraph, Table


@pytest.fixture(scope="module")
def pictures(nothing, tmp_path_factory):
    """A folder with a map and a figure, which orders take along as they are."""
    folder = tmp_path_factory.mktemp("pictures")
    draw_dispatch(nothing, folder / "map.png", "en", lambda: None)
    draw_gantt(nothing, folder / "gantt.png", "en", lambda: None)
    return folder


def _blocks(dispatch, language, folder):
    return orders(Told(dispatch, language), folder).blocks


@pytest.fixture(scope="module")
def blocks(ordered, pictures):
    return _blocks(ordered, "zh", pictures)


def _tables(blocks, caption):
    return [block for block in blocks if isinstance(block, Table) and block.caption == caption]


def _signed(blocks):
    return [block.text.partition("：")[0] for block in blocks if isinstance(block, Paragraph) and "＿＿" in block.text]


def _after(blocks, heading):
    """Blocks from a heading to the next that begins a page."""
    start = next(i for i, one in enumerate(blocks) if isinstance(one, Heading) and one.text == heading)
    pages = (i for i, one in enumerate(blocks) if i > start and isinstance(one, Heading) and one.new_page)
    return blocks[start : next(pages, len(blocks))]


def test_every_carrier_and_every_trip_has_a_page(blocks):
    pages = [block.text for block in blocks if isinstance(block, Heading) and block.new_page]
    assert pages == [
        "九、示意图",
        "队伍命令：区综合应急救援队（Q1）",
        "队伍命令：白岩镇应急队（Q2）",
        "车辆命令：轻型货车 1（L1）",
        "物资调拨单 L1-1",
        "物资调拨单 L1-2",
        "船艇与直升机命令：直升机 1（HC）",
        "物资调拨单 HC-1",
        "转移客车命令：客车 1（B1）",
        "抢通队命令：抢通一队（CR）",
    ]


def test_a_teams_page_tells_when_where_what_whom_to_call_and_the_way(blocks):
    _, carrier, timetable, ways = _after(blocks, "队伍命令：区综合应急救援队（Q1）")
    assert carrier.text == "车型（方式）：消防车。联系：李队 138-1。"
    assert timetable.rows[0] == ("22:40–23:30", "行驶", "青石消防救援站→白岩村", "经由G210；执行中")
    assert timetable.rows[1][:3] == ("23:30–07-13 00:05", "集结等候", "白岩村")
    assert timetable.rows[3][3] == "经由G210；途中等候道路恢复通行 20 分钟（07-13 02:25 通车）"
    assert timetable.rows[4] == (
        "07-13 03:01–04:01",
        "作业",
        "云溪社区",
        "排水抢险（排水，需 20 人）；时限 07-13 02:30，已超时",
    )
    assert ways.rows[0] == ("青石消防救援站→白岩村", "21.3", "50", "G210 18.0 km；村道 3.3 km")


def test_a_trucks_page_tells_its_loads_and_whom_it_meets(blocks):
    timetable = _tables(_after(blocks, "车辆命令：轻型货车 1（L1）"), "时刻表")[0]
    assert timetable.rows[0][3] == "瓶装饮用水 3,000 瓶、棉被 50 床；调拨单 L1-1"
    assert timetable.rows[4] == (
        "07-13 00:28–00:40",
        "卸车",
        "白岩小学",
        "棉被 50 床；时限 07-13 00:30；联系 孙校长 139-3",
    )


def test_a_bus_is_told_whom_it_fetches(blocks):
    timetable = _tables(_after(blocks, "转移客车命令：客车 1（B1）"), "时刻表")[0]
    assert [row[3] for row in timetable.rows] == ["转移白岩村群众"] * 2


def test_a_slip_has_goods_sums_and_a_line_for_everyone_who_signs(blocks):
    slip = _after(blocks, "物资调拨单 L1-1")
    assert "装车 2026-07-12 22:30，出发 2026-07-12 23:00，返回 2026-07-13 01:30" in slip[2].text
    goods = slip[3]
    assert goods.rows[:2] == (
        ("1", "白岩村", "23:55", "瓶装饮用水", "LOT-1", "3,000 瓶", "1,740", "2.4"),
        ("2", "白岩小学", "07-13 00:28", "棉被", "LOT-2", "50 床", "150", "1.5"),
    )
    assert goods.total
    assert goods.rows[2][-2:] == ("1,890", "3.9")  # 1740 + 150 kg, 2.4 + 1.5 m³
    assert _signed(slip) == ["审批", "出库人", "承运人", "接收人（1. 白岩村）", "接收人（2. 白岩小学）"]


def test_goods_of_a_supplier_have_no_lot(blocks):
    assert _after(blocks, "物资调拨单 HC-1")[3].rows[0][4] == "供应商"


def test_what_is_not_done_is_told_with_reason_and_cure(blocks):
    assert _tables(blocks, "未满足与超时的任务")[0].rows[0] == (
        "潜水搜寻（滑坡点）", "2", "07-13 03:30", "未满足", "全区没有潜水队伍", "一支潜水队伍",
    )  # fmt: skip
    assert [row[0] for row in _tables(blocks, "未满足与超时的需求")[0].rows] == [
        "望江村瓶装饮用水 450 瓶",
        "白岩小学棉被 150 床",
        "望江村救灾帐篷 27 顶",
    ]


def test_what_is_asked_for_is_a_list_to_sign(blocks):
    asked = _tables(blocks, "申请上级增援清单")[0]
    assert asked.rows[0] == ("救援队伍", "潜水", "4 人", "滑坡点", "07-13 03:30", "无具备该技能的队伍", "")
    assert _signed(blocks)[:3] == ["指挥长", "申请单位", "审批"]


def test_who_is_cut_off_is_told_with_the_landing_point(blocks):
    assert _tables(blocks, "断路村（社区）与接应地点")[0].rows == (
        ("望江村", "白岩镇", "900", "未知", "白岩起降点", "再步行 1.2 km", "刘 136-9"),
        ("云中村", "云溪镇", "1,500", "07-13 18:30", "无", "", ""),
    )


def test_closures_are_told_with_their_clearing(blocks):
    assert _tables(blocks, "道路封闭与抢通安排")[0].rows == (
        ("白岩公路滑坡", "抢通一队", "23:15", "07-13 02:25", "07-13 10:30"),
        ("G210 限行（未封闭，通行受限）", "无", "", "", "未知"),
    )


def test_a_depots_keeper_sees_what_leaves_when(blocks):
    first, second = _tables(blocks, "出库安排")
    assert [row[:3] for row in first.rows] == [
        ("22:30–23:00", "L1-1", "轻型货车 1"),
        ("07-13 01:30–02:00", "L1-2", "轻型货车 1"),
    ]
    assert second.rows[0] == ("07-13 00:30–00:50", "HC-1", "直升机 1", "瓶装饮用水 900 瓶", "522")


def test_what_lies_in_the_place_is_handed_out_there(maker, region, pictures):
    loads = maker.ROWS["loads"] + "in_place,0,R1,V5,白岩村,water,瓶装饮用水,瓶,LOT-9,60,34.8,0.048,0,0\n"
    blocks = _blocks(maker.made_dispatch(region, maker.ROWS | {"loads": loads}), "zh", pictures)
    assert _tables(blocks, "本地存放、就地发放的物资")[0].rows == (("白岩村", "瓶装饮用水 60 瓶", "LOT-9"),)
    assert not [block for block in blocks if isinstance(block, Heading) and "in_place" in block.text]


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_text_is_in_words(ordered, nothing, nasty, pictures, language):
    for dispatch in (ordered, nothing, nasty):
        document = orders(Told(dispatch, language), pictures)
        texts = [getattr(block, "text", "") for block in document.blocks]
        texts += [cell for block in document.blocks if isinstance(block, Table) for row in block.rows for cell in row]
        texts += [heading for block in document.blocks if isinstance(block, Table) for heading in block.headings]
        assert all(isinstance(text, str) for text in texts)
        assert not [text for text in texts if re.search(r"\bnan\b|\{|on_time|no_skill|light_truck", text)]


def test_english_orders_hold_no_chinese_words_of_ours(ordered, pictures):
    timetable = _tables(_blocks(ordered, "en", pictures), "Timetable")[0]
    assert timetable.headings == ("Time", "Doing", "Place", "Details")
    assert timetable.rows[4][3] == "排水抢险 (排水, 20 people); due 07-13 02:30: LATE"


def test_nothing_to_do_is_said_in_every_section(nothing, pictures):
    blocks = _blocks(nothing, "zh", pictures)
    # Tasks, requests, asked for, cut off, evacuation, changes, depots; the incident's closures are told all the same.
    assert sum(isinstance(block, Paragraph) and block.text == "无。" for block in blocks) == 7
    assert len(_tables(blocks, "道路封闭与抢通安排")[0].rows) == 2
    assert _signed(blocks) == ["指挥长"]


class Text(HTMLParser):
    """The text of a page, and its tags."""

    def __init__(self, page):
        super().__init__()
        self.text, self.tags = [], []
        self.feed(page)

    def handle_data(self, data):
        self.text.append(data.strip())

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs).get("class", "")))


def test_both_files_hold_the_orders_and_break_pages(ordered, pictures, tmp_path):
    for name in ("map.png", "gantt.png"):
        (tmp_path / name).write_bytes((pictures / name).read_bytes())
    write_orders(Told(ordered, "zh"), tmp_path)
    page = Text((tmp_path / "orders.html").read_text("utf-8"))
    paper = docx.Document(str(tmp_path / "orders.docx"))
    broken = [one.text for one in paper.paragraphs if one.paragraph_format.page_break_before]
    assert len(broken) == 10 == sum(css == "page" for _, css in page.tags)
    cells = {cell.text for table in paper.tables for row in table.rows for cell in row.cells}
    for text in ("07-13 03:01–04:01", "青石消防救援站→白岩村", "LOT-1", "1,890"):
        assert text in cells
        assert text in page.text
    assert sum("接收人" in one.text for one in paper.paragraphs) == 4
    assert sum("接收人" in text for text in page.text) == 4


def test_markup_in_a_name_is_text(nasty, made, pictures, tmp_path):
    for name in ("map.png", "gantt.png"):
        (tmp_path / name).write_bytes((pictures / name).read_bytes())
    write_orders(Told(nasty, "zh"), tmp_path)
    page = Text((tmp_path / "orders.html").read_text("utf-8"))
    assert "script" not in {tag for tag, _ in page.tags}
    assert made.NASTY_MARKUP in page.text
    cells = {cell.text for table in docx.Document(str(tmp_path / "orders.docx")).tables for cell in table._cells}
    assert made.NASTY_MARKUP in cells
