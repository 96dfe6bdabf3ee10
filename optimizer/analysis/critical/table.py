"""The table of critical links: ``critical.csv``, and the sheet of ``critical.xlsx``."""

from __future__ import annotations

from optimizer.region.result_columns import number_column as _number
from optimizer.region.result_columns import text_column as _text
from optimizer.region.schema import ESTIMATED, Column, Kind, Table

LOSS_KINDS = {"bridge": "桥梁", "tunnel": "隧道", "road": "路段"}


CRITICAL = Table(
    "critical",
    "关键路段",
    "每座桥梁、隧道和每条在用路段，按其中断对计划造成的损害排序",
    "Every bridge, tunnel and used stretch of road, ranked by the damage that its loss does",
    ("loss_id",),
    (
        Column(
            "rank",
            "名次",
            Kind.WHOLE,
            "依次比较断路人数、断路地点、未满足需求、超时限人数、增加的人·分钟；损害相同名次相同，无损害则为空",
            "By people cut off, then places cut off, unmet want, people beyond a standard time, person-minutes; equal "
            "damage, equal rank; empty where there is no damage",
        ),
        Column("loss_id", "编号", Kind.ID, "桥隧或路段的编号", "Names the structure or stretch", required=True),
        Column("kind", "类别", Kind.CHOICE, "桥梁、隧道或路段", "What is lost", choices=LOSS_KINDS, default=""),
        _text("road", "道路", "道路编号和名称", "Number and name of the road"),
        _text("from_place", "起点附近", "距一端最近的镇街或村（社区）", "Place nearest to one end"),
        _text("to_place", "终点附近", "距另一端最近的镇街或村（社区）", "Place nearest to the other end"),
        Column("lon", "经度", Kind.LONGITUDE, "中部经度（WGS-84）", "Of its middle, WGS-84"),
        Column("lat", "纬度", Kind.LATITUDE, "中部纬度（WGS-84）", "Of its middle, WGS-84"),
        _number("length_m", "长度", "m", "长度，双向只计一次", "Length, both directions counted once"),
        Column(
            "used",
            "在用",
            Kind.YES_NO,
            "是否在服务村（社区）或调运物资的最短路线上",
            "On a shortest way that serves a village, or that a shipment or its vehicle takes",
        ),
        _number(
            "places_cut_off",
            "断路地点",
            "个",
            "中断后任何储备库的运输车辆都无法到达的村（社区）",
            "Places that a depot reached and none reaches any more, by any vehicle that carries goods",
        ),
        _number("people_cut_off", "断路人数", "人", "上述地点的常住人口", "Residents of those places"),
        _number(
            "unmet",
            "新增未满足需求",
            "加权人·项",
            "各情景按权重期望的未满足需求增量：储备不变，按中断后的道路重新调运",
            "More unmet want, expected over the scenarios: the stock as it is, shipped anew on the roads left",
        ),
        _text(
            "unmet_scenario",
            "影响最大情景",
            "新增未满足需求最多的情景编号",
            "Scenario in which it raises unmet want most",
        ),
        _number(
            "people_beyond",
            "超时限人数",
            "人",
            "原达标、中断后超出响应圈或救助时限（含断路）的常住人口，每人只计一次",
            "Residents who were within a rescue circle or the hours of relief and are no more (cut off included)",
        ),
        _number(
            "people_beyond_response", "超响应圈人数", "人", "其中超出救援响应圈的", "Of them, beyond a rescue circle"
        ),
        _number("people_beyond_relief", "超救助时限人数", "人", "其中超出救助时限或断路的", "Of them, beyond relief"),
        _number(
            "person_min",
            "增加人·分钟",
            "人·分钟",
            "仍可达的各项服务行驶时间增量×常住人口之和",
            "Minutes more that each service takes, times residents, where it still reaches them",
        ),
        _text(
            "places",
            "受影响地点",
            "断路和超时限的村（社区），人口多者在前",
            "Places cut off or beyond, most people first",
        ),
        _text(
            "links", "路段编号", "所含路段编号，可填入封路文件", "Ids of its links, as a file of closures takes them"
        ),
        ESTIMATED,
    ),
)
