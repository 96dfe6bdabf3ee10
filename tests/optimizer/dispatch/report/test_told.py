"""Figures and lines: their sums written out, both languages, and no proof where there is none."""

from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from network.words import LANGUAGES, catalogue
from optimizer.dispatch.figures import figures
from optimizer.dispatch.report.told import Told
from optimizer.dispatch.stability import Stability
from optimizer.dispatch.tables import ASKED_FOR, CARRIERS, CHANGES, DISPATCH_TABLES, FROZEN, MODES, REASONS, STATUSES


def test_figures_add_up(ordered):
    found = figures(ordered)
    assert found["tasks"] == {"count": 3, "on_time": 1, "late": 1, "partly": 0, "unserved": 1}
    assert found["requests"] == {"count": 4, "on_time": 1, "late": 1, "partly": 1, "unserved": 1}
    assert found["person_items"] == 500 + 200 + 450 + 450
    assert found["person_items_on_time"] == pytest.approx(500 + 200 * 50 / 200 + 450 * 900 / 1350)
    assert found["person_items_late"] == pytest.approx(200 * 150 / 200)
    assert found["person_items_unmet"] == pytest.approx(450 + 450 * 450 / 1350)
    assert (found["people_sheltered"], found["people_without_shelter"]) == (80 + 30, 20)
    assert (found["places_cut_off"], found["people_cut_off"], found["places_without_landing"]) == (2, 2400, 1)
    assert found["asked"] == {"team": 1, "supply": 2, "shelter": 1, "vehicle": 0}
    assert found["load_kg"] == 1890 + 450 + 522
    # Of layers of weight alone: that the minutes are off by all they are says nothing of the weight.
    assert found["gaps"] == {"teams": 0.0, "supplies": 0.0125, "evacuation": 0.0}
    assert not found["proven"]


def test_the_headline_says_who_what_and_when(ordered):
    said = "\n".join(Told(ordered, "zh").lines())
    for part in (
        "示例区“白岩滑坡”应急调度命令",
        "自 2026-07-12 22:30 起算",
        "救援任务 3 项：按时 1 项、超时 1 项、未满足 1 项；出动队伍 2 支",
        "共 1,600 人·项，按时送达 850，超时送达 150，未送达 600",
        "由白岩起降点（刘 136-9）接应：望江村",
        "没有可用的起降点或码头（道路预计 07-13 18:30 恢复）：云中村",
        "申请上级增援 4 项：救援队伍 1 项、救灾物资 2 项、避难容量 1 项",
        "白岩公路滑坡 07-13 02:25 通车（抢通一队）",
        "与上一份命令相比，变更 2 项",
        "任务未满足：潜水搜寻（滑坡点）。原因：全区没有潜水队伍。所需条件：一支潜水队伍",
        "道路为合成数据",
    ):
        assert part in said


def test_the_most_pressing_failures_come_first(ordered):
    short = Told(ordered, "en").short()
    assert [line.split(":")[0] for line in short] == [
        "Task unserved",
        "Task late",
        "Request partly met",
        "Request late",
        "Request unserved",
    ]


def test_only_the_first_of_many_failures_are_told(ordered, maker):
    tasks = ordered.tables["tasks"]
    many = pd.concat([tasks[tasks["status"] == "late"]] * 9, ignore_index=True)
    short = Told(replace(ordered, tables={**ordered.tables, "tasks": many}), "zh").short()
    assert sum(line.startswith("任务超时") for line in short) == 6
    assert "另有 3 项，见命令与工作簿。" in short


def test_each_part_is_called_proven_as_far_as_it_is(ordered):
    teams, supplies, evacuation = Told(ordered, "zh").proof()
    assert "各层目标均已证明最优" in teams
    assert supplies == "物资：未证明最优（未送达需求的权重、超时的权重），至多还能改进总权重的 1.25%。"
    assert evacuation == "转移安置：先后各层的权重均已证明最优；次要目标（转移路上的人·分钟）未证明。"


def test_what_keeping_to_the_last_orders_costs_is_told(ordered, nothing):
    kept = Stability(changed=2, changed_if_free=5, lost=3.5, lost_if_free=3.0, weight=20.0)
    assert Told(replace(ordered, stability=kept), "zh").changed() == [
        "与上一份命令相比，变更 2 项。",
        # (3.5 − 3.0) / 20
        "其中待办的任务和需求改派 2 项；如改派不计代价，会改派 5 项。为保持原命令，多损失总权重的 2.50%。",
    ]
    free = replace(kept, lost=3.0, weight=0.0)
    assert "costs nothing" in Told(replace(nothing, stability=free), "en").changed()[1]


def test_nothing_is_the_best_that_is_not_proven(ordered):
    layers = ordered.tables["layers"].assign(status="within_gap", gap=float("nan"))
    for language, best, not_best in (("zh", "已证明最优", "未证明最优"), ("en", "proven best", "not proven best")):
        for line in Told(replace(ordered, tables={**ordered.tables, "layers": layers}), language).proof():
            assert not_best in line
            assert best not in line.replace(not_best, "")


def test_nothing_to_do_is_said_too(nothing):
    said = Told(nothing, "en").headline()
    assert said[1:] == [
        "There are no tasks.",
        "There are no requests.",
        "No place is cut off.",
        "Nothing is asked of the level above.",
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_line_shows_a_code_or_a_gap_in_the_words(ordered, nothing, nasty, language):
    for dispatch in (ordered, nothing, nasty):
        for line in Told(dispatch, language).lines():
            assert line.strip()
            assert "{" not in line
            assert "nan" not in line
            assert "on_time" not in line


def test_codes_have_their_words_in_both_languages_and_the_tables_chinese(ordered):
    kinds = {"status": STATUSES, "reason": REASONS, "asked_for": ASKED_FOR, "frozen": FROZEN, "mode": MODES}
    zh, en = (Told(ordered, language) for language in LANGUAGES)
    for kind, choices in (*kinds.items(), ("kind", CARRIERS), ("kind", CHANGES)):
        for code, word in choices.items():
            if code:
                assert zh.code(kind, code) == word
                assert en.code(kind, code).isascii()
    declared = {
        column.name.removeprefix("carrier_") for table in DISPATCH_TABLES for column in table.columns if column.choices
    }
    assert declared == {*kinds, "kind"}


def test_every_word_is_used():
    """The catalogue is looked up whole, so that the house's own test lets all of it pass."""
    package = Path(__file__).parents[4] / "optimizer" / "dispatch"
    code = "".join(path.read_text("utf-8") for path in package.rglob("*.py"))
    coded = ("status_", "reason_", "asked_for_", "kind_", "mode_", "frozen_", "part_", "layer_", "by_")
    joined = ("h_", "t_", "c_", "step_", "caption_", "activity_", "gantt_", "short_", "t_short_")
    for name in catalogue("optimizer", "dispatch_report"):
        endings = {name.removeprefix(begin) for begin in ("", *joined)}
        assert name.startswith(coded) or any(f'"{ending}"' in code for ending in endings), name
