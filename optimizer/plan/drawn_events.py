"""Drawn scenarios as a table that a planner can read through: one line an event."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd

from network.words import Language, Phrase
from optimizer.plan.demand import people_in_need
from optimizer.progress import Progress, silent
from optimizer.region.region import Region
from optimizer.region.region_tables import HAZARDS
from optimizer.region.scenarios import Scenario
from optimizer.region.schema import Column, Kind, Table

COMMUNICATIONS = {"up": "畅通", "partial": "部分中断", "down": "中断"}

DRAWN_EVENTS = Table(
    "events",
    "抽取的灾害事件",
    "随机抽取的情景",
    "Scenarios drawn at random, one a row",
    ("scenario_id",),
    (
        Column("scenario_id", "情景编号", Kind.ID, "情景编号", "Id of the scenario"),
        Column("name", "名称", Kind.TEXT, "名称", "Name"),
        Column("hazard", "灾种", Kind.CHOICE, "灾种", "Hazard", choices=HAZARDS),
        Column("place", "地点", Kind.TEXT, "中心所在", "Where its centre lies"),
        Column("size", "规模", Kind.TEXT, "规模", "Size"),
        Column("return_period_years", "重现期", Kind.NUMBER, "重现期", "Return period of this size", unit="年"),
        Column("annual_probability", "年概率", Kind.NUMBER, "所代表的年概率", "Yearly probability that it stands for"),
        Column("season", "季节", Kind.TEXT, "季节", "Season"),
        Column("hour", "时刻", Kind.WHOLE, "发生时刻", "Hour of the day"),
        Column("speed_factor", "车速系数", Kind.NUMBER, "车速乘以此数", "Speeds times this"),
        Column("closures", "中断处数", Kind.WHOLE, "桥、隧、路段数", "Bridges, tunnels and pieces of road closed"),
        Column("links_closed", "封闭路段", Kind.WHOLE, "封闭的有向路段数", "Directed links closed"),
        Column("people_in_need", "受灾人数", Kind.NUMBER, "需救助人数", "People in need", unit="人"),
        Column("depots_hit", "受损库点", Kind.WHOLE, "物资受损的库点数", "Depots that lose stock"),
        Column("supplier_share", "供应商剩余比例", Kind.NUMBER, "协议可兑现比例", "Share of contracts that hold"),
        Column("vehicle_share", "车辆剩余比例", Kind.NUMBER, "可用车辆比例", "Share of vehicles that can drive"),
        Column("communications", "通信", Kind.CHOICE, "通信状况", "Communications", choices=COMMUNICATIONS),
        Column("flying", "可否飞行", Kind.YES_NO, "直升机可否飞行", "Whether helicopters can fly"),
    ),
)


def drawn_events(
    region: Region, scenarios: Sequence[Scenario], language: Language, *, progress: Progress = silent
) -> pd.DataFrame:
    """Tell each scenario in a line.

    Returns
    -------
    DataFrame
        Columns of :data:`DRAWN_EVENTS`.
    """
    rows = []
    for number, scenario in enumerate(scenarios, 1):
        progress(Phrase("optimizer.plan.counting", number=number, count=len(scenarios)), number / len(scenarios))
        rows.append(_row(region, scenario, language))
    return pd.DataFrame(rows, columns=[column.name for column in DRAWN_EVENTS.columns])


def _row(region: Region, scenario: Scenario, language: Language) -> dict[str, object]:
    event, roads = scenario.event, scenario.roads
    return {
        "scenario_id": scenario.id,
        "name": scenario.name.say(language),
        "hazard": event.hazard,
        "place": event.place,
        "size": event.size,
        "return_period_years": event.return_period_years,
        "annual_probability": scenario.probability,
        "season": event.season,
        "hour": event.hour,
        "speed_factor": roads.speed_factor,
        "closures": len(roads.closures),
        "links_closed": len({link for closure in roads.closures for link in closure.links}),
        "people_in_need": round(float(people_in_need(region, scenario)["people"].sum())),
        "depots_hit": len({site for loss in scenario.losses for site in loss.where.sites}),
        "supplier_share": scenario.outside_help.supplier_share,
        "vehicle_share": scenario.outside_help.vehicle_share,
        "communications": scenario.communications,
        "flying": scenario.flying,
    }
