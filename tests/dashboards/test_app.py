import shutil

import pytest
from streamlit.testing.v1 import AppTest

from dashboards.launch import APP, PLAN_VARIABLE


@pytest.fixture
def page(monkeypatch):
    def run(path):
        if path is None:
            monkeypatch.delenv(PLAN_VARIABLE, raising=False)
        else:
            monkeypatch.setenv(PLAN_VARIABLE, str(path))
        return AppTest.from_file(str(APP), default_timeout=30).run()

    return run


def _said(app):
    parts = (*app.markdown, *app.caption, *app.info, *app.warning, *app.error, *app.header, *app.title)
    return "\n".join(part.value for part in parts)


def test_the_page_shows_the_plan(page, path):
    app = page(path)
    assert not app.exception
    assert "示例区应急物资储备计划" in app.title[0].value
    assert [metric.value for metric in app.metric] == ["47.00 万元", "31.51 万元", "25.4%", "5 / 6 条"]
    assert [header.value for header in app.header] == ["地图", "采购", "标准", "情景"]
    assert "合成数据" in app.warning[0].value


def test_purchases_are_filtered_by_town_and_payer(page, path):
    app = page(path)
    assert "7 行，共 10.76 万元" in _said(app)
    app.multiselect(key="towns").select("青石镇").run()
    assert "3 行，共 6.20 万元" in _said(app)
    app.multiselect(key="payers").select("PT1").run()
    assert "1 行，共 0.42 万元" in _said(app)


def test_standards_begin_with_what_is_short(page, path):
    app = page(path)
    assert app.multiselect(key="outcomes").value == ["short"]
    assert "6 项" in _said(app)
    app.multiselect(key="outcomes").set_value([]).run()
    assert "15 项" in _said(app)


def test_filters_that_fit_nothing_say_so(page, path):
    app = page(path)
    app.multiselect(key="rules").select("DEPOT-TOWN").run()
    assert "没有符合条件的记录" in _said(app)


def test_the_language_switches(page, path):
    app = page(path)
    app.segmented_control(key="language").set_value("English").run()
    assert not app.exception
    assert [header.value for header in app.header] == ["Map", "Purchases", "Standards", "Scenarios"]
    assert app.metric[0].value == "CNY 470,000"


def test_without_a_plan_the_page_says_what_to_do(page):
    app = page(None)
    assert not app.exception
    assert "没有给出计划文件夹" in _said(app)
    assert "reserve demo" in _said(app)


def test_a_folder_that_is_no_plan_is_told(page, tmp_path):
    app = page(tmp_path)
    assert not app.exception
    assert "不是计划文件夹" in _said(app).replace("\\", "")


def test_a_broken_folder_names_the_broken_file(page, path, tmp_path):
    broken = shutil.copytree(path, tmp_path / "broken")
    (broken / "unmet.csv").unlink()
    app = page(broken)
    assert not app.exception
    assert "unmet.csv" in _said(app).replace("\\", "")


def test_a_plan_without_map_or_workbook_still_shows_the_rest(page, path, tmp_path):
    folder = shutil.copytree(path, tmp_path / "bare")
    (folder / "plan.gpkg").unlink()
    (folder / "plan.xlsx").unlink()
    app = page(folder)
    assert not app.exception
    assert "地图数据无法读取" in _said(app)
    assert "没有 plan.xlsx" in _said(app)
    assert "情景" in [header.value for header in app.header]


def test_names_are_not_taken_for_markup(page, path):
    assert "<script>" not in _said(page(path))
